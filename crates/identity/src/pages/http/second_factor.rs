//! `/sign-in/second-factor`, and `/account/second-factor`, where it is set up and turned off.

use axum::response::Response;
use serde_json::json;
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Error, Result};

use super::answer::{Page, go, go_to, go_with};
use super::request::{Form, Visitor};
use crate::accounts::one_time;
use crate::accounts::service::{second_factor, sign_in};
use crate::links::base_url;
use crate::pages::ReturnPath;
use crate::sessions::{Current, Stage};
use crate::users;

/// Asks for the second factor.
pub(super) async fn ask(visitor: Visitor) -> Result<Response> {
    if visitor.current.as_ref().map(|current| current.stage) != Some(Stage::SecondFactor) {
        return Ok(go_to("/sign-in"));
    }
    let shows = json!({"return_to": visitor.query("return_to")});
    Page::new(&visitor, "second-factor.html", shows)?.answer(&visitor.ctx)
}

/// Takes the second factor.
pub(super) async fn answer(visitor: Visitor, form: Form) -> Result<Response> {
    let Some(current) = visitor.current.as_ref() else {
        return Ok(go_to("/sign-in"));
    };
    if current.stage != Stage::SecondFactor {
        return Ok(go_to("/sign-in"));
    }
    let return_to = ReturnPath::or_console(&form.text("return_to"));
    let code = SecretBytes::new(form.text("code").into_bytes());
    match sign_in::second_factor(&visitor.ctx, current, &code).await {
        Ok(started) => go_with(&visitor.ctx, &return_to, &started),
        Err(error) => {
            let shows = json!({"return_to": return_to.as_str()});
            Page::new(&visitor, "second-factor.html", shows)?
                .refused(error)?
                .answer(&visitor.ctx)
        }
    }
}

/// Who is signed in, or must set up a second factor before he is.
fn entitled(visitor: &Visitor) -> Result<&Current, ReturnPath> {
    let current = visitor.current.as_ref();
    let current = current.filter(|current| current.stage != Stage::SecondFactor);
    current.ok_or_else(|| visitor.sign_in())
}

pub(super) async fn show(visitor: Visitor) -> Result<Response> {
    match entitled(&visitor) {
        Ok(current) => page(&visitor, current).await?.answer(&visitor.ctx),
        Err(first) => go(&first),
    }
}

async fn page(visitor: &Visitor, current: &Current) -> Result<Page> {
    let ctx = &visitor.ctx;
    let status = second_factor::status(ctx, current.user).await?;
    let mut shows = json!({
        "page": "second-factor",
        "is_on": status.is_on,
        "codes_left": status.codes_left,
        "is_required": ctx.settings.sign_in.second_factor_required,
        "is_enrolment": current.stage == Stage::Enrolment,
    });
    if let Some(secret) = &status.secret {
        let user = users::store::by_id(ctx.db.reader(), current.user).await?;
        let user = user.ok_or_else(slipway_kernel::ctx::unauthenticated)?;
        let base = base_url(&ctx.settings.server);
        let host = base.split_once("://").map_or(base.as_str(), |(_, host)| host);
        let address = one_time::address(secret, &format!("Slipway ({host})"), user.username.as_str());
        let (side, picture) = one_time::picture(&address)?;
        if let Some(shows) = shows.as_object_mut() {
            shows.insert("secret".to_owned(), one_time::typed(secret).into());
            shows.insert("side".to_owned(), (side + 8).into());
            shows.insert("picture".to_owned(), picture.into());
        }
    }
    Page::new(visitor, "factor.html", shows)
}

pub(super) async fn begin(visitor: Visitor, _proof: Form) -> Result<Response> {
    let current = match entitled(&visitor) {
        Ok(current) => current,
        Err(first) => return go(&first),
    };
    match second_factor::begin(&visitor.ctx, current).await {
        Ok(()) => Ok(go_to("/account/second-factor")),
        Err(error) => again(&visitor, current, error).await,
    }
}

pub(super) async fn confirm(visitor: Visitor, form: Form) -> Result<Response> {
    let current = match entitled(&visitor) {
        Ok(current) => current,
        Err(first) => return go(&first),
    };
    match second_factor::confirm(&visitor.ctx, current, &form.text("code")).await {
        Ok((codes, started)) => Page::new(&visitor, "factor.html", codes_shown(&codes)?)?
            .with_session(started)
            .answer(&visitor.ctx),
        Err(error) => again(&visitor, current, error).await,
    }
}

pub(super) async fn turn_off(visitor: Visitor, form: Form) -> Result<Response> {
    let current = match visitor.signed_in() {
        Ok(current) => current,
        Err(first) => return go(&first),
    };
    match second_factor::turn_off(&visitor.ctx, current, form.secret("proof")).await {
        Ok(started) => go_with(
            &visitor.ctx,
            &ReturnPath::or_console("/account/second-factor"),
            &started,
        ),
        Err(error) => again(&visitor, current, error).await,
    }
}

pub(super) async fn new_codes(visitor: Visitor, form: Form) -> Result<Response> {
    let current = match visitor.signed_in() {
        Ok(current) => current,
        Err(first) => return go(&first),
    };
    match second_factor::new_codes(&visitor.ctx, current, form.secret("proof")).await {
        Ok(codes) => Page::new(&visitor, "factor.html", codes_shown(&codes)?)?.answer(&visitor.ctx),
        Err(error) => again(&visitor, current, error).await,
    }
}

fn codes_shown(codes: &[SecretBytes]) -> Result<serde_json::Value> {
    let codes = codes.iter().map(SecretBytes::expose_text).collect::<Result<Vec<_>>>()?;
    Ok(json!({"page": "second-factor", "is_on": true, "codes": codes, "codes_left": codes.len()}))
}

async fn again(visitor: &Visitor, current: &Current, error: Error) -> Result<Response> {
    page(visitor, current).await?.refused(error)?.answer(&visitor.ctx)
}
