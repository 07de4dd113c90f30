//! Blobs: once per organization, never lost while referred to, never wrong, whatever the store does.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use object_store::ObjectStoreExt;
use slipway_api::Code;
use slipway_kernel::Ctx;
use slipway_kernel::blobs::{self, Blobs, Collected, Owner};

use crate::fixture::{Home, organization, soon};
use crate::store::{Mood, Moody};

const HOUR: Duration = Duration::from_secs(3_600);

async fn moody() -> (Home, Ctx, Moody) {
    let home = Home::new();
    let store = Moody::default();
    let ctx = with_store(&home, &store).await;
    (home, ctx, store)
}

async fn with_store(home: &Home, store: &Moody) -> Ctx {
    let objects = Arc::new(store.clone());
    home.start_with(|kernel| kernel.blobs = Blobs::new(objects, Duration::from_millis(200)))
        .await
}

#[tokio::test]
async fn a_blob_comes_back_after_a_restart() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let mut contents = vec![Bytes::new(), Bytes::from_static(b"hello")];
    contents.push(Bytes::from(
        (0..3_000_000u32)
            .map(|n| (n.wrapping_mul(n) >> 7) as u8)
            .collect::<Vec<_>>(),
    ));
    for content in contents {
        let address = ctx.blobs.put(&ctx, organization, content.clone()).await.unwrap();
        let again = home.start().await;
        assert!(again.blobs.get(&again, organization, &address).await.unwrap() == content);
    }
}

#[tokio::test]
async fn equal_content_is_stored_once_per_organization_and_shared_with_nobody() {
    let (_home, ctx, store) = moody().await;
    let (ours, theirs) = (organization(&ctx).await, organization(&ctx).await);
    let content = Bytes::from_static(b"hello");
    let first = ctx.blobs.put(&ctx, ours, content.clone()).await.unwrap();
    let second = ctx.blobs.put(&ctx, ours, content.clone()).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(store.keys().await.len(), 1);
    let other = ctx.blobs.put(&ctx, theirs, content).await.unwrap();
    assert_ne!(first, other, "an address says nothing about another organization");
    assert!(!ctx.blobs.exists(&ctx, theirs, &first).await.unwrap());
    let missing = ctx.blobs.get(&ctx, theirs, &first).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
}

#[tokio::test]
async fn many_who_put_the_same_at_once_share_one_blob() {
    let (_home, ctx, store) = moody().await;
    let organization = organization(&ctx).await;
    let puts = (0..8).map(|_| ctx.blobs.put(&ctx, organization, Bytes::from_static(b"hello")));
    let addresses: Vec<_> = futures::future::join_all(puts)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(addresses.iter().all(|address| *address == addresses[0]));
    let content = ctx.blobs.get(&ctx, organization, &addresses[0]).await.unwrap();
    assert_eq!(content, Bytes::from_static(b"hello"));
    assert_eq!(
        store.keys().await.len(),
        1,
        "the objects of those who were slower are gone"
    );
}

#[tokio::test]
async fn what_is_referred_to_stays_and_the_rest_is_collected() {
    let (home, ctx, store) = moody().await;
    let organization = organization(&ctx).await;
    let kept = ctx
        .blobs
        .put(&ctx, organization, Bytes::from_static(b"kept"))
        .await
        .unwrap();
    let left = ctx
        .blobs
        .put(&ctx, organization, Bytes::from_static(b"left"))
        .await
        .unwrap();
    let owner = Owner::new("state-version", "sv-1");
    let tx = ctx.begin().await.unwrap();
    blobs::refer(&tx, &ctx, organization, &kept, &owner).await.unwrap();
    blobs::refer(&tx, &ctx, organization, &kept, &owner).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(
        blobs::collect(&ctx, HOUR).await.unwrap(),
        Collected::default(),
        "it is too early"
    );
    home.clock.advance(2 * HOUR);
    let collected = blobs::collect(&ctx, HOUR).await.unwrap();
    assert_eq!(collected, Collected { blobs: 1, objects: 0 });
    assert!(!ctx.blobs.exists(&ctx, organization, &left).await.unwrap());
    assert_eq!(
        ctx.blobs.get(&ctx, organization, &kept).await.unwrap(),
        Bytes::from_static(b"kept")
    );

    let tx = ctx.begin().await.unwrap();
    blobs::release(&tx, &owner).await.unwrap();
    tx.commit().await.unwrap();
    home.clock.advance(2 * HOUR);
    blobs::collect(&ctx, HOUR).await.unwrap();
    assert_eq!(store.keys().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_blob_that_was_put_again_is_not_collected() {
    let (home, ctx, _store) = moody().await;
    let organization = organization(&ctx).await;
    let address = ctx
        .blobs
        .put(&ctx, organization, Bytes::from_static(b"hello"))
        .await
        .unwrap();
    home.clock.advance(2 * HOUR);
    ctx.blobs
        .put(&ctx, organization, Bytes::from_static(b"hello"))
        .await
        .unwrap();
    blobs::collect(&ctx, HOUR).await.unwrap();
    assert!(ctx.blobs.exists(&ctx, organization, &address).await.unwrap());
}

#[tokio::test]
async fn nothing_can_refer_to_a_blob_that_was_collected() {
    let (home, ctx, _store) = moody().await;
    let organization = organization(&ctx).await;
    let address = ctx
        .blobs
        .put(&ctx, organization, Bytes::from_static(b"hello"))
        .await
        .unwrap();
    home.clock.advance(2 * HOUR);
    blobs::collect(&ctx, HOUR).await.unwrap();
    let tx = ctx.begin().await.unwrap();
    let refused = blobs::refer(&tx, &ctx, organization, &address, &Owner::new("run", "run-1")).await;
    assert_eq!(refused.unwrap_err().code(), Code::Conflict);
}

#[tokio::test]
async fn collection_and_new_owners_at_the_same_time_never_leave_a_dangling_reference() {
    let (home, ctx, _store) = moody().await;
    let organization = organization(&ctx).await;
    for round in 0..20 {
        let content = Bytes::from(format!("content {round}"));
        let address = ctx.blobs.put(&ctx, organization, content).await.unwrap();
        home.clock.advance(2 * HOUR);
        let refer = async {
            let tx = ctx.begin().await?;
            blobs::refer(&tx, &ctx, organization, &address, &Owner::new("run", round)).await?;
            tx.commit().await
        };
        let (referred, collected) = tokio::join!(refer, blobs::collect(&ctx, HOUR));
        collected.unwrap();
        let is_there = ctx.blobs.get(&ctx, organization, &address).await.is_ok();
        assert_eq!(referred.is_ok(), is_there, "round {round}");
    }
}

#[tokio::test]
async fn a_store_that_refuses_or_hangs_is_said_to_be_away_and_nothing_is_stored() {
    let (_home, ctx, store) = moody().await;
    let organization = organization(&ctx).await;
    for mood in [Mood::Refuses, Mood::Hangs, Mood::Forgets] {
        store.set(mood);
        let put = soon(ctx.blobs.put(&ctx, organization, Bytes::from_static(b"hello"))).await;
        assert_eq!(put.unwrap_err().code(), Code::Unavailable, "{mood:?}");
    }
    store.set(Mood::Well);
    let address = ctx
        .blobs
        .put(&ctx, organization, Bytes::from_static(b"hello"))
        .await
        .unwrap();
    store.set(Mood::Refuses);
    let get = ctx.blobs.get(&ctx, organization, &address).await;
    assert_eq!(get.unwrap_err().code(), Code::Unavailable);
}

#[tokio::test]
async fn a_store_that_lies_is_found_out() {
    let (_home, ctx, store) = moody().await;
    let organization = organization(&ctx).await;
    let first = ctx
        .blobs
        .put(&ctx, organization, Bytes::from_static(b"first"))
        .await
        .unwrap();
    let second = ctx
        .blobs
        .put(&ctx, organization, Bytes::from_static(b"other"))
        .await
        .unwrap();
    store.set(Mood::Garbles);
    assert_eq!(
        ctx.blobs.get(&ctx, organization, &first).await.unwrap_err().code(),
        Code::Internal
    );
    store.set(Mood::Well);
    // One object in the place of another.
    let keys = store.keys().await;
    let object = store
        .objects
        .get(&keys[0].as_str().into())
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    store
        .objects
        .put(&keys[1].as_str().into(), object.into())
        .await
        .unwrap();
    let answers = [
        ctx.blobs.get(&ctx, organization, &first).await,
        ctx.blobs.get(&ctx, organization, &second).await,
    ];
    assert_eq!(answers.iter().filter(|answer| answer.is_err()).count(), 1);
}

#[tokio::test]
async fn content_that_the_store_lost_is_stored_again_when_it_is_put_again() {
    let (_home, ctx, store) = moody().await;
    let organization = organization(&ctx).await;
    let address = ctx
        .blobs
        .put(&ctx, organization, Bytes::from_static(b"hello"))
        .await
        .unwrap();
    let key = store.keys().await.remove(0);
    store.objects.delete(&key.as_str().into()).await.unwrap();
    assert_eq!(
        ctx.blobs.get(&ctx, organization, &address).await.unwrap_err().code(),
        Code::Internal
    );
    let again = ctx
        .blobs
        .put(&ctx, organization, Bytes::from_static(b"hello"))
        .await
        .unwrap();
    assert_eq!(again, address);
    assert_eq!(
        ctx.blobs.get(&ctx, organization, &address).await.unwrap(),
        Bytes::from_static(b"hello")
    );
    assert_ne!(store.keys().await, [key], "an object's key is never used twice");
}

#[tokio::test]
async fn a_crash_between_object_and_row_leaves_an_object_that_is_collected() {
    let (home, ctx, store) = moody().await;
    let organization = organization(&ctx).await;
    store.set(Mood::WritesAndHangs);
    let writes = store.writes.clone();
    tokio::select! {
        _ = ctx.blobs.put(&ctx, organization, Bytes::from_static(b"hello")) => panic!("it cannot end"),
        () = async { while writes.load(Ordering::SeqCst) == 0 { tokio::task::yield_now().await } } => {}
    }
    drop(ctx);
    store.set(Mood::Well);
    let ctx = with_store(&home, &store).await;
    assert_eq!(store.keys().await.len(), 1);
    assert_eq!(
        blobs::collect(&ctx, HOUR).await.unwrap(),
        Collected::default(),
        "it may be an upload that goes on"
    );
    home.clock.advance(2 * HOUR);
    assert_eq!(
        blobs::collect(&ctx, HOUR).await.unwrap(),
        Collected { blobs: 0, objects: 1 }
    );
    assert_eq!(store.keys().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_object_whose_removal_failed_is_removed_by_the_next_collection() {
    let (home, ctx, store) = moody().await;
    let organization = organization(&ctx).await;
    ctx.blobs
        .put(&ctx, organization, Bytes::from_static(b"hello"))
        .await
        .unwrap();
    home.clock.advance(2 * HOUR);
    store.set(Mood::Refuses);
    assert_eq!(blobs::collect(&ctx, HOUR).await.unwrap_err().code(), Code::Unavailable);
    store.set(Mood::Well);
    assert_eq!(
        blobs::collect(&ctx, HOUR).await.unwrap(),
        Collected { blobs: 0, objects: 1 }
    );
}

#[tokio::test]
async fn a_foreign_object_in_the_bucket_is_left_alone() {
    let (home, ctx, store) = moody().await;
    store
        .objects
        .put(&"somebody/else.txt".into(), Bytes::from_static(b"x").into())
        .await
        .unwrap();
    home.clock.advance(1_000 * HOUR);
    blobs::collect(&ctx, HOUR).await.unwrap();
    assert_eq!(store.keys().await, ["somebody/else.txt"]);
}
