//! What the code of a resource is made of: pure.

use slipway_git::Address;
use slipway_tofu::interface::Interface;
use slipway_tofu::types::Type;

/// Everything that is in the code of a resource. No value of a secret is part of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// Its name.
    pub name: String,
    /// The key of its template.
    pub template: String,
    /// The name of its project.
    pub project: String,
    /// The name of its organization.
    pub organization: String,
    /// What it is for.
    pub description: String,
    /// What people call its version: `v1.2.0 (network)`.
    pub version: String,
    /// Where its module is, pinned: see [`source`].
    pub source: String,
    /// The engine's program: `tofu`.
    pub engine: &'static str,
    /// Version constraint on the engine; empty where the template has none.
    pub engine_version: String,
    /// What its module takes and gives.
    pub interface: Interface,
    /// What the module is given, in the order of the form.
    pub values: Vec<Given>,
    /// Names of secrets that its runs get as environment variables.
    pub environment: Vec<String>,
    /// Names of the integrations that its runs sign in with.
    pub integrations: Vec<String>,
    /// Where its state is.
    pub state: State,
}

/// Where the state of a resource is, for whoever has its code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// There is none yet.
    #[default]
    None,
    /// With Slipway, and a copy of it is taken along.
    Copied {
        /// The name of its workspace.
        workspace: String,
        /// Addresses at its top.
        roots: Vec<String>,
    },
    /// With Slipway: the code is there to be read.
    Elsewhere,
    /// Nowhere: nothing is ever made of it.
    Demo,
}

/// An argument of the module.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// The variable.
    pub name: String,
    /// What it is.
    pub what: What,
    /// Where it is from, in words; empty where the resource itself says it.
    pub origin: String,
}

/// What a variable of the module is given.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A value.
    Value(serde_json::Value),
    /// A value that is not in the code, and that whoever runs it gives: a secret, or what is not known yet.
    Asked {
        /// Its type.
        value_type: Type,
        /// Whether it is a secret.
        is_sensitive: bool,
        /// Whether the engine keeps it nowhere.
        is_ephemeral: bool,
    },
}

/// The source of a module in a directory (empty for the top) of a repository at a commit, as OpenTofu reads it.
#[must_use]
pub fn source(address: &Address, directory: &str, commit: &str) -> String {
    let below = match directory {
        "" => String::new(),
        directory => format!("//{directory}"),
    };
    format!("git::{address}{below}?ref={commit}")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "https://git.example.com/a/b.git",
        "",
        "git::https://git.example.com/a/b.git?ref=abc"
    )]
    #[case(
        "git@git.example.com:a/b.git",
        "modules/x",
        "git::ssh://git@git.example.com/a/b.git//modules/x?ref=abc"
    )]
    fn a_source_is_pinned(#[case] address: &str, #[case] directory: &str, #[case] expected: &str) {
        assert_eq!(source(&address.parse().unwrap(), directory, "abc"), expected);
    }
}
