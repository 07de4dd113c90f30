//! What is announced beside refs, written together with what a fetch found and with what became of the deliveries.
//!
//! What must stay true: a pull request is announced as it is last, whatever order deliveries come in; a comment commands once,
//! however often it is delivered.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};
use slipway_api::Timestamp;
use slipway_api::ids::{DeliveryId, RepositoryId, WebhookId};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::store::{self, Outcome};
use crate::forges::model::{Person, PullRequest, PullRequestState};
use crate::repositories::fetching::record;
use crate::repositories::model::pull_requests;
use crate::repositories::store::{Noted, note_pull_request};
use crate::repositories::{RefUpdate, Repository};

/// What deliveries say of which nothing is new.
const FETCHED: &str = "Nothing was new: what it tells of had been fetched before.";
const TOGETHER: &str = "Another delivery told of the same branches and tags; it was handled together with that.";
const KNOWN: &str = "Nothing was new: the pull request was known as it is.";
const STALE: &str = "It came late: the pull request has changed since, and what is newer counts.";
const DONE: &str = "The comment had been delivered before, and was carried out then.";

/// What is written together with what a fetch found.
#[derive(Default)]
pub(crate) struct Handled {
    /// What to announce.
    pub told: Vec<Told>,
    /// What became of the deliveries.
    pub outcomes: Vec<Outcome>,
    /// Of those that tell of pushes, the refs that they name.
    pub pushes: Vec<(DeliveryId, Vec<String>)>,
    /// The webhook that they came to.
    pub webhook: Option<WebhookId>,
}

/// Something to announce beside refs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    PullRequest {
        pull_request: Box<PullRequest>,
        sender: Person,
        /// The delivery that tells it; none where it was found by looking.
        delivery: Option<DeliveryId>,
        /// Whether it is told although just that was told before.
        is_again: bool,
        /// From when it is, where that is known.
        told_at: Option<Timestamp>,
    },
    Comment {
        delivery: DeliveryId,
        subject: String,
        changes: Value,
    },
    Release {
        tag: String,
        sender: Person,
    },
}

/// What is found out about deliveries while their news is written.
#[derive(Default)]
struct Findings<'a> {
    subjects: BTreeMap<DeliveryId, &'a str>,
    notes: BTreeMap<DeliveryId, &'static str>,
}

impl Handled {
    /// Announces and settles; `updates` is what the fetch found.
    pub(crate) async fn write(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        repository: &Repository,
        updates: &[RefUpdate],
    ) -> Result<()> {
        let mut findings = Findings::default();
        self.compare_pushes(updates, &mut findings);
        for told in &self.told {
            self.announce(tx, ctx, repository, told, &mut findings).await?;
        }
        for outcome in &self.outcomes {
            let note = findings.notes.get(&outcome.id).map(|note| (*note).to_owned());
            let outcome = Outcome {
                subject: findings.subjects.get(&outcome.id).map(|subject| (*subject).to_owned()),
                note: outcome.note.clone().or(note),
                ..outcome.clone()
            };
            store::settle(tx, &outcome, ctx.now()).await?;
        }
        Ok(())
    }

    /// Which pushes told nothing that was new, or nothing that another one did not tell.
    fn compare_pushes(&self, updates: &[RefUpdate], findings: &mut Findings<'_>) {
        let mut told: BTreeSet<&str> = BTreeSet::new();
        for (delivery, refs) in &self.pushes {
            let is_named = |update: &&RefUpdate| refs.is_empty() || refs.contains(&update.name);
            let names: Vec<&str> = updates
                .iter()
                .filter(is_named)
                .map(|update| update.name.as_str())
                .collect();
            if names.is_empty() {
                findings.notes.insert(*delivery, FETCHED);
            } else if names.iter().all(|name| told.contains(name)) {
                findings.notes.insert(*delivery, TOGETHER);
            }
            told.extend(names);
        }
    }

    async fn announce<'a>(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        repository: &Repository,
        told: &'a Told,
        findings: &mut Findings<'a>,
    ) -> Result<()> {
        match told {
            Told::PullRequest {
                pull_request,
                sender,
                delivery,
                is_again,
                told_at,
            } => {
                let noted = note_pull_request(tx, &row(repository.id, pull_request, *told_at)?).await?;
                if noted == Noted::New || (noted == Noted::Known && *is_again) {
                    let changes = json!({"pull-request": pull_request, "sender": sender});
                    return record(tx, ctx, repository, "pull-request.changed", changes).await;
                }
                let note = if noted == Noted::Stale { STALE } else { KNOWN };
                findings.notes.extend(delivery.map(|delivery| (delivery, note)));
            }
            Told::Comment {
                delivery,
                subject,
                changes,
            } => {
                let is_known = match self.webhook {
                    Some(webhook) => store::is_known(&**tx, webhook, subject).await?,
                    None => false,
                };
                if is_known || findings.subjects.values().any(|known| known == subject) {
                    findings.notes.insert(*delivery, DONE);
                } else {
                    record(tx, ctx, repository, "pull-request.commented", changes.clone()).await?;
                }
                findings.subjects.insert(*delivery, subject);
            }
            Told::Release { tag, sender } => {
                let changes = json!({"tag": tag, "sender": sender});
                record(tx, ctx, repository, "release.published", changes).await?;
            }
        }
        Ok(())
    }
}

/// What is remembered of a pull request that was announced.
pub(super) fn row(
    repository: RepositoryId,
    pull_request: &PullRequest,
    told_at: Option<Timestamp>,
) -> Result<pull_requests::Model> {
    let text = serde_json::to_vec(pull_request).map_err(Error::internal)?;
    Ok(pull_requests::Model {
        repository_id: repository,
        number: i64::try_from(pull_request.number).map_err(Error::internal)?,
        digest: hex::encode(digest(&SHA256, &text)),
        is_open: pull_request.state == PullRequestState::Open,
        told_at,
    })
}
