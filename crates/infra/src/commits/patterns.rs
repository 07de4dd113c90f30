//! The paths that a workspace says it depends on: prefixes and glob patterns, as Terraform Enterprise takes them. Pure.

use super::glob::{self, Glob};

/// Compiled prefixes and patterns of one workspace.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patterns {
    prefixes: Vec<String>,
    globs: Vec<Glob>,
}

impl Patterns {
    /// From what is stored; what cannot be read was refused before it was.
    pub(crate) fn new(prefixes: &[String], patterns: &[String]) -> Self {
        let plain = |prefix: &String| prefix.trim_matches('/').to_owned();
        Self {
            prefixes: prefixes.iter().map(plain).collect(),
            globs: patterns.iter().filter_map(|pattern| Glob::new(pattern).ok()).collect(),
        }
    }

    /// Whether the workspace says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.prefixes.is_empty() && self.globs.is_empty()
    }

    /// Whether they stand in the place of the workspace's own directory. Prefixes come beside it.
    pub(crate) fn replace_directory(&self) -> bool {
        !self.globs.is_empty()
    }

    /// Whether a path is among them.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let below = |prefix: &String| {
            prefix.is_empty()
                || path
                    .strip_prefix(prefix.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.prefixes.iter().any(below) || self.globs.iter().any(|glob| glob.matches(path))
    }
}

/// The directory that everything which a pattern matches is in; empty when that is all of the repository.
pub(crate) fn literal_directory(pattern: &str) -> String {
    let literal = glob::literal(pattern.trim_start_matches('/'));
    match literal.rsplit_once('/') {
        Some((directory, _)) => directory.to_owned(),
        None => String::new(),
    }
}
