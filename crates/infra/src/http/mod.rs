//! What the handlers of several slices share: large bodies, short lists, full addresses.

pub(crate) mod links;
pub(crate) mod listing;
