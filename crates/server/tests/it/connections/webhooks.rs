//! Deliveries through every layer of the server, and what is in a repository.

use axum::body::Body;
use serde_json::{Value, json};
use slipway_testing::git_server::{Change, GitServer, Repository};

use super::integration_tests::reach_this_machine;
use crate::support::{Acme, Answer, TestApp, document};

/// `acme` with a repository on a server that is no forge, whose webhook a person set.
struct ByHand {
    acme: Acme,
    infra: Repository,
    repository: String,
    path: String,
    secret: String,
    _server: GitServer,
}

impl ByHand {
    async fn new() -> Self {
        let server = GitServer::start().unwrap();
        let infra = server.create("infra").unwrap();
        let files = [
            Change::file(
                "shop/main.tf",
                "terraform {\n  backend \"local\" {}\n}\nmodule \"vpc\" {\n  source = \"../modules/vpc\"\n}\n",
            ),
            Change::file("modules/vpc/main.tf", "resource \"terraform_data\" \"a\" {}\n"),
        ];
        infra.commit("main", "First", &files).unwrap();
        let acme = Acme::on(TestApp::with(reach_this_machine).await).await;
        let path = "/api/v2/organizations/acme/repositories";
        let body = document("repositories", json!({"identifier": server.url("infra")}));
        let repository = acme.owner.post(path, body).await.expect(201).id();
        let rotate = format!("/api/v2/repositories/{repository}/actions/rotate-secret");
        let webhook = acme.owner.post(&rotate, json!({})).await.expect(200);
        let secret = webhook.body["data"]["attributes"]["secret"]
            .as_str()
            .unwrap()
            .to_owned();
        Self {
            path: format!("/webhooks/{}", webhook.id()),
            acme,
            infra,
            repository,
            secret,
            _server: server,
        }
    }

    async fn deliver(&self, secret: &str, body: impl Into<Vec<u8>>) -> Answer {
        let headers = [("x-slipway-token", secret)];
        let body = Body::from(body.into());
        self.acme.app.anonymous().send("POST", &self.path, &headers, body).await
    }

    async fn get(&self, path: &str) -> Value {
        let path = format!("/api/v2/repositories/{}{path}", self.repository);
        self.acme.owner.get(&path).await.expect(200).body
    }
}

#[tokio::test]
async fn a_delivery_needs_no_token_but_its_signature() {
    let site = ByHand::new().await;
    let commit = site.infra.commit("main", "Second", &[Change::file("a", "b")]).unwrap();
    site.deliver("wrong", "1").await.expect(401);
    site.deliver(&site.secret, "1").await.expect(202);
    site.deliver(&site.secret, vec![b'a'; (5 << 20) + 1]).await.expect(413);
    // Larger than what else may be sent.
    site.deliver(&site.secret, vec![b'a'; 4 << 20]).await.expect(202);
    site.acme.app.settle().await;
    let branches = site.get("/branches").await;
    assert_eq!(branches["data"][0]["attributes"]["commit"], commit.as_str());
    let states = site.get("/deliveries").await;
    let states: Vec<&Value> = states["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["attributes"]["state"])
        .collect();
    assert_eq!(states, ["handled", "handled"]);
    let events = "/api/v2/organizations/acme/events?filter[action]=repository.pushed";
    let told = site.acme.owner.get(events).await.expect(200);
    assert_eq!(told.ids().len(), 1, "{}", told.text());
}

#[tokio::test]
async fn a_repository_is_looked_into_before_anything_comes_from_it() {
    let site = ByHand::new().await;
    let roots = site.get("/roots").await;
    assert_eq!(roots["meta"]["pagination"]["total-count"], 1);
    let root = &roots["data"][0]["attributes"];
    assert_eq!((&root["path"], &root["has-backend"]), (&json!("shop"), &json!(true)));
    assert_eq!(root["modules"], json!(["modules/vpc"]));
    let top = site.get("/tree").await;
    let names: Vec<&Value> = top["data"]["attributes"]["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["name"])
        .collect();
    assert_eq!(names, ["modules", "shop"]);
    let file = site.get("/file?path=modules/vpc/main.tf&ref=main").await;
    assert!(
        file["data"]["attributes"]["content"]
            .as_str()
            .unwrap()
            .contains("terraform_data")
    );
    let commits = site.get("/commits").await;
    assert_eq!(commits["data"][0]["attributes"]["subject"], "First");
    let found = site
        .acme
        .owner
        .get("/api/v2/organizations/acme/directory?q=infra")
        .await
        .expect(200);
    assert_eq!(found.column("kind"), ["repository"]);
    for path in ["/file?path=../../etc/passwd", "/tree?path=.git"] {
        let path = format!("/api/v2/repositories/{}{path}", site.repository);
        site.acme.owner.get(&path).await.expect(400);
    }
    let missing = format!("/api/v2/repositories/{}/file?path=nothing", site.repository);
    site.acme.owner.get(&missing).await.expect(404);
}
