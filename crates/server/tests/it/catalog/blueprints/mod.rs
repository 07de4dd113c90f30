//! Blueprints: said, used, carried out, and taken away again.

mod carrying_out;
mod faults;
mod saving;
mod town;
