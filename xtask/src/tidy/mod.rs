//! `xtask tidy`: the rules of the house that neither rustfmt nor clippy checks.
//!
//! Each rule is a pure function from text to findings, in a file of its own. A finding says where, what, and what to do.

mod console;
mod dependencies;
mod headers;
mod imports;
mod names;
mod sizes;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{process, workspace};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Also list what is only a smell, such as files over 250 lines.
    #[arg(long)]
    verbose: bool,
}

/// A file of the project.
struct Source {
    /// Relative to the root, with `/`.
    path: String,
    text: String,
}

/// How bad it is: a failure stops `make test`, a smell is worth a look.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Weight {
    Failure,
    Smell,
}

#[derive(Debug, PartialEq, Eq)]
struct Finding {
    weight: Weight,
    path: String,
    /// From 1.
    line: usize,
    /// What is wrong and what to do.
    message: String,
}

impl Finding {
    fn failure(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            weight: Weight::Failure,
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = workspace::root()?;
    let sources = sources(&root, &["*.rs"])?;
    let console = sources_of_console(&root)?;
    let mut findings: Vec<Finding> = sources.iter().flat_map(check).collect();
    findings.extend(console.iter().flat_map(console::check));
    findings.extend(dependencies::check(&workspace::metadata(&root)?.packages));
    findings.sort_by(|left, right| (&left.path, left.line).cmp(&(&right.path, right.line)));

    let mut failures = 0;
    for finding in findings {
        let word = match finding.weight {
            Weight::Failure => "error",
            Weight::Smell if arguments.verbose => "smell",
            Weight::Smell => continue,
        };
        failures += usize::from(finding.weight == Weight::Failure);
        println!("{}:{}: {word}: {}", finding.path, finding.line, finding.message);
    }
    if failures > 0 {
        bail!("{failures} to put right");
    }
    println!("tidy: {} files", sources.len() + console.len());
    Ok(())
}

fn check(source: &Source) -> Vec<Finding> {
    [headers::check, sizes::check, names::check, imports::check]
        .into_iter()
        .flat_map(|rule| rule(source))
        .collect()
}

fn sources_of_console(root: &Path) -> Result<Vec<Source>> {
    sources(root, &["web/*.ts", "web/*.tsx", "web/*.mjs", "web/*.css"])
}

/// Every file of these that Git knows or would add.
fn sources(root: &Path, patterns: &[&str]) -> Result<Vec<Source>> {
    let listing = process::output(
        Command::new("git")
            .args([
                "ls-files",
                "--cached",
                "--others",
                "--exclude-standard",
                "--deduplicate",
                "--",
            ])
            .args(patterns)
            .current_dir(root),
    )?;
    let mut sources = Vec::new();
    for path in listing.lines().filter(|path| root.join(path).is_file()) {
        let text = fs::read_to_string(root.join(path)).with_context(|| format!("{path} cannot be read"))?;
        sources.push(Source {
            path: path.to_owned(),
            text,
        });
    }
    Ok(sources)
}

#[cfg(test)]
fn source(path: &str, text: &str) -> Source {
    Source {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}
