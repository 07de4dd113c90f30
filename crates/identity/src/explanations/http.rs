//! The route of explanations.

use axum::Extension;
use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::access_explanations::AccessExplanation as Wire;
use slipway_api::{ErrorDocument, ListDocument, Name, Resource};
use slipway_kernel::http::{Known, ListQuery, Params, Routes, list};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service::{self, Question};
use crate::organizations;
use crate::roles::PermissionTree;

const KNOWN: Known = Known {
    filters: &["subject", "permission", "scope"],
    sorts: &[],
    includes: &[],
};

pub(crate) fn routes(tree: PermissionTree) -> Routes {
    Routes::new()
        .routes(routes!(list_access_explanations))
        .layer(Extension(tree))
}

/// Explain why somebody may do something, or everything that he may do. Everybody may ask about himself.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/access-explanations",
    operation_id = "list_access_explanations", tag = "access",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("subject" = Option<String>, Query,
            description = "Who: the id or name of a user or service account, or the id of a team; the caller by default."),
        ("permission" = Option<String>, Query,
            description = "What, as `workspace.run.apply`; everything that is allowed by default."),
        ("scope" = Option<String>, Query,
            description = "Where: the id of a project, workspace or runner pool; the organization by default."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn list_access_explanations(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    uri: Uri,
) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, KNOWN)?;
    let question = Question {
        subject: query.filter("subject").map(str::to_owned),
        permission: query.filter("permission").map(str::to_owned),
        scope: query.filter("scope").map(str::to_owned),
    };
    let explained = service::explain(&ctx, &tree, &organization, &question).await?;
    Ok(list(ListDocument {
        data: explained.into_iter().map(resource).collect(),
        included: Vec::new(),
        links: std::collections::BTreeMap::new(),
        meta: None,
    }))
}

fn resource(explanation: Wire) -> Resource<Wire> {
    let id = format!(
        "{}:{}:{}",
        explanation.subject, explanation.permission, explanation.scope
    );
    Resource::new(id, explanation)
}
