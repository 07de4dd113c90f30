//! Types and values as chance makes them.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use slipway_tofu::types::{Attribute, Type};

pub(crate) fn types() -> impl Strategy<Value = Type> {
    let simple = prop_oneof![
        3 => Just(Type::String),
        2 => Just(Type::Number),
        2 => Just(Type::Bool),
        1 => Just(Type::Any),
    ];
    simple.prop_recursive(3, 12, 3, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        prop_oneof![
            boxed.clone().prop_map(Type::List),
            boxed.clone().prop_map(Type::Set),
            boxed.prop_map(Type::Map),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Type::Tuple),
            prop::collection::vec((inner, any::<bool>(), any::<bool>(), values()), 0..4).prop_map(object),
        ]
    })
}

fn object(fields: Vec<(Type, bool, bool, Value)>) -> Type {
    let attributes = ["a", "b-c", "d_1", "e"].iter().zip(fields);
    let attributes = attributes.map(|(name, (value_type, is_optional, has_default, default))| {
        let fits = value_type.convert(&default).ok().filter(|value| !value.is_null());
        Attribute {
            name: (*name).to_owned(),
            is_optional,
            default: fits.filter(|_| is_optional && has_default),
            value_type,
        }
    });
    Type::Object(attributes.collect())
}

pub(crate) fn values() -> impl Strategy<Value = Value> {
    let simple = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-1000..1000_i64).prop_map(Value::from),
        prop::sample::select(vec![0.5, -2.25, 1e9, 123_456.789, 1e-7]).prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "a",
            "5",
            "-2.5",
            "1e3",
            "true",
            "1",
            "0",
            "TRUE",
            "${a}",
            "%{ if x }",
            "$${x}",
            "\"q\"",
            "\\n",
            "ü\n\t",
        ])
        .prop_map(Value::from),
    ];
    simple.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(
                (prop::sample::select(vec!["a", "b-c", "d_1", "e", "x y", "${k}"]), inner),
                0..4
            )
            .prop_map(|fields| {
                let fields = fields.into_iter().map(|(name, field)| (name.to_owned(), field));
                Value::Object(Map::from_iter(fields))
            }),
        ]
    })
}

/// A value that was made for a type, as people would give it.
pub(crate) fn value_of(wanted: &Type) -> BoxedStrategy<Value> {
    match wanted {
        Type::String => prop::sample::select(vec![json!("x"), json!(5), json!(true)]).boxed(),
        Type::Number => prop::sample::select(vec![json!(1), json!(-0.5), json!("7")]).boxed(),
        Type::Bool => prop::sample::select(vec![json!(true), json!("false")]).boxed(),
        Type::Any => values().boxed(),
        Type::List(element) | Type::Set(element) => prop::collection::vec(value_of(element), 0..3)
            .prop_map(Value::from)
            .boxed(),
        Type::Map(element) => prop::collection::btree_map("[a-z]", value_of(element), 0..3)
            .prop_map(|fields| Value::Object(fields.into_iter().collect()))
            .boxed(),
        Type::Tuple(elements) => {
            let parts: Vec<BoxedStrategy<Value>> = elements.iter().map(value_of).collect();
            parts.prop_map(Value::from).boxed()
        }
        Type::Object(attributes) => {
            let parts: Vec<BoxedStrategy<Option<(String, Value)>>> = attributes
                .iter()
                .map(|attribute| {
                    let name = attribute.name.clone();
                    let given = value_of(&attribute.value_type).prop_map(move |value| Some((name.clone(), value)));
                    match attribute.is_optional {
                        true => prop_oneof![given, Just(None)].boxed(),
                        false => given.boxed(),
                    }
                })
                .collect();
            parts
                .prop_map(|fields| Value::Object(fields.into_iter().flatten().collect()))
                .boxed()
        }
    }
}
