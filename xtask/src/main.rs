//! The project's own commands: what `make` calls, and nothing that ships.
//!
//! Each command is one module, found under its name. None of them depends on a crate of the workspace, so that they run
//! while those do not compile.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program answers on its outputs"
)]

mod bench;
mod demo;
mod dev;
mod environment;
mod generate;
mod kubernetes;
mod licences;
mod process;
mod stories;
mod suite;
mod tidy;
mod tools;
mod web;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "xtask",
    about = "Commands for working on Slipway; `make help` lists the usual ones"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure the release build, print the table and write target/bench.json.
    Bench(bench::Arguments),
    /// Take examples/hello through a real server, as a new user would.
    Demo(demo::Arguments),
    /// Serve with the tools of the demo, keeping what is there, and the console from its sources.
    Dev(dev::Arguments),
    /// Write the generated documents, or check that they are fresh.
    Gen(generate::Arguments),
    /// Run the tests on a Kubernetes cluster: many at once, for they wait most of the time.
    Kubernetes(kubernetes::Arguments),
    /// Check that every dependency, of the console too, is permissively licensed and none is refused.
    Licences,
    /// Tell stories on PostgreSQL: a sample, or all of them with SLIPWAY_STORIES_ALL=1.
    Stories,
    /// Run every test of the workspace; a few that fail are tried once more, alone.
    Tests,
    /// Check the rules of the house that no other tool checks.
    Tidy(tidy::Arguments),
    /// Obtain OpenTofu, the providers and the services that the demo and the tests use.
    Tools(tools::Arguments),
    /// Install, check, try and build the console; what is unchanged is not done again.
    Web(web::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Dev(arguments) => dev::run(&arguments),
        Command::Gen(arguments) => generate::run(&arguments),
        Command::Kubernetes(arguments) => kubernetes::run(&arguments),
        Command::Licences => licences::run(),
        Command::Stories => stories::run(),
        Command::Tests => suite::run(),
        Command::Tidy(arguments) => tidy::run(&arguments),
        Command::Tools(arguments) => tools::run(&arguments),
        Command::Web(arguments) => web::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not by returning it: that would add a backtrace, which says nothing to who typed `make`.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
