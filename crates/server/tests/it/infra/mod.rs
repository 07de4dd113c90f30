//! Stories of infrastructure.

mod audit;
mod backend;
mod configurations;
mod events;
mod lens;
mod lists;
mod runs;
mod schedules;
mod search;
mod states;
mod variable_sets;
mod variables;
mod waiting;
mod work;
mod workload_identity;
mod workspaces;
