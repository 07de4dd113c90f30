//! A service as it is stored: pure.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::ids::{OrganizationId, ProjectId, ServiceId, TemplateId};
use slipway_api::jsonapi::ErrorSource;
use slipway_api::services::{NewService, ServiceChanges};
use slipway_api::{Name, Timestamp};
use slipway_kernel::directory::Object;
use slipway_kernel::errors::FieldError;
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::{Error, Result};

use crate::binds::model::Names;
use crate::env;
use crate::permissions::SERVICE_READ;

/// The word for services in the directory, in events and in documents.
pub const KIND: &str = "service";

/// Longest description, in characters.
const DESCRIPTION_LENGTH: usize = 10_000;
/// Most outputs and projects.
const ENTRIES: usize = 100;

/// A service as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "services")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ServiceId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Unique in the organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// What is ordered.
    pub template_id: TemplateId,
    /// Outputs that apps are given, each with its variable; empty for what the template says.
    pub outputs: Names,
    /// Where it can be ordered; empty for everywhere.
    pub projects: Projects,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
    /// Counts changes, from 1.
    pub version: i64,
}

/// A service.
pub type Service = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Projects, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Projects(pub Vec<ProjectId>);

impl Model {
    /// A service as it was described.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn new(
        (id, organization, template): (ServiceId, OrganizationId, TemplateId),
        wanted: &NewService,
        now: Timestamp,
    ) -> Result<Self> {
        check(Some(&wanted.description), Some(&wanted.outputs), Some(&wanted.projects))?;
        Ok(Self {
            id,
            organization_id: organization,
            name: wanted.name.clone(),
            description: wanted.description.clone(),
            template_id: template,
            outputs: Names(wanted.outputs.clone()),
            projects: Projects(wanted.projects.clone()),
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    /// The next version of it; what is absent stays.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn changed(&self, changes: &ServiceChanges, now: Timestamp) -> Result<Self> {
        check(
            changes.description.as_deref(),
            changes.outputs.as_ref(),
            changes.projects.as_deref(),
        )?;
        let kept = self.clone();
        Ok(Self {
            description: changes.description.clone().unwrap_or(kept.description),
            outputs: changes.outputs.clone().map_or(kept.outputs, Names),
            projects: changes.projects.clone().map_or(kept.projects, Projects),
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// Whether it can be ordered in a project.
    #[must_use]
    pub fn is_for(&self, project: ProjectId) -> bool {
        self.projects.0.is_empty() || self.projects.0.contains(&project)
    }

    /// Where it stands.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::organization(self.organization_id).object(self.id)
    }

    /// What authorization asks about it.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: KIND,
            name: self.id.to_string().into(),
            scope: self.scope(),
            read: SERVICE_READ,
        }
    }

    /// It as the directory shows it.
    #[must_use]
    pub fn object(&self) -> Object {
        Object {
            id: self.id.to_string(),
            kind: KIND,
            organization: Some(self.organization_id),
            project: None,
            name: self.name.to_string(),
            status: String::new(),
            labels: String::new(),
        }
    }
}

fn check(
    description: Option<&str>,
    outputs: Option<&BTreeMap<String, String>>,
    projects: Option<&[ProjectId]>,
) -> Result<()> {
    let mut problems = Vec::new();
    let mut add = |at: &str, detail: String| {
        let source = ErrorSource {
            pointer: Some(format!("/data/attributes/{at}")),
            parameter: None,
        };
        problems.push(FieldError { source, detail });
    };
    if description.is_some_and(|text| text.chars().count() > DESCRIPTION_LENGTH) {
        add(
            "description",
            format!("A description has at most {DESCRIPTION_LENGTH} characters."),
        );
    }
    if outputs.is_some_and(|outputs| outputs.len() > ENTRIES) || projects.is_some_and(|all| all.len() > ENTRIES) {
        add(
            "outputs",
            format!("A service has at most {ENTRIES} outputs and {ENTRIES} projects."),
        );
    }
    let mut seen = BTreeSet::new();
    for (output, name) in outputs.into_iter().flatten() {
        if let Err(error) = env::check_name(name) {
            add(
                &format!("outputs/{output}"),
                slipway_kernel::text::sentence(&error.to_string()),
            );
        } else if !seen.insert(name) {
            add(&format!("outputs/{output}"), format!("Two outputs would be {name}."));
        }
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Error::invalid_fields(problems)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_become_variables_that_programs_read_each_under_its_own_name() {
        let outputs = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            let pairs = pairs.iter();
            pairs
                .map(|(output, name)| ((*output).to_owned(), (*name).to_owned()))
                .collect()
        };
        check(None, Some(&outputs(&[("host", "DB_HOST"), ("port", "DB_PORT")])), None).unwrap();
        check(None, Some(&outputs(&[("host", "A"), ("port", "A")])), None).unwrap_err();
        check(None, Some(&outputs(&[("host", "A-B")])), None).unwrap_err();
        check(None, Some(&outputs(&[("host", "SLIPWAY_HOST")])), None).unwrap_err();
    }
}
