//! `slipway member`

use clap::Subcommand;
use slipway_api::ids::MembershipId;
use slipway_api::organization_memberships::{MembershipStatus, NewOrganizationMembership, OrganizationMembership};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::team::find_team;
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, age};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum MemberCommand {
    /// List the organization's members, and who was invited
    #[command(after_help = "Examples:\n  slipway member list")]
    List,
    /// Invite somebody; without mail on the server the link is printed, on stdout
    #[command(after_help = "\
Examples:
  slipway member invite ada@example.org --role write
  slipway member invite bob@example.org --team platform")]
    Invite {
        /// Whom
        #[arg(value_name = "EMAIL")]
        email: String,
        /// The role that accepting gives in the organization
        #[arg(long, value_name = "ROLE")]
        role: Option<Name>,
        /// A team that accepting adds to (repeatable)
        #[arg(long = "team", value_name = "TEAM")]
        teams: Vec<String>,
    },
    /// Take somebody out of the organization with all roles there, or withdraw an invitation
    #[command(after_help = "Examples:\n  slipway member remove bob --yes")]
    Remove {
        /// The member's name, the invited address, or the membership's id
        #[arg(value_name = "MEMBER")]
        member: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

pub(super) async fn run(context: &Context, command: MemberCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        MemberCommand::List => context.output.rows(
            &client.members(context.organization()?).all().await?,
            "No members. Invite somebody: slipway member invite EMAIL",
            table,
        )?,
        MemberCommand::Invite { email, role, teams } => {
            let mut ids = Vec::new();
            for team in &teams {
                ids.push(find_team(context, client, team).await?.id);
            }
            let new = NewOrganizationMembership { email, role };
            let made = client.invite_member(context.organization()?, new, &ids).await?;
            invited(context, &made)?;
        }
        MemberCommand::Remove { member, yes } => {
            let member = find(context, client, &member).await?;
            let name = name(&member);
            let question = format!("Take {name} out of the organization, with all roles there?");
            if !prompt::confirm(context, yes, &question)? {
                return Err(Failure::error("nobody was removed", "The member stays."));
            }
            client.remove_member(id_of(&member)?).await?;
            context.output.done(&format!("took {name} out of the organization"));
        }
    }
    Ok(Outcome::Success)
}

fn invited(context: &Context, made: &Resource<OrganizationMembership>) -> anyhow::Result<()> {
    if context.output.is_json() {
        return context.output.json(made);
    }
    let who = made.attributes.email.as_deref().unwrap_or_default();
    let link = made.attributes.invitation.as_ref();
    match link.and_then(|link| link.url.as_deref()) {
        Some(url) => {
            context.output.done(&format!(
                "invited {who}; this server sends no mail, so give them this address:"
            ));
            Ok(context.output.line(url)?)
        }
        None => {
            context.output.done(&format!("invited {who} by mail"));
            Ok(())
        }
    }
}

async fn find(context: &Context, client: &Client, text: &str) -> anyhow::Result<Resource<OrganizationMembership>> {
    let members = client.members(context.organization()?).all().await?;
    let is_it = |member: &Resource<OrganizationMembership>| {
        text.parse::<MembershipId>().is_ok_and(|_| member.id == text)
            || member
                .attributes
                .username
                .as_ref()
                .is_some_and(|name| name.as_str() == text)
            || member.attributes.email.as_deref() == Some(text)
    };
    members.into_iter().find(is_it).ok_or_else(|| {
        Failure::error(
            format!("there is no member {text}"),
            "See who there is: slipway member list",
        )
    })
}

fn name(member: &Resource<OrganizationMembership>) -> String {
    let member = &member.attributes;
    let username = member.username.as_ref().map(ToString::to_string);
    username.or_else(|| member.email.clone()).unwrap_or_default()
}

fn table(members: &[Resource<OrganizationMembership>]) -> Table {
    let mut table = Table::new(&["name", "email", "status", "id", "age"]);
    for resource in members {
        let member = &resource.attributes;
        table.row(vec![
            member.username.as_ref().map(ToString::to_string).unwrap_or_default(),
            member.email.clone().unwrap_or_default(),
            match member.status {
                MembershipStatus::Invited => "invited".to_owned(),
                MembershipStatus::Active => "active".to_owned(),
            },
            resource.id.clone(),
            age(member.created_at, now()),
        ]);
    }
    table
}
