//! The membership as a row: pure.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{MembershipId, OrganizationId, RoleId, TeamId, UserId};
use slipway_api::organization_memberships::MembershipStatus;
use slipway_kernel::{Error, Result};

/// A membership.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "memberships")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MembershipId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The member; none while invited.
    pub user_id: Option<UserId>,
    /// The address that was invited.
    pub email: Option<String>,
    /// Whether the invitation was accepted.
    pub status: Status,
    /// The role that accepting gives at the organization.
    pub role_id: Option<RoleId>,
    /// The teams that accepting adds to.
    pub teams: Teams,
    /// Who invited.
    pub invited_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A membership.
pub type Membership = Model;

/// Nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Whether somebody has accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum Status {
    /// Asked to join.
    #[sea_orm(string_value = "invited")]
    Invited,
    /// A member.
    #[sea_orm(string_value = "active")]
    Active,
}

impl From<Status> for MembershipStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Invited => Self::Invited,
            Status::Active => Self::Active,
        }
    }
}

/// Ids of teams.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Teams(pub Vec<TeamId>);

impl Model {
    /// The membership, accepted by `user`.
    ///
    /// # Errors
    ///
    /// `Conflict` when it is no invitation any more.
    pub fn accepted(&self, user: UserId) -> Result<Self> {
        if self.status != Status::Invited {
            return Err(Error::conflict("This invitation was accepted already."));
        }
        Ok(Self {
            user_id: Some(user),
            status: Status::Active,
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use slipway_api::Code;

    use super::*;

    #[test]
    fn an_invitation_is_accepted_once() {
        let now = Timestamp::from_unix_ms(1_763_680_000_000);
        let user = UserId::from_parts(now.unix_ms(), 2);
        let invited = Membership {
            id: MembershipId::from_parts(now.unix_ms(), 1),
            organization_id: OrganizationId::from_parts(now.unix_ms(), 1),
            user_id: None,
            email: Some("bob@example.org".to_owned()),
            status: Status::Invited,
            role_id: None,
            teams: Teams::default(),
            invited_by: None,
            created_at: now,
        };
        let accepted = invited.accepted(user).unwrap();
        assert_eq!((accepted.user_id, accepted.status), (Some(user), Status::Active));
        assert_eq!(accepted.accepted(user).unwrap_err().code(), Code::Conflict);
    }
}
