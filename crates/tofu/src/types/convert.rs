//! Checking and converting values by the engine's rules: go-cty's `convert`, with defaults of optional attributes as in
//! HCL's `typeexpr`.
//!
//! All mismatches are found, not the first one only. Numbers are those of JSON: whole numbers of 64 bits and doubles,
//! where the engine has 512 bits; text is left as it is, where the engine composes letters (NFC).

use std::fmt;

use serde_json::{Map, Number, Value};

use super::model::{Attribute, Type};
use super::path::{Path, Step};
use super::unify::{concrete, unify};

/// Values nested deeper are refused.
const MAX_VALUE_DEPTH: usize = 128;

/// Why a value does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there. Values are never part of it.
    pub problem: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.0.is_empty() {
            return f.write_str(&self.problem);
        }
        write!(f, "at {}: {}", self.path, self.problem)
    }
}

impl Type {
    /// The value as the module will see it: converted, with defaults, without attributes that the type does not have.
    /// Null stays null.
    ///
    /// # Errors
    /// Every place where the value does not fit.
    pub fn convert(&self, value: &Value) -> Result<Value, Vec<Mismatch>> {
        let mut found = Vec::new();
        if depth_exceeds(value, MAX_VALUE_DEPTH) {
            refuse(&mut found, &Path::default(), "the value is nested too deep");
            return Err(found);
        }
        let converted = convert(self, value, &Path::default(), &mut found);
        if found.is_empty() { Ok(converted) } else { Err(found) }
    }

    /// Every place where a value does not fit.
    #[must_use]
    pub fn check(&self, value: &Value) -> Vec<Mismatch> {
        self.convert(value).err().unwrap_or_default()
    }
}

fn depth_exceeds(value: &Value, left: usize) -> bool {
    match value {
        _ if left == 0 => true,
        Value::Array(items) => items.iter().any(|item| depth_exceeds(item, left - 1)),
        Value::Object(fields) => fields.values().any(|field| depth_exceeds(field, left - 1)),
        _ => false,
    }
}

fn refuse(found: &mut Vec<Mismatch>, path: &Path, problem: impl Into<String>) -> Value {
    found.push(Mismatch {
        path: path.clone(),
        problem: problem.into(),
    });
    Value::Null
}

fn convert(target: &Type, value: &Value, path: &Path, found: &mut Vec<Mismatch>) -> Value {
    match (target, value) {
        (_, Value::Null) => Value::Null,
        (Type::Any, _) => value.clone(),
        (Type::String | Type::Number | Type::Bool, _) => primitive(target, value, path, found),
        (Type::List(element), Value::Array(items)) => {
            let items = elements(element, items, path, found);
            alike(target, element, items, path, found)
        }
        (Type::Set(element), Value::Array(items)) => {
            let mut distinct: Vec<Value> = Vec::new();
            let items = elements(element, items, path, found);
            let Value::Array(items) = alike(target, element, items, path, found) else {
                return Value::Null;
            };
            for item in items {
                if !distinct.contains(&item) {
                    distinct.push(item);
                }
            }
            Value::Array(distinct)
        }
        (Type::Map(element), Value::Object(fields)) => map(target, element, fields, path, found),
        (Type::Tuple(types), Value::Array(items)) => tuple(types, items, path, found),
        (Type::Object(attributes), Value::Object(fields)) => object(attributes, fields, path, found),
        (wanted, other) => refuse(found, path, wrong_shape(wanted, other)),
    }
}

fn wrong_shape(wanted: &Type, value: &Value) -> String {
    format!("{} is needed, and this is {}", wanted.called(), called(value))
}

fn called(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn primitive(target: &Type, value: &Value, path: &Path, found: &mut Vec<Mismatch>) -> Value {
    match (target, value) {
        (Type::String, Value::String(_)) | (Type::Number, Value::Number(_)) | (Type::Bool, Value::Bool(_)) => {
            value.clone()
        }
        (Type::String, Value::Bool(value)) => value.to_string().into(),
        (Type::String, Value::Number(number)) => decimal(number).into(),
        (Type::Number, Value::String(text)) => match number(text) {
            Some(number) => number.into(),
            None => refuse(found, path, "a number is needed, and this text is none"),
        },
        (Type::Bool, Value::String(text)) => match text.as_str() {
            "true" | "1" => true.into(),
            "false" | "0" => false.into(),
            other if ["true", "false"].iter().any(|word| other.eq_ignore_ascii_case(word)) => {
                refuse(found, path, "true or false is needed, in small letters")
            }
            _ => refuse(found, path, "true or false is needed, and this text is neither"),
        },
        (wanted, other) => refuse(found, path, wrong_shape(wanted, other)),
    }
}

/// A number's digits without exponent, as the engine writes it into text.
fn decimal(number: &Number) -> String {
    match (number.as_i64(), number.as_u64(), number.as_f64()) {
        (Some(whole), _, _) => whole.to_string(),
        (_, Some(whole), _) => whole.to_string(),
        (_, _, Some(double)) => double.to_string(),
        _ => number.to_string(),
    }
}

/// Decimal notation with sign, point and exponent; other bases and words are no numbers.
fn number(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_plain = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && unsigned
            .chars()
            .all(|letter| letter.is_ascii_digit() || ".eE+-".contains(letter));
    if !is_plain {
        return None;
    }
    let digits = text.strip_prefix('+').unwrap_or(text);
    if let Ok(whole) = digits.parse::<i64>() {
        return Some(whole.into());
    }
    if let Ok(whole) = digits.parse::<u64>() {
        return Some(whole.into());
    }
    Some(whole_if_possible(digits.parse::<f64>().ok()?)).flatten()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "only whole numbers that a double holds exactly"
)]
fn whole_if_possible(double: f64) -> Option<Number> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if double.fract() == 0.0 && double.abs() <= EXACT {
        return Some((double as i64).into());
    }
    Number::from_f64(double)
}

fn elements(element: &Type, items: &[Value], path: &Path, found: &mut Vec<Mismatch>) -> Vec<Value> {
    let converted = items
        .iter()
        .enumerate()
        .map(|(index, item)| convert(element, item, &path.with(Step::Index(index)), found));
    converted.collect()
}

/// Elements of a list or set have one type, also where the constraint says `any`.
fn alike(target: &Type, element: &Type, items: Vec<Value>, path: &Path, found: &mut Vec<Mismatch>) -> Value {
    if !element.has_any() || items.is_empty() || !found.is_empty() {
        return Value::Array(items);
    }
    // Elements of a set are not made alike; an open type is chosen for all of them, and no more.
    let is_set_of_parts = matches!(target, Type::Set(_)) && *element != Type::Any;
    let common = match is_set_of_parts {
        true => same_type(element, items.iter()).then(|| element.clone()),
        false => one_type(element, items.iter()),
    };
    match common {
        Some(common) => Value::Array(elements(&common, &items, path, found)),
        None => refuse(
            found,
            path,
            format!("all elements of {} need the same type", target.called()),
        ),
    }
}

fn same_type<'a>(element: &Type, items: impl Iterator<Item = &'a Value>) -> bool {
    let mut types = items.map(|item| concrete(element, item));
    let first = types.next();
    types.all(|other| Some(&other) == first.as_ref())
}

fn one_type<'a>(element: &Type, items: impl Iterator<Item = &'a Value>) -> Option<Type> {
    let types: Vec<Type> = items.map(|item| concrete(element, item)).collect();
    let common = unify(&types)?;
    // A mixture of nulls and objects cannot be told apart before the run: the engine refuses it.
    let is_unknown = common == Type::Any && types.iter().any(|found| *found != Type::Any);
    (!is_unknown).then_some(common)
}

fn map(target: &Type, element: &Type, fields: &Map<String, Value>, path: &Path, found: &mut Vec<Mismatch>) -> Value {
    let converted = |element: &Type, fields: &Map<String, Value>, found: &mut Vec<Mismatch>| -> Map<String, Value> {
        let entries = fields.iter().map(|(name, field)| {
            let path = path.with(Step::Key(name.clone()));
            (name.clone(), convert(element, field, &path, found))
        });
        entries.collect()
    };
    let entries = converted(element, fields, found);
    if !element.has_any() || entries.is_empty() || !found.is_empty() {
        return Value::Object(entries);
    }
    // Beside nulls, which fit everywhere, things of the very same type may stand.
    if *element == Type::Any && same_type(element, entries.values().filter(|entry| !entry.is_null())) {
        return Value::Object(entries);
    }
    match one_type(element, entries.values()) {
        Some(common) => Value::Object(converted(&common, &entries, found)),
        None => refuse(
            found,
            path,
            format!("all elements of {} need the same type", target.called()),
        ),
    }
}

fn tuple(types: &[Type], items: &[Value], path: &Path, found: &mut Vec<Mismatch>) -> Value {
    if types.len() != items.len() {
        let problem = format!("{} elements are needed, and these are {}", types.len(), items.len());
        return refuse(found, path, problem);
    }
    let pairs = types.iter().zip(items).enumerate();
    let converted = pairs.map(|(index, (wanted, item))| convert(wanted, item, &path.with(Step::Index(index)), found));
    Value::Array(converted.collect())
}

fn object(attributes: &[Attribute], fields: &Map<String, Value>, path: &Path, found: &mut Vec<Mismatch>) -> Value {
    let mut converted = Map::new();
    for attribute in attributes {
        let path = path.with(Step::Attribute(attribute.name.clone()));
        let given = fields.get(&attribute.name);
        let value = match (given, &attribute.default) {
            (None | Some(Value::Null), Some(default)) => convert(&attribute.value_type, default, &path, found),
            (Some(given), _) => convert(&attribute.value_type, given, &path, found),
            (None, None) if attribute.is_optional => Value::Null,
            (None, None) => refuse(found, &path, "the attribute is missing"),
        };
        converted.insert(attribute.name.clone(), value);
    }
    Value::Object(converted)
}

#[cfg(test)]
#[path = "convert_tests.rs"]
mod tests;
