//! One run of a configuration, as the runner would make it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use slipway_testing::tools::{self, Tools};
use slipway_tofu::commands::{
    CliConfig, PlanOptions, RunDirectory, Surroundings, cli_config, environment, override_file, state_path,
};
use slipway_tofu::engines::{Engine, Engines, Kind, Sources};
use slipway_tofu::process::{Confinement, Ended, Graces, Invocation, Order, Supervision, spawn, supervise};
use slipway_tofu::sandbox::Policy;
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};

pub(crate) const WORKSPACE: &str = "prod";
pub(crate) const MODULE: &str = "config";

/// A machine: where runs, the cache and secrets are.
pub(crate) struct Machine {
    pub(crate) root: TempDir,
    pub(crate) engine: Engine,
    pub(crate) mirror: PathBuf,
}

/// A run on it.
pub(crate) struct Run {
    pub(crate) directory: RunDirectory,
    pub(crate) engine: Engine,
    pub(crate) spool: PathBuf,
    pub(crate) variables: BTreeMap<String, String>,
    /// Where providers may be read and run from.
    pub(crate) stores: Vec<PathBuf>,
    pub(crate) order: watch::Sender<Order>,
}

impl Machine {
    pub(crate) async fn new() -> Self {
        let Tools { tofu, mirror, .. } = tools::find().unwrap();
        let sources = Sources {
            search_path: vec![tofu.parent().unwrap().into()],
            directory: None,
        };
        let engine = Engines::new(sources).find(Kind::OpenTofu, None).await.unwrap();
        Self {
            root: tempfile::tempdir().unwrap(),
            engine,
            mirror,
        }
    }

    pub(crate) fn run(&self, id: &str, configuration: &str) -> Run {
        let directory = RunDirectory::create(&self.root.path().join("r"), id).unwrap();
        let spool = self.root.path().join("spool").join(id);
        fs::create_dir_all(&spool).unwrap();
        directory
            .write(Path::new("config/main.tf"), configuration.as_bytes())
            .unwrap();
        let run = Run {
            directory,
            engine: self.engine.clone(),
            spool,
            variables: BTreeMap::new(),
            stores: vec![self.mirror.clone()],
            order: watch::channel(Order::Continue).0,
        };
        run.override_backend();
        run.configure(CliConfig {
            mirrors: vec![self.mirror.clone()],
            ..CliConfig::default()
        });
        run
    }
}

impl Run {
    pub(crate) fn configure(&self, config: CliConfig) {
        fs::write(self.spool.join("cli.tfrc"), cli_config(&config)).unwrap();
    }

    pub(crate) fn override_backend(&self) {
        let names = fs::read_dir(self.directory.config()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let ours = override_file(Kind::OpenTofu, names).unwrap();
        self.directory
            .write(&Path::new(MODULE).join(ours.name), ours.contents.as_bytes())
            .unwrap();
    }

    pub(crate) fn events(&self, command: &str) -> PathBuf {
        let path = self.spool.join(format!("{command}.events"));
        fs::write(&path, "").unwrap();
        path
    }

    pub(crate) fn plan_file(&self) -> PathBuf {
        self.directory.out("plan")
    }

    pub(crate) fn log(&self, command: &str) -> String {
        fs::read_to_string(self.spool.join(format!("{command}.log"))).unwrap_or_default()
    }

    pub(crate) fn event_lines(&self, command: &str) -> Vec<serde_json::Value> {
        let text = fs::read_to_string(self.spool.join(format!("{command}.events"))).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(crate) fn state(&self) -> serde_json::Value {
        let path = Path::new(MODULE).join(state_path(WORKSPACE));
        let bytes = self.directory.read(&path, 1 << 30).unwrap().expect("a state");
        serde_json::from_slice(&bytes).unwrap()
    }

    pub(crate) async fn init(&self) -> Ended {
        let arguments = slipway_tofu::commands::init(&self.engine, &self.events("init"));
        self.command("init", arguments).await
    }

    pub(crate) async fn plan(&self) -> Ended {
        let options = PlanOptions::default();
        let arguments = slipway_tofu::commands::plan(&self.engine, &options, &self.plan_file(), &self.events("plan"));
        self.command("plan", arguments).await
    }

    pub(crate) async fn apply(&self) -> Ended {
        let arguments = slipway_tofu::commands::apply(&self.engine, None, &self.plan_file(), &self.events("apply"));
        self.command("apply", arguments).await
    }

    pub(crate) async fn command(&self, name: &str, arguments: Vec<String>) -> Ended {
        let running = spawn(&self.invocation(name, arguments)).await.unwrap();
        let graces = Graces {
            interrupt: Duration::from_secs(20),
            terminate: Duration::from_secs(5),
        };
        let supervision = Supervision {
            timeout: Some(Duration::from_secs(120)),
            graces,
            orders: self.order.subscribe(),
            steps: mpsc::unbounded_channel().0,
        };
        supervise(running, supervision).await.unwrap()
    }

    pub(crate) fn invocation(&self, name: &str, arguments: Vec<String>) -> Invocation {
        let config = self.spool.join("cli.tfrc");
        let mut policy = Policy::new(self.engine.path.clone(), Vec::new());
        policy.execute.extend(self.stores.iter().cloned());
        policy.read.push(config.clone());
        policy.write = self.directory.writable();
        policy.write.push(self.spool.join(format!("{name}.events")));
        fs::write(self.spool.join(format!("{name}.events")), "").unwrap();
        let log = self.spool.join(format!("{name}.log"));
        Invocation {
            program: self.engine.path.clone(),
            arguments,
            environment: environment(Surroundings {
                is_small: true,
                directory: &self.directory,
                cli_config: &config,
                workspace: WORKSPACE,
                operator: &BTreeMap::new(),
                variables: &self.variables,
            }),
            directory: self.directory.config(),
            output: log.clone(),
            errors: log,
            confinement: Some(Confinement {
                helper: helper(),
                policy_file: self.spool.join("policy.json"),
                policy,
            }),
        }
    }

    /// Runs a command that must succeed.
    pub(crate) async fn succeed(&self, command: &str) {
        let (ended, code) = match command {
            "init" => (self.init().await, 0),
            "plan" => (self.plan().await, 2),
            _ => (self.apply().await, 0),
        };
        assert_eq!(ended.exit.code, Some(code), "{command}: {}", self.log(command));
    }
}

pub(crate) fn helper() -> Vec<PathBuf> {
    vec![
        std::env::current_exe().unwrap(),
        "--exact".into(),
        "sandbox_helper".into(),
        "--nocapture".into(),
    ]
}

/// Waits for a condition, and fails with its last words.
pub(crate) async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let wait = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"));
}
