//! The engine of these tests, builds as a deploy does them, and units that answer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use slipway_apps::platforms::{BuildPlan, Images, Platform, Wanted, plan};
use slipway_apps::processes::{Declared, ImageDefaults, Said};
use slipway_apps::sources::Context;
use slipway_buildkit::{Secret, Session, Tree};
use slipway_docker::{Build, BuildFailed, Engine, UnitSpec};
use tokio_util::sync::CancellationToken;

/// The secret of builds that have one, and its id.
pub const SECRET: (&str, &str) = ("token", "s3cr3t-of-a-build-7f1c");

/// Something that no other test names.
pub fn unlike(word: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{word}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

pub async fn engine() -> Engine {
    let socket = slipway_testing::docker::socket().unwrap();
    Engine::connect(&socket).await.unwrap()
}

/// One of the apps in `examples/apps`, as a directory that may be changed.
pub fn example(name: &str) -> tempfile::TempDir {
    let from = slipway_testing::checkout::root().join("examples/apps").join(name);
    let mut packed = Vec::new();
    slipway_apps::sources::pack(&from, &mut packed).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let limits = slipway_apps::sources::limits();
    slipway_apps::sources::unpack(packed.as_slice(), folder.path(), &limits).unwrap();
    folder
}

/// A directory of files.
pub fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let full = folder.path().join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(full, text).unwrap();
    }
    folder
}

/// A shipped platform on an image of this machine.
pub fn on(shipped: slipway_apps::platforms::Shipped, build: &str, run: &str) -> Platform {
    Platform {
        images: Images {
            build: build.to_owned(),
            run: run.to_owned(),
        },
        ..shipped.platform()
    }
}

/// What came of a build.
pub struct Built {
    pub image: String,
    pub plan: BuildPlan,
    pub declared: Declared,
    pub log: Vec<String>,
}

impl Built {
    /// How many steps were not done again.
    pub fn cached(&self) -> usize {
        self.log.iter().filter(|line| line.ends_with(" CACHED")).count()
    }

    /// Whether a step with this in its name was not done again.
    pub fn was_cached(&self, step: &str) -> bool {
        let begun = |line: &&String| line.contains(step) && line.contains('[');
        let number = self.log.iter().find(begun).and_then(|line| line.split(' ').next());
        number.is_some_and(|number| self.log.contains(&format!("{number} CACHED")))
    }
}

/// Builds a directory by a platform, as a deploy does.
pub async fn build(engine: &Engine, app: &str, platform: &Platform, source: &Path) -> Result<Built, String> {
    let context = Context::of_folder(source).unwrap();
    let said = Said::read(&context).unwrap();
    let plan = plan(&Wanted {
        platform,
        context: &context,
        said: &said,
        cache: app,
        arguments: &BTreeMap::new(),
        secrets: &BTreeSet::from([SECRET.0.to_owned()]),
    })
    .unwrap();
    let (image, log) = run(engine, app, &plan, tree(source)).await;
    let image = image.map_err(|error| format!("{error}\n{}", log.join("\n")))?;
    let about = engine.image(&image).await.unwrap();
    let defaults = ImageDefaults {
        entrypoint: about.entrypoint,
        command: about.command,
    };
    Ok(Built {
        declared: said.declared(&defaults).unwrap(),
        image,
        plan,
        log,
    })
}

/// What a build sees of a source.
pub fn tree(source: &Path) -> Tree {
    slipway_apps::sources::tree(source).unwrap()
}

/// Carries a plan out; the image's name, and the log.
pub async fn run(
    engine: &Engine,
    app: &str,
    plan: &BuildPlan,
    context: Tree,
) -> (Result<String, BuildFailed>, Vec<String>) {
    let build = Build {
        id: unlike("build"),
        tag: format!("{app}:{}", unlike("v")),
        dockerfile: "Dockerfile".to_owned(),
        arguments: plan.arguments.clone(),
        sharing_key: format!("app:{app}"),
        is_isolated: true,
        ..Build::default()
    };
    let session = Session {
        dockerfile: Tree::new().with_file("Dockerfile", plan.dockerfile.clone()),
        context,
        secrets: BTreeMap::from([(SECRET.0.to_owned(), Secret::new(SECRET.1.as_bytes().to_vec()))]),
        ..Session::default()
    };
    let mut log = Vec::new();
    let built = engine
        .build(&build, session, &CancellationToken::new(), |line| {
            log.push(line.to_string())
        })
        .await;
    (built.map(|_| build.tag), log)
}

/// A unit of a process, which goes when this does.
pub struct Unit {
    engine: Engine,
    pub name: String,
    address: std::net::IpAddr,
    port: u16,
}

/// Starts a process as a deploy does, at a port of its own.
pub async fn start(engine: &Engine, built: &Built, process: &str, port: u16) -> Unit {
    let name = unlike("unit");
    let declared = &built.declared;
    let spec = UnitSpec {
        labels: BTreeMap::from([("slipway.test".to_owned(), name.clone())]),
        name: name.clone(),
        image: built.image.clone(),
        command: declared.processes[process].command.start(&declared.hooks),
        env: BTreeMap::from([("PORT".to_owned(), port.to_string())]),
        network: "slipway".to_owned(),
        ..UnitSpec::default()
    };
    let unit = engine.start_unit(&spec).await.unwrap();
    let address = unit.address.expect("a unit that runs has an address");
    Unit {
        engine: engine.clone(),
        name,
        address,
        port,
    }
}

impl Unit {
    /// What it answers; it is asked until it does, or has ended.
    pub async fn get(&self, path: &str) -> reqwest::Response {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        loop {
            let asked = client.get(format!("http://{}:{}{path}", self.address, self.port));
            if let Ok(answer) = asked.send().await {
                return answer;
            }
            let state = self.engine.unit(&self.name).await.unwrap().state;
            if matches!(state, slipway_docker::State::Ended { .. }) {
                panic!("{state:?}: {}", self.log().await);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The text that it answers with success.
    pub async fn text(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    /// What it wrote so far; until it ends when it has.
    pub async fn log(&self) -> String {
        use futures::TryStreamExt;
        let lines: Vec<_> = self
            .engine
            .unit_log(&self.name, None, false)
            .try_collect()
            .await
            .unwrap();
        let lines = lines
            .iter()
            .map(|line| String::from_utf8_lossy(&line.text).into_owned());
        lines.collect::<Vec<_>>().join("\n")
    }

    /// What a command in it writes.
    pub async fn says(&self, script: &str) -> String {
        use futures::TryStreamExt;
        let spec = slipway_docker::commands::CommandSpec {
            command: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
            ..slipway_docker::commands::CommandSpec::default()
        };
        let mut command = self.engine.start_command(&self.name, &spec).await.unwrap();
        let pieces: Vec<_> = futures::StreamExt::by_ref(&mut command.output)
            .try_collect()
            .await
            .unwrap();
        let pieces = pieces
            .iter()
            .map(|piece| String::from_utf8_lossy(&piece.bytes).into_owned());
        pieces.collect()
    }

    /// Tells it to end; says with which code it did, and what it wrote.
    pub async fn end(&self) -> (i64, String) {
        self.engine
            .stop_unit(&self.name, Duration::from_secs(60))
            .await
            .unwrap();
        let slipway_docker::State::Ended { exit_code, .. } = self.engine.unit(&self.name).await.unwrap().state else {
            panic!("it still runs");
        };
        (exit_code, self.log().await)
    }
}
