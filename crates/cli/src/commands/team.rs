//! `slipway team`

use clap::{Subcommand, ValueEnum};
use slipway_api::ids::{TeamId, UserId};
use slipway_api::teams::{NewTeam, OrganizationAccess, Team, TeamChanges, TeamVisibility};
use slipway_api::users::User;
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::token::{NewTokenArguments, print_new_token, token_table};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::{Table, one_line};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum TeamCommand {
    /// List the organization's teams that you can see
    #[command(after_help = "Examples:\n  slipway team list")]
    List,
    /// Show a team with its members
    #[command(after_help = "Examples:\n  slipway team show platform")]
    Show {
        /// The team's name or id
        #[arg(value_name = "TEAM")]
        team: String,
    },
    /// Create a team; give it roles with `slipway role assign ROLE --to TEAM`
    #[command(after_help = "\
Examples:
  slipway team create platform --visible
  slipway team create auditors --access read-workspaces --access read-projects
  slipway team create developers --sso-group dev --sso-provider dex")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// The group at the identity provider whose members are in it
        #[arg(long, value_name = "GROUP")]
        sso_group: Option<String>,
        /// The identity provider whose group it is [default: any]
        #[arg(long, value_name = "PROVIDER", requires = "sso_group")]
        sso_provider: Option<String>,
        /// Let everybody see it who sees the organization
        #[arg(long)]
        visible: bool,
        /// Let its members make tokens of it
        #[arg(long)]
        members_manage_tokens: bool,
        /// What it may do in the whole organization (repeatable)
        #[arg(long = "access", value_name = "ACCESS")]
        access: Vec<Flag>,
    },
    /// Change a team
    #[command(after_help = "Examples:\n  slipway team update platform --name infrastructure")]
    Update {
        /// The team's name or id
        #[arg(value_name = "TEAM")]
        team: String,
        /// A new name
        #[arg(long, value_name = "NAME")]
        name: Option<Name>,
        /// What it is for; empty for nothing
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// The group at the identity provider whose members are in it; empty for none
        #[arg(long, value_name = "GROUP")]
        sso_group: Option<String>,
        /// The identity provider whose group it is; empty for any
        #[arg(long, value_name = "PROVIDER")]
        sso_provider: Option<String>,
    },
    /// Delete a team with its roles and tokens
    #[command(after_help = "Examples:\n  slipway team delete platform --yes")]
    Delete {
        /// The team's name or id
        #[arg(value_name = "TEAM")]
        team: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Add members of the organization to a team
    #[command(after_help = "Examples:\n  slipway team add platform ada bob")]
    Add {
        /// The team's name or id
        #[arg(value_name = "TEAM")]
        team: String,
        /// Users or service accounts, by name or id
        #[arg(value_name = "USER", required = true)]
        users: Vec<String>,
    },
    /// Take members out of a team; they lose at once what they had by it
    #[command(after_help = "Examples:\n  slipway team remove platform bob")]
    Remove {
        /// The team's name or id
        #[arg(value_name = "TEAM")]
        team: String,
        /// Users or service accounts, by name or id
        #[arg(value_name = "USER", required = true)]
        users: Vec<String>,
    },
    /// List a team's tokens, without their texts
    #[command(after_help = "Examples:\n  slipway team tokens platform")]
    Tokens {
        /// The team's name or id
        #[arg(value_name = "TEAM")]
        team: String,
    },
    /// Make a token of a team; it is printed once, on stdout
    #[command(after_help = "\
Examples:
  slipway team create-token platform --description ci --expires 90d > ci.token
  slipway team create-token platform --scope workspace.run.plan")]
    CreateToken {
        /// The team's name or id
        #[arg(value_name = "TEAM")]
        team: String,
        #[command(flatten)]
        token: NewTokenArguments,
    },
}

/// What a team may do in the whole organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Flag {
    ReadWorkspaces,
    ManageWorkspaces,
    ReadProjects,
    ManageProjects,
    ManageMembership,
    ManageTeams,
    ManageOrganizationAccess,
    ManageAgentPools,
    AccessSecretTeams,
}

fn organization_access(access: &[Flag]) -> OrganizationAccess {
    let has = |one| access.contains(&one);
    OrganizationAccess {
        read_workspaces: has(Flag::ReadWorkspaces),
        manage_workspaces: has(Flag::ManageWorkspaces),
        read_projects: has(Flag::ReadProjects),
        manage_projects: has(Flag::ManageProjects),
        manage_membership: has(Flag::ManageMembership),
        manage_teams: has(Flag::ManageTeams),
        manage_organization_access: has(Flag::ManageOrganizationAccess),
        manage_agent_pools: has(Flag::ManageAgentPools),
        access_secret_teams: has(Flag::AccessSecretTeams),
        ..OrganizationAccess::default()
    }
}

pub(super) async fn run(context: &Context, command: TeamCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        TeamCommand::List => context.output.rows(
            &client.teams(context.organization()?).all().await?,
            "No teams that you can see. Create one: slipway team create NAME",
            table,
        )?,
        TeamCommand::Show { team } => show(context, client, &find_team(context, client, &team).await?).await?,
        TeamCommand::Create {
            name,
            description,
            sso_group,
            sso_provider,
            visible,
            members_manage_tokens,
            access,
        } => {
            let new = NewTeam {
                name,
                description,
                sso_team_id: sso_group,
                sso_provider,
                visibility: if visible {
                    TeamVisibility::Organization
                } else {
                    TeamVisibility::Secret
                },
                allow_member_token_management: members_manage_tokens,
                organization_access: (!access.is_empty()).then(|| organization_access(&access)),
            };
            show(
                context,
                client,
                &client.create_team(context.organization()?, new).await?,
            )
            .await?;
        }
        TeamCommand::Update {
            team,
            name,
            description,
            sso_group,
            sso_provider,
        } => {
            let id = id_of(&find_team(context, client, &team).await?)?;
            let nothing_if_empty = |text: String| (!text.is_empty()).then_some(text);
            let changes = TeamChanges {
                name,
                description: description.map(nothing_if_empty),
                sso_team_id: sso_group.map(nothing_if_empty),
                sso_provider: sso_provider.map(nothing_if_empty),
                ..TeamChanges::default()
            };
            show(context, client, &client.update_team(id, changes).await?).await?;
        }
        TeamCommand::Delete { team, yes } => delete(context, client, &team, yes).await?,
        TeamCommand::Add { team, users } => {
            let team = find_team(context, client, &team).await?;
            client.add_team_users(id_of(&team)?, &users).await?;
            let (users, name) = (users.join(", "), &team.attributes.name);
            context.output.done(&format!("added {users} to the team {name}"));
        }
        TeamCommand::Remove { team, users } => {
            let team = find_team(context, client, &team).await?;
            client.remove_team_users(id_of(&team)?, &users).await?;
            let (users, name) = (users.join(", "), &team.attributes.name);
            context.output.done(&format!("took {users} out of the team {name}"));
        }
        TeamCommand::Tokens { team } => {
            let id = id_of(&find_team(context, client, &team).await?)?;
            context.output.rows(
                &client.team_tokens(id).all().await?,
                "No tokens. Make one: slipway team create-token TEAM",
                token_table,
            )?;
        }
        TeamCommand::CreateToken { team, token } => {
            let id = id_of(&find_team(context, client, &team).await?)?;
            print_new_token(context, &client.create_team_token(id, token.token()).await?)?;
        }
    }
    Ok(Outcome::Success)
}

async fn delete(context: &Context, client: &Client, team: &str, yes: bool) -> anyhow::Result<()> {
    let team = find_team(context, client, team).await?;
    let name = &team.attributes.name;
    let question = format!("Delete the team {name} with its roles and tokens? Its members lose what they had by it.");
    if !prompt::confirm(context, yes, &question)? {
        return Err(Failure::error("nothing was deleted", "The team stays as it was."));
    }
    client.delete_team(id_of(&team)?).await?;
    context.output.done(&format!("deleted the team {name}"));
    Ok(())
}

/// The team of this id or name.
pub(super) async fn find_team(context: &Context, client: &Client, text: &str) -> anyhow::Result<Resource<Team>> {
    if let Ok(id) = text.parse::<TeamId>() {
        return Ok(client.team(id).await?);
    }
    let found = client.team_by_name(context.organization()?, text).await?;
    found.ok_or_else(|| {
        Failure::error(
            format!("there is no team {text}"),
            "See what there is: slipway team list",
        )
    })
}

/// The id of a user, service account or team by its id or name.
pub(super) async fn find_subject(context: &Context, client: &Client, text: &str) -> anyhow::Result<String> {
    if text.parse::<UserId>().is_ok() || text.parse::<TeamId>().is_ok() {
        return Ok(text.to_owned());
    }
    let organization = context.organization()?;
    if let Some(team) = client.team_by_name(organization, text).await? {
        return Ok(team.id);
    }
    // Both lists are for those who see who may do what; others go on with the site's users.
    if let Ok(accounts) = client.service_accounts(organization).all().await
        && let Some(account) = accounts.iter().find(|account| account.attributes.name.as_str() == text)
    {
        return Ok(account.id.clone());
    }
    if let Ok(members) = client.members(organization).all().await {
        let is_it = |name: &Option<Name>| name.as_ref().is_some_and(|name| name.as_str() == text);
        let found = members.iter().find(|member| is_it(&member.attributes.username));
        if let Some(user) = found.and_then(|member| related(member, "user")) {
            return Ok(user);
        }
    }
    // Names of others are known to site administrators only, so a refusal says no more than that there is no such.
    match super::user::find_user(client, text).await {
        Ok(user) => Ok(user.id),
        Err(_) => Err(Failure::error(
            format!("there is no user, service account or team {text} that you can see"),
            "See who there is: slipway member list, slipway team list, slipway service-account list",
        )),
    }
}

fn related<A>(resource: &Resource<A>, name: &str) -> Option<String> {
    match &resource.relationships.get(name)?.data {
        slipway_api::jsonapi::Linkage::One(identifier) => Some(identifier.id.clone()),
        _ => None,
    }
}

fn table(teams: &[Resource<Team>]) -> Table {
    let mut table = Table::new(&["name", "id", "members", "visible to", "description"]);
    for resource in teams {
        let team = &resource.attributes;
        table.row(vec![
            team.name.to_string(),
            resource.id.clone(),
            team.users_count.to_string(),
            visible_to(team.visibility).to_owned(),
            one_line(team.description.as_deref().unwrap_or_default(), 60),
        ]);
    }
    table
}

fn visible_to(visibility: TeamVisibility) -> &'static str {
    match visibility {
        TeamVisibility::Secret => "members",
        TeamVisibility::Organization => "everybody",
    }
}

async fn show(context: &Context, client: &Client, team: &Resource<Team>) -> anyhow::Result<()> {
    let members = client.team_members(id_of(team)?).await?;
    let names = |members: &[Resource<User>]| -> String {
        let names: Vec<String> = members
            .iter()
            .map(|user| user.attributes.username.to_string())
            .collect();
        names.join("\n")
    };
    context.output.one(team, |resource| {
        let team = &resource.attributes;
        vec![
            ("Name", team.name.to_string()),
            ("Id", resource.id.clone()),
            ("Description", team.description.clone().unwrap_or_default()),
            ("Visible to", visible_to(team.visibility).to_owned()),
            ("Group", team.sso_team_id.clone().unwrap_or_default()),
            (
                "Group of",
                team.sso_provider.clone().unwrap_or_else(|| "any provider".to_owned()),
            ),
            ("Members", names(&members)),
        ]
    })
}
