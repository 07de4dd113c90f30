//! Versions as they are stored: pure.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, SourceCodeId, SourceCodeVersionId, TemplateId};
use slipway_api::source_code_versions::{
    Lifecycle, NewSourceCodeVersion, RefKind, SourceCodeVersionChanges, VariableReference, VersionNote, VersionStatus,
    VersionVariable,
};
use slipway_kernel::blobs::{BlobAddress, Owner};
use slipway_kernel::grants::{Scope, Target};
use slipway_tofu::events::Diagnostic;
use slipway_tofu::interface::Interface as ModuleInterface;

use crate::permissions::TEMPLATE_READ;
use crate::templates::Template;
use crate::templates::model::joined;

/// The word for versions in events and in documents.
pub const KIND: &str = "source-code-version";

/// A version as it is stored.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "source_code_versions")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SourceCodeVersionId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Its template.
    pub template_id: TemplateId,
    /// Where its code is from.
    pub source_code_id: SourceCodeId,
    /// What sort of a ref it is made of.
    pub ref_kind: RefKind,
    /// The tag, branch or commit.
    pub ref_name: String,
    /// The module's directory; empty for the top.
    pub directory: String,
    /// The commit that its code is of.
    pub commit_sha: String,
    /// SHA-256 of its snapshot; none while there is none.
    pub digest: Option<String>,
    /// Its snapshot: the directory and the local modules that it refers to, by their paths in the repository.
    pub blob: Option<BlobAddress>,
    /// Size of that in bytes.
    pub size_bytes: Option<i64>,
    /// What its module takes and gives.
    pub interface: Interface,
    /// What is wrong with its module.
    pub diagnostics: Diagnostics,
    /// Whether it can be used.
    pub status: VersionStatus,
    /// How far it is published.
    pub lifecycle: Lifecycle,
    /// Its place among the versions of its template.
    pub position: i64,
    /// What it means for whoever uses the version before.
    pub computed: Computed,
    /// The same in people's words.
    pub breaking_changes: Option<String>,
    /// The commit that its ref is on now, where that is another; empty where the ref is gone.
    pub moved: Option<String>,
    /// What it is.
    pub description: String,
    /// Its labels, each between line ends.
    pub labels: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
    /// Counts changes, from 1.
    pub version: i64,
}

/// A version of a template.
pub type SourceCodeVersion = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What its module takes and gives, at rest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Interface(pub ModuleInterface);

/// What is wrong with its module, at rest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Diagnostics(pub Vec<Diagnostic>);

/// What it means for whoever uses the version before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(rename_all = "kebab-case", default)]
pub struct Computed {
    /// The version before.
    pub with: Option<SourceCodeVersionId>,
    /// What differs.
    pub notes: Vec<VersionNote>,
}

/// How a variable of a version is asked for.
pub mod variables {
    use sea_orm::entity::prelude::*;
    use serde::{Deserialize, Serialize};
    use slipway_api::ids::{OrganizationId, SourceCodeVersionId, TemplateId};
    use slipway_api::source_code_versions::VersionVariable;

    /// One of them.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "source_code_version_variables")]
    pub struct Model {
        /// The version.
        #[sea_orm(primary_key, auto_increment = false)]
        pub source_code_version_id: SourceCodeVersionId,
        /// The variable.
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        /// The organization.
        pub organization_id: OrganizationId,
        /// Its place on the form, from 0.
        pub position: i64,
        /// All that is said of it, but what it refers to.
        pub settings: Settings,
        /// The template whose output it is.
        pub reference_template_id: Option<TemplateId>,
        /// The output.
        pub reference_output: Option<String>,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}

    /// All that is said of a variable, at rest.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
    #[serde(transparent)]
    pub struct Settings(pub VersionVariable);
}

/// How a variable is asked for, as it is stored.
pub type VariableRow = variables::Model;

impl VariableRow {
    /// The rows of settings, in their order. What is referred to is known by `templates`.
    #[must_use]
    pub fn all(
        version: &SourceCodeVersion,
        settings: &[VersionVariable],
        templates: &HashMap<String, TemplateId>,
    ) -> Vec<Self> {
        let row = |(position, settings): (usize, &VersionVariable)| {
            let reference = settings.reference.as_ref();
            Self {
                source_code_version_id: version.id,
                name: settings.name.clone(),
                organization_id: version.organization_id,
                position: i64::try_from(position).unwrap_or(i64::MAX),
                reference_template_id: reference.and_then(|one| templates.get(one.template.as_str()).copied()),
                reference_output: reference.map(|one| one.output.clone()),
                settings: variables::Settings(VersionVariable {
                    reference: None,
                    ..settings.clone()
                }),
            }
        };
        settings.iter().enumerate().map(row).collect()
    }

    /// What was said; templates are named by their keys.
    #[must_use]
    pub fn said(self, keys: &HashMap<TemplateId, slipway_api::templates::TemplateKey>) -> VersionVariable {
        let template = self.reference_template_id.and_then(|id| keys.get(&id).cloned());
        VersionVariable {
            reference: template
                .zip(self.reference_output)
                .map(|(template, output)| VariableReference { template, output }),
            ..self.settings.0
        }
    }
}

/// The code of a version: a snapshot of a commit, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// The commit.
    pub commit: String,
    /// Digest, place and size of the snapshot.
    pub snapshot: Option<(String, BlobAddress, i64)>,
    /// What the module takes and gives.
    pub interface: ModuleInterface,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether it can be used.
    pub status: VersionStatus,
}

/// What people call a version of a ref and a directory.
pub(crate) fn called_as(ref_name: &str, directory: &str) -> String {
    match directory {
        "" => ref_name.to_owned(),
        directory => format!("{ref_name} ({directory})"),
    }
}

impl Model {
    /// A version as it was described, with its code.
    #[must_use]
    pub fn new(
        id: SourceCodeVersionId,
        (template, source_code): (&Template, SourceCodeId),
        wanted: &NewSourceCodeVersion,
        (of, directory): ((RefKind, &str), &str),
        (code, position, now): (Code, i64, Timestamp),
    ) -> Self {
        let blank = Self {
            id,
            organization_id: template.organization_id,
            template_id: template.id,
            source_code_id: source_code,
            ref_kind: of.0,
            ref_name: of.1.to_owned(),
            directory: directory.to_owned(),
            commit_sha: String::new(),
            digest: None,
            blob: None,
            size_bytes: None,
            interface: Interface::default(),
            diagnostics: Diagnostics::default(),
            status: VersionStatus::Failed,
            lifecycle: wanted.lifecycle.unwrap_or_default(),
            position,
            computed: Computed::default(),
            breaking_changes: wanted.breaking_changes.clone(),
            moved: None,
            description: wanted.description.clone(),
            labels: joined(&wanted.labels),
            created_at: now,
            updated_at: now,
            version: 0,
        };
        blank.with_code(code, now)
    }

    /// The next version of the row, with other code; its ref has not moved away from it.
    #[must_use]
    pub fn with_code(mut self, code: Code, now: Timestamp) -> Self {
        let (mut digest, mut blob, mut size) = (None, None, None);
        if let Some((of, at, bytes)) = code.snapshot {
            (digest, blob, size) = (Some(of), Some(at), Some(bytes));
        }
        self.commit_sha = code.commit;
        (self.digest, self.blob, self.size_bytes) = (digest, blob, size);
        self.interface = Interface(code.interface);
        self.diagnostics = Diagnostics(code.diagnostics);
        self.status = code.status;
        self.moved = None;
        self.updated_at = now;
        self.version += 1;
        self
    }

    /// The next version of the row, changed by people; its lifecycle is looked at elsewhere.
    #[must_use]
    pub fn changed(mut self, changes: &SourceCodeVersionChanges, now: Timestamp) -> Self {
        let changes = changes.clone();
        self.lifecycle = changes.lifecycle.unwrap_or(self.lifecycle);
        self.position = changes.position.unwrap_or(self.position);
        self.description = changes.description.unwrap_or(self.description);
        self.breaking_changes = changes.breaking_changes.unwrap_or(self.breaking_changes);
        self.labels = changes.labels.as_deref().map_or(self.labels, joined);
        self.updated_at = now;
        self.version += 1;
        self
    }

    /// Its labels.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.lines().filter(|label| !label.is_empty())
    }

    /// What people call it: `v1.2.0 (modules/network)`.
    #[must_use]
    pub fn called(&self) -> String {
        called_as(&self.ref_name, &self.directory)
    }

    /// The commit that its ref is on now, as far as is known; none when the ref is gone.
    #[must_use]
    pub fn ref_commit(&self) -> Option<&str> {
        match self.moved.as_deref() {
            None => Some(&self.commit_sha),
            Some("") => None,
            Some(moved) => Some(moved),
        }
    }

    /// What keeps its snapshot alive.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner::new(KIND, self.id)
    }

    /// What authorization asks about it: the same as about its template.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: KIND,
            name: self.id.to_string().into(),
            scope: Scope::organization(self.organization_id).object(self.template_id),
            read: TEMPLATE_READ,
        }
    }
}
