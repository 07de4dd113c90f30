//! A machine with runners, and claims for them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use slipway_api::runner::{ChangesWanted, Claim, PlanOptions, StateReference, WorkContext, WorkPhase, WorkVariable};
use slipway_runner::RunnerConfig;
use slipway_testing::tools;
use slipway_tofu::digest::sha256_hex;
use slipway_tofu::engines::Sources;
use slipway_tofu::sandbox::{Level, Limits};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::server::{Got, Server};

pub(crate) const TEST_PROVIDER: &str =
    "terraform {\n  required_providers {\n    test = { source = \"slipway/test\" }\n  }\n}\n";

pub(crate) struct Machine {
    pub(crate) root: TempDir,
    pub(crate) server: Server,
    pub(crate) address: String,
    runner: Option<(watch::Sender<bool>, JoinHandle<()>)>,
}

pub(crate) fn config(root: &Path, server: &str) -> RunnerConfig {
    let tools = tools::find().unwrap();
    let helper = vec![
        std::env::current_exe().unwrap(),
        "--exact".into(),
        "sandbox_helper".into(),
        "--nocapture".into(),
    ];
    RunnerConfig {
        server: server.parse().unwrap(),
        server_socket: None,
        token: "pool-token".to_owned().into(),
        name: "test".into(),
        labels: BTreeMap::new(),
        slots: Some(8),
        runs: root.join("r"),
        work: root.join("work"),
        engines: Sources {
            search_path: vec![tools.tofu.parent().unwrap().into()],
            directory: None,
        },
        mirrors: vec![tools.mirror],
        direct: false,
        environment: BTreeMap::new(),
        sandbox_helper: helper,
        sandbox_demand: Level::Isolated,
        limits: Limits::default(),
        protected: vec![root.join("data")],
        warm_age: Duration::from_secs(86_400),
        leave_after: None,
    }
}

impl Machine {
    /// With a server and no runner yet.
    pub(crate) async fn new() -> Self {
        // Shown with `RUST_LOG=slipway_runner=debug` and `--nocapture`.
        let filter = tracing_subscriber::EnvFilter::from_default_env();
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_test_writer()
            .try_init();
        let (server, address) = Server::start().await;
        Self {
            root: tempfile::tempdir().unwrap(),
            server,
            address,
            runner: None,
        }
    }

    /// With a runner.
    pub(crate) async fn running() -> Self {
        let mut machine = Self::new().await;
        machine.start();
        machine
    }

    pub(crate) fn start(&mut self) {
        let (shutdown, listen) = watch::channel(false);
        let config = config(self.root.path(), &self.address);
        let runner = tokio::spawn(async move { slipway_runner::run(config, listen).await.unwrap() });
        self.runner = Some((shutdown, runner));
    }

    /// Lets the runner finish its work and waits for its end.
    pub(crate) async fn drain(&mut self) {
        let (shutdown, runner) = self.runner.take().unwrap();
        shutdown.send(true).unwrap();
        tokio::time::timeout(Duration::from_secs(60), runner)
            .await
            .unwrap()
            .unwrap();
    }

    pub(crate) fn spools(&self) -> usize {
        fs::read_dir(self.root.path().join("work/spool")).map_or(0, Iterator::count)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Makes a configuration the one that runs get.
    pub(crate) fn configure(&self, source: &str) -> String {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("main.tf"), source).unwrap();
        let mut archive = Vec::new();
        slipway_tofu::archive::pack(directory.path(), &mut archive).unwrap();
        let digest = sha256_hex(&archive);
        self.server.store("configuration", archive);
        digest
    }

    /// A plan of a configuration, not queued yet.
    pub(crate) fn plan_of(&self, source: &str) -> Claim {
        claim(self.configure(source), WorkPhase::Plan)
    }

    pub(crate) async fn finish(&self, claim: &Claim) -> Got {
        self.server.queue(claim.clone());
        self.server.completed(&claim.work_item_id.to_string()).await
    }

    /// The apply of what a plan left.
    pub(crate) fn apply_of(&self, plan: &Claim, planned: &Got) -> Claim {
        let mut apply = claim(plan.context.configuration_digest.clone(), WorkPhase::Apply);
        apply.context = WorkContext {
            phase: WorkPhase::Apply,
            plan_digest: Some(planned.completion().plan_digest.clone().unwrap()),
            ..plan.context.clone()
        };
        apply
    }
}

fn number() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

pub(crate) fn claim(configuration_digest: String, phase: WorkPhase) -> Claim {
    let number = number();
    Claim {
        work_item_id: format!("work-{number:016}").parse().unwrap(),
        fence: 1,
        run_token: "run-token".into(),
        log_offset: 0,
        events_offset: 0,
        lease_until: "2030-01-01T00:00:00.000Z".parse().unwrap(),
        context: WorkContext {
            run_id: format!("run-{number:016}").parse().unwrap(),
            phase,
            workspace_id: "ws-0000000000000001".parse().unwrap(),
            workspace_name: "hello".into(),
            organization_name: "acme".into(),
            engine_workspace: "hello".into(),
            engine: slipway_api::workspaces::EngineKind::Opentofu,
            engine_version: String::new(),
            configuration_digest,
            working_directory: String::new(),
            options: PlanOptions {
                refresh: true,
                ..PlanOptions::default()
            },
            variables: Vec::new(),
            identity: None,
            git: None,
            state: None,
            plan_digest: None,
            timeout_ms: 120_000,
            stop_grace_ms: 20_000,
            log_limit_bytes: 64 << 20,
            planned_by: None,
            changes_wanted: ChangesWanted::default(),
            needs_plan_json: false,
        },
    }
}

pub(crate) fn variable(key: &str, value: &str, sensitive: bool) -> WorkVariable {
    WorkVariable {
        key: key.into(),
        value: value.into(),
        category: slipway_api::variables::VariableCategory::Terraform,
        hcl: false,
        sensitive,
    }
}

/// The state that an item left, as the next one starts from it.
pub(crate) fn reference(got: &Got) -> StateReference {
    let state = got.state();
    StateReference {
        serial: state["serial"].as_u64().unwrap(),
        lineage: state["lineage"].as_str().unwrap().to_owned(),
        sha256: sha256_hex(got.states.last().unwrap()),
    }
}
