//! Talking to a remote: what it has, and bringing it here.

use std::collections::{BTreeMap, BTreeSet};

use super::lock::Held;
use super::model::{Fetched, RefUpdate, RemoteRefs};
use super::{Mirror, failure};
use crate::access::Access;
use crate::error::GitError;
use crate::ids::CommitId;
use crate::names::Refspec;
use crate::process::{Answer, Call};
use crate::remote::Remote;

/// Longest list of references, in bytes: some millions.
const LIST_BYTES: u64 = 256 << 20;

impl Mirror {
    pub(super) async fn fetch_wanted(&self, remote: &Remote, wanted: &[Refspec]) -> Result<Fetched, GitError> {
        if wanted.is_empty() {
            return Ok(Fetched::default());
        }
        let held = self.hold().await?;
        let before = self.refs().await?;
        let refspecs = wanted.iter().map(Refspec::argument);
        let mut call = self
            .remote_call(remote, &held, "fetch")
            .await?
            .within(self.limits.fetch);
        call.file_bytes = Some(self.limits.pack_bytes);
        let call = call
            .arguments([
                "fetch",
                "--quiet",
                "--prune",
                "--no-tags",
                "--no-write-fetch-head",
                "--no-auto-maintenance",
                "--no-recurse-submodules",
                "--no-show-forced-updates",
                "--",
            ])
            .arguments([remote.address.to_string()])
            .arguments(refspecs);
        let answer = call.run().await?;
        if answer.code.is_some() {
            held.ended();
        }
        if answer.code != Some(0) {
            return Err(failure::of_remote(remote, &answer, self.limits.pack_bytes));
        }
        let after = self.refs().await?;
        drop(held);
        self.compare(before, after).await
    }

    pub(super) async fn fetch_commit(&self, remote: &Remote, commit: &CommitId) -> Result<(), GitError> {
        let held = self.hold().await?;
        let mut call = self
            .remote_call(remote, &held, "fetch")
            .await?
            .within(self.limits.fetch);
        call.file_bytes = Some(self.limits.pack_bytes);
        let call = call
            .arguments([
                "fetch",
                "--quiet",
                "--no-tags",
                "--no-write-fetch-head",
                "--no-auto-maintenance",
            ])
            .arguments(["--no-recurse-submodules", "--"])
            .arguments([remote.address.to_string(), commit.to_string()]);
        let answer = call.run().await?;
        if answer.code.is_some() {
            held.ended();
        }
        if answer.code == Some(0) {
            return Ok(());
        }
        Err(failure::of_remote(remote, &answer, self.limits.pack_bytes))
    }

    pub(super) async fn list_remote(&self, remote: &Remote) -> Result<RemoteRefs, GitError> {
        let held = self.hold().await?;
        let mut call = self.remote_call(remote, &held, "list of references").await?;
        call.limit_bytes = LIST_BYTES;
        let call = call.arguments(["ls-remote", "--quiet", "--symref", "--", &remote.address.to_string()]);
        let answer = call.run().await?;
        if answer.code.is_some() {
            held.ended();
        }
        if answer.code != Some(0) {
            return Err(failure::of_remote(remote, &answer, self.limits.pack_bytes));
        }
        Ok(parse_remote_refs(&answer))
    }

    /// A call that may use the remote's transport, and inherits the lock.
    pub(super) async fn remote_call(&self, remote: &Remote, held: &Held, what: &str) -> Result<Call, GitError> {
        let access = Access::lay_out(remote, &held.access()).await?;
        let what = format!("the {what} of {}", remote.address);
        let mut call = self.call_with(what, access.transport, &access.configuration);
        call.command.envs(access.environment);
        call.lock = held.inherited();
        Ok(call)
    }

    /// What is different between two lists of references.
    async fn compare(
        &self,
        before: Vec<(String, CommitId)>,
        after: Vec<(String, CommitId)>,
    ) -> Result<Fetched, GitError> {
        let (before, after): (BTreeMap<_, _>, BTreeMap<_, _>) =
            (before.into_iter().collect(), after.into_iter().collect());
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let mut updates = Vec::new();
        for name in names {
            let (was, is) = (before.get(name), after.get(name));
            if was == is {
                continue;
            }
            let is_forced = match (was, is) {
                (Some(_), Some(_)) if name.starts_with("refs/tags/") => true,
                (Some(was), Some(is)) => !self.is_ancestor(was, is).await?,
                _ => false,
            };
            updates.push(RefUpdate {
                name: name.clone(),
                before: was.cloned(),
                after: is.cloned(),
                is_forced,
            });
        }
        Ok(Fetched { updates })
    }

    pub(super) async fn list_refs(&self) -> Result<Vec<(String, CommitId)>, GitError> {
        let format = "--format=%(refname) %(objecttype) %(objectname) %(*objecttype) %(*objectname)";
        let mut call = self.call("reading the references").arguments(["for-each-ref", format]);
        call.limit_bytes = LIST_BYTES;
        let output = self.ask(call).await?;
        let text = String::from_utf8_lossy(&output);
        Ok(text.lines().filter_map(parse_ref).collect())
    }
}

/// A reference to a commit, or to a tag on one.
fn parse_ref(line: &str) -> Option<(String, CommitId)> {
    let mut words = line.split(' ');
    let (name, kind, id) = (words.next()?, words.next()?, words.next()?);
    let commit = match kind {
        "commit" => id,
        "tag" if words.next() == Some("commit") => words.next()?,
        _ => return None,
    };
    Some((name.to_owned(), commit.parse().ok()?))
}

/// `ref: refs/heads/main<tab>HEAD`, `<id><tab>refs/tags/v1`, and `<id><tab>refs/tags/v1^{}` for what the tag is on.
fn parse_remote_refs(answer: &Answer) -> RemoteRefs {
    let mut refs = BTreeMap::new();
    let mut default_branch = None;
    for line in String::from_utf8_lossy(&answer.output).lines() {
        let Some((left, name)) = line.split_once('\t') else {
            continue;
        };
        if let Some(target) = left.strip_prefix("ref: ") {
            if name == "HEAD" {
                default_branch = target.strip_prefix("refs/heads/").map(str::to_owned);
            }
            continue;
        }
        let Ok(id) = left.parse::<CommitId>() else { continue };
        match name.strip_suffix("^{}") {
            Some(tag) => refs.insert(tag.to_owned(), id),
            None if name.starts_with("refs/") => refs.insert(name.to_owned(), id),
            None => None,
        };
    }
    RemoteRefs {
        refs: refs.into_iter().collect(),
        default_branch,
    }
}
