//! The one source of randomness: ids, tokens, keys, jitter.
//!
//! It is the operating system's own. AWS-LC's generator would mix in the processor's timing, and measure that for some
//! 35 ms in each process that asks it for a first byte: more than everything else at a server's start.

use std::sync::{Arc, Mutex, PoisonError};

use crate::errors::{Error, Result};

/// Gives random bytes: the operating system's, or in tests a sequence that a seed decides.
#[derive(Clone)]
pub struct Random(Source);

#[derive(Clone)]
enum Source {
    System,
    Seeded(Arc<Mutex<u64>>),
}

impl Random {
    /// The operating system's randomness.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A sequence that `seed` decides. For tests and the simulation only: it protects nothing.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(seed))))
    }

    /// Fills `target`.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give.
    pub fn fill(&self, target: &mut [u8]) -> Result<()> {
        match &self.0 {
            Source::System => {
                getrandom::fill(target).map_err(|_| Error::internal("the operating system gave no random bytes"))
            }
            Source::Seeded(state) => {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                for chunk in target.chunks_mut(8) {
                    let bytes = split_mix(&mut state).to_le_bytes();
                    chunk.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
                }
                Ok(())
            }
        }
    }

    /// Sixty-four random bits.
    ///
    /// # Errors
    ///
    /// Those of [`Self::fill`].
    pub fn number(&self) -> Result<u64> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }
}

/// One step of SplitMix64 (Steele, Lea, Flood 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
