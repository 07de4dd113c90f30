//! Which files of a directory are the module's configuration, by the engines' own rules.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::engines::Kind;

/// Configuration files in the order in which they are merged: plain ones, then overrides, each sorted by name.
///
/// OpenTofu takes `x.tofu` instead of `x.tf` where both are there; Terraform reads `.tf` only.
pub(super) fn module_files(directory: &Path, kind: Kind) -> io::Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        if let Ok(name) = entry?.file_name().into_string() {
            names.push(name);
        }
    }
    let chosen = configuration_names(names.iter().map(String::as_str), kind);
    Ok(chosen.into_iter().map(|(name, _)| directory.join(name)).collect())
}

/// The same of names in one directory, each with whether it overrides.
pub(crate) fn configuration_names<'a>(names: impl Iterator<Item = &'a str>, kind: Kind) -> Vec<(&'a str, bool)> {
    let names: BTreeSet<&str> = names.collect();
    let is_shadowed = |name: &str| {
        let preferred = match (name.strip_suffix(".tf"), name.strip_suffix(".tf.json")) {
            (Some(stem), _) => format!("{stem}.tofu"),
            (_, Some(stem)) => format!("{stem}.tofu.json"),
            _ => return false,
        };
        kind == Kind::OpenTofu && names.contains(preferred.as_str())
    };
    let chosen = names.iter().filter(|name| !is_ignored(name) && !is_shadowed(name));
    let (overrides, plain): (Vec<_>, Vec<_>) = chosen
        .filter_map(|name| Some((*name, is_override(stem(name, kind)?))))
        .partition(|(_, is_override)| *is_override);
    plain.into_iter().chain(overrides).collect()
}

fn stem(name: &str, kind: Kind) -> Option<&str> {
    let extensions: &[&str] = match kind {
        Kind::OpenTofu => &[".tf", ".tf.json", ".tofu", ".tofu.json"],
        Kind::Terraform => &[".tf", ".tf.json"],
    };
    extensions.iter().find_map(|extension| name.strip_suffix(extension))
}

fn is_override(stem: &str) -> bool {
    stem == "override" || stem.ends_with("_override")
}

/// Hidden files and what editors leave behind.
fn is_ignored(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
}
