//! Merging without a work tree.

use super::Mirror;
use super::local::local_failure;
use super::model::Merge;
use crate::error::GitError;
use crate::ids::CommitId;

/// Who makes the commits of merges.
pub(super) const NAME: &str = "Slipway";
pub(super) const EMAIL: &str = "slipway@localhost";
/// Conflicts that are named.
const MOST_CONFLICTS: usize = 1_000;

impl Mirror {
    pub(super) async fn merge_commits(
        &self,
        base: &CommitId,
        head: &CommitId,
        message: &str,
    ) -> Result<Merge, GitError> {
        self.must_exist()?;
        let merging = self.call("merging").arguments([
            "merge-tree",
            "--write-tree",
            "-z",
            "--name-only",
            "--no-messages",
            base.as_str(),
            head.as_str(),
        ]);
        let answer = merging.run().await?;
        let text = String::from_utf8_lossy(&answer.output);
        let mut parts = text.split('\0').filter(|part| !part.is_empty());
        let tree = parts.next().unwrap_or_default();
        match answer.code {
            Some(0) => self.commit_tree(tree, [base, head], message).await.map(Merge::Clean),
            // Without a tree it is a commit that is not here.
            Some(1) if !tree.is_empty() => Ok(Merge::Conflicts(
                parts.map(str::to_owned).take(MOST_CONFLICTS).collect(),
            )),
            _ if answer.said.contains("unrelated histories") => Err(GitError::Refused(
                "the two branches have no commit in common".to_owned(),
            )),
            _ => Err(local_failure(&answer)),
        }
    }

    /// A commit with the time of the later of its parents: the same again for the same parents.
    async fn commit_tree(&self, tree: &str, parents: [&CommitId; 2], message: &str) -> Result<CommitId, GitError> {
        let [base, head] = parents;
        let (base_commit, head_commit) = (self.commit(base).await?, self.commit(head).await?);
        let date = format!("@{} +0000", base_commit.committed_at.max(head_commit.committed_at));
        let mut call = self
            .call("merging")
            .input(format!("{}\n", message.replace('\0', "")).into_bytes());
        for role in ["AUTHOR", "COMMITTER"] {
            call.command
                .env(format!("GIT_{role}_NAME"), NAME)
                .env(format!("GIT_{role}_EMAIL"), EMAIL)
                .env(format!("GIT_{role}_DATE"), &date);
        }
        let call = call.arguments(["commit-tree", tree, "-p", base.as_str(), "-p", head.as_str()]);
        let output = self.ask(call).await?;
        let id = String::from_utf8_lossy(&output).trim().parse();
        id.map_err(|_| GitError::Damaged("git named no commit for a merge".to_owned()))
    }
}
