//! `xtask licences`: every crate that is built or tested with, and every package that is in the console, is permissively
//! licensed, and a few never come in.
//!
//! Read from `cargo tree`, not from `cargo metadata`: the latter also lists optional dependencies that nothing switches
//! on, which would report crates that are never compiled.

mod expression;
mod npm;

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Result, bail};

use crate::{process, web, workspace};

/// Crates that are refused whatever their licence, and why.
const REFUSED: [(&str, &str); 3] = [
    ("ring", "aws-lc-rs is the one provider of cryptography"),
    ("openssl-sys", "rustls is the one TLS library"),
    ("native-tls", "rustls is the one TLS library"),
];

pub(crate) fn run() -> Result<()> {
    let root = workspace::root()?;
    let listing = process::output(
        Command::new("cargo")
            .args([
                "tree",
                "--offline",
                "--workspace",
                "--target",
                "all",
                "--edges",
                "normal,build,dev",
            ])
            .args(["--prefix", "none", "--no-dedupe", "--format", "{p}\t{l}"])
            .current_dir(&root),
    )?;
    let crates: BTreeSet<&str> = listing.lines().filter(|line| !line.is_empty()).collect();
    let (packages, mut problems) = npm::check(&web::folder(&root))?;
    problems.extend(crates.iter().filter_map(|line| problem(line)));
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    println!("licences: {} crates, {packages} packages of the console", crates.len());
    Ok(())
}

/// What is wrong with a line of the listing, `name vVersion [(source)]<tab>licence`.
fn problem(line: &str) -> Option<String> {
    let (package, licence) = line.split_once('\t').unwrap_or((line, ""));
    let name = package.split(' ').next().unwrap_or_default();
    if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
        return Some(format!(
            "{package}: refused, {why}; find who brings it with `cargo tree --invert {name}`"
        ));
    }
    match expression::is_permissive(licence) {
        Ok(true) => None,
        Ok(false) => Some(format!(
            "{package}: `{licence}` is not permissive; do without the crate"
        )),
        Err(error) => Some(format!("{package}: the licence `{licence}` is not understood: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissive_crates_pass() {
        assert_eq!(problem("serde v1.0.0\tMIT OR Apache-2.0"), None);
        assert_eq!(problem("slipway-api v0.1.0 (/somewhere/crates/api)\tApache-2.0"), None);
    }

    #[test]
    fn others_are_named_with_what_to_do() {
        assert!(
            problem("ring v0.17.14\tApache-2.0 AND ISC")
                .unwrap()
                .contains("cargo tree --invert ring")
        );
        assert!(problem("gpl v1.0.0\tGPL-3.0-only").unwrap().contains("not permissive"));
        assert!(problem("none v1.0.0\t").unwrap().contains("not understood"));
    }
}
