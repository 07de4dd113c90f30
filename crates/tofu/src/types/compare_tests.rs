//! Differences of types, and that they say the truth about values.

use rstest::rstest;

use super::*;

fn said(old: &str, new: &str) -> Vec<(String, TypeChangeKind)> {
    let changes = compare(&old.parse().unwrap(), &new.parse().unwrap());
    changes
        .into_iter()
        .map(|change| (format!("{} {}", change.path, change.sentence), change.kind))
        .collect()
}

#[rstest]
#[case("string", "number", TypeChangeKind::Narrowed)]
#[case("number", "string", TypeChangeKind::Widened)]
#[case("bool", "number", TypeChangeKind::Replaced)]
#[case("string", "any", TypeChangeKind::Widened)]
#[case("any", "string", TypeChangeKind::Narrowed)]
#[case("list(string)", "set(string)", TypeChangeKind::Reinterpreted)]
#[case("set(string)", "list(string)", TypeChangeKind::Widened)]
#[case("list(string)", "list(number)", TypeChangeKind::Narrowed)]
#[case("list(string)", "string", TypeChangeKind::Replaced)]
#[case("list(string)", "tuple([string])", TypeChangeKind::Narrowed)]
#[case("tuple([string])", "list(string)", TypeChangeKind::Widened)]
#[case("tuple([string])", "tuple([string, string])", TypeChangeKind::Replaced)]
#[case("map(string)", "object({ a = string })", TypeChangeKind::Narrowed)]
#[case("object({ a = string })", "map(string)", TypeChangeKind::Widened)]
#[case("object({})", "object({ a = string })", TypeChangeKind::Narrowed)]
#[case("object({})", "object({ a = optional(string) })", TypeChangeKind::Widened)]
#[case("object({ a = string })", "object({})", TypeChangeKind::Reinterpreted)]
#[case(
    "object({ a = optional(string) })",
    "object({ a = string })",
    TypeChangeKind::Narrowed
)]
#[case(
    "object({ a = optional(number, 1) })",
    "object({ a = optional(number, 2) })",
    TypeChangeKind::Reinterpreted
)]
fn one_change(#[case] old: &str, #[case] new: &str, #[case] expected: TypeChangeKind) {
    let found = said(old, new);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].1, expected);
}

#[test]
fn order_of_attributes_is_no_change() {
    assert_eq!(
        said("object({ a = string, b = any })", "object({ b = any, a = string })"),
        []
    );
}

#[test]
fn every_change_is_found_where_it_is() {
    let old = "map(object({ port = string, names = list(string), gone = bool }))";
    let new = "map(object({ port = number, names = set(number), must = bool, may = optional(bool) }))";
    let lines: Vec<String> = said(old, new)
        .into_iter()
        .map(|(text, kind)| format!("{kind:?}: {text}"))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    Narrowed: [*].port was string, is number: only text that can be read as such still fits
    Reinterpreted: [*].names was list(…), is set(…): order and repetition no longer count
    Narrowed: [*].names[*] was string, is number: only text that can be read as such still fits
    Reinterpreted: [*].gone is no longer read: a value given for it is dropped without a word
    Narrowed: [*].must is new and must be given
    Widened: [*].may is new and optional
    ");
}
