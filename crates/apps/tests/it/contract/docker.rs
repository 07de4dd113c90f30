//! The suite on the Docker Engine.

use slipway_apps::clusters::docker::Docker;

async fn driver() -> Docker {
    Docker::connect(&slipway_testing::docker::socket().unwrap(), true)
        .await
        .unwrap()
}

super::suite!();
