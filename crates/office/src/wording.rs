//! Texts that say the same in almost the same words.
//!
//! Minutes and summaries handed in twice are rarely the same bytes: a date, a
//! name, a phrase is changed. A [`Wording`] is a short signature of the runs of
//! three signs in a text; two of them estimate how much the texts share.
//! [`compare`] then looks at the texts themselves and marks what is common.

mod common;

pub use common::{Comparison, compare};

use crate::wording::common::normal;

/// The signature of a text, 136 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wording {
    simhash: u64,
    minhash: [u32; SLOTS],
}

const SLOTS: usize = 32;
/// Two slots make a band; texts that share a band are candidates.
const BAND: usize = 2;
/// Signs in a run.
const RUN: usize = 3;
/// Texts shorter than this are alike by chance.
const SIGNS_MIN: usize = 24;
/// An estimate from which the texts themselves should be compared.
const ESTIMATE_MIN: f32 = 0.3;

impl Wording {
    pub const BYTES: usize = 8 + SLOTS * 4;

    /// The signature of a text; `None` if it is too short to tell by.
    pub fn of(text: &str) -> Option<Self> {
        let signs: Vec<char> = normal(text).into_iter().map(|(_, sign)| sign).collect();
        if signs.len() < SIGNS_MIN {
            return None;
        }
        let mut minhash = [u32::MAX; SLOTS];
        let mut weights = [0_i32; 64];
        for run in signs.windows(RUN) {
            let hash =
                run.iter().fold(0xcbf2_9ce4_8422_2325, |hash, c| mix(hash ^ u64::from(*c)));
            for (slot, least) in minhash.iter_mut().enumerate() {
                // A multiplication by an odd number of each slot shuffles anew.
                let shuffled = mix(hash.wrapping_mul(2 * slot as u64 + 1) ^ slot as u64);
                *least = (*least).min((shuffled >> 32) as u32);
            }
            for (bit, weight) in weights.iter_mut().enumerate() {
                *weight += if hash >> bit & 1 == 1 { 1 } else { -1 };
            }
        }
        let simhash = weights
            .iter()
            .enumerate()
            .fold(0, |bits, (bit, weight)| bits | u64::from(*weight > 0) << bit);
        Some(Self { simhash, minhash })
    }

    /// One number for the whole text; long texts that are alike differ in few
    /// bits. For short ones [`Wording::likeness`] tells better.
    pub fn simhash(&self) -> u64 {
        self.simhash
    }

    /// Bits in which the simhashes differ.
    pub fn distance(&self, other: &Wording) -> u32 {
        (self.simhash ^ other.simhash).count_ones()
    }

    /// The share of runs that both texts have, estimated, from 0 to 1.
    pub fn likeness(&self, other: &Wording) -> f32 {
        let same = self.minhash.iter().zip(&other.minhash).filter(|(a, b)| a == b).count();
        same as f32 / SLOTS as f32
    }

    pub fn is_candidate(&self, other: &Wording) -> bool {
        self.likeness(other) >= ESTIMATE_MIN
    }

    /// Keys to keep in a table: texts that share a key are worth comparing.
    /// Texts with half of their runs in common share one in 99 of 100 cases.
    pub fn bands(&self) -> Vec<i64> {
        self.minhash
            .chunks_exact(BAND)
            .zip(0_u64..)
            .map(|(slots, band)| {
                slots.iter().fold(mix(band), |key, slot| mix(key ^ u64::from(*slot))) as i64
            })
            .collect()
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let minhash = self.minhash.iter().flat_map(|slot| slot.to_le_bytes());
        self.simhash.to_le_bytes().into_iter().chain(minhash).collect()
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != Self::BYTES {
            return None;
        }
        let (simhash, rest) = bytes.split_first_chunk::<8>()?;
        let mut minhash = [0; SLOTS];
        for (slot, chunk) in minhash.iter_mut().zip(rest.chunks_exact(4)) {
            *slot = chunk.try_into().map_or(0, u32::from_le_bytes);
        }
        Some(Self { simhash: u64::from_le_bytes(*simhash), minhash })
    }
}

/// Spreads a number over all 64 bits (splitmix64's last step).
fn mix(n: u64) -> u64 {
    let n = (n ^ n >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ n >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ n >> 31
}
