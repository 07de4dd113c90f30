//! What goes over the wire when servers fail, restart and cut connections: against a server that plays a script.

#![expect(clippy::unwrap_used, reason = "a test stops at the unexpected")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use slipway_api::Name;
use slipway_api::ids::{PlanId, RunId};
use slipway_api::projects::NewProject;
use slipway_client::{Client, ClientError, ClientSettings, LogItem, PhaseId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Answers each connection with the next answer of its script and remembers what was asked.
struct Script {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Script {
    async fn play(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let mut answers: VecDeque<String> = answers.iter().map(|&answer| answer.to_owned()).collect();
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Some(answer) = answers.pop_front() {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read_request(&mut stream).await;
                seen.lock().unwrap().push(request);
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        Self { address, requests }
    }

    fn client(&self) -> Client {
        let token = secrecy::SecretString::from("slw_u_test");
        Client::new(ClientSettings::new(self.address.parse().unwrap(), Some(token))).unwrap()
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap();
        bytes.extend(buffer.iter().take(count));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = header(head, "content-length")
            .and_then(|value| value.parse().ok())
            .unwrap_or(0);
        if count == 0 || body.len() >= length {
            return text;
        }
    }
}

fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    request
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn run_id() -> RunId {
    RunId::from_parts(1_763_680_000_000, 7)
}

#[tokio::test]
async fn a_started_thing_is_asked_for_again_with_the_same_key() {
    let busy = answer("503 Service Unavailable", "retry-after: 0\r\n", "");
    let script = Script::play(&[&busy, "", &answer("202 Accepted", "", "")]).await;
    script.client().confirm_run(run_id(), "ship it").await.unwrap();
    let requests = script.requests();
    assert_eq!(requests.len(), 3);
    let keys: Vec<_> = requests
        .iter()
        .map(|request| header(request, "idempotency-key").unwrap().to_owned())
        .collect();
    assert!(keys.windows(2).all(|pair| pair.first() == pair.last()), "{keys:?}");
    let last = requests.last().unwrap();
    assert!(
        last.starts_with(&format!("POST /api/v2/runs/{}/actions/apply ", run_id())),
        "{last}"
    );
    assert!(last.ends_with(r#"{"comment":"ship it"}"#), "{last}");
    assert_eq!(header(last, "authorization"), Some("Bearer slw_u_test"));
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_not_asked_for_twice() {
    let script = Script::play(&["", &answer("500 Internal Server Error", "", "")]).await;
    let (acme, shop): (Name, Name) = ("acme".parse().unwrap(), "shop".parse().unwrap());
    let error = script
        .client()
        .create_project(
            &acme,
            NewProject {
                name: shop,
                description: None,
            },
        )
        .await
        .unwrap_err();
    assert!(
        matches!(error, ClientError::Unreachable { attempts: 1, .. }),
        "{error:?}"
    );
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test]
async fn a_list_is_read_to_its_end_by_the_servers_mark() {
    let page = |id: &str, next: &str| {
        let row = format!(
            r#"{{"id":"{id}","type":"projects","attributes":{{"name":"{id}","description":null,"created-at":"2026-01-01T00:00:00Z","is-default":false,"permissions":{{"can-update":true,"can-destroy":true,"can-create-workspace":true}}}}}}"#
        );
        let numbers =
            r#""current-page":1,"page-size":100,"prev-page":null,"next-page":null,"total-pages":2,"total-count":2"#;
        answer(
            "200 OK",
            "",
            &format!(r#"{{"data":[{row}],"meta":{{"pagination":{{{numbers}{next}}}}}}}"#),
        )
    };
    let script = Script::play(&[&page("one", r#","next-after":"m/1""#), &page("two", "")]).await;
    let rows = script
        .client()
        .projects(&"acme".parse().unwrap(), Some("a b"))
        .all()
        .await
        .unwrap();
    assert_eq!(
        rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
        ["one", "two"]
    );
    let second = script.requests().pop().unwrap();
    assert!(
        second.contains("search%5Bname%5D=a+b&page%5Bsize%5D=100&page%5Bafter%5D=m%2F1"),
        "{second}"
    );
}

#[tokio::test]
async fn a_log_goes_on_where_the_connection_broke() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    let first = format!("{head}id: 4\nevent: log\ndata: \"one\\n\"\n\nid: 9\nevent: log\ndata: \"lost be");
    let second = format!("{head}: keep-alive\n\nid: 8\nevent: log\ndata: \"two\\n\"\n\nevent: end\ndata: {{}}\n\n");
    let script = Script::play(&[&first, &second]).await;
    let plan = PlanId::from_parts(1_763_680_000_000, 7);
    let mut stream = script.client().log_stream(PhaseId::Plan(plan), 0);
    let (mut text, mut breaks) = (String::new(), 0);
    loop {
        match stream.next().await.unwrap() {
            LogItem::Text(part) => text.push_str(&part),
            LogItem::Reconnecting(_) => breaks += 1,
            LogItem::End => break,
        }
    }
    assert_eq!((text.as_str(), breaks), ("one\ntwo\n", 1));
    let asked: Vec<_> = script
        .requests()
        .iter()
        .map(|request| request.lines().next().unwrap().to_owned())
        .collect();
    let path = format!("GET /api/v2/plans/{plan}/log/stream?offset=");
    assert_eq!(asked, [format!("{path}0 HTTP/1.1"), format!("{path}4 HTTP/1.1")]);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_explained() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut settings = ClientSettings::new(address.parse().unwrap(), None);
    (settings.attempts, settings.request_timeout) = (1, Duration::from_secs(5));
    let error = Client::new(settings).unwrap().account().await.unwrap_err();
    let ClientError::Unreachable {
        url,
        why,
        advice,
        attempts,
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!((url, attempts), (address, 1));
    assert!(
        why.contains("refused") && advice.contains("slipway server"),
        "{why} {advice}"
    );
}

#[tokio::test]
async fn a_redirect_is_reported_and_the_token_stays_here() {
    let elsewhere = answer("302 Found", "location: https://login.example.com/\r\n", "");
    let script = Script::play(&[&elsewhere]).await;
    let error = script.client().account().await.unwrap_err();
    assert!(matches!(error, ClientError::Moved { location, .. } if location == "https://login.example.com/"));
}
