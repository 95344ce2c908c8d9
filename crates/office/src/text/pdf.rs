//! The text of a PDF. Its parser is not ours, so it is fenced: what its streams
//! inflate to is counted first, and it runs beside a clock.

use std::io::Read;
use std::sync::mpsc;
use std::time::Duration;

use flate2::read::ZlibDecoder;
use memchr::memmem;
use pdf_extract::{Document, PlainTextOutput};

use super::{TEXT_BYTES_MAX, TextError};

pub(super) const TIME_MAX: Duration = Duration::from_secs(20);
const INFLATED_BYTES_MAX: u64 = 256 << 20;
const STREAMS_MAX: usize = 50_000;
const STACK_BYTES: usize = 32 << 20;

/// Refuses what need not be parsed to be refused.
pub(super) fn survey(bytes: &[u8]) -> Result<(), TextError> {
    if memmem::find(bytes, b"/Encrypt").is_some() {
        return Err(TextError::Encrypted);
    }
    count_inflated(bytes)
}

/// Reads a PDF that was surveyed, on a thread beside a clock. A thread cannot be
/// ended: one that runs over its time runs on, so a server reads in a process.
pub(super) fn text(bytes: &[u8]) -> Result<String, TextError> {
    let (sender, receiver) = mpsc::channel();
    let owned = bytes.to_vec();
    // A panic of the parser ends its thread; the channel closes and we know.
    let worker = std::thread::Builder::new().name(super::PDF_THREAD.to_owned());
    let worker = worker.stack_size(STACK_BYTES).spawn(move || {
        let _ = sender.send(parse(&owned));
    });
    if worker.is_err() {
        return Err(TextError::Slow);
    }
    match receiver.recv_timeout(TIME_MAX) {
        Ok(text) => text.and_then(judge),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(TextError::Slow),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(TextError::Unreadable),
    }
}

fn parse(bytes: &[u8]) -> Result<String, TextError> {
    let mut document = Document::load_mem(bytes).map_err(|_| TextError::Damaged)?;
    super::cjk::read_as_unicode(&mut document);
    let mut text = String::new();
    let mut output = PlainTextOutput::new(&mut text);
    pdf_extract::output_doc(&document, &mut output).map_err(|_| TextError::Damaged)?;
    Ok(text)
}

/// Whether what was read is a text at all.
pub(super) fn judge(text: String) -> Result<String, TextError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(TextError::TooLong);
    }
    let words = text.chars().filter(|c| c.is_alphanumeric()).count();
    if words < WORDS_MIN { Err(TextError::Scanned) } else { Ok(text) }
}

/// A page number or a watermark is no text.
const WORDS_MIN: usize = 20;

/// Inflates every stream into nothing. Streams packed twice are refused, since
/// their second layer is not counted.
fn count_inflated(bytes: &[u8]) -> Result<(), TextError> {
    let mut total = 0_u64;
    let mut buffer = vec![0; 64 << 10];
    for (seen, at) in memmem::find_iter(bytes, b"stream").enumerate() {
        if seen > 2 * STREAMS_MAX {
            return Err(TextError::Bomb);
        }
        let head = bytes.get(at.saturating_sub(400)..at).unwrap_or_default();
        if head.ends_with(b"end") {
            continue;
        }
        let dictionary =
            memmem::rfind(head, b"obj").map_or(head, |i| head.get(i..).unwrap_or_default());
        let packed = memmem::find_iter(dictionary, b"FlateDecode").count()
            + memmem::find_iter(dictionary, b"LZWDecode").count()
            + memmem::find_iter(dictionary, b"RunLengthDecode").count();
        if packed > 1 {
            return Err(TextError::Bomb);
        }
        let mut body = bytes.get(at + b"stream".len()..).unwrap_or_default();
        body = body.strip_prefix(b"\r").unwrap_or(body);
        body = body.strip_prefix(b"\n").unwrap_or(body);
        let mut inflate = ZlibDecoder::new(body);
        while let Ok(n) = inflate.read(&mut buffer) {
            if n == 0 {
                break;
            }
            total += n as u64;
            if total > INFLATED_BYTES_MAX {
                return Err(TextError::Bomb);
            }
        }
    }
    Ok(())
}
