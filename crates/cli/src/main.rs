//! The `slipway` binary: client commands, and the commands that start server and runner.
//!
//! Reading order: `commands/mod.rs` (what there is), `context.rs` (what each command is handed), then a command's file.
//! `run_flow` is the story of plan and apply; `settings` decides which server and workspace; `output` is everything that
//! is written.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod commands;
mod context;
mod environment;
mod failure;
mod output;
mod prompt;
mod run_flow;
mod settings;
mod workload_identity;

use std::io;
use std::process::ExitCode;

use clap::Parser as _;

use crate::commands::{Cli, sandbox_exec, with_two_dashes};
use crate::environment::Environment;
use crate::failure::Outcome;
use crate::output::Output;

fn main() -> ExitCode {
    if let Some(policy) = sandbox_exec::policy(std::env::args_os()) {
        return ExitCode::from(sandbox_exec::run(&policy).code());
    }
    let cli = match Cli::try_parse_from(with_two_dashes(std::env::args_os())) {
        Ok(cli) => cli,
        Err(error) => {
            // Not clap's 2, which means "the plan has changes" here.
            let code = if error.use_stderr() {
                Outcome::Failed
            } else {
                Outcome::Success
            };
            let _ = error.print();
            return ExitCode::from(code.code());
        }
    };
    let environment = match Environment::read() {
        Ok(environment) => environment,
        Err(error) => {
            let output = Output::standard(&Environment::default(), cli.global.output, cli.global.no_color);
            output.note(&format!("Error: cannot find the current directory: {error}"));
            return ExitCode::from(Outcome::Failed.code());
        }
    };
    let (format, no_color) = (cli.global.output, cli.global.no_color);
    let result = commands::run(cli, &environment);
    ExitCode::from(match result {
        Ok(outcome) => outcome.code(),
        Err(error) if is_broken_pipe(&error) => 141,
        Err(error) => {
            let output = Output::standard(&environment, format, no_color);
            output.message(&output::render_error(
                &error,
                &output.note_style,
                environment.variable("SLIPWAY_URL"),
            ));
            Outcome::Failed.code()
        }
    })
}

/// Whoever read our output has read enough; that is what SIGPIPE says to other programs.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(broken))
}
