//! Every pair of a type and a value: what we accept, the engine accepts, with the same result; what we refuse, it refuses.

use std::collections::BTreeMap;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use slipway_tofu::types::Type;

use crate::strategies::{types, value_of, values};
use crate::tofu::{Directory, normal};

const TYPES: [&str; 31] = [
    "string",
    "number",
    "bool",
    "any",
    "list(string)",
    "list(number)",
    "list(any)",
    "set(string)",
    "set(number)",
    "set(any)",
    "map(string)",
    "map(bool)",
    "map(any)",
    "tuple([])",
    "tuple([string, number])",
    "tuple([any, list(bool)])",
    "object({})",
    "object({ a = string })",
    "object({ a = optional(string) })",
    "object({ a = optional(string, \"d\"), b = optional(number, 7) })",
    "object({ a = any })",
    "object({ a = optional(list(string), [1, 2]), b = optional(object({ c = optional(bool, true) }), {}) })",
    "list(object({ a = optional(number, 1), b = optional(string) }))",
    "set(object({ a = string }))",
    "map(object({ a = optional(any) }))",
    "map(list(any))",
    "list(list(string))",
    "set(tuple([string, any]))",
    "list(map(any))",
    "list(object({ a = any }))",
    "map(tuple([number]))",
];

/// Without `Inf`, which the engine takes for a number and JSON has no word for.
fn table() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(5),
        json!(-0.1),
        json!(1e21),
        json!(9_007_199_254_740_993_i64),
        json!("5"),
        json!("+5"),
        json!("1e3"),
        json!(".5"),
        json!("5."),
        json!("0x10"),
        json!("1_000"),
        json!(" 5"),
        json!("true"),
        json!("True"),
        json!("1"),
        json!("yes"),
        json!(""),
        json!("${x} %{y}"),
        json!([]),
        json!(["a", "b", "a"]),
        json!([1, "1", 2]),
        json!([1, "x"]),
        json!([true, "true", "1"]),
        json!([1, true]),
        json!([null, "a"]),
        json!([null, null]),
        json!(["5", 6]),
        json!([["a"], [1, 2]]),
        json!([["a"], ["b", "c"]]),
        json!([[], ["a"]]),
        json!([{"a": 1}, {"a": "x"}]),
        json!([{"a": 1}, {"b": "x"}]),
        json!([{"a": 1}, null]),
        json!([{"a": [1]}, {"a": ["x", true]}]),
        json!([{"a": {"b": 1}}, {"a": {"c": 2}}]),
        json!([1, [2]]),
        json!([{"a": 1}, [1]]),
        json!({}),
        json!({"a": "x"}),
        json!({"a": 1}),
        json!({"a": null}),
        json!({"a": null, "b": null}),
        json!({"a": ["x", 1], "b": {"c": "false", "d": 1}}),
        json!({"a": true, "b": "x"}),
        json!({"a": 1, "b": true}),
        json!({"a": {"a": 1}, "b": {"a": "x"}}),
        json!({"a": {"x": 1}, "b": null}),
        json!({"a": [1], "b": ["x", "y"]}),
        json!({"z": "dropped", "a": "kept"}),
        json!({"x": [5]}),
        json!({"x": ["y", 1]}),
    ]
}

#[test]
fn every_type_of_the_table_with_every_value() {
    let pairs = TYPES.iter().flat_map(|text| {
        let found: Type = text.parse().unwrap();
        table().into_iter().map(move |value| (found.clone(), value))
    });
    hold_against_the_engine(pairs.collect());
}

#[test]
fn types_and_values_of_chance() {
    let mut runner = TestRunner::deterministic();
    let mut draw = |count: usize, is_made_for_it: bool| -> Vec<(Type, Value)> {
        let pair = types().prop_flat_map(move |found| {
            let value = if is_made_for_it {
                value_of(&found)
            } else {
                values().boxed()
            };
            (proptest::strategy::Just(found), value)
        });
        (0..count)
            .map(|_| pair.new_tree(&mut runner).unwrap().current())
            .collect()
    };
    let mut pairs = draw(500, false);
    pairs.extend(draw(700, true));
    hold_against_the_engine(pairs);
}

#[test]
fn what_a_schema_admits_is_accepted() {
    let mut runner = TestRunner::deterministic();
    let pair = types().prop_flat_map(|found| {
        let value = proptest::prop_oneof![value_of(&found), values()];
        (proptest::strategy::Just(found), value)
    });
    let mut admitted = 0;
    for _ in 0..3000 {
        let (found, value) = pair.new_tree(&mut runner).unwrap().current();
        if found.to_string().contains("any") || !admits(&found.schema(), &value) {
            continue;
        }
        admitted += 1;
        assert_eq!(found.check(&value), [], "{found} of {value}");
    }
    assert!(admitted > 300, "{admitted}");
}

/// As much of JSON Schema as is used.
fn admits(schema: &Value, value: &Value) -> bool {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is_kind = match &schema["type"] {
        Value::String(wanted) => wanted == kind,
        Value::Array(wanted) => wanted.contains(&kind.into()),
        _ => true,
    };
    let fits = |schema: &Value, value: &Value| match schema {
        Value::Bool(admits) => *admits,
        schema => admits(schema, value),
    };
    is_kind
        && match value {
            Value::Array(items) => {
                let first = schema["prefixItems"].as_array().map_or(&[][..], Vec::as_slice);
                let is_unique = || items.iter().enumerate().all(|(at, item)| !items[..at].contains(item));
                let count = items.len() as u64;
                items
                    .iter()
                    .enumerate()
                    .all(|(at, item)| fits(first.get(at).unwrap_or(&schema["items"]), item))
                    && (schema["uniqueItems"] != true || is_unique())
                    && schema["minItems"].as_u64().is_none_or(|least| count >= least)
            }
            Value::Object(fields) => {
                let known = schema["properties"].as_object();
                fields.iter().all(|(name, field)| {
                    let property = known.and_then(|known| known.get(name));
                    fits(property.unwrap_or(&schema["additionalProperties"]), field)
                }) && schema["required"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .all(|name| fields.contains_key(name.as_str().unwrap()))
            }
            _ => true,
        }
}

fn name(index: usize) -> String {
    format!("v{index}")
}

fn hold_against_the_engine(pairs: Vec<(Type, Value)>) {
    // Which pairs are refused: all values as defaults, whose errors come all at once. A declaration has four lines.
    let mut code = String::new();
    for (index, (found, value)) in pairs.iter().enumerate() {
        let value = slipway_tofu::writing::inline(value);
        code.push_str(&format!(
            "variable \"{}\" {{\n  type = {found}\n  default = {value}\n}}\n",
            name(index)
        ));
    }
    let mut refused: BTreeMap<usize, String> = BTreeMap::new();
    for error in Directory::new([("main.tf", code)]).errors() {
        let index = usize::try_from(error.line).unwrap().saturating_sub(1) / 4;
        refused.insert(index, error.summary);
    }
    let mut wrong = Vec::new();
    let mut accepted = Vec::new();
    for (index, (found, value)) in pairs.iter().enumerate() {
        let (ours, theirs) = (found.convert(value), refused.get(&index));
        match (&ours, theirs) {
            (Ok(converted), None) => accepted.push((index, found, value, converted.clone())),
            (Err(_), Some(_)) => {}
            _ => wrong.push(format!(
                "{found} of {value}: we say {ours:?}, the engine says {theirs:?}"
            )),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        pairs.len(),
        wrong.join("\n")
    );
    assert!(accepted.len() > 100, "too little is accepted for this to say anything");
    hold_results(&accepted);
}

/// The results: a real plan, to which the values are given.
fn hold_results(accepted: &[(usize, &Type, &Value, Value)]) {
    let mut code = String::new();
    let mut given = serde_json::Map::new();
    for (index, found, value, _) in accepted {
        let name = name(*index);
        code.push_str(&format!(
            "variable \"{name}\" {{\n  type = {found}\n}}\noutput \"{name}\" {{\n  value = var.{name}\n}}\n"
        ));
        given.insert(name, (*value).clone());
    }
    let directory = Directory::new([
        ("main.tf", code),
        ("terraform.tfvars.json", Value::Object(given).to_string()),
    ]);
    directory.succeed(&["init", "-backend=false", "-input=false"]);
    directory.succeed(&["plan", "-input=false", "-out=plan"]);
    let plan: Value = serde_json::from_str(&directory.succeed(&["show", "-json", "plan"])).unwrap();
    let outputs = &plan["planned_values"]["outputs"];
    let mut wrong = Vec::new();
    for (index, found, value, converted) in accepted {
        // Null outputs are not in the plan's values.
        let theirs = outputs.get(name(*index)).and_then(|output| output.get("value"));
        let theirs = normal(found, theirs.unwrap_or(&Value::Null));
        let ours = normal(found, converted);
        if ours != theirs {
            wrong.push(format!("{found} of {value}: we say {ours}, the engine says {theirs}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        accepted.len(),
        wrong.join("\n")
    );
}
