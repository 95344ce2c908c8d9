//! QR codes as SVG, for posters, letters and slips.

use fast_qr::convert::Builder;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::{ECL, QRBuilder};

/// The text is longer than a code can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("内容过长，二维码放不下（最多约 1,200 个字节）")]
pub struct TooLong;

/// A quarter of the code may be torn or soiled and it still reads.
const LEVEL: ECL = ECL::Q;
/// Quiet modules around the code, as the standard asks.
const MARGIN: usize = 4;
const BYTES_MAX: usize = 1_200;

/// The code of `text` as an `<svg>` element without a fixed size.
pub fn svg(text: &str) -> Result<String, TooLong> {
    if text.len() > BYTES_MAX {
        return Err(TooLong);
    }
    let code = QRBuilder::new(text).ecl(LEVEL).build().map_err(|_| TooLong)?;
    Ok(SvgBuilder::default().margin(MARGIN).to_str(&code))
}
