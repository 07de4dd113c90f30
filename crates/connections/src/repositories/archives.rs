//! The files of a commit with submodules and large files, which lie elsewhere.
//!
//! What must stay true: what is fetched for an archive goes through the same address checks as everything else, and the
//! integration's credentials go to its own host alone. Whoever may write a commit decides which submodules it has: for
//! commits of strangers neither is asked for.

use std::pin::Pin;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use slipway_git::address::Transport;
use slipway_git::archive::{LargeFileAnswer, LargeFileRequest, LargeFiles, Submodules};
use slipway_git::{Address, Archive, ArchiveOptions, CommitId, Credentials, GitError, Remote};
use slipway_kernel::outbound::Request;
use slipway_kernel::{Ctx, Result};
use url::Url;

use super::model::Repository;
use super::opening;
use super::trouble::Trouble;
use crate::integrations::Integration;

/// Time for one request of a large file.
const TIME: Duration = Duration::from_secs(300);

/// What is wanted of a commit.
pub struct Wanted<'a> {
    /// Files and directories; empty for all.
    pub paths: &'a [String],
    /// Largest sum of the files' sizes, in bytes.
    pub limit_bytes: u64,
    /// Whether submodules are fetched.
    pub submodules: bool,
    /// Whether large files (Git LFS) are fetched.
    pub large_files: bool,
}

/// The files of a commit that is in the repository's mirror, as a configuration archive.
///
/// # Errors
///
/// Why there is none; most often a submodule that the integration does not open.
pub async fn archive(
    ctx: &Ctx,
    repository: &Repository,
    commit: &CommitId,
    wanted: &Wanted<'_>,
) -> Result<Archive, GitError> {
    let refused = |error: Trouble| GitError::Refused(error.sentence);
    let mirror = opening::mirror(ctx, repository.id).map_err(refused)?;
    let mut options = ArchiveOptions::of(wanted.paths, wanted.limit_bytes);
    if !wanted.submodules && !wanted.large_files {
        return mirror.archive(commit, options).await;
    }
    let integration = opening::integration(ctx, repository)
        .await
        .map_err(|error| refused(error.into()))?;
    let own = opening::remote(ctx, repository).await.map_err(refused)?;
    let (opener, sender) = (
        Opener {
            ctx,
            integration: integration.as_ref(),
            own: &own,
        },
        Sender { ctx, own: &own },
    );
    let remote = |address: Address| -> Pin<Box<dyn Future<Output = Result<Remote, GitError>> + Send>> {
        let opener = &opener;
        Box::pin(async move { opener.remote(address).await })
    };
    let request = |request: LargeFileRequest| -> Pin<Box<dyn Future<Output = LargeFileAnswer> + Send>> {
        let sender = &sender;
        Box::pin(async move { sender.send(request).await })
    };
    let large_files = LargeFiles {
        remote: &own,
        request: &request,
    };
    if wanted.submodules {
        options.submodules = Some(Submodules {
            address: &own.address,
            remote: &remote,
        });
    }
    if wanted.large_files {
        options.large_files = Some(&large_files);
    }
    mirror.archive(commit, options).await
}

/// Opens submodules.
#[derive(Clone, Copy)]
struct Opener<'a> {
    ctx: &'a Ctx,
    integration: Option<&'a Integration>,
    own: &'a Remote,
}

impl Opener<'_> {
    /// With the integration where the host is the repository's own, and as everybody elsewhere.
    async fn remote(self, address: Address) -> Result<Remote, GitError> {
        let is_own_host = address.host() == self.own.address.host();
        let by_password = matches!(self.own.credentials, Credentials::Basic { .. });
        let address = match address.transport() {
            // Forges' own submodules are often written for people with keys.
            Transport::Ssh if is_own_host && by_password && self.own.address.transport() == Transport::Https => {
                address.over_https()
            }
            _ => address,
        };
        let integration = self.integration.filter(|_| is_own_host);
        let opened = opening::remote_at(self.ctx, address, integration).await;
        opened.map_err(|trouble| GitError::Refused(trouble.sentence))
    }
}

/// Makes requests for large files.
#[derive(Clone, Copy)]
struct Sender<'a> {
    ctx: &'a Ctx,
    own: &'a Remote,
}

impl Sender<'_> {
    async fn send(self, wanted: LargeFileRequest) -> LargeFileAnswer {
        let broken =
            || GitError::Refused("the server of the large files (Git LFS) names an address that is none".to_owned());
        let url = Url::parse(&wanted.url).map_err(|_| broken())?;
        let is_own_host = url.host_str() == Some(self.own.address.host());
        let mut request = match wanted.body {
            Some(body) => Request::post(url, "application/vnd.git-lfs+json", body),
            None => Request::get(url),
        };
        request = request
            .within(TIME)
            .at_most(usize::try_from(wanted.limit_bytes).unwrap_or(usize::MAX));
        if let Some(certificates) = self.own.certificates.as_ref().filter(|_| is_own_host) {
            request = request.trusting(certificates.clone().into_bytes());
        }
        for (name, value) in wanted
            .headers
            .into_iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"))
        {
            let name = HeaderName::try_from(name).map_err(|_| broken())?;
            let mut value = HeaderValue::try_from(value).map_err(|_| broken())?;
            value.set_sensitive(true);
            request = request.header(name, value);
        }
        let answer = self.ctx.outbound.send(request).await.map_err(|error| GitError::Away {
            host: self.own.address.host().to_owned(),
            said: error.to_string(),
        })?;
        Ok((answer.status.as_u16(), answer.body))
    }
}
