//! Apps whose source is in a repository.

use std::time::Duration;

use serde_json::{Value, json};
use slipway_apps::CONSUMERS;
use slipway_connections::webhooks::looking;
use slipway_kernel::events::consumers;
use slipway_testing::git_server::{Change, GitServer};

use super::stage::{SERVE, Stage, base};
use crate::connections::integration_tests::reach_this_machine;
use crate::support::{Answer, document};

const DOCKERFILE: &str = "FROM slipway/test:busybox\nCOPY version /version\nENV VERSION=git\n";

impl Stage {
    /// Connects an app to a repository.
    async fn connect(&self, app: &str, attributes: Value) -> Answer {
        let path = format!("/api/v2/apps/{app}/repository");
        let wanted = document("app-repositories", attributes);
        let json = [("content-type", "application/json")];
        self.acme
            .owner
            .send("PUT", &path, &json, wanted.to_string().into())
            .await
    }

    /// Lets the server look at its repositories, and do what follows.
    async fn look(&self) {
        let ctx = self.acme.app.system();
        self.acme.app.pass(Duration::from_secs(3_600));
        looking::begin_due(&ctx).await.unwrap();
        self.acme.app.settle().await;
        for consumer in CONSUMERS {
            while consumers::deliver_batch(&ctx, consumer).await.unwrap() > 0 {}
        }
        self.acme.app.settle().await;
    }

    async fn deploys(&self, app: &str) -> Vec<Value> {
        let path = format!("/api/v2/apps/{app}/deploys");
        let listed = self.acme.owner.get(&path).await.expect(200);
        let all = listed.body["data"].as_array().unwrap().iter();
        all.map(|deploy| deploy["attributes"].clone()).collect()
    }
}

fn files(version: &str) -> [Change; 3] {
    let serve = format!("web: export GREETING=$(cat /version); {SERVE}\n");
    [
        Change::file("shop/Dockerfile", DOCKERFILE),
        Change::file("shop/Procfile", &serve),
        Change::file("shop/version", version),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_is_deployed_and_a_push_that_concerns_the_app_once() {
    base().await;
    let server = GitServer::start().unwrap();
    let repository = server.create("acme/shop").unwrap();
    let first = repository.commit("main", "The first shop", &files("one")).unwrap();
    let stage = Stage::with(reach_this_machine).await;
    for consumer in CONSUMERS {
        consumers::begin(&stage.acme.app.system(), consumer).await.unwrap();
    }
    let app = stage.app("web").await;
    let address = server.url("acme/shop");

    // Before: nothing is connected, and that is said.
    let path = format!("/api/v2/apps/{app}/deploys");
    let none = stage
        .acme
        .owner
        .post(&path, document("deploys", json!({"commit": "main"})))
        .await;
    assert!(
        none.status == 422 && none.text().contains("slipway app repository connect"),
        "{}",
        none.text()
    );
    stage
        .connect(&app, json!({"identifier": address, "directory": "../etc"}))
        .await
        .expect(422);
    let wanted = json!({"identifier": address, "directory": "shop", "deploys-on-push": true});
    let connected = stage.connect(&app, wanted).await.expect(200);
    assert_eq!(connected.attribute("branch"), "main");
    let one = stage.acme.owner.get(&format!("/api/v2/apps/{app}")).await.expect(200);
    let of_app = |answer: &Answer| answer.body["data"]["relationships"]["repository"]["data"]["id"].clone();
    assert!(of_app(&one).is_string(), "{}", one.text());
    assert_eq!(of_app(&one), of_app(&connected));

    let id = stage.begin(&app, json!({"commit": ""})).await;
    stage.acme.app.settle().await;
    let shown = stage.shown(&id).await;
    assert_eq!(shown["status"], "deployed", "{shown}\n{}", stage.log(&id).await);
    assert_eq!(
        (&shown["message"], &shown["made-of"]["commit"]),
        (&json!("The first shop"), &json!(first))
    );
    assert!(
        shown["origin"]
            .as_str()
            .unwrap()
            .ends_with(&format!("main {}", &first[..10])),
        "{shown}"
    );
    assert_eq!(stage.ask("web").await, (200, "vgit one\n".to_owned()));
    let wrong = document("deploys", json!({"commit": "nowhere"}));
    let wrong = stage.acme.owner.post(&path, wrong).await.expect(422);
    assert!(wrong.text().contains("no commit, tag or branch"), "{}", wrong.text());

    // A push is deployed, once however often it is heard of.
    let second = repository.commit("main", "The second shop", &files("two")).unwrap();
    stage.look().await;
    assert_eq!(stage.ask("web").await, (200, "vgit two\n".to_owned()));
    stage.look().await;
    let deploys = stage.deploys(&app).await;
    assert_eq!(deploys.len(), 2, "{deploys:?}");
    assert_eq!(deploys[0]["message"], "The second shop");

    // What changes elsewhere is passed over, with a word; another branch is nothing to the app.
    let third = repository
        .commit("main", "Words", &[Change::file("README.md", "words")])
        .unwrap();
    repository.commit("next", "Elsewhere", &files("three")).unwrap();
    stage.look().await;
    assert_eq!(stage.deploys(&app).await.len(), 2);
    let shown = stage
        .acme
        .owner
        .get(&format!("/api/v2/apps/{app}/repository"))
        .await
        .expect(200);
    assert_eq!(shown.attribute("commit"), &third);
    assert!(
        shown
            .attribute("reason")
            .as_str()
            .unwrap()
            .ends_with("changed nothing in shop.")
    );

    // By hand, an older one; the next push counts again.
    let id = stage.begin(&app, json!({"commit": first})).await;
    stage.acme.app.settle().await;
    assert_eq!(stage.shown(&id).await["status"], "deployed");
    assert_eq!(stage.ask("web").await, (200, "vgit one\n".to_owned()));
    let tag = ["tag", "v2", second.as_str()];
    repository.git(&tag).unwrap();
    let id = stage.begin(&app, json!({"commit": "v2"})).await;
    stage.acme.app.settle().await;
    assert_eq!(stage.shown(&id).await["made-of"]["commit"], json!(second));

    // Whoever disconnects it hears of no push any more, and what runs goes on.
    let path = format!("/api/v2/apps/{app}/repository");
    stage.acme.owner.delete(&path).await.expect(204);
    stage.acme.owner.get(&path).await.expect(404);
    repository.commit("main", "Unheard", &files("four")).unwrap();
    stage.look().await;
    assert_eq!(stage.deploys(&app).await.len(), 4);
    assert_eq!(stage.ask("web").await, (200, "vgit two\n".to_owned()));
}
