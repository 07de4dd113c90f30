//! What an app says that it runs: its processes with their commands, checks and ports.
//!
//! It is said by a `Procfile`, by a `tsuru.yaml`, or by the image alone. What must stay true: what one file says about a process
//! does not make what the other says about it, or about another, go away; what is not understood is told and never ignored in
//! silence. Read `model`, `procfile`, `tsuru_yaml`, then `declared`.

mod declared;
mod model;
mod procfile;
mod tsuru_yaml;

pub use declared::{ImageDefaults, declared};
pub use model::{Check, Command, Declared, FileError, Hooks, Port, Probe, Process, Protocol};
pub use procfile::read as read_procfile;
pub use tsuru_yaml::{TsuruYaml, read as read_tsuru_yaml};
