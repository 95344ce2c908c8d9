//! A small linear model over acts, rules, pairs of acts and letters: its file,
//! and the score of a message. Training is in `train`.

mod features;
mod lessons;
mod prior;
mod train;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::fraud_type::FraudType;
use crate::reading::Reading;
use crate::rules::Firing;
use features::{N_DENSE, N_GRAMS, N_PAIRS};

pub use lessons::{License, RowError, Source};
pub use train::{Lesson, Settings, train};

/// How many fraud types there are.
const N_TYPES: usize = FraudType::ALL.len();
/// Letters for the type are hashed into this many rows.
const N_TYPE_GRAMS: usize = 1 << 15;
/// A pair of acts counts this much beside a single one.
const PAIR_VALUE: f32 = 0.5;
/// All letters together count about this much.
const GRAM_VALUE: f32 = 2.0;
/// The first bytes of a model file.
const MAGIC: &[u8; 8] = b"WUZHAID1";

/// What a model was made from; the head of its file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The data files, in order, with their hashes.
    pub inputs: Vec<Input>,
    /// SHA-256 of the word list that it was trained with.
    pub lexicon_sha256: String,
    pub n_rules: usize,
}

/// One data file that a model was trained on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    pub name: String,
    pub n_rows: usize,
    pub sha256: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Head {
    origin: Origin,
    pair_scale: f32,
    gram_scale: f32,
    type_scale: f32,
    certainty: Certainty,
}

/// How scores become probabilities: the logistic of a line that bends at zero,
/// because harmless messages lie much closer together than scams.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Certainty {
    /// Slope below zero.
    low: f32,
    /// Slope above zero.
    high: f32,
    shift: f32,
}

impl Certainty {
    const PLAIN: Self = Self { low: 1.0, high: 1.0, shift: 0.0 };

    fn line(self, score: f32) -> f32 {
        self.low * score.min(0.0) + self.high * score.max(0.0) + self.shift
    }
}

/// A trained model.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    head: Head,
    dense: Vec<f32>,
    pairs: Vec<i8>,
    grams: Vec<i8>,
    type_dense: Vec<[f32; N_TYPES]>,
    type_grams: Vec<[i8; N_TYPES]>,
}

/// Why a model file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("不是模型文件")]
    Magic,
    #[error("模型文件不完整")]
    Truncated,
    #[error("模型文件头不能读取：{0}")]
    Head(#[from] serde_json::Error),
}

impl Model {
    /// A model that only knows the rules, for the first training and for tests.
    pub fn untrained() -> Self {
        Self {
            head: Head {
                origin: Origin::default(),
                pair_scale: 0.0,
                gram_scale: 0.0,
                type_scale: 0.0,
                certainty: Certainty::PLAIN,
            },
            dense: prior::weights(),
            pairs: vec![0; N_PAIRS],
            grams: vec![0; N_GRAMS],
            type_dense: prior::kind_weights(),
            type_grams: vec![[0; N_TYPES]; N_TYPE_GRAMS],
        }
    }

    /// What it was made from.
    pub fn origin(&self) -> &Origin {
        &self.head.origin
    }

    /// The same weights with the certainty that was measured for another model,
    /// for models that are trained only to be measured.
    #[must_use]
    pub fn with_certainty_of(mut self, other: &Self) -> Self {
        self.head.certainty = other.head.certainty;
        self
    }

    /// The raw score of a message; above zero speaks for a scam.
    pub(crate) fn score(&self, reading: &Reading, firings: &[Firing]) -> f32 {
        let mut acts = 0.0f32;
        let mut pairs = 0i32;
        features::each_act(
            reading,
            firings,
            |i| acts += self.dense.get(i).copied().unwrap_or(0.0),
            |i| pairs += i32::from(self.pairs.get(i).copied().unwrap_or(0)),
        );
        let mut letters = 0i32;
        let n = features::each_gram(reading, |gram| {
            letters += i32::from(self.grams.get(gram as usize % N_GRAMS).copied().unwrap_or(0));
        });
        acts + pairs as f32 * self.head.pair_scale * PAIR_VALUE
            + letters as f32 * self.head.gram_scale * gram_value(n)
    }

    /// The calibrated probability of a score.
    pub(crate) fn probability(&self, score: f32) -> f32 {
        // Held-out data never support more certainty than this.
        sigmoid(self.head.certainty.line(score)).clamp(0.002, 0.998)
    }

    /// How well each type fits.
    pub(crate) fn type_scores(&self, reading: &Reading, firings: &[Firing]) -> [f32; N_TYPES] {
        let mut scores = [0.0f32; N_TYPES];
        features::each_act(
            reading,
            firings,
            |i| {
                if let Some(row) = self.type_dense.get(i) {
                    scores.iter_mut().zip(row).for_each(|(score, weight)| *score += weight);
                }
            },
            |_| {},
        );
        let mut letters = [0i32; N_TYPES];
        let n = features::each_gram(reading, |gram| {
            if let Some(row) = self.type_grams.get(gram as usize % N_TYPE_GRAMS) {
                letters
                    .iter_mut()
                    .zip(row)
                    .for_each(|(sum, weight)| *sum += i32::from(*weight));
            }
        });
        let value = gram_value(n) * self.head.type_scale;
        scores.iter_mut().zip(letters).for_each(|(score, sum)| *score += sum as f32 * value);
        scores
    }

    /// The most fitting type.
    pub(crate) fn kind(&self, reading: &Reading, firings: &[Firing]) -> FraudType {
        let scores = self.type_scores(reading, firings);
        FraudType::ALL
            .into_iter()
            .max_by(|a, b| scores[a.index()].total_cmp(&scores[b.index()]))
            .unwrap_or(FraudType::Other)
    }

    /// How much a rule adds to the score.
    pub(crate) fn rule_weight(&self, rule: usize) -> f32 {
        self.dense.get(features::rule_feature(rule)).copied().unwrap_or(0.0)
    }

    /// How much a concept said to the reader adds to the score.
    pub(crate) fn concept_weight(&self, concept: crate::lexicon::Concept) -> f32 {
        let feature = features::concept_feature(concept, crate::reading::Scope::Plain);
        self.dense.get(feature).copied().unwrap_or(0.0)
    }

    /// The model as a file: the same model gives the same bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        let head = serde_json::to_vec(&self.head)?;
        let mut bytes = Vec::with_capacity(1 << 20);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&(head.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&head);
        for weight in self.dense.iter().chain(self.type_dense.iter().flatten()) {
            bytes.extend_from_slice(&weight.to_le_bytes());
        }
        for weight in
            self.pairs.iter().chain(&self.grams).chain(self.type_grams.iter().flatten())
        {
            bytes.extend_from_slice(&weight.to_le_bytes());
        }
        Ok(bytes)
    }

    /// Reads a model file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let rest = bytes.strip_prefix(MAGIC.as_slice()).ok_or(ModelError::Magic)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(ModelError::Truncated)?;
        let (head, rest) = rest
            .split_at_checked(u32::from_le_bytes(*length) as usize)
            .ok_or(ModelError::Truncated)?;
        let head: Head = serde_json::from_slice(head)?;
        let n_floats = N_DENSE * (1 + N_TYPES);
        let (floats, bytes) =
            rest.split_at_checked(n_floats * 4).ok_or(ModelError::Truncated)?;
        if bytes.len() != N_PAIRS + N_GRAMS + N_TYPE_GRAMS * N_TYPES {
            return Err(ModelError::Truncated);
        }
        let (floats, _) = floats.as_chunks::<4>();
        let floats: Vec<f32> = floats.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect();
        let (dense, type_dense) = floats.split_at(N_DENSE);
        let signed: Vec<i8> = bytes.iter().map(|byte| i8::from_le_bytes([*byte])).collect();
        let (pairs, signed) = signed.split_at(N_PAIRS);
        let (grams, type_grams) = signed.split_at(N_GRAMS);
        Ok(Self {
            head,
            dense: dense.to_vec(),
            pairs: pairs.to_vec(),
            grams: grams.to_vec(),
            type_dense: type_dense.as_chunks::<N_TYPES>().0.to_vec(),
            type_grams: type_grams.as_chunks::<N_TYPES>().0.to_vec(),
        })
    }
}

/// What one letter sequence counts in a message with `n` of them.
fn gram_value(n: usize) -> f32 {
    GRAM_VALUE / ((n + 24) as f32).sqrt()
}

/// The logistic function, from plain arithmetic: the same bits on every machine.
fn sigmoid(x: f32) -> f32 {
    (1.0 / (1.0 + exp(f64::from(-x)))) as f32
}

/// e^x by halving and a Taylor sum.
fn exp(x: f64) -> f64 {
    let x = x.clamp(-60.0, 60.0);
    let small = x / 1024.0;
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..8 {
        term *= small / f64::from(k);
        sum += term;
    }
    for _ in 0..10 {
        sum *= sum;
    }
    sum
}

static SHIPPED: LazyLock<Model> = LazyLock::new(|| {
    // A test proves that the shipped file can be read.
    Model::from_bytes(include_bytes!("../data/model.bin"))
        .unwrap_or_else(|_| Model::untrained())
});

/// The model that is built in.
pub fn shipped() -> &'static Model {
    &SHIPPED
}

#[cfg(test)]
mod tests {
    use super::{Model, exp, shipped};
    use crate::lexicon;
    use crate::origin::sha256;
    use crate::rules::RULES;

    #[test]
    fn the_shipped_model_was_trained_with_the_shipped_words_and_rules() {
        let file =
            Model::from_bytes(include_bytes!("../data/model.bin")).expect("a model file");
        assert_eq!(file.origin().lexicon_sha256, sha256(lexicon::source().as_bytes()));
        assert_eq!(file.origin().n_rules, RULES.len());
        assert!(!file.origin().inputs.is_empty());
    }

    #[test]
    fn a_model_survives_its_file_and_fits_five_megabytes() {
        let bytes = shipped().to_bytes().expect("bytes");
        assert!(bytes.len() < 5 << 20, "{}", bytes.len());
        assert_eq!(&Model::from_bytes(&bytes).expect("a model"), shipped());
        assert!(Model::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        assert!(Model::from_bytes(b"nothing").is_err());
    }

    #[test]
    fn exp_is_close_to_the_library_one() {
        for x in [-20.0, -1.5, 0.0, 0.3, 7.0] {
            let error = (exp(x) / f64::exp(x) - 1.0).abs();
            assert!(error < 1e-9, "{x}: {error}");
        }
    }
}
