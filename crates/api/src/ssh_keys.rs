//! SSH keys: private keys that open repositories of modules, as Terraform Enterprise has them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

/// An SSH key, without the private key.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SshKey {
    /// Unique in its organization.
    pub name: Name,
    /// The kind of key: `ssh-ed25519`.
    pub algorithm: String,
    /// The public key's fingerprint, as forges and `ssh-keygen -l` show it.
    pub fingerprint: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for SshKey {
    const TYPE: &'static str = "ssh-keys";
}

/// What a new SSH key needs. No `Debug`: it holds a private key.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewSshKey {
    /// Unique in its organization.
    pub name: Name,
    /// The private key, in OpenSSH form or an RSA key in PEM, without a passphrase.
    pub value: String,
}

impl Attributes for NewSshKey {
    const TYPE: &'static str = SshKey::TYPE;
}

/// Changes to an SSH key; what is absent stays. No `Debug`: it holds a private key.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SshKeyChanges {
    /// A new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Another private key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl Attributes for SshKeyChanges {
    const TYPE: &'static str = SshKey::TYPE;
}
