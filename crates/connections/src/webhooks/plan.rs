//! What deliveries come to, before anything is fetched: pure.

use std::collections::BTreeSet;

use serde_json::json;
use slipway_api::Timestamp;
use slipway_api::ids::DeliveryId;

use super::announcing::Told;
use super::model::{Delivery, DeliveryState};
use super::moments;
use super::store::Outcome;
use crate::forges::ForgeKind;
use crate::forges::model::{Incoming, Person, PullRequestState};
use crate::forges::webhooks as wire;

/// Longest command that a comment may hold, in characters.
const LONGEST_COMMAND: usize = 500;
/// What a line for us begins with.
const NAMES: [&str; 2] = ["slipway", "terrakube"];

/// What deliveries come to.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Whether refs are to be fetched, and which beside branches and tags.
    pub is_fetched: bool,
    pub refs: BTreeSet<String>,
    /// Who moved refs first.
    pub pusher: Option<(Person, DeliveryId)>,
    /// The refs that pushes name.
    pub pushes: Vec<(DeliveryId, Vec<String>)>,
    /// Whether the repository itself changed.
    pub is_moved: bool,
    pub told: Vec<Told>,
    pub outcomes: Vec<Outcome>,
}

impl Plan {
    /// Adds what a delivery says.
    pub(super) fn read(&mut self, kind: ForgeKind, delivery: &Delivery, body: &[u8], now: Timestamp) {
        match wire::parse(kind, &delivery.headers.map(), body) {
            Ok(Incoming::Comment { .. }) if delivery.redeliveries == 0 && moments::is_stale(body, now) => {
                let note = "The comment is more than a day old, and an order no more.";
                self.end(delivery, "comment", DeliveryState::Ignored, Some(note.to_owned()));
            }
            Ok(incoming) => self.add(delivery, incoming, moments::changed_at(body)),
            Err(error) => self.end(
                delivery,
                &delivery.event,
                DeliveryState::Failed,
                Some(format!("{error}.")),
            ),
        }
    }

    fn add(&mut self, delivery: &Delivery, incoming: Incoming, told_at: Option<Timestamp>) {
        let handled = DeliveryState::Handled;
        match incoming {
            Incoming::Push { sender, refs } => {
                self.is_fetched = true;
                self.pusher.get_or_insert((sender, delivery.id));
                self.pushes.push((delivery.id, refs));
                self.end(delivery, "push", handled, None);
            }
            Incoming::PullRequest { sender, pull_request } => {
                if pull_request.state == PullRequestState::Open {
                    self.refs.insert(pull_request.head_ref.clone());
                }
                self.is_fetched = true;
                self.told.push(Told::PullRequest {
                    pull_request,
                    sender,
                    delivery: Some(delivery.id),
                    is_again: delivery.redeliveries > 0,
                    told_at,
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
                let note = format!("It is {full_name} now, the forge says.");
                self.end(delivery, "renamed", handled, Some(note));
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
            held_until: None,
        });
    }
}

/// The first line of a comment that is for us. Nothing else of a comment is kept.
#[must_use]
pub fn command(body: &str) -> Option<String> {
    let is_for_us = |line: &&str| NAMES.contains(&line.split_whitespace().next().unwrap_or_default());
    let line = body.lines().map(str::trim).find(is_for_us)?;
    Some(
        line.chars()
            .filter(|letter| !letter.is_control())
            .take(LONGEST_COMMAND)
            .collect(),
    )
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
