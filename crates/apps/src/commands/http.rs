//! Commands over a WebSocket. What the messages are stands in `slipway_api::app_commands`.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use hyper_util::rt::TokioIo;
use slipway_api::ErrorDocument;
use slipway_api::ids::AppId;
use slipway_identity::pages;
use slipway_identity::sessions::Current;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Params, Routes};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::service::Where;
use super::talking::{self, Asked};
use crate::apps::service as apps;
use crate::permissions::{APP_RUN, APP_SHELL};

/// The largest message.
const MESSAGE_BYTES: usize = 1 << 20;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(open_app_shell))
        .routes(routes!(run_in_app))
}

/// Run a command, or a shell, in a unit of an app, over a WebSocket. Text messages are JSON: the first one to the server is
/// `{"type": "begin", "command": ["program", "argument"], "unit": "web-1-0", "process": "web", "terminal": {"columns": 80, "rows": 24},
/// "reads": true}`, of which everything may be left out; then `{"type": "resize", "columns": 120, "rows": 40}` and
/// `{"type": "end-of-input"}`. Binary messages to the server are what the command reads. From the server come
/// `{"type": "begun", "unit": "web-1-0"}`, then binary messages whose first byte is 1 (output, or what a terminal shows) or 2 (errors),
/// and at last `{"type": "ended", "exit-code": 0}` or `{"type": "failed", "reason": "…"}`. The command is killed when the
/// connection ends. A browser may call only from a page of this server.
#[utoipa::path(get, path = "/api/v2/apps/{app}/shell", operation_id = "open_app_shell", tag = "apps",
    params(("app" = AppId, Path, description = "The app's id.")),
    responses((status = 101, description = "The connection is a WebSocket now."), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["app.shell"])))]
async fn open_app_shell(ctx: Ctx, params: Params, request: Request) -> Result<Response> {
    connect(ctx, params.get("app")?, (APP_SHELL, Where::Inside), request).await
}

/// Run a command in a unit of its own, which has the app's image and variables and is taken away afterwards. The messages are those
/// of a shell; `process` says whose variables it sees, and `command` has to be given.
#[utoipa::path(get, path = "/api/v2/apps/{app}/run", operation_id = "run_in_app", tag = "apps",
    params(("app" = AppId, Path, description = "The app's id.")),
    responses((status = 101, description = "The connection is a WebSocket now."), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["app.run"])))]
async fn run_in_app(ctx: Ctx, params: Params, request: Request) -> Result<Response> {
    connect(ctx, params.get("app")?, (APP_RUN, Where::Alone), request).await
}

async fn connect(
    ctx: Ctx,
    app: AppId,
    (permission, place): (Permission, Where),
    mut request: Request,
) -> Result<Response> {
    let app = apps::load(&ctx, app, permission).await?;
    if request.extensions().get::<Current>().is_some() {
        // A browser opens WebSockets with the cookie for whichever page asks it to.
        pages::http::require_same_origin(&ctx.settings.server, request.headers())?;
    }
    let accept = accept(request.headers())?;
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let Ok(connection) = upgrade.await else { return };
        let limits = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_BYTES))
            .max_frame_size(Some(MESSAGE_BYTES));
        let socket = WebSocketStream::from_raw_socket(TokioIo::new(connection), Role::Server, Some(limits)).await;
        let asked = Asked { app, permission, place };
        talking::talk(ctx, asked, socket).await;
    });
    let answer = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::CONNECTION, "upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_ACCEPT, accept)
        .body(Body::empty());
    answer.map_err(Error::internal)
}

/// What the handshake is answered with (RFC 6455, 4.2).
fn accept(headers: &HeaderMap) -> Result<String> {
    let text = |name: header::HeaderName| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let upgrades = text(header::CONNECTION)
        .split(',')
        .any(|word| word.trim().eq_ignore_ascii_case("upgrade"));
    let is_ours =
        text(header::UPGRADE).eq_ignore_ascii_case("websocket") && text(header::SEC_WEBSOCKET_VERSION) == "13";
    match headers.get(header::SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes) {
        Some(key) if upgrades && is_ours => Ok(derive_accept_key(key)),
        _ => Err(Error::malformed(
            "This is a WebSocket (version 13): `slipway app shell` and `slipway app run` speak it, as does the console.",
        )),
    }
}
