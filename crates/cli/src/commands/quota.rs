//! `slipway quota`: how many apps and units there may be.

use clap::{Args, Subcommand};
use slipway_api::Resource;
use slipway_api::app_quotas::{AppQuota, AppQuotaChanges};
use slipway_api::ids::{AppId, ProjectId};

use super::app::which::find as find_app;
use super::project::find_project;
use crate::context::{Context, id_of};
use crate::failure::Outcome;

#[derive(Debug, Subcommand)]
pub(crate) enum QuotaCommand {
    /// Show how many apps and units there may be, and are
    #[command(after_help = "\
Examples:
  slipway quota show
  slipway quota show --project payments
  slipway quota show --app web")]
    Show {
        #[command(flatten)]
        of: Of,
    },
    /// Say how many apps and units there may be; fewer than there are takes nothing away
    #[command(after_help = "\
Examples:
  slipway quota set --apps 100 --units 400
  slipway quota set --project payments --units 40
  slipway quota set --app web --units none")]
    Set {
        #[command(flatten)]
        of: Of,
        /// Most apps; none for as many as wanted
        #[arg(long, value_name = "NUMBER", value_parser = limit, required_unless_present = "units")]
        apps: Option<Limit>,
        /// Most units of all processes; none for as many as wanted
        #[arg(long, value_name = "NUMBER", value_parser = limit)]
        units: Option<Limit>,
    },
}

/// Of what.
#[derive(Debug, Clone, Args)]
pub(crate) struct Of {
    /// Of this project, by name or id [default: of the organization]
    #[arg(long, value_name = "PROJECT", conflicts_with = "of_app")]
    project: Option<String>,
    /// Of this app, by name or id
    #[arg(long = "app", short = 'a', value_name = "APP")]
    of_app: Option<String>,
}

/// A limit, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit(Option<u32>);

fn limit(text: &str) -> Result<Limit, String> {
    match text {
        "none" => Ok(Limit(None)),
        number => number
            .parse()
            .map(|number| Limit(Some(number)))
            .map_err(|_| "it is a number, or none".to_owned()),
    }
}

/// What is limited.
enum Limited {
    Organization,
    Project(ProjectId),
    App(AppId),
}

pub(super) async fn run(context: &Context, command: QuotaCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    let (of, changes) = match command {
        QuotaCommand::Show { of } => (of, None),
        QuotaCommand::Set { of, apps, units } => {
            let changes = AppQuotaChanges {
                apps: apps.map(|limit| limit.0),
                units: units.map(|limit| limit.0),
            };
            (of, Some(changes))
        }
    };
    let organization = context.organization()?;
    let limited = match (&of.project, &of.of_app) {
        (Some(project), _) => Limited::Project(id_of(&find_project(client, organization, project).await?)?),
        (None, Some(app)) => Limited::App(id_of(&find_app(context, client, Some(app)).await?)?),
        (None, None) => Limited::Organization,
    };
    let quota = match (limited, changes) {
        (Limited::Organization, None) => client.organization_app_quota(organization).await?,
        (Limited::Organization, Some(changes)) => client.set_organization_app_quota(organization, changes).await?,
        (Limited::Project(id), None) => client.project_app_quota(id).await?,
        (Limited::Project(id), Some(changes)) => client.set_project_app_quota(id, changes).await?,
        (Limited::App(id), None) => client.app_quota(id).await?,
        (Limited::App(id), Some(changes)) => client.set_app_quota(id, changes).await?,
    };
    show(context, &quota)?;
    Ok(Outcome::Success)
}

fn show(context: &Context, quota: &Resource<AppQuota>) -> anyhow::Result<()> {
    let of = |used: u32, limit: Option<u32>| match limit {
        Some(limit) => format!("{used} of {limit}"),
        None => format!("{used}, no limit"),
    };
    context.output.one(quota, |resource| {
        let quota = &resource.attributes;
        vec![
            ("Apps", of(quota.apps_used, quota.apps)),
            ("Units", of(quota.units_used, quota.units)),
        ]
    })
}
