//! Units, and a router before them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use slipway_router::{Listen, Route, Router, Table};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A program that speaks HTTP/1.1 with its hands, so that a test sees what the router really sends.
pub struct Unit {
    pub address: SocketAddr,
    serving: JoinHandle<()>,
    pub served: Arc<AtomicU64>,
}

impl Unit {
    /// Answers every request with what `say` makes of its head and body.
    pub async fn new(say: impl Fn(&str, &[u8]) -> String + Clone + Send + Sync + 'static) -> Self {
        let served = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&served);
        Self::raw(served, move |stream| {
            let (say, count) = (say.clone(), Arc::clone(&count));
            async move {
                let mut stream = BufReader::new(stream);
                while let Some((head, body)) = read(&mut stream).await {
                    let text = say(&head, &body);
                    count.fetch_add(1, Ordering::Relaxed);
                    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len());
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            }
        })
        .await
    }

    /// Does with each connection what `serve` does.
    pub async fn raw<F>(served: Arc<AtomicU64>, serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
        Self {
            address,
            serving,
            served,
        }
    }

    /// Takes no connection any more.
    pub fn stop(&self) {
        self.serving.abort();
    }
}

/// A request's head and body; nothing at the connection's end.
pub async fn read(stream: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let lower = head.to_lowercase();
    let length = lower
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    if lower.contains("transfer-encoding: chunked") {
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.ok()?;
            let size = usize::from_str_radix(line.trim(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            stream.read_exact(&mut chunk).await.ok()?;
            if size == 0 {
                break;
            }
            chunk.truncate(size);
            body.extend_from_slice(&chunk);
        }
    }
    Some((head, body))
}

/// A router at work, until it is dropped.
pub struct Site {
    pub router: Router,
    pub address: SocketAddr,
    pub ending: CancellationToken,
    pub serving: Option<JoinHandle<()>>,
}

impl Site {
    pub async fn new(is_tls: bool) -> Self {
        let router = Router::new("test");
        let socket = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        let ending = CancellationToken::new();
        let (serves, end) = (router.clone(), ending.clone());
        let serving = tokio::spawn(async move {
            serves
                .serve(Listen { socket, is_tls }, end, Duration::from_secs(10))
                .await
                .unwrap();
        });
        Self {
            router,
            address,
            ending,
            serving: Some(serving),
        }
    }

    /// One route to these units, for `shop.test`.
    pub fn route(&self, targets: &[SocketAddr]) {
        self.set(Route {
            hosts: vec!["shop.test".to_owned()],
            targets: targets.to_vec(),
            ..Route::default()
        });
    }

    pub fn set(&self, route: Route) {
        let routes = BTreeMap::from([("shop".to_owned(), route)]);
        let version = self.router.version() + 1;
        assert!(
            self.router
                .set(Table {
                    version,
                    routes,
                    ..Table::default()
                })
                .unwrap()
        );
    }

    /// A client for which every host is this router.
    pub fn client(&self) -> reqwest::Client {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        client
            .resolve("shop.test", self.address)
            .resolve("other.test", self.address)
            .build()
            .unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://shop.test:{}{path}", self.address.port())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.ending.cancel();
    }
}
