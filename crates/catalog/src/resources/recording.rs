//! What is told of resources.

use serde_json::Value;
use slipway_kernel::directory::Object;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Result, Tx};

use super::model::{KIND, Resource};
use crate::templates::Template;

/// Tells of something that happened to a resource.
pub(crate) async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    resource: &Resource,
    action: &'static str,
    changes: Value,
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(resource.organization_id),
        project: Some(resource.project_id),
        object_kind: KIND,
        object_id: resource.id.to_string(),
        object_name: resource.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}

/// A resource as the directory shows it; its template's key can be searched for as a label.
pub(super) fn object(resource: &Resource, template: &Template) -> Object {
    let labels: Vec<&str> = std::iter::once(template.key.as_str())
        .chain(resource.labels.lines().filter(|label| !label.is_empty()))
        .collect();
    Object {
        id: resource.id.to_string(),
        kind: KIND,
        organization: Some(resource.organization_id),
        project: Some(resource.project_id),
        name: resource.name.to_string(),
        status: resource.state.word().to_owned(),
        labels: labels.join(" "),
    }
}
