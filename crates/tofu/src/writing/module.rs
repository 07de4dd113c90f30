//! A root module that calls another module: what a resource is as plain OpenTofu code.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::body::{Argument, Body, WriteError, write};
use crate::types::Type;

/// What such a root module consists of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GeneratedModule {
    /// `required_version`.
    pub engine_version: Option<String>,
    /// `required_providers`: local name, source, version constraint.
    pub required_providers: Vec<(String, String, Option<String>)>,
    /// Backend by type with its settings.
    pub backend: Option<(String, Map<String, Value>)>,
    /// `provider` blocks.
    pub providers: Vec<ProviderBlock>,
    /// `variable` blocks: what is not in the code because it is secret.
    pub variables: Vec<VariableBlock>,
    /// Name of the call.
    pub name: String,
    /// Where the module is, pinned.
    pub source: String,
    /// Version of a module of a registry.
    pub version: Option<String>,
    /// Arguments of the call, in order.
    pub arguments: Vec<(String, Argument)>,
    /// Providers that are handed in: name inside, configuration here.
    pub handed_providers: Vec<(String, String)>,
    /// Outputs of the call that are outputs here.
    pub outputs: Vec<OutputBlock>,
}

/// A `provider` block.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderBlock {
    /// Local name.
    pub name: String,
    /// Alias, if it is not the default configuration.
    pub alias: Option<String>,
    /// Arguments and nested blocks.
    pub body: Body,
}

/// A `variable` block.
#[derive(Debug, Clone, PartialEq)]
pub struct VariableBlock {
    /// Name.
    pub name: String,
    /// Type.
    pub value_type: Type,
    /// For people.
    pub description: Option<String>,
    /// The value is not shown.
    pub sensitive: bool,
    /// The value is kept nowhere.
    pub ephemeral: bool,
}

/// An `output` block that hands an output of the call on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputBlock {
    /// Name, there and here.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// The value is not shown.
    pub sensitive: bool,
}

/// The files of the module by name. A kind of block that there is none of has no file.
///
/// # Errors
/// The first thing that cannot be written.
pub fn files(module: &GeneratedModule) -> Result<BTreeMap<&'static str, String>, WriteError> {
    let parts = [
        ("terraform.tf", terraform(module)),
        ("providers.tf", module.providers.iter().map(provider).collect()),
        ("variables.tf", module.variables.iter().map(variable).collect()),
        ("main.tf", vec![call(module)]),
        (
            "outputs.tf",
            module.outputs.iter().map(|output| hand_on(module, output)).collect(),
        ),
    ];
    let written = parts.into_iter().filter(|(_, blocks)| !blocks.is_empty());
    written.map(|(name, blocks)| Ok((name, write(&blocks)?))).collect()
}

type Block = (String, Vec<String>, Body);

fn block(kind: &str, labels: &[&str], body: Body) -> Block {
    let labels = labels.iter().map(|label| (*label).to_owned());
    (kind.to_owned(), labels.collect(), body)
}

fn value(name: &str, value: impl Into<Value>) -> (String, Argument) {
    (name.to_owned(), Argument::Value(value.into()))
}

fn terraform(module: &GeneratedModule) -> Vec<Block> {
    let mut body = Body::default();
    let versions = module.engine_version.iter();
    body.arguments
        .extend(versions.map(|version| value("required_version", version.as_str())));
    if !module.required_providers.is_empty() {
        let arguments = module.required_providers.iter().map(|(name, source, version)| {
            let mut requirement = json!({"source": source});
            if let (Some(version), Some(fields)) = (version, requirement.as_object_mut()) {
                fields.insert("version".to_owned(), version.as_str().into());
            }
            value(name, requirement)
        });
        let required = Body {
            arguments: arguments.collect(),
            blocks: Vec::new(),
        };
        body.blocks.push(block("required_providers", &[], required));
    }
    if let Some((kind, settings)) = &module.backend {
        let arguments = settings.iter().map(|(name, setting)| value(name, setting.clone()));
        let backend = Body {
            arguments: arguments.collect(),
            blocks: Vec::new(),
        };
        body.blocks.push(block("backend", &[kind], backend));
    }
    match body == Body::default() {
        true => Vec::new(),
        false => vec![block("terraform", &[], body)],
    }
}

fn provider(provider: &ProviderBlock) -> Block {
    let mut body = provider.body.clone();
    if let Some(alias) = &provider.alias {
        body.arguments.insert(0, value("alias", alias.as_str()));
    }
    block("provider", &[&provider.name], body)
}

fn variable(variable: &VariableBlock) -> Block {
    let mut arguments = vec![("type".to_owned(), Argument::Type(variable.value_type.clone()))];
    let description = variable.description.iter();
    arguments.extend(description.map(|description| value("description", description.as_str())));
    arguments.extend(variable.sensitive.then(|| value("sensitive", true)));
    arguments.extend(variable.ephemeral.then(|| value("ephemeral", true)));
    let body = Body {
        arguments,
        blocks: Vec::new(),
    };
    block("variable", &[&variable.name], body)
}

fn call(module: &GeneratedModule) -> Block {
    let mut arguments = vec![value("source", module.source.as_str())];
    arguments.extend(module.version.iter().map(|version| value("version", version.as_str())));
    if !module.handed_providers.is_empty() {
        let references = module.handed_providers.clone();
        arguments.push(("providers".to_owned(), Argument::References(references)));
    }
    arguments.extend(module.arguments.iter().cloned());
    let body = Body {
        arguments,
        blocks: Vec::new(),
    };
    block("module", &[&module.name], body)
}

fn hand_on(module: &GeneratedModule, output: &OutputBlock) -> Block {
    let reference = format!("module.{}.{}", module.name, output.name);
    let mut arguments = vec![("value".to_owned(), Argument::Reference(reference))];
    let description = output.description.iter();
    arguments.extend(description.map(|description| value("description", description.as_str())));
    arguments.extend(output.sensitive.then(|| value("sensitive", true)));
    let body = Body {
        arguments,
        blocks: Vec::new(),
    };
    block("output", &[&output.name], body)
}
