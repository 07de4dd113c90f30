//! The story of a run, by verb.

pub(crate) mod change;
pub(crate) mod commit;
mod decide;
pub(crate) mod progress;
mod read;
mod remove;
mod start;
pub(crate) mod turn;
mod waiting;

pub use decide::{cancel, comment, confirm, discard, force_cancel};
pub use read::{Detail, detail, get, history, list_of_organization, list_of_workspace, permissions, workspaces_of};
pub(crate) use remove::remove_of_workspace;
pub use start::{NewRunRequest, configuration_uploaded, start};
pub use waiting::{Waiting, waiting};
