//! What kind of office file some bytes are, and whether a zip package may be
//! opened at all. Nothing here trusts a declared size: a package is inflated
//! once into nothing, and counted.

use std::io::{Cursor, Read};

use memchr::memmem;
use zip::ZipArchive;
use zip::result::ZipError;

/// The container that the first bytes show, whatever the file's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    Xlsx,
    Xlsb,
    Docx,
    Pptx,
    /// OpenDocument: `.ods`, `.odt`.
    OpenDocument,
    OtherZip,
    /// The binary formats before 2007.
    Xls,
    Doc,
    Ppt,
    /// An office file that asks for a password.
    Encrypted,
    OtherCompound,
    Pdf,
    Html,
    Rar,
    Other,
}

/// Bounds of a package; more is refused before any of it is parsed.
#[derive(Debug, Clone, Copy)]
pub struct PackageLimits {
    pub entries_max: usize,
    /// Of all parts together, inflated.
    pub total_bytes_max: u64,
    /// Of a part that must be held in memory (shared strings, styles).
    pub held_bytes_max: u64,
}

impl Default for PackageLimits {
    fn default() -> Self {
        Self { entries_max: 4_000, total_bytes_max: 1 << 30, held_bytes_max: 256 << 20 }
    }
}

/// Why a package is not opened.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    #[error("file is damaged")]
    Damaged,
    #[error("a part is encrypted")]
    Encrypted,
    #[error("package holds too many parts")]
    TooManyParts,
    #[error("package inflates beyond its limit")]
    TooLarge,
}

/// What a look at every part has shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Survey {
    pub inflated_bytes: u64,
    /// Some sheet merges cells downwards.
    pub merges_rows: bool,
}

/// Tells the container by its bytes.
pub fn container(bytes: &[u8]) -> Container {
    const COMPOUND: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zip_container(bytes);
    }
    if bytes.starts_with(COMPOUND) {
        return compound_container(bytes);
    }
    if bytes.starts_with(b"Rar!") {
        return Container::Rar;
    }
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    if memmem::find(head, b"%PDF-").is_some() {
        return Container::Pdf;
    }
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let text = text.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']);
    let is_markup = text.starts_with('<')
        && ["<html", "<table", "<!doctype", "<?xml"].iter().any(|tag| text.contains(tag));
    if is_markup { Container::Html } else { Container::Other }
}

/// Whether a zip package has lost its directory, as half a download has.
pub fn is_torn(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") && ZipArchive::new(Cursor::new(bytes)).is_err()
}

fn zip_container(bytes: &[u8]) -> Container {
    let Ok(archive) = ZipArchive::new(Cursor::new(bytes)) else {
        return Container::OtherZip;
    };
    let names: Vec<String> =
        archive.file_names().flatten().map(|name| name.replace('\\', "/")).collect();
    let has = |part: &str| names.iter().any(|name| name.eq_ignore_ascii_case(part));
    let has_under = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    if has("xl/workbook.bin") {
        Container::Xlsb
    } else if has("[Content_Types].xml") && has_under("xl/") {
        Container::Xlsx
    } else if has("[Content_Types].xml") && has_under("word/") {
        Container::Docx
    } else if has("[Content_Types].xml") && has_under("ppt/") {
        Container::Pptx
    } else if has("mimetype") && has("content.xml") {
        Container::OpenDocument
    } else {
        Container::OtherZip
    }
}

/// The directory of a compound file names its streams in UTF-16.
fn compound_container(bytes: &[u8]) -> Container {
    let names = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memmem::find(bytes, &wide).is_some()
    };
    if names("EncryptedPackage") {
        Container::Encrypted
    } else if names("WordDocument") {
        Container::Doc
    } else if names("PowerPoint Document") {
        Container::Ppt
    } else if names("Workbook") || names("Book") {
        Container::Xls
    } else {
        Container::OtherCompound
    }
}

/// Inflates every part of a package into nothing, within the limits.
pub fn survey(bytes: &[u8], limits: &PackageLimits) -> Result<Survey, PackageError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| PackageError::Damaged)?;
    if archive.len() > limits.entries_max {
        return Err(PackageError::TooManyParts);
    }
    let mut survey = Survey::default();
    let mut buffer = vec![0; 128 << 10];
    for index in 0..archive.len() {
        let mut part = match archive.by_index(index) {
            Ok(part) => part,
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
                return Err(PackageError::Encrypted);
            }
            Err(_) => return Err(PackageError::Damaged),
        };
        let mut look = PartLook::new(&part.name().map_err(|_| PackageError::Damaged)?);
        loop {
            let n = part.read(&mut buffer).map_err(|_| PackageError::Damaged)?;
            let Some(chunk) = buffer.get(..n).filter(|chunk| !chunk.is_empty()) else { break };
            survey.inflated_bytes += n as u64;
            look.take(chunk);
            let is_over = survey.inflated_bytes > limits.total_bytes_max
                || (look.is_held() && look.size > limits.held_bytes_max);
            if is_over {
                return Err(PackageError::TooLarge);
            }
        }
        if look.is_false() {
            return Err(PackageError::Damaged);
        }
        survey.merges_rows |= look.merges_rows;
    }
    Ok(survey)
}

/// What is seen of one part as it streams by.
struct PartLook {
    is_sheet: bool,
    is_strings: bool,
    size: u64,
    /// The number of strings that the part claims, which readers reserve for.
    claimed_strings: Option<u64>,
    longest_without_tag: u64,
    without_tag: u64,
    comments: bool,
    merges_rows: bool,
    /// The end of the chunk before, for marks that straddle two chunks.
    tail: Vec<u8>,
}

/// A cell holds at most 32,767 characters, so a megabyte without a tag is an attack.
const WITHOUT_TAG_MAX: u64 = 1 << 20;
const COMMENTED_BYTES_MAX: u64 = 16 << 20;
/// The shortest string that a part can hold: `<si/>`.
const STRING_BYTES_MIN: u64 = 5;
const TAIL: usize = 48;

impl PartLook {
    fn new(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        Self {
            is_sheet: name.contains("worksheets/") && !name.contains("_rels/"),
            is_strings: name.ends_with("sharedstrings.xml"),
            size: 0,
            claimed_strings: None,
            longest_without_tag: 0,
            without_tag: 0,
            comments: false,
            merges_rows: false,
            tail: Vec::new(),
        }
    }

    fn is_held(&self) -> bool {
        !self.is_sheet
    }

    fn take(&mut self, chunk: &[u8]) {
        self.size += chunk.len() as u64;
        if !self.is_sheet && !self.is_strings {
            return;
        }
        if let Some(first) = memchr::memchr(b'<', chunk) {
            self.without_tag += first as u64;
            self.longest_without_tag = self.longest_without_tag.max(self.without_tag);
            let last = memchr::memrchr(b'<', chunk).unwrap_or(first);
            self.without_tag = (chunk.len() - last) as u64;
        } else {
            self.without_tag += chunk.len() as u64;
        }
        self.longest_without_tag = self.longest_without_tag.max(self.without_tag);
        self.comments |= memmem::find(chunk, b"<!").is_some();
        let mut seam = std::mem::take(&mut self.tail);
        let seam_end = chunk.len().min(TAIL);
        seam.extend_from_slice(chunk.get(..seam_end).unwrap_or_default());
        for text in [&seam, chunk] {
            if self.is_strings {
                self.claimed_strings = self.claimed_strings.max(claimed_strings(text));
            } else if !self.merges_rows {
                self.merges_rows = merges_rows(text);
            }
        }
        let tail_start = chunk.len().saturating_sub(TAIL);
        self.tail = chunk.get(tail_start..).unwrap_or_default().to_vec();
    }

    fn is_false(&self) -> bool {
        let claims_too_much = self
            .claimed_strings
            .is_some_and(|n| n.saturating_mul(STRING_BYTES_MIN) > self.size);
        let hides = self.comments && self.size > COMMENTED_BYTES_MAX;
        claims_too_much || hides || self.longest_without_tag > WITHOUT_TAG_MAX
    }
}

fn claimed_strings(text: &[u8]) -> Option<u64> {
    let claim = |at: usize| {
        let rest = text.get(at + b"uniqueCount".len()..)?.iter();
        let digits: String = rest
            .skip_while(|b| matches!(b, b'=' | b'"' | b'\'') || b.is_ascii_whitespace())
            .take_while(|b| b.is_ascii_digit())
            .map(|&b| char::from(b))
            .collect();
        // More digits than a number holds claim more than any file has.
        (!digits.is_empty()).then(|| digits.parse().unwrap_or(u64::MAX))
    };
    memmem::find_iter(text, b"uniqueCount").filter_map(claim).max()
}

/// True if a `<mergeCell ref="A3:B9"/>` in the text spans more than one row.
fn merges_rows(text: &[u8]) -> bool {
    memmem::find_iter(text, b"mergeCell ref=").any(|at| {
        let start = at + b"mergeCell ref=".len() + 1;
        let range: Vec<u8> = text
            .get(start..)
            .unwrap_or_default()
            .iter()
            .copied()
            .take_while(|b| b.is_ascii_alphanumeric() || *b == b':' || *b == b'$')
            .collect();
        let mut rows = range.split(|b| *b == b':').map(|corner| {
            corner.iter().copied().filter(u8::is_ascii_digit).collect::<Vec<u8>>()
        });
        matches!((rows.next(), rows.next()), (Some(from), Some(to)) if from != to)
    })
}
