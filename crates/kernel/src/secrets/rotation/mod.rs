//! Rotating data keys while servers run: a new version seals from now on, and a job seals again what older ones did.
//!
//! What must stay true: no value is ever without its key. A replica may seal with the key before for some seconds after a
//! rotation began, so resealing waits that long; a pass over everything that finds nothing old ends it; old versions are
//! removed a day later, after another such pass. The first version of an organization stays for ever, because the addresses
//! of blobs come from it; it seals nothing any more. Each step is one transaction that also says how far it came, so that
//! the job may be killed anywhere.

mod blobs;
mod model;
mod resealing;
mod service;
pub(crate) mod store;

pub use model::{Rotation, RotationState};
pub use resealing::{run, step};
pub(super) use service::note;
pub use service::{KeyStatus, begin, has_resealed_since, status};
