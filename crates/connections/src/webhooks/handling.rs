//! What becomes of deliveries: read, fetched once for all that wait, announced.
//!
//! All deliveries that wait when the job begins are handled together, so that a burst costs one fetch: each was stored before
//! the fetch began. What they say is written in one transaction with what the fetch found, so that a job that is killed does
//! everything again or nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use slipway_api::ids::{DeliveryId, RepositoryId, WebhookId};
use slipway_kernel::queue::WorkItem;
use slipway_kernel::queue::jobs::{Job, JobError};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{Delivery, DeliveryState, Webhook};
use super::receiving::{body, kind};
use super::store::{self, Outcome};
use super::{moments, poke};
use crate::forges::model::{Incoming, Person, PullRequest, PullRequestState};
use crate::forges::webhooks as wire;
use crate::repositories::fetching::{self, Along, record};
use crate::repositories::model::pull_requests;
use crate::repositories::{Repository, trouble::Trouble};

/// The job's kind.
pub(crate) const JOB: &str = "connections.delivery";
/// How long after a push that nothing was found of its repository is looked at again.
const SOON: Duration = Duration::from_secs(5);
/// Deliveries handled together.
const BATCH: u64 = 100;
/// Longest command that a comment may hold, in characters.
const LONGEST_COMMAND: usize = 500;
/// What a line for us begins with.
const NAMES: [&str; 2] = ["slipway", "terrakube"];

/// What is written together with what a fetch found.
pub(crate) struct Handled {
    pub told: Vec<Told>,
    pub outcomes: Vec<Outcome>,
    pub webhook: Option<WebhookId>,
}

/// Something to announce beside refs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    PullRequest {
        pull_request: Box<PullRequest>,
        sender: Person,
        /// Whether it is told although just that was told before.
        is_again: bool,
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

/// What deliveries come to.
#[derive(Debug, Default)]
struct Plan {
    /// Whether refs are to be fetched, and which beside branches and tags.
    is_fetched: bool,
    refs: BTreeSet<String>,
    /// Who moved refs first.
    pusher: Option<(Person, DeliveryId)>,
    /// Whether the repository itself changed.
    is_moved: bool,
    told: Vec<Told>,
    outcomes: Vec<Outcome>,
}

/// The job.
pub(crate) fn job() -> Job {
    fn run<'a>(ctx: &'a Ctx, item: &'a WorkItem) -> BoxFuture<'a, Result<(), JobError>> {
        handle(ctx, item).boxed()
    }
    Job { kind: JOB, run }
}

async fn handle(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let Ok(id) = item.subject.parse::<RepositoryId>() else {
        return Err(JobError::Fail(format!("\"{}\" is no repository", item.subject)));
    };
    let is_last = item.attempt >= item.max_attempts;
    loop {
        let Some(repository) = crate::repositories::store::find(ctx.db.reader(), id).await? else {
            return Ok(());
        };
        let Some(webhook) = store::of_repository(ctx.db.reader(), id).await? else {
            return Ok(());
        };
        let waiting = store::waiting(ctx.db.reader(), webhook.id, BATCH).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let began = tokio::time::Instant::now();
        let plan = plan(ctx, &webhook, &waiting).await?;
        if let Err(trouble) = carry_out(ctx, &repository, &webhook, plan).await {
            if trouble.is_passing() && !is_last {
                return Err(JobError::Retry(trouble.sentence));
            }
            give_up(ctx, &waiting, &trouble).await?;
        }
        for delivery in &waiting {
            let waited = ctx.now().since(delivery.received_at);
            ctx.metrics.delivery_handled(waited);
        }
        tracing::debug!(
            repository.id = %id,
            deliveries = waiting.len(),
            took_ms = began.elapsed().as_millis(),
            "deliveries handled"
        );
    }
}

async fn plan(ctx: &Ctx, webhook: &Webhook, waiting: &[Delivery]) -> Result<Plan> {
    let kind = kind(webhook)?;
    let mut plan = Plan::default();
    for delivery in waiting {
        let body = body(ctx, delivery).await?;
        match wire::parse(kind, &delivery.headers.map(), &body) {
            Ok(Incoming::Comment { .. })
                if delivery.redeliveries == 0 && moments::is_stale(&body, delivery.received_at) =>
            {
                let note = "The comment is more than a day old, and an order no more.";
                plan.end(delivery, "comment", DeliveryState::Ignored, Some(note.to_owned()));
            }
            Ok(incoming) => plan.add(delivery, incoming),
            Err(error) => plan.end(
                delivery,
                &delivery.event,
                DeliveryState::Failed,
                Some(format!("{error}.")),
            ),
        }
    }
    Ok(plan)
}

impl Plan {
    fn add(&mut self, delivery: &Delivery, incoming: Incoming) {
        let handled = DeliveryState::Handled;
        match incoming {
            Incoming::Push { sender, .. } => {
                self.is_fetched = true;
                self.pusher.get_or_insert((sender, delivery.id));
                self.end(delivery, "push", handled, None);
            }
            Incoming::PullRequest { sender, pull_request } => {
                if pull_request.state == PullRequestState::Open {
                    self.refs.insert(pull_request.head_ref.clone());
                }
                self.is_fetched = true;
                let is_again = delivery.redeliveries > 0;
                self.told.push(Told::PullRequest {
                    pull_request,
                    sender,
                    is_again,
                });
                self.end(delivery, "pull-request", handled, None);
            }
            Incoming::Comment {
                author,
                number,
                comment,
                body,
            } => self.comment(delivery, &author, (number, &comment), &body),
            Incoming::Release { sender, tag } => {
                self.is_fetched = true;
                self.told.push(Told::Release { tag, sender });
                self.end(delivery, "release", handled, None);
            }
            Incoming::Renamed { full_name } => {
                self.is_moved = true;
                self.end(
                    delivery,
                    "renamed",
                    handled,
                    Some(format!("It is {full_name} now, the forge says.")),
                );
            }
            Incoming::Deleted => {
                self.is_moved = true;
                self.end(delivery, "deleted", handled, None);
            }
            Incoming::Ping => self.end(delivery, "ping", handled, None),
            Incoming::Other { event } => self.end(delivery, &event, DeliveryState::Ignored, None),
        }
    }

    fn comment(&mut self, delivery: &Delivery, author: &Person, (number, comment): (u64, &str), body: &str) {
        let Some(command) = command(body) else {
            self.end(delivery, "comment", DeliveryState::Ignored, None);
            return;
        };
        let subject: String = format!("comment {number} {comment}").chars().take(200).collect();
        let changes = json!({"number": number, "comment": comment, "author": author, "command": command,
            "redelivery": delivery.redeliveries});
        self.told.push(Told::Comment {
            delivery: delivery.id,
            subject,
            changes,
        });
        self.end(delivery, "comment", DeliveryState::Handled, None);
    }

    fn end(&mut self, delivery: &Delivery, event: &str, state: DeliveryState, note: Option<String>) {
        self.outcomes.push(Outcome {
            id: delivery.id,
            event: event.chars().take(200).collect(),
            state,
            note,
            subject: None,
        });
    }
}

/// The first line for us; nothing else of a comment is kept.
fn command(body: &str) -> Option<String> {
    let is_for_us = |line: &&str| NAMES.contains(&line.split_whitespace().next().unwrap_or_default());
    let line = body.lines().map(str::trim).find(is_for_us)?;
    Some(
        line.chars()
            .filter(|letter| !letter.is_control())
            .take(LONGEST_COMMAND)
            .collect(),
    )
}

async fn carry_out(ctx: &Ctx, repository: &Repository, webhook: &Webhook, plan: Plan) -> Result<(), Trouble> {
    let handled = Handled {
        told: plan.told,
        outcomes: plan.outcomes,
        webhook: Some(webhook.id),
    };
    if plan.is_fetched {
        let (sender, delivery) = plan
            .pusher
            .map_or((Person::default(), None), |(sender, id)| (sender, Some(id)));
        let along = Along {
            sender,
            delivery,
            handled: Some(handled),
        };
        let updates = fetching::synchronize_with(ctx, repository.id, &plan.refs, &along).await?;
        if delivery.is_some() && updates.is_empty() {
            look_soon(ctx, repository).await?;
        }
    } else {
        let mut tx = ctx.begin().await?;
        handled.write(&mut tx, ctx, repository).await?;
        tx.commit().await?;
    }
    if plan.is_moved {
        let mut tx = ctx.begin().await?;
        poke(&mut tx, ctx, repository.id).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A forge may tell of a push before all of its own servers have it: then nothing was found, and soon there is something.
async fn look_soon(ctx: &Ctx, repository: &Repository) -> Result<()> {
    let tx = ctx.begin().await?;
    crate::repositories::store::look_by(&tx, repository.id, ctx.now().after(SOON)).await?;
    tx.commit().await
}

async fn give_up(ctx: &Ctx, waiting: &[Delivery], trouble: &Trouble) -> Result<()> {
    let tx = ctx.begin().await?;
    for delivery in waiting {
        let outcome = Outcome {
            id: delivery.id,
            event: delivery.event.clone(),
            state: DeliveryState::Failed,
            note: Some(trouble.sentence.clone()),
            subject: None,
        };
        store::settle(&tx, &outcome, ctx.now()).await?;
    }
    tx.commit().await
}

impl Handled {
    /// Announces and settles.
    pub(crate) async fn write(&self, tx: &mut Tx, ctx: &Ctx, repository: &Repository) -> Result<()> {
        let mut subjects: Vec<(DeliveryId, &str)> = Vec::new();
        for told in &self.told {
            match told {
                Told::PullRequest {
                    pull_request,
                    sender,
                    is_again,
                } => {
                    let row = noted(repository.id, pull_request)?;
                    if crate::repositories::store::note_pull_request(tx, &row).await? || *is_again {
                        let changes = json!({"pull-request": pull_request, "sender": sender});
                        record(tx, ctx, repository, "pull-request.changed", changes).await?;
                    }
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
                    if !is_known && !subjects.iter().any(|(_, known)| known == subject) {
                        record(tx, ctx, repository, "pull-request.commented", changes.clone()).await?;
                    }
                    subjects.push((*delivery, subject));
                }
                Told::Release { tag, sender } => {
                    let changes = json!({"tag": tag, "sender": sender});
                    record(tx, ctx, repository, "release.published", changes).await?;
                }
            }
        }
        for outcome in &self.outcomes {
            let subject = subjects.iter().find(|(delivery, _)| *delivery == outcome.id);
            let outcome = Outcome {
                subject: subject.map(|(_, subject)| (*subject).to_owned()),
                ..outcome.clone()
            };
            store::settle(tx, &outcome, ctx.now()).await?;
        }
        Ok(())
    }
}

/// What is remembered of a pull request that was announced.
pub(super) fn noted(repository: RepositoryId, pull_request: &PullRequest) -> Result<pull_requests::Model> {
    let text = serde_json::to_vec(pull_request).map_err(Error::internal)?;
    let digest: String = digest(&SHA256, &text)
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(pull_requests::Model {
        repository_id: repository,
        number: i64::try_from(pull_request.number).map_err(Error::internal)?,
        digest,
        is_open: pull_request.state == PullRequestState::Open,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("slipway plan", Some("slipway plan"))]
    #[case("  terrakube apply -w shop  ", Some("terrakube apply -w shop"))]
    #[case("Looks good.\nslipway apply\nthanks", Some("slipway apply"))]
    #[case("please slipway apply", None)]
    #[case("slipways apply", None)]
    #[case("> slipway apply", None)]
    #[case("", None)]
    fn only_a_line_that_begins_with_our_name_is_for_us(#[case] body: &str, #[case] expected: Option<&str>) {
        assert_eq!(command(body).as_deref(), expected);
    }
}
