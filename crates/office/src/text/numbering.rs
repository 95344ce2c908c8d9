//! Automatic numbers of Word: `一、` and `（一）` that stand in no paragraph's text.

use std::collections::HashMap;
use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::docx::{attribute, value};

#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// The levels of every abstract list.
    lists: HashMap<String, Vec<Level>>,
    /// From the number that a paragraph names to the abstract list.
    instances: HashMap<String, String>,
    /// Lists that come with a paragraph style.
    styles: HashMap<String, (String, usize)>,
    /// How far each list has counted.
    counts: HashMap<String, Vec<u32>>,
}

#[derive(Debug, Clone, Default)]
struct Level {
    start: u32,
    format: String,
    /// `%1、`, `（%2）`.
    text: String,
}

/// Word knows nine levels; a file that names more is not followed.
const LEVELS_MAX: usize = 9;
const LISTS_MAX: usize = 4_000;

impl Numbering {
    pub(super) fn read_definitions(&mut self, reader: &mut Reader<impl BufRead>) {
        let mut abstract_id = None;
        let mut instance = None;
        each(reader, |tag| match tag.local_name().as_ref() {
            "abstractNum" => abstract_id = attribute(tag, "abstractNumId"),
            "num" => instance = attribute(tag, "numId"),
            "abstractNumId" => {
                if let (Some(number), Some(list)) = (instance.take(), value(tag))
                    && self.instances.len() < LISTS_MAX
                {
                    self.instances.insert(number, list);
                }
            }
            "lvl" => {
                if let Some(levels) = self.levels(abstract_id.as_deref())
                    && levels.len() < LEVELS_MAX
                {
                    levels.push(Level { start: 1, ..Level::default() });
                }
            }
            "start" => {
                if let Some(level) =
                    self.levels(abstract_id.as_deref()).and_then(|l| l.last_mut())
                {
                    level.start =
                        value(tag).and_then(|v| v.parse().ok()).unwrap_or(1).min(10_000);
                }
            }
            "numFmt" => {
                if let Some(level) =
                    self.levels(abstract_id.as_deref()).and_then(|l| l.last_mut())
                {
                    level.format = value(tag).unwrap_or_default();
                }
            }
            "lvlText" => {
                if let Some(level) =
                    self.levels(abstract_id.as_deref()).and_then(|l| l.last_mut())
                {
                    level.text = value(tag).unwrap_or_default().chars().take(40).collect();
                }
            }
            _ => {}
        });
    }

    pub(super) fn read_styles(&mut self, reader: &mut Reader<impl BufRead>) {
        let mut style = None;
        let mut level = 0;
        each(reader, |tag| match tag.local_name().as_ref() {
            "style" => {
                style = attribute(tag, "styleId");
                level = 0;
            }
            "ilvl" => level = value(tag).and_then(|v| v.parse().ok()).unwrap_or(0),
            "numId" => {
                if let (Some(style), Some(number)) = (&style, value(tag))
                    && self.styles.len() < LISTS_MAX
                {
                    self.styles.insert(style.clone(), (number, level));
                }
            }
            _ => {}
        });
    }

    fn levels(&mut self, list: Option<&str>) -> Option<&mut Vec<Level>> {
        let list = list?;
        if self.lists.len() >= LISTS_MAX && !self.lists.contains_key(list) {
            return None;
        }
        Some(self.lists.entry(list.to_owned()).or_default())
    }

    /// The number before a paragraph, counted on from the one before.
    pub(super) fn label(
        &mut self,
        own: Option<&(String, usize)>,
        style: Option<&str>,
    ) -> String {
        let from_style = || style.and_then(|s| self.styles.get(s)).cloned();
        let Some((number, at)) = own.cloned().or_else(from_style) else { return String::new() };
        let Some(list) = self.instances.get(&number).cloned() else { return String::new() };
        let Some(levels) = self.lists.get(&list).cloned() else { return String::new() };
        let Some(level) = levels.get(at) else { return String::new() };
        let counts = self.counts.entry(list).or_insert_with(|| vec![0; LEVELS_MAX]);
        for (i, count) in counts.iter_mut().enumerate() {
            if i == at {
                *count = if *count == 0 { level.start } else { count.saturating_add(1) };
            } else if i > at {
                *count = 0;
            }
        }
        let mut text = level.text.clone();
        for (i, inner) in levels.iter().enumerate() {
            let count = counts.get(i).copied().unwrap_or_default().max(inner.start);
            text = text.replace(&format!("%{}", i + 1), &write(count, &inner.format));
        }
        if level.format == "bullet" || level.format == "none" { String::new() } else { text }
    }
}

fn each(reader: &mut Reader<impl BufRead>, mut see: impl FnMut(&BytesStart<'_>)) {
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag) | Event::Empty(tag)) => see(&tag),
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

fn write(count: u32, format: &str) -> String {
    match format {
        "chineseCounting"
        | "chineseCountingThousand"
        | "japaneseCounting"
        | "ideographDigital"
        | "taiwaneseCountingThousand"
        | "ideographTraditional" => chinese(count),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" => {
            char::from_u32(0x2460 + count.saturating_sub(1).min(19))
                .map(String::from)
                .unwrap_or_default()
        }
        "upperLetter" => letter(count, b'A'),
        "lowerLetter" => letter(count, b'a'),
        _ => count.to_string(),
    }
}

fn letter(count: u32, first: u8) -> String {
    let at = u8::try_from(count.saturating_sub(1) % 26).unwrap_or(0);
    char::from(first + at).to_string()
}

/// `12` as 十二; lists of a hundred entries and more are left in figures.
fn chinese(count: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |d: u32| DIGITS.get(d as usize).copied().unwrap_or_default();
    match count {
        0 => "零".to_owned(),
        1..=9 => digit(count).to_owned(),
        10..=19 => format!("十{}", digit(count % 10)),
        20..=99 => format!("{}十{}", digit(count / 10), digit(count % 10)),
        _ => count.to_string(),
    }
}
