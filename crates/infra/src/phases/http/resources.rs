//! What an apply did by resource, over HTTP: a part at a time, and as a stream.

use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, Uri};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use futures::stream::BoxStream;
use slipway_api::ids::ApplyId;
use slipway_api::jsonapi::ErrorDocument;
use slipway_api::log_lines::AppliedResources;
use slipway_kernel::http::{Known, ListQuery, Params, Routes, log_start};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use crate::phases::{applied, service};

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_applied_resources))
        .routes(routes!(stream_applied_resources))
}

/// List what an apply did to each resource, from a place in the engine's events on: `after=0`, then `after` the answer's
/// `next`, until `is-complete`. Later parts overrule earlier ones by address and action.
#[utoipa::path(get, path = "/api/v2/applies/{apply}/resources", operation_id = "list_applied_resources", tag = "runs",
    params(("apply" = ApplyId, Path), ("after" = Option<u64>, Query)),
    responses((status = 200, body = AppliedResources), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn list_applied_resources(ctx: Ctx, params: Params, uri: Uri) -> Result<Json<AppliedResources>> {
    let phase = service::apply(&ctx, params.get("apply")?).await?;
    let after = after(&uri)?.unwrap_or(0);
    Ok(Json(applied::part(&ctx, &phase, after).await?))
}

/// Follow what an apply does to each resource as server-sent events: `resources` with what changed since the last one, its
/// id where to read on; then `end`.
#[utoipa::path(get, path = "/api/v2/applies/{apply}/resources/stream", operation_id = "stream_applied_resources",
    tag = "runs", params(("apply" = ApplyId, Path), ("after" = Option<u64>, Query)),
    responses((status = 200, content_type = "text/event-stream"), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn stream_applied_resources(ctx: Ctx, params: Params, uri: Uri, headers: HeaderMap) -> Result<Response> {
    let phase = service::apply(&ctx, params.get("apply")?).await?;
    let offset = log_start(&headers, after(&uri)?);
    let steps = Steps {
        chunks: ctx.logs.follow(&ctx, phase.events_log_id, offset),
        held: Vec::new(),
        offset,
        is_over: false,
    };
    Ok(Sse::new(futures::stream::unfold(steps, Steps::next))
        .keep_alive(KeepAlive::default())
        .into_response())
}

fn after(uri: &Uri) -> Result<Option<u64>> {
    let query = ListQuery::parse(
        uri,
        Known {
            filters: &["after"],
            ..Known::default()
        },
    )?;
    query.parsed_filter("after")
}

/// Events of the engine on their way to readers.
struct Steps {
    chunks: BoxStream<'static, Result<Bytes>>,
    /// A line whose end has not come yet.
    held: Vec<u8>,
    offset: u64,
    is_over: bool,
}

impl Steps {
    async fn next(mut self) -> Option<(Result<Event, Error>, Self)> {
        if self.is_over {
            return None;
        }
        loop {
            let (event, is_over) = match self.chunks.next().await {
                Some(Ok(bytes)) => match self.take(&bytes) {
                    Some(event) => (event, false),
                    None => continue,
                },
                Some(Err(error)) => (Err(error), true),
                None => (
                    Ok(Event::default().event("end").id(self.offset.to_string()).data("{}")),
                    true,
                ),
            };
            self.is_over = is_over;
            return Some((event, self));
        }
    }

    /// What whole lines say; none when they say nothing about a resource.
    fn take(&mut self, bytes: &[u8]) -> Option<Result<Event, Error>> {
        self.held.extend_from_slice(bytes);
        let (found, taken) = applied::fold(&self.held);
        self.held.drain(..taken);
        self.offset += u64::try_from(taken).unwrap_or(0);
        let event = Event::default().event("resources").id(self.offset.to_string());
        (!found.is_empty()).then(|| event.json_data(found).map_err(Error::internal))
    }
}
