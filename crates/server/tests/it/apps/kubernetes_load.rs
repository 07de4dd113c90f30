//! Deploys on Kubernetes while requests come through its Ingress, by a real Traefik; and what its metrics-server measures.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use slipway_apps::metrics::sampling::{self, Before};
use slipway_testing::cluster;

use super::kubernetes::{Stage, web};

/// How many deploys; `SLIPWAY_LOAD_ALL=1` makes [`ALL`].
const DEPLOYS: u32 = 10;
const ALL: u32 = 200;
/// Who asks at the same time.
const ASKING: u32 = 4;
/// Between an answer and the next request of the same: what the kernel remembers of connections is not tested here.
const PAUSE: Duration = Duration::from_millis(3);

/// Status and text by Traefik; zero with the reason when there is no answer.
async fn ask(client: &reqwest::Client, at: SocketAddr) -> (u16, String) {
    let asked = client
        .get(format!("http://{at}/"))
        .header("host", "web.acme.apps.example.test");
    match asked.send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            (status, answer.text().await.unwrap_or_else(|error| error.to_string()))
        }
        Err(error) => (0, format!("{error:?}")),
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make nightly` runs it with the others there, `xtask kubernetes --stories`"]
async fn no_request_through_the_ingress_is_lost_while_versions_are_exchanged_on_kubernetes() {
    let stage = Arc::new(Stage::new(80_000, "story-load").await);
    let at = tokio::task::spawn_blocking(|| cluster::start()?.traefik());
    let at = at.await.unwrap().unwrap();
    stage.change(serde_json::json!({"ingress-class": "traefik"})).await;
    let app = stage.app("web").await;
    let images = [web("1").await, web("2").await];
    assert_eq!(stage.deploy(&app, &images[0]).await["status"], "deployed");
    let own = client();
    let begins = async || ask(&own, at).await == (200, "v1\n".to_owned());
    stage.until("the first answer through Traefik", begins).await;

    let (is_over, answered) = (Arc::<AtomicBool>::default(), Arc::<AtomicU32>::default());
    let asking = (0..ASKING).map(|number| {
        let (is_over, answered) = (Arc::clone(&is_over), Arc::clone(&answered));
        tokio::spawn(async move {
            let mut client = client();
            while !is_over.load(Ordering::Relaxed) {
                let (status, text) = ask(&client, at).await;
                assert!(status == 200 && text.starts_with('v'), "{status} {text}");
                // Some connections are new, some are kept.
                if answered.fetch_add(1, Ordering::Relaxed) % 50 == number {
                    client = self::client();
                }
                tokio::time::sleep(PAUSE).await;
            }
        })
    });
    let asking: Vec<_> = asking.collect();
    let deploys = match std::env::var_os("SLIPWAY_LOAD_ALL") {
        Some(_) => ALL,
        None => DEPLOYS,
    };
    for number in 1..=deploys {
        let image = &images[usize::try_from(number % 2).unwrap()];
        let deployed = stage.deploy(&app, image).await;
        assert_eq!(deployed["status"], "deployed", "{deployed}");
        let lost = asking.iter().any(tokio::task::JoinHandle::is_finished);
        assert!(!lost, "a request was lost at the deploy {number} of {deploys}");
    }
    let last = format!("v{}\n", deploys % 2 + 1);
    let mut said = String::new();
    let ended = tokio::time::timeout(Duration::from_secs(90), async {
        while said != last {
            said = ask(&own, at).await.1;
            tokio::time::sleep(PAUSE).await;
        }
    });
    assert!(ended.await.is_ok(), "{said} is answered and not {last}");
    is_over.store(true, Ordering::Relaxed);
    for asking in asking {
        asking.await.unwrap();
    }
    let answered = answered.load(Ordering::Relaxed);
    assert!(answered > 20 * deploys, "{answered} requests are too few to tell");
    let path = format!("/api/v2/apps/{app}");
    stage.acme.owner.delete(&path).await.expect(202);
    stage.acme.app.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make nightly` runs it with the others there, `xtask kubernetes --stories`"]
async fn units_on_kubernetes_are_measured_by_its_metrics_server() {
    let stage = Stage::new(81_000, "story-measured").await;
    let measured = tokio::task::spawn_blocking(|| cluster::start()?.measure());
    measured.await.unwrap().unwrap();
    let app = stage.app("web").await;
    assert_eq!(stage.deploy(&app, &web("1").await).await["status"], "deployed");
    let ctx = stage.acme.app.system();
    let mut before = Before::default();
    let mut usage = serde_json::Value::Null;
    stage
        .until("a measurement", async || {
            sampling::measure(&ctx, &mut before).await.unwrap();
            let path = format!("/api/v2/apps/{app}/units");
            let units = stage.acme.owner.get(&path).await.expect(200);
            usage = units.body["data"][0]["attributes"]["usage"].clone();
            usage["memory"].as_u64().is_some_and(|memory| memory > 0)
        })
        .await;
    let (memory, limit) = (usage["memory"].as_u64(), usage["memory-limit"].as_u64());
    assert!(limit > memory, "{usage}");
    let path = format!("/api/v2/apps/{app}");
    stage.acme.owner.delete(&path).await.expect(202);
    stage.acme.app.settle().await;
}
