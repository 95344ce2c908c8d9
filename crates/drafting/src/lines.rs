//! Lines to paragraphs: what a PDF or a web page broke is put together, and
//! what a web page ran together is taken apart.

use std::sync::LazyLock;

use regex::Regex;

use crate::marker;
use crate::text::Folded;

/// The paragraphs of the document, without page numbers and empty lines.
pub(crate) fn paragraphs(source: &str) -> Vec<Folded> {
    let lines: Vec<Folded> = line_ranges(source)
        .map(|range| Folded::of(source, range))
        .filter(|line| !line.text.is_empty() && !is_page_number(&line.text))
        .collect();
    let wrap = wrap_width(&lines);
    let mut out: Vec<Folded> = Vec::new();
    let mut last_width = 0;
    for line in lines {
        // Some pages break by characters and not by width: figures count whole there.
        let width = width(&line.text).max(line.len_chars());
        match out.last_mut() {
            Some(open) if continues(open, &line, last_width, wrap) => open.append(&line),
            _ => out.push(line),
        }
        last_width = width;
    }
    out.into_iter().flat_map(cut_at_markers).collect()
}

fn line_ranges(source: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut at = 0;
    source
        .split_inclusive(['\n', '\r', '\u{0B}', '\u{0C}', '\u{85}', '\u{2028}', '\u{2029}'])
        .map(move |line| {
            let range = at..at + line.len();
            at = range.end;
            range
        })
}

/// Half-width characters count half.
fn width(text: &str) -> usize {
    let halves: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    halves.div_ceil(2)
}

fn is_page_number(text: &str) -> bool {
    static PAGE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:[-·]*[0-9]{1,3}[-·]*|第[0-9]{1,3}页(?:[,/]?共[0-9]{1,3}页)?|[0-9]{1,3}/[0-9]{1,3})$")
            .expect("a constant expression")
    });
    PAGE.is_match(text)
}

/// The width at which the lines were broken, if they were: many lines of nearly
/// the same length, and hardly any longer.
fn wrap_width(lines: &[Folded]) -> Option<usize> {
    let widths: Vec<usize> =
        lines.iter().map(|l| width(&l.text)).filter(|w| (15..=60).contains(w)).collect();
    let longer = lines.iter().filter(|l| width(&l.text) > 60).count();
    let (best, count) = (18..=60)
        .map(|w| (w, widths.iter().filter(|x| (w - 3..=w).contains(*x)).count()))
        .max_by_key(|(w, count)| (*count, *w))?;
    let beyond = widths.iter().filter(|w| **w > best + 1).count() + longer;
    (count >= 5 && count * 5 >= widths.len() * 2 && beyond * 10 <= count).then_some(best)
}

fn continues(open: &Folded, next: &Folded, last_width: usize, wrap: Option<usize>) -> bool {
    let head = next.text.as_str();
    if open.text.len() > MAX_PARAGRAPH || marker::starts(head) || starts_annex(head) {
        return false;
    }
    if head.starts_with(['，', ',', '。', '、', ')', '》', '”', ';', '%']) {
        return true;
    }
    let Some(last) = open.text.chars().next_back() else { return false };
    if "。!?:".contains(last) {
        return false;
    }
    // A date that the page broke in two.
    if "年月".contains(last) && head.starts_with(|c: char| c.is_ascii_digit()) && wrap.is_some()
    {
        return true;
    }
    if open.text.contains('\t') || head.contains('\t') {
        return false;
    }
    if let Some(wrap) = wrap
        && last_width + 4 >= wrap
    {
        return true;
    }
    if ",、(《“".contains(last) {
        return true;
    }
    unclosed(&open.text) && next.len_chars() <= 60 && open.len_chars() <= 80
}

const MAX_PARAGRAPH: usize = 12_000;

fn starts_annex(text: &str) -> bool {
    text.starts_with("附件") || text.starts_with("附:")
}

/// A title or bracket that is opened and not closed.
fn unclosed(text: &str) -> bool {
    let count = |c: char| text.matches(c).count();
    count('《') > count('》') || count('“') > count('”') || count('(') > count(')')
}

/// Cuts a paragraph where a new numbered head begins in its midst.
fn cut_at_markers(paragraph: Folded) -> Vec<Folded> {
    let mut cuts = marker::inner_starts(&paragraph.text);
    let mut out = Vec::new();
    let mut rest = paragraph;
    while let Some(cut) = cuts.pop() {
        let tail = rest.split_off(cut);
        out.push(tail);
    }
    out.push(rest);
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        paragraphs(source).into_iter().map(|p| p.text).collect()
    }

    #[test]
    fn joins_what_a_page_broke_and_drops_page_numbers() {
        let source = "为认真贯彻落实上级关于校园安全工作的部署要求，扎实做好\n\n\
            各项工作，经研究决定在全区学校开展专项整治，现将有关\n— 1 —\n\
            事项通知如下，请各学校结合本校实际认真贯彻执行，务必\n\
            于本月完成，确保各项要求落到实处并取得实际的工作成效\n\
            和良好的社会反响，推动学校安全工作再上一个新的台阶，\n\
            为学生成长保驾护航。\n一、目标\n全员知晓。\n";
        let got = texts(source);
        assert_eq!(got.len(), 3, "{got:#?}");
        assert!(got[0].ends_with("保驾护航。") && got[0].contains("现将有关事项通知"));
    }

    #[test]
    fn cuts_what_a_web_page_ran_together() {
        let got = texts(
            "为了安全，制定本方案。一、目标全员知晓。二、措施(一)宣传。每月一次。(二)检查。",
        );
        assert_eq!(
            got,
            [
                "为了安全,制定本方案。",
                "一、目标全员知晓。",
                "二、措施",
                "(一)宣传。每月一次。",
                "(二)检查。"
            ]
        );
    }

    #[test]
    fn short_lines_stay_apart() {
        assert_eq!(
            texts("组长：甲\n副组长：乙\n成员：丙"),
            ["组长:甲", "副组长:乙", "成员:丙"]
        );
    }
}
