//! The difference of two values, attribute by attribute, without any sensitive value.
//!
//! The marks have the shape of the values: `true` on a node means that all below it is sensitive (or unknown).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What stands in place of a sensitive value.
pub const SENSITIVE: &str = "(sensitive value)";

/// One step of an attribute's path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PathStep {
    /// Place in a list.
    Index(u64),
    /// Attribute or map key.
    Key(String),
}

/// One attribute that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributeChange {
    /// Steps from the object to the attribute; empty for a value that is not an object, such as an output.
    pub path: Vec<PathStep>,
    /// Old value; missing if there was none or it is sensitive.
    pub before: Option<Value>,
    /// New value; missing if there is none, it is sensitive or not known yet.
    pub after: Option<Value>,
    /// The new value will be known after apply.
    pub unknown: bool,
    /// One of the values is sensitive, so both are withheld.
    pub sensitive: bool,
    /// This attribute is why the object is replaced.
    pub forces_replacement: bool,
}

/// What the plan says about the values, in the plan's own shapes; null where it says nothing.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// Where the new value is not known.
    pub after_unknown: Value,
    /// Where the old value is sensitive.
    pub before_sensitive: Value,
    /// Where the new value is sensitive.
    pub after_sensitive: Value,
    /// Paths that force a replacement.
    pub replace_paths: Value,
}

/// One of the two values of an attribute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Side<'v> {
    /// There is none.
    Absent,
    /// Sensitive: there is one, or will be, and it goes no further.
    Hidden,
    /// Known after apply.
    Unknown,
    /// The value.
    Value(&'v Value),
}

/// An attribute that changes, by reference.
pub(super) struct Difference<'v> {
    pub(super) path: Vec<PathStep>,
    pub(super) before: Side<'v>,
    pub(super) after: Side<'v>,
    pub(super) unknown: bool,
    pub(super) sensitive: bool,
    pub(super) forces_replacement: bool,
}

/// What [`compare`] finds.
#[derive(Default)]
pub(super) struct Comparison<'v> {
    pub(super) changed: Vec<Difference<'v>>,
    /// Attributes that have a value and keep it.
    pub(super) unchanged: Vec<(Vec<PathStep>, Side<'v>)>,
}

/// Lists what changes from `before` to `after`, down to single attributes and list elements.
#[must_use]
pub fn diff(before: &Value, after: &Value, marks: &Marks) -> Vec<AttributeChange> {
    let owned = |side: Side<'_>| match side {
        Side::Value(value) => Some(value.clone()),
        Side::Absent | Side::Hidden | Side::Unknown => None,
    };
    let change = |found: Difference<'_>| AttributeChange {
        before: owned(found.before),
        after: owned(found.after),
        path: found.path,
        unknown: found.unknown,
        sensitive: found.sensitive,
        forces_replacement: found.forces_replacement,
    };
    compare(before, after, marks).changed.into_iter().map(change).collect()
}

/// Goes through both values and says of each attribute whether it changes.
pub(super) fn compare<'v>(before: &'v Value, after: &'v Value, marks: &'v Marks) -> Comparison<'v> {
    let mut walk = Walk {
        replace_paths: read_paths(&marks.replace_paths),
        path: Vec::new(),
        found: Comparison::default(),
    };
    let node = Node {
        before: present(before),
        after: present(after),
        unknown: &marks.after_unknown,
        before_sensitive: &marks.before_sensitive,
        after_sensitive: &marks.after_sensitive,
    };
    walk.visit(&node);
    walk.found
}

/// A copy of the value in which everything marked as sensitive is replaced by [`SENSITIVE`].
#[must_use]
pub fn redact(value: &Value, marks: &Value) -> Value {
    if is_true(marks) {
        return Value::from(SENSITIVE);
    }
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, field)| (key.clone(), redact(field, at_key(marks, key))))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| redact(item, at_index(marks, index)))
            .collect::<Vec<_>>()
            .into(),
        other => other.clone(),
    }
}

/// A path as people write it: `tags["a b"].list[0]`.
#[must_use]
pub fn path_text(path: &[PathStep]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            PathStep::Index(index) => text.push_str(&format!("[{index}]")),
            PathStep::Key(key) if is_plain(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            PathStep::Key(key) => text.push_str(&format!("[{}]", Value::from(key.as_str()))),
        }
    }
    text
}

struct Walk<'v> {
    replace_paths: Vec<Vec<PathStep>>,
    path: Vec<PathStep>,
    found: Comparison<'v>,
}

/// The same place in all five trees.
struct Node<'v> {
    before: Option<&'v Value>,
    after: Option<&'v Value>,
    unknown: &'v Value,
    before_sensitive: &'v Value,
    after_sensitive: &'v Value,
}

static NOTHING: Value = Value::Null;

impl<'v> Walk<'v> {
    fn visit(&mut self, node: &Node<'v>) {
        let (before_hidden, after_hidden) = (is_true(node.before_sensitive), is_true(node.after_sensitive));
        if before_hidden || after_hidden {
            let differs = node.before != node.after || has_true(node.unknown) || before_hidden != after_hidden;
            match differs {
                true => self.emit(node, true),
                false => self.keep(node, Side::Hidden),
            }
            return;
        }
        if is_true(node.unknown) {
            // The old value is shown as a whole, which may hold a mark deeper down.
            self.emit(node, has_true(node.before_sensitive));
            return;
        }
        match (node.before, node.after) {
            (Some(Value::Object(_)) | None, Some(Value::Object(_)) | None) if self.visit_fields(node) => {}
            (Some(Value::Array(_)) | None, Some(Value::Array(_)) | None) if self.visit_items(node) => {}
            // Of two different shapes each may hold a mark deeper down, so neither is shown as a whole.
            (before, after) if before != after => {
                let hidden = has_true(node.before_sensitive) || has_true(node.after_sensitive);
                self.emit(node, hidden);
            }
            (Some(value), _) => self.keep(node, Side::Value(value)),
            (None, _) => {}
        }
    }

    /// False when there is no field to visit, so that an empty object still shows as a value.
    fn visit_fields(&mut self, node: &Node<'v>) -> bool {
        let (before, after) = (
            node.before.and_then(Value::as_object),
            node.after.and_then(Value::as_object),
        );
        let unknown = node.unknown.as_object();
        let mut keys: Vec<&String> = [before, after, unknown]
            .into_iter()
            .flatten()
            .flat_map(serde_json::Map::keys)
            .collect();
        keys.sort_unstable();
        keys.dedup();
        for key in &keys {
            self.path.push(PathStep::Key((*key).clone()));
            self.visit(&Node {
                before: before.and_then(|fields| fields.get(*key)).and_then(present),
                after: after.and_then(|fields| fields.get(*key)).and_then(present),
                unknown: at_key(node.unknown, key),
                before_sensitive: at_key(node.before_sensitive, key),
                after_sensitive: at_key(node.after_sensitive, key),
            });
            self.path.pop();
        }
        !keys.is_empty()
    }

    fn visit_items(&mut self, node: &Node<'v>) -> bool {
        let pairs = pair_items(node);
        for (old, new) in &pairs {
            let Some(index) = new.or(*old) else { continue };
            self.path.push(PathStep::Index(index as u64));
            self.visit(&Node {
                before: old.and_then(|index| item(node.before, index)),
                after: new.and_then(|index| item(node.after, index)),
                unknown: new.map_or(&NOTHING, |index| at_index(node.unknown, index)),
                before_sensitive: old.map_or(&NOTHING, |index| at_index(node.before_sensitive, index)),
                after_sensitive: new.map_or(&NOTHING, |index| at_index(node.after_sensitive, index)),
            });
            self.path.pop();
        }
        !pairs.is_empty()
    }

    fn emit(&mut self, node: &Node<'v>, sensitive: bool) {
        let unknown = has_true(node.unknown);
        let side = |value: Option<&'v Value>, unknown: bool| match value {
            _ if sensitive && (unknown || value.is_some()) => Side::Hidden,
            _ if unknown => Side::Unknown,
            Some(value) => Side::Value(value),
            None => Side::Absent,
        };
        self.found.changed.push(Difference {
            before: side(node.before, false),
            after: side(node.after, unknown),
            forces_replacement: self.replace_paths.iter().any(|path| self.path.starts_with(path)),
            path: self.path.clone(),
            unknown,
            sensitive,
        });
    }

    fn keep(&mut self, node: &Node<'v>, side: Side<'v>) {
        if node.before.is_some() {
            self.found.unchanged.push((self.path.clone(), side));
        }
    }
}

/// Which item of the old list is compared with which of the new: the same ones at both ends with each other, so that an
/// item put in or taken out does not look like a change of all behind it.
fn pair_items(node: &Node<'_>) -> Vec<(Option<usize>, Option<usize>)> {
    let items = |value: Option<&Value>| value.and_then(Value::as_array).map_or(0, Vec::len);
    let old = items(node.before);
    let new = items(node.after).max(items(Some(node.unknown)));
    let is_same = |before: usize, after: usize| {
        item(node.before, before) == item(node.after, after)
            && !has_true(at_index(node.unknown, after))
            && at_index(node.before_sensitive, before) == at_index(node.after_sensitive, after)
    };
    let shorter = old.min(new);
    let first = (0..shorter).take_while(|place| is_same(*place, *place)).count();
    let last = (1..=shorter - first)
        .take_while(|back| is_same(old - back, new - back))
        .count();
    let middle = first..old.max(new) - last;
    let at = |place: usize, length: usize| (place < length - last).then_some(place);
    (0..first)
        .map(|place| (Some(place), Some(place)))
        .chain(middle.map(|place| (at(place, old), at(place, new))))
        .chain((1..=last).rev().map(|back| (Some(old - back), Some(new - back))))
        .collect()
}

fn item(list: Option<&Value>, index: usize) -> Option<&Value> {
    list.and_then(|list| list.get(index)).and_then(present)
}

fn read_paths(paths: &Value) -> Vec<Vec<PathStep>> {
    serde_json::from_value(paths.clone()).unwrap_or_default()
}

/// JSON null stands for "no value" in plans and states.
fn present(value: &Value) -> Option<&Value> {
    (!value.is_null()).then_some(value)
}

pub(super) fn is_true(marks: &Value) -> bool {
    marks.as_bool() == Some(true)
}

fn has_true(marks: &Value) -> bool {
    match marks {
        Value::Bool(mark) => *mark,
        Value::Array(items) => items.iter().any(has_true),
        Value::Object(fields) => fields.values().any(has_true),
        _ => false,
    }
}

pub(super) fn at_key<'a>(marks: &'a Value, key: &str) -> &'a Value {
    marks.get(key).unwrap_or(&NOTHING)
}

pub(super) fn at_index(marks: &Value, index: usize) -> &Value {
    marks.get(index).unwrap_or(&NOTHING)
}

fn is_plain(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn lines(before: &Value, after: &Value, marks: &Marks) -> Vec<String> {
        diff(before, after, marks)
            .iter()
            .map(|change| {
                let text = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), Value::to_string);
                let mut line = format!(
                    "{}: {} -> {}",
                    path_text(&change.path),
                    text(&change.before),
                    text(&change.after)
                );
                for (flag, word) in [
                    (change.unknown, " unknown"),
                    (change.sensitive, " sensitive"),
                    (change.forces_replacement, " replaces"),
                ] {
                    line.push_str(if flag { word } else { "" });
                }
                line
            })
            .collect()
    }

    #[test]
    fn each_attribute_is_listed_once() {
        let before = json!({"name": "a", "tags": {"x y": 1, "same": 1}, "list": [1, 2], "gone": "g", "null": null});
        let after = json!({"name": "b", "tags": {"x y": 2, "same": 1}, "list": [1, 3, 4], "empty": {}, "null": null});
        let marks = Marks {
            after_unknown: json!({"id": true}),
            replace_paths: json!([["list", 1]]),
            ..Marks::default()
        };
        assert_eq!(
            lines(&before, &after, &marks),
            [
                "empty: - -> {}",
                "gone: \"g\" -> -",
                "id: - -> - unknown",
                "list[1]: 2 -> 3 replaces",
                "list[2]: - -> 4",
                "name: \"a\" -> \"b\"",
                "tags[\"x y\"]: 1 -> 2",
            ]
        );
    }

    #[test]
    fn an_item_taken_out_is_one_change() {
        let marks = Marks::default();
        let old = json!({"groups": ["a", "b", "c", "d"]});
        assert_eq!(
            lines(&old, &json!({"groups": ["b", "c", "d"]}), &marks),
            ["groups[0]: \"a\" -> -"]
        );
        assert_eq!(
            lines(&old, &json!({"groups": ["a", "b", "new", "c", "d"]}), &marks),
            ["groups[2]: - -> \"new\""]
        );
        assert_eq!(lines(&old, &json!({"groups": []}), &marks).len(), 4);
    }

    #[test]
    fn a_sensitive_value_is_never_shown_even_when_only_one_side_is_marked() {
        let marks = Marks {
            before_sensitive: json!({"p": true}),
            ..Marks::default()
        };
        assert_eq!(
            lines(&json!({"p": "old"}), &json!({"p": "new"}), &marks),
            ["p: - -> - sensitive"]
        );
        assert_eq!(
            lines(&json!({"p": "old"}), &json!({"p": "old"}), &marks),
            ["p: - -> - sensitive"]
        );
        let deep = Marks {
            before_sensitive: json!({"p": {"q": true}}),
            ..Marks::default()
        };
        assert_eq!(
            lines(&json!({"p": {"q": "secret"}}), &json!({"p": "plain"}), &deep),
            ["p: - -> - sensitive"]
        );
    }

    #[test]
    fn what_becomes_unknown_hides_the_secrets_that_it_had() {
        let marks = Marks {
            before_sensitive: json!({"p": {"q": true}}),
            after_unknown: json!({"p": true}),
            ..Marks::default()
        };
        assert_eq!(
            lines(&json!({"p": {"q": "secret"}}), &json!({}), &marks),
            ["p: - -> - unknown sensitive"]
        );
    }

    #[test]
    fn redaction_follows_the_marks() {
        let value = json!({"a": "secret", "b": [1, "secret"], "c": 3});
        let out = redact(&value, &json!({"a": true, "b": [false, true]}));
        assert_eq!(out, json!({"a": SENSITIVE, "b": [1, SENSITIVE], "c": 3}));
    }

    /// Values whose leaves are "public-N" or "secret-N", with marks on exactly the secret ones.
    fn marked() -> impl Strategy<Value = (Value, Value)> {
        let leaf = prop_oneof![
            (0..3_u8).prop_map(|n| (json!(format!("public-{n}")), json!(false))),
            (0..3_u8).prop_map(|n| (json!(format!("secret-{n}")), json!(true))),
            Just((Value::Null, json!(false))),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|items| {
                    let (values, marks): (Vec<_>, Vec<_>) = items.into_iter().unzip();
                    (Value::from(values), Value::from(marks))
                }),
                prop::collection::btree_map("[a-c]", inner, 0..4).prop_map(|fields| {
                    let values: Map<_, _> = fields.iter().map(|(key, pair)| (key.clone(), pair.0.clone())).collect();
                    let marks: Map<_, _> = fields.into_iter().map(|(key, pair)| (key, pair.1)).collect();
                    (Value::from(values), Value::from(marks))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_secret_leaves(before in marked(), after in marked()) {
            let marks = Marks {
                before_sensitive: before.1.clone(),
                after_sensitive: after.1,
                after_unknown: json!({"a": true, "b": [true]}),
                ..Marks::default()
            };
            let out = serde_json::to_string(&diff(&before.0, &after.0, &marks)).unwrap();
            prop_assert!(!out.contains("secret-"), "{}", out);
            prop_assert!(!redact(&before.0, &before.1).to_string().contains("secret-"));
        }

        #[test]
        fn equal_values_have_no_difference(value in marked()) {
            let marks = Marks { before_sensitive: value.1.clone(), after_sensitive: value.1, ..Marks::default() };
            prop_assert_eq!(diff(&value.0, &value.0, &marks), vec![]);
        }
    }
}
