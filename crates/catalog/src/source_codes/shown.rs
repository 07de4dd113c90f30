//! What a module takes and gives, as the API shows it: pure.

use slipway_api::source_codes::{
    ModuleCall, ModuleInterface, ModuleOutput, ModuleProblem, ModuleProvider, ModuleValidation, ModuleVariable,
};
use slipway_tofu::events::{Diagnostic, Severity};
use slipway_tofu::interface::{DefaultValue, Interface, Output, Variable};

/// An interface on the wire.
pub(crate) fn interface(found: &Interface) -> ModuleInterface {
    ModuleInterface {
        variables: found.variables.iter().map(variable).collect(),
        outputs: found.outputs.iter().map(output).collect(),
        engine_versions: found.engine_versions.clone(),
        providers: found
            .required_providers
            .iter()
            .map(|(name, provider)| ModuleProvider {
                name: name.clone(),
                source: provider.source.clone(),
                constraint: provider.constraint.clone(),
            })
            .collect(),
        modules: found
            .modules
            .iter()
            .map(|call| ModuleCall {
                name: call.name.clone(),
                source: call.source.clone(),
                version: call.version.clone(),
            })
            .collect(),
        resources: found.resources.clone(),
        data_sources: found.data_sources.clone(),
    }
}

fn variable(found: &Variable) -> ModuleVariable {
    // What is hidden is hidden here, too, though it stands in the code.
    let is_hidden = found.sensitive || found.ephemeral;
    let (default, expression) = match &found.default {
        Some(DefaultValue::Known(value)) if !is_hidden => (value.clone(), None),
        Some(DefaultValue::Computed(text)) if !is_hidden => (serde_json::Value::Null, Some(text.clone())),
        _ => (serde_json::Value::Null, None),
    };
    ModuleVariable {
        name: found.name.clone(),
        value_type: found.value_type.to_string(),
        required: found.is_required(),
        default,
        default_expression: expression,
        nullable: found.nullable,
        sensitive: found.sensitive,
        ephemeral: found.ephemeral,
        deprecated: found.deprecated.clone(),
        description: found.description.clone(),
        validations: found
            .validations
            .iter()
            .map(|rule| ModuleValidation {
                condition: rule.condition.clone(),
                message: rule.error_message.clone(),
            })
            .collect(),
        file: found.place.file.clone(),
        line: found.place.line,
    }
}

fn output(found: &Output) -> ModuleOutput {
    ModuleOutput {
        name: found.name.clone(),
        description: found.description.clone(),
        sensitive: found.sensitive,
        ephemeral: found.ephemeral,
        deprecated: found.deprecated.clone(),
        file: found.place.file.clone(),
        line: found.place.line,
    }
}

/// Something that is wrong, on the wire.
pub(crate) fn problem(found: &Diagnostic) -> ModuleProblem {
    let place = found.range.as_ref();
    let known = |number: u64| (number > 0).then_some(number);
    ModuleProblem {
        severity: match found.severity {
            Severity::Error => "error".to_owned(),
            Severity::Warning | Severity::Unknown => "warning".to_owned(),
        },
        summary: found.summary.clone(),
        detail: found.detail.clone(),
        file: place.map(|range| range.filename.clone()),
        line: place.and_then(|range| known(range.start.line)),
        column: place.and_then(|range| known(range.start.column)),
    }
}
