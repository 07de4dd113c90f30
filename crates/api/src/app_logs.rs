//! What the units of apps wrote, as it is kept.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;

/// Some lines of what the units of an app wrote, in the order in which they were kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppLogLines {
    /// The lines: the oldest first, or the newest first where that was asked for.
    pub lines: Vec<AppLogLine>,
    /// What to give as `cursor` for those that follow; null when there are no more now.
    pub next_cursor: Option<String>,
}

impl Attributes for AppLogLines {
    const TYPE: &'static str = "app-log-lines";
}

/// A line that a unit wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppLogLine {
    /// Its place: to go on from there, also after a connection broke.
    pub cursor: String,
    /// When its cluster got it (RFC 3339, to the millisecond).
    pub at: String,
    /// The unit.
    pub unit: String,
    /// What it wrote.
    pub text: String,
}
