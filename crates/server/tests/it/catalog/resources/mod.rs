//! What people do with resources, on a real repository: order by a form, be told all that is wrong, change, look, restore.

mod asking;
mod looking;
mod ordering;
mod references;
pub mod store;
