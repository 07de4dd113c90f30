//! What tests of several crates share: finding the real tools.

pub mod tools;
