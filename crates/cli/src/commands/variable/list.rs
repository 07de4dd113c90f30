//! `slipway variable list`

use clap::Args;
use slipway_api::Resource;
use slipway_api::variables::{EffectiveVariable, Variable, VariableOrigin, VariableOriginKind};
use slipway_client::Client;

use super::{Owner, category_name, shown_value};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Table, yes_no};

/// List variables
///
/// With --effective: what a run would get, each value with the place that it comes from.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway variable list
  slipway variable list --effective
  slipway variable list --set shared -o json")]
pub(crate) struct ListArguments {
    /// What a run would get, variable sets included
    #[arg(long, conflicts_with = "set")]
    effective: bool,
    /// Of this variable set, by name or id, instead of the workspace
    #[arg(long, value_name = "SET")]
    set: Option<String>,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &ListArguments) -> anyhow::Result<Outcome> {
    const NOTHING: &str = "No variables. Set one with slipway variable set NAME=VALUE.";
    if arguments.effective {
        let workspace = context.workspace_id(client).await?;
        let variables = client.effective_variables(workspace).all().await?;
        context.output.rows(&variables, NOTHING, effective_table)?;
        return Ok(Outcome::Success);
    }
    let owner = Owner::find(context, client, arguments.set.as_deref()).await?;
    context.output.rows(&owner.variables(client).await?, NOTHING, table)?;
    Ok(Outcome::Success)
}

fn table(variables: &[Resource<Variable>]) -> Table {
    let mut table = Table::new(&["name", "value", "kind", "hcl", "description"]);
    for resource in variables {
        let variable = &resource.attributes;
        table.row(vec![
            variable.key.clone(),
            shown_value(variable.value.as_deref(), variable.sensitive),
            category_name(variable.category).to_owned(),
            yes_no(variable.hcl),
            variable.description.clone(),
        ]);
    }
    table
}

fn effective_table(variables: &[Resource<EffectiveVariable>]) -> Table {
    let mut table = Table::new(&["name", "value", "kind", "from", "hides"]);
    for resource in variables {
        let variable = &resource.attributes;
        let hidden: Vec<String> = variable.overridden.iter().map(place).collect();
        table.row(vec![
            variable.key.clone(),
            shown_value(variable.value.as_deref(), variable.sensitive),
            category_name(variable.category).to_owned(),
            place(&variable.origin),
            hidden.join(", "),
        ]);
    }
    table
}

fn place(origin: &VariableOrigin) -> String {
    let set = origin.variable_set_name.as_deref().unwrap_or("?");
    match origin.kind {
        VariableOriginKind::GlobalSet => format!("set {set} (organization)"),
        VariableOriginKind::ProjectSet => format!("set {set} (project)"),
        VariableOriginKind::TagSet => format!("set {set} (tag)"),
        VariableOriginKind::WorkspaceSet => format!("set {set} (workspace)"),
        VariableOriginKind::Workspace => "workspace".to_owned(),
        VariableOriginKind::Run => "run".to_owned(),
        VariableOriginKind::PrioritySet => format!("set {set} (priority)"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::output::Style;

    #[test]
    fn an_effective_value_shows_its_origin_and_a_secret_is_hidden() {
        let variables: Vec<Resource<EffectiveVariable>> = serde_json::from_value(json!([
            {"id": "a", "type": "effective-variables", "attributes": {"key": "region", "value": "eu", "category": "terraform",
                "hcl": false, "sensitive": false, "origin": {"kind": "workspace", "why": "own"},
                "overridden": [{"kind": "global-set", "variable-set-name": "shared", "why": "weaker"}]}},
            {"id": "b", "type": "effective-variables", "attributes": {"key": "TOKEN", "value": null, "category": "env",
                "hcl": false, "sensitive": true, "origin": {"kind": "priority-set", "variable-set-name": "base", "why": "wins"},
                "overridden": []}}])).unwrap();
        insta::assert_snapshot!(effective_table(&variables).render(&Style::plain()), @r"
        NAME    VALUE        KIND         FROM                 HIDES
        region  eu           input        workspace            set shared (organization)
        TOKEN   (sensitive)  environment  set base (priority)
        ");
    }
}
