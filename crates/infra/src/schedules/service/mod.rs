//! What people do with schedules, by verb.

use serde_json::Value;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::directory;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Actor, Ctx, Error, Result, Tx};

use super::action::{self, Action, Object};
use super::model::{Person, Schedule};

mod act;
mod change;
mod read;

pub(super) use act::put_aside;
pub use act::{pause, resume, run_now};
pub(super) use change::remove;
pub use change::{create, delete, move_of_object, remove_of_object, update};
pub use read::{Shown, load, of_object, of_organization, preview, show};

/// The word for schedules in the directory and in events.
pub const KIND: &str = "schedule";

async fn find_object(ctx: &Ctx, actions: &[Action], kind: &str, id: &str) -> Result<Object> {
    let found = action::object(ctx, actions, kind, id).await?;
    found.ok_or_else(|| match ctx.actor() {
        Actor::Anonymous => unauthenticated(),
        _ => Error::not_found(kind, id),
    })
}

/// The caller, who may do the action in the object himself.
async fn entitled(ctx: &Ctx, action: &Action, object: &Object) -> Result<Person> {
    for permission in action.permissions {
        ctx.authorize(*permission, &object.target()).await?;
    }
    let id = ctx.user().map_err(|error| match ctx.actor() {
        Actor::Team { .. } | Actor::Organization { .. } => Error::new(
            error.code(),
            "A schedule has the rights of a user or a service account. Use a token of one; this is a token of neither.",
        ),
        _ => error,
    })?;
    Ok(Person {
        id,
        name: ctx.actor().name(),
    })
}

/// Writes a schedule into the directory.
async fn put(tx: &Tx, schedule: &Schedule) -> Result<()> {
    let object = directory::Object {
        id: schedule.id.to_string(),
        kind: KIND,
        organization: Some(schedule.organization_id),
        project: Some(schedule.project_id),
        name: schedule.name.clone(),
        status: match schedule.paused_at {
            Some(_) => "paused".to_owned(),
            None => String::new(),
        },
        labels: schedule.action.clone(),
    };
    directory::store::put(tx, &object).await
}

pub(in crate::schedules) async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    schedule: &Schedule,
    action: &'static str,
    changes: Value,
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(schedule.organization_id),
        project: Some(schedule.project_id),
        object_kind: KIND,
        object_id: schedule.id.to_string(),
        object_name: schedule.name.clone(),
        access_id: Some(schedule.object_id.clone()),
        changes,
    };
    events::record(tx, ctx, event).await
}
