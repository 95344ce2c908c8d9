//! Training: logistic regression with per-weight steps (AdaGrad), in a fixed
//! order, from plain arithmetic. The same lessons give the same bytes.

use super::features::{self, N_DENSE, N_GRAMS, N_PAIRS};
use super::prior;
use super::{
    Certainty, GRAM_VALUE, Head, Model, N_TYPE_GRAMS, N_TYPES, Origin, PAIR_VALUE, exp,
    gram_value, sigmoid,
};
use crate::fraud_type::FraudType;
use crate::reading::Reading;
use crate::rules;

/// One message to learn from.
#[derive(Clone, Debug)]
pub struct Lesson {
    pub text: String,
    pub scam: bool,
    pub kind: Option<FraudType>,
    /// How much it counts.
    pub weight: f32,
    /// Messages of one group are held out together when certainty is measured.
    pub group: u32,
}

/// How to train.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub epochs: usize,
    pub step: f32,
    /// How strongly single acts and rules are held to where they began.
    pub hold_acts: f32,
    pub hold_pairs: f32,
    pub hold_grams: f32,
    /// How many folds of groups measure certainty; less than two leaves it out.
    pub folds: u32,
}

impl Default for Settings {
    fn default() -> Self {
        // Chosen on sources and voices that were left out, never on the test messages.
        Self {
            epochs: 20,
            step: 0.08,
            hold_acts: 1.2e-2,
            hold_pairs: 8e-3,
            hold_grams: 1e-3,
            folds: 5,
        }
    }
}

/// A lesson as numbers.
struct Row {
    dense: Vec<u16>,
    pairs: Vec<u16>,
    grams: Vec<u32>,
    scam: bool,
    kind: Option<usize>,
    weight: f32,
    group: u32,
}

/// Weights while they are learned, with their step memory.
struct Group {
    weights: Vec<f32>,
    start: Vec<f32>,
    memory: Vec<f32>,
    hold: f32,
    /// Sum of the weights after the later epochs: their mean is steadier than the last.
    sum: Vec<f32>,
    n_sums: f32,
}

impl Group {
    fn new(start: Vec<f32>, hold: f32) -> Self {
        let n = start.len();
        Self {
            weights: start.clone(),
            memory: vec![1e-2; n],
            start,
            hold,
            sum: vec![0.0; n],
            n_sums: 0.0,
        }
    }

    fn remember(&mut self) {
        self.sum.iter_mut().zip(&self.weights).for_each(|(sum, weight)| *sum += weight);
        self.n_sums += 1.0;
    }

    fn settle(&mut self) {
        if self.n_sums > 0.0 {
            self.weights
                .iter_mut()
                .zip(&self.sum)
                .for_each(|(weight, sum)| *weight = sum / self.n_sums);
        }
    }

    fn get(&self, i: usize) -> f32 {
        self.weights.get(i).copied().unwrap_or(0.0)
    }

    fn learn(&mut self, i: usize, gradient: f32, step: f32) {
        let (Some(weight), Some(memory), Some(start)) =
            (self.weights.get_mut(i), self.memory.get_mut(i), self.start.get(i))
        else {
            return;
        };
        let gradient = gradient + self.hold * (*weight - start);
        *memory += gradient * gradient;
        *weight -= step * gradient / memory.sqrt();
    }
}

/// Trains a model. `inputs` are named in its head.
pub fn train(lessons: &[Lesson], origin: Origin, settings: Settings) -> Model {
    let rows: Vec<Row> = lessons.iter().map(row).collect();
    let all: Vec<usize> = (0..rows.len()).collect();
    let certainty = certainty(&rows, settings);
    let [dense, pairs, grams] = learn_scam(&rows, &all, settings);
    let (type_dense, type_grams) = learn_types(&rows, settings);
    let (pairs, pair_scale) = quantise(&pairs.weights);
    let (grams, gram_scale) = quantise(&grams.weights);
    let (flat, type_scale) = quantise(&type_grams);
    Model {
        head: Head { origin, pair_scale, gram_scale, type_scale, certainty },
        dense: dense.weights,
        pairs,
        grams,
        type_dense,
        type_grams: flat.as_chunks::<N_TYPES>().0.to_vec(),
    }
}

fn row(lesson: &Lesson) -> Row {
    let reading = Reading::of(&lesson.text);
    let firings = rules::judge(&reading);
    let (mut dense, mut pairs, mut grams) = (Vec::new(), Vec::new(), Vec::new());
    features::each_act(&reading, &firings, |i| dense.push(i as u16), |i| pairs.push(i as u16));
    features::each_gram(&reading, |gram| grams.push(gram));
    Row {
        dense,
        pairs,
        grams,
        scam: lesson.scam,
        kind: lesson.kind.map(FraudType::index),
        weight: lesson.weight,
        group: lesson.group,
    }
}

fn learn_scam(rows: &[Row], chosen: &[usize], settings: Settings) -> [Group; 3] {
    let mut groups = [
        Group::new(prior::weights(), settings.hold_acts),
        Group::new(vec![0.0; N_PAIRS], settings.hold_pairs),
        Group::new(vec![0.0; N_GRAMS], settings.hold_grams),
    ];
    let mut order = chosen.to_vec();
    let mut chance = Chance(0x5EED);
    for epoch in 0..settings.epochs {
        chance.shuffle(&mut order);
        let step = settings.step / (1.0 + 0.15 * epoch as f32);
        for &i in &order {
            if let Some(row) = rows.get(i) {
                let gradient =
                    (sigmoid(raw(row, &groups)) - f32::from(u8::from(row.scam))) * row.weight;
                pull(row, &mut groups, gradient, step);
            }
        }
        if epoch >= settings.epochs / 2 {
            groups.iter_mut().for_each(Group::remember);
        }
    }
    groups.iter_mut().for_each(Group::settle);
    groups
}

/// The score of a row.
fn raw(row: &Row, [dense, pairs, grams]: &[Group; 3]) -> f32 {
    let acts: f32 = row.dense.iter().map(|&i| dense.get(i.into())).sum();
    let both: f32 = row.pairs.iter().map(|&i| pairs.get(i.into())).sum();
    let letters: f32 = row.grams.iter().map(|&gram| grams.get(gram as usize % N_GRAMS)).sum();
    acts + both * PAIR_VALUE + letters * gram_value(row.grams.len())
}

fn pull(row: &Row, [dense, pairs, grams]: &mut [Group; 3], gradient: f32, step: f32) {
    // Certain rows teach nothing more.
    if gradient.abs() < 1e-3 {
        return;
    }
    for &i in &row.dense {
        dense.learn(i.into(), gradient, step);
    }
    for &i in &row.pairs {
        pairs.learn(i.into(), gradient * PAIR_VALUE, step);
    }
    let value = gram_value(row.grams.len());
    for &gram in &row.grams {
        grams.learn(gram as usize % N_GRAMS, gradient * value, step);
    }
}

fn learn_types(rows: &[Row], settings: Settings) -> (Vec<[f32; N_TYPES]>, Vec<f32>) {
    let mut dense = prior::kind_weights();
    let start = dense.clone();
    let mut dense_memory = vec![[1e-2f32; N_TYPES]; N_DENSE];
    let mut grams = vec![[0.0f32; N_TYPES]; N_TYPE_GRAMS];
    let mut gram_memory = vec![[1e-2f32; N_TYPES]; N_TYPE_GRAMS];
    let mut order: Vec<usize> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.scam && row.kind.is_some())
        .map(|(i, _)| i)
        .collect();
    let balance = type_balance(rows, &order);
    let mut chance = Chance(0x7E57);
    for epoch in 0..settings.epochs {
        chance.shuffle(&mut order);
        let step = settings.step / (1.0 + 0.15 * epoch as f32);
        for row in order.iter().filter_map(|&i| rows.get(i)) {
            let value = gram_value(row.grams.len());
            let mut scores = [0.0f32; N_TYPES];
            for weights in row.dense.iter().filter_map(|&i| dense.get(usize::from(i))) {
                scores.iter_mut().zip(weights).for_each(|(score, weight)| *score += weight);
            }
            for weights in
                row.grams.iter().filter_map(|&gram| grams.get(gram as usize % N_TYPE_GRAMS))
            {
                scores
                    .iter_mut()
                    .zip(weights)
                    .for_each(|(score, weight)| *score += weight * value);
            }
            let mut gradient = softmax(&scores);
            if let Some(own) = row.kind.and_then(|kind| gradient.get_mut(kind)) {
                *own -= 1.0;
            }
            let scale = row.kind.and_then(|kind| balance.get(kind)).copied().unwrap_or(1.0);
            for slot in &mut gradient {
                *slot *= row.weight * scale;
            }
            for &i in &row.dense {
                let i = usize::from(i);
                let Some(start) = start.get(i) else { continue };
                nudge(
                    dense.get_mut(i),
                    dense_memory.get_mut(i),
                    (&gradient, start),
                    1.0,
                    (settings.hold_acts, step),
                );
            }
            for &gram in &row.grams {
                let i = gram as usize % N_TYPE_GRAMS;
                nudge(
                    grams.get_mut(i),
                    gram_memory.get_mut(i),
                    (&gradient, &[0.0; N_TYPES]),
                    value,
                    (settings.hold_grams, step),
                );
            }
        }
    }
    (dense, grams.into_iter().flatten().collect())
}

/// How much a row of each type counts, so that a type of which a source has
/// much does not become the answer to everything.
fn type_balance(rows: &[Row], order: &[usize]) -> [f32; N_TYPES] {
    let mut totals = [0.0f32; N_TYPES];
    for row in order.iter().filter_map(|&i| rows.get(i)) {
        if let Some(total) = row.kind.and_then(|kind| totals.get_mut(kind)) {
            *total += row.weight;
        }
    }
    let mean = totals.iter().sum::<f32>() / N_TYPES as f32;
    totals.map(|total| (mean / total.max(1.0)).sqrt().clamp(0.3, 2.0))
}

fn nudge(
    weights: Option<&mut [f32; N_TYPES]>,
    memory: Option<&mut [f32; N_TYPES]>,
    (gradient, start): (&[f32; N_TYPES], &[f32; N_TYPES]),
    value: f32,
    (hold, step): (f32, f32),
) {
    let (Some(weights), Some(memory)) = (weights, memory) else { return };
    for (((weight, memory), gradient), start) in
        weights.iter_mut().zip(memory).zip(gradient).zip(start)
    {
        let gradient = gradient * value + hold * (*weight - start);
        *memory += gradient * gradient;
        *weight -= step * gradient / memory.sqrt();
    }
}

fn softmax(scores: &[f32; N_TYPES]) -> [f32; N_TYPES] {
    let top = scores.iter().copied().fold(f32::MIN, f32::max);
    let mut shares = scores.map(|score| exp(f64::from(score - top)) as f32);
    let sum: f32 = shares.iter().sum();
    for share in &mut shares {
        *share /= sum;
    }
    shares
}

/// How much a point of an unheard voice counts beside one of a known voice.
const UNHEARD_SHARE: f32 = 0.3;

/// Scores every message by a model that never saw it, and fits the curve that
/// turns scores into probabilities (Platt, with a bend).
fn certainty(rows: &[Row], settings: Settings) -> Certainty {
    if settings.folds < 2 {
        return Certainty::PLAIN;
    }
    let n = settings.folds;
    let mut points: Vec<(f32, bool, f32)> = Vec::new();
    // A part of the points comes from voices that the model never heard, the
    // rest from known voices with new messages: what is asked of it is between the two.
    let by_voice = |fold: u32, _: usize, row: &Row| row.group != 0 && row.group % n == fold;
    let by_turn = |fold: u32, i: usize, _: &Row| i as u32 % n == fold;
    for fold in 0..n {
        for (held_out, share) in
            [(&by_voice as &dyn Fn(u32, usize, &Row) -> bool, UNHEARD_SHARE), (&by_turn, 1.0)]
        {
            let (held, rest): (Vec<usize>, Vec<usize>) = (0..rows.len())
                .partition(|&i| rows.get(i).is_some_and(|row| held_out(fold, i, row)));
            let groups = learn_scam(rows, &rest, settings);
            let held = held.iter().filter_map(|&i| rows.get(i));
            points.extend(held.map(|row| (raw(row, &groups), row.scam, share * row.weight)));
        }
    }
    fit(&points)
}

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
        fitted.low -= (0.15 * by_low / total) as f32;
        fitted.high -= (0.15 * by_high / total) as f32;
        fitted.shift -= (0.4 * by_shift / total) as f32;
        fitted.low = fitted.low.clamp(0.2, 3.0);
        fitted.high = fitted.high.clamp(0.2, 3.0);
    }
    fitted
}

/// Weights as bytes and the value of one step.
fn quantise(weights: &[f32]) -> (Vec<i8>, f32) {
    let top = weights.iter().fold(0.0f32, |top, weight| top.max(weight.abs()));
    if top == 0.0 {
        return (vec![0; weights.len()], 0.0);
    }
    let scale = top / 127.0;
    (weights.iter().map(|weight| (weight / scale).round() as i8).collect(), scale)
}

/// A fixed sequence of pseudo-random numbers (xorshift).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn shuffle(&mut self, order: &mut [usize]) {
        for i in (1..order.len()).rev() {
            let j = (self.next() % (i as u64 + 1)) as usize;
            order.swap(i, j);
        }
    }
}

const _: () = assert!(GRAM_VALUE > 0.0);
