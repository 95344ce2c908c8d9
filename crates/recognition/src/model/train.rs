//! Training: a network with one hidden layer, learned message by message with
//! per-weight steps (AdaGrad), parts of every message left out by turns so that
//! no single word carries the answer. In a fixed order, from plain arithmetic:
//! the same lessons give the same bytes.

use super::calibrate::certainty;
use super::features::{self, Grams, N_ACTS};
use super::vocabulary::{N_PLACES, RARE_BELOW, Vocabulary};
use super::{
    ACT_VALUE, Head, Model, N_HIDDEN, N_OUT, N_TYPES, Origin, exp, gram_value, sigmoid,
};
use crate::fraud_type::FraudType;
use crate::letters::letters;
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
    /// Messages of one author or voice are held out together when certainty is measured.
    pub group: u32,
}

/// How to train.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub epochs: usize,
    /// So many epochs at the end are averaged: calmer than where the last one happens to stop.
    pub averaged: usize,
    pub step: f32,
    /// Share of a message's features that is left out each time.
    pub drop: f32,
    /// How strongly weights are held to nothing.
    pub hold: f32,
    /// How many folds of groups measure certainty; less than two leaves it out.
    pub folds: u32,
}

impl Default for Settings {
    fn default() -> Self {
        // Chosen on authors that were left out, never on the test messages.
        Self { epochs: 45, averaged: 15, step: 0.05, drop: 0.5, hold: 1e-3, folds: 5 }
    }
}

/// Share of the hidden layer that is left out each time.
const DROP_HIDDEN: f32 = 0.3;
/// Share of the step that is lost towards the end.
const STEP_LOSS: f32 = 0.7;
/// How much the type counts beside the question whether it is a scam.
const TYPE_SHARE: f32 = 0.5;

/// A lesson as numbers.
pub(super) struct Row {
    acts: Vec<u32>,
    grams: Vec<u32>,
    /// How many letter sequences there are, the unknown ones as well.
    n_grams: usize,
    pub(super) scam: bool,
    kind: Option<usize>,
    pub(super) weight: f32,
    pub(super) group: u32,
}

/// Trains a model. `inputs` are named in its head.
pub fn train(lessons: &[Lesson], origin: Origin, settings: Settings) -> Model {
    let mut rows: Vec<Row> = lessons.iter().map(row).collect();
    let known = Vocabulary::of(rows.iter().map(|row| row.grams.as_slice()));
    for row in &mut rows {
        row.grams.retain_mut(|key| {
            let (place, is_known) = known.place(*key);
            *key = place;
            is_known
        });
    }
    let all: Vec<usize> = (0..rows.len()).collect();
    let certainty = certainty(&rows, settings);
    let net = Net::learn(&rows, &all, settings);
    let (acts, act_scale) = quantise(&net.acts.weights);
    let (grams, gram_scale) = quantise(&net.grams.weights);
    let mut model = Model::untrained();
    model.head = Head { origin, act_scale, gram_scale, certainty };
    model.acts = acts;
    model.known = known;
    model.grams = grams;
    model.bias.copy_from_slice(&net.bias.weights);
    model.out = super::outputs(&net.out.weights);
    model.concepts = model.weigh_concepts();
    model
}

fn row(lesson: &Lesson) -> Row {
    let reading = Reading::of(&lesson.text);
    let firings = rules::judge(&reading);
    let (mut acts, mut grams) = (Vec::new(), Vec::new());
    features::each_act(&reading, &firings, |act, counts| acts.extend(counts.then_some(act)));
    let mut keys = Grams::new();
    for (key, is_new) in letters(&reading.plain).into_iter().flat_map(|c| keys.of(c)) {
        grams.extend(is_new.then_some(key));
    }
    Row {
        acts,
        n_grams: grams.len(),
        grams,
        scam: lesson.scam,
        kind: lesson.kind.map(FraudType::index),
        weight: lesson.weight,
        group: lesson.group,
    }
}

/// Weights while they are learned, with their step memory.
struct Group {
    weights: Vec<f32>,
    memory: Vec<f32>,
}

impl Group {
    fn new(n: usize, reach: f32, chance: &mut Chance) -> Self {
        let weights = (0..n).map(|_| (chance.share() * 2.0 - 1.0) * reach).collect();
        Self { weights, memory: vec![1e-3; n] }
    }

    fn row(&self, i: u32) -> &[f32] {
        let at = i as usize * N_HIDDEN;
        self.weights.get(at..at + N_HIDDEN).unwrap_or_default()
    }

    /// One step for the weights of a feature; what is not active learns nothing.
    fn learn(&mut self, i: u32, gradient: &[f32; N_HIDDEN], value: f32, how: (f32, f32)) {
        let (hold, step) = how;
        let at = i as usize * N_HIDDEN;
        let (Some(weights), Some(memory)) =
            (self.weights.get_mut(at..at + N_HIDDEN), self.memory.get_mut(at..at + N_HIDDEN))
        else {
            return;
        };
        for ((weight, memory), gradient) in weights.iter_mut().zip(memory).zip(gradient) {
            if *gradient != 0.0 {
                let gradient = gradient * value + hold * *weight;
                *memory += gradient * gradient;
                *weight -= step * gradient / memory.sqrt();
            }
        }
    }
}

/// The network while it is learned.
pub(super) struct Net {
    acts: Group,
    grams: Group,
    bias: Group,
    out: Group,
}

impl Net {
    fn new(chance: &mut Chance) -> Self {
        Self {
            acts: Group::new(N_ACTS * N_HIDDEN, 0.1, chance),
            grams: Group::new(N_PLACES * N_HIDDEN, 0.1, chance),
            bias: Group::new(N_HIDDEN, 0.0, chance),
            out: Group::new(N_OUT * N_HIDDEN, 0.3, chance),
        }
    }

    /// Learns from the chosen rows.
    pub(super) fn learn(rows: &[Row], chosen: &[usize], settings: Settings) -> Self {
        let mut chance = Chance(0x5EED_0000_5EED);
        let mut net = Self::new(&mut chance);
        let balance = type_balance(rows, chosen);
        let mut order = chosen.to_vec();
        let first_averaged = settings.epochs.saturating_sub(settings.averaged);
        let mut mean: Option<[Vec<f32>; 4]> = None;
        for epoch in 0..settings.epochs {
            chance.shuffle(&mut order);
            let gone = epoch as f32 / settings.epochs as f32;
            let step = settings.step * (1.0 - STEP_LOSS * gone);
            for row in order.iter().filter_map(|&i| rows.get(i)) {
                net.study(row, &balance, (settings, step), &mut chance);
            }
            if epoch >= first_averaged {
                let n = (epoch - first_averaged + 1) as f32;
                let mean =
                    mean.get_or_insert_with(|| net.groups().map(|of| of.weights.clone()));
                for (mean, of) in mean.iter_mut().zip(net.groups()) {
                    for (mean, weight) in mean.iter_mut().zip(&of.weights) {
                        *mean += (weight - *mean) / n;
                    }
                }
            }
        }
        if let Some([acts, grams, bias, out]) = mean {
            net.acts.weights = acts;
            net.grams.weights = grams;
            net.bias.weights = bias;
            net.out.weights = out;
        }
        net.forget_rare(rows, chosen);
        net
    }

    fn groups(&self) -> [&Group; 4] {
        [&self.acts, &self.grams, &self.bias, &self.out]
    }

    /// What is rare among the chosen rows, however frequent elsewhere, is forgotten.
    fn forget_rare(&mut self, rows: &[Row], chosen: &[usize]) {
        let (mut acts, mut grams) = (vec![0u32; N_ACTS], vec![0u32; N_PLACES]);
        for row in chosen.iter().filter_map(|&i| rows.get(i)) {
            for (counts, features) in [(&mut acts, &row.acts), (&mut grams, &row.grams)] {
                for &i in features {
                    if let Some(count) = counts.get_mut(i as usize) {
                        *count += 1;
                    }
                }
            }
        }
        for (group, counts) in [(&mut self.acts, acts), (&mut self.grams, grams)] {
            let rows = group.weights.as_chunks_mut::<N_HIDDEN>().0;
            rows.iter_mut()
                .zip(counts)
                .filter(|(_, count)| *count < RARE_BELOW)
                .for_each(|(row, _)| *row = [0.0; N_HIDDEN]);
        }
    }

    /// The views of a message, before negative ones are cut off.
    fn views(&self, acts: &[u32], grams: &[u32], value: f32) -> [f32; N_HIDDEN] {
        let mut views = [0.0; N_HIDDEN];
        views.copy_from_slice(&self.bias.weights);
        let parts = [(acts, &self.acts, ACT_VALUE), (grams, &self.grams, value)];
        for (features, group, value) in parts {
            for &i in features {
                let row = group.row(i);
                views.iter_mut().zip(row).for_each(|(view, weight)| *view += value * weight);
            }
        }
        views
    }

    fn outputs(&self, views: &[f32; N_HIDDEN]) -> [f32; N_OUT] {
        let mut out = [0.0; N_OUT];
        for (i, out) in (0u32..).zip(&mut out) {
            *out = views.iter().zip(self.out.row(i)).map(|(view, weight)| view * weight).sum();
        }
        out
    }

    /// The score of a row.
    pub(super) fn score(&self, row: &Row) -> f32 {
        let views = self.views(&row.acts, &row.grams, gram_value(row.n_grams));
        self.outputs(&views.map(|view| view.max(0.0)))[0]
    }

    fn study(
        &mut self,
        row: &Row,
        balance: &[f32; N_TYPES],
        (settings, step): (Settings, f32),
        chance: &mut Chance,
    ) {
        let mut some = |features: &[u32]| -> Vec<u32> {
            features.iter().copied().filter(|_| chance.share() >= settings.drop).collect()
        };
        let (acts, grams) = (some(&row.acts), some(&row.grams));
        let value = gram_value(row.n_grams);
        let views = self.views(&acts, &grams, value).map(|view| {
            let kept = chance.share() >= DROP_HIDDEN;
            if view > 0.0 && kept { view / (1.0 - DROP_HIDDEN) } else { 0.0 }
        });
        let errors = errors(row, &self.outputs(&views), balance);
        // What is certain teaches nothing more.
        if errors.iter().all(|error| error.abs() < 1e-3) {
            return;
        }
        let mut blame = [0.0f32; N_HIDDEN];
        for (i, &error) in (0u32..).zip(&errors).filter(|(_, error)| **error != 0.0) {
            for ((blame, weight), view) in blame.iter_mut().zip(self.out.row(i)).zip(&views) {
                if *view > 0.0 {
                    *blame += error * weight / (1.0 - DROP_HIDDEN);
                }
            }
            self.out.learn(i, &views, error, (settings.hold, step));
        }
        self.bias.learn(0, &blame, 1.0, (0.0, step));
        for &i in &acts {
            self.acts.learn(i, &blame, ACT_VALUE, (settings.hold, step));
        }
        for &i in &grams {
            self.grams.learn(i, &blame, value, (settings.hold, step));
        }
    }
}

/// How wrong each output is, times how much the row counts.
fn errors(row: &Row, out: &[f32; N_OUT], balance: &[f32; N_TYPES]) -> [f32; N_OUT] {
    let [score, types @ ..] = out;
    let mut errors = [0.0; N_OUT];
    let [error, of_types @ ..] = &mut errors;
    *error = (sigmoid(*score) - f32::from(u8::from(row.scam))) * row.weight;
    if let (true, Some(kind)) = (row.scam, row.kind) {
        let scale = row.weight * TYPE_SHARE * balance.get(kind).copied().unwrap_or(1.0);
        for (i, (error, share)) in of_types.iter_mut().zip(softmax(types)).enumerate() {
            *error = (share - f32::from(u8::from(i == kind))) * scale;
        }
    }
    errors
}

/// How much a row of each type counts, so that a type of which a source has
/// much does not become the answer to everything.
fn type_balance(rows: &[Row], chosen: &[usize]) -> [f32; N_TYPES] {
    let mut totals = [0.0f32; N_TYPES];
    for row in chosen.iter().filter_map(|&i| rows.get(i)).filter(|row| row.scam) {
        if let Some(total) = row.kind.and_then(|kind| totals.get_mut(kind)) {
            *total += row.weight;
        }
    }
    let mean = totals.iter().sum::<f32>() / N_TYPES as f32;
    totals.map(|total| (mean / total.max(1.0)).sqrt().clamp(0.3, 2.0))
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

/// Weights as bytes and the value of one step.
fn quantise(weights: &[f32]) -> (Vec<super::Row>, f32) {
    let top = weights.iter().fold(0.0f32, |top, weight| top.max(weight.abs()));
    let scale = if top == 0.0 { 1.0 } else { top / 127.0 };
    let rows = weights.as_chunks::<N_HIDDEN>().0;
    let row = |row: &[f32; N_HIDDEN]| {
        super::Row::new(&row.map(|weight| (weight / scale).round() as i8))
    };
    (rows.iter().map(row).collect(), scale)
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

    /// A number from zero to one.
    fn share(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    fn shuffle(&mut self, order: &mut [usize]) {
        for i in (1..order.len()).rev() {
            let j = (self.next() % (i as u64 + 1)) as usize;
            order.swap(i, j);
        }
    }
}
