//! How one type differs from another, as seen by who gives values.

use serde::{Deserialize, Serialize};

use super::model::{Attribute, Type};
use super::path::{Path, Step};

/// What a change does to values that were given for the old type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TypeChangeKind {
    /// All still fit, and more do.
    Widened,
    /// All still fit, and some mean something else.
    Reinterpreted,
    /// Some no longer fit.
    Narrowed,
    /// None fits, or only by chance.
    Replaced,
}

/// One difference inside of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeChange {
    /// Where.
    pub path: Path,
    /// What it does to values.
    pub kind: TypeChangeKind,
    /// Words for people, to be put behind the name of the variable with its path.
    pub sentence: String,
}

/// All differences; none if every value means the same as before.
#[must_use]
pub fn compare(old: &Type, new: &Type) -> Vec<TypeChange> {
    let mut found = Vec::new();
    walk(old, new, &Path::default(), &mut found);
    found
}

fn note(found: &mut Vec<TypeChange>, path: &Path, kind: TypeChangeKind, sentence: String) {
    let path = path.clone();
    found.push(TypeChange { path, kind, sentence });
}

fn walk(old: &Type, new: &Type, path: &Path, found: &mut Vec<TypeChange>) {
    use TypeChangeKind::{Narrowed, Reinterpreted, Replaced, Widened};
    let each = |old: &Type, new: &Type, found: &mut Vec<TypeChange>| walk(old, new, &path.with(Step::Each), found);
    let mut say = |kind, how: &str| note(found, path, kind, format!("was {}, is {}{how}", short(old), short(new)));
    match (old, new) {
        (Type::Any, Type::Any) | (Type::String, Type::String) => {}
        (Type::Number, Type::Number) | (Type::Bool, Type::Bool) => {}
        (_, Type::Any) => say(Widened, ""),
        (Type::Any, _) => say(Narrowed, ""),
        (Type::Number | Type::Bool, Type::String) => say(Widened, ": values are turned into text"),
        (Type::String, Type::Number | Type::Bool) => say(Narrowed, ": only text that can be read as such still fits"),
        (Type::List(old), Type::List(new)) | (Type::Set(old), Type::Set(new)) | (Type::Map(old), Type::Map(new)) => {
            each(old, new, found);
        }
        (Type::List(old), Type::Set(new)) => {
            say(Reinterpreted, ": order and repetition no longer count");
            each(old, new, found);
        }
        (Type::Set(old), Type::List(new)) => {
            say(Widened, ": order and repetition count now");
            each(old, new, found);
        }
        (Type::Tuple(elements), Type::List(new) | Type::Set(new)) => {
            say(Widened, ": any number of elements fits");
            for (index, old) in elements.iter().enumerate() {
                walk(old, new, &path.with(Step::Index(index)), found);
            }
        }
        (Type::List(_) | Type::Set(_), Type::Tuple(elements)) => {
            let how = format!(": exactly {} elements fit", elements.len());
            say(Narrowed, &how);
        }
        (Type::Tuple(old), Type::Tuple(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                walk(old, new, &path.with(Step::Index(index)), found);
            }
        }
        (Type::Tuple(old), Type::Tuple(new)) => {
            let how = format!(": it had {} elements and has {}", old.len(), new.len());
            say(Replaced, &how);
        }
        (Type::Object(attributes), Type::Map(new)) => {
            say(Widened, ": any names fit");
            for attribute in attributes {
                let path = path.with(Step::Attribute(attribute.name.clone()));
                walk(&attribute.value_type, new, &path, found);
            }
        }
        (Type::Map(_), Type::Object(_)) => say(Narrowed, ": only the attributes of the object count"),
        (Type::Object(old), Type::Object(new)) => objects(old, new, path, found),
        _ => say(Replaced, ""),
    }
}

fn short(found: &Type) -> String {
    match found {
        Type::Object(_) => "object({…})".to_owned(),
        Type::Tuple(_) => "tuple([…])".to_owned(),
        Type::List(_) => "list(…)".to_owned(),
        Type::Set(_) => "set(…)".to_owned(),
        Type::Map(_) => "map(…)".to_owned(),
        primitive => primitive.to_string(),
    }
}

fn objects(old: &[Attribute], new: &[Attribute], path: &Path, found: &mut Vec<TypeChange>) {
    use TypeChangeKind::{Narrowed, Reinterpreted, Widened};
    for before in old {
        let path = path.with(Step::Attribute(before.name.clone()));
        match Type::attribute(new, &before.name) {
            Some(after) => attribute(before, after, &path, found),
            None => {
                let sentence = "is no longer read: a value given for it is dropped without a word".to_owned();
                note(found, &path, Reinterpreted, sentence);
            }
        }
    }
    for after in new {
        if Type::attribute(old, &after.name).is_some() {
            continue;
        }
        let path = path.with(Step::Attribute(after.name.clone()));
        match after.is_optional {
            true => note(found, &path, Widened, "is new and optional".to_owned()),
            false => note(found, &path, Narrowed, "is new and must be given".to_owned()),
        }
    }
}

fn attribute(before: &Attribute, after: &Attribute, path: &Path, found: &mut Vec<TypeChange>) {
    use TypeChangeKind::{Narrowed, Reinterpreted, Widened};
    walk(&before.value_type, &after.value_type, path, found);
    match (before.is_optional, after.is_optional) {
        (true, false) => note(found, path, Narrowed, "must be given now".to_owned()),
        (false, true) => note(found, path, Widened, "may be left out now".to_owned()),
        _ if before.default != after.default => {
            let sentence = "has another default when it is left out".to_owned();
            note(found, path, Reinterpreted, sentence);
        }
        _ => {}
    }
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
