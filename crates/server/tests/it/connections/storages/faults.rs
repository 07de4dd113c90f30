//! What happens when the server dies, or the cloud does, at any step: what was done is seen, and the rest is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::aws::{cloud, forward};
use super::{Asked, acme, act, at, aws, create, ended, problem, serve, unique};

/// moto, whose answer to the change number `lost` (from 0) nobody hears; the change is made. That is how it is for a server that
/// was killed at this step.
async fn deaf(url: &str, lost: usize) -> (String, Arc<AtomicUsize>) {
    let changes = Arc::new(AtomicUsize::new(0));
    let (counted, moto) = (Arc::clone(&changes), url.to_owned());
    let proxy = serve(move |asked: Asked| {
        let (counted, moto) = (Arc::clone(&counted), moto.clone());
        async move {
            let answer = forward(&moto, &asked).await;
            match asked.is_change() && counted.fetch_add(1, Ordering::Relaxed) == lost {
                true => (503, String::new()),
                false => answer,
            }
        }
    })
    .await;
    (proxy, changes)
}

#[tokio::test]
async fn whatever_is_lost_the_bucket_gets_ready_and_goes() {
    let url = slipway_testing::s3::bucket().unwrap().endpoint;
    let mut steps = usize::MAX;
    let mut lost = 0;
    while lost < steps {
        let acme = acme().await;
        let (proxy, changes) = deaf(&url, lost).await;
        let (integration, bucket) = (aws(&acme, &proxy).await, unique("lost"));
        let id = create(&acme, &integration, at(&bucket)).await;
        let ready = ended(&acme, &id).await;
        assert_eq!(
            (&ready["status"], problem(&ready)),
            (&"ready".into(), ""),
            "step {lost}: {ready}"
        );
        let (_, tags) = cloud(&url, "GET", &format!("{bucket}?tagging"), "").await;
        assert!(tags.contains(&id), "step {lost}: {tags}");
        let (_, policy) = cloud(&url, "GET", &format!("{bucket}?policy"), "").await;
        assert_eq!(policy.matches("SlipwayTlsOnly").count(), 1, "step {lost}: {policy}");
        steps = steps.min(changes.load(Ordering::Relaxed));
        lost += 1;
    }
    assert!(steps >= 6, "there are {steps} steps");
}

#[tokio::test]
async fn a_removal_whose_answer_is_lost_is_a_removal() {
    let acme = acme().await;
    let url = slipway_testing::s3::bucket().unwrap().endpoint;
    let (integration, bucket) = (aws(&acme, &url).await, unique("gone"));
    let id = create(&acme, &integration, at(&bucket)).await;
    ended(&acme, &id).await;
    let (proxy, _) = deaf(&url, 0).await;
    let settings = serde_json::json!({"settings": {"s3-url": proxy, "secret-access-key": "again"}});
    super::super::integrations::change(&acme, &integration, settings)
        .await
        .expect(200);
    act(&acme, &id, "destroy").await.expect(200);
    let gone = ended(&acme, &id).await;
    assert_eq!(gone["status"], "destroyed", "{gone}");
    assert_eq!(cloud(&url, "GET", &bucket, "").await.0, 404);
}

/// A bucket that appears after the making began is somebody else's as soon as there is anything about it that is not ours.
#[tokio::test]
async fn what_somebody_puts_there_meanwhile_is_theirs() {
    let acme = acme().await;
    let url = slipway_testing::s3::bucket().unwrap().endpoint;
    let moto = url.clone();
    // S3 is away for every change, so the server began and has made nothing.
    let away = serve(move |asked: Asked| {
        let moto = moto.clone();
        async move {
            match asked.is_change() {
                true => (503, String::new()),
                false => forward(&moto, &asked).await,
            }
        }
    })
    .await;
    let (integration, bucket) = (aws(&acme, &away).await, unique("raced"));
    let id = create(&acme, &integration, at(&bucket)).await;
    acme.app.settle().await;
    let noted = super::shown(&acme, &id).await;
    assert!(
        noted["is-working"] == true && problem(&noted).contains("asked again later"),
        "{noted}"
    );
    for path in [&bucket, &format!("{bucket}/theirs")] {
        assert_eq!(cloud(&url, "PUT", path, "").await.0, 200);
    }
    let failed = ended(&acme, &id).await;
    assert!(problem(&failed).contains("does not take over"), "{failed}");
}

#[tokio::test]
async fn a_cloud_that_never_answers_is_told_at_last() {
    let acme = acme().await;
    let away = serve(|_| async { (503, String::new()) }).await;
    let id = create(&acme, &aws(&acme, &away).await, at("acme-states")).await;
    let failed = ended(&acme, &id).await;
    assert_eq!(failed["status"], "failed");
    act(&acme, &id, "check").await.expect(503);
    act(&acme, &id, "retry").await.expect(200);
}
