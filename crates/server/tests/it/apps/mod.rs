//! Stories of apps, on a real Docker Engine.

mod binding;
mod deploying;
mod failing;
mod load;
mod source;
mod stage;
