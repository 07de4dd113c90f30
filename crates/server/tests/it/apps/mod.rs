//! Stories of apps, on a real Docker Engine.

mod binding;
mod commands;
mod deploying;
mod failing;
mod limits;
mod load;
mod logs;
mod metrics;
mod source;
mod stage;
