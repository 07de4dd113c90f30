//! Whether a token says what a rule asks for: pure.
//!
//! Everything is compared by kind and from end to end. What cannot be told for certain (a claim that several readings of a
//! dotted name lead to) does not hold.

use serde_json::{Map, Value};
use slipway_api::trusted_issuers::{ClaimCondition, ClaimValue};

/// Objects in objects that a name leads into at most.
const DEEPEST: usize = 8;

/// The first of the conditions that a token does not meet.
pub(super) fn unmet<'a>(conditions: &'a [ClaimCondition], claims: &Map<String, Value>) -> Option<&'a ClaimCondition> {
    conditions.iter().find(|condition| !holds(condition, claims))
}

fn holds(condition: &ClaimCondition, claims: &Map<String, Value>) -> bool {
    let Some(found) = claim(claims, &condition.claim) else {
        return false;
    };
    match (&condition.equals, &condition.matches) {
        (Some(wanted), None) => equals(wanted, found),
        (None, Some(pattern)) => found.as_str().is_some_and(|text| matches(pattern, text)),
        _ => false,
    }
}

/// Of the same kind and the same: the text `true` is not the truth, and `1` not a text.
fn equals(wanted: &ClaimValue, found: &Value) -> bool {
    match (wanted, found) {
        (ClaimValue::Text(wanted), Value::String(found)) => wanted == found,
        (ClaimValue::Boolean(wanted), Value::Bool(found)) => wanted == found,
        (ClaimValue::Number(wanted), Value::Number(found)) => found.as_i64() == Some(*wanted),
        _ => false,
    }
}

/// Whether the pattern describes the whole text. `*` stands for any letters or none; nothing else is special.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        // The first place will do: what follows has then the most room.
        let Some((_, behind)) = rest.split_once(part) else {
            return false;
        };
        rest = behind;
    }
    rest.ends_with(last)
}

/// The claim with this name, where dots lead into objects. Names of claims have dots themselves (`kubernetes.io`), so every
/// reading is tried; when two lead somewhere, nobody can say which was meant, and there is none.
pub(super) fn claim<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let mut found = Vec::new();
    readings(claims, name, DEEPEST, &mut found);
    match found.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

fn readings<'a>(claims: &'a Map<String, Value>, name: &str, deep: usize, found: &mut Vec<&'a Value>) {
    found.extend(claims.get(name));
    if deep == 0 {
        return;
    }
    for (place, _) in name.match_indices('.') {
        let (Some(first), Some(rest)) = (name.get(..place), name.get(place + 1..)) else {
            continue;
        };
        if let Some(Value::Object(inner)) = claims.get(first) {
            readings(inner, rest, deep - 1, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[rstest]
    #[case("refs/heads/*", "refs/heads/main", true)]
    #[case("refs/heads/*", "refs/heads/", true)]
    #[case("refs/heads/*", "refs/heads", false)]
    #[case("refs/heads/main", "refs/heads/main", true)]
    #[case("refs/heads/main", "refs/heads/main2", false)]
    #[case("refs/heads/main", "x/refs/heads/main", false)]
    #[case("*", "", true)]
    #[case("a*b*c", "a-b-c", true)]
    #[case("a*b*c", "abc", true)]
    #[case("a*b*c", "ac", false)]
    #[case("a*bc", "abcbc", true)]
    #[case("a*a", "a", false)]
    #[case("acme/*", "acme-evil/shop", false)]
    #[case("acme/*", "evil/acme/shop", false)]
    #[case("acme/*", "Acme/shop", false)]
    // Nothing but the star is special.
    #[case("acme/sh?p", "acme/shop", false)]
    #[case("acme/[s]hop", "acme/shop", false)]
    #[case("acme.shop", "acme-shop", false)]
    #[case("", "", true)]
    #[case("", "a", false)]
    // A line break does not end a text.
    #[case("refs/heads/main", "refs/heads/main\nx", false)]
    #[case("refs/*/main", "refs/a\nb/main", true)]
    fn a_pattern_describes_the_whole_text(#[case] pattern: &str, #[case] text: &str, #[case] expected: bool) {
        assert_eq!(matches(pattern, text), expected);
    }

    proptest! {
        /// As the slow and obvious way says.
        #[test]
        fn patterns_are_read_as_they_are_meant(pattern in "[ab*]{0,8}", text in "[ab]{0,8}") {
            fn slow(pattern: &[u8], text: &[u8]) -> bool {
                match (pattern.split_first(), text.split_first()) {
                    (None, None) => true,
                    (Some((b'*', rest)), _) if slow(rest, text) => true,
                    (Some((b'*', _)), Some((_, behind))) => slow(pattern, behind),
                    (Some((one, rest)), Some((other, behind))) => one == other && slow(rest, behind),
                    _ => false,
                }
            }
            prop_assert_eq!(matches(&pattern, &text), slow(pattern.as_bytes(), text.as_bytes()));
        }
    }

    #[rstest]
    #[case(json!("true"), json!(true), false)]
    #[case(json!(true), json!("true"), false)]
    #[case(json!(true), json!(true), true)]
    #[case(json!(1), json!("1"), false)]
    #[case(json!(1), json!(true), false)]
    #[case(json!(1), json!(1.0), false)]
    #[case(json!(1), json!(1), true)]
    #[case(json!("acme"), json!(["acme"]), false)]
    #[case(json!("acme"), json!({"acme": "acme"}), false)]
    #[case(json!("null"), json!(null), false)]
    #[case(json!(""), json!(null), false)]
    fn values_are_compared_by_kind(#[case] wanted: Value, #[case] found: Value, #[case] expected: bool) {
        let condition = serde_json::from_value(json!({"claim": "a", "equals": wanted})).unwrap();
        assert_eq!(unmet(&[condition], &object(json!({"a": found}))).is_none(), expected);
    }

    #[rstest]
    #[case(json!(["main"]))]
    #[case(json!(7))]
    #[case(json!(null))]
    #[case(json!({"main": "main"}))]
    fn only_a_text_matches_a_pattern(#[case] found: Value) {
        let condition = serde_json::from_value(json!({"claim": "ref", "matches": "*"})).unwrap();
        assert!(unmet(&[condition], &object(json!({"ref": found}))).is_some());
    }

    #[test]
    fn names_lead_into_objects_also_by_names_with_dots() {
        let claims = object(json!({"kubernetes.io": {"namespace": "ci", "serviceaccount": {"name": "planner"}}}));
        assert_eq!(claim(&claims, "kubernetes.io.namespace"), Some(&json!("ci")));
        assert_eq!(
            claim(&claims, "kubernetes.io.serviceaccount.name"),
            Some(&json!("planner"))
        );
        assert_eq!(claim(&claims, "kubernetes.namespace"), None);
        assert_eq!(claim(&claims, ""), None);
        assert_eq!(claim(&claims, "."), None);
    }

    #[test]
    fn a_name_that_can_be_read_two_ways_is_none() {
        let claims = object(json!({"a.b": "one", "a": {"b": "two"}}));
        assert_eq!(claim(&claims, "a.b"), None);
    }

    #[test]
    fn all_conditions_must_hold() {
        let conditions: Vec<ClaimCondition> = serde_json::from_value(json!([
            {"claim": "repository", "equals": "acme/shop"}, {"claim": "ref", "matches": "refs/heads/*"},
        ]))
        .unwrap();
        let says = |claims: Value| unmet(&conditions, &object(claims)).map(|condition| condition.claim.as_str());
        assert_eq!(says(json!({"repository": "acme/shop", "ref": "refs/heads/main"})), None);
        assert_eq!(
            says(json!({"repository": "acme/shop", "ref": "refs/tags/v1"})),
            Some("ref")
        );
        assert_eq!(says(json!({"ref": "refs/heads/main"})), Some("repository"));
        assert_eq!(says(json!({})), Some("repository"));
    }
}
