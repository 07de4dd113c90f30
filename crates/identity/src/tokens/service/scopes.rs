//! The scopes of a new token: which are acceptable, and that nobody gives what his own token has not.

use slipway_api::Code;
use slipway_kernel::grants::{Permission, Scope};
use slipway_kernel::{Ctx, Error, Result};

use super::Holder;
use crate::organizations;
use crate::role_assignments::{service as assignments, store};
use crate::roles::PermissionTree;
use crate::tokens::model::{Scopes, split};

/// Scopes of one token at most.
const MOST: usize = 50;
/// Where the scopes of a new token stand.
pub(super) const POINTER: &str = "/data/attributes/scopes";

/// The scopes of a new token of `holder` as they are stored; `pointer` is where they stand in the request.
///
/// # Errors
///
/// `Invalid` for one that names nothing; `Forbidden` when the caller's own token is limited and this one were less.
pub(crate) async fn acceptable(
    ctx: &Ctx,
    tree: &PermissionTree,
    holder: &Holder,
    wanted: Option<Vec<String>>,
    pointer: &str,
) -> Result<Option<Scopes>> {
    let Some(wanted) = wanted else {
        require_within(ctx, tree, None).await?;
        return Ok(None);
    };
    if wanted.is_empty() || wanted.len() > MOST {
        return Err(Error::invalid(
            pointer,
            format!("A token has 1 to {MOST} scopes, or no \"scopes\" at all to be unlimited."),
        ));
    }
    let mut scopes = Vec::new();
    for (index, text) in wanted.iter().enumerate() {
        scopes.push(stored(ctx, tree, holder, &format!("{pointer}/{index}"), text).await?);
    }
    scopes.sort();
    scopes.dedup();
    let scopes = Scopes(scopes);
    require_within(ctx, tree, Some(&scopes)).await?;
    Ok(Some(scopes))
}

/// A scope's text with the id of what it is limited to.
async fn stored(ctx: &Ctx, tree: &PermissionTree, holder: &Holder, pointer: &str, text: &str) -> Result<String> {
    let (node, place) = split(text);
    if tree.node(node).is_none() {
        return Err(Error::invalid(
            pointer,
            format!("There is no permission \"{node}\"; `GET /api/v2/permissions` lists them."),
        ));
    }
    let Some(place) = place else {
        return Ok(node.to_owned());
    };
    let missing = || {
        Error::invalid(
            pointer,
            format!(
                "There is no \"{place}\" that you see. Behind \"@\" stands the name of an organization, or the id of a \
                 project, workspace or runner pool."
            ),
        )
    };
    let scope = place_of(ctx, place).await?.ok_or_else(missing)?;
    let organization = scope.organization.ok_or_else(missing)?;
    let is_foreign = holder.organization().is_some_and(|own| own != organization);
    if is_foreign || !organizations::service::may_see(ctx, organization).await? {
        return Err(missing());
    }
    let id = match (&scope.object, scope.project) {
        (Some(object), _) => object.clone(),
        (None, Some(project)) => project.to_string(),
        (None, None) => organization.to_string(),
    };
    Ok(format!("{node}@{id}"))
}

/// Where the text behind the `@` stands.
async fn place_of(ctx: &Ctx, text: &str) -> Result<Option<Scope>> {
    if let Ok(id) = text.parse() {
        let found = organizations::store::by_id(ctx.db.reader(), id).await?;
        return Ok(found.map(|organization| Scope::organization(organization.id)));
    }
    let object = store::object(ctx.db.reader(), text).await?;
    if let Some(object) = object
        && let Some(organization) = object.organization_id
    {
        return Ok(Some(assignments::object_scope(organization, &object)));
    }
    let Ok(name) = text.parse() else {
        return Ok(None);
    };
    let found = organizations::store::by_name(ctx.db.reader(), &name).await?;
    Ok(found.map(|organization| Scope::organization(organization.id)))
}

/// Refuses a token with more than the caller's own token lets through: a limited one makes, rotates and takes back only
/// what is as limited.
pub(super) async fn require_within(ctx: &Ctx, tree: &PermissionTree, scopes: Option<&Scopes>) -> Result<()> {
    if ctx.limits().are_none() {
        return Ok(());
    }
    let beyond = |what: &str| {
        Error::new(
            Code::Forbidden,
            format!("Your own token is limited and does not have {what}. Use one that has, or sign in."),
        )
    };
    let Some(scopes) = scopes else {
        return Err(beyond("everything"));
    };
    for text in &scopes.0 {
        let (node, place) = split(text);
        let scope = match place {
            Some(place) => place_of(ctx, place).await?.ok_or_else(|| beyond(text))?,
            None => Scope::site(),
        };
        let permission: Permission = tree.node(node).ok_or_else(|| beyond(text))?;
        if !ctx.limits().allow(permission, &scope) {
            return Err(beyond(text));
        }
    }
    Ok(())
}
