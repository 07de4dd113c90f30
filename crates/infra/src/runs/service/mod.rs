//! The story of a run, by verb.

pub(crate) mod change;
pub(crate) mod commit;
pub(crate) mod decide;
pub(crate) mod progress;
mod read;
mod remove;
pub(crate) mod scheduled;
pub(crate) mod start;
pub(crate) mod turn;
mod waiting;

pub use decide::{cancel, comment, confirm, discard, force_cancel};
pub(crate) use read::load;
pub use read::{Detail, detail, get, history, list_of_organization, list_of_workspace, permissions, workspaces_of};
pub(crate) use remove::remove_of_workspace;
pub use start::{NewRunRequest, configuration_uploaded, start};
pub use waiting::{Waiting, waiting};
