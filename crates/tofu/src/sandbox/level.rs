//! How much of the sandbox this kernel can enforce, found by asking it for the rule set and not by reading its version:
//! Landlock may be compiled in and switched off.

use landlock::{ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, Scope};
use serde::{Deserialize, Serialize};

/// What is enforced, from nothing to everything. The order is by strength, so that levels can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// No walls: process group and resource limits only.
    None,
    /// Files: reading, writing, truncating, linking and running (Landlock ABI 3, Linux 6.2).
    Files,
    /// Files, and no signals or abstract sockets to processes outside (Landlock ABI 6, Linux 6.12).
    Isolated,
}

impl std::fmt::Display for Level {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::None => "none",
            Self::Files => "files",
            Self::Isolated => "isolated",
        })
    }
}

impl std::str::FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self::None),
            "files" => Ok(Self::Files),
            "isolated" => Ok(Self::Isolated),
            other => Err(format!(
                "unknown sandbox level `{other}`: write none, files or isolated"
            )),
        }
    }
}

/// The strongest level that this kernel enforces now. Restricts nothing: the rule set is made and thrown away.
#[must_use]
pub fn probe() -> Level {
    if handles(ABI::V6, true) {
        Level::Isolated
    } else if handles(ABI::V3, false) {
        Level::Files
    } else {
        Level::None
    }
}

fn handles(abi: ABI, scoped: bool) -> bool {
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(abi));
    let ruleset = if scoped {
        ruleset.and_then(|made| made.scope(Scope::from_all(abi)))
    } else {
        ruleset
    };
    ruleset.and_then(Ruleset::create).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_ordered_by_strength_and_read_back() {
        assert!(Level::None < Level::Files && Level::Files < Level::Isolated);
        for level in [Level::None, Level::Files, Level::Isolated] {
            assert_eq!(level.to_string().parse::<Level>(), Ok(level));
        }
        assert!("strict".parse::<Level>().is_err());
    }
}
