//! `slipway destroy`: the same as `slipway apply --destroy`.

use clap::Args;

use super::apply::{self, ApplyArguments};
use crate::context::Context;
use crate::failure::Outcome;
use crate::run_flow::RunArguments;

/// Destroy everything that the workspace manages, after you said yes
///
/// The same as `slipway apply --destroy`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway destroy
  slipway destroy --auto-approve
  slipway destroy --target random_pet.name

Exit codes: 0 destroyed or nothing to do, 1 failure or not approved.")]
pub(crate) struct DestroyArguments {
    /// Destroy without asking
    #[arg(long)]
    auto_approve: bool,
    #[command(flatten)]
    run: RunArguments,
}

pub(super) async fn run(context: &Context, arguments: DestroyArguments) -> anyhow::Result<Outcome> {
    let DestroyArguments { auto_approve, run } = arguments;
    apply::run(
        context,
        &ApplyArguments {
            existing: None,
            destroy: true,
            auto_approve,
            run,
        },
    )
    .await
}
