//! Source of apps as lists of files, so that only what is not there is sent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;

/// A source as a list of everything in it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewAppSourceList {
    /// Every file and link, and folders in which nothing is.
    pub entries: Vec<AppSourceEntry>,
}

impl Attributes for NewAppSourceList {
    const TYPE: &'static str = "app-sources";
}

/// What is at a path of a source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AppSourceEntry {
    /// Relative to the source's top, with `/` between its parts; without `.` and `..`.
    pub path: String,
    /// What it is.
    pub kind: AppSourceEntryKind,
    /// Of a file: the SHA-256 of what is in it, in small hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Of a file: its size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Of a file: whether it can be run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_program: bool,
    /// Of a file of more than 4 MiB: the SHA-256 of each 4 MiB of it, the last of the rest. They are sent instead of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<String>,
    /// Of a link: where it leads, relative to where it is, inside of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// What can be in a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AppSourceEntryKind {
    /// A file.
    File,
    /// A symbolic link.
    Link,
    /// A folder.
    Folder,
}

/// A source that was listed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppSourceList {
    /// SHA-256 of the list, in hexadecimal digits: what a deploy names as `source-digest`.
    pub digest: String,
    /// The bytes of all files.
    pub size: u64,
    /// How many files there are.
    pub files: u64,
    /// The contents that this app does not have yet, by their SHA-256: they have to be sent before it can be deployed.
    pub missing: Vec<String>,
}

impl Attributes for AppSourceList {
    const TYPE: &'static str = "app-sources";
}

/// What came of the contents of a source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppSourceContents {
    /// The digest of the source's list.
    pub digest: String,
    /// How many contents this request brought.
    pub taken: u64,
    /// How many are still missing.
    pub missing: u64,
}

impl Attributes for AppSourceContents {
    const TYPE: &'static str = "app-sources";
}
