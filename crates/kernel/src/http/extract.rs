//! The caller and the path's parameters.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::App;
use crate::ctx::Ctx;
use crate::errors::{Error, Result};

/// The caller, as the authentication layer found it.
impl FromRequestParts<App> for Ctx {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Error::internal("the route has no authentication layer"))
    }
}

/// The path's parameters, in order. Reading one of a wrong kind is a 404, as if the object did not exist.
pub struct Params(Vec<(String, String)>);

impl FromRequestParts<App> for Params {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &App) -> Result<Self> {
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        path.map(|Path(parameters)| Self(parameters))
            .map_err(|_| Error::malformed("The path is not valid UTF-8."))
    }
}

impl Params {
    /// The parameter `name`, parsed.
    ///
    /// # Errors
    ///
    /// `NotFound` when its text is not one of a `T`.
    pub fn get<T: FromStr>(&self, name: &str) -> Result<T> {
        let text = self
            .0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .unwrap_or_default();
        text.parse()
            .map_err(|_| Error::not_found(&name.replace('_', " "), text))
    }
}
