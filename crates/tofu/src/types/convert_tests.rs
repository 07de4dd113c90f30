//! Sentences and places; what is accepted is held against the real engine in `tests/truth`.

use rstest::rstest;
use serde_json::json;

use super::*;

#[test]
fn every_mismatch_is_said_with_its_place() {
    let wanted: Type = "object({ name = string, rules = list(object({ port = number, on = optional(bool) })), more = map(set(number)) })"
        .parse()
        .unwrap();
    let given = json!({
        "rules": [{"port": "http"}, {"port": 1, "on": "TRUE"}, "x"],
        "more": {"a b": ["1", [2]]},
    });
    let said: Vec<String> = wanted.check(&given).iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    at .name: the attribute is missing
    at .rules[0].port: a number is needed, and this text is none
    at .rules[1].on: true or false is needed, in small letters
    at .rules[2]: an object is needed, and this is text
    at .more["a b"][1]: a number is needed, and this is a list
    "#);
    let pointers: Vec<String> = wanted.check(&given).iter().map(|found| found.path.pointer()).collect();
    assert_eq!(
        pointers,
        ["/name", "/rules/0/port", "/rules/1/on", "/rules/2", "/more/a b/1"]
    );
}

#[rstest]
#[case("number", json!("5"), json!(5))]
#[case("number", json!("5.50"), json!(5.5))]
#[case("string", json!(1e21), json!("1000000000000000000000"))]
#[case("string", json!(0.000_000_1), json!("0.0000001"))]
#[case("set(string)", json!(["b", 1, "1", "b"]), json!(["b", "1"]))]
#[case("list(any)", json!([1, "a", true]), json!(["1", "a", "true"]))]
#[case(
    "object({ a = optional(object({ b = optional(number, \"7\"), c = optional(string) }), {}) })",
    json!({"x": 1}),
    json!({"a": {"b": 7, "c": null}})
)]
fn converted(#[case] wanted: &str, #[case] given: Value, #[case] expected: Value) {
    assert_eq!(wanted.parse::<Type>().unwrap().convert(&given), Ok(expected));
}

#[test]
fn values_are_not_in_the_message() {
    let said = Type::Number.check(&json!("hunter2"));
    assert!(!said[0].to_string().contains("hunter2"));
}
