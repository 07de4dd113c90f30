//! On the Docker Engine, behind a router that is a process of its own.

use std::net::TcpListener;

use slipway_testing::docker;

use super::{Host, app, killed_at_steps};
use crate::edge::Router;
use crate::slipway::{Database, Slipway};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_at_any_step_of_a_deploy_goes_on_with_it() {
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
    let host = Host::start();
    let app = app(&slipway).await;
    let at = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let _edge = Router::start(&slipway, "edge", at).await;
    killed_at_steps(&slipway, app, &host, at).await;
}
