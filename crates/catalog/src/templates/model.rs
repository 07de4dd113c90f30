//! Templates as they are stored: pure.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, TemplateId};
use slipway_api::templates::{
    AllowedIntegration, NewTemplate, ServiceOffering, TemplateKey, TemplateParent, TemplateSecret, TemplateStatus,
};
use slipway_api::workspaces::EngineKind;
use slipway_kernel::grants::{Scope, Target};

use super::hierarchy::{Edge, Need};
use crate::permissions::TEMPLATE_READ;

/// The word for templates in the directory, in events and in documents.
pub const KIND: &str = "template";

/// A template as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "templates")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TemplateId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Unique in the organization; it never changes.
    pub key: TemplateKey,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// How to use it, in Markdown.
    pub documentation: String,
    /// Whether it has no code.
    pub is_abstract: bool,
    /// Whether it can be ordered.
    pub status: TemplateStatus,
    /// How its resources are called.
    pub naming: Option<String>,
    /// Its labels, each between line ends, so that one can be searched for.
    pub labels: String,
    /// What is never searched for.
    pub details: Details,
    /// Which program runs its code.
    pub engine: EngineKind,
    /// Version constraint on the engine; empty for the server's default.
    pub engine_version: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
    /// Counts changes, from 1.
    pub version: i64,
}

/// A template as it is stored.
pub type Template = Model;

/// None; what stands on what is asked for by its own queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// The part of a template that is never searched for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(default, rename_all = "kebab-case")]
pub struct Details {
    /// Which kinds of integrations its resources are given.
    pub allowed_integrations: Vec<AllowedIntegration>,
    /// Kinds of integrations that carry one resource each.
    pub one_per_integration: Vec<String>,
    /// Settings that have to come from above.
    pub required_settings: Vec<String>,
    /// What runs need and nobody may see.
    pub secrets: Vec<TemplateSecret>,
    /// What apps are given.
    pub service: Option<ServiceOffering>,
}

/// Rows of what stands on what.
pub mod links {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::{OrganizationId, TemplateId};

    /// A template that stands on another.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "template_parents")]
    pub struct Model {
        /// What stands on the other.
        #[sea_orm(primary_key, auto_increment = false)]
        pub template_id: TemplateId,
        /// What the other stands on.
        #[sea_orm(primary_key, auto_increment = false)]
        pub parent_id: TemplateId,
        /// The organization of both.
        pub organization_id: OrganizationId,
        /// Its place among the parents, from 0.
        pub position: i64,
        /// How many at least.
        pub minimum: i64,
        /// How many at most; none for any number.
        pub maximum: Option<i64>,
        /// The word of the alternatives that it is one of.
        pub alternative: Option<String>,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A template that stands on another.
pub type Link = links::Model;

impl Link {
    /// The link of a template to the parent at `position` of what somebody described.
    #[must_use]
    pub fn new(template: &Template, parent: TemplateId, position: usize, wanted: &TemplateParent) -> Self {
        Self {
            template_id: template.id,
            parent_id: parent,
            organization_id: template.organization_id,
            position: i64::try_from(position).unwrap_or(i64::MAX),
            minimum: i64::from(wanted.minimum),
            maximum: wanted.maximum.map(i64::from),
            alternative: wanted.group.clone(),
        }
    }

    /// Who stands on whom.
    #[must_use]
    pub fn edge(&self) -> Edge {
        Edge {
            child: self.template_id,
            parent: self.parent_id,
        }
    }

    /// What a resource needs of the parent.
    #[must_use]
    pub fn need(&self) -> Need {
        Need {
            parent: self.parent_id,
            minimum: u32::try_from(self.minimum).unwrap_or(u32::MAX),
            maximum: self.maximum.map(|maximum| u32::try_from(maximum).unwrap_or(u32::MAX)),
            group: self.alternative.clone(),
        }
    }

    /// The same as somebody describes it, the parent by its key.
    #[must_use]
    pub fn described(&self, parent: TemplateKey) -> TemplateParent {
        let need = self.need();
        TemplateParent {
            template: parent,
            minimum: need.minimum,
            maximum: need.maximum,
            group: need.group,
        }
    }
}

impl Model {
    /// A template as it was described, its parents left out.
    #[must_use]
    pub fn new(id: TemplateId, organization: OrganizationId, wanted: &NewTemplate, now: Timestamp) -> Self {
        let blank = Self {
            id,
            organization_id: organization,
            key: wanted.key.clone(),
            name: String::new(),
            description: String::new(),
            documentation: String::new(),
            is_abstract: false,
            status: TemplateStatus::Enabled,
            naming: None,
            labels: String::new(),
            details: Details::default(),
            engine: EngineKind::default(),
            engine_version: String::new(),
            created_at: now,
            updated_at: now,
            version: 0,
        };
        blank.described_as(wanted, now)
    }

    /// The next version of it, as it was described; its key stays.
    #[must_use]
    pub fn described_as(mut self, wanted: &NewTemplate, now: Timestamp) -> Self {
        let wanted = wanted.clone();
        self.name = wanted.name;
        self.description = wanted.description;
        self.documentation = wanted.documentation;
        self.is_abstract = wanted.is_abstract;
        self.status = wanted.status;
        self.naming = wanted.naming;
        self.labels = joined(&wanted.labels);
        self.details = Details {
            allowed_integrations: wanted.allowed_integrations,
            one_per_integration: wanted.one_per_integration,
            required_settings: wanted.required_settings,
            secrets: wanted.secrets,
            service: wanted.service,
        };
        self.engine = wanted.engine;
        self.engine_version = wanted.engine_version;
        self.updated_at = now;
        self.version += 1;
        self
    }

    /// It as somebody would describe it.
    #[must_use]
    pub fn described(&self, parents: Vec<TemplateParent>) -> NewTemplate {
        let details = self.details.clone();
        NewTemplate {
            key: self.key.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            documentation: self.documentation.clone(),
            is_abstract: self.is_abstract,
            status: self.status,
            parents,
            allowed_integrations: details.allowed_integrations,
            one_per_integration: details.one_per_integration,
            required_settings: details.required_settings,
            naming: self.naming.clone(),
            labels: self.labels().map(str::to_owned).collect(),
            secrets: details.secrets,
            service: details.service,
            engine: self.engine,
            engine_version: self.engine_version.clone(),
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
            read: TEMPLATE_READ,
        }
    }
}

/// Each label between line ends, which no label has in it.
pub(crate) fn joined(labels: &[String]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    format!("\n{}\n", labels.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_described_reads_back_as_it_was() {
        let wanted: NewTemplate = serde_json::from_value(serde_json::json!({
            "key": "postgres", "name": "PostgreSQL", "description": "A database.", "documentation": "# How\n",
            "status": "disabled", "naming": "{project}-db", "labels": ["tier=data", "sql"],
            "allowed-integrations": [{"kind": "aws", "required": true}], "one-per-integration": ["aws"],
            "required-settings": ["region"], "engine": "terraform", "engine-version": "~> 1.5",
            "secrets": [{"name": "password", "source": {"kind": "given"}},
                {"name": "TOKEN", "is-environment": true,
                 "source": {"kind": "variable-set", "variable-set": "shared", "key": "token"}}],
            "service": {"outputs": [{"output": "url", "variable": "DATABASE_URL"}]},
        }))
        .unwrap();
        let now = Timestamp::from_unix_ms(1_763_680_000_000);
        let (id, organization) = (TemplateId::from_parts(0, 1), OrganizationId::from_parts(0, 2));
        let made = Template::new(id, organization, &wanted, now);
        assert_eq!(made.version, 1);
        assert_eq!(made.described(Vec::new()), wanted);
        assert_eq!(made.labels, "\ntier=data\nsql\n");
    }
}
