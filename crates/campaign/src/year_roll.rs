//! The year-roll (升级): what a grade or class is called a school year later,
//! and which ones leave.

use jiff::civil::Date;

use crate::person::school_year;
use crate::plan::Stage;

/// What happens to a grade or class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It moves up and is called this from then on.
    Up(String),
    /// It has come to its end (毕业).
    Leave,
    /// Its name tells no grade, or tells the year of entry.
    Stay,
}

const DIGITS: [&str; 10] = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// Words that count the years of a stage, and how many years it has.
const COUNTED: [(&str, &str, Stage, usize); 6] = [
    ("初", "", Stage::Middle, 3),
    ("高", "", Stage::High, 3),
    ("中职", "年级", Stage::Vocational, 3),
    ("职", "", Stage::Vocational, 3),
    ("大", "", Stage::University, 4),
    ("研", "", Stage::University, 3),
];

/// What becomes of a grade or class called `name` at the roll of day `on`.
pub fn step(name: &str, stage: Option<Stage>, on: Date) -> Step {
    if let Some(step) = entered(name, stage, on) {
        return step;
    }
    if let Some(step) = kindergarten(name, stage) {
        return step;
    }
    for (word, suffix, _, years) in COUNTED {
        let Some((year, rest)) = name.strip_prefix(word).and_then(digit) else { continue };
        let Some(rest) = rest.strip_prefix(suffix) else { continue };
        return if year >= years {
            Step::Leave
        } else {
            Step::Up(format!("{word}{}{suffix}{rest}", DIGITS[year + 1]))
        };
    }
    let Some((year, rest)) = digit(name) else { return Step::Stay };
    // 三年级, 三年级1班, 三（1）班: but 三班 is a number of its own.
    if !(rest.starts_with("年级") || rest.starts_with('（') || rest.starts_with('(')) {
        return Step::Stay;
    }
    let is_last = match stage {
        Some(Stage::Primary) | None => year == 6 || year == 9,
        Some(Stage::Middle) => year == 9,
        Some(Stage::High | Stage::Vocational) => year == 3 || year == 12,
        Some(Stage::University) => year == 4,
        Some(Stage::Kindergarten | Stage::Training) => false,
    };
    match DIGITS.get(year + 1) {
        _ if is_last => Step::Leave,
        Some(next) => Step::Up(format!("{next}{rest}")),
        None => Step::Leave,
    }
}

/// The Chinese digit at the beginning, and what follows it.
fn digit(text: &str) -> Option<(usize, &str)> {
    (1..DIGITS.len()).find_map(|n| Some((n, text.strip_prefix(DIGITS[n])?)))
}

/// `2023级`: the name stays until the years of the stage are over.
fn entered(name: &str, stage: Option<Stage>, on: Date) -> Option<Step> {
    let year: i16 = name.get(..4)?.parse().ok()?;
    if !name.get(4..)?.starts_with('级') || !(1990..2100).contains(&year) {
        return None;
    }
    let years = match stage? {
        Stage::Primary => 6,
        Stage::Kindergarten | Stage::Middle | Stage::High | Stage::Vocational => 3,
        Stage::University => 4,
        Stage::Training => return Some(Step::Stay),
    };
    // A roll in July ends the school year, one in August begins the next.
    let begins = if on.month() < 8 { school_year(on) + 1 } else { school_year(on) };
    Some(if begins - year >= years { Step::Leave } else { Step::Stay })
}

fn kindergarten(name: &str, stage: Option<Stage>) -> Option<Step> {
    if stage != Some(Stage::Kindergarten) {
        return None;
    }
    let word = name.chars().next()?;
    let rest = name.strip_prefix(word)?;
    Some(match word {
        '托' => Step::Up(format!("小{rest}")),
        '小' => Step::Up(format!("中{rest}")),
        '中' => Step::Up(format!("大{rest}")),
        '大' | '学' => Step::Leave,
        _ => Step::Stay,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn at(name: &str, stage: Stage) -> String {
        match step(name, Some(stage), date(2023, 8, 20)) {
            Step::Up(name) => name,
            Step::Leave => "离".to_owned(),
            Step::Stay => "留".to_owned(),
        }
    }

    #[test]
    fn grades_and_classes_move_up_until_the_last() {
        for (name, stage, after) in [
            ("三年级", Stage::Primary, "四年级"),
            ("三年级1班", Stage::Primary, "四年级1班"),
            ("三（1）班", Stage::Primary, "四（1）班"),
            ("六年级2班", Stage::Primary, "离"),
            ("七年级3班", Stage::Middle, "八年级3班"),
            ("九年级3班", Stage::Middle, "离"),
            ("初一2班", Stage::Middle, "初二2班"),
            ("初三2班", Stage::Middle, "离"),
            ("高二（5）班", Stage::High, "高三（5）班"),
            ("高三", Stage::High, "离"),
            ("小1班", Stage::Kindergarten, "中1班"),
            ("大班", Stage::Kindergarten, "离"),
            ("中职一年级", Stage::Vocational, "中职二年级"),
            ("大四", Stage::University, "离"),
            ("三班", Stage::Primary, "留"),
            ("火箭班", Stage::Primary, "留"),
            ("2023级软件1班", Stage::University, "留"),
            ("2019级软件1班", Stage::University, "离"),
            ("2020级1班", Stage::Middle, "离"),
            ("2021级1班", Stage::Middle, "留"),
        ] {
            assert_eq!(at(name, stage), after, "{name}");
        }
    }

    #[test]
    fn a_roll_in_july_ends_the_same_year_as_one_in_august() {
        let july = step("2020级1班", Some(Stage::Middle), date(2023, 7, 5));
        assert_eq!(july, Step::Leave);
        assert_eq!(step("2021级1班", Some(Stage::Middle), date(2023, 7, 5)), Step::Stay);
    }
}
