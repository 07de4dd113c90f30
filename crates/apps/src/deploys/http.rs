//! Deploys over HTTP.

use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use slipway_api::deploys::{Deploy as Wire, DeployMadeOf, DeployStatus, NewDeploy, NewRollback, RestoredEnv};
use slipway_api::ids::{AppId, DeployId};
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::http::{
    Body, Known, ListQuery, Params, Routes, created, framed_log, list, log_stream, ok, request_key,
};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::{Deploy, Recipe, Wanted};
use super::requests::Request;
use super::{going_back, service};
use crate::apps::model::number;
use crate::apps::service as apps;
use crate::permissions::APP_READ;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_deploys, create_deploy))
        .routes(routes!(roll_back_app))
        .routes(routes!(restart_app))
        .routes(routes!(get_deploy))
        .routes(routes!(cancel_deploy))
        .routes(routes!(get_deploy_log))
        .routes(routes!(stream_deploy_log))
}

/// List the deploys of an app, the newest first.
#[utoipa::path(get, path = "/api/v2/apps/{app}/deploys", operation_id = "list_deploys", tag = "deploys",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn list_deploys(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::list(&ctx, params.get("app")?, &query.page).await?;
    Ok(list(query.document(
        listed,
        |deploy| deploy.number.to_string(),
        resource,
    )))
}

/// Deploy an image, source that was uploaded, or a commit of the connected repository. It goes on by itself: follow its log, or look at it again.
#[utoipa::path(post, path = "/api/v2/apps/{app}/deploys", operation_id = "create_deploy", tag = "deploys",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key again finds the deploy that the first request started."),
    ),
    request_body = NewDocument<NewDeploy>,
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["app.deploy"])))]
async fn create_deploy(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<NewDeploy>,
) -> Result<impl IntoResponse> {
    let app = apps::load(&ctx, params.get("app")?, APP_READ).await?;
    let wanted = body.attributes()?;
    let request = Request::new(request_key(&ctx, &headers)?, &("deploy", app.id, &wanted))?;
    let deploy = service::create(&ctx, app.id, wanted, &request).await?;
    Ok(created(resource(deploy)))
}

/// Go back to a version of an app: its image and its processes, with the variables of now, or with those that it last ran with, which
/// needs `app.env.update` as well.
#[utoipa::path(post, path = "/api/v2/apps/{app}/actions/rollback", operation_id = "roll_back_app", tag = "deploys",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key again finds the deploy that the first request started."),
    ),
    request_body = NewDocument<NewRollback>,
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["app.deploy"])))]
async fn roll_back_app(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<NewRollback>,
) -> Result<impl IntoResponse> {
    let app = apps::load(&ctx, params.get("app")?, APP_READ).await?;
    let wanted = body.attributes()?;
    let request = Request::new(request_key(&ctx, &headers)?, &("rollback", app.id, &wanted))?;
    let deploy = going_back::roll_back(&ctx, app.id, wanted, &request).await?;
    Ok(created(resource(deploy)))
}

/// Exchange all units of an app for new ones of the same version, without a request lost.
#[utoipa::path(post, path = "/api/v2/apps/{app}/actions/restart", operation_id = "restart_app", tag = "deploys",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key again finds the deploy that the first request started."),
    ),
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["app.deploy"])))]
async fn restart_app(ctx: Ctx, params: Params, headers: HeaderMap) -> Result<impl IntoResponse> {
    let app: AppId = params.get("app")?;
    let request = Request::new(request_key(&ctx, &headers)?, &("restart", app))?;
    let deploy = service::restart(&ctx, app, &request).await?;
    Ok(created(resource(deploy)))
}

/// Get a deploy.
#[utoipa::path(get, path = "/api/v2/deploys/{deploy}", operation_id = "get_deploy", tag = "deploys",
    params(("deploy" = DeployId, Path, description = "The deploy's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn get_deploy(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (deploy, _) = service::load(&ctx, params.get("deploy")?, APP_READ).await?;
    Ok(ok(resource(deploy)))
}

/// Ask for a deploy to stop: what ran before goes on.
#[utoipa::path(post, path = "/api/v2/deploys/{deploy}/actions/cancel", operation_id = "cancel_deploy", tag = "deploys",
    params(("deploy" = DeployId, Path, description = "The deploy's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["app.deploy"])))]
async fn cancel_deploy(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let deploy = service::cancel(&ctx, params.get("deploy")?).await?;
    Ok(ok(resource(deploy)))
}

/// Read a part of a deploy's log, as of a plan's: the stream starts with STX and ends with ETX.
#[utoipa::path(get, path = "/api/v2/deploys/{deploy}/log", operation_id = "get_deploy_log", tag = "deploys",
    params(("deploy" = DeployId, Path), ("offset" = Option<u64>, Query), ("limit" = Option<usize>, Query)),
    responses((status = 200, content_type = "text/plain"), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["app.read"])))]
async fn get_deploy_log(ctx: Ctx, params: Params, uri: Uri) -> Result<Response> {
    let (deploy, _) = service::load(&ctx, params.get("deploy")?, APP_READ).await?;
    let is_final = deploy.status != DeployStatus::Running;
    framed_log(&ctx, (deploy.log_id, is_final), &uri).await
}

/// Follow a deploy's log as server-sent events, as of a plan's.
#[utoipa::path(get, path = "/api/v2/deploys/{deploy}/log/stream", operation_id = "stream_deploy_log", tag = "deploys",
    params(("deploy" = DeployId, Path), ("offset" = Option<u64>, Query), ("numbered" = Option<bool>, Query)),
    responses((status = 200, content_type = "text/event-stream"), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["app.read"])))]
async fn stream_deploy_log(ctx: Ctx, params: Params, uri: Uri, headers: HeaderMap) -> Result<Response> {
    let (deploy, _) = service::load(&ctx, params.get("deploy")?, APP_READ).await?;
    log_stream(&ctx, deploy.log_id, &uri, &headers).await
}

fn resource(deploy: Deploy) -> Resource<Wire> {
    let path = format!("/api/v2/deploys/{}", deploy.id);
    let attributes = Wire {
        number: number(deploy.number),
        kind: deploy.kind,
        status: deploy.status,
        step: deploy.step,
        reason: deploy.reason,
        origin: deploy.origin,
        made_of: made_of(deploy.wanted),
        message: deploy.message,
        app_version: deploy.app_version.map(number),
        previous_version: deploy.previous_version.map(number),
        restored_env: deploy.restored_env.map(|restored| RestoredEnv {
            number: number(restored.number),
            left_out: restored.left_out,
        }),
        started_by: deploy.started_by,
        is_cancel_requested: deploy.is_cancel_requested,
        log_read_url: format!("{path}/log"),
        created_at: deploy.created_at,
        step_at: deploy.step_at,
        ended_at: deploy.ended_at,
    };
    Resource::new(deploy.id, attributes)
        .with_link("self", path)
        .with("app", "apps", deploy.app_id)
}

fn made_of(wanted: Wanted) -> DeployMadeOf {
    match wanted {
        Wanted::Image(image) => DeployMadeOf {
            image: Some(image),
            ..DeployMadeOf::default()
        },
        Wanted::Source { digest, recipe } => DeployMadeOf {
            source_digest: Some(digest),
            ..built(recipe)
        },
        Wanted::Commit { commit, recipe, .. } => DeployMadeOf {
            commit: Some(commit),
            ..built(recipe)
        },
        Wanted::Version(version) => DeployMadeOf {
            app_version: Some(number(version)),
            ..DeployMadeOf::default()
        },
    }
}

fn built(recipe: Recipe) -> DeployMadeOf {
    DeployMadeOf {
        dockerfile: recipe.dockerfile,
        platform: recipe.platform,
        build_arguments: recipe.arguments,
        build_secrets: recipe.secrets,
        ..DeployMadeOf::default()
    }
}
