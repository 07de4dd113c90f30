//! Approvals: whose yes a change needs before it is applied.
//!
//! Owns `approval_rules` and `approval_votes`. A rule stands in an organization or a project and says for which changes how
//! many approvals are needed, and of whom; of several that match, all have to be met. Votes are about a subject: a run that
//! waits with its plan, or a change of another domain. What must stay true: nothing that a rule matches is applied before
//! every rule is met, whoever confirms it and by whichever way; a vote counts only while the voter may approve; who asked
//! for the change does not approve it alone; nobody who may approve is overruled when he said no. Read [`model`] (rules and
//! votes), [`decide`] (pure), then [`standing`] (how a subject stands, and voting).

pub mod decide;
pub mod http;
pub mod model;
pub mod runs;
pub mod service;
pub mod standing;
pub(crate) mod store;

pub use model::{Rule, Subject, Verdict, Vote};
pub use standing::Standing;
