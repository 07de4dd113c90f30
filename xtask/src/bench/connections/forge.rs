//! The forge of these measurements: `crates/testing/examples/forge.rs`, as a process.

use anyhow::{Context, Result};

use crate::bench::companion::Companion;

/// A real Gitea that is told what to do.
pub(super) struct Forge {
    companion: Companion,
    /// Its address, and a token that may do everything.
    pub(super) url: String,
    pub(super) token: String,
    /// Where it counts what is fetched.
    pub(super) counted_url: String,
    /// The repository for pushes, the one for a pull request, and the large one.
    pub(super) infra: String,
    pub(super) many: String,
    pub(super) mono: String,
}

impl Forge {
    pub(super) fn start() -> Result<Self> {
        let (companion, said) = Companion::start("forge")?;
        let mut words = said.split_whitespace().map(str::to_owned);
        let mut next = || words.next().with_context(|| format!("the forge says `{said}`"));
        Ok(Self {
            companion,
            url: next()?,
            token: next()?,
            counted_url: next()?,
            infra: next()?,
            many: next()?,
            mono: next()?,
        })
    }

    /// Has it do something, and gives its answer.
    pub(super) fn ask(&mut self, command: &str) -> Result<String> {
        self.companion.ask(command)
    }
}
