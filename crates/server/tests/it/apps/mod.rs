//! Stories of apps, on a real Docker Engine and on a real Kubernetes cluster.

mod deploying;
mod failing;
mod kubernetes;
mod load;
mod source;
mod stage;
