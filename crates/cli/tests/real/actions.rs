//! What users do through the API, each in one call, and what they then see.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use slipway_api::configuration_versions::{ConfigurationStatus, NewConfigurationVersion};
use slipway_api::ids::{RunId, WorkspaceId};
use slipway_api::runs::{NewRun, Run, RunStatus};
use slipway_api::variables::VariableSettings;
use slipway_api::workspaces::WorkspaceSettings;
use slipway_client::{ClientError, LogItem, PhaseId, RunDocument};
use tokio::time::Instant;

use crate::slipway::Slipway;
use crate::wait::PATIENCE;

/// Every configuration with our provider begins so.
pub(crate) const TEST_PROVIDER: &str =
    "terraform {\n  required_providers {\n    test = { source = \"slipway/test\" }\n  }\n}\n";

/// How often the API is asked.
const ASK: Duration = Duration::from_millis(40);

impl Slipway {
    pub(crate) async fn workspace(&self, name: &str) -> WorkspaceId {
        self.workspace_with(name, WorkspaceSettings::default()).await
    }

    pub(crate) async fn workspace_with(&self, name: &str, settings: WorkspaceSettings) -> WorkspaceId {
        let settings = WorkspaceSettings {
            name: Some(name.parse().unwrap()),
            ..settings
        };
        let made = self
            .client
            .create_workspace(&self.organization, settings, slipway_client::WorkspacePlace::default())
            .await
            .unwrap();
        made.id.parse().unwrap()
    }

    /// Makes files the workspace's configuration.
    pub(crate) async fn upload(&self, workspace: WorkspaceId, files: &[(&str, &str)]) {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), files);
        let mut archive = Vec::new();
        slipway_tofu::archive::pack(directory.path(), &mut archive).unwrap();
        let new = NewConfigurationVersion {
            auto_queue_runs: Some(false),
            speculative: false,
        };
        let version = self.client.create_configuration_version(workspace, new).await.unwrap();
        let id = version.id.parse().unwrap();
        self.client.upload_configuration(id, archive.into()).await.unwrap();
        let uploaded = self.client.configuration_version(id).await.unwrap();
        assert_eq!(uploaded.attributes.status, ConfigurationStatus::Uploaded);
    }

    pub(crate) async fn set(&self, workspace: WorkspaceId, key: &str, value: &str, is_sensitive: bool) {
        let settings = VariableSettings {
            key: Some(key.into()),
            value: Some(value.into()),
            sensitive: Some(is_sensitive),
            ..VariableSettings::default()
        };
        self.client.create_variable(workspace, settings).await.unwrap();
    }

    pub(crate) async fn start_run(&self, workspace: WorkspaceId, new: NewRun) -> RunId {
        let made = self.client.create_run(workspace, None, new).await.unwrap();
        made.run.id.parse().unwrap()
    }

    /// Plans and applies, and expects that all went well.
    pub(crate) async fn apply(&self, workspace: WorkspaceId) -> RunId {
        let new = NewRun {
            auto_apply: Some(true),
            ..NewRun::default()
        };
        let run = self.start_run(workspace, new).await;
        let ended = self.settled(run).await;
        let good = [RunStatus::Applied, RunStatus::PlannedAndFinished];
        assert!(
            good.contains(&ended.status),
            "{ended:#?}\n{}",
            self.whole_log(run).await
        );
        run
    }

    pub(crate) async fn document(&self, run: RunId) -> RunDocument {
        self.client.run(run).await.unwrap()
    }

    pub(crate) async fn run(&self, run: RunId) -> Run {
        self.document(run).await.run.attributes
    }

    /// The run, as soon as it is as wanted. A server that is away is waited for.
    pub(crate) async fn until_run(&self, run: RunId, what: &str, is_so: impl Fn(&Run) -> bool) -> Run {
        let deadline = Instant::now() + PATIENCE;
        let mut last = String::new();
        while Instant::now() < deadline {
            match self.client.run(run).await {
                Ok(found) if is_so(&found.run.attributes) => return found.run.attributes,
                Ok(found) => last = format!("{:#?}", found.run.attributes),
                Err(error) => {
                    assert!(
                        matches!(error, ClientError::Unreachable { .. }) || error.is_passing(),
                        "{error}"
                    );
                    last = error.to_string();
                }
            }
            tokio::time::sleep(ASK).await;
        }
        panic!("{run} never was {what}: {last}");
    }

    pub(crate) async fn until_status(&self, run: RunId, status: RunStatus) -> Run {
        let reached = |run: &Run| run.status == status || run.status.is_final();
        let found = self.until_run(run, status.as_str(), reached).await;
        assert_eq!(found.status, status, "{found:#?}\n{}", self.whole_log(run).await);
        found
    }

    /// The run when nothing goes on by itself any more.
    pub(crate) async fn settled(&self, run: RunId) -> Run {
        let waits = [RunStatus::Planned, RunStatus::PlannedAndSaved];
        self.until_run(run, "settled", |run| {
            run.status.is_final() || (waits.contains(&run.status) && !run.auto_apply)
        })
        .await
    }

    pub(crate) async fn confirm(&self, run: RunId) {
        self.client.confirm_run(run, "").await.unwrap();
    }

    /// The log of a phase (`plan` or `apply`) to its end, without colours.
    pub(crate) async fn log(&self, run: RunId, phase: &str) -> String {
        plain(&self.coloured_log(run, phase).await)
    }

    /// The log of a phase to its end, as a reader gets it.
    pub(crate) async fn coloured_log(&self, run: RunId, phase: &str) -> String {
        let document = self.document(run).await;
        let phase = match phase {
            "plan" => PhaseId::Plan(document.plan_id().unwrap()),
            _ => PhaseId::Apply(document.apply_id().unwrap()),
        };
        let mut stream = self.client.log_stream(phase, 0);
        let mut text = String::new();
        let read = async {
            while let LogItem::Text(part) = {
                let mut item = stream.next().await.unwrap();
                while matches!(item, LogItem::Reconnecting(_)) {
                    item = stream.next().await.unwrap();
                }
                item
            } {
                text.push_str(&part);
            }
        };
        let ended = tokio::time::timeout(PATIENCE, read).await;
        assert!(
            ended.is_ok(),
            "the log of the {phase:?} of {run} has no end; so far: {text}"
        );
        text
    }

    /// Both logs, for people.
    pub(crate) async fn whole_log(&self, run: RunId) -> String {
        let plan = self.log(run, "plan").await;
        let has_applied = self.run(run).await.status_timestamps.contains_key("applying-at");
        let apply = if has_applied {
            self.log(run, "apply").await
        } else {
            String::new()
        };
        format!("{plan}\n{apply}")
    }

    /// The workspace's state as the engine reads it; null when there is none.
    pub(crate) async fn state(&self, workspace: WorkspaceId) -> Value {
        match self.client.current_state_version(workspace).await {
            Ok(version) => {
                let bytes = self.client.download_state(version.id.parse().unwrap()).await.unwrap();
                serde_json::from_slice(&bytes).unwrap()
            }
            Err(error) if error.is_not_found() => Value::Null,
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn outputs(&self, workspace: WorkspaceId) -> BTreeMap<String, Value> {
        let outputs = self.client.current_outputs(workspace).all().await.unwrap();
        outputs
            .into_iter()
            .map(|output| (output.attributes.name, output.attributes.value))
            .collect()
    }
}

/// A text without the sequences that colour it.
pub(crate) fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
    }
    plain
}

/// Addresses of a state's managed objects, with their keys.
pub(crate) fn addresses(state: &Value) -> Vec<String> {
    let resources = state["resources"].as_array().cloned().unwrap_or_default();
    let mut found = Vec::new();
    for resource in resources.iter().filter(|resource| resource["mode"] == "managed") {
        let name = format!(
            "{}.{}",
            resource["type"].as_str().unwrap(),
            resource["name"].as_str().unwrap()
        );
        for instance in resource["instances"].as_array().unwrap() {
            found.push(match &instance["index_key"] {
                Value::Null => name.clone(),
                key => format!("{name}[{key}]"),
            });
        }
    }
    found.sort();
    found
}

/// Writes files into a directory.
pub(crate) fn write(directory: &std::path::Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = directory.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}
