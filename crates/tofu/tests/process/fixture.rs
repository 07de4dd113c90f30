//! A place to run programs in, with and without walls.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use slipway_tofu::process::{Confinement, Exit, Invocation, Running, spawn};
use slipway_tofu::sandbox::Policy;
use tempfile::TempDir;

pub(crate) struct Place {
    root: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("run")).unwrap();
        Self { root }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn invocation(&self, program: &str, arguments: &[&str]) -> Invocation {
        Invocation {
            program: program.into(),
            arguments: arguments.iter().map(ToString::to_string).collect(),
            environment: BTreeMap::from([("PATH".into(), "/usr/bin:/bin".into())]),
            directory: self.path("run"),
            output: self.path("log"),
            errors: self.path("log"),
            confinement: None,
        }
    }

    /// The same behind walls that leave the `run` directory.
    pub(crate) fn confined(&self, program: &str, arguments: &[&str]) -> Invocation {
        let mut invocation = self.invocation(program, arguments);
        let mut policy = Policy::new(program.into(), Vec::new());
        policy.write = vec![self.path("run")];
        invocation.confinement = Some(Confinement {
            helper: helper(),
            policy_file: self.path("policy.json"),
            policy,
        });
        invocation
    }

    pub(crate) async fn run(&self, invocation: &Invocation) -> (Exit, String) {
        let exit = spawn(invocation).await.unwrap().wait().await.unwrap();
        (exit, self.log())
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap()
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

/// Waits until a file is there.
pub(crate) async fn appears(path: &Path, running: &mut Running) {
    let wait = async {
        while !path.exists() {
            tokio::select! {
                exit = running.wait() => panic!("ended before it was ready: {exit:?}"),
                () = tokio::time::sleep(Duration::from_millis(5)) => {}
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap();
}
