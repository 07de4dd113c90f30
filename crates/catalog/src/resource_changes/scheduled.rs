//! What schedules start in resources: an end of their time, and bringing them up to date.

use futures::FutureExt;
use futures::future::BoxFuture;
use slipway_api::ids::ResourceId;
use slipway_api::resource_changes::ResourceChangeKind;
use slipway_api::resources::ResourceState;
use slipway_infra::schedules::{Action, Firing, Object, Started};
use slipway_kernel::{Ctx, Error, Result};

use super::model::Wanted;
use super::{opening, store};
use crate::jobs;
use crate::permissions::{RESOURCE_APPROVE, RESOURCE_DESTROY, RESOURCE_READ, RESOURCE_UPDATE};
use crate::resources::model::KIND;
use crate::resources::{Resource, store as resources};

/// Takes what is new below the resource; waits with the plan.
const PLAN: &str = "plan";
/// The same, and applies it where no approval is needed.
const REFRESH: &str = "refresh";
/// Destroys the resource, after the approvals that rules want.
const DESTROY: &str = "destroy";

/// What can be started in a resource at certain times.
pub const ACTIONS: &[Action] = &[
    Action {
        action: PLAN,
        words: "plan what is new",
        permissions: &[RESOURCE_UPDATE],
        ..CHANGE
    },
    Action {
        action: REFRESH,
        words: "bring it up to date",
        permissions: &[RESOURCE_UPDATE, RESOURCE_APPROVE],
        ..CHANGE
    },
    Action {
        action: DESTROY,
        words: "destroy it",
        permissions: &[RESOURCE_DESTROY, RESOURCE_APPROVE],
        ..CHANGE
    },
];

const CHANGE: Action = Action {
    object_kind: KIND,
    action: "",
    words: "",
    job: jobs::SCHEDULE,
    permissions: &[],
    find,
    start,
};

fn find<'a>(ctx: &'a Ctx, id: &'a str) -> BoxFuture<'a, Result<Option<Object>>> {
    async move {
        let Ok(id) = id.parse::<ResourceId>() else {
            return Ok(None);
        };
        let found = resources::find(ctx.db.reader(), id).await?;
        Ok(found.map(|resource| Object {
            kind: KIND,
            id: resource.id.to_string(),
            name: resource.name.to_string(),
            organization: resource.organization_id,
            project: resource.project_id,
            read: RESOURCE_READ,
        }))
    }
    .boxed()
}

fn start<'a>(ctx: &'a Ctx, firing: &'a Firing) -> BoxFuture<'a, Result<Started>> {
    async move {
        let id: ResourceId = firing
            .object
            .parse()
            .map_err(|error| Error::internal(format!("schedule {}: {error}", firing.schedule)))?;
        if let Some(change) = store::of_request(ctx.db.reader(), &firing.key).await? {
            return Ok(Started::As(change.id.to_string()));
        }
        let found = resources::find(ctx.db.reader(), id).await?;
        let resource = found.ok_or_else(|| Error::not_found(KIND, id))?;
        if let Some(reason) = in_the_way(&resource) {
            return Ok(Started::Skipped(reason));
        }
        let wanted = wanted(ctx, &resource, firing)?;
        match opening::as_it_is(ctx, &resource, wanted).await? {
            Some(change) => Ok(Started::As(change.id.to_string())),
            None => Err(Error::conflict("The resource changed at this moment.")),
        }
    }
    .boxed()
}

fn in_the_way(resource: &Resource) -> Option<String> {
    let name = &resource.name;
    match (resource.state, resource.change_id) {
        (ResourceState::Destroyed, _) => Some(format!("{name} is destroyed already.")),
        (ResourceState::Requested, None) => Some(format!("Nothing was made of {name}.")),
        (_, Some(change)) => Some(format!(
            "Change {change} of {name} is not over; nothing was started beside it."
        )),
        (ResourceState::Provisioned, None) => None,
    }
}

fn wanted(ctx: &Ctx, resource: &Resource, firing: &Firing) -> Result<Wanted> {
    Ok(Wanted {
        kind: match firing.action.as_str() {
            DESTROY => ResourceChangeKind::Destroy,
            _ => ResourceChangeKind::Update,
        },
        specification: resource.specification.0.clone(),
        sealed: None,
        id: ctx.new_id()?,
        differences: Vec::new(),
        reason: firing.message.clone(),
        auto_apply: firing.action != PLAN,
        request_key: Some(firing.key.clone()),
    })
}
