//! Executors: modules of source codes that are run once or again and again, without a template.
//!
//! Owns `executors` and `executor_runs`. An executor is backed by one managed workspace, which has its runs, plans, logs and
//! state. What must stay true: whatever starts a run, at most one of them is not done, but for what comes once and waits behind
//! another; a run takes the code of its ref at that moment, and never changes afterwards; nothing is applied that an approval
//! rule holds back, whether somebody confirms it or it applies by itself; secrets are kept by `infra::managed::kept`, and nowhere
//! else. Read [`model`] and `runs`, which are pure, then `service`, `running`, `deciding`, `following`.

pub(crate) mod deciding;
pub(crate) mod following;
pub mod http;
pub mod model;
pub(crate) mod outputs;
pub(crate) mod running;
pub mod runs;
pub(crate) mod scheduled;
pub mod service;
pub(crate) mod store;
pub(crate) mod writing;

pub use following::CONSUMER;
pub use model::Executor;
pub use scheduled::ACTIONS;
