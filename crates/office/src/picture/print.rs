//! Prints of a picture, to find it again.
//!
//! A [`Sketch`] is one 64-bit hash of the whole picture and one of each of
//! many windows of it: a cropped copy, whole, looks like a window of its
//! original. Sketches are small and quick to compare, and so find candidates.
//! A candidate is then confirmed on the miniature, a tiny grey copy, by laying
//! one over the other and shifting it until it fits best.

use std::sync::LazyLock;

use image::GrayImage;
use image::imageops::{FilterType, resize};

/// Hashes of a picture and its windows, 392 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sketch {
    whole: u64,
    windows: [u64; WINDOWS - 1],
}

/// Sketch and miniature: all that is kept to compare a picture with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Print {
    sketch: Sketch,
    miniature: Box<[u8; MINI * MINI]>,
}

/// How alike two pictures are, and what part of them is shared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likeness {
    /// From 0 to 1; 1 is the same picture.
    pub score: f32,
    /// One is a cut-out of the other.
    pub is_crop: bool,
}

/// Side of the miniature.
const MINI: usize = 48;
/// Side of the grid that a window is sampled on for its hash.
const GRID: usize = 24;
/// Low frequencies in each direction that make the hash.
const LOW: usize = 8;
/// Spans along one axis; windows are all pairs of them.
const SPANS: [(f32, f32); 7] =
    [(0.0, 1.0), (0.0, 0.9), (0.1, 1.0), (0.05, 0.95), (0.0, 0.8), (0.2, 1.0), (0.1, 0.9)];
const WINDOWS: usize = SPANS.len() * SPANS.len();

/// At most this many of 64 bits differ in a candidate.
const CANDIDATE_BITS_MAX: u32 = 16;
/// Likeness from which two pictures are one, measured in `tests/picture.rs`.
const SCORE_MIN: f32 = 0.86;
/// A picture whose grey varies less than this shows nothing to compare.
const DEVIATION_MIN: f32 = 3.0;

/// A window of a picture, in shares of its sides.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Window {
    x: (f32, f32),
    y: (f32, f32),
}

const WHOLE: Window = Window { x: (0.0, 1.0), y: (0.0, 1.0) };

impl Print {
    /// The print of a grey picture; `None` if it shows nothing.
    pub fn of(picture: &GrayImage) -> Option<Self> {
        let side = MINI as u32;
        let small = resize(picture, side, side, FilterType::Triangle);
        let miniature: Box<[u8; MINI * MINI]> =
            small.into_raw().into_boxed_slice().try_into().ok()?;
        if deviation(&miniature[..]) < DEVIATION_MIN {
            return None;
        }
        let mut hashes = windows().map(|window| hash(&sample::<GRID>(&miniature, window)));
        let whole = hashes.next()?;
        let mut windows = [0; WINDOWS - 1];
        for (place, hash) in windows.iter_mut().zip(hashes) {
            *place = hash;
        }
        Some(Self { sketch: Sketch { whole, windows }, miniature })
    }

    pub fn sketch(&self) -> &Sketch {
        &self.sketch
    }

    /// Confirms what the sketches suggest: `None` if the two are different.
    pub fn similar(&self, other: &Print) -> Option<Likeness> {
        if self.sketch.distance(&other.sketch) > CANDIDATE_BITS_MAX {
            return None;
        }
        let ab = fit(self, other);
        let ba = fit(other, self);
        let (score, is_crop) = if ab.0 >= ba.0 { ab } else { ba };
        (score >= SCORE_MIN).then_some(Likeness { score, is_crop })
    }

    /// To be kept beside the picture: 2,696 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.sketch.to_bytes();
        bytes.extend_from_slice(&self.miniature[..]);
        bytes
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (sketch, miniature) = bytes.split_at_checked(Sketch::BYTES)?;
        let miniature = miniature.to_vec().into_boxed_slice().try_into().ok()?;
        Some(Self { sketch: Sketch::from_bytes(sketch)?, miniature })
    }
}

impl Sketch {
    pub const BYTES: usize = WINDOWS * 8;

    /// The hash of the whole picture alone.
    pub fn whole(&self) -> u64 {
        self.whole
    }

    /// Bits that differ between the whole of one and the nearest of the whole
    /// and the windows of the other, from 0 to 64.
    pub fn distance(&self, other: &Sketch) -> u32 {
        let nearest = |whole: u64, windows: &[u64]| {
            windows.iter().map(|hash| (hash ^ whole).count_ones()).min().unwrap_or(64)
        };
        (self.whole ^ other.whole)
            .count_ones()
            .min(nearest(self.whole, &other.windows))
            .min(nearest(other.whole, &self.windows))
    }

    /// The windows most like `whole`, by their hashes, with the whole itself.
    fn nearest_windows(&self, whole: u64) -> Vec<Window> {
        let hashes = std::iter::once(&self.whole).chain(&self.windows);
        let mut near: Vec<(u32, Window)> = hashes
            .zip(windows())
            .map(|(hash, window)| ((hash ^ whole).count_ones(), window))
            .filter(|(bits, _)| *bits <= CANDIDATE_BITS_MAX)
            .collect();
        near.sort_by_key(|(bits, _)| *bits);
        near.into_iter().take(STARTS).map(|(_, window)| window).collect()
    }

    /// True if the pictures are worth laying over each other.
    pub fn is_candidate(&self, other: &Sketch) -> bool {
        self.distance(other) <= CANDIDATE_BITS_MAX
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        std::iter::once(&self.whole)
            .chain(&self.windows)
            .flat_map(|hash| hash.to_le_bytes())
            .collect()
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < Self::BYTES {
            return None;
        }
        let mut hashes =
            bytes.chunks_exact(8).map(|chunk| chunk.try_into().map_or(0, u64::from_le_bytes));
        let whole = hashes.next()?;
        let mut windows = [0; WINDOWS - 1];
        for (place, hash) in windows.iter_mut().zip(hashes) {
            *place = hash;
        }
        Some(Self { whole, windows })
    }
}

/// All windows, the whole first.
fn windows() -> impl Iterator<Item = Window> {
    SPANS.into_iter().flat_map(|x| SPANS.into_iter().map(move |y| Window { x, y }))
}

/// The window on a grid of `N` by `N`, each point the mean of four.
fn sample<const N: usize>(mini: &[u8; MINI * MINI], window: Window) -> Vec<f32> {
    let points = |(from, until): (f32, f32)| -> Vec<f32> {
        let step = (until - from) * MINI as f32 / (2 * N) as f32;
        let start = from * MINI as f32 - 0.5;
        (0..2 * N).map(|i| start + (i as f32 + 0.5) * step).collect()
    };
    let (xs, ys) = (points(window.x), points(window.y));
    let mut grid = Vec::with_capacity(N * N);
    for pair_y in ys.chunks_exact(2) {
        for pair_x in xs.chunks_exact(2) {
            let mut sum = 0.0;
            for y in pair_y {
                for x in pair_x {
                    sum += at(mini, *x, *y);
                }
            }
            grid.push(sum / 4.0);
        }
    }
    grid
}

/// The grey between four points.
fn at(mini: &[u8; MINI * MINI], x: f32, y: f32) -> f32 {
    let last = (MINI - 1) as f32;
    let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
    let (left, top) = (x.floor() as usize, y.floor() as usize);
    let (dx, dy) = (x - left as f32, y - top as f32);
    let (right, below) = ((left + 1).min(MINI - 1), (top + 1).min(MINI - 1));
    let grey = |x: usize, y: usize| f32::from(mini.get(y * MINI + x).copied().unwrap_or(0));
    let upper = grey(left, top) * (1.0 - dx) + grey(right, top) * dx;
    let lower = grey(left, below) * (1.0 - dx) + grey(right, below) * dx;
    upper * (1.0 - dy) + lower * dy
}

static COSINES: LazyLock<Vec<[f32; GRID]>> = LazyLock::new(|| {
    let wave = |frequency: usize| {
        let turn = std::f32::consts::PI * frequency as f32 / GRID as f32;
        std::array::from_fn(|i| (turn * (i as f32 + 0.5)).cos())
    };
    (0..=LOW).map(wave).collect()
});

/// The signs of the low frequencies against their median.
fn hash(grid: &[f32]) -> u64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    // Rows first, then columns of what the rows gave.
    let rows: Vec<Vec<f32>> = COSINES
        .iter()
        .map(|cosine| grid.chunks_exact(GRID).map(|row| dot(row, cosine)).collect())
        .collect();
    let mut values = Vec::with_capacity(LOW * LOW + LOW);
    for (u, column) in rows.iter().enumerate() {
        for (v, cosine) in COSINES.iter().enumerate() {
            // The mean says how bright it is; the highest pair makes it 64.
            if (u, v) != (0, 0) && (u < LOW || v == 0) && v < LOW {
                values.push(dot(column, cosine));
            }
        }
    }
    let mut sorted = values.clone();
    sorted.sort_by(f32::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    values.iter().take(64).fold(0, |bits, value| bits << 1 | u64::from(*value > median))
}

fn deviation(grey: &[u8]) -> f32 {
    let n = grey.len().max(1) as f32;
    let mean = grey.iter().map(|&g| f32::from(g)).sum::<f32>() / n;
    (grey.iter().map(|&g| (f32::from(g) - mean).powi(2)).sum::<f32>() / n).sqrt()
}

/// Windows from which the best fit is looked for.
const STARTS: usize = 4;
/// Below this no shifting makes two pictures one.
const START_SCORE_MIN: f32 = 0.4;

/// Lays the whole of `small` over windows of `large` and gives the best score,
/// and whether that was a cut-out.
fn fit(small: &Print, large: &Print) -> (f32, bool) {
    let wanted = Patch::of(sample::<GRID>(&small.miniature, WHOLE));
    let score =
        |window: Window| wanted.likeness(&Patch::of(sample::<GRID>(&large.miniature, window)));
    let starts = large.sketch.nearest_windows(small.sketch.whole);
    let mut starts: Vec<(f32, Window)> =
        starts.into_iter().map(|window| (score(window), window)).collect();
    starts.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut best = (-1.0, WHOLE);
    for start in starts.into_iter().take(2).filter(|(score, _)| *score >= START_SCORE_MIN) {
        let found = climb(start, &score);
        if found.0 > best.0 {
            best = found;
        }
    }
    let Window { x, y } = best.1;
    let area = (x.1 - x.0) * (y.1 - y.0);
    (best.0, area < 0.94)
}

/// Moves the four sides of a window in ever smaller steps while it fits better.
fn climb(start: (f32, Window), score: &impl Fn(Window) -> f32) -> (f32, Window) {
    let mut best = start;
    for step in [0.05, 0.025, 0.0125] {
        for _ in 0..4 {
            let before = best.0;
            for side in 0..4 {
                for by in [-step, step] {
                    let window = moved(best.1, side, by);
                    let found = score(window);
                    if found > best.0 {
                        best = (found, window);
                    }
                }
            }
            if best.0 <= before {
                break;
            }
        }
    }
    best
}

/// Windows smaller than this are not looked for: chance would fit them.
const SPAN_MIN: f32 = 0.7;

fn moved(window: Window, side: usize, by: f32) -> Window {
    let Window { mut x, mut y } = window;
    match side {
        0 => x.0 = (x.0 + by).clamp(0.0, x.1 - SPAN_MIN),
        1 => x.1 = (x.1 + by).clamp(x.0 + SPAN_MIN, 1.0),
        2 => y.0 = (y.0 + by).clamp(0.0, y.1 - SPAN_MIN),
        _ => y.1 = (y.1 + by).clamp(y.0 + SPAN_MIN, 1.0),
    }
    Window { x, y }
}

/// A sampled window, once as grey and once as detail, both freed of brightness
/// and contrast.
struct Patch {
    grey: Vec<f32>,
    detail: Vec<f32>,
}

impl Patch {
    fn of(grid: Vec<f32>) -> Self {
        let detail = detail(&grid);
        Self { grey: normal(grid), detail: normal(detail) }
    }

    /// The mean of the correlations: grey tells the scene, detail the picture.
    fn likeness(&self, other: &Patch) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        f32::midpoint(dot(&self.grey, &other.grey), dot(&self.detail, &other.detail))
    }
}

fn normal(mut grid: Vec<f32>) -> Vec<f32> {
    let mean = grid.iter().sum::<f32>() / grid.len().max(1) as f32;
    let length = grid.iter().map(|g| (g - mean).powi(2)).sum::<f32>().sqrt().max(1e-6);
    for grey in &mut grid {
        *grey = (*grey - mean) / length;
    }
    grid
}

/// What is left when the surroundings of five by five points are taken away.
fn detail(grid: &[f32]) -> Vec<f32> {
    const REACH: isize = 2;
    let side = GRID as isize;
    let point = |x: isize, y: isize| {
        let (x, y) = (x.clamp(0, side - 1), y.clamp(0, side - 1));
        grid.get((y * side + x) as usize).copied().unwrap_or(0.0)
    };
    // Sums along rows, then along columns.
    let mut rows = Vec::with_capacity(grid.len());
    for y in 0..side {
        for x in 0..side {
            rows.push((-REACH..=REACH).map(|d| point(x + d, y)).sum::<f32>());
        }
    }
    let row = |x: isize, y: isize| {
        rows.get((y.clamp(0, side - 1) * side + x) as usize).copied().unwrap_or(0.0)
    };
    let mut detail = Vec::with_capacity(grid.len());
    for y in 0..side {
        for x in 0..side {
            let around = (-REACH..=REACH).map(|d| row(x, y + d)).sum::<f32>() / 25.0;
            detail.push(point(x, y) - around);
        }
    }
    detail
}
