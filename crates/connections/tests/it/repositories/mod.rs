//! Repositories on real Git servers.

mod archives;
mod connecting;
mod fetching;
mod looking;
