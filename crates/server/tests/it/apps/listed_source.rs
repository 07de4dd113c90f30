//! Source that is listed, of which only what is not there is sent.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use slipway_apps::sources::{Digest, write_content};
use slipway_kernel::settings::Settings;

use super::stage::{SERVE, Stage, base};
use crate::support::{Acme, Answer, TestApp, document};

/// Files by their paths.
type Files = BTreeMap<String, String>;

async fn acme() -> (Acme, String) {
    // The cluster of the machine is away: nothing of this needs it.
    let change = |settings: &mut Settings| {
        settings.apps.docker = true;
        settings.apps.docker_socket = Some("/nonexistent/docker.sock".into());
    };
    let acme = Acme::on(TestApp::with(change).await).await;
    let app = app(&acme, "web").await;
    (acme, app)
}

async fn app(acme: &Acme, name: &str) -> String {
    let path = "/api/v2/organizations/acme/apps";
    let made = acme.owner.post(path, document("apps", json!({"name": name}))).await;
    made.expect(201).id()
}

fn entry(path: &str, content: &str) -> Value {
    json!({"path": path, "kind": "file", "sha256": Digest::of(content.as_bytes()), "size": content.len()})
}

fn entries(files: &Files) -> Vec<Value> {
    files.iter().map(|(path, content)| entry(path, content)).collect()
}

async fn list(acme: &Acme, app: &str, entries: Vec<Value>) -> Answer {
    let path = format!("/api/v2/apps/{app}/source-lists");
    acme.owner
        .post(&path, document("app-sources", json!({"entries": entries})))
        .await
}

fn packed<'a>(contents: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for content in contents {
        write_content(&mut bytes, &Digest::of(content.as_bytes()), content.as_bytes()).unwrap();
    }
    bytes
}

async fn send(acme: &Acme, app: &str, list: &Value, bytes: Vec<u8>) -> Answer {
    let path = format!("/api/v2/apps/{app}/source-lists/{}/contents", list.as_str().unwrap());
    let headers = [("content-type", "application/octet-stream")];
    acme.owner.send("POST", &path, &headers, bytes.into()).await
}

fn missing(answer: &Answer) -> Vec<String> {
    serde_json::from_value(answer.attribute("missing").clone()).unwrap()
}

fn detail(refused: &Answer) -> String {
    refused.body["errors"][0]["detail"].as_str().unwrap().to_owned()
}

/// Lists files and sends what is missing; says how many contents that were, and what the list is called.
async fn upload(acme: &Acme, app: &str, files: &Files) -> (usize, Value) {
    let listed = list(acme, app, entries(files)).await.expect(201);
    let missing = missing(&listed);
    let digest = listed.attribute("digest").clone();
    let is_missing = |content: &&String| missing.contains(&Digest::of(content.as_bytes()).to_string());
    let contents: Vec<&str> = files.values().filter(is_missing).map(String::as_str).collect();
    let sent = send(acme, app, &digest, packed(contents)).await.expect(200);
    assert_eq!(sent.attribute("missing"), 0);
    (missing.len(), digest)
}

fn thousand() -> Files {
    let file = |number| (format!("src/{}/{number}.txt", number % 10), format!("file {number}\n"));
    (0..1_000).map(file).collect()
}

#[tokio::test]
async fn of_a_thousand_files_the_one_that_changed_is_sent() {
    let (acme, web) = acme().await;
    let mut files = thousand();
    let (sent, first) = upload(&acme, &web, &files).await;
    assert_eq!(sent, 1_000);
    files.insert("src/0/0.txt".to_owned(), "changed\n".to_owned());
    let (sent, second) = upload(&acme, &web, &files).await;
    assert_eq!(sent, 1);
    assert_ne!(first, second);
    let (sent, again) = upload(&acme, &web, &files).await;
    assert_eq!((sent, again), (0, second));

    // What one app has is not told to another, and not given to it.
    let other = app(&acme, "other").await;
    let listed = list(&acme, &other, entries(&files)).await.expect(201);
    assert_eq!(missing(&listed).len(), 1_000);
    let path = format!("/api/v2/apps/{other}/deploys");
    let deploy = document("deploys", json!({"source-digest": listed.attribute("digest")}));
    let refused = acme.owner.post(&path, deploy).await.expect(422);
    assert!(
        detail(&refused).contains("1000 of the contents"),
        "{}",
        detail(&refused)
    );
}

#[tokio::test]
async fn what_a_stranger_lists_and_sends_is_refused_with_a_reason() {
    let (acme, web) = acme().await;
    let cases = [
        (vec![entry("../a", "x")], "`..` in a path is not allowed"),
        (vec![entry("/etc/a", "x")], "absolute paths are not allowed"),
        (vec![entry("a", "x"), entry("a", "y")], "the path occurs twice"),
        (
            vec![json!({"path": "a", "kind": "link", "to": "../../etc"})],
            "symbolic link must be",
        ),
        (
            vec![json!({"path": "a", "kind": "link", "to": "b"}), entry("a/c", "x")],
            "used as a directory",
        ),
        (
            vec![json!({"path": "a", "kind": "file", "sha256": Digest::of(b"x"), "size": 1_u64 << 40})],
            "too large",
        ),
        (
            vec![json!({"path": "a", "kind": "file", "sha256": "../../x", "size": 1})],
            "is no SHA-256",
        ),
        (vec![json!({"path": "a", "kind": "file", "size": 1})], "has no `sha256`"),
        (vec![json!({"path": "a", "kind": "folder"})], "no file in the list"),
    ];
    for (entries, said) in cases {
        let refused = list(&acme, &web, entries).await.expect(422);
        assert!(detail(&refused).contains(said), "{}", detail(&refused));
    }
    let listed = list(&acme, &web, vec![entry("a", "one"), entry("b", "two")])
        .await
        .expect(201);
    let digest = listed.attribute("digest").clone();
    let one = Digest::of(b"one");
    for (bytes, said) in [
        (format!("{one} 3\ntwo").into_bytes(), "it is 3fc4ccfe745870e2"),
        (format!("{one} 5\nonely").into_bytes(), "listed with 3"),
        (packed(["three"]), "is not in the list"),
        (b"no line".to_vec(), "is no line with a digest and a size"),
    ] {
        let refused = send(&acme, &web, &digest, bytes).await.expect(422);
        assert!(detail(&refused).contains(said), "{}", detail(&refused));
    }
    send(&acme, &web, &json!(one.to_string()), packed(["one"]))
        .await
        .expect(404);
    let listed = list(&acme, &web, vec![entry("a", "one"), entry("b", "two")])
        .await
        .expect(201);
    assert_eq!(missing(&listed).len(), 2, "nothing of it was kept");
}

#[tokio::test]
async fn what_came_before_a_break_is_not_sent_again() {
    let (acme, web) = acme().await;
    let files = vec![entry("a", "one"), entry("b", "two")];
    let listed = list(&acme, &web, files.clone()).await.expect(201);
    let digest = listed.attribute("digest").clone();
    let mut bytes = packed(["one", "two"]);
    bytes.pop();
    let refused = send(&acme, &web, &digest, bytes).await.expect(422);
    assert!(
        detail(&refused).contains("there is less than 3 bytes"),
        "{}",
        detail(&refused)
    );
    let listed = list(&acme, &web, files).await.expect(201);
    assert_eq!(missing(&listed), [Digest::of(b"two").to_string()]);
    let sent = send(&acme, &web, &digest, packed(["two"])).await.expect(200);
    assert_eq!(
        (sent.attribute("taken"), sent.attribute("missing")),
        (&json!(1), &json!(0))
    );
}

#[tokio::test]
async fn the_last_list_is_kept_and_what_no_other_has_goes_after_a_day() {
    let (acme, web) = acme().await;
    let files = |words: &[&str]| -> Files {
        let file = |word: &&str| ((*word).to_owned(), (*word).to_owned());
        words.iter().map(file).collect()
    };
    upload(&acme, &web, &files(&["kept", "old"])).await;
    acme.app.pass(Duration::from_secs(60));
    upload(&acme, &web, &files(&["kept", "new"])).await;
    acme.app.pass(Duration::from_secs(25 * 3_600));
    slipway_apps::uploads::service::sweep(&acme.app.system()).await.unwrap();
    let listed = list(&acme, &web, entries(&files(&["kept", "new", "old"])))
        .await
        .expect(201);
    assert_eq!(missing(&listed), [Digest::of(b"old").to_string()]);
    acme.app.pass(Duration::from_secs(31 * 24 * 3_600));
    slipway_apps::uploads::service::sweep(&acme.app.system()).await.unwrap();
    let listed = list(&acme, &web, entries(&files(&["kept", "new"]))).await.expect(201);
    assert_eq!(missing(&listed).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn listed_source_is_built_as_an_archive_is() {
    base().await;
    let stage = Stage::new().await;
    let web = stage.app("web").await;
    let mut files = Files::from([
        (
            "Dockerfile".to_owned(),
            "FROM slipway/test:busybox\nCOPY version /version\nENV VERSION=7\n".to_owned(),
        ),
        (
            "Procfile".to_owned(),
            format!("web: {SERVE}\nrelease: echo migrated $(cat /version)\n"),
        ),
        ("version".to_owned(), "7".to_owned()),
    ]);
    for (version, sent) in [("7", 3), ("8", 1)] {
        files.insert("version".to_owned(), version.to_owned());
        let (count, digest) = upload(&stage.acme, &web, &files).await;
        assert_eq!(count, sent);
        let id = stage.begin(&web, json!({"source-digest": digest})).await;
        stage.acme.app.settle().await;
        let (shown, log) = (stage.shown(&id).await, stage.log(&id).await);
        assert_eq!(shown["status"], "deployed", "{shown}\n{log}");
        assert!(log.contains(&format!("\nmigrated {version}\n")), "{log}");
    }
}
