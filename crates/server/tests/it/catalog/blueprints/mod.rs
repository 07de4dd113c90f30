//! Blueprints: said, used, carried out, and taken away again.

mod carrying_out;
mod editing;
mod faults;
mod saving;
mod town;
