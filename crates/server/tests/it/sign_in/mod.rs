//! People who sign in with a browser, and those who try to without being let.

mod account;
mod attacks;
mod browser;
mod invitations;
mod password;
pub mod second_factor;
mod set_up;

pub use browser::{Browser, local};
