use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

fn docx(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let types = "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>";
    for (name, content) in [("[Content_Types].xml", types)].iter().chain(parts) {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn document(body: &str) -> String {
    format!("<w:document xmlns:w='w' xmlns:mc='mc'><w:body>{body}</w:body></w:document>")
}

#[test]
fn word_paragraphs_tables_and_entities() {
    let body = document(
        "<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr><w:r><w:t>一、目标</w:t></w:r></w:p>\
         <w:p><w:r><w:t>知晓率 &gt;= 95%</w:t></w:r><w:del><w:r><w:delText>旧</w:delText></w:r></w:del></w:p>\
         <w:tbl><w:tr><w:tc><w:p><w:r><w:t>讲座</w:t></w:r></w:p></w:tc>\
         <w:tc><w:p><w:r><w:t>每学期1次</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
         <w:p><mc:AlternateContent><mc:Choice><w:r><w:t>框</w:t></w:r></mc:Choice>\
         <mc:Fallback><w:r><w:t>框</w:t></w:r></mc:Fallback></mc:AlternateContent></w:p>",
    );
    let read = read(&docx(&[("word/document.xml", &body)])).unwrap();
    assert_eq!(read.format, Format::Docx);
    assert_eq!(read.text, "一、目标\n知晓率 >= 95%\n讲座\t每学期1次\n框\n");
}

#[test]
fn numbers_that_word_writes_by_itself() {
    let numbering = "<w:numbering xmlns:w='w'><w:abstractNum w:abstractNumId='0'>\
        <w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='chineseCounting'/><w:lvlText w:val='%1、'/></w:lvl>\
        <w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%2.'/></w:lvl>\
        </w:abstractNum><w:num w:numId='5'><w:abstractNumId w:val='0'/></w:num></w:numbering>";
    let entry = |level: u8, text: &str| {
        format!(
            "<w:p><w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='5'/></w:numPr></w:pPr>\
             <w:r><w:t>{text}</w:t></w:r></w:p>"
        )
    };
    let body = document(
        &[entry(0, "目标"), entry(1, "甲"), entry(1, "乙"), entry(0, "措施"), entry(1, "丙")]
            .concat(),
    );
    let bytes = docx(&[("word/document.xml", &body), ("word/numbering.xml", numbering)]);
    assert_eq!(read(&bytes).unwrap().text, "一、目标\n1.甲\n2.乙\n二、措施\n1.丙\n");
}

#[test]
fn word_boxes_nested_tables_and_tracked_changes() {
    let cell = |inner: &str| format!("<w:tc>{inner}</w:tc>");
    let words = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let inner =
        format!("<w:tbl><w:tr>{}{}</w:tr></w:tbl>", cell(&words("甲")), cell(&words("乙")));
    let body = document(&[
        words("正文"),
        format!("<w:tbl><w:tr>{}{}</w:tr></w:tbl>", cell(&words("讲座")), cell(&(inner + &words("每月1次")))),
        "<w:p><w:ins><w:r><w:t>每季度</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>旧句</w:t></w:r></w:moveFrom>\
         <w:r><w:t>一次</w:t></w:r></w:p>".to_owned(),
        format!("<w:p><w:r><w:pict><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></w:pict></w:r></w:p>", words("框内")),
    ].concat());
    let header = "<w:hdr xmlns:w='w'><w:p><w:r><w:t>页眉</w:t></w:r></w:p></w:hdr>";
    let bytes = docx(&[("word/document.xml", &body), ("word/header1.xml", header)]);
    assert_eq!(read(&bytes).unwrap().text, "正文\n甲\t乙\n讲座\t每月1次\n每季度一次\n框内\n\n");
}

#[test]
fn hostile_and_torn_word_files_are_refused() {
    let deep = document(&["<w:r>".repeat(100_000), "</w:r>".repeat(100_000)].concat());
    assert!(matches!(read(&docx(&[("word/document.xml", &deep)])), Err(TextError::Bomb)));
    let open = "<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>文字";
    assert!(matches!(read(&docx(&[("word/document.xml", open)])), Err(TextError::Damaged)));
    let mut half = docx(&[("word/document.xml", &document(""))]);
    half.truncate(half.len() / 2);
    assert!(matches!(read(&half), Err(TextError::Damaged)));
    let entities = "<!DOCTYPE d [<!ENTITY a '文文文文'><!ENTITY b '&a;&a;&a;&a;'>]>";
    let body = document("<w:p><w:r><w:t>甲&b;乙</w:t></w:r></w:p>");
    let bytes = docx(&[("word/document.xml", &format!("{entities}{body}"))]);
    assert_eq!(read(&bytes).unwrap().text, "甲乙\n");
}

#[test]
fn plain_text_in_every_encoding() {
    let text = "各校每月召开一次班会。";
    let (gb, _, _) = encoding_rs::GB18030.encode(text);
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    for bytes in [text.as_bytes(), &gb, &utf16, format!("\u{feff}{text}").as_bytes()] {
        assert_eq!(read(bytes).unwrap().text, text);
    }
}

#[test]
fn web_pages_lose_their_tags() {
    let page = "<html><head><title>x</title></head><body><div>首页</div><script>var a='<p>';</script>\
        <p>一、目标&nbsp;</p><table><tr><td>讲座</td><td>1&#27425;</td></tr></table></body></html>";
    let read = read(page.as_bytes()).unwrap();
    assert_eq!(read.format, Format::Html);
    let lines: Vec<&str> = read.text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(lines, ["首页", "一、目标", "讲座\t1次"]);
}

#[test]
fn a_text_beyond_its_limit_is_told_so_and_a_torn_one_is_read() {
    let long = "各校每月召开一次会议。\n".repeat(600_000);
    assert!(matches!(read(long.as_bytes()), Err(TextError::TooLong)));
    let torn = "各校每月召开一次会议。".as_bytes();
    assert_eq!(read(&torn[..torn.len() - 1]).unwrap().text, "各校每月召开一次会议");
}

fn message(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

#[test]
fn every_refusal_says_what_to_do() {
    let mut old = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    old.extend("WordDocument".encode_utf16().flat_map(u16::to_le_bytes));
    assert!(message(&old).contains("另存为"));
    assert!(message(b"").contains("空"));
    assert!(message(b"\x00\x01\x02binary").contains("二进制"));
    assert!(message(b"{\\rtf1 x}").contains("RTF"));
    assert!(
        message(b"%PDF-1.7 nothing").contains("PDF")
            || message(b"%PDF-1.7 nothing").contains("损坏")
    );
    assert!(message(&docx(&[("word/other.xml", "<a/>")])).contains("损坏"));
    let mut torn =
        docx(&[("word/document.xml", &document("<w:p><w:r><w:t>文</w:t></w:r></w:p>"))]);
    torn.truncate(torn.len() / 2);
    assert!(read(&torn).is_err());
}

#[test]
fn a_zip_bomb_is_refused_without_being_held() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("[Content_Types].xml", SimpleFileOptions::default()).unwrap();
    writer.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..600 {
        writer.write_all(&zeros).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    assert!(bytes.len() < 4 << 20);
    assert!(matches!(read(&bytes), Err(TextError::Bomb)));
}

#[test]
fn a_pdf_without_words_is_told_to_be_a_scan() {
    let bytes = pdf_of("");
    assert!(matches!(read(&bytes), Err(TextError::Scanned)), "{:?}", read(&bytes));
    let words = "Every school holds one drill per month by 2024-05-10";
    let bytes = pdf_of(words);
    let text = read(&bytes).unwrap().text;
    assert!(text.contains("one drill"), "{text}");
}

#[test]
fn chinese_in_a_font_that_is_not_embedded_is_read_where_its_codes_are_unicode() {
    let words = "各学校每学期组织应急疏散演练不少于两次，2024年5月10日前报送总结。";
    let codes: String = words.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    for encoding in ["UniGB-UCS2-H", "UniGB-UTF16-H", "UniGB-UCS2-V"] {
        for descriptor in ["/FontDescriptor 7 0 R", ""] {
            let bytes = pdf_with(
                &format!("<{codes}>"),
                &[
                    &format!(
                        "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/{encoding}/DescendantFonts[6 0 R]>>"
                    ),
                    &format!(
                        "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>{descriptor}>>"
                    ),
                    "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/Ascent 752/Descent -271/CapHeight 737/ItalicAngle 0/StemV 58/FontBBox[-25 -254 1000 880]>>",
                ],
            );
            let text = read(&bytes).unwrap().text;
            let plain: String = text.split_whitespace().collect();
            assert_eq!(plain, words, "{encoding} {descriptor}");
        }
    }
    let unknown = pdf_with(
        "<B8F7D1A7>",
        &[
            "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/GBK-EUC-H/DescendantFonts[6 0 R]>>",
            "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 7 0 R>>",
            "<</Type/FontDescriptor/FontName/STSong-Light>>",
        ],
    );
    assert!(matches!(read(&unknown), Err(TextError::Unreadable)));
}

#[cfg(unix)]
#[test]
fn a_process_that_does_not_answer_is_ended() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::{Duration, Instant};
    let folder = std::env::temp_dir().join(format!("wuzha-apart-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let answers = [
        ("sleeps", "exec sleep 600", "Slow"),
        ("floods", "yes 文字 | head -c 20000000", "TooLong"),
        ("crashes", "kill -9 $$", "Unreadable"),
        ("refuses", "exit 12", "Scanned"),
        ("is-silent", "exit 0", "Scanned"),
    ];
    let begun = Instant::now();
    for (name, body, wanted) in answers {
        let program = folder.join(name);
        std::fs::write(&program, format!("#!/bin/sh\n{body}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let reader = Reader::apart(&program).within(Duration::from_millis(1_500));
        let got = reader.read(&pdf_of("words")).unwrap_err();
        assert_eq!(format!("{got:?}"), wanted, "{name}");
    }
    let missing = Reader::apart(&folder.join("nobody")).read(&pdf_of("words"));
    assert!(matches!(missing, Err(TextError::Unreadable)));
    assert!(begun.elapsed() < Duration::from_secs(30));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn loops_in_a_pdf_end() {
    let pages = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2/Parent 2 0 R>>",
        "<</Type/Page/Parent 3 0 R/Contents 3 0 R>>",
    ];
    let mut out = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (i, object) in pages.iter().enumerate() {
        places.push(out.len());
        out.push_str(&format!("{} 0 obj{object}endobj\n", i + 1));
    }
    let xref = out.len();
    out.push_str("xref\n0 4\n0000000000 65535 f \n");
    for place in places {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    // The cross-reference names itself as the one before it.
    out.push_str(&format!(
        "trailer<</Size 4/Root 1 0 R/Prev {xref}>>\nstartxref\n{xref}\n%%EOF"
    ));
    assert!(read(out.as_bytes()).is_err());
}

#[test]
fn a_pdf_bomb_is_refused_before_it_is_parsed() {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0_u8; 1 << 20];
    for _ in 0..300 {
        encoder.write_all(&zeros).unwrap();
    }
    let mut bytes = b"%PDF-1.5\n1 0 obj<</Filter/FlateDecode>>stream\n".to_vec();
    bytes.extend(encoder.finish().unwrap());
    bytes.extend(b"\nendstream endobj");
    assert!(matches!(read(&bytes), Err(TextError::Bomb)));
}

/// The smallest PDF with one page and one line of text.
fn pdf_of(words: &str) -> Vec<u8> {
    let font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";
    pdf_with(&format!("({words})"), &[font])
}

/// One page that shows a string by a font, which is the fifth object.
fn pdf_with(string: &str, fonts: &[&str]) -> Vec<u8> {
    let stream = format!("BT /F1 12 Tf 72 720 Td {string} Tj ET");
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
            .to_owned(),
        format!("<</Length {}>>stream\n{stream}\nendstream", stream.len()),
    ];
    objects.extend(fonts.iter().map(|font| (*font).to_owned()));
    let mut out = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.push_str(&format!("{} 0 obj{object}endobj\n", i + 1));
    }
    let xref = out.len();
    out.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    out.push_str(&format!(
        "trailer<</Size {}/Root 1 0 R>>\nstartxref\n{xref}\n%%EOF",
        objects.len() + 1
    ));
    out.into_bytes()
}
