//! What a page's handler gets: who visits, and what a form says.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use slipway_api::Code;
use slipway_kernel::http::App;
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::settings::Server;
use slipway_kernel::text;
use slipway_kernel::{Ctx, Error, Result};
use url::{Url, form_urlencoded};

use crate::accounts::service::sign_in::Browser;
use crate::pages::ReturnPath;
use crate::sessions::{Current, Stage};

/// Who visits a page.
pub struct Visitor {
    /// The visitor as a caller; nobody unless signed in.
    pub ctx: Ctx,
    /// The session that the browser brought.
    pub current: Option<Current>,
    user_agent: Option<String>,
    uri: Uri,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &App) -> Result<Self> {
        let ctx = Ctx::from_request_parts(parts, state).await?;
        let user_agent = parts.headers.get(header::USER_AGENT);
        Ok(Self {
            ctx,
            current: parts.extensions.get::<Current>().cloned(),
            user_agent: user_agent.and_then(|value| value.to_str().ok()).map(str::to_owned),
            uri: parts.uri.clone(),
        })
    }
}

impl Visitor {
    /// The browser, for a sign-in.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser {
            user_agent: self.user_agent.clone(),
            session: self.current.as_ref().map(|current| current.id),
        }
    }

    /// The session of who is signed in; otherwise the way to sign in and come back here.
    ///
    /// # Errors
    ///
    /// The address to go to first.
    pub fn signed_in(&self) -> Result<&Current, ReturnPath> {
        match &self.current {
            Some(current) if current.stage == Stage::Full => Ok(current),
            Some(current) if current.stage == Stage::Enrolment => Err(ReturnPath::or_console("/account/second-factor")),
            _ => Err(self.sign_in()),
        }
    }

    /// The way to sign in and come back here.
    #[must_use]
    pub fn sign_in(&self) -> ReturnPath {
        let here = self.uri.path_and_query().map_or("/account", |here| here.as_str());
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("return_to", here);
        ReturnPath::or_console(&format!("/sign-in?{}", query.finish()))
    }

    /// The parameters of the address as they were sent.
    #[must_use]
    pub fn raw_query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    /// A parameter of the address.
    #[must_use]
    pub fn query(&self, name: &str) -> String {
        let query = self.uri.query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    }
}

/// A form as it was sent. No `Debug`: it has passwords.
pub struct Form(Vec<(String, String)>);

impl FromRequest<App> for Form {
    type Rejection = Error;

    /// Refuses a form that does not repeat what only a page of the session knows.
    async fn from_request(request: Request, state: &App) -> Result<Self> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.split(';').next() != Some("application/x-www-form-urlencoded") {
            return Err(Error::new(Code::UnsupportedMediaType, "Send the form of this page."));
        }
        let current = request.extensions().get::<Current>().cloned();
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == 413 {
                Error::new(Code::TooLarge, "This is more than the form has room for.")
            } else {
                Error::malformed("The form ended before it was complete. Send it again.")
            }
        })?;
        let form = Self(form_urlencoded::parse(&bytes).into_owned().collect());
        // Before the second factor nothing can be done that a page of another site could want, and somebody who goes back
        // to the first form has one from before the session.
        if let Some(current) = current.filter(|current| current.stage != Stage::SecondFactor) {
            current.require_csrf(form.find("csrf"))?;
        }
        Ok(form)
    }
}

impl Form {
    /// The value of a field; empty when the form has none such.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.find(name).unwrap_or_default().trim().to_owned()
    }

    /// The value of a field, exactly as it was typed.
    #[must_use]
    pub fn exact(&self, name: &str) -> String {
        self.find(name).unwrap_or_default().to_owned()
    }

    /// The value of a field that is a secret.
    #[must_use]
    pub fn secret(&self, name: &str) -> SecretBytes {
        SecretBytes::new(self.exact(name).into_bytes())
    }

    /// A mail address; none when it is left empty.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// A name.
    ///
    /// # Errors
    ///
    /// `Invalid` at the field.
    pub fn name(&self, field: &str) -> Result<slipway_api::Name> {
        self.text(field)
            .parse()
            .map_err(|error: slipway_api::names::ParseNameError| {
                Error::invalid(&format!("/data/attributes/{field}"), text::sentence(&error.to_string()))
            })
    }

    fn find(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(key, _)| key == name);
        field.map(|(_, value)| value.as_str())
    }
}

/// Refuses an unsafe request that another site made the browser send. Our pages send no referrer, so browsers say
/// `Origin: null` for our own forms, too; what counts is `Sec-Fetch-Site`, which every browser sends since 2023, and where
/// there is none, an origin that is ours.
///
/// # Errors
///
/// `Forbidden`.
pub fn require_same_origin(server: &Server, headers: &HeaderMap) -> Result<()> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_ours = match text("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => text("origin").is_some_and(|origin| is_our_origin(server, origin, text("host"))),
    };
    if is_ours {
        return Ok(());
    }
    Err(Error::new(
        Code::Forbidden,
        "This form was not sent from a page of this server, or the browser does not say where from. Open the page here \
         and send it again; a browser from before 2023 needs an update.",
    ))
}

fn is_our_origin(server: &Server, origin: &str, host: Option<&str>) -> bool {
    let Ok(origin) = Url::parse(origin) else {
        return false;
    };
    let public = server.public_url.as_deref().and_then(|text| Url::parse(text).ok());
    if let Some(public) = public {
        return public.origin() == origin.origin();
    }
    let authority = match (origin.host_str(), origin.port()) {
        (Some(name), Some(port)) => format!("{name}:{port}"),
        (Some(name), None) => name.to_owned(),
        _ => return false,
    };
    host == Some(authority.as_str())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[("sec-fetch-site", "same-origin"), ("origin", "null")], true)]
    #[case(&[("sec-fetch-site", "cross-site"), ("origin", "https://slipway.example.org")], false)]
    #[case(&[("sec-fetch-site", "same-site")], false)]
    #[case(&[("sec-fetch-site", "none")], false)]
    #[case(&[("origin", "https://slipway.example.org")], true)]
    #[case(&[("origin", "http://slipway.example.org")], false)]
    #[case(&[("origin", "https://slipway.example.org.evil.example")], false)]
    #[case(&[("origin", "null")], false)]
    #[case(&[("host", "evil.example"), ("origin", "https://evil.example")], false)]
    #[case(&[], false)]
    fn forms_of_other_sites_are_refused(#[case] pairs: &[(&'static str, &'static str)], #[case] is_taken: bool) {
        let server = Server {
            public_url: Some("https://slipway.example.org".to_owned()),
            ..Server::default()
        };
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        assert_eq!(require_same_origin(&server, &headers).is_ok(), is_taken);
    }
}
