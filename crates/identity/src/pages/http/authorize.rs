//! `/oauth/authorize`: whether a program may act for who is signed in.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use slipway_kernel::{Error, Result};
use url::{Url, form_urlencoded};

use super::answer::{Page, go};
use super::request::{Form, Visitor};
use crate::links::base_url;
use crate::oauth::service::authorize;
use crate::oauth::{self, Asked, Wrong};
use crate::users;

pub(super) async fn show(visitor: Visitor) -> Result<Response> {
    let asked = match asked(&visitor, visitor.raw_query().as_bytes()) {
        Ok(asked) => asked,
        Err(wrong) => return told(wrong),
    };
    if let Err(first) = visitor.signed_in() {
        return go(&first);
    }
    let user = users::service::me(&visitor.ctx).await?;
    let shows = json!({
        "me": user.username,
        "program": asked.description,
        "parameters": parameters(visitor.raw_query().as_bytes()),
    });
    let mut response = Page::new(&visitor, "authorize.html", shows)?.answer(&visitor.ctx)?;
    lets_form_lead_to(&mut response, &asked.redirect_uri)?;
    Ok(response)
}

pub(super) async fn answer(visitor: Visitor, form: Form) -> Result<Response> {
    let current = match visitor.signed_in() {
        Ok(current) => current,
        Err(first) => return go(&first),
    };
    let repeated = Asked::PARAMETERS.map(|name| (name, form.exact(name)));
    let repeated = repeated.iter().filter(|(_, value)| !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(repeated)
        .finish();
    // What the form repeats is as little believed as what the address said.
    let asked = match asked(&visitor, query.as_bytes()) {
        Ok(asked) => asked,
        Err(wrong) => return told(wrong),
    };
    let url = if form.text("decision") == "allow" {
        authorize::approve(&visitor.ctx, current, &asked).await?
    } else {
        authorize::refuse(&visitor.ctx, &asked)
    };
    to_program(&url)
}

fn asked(visitor: &Visitor, text: &[u8]) -> Result<Asked, Wrong> {
    let form = oauth::Form::parse(text);
    let form = form.ok_or_else(|| Wrong::Page(Error::malformed("A parameter of the address is there twice.")))?;
    Asked::read(&form, &base_url(&visitor.ctx.settings.server))
}

fn parameters(text: &[u8]) -> Vec<Value> {
    let pairs = form_urlencoded::parse(text).filter(|(name, _)| Asked::PARAMETERS.contains(&name.as_ref()));
    pairs
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect()
}

fn told(wrong: Wrong) -> Result<Response> {
    match wrong {
        Wrong::Page(error) => Err(error),
        Wrong::Client(url) => to_program(&url),
    }
}

/// Sends the browser to the program that asked, on this computer: the only place outside of ours that a browser is ever
/// sent to after a form, and checked to be loopback.
fn to_program(url: &Url) -> Result<Response> {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(url.as_str()).map_err(Error::internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// Browsers hold a form's redirects to the policy, too. An IPv6 address cannot be written in one.
fn lets_form_lead_to(response: &mut Response, url: &Url) -> Result<()> {
    let place = match url.host() {
        Some(url::Host::Ipv6(_)) => "http:".to_owned(),
        _ => url.origin().ascii_serialization(),
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {place}; frame-ancestors 'none'; \
         base-uri 'none'"
    );
    let policy = HeaderValue::from_str(&policy).map_err(Error::internal)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(())
}
