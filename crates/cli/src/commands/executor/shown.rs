//! Executors and their runs, as tables and fields.

use slipway_api::Resource;
use slipway_api::executors::{Executor, ExecutorRun, ExecutorStatus};
use slipway_api::source_code_versions::RefKind;
use slipway_api::variables::{Variable, VariableCategory};

use crate::context::Context;
use crate::environment::now;
use crate::output::{Table, Tone, age, one_line, yes_no};
use crate::run_flow::status_tone;

pub(super) fn table(executors: &[Resource<Executor>]) -> Table {
    let mut table = Table::new(&[
        "name",
        "status",
        "source code",
        "ref",
        "directory",
        "resources",
        "last run",
    ])
    .numeric(5);
    for resource in executors {
        let shown = &resource.attributes;
        table.toned_row(vec![
            (shown.name.to_string(), None),
            (status(shown), Some(tone(shown.status))),
            (shown.source_code.to_string(), None),
            (shown.reference.clone(), None),
            (directory(shown).to_owned(), None),
            (shown.resource_count.to_string(), None),
            (
                shown.latest_run_at.map(|at| age(at, now())).unwrap_or_default(),
                Some(Tone::Quiet),
            ),
        ]);
    }
    table
}

fn directory(shown: &Executor) -> &str {
    match shown.directory.as_str() {
        "" => ".",
        directory => directory,
    }
}

fn status(shown: &Executor) -> String {
    let word = match shown.status {
        ExecutorStatus::New => "new",
        ExecutorStatus::Running => "running",
        ExecutorStatus::Waiting => "waiting",
        ExecutorStatus::Succeeded => "succeeded",
        ExecutorStatus::Failed => "failed",
        ExecutorStatus::Stopped => "stopped",
    };
    match shown.is_enabled {
        true => word.to_owned(),
        false => format!("{word}, disabled"),
    }
}

const fn tone(status: ExecutorStatus) -> Tone {
    match status {
        ExecutorStatus::Failed => Tone::Bad,
        ExecutorStatus::Succeeded => Tone::Good,
        _ => Tone::Quiet,
    }
}

pub(super) fn runs_table(runs: &[Resource<ExecutorRun>]) -> Table {
    let mut table = Table::new(&["run", "status", "operation", "ref", "by", "age", "message"]);
    for resource in runs {
        let run = &resource.attributes;
        table.toned_row(vec![
            (resource.id.clone(), None),
            (run.status.as_str().to_owned(), Some(status_tone(run.status))),
            (run.operation.as_str().to_owned(), None),
            (run.reference.clone().unwrap_or_default(), None),
            (run.started_by.clone().unwrap_or_default(), None),
            (age(run.created_at, now()), Some(Tone::Quiet)),
            (one_line(&run.message, 60), None),
        ]);
    }
    table
}

pub(super) fn show(context: &Context, executor: &Resource<Executor>) -> anyhow::Result<()> {
    context.output.one(executor, |resource| {
        let shown = &resource.attributes;
        let kind = match shown.ref_kind {
            RefKind::Tag => "tag",
            RefKind::Branch => "branch",
            RefKind::Commit => "commit",
        };
        let integrations = shown.integrations.iter().map(|one| match &one.name {
            Some(name) => name.to_string(),
            None => one.id.to_string(),
        });
        let integrations: Vec<String> = integrations.collect();
        let variables: Vec<String> = shown.variables.iter().map(variable).collect();
        let latest = shown.latest_run_at.map(|at| {
            let status = shown.latest_run_status.map_or("", |status| status.as_str());
            format!("{status}, {} ago", age(at, now()))
        });
        vec![
            ("Name", shown.name.to_string()),
            ("Id", resource.id.clone()),
            ("Status", status(shown)),
            ("Last run", latest.unwrap_or_default()),
            ("Resources", shown.resource_count.to_string()),
            ("Source code", shown.source_code.to_string()),
            ("Runs", format!("{} of {kind} {}", directory(shown), shown.reference)),
            ("Operation", shown.arguments.operation.as_str().to_owned()),
            ("Applies by itself", yes_no(shown.auto_apply)),
            (
                "Engine",
                format!("{:?} {}", shown.engine, shown.engine_version).to_lowercase(),
            ),
            ("Targets", shown.arguments.target_addrs.join("\n")),
            ("Replaces", shown.arguments.replace_addrs.join("\n")),
            ("Values", variables.join("\n")),
            ("Integrations", integrations.join(", ")),
            ("Description", shown.description.clone()),
            ("Labels", shown.labels.join(", ")),
            ("Age", age(shown.created_at, now())),
        ]
    })
}

/// `region = eu`; never the value of a secret, which the server does not send.
fn variable(one: &Variable) -> String {
    let prefix = match one.category {
        VariableCategory::Env => "env ",
        VariableCategory::Terraform => "",
    };
    match &one.value {
        Some(value) => format!("{prefix}{} = {}", one.key, one_line(value, 60)),
        None => format!("{prefix}{} (sensitive)", one.key),
    }
}
