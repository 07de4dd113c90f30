//! Deploys while requests come.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use slipway_apps::running::keeping;

use super::stage::{SERVE, Stage, image, web};

/// How many deploys; a bench does a thousand.
const DEPLOYS: u32 = 6;

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_lost_while_versions_are_exchanged() {
    // The second listens elsewhere: units of two versions are asked each at its own port.
    let images = [
        web(1).await,
        image("web-elsewhere", "ENV VERSION=2\nEXPOSE 9090", SERVE).await,
    ];
    let stage = Arc::new(Stage::new().await);
    let app = stage.app("web").await;
    assert_eq!(stage.deploy(&app, &images[0]).await["status"], "deployed");
    let (is_over, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let asking: Vec<_> = (0..4)
        .map(|_| {
            let (stage, is_over, answered) = (Arc::clone(&stage), Arc::clone(&is_over), Arc::clone(&answered));
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    let (status, text) = stage.ask("web").await;
                    assert_eq!(status, 200, "{text}");
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    // What a server does beside, much more often than it does.
    let (keeper, is_kept) = (stage.acme.app.system(), Arc::clone(&is_over));
    let keeping = tokio::spawn(async move {
        while !is_kept.load(Ordering::Relaxed) {
            keeping::look_at_all(&keeper).await.unwrap();
        }
    });
    for number in 1..=DEPLOYS {
        let image = &images[usize::try_from(number % 2).unwrap()];
        assert_eq!(stage.deploy(&app, image).await["status"], "deployed");
    }
    is_over.store(true, Ordering::Relaxed);
    for asking in asking {
        asking.await.unwrap();
    }
    keeping.await.unwrap();
    assert!(answered.load(Ordering::Relaxed) > 4 * DEPLOYS);
}
