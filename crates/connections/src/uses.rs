//! What uses an integration, an SSH key or a repository, as the directory knows it. What the caller may not see is not
//! shown, only counted where something is refused because of it.

use std::collections::HashMap;

use slipway_api::ids::OrganizationId;
use slipway_kernel::directory::store::{self as directory, objects::Model as Object};
use slipway_kernel::directory::uses;
pub(crate) use slipway_kernel::directory::uses::Counts;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result};

/// What can use something of this domain, each with the permission to see it. This domain does not know those above it but by their
/// words.
const KINDS: [(&str, Permission); 9] = [
    ("app", Permission::new("app.read")),
    ("executor", Permission::new("executor.read")),
    ("integration", Permission::new("integration.read")),
    ("organization", Permission::new("organization.read")),
    ("project", Permission::new("project.read")),
    ("repository", Permission::new("repository.read")),
    ("source-code", Permission::new("catalog.source-code.read")),
    ("storage", Permission::new("storage.read")),
    ("workspace", Permission::new("workspace.read")),
];

/// A page of what uses `id` and the caller may see, by kind and name, each with what for.
///
/// # Errors
///
/// `MalformedRequest` for a kind that uses nothing.
pub(crate) async fn list(
    ctx: &Ctx,
    (organization, id): (OrganizationId, &str),
    kind: Option<&str>,
    page: &Page,
) -> Result<Listed<(Object, String)>> {
    let mut kinds = uses::visible(ctx, organization, &KINDS).await?;
    if let Some(wanted) = kind {
        kinds.retain(|(kind, _)| *kind == wanted);
    }
    if kinds.is_empty() {
        let words = KINDS.map(|(kind, _)| kind).join("`, `");
        let detail = format!("It is one of `{words}`.");
        return Err(Error::malformed_parameter("filter[kind]", detail));
    }
    directory::uses(ctx.db.reader(), id, &kinds, page).await
}

/// How many things use each of `ids`, as far as the caller may see them.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn counts(ctx: &Ctx, organization: OrganizationId, ids: &[String]) -> Result<HashMap<String, Counts>> {
    uses::counts(ctx, &uses::visible(ctx, organization, &KINDS).await?, ids).await
}

/// What uses `id` in words, for a refusal; none where nothing does.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn in_words(ctx: &Ctx, organization: OrganizationId, id: &str) -> Result<Option<String>> {
    uses::in_words(ctx, &uses::visible(ctx, organization, &KINDS).await?, id).await
}
