//! People who sign in with a browser, and those who try to without being let.

mod account;
mod attacks;
mod browser;
mod events;
mod invitations;
mod mail;
mod password;
pub mod second_factor;
mod session;
mod set_up;

pub use browser::{Browser, PASSWORD, Shown, account, local};
