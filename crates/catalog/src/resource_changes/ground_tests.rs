//! What may be built on, and what may be taken away.

use slipway_api::resource_changes::{ResourceChangeKind as Kind, ResourceChangeStatus as Status};
use slipway_api::resources::ResourceState as State;

use super::*;
use crate::resource_changes::samples;

fn seen(state: State, change: Option<(Kind, Status)>) -> Near {
    let mut resource = samples::resource("network-1");
    resource.state = state;
    let change = change.map(|(kind, status)| {
        let mut change = samples::change(&resource, kind);
        change.status = status;
        change
    });
    (resource, change)
}

fn word(ground: &Ground) -> String {
    match ground {
        Ground::Firm => "firm".to_owned(),
        Ground::Coming(reason) => format!("coming: {reason}"),
        Ground::Lost(reason) => format!("lost: {reason}"),
    }
}

fn table(of: impl Fn(&Near) -> Ground) -> String {
    let changes = [
        None,
        Some((Kind::Create, Status::Planning)),
        Some((Kind::Create, Status::Failed)),
        Some((Kind::Update, Status::Waiting)),
        Some((Kind::Destroy, Status::Failed)),
    ];
    let mut lines = Vec::new();
    for state in [State::Requested, State::Provisioned, State::Destroyed] {
        for change in changes {
            let is_possible = match (state, change) {
                (State::Requested, Some((kind, _))) => kind == Kind::Create,
                (State::Provisioned, Some((kind, _))) => kind != Kind::Create,
                (State::Destroyed, change) => change.is_none(),
                (_, None) => true,
            };
            if is_possible {
                lines.push(format!("{state:?}, {change:?} → {}", word(&of(&seen(state, change)))));
            }
        }
    }
    lines.join("\n")
}

#[test]
fn a_resource_is_built_on_what_is_there_and_stays() {
    insta::assert_snapshot!(table(below), @r"
    Requested, None → lost: network-1, which it stands on, was never made: its order came to nothing.
    Requested, Some((Create, Planning)) → coming: Waits for network-1, which it stands on.
    Requested, Some((Create, Failed)) → coming: Waits for network-1, which it stands on: making that failed.
    Provisioned, None → firm
    Provisioned, Some((Update, Waiting)) → firm
    Provisioned, Some((Destroy, Failed)) → coming: Waits for what becomes of network-1, which it stands on and which shall be destroyed.
    Destroyed, None → lost: network-1, which it stands on, was destroyed.
    ");
}

#[test]
fn nothing_is_destroyed_that_something_stands_on() {
    insta::assert_snapshot!(table(above_destroyed), @r"
    Requested, None → firm
    Requested, Some((Create, Planning)) → lost: network-1 stands on it. Destroy network-1 first, or move it.
    Requested, Some((Create, Failed)) → lost: network-1 stands on it. Destroy network-1 first, or move it.
    Provisioned, None → lost: network-1 stands on it. Destroy network-1 first, or move it.
    Provisioned, Some((Update, Waiting)) → lost: network-1 stands on it. Destroy network-1 first, or move it.
    Provisioned, Some((Destroy, Failed)) → coming: Waits until network-1, which stands on it, is destroyed.
    Destroyed, None → firm
    ");
}

#[test]
fn the_worst_of_several_counts_and_the_first_of_equals() {
    let (soon, later) = (Ground::Coming("soon".to_owned()), Ground::Coming("later".to_owned()));
    let gone = Ground::Lost("gone".to_owned());
    let of = |grounds: &[&Ground]| worst(grounds.iter().map(|ground| (*ground).clone()));
    assert_eq!(of(&[]), Ground::Firm);
    assert_eq!(of(&[&Ground::Firm, &soon, &later, &Ground::Firm]), soon);
    assert_eq!(of(&[&soon, &gone, &Ground::Firm]), gone);
}
