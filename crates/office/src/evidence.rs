//! What kind of file was handed in as proof, by its bytes, and whether it is
//! taken. A name only helps where the bytes leave it open (plain text).

use memchr::memmem;

use crate::package::{self, Container};
use crate::picture::{self, PictureKind};

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EvidenceKind {
    Picture(PictureKind),
    /// HEIC or AVIF: browsers do not show it everywhere.
    Heic,
    Pdf,
    Docx,
    Xlsx,
    Pptx,
    OpenDocument,
    /// `.doc`, `.xls`, `.ppt` and the like before 2007.
    OldOffice,
    /// An office file with macros.
    MacroOffice,
    /// An office file that asks for a password.
    EncryptedOffice,
    Text,
    Csv,
    Mp3,
    M4a,
    Wav,
    Amr,
    Ogg,
    Mp4,
    QuickTime,
    Webm,
    Avi,
    /// GIF, BMP, TIFF.
    OtherPicture,
    Archive,
    /// HTML, SVG, scripts: what a browser would run.
    Active,
    /// What a computer would run.
    Program,
    Empty,
    Unknown,
}

/// The group under which pages show a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EvidenceGroup {
    Picture,
    Document,
    Audio,
    Video,
}

impl EvidenceKind {
    /// The group of a kind that is taken, or the reason why it is not.
    pub fn allowed(self) -> Result<EvidenceGroup, &'static str> {
        use EvidenceKind as Kind;
        match self {
            Kind::Picture(_) => Ok(EvidenceGroup::Picture),
            Kind::Pdf
            | Kind::Docx
            | Kind::Xlsx
            | Kind::Pptx
            | Kind::OpenDocument
            | Kind::OldOffice
            | Kind::Text
            | Kind::Csv => Ok(EvidenceGroup::Document),
            Kind::Mp3 | Kind::M4a | Kind::Wav | Kind::Amr | Kind::Ogg => {
                Ok(EvidenceGroup::Audio)
            }
            Kind::Mp4 | Kind::QuickTime | Kind::Webm | Kind::Avi => Ok(EvidenceGroup::Video),
            Kind::Heic => Err(
                "HEIC 照片暂不能显示；iPhone 请在“设置-相机-格式”中选“兼容性最佳”，或转成 JPEG 后上传",
            ),
            Kind::OtherPicture => Err("请将图片转成 JPEG、PNG 或 WebP 后上传"),
            Kind::MacroOffice => Err("含宏的文档有安全风险，请另存为不含宏的格式后上传"),
            Kind::EncryptedOffice => Err("文档设有打开密码，请取消密码后上传"),
            Kind::Archive => Err("不接受压缩包，请解压后分别上传"),
            Kind::Active => Err("不接受网页、SVG 或脚本文件，可打印为 PDF 后上传"),
            Kind::Program => Err("不接受程序文件"),
            Kind::Empty => Err("文件是空的，请重新选择"),
            Kind::Unknown => {
                Err("无法识别的文件类型，可上传照片、PDF、Office 文档、文本、音频或视频")
            }
        }
    }

    /// The type to serve the file as; what is not certain is only downloaded.
    pub fn media_type(self) -> &'static str {
        use EvidenceKind as Kind;
        match self {
            Kind::Picture(kind) => kind.media_type(),
            Kind::Pdf => "application/pdf",
            Kind::Docx => {
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            }
            Kind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Kind::Pptx => {
                "application/vnd.openxmlformats-officedocument.presentationml.presentation"
            }
            Kind::Text => "text/plain; charset=utf-8",
            Kind::Csv => "text/csv; charset=utf-8",
            Kind::Mp3 => "audio/mpeg",
            Kind::M4a => "audio/mp4",
            Kind::Wav => "audio/wav",
            Kind::Amr => "audio/amr",
            Kind::Ogg => "audio/ogg",
            Kind::Mp4 => "video/mp4",
            Kind::QuickTime => "video/quicktime",
            Kind::Webm => "video/webm",
            Kind::Avi => "video/x-msvideo",
            _ => "application/octet-stream",
        }
    }

    /// True if a browser may show the file in place.
    pub fn is_shown_inline(self) -> bool {
        use EvidenceKind as Kind;
        matches!(
            self,
            Kind::Picture(_)
                | Kind::Pdf
                | Kind::Mp3
                | Kind::M4a
                | Kind::Wav
                | Kind::Ogg
                | Kind::Mp4
                | Kind::QuickTime
                | Kind::Webm
        )
    }

    /// The ending that a stored file is given, whatever it was called.
    pub fn extension(self) -> &'static str {
        use EvidenceKind as Kind;
        match self {
            Kind::Picture(kind) => kind.extension(),
            Kind::Pdf => "pdf",
            Kind::Docx => "docx",
            Kind::Xlsx => "xlsx",
            Kind::Pptx => "pptx",
            Kind::Text => "txt",
            Kind::Csv => "csv",
            Kind::Mp3 => "mp3",
            Kind::M4a => "m4a",
            Kind::Wav => "wav",
            Kind::Amr => "amr",
            Kind::Ogg => "ogg",
            Kind::Mp4 => "mp4",
            Kind::QuickTime => "mov",
            Kind::Webm => "webm",
            Kind::Avi => "avi",
            _ => "bin",
        }
    }
}

/// Tells the kind of a file. The head of a long file is enough for all but
/// packages, which are told by their end.
pub fn kind_of(bytes: &[u8], name: &str) -> EvidenceKind {
    if bytes.is_empty() {
        return EvidenceKind::Empty;
    }
    match picture::sniff(bytes) {
        Ok(kind) => return EvidenceKind::Picture(kind),
        Err(picture::PictureError::Heic) => return EvidenceKind::Heic,
        Err(_) => {}
    }
    by_magic(bytes).or_else(|| by_container(bytes)).unwrap_or_else(|| text_kind(bytes, name))
}

fn by_magic(bytes: &[u8]) -> Option<EvidenceKind> {
    use EvidenceKind as Kind;
    const HEADS: &[(&[u8], EvidenceKind)] = &[
        (b"MZ", EvidenceKind::Program),
        (b"\x7fELF", EvidenceKind::Program),
        (b"\xca\xfe\xba\xbe", EvidenceKind::Program),
        (b"\xcf\xfa\xed\xfe", EvidenceKind::Program),
        (b"dex\n", EvidenceKind::Program),
        (b"#!", EvidenceKind::Active),
        (b"GIF8", EvidenceKind::OtherPicture),
        (b"BM", EvidenceKind::OtherPicture),
        (b"II*\0", EvidenceKind::OtherPicture),
        (b"MM\0*", EvidenceKind::OtherPicture),
        (b"ID3", EvidenceKind::Mp3),
        (b"#!AMR", EvidenceKind::Amr),
        (b"OggS", EvidenceKind::Ogg),
        (b"\x1a\x45\xdf\xa3", EvidenceKind::Webm),
        (b"Rar!", EvidenceKind::Archive),
        (b"7z\xbc\xaf\x27\x1c", EvidenceKind::Archive),
        (b"\x1f\x8b", EvidenceKind::Archive),
        (b"BZh", EvidenceKind::Archive),
        (b"\xfd7zXZ", EvidenceKind::Archive),
    ];
    if bytes.starts_with(b"#!AMR") {
        return Some(Kind::Amr);
    }
    if bytes.starts_with(b"RIFF") {
        return match bytes.get(8..12) {
            Some(b"WAVE") => Some(Kind::Wav),
            Some(b"AVI ") => Some(Kind::Avi),
            _ => None,
        };
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return Some(match bytes.get(8..12).unwrap_or_default() {
            b"M4A " | b"M4B " => Kind::M4a,
            b"qt  " => Kind::QuickTime,
            _ => Kind::Mp4,
        });
    }
    // An MP3 frame: eleven set bits, then a version and layer that exist.
    if let Some([0xff, second, third, ..]) = bytes.get(..4)
        && second & 0xe6 == 0xe2
        && third & 0xf0 != 0xf0
    {
        return Some(Kind::Mp3);
    }
    HEADS.iter().find(|(head, _)| bytes.starts_with(head)).map(|(_, kind)| *kind)
}

fn by_container(bytes: &[u8]) -> Option<EvidenceKind> {
    use EvidenceKind as Kind;
    let has_macros = || memmem::find(bytes, b"vbaProject.bin").is_some();
    Some(match package::container(bytes) {
        Container::Xlsx | Container::Docx | Container::Pptx if has_macros() => {
            Kind::MacroOffice
        }
        Container::Xlsx => Kind::Xlsx,
        Container::Docx => Kind::Docx,
        Container::Pptx => Kind::Pptx,
        Container::OpenDocument => Kind::OpenDocument,
        Container::Xls | Container::Doc | Container::Ppt => Kind::OldOffice,
        Container::Encrypted => Kind::EncryptedOffice,
        Container::Pdf => Kind::Pdf,
        Container::Html => Kind::Active,
        Container::OtherZip | Container::Rar => Kind::Archive,
        Container::Xlsb | Container::OtherCompound => Kind::Unknown,
        Container::Other => return None,
    })
}

/// Text has no mark of its own: no control signs, a known encoding, a name
/// that says text.
fn text_kind(bytes: &[u8], name: &str) -> EvidenceKind {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let head = bytes.get(..bytes.len().min(64 << 10)).unwrap_or_default();
    let is_wide = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    let has_controls =
        head.iter().any(|b| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c));
    if has_controls && !is_wide {
        return EvidenceKind::Unknown;
    }
    let lower = String::from_utf8_lossy(head).to_ascii_lowercase();
    let runs = ["<script", "<svg", "<html", "<?php", "<!doctype html"];
    if runs.iter().any(|mark| lower.contains(mark)) {
        return EvidenceKind::Active;
    }
    match ending.as_str() {
        "txt" | "md" | "text" | "log" | "srt" => EvidenceKind::Text,
        "csv" | "tsv" => EvidenceKind::Csv,
        "bat" | "cmd" | "ps1" | "vbs" | "js" | "sh" | "py" | "jar" | "apk" | "html" | "htm"
        | "svg" | "php" | "lnk" | "url" | "reg" => EvidenceKind::Active,
        _ => EvidenceKind::Unknown,
    }
}
