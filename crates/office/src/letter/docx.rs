//! The package of a `.docx`: page, styles, fonts with what stands in for them,
//! footers, and the body.

use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::xml::Xml;
use super::{Letter, LetterError, body};

/// Twentieths of a point in a millimetre.
const TWIPS_PER_MM: f64 = 1440.0 / 25.4;
/// A4, the short side first.
const PAGE_MM: (f64, f64) = (210.0, 297.0);
const TOP_MM: f64 = 37.0;
const BOTTOM_MM: f64 = 35.0;
const LEFT_MM: f64 = 28.0;
const RIGHT_MM: f64 = 26.0;
/// The page number stands 7 mm below the text.
const FOOTER_MM: f64 = 28.0;

pub(super) const TITLE_FONT: &str = "方正小标宋简体";
pub(super) const BODY_FONT: &str = "仿宋_GB2312";
pub(super) const HEADING_FONT: &str = "黑体";
pub(super) const SUBHEADING_FONT: &str = "楷体_GB2312";
/// Fonts, and those that stand in where a machine lacks them.
const FONTS: &[(&str, &str)] = &[
    (TITLE_FONT, "宋体"),
    (BODY_FONT, "仿宋"),
    (HEADING_FONT, "SimHei"),
    (SUBHEADING_FONT, "楷体"),
    ("宋体", "SimSun"),
];

const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE_LINKS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

pub(super) fn twips(mm: f64) -> i64 {
    (mm * TWIPS_PER_MM).round() as i64
}

/// The width of the text, in twips.
pub(super) fn text_width(letter: &Letter) -> i64 {
    let page = if letter.is_landscape { PAGE_MM.1 } else { PAGE_MM.0 };
    let margins = if letter.is_landscape { TOP_MM + BOTTOM_MM } else { LEFT_MM + RIGHT_MM };
    twips(page - margins)
}

pub(super) fn write(letter: &Letter) -> Result<Vec<u8>, LetterError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [
        ("[Content_Types].xml", content_types()),
        ("_rels/.rels", package_links()),
        ("docProps/core.xml", properties(letter)),
        ("word/document.xml", document(letter)),
        ("word/_rels/document.xml.rels", document_links()),
        ("word/styles.xml", styles()),
        ("word/settings.xml", settings()),
        ("word/fontTable.xml", fonts()),
        ("word/footer1.xml", footer("right")),
        ("word/footer2.xml", footer("left")),
    ] {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn content_types() -> String {
    let mut xml = Xml::new();
    let types = "http://schemas.openxmlformats.org/package/2006/content-types";
    xml.open("Types", &[("xmlns", types)]);
    let links = "application/vnd.openxmlformats-package.relationships+xml";
    xml.leaf("Default", &[("Extension", "rels"), ("ContentType", links)]);
    xml.leaf("Default", &[("Extension", "xml"), ("ContentType", "application/xml")]);
    let core = "application/vnd.openxmlformats-package.core-properties+xml";
    xml.leaf("Override", &[("PartName", "/docProps/core.xml"), ("ContentType", core)]);
    for (part, kind) in [
        ("document", "document.main"),
        ("styles", "styles"),
        ("settings", "settings"),
        ("fontTable", "fontTable"),
        ("footer1", "footer"),
        ("footer2", "footer"),
    ] {
        let (part, kind) = (format!("/word/{part}.xml"), format!("{WORD}.{kind}+xml"));
        xml.leaf("Override", &[("PartName", &part), ("ContentType", &kind)]);
    }
    xml.finish()
}

fn package_links() -> String {
    let mut xml = Xml::new();
    xml.open("Relationships", &[("xmlns", PACKAGE_LINKS)]);
    let document = format!("{LINKS}/officeDocument");
    let target = "word/document.xml";
    xml.leaf("Relationship", &[("Id", "rId1"), ("Type", &document), ("Target", target)]);
    let core =
        "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties";
    let target = "docProps/core.xml";
    xml.leaf("Relationship", &[("Id", "rId2"), ("Type", core), ("Target", target)]);
    xml.finish()
}

fn document_links() -> String {
    let mut xml = Xml::new();
    xml.open("Relationships", &[("xmlns", PACKAGE_LINKS)]);
    for (id, kind, target) in [
        ("rId1", "styles", "styles.xml"),
        ("rId2", "settings", "settings.xml"),
        ("rId3", "fontTable", "fontTable.xml"),
        ("rId4", "footer", "footer1.xml"),
        ("rId5", "footer", "footer2.xml"),
    ] {
        let kind = format!("{LINKS}/{kind}");
        xml.leaf("Relationship", &[("Id", id), ("Type", &kind), ("Target", target)]);
    }
    xml.finish()
}

fn properties(letter: &Letter) -> String {
    let mut xml = Xml::new();
    xml.open(
        "cp:coreProperties",
        &[
            (
                "xmlns:cp",
                "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
            ),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
        ],
    );
    xml.element("dc:title", &[], &letter.name);
    xml.element("dc:language", &[], "zh-CN");
    xml.finish()
}

fn document(letter: &Letter) -> String {
    let mut xml = Xml::new();
    xml.open("w:document", &[("xmlns:w", MAIN), ("xmlns:r", LINKS)]);
    xml.open("w:body", &[]);
    body::write(&mut xml, letter);
    section(&mut xml, letter.is_landscape);
    xml.finish()
}

fn section(xml: &mut Xml, is_landscape: bool) {
    let mm = |mm: f64| twips(mm).to_string();
    xml.open("w:sectPr", &[]);
    xml.leaf("w:footerReference", &[("w:type", "default"), ("r:id", "rId4")]);
    xml.leaf("w:footerReference", &[("w:type", "even"), ("r:id", "rId5")]);
    let (short, long) = (mm(PAGE_MM.0), mm(PAGE_MM.1));
    // A page on its side is a page turned: its margins turn with it.
    let [top, right, bottom, left] = if is_landscape {
        xml.leaf("w:pgSz", &[("w:w", &long), ("w:h", &short), ("w:orient", "landscape")]);
        [LEFT_MM, BOTTOM_MM, RIGHT_MM, TOP_MM].map(mm)
    } else {
        xml.leaf("w:pgSz", &[("w:w", &short), ("w:h", &long)]);
        [TOP_MM, RIGHT_MM, BOTTOM_MM, LEFT_MM].map(mm)
    };
    let footer = if is_landscape { mm(RIGHT_MM - 7.0) } else { mm(FOOTER_MM) };
    xml.leaf(
        "w:pgMar",
        &[
            ("w:top", &top),
            ("w:right", &right),
            ("w:bottom", &bottom),
            ("w:left", &left),
            ("w:header", "850"),
            ("w:footer", &footer),
            ("w:gutter", "0"),
        ],
    );
    xml.close();
}

fn styles() -> String {
    let mut xml = Xml::new();
    xml.open("w:styles", &[("xmlns:w", MAIN)]);
    xml.open("w:docDefaults", &[]);
    xml.open("w:rPrDefault", &[]);
    xml.open("w:rPr", &[]);
    body::font(&mut xml, BODY_FONT);
    xml.val("w:sz", "32");
    xml.val("w:szCs", "32");
    xml.leaf("w:lang", &[("w:val", "en-US"), ("w:eastAsia", "zh-CN")]);
    xml.close();
    xml.close();
    xml.close();
    style(&mut xml, ("Normal", "Normal"), None, |_| {});
    style(&mut xml, ("Title", "Title"), None, |xml| {
        xml.val("w:jc", "center");
    });
    for (id, name, level) in [
        ("1", "heading 1", "0"),
        ("2", "heading 2", "1"),
        ("3", "heading 3", "2"),
        ("4", "heading 4", "3"),
    ] {
        style(&mut xml, (id, name), Some("Normal"), |xml| {
            xml.val("w:outlineLvl", level);
        });
    }
    xml.finish()
}

fn style(xml: &mut Xml, (id, name): (&str, &str), next: Option<&str>, rest: impl Fn(&mut Xml)) {
    let mut attributes = vec![("w:type", "paragraph"), ("w:styleId", id)];
    if id == "Normal" {
        attributes.insert(1, ("w:default", "1"));
    }
    xml.open("w:style", &attributes);
    xml.val("w:name", name);
    if id != "Normal" {
        xml.val("w:basedOn", "Normal");
    }
    if let Some(next) = next {
        xml.val("w:next", next);
    }
    xml.leaf("w:qFormat", &[]);
    xml.open("w:pPr", &[]);
    rest(xml);
    xml.close();
    xml.close();
}

fn settings() -> String {
    let mut xml = Xml::new();
    xml.open("w:settings", &[("xmlns:w", MAIN)]);
    xml.leaf("w:evenAndOddHeaders", &[]);
    xml.val("w:characterSpacingControl", "compressPunctuation");
    xml.open("w:compat", &[]);
    let uri = "http://schemas.microsoft.com/office/word";
    let name = "compatibilityMode";
    xml.leaf("w:compatSetting", &[("w:name", name), ("w:uri", uri), ("w:val", "15")]);
    xml.finish()
}

fn fonts() -> String {
    let mut xml = Xml::new();
    xml.open("w:fonts", &[("xmlns:w", MAIN)]);
    for (name, stand_in) in FONTS {
        xml.open("w:font", &[("w:name", name)]);
        xml.val("w:altName", stand_in);
        xml.val("w:charset", "86");
        xml.val("w:family", "auto");
        xml.close();
    }
    xml.finish()
}

/// `— 1 —` in 宋体 of size 4, one sign away from the outer edge.
fn footer(side: &'static str) -> String {
    let mut xml = Xml::new();
    xml.open("w:ftr", &[("xmlns:w", MAIN)]);
    xml.open("w:p", &[]);
    xml.open("w:pPr", &[]);
    let edge = if side == "right" { "w:right" } else { "w:left" };
    xml.leaf("w:ind", &[(edge, "280")]);
    xml.val("w:jc", side);
    xml.close();
    let run = |xml: &mut Xml, inner: &dyn Fn(&mut Xml)| {
        xml.open("w:r", &[]);
        xml.open("w:rPr", &[]);
        body::font(xml, "宋体");
        xml.val("w:sz", "28");
        xml.close();
        inner(xml);
        xml.close();
    };
    let keep = [("xml:space", "preserve")];
    run(&mut xml, &|xml| xml.element("w:t", &keep, "— "));
    xml.open("w:fldSimple", &[("w:instr", "PAGE")]);
    run(&mut xml, &|xml| xml.element("w:t", &[], "1"));
    xml.close();
    run(&mut xml, &|xml| xml.element("w:t", &keep, " —"));
    xml.finish()
}
