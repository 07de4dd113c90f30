//! `slipway whoami`: who the server takes you for.

use clap::Args;

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::yes_no;
use crate::settings::server_key;

/// Show who you are signed in as, and where
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway whoami
  slipway whoami -o json")]
pub(crate) struct WhoamiArguments {}

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let client = context.client()?;
    let user = client.account().await?;
    let token = if context.environment.variable("SLIPWAY_TOKEN").is_some() {
        "from SLIPWAY_TOKEN"
    } else {
        "kept by slipway login"
    };
    context.output.one(&user, |resource| {
        let user = &resource.attributes;
        vec![
            ("Name", user.username.to_string()),
            ("Id", resource.id.clone()),
            ("Email", user.email.clone().unwrap_or_default()),
            ("Server", server_key(client.base_url())),
            ("Token", token.to_owned()),
            ("Site administrator", user.is_site_admin.map(yes_no).unwrap_or_default()),
        ]
    })?;
    Ok(Outcome::Success)
}
