//! `slipway source-code`

use clap::{Args, Subcommand};
use slipway_api::ids::SourceCodeId;
use slipway_api::source_codes::{
    ModuleProblem, NewSourceCode, SourceCode, SourceCodeChanges, SourceCodeInterface, SourceCodeModule,
};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::repository::find_integration;
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, age};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum SourceCodeCommand {
    /// List the source codes
    #[command(after_help = "Examples:\n  slipway source-code list\n  slipway source-code list --search network")]
    List {
        /// Part of the name, the description or a label
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Only those with this label
        #[arg(long, value_name = "LABEL")]
        label: Option<String>,
    },
    /// Make a repository a source code
    #[command(after_help = "\
Examples:
  slipway source-code create https://git.example.com/platform/modules.git
  slipway source-code create platform/modules --integration gitea --name modules")]
    Create {
        /// The repository's full name at the integration's forge, or its whole address
        #[arg(value_name = "REPOSITORY")]
        identifier: String,
        /// The integration that opens it, by name or id; none where everybody may read it
        #[arg(long, value_name = "INTEGRATION")]
        integration: Option<String>,
        #[command(flatten)]
        fields: Fields,
    },
    /// Show a source code
    #[command(after_help = "Examples:\n  slipway source-code show modules")]
    Show {
        /// The source code, by name or id
        #[arg(value_name = "SOURCE-CODE")]
        source_code: String,
    },
    /// Change a source code; which repository it is never changes
    #[command(after_help = "Examples:\n  slipway source-code update modules --description 'What we publish'")]
    Update {
        /// The source code, by name or id
        #[arg(value_name = "SOURCE-CODE")]
        source_code: String,
        #[command(flatten)]
        fields: Fields,
    },
    /// Delete a source code that no version is made of and no executor runs
    #[command(after_help = "Examples:\n  slipway source-code delete modules --yes")]
    Delete {
        /// The source code, by name or id
        #[arg(value_name = "SOURCE-CODE")]
        source_code: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// List the modules of a branch, tag or commit
    #[command(after_help = "\
Examples:
  slipway source-code modules modules
  slipway source-code modules modules --ref v1.2.0")]
    Modules {
        /// The source code, by name or id
        #[arg(value_name = "SOURCE-CODE")]
        source_code: String,
        /// A branch, tag or commit; the default branch when absent
        #[arg(long = "ref", value_name = "REF")]
        name: Option<String>,
    },
    /// Show what a module takes and gives, and what is wrong with its files
    #[command(after_help = "\
Examples:
  slipway source-code interface modules modules/network
  slipway source-code interface modules modules/network --ref v1.2.0 --output json")]
    Interface {
        /// The source code, by name or id
        #[arg(value_name = "SOURCE-CODE")]
        source_code: String,
        /// The module's directory
        #[arg(value_name = "DIRECTORY", default_value = ".")]
        directory: String,
        /// A branch, tag or commit; the default branch when absent
        #[arg(long = "ref", value_name = "REF")]
        name: Option<String>,
    },
    /// Fetch the repository now
    #[command(after_help = "Examples:\n  slipway source-code synchronize modules")]
    Synchronize {
        /// The source code, by name or id
        #[arg(value_name = "SOURCE-CODE")]
        source_code: String,
    },
}

/// What can be said about a source code.
#[derive(Debug, Args)]
pub(crate) struct Fields {
    /// Its name [default: the repository's]
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// A label: key or key=value; may be given several times
    #[arg(long, value_name = "LABEL")]
    label: Vec<String>,
}

pub(super) async fn run(context: &Context, command: SourceCodeCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        SourceCodeCommand::List { search, label } => {
            let listing = client.source_codes(context.organization()?, search.as_deref(), label.as_deref());
            let nothing = "No source codes. Make one: slipway source-code create REPOSITORY";
            context.output.rows(&listing.all().await?, nothing, table)?;
        }
        SourceCodeCommand::Create {
            identifier,
            integration,
            fields,
        } => {
            let new = new(context, client, identifier, integration, fields).await?;
            show(context, &client.create_source_code(context.organization()?, new).await?)?;
        }
        SourceCodeCommand::Show { source_code } => show(context, &find(context, client, &source_code).await?)?,
        SourceCodeCommand::Update { source_code, fields } => {
            let id = id_of(&find(context, client, &source_code).await?)?;
            let changes = SourceCodeChanges {
                name: fields.name,
                description: fields.description,
                labels: (!fields.label.is_empty()).then_some(fields.label),
            };
            let (_, tag) = client.source_code(id).await?;
            show(context, &client.update_source_code(id, changes, &tag).await?)?;
        }
        SourceCodeCommand::Delete { source_code, yes } => return delete(context, client, &source_code, yes).await,
        SourceCodeCommand::Modules { source_code, name } => {
            let id = id_of(&find(context, client, &source_code).await?)?;
            let modules = client.source_code_modules(id, name.as_deref()).all().await?;
            let nothing = "No directory here has OpenTofu or Terraform files.";
            context.output.rows(&modules, nothing, modules_table)?;
        }
        SourceCodeCommand::Interface {
            source_code,
            directory,
            name,
        } => {
            let id = id_of(&find(context, client, &source_code).await?)?;
            interface(
                context,
                &client.source_code_interface(id, name.as_deref(), &directory).await?,
            )?;
        }
        SourceCodeCommand::Synchronize { source_code } => {
            let id = id_of(&find(context, client, &source_code).await?)?;
            let found = client.synchronize_source_code(id).await?;
            context.output.one(&found, |found| {
                let found = &found.attributes;
                vec![
                    ("Added", found.added.join(", ")),
                    ("Moved", found.moved.join(", ")),
                    ("Removed", found.removed.join(", ")),
                ]
            })?;
        }
    }
    Ok(Outcome::Success)
}

async fn new(
    context: &Context,
    client: &Client,
    identifier: String,
    integration: Option<String>,
    fields: Fields,
) -> anyhow::Result<NewSourceCode> {
    let integration_id = match integration {
        Some(integration) => Some(find_integration(context, client, &integration).await?),
        None => None,
    };
    Ok(NewSourceCode {
        name: fields.name,
        identifier,
        integration_id,
        description: fields.description.unwrap_or_default(),
        labels: fields.label,
    })
}

async fn delete(context: &Context, client: &Client, text: &str, yes: bool) -> anyhow::Result<Outcome> {
    let found = find(context, client, text).await?;
    let name = &found.attributes.name;
    if !prompt::confirm(context, yes, &format!("Delete the source code {name}?"))? {
        return Err(Failure::error("nothing was deleted", "The source code stays."));
    }
    client.delete_source_code(id_of(&found)?).await?;
    context.output.done(&format!("deleted the source code {name}"));
    Ok(Outcome::Success)
}

/// The source code of this id or name.
pub(super) async fn find(context: &Context, client: &Client, given: &str) -> anyhow::Result<Resource<SourceCode>> {
    if let Ok(id) = given.parse::<SourceCodeId>() {
        return Ok(client.source_code(id).await?.0);
    }
    let all = client
        .source_codes(context.organization()?, Some(given), None)
        .all()
        .await?;
    let is_it = |source_code: &Resource<SourceCode>| source_code.attributes.name.as_str() == given;
    all.into_iter().find(is_it).ok_or_else(|| {
        let next = "See which there are: slipway source-code list";
        Failure::error(format!("there is no source code {given}"), next)
    })
}

fn table(source_codes: &[Resource<SourceCode>]) -> Table {
    let mut table = Table::new(&["name", "id", "repository", "branch", "status", "labels"]);
    for resource in source_codes {
        let shown = &resource.attributes;
        table.row(vec![
            shown.name.to_string(),
            resource.id.clone(),
            shown.repository.clone(),
            shown.default_branch.clone().unwrap_or_default(),
            shown.status.clone(),
            shown.labels.join(", "),
        ]);
    }
    table
}

fn modules_table(modules: &[Resource<SourceCodeModule>]) -> Table {
    let columns = &["directory", "variables", "required", "outputs", "resources", "errors"];
    let mut table = Table::new(columns)
        .numeric(1)
        .numeric(2)
        .numeric(3)
        .numeric(4)
        .numeric(5);
    for resource in modules {
        let module = &resource.attributes;
        table.row(vec![
            resource.id.clone(),
            module.variables.to_string(),
            module.required_variables.to_string(),
            module.outputs.to_string(),
            module.resources.to_string(),
            module.errors.to_string(),
        ]);
    }
    table
}

fn show(context: &Context, source_code: &Resource<SourceCode>) -> anyhow::Result<()> {
    context.output.one(source_code, |resource| {
        let shown = &resource.attributes;
        let uses: Vec<String> = shown
            .used_by
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        let mut fields = vec![
            ("Name", shown.name.to_string()),
            ("Id", resource.id.clone()),
            ("Repository", shown.repository.clone()),
            ("Address", shown.address.clone()),
            ("Default branch", shown.default_branch.clone().unwrap_or_default()),
            ("Status", shown.status.clone()),
        ];
        fields.extend(shown.error.clone().map(|error| ("Problem", error)));
        fields.extend([
            ("Description", shown.description.clone()),
            ("Used by", uses.join(", ")),
            ("Labels", shown.labels.join(", ")),
            ("Age", age(shown.created_at, now())),
        ]);
        fields
    })
}

fn interface(context: &Context, found: &Resource<SourceCodeInterface>) -> anyhow::Result<()> {
    if context.output.is_json() {
        return context.output.json(found);
    }
    let shown = &found.attributes;
    for line in interface_lines(shown) {
        context.output.line(&line)?;
    }
    Ok(())
}

/// An interface as lines: what must be given first.
fn interface_lines(shown: &SourceCodeInterface) -> Vec<String> {
    let mut lines = vec![
        format!("Commit {}", shown.commit),
        String::new(),
        "Variables".to_owned(),
    ];
    let (required, optional): (Vec<_>, Vec<_>) = shown.interface.variables.iter().partition(|one| one.required);
    for variable in required.into_iter().chain(optional) {
        let default = match (&variable.default_expression, variable.required) {
            (_, true) => "must be given".to_owned(),
            (Some(expression), false) => format!("default {expression}"),
            (None, false) if variable.sensitive || variable.ephemeral => "has a default".to_owned(),
            (None, false) => format!("default {}", variable.default),
        };
        lines.push(format!("  {} ({}): {default}", variable.name, variable.value_type));
        lines.extend(variable.description.iter().map(|text| format!("      {text}")));
    }
    lines.extend([String::new(), "Outputs".to_owned()]);
    for output in &shown.interface.outputs {
        let hidden = if output.sensitive { " (sensitive)" } else { "" };
        let described = output.description.iter().map(|text| format!(": {text}"));
        lines.push(format!("  {}{hidden}{}", output.name, described.collect::<String>()));
    }
    if !shown.problems.is_empty() {
        lines.extend([String::new(), "Problems".to_owned()]);
        lines.extend(
            shown
                .problems
                .iter()
                .map(|problem| format!("  {}", problem_line(problem))),
        );
    }
    lines
}

/// `modules/a/main.tf:3: error: summary: detail`.
pub(super) fn problem_line(problem: &ModuleProblem) -> String {
    let place = match (&problem.file, problem.line) {
        (Some(file), Some(line)) => format!("{file}:{line}: "),
        (Some(file), None) => format!("{file}: "),
        (None, _) => String::new(),
    };
    let detail = match problem.detail.is_empty() {
        true => String::new(),
        false => format!(": {}", problem.detail),
    };
    format!("{place}{}: {}{detail}", problem.severity, problem.summary)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_interface_shows_first_what_must_be_given_and_where_it_is_broken() {
        let variable = |name: &str, required: bool, default: serde_json::Value| {
            json!({"name": name, "type": "string", "required": required, "default": default,
                "default-expression": null, "nullable": true, "sensitive": false, "ephemeral": false, "deprecated": null,
                "description": "What it is.", "validations": [], "file": "variables.tf", "line": 1})
        };
        let found: SourceCodeInterface = serde_json::from_value(json!({
            "commit": "4f0c", "directory": "a",
            "variables": [variable("region", false, json!("eu")), variable("name", true, json!(null))],
            "outputs": [{"name": "id", "description": null, "sensitive": true, "ephemeral": false, "deprecated": null,
                "file": "outputs.tf", "line": 1}],
            "engine-versions": [], "providers": [], "modules": [], "resources": {}, "data-sources": {},
            "problems": [{"severity": "error", "summary": "Not closed", "detail": "", "file": "a/x.tf", "line": 3,
                "column": 1}],
        }))
        .unwrap();
        insta::assert_snapshot!(interface_lines(&found).join("\n"), @r#"
        Commit 4f0c

        Variables
          name (string): must be given
              What it is.
          region (string): default "eu"
              What it is.

        Outputs
          id (sensitive)

        Problems
          a/x.tf:3: error: Not closed
        "#);
    }
}
