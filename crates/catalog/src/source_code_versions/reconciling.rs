//! What becomes of what was said about variables when the module changes: pure. What still fits stays as it is; what does not
//! is taken back as little as possible, and told.

use slipway_api::source_code_versions::VersionVariable;
use slipway_tofu::interface::Interface;

use super::settings::{Known, faults};

/// Fields in the order in which they are taken back.
const FIELDS: [&str; 7] = [
    "default",
    "options",
    "rules",
    "shown-when",
    "unique",
    "required",
    "restricted",
];

/// The settings that fit the new module, and a sentence for each that did not as it was.
#[must_use]
pub fn reconciled(
    settings: &[VersionVariable],
    module: &Interface,
    known: &Known,
) -> (Vec<VersionVariable>, Vec<String>) {
    let (mut kept, mut report) = (Vec::with_capacity(settings.len()), Vec::new());
    for one in settings {
        if module.variable(&one.name).is_none() {
            report.push(format!(
                "The variable \"{}\" is gone, and what was said about it.",
                one.name
            ));
            continue;
        }
        let mut one = one.clone();
        for field in FIELDS {
            let is_at_fault = |found: &(&str, String)| found.0.split('/').next() == Some(field);
            let Some((_, reason)) = faults(&one, module, known).into_iter().find(is_at_fault) else {
                continue;
            };
            take_back(&mut one, field);
            report.push(format!(
                "The {} of \"{}\" was taken back: {reason}.",
                words(field),
                one.name
            ));
        }
        match faults(&one, module, known).into_iter().next() {
            None => kept.push(one),
            Some((_, reason)) => {
                report.push(format!(
                    "What was said about \"{}\" was taken back: {reason}.",
                    one.name
                ));
            }
        }
    }
    (kept, report)
}

fn take_back(one: &mut VersionVariable, field: &str) {
    match field {
        "default" => one.default = None,
        "options" => one.options.clear(),
        "rules" => one.rules = None,
        "shown-when" => one.shown_when = None,
        "unique" => one.unique = false,
        "required" => one.required = None,
        _ => one.restricted.clear(),
    }
}

fn words(field: &str) -> &'static str {
    match field {
        "default" => "default",
        "options" => "list of options",
        "rules" => "rule",
        "shown-when" => "condition",
        "unique" => "uniqueness",
        "required" => "choice whether it must be given",
        _ => "restriction",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use slipway_tofu::engines::Kind;
    use slipway_tofu::interface::read;

    use super::*;

    fn module(text: &str) -> Interface {
        read([("main.tf", text.as_bytes())], Kind::OpenTofu).interface
    }

    #[test]
    fn what_fits_stays_and_the_rest_is_told() {
        let settings: Vec<VersionVariable> = serde_json::from_value(json!([
            {"name": "gone", "default": 1},
            {"name": "size", "default": "large", "label": "Size"},
            {"name": "region", "default": "eu", "options": ["eu", "us"]},
            {"name": "name", "shown-when": {"variable": "gone", "equals": 1}, "required": false, "default": "x"},
        ]))
        .unwrap();
        let new = module(
            "variable \"size\" {\n  type = number\n  default = 1\n}\nvariable \"region\" {\n  type = string\n}\nvariable \"name\" {\n  type = number\n}\n",
        );
        let (kept, report) = reconciled(&settings, &new, &Known::default());
        insta::assert_snapshot!(report.join("\n"), @r#"
        The variable "gone" is gone, and what was said about it.
        The default of "size" was taken back: it does not fit number: a number is needed, and this text is none.
        The default of "name" was taken back: it does not fit number: a number is needed, and this text is none.
        The condition of "name" was taken back: the module has no variable "gone"; it has size, region, name.
        The choice whether it must be given of "name" was taken back: the module has no default for it: give one, let it be an output, or let it be required.
        "#);
        assert_eq!(
            serde_json::to_value(&kept).unwrap(),
            json!([
                {"name": "size", "label": "Size"},
                {"name": "region", "default": "eu", "options": ["eu", "us"]},
                {"name": "name"},
            ])
        );
    }

    proptest! {
        #[test]
        fn what_is_kept_fits_and_nothing_is_told_of_what_did(
            defaults in prop::collection::vec(prop_oneof![Just(json!(1)), Just(json!("x")), Just(json!([true]))], 3),
            types in prop::collection::vec(prop_oneof![Just("number"), Just("string"), Just("list(bool)")], 3),
            present in prop::collection::vec(any::<bool>(), 3),
        ) {
            let settings: Vec<VersionVariable> = defaults.iter().enumerate().map(|(number, default)| VersionVariable {
                name: format!("v{number}"),
                default: Some(default.clone()),
                required: Some(false),
                ..VersionVariable::default()
            }).collect();
            let declared = types.iter().zip(&present).enumerate().filter(|(_, (_, present))| **present);
            let text: String = declared.map(|(number, (kind, _))| format!("variable \"v{number}\" {{\n  type = {kind}\n}}\n")).collect();
            let new = module(&text);
            let (kept, report) = reconciled(&settings, &new, &Known::default());
            for one in &kept {
                prop_assert_eq!(faults(one, &new, &Known::default()), vec![]);
            }
            prop_assert_eq!(report.is_empty(), kept == settings);
            let (again, silent) = reconciled(&kept, &new, &Known::default());
            prop_assert_eq!(again, kept);
            prop_assert!(silent.is_empty());
        }
    }
}
