//! Organization memberships: who belongs to an organization, and who was invited to.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;
use crate::users::Link;
use crate::{Name, Timestamp};

/// Whether somebody has accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MembershipStatus {
    /// Asked to join, by a link.
    Invited,
    /// A member.
    Active,
}

/// A membership. No `Debug`: it may hold the link of an invitation.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct OrganizationMembership {
    /// Whether the invitation was accepted.
    pub status: MembershipStatus,
    /// The address that was invited, or the member's.
    pub email: Option<String>,
    /// The member's name; none while invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<Name>,
    /// The role that the member gets in the organization by accepting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Name>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The invitation's link: only in the answer to the request that made it, and only when it was not sent by mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Link>,
}

impl Attributes for OrganizationMembership {
    const TYPE: &'static str = "organization-memberships";
}

/// An invitation. Its relationship `teams` names the teams that the member joins by accepting.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewOrganizationMembership {
    /// Whom to invite.
    pub email: String,
    /// The role that the member gets in the organization by accepting; the caller must have all that it allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Name>,
}

impl Attributes for NewOrganizationMembership {
    const TYPE: &'static str = OrganizationMembership::TYPE;
}
