//! Images that builds for a cluster pushed go from a real registry when no version needs them; what somebody else has there stays.
//!
//! No cluster answers: what was deployed is written as deploys leave it.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use slipway_testing::registry::{self, LOGIN};

use crate::support::{Acme, TestApp, document};

const PREFIX: &str = "slipway/far";

struct Stage {
    acme: Acme,
    cluster: String,
    registry: String,
    login: Option<(&'static str, &'static str)>,
    client: reqwest::Client,
}

impl Stage {
    /// A cluster that keeps two versions of each app, whose builds go to a registry.
    async fn new(seed: u64, registry: String, login: Option<(&'static str, &'static str)>) -> Self {
        let app = TestApp::seeded(seed, |settings| {
            settings.apps.versions_kept = 2;
            settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
        })
        .await;
        let acme = Acme::on(app).await;
        let far = json!({"name": "far", "kubeconfig": crate::access::apps::KUBECONFIG});
        let made = acme.owner.post("/api/v2/clusters", document("clusters", far)).await;
        let stage = Self {
            cluster: made.expect(201).id(),
            acme,
            registry,
            login,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        };
        let images = stage.integration("images", &stage.registry).await;
        stage.build_to(&images).await;
        let pool = format!(
            "INSERT INTO pools (id, organization_id, cluster_id, name, is_default, created_at, version) VALUES \
             ('pool-0000000000000000', NULL, '{}', 'default', true, 0, 1)",
            stage.cluster
        );
        stage.write(&pool).await;
        stage
    }

    async fn integration(&self, name: &str, address: &str) -> String {
        let settings = match self.login {
            Some((user, password)) => json!({"address": address, "username": user, "password": password}),
            None => json!({"method": "anonymous", "address": address}),
        };
        let new = json!({"kind": "oci-registry", "name": name, "settings": settings});
        let path = "/api/v2/organizations/acme/integrations";
        let made = self.acme.owner.post(path, document("integrations", new)).await;
        made.expect(201).id()
    }

    async fn build_to(&self, integration: &str) {
        let build = json!({"buildkit": "tcp://127.0.0.1:9", "registry": integration, "repository": PREFIX});
        let path = format!("/api/v2/clusters/{}", self.cluster);
        let changed = document("clusters", json!({"build": build}));
        self.acme.owner.patch(&path, changed).await.expect(200);
    }

    async fn app(&self, name: &str) -> String {
        let path = "/api/v2/organizations/acme/apps";
        let made = self
            .acme
            .owner
            .post(path, document("apps", json!({"name": name})))
            .await;
        made.expect(201).id()
    }

    async fn write(&self, sql: &str) {
        let writer = self.acme.app.system().begin().await.unwrap();
        let statement = Statement::from_string(writer.get_database_backend(), sql);
        writer.execute_raw(statement).await.unwrap();
        writer.commit().await.unwrap();
    }

    /// Puts an image into a repository; gives its digest.
    async fn push(&self, repository: &str, tag: &str, content: &str) -> String {
        let config = json!({"Cmd": ["/bin/true"], "Env": [format!("WHAT={content}")]});
        let place = (self.registry.as_str(), self.login);
        let pushed = registry::put_at(place, (repository, tag), b"layer".to_vec(), &config).await;
        pushed.unwrap()
    }

    /// What a deploy leaves that built an image, with a version of it where it came so far.
    async fn deployed(&self, app: &str, number: u32, content: &str, has_version: bool) -> String {
        let tag = tag(number);
        let digest = self.push(&format!("{PREFIX}/{app}"), &tag, content).await;
        let version = match has_version {
            true => number.to_string(),
            false => "NULL".to_owned(),
        };
        self.deploy_row(app, &tag, (number, &version), (r#"{"version": 1}"#, "0", "NULL"))
            .await;
        if has_version {
            let image = format!("{}/{PREFIX}/{app}@{digest}", self.registry);
            self.version(app, number, &image).await;
        }
        digest
    }

    async fn deploy_row(
        &self,
        app: &str,
        id: &str,
        (number, version): (u32, &str),
        (wanted, ended, active): (&str, &str, &str),
    ) {
        let sql = format!(
            "INSERT INTO app_deploys (id, app_id, organization_id, number, kind, status, step, reason, origin, message, wanted, \
             app_version, env_number, log_id, started_by, is_cancel_requested, active_app_id, created_at, step_at, ended_at) \
             SELECT '{id}', id, organization_id, {number}, 'source', 'deployed', 'drain', '', '', '', '{wanted}', {version}, 0, \
             'log-0000000000000000', 'ann', false, {active}, 0, 0, {ended} FROM apps WHERE id = '{app}'"
        );
        self.write(&sql).await;
    }

    async fn version(&self, app: &str, number: u32, image: &str) {
        let id = format!("appv-{}", &app[app.len() - 14..]);
        let sql = format!(
            "INSERT INTO app_versions (id, app_id, organization_id, number, image, origin, processes, port, env_number, created_by, \
             created_at) SELECT '{id}{number:02}', id, organization_id, {number}, '{image}', '', '[]', 8080, 0, 'ann', 0 FROM apps \
             WHERE id = '{app}'"
        );
        self.write(&sql).await;
        let sql = format!(
            "UPDATE apps SET live_version = {number}, version_count = {number}, deploy_count = {number} WHERE id = '{app}'"
        );
        self.write(&sql).await;
    }

    async fn sweep(&self) {
        slipway_apps::sweep(&self.acme.app.system()).await.unwrap();
    }

    /// Which of these the registry has.
    async fn there<'a>(&self, repository: &str, digests: &BTreeMap<&'a str, String>) -> Vec<&'a str> {
        let mut there = Vec::new();
        for (name, digest) in digests {
            let url = format!("http://{}/v2/{repository}/manifests/{digest}", self.registry);
            let asked = self
                .client
                .get(url)
                .header("accept", "application/vnd.oci.image.manifest.v1+json");
            let asked = match self.login {
                Some((user, password)) => asked.basic_auth(user, Some(password)),
                None => asked,
            };
            match asked.send().await.unwrap().status().as_u16() {
                200 => there.push(*name),
                404 => {}
                other => panic!("{other}"),
            }
        }
        there
    }

    /// The versions of an app that say that their image is gone.
    async fn gone(&self, app: &str) -> Vec<i64> {
        let path = format!("/api/v2/apps/{app}/versions");
        let listed = self.acme.owner.get(&path).await.expect(200).body["data"].clone();
        let listed = listed.as_array().unwrap().iter().map(|one| &one["attributes"]);
        let gone = listed.filter(|version| version["image-removed-at"].is_string());
        gone.map(|version| version["number"].as_i64().unwrap()).collect()
    }

    async fn refusal(&self) -> Option<String> {
        let ctx = self.acme.app.system();
        let sql = "SELECT images_refusal FROM clusters WHERE name = 'far'";
        let statement = Statement::from_string(ctx.db.backend(), sql);
        let row = ctx.db.reader().query_one_raw(statement).await.unwrap().unwrap();
        row.try_get("", "images_refusal").unwrap()
    }
}

/// The tag that a build gives.
fn tag(number: u32) -> String {
    format!("dep-{number:016}")
}

async fn rolled_back(stage: &Stage, app: &str, to: u32) -> crate::support::Answer {
    let path = format!("/api/v2/apps/{app}/actions/rollback");
    let wanted = document("deploys", json!({"app-version": to}));
    stage.acme.owner.post(&path, wanted).await
}

#[tokio::test(flavor = "multi_thread")]
async fn images_go_that_nothing_needs_and_nothing_else_does() {
    let stage = Stage::new(61_000, registry::guarded().unwrap(), Some(LOGIN)).await;
    let (app, other) = (stage.app("web").await, stage.app("other").await);
    let repository = format!("{PREFIX}/{app}");
    let mut images = BTreeMap::new();
    for (number, name) in [(1, "old"), (2, "run by another app"), (3, "named by somebody")] {
        images.insert(name, stage.deployed(&app, number, name, true).await);
    }
    images.insert("without a version", stage.deployed(&app, 4, "failed", false).await);
    // The same was built again, and is kept.
    images.insert("built twice", stage.deployed(&app, 5, "twice", true).await);
    images.insert("kept", stage.deployed(&app, 6, "kept", true).await);
    stage.deployed(&app, 7, "twice", true).await;
    images.insert("of a job", stage.push(&repository, &tag(8), "job").await);
    stage
        .deploy_row(&app, &tag(8), (8, "NULL"), (r#"{"version": 1}"#, "0", "NULL"))
        .await;
    images.insert("of nobody known", stage.push(&repository, &tag(9), "unknown").await);
    stage.push(&repository, "mine", "named by somebody").await;
    let elsewhere = stage.push("somebody/else", &tag(1), "elsewhere").await;
    // By another name, as through a mirror.
    let mirrored = format!("mirror.example.test/x@{}", images["run by another app"]);
    stage.version(&other, 1, &mirrored).await;
    let job = json!({"name": "report", "image": format!("{}/{repository}:{}", stage.registry, tag(8)), "command": ["/bin/true"]});
    let path = "/api/v2/organizations/acme/jobs";
    stage.acme.owner.post(path, document("jobs", job)).await.expect(201);

    // While a deploy goes on, nothing does.
    let active = format!("'{app}'");
    stage
        .deploy_row(
            &app,
            "dep-000000000000000a",
            (10, "NULL"),
            (r#"{"version": 1}"#, "NULL", &active),
        )
        .await;
    stage.sweep().await;
    assert_eq!(stage.there(&repository, &images).await.len(), images.len());
    stage
        .write("DELETE FROM app_deploys WHERE id = 'dep-000000000000000a'")
        .await;

    stage.sweep().await;
    // Again is fine.
    stage.sweep().await;
    let staying = [
        "built twice",
        "kept",
        "named by somebody",
        "of a job",
        "of nobody known",
        "run by another app",
    ];
    assert_eq!(stage.there(&repository, &images).await, staying);
    assert_eq!(stage.gone(&app).await, [1]);
    assert_eq!(stage.refusal().await, None);
    let refused = rolled_back(&stage, &app, 1).await.expect(409);
    let said = refused.error().1;
    assert!(
        said.starts_with("The image of version 1 of the app \"web\" is not there any more"),
        "{said}"
    );

    // What is said to be gone and is there, as of a server that was killed before it asked, is said to be there.
    stage
        .write(&format!(
            "UPDATE app_versions SET image_removed_at = 1 WHERE app_id = '{app}' AND number = 6"
        ))
        .await;
    stage.sweep().await;
    assert_eq!(stage.gone(&app).await, [1]);

    // An app that is deleted leaves what others have of it.
    stage
        .write(&format!(
            "INSERT INTO app_images_left (app_id, cluster_id, deleted_at) VALUES ('{app}', '{}', 0)",
            stage.cluster
        ))
        .await;
    stage.write(&format!("DELETE FROM apps WHERE id = '{app}'")).await;
    stage.sweep().await;
    let staying = ["named by somebody", "of a job", "run by another app"];
    assert_eq!(stage.there(&repository, &images).await, staying);
    stage.write(&format!("DELETE FROM apps WHERE id = '{other}'")).await;
    stage.sweep().await;
    assert_eq!(
        stage.there(&repository, &images).await,
        ["named by somebody", "of a job"]
    );
    let elsewhere = BTreeMap::from([("elsewhere", elsewhere)]);
    assert_eq!(stage.there("somebody/else", &elsewhere).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_deletes_nothing_is_told_of_and_takes_no_version_away() {
    let stage = Stage::new(62_000, registry::keeping().unwrap(), None).await;
    let app = stage.app("web").await;
    for number in 1..=4 {
        stage.deployed(&app, number, &format!("image {number}"), true).await;
    }
    // Also where a server was killed after it had written that one goes.
    stage
        .write(&format!(
            "UPDATE app_versions SET image_removed_at = 1 WHERE app_id = '{app}' AND number = 2"
        ))
        .await;
    stage.sweep().await;
    assert_eq!(stage.gone(&app).await, [] as [i64; 0]);
    let said = stage.refusal().await.unwrap();
    assert!(
        said.contains(&stage.registry) && said.contains("REGISTRY_STORAGE_DELETE_ENABLED"),
        "{said}"
    );
    rolled_back(&stage, &app, 1).await.expect(201);

    // One that is away is asked later, and an app is not worse for it.
    let away = stage.integration("away", "127.0.0.1:9").await;
    stage.build_to(&away).await;
    stage.sweep().await;
    assert_eq!(stage.gone(&app).await, [] as [i64; 0]);
    // Without builds, nobody is asked, and there is nothing to say.
    let path = format!("/api/v2/clusters/{}", stage.cluster);
    let none = document("clusters", json!({"build": Value::Null}));
    stage.acme.owner.patch(&path, none).await.expect(200);
    stage.sweep().await;
    assert_eq!(stage.refusal().await, None);
}
