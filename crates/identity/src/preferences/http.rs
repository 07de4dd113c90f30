//! Routes of preferences.

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::preferences::{NewPreference, Preference as Wire};
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::Result;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error};

use super::model::Preference;
use super::service;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_preferences))
        .routes(routes!(get_preference, put_preference, delete_preference))
}

/// List one's own preferences: small JSON documents that the console keeps for a person, 100 at most.
#[utoipa::path(get, path = "/api/v2/account/preferences", operation_id = "list_preferences", tag = "users",
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
async fn list_preferences(ctx: Ctx, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let Listed { rows, total } = service::list(&ctx, &query.page).await?;
    let rows: Vec<Resource<Wire>> = rows.iter().map(resource).collect::<Result<_>>()?;
    let listed = Listed { rows, total };
    Ok(list(query.document(listed, |row| row.id.clone(), |row| row)))
}

/// Get one of one's own preferences.
#[utoipa::path(get, path = "/api/v2/account/preferences/{key}", operation_id = "get_preference", tag = "users",
    params(("key" = String, Path, description = "The preference's key.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn get_preference(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let preference = service::get(&ctx, &params.get::<String>("key")?).await?;
    Ok(ok(resource(&preference)?))
}

/// Write one of one's own preferences, over what it was. A value has 16 KiB of JSON at most.
#[utoipa::path(put, path = "/api/v2/account/preferences/{key}", operation_id = "put_preference", tag = "users",
    params(("key" = String, Path, description = "1 to 64 small letters, digits, dots and dashes.")),
    request_body = NewDocument<NewPreference>,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn put_preference(ctx: Ctx, params: Params, body: Body<NewPreference>) -> Result<impl IntoResponse> {
    let key: String = params.get("key")?;
    let preference = service::put(&ctx, &key, &body.attributes()?.value).await?;
    Ok(ok(resource(&preference)?))
}

/// Delete one of one's own preferences.
#[utoipa::path(delete, path = "/api/v2/account/preferences/{key}", operation_id = "delete_preference", tag = "users",
    params(("key" = String, Path, description = "The preference's key.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn delete_preference(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, &params.get::<String>("key")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn resource(preference: &Preference) -> Result<Resource<Wire>, Error> {
    let attributes = Wire {
        value: preference.json()?,
        updated_at: preference.updated_at,
    };
    Ok(Resource::new(&preference.key, attributes))
}
