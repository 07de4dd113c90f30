//! What depends on what in an organization, over all domains, and what a change of one object would do to others.

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::Name;
use slipway_api::graph::{DependencyGraph, GraphEdge, GraphNode, Impact, ImpactReason, ImpactedObject};
use slipway_api::ids::ProjectId;
use slipway_api::jsonapi::{Document, ErrorDocument, Resource};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::directory::graph::{self, Link, Wanted};
use slipway_kernel::directory::store::objects::Model as Object;
use slipway_kernel::grants::{Permission, Visibility};
use slipway_kernel::http::{Known, ListQuery, Params, Routes, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use crate::domains;

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(get_dependency_graph))
        .routes(routes!(get_impact))
}

/// Kinds of the graph, each with the permission to see them: those that can be searched for, and what others sign in with.
fn kinds() -> Vec<(&'static str, Permission)> {
    let mut kinds = domains::kinds();
    kinds.push(("integration", slipway_connections::permissions::INTEGRATION_READ));
    kinds
}

/// Get what depends on what in an organization, as far as you may see it: at most 2,000 objects with what is between them.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/graph", operation_id = "get_dependency_graph", tag = "activity",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("filter[kind]" = Option<String>, Query, description = "Only of these kinds, joined by commas: `workspace,resource,app`."),
        ("filter[project]" = Option<ProjectId>, Query, description = "Only of this project."),
        ("search[text]" = Option<String>, Query, description = "Part of the name or a label, or a whole id."),
    ),
    responses(
        (status = 200, body = Document<Resource<DependencyGraph>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.read"])))]
async fn get_dependency_graph(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: &["filter[kind]", "filter[project]", "search[text]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let kinds = visible(&ctx, &organization, query.filter("filter[kind]")).await?;
    let wanted = Wanted {
        organization: organization.id,
        kinds: &kinds,
        project: query.parsed_filter("filter[project]")?,
        text: query.filter("search[text]").unwrap_or_default(),
    };
    let found = graph::of(&ctx, &wanted).await?;
    let shown = DependencyGraph {
        nodes: found.nodes.into_iter().map(node).collect(),
        edges: found.links.into_iter().map(edge).collect(),
        is_cut: found.is_cut,
    };
    Ok(ok(Resource::new(organization.id, shown)))
}

/// Get all that depends on an object, however many steps between, as far as you may see it. A way that leads over something that
/// you may not see ends there.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/graph/{object}/impact", operation_id = "get_impact",
    tag = "activity",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("object" = String, Path, description = "The object's id."),
    ),
    responses(
        (status = 200, body = Document<Resource<Impact>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.read"])))]
async fn get_impact(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let id: String = params.get("object")?;
    let kinds = visible(&ctx, &organization, None).await?;
    let object = graph::visible(&ctx, organization.id, &id, &kinds).await?;
    let object = object.ok_or_else(|| Error::not_found("object", &id))?;
    let found = graph::impact(&ctx, organization.id, &object.id, &kinds).await?;
    let affected = found.affected.into_iter().map(|one| ImpactedObject {
        object: node(one.object),
        distance: one.distance,
        because: one.because.into_iter().map(reason).collect(),
    });
    let shown = Impact {
        affected: affected.collect(),
        is_cut: found.is_cut,
        object: node(object),
    };
    Ok(ok(Resource::new(id, shown)))
}

/// The kinds that are asked for, each with which of them the caller may see.
async fn visible(
    ctx: &Ctx,
    organization: &Organization,
    named: Option<&str>,
) -> Result<Vec<(&'static str, Visibility)>> {
    let named: Option<Vec<&str>> = named.map(|named| named.split(',').collect());
    let known = kinds();
    if let Some(unknown) = named
        .iter()
        .flatten()
        .find(|name| known.iter().all(|(kind, _)| kind != *name))
    {
        let words: Vec<&str> = known.iter().map(|(kind, _)| *kind).collect();
        let detail = format!("There is no kind `{unknown}`; there is: {}.", words.join(", "));
        return Err(Error::malformed_parameter("filter[kind]", detail));
    }
    let mut visible = Vec::with_capacity(known.len());
    for (kind, permission) in known {
        if named.as_ref().is_none_or(|named| named.contains(&kind)) {
            visible.push((kind, ctx.visible(permission, organization.id).await?));
        }
    }
    Ok(visible)
}

fn node(object: Object) -> GraphNode {
    GraphNode {
        id: object.id,
        kind: object.kind,
        name: object.name,
        project: object.project_id,
        status: object.status,
    }
}

fn edge(link: Link) -> GraphEdge {
    GraphEdge {
        from: link.from,
        to: link.to,
        why: link.why,
    }
}

fn reason(link: Link) -> ImpactReason {
    ImpactReason {
        on: link.to,
        why: link.why,
    }
}
