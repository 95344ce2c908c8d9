//! Blocks of a letter as paragraphs.

use super::docx::{BODY_FONT, HEADING_FONT, SUBHEADING_FONT, TITLE_FONT, text_width};
use super::xml::Xml;
use super::{Block, Letter, Signature, chinese_date, table};

/// How a paragraph looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) font: &'static str,
    /// In half points: size 2 is 44, size 3 is 32, small size 4 is 24.
    pub(super) size: u32,
    pub(super) is_bold: bool,
    pub(super) colour: Option<&'static str>,
    pub(super) align: &'static str,
    pub(super) style: Option<&'static str>,
    /// Signs by which the first line is moved in.
    pub(super) first_line: u32,
    /// Half signs by which the right edge is moved in.
    pub(super) right_halves: u32,
    /// Line height in twips; exact unless in a table.
    pub(super) line: u32,
    pub(super) is_line_exact: bool,
    pub(super) keeps_next: bool,
}

/// 28 points.
const LINE: u32 = 560;

pub(super) const BODY: Look = Look {
    font: BODY_FONT,
    size: 32,
    is_bold: false,
    colour: None,
    align: "both",
    style: None,
    first_line: 2,
    right_halves: 0,
    line: LINE,
    is_line_exact: true,
    keeps_next: false,
};

const TITLE: Look = Look {
    font: TITLE_FONT,
    size: 44,
    align: "center",
    style: Some("Title"),
    first_line: 0,
    line: 640,
    keeps_next: true,
    ..BODY
};

const RED: &str = "FF0000";

pub(super) fn write(xml: &mut Xml, letter: &Letter) {
    for (at, block) in letter.blocks.iter().enumerate() {
        // A signature never stands alone on a page: the last text goes with it.
        let next = letter.blocks.get(at + 1);
        let keeps_next = matches!(next, Some(Block::Signature(_) | Block::Annexes(_)));
        write_block(xml, block, letter, keeps_next);
    }
    // Word wants a paragraph after a table at the end.
    if matches!(letter.blocks.last(), Some(Block::Table(_))) {
        paragraph(xml, "", &Look { size: 2, line: 20, ..BODY });
    }
}

fn write_block(xml: &mut Xml, block: &Block, letter: &Letter, keeps_next: bool) {
    let flush = Look { first_line: 0, align: "left", ..BODY };
    match block {
        Block::Masthead(unit) => {
            let look = Look { size: 72, colour: Some(RED), style: None, line: 1000, ..TITLE };
            paragraph(xml, unit, &look);
            paragraph(xml, "", &flush);
        }
        Block::Number(number) => {
            paragraph(xml, number, &Look { align: "center", ..flush });
            red_line(xml);
            paragraph(xml, "", &flush);
        }
        Block::Title(title) => {
            for line in title.lines() {
                paragraph(xml, line, &TITLE);
            }
            paragraph(xml, "", &flush);
        }
        Block::Addressee(text) | Block::Line(text) => paragraph(xml, text, &flush),
        Block::LeftRight(left, right) => left_right(xml, left, right, text_width(letter)),
        Block::Heading(level, text) => paragraph(xml, text, &heading(*level)),
        Block::Paragraph(text) => {
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                paragraph(xml, line.trim(), &Look { keeps_next, ..BODY });
            }
        }
        Block::Annexes(names) => annexes(xml, names),
        Block::AnnexMark(text) => paragraph(xml, text, &Look { font: HEADING_FONT, ..flush }),
        Block::Table(content) => table::write(xml, content, text_width(letter)),
        Block::Signature(signature) => write_signature(xml, signature),
        Block::PageBreak => {
            xml.open("w:p", &[]);
            xml.open("w:r", &[]);
            xml.leaf("w:br", &[("w:type", "page")]);
            xml.close();
            xml.close();
        }
    }
}

fn heading(level: u8) -> Look {
    let look = Look { keeps_next: true, ..BODY };
    match level {
        0 | 1 => Look { font: HEADING_FONT, style: Some("1"), ..look },
        2 => Look { font: SUBHEADING_FONT, style: Some("2"), ..look },
        3 => Look { is_bold: true, style: Some("3"), ..look },
        _ => Look { style: Some("4"), ..look },
    }
}

fn annexes(xml: &mut Xml, names: &[String]) {
    let look = Look { keeps_next: true, ..BODY };
    paragraph(xml, "", &look);
    let numbered = names.len() > 1;
    for (at, name) in names.iter().enumerate() {
        let lead = if at == 0 { "附件：" } else { "\u{3000}\u{3000}\u{3000}" };
        let number = if numbered { format!("{}. ", at + 1) } else { String::new() };
        paragraph(xml, &format!("{lead}{number}{name}"), &look);
    }
}

/// The date four signs from the right, the unit centred above it.
fn write_signature(xml: &mut Xml, signature: &Signature) {
    const DATE_RIGHT: u32 = 8;
    let right = Look { first_line: 0, align: "right", keeps_next: true, ..BODY };
    for _ in 0..2 {
        paragraph(xml, "", &right);
    }
    if let Some(name) = &signature.signed_by {
        let look = Look { right_halves: DATE_RIGHT, ..right };
        paragraph(xml, &format!("签发人：{name}"), &look);
    }
    let date = chinese_date(signature.signed_on);
    let seal = if signature.marks_seal { "（盖章）" } else { "" };
    let unit = format!("{}{seal}", signature.unit);
    let halves =
        |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<u32>();
    // Programs put a little room between digits and signs: one sign in a date.
    let unit_right = (DATE_RIGHT + halves(&date) / 2 + 1).saturating_sub(halves(&unit) / 2);
    paragraph(xml, &unit, &Look { right_halves: unit_right, ..right });
    let look = Look { right_halves: DATE_RIGHT, keeps_next: false, ..right };
    paragraph(xml, &date, &look);
}

fn red_line(xml: &mut Xml) {
    xml.open("w:p", &[]);
    xml.open("w:pPr", &[]);
    xml.open("w:pBdr", &[]);
    let line = [("w:val", "single"), ("w:sz", "18"), ("w:space", "1"), ("w:color", RED)];
    xml.leaf("w:bottom", &line);
    xml.close();
    xml.leaf("w:spacing", &[("w:line", "240"), ("w:lineRule", "exact")]);
    xml.close();
    xml.close();
}

fn left_right(xml: &mut Xml, left: &str, right: &str, width: i64) {
    let look = Look { first_line: 0, align: "left", size: 28, ..BODY };
    xml.open("w:p", &[]);
    xml.open("w:pPr", &[]);
    xml.open("w:tabs", &[]);
    xml.leaf("w:tab", &[("w:val", "right"), ("w:pos", &width.to_string())]);
    xml.close();
    spacing(xml, &look);
    xml.close();
    run(xml, left, &look);
    xml.open("w:r", &[]);
    xml.leaf("w:tab", &[]);
    xml.close();
    run(xml, right, &look);
    xml.close();
}

/// One paragraph; line breaks in its text stay inside it.
pub(super) fn paragraph(xml: &mut Xml, text: &str, look: &Look) {
    xml.open("w:p", &[]);
    xml.open("w:pPr", &[]);
    if let Some(style) = look.style {
        xml.val("w:pStyle", style);
    }
    if look.keeps_next {
        xml.leaf("w:keepNext", &[]);
    }
    spacing(xml, look);
    let half_sign = look.size * 5;
    if look.first_line > 0 {
        let chars = (look.first_line * 100).to_string();
        let twips = (look.first_line * half_sign * 2).to_string();
        xml.leaf("w:ind", &[("w:firstLineChars", &chars), ("w:firstLine", &twips)]);
    } else if look.right_halves > 0 {
        let chars = (look.right_halves * 50).to_string();
        let twips = (look.right_halves * half_sign).to_string();
        xml.leaf("w:ind", &[("w:rightChars", &chars), ("w:right", &twips)]);
    }
    xml.val("w:jc", look.align);
    xml.close();
    run(xml, text, look);
    xml.close();
}

fn spacing(xml: &mut Xml, look: &Look) {
    let rule = if look.is_line_exact { "exact" } else { "atLeast" };
    let line = look.line.to_string();
    xml.leaf(
        "w:spacing",
        &[("w:before", "0"), ("w:after", "0"), ("w:line", &line), ("w:lineRule", rule)],
    );
}

fn run(xml: &mut Xml, text: &str, look: &Look) {
    xml.open("w:r", &[]);
    xml.open("w:rPr", &[]);
    font(xml, look.font);
    if look.is_bold {
        xml.leaf("w:b", &[]);
    }
    if let Some(colour) = look.colour {
        xml.val("w:color", colour);
    }
    let size = look.size.to_string();
    xml.val("w:sz", &size);
    xml.val("w:szCs", &size);
    xml.close();
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            xml.leaf("w:br", &[]);
        }
        xml.element("w:t", &[("xml:space", "preserve")], line.trim_end_matches('\r'));
    }
    xml.close();
}

/// Digits and letters in Times New Roman, the rest in `font`.
pub(super) fn font(xml: &mut Xml, font: &str) {
    let latin = "Times New Roman";
    xml.leaf(
        "w:rFonts",
        &[("w:ascii", latin), ("w:hAnsi", latin), ("w:eastAsia", font), ("w:cs", latin)],
    );
}
