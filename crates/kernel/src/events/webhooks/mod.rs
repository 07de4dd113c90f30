//! Webhooks: events of an organization, or of the whole site, sent to another system as they get positions.
//!
//! What must stay true: events are sent in the order of their positions, none is left out, and one may come twice. Each
//! delivery is signed (`signature`), so that the other side knows who sent it. A webhook that fails is tried again
//! less and less often, and after three days disabled with the reason; enabled again, it goes on where it stopped.

mod delivery;
mod model;
mod service;
mod signature;
pub(crate) mod store;

use crate::grants::Permission;

pub use delivery::{round, run};
pub use model::AuditWebhook;
pub use service::{create, delete, get, list, replace_secret, resource, sweep, test, update};
pub use signature::sign;

/// See and change the webhooks of the audit log.
pub const MANAGE: Permission = Permission::new("event.webhook.manage");
