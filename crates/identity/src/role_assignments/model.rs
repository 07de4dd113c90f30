//! The assignment as a row.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, RoleAssignmentId, RoleId};

/// Who holds which role where.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "role_assignments")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleAssignmentId,
    /// The organization that the scope is or stands in; none for the site.
    pub organization_id: Option<OrganizationId>,
    /// The holder: the id of a user (later also of a team).
    pub subject: String,
    /// The role.
    pub role_id: RoleId,
    /// Where it holds: `site`, or the id of an organization, project or object.
    pub scope: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Who holds which role where.
pub type RoleAssignment = Model;

/// The grants that follow point back by the assignment's id; nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
