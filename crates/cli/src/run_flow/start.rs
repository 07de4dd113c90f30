//! From a directory to a run: pack, upload, create.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bytes::Bytes;
use slipway_api::Resource;
use slipway_api::configuration_versions::NewConfigurationVersion;
use slipway_api::ids::{ConfigurationVersionId, WorkspaceId};
use slipway_api::runs::{NewRun, RunVariable};
use slipway_api::workspaces::Workspace;
use slipway_client::{Client, RunDocument};
use slipway_tofu::archive;

use super::arguments::RunArguments;
use super::variable_file;
use crate::context::{Context, id_of};
use crate::failure::Failure;
use crate::output::{Progress, count, size};

/// What a run may end in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Only a plan.
    Plan,
    /// A plan, and its apply when somebody says yes.
    Apply,
    /// A plan and its apply.
    ApplyWithoutAsking,
}

/// Starts a run of the context's workspace.
pub(crate) async fn start(
    context: &Context,
    client: &Client,
    arguments: &RunArguments,
    destroy: bool,
    intent: Intent,
) -> anyhow::Result<RunDocument> {
    let variables = variables(context, arguments)?;
    let workspace = context.workspace(client).await?;
    let id: WorkspaceId = id_of(&workspace)?;
    let configuration = match arguments.configuration {
        Some(id) => Some(id),
        None if arguments.no_upload => None,
        None => Some(upload(context, client, &workspace, arguments, intent == Intent::Plan).await?),
    };
    Ok(client
        .create_run(id, configuration, new_run(arguments, variables, destroy, intent))
        .await?)
}

/// The values of the files, then those of the flags, of which the last one of a name counts.
fn variables(context: &Context, arguments: &RunArguments) -> anyhow::Result<Vec<RunVariable>> {
    let mut all: Vec<RunVariable> = Vec::new();
    for path in &arguments.variable_files {
        all.extend(variable_file::read(&context.environment.directory.join(path))?);
    }
    all.extend(arguments.variables.iter().cloned());
    let mut kept: Vec<RunVariable> = Vec::new();
    for variable in all {
        kept.retain(|earlier| earlier.key != variable.key);
        kept.push(variable);
    }
    Ok(kept)
}

/// Leaves a run that was started: its id to stdout, and how to go on with it.
pub(crate) fn say_where_it_goes_on(context: &Context, document: &RunDocument) -> anyhow::Result<()> {
    let (output, id) = (&context.output, &document.run.id);
    if output.is_json() {
        output.json(&super::document(document, &[])?)?;
    } else {
        output.line(id)?;
    }
    let run = &document.run.attributes;
    output.done("started; it goes on at the server");
    output.note(&format!("  follow:  slipway run logs --follow {id}"));
    if !run.plan_only && !run.auto_apply {
        output.note(&format!("  look and say yes: slipway apply {id}"));
    }
    Ok(())
}

fn new_run(arguments: &RunArguments, variables: Vec<RunVariable>, destroy: bool, intent: Intent) -> NewRun {
    let some = |list: &Vec<String>| (!list.is_empty()).then(|| list.clone());
    NewRun {
        message: arguments.message.clone(),
        is_destroy: destroy,
        plan_only: Some(intent == Intent::Plan),
        refresh_only: arguments.refresh_only,
        refresh: arguments.no_refresh.then_some(false),
        // Who types `slipway apply` wants to be asked, whatever the workspace does with other runs.
        auto_apply: Some(intent == Intent::ApplyWithoutAsking),
        target_addrs: some(&arguments.target),
        replace_addrs: some(&arguments.replace),
        variables: (!variables.is_empty()).then_some(variables),
        source: Some("cli".to_owned()),
        ..NewRun::default()
    }
}

async fn upload(
    context: &Context,
    client: &Client,
    workspace: &Resource<Workspace>,
    arguments: &RunArguments,
    speculative: bool,
) -> anyhow::Result<ConfigurationVersionId> {
    let directory = directory(context, arguments);
    if workspace.attributes.working_directory.is_empty() {
        require_configuration(&directory)?;
    }
    let mut progress = Progress::new(&context.output);
    progress.say(&format!("Packing {}", directory.display()));
    let (archive, packed) = pack(directory.clone()).await?;
    progress.say(&format!(
        "Uploading {} ({})",
        count(packed.files, "file"),
        size(archive.len() as u64)
    ));
    let new = NewConfigurationVersion {
        auto_queue_runs: Some(false),
        speculative,
    };
    let version = client.create_configuration_version(id_of(workspace)?, new).await?;
    let id = id_of(&version)?;
    client.upload_configuration(id, archive).await?;
    Ok(id)
}

/// The directory to upload: as told, or the one that is tied to the workspace, or the current one.
fn directory(context: &Context, arguments: &RunArguments) -> PathBuf {
    let current = &context.environment.directory;
    match (&arguments.dir, &context.settings.directory) {
        (Some(given), _) => current.join(given),
        (None, Some(tied)) => tied.clone(),
        (None, None) => current.clone(),
    }
}

/// Refuses a directory without any configuration, before an empty plan offers to destroy everything.
fn require_configuration(directory: &Path) -> anyhow::Result<()> {
    let entries = fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))?;
    let is_configuration = |name: &str| {
        [".tf", ".tofu", ".tf.json", ".tofu.json"]
            .iter()
            .any(|ending| name.ends_with(ending))
    };
    if entries
        .flatten()
        .any(|entry| entry.file_name().to_str().is_some_and(is_configuration))
    {
        return Ok(());
    }
    let next = "Go to the configuration's directory, or name it with --dir DIRECTORY.";
    Err(Failure::error(
        format!("{} has no configuration (*.tf, *.tofu)", directory.display()),
        next,
    ))
}

async fn pack(directory: PathBuf) -> anyhow::Result<(Bytes, archive::Packed)> {
    let packing = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        let packed = archive::pack(&directory, &mut bytes)?;
        Ok::<_, archive::PackError>((Bytes::from(bytes), packed))
    });
    Ok(packing.await.context("packing was stopped")??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_without_configuration_is_refused_with_the_way_out() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("README.md"), "").unwrap();
        let error = require_configuration(directory.path()).unwrap_err();
        assert!(error.downcast_ref::<Failure>().unwrap().next.contains("--dir"));
        fs::write(directory.path().join("main.tofu"), "").unwrap();
        require_configuration(directory.path()).unwrap();
    }

    #[test]
    fn only_without_asking_applies_by_itself_whatever_the_workspace_says() {
        let arguments = RunArguments::default();
        let of = |intent| {
            let run = new_run(&arguments, Vec::new(), false, intent);
            (run.plan_only, run.auto_apply)
        };
        assert_eq!(of(Intent::Plan), (Some(true), Some(false)));
        assert_eq!(of(Intent::Apply), (Some(false), Some(false)));
        assert_eq!(of(Intent::ApplyWithoutAsking), (Some(false), Some(true)));
    }
}
