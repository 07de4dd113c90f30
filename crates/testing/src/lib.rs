//! What tests of several crates share: finding the real tools, and throwaway servers, and inputs of strangers.

mod background;
pub mod buildkit;
pub mod checkout;
pub mod cluster;
pub mod dex;
pub mod dns;
pub mod docker;
pub mod git_server;
pub mod gitea;
pub mod kubernetes;
pub mod mariadb;
pub mod pebble;
pub mod postgres;
pub mod registry;
pub mod roots;
pub mod s3;
pub mod sampled;
pub mod smtp;
pub mod tools;
