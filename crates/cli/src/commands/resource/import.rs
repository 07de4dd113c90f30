//! `slipway resource import`: ordering what is running already, with its state.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use slipway_api::Name;
use slipway_api::resources::ResourceImport;
use slipway_client::Client;

use super::order::{self, Asking, Order};
use super::{shown, wait};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::prompt;

/// `slipway resource import`
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    #[command(flatten)]
    order: Order,
    /// A state file: what `tofu state pull` prints
    #[arg(
        id = "state_file",
        long = "state",
        value_name = "FILE",
        required_unless_present = "from_workspace"
    )]
    state: Option<PathBuf>,
    /// A workspace whose state is copied; it is locked from then on
    #[arg(long, value_name = "NAME", conflicts_with = "state_file")]
    from_workspace: Option<Name>,
    /// The call whose module this is, where the state is of a configuration that calls it: module.network
    #[arg(id = "of_module", long = "module", value_name = "ADDRESS")]
    module: Option<String>,
    /// Plan to destroy what the state has and the module does not
    #[arg(long)]
    allow_destroy: bool,
    #[command(flatten)]
    asking: Asking,
    /// Check only, and show what it would be
    #[arg(long)]
    dry_run: bool,
    /// Say yes to everything
    #[arg(long, short)]
    yes: bool,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: ImportArguments) -> anyhow::Result<Outcome> {
    let import = ResourceImport {
        state: arguments.state.as_deref().map(encoded).transpose()?,
        from_workspace: arguments.from_workspace,
        module: arguments.module,
        allow_destroy: arguments.allow_destroy,
    };
    let is_waiting = arguments.asking.wait;
    let mut wanted = order::new(context, client, arguments.order, arguments.asking).await?;
    wanted.import = Some(import);
    let organization = context.organization()?;
    let check = client.check_resource(organization, wanted.clone()).await?;
    if arguments.dry_run {
        shown::check(context, &check)?;
        return Ok(Outcome::Success);
    }
    for note in &check.attributes.notes {
        context.output.warn(note);
    }
    let found = check.attributes.import.as_ref();
    let changes_more = found.is_some_and(|found| found.from_workspace.is_some() || !found.unknown_addresses.is_empty());
    if changes_more && !prompt::confirm(context, arguments.yes, "Order it so?")? {
        return Err(Failure::error("nothing was ordered", "Everything stays as it is."));
    }
    let made = client.create_resource(organization, wanted).await?;
    let asking = Asking {
        wait: is_waiting,
        ..Asking::default()
    };
    wait::told(context, client, &made, &asking).await
}

fn encoded(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::error(
            format!("{} cannot be read: {error}", path.display()),
            "Say where the state file is.",
        )
    })?;
    Ok(STANDARD.encode(bytes))
}
