//! Repositories on real Git servers.

mod connecting;
mod fetching;
mod looking;
