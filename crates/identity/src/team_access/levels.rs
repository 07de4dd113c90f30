//! Between TFE's levels and the nodes of roles: pure. What a role means to TFE is read from its nodes, so that roles that
//! were given otherwise show too.

use slipway_api::team_access::{ProjectPart, TeamProjectAccess, TeamWorkspaceAccess, WorkspacePart};
use slipway_kernel::grants::Permission;
use slipway_kernel::{Error, Result};

use crate::roles::{ADMIN, BuiltIn, MAINTAIN, PLAN, READ, Role, WRITE};

/// What is wanted: a role that comes with Slipway, or one with these nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Level {
    /// A built-in role.
    Preset(BuiltIn),
    /// A role of its own.
    Custom(Vec<String>),
}

const OF_WORKSPACES: &[BuiltIn] = &[READ, PLAN, WRITE, ADMIN];
const OF_PROJECTS: &[BuiltIn] = &[READ, WRITE, MAINTAIN, ADMIN];

/// The level for a workspace. `current` is what the team has there already.
///
/// # Errors
///
/// `Invalid` for an unknown word, and for what there is not yet.
pub fn of_workspace(wanted: &TeamWorkspaceAccess, current: Option<&TeamWorkspaceAccess>) -> Result<Level> {
    let before = current.cloned().unwrap_or_default();
    let access = wanted.access.clone().or(before.access);
    if let Some(preset) = preset(access.as_deref(), OF_WORKSPACES, "read, plan, write, admin")? {
        return Ok(Level::Preset(preset));
    }
    let mut nodes = vec!["event.read", "organization.read", "project.read", "workspace.read"];
    let part = WorkspacePart {
        locking: wanted.workspace_locking.or(before.workspace_locking),
        runs: wanted.runs.clone().or(before.runs),
        variables: wanted.variables.clone().or(before.variables),
        state_versions: wanted.state_versions.clone().or(before.state_versions),
        sentinel_mocks: wanted.sentinel_mocks.clone(),
        run_tasks: wanted.run_tasks,
        ..WorkspacePart::default()
    };
    add_workspace(&mut nodes, &part, "/data/attributes")?;
    Ok(custom(nodes))
}

/// The level for a project. `current` is what the team has there already.
///
/// # Errors
///
/// `Invalid` for an unknown word, and for what there is not yet.
pub fn of_project(wanted: &TeamProjectAccess, current: Option<&TeamProjectAccess>) -> Result<Level> {
    let before = current.cloned().unwrap_or_default();
    let access = wanted.access.clone().or(before.access);
    if let Some(preset) = preset(access.as_deref(), OF_PROJECTS, "read, write, maintain, admin")? {
        return Ok(Level::Preset(preset));
    }
    let mut nodes = vec!["event.read", "organization.read", "project.read", "workspace.read"];
    let project = merged_project(wanted.project_access.clone(), before.project_access);
    add_project(&mut nodes, &project)?;
    let workspace = merged_workspace(wanted.workspace_access.clone(), before.workspace_access);
    add_workspace(&mut nodes, &workspace, "/data/attributes/workspace-access")?;
    Ok(custom(nodes))
}

/// What a role means in a workspace.
#[must_use]
pub fn describe_workspace(role: &Role) -> TeamWorkspaceAccess {
    let part = workspace_part(role);
    TeamWorkspaceAccess {
        access: Some(word(role, OF_WORKSPACES)),
        runs: part.runs,
        variables: part.variables,
        state_versions: part.state_versions,
        sentinel_mocks: part.sentinel_mocks,
        workspace_locking: part.locking,
        run_tasks: part.run_tasks,
    }
}

/// What a role means in a project.
#[must_use]
pub fn describe_project(role: &Role) -> TeamProjectAccess {
    let has = |node| covers(role, node);
    let settings = strongest(
        &[("delete", has("project.delete")), ("update", has("project.update"))],
        "read",
    );
    let teams = strongest(
        &[
            ("manage", has("organization.access.manage")),
            ("read", has("organization.access.read")),
        ],
        "none",
    );
    let sets = strongest(
        &[("write", has("variable-set.write")), ("read", has("variable-set.read"))],
        "none",
    );
    TeamProjectAccess {
        access: Some(word(role, OF_PROJECTS)),
        project_access: Some(ProjectPart {
            settings: Some(settings),
            teams: Some(teams),
            variable_sets: Some(sets),
        }),
        workspace_access: Some(workspace_part(role)),
    }
}

fn workspace_part(role: &Role) -> WorkspacePart {
    let has = |node| covers(role, node);
    let runs = strongest(
        &[
            ("apply", has("workspace.run.apply")),
            ("plan", has("workspace.run.plan")),
        ],
        "read",
    );
    let variables = strongest(
        &[
            ("write", has("workspace.variable.write")),
            ("read", has("workspace.variable.read")),
        ],
        "none",
    );
    let states = strongest(
        &[
            ("write", has("workspace.state.write")),
            ("read", has("workspace.state.read")),
            ("read-outputs", has("workspace.state.read-outputs")),
        ],
        "none",
    );
    WorkspacePart {
        create: Some(has("workspace.create")),
        delete: Some(has("workspace.delete")),
        locking: Some(has("workspace.lock")),
        r#move: Some(has("workspace.update")),
        runs: Some(runs),
        variables: Some(variables),
        state_versions: Some(states),
        sentinel_mocks: Some("none".to_owned()),
        run_tasks: Some(false),
    }
}

fn covers(role: &Role, node: &'static str) -> bool {
    let permission = Permission::new(node);
    role.permissions.0.iter().any(|held| permission.is_covered_by(held))
}

fn strongest(words: &[(&str, bool)], otherwise: &str) -> String {
    let held = words.iter().find(|(_, is_held)| *is_held);
    held.map_or(otherwise, |(word, _)| *word).to_owned()
}

fn word(role: &Role, presets: &[BuiltIn]) -> String {
    let preset = presets.iter().find(|preset| preset.id().is_ok_and(|id| id == role.id));
    preset.map_or("custom", |preset| preset.name).to_owned()
}

fn preset(access: Option<&str>, presets: &[BuiltIn], words: &str) -> Result<Option<BuiltIn>> {
    match access {
        Some("custom") => Ok(None),
        Some(word) if let Some(preset) = presets.iter().find(|preset| preset.name == word) => Ok(Some(*preset)),
        _ => Err(Error::invalid(
            "/data/attributes/access",
            format!("Say what the team may do: {words}, or custom."),
        )),
    }
}

fn add_workspace(nodes: &mut Vec<&'static str>, part: &WorkspacePart, at: &str) -> Result<()> {
    let unknown =
        |field: &str, words: &str| Error::invalid(&format!("{at}/{field}"), format!("\"{field}\" is one of: {words}."));
    match part.runs.as_deref() {
        Some("apply") => nodes.extend([
            "workspace.run.apply",
            "workspace.run.cancel",
            "workspace.run.plan",
            "workspace.run.read",
        ]),
        Some("plan") => nodes.extend(["workspace.run.plan", "workspace.run.read"]),
        Some("read") | None => nodes.push("workspace.run.read"),
        Some(_) => return Err(unknown("runs", "read, plan, apply")),
    }
    match part.variables.as_deref() {
        Some("write") => nodes.push("workspace.variable"),
        Some("read") => nodes.push("workspace.variable.read"),
        Some("none") | None => {}
        Some(_) => return Err(unknown("variables", "none, read, write")),
    }
    match part.state_versions.as_deref() {
        Some("write") => nodes.push("workspace.state"),
        Some("read") => nodes.extend(["workspace.state.read", "workspace.state.read-outputs"]),
        Some("read-outputs") => nodes.push("workspace.state.read-outputs"),
        Some("none") | None => {}
        Some(_) => return Err(unknown("state-versions", "none, read-outputs, read, write")),
    }
    if part.sentinel_mocks.as_deref().is_some_and(|word| word != "none") {
        return Err(unknown("sentinel-mocks", "none (there are no policies yet)"));
    }
    if part.run_tasks == Some(true) {
        return Err(unknown("run-tasks", "false (there are no run tasks yet)"));
    }
    let flags = [
        (part.create, "workspace.create"),
        (part.delete, "workspace.delete"),
        (part.locking, "workspace.lock"),
        (part.r#move, "workspace.update"),
    ];
    nodes.extend(
        flags
            .iter()
            .filter(|(flag, _)| *flag == Some(true))
            .map(|(_, node)| *node),
    );
    Ok(())
}

fn add_project(nodes: &mut Vec<&'static str>, part: &ProjectPart) -> Result<()> {
    let unknown = |field: &str, words: &str| {
        Error::invalid(
            &format!("/data/attributes/project-access/{field}"),
            format!("\"{field}\" is one of: {words}."),
        )
    };
    match part.settings.as_deref() {
        Some("delete") => nodes.extend(["project.delete", "project.update"]),
        Some("update") => nodes.push("project.update"),
        Some("read") | None => {}
        Some(_) => return Err(unknown("settings", "read, update, delete")),
    }
    match part.teams.as_deref() {
        Some("manage") => nodes.extend(["organization.access.manage", "organization.access.read"]),
        Some("read") => nodes.push("organization.access.read"),
        Some("none") | None => {}
        Some(_) => return Err(unknown("teams", "none, read, manage")),
    }
    match part.variable_sets.as_deref() {
        Some("write") => nodes.push("variable-set"),
        Some("read") => nodes.push("variable-set.read"),
        Some("none") | None => {}
        Some(_) => return Err(unknown("variable-sets", "none, read, write")),
    }
    Ok(())
}

fn merged_project(wanted: Option<ProjectPart>, before: Option<ProjectPart>) -> ProjectPart {
    let (wanted, before) = (wanted.unwrap_or_default(), before.unwrap_or_default());
    ProjectPart {
        settings: wanted.settings.or(before.settings),
        teams: wanted.teams.or(before.teams),
        variable_sets: wanted.variable_sets.or(before.variable_sets),
    }
}

fn merged_workspace(wanted: Option<WorkspacePart>, before: Option<WorkspacePart>) -> WorkspacePart {
    let (wanted, before) = (wanted.unwrap_or_default(), before.unwrap_or_default());
    WorkspacePart {
        create: wanted.create.or(before.create),
        delete: wanted.delete.or(before.delete),
        locking: wanted.locking.or(before.locking),
        r#move: wanted.r#move.or(before.r#move),
        runs: wanted.runs.or(before.runs),
        variables: wanted.variables.or(before.variables),
        state_versions: wanted.state_versions.or(before.state_versions),
        sentinel_mocks: wanted.sentinel_mocks,
        run_tasks: wanted.run_tasks,
    }
}

fn custom(mut nodes: Vec<&'static str>) -> Level {
    nodes.sort_unstable();
    nodes.dedup();
    Level::Custom(nodes.into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use slipway_api::Timestamp;
    use slipway_api::ids::RoleId;

    use super::*;
    use crate::roles::Nodes;

    fn role(nodes: Vec<String>) -> Role {
        let now = Timestamp::from_unix_ms(1_763_680_000_000);
        Role {
            id: RoleId::from_parts(now.unix_ms(), 1),
            permissions: Nodes(nodes),
            ..READ.row(now).unwrap()
        }
    }

    #[test]
    fn every_custom_choice_reads_back_as_it_was_made() {
        for runs in ["read", "plan", "apply"] {
            for variables in ["none", "read", "write"] {
                for states in ["none", "read-outputs", "read", "write"] {
                    for locking in [false, true] {
                        let wanted = TeamWorkspaceAccess {
                            access: Some("custom".to_owned()),
                            runs: Some(runs.to_owned()),
                            variables: Some(variables.to_owned()),
                            state_versions: Some(states.to_owned()),
                            sentinel_mocks: Some("none".to_owned()),
                            workspace_locking: Some(locking),
                            run_tasks: Some(false),
                        };
                        let Level::Custom(nodes) = of_workspace(&wanted, None).unwrap() else {
                            panic!("custom is no preset");
                        };
                        assert_eq!(describe_workspace(&role(nodes)), wanted);
                    }
                }
            }
        }
    }

    #[test]
    fn what_a_change_does_not_mention_stays() {
        let before = TeamProjectAccess {
            access: Some("custom".to_owned()),
            project_access: Some(ProjectPart {
                teams: Some("manage".to_owned()),
                ..ProjectPart::default()
            }),
            workspace_access: None,
        };
        let wanted = TeamProjectAccess {
            workspace_access: Some(WorkspacePart {
                create: Some(true),
                ..WorkspacePart::default()
            }),
            ..TeamProjectAccess::default()
        };
        let Level::Custom(nodes) = of_project(&wanted, Some(&before)).unwrap() else {
            panic!("custom is no preset");
        };
        let after = describe_project(&role(nodes));
        assert_eq!(after.project_access.unwrap().teams.as_deref(), Some("manage"));
        assert_eq!(after.workspace_access.unwrap().create, Some(true));
    }

    #[test]
    fn presets_are_those_of_tfe_and_nothing_else() {
        let of = |word: &str| {
            let wanted = TeamWorkspaceAccess {
                access: Some(word.to_owned()),
                ..TeamWorkspaceAccess::default()
            };
            of_workspace(&wanted, None)
        };
        assert_eq!(of("plan").unwrap(), Level::Preset(PLAN));
        assert!(of("maintain").is_err());
        assert!(of("owner").is_err());
        assert!(of_workspace(&TeamWorkspaceAccess::default(), None).is_err());
    }
}
