//! Secrets survive a restart and nothing else: no other place, no other organization, no other master key.

use slipway_api::Code;
use slipway_kernel::secrets::Place;

use crate::fixture::{Home, organization};

fn place(row: &str) -> Place {
    Place::new("variables", "value", row)
}

#[tokio::test]
async fn a_secret_opens_after_a_restart_at_its_place_and_nowhere_else() {
    let home = Home::new();
    let ctx = home.start().await;
    let (ours, theirs) = (organization(&ctx).await, organization(&ctx).await);
    let sealed = ctx
        .secrets
        .seal(ctx.db.reader(), Some(ours), &place("a"), b"hunter2")
        .await
        .unwrap();
    drop(ctx);
    let ctx = home.start().await;
    let db = ctx.db.reader();
    let opened = ctx.secrets.open(db, Some(ours), &place("a"), &sealed).await.unwrap();
    assert_eq!(opened.expose_text().unwrap(), "hunter2");
    assert!(ctx.secrets.open(db, Some(ours), &place("b"), &sealed).await.is_err());
    assert!(ctx.secrets.open(db, Some(theirs), &place("a"), &sealed).await.is_err());
    assert!(ctx.secrets.open(db, None, &place("a"), &sealed).await.is_err());
}

#[tokio::test]
async fn the_site_has_a_key_of_its_own() {
    let home = Home::new();
    let ctx = home.start().await;
    let sealed = ctx
        .secrets
        .seal(ctx.db.reader(), None, &place("a"), b"hunter2")
        .await
        .unwrap();
    let opened = ctx
        .secrets
        .open(ctx.db.reader(), None, &place("a"), &sealed)
        .await
        .unwrap();
    assert_eq!(opened.expose(), b"hunter2");
}

#[tokio::test]
async fn another_master_key_refuses_to_start() {
    let home = Home::new();
    drop(home.start().await);
    let other = Home::new();
    drop(other.start().await);
    let file = |home: &Home| home.settings.server.data_dir.join("master.key");
    std::fs::copy(file(&other), file(&home)).unwrap();
    let error = home.try_start().await.err().unwrap();
    assert_eq!(error.code(), Code::Conflict);
    assert!(error.detail().contains("not the master key"), "{}", error.detail());
}

#[tokio::test]
async fn a_missing_master_key_is_not_made_anew() {
    let home = Home::new();
    drop(home.start().await);
    let file = home.settings.server.data_dir.join("master.key");
    std::fs::remove_file(&file).unwrap();
    let error = home.try_start().await.err().unwrap();
    assert!(error.detail().contains("is missing"), "{}", error.detail());
    assert!(!file.exists());
}

#[tokio::test]
async fn two_processes_that_start_together_agree_on_the_keys() {
    let home = Home::new();
    let (first, second) = tokio::join!(home.start(), home.start());
    let organization = organization(&first).await;
    let sealed = first
        .secrets
        .seal(first.db.reader(), Some(organization), &place("a"), b"x")
        .await
        .unwrap();
    let opened = second
        .secrets
        .open(second.db.reader(), Some(organization), &place("a"), &sealed)
        .await;
    assert_eq!(opened.unwrap().expose(), b"x");
}

#[tokio::test]
async fn a_key_of_a_transaction_that_failed_is_never_used() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = ctx.new_id().unwrap();
    let tx = ctx.begin().await.unwrap();
    ctx.secrets.create_data_key(&tx, id).await.unwrap();
    ctx.secrets.seal(&*tx, Some(id), &place("a"), b"x").await.unwrap();
    drop(tx);
    let tx = ctx.begin().await.unwrap();
    ctx.secrets.create_data_key(&tx, id).await.unwrap();
    let sealed = ctx.secrets.seal(&*tx, Some(id), &place("a"), b"x").await.unwrap();
    tx.commit().await.unwrap();
    ctx.secrets.forget(Some(id));
    let opened = ctx.secrets.open(ctx.db.reader(), Some(id), &place("a"), &sealed).await;
    assert_eq!(
        opened.unwrap().expose(),
        b"x",
        "what is stored opens with the key that is stored"
    );
}

#[tokio::test]
async fn an_organization_without_a_key_seals_nothing() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = ctx.new_id().unwrap();
    assert!(
        ctx.secrets
            .seal(ctx.db.reader(), Some(id), &place("a"), b"x")
            .await
            .is_err()
    );
}

#[tokio::test]
async fn nothing_in_the_data_directory_shows_a_secret() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let canary = b"canary-7f3a9b-canary-7f3a9b-canary".repeat(50);
    ctx.blobs.put(&ctx, organization, canary.clone().into()).await.unwrap();
    ctx.secrets
        .seal(ctx.db.reader(), Some(organization), &place("a"), &canary)
        .await
        .unwrap();
    drop(ctx);
    let mut folders = vec![home.settings.server.data_dir.clone()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            assert!(
                !bytes.windows(13).any(|window| window == b"canary-7f3a9b"),
                "{}",
                path.display()
            );
            files += 1;
        }
    }
    assert!(files >= 2, "key and object, at least");
}
