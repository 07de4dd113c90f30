//! What commits, pull requests and comments on them say: pure. Whatever people wrote is escaped where it could be markup.

use std::fmt::Write as _;

use serde_json::Value;
use slipway_api::ids::ResourceChangeId;
use slipway_api::resource_changes::ResourceChangeKind;
use slipway_infra::pull_requests::escaped;

use super::model::Member;
use super::moves::Words;
use crate::resource_changes::ResourceChange;

/// Fields that a pull request names; the others are counted.
const FIELDS: usize = 50;
/// Characters of a value that it shows.
const VALUE: usize = 200;
/// Characters of a reason that it shows.
const REASON: usize = 2_000;

/// What the commit of a change says.
pub(super) fn words(change: &ResourceChange, name: &str) -> Words {
    let mut message = format!("{} {name}\n\n", verb(change.kind));
    let reason = change.reason.trim();
    if !reason.is_empty() {
        message.push_str(reason);
        message.push_str("\n\n");
    }
    message.push_str(&format!(
        "Asked for by {}, as change {} of the resource.\n\n{}\nSlipway-Resource: {}",
        change.requested_by,
        change.number,
        mark(change.id),
        change.resource_id
    ));
    Words {
        author: author(&change.requested_by),
        message,
        at: change.created_at.unix_ms() / 1_000,
    }
}

/// By which a commit is known to be ours.
pub(super) fn mark(change: ResourceChangeId) -> String {
    format!("Slipway-Change: {change}")
}

/// Git wants a name with letters, and an address.
pub(super) fn author(name: &str) -> (String, String) {
    let is_fine = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
    let shown: String = name.chars().filter(is_fine).take(100).collect();
    let local: String = name
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter))
        .collect();
    match (shown.trim(), local.as_str()) {
        ("", _) | (_, "") => ("Slipway".to_owned(), "slipway@localhost".to_owned()),
        (shown, local) => (shown.to_owned(), format!("{local}@localhost")),
    }
}

const fn verb(kind: ResourceChangeKind) -> &'static str {
    match kind {
        ResourceChangeKind::Create => "Create",
        ResourceChangeKind::Update => "Change",
        ResourceChangeKind::Destroy => "Destroy",
    }
}

/// What the commit says that removes code.
pub(super) fn removal(member: &Member) -> Words {
    Words {
        author: author(""),
        message: format!("Destroy {}\n\nSlipway-Resource: {}", member.name, member.resource_id),
        at: member.updated_at.unix_ms() / 1_000,
    }
}

/// What the commit says that puts back what was merged, and came to nothing.
pub(super) fn put_back(member: &Member) -> Words {
    let number = member.request_number.unwrap_or_default();
    Words {
        author: author(""),
        message: format!(
            "Put {} back\n\nThe pull request #{number} was merged, and its change came to nothing.\n\nSlipway-Resource: {}",
            member.name, member.resource_id
        ),
        at: member.updated_at.unix_ms() / 1_000,
    }
}

/// What a pull request tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) change: &'a ResourceChange,
    /// `network/main`.
    pub(super) name: &'a str,
    /// What its plan does, in a few words; none where nothing has to run.
    pub(super) plan: Option<&'a str>,
    /// Where the change is in the console.
    pub(super) link: &'a str,
}

/// Names the template and the resource.
pub(super) fn title(told: &Told<'_>) -> String {
    format!("{} {}", verb(told.change.kind), told.name)
}

/// Who asks, why, what differs, what the plan does, and what merging means.
pub(super) fn body(told: &Told<'_>) -> String {
    let change = told.change;
    let mut text = format!(
        "{} asks for [change {} of {}]({}).\n",
        escaped(&change.requested_by),
        change.number,
        escaped(told.name),
        told.link
    );
    let reason = cut(change.reason.trim(), REASON);
    if !reason.is_empty() {
        let _ = writeln!(text, "\n> {}", escaped(&reason));
    }
    let differences = &change.differences.0;
    if !differences.is_empty() {
        text.push_str("\n| | Before | After |\n| --- | --- | --- |\n");
        for one in differences.iter().take(FIELDS) {
            let (before, after) = (shown(&one.before), shown(&one.after));
            let _ = writeln!(text, "| {} | {before} | {after} |", escaped(&one.field));
        }
        if differences.len() > FIELDS {
            let _ = writeln!(text, "\n{} more are not listed here.", differences.len() - FIELDS);
        }
    }
    if let Some(plan) = told.plan {
        let _ = writeln!(text, "\n**Plan:** {plan}.");
    }
    text.push_str(
        "\nMerging this request approves the change, closing it rejects the change, if whoever does so may do that in Slipway. \
         Then exactly what was planned is applied.\n",
    );
    let _ = writeln!(text, "\n<sub>{}</sub>", mark(change.id));
    text
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "·".to_owned(),
        Value::String(text) => escaped(&cut(text, VALUE)),
        other => escaped(&cut(&other.to_string(), VALUE)),
    }
}

fn cut(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

/// By which our comment on a pull request is found again.
pub(super) fn comment_mark(change: ResourceChangeId) -> String {
    format!("<!-- slipway change {change} -->")
}
