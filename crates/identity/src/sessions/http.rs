//! Routes of sessions.

use axum::Extension;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use slipway_api::ids::SessionId;
use slipway_api::sessions::{CurrentSession, Session as Wire};
use slipway_api::{Document, ErrorDocument, ListDocument, Resource};
use slipway_kernel::http::{Known, ListQuery, Params, Routes, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::model::Session;
use super::service::Started;
use super::{Current, cookie, service};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(get_current_session))
        .routes(routes!(list_sessions))
        .routes(routes!(delete_session))
}

/// Get the session that a browser calls with, and what its requests must repeat to change something. Callers with a token
/// have none.
#[utoipa::path(get, path = "/api/v2/account/session", operation_id = "get_current_session", tag = "users",
    responses(
        (status = 200, body = Document<Resource<CurrentSession>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn get_current_session(ctx: Ctx, current: Option<Extension<Current>>) -> Result<impl IntoResponse> {
    let current = current.map(|Extension(current)| current);
    let session = service::current(&ctx, current.as_ref()).await?;
    let attributes = CurrentSession {
        csrf_token: current.map(|current| current.csrf).unwrap_or_default(),
        created_at: session.created_at,
        expired_at: session.expires_at,
        idle_minutes: ctx.settings.sign_in.session_idle_minutes,
        has_second_factor: session.has_second_factor,
        is_from_identity_provider: session.provider_id.is_some(),
    };
    Ok(ok(Resource::new(session.id, attributes)))
}

/// List the browsers that one is signed in with.
#[utoipa::path(get, path = "/api/v2/account/sessions", operation_id = "list_sessions", tag = "users",
    params(
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn list_sessions(ctx: Ctx, current: Option<Extension<Current>>, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::list(&ctx, &query.page).await?;
    let current = current.map(|Extension(current)| current.id);
    Ok(list(query.document(
        listed,
        |session| session.id.to_string(),
        |session| resource(session, current),
    )))
}

/// Sign a browser out: its session is refused from now on.
#[utoipa::path(delete, path = "/api/v2/account/sessions/{session}", operation_id = "delete_session", tag = "users",
    params(("session" = SessionId, Path, description = "The session's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn delete_session(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::revoke(&ctx, params.get("session")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives the browser a session in the answer.
///
/// # Errors
///
/// Never: the text is ASCII.
pub(crate) fn give(ctx: &Ctx, response: &mut Response, started: &Started) -> Result<()> {
    let lasts = started.session.expires_at.since(ctx.now()).as_secs();
    let cookie = cookie::set(&ctx.settings.server, &started.text, lasts)?;
    let cookie = HeaderValue::from_str(&cookie).map_err(Error::internal)?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(())
}

/// Takes the session from the browser in the answer.
pub(crate) fn take(ctx: &Ctx, response: &mut Response) -> Result<()> {
    let cookie = HeaderValue::from_str(&cookie::clear(&ctx.settings.server)).map_err(Error::internal)?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(())
}

fn resource(session: Session, current: Option<SessionId>) -> Resource<Wire> {
    let attributes = Wire {
        created_at: session.created_at,
        last_seen_at: session.seen_at,
        expired_at: session.expires_at,
        remote_address: session.remote_address,
        user_agent: session.user_agent,
        is_current: current == Some(session.id),
    };
    Resource::new(session.id, attributes)
}
