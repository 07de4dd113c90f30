//! Explaining access.

use std::collections::HashMap;

use slipway_api::Name;
use slipway_api::access_explanations::{AccessChain, AccessExplanation};
use slipway_api::ids::{TeamId, UserId};
use slipway_kernel::grants::{Permission, SITE, Scope};
use slipway_kernel::{Ctx, Error, Result};

use crate::callers::require_somebody;
use crate::organizations::Organization;
use crate::permissions::ACCESS_READ;
use crate::role_assignments::service as assignments;
use crate::role_assignments::{RoleAssignment, store};
use crate::roles::{self, PermissionTree, Role};
use crate::teams::{self, Team};
use crate::{service_accounts, users};

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Who: the id or name of a user, or the id of a team; the caller when absent.
    pub subject: Option<String>,
    /// What; everything that is allowed when absent.
    pub permission: Option<String>,
    /// Where: the id of a project or object; the organization when absent.
    pub scope: Option<String>,
}

/// Somebody whose access is explained.
struct Subject {
    id: String,
    name: String,
    teams: Vec<Team>,
    is_caller: bool,
}

/// Where it is explained, and its name on the wire.
struct Place {
    scope: Scope,
    text: String,
}

/// Explains one permission, or everything that is allowed. Everybody may ask about himself, and about others who sees who
/// may do what there.
///
/// # Errors
///
/// `NotFound` for a subject that is not there or may not be seen; `Invalid` for a permission or scope that is not there;
/// `Forbidden` for asking about others.
pub async fn explain(
    ctx: &Ctx,
    tree: &PermissionTree,
    organization: &Organization,
    question: &Question,
) -> Result<Vec<AccessExplanation>> {
    require_somebody(ctx)?;
    let place = place(ctx, organization, question.scope.as_deref()).await?;
    let subject = subject(ctx, organization, &place, question.subject.as_deref()).await?;
    let asked: Vec<Permission> = match &question.permission {
        Some(text) => vec![permission(tree, text)?],
        None => tree.leaves().map(|(leaf, _)| leaf).collect(),
    };
    let held = held(ctx, &subject, &place.scope).await?;
    let names = scope_names(ctx, organization, &held).await?;
    let mut explanations = Vec::new();
    for permission in asked {
        let chains = chains(&subject, organization, &held, &names, permission);
        if question.permission.is_some() || !chains.is_empty() {
            explanations.push(explanation(ctx, &subject, &place, permission, chains));
        }
    }
    Ok(explanations)
}

fn explanation(
    ctx: &Ctx,
    subject: &Subject,
    place: &Place,
    permission: Permission,
    chains: Vec<AccessChain>,
) -> AccessExplanation {
    let limits = subject
        .is_caller
        .then(|| ctx.limits())
        .filter(|limits| !limits.are_none());
    let is_within = limits.map(|limits| limits.allow(permission, &place.scope));
    AccessExplanation {
        subject: subject.id.clone(),
        subject_name: subject.name.clone(),
        permission: permission.as_str().to_owned(),
        scope: place.text.clone(),
        is_allowed: !chains.is_empty() && is_within != Some(false),
        chains,
        token_scopes: limits.map(slipway_kernel::grants::Limits::texts),
        is_within_token_scopes: is_within,
    }
}

fn permission(tree: &PermissionTree, text: &str) -> Result<Permission> {
    tree.node(text).ok_or_else(|| {
        Error::malformed_parameter(
            "permission",
            format!("There is no permission \"{text}\"; `GET /api/v2/permissions` lists them."),
        )
    })
}

async fn place(ctx: &Ctx, organization: &Organization, text: Option<&str>) -> Result<Place> {
    let Some(text) = text else {
        return Ok(Place {
            scope: Scope::organization(organization.id),
            text: organization.name.to_string(),
        });
    };
    let found = assignments::scope_of(ctx, organization, text).await;
    let scope = found.map_err(|_| {
        Error::malformed_parameter(
            "scope",
            format!("There is no \"{text}\" in this organization. Give the id of a project, workspace or runner pool."),
        )
    })?;
    Ok(Place {
        scope,
        text: text.to_owned(),
    })
}

/// The subject, if the caller is it or may see who may do what at the place.
async fn subject(ctx: &Ctx, organization: &Organization, place: &Place, text: Option<&str>) -> Result<Subject> {
    let own = ctx.actor().id();
    let text = match text.or(own.as_deref()) {
        Some(text) => text.to_owned(),
        None => return Err(Error::malformed_parameter("subject", "Say whose access to explain.")),
    };
    let found = find(ctx, organization, &text).await?;
    let missing = || Error::not_found("user or team", &text);
    let is_caller = found.as_ref().is_some_and(|found| Some(&found.id) == own.as_ref());
    if !is_caller && !ctx.granted().await?.allows(ACCESS_READ, &place.scope) {
        return Err(Error::forbidden(ACCESS_READ.as_str()));
    }
    let found = found.ok_or_else(missing)?;
    if !is_caller && !belongs(ctx, organization, &found).await? {
        return Err(missing());
    }
    Ok(Subject { is_caller, ..found })
}

async fn find(ctx: &Ctx, organization: &Organization, text: &str) -> Result<Option<Subject>> {
    let reader = ctx.db.reader();
    if let Ok(id) = text.parse::<TeamId>() {
        let team = teams::store::by_id(reader, id).await?;
        let team = team.filter(|team| team.organization_id == organization.id);
        return Ok(team.map(|team| Subject {
            id: team.id.to_string(),
            name: team.name.to_string(),
            teams: Vec::new(),
            is_caller: false,
        }));
    }
    if text == organization.id.to_string() {
        return Ok(Some(Subject {
            id: organization.id.to_string(),
            name: organization.name.to_string(),
            teams: Vec::new(),
            is_caller: false,
        }));
    }
    let user = match (text.parse::<UserId>(), text.parse::<Name>()) {
        (Ok(id), _) => users::store::by_id(reader, id).await?,
        (_, Ok(name)) => match users::store::by_name(reader, &name).await? {
            Some(user) => Some(user),
            None => service_accounts::store::user_by_name(reader, organization.id, &name).await?,
        },
        _ => None,
    };
    let Some(user) = user else {
        return Ok(None);
    };
    let ids = teams::store::of_user(reader, user.id).await?;
    let teams = teams::store::by_ids(reader, &ids).await?;
    Ok(Some(Subject {
        id: user.id.to_string(),
        name: user.username.to_string(),
        teams,
        is_caller: false,
    }))
}

/// Whether the subject has anything to do with the organization: whoever has not is nobody here.
async fn belongs(ctx: &Ctx, organization: &Organization, subject: &Subject) -> Result<bool> {
    let subjects = subjects(subject);
    if subject.id.parse::<UserId>().is_err() || store::any_within(ctx.db.reader(), &subjects, organization.id).await? {
        return Ok(true);
    }
    Ok(subject.teams.iter().any(|team| team.organization_id == organization.id)
        || !store::of_subjects_at(ctx.db.reader(), &subjects, &[SITE.to_owned()])
            .await?
            .is_empty())
}

fn subjects(subject: &Subject) -> Vec<String> {
    let teams = subject.teams.iter().map(|team| team.id.to_string());
    std::iter::once(subject.id.clone()).chain(teams).collect()
}

/// The assignments that hold at the place, with their roles.
async fn held(ctx: &Ctx, subject: &Subject, scope: &Scope) -> Result<Vec<(RoleAssignment, Role)>> {
    let containing: Vec<String> = [
        Some(SITE.to_owned()),
        scope.organization.map(|id| id.to_string()),
        scope.project.map(|id| id.to_string()),
        scope.object.clone(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let found = store::of_subjects_at(ctx.db.reader(), &subjects(subject), &containing).await?;
    let ids: Vec<_> = found.iter().map(|assignment| assignment.role_id).collect();
    let roles = roles::store::by_ids(ctx.db.reader(), &ids).await?;
    let with_role = found.into_iter().filter_map(|assignment| {
        let role = roles.iter().find(|role| role.id == assignment.role_id)?.clone();
        Some((assignment, role))
    });
    Ok(with_role.collect())
}

/// The names of the scopes of assignments, with their kinds.
async fn scope_names(
    ctx: &Ctx,
    organization: &Organization,
    held: &[(RoleAssignment, Role)],
) -> Result<HashMap<String, String>> {
    let ids: Vec<String> = held.iter().map(|(assignment, _)| assignment.scope.clone()).collect();
    let objects = store::objects_by_ids(ctx.db.reader(), &ids).await?;
    let mut names: HashMap<String, String> = objects
        .into_iter()
        .map(|object| (object.id, format!("{} {}", object.kind, object.name)))
        .collect();
    names.insert(SITE.to_owned(), "the site".to_owned());
    names.insert(
        organization.id.to_string(),
        format!("organization {}", organization.name),
    );
    Ok(names)
}

fn chains(
    subject: &Subject,
    organization: &Organization,
    held: &[(RoleAssignment, Role)],
    names: &HashMap<String, String>,
    permission: Permission,
) -> Vec<AccessChain> {
    let chain = |(assignment, role): &(RoleAssignment, Role)| {
        let node = role.permissions.0.iter().find(|node| permission.is_covered_by(node))?;
        let team = subject
            .teams
            .iter()
            .find(|team| team.id.to_string() == assignment.subject);
        let is_whole = assignment.scope == organization.id.to_string();
        Some(AccessChain {
            team: team.map(|team| team.id.to_string()),
            team_name: team.map(|team| team.name.clone()),
            role_assignment: assignment.id.to_string(),
            role: role.name.clone(),
            node: node.clone(),
            scope: if is_whole {
                organization.name.to_string()
            } else {
                assignment.scope.clone()
            },
            scope_name: names.get(&assignment.scope).cloned().unwrap_or_default(),
        })
    };
    held.iter().filter_map(chain).collect()
}
