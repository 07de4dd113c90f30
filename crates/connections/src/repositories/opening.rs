//! What opens a repository: its forge with the integration's credentials, its host with addresses that may be connected to.

use std::path::PathBuf;
use std::sync::OnceLock;

use slipway_api::ids::RepositoryId;
use slipway_git::host_keys::PUBLISHED;
use slipway_git::{Address, Credentials, Git, Mirror, Remote};
use slipway_kernel::{Ctx, Error, Result};

use super::model::Repository;
use super::trouble::Trouble;
use crate::forges::Forge;
use crate::integrations::{self, Integration};

/// The program, looked for once.
static GIT: OnceLock<Git> = OnceLock::new();

/// The `git` of this machine.
pub(crate) fn git() -> Result<Git, Trouble> {
    if let Some(git) = GIT.get() {
        return Ok(git.clone());
    }
    let found = Git::find()?;
    Ok(GIT.get_or_init(|| found).clone())
}

/// The directory of all mirrors of this process.
pub(super) fn mirrors(ctx: &Ctx) -> PathBuf {
    ctx.settings.server.data_dir.join("mirrors")
}

/// The directory of a mirror.
pub(super) fn directory(ctx: &Ctx, id: RepositoryId) -> PathBuf {
    mirrors(ctx).join(id.to_string())
}

/// The mirror of a repository, whatever is in it by now.
pub(crate) fn mirror(ctx: &Ctx, id: RepositoryId) -> Result<Mirror, Trouble> {
    Ok(Mirror::at(&git()?, &directory(ctx, id)))
}

/// The integration of a repository; none where everybody may read it.
pub(crate) async fn integration(ctx: &Ctx, repository: &Repository) -> Result<Option<Integration>> {
    let Some(id) = repository.integration_id else {
        return Ok(None);
    };
    let found = integrations::service::of_system(ctx, id).await.map_err(|error| {
        if error.code() != slipway_api::Code::NotFound {
            return error;
        }
        Error::conflict(format!(
            "The integration that opened {} was deleted; connect the repository with another.",
            repository.full_name
        ))
    })?;
    Ok(Some(found))
}

/// The forge of a repository; none where it has no integration.
pub(crate) async fn forge(ctx: &Ctx, repository: &Repository) -> Result<Option<Box<dyn Forge>>> {
    match integration(ctx, repository).await? {
        Some(integration) => Ok(Some(integrations::service::forge(ctx, &integration).await?)),
        None => Ok(None),
    }
}

/// A repository as `git` reaches it.
pub(crate) async fn remote(ctx: &Ctx, repository: &Repository) -> Result<Remote, Trouble> {
    let address = repository.address()?;
    let integration = integration(ctx, repository).await?;
    remote_at(ctx, address, integration.as_ref()).await
}

/// An address as `git` reaches it with an integration.
pub(super) async fn remote_at(
    ctx: &Ctx,
    address: Address,
    integration: Option<&Integration>,
) -> Result<Remote, Trouble> {
    let credentials = match integration {
        Some(integration) => {
            let forge = integrations::service::forge(ctx, integration).await?;
            forge.clone_credentials().await?
        }
        None => Credentials::None,
    };
    if let Some(integration) = integration {
        require_place(integration, &address, &credentials)?;
    }
    let addresses = ctx.outbound.addresses(address.host(), address.port()).await;
    let text = |field| integration.and_then(|integration| integration.settings.text(field).map(str::to_owned));
    Ok(Remote {
        pinned: addresses
            .map_err(Trouble::of_outbound)?
            .into_iter()
            .map(|address| address.ip())
            .collect(),
        address,
        credentials,
        // Of the large forges the keys are known; whoever pins one beside them has exchanged it.
        known_hosts: Some(format!("{PUBLISHED}{}", text("host-keys").unwrap_or_default())),
        certificates: text("ca-certificate"),
    })
}

/// Refuses to show a plain Git server's password anywhere but at the server that it is of. A forge says itself where its
/// repositories are, and a private key never leaves.
fn require_place(integration: &Integration, address: &Address, credentials: &Credentials) -> Result<(), Trouble> {
    if integration.kind != "git" {
        return Ok(());
    }
    let Some(place) = integration.settings.text("url") else {
        return match credentials {
            Credentials::Basic { .. } => Err(Trouble::refused(format!(
                "the integration \"{}\" does not say whose password it has: set its address",
                integration.name
            ))),
            Credentials::None | Credentials::SshKey(_) => Ok(()),
        };
    };
    if is_below(address, place) {
        return Ok(());
    }
    Err(Trouble::refused(format!(
        "the integration \"{}\" is for {place}, and {address} is not there",
        integration.name
    )))
}

/// Whether an address is at the place that an integration is for: the same way of reaching the same host, below its path.
fn is_below(address: &Address, place: &str) -> bool {
    let Ok(place) = url::Url::parse(place) else {
        return false;
    };
    let Ok(url) = url::Url::parse(&address.to_string()) else {
        return false;
    };
    let path = place.path().trim_matches('/');
    let below = url
        .path()
        .trim_start_matches('/')
        .strip_prefix(path)
        .is_some_and(|rest| path.is_empty() || rest.starts_with('/'));
    let default = |url: &url::Url| match url.scheme() {
        "ssh" => Some(22),
        _ => url.port_or_known_default(),
    };
    let port = |url: &url::Url| url.port().or_else(|| default(url));
    let host = |url: &url::Url| url.host_str().map(str::to_lowercase);
    url.scheme() == place.scheme() && host(&url) == host(&place) && port(&url) == port(&place) && below
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://git.example.com/a/b", "https://git.example.com", true)]
    #[case("https://git.example.com/a/b", "https://git.example.com/", true)]
    #[case("https://git.example.com:443/a/b", "https://Git.example.com", true)]
    #[case("https://git.example.com/team/b", "https://git.example.com/team", true)]
    #[case("https://git.example.com/team-of-others/b", "https://git.example.com/team", false)]
    #[case("http://git.example.com/a/b", "https://git.example.com", false)]
    #[case("https://git.example.com:8443/a/b", "https://git.example.com", false)]
    #[case("https://git.example.com.evil.org/a/b", "https://git.example.com", false)]
    #[case("git@git.example.com:a/b", "ssh://git@git.example.com", true)]
    #[case("ssh://git@git.example.com:22/a/b", "ssh://git.example.com", true)]
    #[case("ssh://git@git.example.com:2222/a/b", "ssh://git.example.com", false)]
    fn a_password_goes_to_the_place_it_is_of(#[case] address: &str, #[case] place: &str, #[case] expected: bool) {
        assert_eq!(is_below(&address.parse().unwrap(), place), expected);
    }
}
