//! A router that is a process of its own goes on while servers are killed and while it is exchanged itself.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use slipway_testing::docker;

use crate::edge::{Load, Router, ask, client};
use crate::slipway::{Database, Slipway};
use crate::wait::PATIENCE;

/// What a unit runs: it says its version.
const DOCKERFILE: &str = "FROM scratch\nCOPY busybox /bin/busybox\nRUN [\"/bin/busybox\", \"--install\", \"/bin\"]\nENV PATH=/bin\n\
                          COPY index.html /www/index.html\nCMD [\"/bin/sh\", \"-c\", \"exec httpd -f -p $PORT -h /www\"]\n";

async fn deploy(slipway: &Slipway, folder: &Path, says: &str) {
    fs::write(folder.join("index.html"), says).unwrap();
    let deployed = slipway
        .command(folder, &["app", "deploy", "--create", "--app", "hello"])
        .await;
    assert!(
        deployed.status.success(),
        "{}",
        String::from_utf8_lossy(&deployed.stderr)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_lost_while_servers_are_killed_and_routers_are_exchanged() {
    let socket = docker::socket().unwrap();
    let slipway = Slipway::start_with(
        Database::Sqlite,
        &[
            ("SLIPWAY_APPS_DOCKER_SOCKET", socket.to_str().unwrap()),
            ("SLIPWAY_APPS_BUILDS_WITHOUT_NETWORK", "true"),
            ("SLIPWAY_ROUTING_MODE", "separate"),
        ],
    )
    .await;
    let folder = slipway.home.path().join("hello");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("Dockerfile"), DOCKERFILE).unwrap();
    fs::copy(docker::busybox().unwrap(), folder.join("busybox")).unwrap();
    let at = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut edge = Router::start(&slipway, "edge", at).await;
    deploy(&slipway, &folder, "one").await;
    assert_eq!(ask(&client(), at).await, (200, "one".to_owned()));

    let load = Load::begin(at);
    load.go_on(200).await;
    slipway.server.kill();
    load.go_on(400).await;
    slipway.server.restart().await;
    deploy(&slipway, &folder, "two").await;
    load.go_on(200).await;
    assert_eq!(ask(&client(), at).await, (200, "two".to_owned()));
    // Another one at the same address; then the first goes.
    let _other = Router::start(&slipway, "other", at).await;
    let is_served = async || {
        let listed = slipway
            .command(slipway.home.path(), &["router", "list", "--output", "json"])
            .await;
        let text = String::from_utf8_lossy(&listed.stdout).into_owned();
        text.matches("\"is-current\": true").count() == 2 || text.matches("\"is-current\":true").count() == 2
    };
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !is_served().await {
        assert!(tokio::time::Instant::now() < deadline, "both serve the newest table");
    }
    edge.stop().await;
    load.go_on(200).await;
    deploy(&slipway, &folder, "three").await;
    slipway.server.kill();
    load.go_on(200).await;
    assert_eq!(ask(&client(), at).await, (200, "three".to_owned()));
    load.end().await;
}
