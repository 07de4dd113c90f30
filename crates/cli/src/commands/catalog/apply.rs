//! `slipway catalog apply`

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;
use slipway_api::catalog::{CatalogAction, CatalogApplication, CatalogChange};
use slipway_client::{ClientError, Problem};

use super::blueprints;
use super::documents::Documents;
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Longest value that is shown of a field, in characters.
const SHOWN: usize = 60;

/// Make the catalog as files describe it
///
/// Documents are YAML (several in a file, between lines of ---), TOML or JSON; each says what it is: `kind: template`,
/// `kind: source-code`, `kind: source-code-version` or `kind: blueprint`. They are applied together, all of them or none, in the
/// order that they need; then blueprints, one by one. What a document leaves out has its default; what no document names stays
/// as it is. Applied again, they change nothing; the code of a version that is there is never taken anew.
///
/// With --dry-run the exit code is 2 when something would change.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway catalog apply -f catalog/
  slipway catalog apply -f network.yaml -f cluster.toml --dry-run")]
pub(crate) struct ApplyArguments {
    /// A file, or a directory with files; may be given several times
    #[arg(long, short, value_name = "PATH", required = true)]
    file: Vec<PathBuf>,
    /// Change nothing, only show what would change
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(context: &Context, arguments: &ApplyArguments) -> anyhow::Result<Outcome> {
    apply(context, &Documents::read(&arguments.file)?, arguments.dry_run).await
}

/// Applies documents, and shows what that changes.
pub(super) async fn apply(context: &Context, documents: &Documents, is_dry_run: bool) -> anyhow::Result<Outcome> {
    let client = context.client()?;
    let organization = context.organization()?;
    let applied = client
        .apply_catalog(organization, &documents.catalog, is_dry_run)
        .await
        .map_err(|error| placed(error, documents))?;
    let mut application = applied.attributes;
    let of_blueprints = blueprints::apply(context, &client, documents, is_dry_run).await?;
    application.changes.extend(of_blueprints);
    let application = &application;
    if context.output.is_json() {
        context.output.json(application)?;
    } else {
        show(context, application)?;
    }
    let differs = application
        .changes
        .iter()
        .any(|change| change.action != CatalogAction::None);
    Ok(match is_dry_run && differs {
        true => Outcome::Changes,
        false => Outcome::Success,
    })
}

/// A refusal with the files and lines that it is about.
fn placed(error: ClientError, documents: &Documents) -> anyhow::Error {
    let ClientError::Api(refusal) = &error else {
        return error.into();
    };
    let lines: Option<Vec<String>> = refusal
        .problems
        .iter()
        .map(|problem| line(problem, documents))
        .collect();
    match lines {
        Some(lines) if !lines.is_empty() => Failure::error(lines.join("\n"), "Nothing was changed."),
        _ => error.into(),
    }
}

fn line(problem: &Problem, documents: &Documents) -> Option<String> {
    let pointer = problem.source.as_ref()?.pointer.as_deref()?;
    let place = documents.place(pointer)?;
    Some(format!("{place}: {}", problem.detail))
}

fn show(context: &Context, application: &CatalogApplication) -> anyhow::Result<()> {
    for change in &application.changes {
        let Some(word) = word(change.action) else {
            continue;
        };
        context.output.line(&format!("{word} {} {}", change.kind, change.key))?;
        for difference in &change.differences {
            let after = shown(&difference.after);
            let text = match change.action {
                CatalogAction::Update => format!("{} → {after}", shown(&difference.before)),
                _ => after,
            };
            context.output.line(&format!("    {}: {text}", difference.field))?;
        }
    }
    context
        .output
        .done(&summary(&application.changes, application.is_dry_run));
    Ok(())
}

fn word(action: CatalogAction) -> Option<&'static str> {
    match action {
        CatalogAction::Create => Some("+ create"),
        CatalogAction::Update => Some("~ update"),
        CatalogAction::None => None,
    }
}

fn summary(changes: &[CatalogChange], is_dry_run: bool) -> String {
    let count = |action| changes.iter().filter(|change| change.action == action).count();
    let (created, updated) = (count(CatalogAction::Create), count(CatalogAction::Update));
    let unchanged = count(CatalogAction::None);
    match is_dry_run {
        true => format!("{created} to create, {updated} to update, {unchanged} as they should be; nothing was changed"),
        false => format!("{created} created, {updated} updated, {unchanged} were as they should be"),
    }
}

/// A value on one line.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => "(none)".to_owned(),
        other => other.to_string(),
    };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
