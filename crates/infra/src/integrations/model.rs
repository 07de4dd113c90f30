//! Assignments as they are stored, and which of them count: pure.

use std::str::FromStr;

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{IntegrationId, OrganizationId, ProjectId, WorkspaceId};
use slipway_api::integrations::AssignedPhases;
use slipway_connections::integrations::environment::Phase;

/// The kinds of which a phase can get several: Git servers are told apart by their host.
const MANY: [&str; 2] = ["environment", "git"];

/// An assignment.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "integration_assignments")]
pub struct Model {
    /// The integration.
    #[sea_orm(primary_key, auto_increment = false)]
    pub integration_id: IntegrationId,
    /// Id of the workspace, project or organization.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope_id: String,
    /// Which of them.
    pub scope_kind: ScopeKind,
    /// Which phases.
    pub phases: Phases,
    /// When it was made or changed last.
    pub created_at: Timestamp,
}

/// An assignment.
pub type Assignment = Model;

/// None; scopes are of three kinds.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What an integration is assigned to, the farthest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum ScopeKind {
    /// All workspaces of the organization.
    #[sea_orm(string_value = "organization")]
    Organization,
    /// All workspaces of a project.
    #[sea_orm(string_value = "project")]
    Project,
    /// One workspace.
    #[sea_orm(string_value = "workspace")]
    Workspace,
}

/// Which phases, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum Phases {
    /// Plans.
    #[sea_orm(string_value = "plan")]
    Plan,
    /// Applies.
    #[sea_orm(string_value = "apply")]
    Apply,
    /// All.
    #[sea_orm(string_value = "both")]
    Both,
}

impl From<AssignedPhases> for Phases {
    fn from(phases: AssignedPhases) -> Self {
        match phases {
            AssignedPhases::Plan => Self::Plan,
            AssignedPhases::Apply => Self::Apply,
            AssignedPhases::Both => Self::Both,
        }
    }
}

impl From<Phases> for AssignedPhases {
    fn from(phases: Phases) -> Self {
        match phases {
            Phases::Plan => Self::Plan,
            Phases::Apply => Self::Apply,
            Phases::Both => Self::Both,
        }
    }
}

impl Phases {
    /// Whether this phase is among them.
    #[must_use]
    pub fn have(self, phase: Phase) -> bool {
        match self {
            Self::Both => true,
            Self::Plan => phase == Phase::Plan,
            Self::Apply => phase == Phase::Apply,
        }
    }

    /// Whether a phase is among both.
    #[must_use]
    pub fn meet(self, other: Self) -> bool {
        [Phase::Plan, Phase::Apply]
            .into_iter()
            .any(|phase| self.have(phase) && other.have(phase))
    }
}

impl ScopeKind {
    /// On the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Project => "project",
            Self::Workspace => "workspace",
        }
    }
}

/// What an integration is assigned to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// One workspace.
    Workspace(WorkspaceId),
    /// All workspaces of a project.
    Project(ProjectId),
    /// All workspaces of an organization.
    Organization(OrganizationId),
}

/// It is the id of something else.
#[derive(Debug)]
pub struct NoPlace;

impl std::fmt::Display for NoPlace {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the id of a workspace, project or organization is expected")
    }
}

impl std::error::Error for NoPlace {}

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Workspace(id));
        }
        if let Ok(id) = text.parse() {
            return Ok(Self::Project(id));
        }
        text.parse().map(Self::Organization).map_err(|_| NoPlace)
    }
}

/// Whether another assignment of the same kind at the same place already serves a phase that this one is for.
#[must_use]
pub fn collide(kind: &str, phases: Phases, others: &[(Assignment, String)]) -> bool {
    !MANY.contains(&kind)
        && others
            .iter()
            .any(|(other, other_kind)| other_kind == kind && other.phases.meet(phases))
}

/// What of `all` a phase gets, the farthest first, so that the nearer overwrite: of a kind the nearest, of environments all.
#[must_use]
pub fn effective<T>(all: &[(Assignment, T)], kind: fn(&T) -> &str, phase: Phase) -> Vec<&(Assignment, T)> {
    let is_hidden = |one: &Assignment, of: &str| {
        let is_nearer = |(other, what): &(Assignment, T)| {
            kind(what) == of && other.phases.have(phase) && other.scope_kind > one.scope_kind
        };
        !MANY.contains(&of) && all.iter().any(is_nearer)
    };
    let mut found: Vec<_> = all
        .iter()
        .filter(|(one, what)| one.phases.have(phase) && !is_hidden(one, kind(what)))
        .collect();
    found.sort_by_key(|(one, _)| (one.scope_kind, one.integration_id.to_string()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assignment(number: u64, kind: &str, scope_kind: ScopeKind, phases: Phases) -> (Assignment, String) {
        let one = Model {
            integration_id: IntegrationId::from_parts(0, number),
            scope_id: scope_kind.word().to_owned(),
            scope_kind,
            phases,
            created_at: Timestamp::from_unix_ms(0),
        };
        (one, kind.to_owned())
    }

    fn numbers(all: &[(Assignment, String)], phase: Phase) -> Vec<usize> {
        effective(all, String::as_str, phase)
            .into_iter()
            .map(|found| all.iter().position(|one| one == found).unwrap())
            .collect()
    }

    #[test]
    fn the_nearest_of_a_kind_counts_and_environments_add_up() {
        let all = [
            assignment(0, "aws", ScopeKind::Organization, Phases::Both),
            assignment(1, "aws", ScopeKind::Workspace, Phases::Apply),
            assignment(2, "environment", ScopeKind::Workspace, Phases::Both),
            assignment(3, "environment", ScopeKind::Organization, Phases::Both),
            assignment(4, "datadog", ScopeKind::Project, Phases::Plan),
        ];
        assert_eq!(numbers(&all, Phase::Plan), [0, 3, 4, 2]);
        assert_eq!(numbers(&all, Phase::Apply), [3, 1, 2]);
    }

    #[test]
    fn two_of_a_kind_at_one_place_need_different_phases() {
        let others = [assignment(0, "aws", ScopeKind::Workspace, Phases::Plan)];
        assert!(collide("aws", Phases::Both, &others));
        assert!(!collide("aws", Phases::Apply, &others));
        assert!(!collide("azure", Phases::Both, &others));
        let others = [assignment(0, "environment", ScopeKind::Workspace, Phases::Both)];
        assert!(!collide("environment", Phases::Both, &others));
    }

    #[test]
    fn a_place_is_told_by_its_id() {
        let workspace = WorkspaceId::from_parts(0, 1);
        assert_eq!(
            workspace.to_string().parse::<Place>().unwrap(),
            Place::Workspace(workspace)
        );
        assert!("run-0000000000000000".parse::<Place>().is_err());
    }
}
