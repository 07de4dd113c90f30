//! `slipway app routing`: what the router takes for an app.

use clap::{Args, ValueEnum};
use slipway_api::domains::{AppRedirect, AppRoutingChanges};
use slipway_client::Client;

use super::which::One;
use crate::context::{Context, id_of};
use crate::failure::Outcome;

/// Whether requests without TLS are sent to where there is TLS.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Redirect {
    /// Those of hosts that have a certificate
    Automatic,
    /// None
    Never,
}

/// Show what the router takes for an app, or change it; 0 is what the site has
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app routing web
  slipway app routing web --most-bytes 10485760 --most-requests 200 --patience 30
  slipway app routing web --redirect never")]
pub(crate) struct RoutingArguments {
    #[command(flatten)]
    one: One,
    /// Whether requests without TLS are sent to where there is TLS
    #[arg(long, value_enum, value_name = "WHEN")]
    redirect: Option<Redirect>,
    /// Largest body of a request, in bytes
    #[arg(long, value_name = "BYTES")]
    most_bytes: Option<u64>,
    /// Seconds until an answer has to begin
    #[arg(long, value_name = "SECONDS")]
    patience: Option<u32>,
    /// Requests that may be at work at once
    #[arg(long, value_name = "NUMBER")]
    most_requests: Option<u32>,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: RoutingArguments) -> anyhow::Result<Outcome> {
    let id = id_of(&arguments.one.find(context, client).await?)?;
    let changes = AppRoutingChanges {
        redirect: arguments.redirect.map(|redirect| match redirect {
            Redirect::Automatic => AppRedirect::Automatic,
            Redirect::Never => AppRedirect::Never,
        }),
        most_bytes: arguments.most_bytes,
        patience_seconds: arguments.patience,
        most_requests: arguments.most_requests,
    };
    let says_nothing = changes.redirect.is_none()
        && changes.most_bytes.is_none()
        && changes.patience_seconds.is_none()
        && changes.most_requests.is_none();
    let routing = match says_nothing {
        true => client.app_routing(id).await?,
        false => client.change_app_routing(id, changes).await?,
    };
    let or_site = |number: u64| match number {
        0 => "as the site has it".to_owned(),
        number => number.to_string(),
    };
    context.output.one(&routing, |resource| {
        let routing = &resource.attributes;
        let redirect = match routing.redirect {
            AppRedirect::Automatic => "hosts with a certificate",
            AppRedirect::Never => "never",
        };
        vec![
            ("Hosts", routing.hosts.join("\n")),
            ("Redirect to TLS", redirect.to_owned()),
            ("Most bytes", or_site(routing.most_bytes)),
            ("Patience", or_site(routing.patience_seconds.into())),
            ("Most requests", or_site(routing.most_requests.into())),
        ]
    })?;
    Ok(Outcome::Success)
}
