//! Preferences: what the console remembers of a person: saved views, columns of tables, favourites.
//!
//! Owns the table `preferences`. What must stay true: they are a person's own, nobody else reads or writes them, and they
//! decide nothing on the server. That is why writing one leaves no event. They are few and small, and go with their user.

pub(crate) mod http;
mod model;
pub mod service;
pub(crate) mod store;

pub use model::Preference;
