//! Versions of templates for people.

use slipway_api::Resource;
use slipway_api::source_code_versions::{
    FileDifference, Lifecycle, SourceCodeVersion, SourceCodeVersionComparison, SourceCodeVersionDrift,
    SourceCodeVersionRefresh, VersionNote, VersionStatus,
};

use crate::commands::source_code::problem_line;
use crate::context::Context;
use crate::output::Table;

/// What people call a version: `network@v1.2.0`.
pub(super) fn called(version: &SourceCodeVersion) -> String {
    format!("{}@{}", version.template, version.name)
}

/// How far it is published, in a word.
pub(super) fn lifecycle(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::Preview => "preview",
        Lifecycle::Active => "active",
        Lifecycle::Deprecated => "deprecated",
        Lifecycle::Archived => "archived",
    }
}

fn state(version: &SourceCodeVersion) -> String {
    let mut words = vec![lifecycle(version.lifecycle)];
    if version.status == VersionStatus::Failed {
        words.push("failed");
    }
    if version.is_recommended {
        words.push("recommended");
    }
    if version.moved_to.is_some() {
        words.push("moved");
    }
    if version.is_ref_gone {
        words.push("ref gone");
    }
    words.join(", ")
}

/// Versions as a table.
pub(super) fn table(versions: &[Resource<SourceCodeVersion>]) -> Table {
    let mut table = Table::new(&["version", "id", "source code", "directory", "commit", "lifecycle"]);
    for resource in versions {
        let version = &resource.attributes;
        table.row(vec![
            called(version),
            resource.id.clone(),
            version.source_code.to_string(),
            version.directory.clone(),
            version.commit.chars().take(10).collect(),
            state(version),
        ]);
    }
    table
}

/// One version.
pub(super) fn version(context: &Context, version: &Resource<SourceCodeVersion>) -> anyhow::Result<()> {
    context.output.one(version, |resource| {
        let version = &resource.attributes;
        let breaking = version.notes.iter().filter(|note| note.weight == "breaking");
        let settings: Vec<&str> = version.variables.iter().map(|one| one.name.as_str()).collect();
        let mut fields = vec![
            ("Version", called(version)),
            ("Id", resource.id.clone()),
            ("Source code", version.source_code.to_string()),
            ("Directory", version.directory.clone()),
            ("Commit", version.commit.clone()),
            ("Lifecycle", state(version)),
            ("Position", version.position.to_string()),
            ("Description", version.description.clone()),
            (
                "Module",
                format!("{} variables, {} outputs", version.variable_count, version.output_count),
            ),
            ("Asked for", settings.join(", ")),
        ];
        fields.extend(version.moved_to.clone().map(|commit| ("Moved to", commit)));
        fields.extend(breaking.map(|note| ("Breaks", note.sentence.clone())));
        fields.extend(version.breaking_changes.clone().map(|text| ("In words", text)));
        fields.extend(
            version
                .problems
                .iter()
                .map(|problem| ("Problem", problem_line(problem))),
        );
        fields
    })
}

fn notes(context: &Context, notes: &[VersionNote]) -> anyhow::Result<()> {
    for note in notes {
        context.output.line(&format!("{}: {}", note.weight, note.sentence))?;
    }
    Ok(())
}

fn files(context: &Context, files: &[FileDifference], is_cut: bool) -> anyhow::Result<()> {
    for file in files {
        match &file.diff {
            Some(diff) => context.output.data(diff)?,
            None => context.output.line(&format!("{} {}", file.change, file.path))?,
        }
    }
    if is_cut {
        context.output.line("More files differ than are shown.")?;
    }
    Ok(())
}

/// How a version differs from what its ref is on now.
pub(super) fn drift(context: &Context, found: &Resource<SourceCodeVersionDrift>) -> anyhow::Result<()> {
    if context.output.is_json() {
        return context.output.json(found);
    }
    let drift = &found.attributes;
    let Some(now) = &drift.ref_commit else {
        context.output.line("Its ref is not there any more.")?;
        return Ok(());
    };
    if !drift.is_moved {
        context.output.line("Its ref is where it was.")?;
        return Ok(());
    }
    context
        .output
        .line(&format!("Its code is of {}, its ref is on {now}.", drift.commit))?;
    notes(context, &drift.notes)?;
    files(context, &drift.files, drift.is_cut)
}

/// How two versions differ.
pub(super) fn comparison(context: &Context, found: &Resource<SourceCodeVersionComparison>) -> anyhow::Result<()> {
    if context.output.is_json() {
        return context.output.json(found);
    }
    let found = &found.attributes;
    notes(context, &found.notes)?;
    for setting in &found.settings {
        let line = format!("asked for: {}: {} → {}", setting.field, setting.before, setting.after);
        context.output.line(&line)?;
    }
    files(context, &found.files, found.is_cut)
}

/// What refreshing did.
pub(super) fn refresh(context: &Context, name: &str, found: &Resource<SourceCodeVersionRefresh>) -> anyhow::Result<()> {
    if context.output.is_json() {
        return context.output.json(found);
    }
    let refreshed = &found.attributes;
    notes(context, &refreshed.notes)?;
    for sentence in &refreshed.report {
        context.output.line(sentence)?;
    }
    context.output.done(&match refreshed.is_changed {
        true => format!("{name} has the code of {}", refreshed.commit),
        false => format!("the code of {name} is as it was"),
    });
    Ok(())
}
