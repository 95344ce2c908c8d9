//! Stages, grades and classes in one spelling, however a school writes them.

use std::fmt;

use campaign::plan::Stage;

use super::value::{Fault, number, plain};

/// A grade: a year of a stage, or the year in which its students entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grade {
    /// `二年级`, `初一`, `高三`, `大班`: the year counts within the stage from
    /// 1; in a kindergarten 0 is 托班; in a university 11 is 研一.
    Year { stage: Stage, year: u8 },
    /// `2023级`.
    Entered { year: u16 },
}

impl Grade {
    /// The stage, where the word tells it.
    pub fn stage(self) -> Option<Stage> {
        match self {
            Grade::Year { stage, .. } => Some(stage),
            Grade::Entered { .. } => None,
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: [&str; 10] = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
        let digit = |n: u8| DIGITS.get(usize::from(n)).copied().unwrap_or("？");
        match *self {
            Grade::Entered { year } => write!(f, "{year}级"),
            Grade::Year { stage, year } => match stage {
                Stage::Kindergarten => {
                    let names = ["托班", "小班", "中班", "大班", "学前班"];
                    f.write_str(names.get(usize::from(year)).copied().unwrap_or("大班"))
                }
                Stage::Middle if year <= 3 => write!(f, "{}年级", digit(year + 6)),
                Stage::Middle => write!(f, "初{}", digit(year)),
                Stage::High => write!(f, "高{}", digit(year)),
                Stage::Vocational => write!(f, "中职{}年级", digit(year)),
                Stage::University if year > 10 => write!(f, "研{}", digit(year - 10)),
                Stage::University => write!(f, "大{}", digit(year)),
                Stage::Primary | Stage::Training => write!(f, "{}年级", digit(year)),
            },
        }
    }
}

pub(crate) fn stage(text: &str) -> Result<Stage, Fault> {
    let word = plain(text);
    let word = word.trim_end_matches("阶段").trim_end_matches("教育");
    Ok(match word {
        "幼儿园" | "幼儿" | "学前" | "幼教" | "学龄前" => Stage::Kindergarten,
        "小学" | "小学部" => Stage::Primary,
        "初中" | "普通初中" | "初级中学" | "中学" | "初中部" => Stage::Middle,
        "高中" | "普通高中" | "普高" | "高级中学" | "高中部" => Stage::High,
        "中职" | "职高" | "中专" | "技校" | "中等职业" | "职业高中" | "职业学校"
        | "中职学校" | "职中" | "技工学校" => Stage::Vocational,
        "大学" | "高校" | "高等" | "高职" | "大专" | "专科" | "本科" | "高职高专"
        | "研究生" | "硕士" | "博士" | "普通高校" | "学院" => Stage::University,
        "培训机构" | "培训" | "校外培训" | "校外培训机构" => Stage::Training,
        _ => match Stage::from_code(&word.to_ascii_lowercase()) {
            Some(stage) => stage,
            None => {
                return Err(
                    "学段无法识别，可填：幼儿园、小学、初中、高中、中职、高校、培训机构".into(),
                );
            }
        },
    })
}

/// Words that begin a grade, the stage they mean, longest first.
const PREFIXES: &[(&str, Stage)] = &[
    ("幼儿园", Stage::Kindergarten),
    ("职高高", Stage::Vocational),
    ("中职", Stage::Vocational),
    ("职高", Stage::Vocational),
    ("中专", Stage::Vocational),
    ("小学", Stage::Primary),
    ("初中", Stage::Middle),
    ("高中", Stage::High),
    ("高职", Stage::University),
    ("大学", Stage::University),
    ("大专", Stage::University),
    ("专科", Stage::University),
    ("本科", Stage::University),
    ("小", Stage::Primary),
    ("初", Stage::Middle),
    ("高", Stage::High),
    ("职", Stage::Vocational),
    ("大", Stage::University),
];

/// Reads a grade; `stage` is what the row says of the stage elsewhere.
pub(crate) fn grade(text: &str, stage: Option<Stage>) -> Result<Grade, Fault> {
    read_grade(&plain(text), stage).ok_or_else(|| {
        "年级无法识别，应写作：一年级、七年级、初一、高二、大一、小班/中班/大班 或 2023级"
            .into()
    })
}

fn read_grade(word: &str, stage: Option<Stage>) -> Option<Grade> {
    let word = word.trim_matches(['(', ')']);
    if let Some(grade) = kindergarten(word, stage) {
        return Some(grade);
    }
    let (said, rest) = PREFIXES
        .iter()
        .find_map(|(prefix, stage)| Some((Some(*stage), word.strip_prefix(prefix)?)))
        .unwrap_or((None, word));
    if let Some(grade) = entered(rest, said.or(stage)) {
        return Some(grade);
    }
    if let Some(year) =
        word.strip_prefix('研').and_then(|rest| number(rest.trim_end_matches("年级")))
    {
        let year = (1..=5).contains(&year).then_some(10 + year as u8)?;
        return Some(Grade::Year { stage: Stage::University, year });
    }
    let has_suffix = rest.ends_with("年级") || rest.ends_with("年");
    let year = number(rest.trim_end_matches('级').trim_end_matches('年'))?;
    year_of_stage(year, said.or(stage), said.is_some() || has_suffix)
}

fn kindergarten(word: &str, stage: Option<Stage>) -> Option<Grade> {
    let word = word.strip_prefix("幼儿园").unwrap_or(word);
    let is_there = stage == Some(Stage::Kindergarten);
    let year = match word {
        "托班" | "托小班" | "小小班" | "托" => 0,
        "小班" => 1,
        "中班" => 2,
        "大班" => 3,
        "学前班" => 4,
        "小" | "小班级" | "幼小" if is_there => 1,
        "中" | "幼中" if is_there => 2,
        "大" | "幼大" if is_there => 3,
        _ => return None,
    };
    Some(Grade::Year { stage: Stage::Kindergarten, year })
}

/// `2023级`, `23级`, `2023`, and `2026届` where the stage says how long it lasts.
fn entered(word: &str, stage: Option<Stage>) -> Option<Grade> {
    let is_leaving = word.ends_with('届');
    let digits = word.trim_end_matches(['级', '届']).trim_end_matches('年');
    let has_mark = digits.len() != word.len();
    let year: u16 = match digits.len() {
        4 if digits.starts_with("19") || digits.starts_with("20") => digits.parse().ok()?,
        2 if has_mark && !word.contains('年') => 2000 + digits.parse::<u16>().ok()?,
        _ => return None,
    };
    if !is_leaving {
        return Some(Grade::Entered { year });
    }
    let years = match stage? {
        Stage::Primary => 6,
        Stage::Kindergarten | Stage::Middle | Stage::High | Stage::Vocational => 3,
        Stage::University => 4,
        Stage::Training => return None,
    };
    Some(Grade::Entered { year: year - years })
}

fn year_of_stage(year: u16, stage: Option<Stage>, is_said: bool) -> Option<Grade> {
    let Some(stage) = stage else {
        let (stage, year) = match year {
            1..=6 => (Stage::Primary, year),
            7..=9 => (Stage::Middle, year - 6),
            10..=12 if is_said => (Stage::High, year - 9),
            _ => return None,
        };
        return Some(Grade::Year { stage, year: year as u8 });
    };
    let (stage, year) = match (stage, year) {
        (Stage::Primary | Stage::Middle, 7..=9) => (Stage::Middle, year - 6),
        (Stage::High, 10..=12) => (Stage::High, year - 9),
        _ => (stage, year),
    };
    let years = match stage {
        Stage::Kindergarten | Stage::High => 3,
        Stage::Middle => 4,
        Stage::Vocational => 5,
        Stage::Primary | Stage::University => 6,
        Stage::Training => 9,
    };
    if !(1..=years).contains(&year) {
        return None;
    }
    Some(Grade::Year { stage, year: year as u8 })
}

/// A class, and the grade if the cell names one too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClassWord {
    pub(crate) grade: Option<Grade>,
    pub(crate) class: String,
}

/// Reads `1班`, `（1）班`, `一班`, `三（2）班`, `2301班`, `2023级软件1班`.
pub(crate) fn class(text: &str, stage: Option<Stage>) -> Result<ClassWord, Fault> {
    let word = plain(text);
    if word.is_empty() || word.chars().count() > 40 {
        return Err("班级名称应为 1–40 个字，如“1班”“三（2）班”“2301班”".into());
    }
    if let Some(grade) = kindergarten(&word, stage) {
        return Ok(ClassWord { grade: Some(grade), class: word });
    }
    let body = word.strip_suffix("班级").or_else(|| word.strip_suffix('班')).unwrap_or(&word);
    let (grade, rest) = split_grade(body, stage);
    let rest = rest.trim_matches(['(', ')', '-', '.', '第', '_']);
    let class = match number(rest) {
        Some(n) => format!("{n}班"),
        None if rest.is_empty() => {
            return Err("班级缺少班号，应写作“1班”“三（2）班”“2301班”".into());
        }
        None => format!("{}班", rest.replace(['(', ')'], "")),
    };
    Ok(ClassWord { grade, class })
}

/// Takes the grade off the front of a class, if one stands there.
fn split_grade(body: &str, stage: Option<Stage>) -> (Option<Grade>, &str) {
    for mark in ["年级", "级", "届"] {
        if let Some((left, right)) = body.split_once(mark) {
            let end = body.len() - right.len();
            let grade = read_grade(body.get(..end).unwrap_or(left), stage);
            if grade.is_some() && !right.is_empty() {
                return (grade, right);
            }
        }
    }
    if let Some(found) = kindergarten_class(body, stage) {
        return found;
    }
    let mut marks = body.char_indices().filter(|(at, c)| *at > 0 && "(-.".contains(*c));
    if let Some((at, _)) = marks.next() {
        let (left, right) = body.split_at(at);
        let inner = right.trim_matches(['(', ')', '-', '.']);
        let is_year = left.chars().count() <= 3 && number(inner).is_some();
        if let Some(grade) = read_grade(left, stage).filter(|_| is_year) {
            return (Some(grade), right);
        }
    }
    word_and_number(body, stage)
}

/// `大一班`, `中（2）班`: a kindergarten's, where nothing says university.
fn kindergarten_class(body: &str, stage: Option<Stage>) -> Option<(Option<Grade>, &str)> {
    if stage.is_some_and(|stage| stage != Stage::Kindergarten) {
        return None;
    }
    let mut chars = body.chars();
    let year = match chars.next()? {
        '托' => 0,
        '小' => 1,
        '中' => 2,
        '大' => 3,
        _ => return None,
    };
    let rest = chars.as_str();
    number(rest.trim_matches(['(', ')'])).filter(|n| *n < 30)?;
    Some((Some(Grade::Year { stage: Stage::Kindergarten, year }), rest))
}

/// `初一3`, `七3`, `高二5`: a Chinese grade right before an Arabic class.
fn word_and_number(body: &str, stage: Option<Stage>) -> (Option<Grade>, &str) {
    let at = body.find(|c: char| c.is_ascii_digit()).filter(|at| *at > 0);
    let Some((left, right)) = at.and_then(|at| body.split_at_checked(at)) else {
        return (None, body);
    };
    let is_grade = left.chars().count() <= 4 && right.len() <= 2 && number(right).is_some();
    match read_grade(left, stage).filter(|_| is_grade) {
        Some(grade) => (Some(grade), right),
        None => (None, body),
    }
}
