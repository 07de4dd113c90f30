//! What a configuration needs before it can be planned: providers, modules, an engine version; and the key under which a
//! finished `init` can be used again.
//!
//! What must stay true: two configurations with the same warm key lead `init` to the same result. Whatever could break
//! that (text we cannot read, module sources that are expressions) gives no key, and the run goes through `init`.

mod model;
mod read;
mod warm_key;

pub use model::{BackendBlock, ModuleCall, ProviderRequirement, Requirements, VersionRequirement};
pub use read::read;
pub use warm_key::{Platform, WarmKeyInputs, warm_key};
