//! Git forges behind one trait: what every forge can do for us, in our words.
//!
//! Owns no tables. What must stay true: a forge's answer is bounded and never trusted beyond what it says of itself; every
//! call goes through the kernel's outbound client; the same contract tests hold for every forge. Read [`model`], then the
//! forge you need.

pub mod model;

pub use model::{Forge, ForgeError, ForgeKind};
