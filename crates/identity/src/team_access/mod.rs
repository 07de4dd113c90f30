//! TFE's team access: what a team may do in one workspace or project. Each is a role assignment of the team there, and
//! owns no table: `access` is a built-in role, and `custom` a role that is made for the one assignment. Read `levels`,
//! then `service`.

pub mod http;
pub mod levels;
pub mod service;
