//! Inviting somebody, and doing it again.

use serde_json::json;
use slipway_api::ids::{MembershipId, TeamId};
use slipway_api::organization_memberships::NewOrganizationMembership;
use slipway_api::{Code, Name};
use slipway_kernel::grants::Scope;
use slipway_kernel::mail::{self, Mail};
use slipway_kernel::{Actor, Ctx, Error, Result, Tx, events};

use super::{Named, event, get_visible, one};
use crate::links::service::{About, NewlyMade};
use crate::links::{self, LinkKind};
use crate::memberships::model::{Membership, Status, Teams};
use crate::memberships::store;
use crate::organizations::{self, Organization, acceptable_email};
use crate::permissions::{ACCESS_MANAGE, MEMBERS_MANAGE, TEAMS_MANAGE};
use crate::roles::{PermissionTree, Role};
use crate::{role_assignments, roles, teams};

/// Invites somebody to an organization that the caller sees.
///
/// # Errors
///
/// `Forbidden` when the caller may not manage access there, or lacks himself a permission of the role; `AlreadyExists`
/// when the address was invited already; `Invalid`.
pub async fn invite(
    ctx: &Ctx,
    tree: &PermissionTree,
    organization: &Organization,
    wanted: NewOrganizationMembership,
    teams: Vec<TeamId>,
) -> Result<(Named, NewlyMade)> {
    organizations::service::require(ctx, MEMBERS_MANAGE, organization).await?;
    let email = acceptable_email(Some(wanted.email))?
        .ok_or_else(|| Error::invalid("/data/attributes/email", "Give the mail address of whom to invite."))?;
    let role = match &wanted.role {
        Some(name) => Some(role(ctx, organization, name).await?),
        None => None,
    };
    if let Some(role) = &role {
        organizations::service::require(ctx, ACCESS_MANAGE, organization).await?;
        let scope = Scope::organization(organization.id);
        role_assignments::service::require_covered(ctx, tree, role, &scope).await?;
    }
    for team in &teams {
        require_team(ctx, tree, organization, *team).await?;
    }
    if store::is_invited(ctx.db.reader(), organization.id, &email).await? {
        let detail = format!("{email} was invited already. Withdraw that invitation, or send it again.");
        return Err(Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/email"));
    }
    let membership = Membership {
        id: ctx.new_id()?,
        organization_id: organization.id,
        user_id: None,
        email: Some(email),
        status: Status::Invited,
        role_id: role.as_ref().map(|role| role.id),
        teams: Teams(teams),
        invited_by: match ctx.actor() {
            Actor::User { id, .. } => Some(*id),
            _ => None,
        },
        created_at: ctx.now(),
    };
    let mut tx = ctx.begin().await?;
    organizations::service::hold(&tx, organization.id).await?;
    store::insert(&tx, &membership).await?;
    let changes = json!({"email": membership.email, "role": wanted.role});
    let invited = event("organization-membership.invited", &membership, changes);
    events::record(&mut tx, ctx, invited).await?;
    let made = link(&mut tx, ctx, &membership, &organization.name).await?;
    tx.commit().await?;
    Ok((one(ctx, membership).await?, made))
}

/// Makes another link to an invitation; the one before is void.
///
/// # Errors
///
/// `NotFound`; `Forbidden` when the caller may not manage access there; `Conflict` when it was accepted.
pub async fn again(ctx: &Ctx, id: MembershipId) -> Result<(Named, NewlyMade)> {
    let named = get_visible(ctx, id).await?;
    let membership = &named.membership;
    let organization = organizations::service::by_id(ctx, membership.organization_id).await?;
    organizations::service::require(ctx, MEMBERS_MANAGE, &organization).await?;
    if membership.status != Status::Invited {
        return Err(Error::conflict("This invitation was accepted already."));
    }
    let mut tx = ctx.begin().await?;
    links::store::delete_of_membership(&tx, id).await?;
    let made = link(&mut tx, ctx, membership, &organization.name).await?;
    let sent = event("organization-membership.invited-again", membership, json!({}));
    events::record(&mut tx, ctx, sent).await?;
    tx.commit().await?;
    Ok((named, made))
}

/// A link to the invitation, sent where mails are sent.
async fn link(tx: &mut Tx, ctx: &Ctx, membership: &Membership, organization: &Name) -> Result<NewlyMade> {
    let sent_to = membership.email.clone().filter(|_| mail::is_configured(&ctx.settings));
    let about = About {
        membership: Some(membership.id),
        sent_to: sent_to.clone(),
        ..About::default()
    };
    let made = links::service::add(tx, ctx, LinkKind::Invitation, about).await?;
    if let Some(to) = sent_to {
        let mail = Mail {
            to,
            subject: format!("Join {organization} on Slipway"),
            text: format!(
                "{} invites you to the organization {organization} on Slipway. To join, open this address within a \
                 week:\n\n{}\n",
                ctx.actor().name(),
                made.url
            ),
        };
        mail::send(tx, ctx, &mail).await?;
    }
    Ok(made)
}

/// Refuses to invite into a team that is not there, or that has what the inviter lacks.
async fn require_team(ctx: &Ctx, tree: &PermissionTree, organization: &Organization, id: TeamId) -> Result<()> {
    let team = teams::store::by_id(ctx.db.reader(), id).await?;
    if team.is_none_or(|team| team.organization_id != organization.id) {
        return Err(Error::invalid(
            "/data/relationships/teams",
            format!("There is no team \"{id}\" in this organization."),
        ));
    }
    organizations::service::require(ctx, TEAMS_MANAGE, organization).await?;
    role_assignments::service::require_all_covered(ctx, tree, &id.to_string()).await
}

async fn role(ctx: &Ctx, organization: &Organization, name: &Name) -> Result<Role> {
    let role = roles::store::by_name(ctx.db.reader(), organization.id, name).await?;
    role.ok_or_else(|| {
        Error::invalid(
            "/data/attributes/role",
            format!("There is no role \"{name}\" in this organization."),
        )
    })
}
