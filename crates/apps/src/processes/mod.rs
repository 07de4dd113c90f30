//! What an app says that it runs: its processes with their commands, checks and ports.
//!
//! It is said by a `Procfile`, by a `tsuru.yaml`, by the table `[app]` of a `slipway.toml`, or by the image alone. What must stay true: what one file says about a process
//! does not make what the other says about it, or about another, go away; what is not understood is told and never ignored in
//! silence. Read `model`, `procfile`, `tsuru_yaml`, `app_table`, then `declared`
//! and `said`, where they come together.

mod app_table;
mod declared;
mod model;
mod nearest;
mod procfile;
mod said;
mod tsuru_yaml;

pub use app_table::{AppTable, read as read_app_table};
pub use declared::{ImageDefaults, declared};
pub use model::{Check, Command, Declared, FileError, Hooks, Port, Probe, Process, Protocol};
pub(crate) use procfile::is_name as is_process_name;
pub use procfile::read as read_procfile;
pub use said::Said;
pub use tsuru_yaml::{TsuruYaml, read as read_tsuru_yaml};
