//! What a change stands on: a new or changed resource on its parents, a destruction on nothing standing on the resource. Pure.

use slipway_api::resource_changes::{ResourceChangeKind, ResourceChangeStatus};
use slipway_api::resources::ResourceState;

use super::decide::Ground;
use super::store::{Around, Near};

/// How the ground is for a change of this kind.
pub(super) fn of(kind: ResourceChangeKind, around: &Around) -> Ground {
    if kind == ResourceChangeKind::Destroy {
        return worst(around.near.iter().map(above_destroyed));
    }
    let gone = "Something that it stands on is not there any more.";
    let gone = around.is_some_missing.then(|| Ground::Lost(gone.to_owned()));
    worst(around.near.iter().map(below).chain(gone))
}

/// A parent of what is made or changed.
fn below((parent, change): &Near) -> Ground {
    let name = &parent.name;
    let destroys = change
        .as_ref()
        .is_some_and(|change| change.kind == ResourceChangeKind::Destroy);
    match (parent.state, change) {
        (ResourceState::Destroyed, _) => Ground::Lost(format!("{name}, which it stands on, was destroyed.")),
        (ResourceState::Requested, None) => Ground::Lost(format!(
            "{name}, which it stands on, was never made: its order came to nothing."
        )),
        (_, Some(_)) if destroys => Ground::Coming(format!(
            "Waits for what becomes of {name}, which it stands on and which shall be destroyed."
        )),
        (ResourceState::Requested, Some(change)) if change.status == ResourceChangeStatus::Failed => {
            Ground::Coming(format!("Waits for {name}, which it stands on: making that failed."))
        }
        (ResourceState::Requested, Some(_)) => Ground::Coming(format!("Waits for {name}, which it stands on.")),
        (ResourceState::Provisioned, _) => Ground::Firm,
    }
}

/// Something that stands on what is destroyed.
fn above_destroyed((child, change): &Near) -> Ground {
    let name = &child.name;
    let destroys = change
        .as_ref()
        .is_some_and(|change| change.kind == ResourceChangeKind::Destroy);
    match (child.state, change) {
        (ResourceState::Destroyed, None) | (ResourceState::Requested, None) => Ground::Firm,
        (_, Some(_)) if destroys => Ground::Coming(format!("Waits until {name}, which stands on it, is destroyed.")),
        _ => Ground::Lost(format!("{name} stands on it. Destroy {name} first, or move it.")),
    }
}

/// The worst of several: what is lost before what is coming.
pub(super) fn worst(grounds: impl IntoIterator<Item = Ground>) -> Ground {
    grounds
        .into_iter()
        .fold(Ground::Firm, |so_far, next| match (&so_far, &next) {
            (Ground::Lost(_), _) | (_, Ground::Firm) => so_far,
            (_, Ground::Lost(_)) | (Ground::Firm, Ground::Coming(_)) => next,
            (Ground::Coming(_), Ground::Coming(_)) => so_far,
        })
}

#[cfg(test)]
#[path = "ground_tests.rs"]
mod tests;
