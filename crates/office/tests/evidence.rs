//! Files handed in as proof, by their bytes; and QR codes.

use std::fmt::Write as _;
use std::io::Write as _;

use expect_test::expect;
use office::evidence::kind_of;
use office::qr;

fn zip(parts: &[&str]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for part in parts {
        zip.start_file(*part, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(b"<x/>").unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn files_are_told_by_their_bytes_not_their_names() {
    let types = "[Content_Types].xml";
    let (gb, _, _) = encoding_rs::GB18030.encode("会议纪要：传达文件");
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("a.jpg", b"\xff\xd8\xff\xe0....".to_vec()),
        ("a.jpg", b"MZ\x90\0".to_vec()),
        ("a.heic", b"\0\0\0\x18ftypheic".to_vec()),
        ("a.pdf", b"%PDF-1.4".to_vec()),
        ("a.docx", zip(&[types, "word/document.xml"])),
        ("a.docx", zip(&[types, "word/document.xml", "word/vbaProject.bin"])),
        ("a.xlsx", zip(&[types, "xl/workbook.xml"])),
        ("a.zip", zip(&["a.txt"])),
        ("a.mp3", b"ID3\x03\0".to_vec()),
        ("a.mp3", b"\xff\xfb\x90\x64\0\0".to_vec()),
        ("a.m4a", b"\0\0\0\x20ftypM4A ".to_vec()),
        ("a.mp4", b"\0\0\0\x20ftypisom".to_vec()),
        ("a.mov", b"\0\0\0\x14ftypqt  ".to_vec()),
        ("a.wav", b"RIFF\0\0\0\0WAVE".to_vec()),
        ("a.amr", b"#!AMR\n".to_vec()),
        ("纪要.txt", "会议纪要".into()),
        ("纪要.txt", gb.to_vec()),
        ("a.txt", b"<script>alert(1)</script>".to_vec()),
        ("a.svg", b"<svg xmlns='x'></svg>".to_vec()),
        ("a.gif", b"GIF89a".to_vec()),
        ("a.bat", b"del".to_vec()),
        ("a.dat", vec![1, 2, 3]),
        ("a.txt", Vec::new()),
    ];
    let mut text = String::new();
    for (name, bytes) in &files {
        let kind = kind_of(bytes, name);
        let _ = match kind.allowed() {
            Ok(group) => writeln!(text, "{name} {kind:?} {group:?} {}", kind.media_type()),
            Err(reason) => writeln!(text, "{name} {kind:?} ✗ {reason}"),
        };
    }
    expect![[r#"
        a.jpg Picture(Jpeg) Picture image/jpeg
        a.jpg Program ✗ 不接受程序文件
        a.heic Heic ✗ HEIC 照片暂不能显示；iPhone 请在“设置-相机-格式”中选“兼容性最佳”，或转成 JPEG 后上传
        a.pdf Pdf Document application/pdf
        a.docx Docx Document application/vnd.openxmlformats-officedocument.wordprocessingml.document
        a.docx MacroOffice ✗ 含宏的文档有安全风险，请另存为不含宏的格式后上传
        a.xlsx Xlsx Document application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
        a.zip Archive ✗ 不接受压缩包，请解压后分别上传
        a.mp3 Mp3 Audio audio/mpeg
        a.mp3 Mp3 Audio audio/mpeg
        a.m4a M4a Audio audio/mp4
        a.mp4 Mp4 Video video/mp4
        a.mov QuickTime Video video/quicktime
        a.wav Wav Audio audio/wav
        a.amr Amr Audio audio/amr
        纪要.txt Text Document text/plain; charset=utf-8
        纪要.txt Text Document text/plain; charset=utf-8
        a.txt Active ✗ 不接受网页、SVG 或脚本文件，可打印为 PDF 后上传
        a.svg Active ✗ 不接受网页、SVG 或脚本文件，可打印为 PDF 后上传
        a.gif OtherPicture ✗ 请将图片转成 JPEG、PNG 或 WebP 后上传
        a.bat Active ✗ 不接受网页、SVG 或脚本文件，可打印为 PDF 后上传
        a.dat Unknown ✗ 无法识别的文件类型，可上传照片、PDF、Office 文档、文本、音频或视频
        a.txt Empty ✗ 文件是空的，请重新选择
    "#]].assert_eq(&text);
}

#[test]
fn a_qr_code_is_one_svg_element() {
    let svg = qr::svg("https://example.invalid/s/7f3a?单位=一小").unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    assert!(!svg.contains("script") && svg.matches("<svg").count() == 1);
    assert!(qr::svg(&"x".repeat(1_201)).is_err());
}
