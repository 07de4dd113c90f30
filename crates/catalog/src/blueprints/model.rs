//! Blueprints as they are stored: pure.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::blueprints::{
    BlueprintChanges, BlueprintConstant, BlueprintExternal, BlueprintPart, BlueprintWire, NewBlueprint,
};
use slipway_api::ids::{BlueprintId, OrganizationId};
use slipway_api::{Name, Timestamp};
use slipway_kernel::grants::{Scope, Target};

use crate::permissions::BLUEPRINT_READ;
use crate::templates::model::joined;

/// The word for blueprints in the directory, in events and in documents.
pub const KIND: &str = "blueprint";

/// A blueprint as it is stored.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "blueprints")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BlueprintId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Unique in the organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// Its labels, each between line ends, so that one can be searched for.
    pub labels: String,
    /// What it is made of.
    pub content: Content,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
    /// Counts changes, from 1.
    pub version: i64,
}

/// A blueprint as it is stored.
pub type Blueprint = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What a blueprint is made of, at rest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(default, rename_all = "kebab-case")]
pub struct Content {
    /// What is asked when it is used.
    pub constants: Vec<BlueprintConstant>,
    /// Resources that are chosen when it is used.
    pub externals: Vec<BlueprintExternal>,
    /// Resources that are made.
    pub parts: Vec<BlueprintPart>,
    /// Where values of the parts come from.
    pub wires: Vec<BlueprintWire>,
}

impl Model {
    /// A blueprint as it was described.
    #[must_use]
    pub fn new(id: BlueprintId, organization: OrganizationId, wanted: &NewBlueprint, now: Timestamp) -> Self {
        let blank = Self {
            id,
            organization_id: organization,
            name: wanted.name.clone(),
            description: String::new(),
            labels: String::new(),
            content: Content::default(),
            created_at: now,
            updated_at: now,
            version: 0,
        };
        blank.described_as(wanted, now)
    }

    /// The next version of it, as it was described.
    #[must_use]
    pub fn described_as(self, wanted: &NewBlueprint, now: Timestamp) -> Self {
        let wanted = wanted.clone();
        Self {
            name: wanted.name,
            description: wanted.description,
            labels: joined(&wanted.labels),
            content: Content {
                constants: wanted.constants,
                externals: wanted.externals,
                parts: wanted.parts,
                wires: wanted.wires,
            },
            updated_at: now,
            version: self.version + 1,
            ..self
        }
    }

    /// It as somebody would describe it.
    #[must_use]
    pub fn described(&self) -> NewBlueprint {
        let content = self.content.clone();
        NewBlueprint {
            name: self.name.clone(),
            description: self.description.clone(),
            labels: self.labels().map(str::to_owned).collect(),
            constants: content.constants,
            externals: content.externals,
            parts: content.parts,
            wires: content.wires,
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
            read: BLUEPRINT_READ,
        }
    }
}

/// The description with changes.
#[must_use]
pub fn changed(before: NewBlueprint, changes: BlueprintChanges) -> NewBlueprint {
    NewBlueprint {
        name: changes.name.unwrap_or(before.name),
        description: changes.description.unwrap_or(before.description),
        labels: changes.labels.unwrap_or(before.labels),
        constants: changes.constants.unwrap_or(before.constants),
        externals: changes.externals.unwrap_or(before.externals),
        parts: changes.parts.unwrap_or(before.parts),
        wires: changes.wires.unwrap_or(before.wires),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_described_reads_back_as_it_was_and_changes_where_it_is_said() {
        let wanted: NewBlueprint = serde_json::from_value(json!({
            "name": "shop", "description": "All of a shop.", "labels": ["tier=shop"],
            "constants": [{"name": "zone", "default": "a"}],
            "externals": [{"name": "account", "template": "account"}],
            "parts": [{"name": "net", "template": "network", "stands-on": ["account"], "values": {"size": 3}}],
            "wires": [{"from": {"constant": "zone"}, "to": {"part": "net", "variable": "zone"}}],
        }))
        .unwrap();
        let now = Timestamp::from_unix_ms(1_763_680_000_000);
        let (id, organization) = (BlueprintId::from_parts(0, 1), OrganizationId::from_parts(0, 2));
        let made = Blueprint::new(id, organization, &wanted, now);
        assert_eq!((made.version, made.described()), (1, wanted.clone()));
        let changes = BlueprintChanges {
            wires: Some(Vec::new()),
            ..BlueprintChanges::default()
        };
        let after = changed(wanted.clone(), changes);
        assert!(after.wires.is_empty());
        assert_eq!(after.parts, wanted.parts);
    }
}
