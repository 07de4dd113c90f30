//! `slipway organization`

use clap::Subcommand;
use slipway_api::organizations::{NewOrganization, Organization, OrganizationChanges};
use slipway_api::{Name, Resource};

use crate::context::Context;
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, age};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum OrganizationCommand {
    /// List the organizations that you can see
    #[command(after_help = "Examples:\n  slipway organization list\n  slipway organization list -o json")]
    List,
    /// Show an organization
    #[command(after_help = "Examples:\n  slipway organization show\n  slipway organization show acme")]
    Show {
        /// The organization [default: the one from the settings]
        #[arg(value_name = "NAME")]
        name: Option<Name>,
    },
    /// Create an organization
    #[command(after_help = "Examples:\n  slipway organization create acme --email platform@acme.example")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
        /// Whom to write to about it
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
    },
    /// Change an organization
    #[command(after_help = "\
Examples:
  slipway organization update acme --new-name acme-corp
  slipway organization update acme --default-member-role read --longest-token-days 90")]
    Update {
        /// The organization
        #[arg(value_name = "NAME")]
        name: Name,
        /// A new name; links and clients that use the old one stop working
        #[arg(long, value_name = "NAME")]
        new_name: Option<Name>,
        /// Whom to write to about it; empty for nobody
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
        /// The role that everybody gets who becomes a member; empty for none
        #[arg(long, value_name = "ROLE")]
        default_member_role: Option<String>,
        /// The role that every new team gets; empty for none
        #[arg(long, value_name = "ROLE")]
        default_team_role: Option<String>,
        /// For how many days tokens of teams, service accounts and the organization live at most; 0 for any time
        #[arg(long, value_name = "DAYS")]
        longest_token_days: Option<u32>,
    },
    /// Delete an organization that has nothing in it any more
    #[command(after_help = "Examples:\n  slipway organization delete acme-test --yes")]
    Delete {
        /// The organization
        #[arg(value_name = "NAME")]
        name: Name,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

pub(super) async fn run(context: &Context, command: OrganizationCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        OrganizationCommand::List => {
            let organizations = client.organizations().all().await?;
            context.output.rows(
                &organizations,
                "No organizations that you can see. Create one: slipway organization create NAME",
                table,
            )?;
        }
        OrganizationCommand::Show { name } => {
            let name = match &name {
                Some(name) => name,
                None => context.organization()?,
            };
            show(context, &client.organization(name).await?)?;
        }
        OrganizationCommand::Create { name, email } => {
            let made = client.create_organization(NewOrganization { name, email }).await?;
            let name = &made.attributes.name;
            context
                .output
                .done(&format!("created the organization {name}; you own it"));
            context.output.note(&format!(
                "  next: in a directory with a configuration: slipway init --organization {name}"
            ));
            if context.output.is_json() {
                context.output.json(&made)?;
            }
        }
        OrganizationCommand::Update {
            name,
            new_name,
            email,
            default_member_role,
            default_team_role,
            longest_token_days,
        } => {
            let changes = OrganizationChanges {
                name: new_name,
                email: email.map(|text| (!text.is_empty()).then_some(text)),
                default_member_role: role(default_member_role)?,
                default_team_role: role(default_team_role)?,
                longest_token_days: longest_token_days.map(|days| (days > 0).then_some(days)),
            };
            show(context, &client.update_organization(&name, changes).await?)?;
        }
        OrganizationCommand::Delete { name, yes } => {
            let question = format!("Delete {name} with all its workspaces, states and runs?");
            if !prompt::confirm(context, yes, &question)? {
                return Err(Failure::error(
                    "nothing was deleted",
                    "The organization stays as it was.",
                ));
            }
            client.delete_organization(&name).await?;
            context.output.done(&format!("deleted the organization {name}"));
        }
    }
    Ok(Outcome::Success)
}

fn table(organizations: &[Resource<Organization>]) -> Table {
    let mut table = Table::new(&["name", "email", "age"]);
    for organization in organizations {
        let organization = &organization.attributes;
        table.row(vec![
            organization.name.to_string(),
            organization.email.clone().unwrap_or_default(),
            age(organization.created_at, now()),
        ]);
    }
    table
}

fn show(context: &Context, organization: &Resource<Organization>) -> anyhow::Result<()> {
    context.output.one(organization, |organization| {
        let organization = &organization.attributes;
        vec![
            ("Name", organization.name.to_string()),
            ("Id", organization.external_id.clone()),
            ("Email", organization.email.clone().unwrap_or_default()),
            ("Members get the role", name(organization.default_member_role.as_ref())),
            ("New teams get the role", name(organization.default_team_role.as_ref())),
            (
                "Tokens live at most",
                organization
                    .longest_token_days
                    .map(|days| format!("{days} days"))
                    .unwrap_or_default(),
            ),
            ("Age", age(organization.created_at, now())),
        ]
    })
}

fn name(role: Option<&Name>) -> String {
    role.map(ToString::to_string).unwrap_or_default()
}

/// A role's name; an empty one takes the role away.
fn role(text: Option<String>) -> anyhow::Result<Option<Option<Name>>> {
    Ok(match text {
        None => None,
        Some(text) if text.is_empty() => Some(None),
        Some(text) => Some(Some(text.parse()?)),
    })
}
