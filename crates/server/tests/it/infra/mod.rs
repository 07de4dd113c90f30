//! Stories of infrastructure.

mod runs;
mod work;
