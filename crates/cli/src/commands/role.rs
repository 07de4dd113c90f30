//! `slipway role`: roles, and who holds them where.

use clap::Subcommand;
use slipway_api::ids::RoleAssignmentId;
use slipway_api::roles::{NewRole, Role, RoleAssignment, RoleChanges};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::team::find_subject;
use super::{project::find_project, user, workspace};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::{Table, one_line, yes_no};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum RoleCommand {
    /// List the organization's roles
    #[command(after_help = "Examples:\n  slipway role list")]
    List,
    /// Show a role with its permissions
    #[command(after_help = "Examples:\n  slipway role show operator")]
    Show {
        /// The role's name
        #[arg(value_name = "ROLE")]
        role: String,
    },
    /// Create a role
    #[command(after_help = "\
Examples:
  slipway role permissions
  slipway role create planner --permission workspace.read --permission run.plan")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
        /// What holders can do, in a sentence
        #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
        description: String,
        /// A node of the permission tree (repeatable)
        #[arg(long = "permission", value_name = "PERMISSION", required = true)]
        permissions: Vec<String>,
    },
    /// Change a role; its holders may at once what it says then
    #[command(after_help = "\
Examples:
  slipway role update planner --permission workspace.read --permission workspace.run.plan
  slipway role update planner --name reviewer")]
    Update {
        /// The role's name
        #[arg(value_name = "ROLE")]
        role: String,
        /// A new name
        #[arg(long, value_name = "NAME")]
        name: Option<Name>,
        /// What holders can do, in a sentence
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// A node of the permission tree; together they replace what it has (repeatable)
        #[arg(long = "permission", value_name = "PERMISSION")]
        permissions: Vec<String>,
    },
    /// Delete a role
    #[command(after_help = "Examples:\n  slipway role delete planner --yes")]
    Delete {
        /// The role's name
        #[arg(value_name = "ROLE")]
        role: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// List who holds which role where
    #[command(after_help = "Examples:\n  slipway role assignments\n  slipway role assignments --at-site")]
    Assignments {
        /// Those at the site, which hold in all organizations
        #[arg(long)]
        at_site: bool,
    },
    /// Give somebody a role: in the organization, or only in a project or workspace
    #[command(after_help = "\
Examples:
  slipway role assign operator --to ada
  slipway role assign planner --to user-1k9x3c0q8fz2m4ab --in-project payments
  slipway role assign planner --to ada --in-workspace shop-test
  slipway role assign read --to platform
  slipway role assign site-auditor --to ada --at-site")]
    Assign {
        /// The role's name
        #[arg(value_name = "ROLE")]
        role: Name,
        /// Who gets it: a user, service account or team, by name or id
        #[arg(long = "to", value_name = "SUBJECT")]
        subject: String,
        /// Only in this project, by name or id
        #[arg(long, value_name = "PROJECT", conflicts_with = "in_workspace")]
        in_project: Option<String>,
        /// Only in this workspace, by name or id
        #[arg(long, value_name = "WORKSPACE")]
        in_workspace: Option<String>,
        /// At the site, in all organizations; for site administrators
        #[arg(long, conflicts_with_all = ["in_project", "in_workspace"])]
        at_site: bool,
    },
    /// Take a role from somebody
    #[command(after_help = "\
Examples:
  slipway role assignments
  slipway role unassign ra-1k9x3c0q8fz2m4ab
  slipway role unassign ra-1k9x3c0q8fz2m4ab --yes")]
    Unassign {
        /// The assignment's id
        #[arg(value_name = "ASSIGNMENT")]
        assignment: RoleAssignmentId,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Print the tree of permissions with their descriptions, as JSON
    #[command(after_help = "Examples:\n  slipway role permissions")]
    Permissions,
}

pub(super) async fn run(context: &Context, command: RoleCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        RoleCommand::List => {
            context.output.rows(
                &client.roles(context.organization()?).all().await?,
                "No roles that you can see. Create one: slipway role create NAME --permission PERMISSION",
                table,
            )?;
        }
        RoleCommand::Show { role } => show(context, &find_role(context, client, &role).await?)?,
        RoleCommand::Create {
            name,
            description,
            permissions,
        } => {
            let new = NewRole {
                name,
                description,
                permissions,
            };
            show(context, &client.create_role(context.organization()?, new).await?)?;
        }
        RoleCommand::Update {
            role,
            name,
            description,
            permissions,
        } => {
            let id = id_of(&find_role(context, client, &role).await?)?;
            let changes = RoleChanges {
                name,
                description,
                permissions: (!permissions.is_empty()).then_some(permissions),
            };
            show(context, &client.update_role(id, changes).await?)?;
        }
        RoleCommand::Delete { role, yes } => {
            let role = find_role(context, client, &role).await?;
            let name = &role.attributes.name;
            if !prompt::confirm(context, yes, &format!("Delete the role {name}? Its holders lose it."))? {
                return Err(Failure::error("nothing was deleted", "The role stays as it was."));
            }
            client.delete_role(id_of(&role)?).await?;
            context.output.done(&format!("deleted the role {name}"));
        }
        RoleCommand::Assignments { at_site } => {
            let assignments = match at_site {
                true => client.site_role_assignments().all().await?,
                false => client.role_assignments(context.organization()?).all().await?,
            };
            context.output.rows(
                &assignments,
                "No assignments that you may see. Give somebody a role: slipway role assign ROLE --to USER",
                assignment_table,
            )?;
        }
        RoleCommand::Assign {
            role,
            subject,
            in_project,
            in_workspace,
            at_site,
        } => {
            if at_site {
                let subject = user::find_user(client, &subject).await?.id;
                let new = RoleAssignment::new(subject, role, "site".to_owned());
                let made = client.create_site_role_assignment(new).await?;
                context.output.rows(&[made], "", assignment_table)?;
                return Ok(Outcome::Success);
            }
            let scope = scope(context, client, in_project.as_deref(), in_workspace.as_deref()).await?;
            let subject = find_subject(context, client, &subject).await?;
            let new = RoleAssignment::new(subject, role, scope);
            let made = client.create_role_assignment(context.organization()?, new).await?;
            context.output.rows(&[made], "", assignment_table)?;
        }
        RoleCommand::Unassign { assignment, yes } => {
            let held = find_assignment(context, client, assignment).await?;
            let question = format!("Take {held}?");
            if !prompt::confirm(context, yes, &question)? {
                return Err(Failure::error("nothing was taken", "The assignment stays as it was."));
            }
            client.delete_role_assignment(assignment).await?;
            context.output.done(&format!("took {held}"));
        }
        RoleCommand::Permissions => context.output.json(&client.permissions().await?)?,
    }
    Ok(Outcome::Success)
}

async fn scope(
    context: &Context,
    client: &Client,
    project: Option<&str>,
    workspace: Option<&str>,
) -> anyhow::Result<String> {
    let organization = context.organization()?;
    Ok(match (project, workspace) {
        (Some(project), _) => find_project(client, organization, project).await?.id,
        (None, Some(workspace)) => workspace::find(context, client, Some(workspace)).await?.id,
        (None, None) => organization.to_string(),
    })
}

/// An assignment in words; its id where the organization's list does not show it.
async fn find_assignment(context: &Context, client: &Client, id: RoleAssignmentId) -> anyhow::Result<String> {
    let assignments = client.role_assignments(context.organization()?).all().await?;
    let found = assignments.iter().find(|assignment| assignment.id == id.to_string());
    Ok(found.map_or_else(
        || id.to_string(),
        |found| {
            let assignment = &found.attributes;
            let who = assignment.subject_name.as_ref().unwrap_or(&assignment.subject);
            let place = assignment.scope_name.as_ref().unwrap_or(&assignment.scope);
            format!("the role {} in {place} from {who}", assignment.role)
        },
    ))
}

async fn find_role(context: &Context, client: &Client, text: &str) -> anyhow::Result<Resource<Role>> {
    let roles = client.roles(context.organization()?).all().await?;
    let found = roles
        .into_iter()
        .find(|role| role.attributes.name.as_str() == text || role.id == text);
    found.ok_or_else(|| {
        Failure::error(
            format!("there is no role {text}"),
            "See what there is: slipway role list",
        )
    })
}

fn table(roles: &[Resource<Role>]) -> Table {
    let mut table = Table::new(&["name", "built in", "description"]);
    for role in roles {
        let role = &role.attributes;
        table.row(vec![
            role.name.to_string(),
            yes_no(role.is_built_in),
            one_line(&role.description, 80),
        ]);
    }
    table
}

fn assignment_table(assignments: &[Resource<RoleAssignment>]) -> Table {
    let mut table = Table::new(&["id", "role", "who", "where"]);
    for resource in assignments {
        let assignment = &resource.attributes;
        table.row(vec![
            resource.id.clone(),
            assignment.role.to_string(),
            assignment
                .subject_name
                .clone()
                .unwrap_or_else(|| assignment.subject.clone()),
            assignment
                .scope_name
                .clone()
                .unwrap_or_else(|| assignment.scope.clone()),
        ]);
    }
    table
}

fn show(context: &Context, role: &Resource<Role>) -> anyhow::Result<()> {
    context.output.one(role, |resource| {
        let role = &resource.attributes;
        vec![
            ("Name", role.name.to_string()),
            ("Id", resource.id.clone()),
            ("Description", role.description.clone()),
            ("Built in", yes_no(role.is_built_in)),
            ("Permissions", role.permissions.join("\n")),
        ]
    })
}
