//! What a plan says that its configuration will put out, as far as that is known before anything is made.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::model::{PlanError, require_version};

/// A root output as a plan has it.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedOutput {
    /// Name.
    pub name: String,
    /// Value, also of sensitive outputs; none where a part of it is known after an apply only.
    pub value: Option<Value>,
    /// Type in cty's JSON form; `"dynamic"` where the value is not known.
    pub output_type: Value,
    /// Not to be shown without permission.
    pub sensitive: bool,
}

/// The part of a plan's JSON that is read here; the rest is passed over.
#[derive(Deserialize)]
struct Plan<'a> {
    #[serde(borrow)]
    format_version: Cow<'a, str>,
    #[serde(borrow, default)]
    planned_values: Values<'a>,
}

#[derive(Default, Deserialize)]
struct Values<'a> {
    #[serde(borrow, default)]
    outputs: BTreeMap<Cow<'a, str>, Output>,
}

/// The engine leaves both out where the value is not known; a value may be null, a type never is.
#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    sensitive: bool,
    #[serde(rename = "type", default)]
    output_type: Option<Value>,
    #[serde(default)]
    value: Value,
}

/// The root outputs that there would be after an apply, by name.
///
/// # Errors
/// [`PlanError`] says what the bytes are instead.
pub fn planned_outputs(bytes: &[u8]) -> Result<Vec<PlannedOutput>, PlanError> {
    let plan: Plan<'_> = serde_json::from_slice(bytes).map_err(PlanError::Malformed)?;
    require_version(&plan.format_version)?;
    let outputs = plan.planned_values.outputs.into_iter();
    let outputs = outputs.map(|(name, output)| PlannedOutput {
        name: name.into_owned(),
        value: output.output_type.is_some().then_some(output.value),
        output_type: output.output_type.unwrap_or_else(|| "dynamic".into()),
        sensitive: output.sensitive,
    });
    Ok(outputs.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(outputs: &Value) -> Vec<PlannedOutput> {
        let plan =
            json!({"format_version": "1.2", "planned_values": {"outputs": outputs, "root_module": {"resources": []}}});
        planned_outputs(plan.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn what_is_not_known_has_no_value_and_null_is_one() {
        let outputs = json!({
            "id": {"sensitive": false},
            "name": {"sensitive": false, "type": "string", "value": "net"},
            "none": {"sensitive": false, "type": "string", "value": null},
            "secret": {"sensitive": true, "type": ["list", "string"], "value": ["hunter2"]},
        });
        let line = |one: PlannedOutput| {
            let value = one.value.map_or_else(|| "?".to_owned(), |value| value.to_string());
            format!("{} {} {value} {}", one.name, one.output_type, one.sensitive)
        };
        let lines: Vec<String> = read(&outputs).into_iter().map(line).collect();
        assert_eq!(
            lines,
            [
                "id \"dynamic\" ? false",
                "name \"string\" \"net\" false",
                "none \"string\" null false",
                "secret [\"list\",\"string\"] [\"hunter2\"] true",
            ]
        );
    }

    #[test]
    fn a_plan_without_outputs_has_none_and_a_later_format_is_refused() {
        assert_eq!(planned_outputs(br#"{"format_version": "1.0"}"#).unwrap(), []);
        let later = planned_outputs(br#"{"format_version": "2.0"}"#).unwrap_err();
        assert!(later.to_string().contains("2.0"), "{later}");
    }
}
