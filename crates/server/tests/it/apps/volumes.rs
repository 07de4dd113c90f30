//! Volumes on the engine: what an app writes outlives its units, and nobody takes away what is used.

use serde_json::{Value, json};

use super::stage::{Stage, image};
use crate::support::{Answer, document};

/// It shows what is in its volume, and writes its own version there when there is nothing.
const KEEP: &str = "test -e /data/index.html || echo \"written by $VERSION\" > /data/index.html; \
                    exec httpd -f -p $PORT -h /data";

async fn keeping(version: u32) -> String {
    image(
        &format!("keep-{version}"),
        &format!("ENV VERSION={version}\nWORKDIR /data"),
        KEEP,
    )
    .await
}

impl Stage {
    async fn volume(&self, attributes: Value) -> Answer {
        let path = "/api/v2/organizations/acme/volumes";
        let made = self.acme.owner.post(path, document("volumes", attributes)).await;
        self.acme.app.settle().await;
        made
    }

    async fn volume_shown(&self, id: &str) -> Value {
        let path = format!("/api/v2/volumes/{id}");
        self.acme.owner.get(&path).await.expect(200).body["data"]["attributes"].clone()
    }

    async fn bind_volume(&self, app: &str, attributes: Value) -> Answer {
        let path = format!("/api/v2/apps/{app}/volume-binds");
        let bound = self.acme.owner.post(&path, document("volume-binds", attributes)).await;
        self.acme.app.settle().await;
        bound
    }

    async fn unbind_volume(&self, bind: &str, is_staged: bool) {
        let path = format!("/api/v2/volume-binds/{bind}?staged={is_staged}");
        self.acme.owner.delete(&path).await.expect(204);
        self.acme.app.settle().await;
    }

    async fn delete_volume(&self, id: &str) -> Answer {
        let answer = self.acme.owner.delete(&format!("/api/v2/volumes/{id}")).await;
        self.acme.app.settle().await;
        answer
    }
}

async fn is_at_engine(volume: &str) -> bool {
    let socket = slipway_testing::docker::socket().unwrap();
    let engine = slipway_docker::Engine::connect(&socket).await.unwrap();
    engine.volume(&format!("slipway-{volume}")).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_app_writes_to_a_volume_outlives_its_units() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    stage.deploy(&app, &keeping(1).await).await;
    assert_eq!(stage.ask("web").await, (200, "written by 1\n".to_owned()));

    let volume = stage
        .volume(json!({"name": "data", "plan": "engine"}))
        .await
        .expect(201)
        .id();
    let shown = stage.volume_shown(&volume).await;
    assert_eq!(
        (&shown["status"], &shown["kind"]),
        (&json!("ready"), &json!("engine")),
        "{shown}"
    );
    assert!(is_at_engine(&volume).await);
    let bind = stage
        .bind_volume(&app, json!({"volume": volume, "path": "/data"}))
        .await
        .expect(201)
        .id();
    // One deploy brought it, of the same version.
    assert_eq!(stage.app_shown(&app).await["live-version"], 1);
    assert_eq!(stage.ask("web").await, (200, "written by 1\n".to_owned()));
    stage.deploy(&app, &keeping(2).await).await;
    assert_eq!(stage.ask("web").await, (200, "written by 1\n".to_owned()));
    assert_eq!(stage.volume_shown(&volume).await["apps"], json!(["web"]));

    let taken = stage
        .bind_volume(&app, json!({"volume": volume, "path": "/data"}))
        .await
        .expect(409);
    assert!(taken.error().1.contains("at /data already"), "{}", taken.error().1);
    for path in ["/", "/proc", "/a/../b", "data"] {
        stage
            .bind_volume(&app, json!({"volume": volume, "path": path}))
            .await
            .expect(422);
    }
    let bound = stage.delete_volume(&volume).await.expect(409);
    assert_eq!(
        bound.error().1,
        "The volume \"data\" is bound to the app \"web\". Unbind it there first."
    );

    // Unbound without a restart, units go on seeing it, also those that are made anew.
    stage.unbind_volume(&bind, true).await;
    stage.act(&app, "scale", json!({"units": {"web": 2}})).await.expect(200);
    assert_eq!(stage.ask("web").await, (200, "written by 1\n".to_owned()));
    assert_eq!(stage.ask("web").await, (200, "written by 1\n".to_owned()));
    let seen = stage.delete_volume(&volume).await.expect(409);
    assert!(seen.error().1.contains("still see the volume"), "{}", seen.error().1);
    stage.act(&app, "restart", json!({})).await.expect(201);
    assert_eq!(stage.ask("web").await, (200, "written by 2\n".to_owned()));

    // Another app finds what the first wrote.
    let other = stage.app("other").await;
    let only_reads = json!({"volume": volume, "path": "/data", "is-read-only": true});
    stage.bind_volume(&other, only_reads).await.expect(201);
    stage.deploy(&other, &keeping(3).await).await;
    assert_eq!(stage.ask("other").await, (200, "written by 1\n".to_owned()));
    stage
        .acme
        .owner
        .delete(&format!("/api/v2/apps/{other}"))
        .await
        .expect(202);
    stage.acme.app.settle().await;
    assert!(is_at_engine(&volume).await);

    stage.delete_volume(&volume).await.expect(202);
    stage
        .acme
        .owner
        .get(&format!("/api/v2/volumes/{volume}"))
        .await
        .expect(404);
    assert!(!is_at_engine(&volume).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_see_only_what_they_are_given() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let volume = stage
        .volume(json!({"name": "data", "plan": "engine"}))
        .await
        .expect(201)
        .id();
    let wanted = json!({"volume": volume, "path": "/data", "processes": ["worker"]});
    stage.bind_volume(&app, wanted).await.expect(201);
    let path = format!("/api/v2/apps/{app}/volume-binds");
    let listed = stage.acme.owner.get(&path).await.expect(200).body["data"].clone();
    assert_eq!(listed[0]["attributes"]["processes"], json!(["worker"]));
    let script =
        "mkdir -p /tmp/www; test -e /data; echo \"seen: $?\" > /tmp/www/index.html; exec httpd -f -p $PORT -h /tmp/www";
    stage.deploy(&app, &image("sees-data", "", script).await).await;
    assert_eq!(stage.ask("web").await, (200, "seen: 1\n".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_of_the_machine_are_for_whom_a_site_administrator_gives_them() {
    let stage = Stage::new().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("shop")).unwrap();
    std::fs::write(folder.path().join("shop/index.html"), "of the machine\n").unwrap();
    let plans = "/api/v2/organizations/acme/volume-plans";
    let settings = json!({"path": folder.path(), "is-parent": true});
    let plan = json!({"name": "folders", "kind": "host-path", "settings": settings});

    // The first user is the site's administrator; who owns an organization alone is not.
    let zoe = stage.acme.member("zoe", "owner", "acme").await;
    zoe.post(plans, document("volume-plans", plan.clone()))
        .await
        .expect(403);
    let options = json!({"options": {"o": "bind", "type": "none", "device": "/etc"}});
    let bound = json!({"name": "bound", "kind": "engine", "settings": options});
    zoe.post(plans, document("volume-plans", bound)).await.expect(403);
    let own = json!({"name": "own", "kind": "engine"});
    zoe.post(plans, document("volume-plans", own)).await.expect(201);
    let leading_out = json!({"name": "out", "kind": "host-path", "settings": {"path": "/srv/../etc"}});
    stage
        .acme
        .owner
        .post(plans, document("volume-plans", leading_out))
        .await
        .expect(422);
    stage
        .acme
        .owner
        .post(plans, document("volume-plans", plan))
        .await
        .expect(201);

    for folder in [json!(null), json!(".."), json!("a/b")] {
        stage
            .volume(json!({"name": "shop", "plan": "folders", "folder": folder}))
            .await
            .expect(422);
    }
    let wanted = json!({"name": "shop", "plan": "folders", "folder": "shop"});
    let writer = stage.acme.member("rita", "write", "acme").await;
    let path = "/api/v2/organizations/acme/volumes";
    let refused = writer.post(path, document("volumes", wanted.clone())).await.expect(403);
    assert!(refused.error().1.contains("host-path.use"), "{}", refused.error().1);
    writer
        .post(path, document("volumes", json!({"name": "hers", "plan": "engine"})))
        .await
        .expect(201);

    let volume = stage.volume(wanted).await.expect(201).id();
    let app = stage.app("web").await;
    let path = format!("/api/v2/apps/{app}/volume-binds");
    let bind = json!({"volume": volume, "path": "/data", "is-read-only": true});
    writer
        .post(&path, document("volume-binds", bind.clone()))
        .await
        .expect(403);
    stage.bind_volume(&app, bind).await.expect(201);
    stage.deploy(&app, &keeping(4).await).await;
    assert_eq!(stage.ask("web").await, (200, "of the machine\n".to_owned()));

    stage
        .acme
        .owner
        .delete(&format!("/api/v2/apps/{app}"))
        .await
        .expect(202);
    stage.acme.app.settle().await;
    stage.delete_volume(&volume).await.expect(202);
    assert!(folder.path().join("shop/index.html").exists());
    let pool = json!({"name": "claim", "plan": "claims", "size": 1 << 20});
    let plan = json!({"name": "claims", "kind": "persistent"});
    stage
        .acme
        .owner
        .post(plans, document("volume-plans", plan))
        .await
        .expect(201);
    let refused = stage.volume(pool).await.expect(422);
    assert!(
        refused.error().1.contains("no volumes of the kind persistent"),
        "{}",
        refused.error().1
    );
}
