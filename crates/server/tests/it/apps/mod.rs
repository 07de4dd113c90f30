//! Stories of apps, on a real Docker Engine.

mod deploying;
mod failing;
mod limits;
mod load;
mod source;
mod stage;
