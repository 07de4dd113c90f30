//! Routes of what a forge offers, and of the keys of SSH servers.

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::ids::IntegrationId;
use slipway_api::repositories::{ForgeGroup, ForgeRepository, HostKeys, HostKeysRequest};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Known, ListQuery, Listed, Params, Plain, Routes, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use crate::forges::model::{self, ForgePage, RepositoryQuery};
use crate::repositories::browsing;

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_forge_repositories))
        .routes(routes!(list_forge_groups))
        .routes(routes!(show_host_keys))
}

/// List the repositories that an integration's forge offers.
#[utoipa::path(get, path = "/api/v2/integrations/{integration}/forge-repositories",
    operation_id = "list_forge_repositories", tag = "repositories",
    params(
        ("integration" = IntegrationId, Path, description = "The integration's id."),
        ("search[name]" = Option<String>, Query, description = "Part of the name."),
        ("filter[group]" = Option<String>, Query, description = "Only those of this group, by its full name."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<ForgeRepository>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["integration.use"])))]
async fn list_forge_repositories(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let known = Known {
        filters: &["search[name]", "filter[group]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let wanted = RepositoryQuery {
        search: query.filter("search[name]").unwrap_or_default().to_owned(),
        group: query
            .filter("filter[group]")
            .filter(|group| !group.is_empty())
            .map(str::to_owned),
        page: query.page.number,
        page_size: query.page.size,
    };
    let page = browsing::repositories(&ctx, params.get("integration")?, &wanted).await?;
    Ok(list(document(
        &query,
        page,
        |there| there.full_name.clone(),
        repository,
    )))
}

/// List the groups of repositories that an integration's forge offers: organizations, groups, workspaces.
#[utoipa::path(get, path = "/api/v2/integrations/{integration}/forge-groups", operation_id = "list_forge_groups",
    tag = "repositories",
    params(
        ("integration" = IntegrationId, Path, description = "The integration's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<ForgeGroup>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["integration.use"])))]
async fn list_forge_groups(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let page = browsing::groups(&ctx, params.get("integration")?, query.page.number).await?;
    let group = |group: model::Group| Resource::new(group.name.clone(), ForgeGroup { name: group.name });
    Ok(list(document(&query, page, |group| group.name.clone(), group)))
}

/// Show the keys of an SSH server as it shows them now. Pin them in the integration's `host-keys` once you compared them.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/repositories/actions/host-keys",
    operation_id = "show_host_keys", tag = "repositories",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = HostKeysRequest,
    responses(
        (status = 200, body = Document<Resource<HostKeys>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["integration.manage"])))]
async fn show_host_keys(ctx: Ctx, params: Params, body: Plain<HostKeysRequest>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let keys = browsing::host_keys(&ctx, &organization, &body.0.address).await?;
    Ok(ok(Resource::new(format!("{}:{}", keys.host, keys.port), keys)))
}

fn repository(there: model::ForgeRepository) -> Resource<ForgeRepository> {
    let attributes = ForgeRepository {
        full_name: there.full_name,
        description: there.description,
        default_branch: there.default_branch,
        web_url: there.web_url,
        is_private: there.is_private,
        is_archived: there.is_archived,
    };
    Resource::new(there.id, attributes)
}

/// A forge's page. It may be shorter than it was asked to be, and says only whether there is another.
fn document<T, A>(
    query: &ListQuery,
    page: ForgePage<T>,
    cursor: impl Fn(&T) -> String,
    resource: impl FnMut(T) -> Resource<A>,
) -> ListDocument<Resource<A>> {
    let ForgePage { mut items, has_next } = page;
    items.truncate(usize::try_from(query.page.size).unwrap_or(usize::MAX));
    let shown = u64::try_from(items.len()).unwrap_or_default();
    let listed = Listed {
        rows: items,
        total: query.page.offset() + shown + u64::from(has_next),
    };
    let mut document = query.document(listed, cursor, resource);
    let number = query.page.number;
    let next = has_next.then(|| number + 1);
    if let Some(meta) = &mut document.meta {
        meta.pagination.next_page = next;
    }
    let link = document.links.get("self").cloned().flatten();
    let turned = |next: u32| {
        let (this, other) = (
            format!("page%5Bnumber%5D={number}&"),
            format!("page%5Bnumber%5D={next}&"),
        );
        link.map(|link| link.replace(&this, &other))
    };
    document.links.insert("next".to_owned(), next.and_then(turned));
    document
}
