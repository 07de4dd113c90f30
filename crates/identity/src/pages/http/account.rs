//! `/account` and `/account/password`.

use axum::response::Response;
use serde_json::{Value, json};
use slipway_api::users::{AccountChanges, PasswordChange};
use slipway_kernel::{Result, mail};

use super::answer::{Page, go, go_to};
use super::request::{Form, Visitor};
use crate::accounts::service::{password, profile};
use crate::users::{self, User};

pub(super) async fn show(visitor: Visitor) -> Result<Response> {
    if let Err(first) = visitor.signed_in() {
        return go(&first);
    }
    page(&visitor, false).await?.answer(&visitor.ctx)
}

/// The page of the account; `is_sent` when a link to verify the address is on its way.
pub(super) async fn page(visitor: &Visitor, is_sent: bool) -> Result<Page> {
    let user = users::service::me(&visitor.ctx).await?;
    let mut shows = shows(&user);
    if let Some(shows) = shows.as_object_mut() {
        let can_verify = user.email.is_some() && !user.is_email_verified && mail::is_configured(&visitor.ctx.settings);
        shows.insert("can_verify".to_owned(), can_verify.into());
        shows.insert("is_sent".to_owned(), is_sent.into());
    }
    Page::new(visitor, "account.html", shows)
}

pub(super) async fn update(visitor: Visitor, form: Form) -> Result<Response> {
    if let Err(first) = visitor.signed_in() {
        return go(&first);
    }
    let changed = async {
        let changes = AccountChanges {
            username: Some(form.name("username")?),
            email: Some(form.optional("email")),
        };
        profile::update(&visitor.ctx, changes).await
    };
    match changed.await {
        Ok(_) => Ok(go_to("/account")),
        Err(error) => {
            let mut shows = shows(&users::service::me(&visitor.ctx).await?);
            if let Some(shows) = shows.as_object_mut() {
                shows.insert("username".to_owned(), form.text("username").into());
                shows.insert("email".to_owned(), form.text("email").into());
            }
            Page::new(&visitor, "account.html", shows)?
                .refused(error)?
                .answer(&visitor.ctx)
        }
    }
}

fn shows(user: &User) -> Value {
    json!({
        "page": "account",
        "me": user.username,
        "username": user.username,
        "email": user.email,
        "is_email_verified": user.is_email_verified,
    })
}

pub(super) async fn show_password(visitor: Visitor) -> Result<Response> {
    if let Err(first) = visitor.signed_in() {
        return go(&first);
    }
    password_page(&visitor, false).await?.answer(&visitor.ctx)
}

pub(super) async fn change_password(visitor: Visitor, form: Form) -> Result<Response> {
    let session = match visitor.signed_in() {
        Ok(current) => current.id,
        Err(first) => return go(&first),
    };
    let wanted = PasswordChange {
        current_password: form.exact("current_password"),
        password: form.exact("password"),
        password_confirmation: form.exact("password_confirmation"),
    };
    match password::change(&visitor.ctx, wanted, Some(session)).await {
        Ok((_, started)) => {
            let page = password_page(&visitor, true).await?;
            let page = match started {
                Some(started) => page.with_session(started),
                None => page,
            };
            page.answer(&visitor.ctx)
        }
        Err(error) => password_page(&visitor, false)
            .await?
            .refused(error)?
            .answer(&visitor.ctx),
    }
}

async fn password_page(visitor: &Visitor, is_changed: bool) -> Result<Page> {
    let user = users::service::me(&visitor.ctx).await?;
    let shows = json!({
        "page": "password",
        "me": user.username,
        "is_changed": is_changed,
        "has_password": user.password_hash.is_some(),
    });
    Page::new(visitor, "password.html", shows)
}
