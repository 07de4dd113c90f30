//! What a failed command means for a person: a kind with a stable code, and one sentence that says what to do next. The
//! engine's own diagnostics stay beside it unchanged.

use serde::{Deserialize, Serialize};

use crate::process::{Ended, Rung};
use crate::sandbox::EXIT_CODE_REFUSED;

/// Exit code of OpenTofu and Terraform after a caught panic.
const EXIT_CODE_CRASH: i32 = 11;

/// Kinds of failure; the codes are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// A provider cannot be found or downloaded.
    ProviderUnavailable,
    /// A module cannot be found or downloaded.
    ModuleUnavailable,
    /// A required variable has no value.
    VariableMissing,
    /// A variable's value is refused by its type or validation.
    VariableInvalid,
    /// The configuration is wrong, at a place that the diagnostics name.
    ConfigurationInvalid,
    /// The engine or a provider failed while working.
    OperationFailed,
    /// The engine crashed.
    EngineCrashed,
    /// Something other than us killed the engine, most often for memory.
    EngineKilled,
    /// The sandbox did not let the engine start.
    SandboxRefused,
    /// The phase's time was over.
    TimedOut,
    /// A person stopped it.
    Canceled,
}

/// A failure and its next step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind.
    pub kind: FailureKind,
    /// One or two sentences for a person.
    pub message: String,
}

/// What the engine complained about, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Complaint<'a> {
    /// The diagnostic's summary.
    pub summary: &'a str,
    /// The file it points at.
    pub file: Option<&'a str>,
}

/// Says why a command that did not succeed failed. `command` is its name (`init`, `plan`, `apply`).
#[must_use]
pub fn classify(command: &str, ended: &Ended, complaints: &[Complaint<'_>]) -> Failure {
    let (kind, message) = if ended.timed_out {
        (
            FailureKind::TimedOut,
            format!("{command} took longer than it may: raise the workspace's timeout for this phase"),
        )
    } else if ended.stopped.is_some() {
        (FailureKind::Canceled, canceled(command, ended.stopped))
    } else if ended.exit.code == Some(EXIT_CODE_REFUSED) {
        (
            FailureKind::SandboxRefused,
            "the sandbox did not let the engine start: the log says why".to_owned(),
        )
    } else if ended.exit.code == Some(EXIT_CODE_CRASH) {
        (
            FailureKind::EngineCrashed,
            format!("the engine crashed during {command}: its report is at the end of the log"),
        )
    } else if let Some(signal) = ended.exit.signal {
        let message = format!(
            "something outside Slipway killed the engine during {command} (signal {signal}); most often the machine ran \
             out of memory"
        );
        (FailureKind::EngineKilled, message)
    } else {
        complained(command, complaints)
    };
    Failure { kind, message }
}

fn canceled(command: &str, stopped: Option<Rung>) -> String {
    match stopped {
        Some(Rung::Interrupted) => format!("{command} was stopped and ended by itself"),
        Some(Rung::Terminated) => format!("{command} was stopped and had to be terminated"),
        _ => format!("{command} was stopped and had to be killed: what it did last may not be in the state"),
    }
}

fn complained(command: &str, complaints: &[Complaint<'_>]) -> (FailureKind, String) {
    for (prefix, kind, advice) in KNOWN {
        if complaints.iter().any(|complaint| complaint.summary.starts_with(prefix)) {
            return (*kind, (*advice).to_owned());
        }
    }
    match complaints
        .iter()
        .find_map(|complaint| complaint.file.map(|file| (file, complaint.summary)))
    {
        Some((file, summary)) if command != "apply" => (
            FailureKind::ConfigurationInvalid,
            format!("the configuration is not valid: {summary} ({file})"),
        ),
        _ => match complaints.first() {
            Some(complaint) => (
                FailureKind::OperationFailed,
                format!("{command} failed: {}", complaint.summary),
            ),
            None => (
                FailureKind::OperationFailed,
                format!("{command} failed: the log says why"),
            ),
        },
    }
}

/// Summaries of OpenTofu 1.12 and Terraform 1.11, and what to do about them.
const KNOWN: &[(&str, FailureKind, &str)] = &[
    ("No value for required variable", FailureKind::VariableMissing, MISSING),
    ("Invalid value for variable", FailureKind::VariableInvalid, REFUSED),
    (
        "Invalid value for input variable",
        FailureKind::VariableInvalid,
        REFUSED,
    ),
    (
        "Failed to query available provider packages",
        FailureKind::ProviderUnavailable,
        PROVIDER,
    ),
    (
        "Failed to resolve provider packages",
        FailureKind::ProviderUnavailable,
        PROVIDER,
    ),
    ("Failed to install provider", FailureKind::ProviderUnavailable, PROVIDER),
    (
        "Invalid provider registry host",
        FailureKind::ProviderUnavailable,
        PROVIDER,
    ),
    ("Failed to download module", FailureKind::ModuleUnavailable, MODULE),
    ("Unreadable module directory", FailureKind::ModuleUnavailable, MODULE),
    ("Module not found", FailureKind::ModuleUnavailable, MODULE),
    (
        "Error accessing remote module registry",
        FailureKind::ModuleUnavailable,
        MODULE,
    ),
];

const MISSING: &str = "a required variable has no value: set it on the workspace or in a variable set";
const REFUSED: &str = "the configuration does not accept the value of a variable: change it on the workspace or in its \
                       variable set";
const PROVIDER: &str = "a provider cannot be installed: check its source address and version, and that the runner \
                        reaches its registry or has it in a mirror";
const MODULE: &str = "a module cannot be installed: check its source and version, and that the runner may read it";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Exit, Usage};
    use std::time::Duration;

    fn ended(code: Option<i32>, signal: Option<i32>, stopped: Option<Rung>) -> Ended {
        let exit = Exit {
            code,
            signal,
            usage: Usage::default(),
            elapsed: Duration::ZERO,
        };
        Ended {
            exit,
            stopped,
            timed_out: false,
        }
    }

    #[rstest::rstest]
    #[case("No value for required variable", None, FailureKind::VariableMissing)]
    #[case(
        "Failed to query available provider packages",
        None,
        FailureKind::ProviderUnavailable
    )]
    #[case("Unclosed configuration block", Some("main.tf"), FailureKind::ConfigurationInvalid)]
    #[case("creating bucket: denied", None, FailureKind::OperationFailed)]
    fn complaints_decide(#[case] summary: &str, #[case] file: Option<&str>, #[case] kind: FailureKind) {
        let complaints = [Complaint { summary, file }];
        assert_eq!(classify("plan", &ended(Some(1), None, None), &complaints).kind, kind);
    }

    #[test]
    fn the_way_it_ended_comes_before_what_it_said() {
        let complaints = [Complaint {
            summary: "No value for required variable",
            file: None,
        }];
        let kind = |ended: Ended| classify("apply", &ended, &complaints).kind;
        assert_eq!(
            kind(ended(Some(1), None, Some(Rung::Interrupted))),
            FailureKind::Canceled
        );
        assert_eq!(kind(ended(Some(125), None, None)), FailureKind::SandboxRefused);
        assert_eq!(kind(ended(Some(11), None, None)), FailureKind::EngineCrashed);
        assert_eq!(kind(ended(None, Some(9), None)), FailureKind::EngineKilled);
        assert_eq!(
            kind(Ended {
                timed_out: true,
                ..ended(None, Some(9), Some(Rung::Killed))
            }),
            FailureKind::TimedOut
        );
    }
}
