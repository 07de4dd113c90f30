//! Commands and shells in units, over a WebSocket.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use slipway_server::listen::{Peer, Tcp};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::stage::{Stage, web};
use crate::sign_in::{Browser, PASSWORD, account};

/// Somebody who is at a command.
struct Shell(WebSocketStream<TcpStream>);

/// What was written, to output and to errors, and how it ended.
#[derive(Debug, Default, PartialEq, Eq)]
struct Heard {
    unit: String,
    output: String,
    errors: String,
    end: Value,
}

/// A server with the stage's routes, where connections become WebSockets.
async fn listen(stage: &Stage) -> SocketAddr {
    let tcp = Tcp::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = tcp.address().unwrap();
    let service = stage
        .acme
        .app
        .router
        .clone()
        .into_make_service_with_connect_info::<Peer>();
    tokio::spawn(async move { axum::serve(tcp, service).await });
    address
}

async fn open(at: SocketAddr, path: &str, headers: &[(&'static str, String)]) -> Result<Shell, Error> {
    let mut request = format!("ws://{at}{path}").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let connection = TcpStream::connect(at).await.unwrap();
    Ok(Shell(tokio_tungstenite::client_async(request, connection).await?.0))
}

impl Shell {
    async fn begin(stage: &Stage, at: SocketAddr, path: &str, wanted: Value) -> Self {
        let token = stage.acme.owner.token.clone().unwrap();
        let mut shell = open(at, path, &[("authorization", format!("Bearer {token}"))])
            .await
            .unwrap();
        let mut wanted = wanted;
        wanted["type"] = json!("begin");
        shell.say(&wanted).await;
        shell
    }

    async fn say(&mut self, order: &Value) {
        self.0.send(Message::text(order.to_string())).await.unwrap();
    }

    async fn type_in(&mut self, text: &str) {
        self.0
            .send(Message::binary(text.to_owned().into_bytes()))
            .await
            .unwrap();
    }

    /// Hears until it ended, or something is written.
    async fn hear(&mut self, until: &str) -> Heard {
        let mut heard = Heard::default();
        while let Some(Ok(message)) = self.0.next().await {
            match message {
                Message::Binary(bytes) => {
                    let text = String::from_utf8_lossy(&bytes[1..]).into_owned();
                    match bytes[0] {
                        1 => heard.output.push_str(&text),
                        _ => heard.errors.push_str(&text),
                    }
                    if !until.is_empty() && heard.output.contains(until) {
                        return heard;
                    }
                }
                Message::Text(text) => {
                    let news: Value = serde_json::from_str(&text).unwrap();
                    match news["type"].as_str().unwrap() {
                        "begun" => heard.unit = news["unit"].as_str().unwrap().to_owned(),
                        _ => heard.end = news,
                    }
                }
                _ => {}
            }
        }
        heard
    }
}

async fn told(stage: &Stage) -> Vec<(String, Value)> {
    stage.acme.app.settle().await;
    let path = "/api/v2/organizations/acme/events?filter[action]=app&page[size]=100";
    let events = stage.acme.owner.get(path).await.expect(200);
    let all = events.body["data"].as_array().unwrap().iter().rev();
    all.map(|event| {
        let attributes = &event["attributes"];
        (
            attributes["action"].as_str().unwrap().to_owned(),
            attributes["changes"].clone(),
        )
    })
    .filter(|(action, _)| action.starts_with("app.command"))
    .collect()
}

/// Everything that a unit's processes are called.
async fn processes(app: &str) -> String {
    let engine = slipway_docker::Engine::connect(&slipway_testing::docker::socket().unwrap())
        .await
        .unwrap();
    let spec = slipway_docker::commands::CommandSpec {
        command: ["ps", "-o", "args"].map(str::to_owned).to_vec(),
        ..Default::default()
    };
    let mut command = engine
        .start_command(&format!("slipway-{app}-web-1-0"), &spec)
        .await
        .unwrap();
    let mut text = String::new();
    while let Some(Ok(piece)) = command.output.next().await {
        text.push_str(&String::from_utf8_lossy(&piece.bytes));
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_runs_in_a_unit_and_is_told_with_its_exit_code() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    stage.deploy(&app, &web(1).await).await;
    stage
        .set(
            &app,
            json!({"set": [{"name": "PASSWORD", "value": "s3cr3t-value", "is-private": true}]}),
        )
        .await
        .expect(200);
    let at = listen(&stage).await;
    let path = format!("/api/v2/apps/{app}/shell");
    let script = "echo out; echo wrong >&2; cat; : s3cr3t-value; exit 7";
    let wanted = json!({"command": ["sh", "-c", script], "reads": true});
    let mut shell = Shell::begin(&stage, at, &path, wanted).await;
    shell.type_in("typed\n").await;
    shell.say(&json!({"type": "end-of-input"})).await;
    let heard = shell.hear("").await;
    assert_eq!(heard.end, json!({"type": "ended", "exit-code": 7}));
    assert_eq!(
        (heard.output.as_str(), heard.errors.as_str()),
        ("out\ntyped\n", "wrong\n")
    );
    assert_eq!(heard.unit, "web-2-0");
    let told = told(&stage).await;
    let command = "sh -c echo out; echo wrong >&2; cat; : ***; exit 7";
    let started = json!({"unit": "web-2-0", "command": command, "own-unit": false});
    assert_eq!(told[0], ("app.command-started".to_owned(), started));
    let ended = json!({"unit": "web-2-0", "exit-code": 7});
    assert_eq!(told[1], ("app.command-ended".to_owned(), ended));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_has_a_terminal_that_changes_its_size_and_ends_with_whoever_is_at_it() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    stage.deploy(&app, &web(1).await).await;
    let at = listen(&stage).await;
    let path = format!("/api/v2/apps/{app}/shell");
    let wanted = json!({"unit": "web-1-0", "terminal": {"columns": 90, "rows": 30}, "reads": true});
    let mut shell = Shell::begin(&stage, at, &path, wanted).await;
    shell.type_in("stty size\n").await;
    shell.hear("30 90").await;
    shell.say(&json!({"type": "resize", "columns": 132, "rows": 43})).await;
    shell.type_in("stty size\n").await;
    shell.hear("43 132").await;
    shell.type_in("exec sleep 4242\n").await;
    let is_there = async || processes(&app).await.contains("sleep 4242");
    stage.until("the command to run", is_there).await;
    drop(shell);
    stage
        .until("the command to be killed", async || !is_there().await)
        .await;
    stage
        .until("the end to be told", async || told(&stage).await.len() == 2)
        .await;
    let ended = told(&stage).await.pop().unwrap();
    assert_eq!(ended.1["reason"], "The caller is gone.");
    assert_eq!(stage.units(&app).await, ["web-1-0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_runs_in_a_unit_of_its_own_that_goes_with_it() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let at = listen(&stage).await;
    let path = format!("/api/v2/apps/{app}/run");
    let script = json!({"command": ["sh", "-c", "echo $GREETING $PORT $SLIPWAY_APP; hostname; exit 3"]});
    let early = Shell::begin(&stage, at, &path, script.clone()).await.hear("").await;
    assert!(
        early.end["reason"]
            .as_str()
            .unwrap()
            .contains("Nothing of web was deployed"),
        "{early:?}"
    );

    stage.deploy(&app, &web(1).await).await;
    stage
        .set(&app, json!({"set": [{"name": "GREETING", "value": "hello"}]}))
        .await
        .expect(200);
    let heard = Shell::begin(&stage, at, &path, script).await.hear("").await;
    assert_eq!(heard.end, json!({"type": "ended", "exit-code": 3}));
    assert!(heard.output.starts_with("hello 8080 web\n"), "{heard:?}");
    assert!(
        heard.unit.starts_with("run-") && heard.unit.ends_with("-2-0"),
        "{heard:?}"
    );
    assert_eq!(there(&app).await, 1);

    // Whoever goes takes it with him.
    let wanted = json!({"command": ["sh", "-c", "echo begun; sleep 1000"], "terminal": {"columns": 80, "rows": 24}});
    let mut left = Shell::begin(&stage, at, &path, wanted).await;
    left.hear("begun").await;
    assert_eq!(there(&app).await, 2);
    // It is no unit of the app, and no deploy takes it away.
    assert_eq!(stage.units(&app).await, ["web-2-0"]);
    stage.act(&app, "scale", json!({"units": {"web": 2}})).await.expect(200);
    assert_eq!(there(&app).await, 3);
    drop(left);
    stage.until("it to go", async || there(&app).await == 2).await;
}

/// How many containers there are of an app.
async fn there(app: &str) -> usize {
    let engine = slipway_docker::Engine::connect(&slipway_testing::docker::socket().unwrap())
        .await
        .unwrap();
    let labels = BTreeMap::from([("slipway.app".to_owned(), app.to_owned())]);
    engine.units(&labels).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_server_left_is_taken_away() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    stage.deploy(&app, &web(1).await).await;
    let at = listen(&stage).await;
    let wanted = json!({"command": ["sh", "-c", "echo begun; sleep 1000"]});
    let mut shell = Shell::begin(&stage, at, &format!("/api/v2/apps/{app}/run"), wanted).await;
    shell.hear("begun").await;
    let ctx = stage.acme.app.system();
    slipway_apps::commands::service::clear(&ctx).await.unwrap();
    assert_eq!(there(&app).await, 2);
    // Nobody notes any more that somebody is at it, as when the process were gone.
    stage.acme.app.pass(Duration::from_secs(100));
    slipway_apps::commands::service::clear(&ctx).await.unwrap();
    assert_eq!(there(&app).await, 1);
    shell.hear("").await;
    // Whoever took it away, or heard of its end, told of it, once.
    let told = told(&stage).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[1].0, "app.command-ended", "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_run_commands_is_refused_before_and_meanwhile() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    stage.deploy(&app, &web(1).await).await;
    let at = listen(&stage).await;
    let path = format!("/api/v2/apps/{app}/shell");
    let status = async |headers: &[(&'static str, String)]| match open(at, &path, headers).await {
        Err(Error::Http(answer)) => answer.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => 101,
    };
    let bearer =
        |caller: &crate::support::Caller| ("authorization", format!("Bearer {}", caller.token.clone().unwrap()));
    assert_eq!(status(&[]).await, 401);
    let (_, stranger) = stage.acme.app.user(&stage.acme.owner, "eve").await;
    assert_eq!(status(&[bearer(&stranger)]).await, 404);
    let reader = stage.acme.member("rita", "read", "acme").await;
    assert_eq!(status(&[bearer(&reader)]).await, 403);

    // A browser sends its cookie for whichever page asks it to: only pages of this server are heard.
    let bea = account(&stage.acme.app, "bea").await;
    stage.acme.assign("acme", &bea, "write", "acme").await;
    let mut browser = Browser::new(&stage.acme.app);
    browser.sign_in("bea", PASSWORD).await;
    let cookie = ("cookie", format!("slipway={}", browser.cookie.unwrap()));
    assert_eq!(status(std::slice::from_ref(&cookie)).await, 403);
    let foreign = ("origin", "http://evil.test".to_owned());
    assert_eq!(status(&[cookie.clone(), foreign]).await, 403);
    assert_eq!(status(&[cookie, ("origin", format!("http://{at}"))]).await, 101);

    // A right that is taken away ends what goes on.
    let (id, writer) = stage.acme.app.user(&stage.acme.owner, "will").await;
    let assignment = stage.acme.assign("acme", &id, "write", "acme").await;
    let mut shell = open(at, &path, &[bearer(&writer)]).await.unwrap();
    shell.say(&json!({"type": "begin", "command": ["sleep", "1000"]})).await;
    let taken = stage
        .acme
        .owner
        .delete(&format!("/api/v2/role-assignments/{assignment}"))
        .await;
    taken.expect(204);
    let heard = shell.hear("").await;
    assert_eq!(heard.end["reason"], "You may not run this any more.");
}
