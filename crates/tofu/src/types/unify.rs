//! The one type of several values where the constraint leaves it open: go-cty's `unify`, for lists, sets and maps of `any`.

use serde_json::Value;

use super::model::{Attribute, Type};

/// The type of a value, with `any` filled in; null is still `any`.
pub(super) fn concrete(constraint: &Type, value: &Value) -> Type {
    let element_of = |element: &Type, items: &mut dyn Iterator<Item = &Value>| -> Box<Type> {
        let types: Vec<Type> = items.map(|item| concrete(element, item)).collect();
        Box::new(unify(&types).unwrap_or_else(|| element.clone()))
    };
    match (constraint, value) {
        (Type::Any, Value::Null) => Type::Any,
        (Type::Any, Value::Bool(_)) => Type::Bool,
        (Type::Any, Value::Number(_)) => Type::Number,
        (Type::Any, Value::String(_)) => Type::String,
        (Type::Any, Value::Array(items)) => Type::Tuple(items.iter().map(|item| concrete(&Type::Any, item)).collect()),
        (Type::Any, Value::Object(fields)) => {
            let attributes = fields
                .iter()
                .map(|(name, field)| required(name, concrete(&Type::Any, field)));
            Type::Object(attributes.collect())
        }
        (Type::List(element), Value::Array(items)) => Type::List(element_of(element, &mut items.iter())),
        (Type::Set(element), Value::Array(items)) => Type::Set(element_of(element, &mut items.iter())),
        (Type::Map(element), Value::Object(fields)) => Type::Map(element_of(element, &mut fields.values())),
        (Type::Tuple(types), Value::Array(items)) => {
            let pairs = types.iter().zip(items);
            Type::Tuple(pairs.map(|(wanted, item)| concrete(wanted, item)).collect())
        }
        (Type::Object(attributes), Value::Object(fields)) => {
            let filled = attributes.iter().map(|attribute| {
                let value = fields.get(&attribute.name).unwrap_or(&Value::Null);
                required(&attribute.name, concrete(&attribute.value_type, value))
            });
            Type::Object(filled.collect())
        }
        (other, _) => without_optional(other),
    }
}

fn without_optional(constraint: &Type) -> Type {
    let boxed = |element: &Type| Box::new(without_optional(element));
    match constraint {
        Type::List(element) => Type::List(boxed(element)),
        Type::Set(element) => Type::Set(boxed(element)),
        Type::Map(element) => Type::Map(boxed(element)),
        Type::Tuple(elements) => Type::Tuple(elements.iter().map(without_optional).collect()),
        Type::Object(attributes) => {
            let plain = attributes
                .iter()
                .map(|attribute| required(&attribute.name, without_optional(&attribute.value_type)));
            Type::Object(plain.collect())
        }
        primitive => primitive.clone(),
    }
}

fn required(name: &str, value_type: Type) -> Attribute {
    Attribute {
        name: name.to_owned(),
        value_type,
        is_optional: false,
        default: None,
    }
}

/// The one type that all of them can become; none if there is none.
pub(super) fn unify(types: &[Type]) -> Option<Type> {
    let count = |is: fn(&Type) -> bool| types.iter().filter(|found| is(found)).count();
    let (open, all) = (count(|found| *found == Type::Any), types.len());
    let lists = count(|found| matches!(found, Type::List(_)));
    let sets = count(|found| matches!(found, Type::Set(_)));
    let maps = count(|found| matches!(found, Type::Map(_)));
    let tuples = count(|found| matches!(found, Type::Tuple(_)));
    let objects = count(|found| matches!(found, Type::Object(_)));
    let only = |kind: usize| kind > 0 && kind + open == all;
    if [maps, lists, sets, objects, tuples].into_iter().any(only) && open > 0 {
        return Some(Type::Any);
    }
    if only(maps) {
        return Some(Type::Map(Box::new(unify(&element_types(types))?)));
    }
    if only(lists) {
        return Some(Type::List(Box::new(unify(&element_types(types))?)));
    }
    if only(sets) {
        return Some(Type::Set(Box::new(unify(&element_types(types))?)));
    }
    if only(objects) {
        return unify_objects(types);
    }
    if only(tuples) {
        return unify_tuples(types);
    }
    if objects > 0 && tuples > 0 {
        return None;
    }
    let mut preferred: Vec<&Type> = types.iter().collect();
    preferred.sort_by_key(|found| rank(found));
    let fits = |wanted: &&Type| types.iter().all(|found| can_become(found, wanted));
    preferred.into_iter().find(fits).cloned()
}

/// The more general, the lower.
fn rank(found: &Type) -> u8 {
    match found {
        Type::String | Type::List(_) | Type::Map(_) => 0,
        Type::Set(_) => 1,
        Type::Number | Type::Bool | Type::Tuple(_) | Type::Object(_) => 2,
        Type::Any => 3,
    }
}

fn element_types(types: &[Type]) -> Vec<Type> {
    let elements = types.iter().filter_map(|found| match found {
        Type::List(element) | Type::Set(element) | Type::Map(element) => Some(element.as_ref().clone()),
        _ => None,
    });
    elements.collect()
}

fn unify_objects(types: &[Type]) -> Option<Type> {
    let objects: Vec<&Vec<Attribute>> = types
        .iter()
        .filter_map(|found| match found {
            Type::Object(attributes) => Some(attributes),
            _ => None,
        })
        .collect();
    let first = objects.first()?;
    let has_same_names = |other: &&Vec<Attribute>| {
        other.len() == first.len() && other.iter().all(|each| Type::attribute(first, &each.name).is_some())
    };
    if !objects.iter().all(has_same_names) {
        let every = objects.iter().flat_map(|attributes| attributes.iter());
        let values: Vec<Type> = every.map(|attribute| attribute.value_type.clone()).collect();
        return Some(Type::Map(Box::new(unify(&values)?)));
    }
    let unified = first.iter().map(|attribute| {
        let across: Vec<Type> = objects
            .iter()
            .filter_map(|object| Type::attribute(object, &attribute.name))
            .map(|found| found.value_type.clone())
            .collect();
        Some(required(&attribute.name, unify(&across)?))
    });
    Some(Type::Object(unified.collect::<Option<Vec<_>>>()?))
}

fn unify_tuples(types: &[Type]) -> Option<Type> {
    let tuples: Vec<&Vec<Type>> = types
        .iter()
        .filter_map(|found| match found {
            Type::Tuple(elements) => Some(elements),
            _ => None,
        })
        .collect();
    let length = tuples.first()?.len();
    if tuples.iter().any(|tuple| tuple.len() != length) {
        let every: Vec<Type> = tuples.iter().flat_map(|tuple| tuple.iter().cloned()).collect();
        return Some(Type::List(Box::new(unify(&every)?)));
    }
    let unified = (0..length).map(|place| {
        let across: Vec<Type> = tuples.iter().filter_map(|tuple| tuple.get(place).cloned()).collect();
        unify(&across)
    });
    Some(Type::Tuple(unified.collect::<Option<Vec<_>>>()?))
}

/// Whether values of one type may become values of another; text may turn out not to be a number.
fn can_become(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (_, Type::Any) | (Type::Any, _) => true,
        (Type::Bool, Type::Number) | (Type::Number, Type::Bool) => false,
        (Type::String | Type::Number | Type::Bool, Type::String | Type::Number | Type::Bool) => true,
        (Type::List(from) | Type::Set(from), Type::List(to) | Type::Set(to)) => can_become(from, to),
        (Type::Map(from), Type::Map(to)) => can_become(from, to),
        (Type::Tuple(from), Type::List(to) | Type::Set(to)) => from.iter().all(|each| can_become(each, to)),
        (Type::Object(from), Type::Map(to)) => from.iter().all(|each| can_become(&each.value_type, to)),
        (Type::Map(from), Type::Object(to)) => to.iter().all(|each| can_become(from, &each.value_type)),
        (Type::Tuple(from), Type::Tuple(to)) => {
            from.len() == to.len() && from.iter().zip(to).all(|(from, to)| can_become(from, to))
        }
        (Type::Object(from), Type::Object(to)) => to.iter().all(|wanted| {
            Type::attribute(from, &wanted.name).is_some_and(|found| can_become(&found.value_type, &wanted.value_type))
        }),
        _ => false,
    }
}
