//! Git workspaces: repositories that the generated code of resources is kept in, for people to read, review and take along.
//!
//! Owns `git_workspaces` and `git_workspace_resources`. A project says in its rules which one its resources' code is kept in. A
//! change that is planned is a branch; when it is confirmed the branch is merged, when it comes to nothing it is deleted; what is
//! destroyed goes. What must stay true: nothing is ever forced, and what somebody else changed is reported and never written
//! over; what is in a repository never decides what happens to a resource, so that a repository that is away holds up
//! nothing; whatever is killed, [`driving`] goes on from the rows and from what the repository has. Read [`decide`] (what is
//! wanted, pure), then `carrying_out`.

mod anew;
mod asking;
mod carrying_out;
mod counting;
pub mod decide;
pub mod driving;
mod hearing;
pub(crate) mod http;
pub mod model;
mod moves;
mod opening;
pub mod service;
pub(crate) mod store;
mod wording;

pub use hearing::CONSUMER;
pub use model::GitWorkspace;
