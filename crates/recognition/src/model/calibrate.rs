//! How sure the model may be: every message is scored by a network that never
//! saw it, and a curve is fitted that turns scores into probabilities.

use super::train::{Net, Row, Settings};
use super::{Certainty, sigmoid};

/// How much a point of an unheard author counts beside one of a known author.
const UNHEARD_SHARE: f32 = 1.0;

/// Scores every message by a network that never saw it, and fits the curve
/// (Platt, with a bend).
pub(super) fn certainty(rows: &[Row], settings: Settings) -> Certainty {
    if settings.folds < 2 {
        return Certainty::PLAIN;
    }
    let n = settings.folds;
    let mut points: Vec<(f32, bool, f32)> = Vec::new();
    // A part of the points comes from authors that the network never heard, the
    // rest from known ones with new messages: what is asked of it is between the two.
    let by_group = |fold: u32, _: usize, row: &Row| row.group != 0 && row.group % n == fold;
    let by_turn = |fold: u32, i: usize, _: &Row| (i as u32 / BLOCK) % n == fold;
    for fold in 0..n {
        for (held_out, share) in
            [(&by_group as &dyn Fn(u32, usize, &Row) -> bool, UNHEARD_SHARE), (&by_turn, 1.0)]
        {
            let (held, rest): (Vec<usize>, Vec<usize>) = (0..rows.len())
                .partition(|&i| rows.get(i).is_some_and(|row| held_out(fold, i, row)));
            let net = Net::learn(rows, &rest, settings);
            let held = held.iter().filter_map(|&i| rows.get(i));
            points.extend(held.map(|row| (net.score(row), row.scam, share * row.weight)));
        }
    }
    fit(&points)
}

/// Neighbours are often written in pairs: so many are held out together.
const BLOCK: u32 = 10;

fn fit(points: &[(f32, bool, f32)]) -> Certainty {
    let mut fitted = Certainty::PLAIN;
    let total: f64 = points.iter().map(|point| f64::from(point.2)).sum();
    if total == 0.0 {
        return fitted;
    }
    for _ in 0..1500 {
        let (mut by_low, mut by_high, mut by_shift) = (0.0, 0.0, 0.0);
        for &(score, scam, weight) in points {
            let error = f64::from(sigmoid(fitted.line(score))) - f64::from(u8::from(scam));
            let error = error * f64::from(weight);
            by_low += error * f64::from(score.min(0.0));
            by_high += error * f64::from(score.max(0.0));
            by_shift += error;
        }
        fitted.low -= (0.05 * by_low / total) as f32;
        fitted.high -= (0.05 * by_high / total) as f32;
        fitted.shift -= (0.4 * by_shift / total) as f32;
        fitted.low = fitted.low.clamp(0.05, 3.0);
        fitted.high = fitted.high.clamp(0.05, 3.0);
    }
    fitted
}
