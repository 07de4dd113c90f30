//! Tokens: what opens, what does not, and what is kept of them.

use std::time::Duration;

use slipway_api::Code;
use slipway_api::ids::RunnerPoolId;
use slipway_api::tokens::NewToken;
use slipway_identity::tokens::{self, Authenticator, Caller};
use slipway_identity::users;
use slipway_kernel::{Actor, Ctx, Result};

use crate::fixture::{Site, page};

fn wanted(site: &Site, lifetime: Option<Duration>) -> NewToken {
    NewToken {
        description: "laptop".to_owned(),
        expired_at: lifetime.map(|lifetime| site.kernel.clock.now().after(lifetime)),
        scopes: None,
    }
}

/// A new token of the caller's own.
async fn token(site: &Site, ctx: &Ctx, lifetime: Option<Duration>) -> (tokens::Token, String) {
    let made = tokens::service::create(ctx, &site.tree, ctx.user().unwrap(), wanted(site, lifetime))
        .await
        .unwrap();
    let text = made.text.expose_text().unwrap().to_owned();
    (made.token, text)
}

fn refusal(result: Result<Caller>) -> (Code, String) {
    let error = result.unwrap_err();
    (error.code(), error.detail().to_owned())
}

#[tokio::test]
async fn a_token_stands_for_its_user_until_it_expires() {
    let site = Site::new().await;
    let anna = site.user("anna").await;
    let authenticator = Authenticator::default();
    let (_, text) = token(&site, &anna, Some(Duration::from_secs(60))).await;
    assert!(text.starts_with("slw_u_"));
    assert_eq!(
        &authenticator.authenticate(&site.kernel, &text).await.unwrap().actor,
        anna.actor()
    );
    site.kernel.clock.advance(Duration::from_secs(60));
    let refused = authenticator.authenticate(&site.kernel, &text).await;
    assert_eq!(refusal(refused).0, Code::Unauthenticated);
}

#[tokio::test]
async fn unknown_expired_revoked_and_foreign_ones_are_refused_alike() {
    let site = Site::new().await;
    let anna = site.user("anna").await;
    let authenticator = Authenticator::default();
    let (revoked, revoked_text) = token(&site, &anna, None).await;
    let (_, expired_text) = token(&site, &anna, Some(Duration::from_secs(1))).await;
    authenticator.authenticate(&site.kernel, &revoked_text).await.unwrap();
    tokens::service::revoke(&anna, &site.tree, revoked.id).await.unwrap();
    site.kernel.clock.advance(Duration::from_secs(2));
    let unknown = slipway_kernel::tokens::generate("u", &site.kernel.random).unwrap();
    let run = slipway_kernel::tokens::generate("r", &site.kernel.random).unwrap();
    let pool = slipway_kernel::tokens::generate("p", &site.kernel.random).unwrap();

    let mut refusals = Vec::new();
    for text in [
        revoked_text.as_str(),
        &expired_text,
        unknown.expose_text().unwrap(),
        run.expose_text().unwrap(),
        pool.expose_text().unwrap(),
        "slw_u_short",
        "",
    ] {
        refusals.push(refusal(authenticator.authenticate(&site.kernel, text).await));
    }
    refusals.dedup();
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    assert_eq!(refusals[0].0, Code::Unauthenticated);
}

#[tokio::test]
async fn a_mistyped_token_never_reaches_the_database() {
    let site = Site::new().await;
    let anna = site.user("anna").await;
    let (_, text) = token(&site, &anna, None).await;
    let mut mistyped = text.clone();
    let last = mistyped.pop().unwrap();
    mistyped.push(if last == 'a' { 'b' } else { 'a' });
    site.kernel.db.reader().clone().close().await.unwrap();

    let authenticator = Authenticator::default();
    let refused = authenticator.authenticate(&site.kernel, &mistyped).await;
    assert_eq!(refusal(refused).0, Code::Unauthenticated);
    // The right one would have asked, so the database is really away.
    let failed = authenticator.authenticate(&site.kernel, &text).await;
    assert_ne!(refusal(failed).0, Code::Unauthenticated);
}

#[tokio::test]
async fn a_deleted_users_token_is_refused_at_once() {
    let site = Site::new().await;
    let admin = site.administrator("root").await;
    let anna = site.user("anna").await;
    let authenticator = Authenticator::default();
    let (_, text) = token(&site, &anna, None).await;
    authenticator.authenticate(&site.kernel, &text).await.unwrap();
    users::service::delete(&admin, anna.user().unwrap()).await.unwrap();
    let refused = authenticator.authenticate(&site.kernel, &text).await;
    assert_eq!(refusal(refused).0, Code::Unauthenticated);
}

#[tokio::test]
async fn a_pools_token_stands_for_its_runners_and_only_its_managers_take_it_back() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let pool: RunnerPoolId = owner.new_id().unwrap();
    let mut tx = owner.begin().await.unwrap();
    let made = tokens::create_for_pool(&mut tx, &owner, Some(acme.id), pool, wanted(&site, None))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let text = made.text.expose_text().unwrap();
    let authenticator = Authenticator::default();
    assert_eq!(
        authenticator.authenticate(&site.kernel, text).await.unwrap().actor,
        Actor::Runner { pool }
    );
    assert_eq!(tokens::list_for_pool(&owner, pool, &page()).await.unwrap().total, 1);

    let reader = site.user("reader").await;
    site.give(&owner, &acme, &reader, "read", "acme").await.unwrap();
    let stranger = site.user("stranger").await;
    let code = async |ctx: &Ctx| {
        tokens::service::revoke(ctx, &site.tree, made.token.id)
            .await
            .unwrap_err()
            .code()
    };
    assert_eq!(code(&reader).await, Code::Forbidden);
    assert_eq!(code(&stranger).await, Code::NotFound);
    tokens::service::revoke(&owner, &site.tree, made.token.id)
        .await
        .unwrap();
    assert!(authenticator.authenticate(&site.kernel, text).await.is_err());
    assert_eq!(tokens::list_for_pool(&owner, pool, &page()).await.unwrap().total, 0);
}

#[tokio::test]
async fn uses_are_noted_once_a_minute_and_written_in_the_background() {
    let site = Site::new().await;
    let anna = site.user("anna").await;
    let authenticator = Authenticator::default();
    let (token, text) = token(&site, &anna, None).await;
    let start = site.kernel.clock.now();
    let mut seen = Vec::new();
    for seconds in [0, 59, 1] {
        site.kernel.clock.advance(Duration::from_secs(seconds));
        authenticator.authenticate(&site.kernel, &text).await.unwrap();
        authenticator.write_uses(&site.system()).await.unwrap();
        let row = tokens::service::get_visible(&anna, token.id).await.unwrap();
        seen.push(row.last_used_at.unwrap().since(start).as_secs());
    }
    assert_eq!(seen, [0, 0, 60]);
}

#[tokio::test]
async fn the_text_of_a_token_is_kept_nowhere() {
    let site = Site::new().await;
    let anna = site.user("anna").await;
    let (_, text) = token(&site, &anna, None).await;
    let secret = text.as_bytes();
    let mut files = 0;
    for entry in std::fs::read_dir(site.directory.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            files += 1;
            assert!(
                !bytes.windows(secret.len()).any(|window| window == secret),
                "{}",
                path.display()
            );
        }
    }
    let is_elsewhere = slipway_testing::postgres::is_wanted().unwrap();
    assert!(files >= 2 || is_elsewhere, "the database and its log were not found");
}

#[tokio::test]
async fn nobody_becomes_another_user_by_making_a_token() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let anna = site.user("anna").await;
    site.give(&owner, &acme, &anna, "read", "acme").await.unwrap();
    let made = tokens::service::create(&owner, &site.tree, anna.user().unwrap(), NewToken::default()).await;
    assert_eq!(made.err().unwrap().code(), Code::Forbidden);
    let made = tokens::service::create(&anna, &site.tree, owner.user().unwrap(), NewToken::default()).await;
    assert_eq!(made.err().unwrap().code(), Code::NotFound);
    let admin = site.administrator("root").await;
    assert!(
        tokens::service::create(&admin, &site.tree, anna.user().unwrap(), NewToken::default())
            .await
            .is_ok()
    );
    let others = tokens::service::list(&owner, anna.user().unwrap(), &page()).await;
    assert_eq!(others.err().unwrap().code(), Code::Forbidden);
}
