//! A repository with what this domain asks of it.

use slipway_connections::forges::ForgeKind;
use slipway_connections::repositories::Repository;
use slipway_git::Commit as CommitInfo;

/// The ref's short name, with whether it is a tag.
pub(crate) fn short(name: &str) -> Option<(&str, bool)> {
    let branch = name.strip_prefix("refs/heads/").map(|branch| (branch, false));
    branch.or_else(|| name.strip_prefix("refs/tags/").map(|tag| (tag, true)))
}

/// Where people look at a commit.
pub(crate) fn commit_url(repository: &Repository, kind: Option<ForgeKind>, commit: &str) -> Option<String> {
    let place = repository.web_url.as_deref()?.trim_end_matches('/');
    Some(match kind? {
        ForgeKind::Gitlab => format!("{place}/-/commit/{commit}"),
        ForgeKind::Bitbucket | ForgeKind::BitbucketDataCenter => format!("{place}/commits/{commit}"),
        ForgeKind::Github | ForgeKind::Gitea | ForgeKind::AzureDevops => format!("{place}/commit/{commit}"),
        ForgeKind::Git => return None,
    })
}

/// A commit's message as it is kept: cut, so that nobody stores a book in it.
pub(crate) fn message(commit: &CommitInfo) -> String {
    commit.message.trim().chars().take(4_000).collect()
}
