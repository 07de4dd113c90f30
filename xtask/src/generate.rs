//! `xtask gen`: documents that are made from the code, by hidden commands of the built binary.
//!
//! They are committed, so that a reader of the repository has them and a review shows what changed for users.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{process, workspace};

/// Which part of `slipway generate` makes which file.
const DOCUMENTS: [(&str, &str); 3] = [
    ("openapi", "docs/reference/openapi.json"),
    ("cli", "docs/reference/cli.md"),
    ("configuration", "docs/reference/configuration.md"),
];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; fail when a committed document differs from what the code makes.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = workspace::root()?;
    let binary = workspace::slipway_binary(&root)?;
    let mut stale = Vec::new();
    for (part, path) in DOCUMENTS {
        let made = process::output(Command::new(&binary).args(["generate", part]).env_clear())?;
        let file = root.join(path);
        let committed = fs::read_to_string(&file).unwrap_or_default();
        if made == committed {
            continue;
        }
        match arguments.check {
            true => stale.push(format!(
                "{path}:{}: differs from what the code makes",
                first_difference(&committed, &made)
            )),
            false => write(&file, &made)?,
        }
    }
    if !stale.is_empty() {
        bail!(
            "{}\nRun `cargo run -p xtask -- gen` and commit the result.",
            stale.join("\n")
        );
    }
    Ok(())
}

fn write(file: &Path, content: &str) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be created", folder.display()))?;
    }
    fs::write(file, content).with_context(|| format!("{} cannot be written", file.display()))?;
    println!("wrote {}", file.display());
    Ok(())
}

/// The number of the first line, from 1, in which two texts differ.
fn first_difference(left: &str, right: &str) -> usize {
    left.split('\n')
        .zip(right.split('\n'))
        .take_while(|(left, right)| left == right)
        .count()
        + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_differing_line_is_named() {
        assert_eq!(first_difference("a\nb\nc", "a\nx\nc"), 2);
        assert_eq!(first_difference("", "a"), 1);
        assert_eq!(first_difference("a\nb", "a\nb\nc"), 3);
    }
}
