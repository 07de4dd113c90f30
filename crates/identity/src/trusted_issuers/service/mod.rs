//! What people do with trusted issuers, and programs by them; a file per concern.

mod exchange;
mod manage;
mod rules;

use serde_json::Value;
use slipway_kernel::events::NewEvent;
use slipway_kernel::grants::{Scope, Target};

use super::model::TrustedIssuer;
use crate::permissions::ACCESS_READ;

pub use exchange::{Denied, Exchanged, Wanted, exchange};
pub use manage::{accepted_audience, create, delete, get_visible, list, update};

const KIND: &str = "trusted issuer";

/// What authorization asks about a trusted issuer.
fn target(issuer: &TrustedIssuer) -> Target<'static> {
    Target {
        kind: KIND,
        name: issuer.id.to_string().into(),
        scope: Scope::organization(issuer.organization_id),
        read: ACCESS_READ,
    }
}

fn event(action: &'static str, issuer: &TrustedIssuer, changes: Value) -> NewEvent {
    NewEvent {
        action,
        organization: Some(issuer.organization_id),
        project: None,
        object_kind: "trusted-issuer",
        object_id: issuer.id.to_string(),
        object_name: issuer.name.to_string(),
        access_id: Some(issuer.organization_id.to_string()),
        changes,
    }
}
