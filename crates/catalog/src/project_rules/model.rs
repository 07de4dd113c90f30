//! The rules of a project as they are stored: pure.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::catalog::FieldDifference;
use slipway_api::ids::{GitWorkspaceId, OrganizationId, ProjectId};
use slipway_api::resource_changes::{CatalogRulesChanges, WhenStale};
use slipway_api::resources::ResourceSetting;
use slipway_kernel::{Error, Result};

use crate::resources::checks::texts;
use crate::templates::specification::Problems;

/// The word for them in events.
pub const KIND: &str = "catalog-rules";

/// Nobody approves what a resource is said to be for.
const ALWAYS: &str = "description";
/// Fields that a project can free from approval; values one by one, too.
const FIELDS: [&str; 5] = ["labels", "integrations", "values", "tags", "settings"];
/// Most fields of a project.
const MOST_FIELDS: usize = 100;

/// The rules of a project.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "catalog_project_rules")]
pub struct Model {
    /// The project.
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: ProjectId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// What happens to a resource when something below it changed.
    pub when_stale: WhenStale,
    /// Fields that are changed without approval.
    pub unapproved_fields: Fields,
    /// Where the code of its resources is kept.
    pub git_workspace_id: Option<GitWorkspaceId>,
    /// Whether its resources are planned and never made; decided while there are none.
    pub is_demo: bool,
    /// When they last changed; none while they are the defaults.
    pub updated_at: Option<Timestamp>,
    /// Counts changes; 0 while there is no row.
    pub version: i64,
}

/// The rules of a project.
pub type ProjectRules = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What all resources of a project have, unless they or what they stand on say something else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inherited {
    /// Tags.
    pub tags: Vec<ResourceSetting>,
    /// Settings.
    pub settings: Vec<ResourceSetting>,
}

impl Inherited {
    /// It with what the changes mention changed.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every entry at fault.
    pub fn changed(mut self, changes: &CatalogRulesChanges) -> Result<Self> {
        let all = |entries: &Vec<ResourceSetting>| -> Vec<ResourceSetting> {
            let entries = entries.iter().cloned();
            let inherited = entries.map(|entry| ResourceSetting {
                is_inherited: true,
                ..entry
            });
            inherited.collect()
        };
        let mut problems = Problems::at("/data/attributes");
        if let Some(tags) = &changes.tags {
            texts::check_tags("tags", tags, &mut problems);
            self.tags = all(tags);
        }
        if let Some(settings) = &changes.settings {
            texts::check_settings("settings", settings, &mut problems);
            self.settings = all(settings);
        }
        problems.none()?;
        Ok(self)
    }
}

/// Rows of tags and settings of projects.
pub mod entries {
    use sea_orm::entity::prelude::*;
    use serde::{Deserialize, Serialize};
    use slipway_api::ids::{OrganizationId, ProjectId};
    use slipway_api::resources::ResourceSetting;

    /// Those of a project.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "catalog_project_settings")]
    pub struct Model {
        /// The project.
        #[sea_orm(primary_key, auto_increment = false)]
        pub project_id: ProjectId,
        /// Its organization.
        pub organization_id: OrganizationId,
        /// Its tags.
        pub tags: Entries,
        /// Its settings.
        pub settings: Entries,
    }

    /// Tags or settings, at rest.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
    #[serde(transparent)]
    pub struct Entries(pub Vec<ResourceSetting>);

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Names of fields, as differences have them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Fields(pub Vec<String>);

impl Model {
    /// Those of a project that says nothing.
    #[must_use]
    pub fn defaults(organization: OrganizationId, project: ProjectId) -> Self {
        Self {
            project_id: project,
            organization_id: organization,
            when_stale: WhenStale::default(),
            unapproved_fields: Fields::default(),
            git_workspace_id: None,
            is_demo: false,
            updated_at: None,
            version: 0,
        }
    }

    /// The rules with what the changes mention changed.
    ///
    /// # Errors
    ///
    /// `Invalid` for a field that cannot be freed from approval.
    pub fn changed(mut self, changes: CatalogRulesChanges, now: Timestamp) -> Result<Self> {
        self.when_stale = changes.when_stale.unwrap_or(self.when_stale);
        if let Some(mut fields) = changes.unapproved_fields {
            fields.sort();
            fields.dedup();
            check(&fields)?;
            self.unapproved_fields = Fields(fields);
        }
        self.git_workspace_id = changes.git_workspace.unwrap_or(self.git_workspace_id);
        self.is_demo = changes.is_demo.unwrap_or(self.is_demo);
        self.updated_at = Some(now);
        self.version += 1;
        Ok(self)
    }

    /// Whether nobody has to approve what differs so. What changes nothing itself, and only takes what is new below, is
    /// approved as everything else.
    #[must_use]
    pub fn frees(&self, differences: &[FieldDifference]) -> bool {
        let is_free = |field: &str| {
            let of = |free: &String| {
                field == free
                    || field
                        .strip_prefix(free.as_str())
                        .is_some_and(|rest| rest.starts_with('/'))
            };
            field == ALWAYS || self.unapproved_fields.0.iter().any(of)
        };
        !differences.is_empty() && differences.iter().all(|difference| is_free(&difference.field))
    }
}

fn check(fields: &[String]) -> Result<()> {
    let pointer = "/data/attributes/unapproved-fields";
    if fields.len() > MOST_FIELDS {
        return Err(Error::invalid(pointer, format!("At most {MOST_FIELDS} fields.")));
    }
    let is_known = |field: &str| {
        let value = field
            .strip_prefix("values/")
            .filter(|name| !name.is_empty() && name.len() <= 255);
        FIELDS.contains(&field) || field == ALWAYS || value.is_some()
    };
    match fields.iter().find(|field| !is_known(field)) {
        Some(field) => Err(Error::invalid(
            pointer,
            format!(
                "\"{field}\" cannot be freed from approval; choose from {}, and single values as values/size.",
                FIELDS.join(", ")
            ),
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::Value;
    use slipway_api::Timestamp;

    use super::*;

    fn rules(fields: &[&str]) -> Result<ProjectRules> {
        let changes = CatalogRulesChanges {
            unapproved_fields: Some(fields.iter().map(ToString::to_string).collect()),
            ..CatalogRulesChanges::default()
        };
        let (organization, project) = (
            "org-0000000000000001".parse().unwrap(),
            "prj-0000000000000001".parse().unwrap(),
        );
        ProjectRules::defaults(organization, project).changed(changes, Timestamp::from_unix_ms(0))
    }

    #[rstest]
    #[case::nothing_differs(&["values"], &[], false)]
    #[case::words_are_always_free(&[], &["description"], true)]
    #[case::one_value(&["values/size"], &["values/size"], true)]
    #[case::another_value(&["values/size"], &["values/size2"], false)]
    #[case::one_of_two(&["values/size"], &["values/size", "values/zone"], false)]
    #[case::all_values(&["values"], &["values/size", "description"], true)]
    #[case::version_never(&["values", "tags"], &["source-code-version"], false)]
    fn what_differs_is_free_when_every_field_is(
        #[case] free: &[&str],
        #[case] differing: &[&str],
        #[case] expected: bool,
    ) {
        let difference = |field: &&str| FieldDifference {
            field: (*field).to_owned(),
            before: Value::Null,
            after: Value::Null,
        };
        let differences: Vec<_> = differing.iter().map(difference).collect();
        assert_eq!(rules(free).unwrap().frees(&differences), expected);
    }

    #[rstest]
    #[case("parents")]
    #[case("source-code-version")]
    #[case("values/")]
    fn what_moves_or_replaces_a_resource_is_never_free(#[case] field: &str) {
        let refused = rules(&[field]).unwrap_err();
        assert!(refused.detail().contains(field), "{}", refused.detail());
    }
}
