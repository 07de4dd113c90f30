//! The two engines and what differs in calling them.

use semver::Version;
use serde::{Deserialize, Serialize};

/// Which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// OpenTofu, `tofu`.
    OpenTofu,
    /// Terraform, `terraform`.
    Terraform,
}

impl Kind {
    /// Name of the binary, and of its folder in the engine directory.
    #[must_use]
    pub const fn binary(self) -> &'static str {
        match self {
            Self::OpenTofu => "tofu",
            Self::Terraform => "terraform",
        }
    }

    /// Name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenTofu => "OpenTofu",
            Self::Terraform => "Terraform",
        }
    }

    /// Extension of configuration files that only this engine reads in our favour: OpenTofu prefers `.tofu`.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::OpenTofu => "tofu",
            Self::Terraform => "tf",
        }
    }

    /// Whether the engine writes its events to a file beside the human output (`-json-into`, OpenTofu 1.12). Others give
    /// either the one or the other.
    #[must_use]
    pub fn writes_events_aside(self, version: &Version) -> bool {
        self == Self::OpenTofu && (version.major, version.minor) >= (1, 12)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

impl std::str::FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "opentofu" => Ok(Self::OpenTofu),
            "terraform" => Ok(Self::Terraform),
            other => Err(format!("unknown engine `{other}`: write opentofu or terraform")),
        }
    }
}
