//! The JSON form of a state, as `tofu show -json` prints it, made from the state alone.
//!
//! The engine asks the providers' schemas for types; without them two things differ: attributes of dynamic type keep
//! their wrapping (except those of the built-in provider), and attributes that only the schema calls sensitive are
//! marked only if the engine wrote them down. Check results are left out. The values are not redacted.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::address::{instance_address, module_chain, provider_source, resource_address};
use super::model::{Resource, State};
use super::sensitive::attributes_and_marks;

/// Makes the JSON form; sensitive values are in it.
#[must_use]
pub fn json_form(state: &State<'_>) -> Value {
    let mut form = json!({"format_version": "1.0"});
    if state.resources.is_empty() && state.outputs.is_empty() {
        return form;
    }
    let mut modules: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut children: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for resource in &state.resources {
        let module = resource.module.as_deref().unwrap_or_default();
        let mut parent = String::new();
        for address in module_chain(module) {
            let siblings = children.entry(parent).or_default();
            if !siblings.contains(&address) {
                siblings.push(address.clone());
            }
            parent = address;
        }
        modules.entry(parent).or_default().extend(resource_forms(resource));
    }
    let outputs: Map<_, _> = state
        .outputs
        .iter()
        .map(|(name, output)| {
            let value: Value = serde_json::from_str(output.value.get()).unwrap_or_default();
            (
                name.to_string(),
                json!({"sensitive": output.sensitive, "type": output.output_type, "value": value}),
            )
        })
        .collect();
    let mut values = json!({"root_module": module_form("", &mut modules, &children)});
    set(&mut values, "outputs", Value::Object(outputs));
    set(
        &mut form,
        "terraform_version",
        Value::from(state.terraform_version.as_ref()),
    );
    set(&mut form, "values", values);
    form
}

/// Modules nest as deep as their addresses; a chain is as long as the text that names it, so depth is bounded by it.
fn module_form(
    address: &str,
    modules: &mut BTreeMap<String, Vec<Value>>,
    children: &BTreeMap<String, Vec<String>>,
) -> Value {
    let mut form = json!({});
    set(
        &mut form,
        "resources",
        modules.remove(address).unwrap_or_default().into(),
    );
    if !address.is_empty() {
        set(&mut form, "address", address.into());
    }
    let below: Vec<Value> = children
        .get(address)
        .into_iter()
        .flatten()
        .map(|child| module_form(child, modules, children))
        .collect();
    set(&mut form, "child_modules", below.into());
    form
}

fn resource_forms(resource: &Resource<'_>) -> Vec<Value> {
    let base = resource_address(resource);
    let form = |instance: &super::Instance<'_>| {
        let provider = provider_source(instance.provider.as_deref().unwrap_or(&resource.provider));
        let (values, marks) = attributes_and_marks(instance, provider);
        let mut form = json!({
            "address": instance_address(&base, instance),
            "mode": resource.mode,
            "type": resource.resource_type,
            "name": resource.name,
            "provider_name": provider,
            "schema_version": instance.schema_version,
            "sensitive_values": sensitive_form(&values, &marks),
            "values": values,
        });
        set(&mut form, "index", instance.index_key.clone().unwrap_or_default());
        set(
            &mut form,
            "deposed_key",
            instance.deposed.as_deref().map_or(Value::Null, Value::from),
        );
        set(
            &mut form,
            "depends_on",
            instance
                .dependencies
                .iter()
                .map(AsRef::as_ref)
                .collect::<Vec<&str>>()
                .into(),
        );
        if instance.status.as_deref() == Some("tainted") {
            set(&mut form, "tainted", true.into());
        }
        form
    };
    resource.instances.iter().map(form).collect()
}

/// The engine's shape: `true` where sensitive, lists in full, objects without what is not sensitive.
fn sensitive_form(value: &Value, marks: &Value) -> Value {
    static NOTHING: Value = Value::Null;
    if marks.as_bool() == Some(true) {
        return true.into();
    }
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, field)| (key.clone(), sensitive_form(field, marks.get(key).unwrap_or(&NOTHING))))
            .filter(|(_, form)| form.as_bool() != Some(false))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| sensitive_form(item, marks.get(index).unwrap_or(&NOTHING)))
            .collect::<Vec<_>>()
            .into(),
        _ => false.into(),
    }
}

/// Sets a field unless there is nothing to say.
fn set(form: &mut Value, key: &str, value: Value) {
    let is_nothing = match &value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty() && key != "values",
        _ => false,
    };
    if let (false, Some(fields)) = (is_nothing, form.as_object_mut()) {
        fields.insert(key.to_owned(), value);
    }
}
