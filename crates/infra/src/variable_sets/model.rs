//! A variable set as it is stored, and to which workspaces it applies: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::{OrganizationId, VariableSetId};
use slipway_api::variable_sets::VariableSetSettings;
use slipway_api::{Name, Timestamp};
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::{Error, Result};

use crate::permissions::VARIABLE_SET_READ;
use crate::variables::precedence::{SetScope, SetSource};
use crate::workspaces::settings::checked_tags;
use crate::workspaces::{Tags, Workspace};

/// Longest description.
const DESCRIPTION_LENGTH: usize = 2_000;

/// A variable set as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "variable_sets")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VariableSetId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Unique in the organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// Whether every workspace of the organization gets it.
    pub global: bool,
    /// Whether its values win over the workspace's own.
    pub priority: bool,
    /// Workspaces with one of these tags get it.
    pub tags: Tags,
    /// Whether there are any tags, to be found by.
    pub is_tagged: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts changes, from 1.
    pub version: i64,
}

/// A variable set.
pub type VariableSet = Model;

/// None; targets refer to their set by its id.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What a set is assigned to.
pub mod target {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::VariableSetId;

    /// An assignment.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "variable_set_targets")]
    pub struct Model {
        /// The set.
        #[sea_orm(primary_key, auto_increment = false)]
        pub variable_set_id: VariableSetId,
        /// Id of the workspace or project.
        #[sea_orm(primary_key, auto_increment = false)]
        pub target_id: String,
        /// Which of the two.
        pub kind: TargetKind,
    }

    /// Kinds of targets.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
    pub enum TargetKind {
        /// One workspace.
        #[sea_orm(string_value = "workspace")]
        Workspace,
        /// All workspaces of a project.
        #[sea_orm(string_value = "project")]
        Project,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

impl Model {
    /// A new set.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn new(
        id: VariableSetId,
        organization: OrganizationId,
        settings: &VariableSetSettings,
        now: Timestamp,
    ) -> Result<Self> {
        let name = settings.name.clone();
        let name = name.ok_or_else(|| Error::invalid("/data/attributes/name", "A variable set needs a name."))?;
        let blank = Self {
            id,
            organization_id: organization,
            name,
            description: String::new(),
            global: false,
            priority: false,
            tags: Tags::default(),
            is_tagged: false,
            created_at: now,
            updated_at: now,
            version: 0,
        };
        blank.with_settings(settings, now)
    }

    /// The set with what the settings mention changed.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn with_settings(mut self, settings: &VariableSetSettings, now: Timestamp) -> Result<Self> {
        if let Some(name) = &settings.name {
            self.name = name.clone();
        }
        if let Some(description) = &settings.description {
            if description.chars().count() > DESCRIPTION_LENGTH {
                let detail = format!("At most {DESCRIPTION_LENGTH} characters.");
                return Err(Error::invalid("/data/attributes/description", detail));
            }
            self.description.clone_from(description);
        }
        if let Some(tags) = &settings.tags {
            self.tags = checked_tags(tags).map_err(|detail| Error::invalid("/data/attributes/tags", detail))?;
            self.is_tagged = !self.tags.0.is_empty();
        }
        self.global = settings.global.unwrap_or(self.global);
        self.priority = settings.priority.unwrap_or(self.priority);
        self.updated_at = now;
        self.version += 1;
        Ok(self)
    }

    /// What authorization asks about the set.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: "variable set",
            name: self.id.to_string().into(),
            scope: Scope::organization(self.organization_id).object(self.id),
            read: VARIABLE_SET_READ,
        }
    }

    /// The set as a source of values for a workspace, if it applies to it. `targets` are its assignments.
    #[must_use]
    pub fn source_for(&self, workspace: &Workspace, targets: &[target::Model]) -> Option<SetSource> {
        let mut scopes = Vec::new();
        if self.global {
            scopes.push(SetScope::Global);
        }
        if self.is_tagged && workspace.tags.match_any(&self.tags) {
            scopes.push(SetScope::Tag);
        }
        let (workspace_id, project_id) = (workspace.id.to_string(), workspace.project_id.to_string());
        for target in targets.iter().filter(|target| target.variable_set_id == self.id) {
            match target.kind {
                target::TargetKind::Workspace if target.target_id == workspace_id => scopes.push(SetScope::Workspace),
                target::TargetKind::Project if target.target_id == project_id => scopes.push(SetScope::Project),
                target::TargetKind::Workspace | target::TargetKind::Project => {}
            }
        }
        SetScope::strongest(&scopes, self.priority).map(|scope| SetSource {
            id: self.id,
            name: self.name.to_string(),
            priority: self.priority,
            scope,
        })
    }
}
