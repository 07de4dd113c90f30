//! Asks a binary for its version, from an empty environment: a `TF_CLI_CONFIG_FILE` that is set and missing makes
//! OpenTofu print a warning before its JSON, and Terraform would call home.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use semver::Version;
use serde::Deserialize;
use tokio::process::Command;

/// An engine answers in 50 ms; one that needs longer than this is not an engine.
const PATIENCE: Duration = Duration::from_secs(15);

/// The version, or why this is not an engine.
pub(super) async fn version(binary: &Path) -> Result<Version, String> {
    let asked = Command::new(binary)
        .args(["version", "-json"])
        .env_clear()
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .env("CHECKPOINT_DISABLE", "1")
        .env("HOME", "/nonexistent")
        .current_dir("/")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, asked).await;
    let output = output.map_err(|_| "does not answer `version -json`".to_owned())?;
    let output = output.map_err(|error| error.to_string())?;
    read(&output.stdout)
}

#[derive(Deserialize)]
struct Answer {
    terraform_version: String,
}

/// Both engines call the field `terraform_version`. Warnings may precede the object.
fn read(stdout: &[u8]) -> Result<Version, String> {
    let start = stdout.iter().position(|byte| *byte == b'{').unwrap_or(0);
    let json = stdout.get(start..).unwrap_or_default();
    let answer: Answer = serde_json::from_slice(json).map_err(|_| "does not answer `version -json`".to_owned())?;
    crate::versions::parse_version(&answer.terraform_version).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_before_the_answer_does_not_hide_it() {
        let output = b"Warning: Unable to open CLI configuration file\n\n{\"terraform_version\":\"1.12.6\"}\n";
        assert_eq!(read(output), Ok(Version::new(1, 12, 6)));
        assert!(read(b"usage: cat").is_err());
    }
}
