//! Repositories that an organization uses, what is in them, and those that a forge offers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::ids::IntegrationId;
use crate::jsonapi::Attributes;

/// A repository that an organization uses.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Repository {
    /// Where it is at its forge: `group/name`.
    pub full_name: String,
    /// Where it is cloned from.
    pub address: String,
    /// Where people look at it.
    pub web_url: Option<String>,
    /// Its default branch; null while it is empty.
    pub default_branch: Option<String>,
    /// `ok`, `unreachable` (tried again), `refused` (somebody must act) or `gone`.
    pub status: String,
    /// Why it is not well, in a sentence.
    pub error: Option<String>,
    /// How its webhook stands: `set`, `wanted`, `impossible`; null before it was first looked at.
    pub webhook: Option<String>,
    /// When its refs were last compared with its forge, and something was written.
    pub synchronized_at: Option<Timestamp>,
    /// When it is looked at next without a delivery.
    pub next_look_at: Timestamp,
    /// How many things come from it, by their kind (`workspace`), as far as you may see them.
    #[serde(default)]
    pub used_by: BTreeMap<String, u64>,
    /// When it was connected.
    pub created_at: Timestamp,
}

impl Attributes for Repository {
    const TYPE: &'static str = "repositories";
}

/// Which repository is to be connected.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewRepository {
    /// Its full name at the integration's forge (`group/name`), or its whole address.
    pub identifier: String,
    /// The integration that opens it; null when everybody may read it.
    #[serde(default)]
    pub integration_id: Option<IntegrationId>,
}

impl Attributes for NewRepository {
    const TYPE: &'static str = Repository::TYPE;
}

/// A branch or a tag.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RepositoryRef {
    /// Without `refs/heads/` or `refs/tags/`.
    pub name: String,
    /// The commit that it is on.
    pub commit: String,
    /// Whether it is the default branch.
    pub is_default: bool,
}

impl Attributes for RepositoryRef {
    const TYPE: &'static str = "repository-refs";
}

/// What is in a directory of a commit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RepositoryTree {
    /// The commit.
    pub commit: String,
    /// The directory; empty for the top.
    pub path: String,
    /// What is in it: directories first, then the rest, by name.
    pub entries: Vec<RepositoryEntry>,
    /// Whether there is more than is shown.
    pub is_cut: bool,
}

impl Attributes for RepositoryTree {
    const TYPE: &'static str = "repository-trees";
}

/// Something in a directory.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RepositoryEntry {
    /// Its name.
    pub name: String,
    /// `directory`, `file`, `program`, `link` or `submodule`.
    pub kind: String,
    /// Size of a file in bytes.
    pub size_bytes: Option<u64>,
}

/// A file of a commit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RepositoryFile {
    /// The commit.
    pub commit: String,
    /// Where it is.
    pub path: String,
    /// Its text; null where it is none.
    pub content: Option<String>,
    /// Its size in bytes.
    pub size_bytes: u64,
}

impl Attributes for RepositoryFile {
    const TYPE: &'static str = "repository-files";
}

/// A commit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RepositoryCommit {
    /// The first line of its message.
    pub subject: String,
    /// The whole message.
    pub message: String,
    /// Who wrote it, as it says.
    pub author: String,
    /// Their mail address, as it says.
    pub author_email: String,
    /// When it was made, as it says.
    pub committed_at: Timestamp,
    /// What it stands on.
    pub parents: Vec<String>,
}

impl Attributes for RepositoryCommit {
    const TYPE: &'static str = "repository-commits";
}

/// A directory that a workspace can run in: a module that no other calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RepositoryRoot {
    /// The directory; empty for the top.
    pub path: String,
    /// Whether it says where its state is kept: it is meant to be run.
    pub has_backend: bool,
    /// Providers that it configures, by name.
    pub providers: Vec<String>,
    /// How many resources it has.
    pub resources: u32,
    /// Local modules that it calls, as directories.
    pub modules: Vec<String>,
    /// Files of variables beside it: `production.tfvars`.
    pub variable_files: Vec<String>,
}

impl Attributes for RepositoryRoot {
    const TYPE: &'static str = "repository-roots";
}

/// A repository as its forge describes it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ForgeRepository {
    /// Where it is there: `group/name`.
    pub full_name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its default branch.
    pub default_branch: Option<String>,
    /// Where people look at it.
    pub web_url: String,
    /// Whether only some may see it.
    pub is_private: bool,
    /// Whether nothing can be changed any more.
    pub is_archived: bool,
}

impl Attributes for ForgeRepository {
    const TYPE: &'static str = "forge-repositories";
}

/// A group of repositories at a forge.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ForgeGroup {
    /// Its full name, as it stands before those of its repositories.
    pub name: String,
}

impl Attributes for ForgeGroup {
    const TYPE: &'static str = "forge-groups";
}

/// Whose keys are wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HostKeysRequest {
    /// The address of a repository, or of its server: `ssh://git@git.example.com`.
    pub address: String,
}

/// The keys that an SSH server shows now. Nothing proves yet that they are its own: compare the fingerprints with what its
/// operator says.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct HostKeys {
    /// The host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The keys.
    pub keys: Vec<HostKey>,
}

impl Attributes for HostKeys {
    const TYPE: &'static str = "host-keys";
}

/// A key of an SSH server.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct HostKey {
    /// `ssh-ed25519`.
    pub kind: String,
    /// `SHA256:…`.
    pub fingerprint: String,
    /// The line for the integration's `host-keys`.
    pub line: String,
}
