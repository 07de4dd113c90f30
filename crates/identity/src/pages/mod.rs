//! The pages that people sign in and look after their accounts with: rendered here, without a script.
//!
//! What must stay true: what a page shows is escaped (every template is HTML to minijinja), nothing but our own
//! stylesheet is loaded, a form that changes something proves to come from a page of ours, and where a browser is sent
//! after it is a [`ReturnPath`].

pub mod http;
mod return_path;
mod templates;

pub use http::routes;
pub use return_path::ReturnPath;
