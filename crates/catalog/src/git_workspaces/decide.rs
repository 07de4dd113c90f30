//! What shall be in a git workspace for a resource: pure.

use slipway_api::ids::ResourceChangeId;
use slipway_api::resource_changes::{ResourceChangeKind, ResourceChangeStatus};
use slipway_api::resources::ResourceState;

/// What is known of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Whether its project says that its code is kept here.
    pub is_named: bool,
    /// The resource; none when it was deleted.
    pub resource: Option<Known>,
}

/// A resource that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Whether anything is behind it.
    pub state: ResourceState,
    /// The change that made it what it is; none of what never had code.
    pub last: Option<ResourceChangeId>,
    /// The change that is not over.
    pub open: Option<Open>,
}

/// A change that is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// Its id.
    pub id: ResourceChangeId,
    /// What it does.
    pub kind: ResourceChangeKind,
    /// How far it is.
    pub status: ResourceChangeStatus,
}

/// What shall be on the git workspace's branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Whatever is there.
    AsItIs,
    /// Nothing.
    Nothing,
    /// The code that this change describes.
    Code(ResourceChangeId),
}

/// What shall be on a branch of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proposed {
    /// Whatever is there.
    AsItIs,
    /// Nothing: there is no such branch.
    Nothing,
    /// This change.
    Change(ResourceChangeId),
}

/// What shall be where.
#[must_use]
pub fn decide(facts: &Facts) -> (Kept, Proposed) {
    let Some(resource) = facts.resource else {
        return (Kept::Nothing, Proposed::Nothing);
    };
    if !facts.is_named {
        // What was brought stays where it is, and belongs to whoever has the repository.
        return (Kept::AsItIs, Proposed::Nothing);
    }
    let kept = match (resource.state, resource.last) {
        (ResourceState::Provisioned, Some(last)) => Kept::Code(last),
        (ResourceState::Provisioned, None) => Kept::AsItIs,
        (ResourceState::Requested | ResourceState::Destroyed, _) => Kept::Nothing,
    };
    let Some(open) = resource.open else {
        return (kept, Proposed::Nothing);
    };
    match (open.status, open.kind) {
        (ResourceChangeStatus::Waiting, _) => (kept, Proposed::Change(open.id)),
        // It was confirmed, which is for the repository that it was approved.
        (ResourceChangeStatus::Applying, ResourceChangeKind::Create | ResourceChangeKind::Update) => {
            (Kept::Code(open.id), Proposed::Nothing)
        }
        // What is being planned, destroyed, or failed half way may become anything.
        _ => (Kept::AsItIs, Proposed::AsItIs),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use slipway_api::resource_changes::ResourceChangeKind::{Create, Destroy, Update};
    use slipway_api::resource_changes::ResourceChangeStatus::{Applying, Failed, Planning, Waiting};
    use slipway_api::resources::ResourceState::{Destroyed, Provisioned, Requested};

    use super::*;

    fn id(number: u8) -> ResourceChangeId {
        format!("chg-000000000000000{number}").parse().unwrap()
    }

    #[rstest]
    #[case::ordered(Requested, Some((Create, Planning)), Kept::AsItIs, Proposed::AsItIs)]
    #[case::planned(Requested, Some((Create, Waiting)), Kept::Nothing, Proposed::Change(id(2)))]
    #[case::confirmed(Requested, Some((Create, Applying)), Kept::Code(id(2)), Proposed::Nothing)]
    #[case::failed(Requested, Some((Create, Failed)), Kept::AsItIs, Proposed::AsItIs)]
    #[case::rejected(Requested, None, Kept::Nothing, Proposed::Nothing)]
    #[case::made(Provisioned, None, Kept::Code(id(1)), Proposed::Nothing)]
    #[case::change_planned(Provisioned, Some((Update, Waiting)), Kept::Code(id(1)), Proposed::Change(id(2)))]
    #[case::change_confirmed(Provisioned, Some((Update, Applying)), Kept::Code(id(2)), Proposed::Nothing)]
    #[case::end_planned(Provisioned, Some((Destroy, Waiting)), Kept::Code(id(1)), Proposed::Change(id(2)))]
    #[case::end_confirmed(Provisioned, Some((Destroy, Applying)), Kept::AsItIs, Proposed::AsItIs)]
    #[case::destroyed(Destroyed, None, Kept::Nothing, Proposed::Nothing)]
    fn what_shall_be_where(
        #[case] state: ResourceState,
        #[case] open: Option<(ResourceChangeKind, ResourceChangeStatus)>,
        #[case] kept: Kept,
        #[case] proposed: Proposed,
    ) {
        let last = (state != Requested).then(|| id(1));
        let open = open.map(|(kind, status)| Open {
            id: id(2),
            kind,
            status,
        });
        let facts = Facts {
            is_named: true,
            resource: Some(Known { state, last, open }),
        };
        assert_eq!(decide(&facts), (kept, proposed));
    }

    #[test]
    fn what_is_deleted_goes_and_what_is_kept_elsewhere_stays() {
        let gone = Facts {
            is_named: true,
            resource: None,
        };
        assert_eq!(decide(&gone), (Kept::Nothing, Proposed::Nothing));
        let known = Known {
            state: Provisioned,
            last: Some(id(1)),
            open: None,
        };
        let elsewhere = Facts {
            is_named: false,
            resource: Some(known),
        };
        assert_eq!(decide(&elsewhere), (Kept::AsItIs, Proposed::Nothing));
    }
}
