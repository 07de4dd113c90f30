//! Keys are exchanged while servers run: data keys piece by piece, killed at every step; the master key at once.

use std::time::Duration;

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, Statement};
use slipway_api::ids::OrganizationId;
use slipway_kernel::events::signing::Signer;
use slipway_kernel::mail::{self, Mail};
use slipway_kernel::secrets::rotation::{self, RotationState};
use slipway_kernel::secrets::source::{exchange_files, next_to};
use slipway_kernel::secrets::{KeySource, Place, follow_to, new_master, rotate_master};
use slipway_kernel::{Ctx, sealed_columns};

use crate::fixture::{Home, organization};

fn place(row: &str) -> Place {
    Place::new("audit_webhooks", "secret", row)
}

/// Rows with sealed values, in a table of the kernel's own.
async fn seal_rows(ctx: &Ctx, organization: Option<OrganizationId>, count: usize) -> Vec<String> {
    let mut rows = Vec::new();
    for _ in 0..count {
        let settings = slipway_api::audit::AuditWebhookSettings {
            url: Some("https://example.com".to_owned()),
            ..Default::default()
        };
        let (webhook, _) = slipway_kernel::events::webhooks::create(ctx, organization, settings)
            .await
            .unwrap();
        rows.push(webhook.id.to_string());
    }
    rows
}

async fn stored(ctx: &Ctx, row: &str) -> Vec<u8> {
    let sql = format!("SELECT secret FROM audit_webhooks WHERE id = '{row}'");
    let reader = ctx.db.reader();
    let found = reader
        .query_one_raw(Statement::from_string(reader.get_database_backend(), sql))
        .await
        .unwrap();
    found.unwrap().try_get_by_index(0).unwrap()
}

async fn store(ctx: &Ctx, row: &str, sealed: &[u8]) {
    let tx = ctx.begin().await.unwrap();
    let update = Query::update()
        .table(Alias::new("audit_webhooks"))
        .value(Alias::new("secret"), sealed.to_vec())
        .and_where(Expr::col(Alias::new("id")).eq(row))
        .to_owned();
    tx.execute(&update).await.unwrap();
    tx.commit().await.unwrap();
}

fn version(sealed: &[u8]) -> u32 {
    u32::from_be_bytes(sealed[1..5].try_into().unwrap())
}

async fn state(ctx: &Ctx, scope: &str) -> (RotationState, Vec<i64>) {
    let all = rotation::status(ctx).await.unwrap();
    let found = all.into_iter().find(|status| status.scope == scope).unwrap();
    (found.rotation.unwrap().state, found.versions)
}

fn pass(ctx: &Ctx, seconds: u64) {
    ctx.clock.advance(Duration::from_secs(seconds));
}

#[tokio::test]
async fn a_rotation_that_is_killed_at_every_step_still_seals_everything_again() {
    let home = Home::new();
    let ctx = home.start().await;
    let (ours, theirs) = (organization(&ctx).await, organization(&ctx).await);
    let rows = seal_rows(&ctx, Some(ours), 7).await;
    let foreign = seal_rows(&ctx, Some(theirs), 1).await;
    let mut blobs = Vec::new();
    for number in 0..5 {
        let content = format!("content {number}").repeat(100);
        blobs.push((
            ctx.blobs.put(&ctx, ours, content.clone().into()).await.unwrap(),
            content,
        ));
    }
    rotation::begin(&ctx, Some(ours)).await.unwrap();
    assert!(rotation::begin(&ctx, Some(ours)).await.is_err(), "one at a time");
    assert!(
        !rotation::step(&ctx, &sealed_columns(), 2).await.unwrap(),
        "others may still use the old key"
    );
    pass(&ctx, 60);
    drop(ctx);
    let mut steps = 0;
    loop {
        // A new process for each step: whatever the last one knew is lost.
        let ctx = home.start().await;
        if !rotation::step(&ctx, &sealed_columns(), 2).await.unwrap() {
            break;
        }
        steps += 1;
        assert!(steps < 200, "it ends some day");
    }
    let ctx = home.start().await;
    for row in &rows {
        let sealed = stored(&ctx, row).await;
        assert_eq!(version(&sealed), 2);
        assert!(
            ctx.secrets
                .open(ctx.db.reader(), Some(ours), &place(row), &sealed)
                .await
                .is_ok()
        );
    }
    assert_eq!(
        version(&stored(&ctx, &foreign[0]).await),
        1,
        "another organization's is left alone"
    );
    for (address, content) in &blobs {
        assert_eq!(ctx.blobs.get(&ctx, ours, address).await.unwrap(), content.as_bytes());
        assert_eq!(
            ctx.blobs.put(&ctx, ours, content.clone().into()).await.unwrap(),
            *address,
            "addresses stay"
        );
    }
    let scope = ours.to_string();
    assert_eq!(state(&ctx, &scope).await, (RotationState::Waiting, vec![1, 2]));
}

#[tokio::test]
async fn old_versions_go_a_day_later_and_only_when_nothing_needs_them() {
    let home = Home::new();
    let ctx = home.start().await;
    let ours = organization(&ctx).await;
    let scope = ours.to_string();
    let rows = seal_rows(&ctx, Some(ours), 3).await;
    let address = ctx.blobs.put(&ctx, ours, "content".into()).await.unwrap();
    let columns = sealed_columns();
    let mut old = Vec::new();
    for target in [2, 3] {
        rotation::begin(&ctx, Some(ours)).await.unwrap();
        pass(&ctx, 60);
        while rotation::step(&ctx, &columns, 100).await.unwrap() {}
        let sealed = stored(&ctx, &rows[0]).await;
        assert_eq!(version(&sealed), target);
        old.push(sealed);
    }
    assert_eq!(state(&ctx, &scope).await, (RotationState::Waiting, vec![1, 2, 3]));
    // Somebody sealed long ago and commits only now.
    store(&ctx, &rows[0], &old[0]).await;
    pass(&ctx, 86_400);
    while rotation::step(&ctx, &columns, 100).await.unwrap() {}
    assert_eq!(
        state(&ctx, &scope).await,
        (RotationState::Waiting, vec![1, 2, 3]),
        "the last look found it, and another day begins"
    );
    pass(&ctx, 86_400);
    while rotation::step(&ctx, &columns, 100).await.unwrap() {}
    assert_eq!(
        state(&ctx, &scope).await,
        (RotationState::Done, vec![1, 3]),
        "the first one addresses blobs"
    );
    let ctx = home.start().await;
    for row in &rows {
        let sealed = stored(&ctx, row).await;
        assert!(
            ctx.secrets
                .open(ctx.db.reader(), Some(ours), &place(row), &sealed)
                .await
                .is_ok()
        );
    }
    assert_eq!(ctx.blobs.get(&ctx, ours, &address).await.unwrap(), "content");
}

#[tokio::test]
async fn another_replica_seals_with_the_new_key_before_the_old_values_are_walked() {
    let home = Home::new();
    let (first, second) = (home.start().await, home.start().await);
    let ours = organization(&first).await;
    let seal = async |ctx: &Ctx| {
        version(
            &ctx.secrets
                .seal(ctx.db.reader(), Some(ours), &place("a"), b"x")
                .await
                .unwrap(),
        )
    };
    assert_eq!(seal(&second).await, 1);
    rotation::begin(&first, Some(ours)).await.unwrap();
    assert_eq!(seal(&first).await, 2);
    pass(&first, 5);
    assert_eq!(
        seal(&second).await,
        2,
        "no replica believes for longer than five seconds what it knows"
    );
    assert!(!rotation::step(&first, &sealed_columns(), 100).await.unwrap());
}

#[tokio::test]
async fn the_sites_own_secrets_are_sealed_again_too() {
    let home = Home::new();
    let ctx = home.start().await;
    let key = Signer::load(&ctx).await.unwrap().public_key().to_owned();
    let mut tx = ctx.begin().await.unwrap();
    let waiting = Mail {
        to: "ann@example.com".to_owned(),
        subject: "A link".to_owned(),
        text: "secret".to_owned(),
    };
    mail::send(&mut tx, &ctx, &waiting).await.unwrap();
    tx.commit().await.unwrap();
    rotation::begin(&ctx, None).await.unwrap();
    pass(&ctx, 60);
    while rotation::step(&ctx, &sealed_columns(), 100).await.unwrap() {}
    let (state, _) = state(&ctx, "site").await;
    assert_eq!(state, RotationState::Waiting);
    let status = rotation::status(&ctx).await.unwrap().remove(0);
    assert_eq!(status.rotation.unwrap().resealed, 2, "the signing key and the mail");
    let ctx = home.start().await;
    assert_eq!(Signer::load(&ctx).await.unwrap().public_key(), key);
    let sql = "SELECT subject, payload FROM work_items WHERE kind = 'kernel.mail'";
    let reader = ctx.db.reader();
    let row = reader
        .query_one_raw(Statement::from_string(reader.get_database_backend(), sql))
        .await
        .unwrap()
        .unwrap();
    let (subject, payload): (String, serde_json::Value) =
        (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
    let text = payload["sealed"].as_str().unwrap();
    let sealed: Vec<u8> = (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect();
    assert_eq!(version(&sealed), 2);
    let at = Place::new("work_items", "payload.mail", subject);
    assert!(ctx.secrets.open(reader, None, &at, &sealed).await.is_ok());
}

#[tokio::test]
async fn the_master_key_is_exchanged_and_every_replica_follows() {
    let home = Home::new();
    let (first, second) = (home.start().await, home.start().await);
    let ours = organization(&first).await;
    let sealed = first
        .secrets
        .seal(first.db.reader(), Some(ours), &place("a"), b"x")
        .await
        .unwrap();
    let path = home.settings.server.data_dir.join("master.key");
    let old = first.secrets.fingerprint();

    let new = new_master(&first).unwrap();
    new.store(&next_to(&path)).unwrap();
    drop(home.start().await);
    rotate_master(&first, &new, &KeySource::File(path.clone()))
        .await
        .unwrap();
    assert_ne!(first.secrets.fingerprint(), old);
    assert!(
        rotate_master(&first, &new, &KeySource::File(path.clone()))
            .await
            .is_err(),
        "it is used already"
    );
    // The second one has the organization's key not yet, and finds the new master key beside the old.
    let opened = second
        .secrets
        .open(second.db.reader(), Some(ours), &place("a"), &sealed)
        .await;
    assert_eq!(opened.unwrap().expose(), b"x");
    assert_eq!(second.secrets.fingerprint(), new.fingerprint());
    organization(&second).await;
    drop(home.start().await);

    // Killed between the exchange and the renaming of files, or after it.
    let kept = exchange_files(&path, &old).unwrap();
    assert!(kept.exists());
    let third = home.start().await;
    assert_eq!(third.secrets.fingerprint(), new.fingerprint());
    std::fs::remove_file(&path).unwrap();
    std::fs::rename(&kept, &path).unwrap();
    let refused = home.try_start().await.err().unwrap();
    assert!(refused.detail().contains(new.fingerprint()), "{}", refused.detail());
}

#[tokio::test]
async fn a_replica_without_the_new_master_key_goes_on_and_makes_nothing_that_is_lost() {
    let home = Home::new();
    let first = home.start().await;
    let path = home.settings.server.data_dir.join("master.key");
    // Another machine: the same database, its own copy of the key.
    let copy = tempfile::tempdir().unwrap();
    let elsewhere = copy.path().join("master.key");
    std::fs::copy(&path, &elsewhere).unwrap();
    let mut settings = home.settings.clone();
    settings.server.master_key_file = Some(elsewhere.clone());
    let other = Home::with_settings(settings, &home);
    let second = other.start().await;
    let ours = organization(&first).await;
    let sealed = second
        .secrets
        .seal(second.db.reader(), Some(ours), &place("a"), b"x")
        .await
        .unwrap();

    let new = new_master(&first).unwrap();
    new.store(&next_to(&path)).unwrap();
    rotate_master(&first, &new, &KeySource::File(path.clone()))
        .await
        .unwrap();
    let reader = second.db.reader();
    assert!(
        second
            .secrets
            .open(reader, Some(ours), &place("a"), &sealed)
            .await
            .is_ok(),
        "it is in memory"
    );
    let tx = second.begin().await.unwrap();
    let id = second.new_id().unwrap();
    assert!(
        second.secrets.create_data_key(&tx, id).await.is_err(),
        "nothing is wrapped by the old key"
    );
    drop(tx);
    let reason = follow_to(&second, new.fingerprint()).await.unwrap_err();
    assert!(reason.detail().contains("master.key.next"), "{}", reason.detail());
    assert!(other.try_start().await.is_err());

    new.store(&next_to(&elsewhere)).unwrap();
    follow_to(&second, new.fingerprint()).await.unwrap();
    organization(&second).await;
}
