//! `slipway catalog`

mod apply;
mod blueprints;
mod demo;
mod documents;
mod place;

use clap::Subcommand;

use crate::context::Context;
use crate::failure::Outcome;

pub(super) use demo::{DemoCommand, run as run_demo};

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    Apply(apply::ApplyArguments),
}

pub(super) async fn run(context: &Context, command: CatalogCommand) -> anyhow::Result<Outcome> {
    match command {
        CatalogCommand::Apply(arguments) => apply::run(context, &arguments).await,
    }
}
