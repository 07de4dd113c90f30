//! The values that a resource's runs get: where each variable's value comes from, and the same as variables of a run.
//!
//! What must stay true: what is shown before somebody orders is what the run gets, unless what the resource stands on changed in
//! between; a secret is never part of what is shown. The order of origins is decided in `resolving`.

use std::collections::BTreeMap;

use serde_json::Value;
use slipway_api::Name;
use slipway_api::ids::{OrganizationId, ProjectId, ResourceId};
use slipway_api::resources::{ResolvedValue as Wire, ResourceSpecification, ValueOrigin};
use slipway_api::source_code_versions::VersionVariable;
use slipway_api::templates::{SecretSource, TemplateKey, TemplateSecret};
use slipway_api::variables::{VariableCategory, VariableSettings};
use slipway_identity::{organizations, projects};
use slipway_infra::managed::sets;
use slipway_kernel::{Ctx, Error, Result};
use slipway_tofu::interface::{Interface, Variable};
use slipway_tofu::writing::inline;

use super::loading::{self, Place};
use super::model::{Resource, Secrets};
use super::{hidden, resolving};
use crate::project_rules::model::Inherited;
use crate::source_code_versions::SourceCodeVersion;
use crate::templates::Template;

/// Everything that decides on the values of one resource.
#[derive(Debug, Clone)]
pub struct Context {
    /// The resource; none before it is there.
    pub resource: Option<ResourceId>,
    /// Where it stands.
    pub organization: (OrganizationId, Name),
    /// Where it stands.
    pub project: (ProjectId, Name),
    /// What it is of.
    pub template: Template,
    /// The version that it names; none where it names none, or one that is not there.
    pub version: Option<SourceCodeVersion>,
    /// How the version's variables are asked for.
    pub settings: Vec<VersionVariable>,
    /// What somebody decided.
    pub specification: ResourceSpecification,
    /// Values of secrets that somebody gave.
    pub secrets: Secrets,
    /// What it stands on, however many steps between: the nearer ones first, those equally near in the order of parents.
    pub ancestors: Vec<Ancestor>,
    /// What all resources of the project have, unless somebody nearer says something else.
    pub of_project: Inherited,
    /// Whether the project is a demo: its resources are planned, and never made.
    pub is_demo: bool,
}

/// Something that a resource stands on.
#[derive(Debug, Clone)]
pub struct Ancestor {
    /// As it was last applied.
    pub resource: Resource,
    /// The key of its template.
    pub template: TemplateKey,
    /// Steps to it, from 1, by the shortest way.
    pub distance: u32,
}

/// The value of a variable, and where it is from.
#[derive(Clone, PartialEq)]
pub struct ResolvedValue {
    /// The variable.
    pub name: String,
    /// The value; none where nobody says one, and where it is known only when the run starts.
    pub value: Option<Value>,
    /// Where it is from; none where nobody says one.
    pub origin: Option<ValueOrigin>,
    /// Whether it may not be shown.
    pub is_sensitive: bool,
    /// Whether it is known only when the run starts: an output of something that is not there yet, or a secret output.
    pub is_later: bool,
    /// Whether it is asked for at all; a condition may say that it is not.
    pub is_asked: bool,
    /// What is wrong with it, for people.
    pub problem: Option<String>,
}

/// Values may be secret.
impl std::fmt::Debug for ResolvedValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("ResolvedValue");
        shown.field("name", &self.name).field("origin", &self.origin);
        if !self.is_sensitive {
            shown.field("value", &self.value);
        }
        shown.field("problem", &self.problem).finish_non_exhaustive()
    }
}

impl ResolvedValue {
    /// It as people see it: without what is secret.
    #[must_use]
    pub fn shown(&self) -> Wire {
        Wire {
            name: self.name.clone(),
            value: self.value.clone().filter(|_| !self.is_sensitive),
            origin: self.origin.clone(),
            is_sensitive: self.is_sensitive,
            is_later: self.is_later,
            is_asked: self.is_asked,
            problem: self.problem.clone(),
        }
    }
}

impl Context {
    /// What the version's module takes and gives; nothing where there is no version.
    #[must_use]
    pub fn interface(&self) -> Option<&Interface> {
        self.version.as_ref().map(|version| &version.interface.0)
    }

    /// How a variable is asked for, if anything is said of it.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&VersionVariable> {
        self.settings.iter().find(|one| one.name == name)
    }

    /// The template's secret that is this variable of the code.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&TemplateSecret> {
        let secrets = &self.template.details.secrets;
        secrets.iter().find(|one| !one.is_environment && one.name == name)
    }

    /// Whether a name is that of a value which may not be shown: of a variable, or of a secret of the template.
    #[must_use]
    pub fn is_secret(&self, name: &str) -> bool {
        let is_hidden = |variable: &Variable| {
            let said = self.setting(name).is_some_and(|one| one.sensitive);
            said || variable.sensitive || variable.ephemeral
        };
        self.template.details.secrets.iter().any(|secret| secret.name == name)
            || self
                .interface()
                .and_then(|module| module.variable(name))
                .is_some_and(is_hidden)
    }
}

/// Everything that decides on the values of a resource that is there, as a change wants it.
///
/// # Errors
///
/// Those of the database.
pub async fn context(
    ctx: &Ctx,
    resource: &Resource,
    specification: &ResourceSpecification,
    secrets: &Secrets,
) -> Result<Context> {
    let place = place(ctx, resource).await?;
    let found = loading::context(ctx.db.reader(), place, specification.clone(), secrets.clone()).await?;
    Ok(Context {
        resource: Some(resource.id),
        ..found
    })
}

/// Where a resource stands, and what it is of.
pub(crate) async fn place(ctx: &Ctx, resource: &Resource) -> Result<Place> {
    let organization = organizations::by_id(ctx, resource.organization_id).await?;
    let project = projects::by_id(ctx, resource.project_id).await?;
    Ok(Place {
        organization: (organization.id, organization.name),
        project: (project.id, project.name),
        template: loading::template(ctx.db.reader(), resource).await?,
    })
}

/// Every variable of the version, in the order of the form, each with its value.
#[must_use]
pub fn resolved(context: &Context) -> Vec<ResolvedValue> {
    resolving::resolve(context)
}

/// All variables of a run: of the code, and of its environment. Outputs and secrets are read as they are now.
///
/// # Errors
///
/// `Conflict`, with a sentence for people, when something that is needed is not there; those of the database.
pub async fn for_run(ctx: &Ctx, context: &Context) -> Result<Vec<VariableSettings>> {
    let mut given = Vec::new();
    let mut outputs_of = BTreeMap::new();
    for one in resolved(context) {
        if let Some(problem) = &one.problem {
            return Err(Error::conflict(format!("The variable \"{}\": {problem}.", one.name)));
        }
        let value = match (&one.origin, &one.value) {
            (Some(ValueOrigin::Secret { variable_set, key }), _) => {
                given.push(of_set(ctx, context, (&one.name, false), (variable_set, key)).await?);
                continue;
            }
            (Some(ValueOrigin::Reference { parent, output }), None) => {
                output_of(ctx, context, (*parent, output), &mut outputs_of).await?
            }
            // The module knows its own default.
            (Some(ValueOrigin::Module), _) => continue,
            (_, Some(value)) => value.clone(),
            // Nobody is asked for it, and it has no default.
            (None, None) if !one.is_asked => Value::Null,
            (_, None) => continue,
        };
        given.push(variable(&one.name, &value, one.is_sensitive));
    }
    for secret in context.template.details.secrets.iter().filter(|one| one.is_environment) {
        given.push(environment(ctx, context, secret).await?);
    }
    Ok(given)
}

/// A variable of the code. Text stays text, so that people can read it.
fn variable(name: &str, value: &Value, is_sensitive: bool) -> VariableSettings {
    let (text, is_expression) = match value {
        Value::String(text) => (text.clone(), false),
        other => (inline(other), true),
    };
    VariableSettings {
        key: Some(name.to_owned()),
        value: Some(text),
        category: Some(VariableCategory::Terraform),
        hcl: Some(is_expression),
        sensitive: Some(is_sensitive),
        description: None,
    }
}

async fn environment(ctx: &Ctx, context: &Context, secret: &TemplateSecret) -> Result<VariableSettings> {
    let text = match &secret.source {
        SecretSource::VariableSet { variable_set, key } => {
            return of_set(ctx, context, (&secret.name, true), (variable_set, key)).await;
        }
        SecretSource::Given => match context.secrets.0.get(&secret.name) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => {
                return Err(Error::conflict(format!(
                    "The template needs the secret \"{}\", which nobody gave. Change the resource, and give it.",
                    secret.name
                )));
            }
        },
    };
    Ok(VariableSettings {
        category: Some(VariableCategory::Env),
        ..variable(&secret.name, &Value::String(text), true)
    })
}

/// A secret out of a variable set.
async fn of_set(
    ctx: &Ctx,
    context: &Context,
    (name, is_environment): (&str, bool),
    (variable_set, key): (&str, &str),
) -> Result<VariableSettings> {
    let found = sets::value(ctx, context.organization.0, variable_set, key).await?;
    let missing = || {
        Error::conflict(format!(
            "The template needs the secret \"{key}\" of the variable set \"{variable_set}\", which is not there."
        ))
    };
    let (text, is_expression) = found.ok_or_else(missing)?;
    Ok(VariableSettings {
        key: Some(name.to_owned()),
        value: Some(text),
        category: Some(match is_environment {
            true => VariableCategory::Env,
            false => VariableCategory::Terraform,
        }),
        hcl: Some(is_expression && !is_environment),
        sensitive: Some(true),
        description: None,
    })
}

/// An output that is no part of what is stored: a secret one is read from the state.
async fn output_of(
    ctx: &Ctx,
    context: &Context,
    (parent, output): (ResourceId, &str),
    read: &mut BTreeMap<ResourceId, BTreeMap<String, Value>>,
) -> Result<Value> {
    let found = context.ancestors.iter().find(|one| one.resource.id == parent);
    let missing = || {
        let name = found.map_or_else(|| parent.to_string(), |one| one.resource.name.to_string());
        Error::conflict(format!(
            "The output \"{output}\" of \"{name}\" is not there. Apply \"{name}\" first."
        ))
    };
    let resource = &found.ok_or_else(missing)?.resource;
    if let std::collections::btree_map::Entry::Vacant(entry) = read.entry(parent) {
        entry.insert(hidden::outputs(ctx, resource).await?);
    }
    let value = read.get(&parent).and_then(|outputs| outputs.get(output));
    value.cloned().ok_or_else(missing)
}
