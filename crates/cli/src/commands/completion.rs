//! `slipway completion`: what makes a shell complete commands.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;
use crate::failure::Outcome;
use crate::output::Output;

/// Print the completion script of a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway completion bash > /etc/bash_completion.d/slipway
  slipway completion zsh > ~/.zfunc/_slipway
  slipway completion fish > ~/.config/fish/completions/slipway.fish")]
pub(crate) struct CompletionArguments {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(arguments: &CompletionArguments, output: &Output) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "slipway", &mut script);
    output.bytes(&script)?;
    Ok(Outcome::Success)
}
