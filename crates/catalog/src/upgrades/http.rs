//! The route of upgrades.

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::ids::ProjectId;
use slipway_api::template_upgrades::TemplateUpgrade;
use slipway_api::{ErrorDocument, ListDocument, Name, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Known, ListQuery, Listed, Params, Routes, list};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service;

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(list_template_upgrades))
}

/// List the templates that have resources, with how many of these have the recommended version.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/template-upgrades",
    operation_id = "list_template_upgrades", tag = "templates",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("filter[project]" = Option<ProjectId>, Query, description = "Only resources of this project."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<TemplateUpgrade>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["resource.read"])))]
async fn list_template_upgrades(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: &["filter[project]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let found = service::list(&ctx, &organization, query.parsed_filter("filter[project]")?).await?;
    let listed = Listed::of_all(found, &query.page, |(_, upgrade)| upgrade.template.to_string());
    Ok(list(query.document(
        listed,
        |(_, upgrade)| upgrade.template.to_string(),
        |(id, upgrade)| Resource::new(id, upgrade),
    )))
}
