//! What may be said about variables, and what may not.

use rstest::rstest;
use serde_json::json;
use slipway_tofu::engines::Kind;
use slipway_tofu::interface::read;

use super::*;

const MODULE: &str = r#"
variable "name" { type = string }
variable "size" {
  type    = number
  default = 1
}
variable "zones" {
  type    = list(string)
  default = []
}
variable "backup" {
  type     = bool
  default  = false
  nullable = false
}
variable "token" {
  type      = string
  sensitive = true
}
variable "network_id" { type = string }
"#;

fn module() -> Interface {
    let reading = read([("main.tf", MODULE.as_bytes())], Kind::OpenTofu);
    assert_eq!(reading.problems, []);
    reading.interface
}

fn known() -> Known {
    Known {
        unknown_roles: BTreeSet::from(["pirate".to_owned()]),
        ancestors: BTreeMap::from([
            ("network".parse().unwrap(), BTreeSet::from(["network_id".to_owned()])),
            ("account".parse().unwrap(), BTreeSet::new()),
        ]),
    }
}

fn checked(settings: Value) -> Vec<(String, String)> {
    let settings: Vec<VersionVariable> = serde_json::from_value(settings).unwrap();
    let mut problems = Problems::at("");
    check(&settings, &module(), &known(), &mut problems);
    match problems.none() {
        Ok(()) => Vec::new(),
        Err(error) => error
            .fields()
            .iter()
            .map(|field| (field.source.pointer.clone().unwrap(), field.detail.clone()))
            .collect(),
    }
}

#[rstest]
#[case::variable(json!({"name": "nmae"}), "name", "The module has no variable \"nmae\"; it has name, size, zones, backup, token, network_id.")]
#[case::type_of_default(json!({"name": "size", "default": "many"}), "default", "It does not fit number: a number is needed, and this text is none.")]
#[case::null(json!({"name": "backup", "options": [null, true]}), "options", "It must not be null; leave it out.")]
#[case::secret(json!({"name": "token", "default": "x"}), "default", "A secret does not stand in the catalog, where everybody reads it; leave the default out.")]
#[case::made_secret(json!({"name": "name", "sensitive": true, "unique": true}), "unique", "Secrets are not compared with each other.")]
#[case::no_option(json!({"name": "size", "default": 3, "options": [1, 2]}), "default", "It is none of the options.")]
#[case::option(json!({"name": "size", "options": [1, "two"]}), "options", "It does not fit number: a number is needed, and this text is none.")]
#[case::twice(json!({"name": "size", "options": [1, 1]}), "options", "One of the options is there twice.")]
#[case::needed(json!({"name": "name", "required": false}), "required", "The module has no default for it: give one, let it be an output, or let it be required.")]
#[case::role(json!({"name": "size", "restricted": ["admin", "pirate"]}), "restricted", "There is no role \"pirate\".")]
#[case::restricted(json!({"name": "name", "restricted": ["admin"]}), "restricted", "Who does not have these roles needs a default, or the output of another: give one of them.")]
#[case::label(json!({"name": "name", "label": " "}), "label", "1 to 100 characters; leave it out for none.")]
#[case::rules(json!({"name": "name", "rules": {"minimum": 1}}), "rules", "A minimum and a maximum are for numbers; it is string.")]
#[case::range(json!({"name": "size", "rules": {"minimum": 2, "maximum": 1}}), "rules/maximum", "Not less than the minimum, 2.")]
#[case::length(json!({"name": "size", "rules": {"max-length": 3}}), "rules", "A pattern and a length are for text; it is number.")]
#[case::pattern(json!({"name": "name", "rules": {"pattern": "("}}), "rules/pattern", "This is no regular expression: unclosed group.")]
#[case::broken(json!({"name": "name", "default": "a b", "rules": {"pattern": "[a-z]+", "message": "Small letters."}}), "default", "Small letters.")]
#[case::shown(json!({"name": "size", "shown-when": {"variable": "nowhere", "equals": 1}}), "shown-when/variable", "The module has no variable \"nowhere\"; it has name, size, zones, backup, token, network_id.")]
#[case::equals(json!({"name": "size", "shown-when": {"variable": "backup", "equals": 3}}), "shown-when/equals", "It does not fit bool: true or false is needed, and this is a number.")]
#[case::itself(json!({"name": "size", "shown-when": {"variable": "size", "equals": 3}}), "shown-when", "It would wait for itself: size → size.")]
#[case::template(json!({"name": "network_id", "reference": {"template": "region", "output": "id"}}), "reference/template", "The template does not stand on \"region\"; it stands on account, network.")]
#[case::output(json!({"name": "network_id", "reference": {"template": "network", "output": "id"}}), "reference/output", "\"network\" has no output \"id\"; it has network_id.")]
#[case::no_version(json!({"name": "network_id", "reference": {"template": "account", "output": "id"}}), "reference/output", "\"account\" has no output \"id\"; it has no version that has any; make one first.")]
fn what_cannot_be_says_where(#[case] settings: Value, #[case] place: &str, #[case] reason: &str) {
    let expected = (format!("/variables/0/{place}"), reason.to_owned());
    assert_eq!(checked(json!([settings])), [expected]);
}

#[test]
fn what_waits_in_a_circle_is_told_for_each() {
    let found = checked(json!([
        {"name": "size", "shown-when": {"variable": "backup", "equals": true}},
        {"name": "backup", "shown-when": {"variable": "size", "equals": 2}},
        {"name": "zones", "shown-when": {"variable": "size", "equals": 2}},
    ]));
    let places: Vec<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places, ["/variables/0/shown-when", "/variables/1/shown-when"]);
    assert_eq!(found[0].1, "It would wait for itself: size → backup → size.");
}

#[test]
fn a_whole_form_is_accepted() {
    let settings = json!([
        {"name": "name", "label": "Name", "help": "What people call it.", "group": "Basics", "unique": true, "frozen": true,
            "rules": {"pattern": "[a-z-]+", "max-length": 20, "message": "Small letters and dashes."}},
        {"name": "size", "default": 2, "options": [1, 2, 3], "restricted": ["admin"]},
        {"name": "zones", "default": ["a"], "required": true, "shown-when": {"variable": "backup", "equals": true}},
        {"name": "network_id", "reference": {"template": "network", "output": "network_id"}, "required": false},
        {"name": "token", "label": "Token"},
    ]);
    assert_eq!(checked(settings), []);
}

#[test]
fn a_pattern_is_for_the_whole_text() {
    let rules = VariableRules {
        pattern: Some("a|b".to_owned()),
        ..VariableRules::default()
    };
    assert_eq!(broken(&rules, &json!("a")), None);
    assert!(broken(&rules, &json!("ab")).is_some());
    assert_eq!(broken(&rules, &json!(3)), None);
}
