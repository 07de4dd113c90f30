//! The stories on PostgreSQL: a sample each time, all of them in the night. They are told on SQLite in every run; what differs
//! between the databases is below them, and most stories pass through all of it.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::suite::Suite;
use crate::{process, workspace};

/// One story of so many is told, unless `SLIPWAY_STORIES_ALL=1` says otherwise.
const OF: u64 = 4;

const ON_POSTGRES: (&str, &str) = ("SLIPWAY_TEST_DATABASE", "postgres");

/// Tells them.
///
/// # Errors
/// A story fails, or they do not compile.
pub(crate) fn run() -> Result<()> {
    if std::env::var_os("SLIPWAY_STORIES_ALL").is_some() {
        return tell(&[]);
    }
    let seed = match std::env::var_os("SLIPWAY_STORIES_SEED") {
        Some(said) => said
            .to_string_lossy()
            .parse()
            .context("SLIPWAY_STORIES_SEED is a number")?,
        None => RandomState::new().build_hasher().finish() % 100_000,
    };
    let mut list = Command::new("cargo");
    list.current_dir(workspace::root()?).envs([ON_POSTGRES]);
    list.args(["test", "--locked", "--workspace", "--test", "it"]);
    let listed = process::output(list.args(["--", "--list", "--format", "terse"]))?;
    let all: BTreeSet<&str> = listed.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    ensure!(!all.is_empty(), "cargo listed no stories");
    let chosen: Vec<&str> = all.iter().copied().filter(|name| is_chosen(seed, name)).collect();
    println!("{} of {} stories: SLIPWAY_STORIES_SEED={seed}", chosen.len(), all.len());
    tell(&chosen)
}

/// All of them for an empty list; tests of what has no database are among them, and few.
fn tell(names: &[&str]) -> Result<()> {
    let suite = Suite {
        program: Some("it"),
        arguments: if names.is_empty() { &[] } else { &["--exact"] },
        names,
        environment: &[ON_POSTGRES],
    };
    suite.tell().context("stories on PostgreSQL")
}

/// FNV-1a with its bits mixed at the end, so that a seed means the same on every machine.
fn is_chosen(seed: u64, name: &str) -> bool {
    let bytes = seed.to_le_bytes().into_iter().chain(name.bytes());
    let hash = bytes.fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    (mixed >> 33).is_multiple_of(OF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_chooses_about_one_of_four_and_another_seed_others() {
        let names: Vec<String> = (0..1000).map(|number| format!("catalog::story_{number}")).collect();
        let chosen = |seed| names.iter().filter(|name| is_chosen(seed, name)).collect::<Vec<_>>();
        assert!((200..300).contains(&chosen(1).len()), "{}", chosen(1).len());
        assert_eq!(chosen(1), chosen(1));
        assert_ne!(chosen(1), chosen(2));
    }
}
