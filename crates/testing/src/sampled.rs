//! What strangers could send, made of what they should: the fuzz targets' short and repeatable form, for every test run.
//!
//! Seeds are tried as they are, then changed at random. The same entrances are searched by coverage in `fuzz/`.

#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "the seed is said by the test that uses it, and what fails here fails that test"
)]

use crate::checkout;

/// How many changed inputs a run tries, unless `SLIPWAY_FUZZ_CASES` says otherwise.
const CASES: u64 = 400;
/// Longest input that is made, in bytes.
const LONGEST: usize = 16 * 1024;

/// Tries a target with its seeds, its corpus (`fuzz/corpus/<name>`) and what is made of both. Says with which
/// `SLIPWAY_FUZZ_SEED` a failure comes again.
///
/// # Panics
/// When the target does.
pub fn run(name: &str, seeds: &[&[u8]], target: fn(&[u8])) {
    let number = |name: &str| std::env::var_os(name)?.to_str()?.parse::<u64>().ok();
    let cases = number("SLIPWAY_FUZZ_CASES").unwrap_or(CASES);
    let seed = number("SLIPWAY_FUZZ_SEED").unwrap_or_else(chance);
    println!("{name}: SLIPWAY_FUZZ_SEED={seed} SLIPWAY_FUZZ_CASES={cases}");
    let mut known: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.to_vec()).collect();
    known.extend(corpus(name));
    for input in &known {
        tried(name, target, input);
    }
    let mut random = Random(seed | 1);
    for _ in 0..cases {
        let input = changed(&known, &mut random);
        tried(name, target, &input);
    }
}

/// What made the coverage grow once, or failed once.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = checkout::root().join("fuzz/corpus").join(name);
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut inputs: Vec<Vec<u8>> = files.filter_map(|file| std::fs::read(file.path()).ok()).collect();
    inputs.sort();
    inputs
}

fn tried(name: &str, target: fn(&[u8]), input: &[u8]) {
    let outcome = std::panic::catch_unwind(|| target(input));
    if let Err(panic) = outcome {
        println!("{name} fails with {:?}", String::from_utf8_lossy(input));
        std::panic::resume_unwind(panic);
    }
}

/// A known input with a few changes, as fuzzers make them.
fn changed(known: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = random.of(known).cloned().unwrap_or_default();
    for _ in 0..=random.below(4) {
        let at = random.below(input.len() + 1);
        match random.below(6) {
            0 if at < input.len() => input[at] = random.byte(),
            1 if at < input.len() => input[at] ^= 1 << random.below(8),
            2 => input.insert(at, random.byte()),
            3 => drop(input.drain(at..(at + random.below(8)).min(input.len()))),
            4 => {
                let other = random.of(known).cloned().unwrap_or_default();
                let from = random.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            _ => {
                // What is written twice or a thousand times finds limits of depth and length.
                let part = input[at..(at + 1 + random.below(8)).min(input.len())].to_vec();
                let times = 1 << random.below(11);
                input.splice(at..at, part.repeat(times));
            }
        }
    }
    input.truncate(LONGEST);
    input
}

fn chance() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::hash::RandomState::new().build_hasher().finish()
}

/// xorshift64*: repeatable, and good enough to pick bytes.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 32).unwrap_or_default() % end.max(1)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let at = self.below(all.len());
        all.get(at)
    }
}
