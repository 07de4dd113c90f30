//! Which files of a directory are the module's configuration, by the engines' own rules.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::engines::Kind;

/// Configuration files in the order in which they are merged: plain ones, then overrides, each sorted by name.
///
/// OpenTofu takes `x.tofu` instead of `x.tf` where both are there; Terraform reads `.tf` only.
pub(super) fn module_files(directory: &Path, kind: Kind) -> io::Result<Vec<PathBuf>> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(directory)? {
        if let Ok(name) = entry?.file_name().into_string() {
            names.insert(name);
        }
    }
    let is_shadowed = |name: &String| {
        let preferred = match (name.strip_suffix(".tf"), name.strip_suffix(".tf.json")) {
            (Some(stem), _) => format!("{stem}.tofu"),
            (_, Some(stem)) => format!("{stem}.tofu.json"),
            _ => return false,
        };
        kind == Kind::OpenTofu && names.contains(&preferred)
    };
    let chosen = names.iter().filter(|name| !is_ignored(name) && !is_shadowed(name));
    let (overrides, plain): (Vec<_>, Vec<_>) = chosen
        .filter_map(|name| Some((name, stem(name, kind)?)))
        .partition(|(_, stem)| is_override(stem));
    Ok(plain
        .into_iter()
        .chain(overrides)
        .map(|(name, _)| directory.join(name))
        .collect())
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
