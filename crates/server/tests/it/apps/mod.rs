//! Stories of apps, on a real Docker Engine and on a real Kubernetes cluster.

mod binding;
mod commands;
mod deploying;
mod failing;
mod kubernetes;
mod limits;
mod load;
mod logs;
mod metrics;
mod source;
mod stage;
