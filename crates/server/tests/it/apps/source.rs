//! Source that is uploaded and built.

use serde_json::{Value, json};

use super::stage::{SERVE, Stage, base};
use crate::support::document;

const DOCKERFILE: &str = "FROM slipway/test:busybox\nCOPY version /version\nENV VERSION=7\n";

impl Stage {
    pub async fn upload(&self, app: &str, files: &[(&str, &str)]) -> crate::support::Answer {
        let path = format!("/api/v2/apps/{app}/sources");
        let headers = [("content-type", "application/octet-stream")];
        let archive = packed(files);
        self.acme.owner.send("POST", &path, &headers, archive.into()).await
    }
}

pub fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(content.len()).unwrap());
        header.set_mode(0o644);
        archive.append_data(&mut header, path, content.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn source_is_built_released_and_runs_its_processes() {
    base().await;
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let procfile = format!(
        "web: {SERVE}\nworker: echo at work; exec sleep 1000\nrelease: echo migrated version $(cat /version)\n"
    );
    let files = [("Dockerfile", DOCKERFILE), ("Procfile", &procfile), ("version", "7")];
    let digest = stage.upload(&app, &files).await.expect(201).attribute("digest").clone();
    let again = stage.upload(&app, &files).await.expect(201);
    assert_eq!(again.attribute("digest"), &digest);
    let id = stage.begin(&app, json!({"source-digest": digest})).await;
    stage.acme.app.settle().await;
    let shown = stage.shown(&id).await;
    assert_eq!(shown["status"], "deployed", "{shown}\n{}", stage.log(&id).await);
    let log = stage.log(&id).await;
    assert!(log.contains("\nmigrated version 7\n"), "{log}");
    assert_eq!(stage.ask("web").await, (200, "v7 \n".to_owned()));
    assert_eq!(stage.units(&app).await, ["web-1-0", "worker-1-0"]);
    let processes = stage.app_shown(&app).await["processes"].clone();
    assert_eq!(processes[2]["command"], "echo at work; exec sleep 1000");

    let failing = format!("web: {SERVE}\nrelease: echo no; exit 4\n");
    let files = [("Dockerfile", DOCKERFILE), ("Procfile", &failing), ("version", "8")];
    let digest = stage.upload(&app, &files).await.expect(201).attribute("digest").clone();
    let id = stage.begin(&app, json!({"source-digest": digest})).await;
    stage.acme.app.settle().await;
    let shown = stage.shown(&id).await;
    assert_eq!(
        (&shown["status"], &shown["reason"]),
        (&json!("failed"), &json!("The release command ended with exit code 4."))
    );
    assert_eq!(stage.units(&app).await, ["web-1-0", "worker-1-0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_fails_says_why() {
    base().await;
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let dockerfile = format!("{DOCKERFILE}RUN [\"/bin/sh\", \"-c\", \"echo compiling; exit 5\"]\n");
    let files = [("Dockerfile", dockerfile.as_str()), ("version", "7")];
    let digest = stage.upload(&app, &files).await.expect(201).attribute("digest").clone();
    let id = stage.begin(&app, json!({"source-digest": digest})).await;
    stage.acme.app.settle().await;
    let shown = stage.shown(&id).await;
    let reason = shown["reason"].as_str().unwrap();
    assert!(reason.contains("exit code: 5"), "{reason}");
    assert!(stage.log(&id).await.contains("compiling"));

    let digest = stage
        .upload(&app, &[("README", "nothing")])
        .await
        .expect(201)
        .attribute("digest")
        .clone();
    let id = stage.begin(&app, json!({"source-digest": digest})).await;
    stage.acme.app.settle().await;
    let shown = stage.shown(&id).await;
    let reason = shown["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("Nothing at the top of the source says how to build it"),
        "{reason}"
    );

    let headers = [("content-type", "application/octet-stream")];
    let path = format!("/api/v2/apps/{app}/sources");
    stage
        .acme
        .owner
        .send("POST", &path, &headers, "no archive".into())
        .await
        .expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_takes_arguments_and_reads_secrets_that_stay_with_it() {
    base().await;
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let dockerfile = "FROM slipway/test:busybox\nARG EDITION=none\nRUN --mount=type=secret,id=TOKEN \
                      test $(wc -c </run/secrets/TOKEN) = 16\nENV VERSION=$EDITION\n";
    let procfile = format!("web: {SERVE}\n");
    let files = [("Dockerfile", dockerfile), ("Procfile", procfile.as_str())];
    let digest = stage.upload(&app, &files).await.expect(201);
    let digest = digest.attribute("digest").clone();
    let build = |secrets: Value| json!({"source-digest": digest, "build-arguments": {"EDITION": "pro"}, "build-secrets": secrets});

    let id = stage.begin(&app, build(json!(["TOKEN"]))).await;
    stage.acme.app.settle().await;
    let shown = stage.shown(&id).await;
    assert_eq!(shown["status"], "failed");
    assert!(
        shown["reason"].as_str().unwrap().contains("no variable of that name"),
        "{shown}"
    );

    let set = json!({"set": [{"name": "TOKEN", "value": "s3cr3t-of-builds", "is-private": true}]});
    stage.set(&app, set).await.expect(200);
    let id = stage.begin(&app, build(json!(["TOKEN"]))).await;
    stage.acme.app.settle().await;
    let (shown, log) = (stage.shown(&id).await, stage.log(&id).await);
    assert_eq!(shown["status"], "deployed", "{shown}\n{log}");
    assert_eq!(shown["made-of"]["build-arguments"], json!({"EDITION": "pro"}));
    assert!(
        !shown.to_string().contains("s3cr3t-of-builds") && !log.contains("s3cr3t-of-builds"),
        "{log}"
    );
    assert_eq!(stage.ask("web").await, (200, "vpro \n".to_owned()));

    let path = format!("/api/v2/apps/{app}/deploys");
    let wrong = document(
        "deploys",
        json!({"source-digest": digest, "build-arguments": {"A B": "1"}}),
    );
    stage.acme.owner.post(&path, wrong).await.expect(422);
}
