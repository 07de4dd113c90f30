//! Source codes as they are stored: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::{OrganizationId, RepositoryId, SourceCodeId};
use slipway_api::source_codes::{NewSourceCode, SourceCodeChanges};
use slipway_api::{Name, Timestamp};
use slipway_kernel::Result;
use slipway_kernel::directory::Object;
use slipway_kernel::grants::{Scope, Target};

use crate::permissions::SOURCE_CODE_READ;
use crate::templates::model::joined;
use crate::templates::specification::{Problems, check_description, check_labels};

/// The word for source codes in the directory, in events and in documents.
pub const KIND: &str = "source-code";

/// A source code as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source_codes")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SourceCodeId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Unique in the organization.
    pub name: Name,
    /// The repository that it is.
    pub repository_id: RepositoryId,
    /// What it is for.
    pub description: String,
    /// Its labels, each between line ends, so that one can be searched for.
    pub labels: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
    /// Counts changes, from 1.
    pub version: i64,
}

/// A source code.
pub type SourceCode = Model;

/// None; what is of a repository is asked of its own slice.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// A source code as it was described, of a repository that is there.
    #[must_use]
    pub fn new(
        id: SourceCodeId,
        (organization, repository): (OrganizationId, RepositoryId),
        name: Name,
        wanted: &NewSourceCode,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            organization_id: organization,
            name,
            repository_id: repository,
            description: wanted.description.clone(),
            labels: joined(&wanted.labels),
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// The next version of it; what is absent stays.
    #[must_use]
    pub fn changed(&self, changes: &SourceCodeChanges, now: Timestamp) -> Self {
        let kept = self.clone();
        Self {
            name: changes.name.clone().unwrap_or(kept.name),
            description: changes.description.clone().unwrap_or(kept.description),
            labels: changes.labels.as_deref().map_or(kept.labels, joined),
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// Its labels.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.lines().filter(|label| !label.is_empty())
    }

    /// What authorization asks about it.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: KIND,
            name: self.id.to_string().into(),
            scope: Scope::organization(self.organization_id).object(self.id),
            read: SOURCE_CODE_READ,
        }
    }

    /// It as the directory shows it.
    #[must_use]
    pub fn object(&self) -> Object {
        let labels: Vec<&str> = self.labels().collect();
        Object {
            id: self.id.to_string(),
            kind: KIND,
            organization: Some(self.organization_id),
            project: None,
            name: self.name.to_string(),
            status: String::new(),
            labels: labels.join(" "),
        }
    }
}

/// Refuses what cannot be said about a source code. `base` is the pointer to the description.
///
/// # Errors
///
/// `Invalid`, with every field at fault.
pub fn check(description: &str, labels: &[String], base: &str) -> Result<()> {
    let mut problems = Problems::at(base);
    check_description(&mut problems, description);
    check_labels(&mut problems, labels);
    problems.none()
}

/// What a source code of a repository is called when nobody says so: the repository's last name, as far as names have it.
#[must_use]
pub fn name_of(full_name: &str) -> Option<Name> {
    let last = full_name.rsplit('/').next().unwrap_or_default();
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let text: String = last
        .chars()
        .map(|letter| if allowed(letter) { letter } else { '-' })
        .take(90)
        .collect();
    text.trim_matches(['-', '_']).parse().ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("platform/modules", Some("modules"))]
    #[case("a/b/terraform.aws vpc", Some("terraform-aws-vpc"))]
    #[case(".github", Some("github"))]
    #[case("a/…", None)]
    fn a_name_is_made_of_the_repositorys(#[case] full_name: &str, #[case] name: Option<&str>) {
        assert_eq!(name_of(full_name).as_ref().map(Name::as_str), name);
    }
}
