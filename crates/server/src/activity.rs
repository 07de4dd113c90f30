//! What happened and what there is, over all domains: events, their live stream, the search, what depends on what.

mod graph;
mod search_everything;

use std::time::Duration;

use axum::http::{HeaderMap, Uri};
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use slipway_api::Name;
use slipway_api::events::Event as Wire;
use slipway_api::ids::OrganizationId;
use slipway_api::jsonapi::{ErrorDocument, ListDocument, Resource};
use slipway_api::page::EXACT_TOTAL;
use slipway_identity::organizations;
use slipway_kernel::events::search::{self, Filter};
use slipway_kernel::events::{Event, READ, store as events, visible};
use slipway_kernel::http::{Known, ListQuery, Listed, Params, Routes, list};
use slipway_kernel::routes;
use slipway_kernel::wakes::Topic;
use slipway_kernel::{Ctx, Error, Result};

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_events))
        .routes(routes!(stream_events))
        .merge(search_everything::routes())
        .merge(graph::routes())
}

const LIST: Known = Known {
    filters: &[
        "filter[action]",
        "filter[actor]",
        "filter[actor-name]",
        "filter[address]",
        "filter[from]",
        "filter[object]",
        "filter[object-kind]",
        "filter[object-name]",
        "filter[project]",
        "filter[request]",
        "filter[to]",
        "search",
        "page[before]",
    ],
    sorts: &[],
    includes: &[],
};

/// List what happened in an organization, newest first. An event's id is a cursor: `page[after]` goes on with what happened
/// before it, `page[before]` goes back to what happened after it.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/events", operation_id = "list_events", tag = "activity",
    params(("organization" = String, Path, description = "Name of the organization"),
        ("filter[action]" = Option<String>, Query, description = "`run.confirmed`, or `run` for all below it"),
        ("filter[actor]" = Option<String>, Query, description = "Id of who did it"),
        ("filter[actor-name]" = Option<String>, Query, description = "Name of who did it, as it was then"),
        ("filter[address]" = Option<String>, Query, description = "The address it came from"),
        ("filter[from]" = Option<String>, Query, description = "Not before this moment (RFC 3339)"),
        ("filter[object]" = Option<String>, Query, description = "Id of the object"),
        ("filter[object-kind]" = Option<String>, Query, description = "Kind of the object: `workspace`"),
        ("filter[object-name]" = Option<String>, Query, description = "Name of the object, as it was then"),
        ("filter[project]" = Option<String>, Query, description = "Id of the project"),
        ("filter[request]" = Option<String>, Query, description = "The request that did it"),
        ("filter[to]" = Option<String>, Query, description = "Before this moment (RFC 3339)"),
        ("search" = Option<String>, Query, description = "A part of an action, a name, an id or a changed field"),
        ("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query),
        ("page[after]" = Option<String>, Query, description = "Id of an event: what happened before it"),
        ("page[before]" = Option<String>, Query, description = "Id of an event: what happened after it")),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["event.read"])))]
async fn list_events(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, LIST)?;
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let filter = wanted(&query, readable(&ctx, organization.id).await?)?;
    let rows = page(&ctx, &query, &filter).await?;
    let total = search::total(&ctx, &filter, EXACT_TOTAL + 1).await?;
    let last = rows.last().map(|event| event.id.to_string());
    let mut document = query.document(Listed { rows, total }, |event| event.id.to_string(), resource);
    if query.filter("page[before]").is_some()
        && let Some(meta) = &mut document.meta
    {
        // There is more behind a page that was gone back to: the event that it was gone back from.
        meta.pagination.next_after = last;
    }
    Ok(list(document))
}

fn wanted(query: &ListQuery, readable: Filter) -> Result<Filter> {
    let text = |name: &str| query.filter(name).map(str::to_owned);
    Ok(Filter {
        action: text("filter[action]"),
        actor_id: text("filter[actor]"),
        actor_name: text("filter[actor-name]"),
        remote_address: text("filter[address]"),
        from: query.parsed_filter("filter[from]")?,
        object_id: text("filter[object]"),
        object_kind: text("filter[object-kind]"),
        object_name: text("filter[object-name]"),
        project_id: query.parsed_filter("filter[project]")?,
        request_id: text("filter[request]"),
        to: query.parsed_filter("filter[to]")?,
        text: text("search").filter(|text| !text.is_empty()),
        ..readable
    })
}

/// One row more than the page shows if there are more; going back, only what it shows.
async fn page(ctx: &Ctx, query: &ListQuery, filter: &Filter) -> Result<Vec<Event>> {
    let (reader, page) = (ctx.db.reader(), &query.page);
    if let Some(before) = query.parsed_filter("page[before]")? {
        return search::newer(reader, filter, before, u64::from(page.size)).await;
    }
    match &page.after {
        Some(cursor) => {
            let after = cursor
                .parse()
                .map_err(|error| Error::malformed_parameter("page[after]", format!("{error}.")))?;
            search::older(reader, filter, after, page.limit()).await
        }
        None => search::newest(reader, filter, page.offset(), page.limit()).await,
    }
}

async fn readable(ctx: &Ctx, organization: OrganizationId) -> Result<Filter> {
    let visibility = ctx.visible(READ, organization).await?;
    Ok(Filter {
        organization: Some(organization),
        visible: Some(visible(&visibility)),
        ..Filter::default()
    })
}

/// Follow what happens in an organization as server-sent events; `Last-Event-ID` goes on after a break.
#[utoipa::path(get, path = "/api/v2/events/stream", operation_id = "stream_events", tag = "activity",
    params(("organization" = String, Query, description = "Name of the organization"),
        ("Last-Event-ID" = Option<i64>, Header, description = "The last position that was seen")),
    responses((status = 200, content_type = "text/event-stream"), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["event.read"])))]
async fn stream_events(ctx: Ctx, uri: Uri, headers: HeaderMap) -> Result<Response> {
    let query = ListQuery::parse(
        &uri,
        Known {
            filters: &["organization"],
            ..Known::default()
        },
    )?;
    let name: Name = query
        .parsed_filter("organization")?
        .ok_or_else(|| Error::malformed_parameter("organization", "Say which organization: ?organization=NAME."))?;
    let organization = organizations::find_visible(&ctx, &name).await?.id;
    // Refused at once if nothing may ever be shown.
    ctx.visible(READ, organization).await?;
    let resumed = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    let start = match resumed {
        Some(position) => position,
        None => events::last_position(ctx.db.reader()).await?,
    };
    // Headers wait for the first byte, and it may be long until something happens: a reader should know that it is heard.
    let begun = futures::stream::once(async { Ok(SseEvent::default().comment("begun")) });
    Ok(Sse::new(begun.chain(follow(ctx, organization, start)))
        .keep_alive(KeepAlive::default())
        .into_response())
}

/// Events of a batch.
const BATCH: u64 = 100;
/// How often to look without being woken.
const PATIENCE: Duration = Duration::from_secs(1);

/// Every event after `position` as it comes. What the caller may see is decided anew for each batch, so that a lost
/// permission ends what is shown.
fn follow(ctx: Ctx, organization: OrganizationId, position: i64) -> impl Stream<Item = Result<SseEvent, Error>> {
    let listener = ctx.wakes.listen(Topic::Positions);
    let state = (ctx, listener, position, Vec::<Event>::new().into_iter());
    futures::stream::try_unfold(state, move |(ctx, mut listener, mut position, mut batch)| async move {
        loop {
            if let Some(event) = batch.next() {
                position = event.position.unwrap_or(position);
                let shown = SseEvent::default().event("event").id(position.to_string());
                let shown = shown.json_data(resource(event)).map_err(Error::internal)?;
                return Ok(Some((shown, (ctx, listener, position, batch))));
            }
            let filter = readable(&ctx, organization).await?;
            let next = events::after(ctx.db.reader(), &filter, position, BATCH).await?;
            if next.is_empty() {
                if ctx.wakes.is_ending() {
                    return Ok(None);
                }
                listener.wait(PATIENCE).await;
            }
            batch = next.into_iter();
        }
    })
}

fn resource(event: Event) -> Resource<Wire> {
    let attributes = Wire {
        action: event.action,
        actor_kind: event.actor_kind,
        actor_id: event.actor_id,
        actor_name: event.actor_name,
        object_kind: event.object_kind,
        object_id: event.object_id,
        object_name: event.object_name,
        changes: event.changes,
        request_id: event.request_id,
        remote_address: event.remote_address,
        position: event.position,
        created_at: event.created_at,
    };
    Resource::new(event.id, attributes)
}
