//! Reading the facts of a resource.

use slipway_api::ids::IntegrationId;
use slipway_api::resources::ResourceSpecification;
use slipway_api::workspaces::EngineKind;
use slipway_connections::permissions::INTEGRATION_READ;
use slipway_connections::{integrations, repositories};
use slipway_git::Address;
use slipway_infra::managed::{roots, workspaces};
use slipway_kernel::{Ctx, Error, Result};

use super::facts::{self, Facts, State};
use super::values::given;
use crate::resources::Resource;
use crate::resources::model::Secrets;
use crate::resources::values::{self, Context};
use crate::source_code_versions::SourceCodeVersion;
use crate::source_code_versions::model::called_as;
use crate::source_codes::store as source_codes;

/// The facts of a resource with this specification. Integrations that the caller may not see have no names.
///
/// # Errors
///
/// `Conflict` for a resource without code, or whose version is not there any more.
pub(crate) async fn facts(
    ctx: &Ctx,
    resource: &Resource,
    specification: &ResourceSpecification,
    secrets: &Secrets,
    state: State,
) -> Result<Facts> {
    let context = values::context(ctx, resource, specification, secrets).await?;
    let version = context.version.as_ref().ok_or_else(no_code)?;
    let environment = context.template.details.secrets.iter().filter(|one| one.is_environment);
    let state = match context.is_demo {
        true => State::Demo,
        false => state,
    };
    Ok(Facts {
        name: specification.name.to_string(),
        template: context.template.key.to_string(),
        project: context.project.1.to_string(),
        organization: context.organization.1.to_string(),
        description: specification.description.clone(),
        version: called_as(&version.ref_name, &version.directory),
        source: source(ctx, version).await?,
        engine: program(&context),
        engine_version: context.template.engine_version.clone(),
        interface: version.interface.0.clone(),
        values: given(&context),
        environment: environment.map(|secret| secret.name.clone()).collect(),
        integrations: names(ctx, &specification.integrations).await?,
        state,
    })
}

/// Where the state of a resource is, for whoever takes its code along.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn state(ctx: &Ctx, resource: &Resource) -> Result<State> {
    let workspace = match resource.workspace_id {
        Some(id) => workspaces::all(ctx, &[id]).await?.pop(),
        None => None,
    };
    let Some(workspace) = workspace else {
        return Ok(State::None);
    };
    Ok(State::Copied {
        roots: roots::of_workspace(ctx, workspace.id).await?,
        workspace: workspace.name.to_string(),
    })
}

fn no_code() -> Error {
    Error::conflict("There is no code of it: it is of an abstract template, or its version is not there any more.")
}

fn program(context: &Context) -> &'static str {
    match context.template.engine {
        EngineKind::Terraform => "terraform",
        EngineKind::Opentofu => "tofu",
    }
}

async fn source(ctx: &Ctx, version: &SourceCodeVersion) -> Result<String> {
    let source_code = source_codes::find(ctx.db.reader(), version.source_code_id).await?;
    let source_code = source_code.ok_or_else(no_code)?;
    let repository = repositories::service::get(ctx, source_code.repository_id).await?;
    let address: Address = repository.address.parse().map_err(Error::internal)?;
    Ok(facts::source(&address, &version.directory, &version.commit_sha))
}

async fn names(ctx: &Ctx, ids: &[IntegrationId]) -> Result<Vec<String>> {
    let mut names = Vec::with_capacity(ids.len());
    for id in ids {
        let found = integrations::service::load(ctx, *id, INTEGRATION_READ).await;
        names.push(found.map_or_else(|_| id.to_string(), |one| one.name.to_string()));
    }
    Ok(names)
}
