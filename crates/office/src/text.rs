//! The text of a document: Word, PDF, plain text, web page.
//!
//! What comes out is lines; tables are flattened to lines with a tab between
//! cells. Every reader is bounded in bytes, and PDF in time as well, since its
//! parser is not ours.

mod apart;
mod cjk;
mod docx;
mod html;
mod numbering;
mod pdf;
mod plain;

pub use apart::{MEMORY_BYTES_MAX, READ_PDF, Reader, serve};

use crate::package::{self, Container};

/// A file larger than this is not opened.
pub const FILE_BYTES_MAX: usize = 100 << 20;
/// A text longer than this is no document that a plan is read from.
pub const TEXT_BYTES_MAX: usize = 8 << 20;

/// The thread that a PDF is parsed on: its panics are refusals, told to the user
/// as such, and no report of them is of use.
pub const PDF_THREAD: &str = "pdf";

/// The text of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentText {
    pub text: String,
    pub format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Docx,
    Pdf,
    Text,
    Html,
}

/// Why a file gives no text. The messages are for the person who chose the file.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    #[error("文件是空的")]
    Empty,
    #[error("文件超过 100 MB，请只保留方案正文后重试")]
    TooLarge,
    #[error("文字超过 8 MB，不像一份方案；请只保留方案正文后重试")]
    TooLong,
    #[error(
        "文件展开后过大或结构异常，已停止读取；请用 Word 或 WPS 打开后另存为新的 .docx 再试"
    )]
    Bomb,
    #[error("这是 .doc（Word 97-2003）格式，请用 Word 或 WPS 打开，“另存为” .docx 后再试")]
    OldWord,
    #[error("文件设有打开密码，请去除密码后再试")]
    Encrypted,
    #[error("这是表格文件，请提供方案文档（.docx、.pdf 或 .txt）；名册请用“导入名册”")]
    Spreadsheet,
    #[error("不支持{0}，请另存为 .docx、带文字的 .pdf 或 .txt 后再试")]
    Unsupported(&'static str),
    #[error("PDF 中没有文字（多半是扫描件），请提供电子版，或先做文字识别（OCR）再试")]
    Scanned,
    #[error("PDF 读取超时，请用 Word 或 WPS 打开后另存为 .docx 再试")]
    Slow,
    #[error(
        "PDF 的字体或结构不受支持，读不出文字；请用 Word 或 WPS 打开后另存为 .docx，或重新打印为 PDF 再试"
    )]
    Unreadable,
    #[error("文件已损坏，无法读取；请重新导出后再试")]
    Damaged,
    #[error("这不是文字文档（含有二进制内容）")]
    Binary,
    #[error("文件中没有文字")]
    NoText,
}

/// Reads the text of a document, told by its bytes and not by its name; a PDF in
/// this process, on a thread.
pub fn read(bytes: &[u8]) -> Result<DocumentText, TextError> {
    Reader::default().read(bytes)
}

fn read_by(
    bytes: &[u8],
    pdf_text: &dyn Fn(&[u8]) -> Result<String, TextError>,
) -> Result<DocumentText, TextError> {
    if bytes.is_empty() {
        return Err(TextError::Empty);
    }
    if bytes.len() > FILE_BYTES_MAX {
        return Err(TextError::TooLarge);
    }
    let (text, format) = match package::container(bytes) {
        Container::Docx => (docx::text(bytes)?, Format::Docx),
        Container::Pdf => {
            pdf::survey(bytes)?;
            (pdf_text(bytes)?, Format::Pdf)
        }
        Container::Html => (html::text(&plain::decode(bytes)?), Format::Html),
        Container::Other if bytes.starts_with(b"{\\rtf") => {
            return Err(TextError::Unsupported("RTF 格式"));
        }
        Container::Other => plain_or_html(plain::decode(bytes)?),
        Container::Doc | Container::OtherCompound => return Err(TextError::OldWord),
        Container::Encrypted => return Err(TextError::Encrypted),
        Container::Xlsx | Container::Xlsb | Container::Xls => {
            return Err(TextError::Spreadsheet);
        }
        Container::Pptx | Container::Ppt => return Err(TextError::Unsupported("演示文稿")),
        Container::OpenDocument => return Err(TextError::Unsupported("OpenDocument 格式")),
        Container::OtherZip if package::is_torn(bytes) => return Err(TextError::Damaged),
        Container::Rar | Container::OtherZip => return Err(TextError::Unsupported("压缩包")),
    };
    if text.trim().is_empty() {
        return Err(if format == Format::Pdf { TextError::Scanned } else { TextError::NoText });
    }
    Ok(DocumentText { text, format })
}

/// Web pages are also saved under the name of a text.
fn plain_or_html(text: String) -> (String, Format) {
    if html::looks_like(&text) {
        (html::text(&text), Format::Html)
    } else {
        (text, Format::Text)
    }
}

#[cfg(test)]
mod tests;
