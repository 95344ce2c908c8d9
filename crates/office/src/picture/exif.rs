//! What a camera wrote into a picture: when and where. Nothing else is read.

use exif::{Exif, In, Reader, Tag, Value};
use jiff::civil::DateTime;

use super::GeoPoint;

/// The time and place of an EXIF block, each if it is there and possible.
pub(super) fn time_and_place(block: Vec<u8>) -> (Option<DateTime>, Option<GeoPoint>) {
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    let exif = match reader.read_raw(block) {
        Ok(exif) => exif,
        Err(error) => match error.distill_partial_result(|_| {}) {
            Ok(exif) => exif,
            Err(_) => return (None, None),
        },
    };
    (taken_at(&exif), place(&exif))
}

fn taken_at(exif: &Exif) -> Option<DateTime> {
    [Tag::DateTimeOriginal, Tag::DateTimeDigitized, Tag::DateTime].into_iter().find_map(|tag| {
        let Value::Ascii(lines) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
        let at = exif::DateTime::from_ascii(lines.first()?).ok()?;
        let (month, day) = (at.month as i8, at.day as i8);
        let (hour, minute, second) = (at.hour as i8, at.minute as i8, at.second as i8);
        // A camera whose clock was never set says 0000 or its year of making.
        (at.year >= 1990)
            .then(|| DateTime::new(at.year as i16, month, day, hour, minute, second, 0).ok())
            .flatten()
    })
}

fn place(exif: &Exif) -> Option<GeoPoint> {
    let latitude = degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S')?;
    let longitude = degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W')?;
    let is_possible = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    // Phones without a fix write zeros.
    let is_nowhere = latitude == 0.0 && longitude == 0.0;
    (is_possible && !is_nowhere).then_some(GeoPoint { latitude, longitude })
}

fn degrees(exif: &Exif, tag: Tag, side: Tag, negative: u8) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let mut degrees = 0.0;
    for (part, unit) in parts.iter().zip([1.0, 60.0, 3600.0]) {
        if part.denom == 0 {
            return None;
        }
        degrees += part.to_f64() / unit;
    }
    let side = exif.get_field(side, In::PRIMARY).and_then(|field| match &field.value {
        Value::Ascii(lines) => lines.first()?.first().copied(),
        _ => None,
    });
    let sign = if side == Some(negative) { -1.0 } else { 1.0 };
    (!parts.is_empty()).then_some(sign * degrees)
}
