//! Pictures handed in as proof: what they are, when and where they say they
//! were taken, a small copy to show, and prints that find the same picture
//! again when it was rescaled, re-encoded, brightened or cropped.
//!
//! The original is never changed. What a camera wrote into it is what it
//! claims, not what is true.

mod exif;
mod print;

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};
use jiff::civil::DateTime;
use memchr::memmem;
use sha2::{Digest, Sha256};

pub use print::{Likeness, Print, Sketch};

/// A picture that was looked at.
#[derive(Debug, Clone)]
pub struct Picture {
    pub kind: PictureKind,
    /// As shown, after turning.
    pub width: u32,
    pub height: u32,
    /// Of the original bytes.
    pub sha256: [u8; 32],
    /// Local time by the camera's clock.
    pub taken_at: Option<DateTime>,
    pub place: Option<GeoPoint>,
    /// JPEG, upright, no side longer than [`THUMBNAIL_SIDE`], no metadata.
    pub thumbnail: Vec<u8>,
    /// `None` for a picture that shows nothing, such as a blank page.
    pub print: Option<Print>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PictureKind {
    Jpeg,
    Png,
    Webp,
}

impl PictureKind {
    pub fn media_type(self) -> &'static str {
        match self {
            PictureKind::Jpeg => "image/jpeg",
            PictureKind::Png => "image/png",
            PictureKind::Webp => "image/webp",
        }
    }

    pub fn extension(self) -> &'static str {
        match self {
            PictureKind::Jpeg => "jpg",
            PictureKind::Png => "png",
            PictureKind::Webp => "webp",
        }
    }

    fn format(self) -> ImageFormat {
        match self {
            PictureKind::Jpeg => ImageFormat::Jpeg,
            PictureKind::Png => ImageFormat::Png,
            PictureKind::Webp => ImageFormat::WebP,
        }
    }
}

/// Degrees, north and east positive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeoPoint {
    pub latitude: f64,
    pub longitude: f64,
}

pub const THUMBNAIL_SIDE: u32 = 480;
const THUMBNAIL_QUALITY: u8 = 80;

/// Bounds of a picture.
#[derive(Debug, Clone, Copy)]
pub struct PictureLimits {
    pub bytes_max: usize,
    pub pixels_max: u64,
    pub side_max: u32,
}

impl Default for PictureLimits {
    fn default() -> Self {
        Self { bytes_max: 30 << 20, pixels_max: 64_000_000, side_max: 20_000 }
    }
}

/// Why a picture is not taken, in words for whoever hands it in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    #[error("图片是空文件，请重新选择")]
    Empty,
    #[error("图片过大（{size_mb} MB），每张最大 {max_mb} MB")]
    TooLarge { size_mb: usize, max_mb: usize },
    #[error("图片尺寸过大（{width}×{height}），请缩小后再上传")]
    TooManyPixels { width: u32, height: u32 },
    #[error(
        "这是 HEIC/AVIF 格式的照片，暂不能显示；iPhone 请在“设置-相机-格式”中选“兼容性最佳”，或转成 JPEG 后上传"
    )]
    Heic,
    #[error("不支持这种图片，可上传 JPEG、PNG 或 WebP")]
    Unsupported,
    #[error("图片已损坏或没有传完，请重新上传")]
    Damaged,
    #[error("生成缩略图失败")]
    Thumbnail,
}

/// Tells the kind of a picture by its first bytes.
pub fn sniff(bytes: &[u8]) -> Result<PictureKind, PictureError> {
    if bytes.is_empty() {
        return Err(PictureError::Empty);
    }
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        return Ok(PictureKind::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(PictureKind::Png);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(PictureKind::Webp);
    }
    if is_heif(bytes) { Err(PictureError::Heic) } else { Err(PictureError::Unsupported) }
}

/// HEIC and AVIF are boxes like a film's; the brand tells them apart.
pub(crate) fn is_heif(bytes: &[u8]) -> bool {
    const BRANDS: [&[u8]; 9] =
        [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"];
    let brand = bytes.get(8..12).unwrap_or_default();
    bytes.get(4..8) == Some(b"ftyp") && BRANDS.contains(&brand)
}

/// Looks at a picture. Its size is known and bounded before it is decoded.
pub fn read(bytes: &[u8], limits: &PictureLimits) -> Result<Picture, PictureError> {
    let kind = sniff(bytes)?;
    if bytes.len() > limits.bytes_max {
        let (size_mb, max_mb) = (bytes.len() >> 20, limits.bytes_max >> 20);
        return Err(PictureError::TooLarge { size_mb, max_mb });
    }
    if kind == PictureKind::Jpeg && !is_whole_jpeg(bytes) {
        return Err(PictureError::Damaged);
    }
    let (mut small, exif, (width, height)) = decode_small(bytes, kind, limits)?;
    let orientation = orientation(exif.as_deref());
    small.apply_orientation(orientation);
    let is_turned = matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    let (width, height) = if is_turned { (height, width) } else { (width, height) };
    let (taken_at, place) = exif.map(exif::time_and_place).unwrap_or_default();
    let print = Print::of(&small.to_luma8());
    Ok(Picture {
        kind,
        width,
        height,
        sha256: Sha256::digest(bytes).into(),
        taken_at,
        place,
        thumbnail: thumbnail(&small)?,
        print,
    })
}

/// How the camera was held.
fn orientation(exif: Option<&[u8]>) -> Orientation {
    exif.and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms)
}

/// The same picture, upright and without anything that its camera wrote into it:
/// as it may be shown to everybody.
pub fn bare(
    bytes: &[u8],
    limits: &PictureLimits,
) -> Result<(Vec<u8>, PictureKind), PictureError> {
    const QUALITY: u8 = 90;
    let kind = sniff(bytes)?;
    let (mut full, exif) = decode(bytes, kind, limits)?;
    full.apply_orientation(orientation(exif.as_deref()));
    let mut bare = Cursor::new(Vec::new());
    if kind == PictureKind::Png {
        full.write_to(&mut bare, ImageFormat::Png).map_err(|_| PictureError::Thumbnail)?;
        return Ok((bare.into_inner(), PictureKind::Png));
    }
    let encoder = JpegEncoder::new_with_quality(&mut bare, QUALITY);
    on_white(&full).write_with_encoder(encoder).map_err(|_| PictureError::Thumbnail)?;
    Ok((bare.into_inner(), PictureKind::Jpeg))
}

/// True if the end mark follows the picture's data. Decoders fill up what a
/// cut-off upload lacks with grey; a proof must not be half a picture.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    const SCAN: u8 = 0xda;
    let mut at = 2;
    // Segments carry their length, so a small picture inside one is skipped.
    while let Some(&[mark, kind, high, low]) = bytes.get(at..at + 4) {
        if mark != 0xff {
            return false;
        }
        if kind == 0xff {
            at += 1;
            continue;
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
        if kind == SCAN {
            let data = bytes.get(at..).unwrap_or_default();
            return memmem::find(data, &[0xff, 0xd9]).is_some();
        }
    }
    false
}

/// The picture at thumbnail size, what its camera wrote, its true size.
type Small = (DynamicImage, Option<Vec<u8>>, (u32, u32));

fn decode_small(
    bytes: &[u8],
    kind: PictureKind,
    limits: &PictureLimits,
) -> Result<Small, PictureError> {
    let (full, exif) = decode(bytes, kind, limits)?;
    let (width, height) = (full.width(), full.height());
    let small = if width.max(height) > THUMBNAIL_SIDE {
        full.thumbnail(THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    } else {
        full
    };
    Ok((small, exif, (width, height)))
}

/// The whole picture and what its camera wrote.
fn decode(
    bytes: &[u8],
    kind: PictureKind,
    limits: &PictureLimits,
) -> Result<(DynamicImage, Option<Vec<u8>>), PictureError> {
    let damaged = |_| PictureError::Damaged;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), kind.format());
    let mut bounds = image::Limits::default();
    // Sixteen bits in four channels.
    bounds.max_alloc = Some(limits.pixels_max.saturating_mul(8));
    reader.limits(bounds);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if width == 0 || height == 0 {
        return Err(PictureError::Damaged);
    }
    if pixels > limits.pixels_max || width.max(height) > limits.side_max {
        return Err(PictureError::TooManyPixels { width, height });
    }
    let exif = decoder.exif_metadata().ok().flatten();
    let full = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    Ok((full, exif))
}

fn thumbnail(small: &DynamicImage) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, THUMBNAIL_QUALITY);
    on_white(small).write_with_encoder(encoder).map_err(|_| PictureError::Thumbnail)?;
    Ok(bytes)
}

/// JPEG knows no transparency: what shines through is white, as on a page.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let picture = picture.to_rgba8();
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (to, from) in flat.pixels_mut().zip(picture.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        let blend = |value: u32| ((value * alpha + 255 * (255 - alpha)) / 255) as u8;
        to.0 = [blend(red), blend(green), blend(blue)];
    }
    flat
}
