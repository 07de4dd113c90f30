//! `slipway executor create` and `slipway executor update`: what can be said about an executor.

use clap::{Args, ValueEnum};
use slipway_api::Name;
use slipway_api::executors::{ExecutorChanges, ExecutorOperation, NewExecutor};
use slipway_api::ids::IntegrationId;
use slipway_api::variables::{Variable, VariableCategory, VariableSettings};
use slipway_api::workspaces::EngineKind;
use slipway_client::Client;

use super::super::integration;
use super::super::project::find_project;
use super::{find, shown};
use crate::context::{Context, id_of};
use crate::failure::Failure;
use crate::prompt;

/// `slipway executor create`
#[derive(Debug, Args)]
pub(crate) struct CreateArguments {
    /// Its name, unique in the organization
    #[arg(value_name = "NAME")]
    name: Name,
    /// The source code, by name
    #[arg(long, value_name = "SOURCE-CODE")]
    source_code: Name,
    /// The module's directory [default: the top of the repository]
    #[arg(long, value_name = "DIRECTORY", default_value = "", hide_default_value = true)]
    directory: String,
    /// The project, by name or id [default: the organization's default one]
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Which program runs it [default: opentofu]
    #[arg(long, value_enum, value_name = "ENGINE")]
    engine: Option<Engine>,
    #[command(flatten)]
    fields: Fields,
}

/// `slipway executor update`
#[derive(Debug, Args)]
pub(crate) struct UpdateArguments {
    /// The executor, by name or id
    #[arg(value_name = "EXECUTOR")]
    executor: String,
    /// Another name
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,
    /// Remove a value (repeatable)
    #[arg(long, value_name = "NAME")]
    unset: Vec<String>,
    #[command(flatten)]
    fields: Fields,
}

/// What can be said when it is made, and later.
#[derive(Debug, Args)]
struct Fields {
    /// The tag that is run
    #[arg(long, value_name = "TAG", group = "reference")]
    tag: Option<String>,
    /// The branch whose newest commit is run
    #[arg(long, value_name = "BRANCH", group = "reference")]
    branch: Option<String>,
    /// The commit that is run
    #[arg(long, value_name = "COMMIT", group = "reference")]
    commit: Option<String>,
    /// Version constraint on the engine: '~> 1.12'
    #[arg(long, value_name = "CONSTRAINT")]
    engine_version: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// A label: key or key=value; may be given several times
    #[arg(long, value_name = "LABEL")]
    label: Vec<String>,
    /// What a run does that does not say it
    #[arg(long, value_enum, value_name = "OPERATION")]
    operation: Option<Operation>,
    /// Only this resource or module and what it needs (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    target: Vec<String>,
    /// Destroy this resource and make it anew, each time (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    replace: Vec<String>,
    /// A value, as plain text (repeatable)
    #[arg(long = "var", value_name = "NAME=VALUE")]
    variables: Vec<String>,
    /// A value, as an HCL expression (repeatable)
    #[arg(long, value_name = "NAME=EXPRESSION")]
    hcl: Vec<String>,
    /// An environment variable of the engine (repeatable)
    #[arg(long, value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// A secret value, asked for or read from stdin (repeatable)
    #[arg(long, value_name = "NAME")]
    secret: Vec<String>,
    /// A secret environment variable, asked for or read from stdin (repeatable)
    #[arg(long, value_name = "NAME")]
    secret_env: Vec<String>,
    /// An integration that its runs get, by name or id (repeatable); all of them
    #[arg(long, value_name = "INTEGRATION")]
    integration: Vec<String>,
    /// Whether plans with changes are applied without asking, unless approval rules want otherwise
    #[arg(long, value_name = "BOOLEAN", num_args = 0..=1, default_missing_value = "true")]
    auto_apply: Option<bool>,
}

/// Which program runs it.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Engine {
    /// OpenTofu
    Opentofu,
    /// HashiCorp's Terraform
    Terraform,
}

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Operation {
    /// Only plan
    Plan,
    /// Plan, and apply when somebody said yes
    PlanAndApply,
    /// Bring the state up to date with the real resources
    Refresh,
    /// Destroy everything in its state
    Destroy,
}

impl From<Operation> for ExecutorOperation {
    fn from(operation: Operation) -> Self {
        match operation {
            Operation::Plan => Self::Plan,
            Operation::PlanAndApply => Self::PlanAndApply,
            Operation::Refresh => Self::Refresh,
            Operation::Destroy => Self::Destroy,
        }
    }
}

pub(super) async fn create(context: &Context, client: &Client, arguments: CreateArguments) -> anyhow::Result<()> {
    let organization = context.organization()?;
    let project_id = match &arguments.project {
        Some(project) => Some(id_of(&find_project(client, organization, project).await?)?),
        None => None,
    };
    let fields = arguments.fields;
    let new = NewExecutor {
        name: arguments.name,
        project_id,
        source_code: arguments.source_code,
        directory: arguments.directory,
        engine: match arguments.engine {
            Some(Engine::Terraform) => EngineKind::Terraform,
            _ => EngineKind::Opentofu,
        },
        variables: given(context, &fields)?,
        integrations: integrations(context, client, &fields.integration).await?,
        tag: fields.tag,
        branch: fields.branch,
        commit: fields.commit,
        engine_version: fields.engine_version.unwrap_or_default(),
        description: fields.description.unwrap_or_default(),
        labels: fields.label,
        operation: fields.operation.map(Into::into).unwrap_or_default(),
        target_addrs: fields.target,
        replace_addrs: fields.replace,
        skip_refresh: false,
        auto_apply: fields.auto_apply.unwrap_or(false),
    };
    shown::show(context, &client.create_executor(organization, new).await?)
}

pub(super) async fn update(context: &Context, client: &Client, arguments: UpdateArguments) -> anyhow::Result<()> {
    let id = id_of(&find(context, client, &arguments.executor).await?)?;
    let (seen, tag) = client.executor(id).await?;
    let fields = arguments.fields;
    let said = given(context, &fields)?;
    let touches = !said.is_empty() || !arguments.unset.is_empty();
    let integrations = match fields.integration.is_empty() {
        true => None,
        false => Some(integrations(context, client, &fields.integration).await?),
    };
    let some = |list: Vec<String>| (!list.is_empty()).then_some(list);
    let changes = ExecutorChanges {
        name: arguments.name,
        variables: touches.then(|| merged(&seen.attributes.variables, said, &arguments.unset)),
        integrations,
        tag: fields.tag,
        branch: fields.branch,
        commit: fields.commit,
        engine_version: fields.engine_version,
        description: fields.description,
        labels: some(fields.label),
        operation: fields.operation.map(Into::into),
        target_addrs: some(fields.target),
        replace_addrs: some(fields.replace),
        skip_refresh: None,
        auto_apply: fields.auto_apply,
    };
    shown::show(context, &client.update_executor(id, changes, &tag).await?)
}

async fn integrations(context: &Context, client: &Client, given: &[String]) -> anyhow::Result<Vec<IntegrationId>> {
    let mut ids = Vec::new();
    for text in given {
        ids.push(id_of(&integration::find(context, client, text).await?.0)?);
    }
    Ok(ids)
}

/// The values that flags give.
fn given(context: &Context, fields: &Fields) -> anyhow::Result<Vec<VariableSettings>> {
    use VariableCategory::{Env, Terraform};
    let mut all = Vec::new();
    let lists = [
        (&fields.variables, Terraform, false),
        (&fields.hcl, Terraform, true),
        (&fields.env, Env, false),
    ];
    for (texts, category, hcl) in lists {
        for text in texts {
            let (key, value) = assignment(text)?;
            all.push(setting(key, value.to_owned(), (category, hcl, false)));
        }
    }
    let secrets = fields.secret.len() + fields.secret_env.len();
    if secrets > 1 && !context.environment.is_interactive() {
        let next = "Stdin has one value: set one secret at a time.";
        return Err(Failure::error("several secrets have no value", next));
    }
    for (names, category) in [(&fields.secret, Terraform), (&fields.secret_env, Env)] {
        for name in names {
            all.push(setting(name, prompt::secret(context, name)?, (category, false, true)));
        }
    }
    Ok(all)
}

fn assignment(text: &str) -> anyhow::Result<(&str, &str)> {
    let found = text.split_once('=').filter(|(key, _)| !key.is_empty());
    found.ok_or_else(|| Failure::error(format!("\"{text}\" is no assignment"), "Write it as NAME=VALUE."))
}

fn setting(key: &str, value: String, (category, hcl, sensitive): (VariableCategory, bool, bool)) -> VariableSettings {
    VariableSettings {
        key: Some(key.to_owned()),
        value: Some(value),
        category: Some(category),
        hcl: Some(hcl),
        sensitive: Some(sensitive),
        description: None,
    }
}

/// All values as they shall be: those that are neither given nor removed keep theirs.
fn merged(before: &[Variable], said: Vec<VariableSettings>, unset: &[String]) -> Vec<VariableSettings> {
    let is_said = |one: &Variable| {
        let is_it = |other: &VariableSettings| {
            other.key.as_deref() == Some(one.key.as_str()) && other.category == Some(one.category)
        };
        said.iter().any(is_it)
    };
    let kept = before.iter().filter(|one| !is_said(one) && !unset.contains(&one.key));
    let mut all: Vec<VariableSettings> = kept
        .map(|one| VariableSettings {
            key: Some(one.key.clone()),
            value: None,
            category: Some(one.category),
            hcl: Some(one.hcl),
            sensitive: Some(one.sensitive),
            description: Some(one.description.clone()),
        })
        .collect();
    all.extend(said);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_neither_given_nor_removed_keeps_its_value() {
        let variable = |key: &str, sensitive: bool| Variable {
            key: key.to_owned(),
            value: (!sensitive).then(|| "old".to_owned()),
            category: VariableCategory::Terraform,
            hcl: false,
            sensitive,
            description: String::new(),
        };
        let before = [
            variable("password", true),
            variable("region", false),
            variable("size", false),
        ];
        let said = vec![setting(
            "region",
            "us".to_owned(),
            (VariableCategory::Terraform, false, false),
        )];
        let all = merged(&before, said, &["size".to_owned()]);
        let shown: Vec<_> = all
            .iter()
            .map(|one| (one.key.as_deref().unwrap(), one.value.as_deref(), one.sensitive))
            .collect();
        assert_eq!(
            shown,
            [("password", None, Some(true)), ("region", Some("us"), Some(false))]
        );
    }

    #[test]
    fn what_is_no_assignment_is_refused() {
        assert_eq!(assignment("a=b=c").unwrap(), ("a", "b=c"));
        assert!(assignment("a").is_err());
        assert!(assignment("=a").is_err());
    }
}
