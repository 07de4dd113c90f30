//! Notes between two versions.

use super::*;
use crate::engines::Kind;
use crate::interface::read;

fn notes(old: &str, new: &str) -> String {
    let interface = |text: &str| {
        let reading = read([("main.tf", text.as_bytes())], Kind::OpenTofu);
        assert_eq!(reading.problems, []);
        reading.interface
    };
    let notes = compare(&interface(old), &interface(new));
    let lines: Vec<String> = notes
        .iter()
        .map(|note| format!("{:?}: {}", note.weight, note.sentence))
        .collect();
    lines.join("\n")
}

#[test]
fn variables() {
    let old = r#"
variable "gone" {}
variable "number" { type = string }
variable "had_default" { default = 1 }
variable "has_default" {}
variable "other_default" { default = "a" }
variable "turned" {
  type = number
  default = 5
}
variable "nullable" {}
variable "open" { default = "x" }
variable "ruled" {
  validation {
    condition     = var.ruled != ""
    error_message = "No."
  }
}
variable "plain" {}
variable "old" { deprecated = "Use `plain`." }
"#;
    let new = r#"
variable "number" { type = number }
variable "had_default" {}
variable "has_default" { default = null }
variable "other_default" { default = "b" }
variable "turned" {
  type = string
  default = "5"
}
variable "nullable" { nullable = false }
variable "open" {
  default  = "x"
  nullable = false
}
variable "ruled" {
  validation {
    condition     = var.ruled   !=  ""
    error_message = "Not empty."
  }
  validation {
    condition     = length(var.ruled) < 10
    error_message = "Short."
  }
}
variable "plain" {
  sensitive   = true
  description = "What"
  ephemeral   = true
}
variable "old" {}
variable "new" {}
variable "new_optional" { default = 1 }
"#;
    insta::assert_snapshot!(notes(old, new), @"
    Breaking: Variable `gone` is gone: a value given for it is refused.
    Breaking: Variable `number` was string, is number: only text that can be read as such still fits.
    Breaking: Variable `had_default` has no default any more and must be given.
    Breaking: Variable `nullable` must not be null any more.
    Breaking: Variable `ruled` has a new rule, which a given value may break: length(var.ruled) < 10.
    Breaking: Variable `new` is new and must be given.
    Notable: Variable `other_default` has another default.
    Notable: Variable `open` takes its default in place of null.
    Notable: Variable `plain` is sensitive now: its value is hidden.
    Notable: Variable `plain` is ephemeral now: its value is kept nowhere.
    Harmless: Variable `has_default` has a default now and may be left out.
    Harmless: Variable `turned` was number, is string: values are turned into text.
    Harmless: Variable `plain` has another description.
    Harmless: Variable `old` is not deprecated any more.
    Harmless: Variable `new_optional` is new and optional.
    ");
}

#[test]
fn outputs_and_requirements() {
    let old = r#"
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws    = { source = "hashicorp/aws", version = "~> 4.0" }
    null   = { source = "hashicorp/null", version = ">= 3.0" }
    moved  = { source = "a/moved" }
    unused = {}
  }
}
resource "aws_vpc" "a" {}
output "gone" { value = 1 }
output "hidden" { value = 1 }
output "passing" { value = 1 }
output "kept" { value = 1 }
"#;
    let new = r#"
terraform {
  required_version = ">= 1.8"
  required_providers {
    aws    = { source = "hashicorp/aws", version = "~> 5.0", configuration_aliases = [aws.eu] }
    null   = { source = "hashicorp/null", version = ">= 2.0" }
    moved  = { source = "b/moved" }
    random = {}
  }
  backend "s3" {}
}
resource "random_id" "a" {}
output "hidden" {
  value     = 1
  sensitive = true
}
output "passing" {
  value     = 1
  ephemeral = true
}
output "kept" {
  value      = 1
  deprecated = "Use `new`."
}
output "new" { value = 1 }
"#;
    insta::assert_snapshot!(notes(old, new), @"
    Breaking: Output `gone` is gone: whatever uses it has no value any more.
    Breaking: Output `hidden` is sensitive now: what shows it must be sensitive, too.
    Breaking: Output `passing` is ephemeral now: nothing that is kept can use it.
    Breaking: The version of provider `aws` was `~> 4.0` and is `~> 5.0`: no version does for both.
    Breaking: A configuration `aws.eu` of provider `aws` must be handed in now.
    Breaking: Provider `moved` was a/moved and is b/moved: what exists belongs to the old one.
    Notable: Output `kept` is deprecated: Use `new`.
    Notable: The engine's version was `>= 1.5` and is `>= 1.8`: some versions will not do any more.
    Notable: Provider `random` is needed now; it may have to be given credentials.
    Notable: There are no resources `aws_vpc` in it any more: what exists of them is destroyed.
    Notable: It says itself where its state is kept now (s3).
    Harmless: Output `new` is new.
    Harmless: The version of provider `null` was `>= 3.0` and is `>= 2.0`: more versions will do.
    Harmless: Provider `unused` is not needed any more.
    Harmless: There are resources `random_id` in it now.
    ");
}

#[test]
fn nothing_changed_nothing_said() {
    let text =
        "variable \"a\" {\n  type = object({ b = optional(string, \"x\") })\n}\noutput \"c\" {\n  value = 1\n}\n";
    assert_eq!(notes(text, text), "");
}

mod properties {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const TYPES: [&str; 6] = ["string", "number", "bool", "list(number)", "map(number)", "any"];

    /// Variables by name: the type, and whether there is a default.
    fn variables() -> impl Strategy<Value = BTreeMap<&'static str, (usize, bool)>> {
        let names = prop::sample::select(vec!["a", "b", "c", "d"]);
        prop::collection::btree_map(names, (0..TYPES.len(), any::<bool>()), 0..4)
    }

    fn module(variables: &BTreeMap<&str, (usize, bool)>) -> Interface {
        let one = |(name, (kind, has_default)): (&&str, &(usize, bool))| {
            let default = if *has_default { "  default = null\n" } else { "" };
            format!("variable \"{name}\" {{\n  type = {}\n{default}}}\n", TYPES[*kind])
        };
        let text: String = variables.iter().map(one).collect();
        read([("main.tf", text.as_bytes())], Kind::OpenTofu).interface
    }

    fn breaks(notes: &[Note], name: &str, kind: NoteKind) -> usize {
        let subject = Subject::Variable(name.to_owned());
        let those = notes
            .iter()
            .filter(|note| note.weight == Weight::Breaking && note.subject == subject && note.kind == kind);
        those.count()
    }

    proptest! {
        #[test]
        fn nothing_differs_from_itself(found in variables()) {
            prop_assert_eq!(compare(&module(&found), &module(&found)), vec![]);
        }

        #[test]
        fn what_breaks_is_told_once(before in variables(), after in variables()) {
            let (old, new) = (module(&before), module(&after));
            let notes = compare(&old, &new);
            for name in before.keys().filter(|name| !after.contains_key(*name)) {
                prop_assert_eq!(breaks(&notes, name, NoteKind::Removed), 1);
            }
            for (name, (_, has_default)) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
                prop_assert_eq!(breaks(&notes, name, NoteKind::Added), usize::from(!has_default));
            }
            let values = [json!("x"), json!("1"), json!(1), json!(true), json!([1]), json!({"a": 1})];
            for (one, other) in old.variables.iter().filter_map(|one| Some((one, new.variable(&one.name)?))) {
                let is_refused = |value: &&serde_json::Value| {
                    one.value_type.check(value).is_empty() && !other.value_type.check(value).is_empty()
                };
                if let Some(value) = values.iter().find(is_refused) {
                    prop_assert!(breaks(&notes, &one.name, NoteKind::Type) > 0, "{} takes no {value}", one.name);
                }
                let lost = one.default.is_some() && other.default.is_none();
                prop_assert_eq!(breaks(&notes, &one.name, NoteKind::Default), usize::from(lost));
            }
        }
    }
}
