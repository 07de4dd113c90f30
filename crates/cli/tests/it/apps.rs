//! Apps on the command line: what is uploaded, what is followed, and what a script gets to know of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::json;
use slipway_apps::sources::{Digest, read_contents};

use crate::stub::{Answer, Request, Stub, header};
use crate::{Ended, User, documents, interrupt, json};

const LOG: &str = "\u{2}step 1 of 2\nstep 2 of 2\n\u{3}";

/// What an app's routes are asked for, in a word.
fn route(request: &Request) -> &'static str {
    let line = request.line.split('?').next().unwrap();
    let (method, path) = line.split_once(" /api/v2/").unwrap();
    match (method, path.split('/').collect::<Vec<_>>().as_slice()) {
        ("GET", ["organizations", "acme", "apps", "shop"] | ["apps", documents::APP]) => "GET app",
        ("POST", ["organizations", "acme", "apps"]) => "POST app",
        ("POST", ["apps", documents::APP, "source-lists"]) => "POST source list",
        ("POST", ["apps", documents::APP, "source-lists", "0123", "contents"]) => "POST contents",
        ("GET", ["apps", documents::APP, "deploys"]) => "GET deploys",
        ("POST", ["apps", documents::APP, "deploys"] | ["apps", documents::APP, "actions", "rollback" | "restart"]) => {
            "POST deploy"
        }
        ("GET", ["deploys", documents::DEPLOY]) => "GET deploy",
        ("GET", ["deploys", documents::DEPLOY, "log"]) => "GET log",
        ("GET", ["deploys", documents::DEPLOY, "log", "stream"]) => "GET log stream",
        ("GET", ["apps", documents::APP, "logs"]) => "GET logs",
        ("PATCH" | "GET", ["apps", documents::APP, "env"]) => "env",
        ("POST", ["apps", documents::APP, "actions", _]) => "POST action",
        ("POST", ["deploys", documents::DEPLOY, "actions", "cancel"]) => "POST cancel",
        _ => "other",
    }
}

/// The one file that the server does not have.
const APP: &[u8] = b"print('hello')\n";

/// What is in the list of a source.
fn listed(request: &Request) -> Vec<serde_json::Value> {
    let entries = json(&request.body)
        .pointer("/data/attributes/entries")
        .cloned()
        .unwrap();
    serde_json::from_value(entries).unwrap()
}

/// The log of the deploy from the offset that is asked for.
fn log_from(request: &Request, log: &str) -> Answer {
    let offset = request.line.split("offset=").nth(1).unwrap();
    let offset: usize = offset.split('&').next().unwrap().parse().unwrap();
    Answer::ok(log.get(offset..).unwrap_or_default())
}

fn everything_else(request: &Request) -> Answer {
    let source = |attributes| json!({"id": "appsrc-0000000000000001", "type": "app-sources", "attributes": attributes});
    match route(request) {
        "GET app" | "POST action" => Answer::ok(documents::one(&documents::app(Some(2), None))),
        "POST app" => Answer::status(201, documents::one(&documents::app(None, None))),
        "POST source list" => {
            let list = json!({"digest": "0123", "size": 1, "files": 2, "missing": [Digest::of(APP)]});
            Answer::status(201, documents::one(&source(list)))
        }
        "POST contents" => Answer::ok(documents::one(&source(
            json!({"digest": "0123", "taken": 1, "missing": 0}),
        ))),
        "POST deploy" => Answer::status(201, documents::one(&documents::deploy("running", "build"))),
        "GET log" => log_from(request, LOG),
        "GET log stream" => Answer::ok(documents::log(&["step 1 ", "of 2\nstep 2 of 2\n"], true)),
        "POST cancel" => Answer::ok(documents::one(&documents::deploy("running", "health"))),
        _ => Answer::status(404, documents::error(404, "not-found", "There is no such thing.")),
    }
}

/// A server whose deploy builds, starts and ends so.
fn server(status: &'static str, step: &'static str) -> Stub {
    let looks = AtomicUsize::new(0);
    Stub::start(move |request| match route(request) {
        "GET deploy" => Answer::ok(documents::one(&match looks.fetch_add(1, Ordering::Relaxed) {
            0 => documents::deploy("running", "build"),
            1 => documents::deploy("running", "health"),
            _ => documents::deploy(status, step),
        })),
        _ => everything_else(request),
    })
}

/// A user whose directory is called as the app, and has what an app has.
fn user(server: &Stub) -> User {
    let user = User::new(&server.url);
    let shop = user.home.path().join("shop");
    std::fs::write(shop.join("app.py"), "print('hello')\n").unwrap();
    std::fs::create_dir(shop.join("venv")).unwrap();
    std::fs::write(shop.join("venv/big"), "").unwrap();
    std::fs::write(shop.join(".slipwayignore"), "venv\n").unwrap();
    user
}

#[test]
fn a_directory_is_uploaded_deployed_and_answers_somewhere() {
    let server = server("deployed", "drain");
    let ended = user(&server).run(&["app", "deploy", "-m", "the new checkout"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let expected = "step 1 of 2\nstep 2 of 2\nhttp://shop.127.0.0.1.nip.test:8081\n";
    assert_eq!(ended.stdout, expected);
    for words in [
        "built the image",
        "the new units are ready",
        "deployed version 2 of shop",
    ] {
        assert!(ended.stderr.contains(words), "{words} is not in {}", ended.stderr);
    }
    let list = server
        .requests("POST /api/v2/apps/app-0000000000000001/source-lists")
        .remove(0);
    let paths: Vec<_> = listed(&list).iter().map(|entry| entry["path"].clone()).collect();
    assert!(
        paths.contains(&json!("app.py")) && paths.contains(&json!(".slipwayignore")),
        "{paths:?}"
    );
    assert!(
        !paths.contains(&json!("venv")) && !paths.contains(&json!("venv/big")),
        "{paths:?}"
    );
    let upload = server
        .requests("POST /api/v2/apps/app-0000000000000001/source-lists/0123/contents")
        .remove(0);
    assert_eq!(
        header(&upload.head, "content-length"),
        Some(upload.body.len().to_string().as_str())
    );
    let digest = Digest::of(APP);
    let (mut wanted, mut came) = (BTreeMap::from([(digest.clone(), 15)]), Vec::new());
    read_contents(upload.body.as_slice(), &mut wanted, |digest, _| {
        came.push(digest);
        true
    })
    .unwrap();
    assert_eq!(came, [digest], "what is there is not sent");
    assert!(
        ended
            .stderr
            .contains("Uploaded 1 file (15 B); 5 files the same as before"),
        "{}",
        ended.stderr
    );
    let deploy = server
        .requests("POST /api/v2/apps/app-0000000000000001/deploys")
        .remove(0);
    let attributes = &json(&deploy.body)["data"]["attributes"];
    assert_eq!(
        *attributes,
        json!({"source-digest": "0123", "message": "the new checkout"})
    );
    assert!(header(&deploy.head, "idempotency-key").is_some());
}

#[test]
fn a_failed_deploy_says_why_and_what_runs_now_and_exits_with_one() {
    let server = server("failed", "health");
    let ended = user(&server).run(&["app", "deploy", "--image", "shop:2", "-o", "json"]);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    for words in [
        "Error: the deploy failed while waiting until the new units are ready; version 1 goes on running",
        "web ended with exit code 1.",
        "no module named shop",
        "slipway app deploy-log 3 --app shop",
        "step 2 of 2",
    ] {
        assert!(ended.stderr.contains(words), "{words} is not in {}", ended.stderr);
    }
    assert_eq!(json(ended.stdout.as_bytes())["attributes"]["status"], "failed");
    assert!(
        server
            .requests("POST /api/v2/apps/app-0000000000000001/source-lists")
            .is_empty()
    );
    let deploy = server
        .requests("POST /api/v2/apps/app-0000000000000001/deploys")
        .remove(0);
    assert_eq!(json(&deploy.body)["data"]["attributes"]["image"], "shop:2");
}

#[test]
fn without_a_terminal_the_first_interrupt_cancels_and_the_second_leaves() {
    let server = Stub::start(|request| match route(request) {
        "GET deploy" => Answer::ok(documents::one(&documents::deploy("running", "health"))),
        "GET log stream" => Answer::hanging(documents::log(&["Building\n"], false)),
        _ => everything_else(request),
    });
    let user = user(&server);
    let child = user.command(&["app", "restart"]).spawn().unwrap();
    server.wait_for("GET /api/v2/deploys/dep-0000000000000001/log");
    interrupt(&child);
    server.wait_for("POST /api/v2/deploys/dep-0000000000000001/actions/cancel");
    interrupt(&child);
    let ended = Ended::from(child.wait_with_output().unwrap());
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
    for words in [
        "Asked the server to cancel",
        "slipway app deploy-log --follow --app shop",
    ] {
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
}

#[test]
fn an_app_that_is_not_there_is_created_only_when_that_is_said() {
    let is_there = AtomicBool::new(false);
    let server = Stub::start(move |request| match route(request) {
        "GET app" if !is_there.load(Ordering::Relaxed) => {
            Answer::status(404, documents::error(404, "not-found", "There is no such app."))
        }
        "POST app" => {
            is_there.store(true, Ordering::Relaxed);
            everything_else(request)
        }
        "GET deploy" => Answer::ok(documents::one(&documents::deploy("deployed", "drain"))),
        _ => everything_else(request),
    });
    let user = user(&server);
    let shown = user.run(&["app", "show"]);
    assert_eq!(shown.code, Some(1));
    for way in ["--app", "SLIPWAY_APP", "slipway.toml", "called shop"] {
        assert!(shown.stderr.contains(way), "{}", shown.stderr);
    }
    let refused = user.run(&["app", "deploy"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("--create --app shop"), "{}", refused.stderr);
    assert!(server.requests("POST").is_empty());
    let ended = user.run(&["app", "deploy", "--create"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let created = server.requests("POST /api/v2/organizations/acme/apps").remove(0);
    assert_eq!(json(&created.body)["data"]["attributes"]["name"], "shop");
}

#[test]
fn a_deploy_beside_another_uploads_nothing_and_says_how_to_look_at_that() {
    let server = Stub::start(|request| match route(request) {
        "GET app" => Answer::ok(documents::one(&documents::app(Some(1), Some(documents::DEPLOY)))),
        _ => everything_else(request),
    });
    let ended = user(&server).run(&["app", "deploy"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stderr.contains("slipway app deploy-log --follow --app shop"),
        "{}",
        ended.stderr
    );
    assert!(server.requests("POST").is_empty());
}

#[test]
fn variables_of_a_file_are_set_in_one_request_and_private_ones_stay_so() {
    let variable =
        json!({"name": "KEY", "process": "", "value": null, "alias-of": null, "is-private": true, "managed-by": ""});
    let attributes = json!({"number": 4, "is-pending": true, "variables": [variable]});
    let env = json!({"id": documents::APP, "type": "app-envs", "attributes": attributes});
    let server = Stub::start(move |request| match route(request) {
        "env" => Answer::ok(documents::one(&env)),
        _ => everything_else(request),
    });
    let user = user(&server);
    let file = user.home.path().join("shop/.env");
    std::fs::write(file, "LOG_LEVEL=debug # loud\nKEY='a b'\n").unwrap();
    let ended = user.run(&["app", "env", "import", ".env", "--process", "web", "--staged"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let ended = user.run(&["app", "env", "set", "KEY=c", "--staged"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains("KEY=c"));
    let sent: Vec<_> = server
        .requests("PATCH")
        .iter()
        .map(|request| json(&request.body)["data"]["attributes"].clone())
        .collect();
    let set = |index: usize| sent.get(index).unwrap()["set"].clone();
    let expected = json!([
        {"name": "LOG_LEVEL", "process": "web", "value": "debug", "is-private": false},
        {"name": "KEY", "process": "web", "value": "a b", "is-private": false}
    ]);
    assert_eq!(set(0), expected);
    assert_eq!(
        set(1),
        json!([{"name": "KEY", "process": "", "value": "c", "is-private": true}])
    );
    assert!(sent.iter().all(|change| change["staged"] == true));
    let listed = user.run(&["app", "env", "list"]);
    assert!(listed.stdout.contains("(private)"));
    assert!(listed.stderr.contains("until the next deploy"), "{}", listed.stderr);
}

#[test]
fn a_followed_log_goes_on_where_its_connection_broke() {
    let connections = AtomicUsize::new(0);
    let server = Stub::start(move |request| match route(request) {
        "GET logs" => match connections.fetch_add(1, Ordering::Relaxed) {
            0 => Answer::ok("1_a_x 2026-01-01T00:00:00.001Z web-1-0 one\n2_a_x 2026-01-01T00:00:00.002Z web-1-0 t"),
            _ => Answer::hanging(
                "2_a_x 2026-01-01T00:00:00.002Z web-1-0 two\n3_a_x 2026-01-01T00:00:00.003Z web-1-0 three\n",
            ),
        },
        _ => everything_else(request),
    });
    let user = user(&server);
    let mut child = user
        .command(&["app", "logs", "-f", "--process", "web", "-o", "json"])
        .spawn()
        .unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let texts: Vec<String> = lines
        .take(3)
        .map(|line| json(line.unwrap().as_bytes())["text"].as_str().unwrap().to_owned())
        .collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(texts, ["one", "two", "three"]);
    let asked = server.requests("GET /api/v2/apps/app-0000000000000001/logs");
    let first = &asked.first().unwrap().line;
    assert!(
        first.contains("process=web") && first.contains("follow=true") && first.contains("lines=100"),
        "{first}"
    );
    let second = &asked.get(1).unwrap().line;
    assert!(
        !first.contains("cursor=1_a_x") && second.contains("cursor=1_a_x"),
        "{second}"
    );
}

#[test]
fn a_deploy_is_found_by_its_number_and_its_log_is_plain_text() {
    let server = Stub::start(|request| match route(request) {
        "GET deploys" => Answer::ok(documents::all(&[documents::deploy("failed", "build")])),
        _ => everything_else(request),
    });
    let user = user(&server);
    let log = user.run(&["app", "deploy-log", "3"]);
    assert_eq!(log.stdout, "step 1 of 2\nstep 2 of 2\n", "{}", log.stderr);
    let missing = user.run(&["app", "show-deploy", "4", "--app", "shop"]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("shop has no deploy 4"), "{}", missing.stderr);
    let ended = user.run(&["app", "cancel-deploy"]);
    assert!(
        ended.code == Some(1) && ended.stderr.contains("has ended: failed"),
        "{}",
        ended.stderr
    );
}

#[test]
fn scaling_and_stopping_say_what_shall_run() {
    let server = server("deployed", "drain");
    let user = user(&server);
    let scaled = user.run(&["app", "scale", "web=2"]);
    assert!(scaled.stderr.contains("shop shall run web=2"), "{}", scaled.stderr);
    let request = server
        .requests("POST /api/v2/apps/app-0000000000000001/actions/scale")
        .remove(0);
    assert_eq!(json(&request.body)["data"]["attributes"]["units"], json!({"web": 2}));
    let wrong = user.run(&["app", "scale", "web"]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.stderr.contains("web=3"), "{}", wrong.stderr);
    let opened = user.run(&["app", "open", "--app", "shop"]);
    assert_eq!(
        opened.stdout, "http://shop.127.0.0.1.nip.test:8081\n",
        "{}",
        opened.stderr
    );
    let refused = user.run(&["app", "delete", "shop"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("--yes") && server.requests("DELETE").is_empty(),
        "{}",
        refused.stderr
    );
}
