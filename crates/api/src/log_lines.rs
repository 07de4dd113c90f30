//! Logs by lines, and what an apply did by resource. Both are plain JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// Lines of a log. A line ends with a newline; what comes after the last one is a line that may still grow.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LogLines {
    /// How many lines the log has so far.
    pub total_lines: u64,
    /// Number of the first of these, from 1.
    pub first_line: u64,
    /// The lines, with ANSI colours, without what ends them. Fewer than asked for where the log has no more, or they are
    /// long: ask on from `first-line` and how many there are.
    pub lines: Vec<String>,
    /// Numbers of lines whose first 64 KiB alone are here.
    pub cut_lines: Vec<u64>,
    /// Offset of the first byte of the first line, as in the stream.
    pub offset: u64,
    /// Offset after the last line and what ends it: where to follow on.
    pub end_offset: u64,
    /// Whether the log has ended, so that no line comes any more.
    pub is_complete: bool,
}

/// Lines that have a text.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LogMatches {
    /// Numbers of the first lines that have it.
    pub lines: Vec<u64>,
    /// How many lines have it.
    pub total: u64,
    /// How many lines the log has so far: all of them from the first on were looked at.
    pub searched_lines: u64,
    /// Whether the log has ended, so that no line comes any more.
    pub is_complete: bool,
}

/// The data of an event `log` in a stream that was asked for with `numbered=true`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct NumberedText {
    /// Number of the line that the text's first character is in.
    pub line: u64,
    /// The text.
    pub text: String,
}

/// What an apply did, from a place in the engine's events on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppliedResources {
    /// Each address and action once, as it stood last in this part. A replacement is a `delete` and a `create`.
    pub resources: Vec<AppliedResource>,
    /// Where to read on.
    pub next: u64,
    /// Whether nothing more will come.
    pub is_complete: bool,
}

/// What an apply did to one object.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppliedResource {
    /// Absolute address.
    pub address: String,
    /// `create`, `update`, `delete`, `read` ….
    pub action: String,
    /// How far it is.
    pub status: AppliedStatus,
    /// Its id, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When it began, if that is in this part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Seconds since it began, as last said.
    pub elapsed_seconds: f64,
}

/// How far an object is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AppliedStatus {
    /// It is worked on.
    #[default]
    Running,
    /// Done.
    Done,
    /// It failed; part of it may be done.
    Errored,
}
