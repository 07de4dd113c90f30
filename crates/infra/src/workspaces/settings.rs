//! From the wire's settings to a workspace: every field checked, all faults reported at once. Pure.

use serde_json::{Map, Value, json};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, ProjectId, RunnerPoolId, WorkspaceId};
use slipway_api::jsonapi::ErrorSource;
use slipway_api::workspaces::{Tag, WorkspaceSettings};
use slipway_kernel::errors::FieldError;
use slipway_kernel::{Error, Result};
use slipway_tofu::versions::Constraints;

use super::model::{EngineKind, ExecutionMode, Tags, Workspace};

/// Longest description.
const DESCRIPTION_LENGTH: usize = 2_000;
/// Longest working directory.
const DIRECTORY_LENGTH: usize = 1_000;
/// Most tags of one object.
const MAX_TAGS: usize = 100;
/// Longest key or value of a tag.
const TAG_LENGTH: usize = 128;

/// What a new workspace stands in.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Its id to be.
    pub id: WorkspaceId,
    /// Its organization.
    pub organization: OrganizationId,
    /// Its project.
    pub project: ProjectId,
    /// The runner pool, for execution mode `agent`.
    pub runner_pool: Option<RunnerPoolId>,
    /// Now.
    pub now: Timestamp,
}

impl Workspace {
    /// A workspace with these settings, and defaults for the rest.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn new(place: Place, settings: &WorkspaceSettings) -> Result<Self> {
        let Some(name) = settings.name.clone() else {
            return Err(Error::invalid("/data/attributes/name", "A workspace needs a name."));
        };
        let blank = Self {
            id: place.id,
            organization_id: place.organization,
            project_id: place.project,
            name,
            description: None,
            execution_mode: ExecutionMode::Remote,
            runner_pool_id: place.runner_pool,
            engine: EngineKind::Opentofu,
            engine_version: "latest".to_owned(),
            working_directory: String::new(),
            auto_apply: false,
            allow_destroy_plan: true,
            global_remote_state: false,
            tags: Tags::default(),
            labels: Tags::default().labels(),
            lock: None,
            current_state_version_id: None,
            current_run_id: None,
            latest_run_id: None,
            latest_run_status: None,
            resource_count: 0,
            created_at: place.now,
            updated_at: place.now,
            latest_change_at: place.now,
            version: 0,
            revision: 1,
            managed_by: None,
        };
        blank.with_settings(settings, place.now)
    }

    /// The workspace with what the settings mention changed.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn with_settings(mut self, settings: &WorkspaceSettings, now: Timestamp) -> Result<Self> {
        let mut faults = Vec::new();
        if let Some(name) = &settings.name {
            self.name = name.clone();
        }
        if let Some(description) = &settings.description {
            self.description = description.clone().filter(|text| !text.is_empty());
            if self.description.as_deref().unwrap_or_default().chars().count() > DESCRIPTION_LENGTH {
                faults.push(fault(
                    "description",
                    format!("At most {DESCRIPTION_LENGTH} characters."),
                ));
            }
        }
        if let Some(text) = &settings.terraform_version {
            take(
                &mut self.engine_version,
                engine_version(text),
                "terraform-version",
                &mut faults,
            );
        }
        if let Some(text) = &settings.working_directory {
            take(
                &mut self.working_directory,
                working_directory(text),
                "working-directory",
                &mut faults,
            );
        }
        if let Some(tags) = &settings.tags {
            take(&mut self.tags, checked_tags(tags), "tags", &mut faults);
            self.labels = self.tags.labels();
        }
        self.execution_mode = settings.execution_mode.map_or(self.execution_mode, Into::into);
        self.engine = settings.engine.map_or(self.engine, Into::into);
        self.auto_apply = settings.auto_apply.unwrap_or(self.auto_apply);
        self.allow_destroy_plan = settings.allow_destroy_plan.unwrap_or(self.allow_destroy_plan);
        self.global_remote_state = settings.global_remote_state.unwrap_or(self.global_remote_state);
        if self.execution_mode == ExecutionMode::Agent && self.runner_pool_id.is_none() {
            let text = "Execution mode \"agent\" needs the relationship \"agent-pool\".";
            faults.push(fault("execution-mode", text.to_owned()));
        }
        if !faults.is_empty() {
            return Err(Error::invalid_fields(faults));
        }
        if self.execution_mode != ExecutionMode::Agent {
            self.runner_pool_id = None;
        }
        self.updated_at = now;
        self.version += 1;
        Ok(self)
    }

    /// The settings that differ from an earlier form of the workspace, for its event.
    #[must_use]
    pub fn changes_since(&self, earlier: &Self) -> Value {
        let (before, after) = (earlier.settings_as_json(), self.settings_as_json());
        let differing = after.into_iter().filter_map(|(field, value)| {
            let old = before.get(&field).cloned().unwrap_or_default();
            (old != value).then(|| (field, json!({"before": old, "after": value})))
        });
        Value::Object(differing.collect())
    }

    fn settings_as_json(&self) -> Map<String, Value> {
        let fields = json!({
            "name": self.name,
            "description": self.description,
            "project": self.project_id,
            "execution-mode": slipway_api::workspaces::ExecutionMode::from(self.execution_mode),
            "agent-pool": self.runner_pool_id,
            "engine": slipway_api::workspaces::EngineKind::from(self.engine),
            "terraform-version": self.engine_version,
            "working-directory": self.working_directory,
            "auto-apply": self.auto_apply,
            "allow-destroy-plan": self.allow_destroy_plan,
            "global-remote-state": self.global_remote_state,
            "tags": self.tags,
        });
        match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }
}

fn take<T>(target: &mut T, checked: Result<T, String>, field: &str, faults: &mut Vec<FieldError>) {
    match checked {
        Ok(value) => *target = value,
        Err(detail) => faults.push(fault(field, detail)),
    }
}

fn fault(field: &str, detail: String) -> FieldError {
    let source = ErrorSource {
        pointer: Some(format!("/data/attributes/{field}")),
        parameter: None,
    };
    FieldError { source, detail }
}

/// `latest`, or a constraint in Terraform's language.
fn engine_version(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text == "latest" {
        return Ok("latest".to_owned());
    }
    if text.len() > 100 {
        return Err("At most 100 characters.".to_owned());
    }
    let constraints: Constraints = text
        .parse()
        .map_err(|error| format!("{error}. Write a constraint as \"~> 1.12\", a version, or \"latest\"."))?;
    Ok(constraints.to_string())
}

/// A relative path with `/`, nothing to normalise in it, below the configuration's root.
fn working_directory(text: &str) -> Result<String, String> {
    let path = text.strip_suffix('/').unwrap_or(text);
    if path.is_empty() && text.is_empty() {
        return Ok(String::new());
    }
    if path.len() > DIRECTORY_LENGTH {
        return Err(format!("At most {DIRECTORY_LENGTH} characters."));
    }
    if path.chars().any(|letter| letter.is_control() || letter == '\\') {
        return Err("A path has no backslashes and no control characters.".to_owned());
    }
    if path
        .split('/')
        .any(|part| part.is_empty() || part == "." || part == "..")
    {
        return Err(
            "Write a path below the configuration's root, as \"environments/production\": no leading \"/\", no \".\" \
             and no \"..\"."
                .to_owned(),
        );
    }
    Ok(path.to_owned())
}

/// Sorted tags, each key once; keys and values without spaces at their ends and without control characters.
///
/// # Errors
///
/// What is wrong with which tag.
pub fn checked_tags(tags: &[Tag]) -> Result<Tags, String> {
    if tags.len() > MAX_TAGS {
        return Err(format!("At most {MAX_TAGS} tags."));
    }
    let mut sorted = tags.to_vec();
    sorted.sort();
    for tag in &mut sorted {
        tag.value = tag.value.take().filter(|value| !value.is_empty());
        let key_is_plain = |key: &str| {
            let allowed = |letter: char| letter.is_ascii_alphanumeric() || "_-.:/@".contains(letter);
            !key.is_empty() && key.chars().all(allowed)
        };
        if !key_is_plain(&tag.key) || tag.key.len() > TAG_LENGTH {
            return Err(format!(
                "The tag \"{}\" needs a key of 1 to {TAG_LENGTH} letters, digits or any of _ - . : / @.",
                tag.key.escape_debug()
            ));
        }
        let value = tag.value.as_deref().unwrap_or_default();
        if value.chars().count() > TAG_LENGTH || value.trim() != value || value.chars().any(char::is_control) {
            return Err(format!(
                "The value of tag \"{}\" has at most {TAG_LENGTH} characters, no spaces at its ends and no control \
                 characters.",
                tag.key
            ));
        }
    }
    let twice = sorted.windows(2).find_map(|pair| match pair {
        [one, other] if one.key == other.key => Some(one.key.clone()),
        _ => None,
    });
    match twice {
        Some(key) => Err(format!("The tag \"{key}\" is there twice.")),
        None => Ok(Tags(sorted)),
    }
}
