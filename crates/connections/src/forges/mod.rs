//! Git forges behind one trait: what every forge can do for us, in our words.
//!
//! Owns no tables. What must stay true: a forge's answer is bounded and never trusted beyond what it says of itself; every
//! call goes through the kernel's outbound client; the same contract tests hold for every forge. Read [`model`], then the
//! forge you need; [`open`] makes one from an integration, [`webhooks`] understands what it delivers.

mod azure_devops;
mod bitbucket;
mod bitbucket_data_center;
mod client;
mod gitea;
mod github;
mod gitlab;
mod limits;
pub mod model;
pub mod oauth;
mod plain_git;
pub mod proposals;
mod search;
pub mod settings;
mod tokens;
pub mod webhooks;
mod wire;

pub use client::Outside;
pub use model::{Forge, ForgeError, ForgeKind};
pub use settings::{Secrets, Settings};

/// A forge by what an integration has. Asks nobody yet.
///
/// # Errors
///
/// `Refused` when a setting is missing or cannot be.
pub fn open(
    kind: ForgeKind,
    settings: &Settings,
    secrets: &Secrets,
    outside: &Outside,
) -> Result<Box<dyn Forge>, ForgeError> {
    Ok(match kind {
        ForgeKind::Github => Box::new(github::open(settings, secrets, outside)?),
        ForgeKind::Gitlab => Box::new(gitlab::open(settings, secrets, outside)?),
        ForgeKind::Bitbucket => Box::new(bitbucket::open(settings, secrets, outside)?),
        ForgeKind::BitbucketDataCenter => Box::new(bitbucket_data_center::open(settings, secrets, outside)?),
        ForgeKind::AzureDevops => Box::new(azure_devops::open(settings, secrets, outside)?),
        ForgeKind::Gitea => Box::new(gitea::open(settings, secrets, outside)?),
        ForgeKind::Git => Box::new(plain_git::open(settings, secrets)?),
    })
}
