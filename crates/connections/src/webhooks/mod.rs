//! Webhooks in: what forges deliver, and the hooks that make them.
//!
//! Owns `webhooks` and `webhook_deliveries`. What must stay true: a delivery is believed only with a signature over its raw
//! body; it is answered once it is stored together with the work that it makes, so that it is never lost; the same delivery
//! again is the first one again; what a delivery says of refs is a hint, and what is true is fetched. A repository has one
//! hook for all who use it, and where none can be, or something was missed, the look at the refs finds it. Read `model`,
//! `receiving` (from outside), `handling` (the job), then `looking` (the reconciler).

pub(crate) mod announcing;
pub(crate) mod deliveries;
pub(crate) mod handling;
mod hooks;
pub mod http;
pub mod looking;
pub(crate) mod model;
mod moments;
mod plan;
mod receiving;
pub(crate) mod retention;
pub(crate) mod store;

use slipway_api::ids::RepositoryId;
use slipway_kernel::queue::{self, NewItem};
use slipway_kernel::{Ctx, Result, Tx};

pub(crate) use handling::revive;
pub(crate) use hooks::unset;
pub use plan::command;

/// Has a repository looked at soon: its hook, its refs, where it is.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn poke(tx: &mut Tx, ctx: &Ctx, repository: RepositoryId) -> Result<()> {
    let payload = serde_json::json!({ "is-thorough": true });
    let item = NewItem::job(looking::JOB, repository, payload);
    queue::enqueue(tx, ctx, item).await.map(|_| ())
}
