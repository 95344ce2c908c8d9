//! How well prints find changed pictures, and how seldom they take different
//! ones for the same. `cargo bench -p office --bench picture [-- PICTURES]`.

#[path = "../tests/picture/scene.rs"]
mod scene;

use std::time::Instant;

use image::RgbImage;
use office::picture::{Likeness, PictureLimits, Print, read};
use scene::{CHANGES, Dice, encoded, same_room, scene};

fn main() {
    let n = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(200_u64);
    let pictures: Vec<RgbImage> = (0..n).map(scene).collect();
    let start = Instant::now();
    let prints: Vec<Print> = pictures.iter().map(|picture| print(picture).unwrap()).collect();
    println!("print {:.2} ms", start.elapsed().as_secs_f64() * 1e3 / n as f64);
    let start = Instant::now();
    let bytes = encoded(&pictures[0], 85);
    read(&bytes, &PictureLimits::default()).unwrap();
    println!("read a picture of 320×240 {:.2} ms", start.elapsed().as_secs_f64() * 1e3);
    println!("{:<34} {:>9} {:>7} {:>9} {:>9}", "change", "bits", "found", "least", "mean");
    let mut dice = Dice::new(99);
    for (name, change) in CHANGES {
        let (mut bits, mut found, mut least, mut sum) = (0, 0, 1.0_f32, 0.0);
        for (picture, original) in pictures.iter().zip(&prints) {
            let changed = print(&change(picture, &mut dice)).unwrap();
            bits = bits.max(original.sketch().distance(changed.sketch()));
            if let Some(Likeness { score, .. }) = original.similar(&changed) {
                found += 1;
                least = least.min(score);
                sum += score;
            }
        }
        let percent = |k: u32| f64::from(k) * 100.0 / n as f64;
        let mean = sum / found.max(1) as f32;
        let found = percent(found);
        println!("{name:<34} {bits:>9} {found:>6.1}% {least:>9.3} {mean:>9.3}");
    }
    let mut by_bits = [0; 65];
    for (at, a) in prints.iter().enumerate() {
        for b in &prints[..at] {
            by_bits[a.sketch().distance(b.sketch()) as usize] += 1;
        }
    }
    println!("different pairs by bits {:?}", &by_bits[..24]);
    let start = Instant::now();
    let (mut pairs, mut candidates, mut wrong) = (0_u32, 0_u32, 0_u32);
    for (at, a) in prints.iter().enumerate() {
        for b in &prints[..at] {
            pairs += 1;
            candidates += u32::from(a.sketch().is_candidate(b.sketch()));
            wrong += u32::from(a.similar(b).is_some());
        }
    }
    let each = start.elapsed().as_secs_f64() * 1e6 / f64::from(pairs);
    println!(
        "different: {pairs} pairs, {candidates} candidates, {wrong} wrong, {each:.1} µs a pair"
    );
    let mut wrong = 0;
    for room in 0..n {
        let a = print(&same_room(room, room * 2)).unwrap();
        let b = print(&same_room(room, room * 2 + 1)).unwrap();
        wrong += u32::from(a.similar(&b).is_some());
    }
    println!("same room, other people: {n} pairs, {wrong} taken for the same");
}

fn print(picture: &RgbImage) -> Option<Print> {
    Print::of(&image::DynamicImage::ImageRgb8(picture.clone()).to_luma8())
}
