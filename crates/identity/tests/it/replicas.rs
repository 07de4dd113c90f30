//! Two replicas on one database: what one takes away, the other no longer allows.

use std::sync::Arc;

use slipway_api::Timestamp;
use slipway_identity::tokens::Authenticator;
use slipway_identity::{organizations, teams};
use slipway_kernel::clock::Clock;
use slipway_kernel::ctx::Origin;
use slipway_kernel::grants::{Permission, Scope};
use slipway_kernel::random::Random;
use slipway_kernel::settings::Settings;
use slipway_kernel::{Ctx, Kernel};

use crate::fixture::Site;

const RUN_APPLY: Permission = Permission::new("workspace.run.apply");

/// Another process on the site's database.
async fn replica(site: &Site, url: &str) -> Arc<Kernel> {
    let mut settings = Settings::default();
    settings.server.data_dir = site.directory.path().to_owned();
    settings.database.url = Some(url.to_owned());
    let mut migrations = slipway_kernel::migrations();
    migrations.extend(slipway_identity::migrations());
    let clock = Clock::manual(Timestamp::from_unix_ms(1_763_680_000_000));
    Kernel::open(settings, clock, Random::seeded(8), &migrations)
        .await
        .unwrap()
}

#[tokio::test]
async fn access_ends_on_every_replica_at_the_next_request() {
    let url = tokio::task::spawn_blocking(slipway_testing::postgres::database)
        .await
        .unwrap()
        .unwrap();
    let site = Site::on(Some(url.clone())).await;
    let other = replica(&site, &url).await;
    let (acme, owner) = site.organization("acme").await;
    let mia = site.user("mia").await;
    let held = site.give(&owner, &acme, &mia, "write", "acme").await.unwrap();
    let text = site.token(&mia, None).await.unwrap();
    let authenticator = Authenticator::default();
    let scope = Scope::organization(acme.id);
    let may = async || {
        let caller = authenticator.authenticate(&other, &text).await.unwrap();
        let ctx = Ctx::new(Arc::clone(&other), caller.actor, Origin::default()).with_limits(caller.limits);
        ctx.granted().await.unwrap().allows(RUN_APPLY, &scope)
    };
    assert!(may().await);
    site.take(&owner, &held).await.unwrap();
    assert!(!may().await);

    let team = site.team(&owner, &acme, "platform").await;
    site.give_to(&owner, &acme, team.id, "write", "acme").await.unwrap();
    teams::service::add_members(&owner, &site.tree, &team, &["mia".to_owned()])
        .await
        .unwrap();
    assert!(may().await);
    teams::service::remove_members(&owner, &site.tree, &team, &["mia".to_owned()])
        .await
        .unwrap();
    assert!(!may().await);
    teams::service::add_members(&owner, &site.tree, &team, &["mia".to_owned()])
        .await
        .unwrap();
    assert!(may().await);
    teams::service::delete(&owner, &site.tree, &team).await.unwrap();
    assert!(!may().await);

    let listed = slipway_identity::tokens::service::list(&mia, mia.user().unwrap(), &crate::fixture::page())
        .await
        .unwrap();
    slipway_identity::tokens::service::revoke(&mia, &site.tree, listed.rows[0].id)
        .await
        .unwrap();
    assert!(authenticator.authenticate(&other, &text).await.is_err());
    assert!(organizations::by_id(&owner, acme.id).await.is_ok());
}
