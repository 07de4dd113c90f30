//! The images that platforms build on here, made of programs of this machine: each once.

use std::path::Path;

use slipway_apps::platforms::BuildPlan;
use slipway_buildkit::Tree;
use slipway_docker::Engine;
use slipway_testing::roots;
use tokio::sync::OnceCell;

use crate::fixture::run;

/// A shell, and the web server of BusyBox.
pub async fn busybox(engine: &Engine) -> String {
    static MADE: OnceCell<String> = OnceCell::const_new();
    made(&MADE, engine, "busybox", roots::busybox).await
}

/// With nginx.
pub async fn nginx(engine: &Engine) -> String {
    static MADE: OnceCell<String> = OnceCell::const_new();
    made(&MADE, engine, "nginx", roots::nginx).await
}

/// With Python.
pub async fn python(engine: &Engine) -> String {
    static MADE: OnceCell<String> = OnceCell::const_new();
    made(&MADE, engine, "python", roots::python).await
}

/// With Node.js.
pub async fn node(engine: &Engine) -> String {
    static MADE: OnceCell<String> = OnceCell::const_new();
    made(&MADE, engine, "node", roots::node).await
}

/// With Go.
pub async fn go(engine: &Engine) -> String {
    static MADE: OnceCell<String> = OnceCell::const_new();
    made(&MADE, engine, "go", roots::go).await
}

async fn made(
    made: &OnceCell<String>,
    engine: &Engine,
    name: &str,
    fill: impl FnOnce(&Path) -> anyhow::Result<()>,
) -> String {
    let build = async || {
        let root = tempfile::tempdir().unwrap();
        fill(root.path()).unwrap();
        let plan = BuildPlan {
            dockerfile: roots::DOCKERFILE.to_owned(),
            ..BuildPlan::default()
        };
        let (built, log) = run(
            engine,
            &format!("base-{name}"),
            &plan,
            Tree::of_folder(root.path()).unwrap(),
        )
        .await;
        built.unwrap_or_else(|error| panic!("{error}\n{}", log.join("\n")))
    };
    made.get_or_init(build).await.clone()
}
