//! Plain text in the encodings that Chinese offices use.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::{TEXT_BYTES_MAX, TextError};

/// UTF-8, UTF-16 with its mark, or else GB18030.
pub(super) fn decode(bytes: &[u8]) -> Result<String, TextError> {
    // In no encoding does a text shrink to less than half.
    if 2 * TEXT_BYTES_MAX < bytes.len() {
        return Err(TextError::TooLong);
    }
    let text = if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        String::from_utf8_lossy(rest).into_owned()
    } else if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        UTF_16LE.decode_without_bom_handling(rest).0.into_owned()
    } else if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        UTF_16BE.decode_without_bom_handling(rest).0.into_owned()
    } else if bytes.iter().take(SAMPLE).any(|b| *b == 0) {
        return Err(TextError::Binary);
    } else if let Some(text) = utf8(bytes) {
        text.to_owned()
    } else {
        gb18030(bytes)?
    };
    if TEXT_BYTES_MAX < text.len() {
        return Err(TextError::TooLong);
    }
    Ok(text)
}

/// UTF-8, be it torn within its last character.
fn utf8(bytes: &[u8]) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() && 0 < error.valid_up_to() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()
        }
        Err(_) => None,
    }
}

const SAMPLE: usize = 64 << 10;

fn gb18030(bytes: &[u8]) -> Result<String, TextError> {
    let (text, _) = GB18030.decode_without_bom_handling(bytes);
    let strange =
        text.chars().filter(|c| *c == '\u{FFFD}' || c.is_control() && !c.is_whitespace());
    // A text with a torn character is a text; one in twenty is something else.
    if strange.count() * 20 > text.chars().count() {
        return Err(TextError::Binary);
    }
    Ok(text.into_owned())
}
