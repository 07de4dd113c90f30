//! `slipway variable`: variables of the workspace, or of a variable set with `--set`.

mod delete;
mod list;
mod set;

use clap::Subcommand;
use slipway_api::Resource;
use slipway_api::ids::{VariableId, VariableSetId, WorkspaceId};
use slipway_api::variables::{Variable, VariableCategory, VariableSettings};
use slipway_client::{Client, ClientError};

use super::variable_set::find_variable_set;
use crate::context::{Context, id_of};
use crate::failure::Outcome;

pub(super) use self::set::split as split_assignments;

#[derive(Debug, Subcommand)]
pub(crate) enum VariableCommand {
    Set(set::SetArguments),
    List(list::ListArguments),
    Delete(delete::DeleteArguments),
}

pub(super) async fn run(context: &Context, command: VariableCommand) -> anyhow::Result<Outcome> {
    let client = context.client()?;
    match command {
        VariableCommand::Set(arguments) => set::run(context, &client, &arguments).await,
        VariableCommand::List(arguments) => list::run(context, &client, &arguments).await,
        VariableCommand::Delete(arguments) => delete::run(context, &client, &arguments).await,
    }
}

/// Where variables are.
#[derive(Debug, Clone, Copy)]
enum Owner {
    Workspace(WorkspaceId),
    Set(VariableSetId),
}

impl Owner {
    /// The set of this name or id, or the context's workspace.
    async fn find(context: &Context, client: &Client, set: Option<&str>) -> anyhow::Result<Self> {
        match set {
            Some(set) => Ok(Self::Set(id_of(&find_variable_set(context, client, set).await?)?)),
            None => Ok(Self::Workspace(context.workspace_id(client).await?)),
        }
    }

    async fn variables(self, client: &Client) -> Result<Vec<Resource<Variable>>, ClientError> {
        match self {
            Self::Workspace(id) => client.variables(id).all().await,
            Self::Set(id) => client.variables_of_set(id).all().await,
        }
    }

    async fn create(self, client: &Client, settings: VariableSettings) -> Result<Resource<Variable>, ClientError> {
        match self {
            Self::Workspace(id) => client.create_variable(id, settings).await,
            Self::Set(id) => client.create_variable_in_set(id, settings).await,
        }
    }

    async fn update(
        self,
        client: &Client,
        variable: VariableId,
        settings: VariableSettings,
    ) -> Result<Resource<Variable>, ClientError> {
        match self {
            Self::Workspace(id) => client.update_variable(id, variable, settings).await,
            Self::Set(id) => client.update_variable_in_set(id, variable, settings).await,
        }
    }

    async fn delete(self, client: &Client, variable: VariableId) -> Result<(), ClientError> {
        match self {
            Self::Workspace(id) => client.delete_variable(id, variable).await,
            Self::Set(id) => client.delete_variable_in_set(id, variable).await,
        }
    }
}

fn category(env: bool) -> VariableCategory {
    if env {
        VariableCategory::Env
    } else {
        VariableCategory::Terraform
    }
}

/// The category in a word.
fn category_name(category: VariableCategory) -> &'static str {
    match category {
        VariableCategory::Terraform => "input",
        VariableCategory::Env => "environment",
    }
}

/// A value in a table: shortened, and hidden when it is a secret.
fn shown_value(value: Option<&str>, sensitive: bool) -> String {
    match value {
        _ if sensitive => "(sensitive)".to_owned(),
        Some(value) => crate::output::one_line(value, 60),
        None => String::new(),
    }
}

fn find<'a>(
    variables: &'a [Resource<Variable>],
    key: &str,
    category: VariableCategory,
) -> Option<&'a Resource<Variable>> {
    variables
        .iter()
        .find(|variable| variable.attributes.key == key && variable.attributes.category == category)
}
