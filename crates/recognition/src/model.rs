//! A small network over acts, rules, pairs of acts and letters: its file, and
//! the scores of a message. Training is in `train`.

mod calibrate;
mod features;
mod lessons;
mod train;
mod vocabulary;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::fraud_type::FraudType;
use crate::letters::letters;
use crate::lexicon::{Concept, N_CONCEPTS};
use crate::reading::{Reading, Scope};
use crate::rules::Firing;
use features::{Grams, N_ACTS};
use vocabulary::{N_PLACES, Vocabulary};

pub use lessons::{License, RowError, Source};
pub use train::{Lesson, Settings, train};

/// How many fraud types there are.
const N_TYPES: usize = FraudType::ALL.len();
/// What the network says: scam or not, and how well each type fits.
const N_OUT: usize = 1 + N_TYPES;
/// Rounded up to whole vector registers of a machine; the rest is zero.
const N_OUT_WIDE: usize = N_OUT.next_multiple_of(8);
/// How many views of a message the network forms.
const N_HIDDEN: usize = 32;
/// What one act counts.
const ACT_VALUE: f32 = 0.3;
/// What all letters together count, about.
const GRAM_VALUE: f32 = 6.0;
/// The first bytes of a model file.
const MAGIC: &[u8; 8] = b"WUZHAID4";

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
    act_scale: f32,
    gram_scale: f32,
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

/// The weights of one feature, two to a number (one of the first half, one of
/// the second) and each shifted to be no less than zero: so they are added fastest.
/// None lies across two cache lines.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(32))]
struct Row([u16; HALF]);

/// Half of the views: a weight of the first half shares a number with one of the second.
const HALF: usize = N_HIDDEN / 2;

impl Row {
    /// What zero is kept as.
    const SHIFT: u8 = 128;
    const ZERO: Self = Self([Self::SHIFT as u16 * 0x0101; HALF]);

    fn new(weights: &[i8; N_HIDDEN]) -> Self {
        let mut row = Self::ZERO;
        let (low, high) = weights.split_at(HALF);
        for (pair, (low, high)) in row.0.iter_mut().zip(low.iter().zip(high)) {
            let shifted = |weight: &i8| weight.cast_unsigned().wrapping_add(Self::SHIFT);
            *pair = u16::from_le_bytes([shifted(low), shifted(high)]);
        }
        row
    }

    fn weights(&self) -> impl Iterator<Item = i8> {
        let low = self.0.iter().map(|pair| pair.to_le_bytes()[0]);
        let high = self.0.iter().map(|pair| pair.to_le_bytes()[1]);
        low.chain(high).map(|byte| byte.wrapping_sub(Self::SHIFT).cast_signed())
    }
}

/// A trained model.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    head: Head,
    bias: [f32; N_HIDDEN],
    /// What each view says to every output: side by side, so that all outputs
    /// are added at once.
    out: [[f32; N_OUT_WIDE]; N_HIDDEN],
    acts: Vec<Row>,
    /// What each concept says for a scam; comes from the rest.
    concepts: [f32; N_CONCEPTS],
    /// Which letter sequences have weights, and where.
    known: Vocabulary,
    grams: Vec<Row>,
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

/// So many bytes always fit a short.
const ADDED_MAX: usize = 256;
const _: () = assert!(ADDED_MAX * u8::MAX as usize <= u16::MAX as usize);

/// Features in waiting, to be added many at once.
struct Waiting {
    features: [u32; ADDED_MAX],
    n: usize,
}

impl Waiting {
    const NONE: Self = Self { features: [0; ADDED_MAX], n: 0 };

    /// Adds a feature if it counts. Which count cannot be foreseen: no branch on it.
    #[inline]
    fn push(&mut self, feature: u32, counts: bool) {
        // INVARIANT: whoever pushes empties it as soon as it is full.
        debug_assert!(!self.is_full());
        if let Some(free) = self.features.get_mut(self.n) {
            *free = feature;
            self.n += usize::from(counts);
        }
    }

    const fn is_full(&self) -> bool {
        self.n == ADDED_MAX
    }

    /// Adds the rows of all, which wait no more: both bytes of each pair as shorts,
    /// which a machine does many at a time.
    fn add_to(&mut self, sum: &mut [i32; N_HIDDEN], rows: &[Row]) {
        let some = self.features.get(..self.n).unwrap_or_default();
        let (mut low, mut high) = ([0u16; HALF], [0u16; HALF]);
        let mut n = 0;
        for Row(row) in some.iter().filter_map(|&i| rows.get(i as usize)) {
            for ((low, high), pair) in low.iter_mut().zip(&mut high).zip(row) {
                *low = low.wrapping_add(pair & 0xFF);
                *high = high.wrapping_add(pair >> 8);
            }
            n += 1;
        }
        let (first, second) = sum.split_at_mut(HALF);
        for (half, shorts) in [(first, low), (second, high)] {
            for (sum, short) in half.iter_mut().zip(shorts) {
                *sum += i32::from(short) - i32::from(Row::SHIFT) * n;
            }
        }
        self.n = 0;
    }
}

/// What the network says of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opinion {
    /// Above zero speaks for a scam.
    pub(crate) score: f32,
    /// How well each type fits.
    types: [f32; N_TYPES],
}

impl Opinion {
    /// The most fitting type.
    pub(crate) fn kind(&self) -> FraudType {
        FraudType::ALL
            .into_iter()
            .zip(self.types)
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map_or(FraudType::Other, |(kind, _)| kind)
    }
}

impl Model {
    /// A model that knows nothing.
    pub fn untrained() -> Self {
        Self {
            head: Head {
                origin: Origin::default(),
                act_scale: 0.0,
                gram_scale: 0.0,
                certainty: Certainty::PLAIN,
            },
            bias: [0.0; N_HIDDEN],
            out: [[0.0; N_OUT_WIDE]; N_HIDDEN],
            acts: vec![Row::ZERO; N_ACTS],
            concepts: [0.0; N_CONCEPTS],
            known: Vocabulary::empty(),
            grams: vec![Row::ZERO; N_PLACES],
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

    /// What the network says of a message.
    pub(crate) fn judge(&self, reading: &Reading, firings: &[Firing]) -> Opinion {
        let acts = self.sum_of_acts(reading, firings);
        let (grams, n_grams) = self.sum_of_grams(&letters(&reading.plain));
        let act_value = ACT_VALUE * self.head.act_scale;
        let gram_value = gram_value(n_grams) * self.head.gram_scale;
        let mut hidden = self.bias;
        for ((view, act), gram) in hidden.iter_mut().zip(acts).zip(grams) {
            *view = (*view + act as f32 * act_value + gram as f32 * gram_value).max(0.0);
        }
        let mut said = [0.0f32; N_OUT_WIDE];
        for (view, weights) in hidden.iter().zip(&self.out) {
            for (said, weight) in said.iter_mut().zip(weights) {
                *said += view * weight;
            }
        }
        let mut types = [0.0; N_TYPES];
        types.iter_mut().zip(&said[1..]).for_each(|(of_type, said)| *of_type = *said);
        Opinion { score: said[0], types }
    }

    fn sum_of_acts(&self, reading: &Reading, firings: &[Firing]) -> [i32; N_HIDDEN] {
        let mut sum = [0; N_HIDDEN];
        let mut waiting = Waiting::NONE;
        features::each_act(reading, firings, |act, counts| {
            waiting.push(act, counts);
            if waiting.is_full() {
                waiting.add_to(&mut sum, &self.acts);
            }
        });
        waiting.add_to(&mut sum, &self.acts);
        sum
    }

    /// The sum of the sequences that are known, and how many there are in all.
    fn sum_of_grams(&self, letters: &[char]) -> ([i32; N_HIDDEN], usize) {
        let mut sum = [0; N_HIDDEN];
        let mut n_grams = 0;
        let mut grams = Grams::new();
        // Each letter gives at most two: so they never are too many.
        let mut waiting = Waiting::NONE;
        for some in letters.chunks(ADDED_MAX / 2) {
            for &c in some {
                for (key, is_new) in grams.of(c) {
                    let (place, is_known) = self.known.place(key);
                    waiting.push(place, is_new & is_known);
                    n_grams += usize::from(is_new);
                }
            }
            waiting.add_to(&mut sum, &self.grams);
        }
        (sum, n_grams)
    }

    /// The calibrated probability of a score, the logarithm of its odds shifted.
    pub(crate) fn probability(&self, score: f32, shift: f32) -> f32 {
        // Held-out data never support more certainty than this.
        sigmoid(self.head.certainty.line(score) + shift).clamp(0.002, 0.998)
    }

    /// How much each concept said to the reader speaks for a scam.
    fn weigh_concepts(&self) -> [f32; N_CONCEPTS] {
        let mut weights = [0.0; N_CONCEPTS];
        for (weight, concept) in weights.iter_mut().zip(Concept::ALL) {
            let feature = features::concept_feature(*concept, Scope::Plain);
            let Some(row) = self.acts.get(feature) else { continue };
            let says_scam = self.out.iter().map(|says| says[0]);
            let says =
                row.weights().zip(says_scam).map(|(weight, says)| f32::from(weight) * says);
            *weight = says.sum::<f32>() * self.head.act_scale;
        }
        weights
    }

    /// How much a concept said to the reader speaks for a scam.
    pub(crate) fn concept_weight(&self, concept: Concept) -> f32 {
        self.concepts.get(concept as usize).copied().unwrap_or_default()
    }

    /// The model as a file: the same model gives the same bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        let head = serde_json::to_vec(&self.head)?;
        let mut bytes = Vec::with_capacity(4 << 20);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&(head.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&head);
        // Output by output, as they were learned.
        let outputs =
            (0..N_OUT).flat_map(|i| self.out.iter().filter_map(move |says| says.get(i)));
        for weight in self.bias.iter().chain(outputs) {
            bytes.extend_from_slice(&weight.to_le_bytes());
        }
        bytes.extend(self.known.bytes());
        let rows = self.acts.iter().chain(&self.grams);
        bytes.extend(rows.flat_map(Row::weights).map(i8::cast_unsigned));
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
        let n_floats = N_HIDDEN * (1 + N_OUT);
        let (floats, bytes) =
            rest.split_at_checked(n_floats * 4).ok_or(ModelError::Truncated)?;
        let (known, bytes) = bytes.split_at_checked(N_PLACES).ok_or(ModelError::Truncated)?;
        let known = Vocabulary::from_bytes(known).ok_or(ModelError::Truncated)?;
        if bytes.len() != (N_ACTS + N_PLACES) * N_HIDDEN {
            return Err(ModelError::Truncated);
        }
        let floats: Vec<f32> =
            floats.as_chunks::<4>().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect();
        let [bias, out @ ..] = floats.as_chunks::<N_HIDDEN>().0 else {
            return Err(ModelError::Truncated);
        };
        let weights: Vec<i8> = bytes.iter().map(|byte| byte.cast_signed()).collect();
        let rows: Vec<Row> = weights.as_chunks::<N_HIDDEN>().0.iter().map(Row::new).collect();
        let (acts, grams) = rows.split_at_checked(N_ACTS).ok_or(ModelError::Truncated)?;
        let out = outputs(out.as_flattened());
        let (acts, grams) = (acts.to_vec(), grams.to_vec());
        let concepts = [0.0; N_CONCEPTS];
        let mut model = Self { head, bias: *bias, out, acts, concepts, known, grams };
        model.concepts = model.weigh_concepts();
        Ok(model)
    }
}

/// The weights of the outputs, given one output after the other, side by side.
fn outputs(weights: &[f32]) -> [[f32; N_OUT_WIDE]; N_HIDDEN] {
    let mut out = [[0.0; N_OUT_WIDE]; N_HIDDEN];
    for (i, output) in weights.as_chunks::<N_HIDDEN>().0.iter().enumerate() {
        for (says, weight) in out.iter_mut().zip(output) {
            if let Some(says) = says.get_mut(i) {
                *says = *weight;
            }
        }
    }
    out
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
    use super::{Grams, Model, N_HIDDEN, exp, shipped};
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
    fn long_and_short_messages_are_summed_alike() {
        let model = shipped();
        let word = "请把验证码告诉我然后转账到安全账户里面不要对家里人说起这件事情";
        for n in [0, 1, 126, 127, 128, 129, 254, 255, 256, 900] {
            let some: Vec<char> = word
                .chars()
                .cycle()
                .enumerate()
                .take(n)
                .map(|(i, c)| {
                    if i % 3 == 0 { char::from_u32(0x4E00 + i as u32).unwrap_or(c) } else { c }
                })
                .collect();
            let (sum, n_grams) = model.sum_of_grams(&some);
            let mut plain = [0i32; N_HIDDEN];
            let (mut keys, mut n_new) = (Grams::new(), 0);
            for (key, is_new) in some.iter().flat_map(|c| keys.of(*c)) {
                n_new += usize::from(is_new);
                let (place, is_known) = model.known.place(key);
                if is_new && is_known {
                    let row = model.grams[place as usize].weights();
                    plain
                        .iter_mut()
                        .zip(row)
                        .for_each(|(sum, weight)| *sum += i32::from(weight));
                }
            }
            assert_eq!((sum, n_grams), (plain, n_new), "{n} letters");
        }
    }

    #[test]
    fn exp_is_close_to_the_library_one() {
        for x in [-20.0, -1.5, 0.0, 0.3, 7.0] {
            let error = (exp(x) / f64::exp(x) - 1.0).abs();
            assert!(error < 1e-9, "{x}: {error}");
        }
    }
}
