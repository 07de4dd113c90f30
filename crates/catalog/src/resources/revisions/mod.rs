//! What a resource once was: the changes of it that were applied and made a revision. They are kept by
//! [`crate::resource_changes`]; here they are only looked at.

pub(crate) mod store;
