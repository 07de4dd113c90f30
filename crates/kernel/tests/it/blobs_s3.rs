//! Blobs on a real S3 server: the same promises as on a disk.

use std::time::Duration;

use bytes::Bytes;
use slipway_api::Code;
use slipway_kernel::blobs::{self, Collected};
use slipway_kernel::settings::{Settings, StorageKind};
use slipway_testing::s3;

use crate::fixture::{Home, organization};

fn use_bucket(settings: &mut Settings, bucket: &s3::Bucket) {
    let secret = settings.server.data_dir.with_extension("secret");
    std::fs::write(&secret, "anything\n").unwrap();
    let storage = &mut settings.storage;
    storage.kind = StorageKind::S3;
    storage.bucket = Some(bucket.name.clone());
    storage.prefix = Some("slipway/test".to_owned());
    storage.endpoint = Some(bucket.endpoint.clone());
    storage.allow_http = true;
    storage.access_key_id = Some("anybody".to_owned());
    storage.secret_access_key_file = Some(secret);
}

#[tokio::test]
async fn a_bucket_keeps_blobs_once_and_gives_them_back_until_they_are_collected() {
    let mut home = Home::new();
    use_bucket(&mut home.settings, &s3::bucket().unwrap());
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let mut large = vec![0; 6 << 20];
    ctx.random.fill(&mut large).unwrap();
    for content in [Bytes::from_static(b"hello"), Bytes::from(large)] {
        let address = ctx.blobs.put(&ctx, organization, content.clone()).await.unwrap();
        assert_eq!(
            ctx.blobs.put(&ctx, organization, content.clone()).await.unwrap(),
            address
        );
        assert!(ctx.blobs.get(&ctx, organization, &address).await.unwrap() == content);
    }
    home.clock.advance(Duration::from_secs(7_200));
    let collected = blobs::collect(&ctx, Duration::from_secs(3_600)).await.unwrap();
    assert_eq!(collected, Collected { blobs: 2, objects: 0 });
    let again = blobs::collect(&ctx, Duration::ZERO).await.unwrap();
    assert_eq!(again, Collected::default(), "nothing was left in the bucket");
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_said_to_be_away() {
    let mut home = Home::new();
    let mut bucket = s3::bucket().unwrap();
    bucket.name = "no-such-bucket".to_owned();
    use_bucket(&mut home.settings, &bucket);
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let put = ctx.blobs.put(&ctx, organization, Bytes::from_static(b"hello")).await;
    assert_eq!(put.unwrap_err().code(), Code::Unavailable);
}
