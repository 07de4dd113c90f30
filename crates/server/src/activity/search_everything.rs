//! The search over everything that has a name: the directory, teams and service accounts, and runs by their id.
//!
//! Teams and service accounts are not in the directory, because roles are given at what is in it. Their own lists are
//! asked here, so that nobody finds here what he does not see there.

use axum::http::Uri;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use slipway_api::Code;
use slipway_api::ids::{RunId, TeamId, UserId};
use slipway_api::jsonapi::{Attributes, ErrorDocument, ListDocument, Resource};
use slipway_identity::organizations::{self, Organization};
use slipway_identity::service_accounts::{self, ServiceAccount};
use slipway_identity::teams::{self, Team};
use slipway_infra::runs;
use slipway_kernel::directory::store::{self as directory, Search};
use slipway_kernel::http::{Known, ListQuery, Page, Params, Routes, list};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};
use utoipa::ToSchema;

use crate::domains;

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(search_directory))
}

/// An object that a search has found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Found {
    /// Its kind: `workspace`.
    pub kind: String,
    /// Its name; of a run, that of its workspace and its message: `shop · Another thing`.
    pub name: String,
    /// Its status in a word; empty where there is none.
    pub status: String,
}

impl Attributes for Found {
    const TYPE: &'static str = "directory-objects";
}

/// How many objects a search shows at most.
const FOUND: u32 = 50;

/// Search an organization's objects by a part of their name or labels, or by their id: projects, workspaces, variable sets,
/// runner pools, teams and service accounts; runs by their id only.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/directory", operation_id = "search_directory",
    tag = "activity",
    params(("organization" = String, Path, description = "Name of the organization"),
        ("q" = Option<String>, Query, description = "Part of a name or label, or a whole id")),
    responses((status = 200, body = ListDocument<Resource<Found>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["organization.read"])))]
async fn search_directory(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(
        &uri,
        Known {
            filters: &["q"],
            ..Known::default()
        },
    )?;
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let text = query.filter("q").unwrap_or_default();
    let mut data = in_directory(&ctx, &organization, text).await?;
    data.extend(found_teams(&ctx, &organization, text).await?);
    data.extend(found_accounts(&ctx, &organization, text).await?);
    data.extend(found_run(&ctx, &organization, text).await?);
    data.sort_by(|left, right| (&left.attributes.name, &left.id).cmp(&(&right.attributes.name, &right.id)));
    data.truncate(FOUND as usize);
    Ok(list(ListDocument {
        data,
        included: Vec::new(),
        links: std::collections::BTreeMap::default(),
        meta: None,
    }))
}

fn resource(id: impl ToString, kind: &str, name: impl ToString, status: &str) -> Resource<Found> {
    let found = Found {
        kind: kind.to_owned(),
        name: name.to_string(),
        status: status.to_owned(),
    };
    Resource::new(id, found)
}

async fn in_directory(ctx: &Ctx, organization: &Organization, text: &str) -> Result<Vec<Resource<Found>>> {
    let mut kinds = Vec::new();
    for (kind, permission) in domains::kinds() {
        kinds.push((kind, ctx.visible(permission, organization.id).await?));
    }
    let search = Search {
        organization: organization.id,
        kinds: &kinds,
        text,
        limit: FOUND.into(),
    };
    let rows = directory::search(ctx.db.reader(), &search).await?;
    Ok(rows
        .into_iter()
        .map(|row| resource(row.id, &row.kind, row.name, &row.status))
        .collect())
}

async fn found_teams(ctx: &Ctx, organization: &Organization, text: &str) -> Result<Vec<Resource<Found>>> {
    let found: Vec<Team> = match text.parse::<TeamId>() {
        Ok(id) => seen(teams::service::get_visible(ctx, id).await)?.into_iter().collect(),
        Err(_) => {
            let wanted = teams::service::Wanted {
                text: Some(text.to_owned()),
                ..teams::service::Wanted::default()
            };
            teams::service::list(ctx, organization, wanted, &first_page())
                .await?
                .rows
        }
    };
    let inside = found.into_iter().filter(|team| team.organization_id == organization.id);
    Ok(inside.map(|team| resource(team.id, "team", &team.name, "")).collect())
}

async fn found_accounts(ctx: &Ctx, organization: &Organization, text: &str) -> Result<Vec<Resource<Found>>> {
    let found: Vec<ServiceAccount> = match text.parse::<UserId>() {
        Ok(id) => seen(service_accounts::service::get_visible(ctx, id).await)?
            .into_iter()
            .collect(),
        Err(_) => seen(service_accounts::service::list(ctx, organization, Some(text), &first_page()).await)?
            .map_or_else(Vec::new, |listed| listed.rows),
    };
    let inside = found
        .into_iter()
        .filter(|account| account.organization_id == organization.id);
    Ok(inside
        .map(|account| resource(account.user_id, "service-account", &account.name, ""))
        .collect())
}

/// Runs are too many to be looked through, and have no names: only a whole id finds one.
async fn found_run(ctx: &Ctx, organization: &Organization, text: &str) -> Result<Option<Resource<Found>>> {
    let Ok(id) = text.parse::<RunId>() else {
        return Ok(None);
    };
    let detail = seen(runs::service::detail(ctx, id).await)?;
    let inside = detail.filter(|detail| detail.run.organization_id == organization.id);
    Ok(inside.map(|detail| {
        let name = format!("{} · {}", detail.workspace.name, detail.run.message);
        resource(id, "run", name, detail.run.status.as_str())
    }))
}

/// What is missing, or not for the caller, is not found.
fn seen<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.code(), Code::NotFound | Code::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

/// As many as are shown at most.
fn first_page() -> Page {
    Page {
        number: 1,
        size: FOUND,
        after: None,
    }
}
