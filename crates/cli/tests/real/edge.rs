//! A router that is a process of its own, and requests to an app that it takes all the time.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::process::Signal;
use tokio::task::JoinHandle;

use crate::processes;
use crate::slipway::{Slipway, plain};
use crate::wait::{until, until_true};

/// Between an answer and the next request of the same.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(2);

/// A router, until it is dropped.
pub(crate) struct Router {
    child: Child,
    log: PathBuf,
}

impl Router {
    pub(crate) async fn start(slipway: &Slipway, name: &str, listen: SocketAddr) -> Self {
        let home = slipway.home.path();
        let made = slipway.command(home, &["router", "create", name]).await;
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let (token, log) = (home.join(format!("{name}.token")), home.join(format!("{name}.log")));
        fs::write(&token, made.stdout).unwrap();
        let mut command = plain(&["router", "start", "--drain", "20", "--listen", &listen.to_string()]);
        command
            .args(["--server", &format!("http://{}", slipway.server.address)])
            .arg("--token-file")
            .arg(token)
            .arg("--data-dir")
            .arg(home.join(format!("{name}.data")))
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap());
        let child = command.spawn().unwrap();
        let router = Self { child, log };
        until_true("the router to listen", || {
            router.said().contains("requests to apps are taken")
        })
        .await;
        router
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// SIGTERM, and its end.
    pub(crate) async fn stop(&mut self) {
        processes::signal(self.child.id(), Signal::TERM);
        let ended = until("the router to end", || self.child.try_wait().unwrap()).await;
        assert!(ended.success(), "{}", self.said());
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Requests all the time, none of which may fail.
pub(crate) struct Load {
    is_over: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    asking: Vec<JoinHandle<()>>,
}

impl Load {
    pub(crate) fn begin(at: SocketAddr) -> Self {
        let (is_over, answered) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let asking = (0..4).map(|number| {
            let (is_over, answered) = (Arc::clone(&is_over), Arc::clone(&answered));
            tokio::spawn(async move {
                let mut client = client();
                while !is_over.load(Ordering::Relaxed) {
                    let (status, text) = ask(&client, at).await;
                    assert_eq!(status, 200, "{text}");
                    // A moment between, so that who answers is not kept from all else.
                    tokio::time::sleep(PAUSE).await;
                    // Some connections are new, some are kept.
                    if answered.fetch_add(1, Ordering::Relaxed) % 50 == number {
                        client = self::client();
                    }
                }
            })
        });
        let asking = asking.collect();
        Self {
            is_over,
            answered,
            asking,
        }
    }

    /// Waits for so many more answers.
    pub(crate) async fn go_on(&self, more: u64) {
        let until = self.answered.load(Ordering::Relaxed) + more;
        let is_through = || {
            let is_broken = self.asking.iter().any(JoinHandle::is_finished);
            is_broken || self.answered.load(Ordering::Relaxed) >= until
        };
        until_true("answers", is_through).await;
    }

    pub(crate) async fn end(self) {
        self.is_over.store(true, Ordering::Relaxed);
        for asking in self.asking {
            asking.await.unwrap();
        }
    }
}

pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

pub(crate) async fn ask(client: &reqwest::Client, at: SocketAddr) -> (u16, String) {
    let asked = client
        .get(format!("http://{at}/"))
        .header("host", "hello.acme.localhost");
    match asked.send().await {
        Ok(answer) => (
            answer.status().as_u16(),
            answer.text().await.unwrap_or_else(|error| error.to_string()),
        ),
        Err(error) => (0, format!("{error:?}")),
    }
}
