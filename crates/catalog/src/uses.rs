//! What stands on something of the catalog: which kinds can, and with which permission each is read.

use std::collections::HashMap;

use slipway_api::ids::OrganizationId;
use slipway_kernel::directory::uses;
pub(crate) use slipway_kernel::directory::uses::Counts;
use slipway_kernel::grants::Permission;
use slipway_kernel::{Ctx, Result};

use crate::permissions::{BLUEPRINT_READ, EXECUTOR_READ, RESOURCE_READ, SOURCE_CODE_READ, TEMPLATE_READ};

const KINDS: [(&str, Permission); 7] = [
    ("blueprint", BLUEPRINT_READ),
    ("executor", EXECUTOR_READ),
    ("template", TEMPLATE_READ),
    ("source-code", SOURCE_CODE_READ),
    ("resource", RESOURCE_READ),
    // Of domains above, which are known here but by these words.
    ("service", Permission::new("service.read")),
    ("service-instance", Permission::new("service-instance.read")),
];

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
