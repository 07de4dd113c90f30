//! The engine of these tests, and an image that has every usual command.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use slipway_buildkit::{Session, Tree};
use slipway_docker::{Build, BuildFailed, Engine, UnitSpec};
use slipway_testing::docker;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

/// The engine, and the name of the image.
pub async fn engine() -> (Engine, &'static str) {
    static IMAGE: OnceCell<()> = OnceCell::const_new();
    const NAME: &str = "busybox:test";
    let engine = Engine::connect(&docker::socket().unwrap()).await.unwrap();
    IMAGE
        .get_or_init(async || {
            let program = std::fs::read(docker::busybox().unwrap()).unwrap();
            let context = Tree::new().with_program("busybox", program);
            let dockerfile =
                "FROM scratch\nCOPY busybox /bin/busybox\nRUN [\"/bin/busybox\", \"--install\", \"/bin\"]\n";
            let (built, log) = build(&engine, NAME, dockerfile, context).await;
            built.unwrap_or_else(|error| panic!("{error}\n{}", log.join("\n")));
        })
        .await;
    (engine, NAME)
}

/// Something that no other test names.
pub fn unlike(word: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{word}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Builds a Dockerfile with a context; what came of it, and its log.
pub async fn build(
    engine: &Engine,
    tag: &str,
    dockerfile: &str,
    context: Tree,
) -> (Result<String, BuildFailed>, Vec<String>) {
    let session = Session {
        dockerfile: Tree::new().with_file("Dockerfile", dockerfile.to_owned()),
        context,
        ..Session::default()
    };
    let build = Build {
        id: unlike("build"),
        tag: tag.to_owned(),
        dockerfile: "Dockerfile".to_owned(),
        is_isolated: true,
        ..Build::default()
    };
    run(engine, &build, session).await
}

/// Carries a build out; what came of it, and its log.
pub async fn run(engine: &Engine, build: &Build, session: Session) -> (Result<String, BuildFailed>, Vec<String>) {
    let mut log = Vec::new();
    let built = engine
        .build(build, session, &CancellationToken::new(), |line| {
            log.push(line.to_string())
        })
        .await;
    (built, log)
}

/// A unit of the image that runs a line of shell.
pub fn shell(image: &str, script: &str) -> UnitSpec {
    let name = unlike("unit");
    UnitSpec {
        labels: BTreeMap::from([("slipway.test".to_owned(), name.clone())]),
        name,
        image: image.to_owned(),
        command: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
        network: "slipway".to_owned(),
        ..UnitSpec::default()
    }
}
