//! From the values of a resource to the arguments of its module: pure.

use slipway_api::ids::ResourceId;
use slipway_api::resources::ValueOrigin;
use slipway_tofu::interface::Variable;

use super::facts::{Given, What};
use crate::resources::values::{Context, ResolvedValue, resolved};

/// What the module is given, in the order of the form: what a run of the resource would be given, but for secrets.
pub(super) fn given(context: &Context) -> Vec<Given> {
    let Some(module) = context.interface() else {
        return Vec::new();
    };
    let known = resolved(context).into_iter().filter_map(|value| {
        let variable = module.variable(&value.name)?;
        one(context, variable, value)
    });
    known.collect()
}

fn one(context: &Context, variable: &Variable, value: ResolvedValue) -> Option<Given> {
    let what = match (&value.origin, &value.value) {
        // The module knows its own default.
        (Some(ValueOrigin::Module), _) => return None,
        (Some(_), _) if value.is_sensitive => asked(variable, true),
        (Some(_), None) => asked(variable, false),
        (Some(_), Some(known)) => What::Value(known.clone()),
        (None, _) if !variable.is_required() => return None,
        // Nobody is asked for it, and it has no default.
        (None, _) if !value.is_asked => What::Value(serde_json::Value::Null),
        (None, _) => asked(variable, value.is_sensitive),
    };
    Some(Given {
        origin: in_words(context, value.origin.as_ref()),
        name: value.name,
        what,
    })
}

fn asked(variable: &Variable, is_sensitive: bool) -> What {
    What::Asked {
        value_type: variable.value_type.clone(),
        is_sensitive,
        is_ephemeral: variable.ephemeral,
    }
}

/// Where a value is from.
fn in_words(context: &Context, origin: Option<&ValueOrigin>) -> String {
    match origin {
        Some(ValueOrigin::Reference { parent, output }) => {
            format!("The output \"{output}\" of {}.", called(context, *parent))
        }
        Some(ValueOrigin::Setting { of: Some(of) }) => format!("A setting of {}.", called(context, *of)),
        Some(ValueOrigin::Setting { of: None }) => "A setting of the resource.".to_owned(),
        Some(ValueOrigin::Project) => "A setting of the project.".to_owned(),
        Some(ValueOrigin::Tags) => "The tags of the resource, of what it stands on, and of the project.".to_owned(),
        Some(ValueOrigin::Version) => "The default of the version.".to_owned(),
        Some(ValueOrigin::Secret { variable_set, key }) => {
            format!("\"{key}\" of the variable set \"{variable_set}\".")
        }
        Some(ValueOrigin::Resource | ValueOrigin::Module) | None => String::new(),
    }
}

fn called(context: &Context, id: ResourceId) -> String {
    let found = context.ancestors.iter().find(|one| one.resource.id == id);
    found.map_or_else(
        || id.to_string(),
        |one| format!("{}/{}", one.template, one.resource.name),
    )
}
