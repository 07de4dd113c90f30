//! What units write is kept, found again and followed.

use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use serde_json::Value;
use slipway_apps::logs::{self, collecting};
use tokio::task::JoinHandle;

use super::stage::{Stage, image, web};

/// Keeps logs, as a server does, until it is dropped: then as one that is killed.
struct Keeper(JoinHandle<()>);

impl Keeper {
    fn new(stage: &Stage) -> Self {
        let ctx = stage.acme.app.system();
        Self(tokio::spawn(
            async move { collecting::run(&ctx, "test").await.unwrap() },
        ))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An image that writes so many lines, one each few milliseconds, and then serves.
async fn writing(name: &str, lines: u32) -> String {
    let script = format!(
        "i=0; while [ $i -lt {lines} ]; do i=$((i+1)); echo line $i of $VERSION; usleep 4000; done & \
         mkdir -p /tmp/www; exec httpd -f -p $PORT -h /tmp/www"
    );
    image(name, &format!("ENV VERSION={name}"), &script).await
}

/// The lines of a question, oldest first.
async fn lines(stage: &Stage, app: &str, question: &str) -> Vec<String> {
    let (all, _) = page(stage, app, &format!("order=oldest&last=10000&{question}")).await;
    all.iter()
        .map(|line| line["text"].as_str().unwrap().to_owned())
        .collect()
}

async fn page(stage: &Stage, app: &str, question: &str) -> (Vec<Value>, Option<String>) {
    let path = format!("/api/v2/apps/{app}/log-lines?{question}");
    let answer = stage.acme.owner.get(&path).await.expect(200);
    let attributes = &answer.body["data"]["attributes"];
    let cursor = attributes["next-cursor"].as_str().map(str::to_owned);
    (attributes["lines"].as_array().unwrap().clone(), cursor)
}

fn expected(name: &str, count: u32) -> Vec<String> {
    (1..=count).map(|number| format!("line {number} of {name}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_line_is_kept_once_when_the_server_is_killed_and_the_unit_is_gone() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let keeper = Keeper::new(&stage);
    let first = stage.deploy(&app, &writing("kept", 600).await).await;
    assert_eq!(first["status"], "deployed", "{first}");
    stage
        .until("some lines", async || lines(&stage, &app, "").await.len() >= 50)
        .await;
    // Once with some of it written, and once with it in memory alone.
    let ctx = stage.acme.app.system();
    collecting::write_all(&ctx).await.unwrap();
    stage
        .until("more lines", async || lines(&stage, &app, "").await.len() >= 200)
        .await;
    drop(keeper);
    let keeper = Keeper::new(&stage);
    stage
        .until("all lines", async || lines(&stage, &app, "").await.len() >= 600)
        .await;
    assert_eq!(lines(&stage, &app, "").await, expected("kept", 600));

    // The next version's unit takes its place.
    assert_eq!(stage.deploy(&app, &web(2).await).await["status"], "deployed");
    assert_eq!(stage.units(&app).await, ["web-2-0"]);
    stage
        .until("the rest to be written", async || {
            collecting::write_all(&ctx).await.unwrap();
            lines(&stage, &app, "unit=web-1-0").await.len() == 600
        })
        .await;
    drop(keeper);
    assert_eq!(lines(&stage, &app, "unit=web-1-0").await, expected("kept", 600));
    assert_eq!(lines(&stage, &app, "process=worker").await, Vec::<String>::new());

    // What is too old goes, and what an app wrote goes with it.
    stage.acme.app.pass(Duration::from_secs(800 * 24 * 3600));
    logs::sweep(&ctx).await.unwrap();
    assert_eq!(lines(&stage, &app, "unit=web-1-0").await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_unit_writes_when_it_is_told_to_end_is_kept() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let _keeper = Keeper::new(&stage);
    let script = "trap 'echo goodbye; exit 0' TERM; mkdir -p /tmp/www; httpd -f -p $PORT -h /tmp/www & wait";
    let polite = image("polite", "", script).await;
    assert_eq!(stage.deploy(&app, &polite).await["status"], "deployed");
    assert_eq!(stage.deploy(&app, &web(1).await).await["status"], "deployed");
    stage
        .until("its last line", async || lines(&stage, &app, "").await == ["goodbye"])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_found_and_turned_over_page_by_page() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let _keeper = Keeper::new(&stage);
    let script = "seq 1 5000 | sed 's/^/Line /'; mkdir -p /tmp/www; exec httpd -f -p $PORT -h /tmp/www";
    stage.deploy(&app, &image("many", "", script).await).await;
    stage
        .until("all lines", async || lines(&stage, &app, "").await.len() == 5000)
        .await;
    for is_written in [false, true] {
        if is_written {
            collecting::write_all(&stage.acme.app.system()).await.unwrap();
        }
        for order in ["oldest", "newest"] {
            let (mut all, mut cursor) = (Vec::new(), None::<String>);
            loop {
                let behind = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
                let (mut lines, next) = page(&stage, &app, &format!("order={order}&last=999{behind}")).await;
                all.append(&mut lines);
                cursor = next;
                if cursor.is_none() {
                    break;
                }
            }
            if order == "newest" {
                all.reverse();
            }
            let texts: Vec<&str> = all.iter().map(|line| line["text"].as_str().unwrap()).collect();
            let expected: Vec<String> = (1..=5000).map(|number| format!("Line {number}")).collect();
            let (first, last) = (texts.first(), texts.last());
            assert!(
                texts == expected,
                "{order} {is_written}: {} lines from {first:?} to {last:?}",
                texts.len()
            );
        }
        assert_eq!(lines(&stage, &app, "search=LINE%204999").await, ["Line 4999"]);
        assert_eq!(
            lines(&stage, &app, "search=regex:%5ELine%20%5B0-9%5D00%24").await.len(),
            9
        );
        assert_eq!(lines(&stage, &app, "search=web-1-0").await.len(), 0);
        // The plain form: the newest of them, oldest first.
        let path = format!("/api/v2/apps/{app}/logs?lines=2&search=line%203");
        let text = stage.acme.owner.get(&path).await.expect(200).text();
        let texts: Vec<&str> = text
            .lines()
            .map(|line| line.split_once("web-1-0 ").unwrap().1)
            .collect();
        assert_eq!(texts, ["Line 3998", "Line 3999"]);
        let (some, _) = page(&stage, &app, "order=oldest&last=1").await;
        let at = some[0]["at"].as_str().unwrap();
        assert_eq!(lines(&stage, &app, "to=2020-01-01T00:00:00Z").await.len(), 0);
        assert_eq!(lines(&stage, &app, &format!("from={at}")).await.len(), 5000);
    }
    let wrong = format!("/api/v2/apps/{app}/log-lines?search=regex:(");
    stage.acme.owner.get(&wrong).await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn following_begins_with_what_was_kept_and_goes_on_behind_a_cursor() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let _keeper = Keeper::new(&stage);
    stage.deploy(&app, &writing("followed", 300).await).await;
    stage
        .until("some lines", async || lines(&stage, &app, "").await.len() >= 50)
        .await;
    let path = format!("/api/v2/apps/{app}/logs?follow=true&lines=10000&cursors=true");
    let (mut texts, cursor) = followed(&stage, &path, "line 150 of").await;
    // As after a broken connection, with some of it written meanwhile.
    collecting::write_all(&stage.acme.app.system()).await.unwrap();
    let (more, _) = followed(&stage, &format!("{path}&cursor={cursor}"), "line 300 of").await;
    texts.extend(more);
    assert_eq!(texts, expected("followed", 300));
}

/// What is followed until a line comes, and the cursor of the last line.
async fn followed(stage: &Stage, path: &str, until: &str) -> (Vec<String>, String) {
    let mut body = stage
        .acme
        .owner
        .begin("GET", path, &[], Body::empty())
        .await
        .into_body();
    let mut text = String::new();
    while !text.contains(until) || !text.ends_with('\n') {
        let frame = tokio::time::timeout(Duration::from_secs(30), body.frame())
            .await
            .unwrap();
        text.push_str(std::str::from_utf8(&frame.unwrap().unwrap().into_data().unwrap()).unwrap());
    }
    let (mut texts, mut last) = (Vec::new(), String::new());
    for line in text.lines() {
        let mut parts = line.splitn(4, ' ');
        last = parts.next().unwrap().to_owned();
        let text = parts.nth(2).unwrap().to_owned();
        let is_last = text.contains(until);
        texts.push(text);
        if is_last {
            break;
        }
    }
    (texts, last)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_writes_without_end_is_held_back_and_told_so() {
    let stage = Stage::with(|settings| settings.apps.log_bytes_per_second = 1_000).await;
    let app = stage.app("web").await;
    let _keeper = Keeper::new(&stage);
    let script = "seq 1 5000; mkdir -p /tmp/www; exec httpd -f -p $PORT -h /tmp/www";
    stage.deploy(&app, &image("loud", "", script).await).await;
    let skipped = async || lines(&stage, &app, "search=were%20skipped").await;
    // Told at the latest when it writes again.
    stage
        .until("it to be told", async || {
            let engine = slipway_docker::Engine::connect(&slipway_testing::docker::socket().unwrap())
                .await
                .unwrap();
            let spec = slipway_docker::commands::CommandSpec {
                command: ["sh", "-c", "echo again > /proc/1/fd/1"].map(str::to_owned).to_vec(),
                ..Default::default()
            };
            let unit = format!("slipway-{app}-web-1-0");
            engine.start_command(&unit, &spec).await.unwrap().ended().await.unwrap();
            !skipped().await.is_empty()
        })
        .await;
    assert!(skipped().await[0].contains("more than 1000 bytes each second"));
    assert!(lines(&stage, &app, "").await.len() < 5000);
}
