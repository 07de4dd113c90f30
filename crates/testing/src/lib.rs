//! What tests of several crates share: finding the real tools, and a throwaway PostgreSQL.

pub mod postgres;
pub mod tools;
