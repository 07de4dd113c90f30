//! What a module declares.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::types::{Mismatch, Path, Type};

/// What a module takes, gives and stands on. At rest it is JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Interface {
    /// Input variables in the order of files and lines.
    pub variables: Vec<Variable>,
    /// Outputs in the same order.
    pub outputs: Vec<Output>,
    /// `required_version` of all `terraform` blocks; all must hold.
    pub engine_versions: Vec<String>,
    /// `required_providers`, by local name.
    pub required_providers: BTreeMap<String, RequiredProvider>,
    /// `provider` blocks. A module that is called by others should have none.
    pub provider_configurations: Vec<ProviderConfiguration>,
    /// `backend` or `cloud` block.
    pub state: Option<StatePlace>,
    /// `module` blocks.
    pub modules: Vec<ModuleCall>,
    /// How many `resource` blocks there are of each type.
    pub resources: BTreeMap<String, u32>,
    /// How many `data` blocks there are of each type.
    pub data_sources: BTreeMap<String, u32>,
}

/// A place in the module's directory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Name of the file.
    pub file: String,
    /// One-based line; 1 in JSON files.
    pub line: u64,
}

/// A `variable` block, overrides merged in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Variable {
    /// Name.
    pub name: String,
    /// The type constraint; `any` if none is written.
    #[serde(rename = "type")]
    pub value_type: Type,
    /// The type constraint as it was written, line breaks and comments included.
    pub type_text: Option<String>,
    /// What it is when nothing is given; a variable without one must be given.
    pub default: Option<DefaultValue>,
    /// Whether null is a value; otherwise null means the default.
    pub nullable: bool,
    /// The value is not shown.
    pub sensitive: bool,
    /// The value is kept nowhere.
    pub ephemeral: bool,
    /// What to do in place of using it.
    pub deprecated: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// Rules that only the engine can check.
    pub validations: Vec<Validation>,
    /// Where it is declared.
    pub place: Place,
}

/// A default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultValue {
    /// A constant, converted to the type of the variable.
    Known(Value),
    /// An expression that only the engine computes, as written.
    Computed(String),
}

/// A `validation` block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Validation {
    /// The condition as written.
    pub condition: String,
    /// What people are told: the text if it is constant, or the expression as written.
    pub error_message: String,
}

/// An `output` block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Output {
    /// Name.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// The value is not shown.
    pub sensitive: bool,
    /// The value is kept nowhere.
    pub ephemeral: bool,
    /// What to do in place of using it.
    pub deprecated: Option<String>,
    /// Where it is declared.
    pub place: Place,
}

/// An entry of `required_providers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RequiredProvider {
    /// Source address as written, or `hashicorp/<name>` where none is.
    pub source: String,
    /// Version constraint as written.
    pub constraint: Option<String>,
    /// Configurations that a caller hands in, such as `aws.replica`.
    pub aliases: Vec<String>,
}

/// A `provider` block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProviderConfiguration {
    /// Local name of the provider.
    pub name: String,
    /// Alias, if it is not the default configuration.
    pub alias: Option<String>,
    /// Where it is.
    pub place: Place,
}

/// Where the module itself would keep its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StatePlace {
    /// Backend type such as `s3`, or `cloud`.
    pub kind: String,
    /// Where it is written.
    pub place: Place,
}

/// A `module` block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ModuleCall {
    /// Name of the call.
    pub name: String,
    /// Source: the text if it is constant, or the expression as written.
    pub source: String,
    /// Version constraint in the same way.
    pub version: Option<String>,
    /// Where it is.
    pub place: Place,
}

impl Interface {
    /// The variable of that name.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    /// The output of that name.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<&Output> {
        self.outputs.iter().find(|output| output.name == name)
    }
}

impl Variable {
    /// Whether a value must be given.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.default.is_none()
    }

    /// The value that the module sees when this one, or none, is given; none if only the engine knows it.
    ///
    /// # Errors
    /// What does not fit. Rules of `validation` blocks are the engine's to check.
    pub fn value(&self, given: Option<&Value>) -> Result<Option<Value>, Vec<Mismatch>> {
        let is_default = match given {
            None => true,
            Some(Value::Null) => !self.nullable,
            Some(_) => false,
        };
        if !is_default {
            return self.value_type.convert(given.unwrap_or(&Value::Null)).map(Some);
        }
        match &self.default {
            Some(DefaultValue::Known(value)) => Ok(Some(value.clone())),
            Some(DefaultValue::Computed(_)) => Ok(None),
            None => Err(vec![Mismatch {
                path: Path::default(),
                problem: "a value is needed".to_owned(),
            }]),
        }
    }
}
