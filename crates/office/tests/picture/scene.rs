//! Invented pictures, and what people do to pictures before they hand them in
//! again.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, crop_imm, resize};
use image::{Rgb, RgbImage};

/// Chance that is the same on every run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn roll(&mut self, below: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) as u32) % below.max(1)
    }
}

pub(crate) const WIDTH: u32 = 320;
pub(crate) const HEIGHT: u32 = 240;

/// A room: wall and floor, things of all sizes, people, lines of writing.
pub(crate) fn scene(seed: u64) -> RgbImage {
    let mut picture = room(seed);
    people(&mut picture, seed ^ 0xabcd, 6);
    picture
}

/// The same room with other people in it.
pub(crate) fn same_room(room_seed: u64, people_seed: u64) -> RgbImage {
    let mut picture = room(room_seed);
    people(&mut picture, people_seed, 6);
    picture
}

fn room(seed: u64) -> RgbImage {
    let mut dice = Dice::new(seed + 1);
    let horizon = HEIGHT / 3 + dice.roll(HEIGHT / 3);
    let (wall, floor) = (120 + dice.roll(120), 40 + dice.roll(120));
    let slope = dice.roll(60) as i32 - 30;
    let mut picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let base = if y < horizon { wall } else { floor } as i32;
        let shade = slope * x as i32 / WIDTH as i32 - 30 * y as i32 / HEIGHT as i32;
        let grey = (base + shade + ((x * 7 + y * 13) % 5) as i32).clamp(0, 255) as u8;
        Rgb([grey, grey.saturating_sub(8), grey.saturating_sub(16)])
    });
    for _ in 0..8 + dice.roll(8) {
        let (w, h) = (20 + dice.roll(140), 15 + dice.roll(110));
        let (x, y) = (dice.roll(WIDTH), dice.roll(HEIGHT));
        let grey = dice.roll(256) as u8;
        fill(&mut picture, (x, y, w, h), Rgb([grey, 255 - grey, grey / 2 + 60]));
    }
    for line in 0..dice.roll(8) {
        let y = 20 + line * 14;
        let x = 60 + dice.roll(80);
        fill(&mut picture, (x, y, 40 + dice.roll(180), 4), Rgb([30, 30, 60]));
    }
    picture
}

fn people(picture: &mut RgbImage, seed: u64, n: u32) {
    let mut dice = Dice::new(seed + 7);
    for _ in 0..n {
        let (x, y) = (dice.roll(WIDTH - 40), HEIGHT / 3 + dice.roll(HEIGHT / 2));
        let size = 14 + dice.roll(26);
        let coat = Rgb([dice.roll(256) as u8, dice.roll(256) as u8, dice.roll(256) as u8]);
        fill(picture, (x, y + size, size * 2, size * 3), coat);
        disc(picture, (x + size, y + size / 2, size * 3 / 4), Rgb([220, 180, 150]));
        disc(picture, (x + size, y + size / 4, size / 2), Rgb([30, 25, 20]));
    }
}

fn fill(picture: &mut RgbImage, (x, y, w, h): (u32, u32, u32, u32), colour: Rgb<u8>) {
    for py in y..(y + h).min(picture.height()) {
        for px in x..(x + w).min(picture.width()) {
            picture.put_pixel(px, py, colour);
        }
    }
}

fn disc(picture: &mut RgbImage, (cx, cy, r): (u32, u32, u32), colour: Rgb<u8>) {
    for py in cy.saturating_sub(r)..(cy + r).min(picture.height()) {
        for px in cx.saturating_sub(r)..(cx + r).min(picture.width()) {
            let (dx, dy) = (px.abs_diff(cx), py.abs_diff(cy));
            if dx * dx + dy * dy <= r * r {
                picture.put_pixel(px, py, colour);
            }
        }
    }
}

/// A way to change a picture, with its name.
pub(crate) type Change = (&'static str, fn(&RgbImage, &mut Dice) -> RgbImage);

pub(crate) const CHANGES: &[Change] = &[
    ("rescale 0.5", |p, _| resize(p, WIDTH / 2, HEIGHT / 2, FilterType::Lanczos3)),
    ("rescale 1.7", |p, _| {
        resize(p, WIDTH * 17 / 10, HEIGHT * 17 / 10, FilterType::CatmullRom)
    }),
    ("squeeze 0.8", |p, _| resize(p, WIDTH * 8 / 10, HEIGHT, FilterType::Triangle)),
    ("jpeg 30", |p, _| jpeg(p, 30)),
    ("brighter 40", |p, _| toned(p, |v| v + 40.0)),
    ("darker 40", |p, _| toned(p, |v| v - 40.0)),
    ("contrast 0.6", |p, _| toned(p, |v| (v - 128.0) * 0.6 + 128.0)),
    ("gamma 0.6", |p, _| toned(p, |v| (v / 255.0).powf(0.6) * 255.0)),
    ("noise", noisy),
    ("crop 10 %", |p, dice| cropped(p, dice, 10)),
    ("crop 15 %", |p, dice| cropped(p, dice, 15)),
    ("crop 20 %", |p, dice| cropped(p, dice, 20)),
    ("one side 20 %", |p, dice| {
        let x = if dice.roll(2) == 0 { 0 } else { WIDTH / 5 };
        crop_imm(p, x, 0, WIDTH * 4 / 5, HEIGHT).to_image()
    }),
    ("crop 15 % + jpeg 50 + brighter", |p, dice| {
        jpeg(&toned(&cropped(p, dice, 15), |v| v * 1.1 + 10.0), 50)
    }),
    ("stamp", |p, _| {
        let mut stamped = p.clone();
        fill(&mut stamped, (WIDTH - 130, HEIGHT - 30, 120, 20), Rgb([250, 250, 250]));
        stamped
    }),
];

/// Cuts a share off each direction, wherever chance puts the rest.
fn cropped(picture: &RgbImage, dice: &mut Dice, percent: u32) -> RgbImage {
    let (w, h) = (WIDTH * (100 - percent) / 100, HEIGHT * (100 - percent) / 100);
    let (x, y) = (dice.roll(WIDTH - w + 1), dice.roll(HEIGHT - h + 1));
    crop_imm(picture, x, y, w, h).to_image()
}

fn toned(picture: &RgbImage, tone: impl Fn(f32) -> f32) -> RgbImage {
    let mut toned = picture.clone();
    for pixel in toned.pixels_mut() {
        pixel.0 = pixel.0.map(|value| tone(f32::from(value)).clamp(0.0, 255.0) as u8);
    }
    toned
}

fn noisy(picture: &RgbImage, dice: &mut Dice) -> RgbImage {
    let mut noisy = picture.clone();
    for pixel in noisy.pixels_mut() {
        let by = dice.roll(31) as i32 - 15;
        pixel.0 = pixel.0.map(|value| (i32::from(value) + by).clamp(0, 255) as u8);
    }
    noisy
}

pub(crate) fn encoded(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)).unwrap();
    bytes
}

fn jpeg(picture: &RgbImage, quality: u8) -> RgbImage {
    image::load_from_memory(&encoded(picture, quality)).unwrap().to_rgb8()
}
