//! What happens to every request, from outside in: its id and its log line, browsers' protection, who calls.

use std::any::Any;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use slipway_identity::pages;
use slipway_identity::sessions::{Current, Stage, cookie};
use slipway_identity::tokens::Caller;
use slipway_kernel::ctx::{Origin, unauthenticated};
use slipway_kernel::grants::Limits;
use slipway_kernel::http::{Failure, render};
use slipway_kernel::settings::Server;
use slipway_kernel::{Actor, Ctx, Error, Result, tokens};
use tracing::Instrument;

use crate::app::Shared;
use crate::listen::Peer;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The request's id, for everybody further in.
#[derive(Clone)]
struct RequestId(String);

/// Outermost: gives the request its id, writes its line in the log, and turns an error into its answer.
pub async fn answer(State(shared): State<Shared>, mut request: Request, next: Next) -> Response {
    let id = request_id(&shared);
    let method = request.method().clone();
    let route = matched_path(&request).to_owned();
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", request.id = %id, http.method = %method, http.route = %route);
    let started = tokio::time::Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let _entered = span.enter();
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        log(failure.error());
        response = match response.extensions().get::<pages::http::Html>() {
            Some(_) => pages::http::failure(failure.error(), &id),
            None => render(failure.error(), &id),
        };
    }
    let status = response.status().as_u16();
    shared
        .kernel
        .metrics
        .http_answered(method.as_str(), &route, status, started.elapsed());
    tracing::debug!(
        http.status = status,
        duration_ms = started.elapsed().as_millis(),
        "request answered"
    );
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

fn request_id(shared: &Shared) -> String {
    let number = shared.kernel.random.number().unwrap_or_default();
    format!("req-{number:016x}")
}

/// A failure is logged once, here: defects with their reason, the callers' own mistakes only for who looks closely.
fn log(error: &Error) {
    match error.internal_reason() {
        Some(reason) if error.code().status() >= 500 => tracing::error!(reason, "request failed"),
        // Not the detail: it may repeat what the caller sent.
        _ => tracing::debug!(code = ?error.code(), "request refused"),
    }
}

/// A panic is a defect of ours and costs nobody else anything.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Error::internal("a handler panicked; the panic's own message is above").into_response()
}

/// Headers that keep a browser from doing what a page of ours never wants.
pub async fn protect_browsers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(
        "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Routes of the API that are for everybody.
const PUBLIC: [&str; 1] = ["/api/v2/ping"];

/// Finds out who calls and gives it to the handler as its [`Ctx`].
///
/// Nobody gets further in than here, but for what is public: nothing is read of a body, nothing is said of what there is.
pub async fn authenticate(State(shared): State<Shared>, mut request: Request, next: Next) -> Result<Response> {
    let caller = match token(&request)? {
        Some(token) => by_token(&shared, &token).await?,
        None => unlimited(by_session(&shared, &mut request).await?),
    };
    if caller.actor == Actor::Anonymous && !PUBLIC.contains(&matched_path(&request)) {
        return Err(unauthenticated());
    }
    give(&shared, caller, &mut request);
    Ok(next.run(request).await)
}

async fn by_token(shared: &Shared, token: &str) -> Result<Caller> {
    if tokens::kind(token) == Some("r") {
        let actor = slipway_infra::work::service::authenticate(&shared.kernel, token).await?;
        return Ok(unlimited(actor));
    }
    shared.authenticator.authenticate(&shared.kernel, token).await
}

fn unlimited(actor: Actor) -> Caller {
    Caller {
        actor,
        limits: Limits::none(),
    }
}

/// Who is signed in with the session that the browser brought. What changes something must show to come from a page of
/// the session: a browser sends the cookie whoever made it send the request.
async fn by_session(shared: &Shared, request: &mut Request) -> Result<Actor> {
    let text = session_text(&shared.kernel.settings.server, request.headers());
    let Some(current) = session(shared, text).await? else {
        return Ok(Actor::Anonymous);
    };
    if current.stage != Stage::Full {
        return Ok(Actor::Anonymous);
    }
    if !request.method().is_safe() {
        let given = request.headers().get("x-csrf-token");
        current.require_csrf(given.and_then(|given| given.to_str().ok()))?;
    }
    let actor = current.actor.clone();
    request.extensions_mut().insert(current);
    Ok(actor)
}

/// What the browser brought as its session.
fn session_text(server: &Server, headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE);
    let texts = cookies.iter().filter_map(|value| value.to_str().ok());
    let mut found = texts.filter_map(|text| cookie::find(server, text));
    found.next().map(str::to_owned)
}

async fn session(shared: &Shared, text: Option<String>) -> Result<Option<Current>> {
    match text {
        Some(text) => shared.sessions.recognise(&shared.kernel, &text).await,
        None => Ok(None),
    }
}

/// Finds out who visits a page, and refuses nobody: pages say themselves what there is for whom. A failure is shown as a
/// page.
pub async fn recognise(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = match visited(&shared, request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    response.extensions_mut().insert(pages::http::Html);
    response
}

/// For what programs ask before they have a token: nobody calls, whatever the request brings.
pub async fn anonymous(State(shared): State<Shared>, mut request: Request, next: Next) -> Response {
    give(&shared, unlimited(Actor::Anonymous), &mut request);
    next.run(request).await
}

async fn visited(shared: &Shared, mut request: Request, next: Next) -> Result<Response> {
    if !request.method().is_safe() {
        pages::http::require_same_origin(&shared.kernel.settings.server, request.headers())?;
    }
    let text = session_text(&shared.kernel.settings.server, request.headers());
    let current = session(shared, text).await?;
    let actor = current
        .as_ref()
        .map_or(Actor::Anonymous, |current| current.actor.clone());
    if let Some(current) = current {
        request.extensions_mut().insert(current);
    }
    give(shared, unlimited(actor), &mut request);
    Ok(next.run(request).await)
}

/// Gives the handler its [`Ctx`].
fn give(shared: &Shared, caller: Caller, request: &mut Request) {
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
    let origin = Origin {
        request_id,
        remote_address: remote_address(&shared.kernel.settings.server, request),
    };
    let ctx = Ctx::new(shared.kernel.clone(), caller.actor, origin).with_limits(caller.limits);
    request.extensions_mut().insert(ctx);
}

/// The token of a request. Basic authentication is for state clients, which know no other; the password is the token.
fn token(request: &Request) -> Result<Option<String>> {
    let Some(value) = request.headers().get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let value = value.to_str().map_err(|_| unauthenticated())?;
    let (scheme, rest) = value.split_once(' ').ok_or_else(unauthenticated)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(Some(rest.trim().to_owned()));
    }
    if scheme.eq_ignore_ascii_case("basic") && is_state_backend(request) {
        return basic_password(rest).map(Some).ok_or_else(unauthenticated);
    }
    Err(unauthenticated())
}

fn matched_path(request: &Request) -> &str {
    request
        .extensions()
        .get::<MatchedPath>()
        .map_or("", MatchedPath::as_str)
}

fn is_state_backend(request: &Request) -> bool {
    matches!(
        matched_path(request),
        "/api/v2/workspaces/{workspace}/state" | "/api/v2/workspaces/{workspace}/state/lock"
    )
}

fn basic_password(encoded: &str) -> Option<String> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.split_once(':').map(|(_, password)| password.to_owned())
}

/// The caller's address: the peer's, or what a trusted proxy says it is.
fn remote_address(server: &Server, request: &Request) -> Option<String> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<Peer>>()?;
    let address = peer.0.map(|address: SocketAddr| address.ip());
    let address = match address {
        Some(proxy) if server.trusted_proxies.contains(&proxy) => forwarded(server, request.headers()).or(address),
        other => other,
    };
    address.map(|address| address.to_string())
}

/// The last address in `X-Forwarded-For` that is no proxy of ours: what stands before it anybody may have written.
fn forwarded(server: &Server, headers: &HeaderMap) -> Option<IpAddr> {
    let values = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok());
    let addresses: Vec<IpAddr> = values
        .flat_map(|value| value.split(','))
        .filter_map(|text| text.trim().parse().ok())
        .collect();
    addresses
        .into_iter()
        .rev()
        .find(|address| !server.trusted_proxies.contains(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_trusted_proxies_say_is_believed() {
        let server = Server {
            trusted_proxies: vec!["10.0.0.1".parse().unwrap()],
            ..Server::default()
        };
        let mut headers = HeaderMap::new();
        headers.append(
            "x-forwarded-for",
            HeaderValue::from_static("6.6.6.6, 192.0.2.7, 10.0.0.1"),
        );
        assert_eq!(forwarded(&server, &headers), Some("192.0.2.7".parse().unwrap()));
    }

    #[test]
    fn a_basic_password_may_have_colons() {
        let encoded = base64::engine::general_purpose::STANDARD.encode("any:a:b");
        assert_eq!(basic_password(&encoded).as_deref(), Some("a:b"));
        assert_eq!(basic_password("%%%"), None);
    }
}
