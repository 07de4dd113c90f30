//! The project as a row: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::{OrganizationId, ProjectId};
use slipway_api::projects::{NewProject, ProjectChanges};
use slipway_api::{Name, Timestamp};
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::{Error, Result};

use crate::permissions::PROJECT_READ;

/// Bytes that a description has at most: what a text column takes on every database.
const MAX_DESCRIPTION_BYTES: usize = 4_096;

/// A project.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "projects")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProjectId,
    /// The organization it is part of; it never changes.
    pub organization_id: OrganizationId,
    /// Its name, unique in its organization.
    pub name: Name,
    /// What it is for.
    pub description: Option<String>,
    /// Whether workspaces land here when no project is named; every organization has exactly one such.
    pub is_default: bool,
    /// Whether it is being emptied: nothing new may be made in it.
    pub is_deleting: bool,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A project.
pub type Project = Model;

/// Whatever stands in a project points here; nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// A new project.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn new(id: ProjectId, organization_id: OrganizationId, wanted: NewProject, now: Timestamp) -> Result<Self> {
        Ok(Self {
            id,
            organization_id,
            name: wanted.name,
            description: acceptable_description(wanted.description)?,
            is_default: false,
            is_deleting: false,
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }

    /// The same as its organization's default.
    #[must_use]
    pub fn into_default(self) -> Self {
        Self {
            is_default: true,
            ..self
        }
    }

    /// The project with `changes`, one version further.
    ///
    /// # Errors
    ///
    /// `Conflict` while it is being deleted, `Invalid` when a value is not acceptable.
    pub fn changed(&self, changes: ProjectChanges, now: Timestamp) -> Result<Self> {
        self.require_usable()?;
        Ok(Self {
            name: changes.name.unwrap_or_else(|| self.name.clone()),
            description: match changes.description {
                Some(description) => acceptable_description(description)?,
                None => self.description.clone(),
            },
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        })
    }

    /// The project on its way out. `count` is the number of objects in it.
    ///
    /// # Errors
    ///
    /// `Conflict` for the default project, for one that has objects, and for one that is being deleted already.
    pub fn deleted(&self, count: u64, now: Timestamp) -> Result<Self> {
        self.require_usable()?;
        if self.is_default {
            return Err(Error::conflict(
                "The default project cannot be deleted: workspaces land in it when no project is named. Rename it, or \
                 delete the organization.",
            ));
        }
        if count > 0 {
            let workspaces = if count == 1 {
                "1 workspace"
            } else {
                &format!("{count} workspaces")
            };
            return Err(Error::conflict(format!(
                "The project \"{}\" still has {workspaces}. Move or delete them first.",
                self.name
            )));
        }
        Ok(Self {
            is_deleting: true,
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        })
    }

    /// Refuses to make anything new in a project that is being deleted.
    ///
    /// # Errors
    ///
    /// `Conflict`.
    pub fn require_usable(&self) -> Result<()> {
        if self.is_deleting {
            return Err(Error::conflict(format!(
                "The project \"{}\" is being deleted; nothing in it can be made or changed any more.",
                self.name
            )));
        }
        Ok(())
    }
}

/// What authorization asks about a project.
#[must_use]
pub fn target(project: &Project) -> Target<'static> {
    Target {
        kind: "project",
        name: project.id.to_string().into(),
        scope: Scope::project(project.organization_id, project.id),
        read: PROJECT_READ,
    }
}

fn acceptable_description(description: Option<String>) -> Result<Option<String>> {
    let description = description.filter(|text| !text.is_empty());
    match &description {
        Some(text) if text.len() > MAX_DESCRIPTION_BYTES => Err(Error::invalid(
            "/data/attributes/description",
            format!("A description has at most {MAX_DESCRIPTION_BYTES} bytes."),
        )),
        _ => Ok(description),
    }
}

#[cfg(test)]
mod tests {
    use slipway_api::Code;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

    fn project() -> Project {
        let wanted = NewProject {
            name: "shop".parse().unwrap(),
            description: Some("The shop".to_owned()),
        };
        let organization = OrganizationId::from_parts(NOW.unix_ms(), 1);
        Project::new(ProjectId::from_parts(NOW.unix_ms(), 1), organization, wanted, NOW).unwrap()
    }

    #[test]
    fn null_clears_a_description_and_silence_keeps_it() {
        let cleared = ProjectChanges {
            name: None,
            description: Some(None),
        };
        assert_eq!(project().changed(cleared, NOW).unwrap().description, None);
        let renamed = ProjectChanges {
            name: Some("store".parse().unwrap()),
            description: None,
        };
        let renamed = project().changed(renamed, NOW).unwrap();
        assert_eq!(
            (renamed.name.as_str(), renamed.description.as_deref(), renamed.version),
            ("store", Some("The shop"), 2)
        );
    }

    #[test]
    fn only_an_empty_project_that_is_not_the_default_can_go() {
        assert_eq!(
            project().into_default().deleted(0, NOW).unwrap_err().code(),
            Code::Conflict
        );
        assert!(project().deleted(1, NOW).unwrap_err().detail().contains("1 workspace."));
        let deleting = project().deleted(0, NOW).unwrap();
        assert!(deleting.is_deleting);
        assert!(deleting.changed(ProjectChanges::default(), NOW).is_err());
    }
}
