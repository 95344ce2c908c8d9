//! The order in which Chinese readers look names up: by the reading of each
//! character, its tone, and the character itself, so that those who share a
//! family name stand together. Numbers count as numbers (第9 before 第10), Latin
//! letters stand before Chinese ones, marks before all.
//!
//! A name becomes bytes that compare in that order. Databases keep them beside
//! the name: both engines compare bytes alike, and texts each in their own way.

use std::hash::Hasher;
use std::sync::LazyLock;

use pinyin::ToPinyin;
use rustc_hash::{FxHashMap, FxHasher};

/// Characters that a family name reads otherwise than most words.
const FAMILY: [(char, &str, u8); 27] = [
    ('曾', "zeng", 1),
    ('单', "shan", 4),
    ('解', "xie", 4),
    ('仇', "qiu", 2),
    ('区', "ou", 1),
    ('查', "zha", 1),
    ('任', "ren", 2),
    ('华', "hua", 4),
    ('盖', "ge", 3),
    ('朴', "piao", 2),
    ('乐', "yue", 4),
    ('缪', "miao", 4),
    ('翟', "zhai", 2),
    ('折', "she", 2),
    ('黑', "he", 4),
    ('覃', "qin", 2),
    ('召', "shao", 4),
    ('员', "yun", 4),
    ('种', "chong", 2),
    ('繁', "po", 2),
    ('薄', "bo", 2),
    ('洗', "xian", 3),
    ('秘', "bi", 4),
    ('燕', "yan", 1),
    ('谌', "chen", 2),
    ('句', "gou", 1),
    ('祭', "zhai", 4),
];

/// The same for family names of two characters.
const FAMILY_OF_TWO: [(&str, [(&str, u8); 2]); 6] = [
    ("尉迟", [("yu", 4), ("chi", 2)]),
    ("万俟", [("mo", 4), ("qi", 2)]),
    ("长孙", [("zhang", 3), ("sun", 1)]),
    ("澹台", [("tan", 2), ("tai", 2)]),
    ("单于", [("chan", 2), ("yu", 2)]),
    ("令狐", [("ling", 2), ("hu", 2)]),
];

/// The characters whose readings are looked up at once, without a search.
const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9fff;

struct Table {
    /// By character from `FIRST` on; 0 where nothing is known.
    readings: Vec<u16>,
    /// The place of a syllable among all, times eight.
    syllables: FxHashMap<String, u16>,
    version: String,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let known = |at: u32| Some(spelt(char::from_u32(at)?.to_pinyin()?));
    let mut all: Vec<String> = (FIRST..=LAST).filter_map(known).map(|(it, _)| it).collect();
    all.extend(FAMILY.iter().map(|(_, syllable, _)| (*syllable).to_owned()));
    // `lü` comes right after `lu`, and `lüe` after `luan`.
    all.sort_by_cached_key(|it| (it.replace('ü', "u"), it.contains('ü')));
    all.dedup();
    let syllables: FxHashMap<String, u16> =
        all.into_iter().zip(1_u16..).map(|(it, place)| (it, place << 3)).collect();
    let reading = |at: u32| {
        known(at)
            .and_then(|(syllable, tone)| Some(syllables.get(&syllable)? | u16::from(tone)))
            .unwrap_or_default()
    };
    let readings: Vec<u16> = (FIRST..=LAST).map(reading).collect();
    let mut hasher = FxHasher::default();
    for it in &readings {
        hasher.write_u16(*it);
    }
    for (letter, syllable, tone) in FAMILY {
        hasher.write_u32(letter.into());
        hasher.write(syllable.as_bytes());
        hasher.write_u8(tone);
    }
    let version = format!("1-{:016x}", hasher.finish());
    Table { readings, syllables, version }
});

/// A reading without its tone, and the tone: 5 for none.
fn spelt(it: pinyin::Pinyin) -> (String, u8) {
    let tone = it.with_tone_num_end().bytes().last().filter(u8::is_ascii_digit);
    (it.plain().replace('v', "ü"), tone.map_or(5, |digit| digit - b'0'))
}

/// Changes when names get other keys; those that were kept are made anew then.
pub fn version() -> &'static str {
    &TABLE.version
}

/// The key of a person's name. What it begins with is read as a family name.
pub fn name_key(name: &str) -> Vec<u8> {
    let of = |syllable: &str, tone: u8| {
        TABLE.syllables.get(syllable).map_or(0, |place| place | u16::from(tone))
    };
    let mut first: Vec<u16> = Vec::new();
    if let Some((_, readings)) = FAMILY_OF_TWO.iter().find(|(two, _)| name.starts_with(two)) {
        first.extend(readings.iter().map(|(syllable, tone)| of(syllable, *tone)));
    } else if let Some((_, syllable, tone)) =
        FAMILY.iter().find(|(letter, ..)| name.starts_with(*letter))
    {
        first.push(of(syllable, *tone));
    }
    key(name, &first)
}

/// The key of any other name: of a unit, a title.
pub fn title_key(title: &str) -> Vec<u8> {
    key(title, &[])
}

const MARK: u8 = 0x10;
const NUMBER: u8 = 0x20;
const LATIN: u8 = 0x30;
/// To 0x4f: the reading stands in the four bits below and the next byte.
const READ: u8 = 0x40;
const OTHER: u8 = 0x60;

fn key(text: &str, first: &[u16]) -> Vec<u8> {
    let mut key = Vec::with_capacity(text.len() * 2);
    let mut letters = text.chars().map(narrow).enumerate().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter.is_ascii_digit() {
            let mut digits = vec![letter as u8];
            while let Some((_, next)) = letters.next_if(|(_, next)| next.is_ascii_digit()) {
                digits.push(next as u8);
            }
            let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
            let digits = digits.get(zeros..).unwrap_or_default();
            key.extend([NUMBER, digits.len().min(255) as u8]);
            key.extend_from_slice(digits);
        } else if letter.is_ascii_alphabetic() {
            key.extend([LATIN, letter.to_ascii_lowercase() as u8]);
        } else {
            match first.get(at).copied().unwrap_or_else(|| reading(letter)) {
                0 if letter.is_alphanumeric() => key.push(OTHER),
                0 => key.push(MARK),
                read => key.extend([READ | (read >> 8) as u8, read as u8]),
            }
            let [_, rest @ ..] = u32::from(letter).to_be_bytes();
            key.extend(rest);
        }
    }
    key
}

/// Full-width letters and digits as the narrow ones that they are.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    }
}

fn reading(letter: char) -> u16 {
    let code = u32::from(letter);
    if let Some(known) =
        code.checked_sub(FIRST).and_then(|at| TABLE.readings.get(at as usize).copied())
    {
        return known;
    }
    letter
        .to_pinyin()
        .map(spelt)
        .and_then(|(syllable, tone)| Some(TABLE.syllables.get(&syllable)? | u16::from(tone)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{TABLE, name_key, title_key, version};

    fn sorted<'a>(names: &[&'a str], key: fn(&str) -> Vec<u8>) -> Vec<&'a str> {
        let mut names = names.to_vec();
        names.reverse();
        names.sort_by_cached_key(|name| key(name));
        names
    }

    #[test]
    fn names_come_as_a_dictionary_has_them() {
        let tables: [&[&str]; 8] = [
            // By the reading, then the tone.
            &["艾青", "白雪", "陈晨", "李明", "王芳", "张伟", "赵敏"],
            &["妈", "麻", "马", "骂", "吗"],
            // Those of one family name stand together, whatever follows.
            &["汪宁", "汪萍", "王爱国", "王宁"],
            // A name before the longer one that begins with it.
            &["李", "李明", "李明明"],
            // Family names have readings of their own.
            &["曹操", "曾国", "查良", "张三"],
            &["任平", "单雄", "解珍", "尉迟恭", "朱明"],
            // `lü` right after `lu`.
            &["卢一", "吕一", "栾一", "罗一"],
            // Marks, numbers, letters, characters.
            &["（无名）", "007", "Alice", "bob", "阿里", "阿依古丽·买买提"],
        ];
        for table in tables {
            assert_eq!(sorted(table, name_key), table);
        }
    }

    #[test]
    fn titles_count_numbers_and_read_words_as_words() {
        let tables: [&[&str]; 3] = [
            &["第2中学", "第9中学", "第10中学", "第０１１中学"],
            &["解放路小学", "实验小学", "中心小学"],
            &["3(2)班", "3(10)班", "10(1)班"],
        ];
        for table in tables {
            assert_eq!(sorted(table, title_key), table);
        }
    }

    #[test]
    fn every_reading_fits_its_place_and_common_characters_have_one() {
        assert!(TABLE.readings.iter().all(|it| *it < 0x1000), "four bits and a byte");
        let unread: String = (0x4e00..=0x9fa5_u32)
            .filter_map(char::from_u32)
            .filter(|letter| super::reading(*letter) == 0)
            .collect();
        // Characters of foreign measures; they come last.
        assert!(unread.chars().count() <= 10, "{unread}");
        assert!(version().starts_with("1-"));
    }
}
