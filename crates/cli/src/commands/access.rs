//! `slipway access`: who may do what, and why.

use clap::{Args, Subcommand};
use slipway_api::Resource;
use slipway_api::access_explanations::{AccessChain, AccessExplanation};
use slipway_client::{AccessQuestion, Client};

use super::team::find_subject;
use super::{project::find_project, workspace};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::Table;

#[derive(Debug, Subcommand)]
pub(crate) enum AccessCommand {
    /// List what you, or somebody else, may do: in the organization, or in a project or workspace
    #[command(after_help = "\
Examples:
  slipway access list
  slipway access list --of ada --in-workspace shop-test")]
    List {
        /// A user, service account or team, by name or id [default: yourself]
        #[arg(long, value_name = "SUBJECT")]
        of: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Explain why somebody may do something, or that they may not
    #[command(after_help = "\
Examples:
  slipway access explain ada workspace.run.apply
  slipway access explain platform workspace.state.read --in-workspace shop-test
  slipway role permissions")]
    Explain {
        /// A user, service account or team, by name or id
        #[arg(value_name = "SUBJECT")]
        subject: String,
        /// What, as workspace.run.apply
        #[arg(value_name = "PERMISSION")]
        permission: String,
        #[command(flatten)]
        place: Place,
    },
}

/// Where; the whole organization by default.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Place {
    /// In this project, by name or id
    #[arg(long, value_name = "PROJECT", conflicts_with = "in_workspace")]
    in_project: Option<String>,
    /// In this workspace, by name or id
    #[arg(long, value_name = "WORKSPACE")]
    in_workspace: Option<String>,
}

impl Place {
    async fn id(&self, context: &Context, client: &Client) -> anyhow::Result<Option<String>> {
        Ok(match (&self.in_project, &self.in_workspace) {
            (Some(project), _) => Some(find_project(client, context.organization()?, project).await?.id),
            (None, Some(workspace)) => Some(workspace::find(context, client, Some(workspace)).await?.id),
            (None, None) => None,
        })
    }
}

pub(super) async fn run(context: &Context, command: AccessCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    let organization = context.organization()?;
    match command {
        AccessCommand::List { of, place } => {
            let subject = match of {
                Some(text) => Some(find_subject(context, client, &text).await?),
                None => None,
            };
            let question = AccessQuestion {
                subject,
                permission: None,
                scope: place.id(context, client).await?,
            };
            context.output.rows(
                &client.explain_access(organization, question).await?,
                "Nothing is allowed there.",
                table,
            )?;
        }
        AccessCommand::Explain {
            subject,
            permission,
            place,
        } => {
            let question = AccessQuestion {
                subject: Some(find_subject(context, client, &subject).await?),
                permission: Some(permission),
                scope: place.id(context, client).await?,
            };
            let explained = client.explain_access(organization, question).await?;
            if context.output.is_json() {
                context.output.json(&explained)?;
            } else {
                for explanation in &explained {
                    explain(context, &explanation.attributes)?;
                }
            }
        }
    }
    Ok(Outcome::Success)
}

fn explain(context: &Context, explained: &AccessExplanation) -> anyhow::Result<()> {
    let verdict = if explained.is_allowed { "may" } else { "may not" };
    context.output.line(&format!(
        "{} {verdict} {} in {}",
        explained.subject_name, explained.permission, explained.scope
    ))?;
    for chain in &explained.chains {
        context.output.line(&format!("  {}", sentence(chain)))?;
    }
    if explained.is_within_token_scopes == Some(false) {
        let scopes = explained.token_scopes.clone().unwrap_or_default().join(", ");
        context
            .output
            .line(&format!("  but the token in use is limited to {scopes}"))?;
    }
    Ok(())
}

fn sentence(chain: &AccessChain) -> String {
    let by = chain
        .team_name
        .as_ref()
        .map_or_else(String::new, |team| format!("by the team {team}, "));
    format!(
        "{by}as {} in {} ({}, which has \"{}\")",
        chain.role, chain.scope_name, chain.role_assignment, chain.node
    )
}

fn table(explained: &[Resource<AccessExplanation>]) -> Table {
    let mut table = Table::new(&["permission", "because of"]);
    for resource in explained {
        let because: Vec<String> = resource
            .attributes
            .chains
            .iter()
            .map(|chain| match &chain.team_name {
                Some(team) => format!("{} in {} by {team}", chain.role, chain.scope_name),
                None => format!("{} in {}", chain.role, chain.scope_name),
            })
            .collect();
        table.row(vec![resource.attributes.permission.clone(), because.join("; ")]);
    }
    table
}
