//! The role as a row: pure.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::ids::{OrganizationId, RoleId};
use slipway_api::roles::{NewRole, RoleChanges};
use slipway_api::{Name, Timestamp};
use slipway_kernel::{Error, Result};

use super::built_in;
use super::tree::PermissionTree;

/// A named set of permissions.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "roles")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleId,
    /// The organization whose role it is; none for those that come with Slipway.
    pub organization_id: Option<OrganizationId>,
    /// Its name, unique among the roles of its organization and the built-in ones.
    pub name: Name,
    /// What holders can do, in a sentence.
    pub description: String,
    /// Nodes of the permission tree.
    pub permissions: Nodes,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A named set of permissions.
pub type Role = Model;

/// Nodes of the permission tree; each covers what is below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Nodes(pub Vec<String>);

/// Assignments point here; nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// A new role of an organization.
    ///
    /// # Errors
    ///
    /// `AlreadyExists` for the name of a built-in role; `Invalid` for a permission that is not in the tree.
    pub fn new(
        id: RoleId,
        organization: OrganizationId,
        wanted: NewRole,
        tree: &PermissionTree,
        now: Timestamp,
    ) -> Result<Self> {
        Ok(Self {
            id,
            organization_id: Some(organization),
            name: acceptable_name(wanted.name)?,
            description: acceptable_description(wanted.description)?,
            permissions: acceptable(wanted.permissions, tree)?,
            version: 1,
            created_at: now,
        })
    }

    /// The role with `changes`, one version further.
    ///
    /// # Errors
    ///
    /// `Conflict` for one that came with Slipway; otherwise as for [`Self::new`].
    pub fn changed(&self, changes: RoleChanges, tree: &PermissionTree) -> Result<Self> {
        self.require_own()?;
        let permissions = changes.permissions.map(|nodes| acceptable(nodes, tree)).transpose()?;
        let description = changes.description.map(acceptable_description).transpose()?;
        Ok(Self {
            name: match changes.name {
                Some(name) => acceptable_name(name)?,
                None => self.name.clone(),
            },
            description: description.unwrap_or_else(|| self.description.clone()),
            permissions: permissions.unwrap_or_else(|| self.permissions.clone()),
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// Whether it came with Slipway.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        self.organization_id.is_none()
    }

    /// Refuses to touch a role that came with Slipway.
    ///
    /// # Errors
    ///
    /// `Conflict`.
    pub fn require_own(&self) -> Result<()> {
        if self.is_built_in() {
            return Err(Error::conflict(format!(
                "The role \"{}\" came with Slipway and cannot be changed or deleted; make one of your own with the \
                 permissions you need.",
                self.name
            )));
        }
        Ok(())
    }
}

fn acceptable_name(name: Name) -> Result<Name> {
    if built_in::all().any(|role| role.name == name.as_str()) {
        return Err(Error::already_exists("role", &name));
    }
    Ok(name)
}

fn acceptable_description(description: String) -> Result<String> {
    if description.len() <= 4_096 {
        return Ok(description);
    }
    Err(Error::invalid(
        "/data/attributes/description",
        "A description has at most 4096 bytes.",
    ))
}

fn acceptable(mut permissions: Vec<String>, tree: &PermissionTree) -> Result<Nodes> {
    if permissions.is_empty() {
        return Err(Error::invalid(
            "/data/attributes/permissions",
            "A role has at least one permission.",
        ));
    }
    for (index, node) in permissions.iter().enumerate() {
        if tree.node(node).is_none() {
            return Err(Error::invalid(
                &format!("/data/attributes/permissions/{index}"),
                format!("There is no permission \"{node}\"; `GET /api/v2/permissions` lists them."),
            ));
        }
    }
    permissions.sort();
    permissions.dedup();
    Ok(Nodes(permissions))
}

#[cfg(test)]
mod tests {
    use slipway_api::Code;
    use slipway_kernel::grants::Permission;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

    fn tree() -> PermissionTree {
        PermissionTree::new(vec![
            (Permission::new("workspace.run.plan"), "Plan."),
            (Permission::new("workspace.run.apply"), "Apply."),
        ])
    }

    fn new(name: &str, permissions: &[&str]) -> Result<Role> {
        let wanted = NewRole {
            name: name.parse().unwrap(),
            description: String::new(),
            permissions: permissions.iter().map(|&node| node.to_owned()).collect(),
        };
        let organization = OrganizationId::from_parts(NOW.unix_ms(), 1);
        Role::new(RoleId::from_parts(NOW.unix_ms(), 1), organization, wanted, &tree(), NOW)
    }

    #[test]
    fn nodes_of_the_tree_are_accepted_once_each() {
        let role = new("deployer", &["workspace.run.plan", "workspace.run", "workspace.run"]).unwrap();
        assert_eq!(role.permissions.0, ["workspace.run", "workspace.run.plan"]);
    }

    #[test]
    fn what_is_not_in_the_tree_is_refused_with_its_place() {
        let error = new("deployer", &["workspace", "workspace.ru"]).unwrap_err();
        assert_eq!(
            error.fields()[0].source.pointer.as_deref(),
            Some("/data/attributes/permissions/1")
        );
        assert_eq!(new("deployer", &[]).unwrap_err().code(), Code::Invalid);
    }

    #[test]
    fn a_built_in_name_is_taken() {
        assert_eq!(new("owner", &["workspace"]).unwrap_err().code(), Code::AlreadyExists);
    }
}
