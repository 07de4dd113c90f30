//! Images that were built for versions, taken away when none needs them any more.
//!
//! Owns the table `app_images_left`. What must stay true: what runs, what a deploy that goes on needs, and the newest versions keep
//! their images, those of other apps too; a version whose image goes says so before it does; nothing is taken away that a build of
//! ours did not name. Read `model` (which versions are kept), then `sweeping`; of what builds push, `tags` and
//! `registries`.

mod model;
mod registries;
mod repository;
pub(crate) mod store;
mod sweeping;
mod tags;

pub use sweeping::sweep;
pub(crate) use sweeping::{is_leaving, leave};
