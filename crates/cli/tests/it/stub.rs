//! A server that says what a test tells it to, and remembers what it was asked. It has no logic of its own: how the real
//! server behaves is tested with the real server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// What was asked: method, path with query, headers, body.
#[derive(Debug, Clone)]
pub struct Request {
    pub line: String,
    pub head: String,
    pub body: Vec<u8>,
}

/// What to answer: status and body. A body is not always the end: see [`Answer::hanging`].
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    body: String,
    hangs: bool,
    breaks: bool,
}

impl Answer {
    pub fn ok(body: impl Into<String>) -> Self {
        Self::status(200, body)
    }

    pub fn status(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            body: body.into(),
            hangs: false,
            breaks: false,
        }
    }

    /// The body so far of a stream that never ends.
    pub fn hanging(body: impl Into<String>) -> Self {
        Self {
            status: 200,
            body: body.into(),
            hangs: true,
            breaks: false,
        }
    }

    /// No answer: the connection ends behind the request.
    pub fn broken() -> Self {
        Self {
            status: 200,
            body: String::new(),
            hangs: false,
            breaks: true,
        }
    }
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<Request>>,
    came: Condvar,
}

/// A running stub; it lives until the test's process ends.
pub struct Stub {
    pub url: String,
    seen: Arc<Seen>,
}

impl Stub {
    pub fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (seen, answer) = (Arc::new(Seen::default()), Arc::new(answer));
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, answer) = (Arc::clone(&shared), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream.unwrap(), &seen, &*answer));
            }
        });
        Self { url, seen }
    }

    /// The requests whose line starts with `start`, in order.
    pub fn requests(&self, start: &str) -> Vec<Request> {
        let requests = self.seen.requests.lock().unwrap();
        requests
            .iter()
            .filter(|request| request.line.starts_with(start))
            .cloned()
            .collect()
    }

    /// Waits until something that starts with `start` was asked.
    pub fn wait_for(&self, start: &str) {
        let requests = self.seen.requests.lock().unwrap();
        let is_missing = |requests: &mut Vec<Request>| !requests.iter().any(|request| request.line.starts_with(start));
        let (_requests, timeout) = self
            .seen
            .came
            .wait_timeout_while(requests, Duration::from_secs(30), is_missing)
            .unwrap();
        assert!(!timeout.timed_out(), "nobody asked for {start}");
    }
}

fn serve(mut stream: TcpStream, seen: &Seen, answer: &dyn Fn(&Request) -> Answer) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or(0) == 0 {
            return;
        }
    }
    let length = header(&head, "content-length")
        .and_then(|value| value.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
    let request = Request { line, head, body };
    let answer = answer(&request);
    seen.requests.lock().unwrap().push(request);
    seen.came.notify_all();
    if answer.breaks {
        return;
    }
    let length = if answer.hangs {
        String::new()
    } else {
        format!("content-length: {}\r\n", answer.body.len())
    };
    let head = format!("HTTP/1.1 {} Status\r\nconnection: close\r\n{length}\r\n", answer.status);
    let _ = stream.write_all(format!("{head}{}", answer.body).as_bytes());
    if answer.hangs {
        // Until the other side goes away.
        let _ = reader.read(&mut [0]);
    }
}

pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let pairs = head.lines().filter_map(|line| line.split_once(": "));
    pairs
        .into_iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}
