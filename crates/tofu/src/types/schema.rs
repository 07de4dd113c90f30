//! Types as JSON Schema (2020-12), for forms and for clients of the API.
//!
//! What must stay true: a value that the schema admits, [`Type::convert`] accepts, but where `any` inside of a list, set or
//! map wants elements of one type, which a schema cannot say. The other way round it does not hold: the engine takes `"5"`
//! for a number, a form does not offer that.

use serde_json::{Map, Value};

use super::model::{Attribute, Type};

impl Type {
    /// Schema of one value.
    #[must_use]
    pub fn schema(&self) -> Value {
        match self {
            Self::String => fields([("type", "string".into())]),
            Self::Number => fields([("type", "number".into())]),
            Self::Bool => fields([("type", "boolean".into())]),
            Self::Any => fields([]),
            Self::List(element) => fields([("type", "array".into()), ("items", element.element_schema())]),
            Self::Set(element) => fields([
                ("type", "array".into()),
                ("uniqueItems", true.into()),
                ("items", element.element_schema()),
            ]),
            Self::Map(element) => fields([
                ("type", "object".into()),
                ("additionalProperties", element.element_schema()),
            ]),
            Self::Tuple(elements) => fields([
                ("type", "array".into()),
                ("prefixItems", elements.iter().map(Self::schema).collect()),
                ("items", false.into()),
                ("minItems", elements.len().into()),
                ("maxItems", elements.len().into()),
            ]),
            Self::Object(attributes) => object(attributes),
        }
    }

    /// Elements of `any` have one type that is not known; those of simple types are the safe offer.
    fn element_schema(&self) -> Value {
        match self {
            Self::Any => Self::String.schema(),
            other => other.schema(),
        }
    }
}

fn object(attributes: &[Attribute]) -> Value {
    let property = |attribute: &Attribute| {
        let mut schema = attribute.value_type.schema();
        if attribute.is_optional {
            schema = nullable(schema);
        }
        if let (Some(default), Some(fields)) = (&attribute.default, schema.as_object_mut()) {
            fields.insert("default".to_owned(), default.clone());
        }
        schema
    };
    let properties: Map<String, Value> = attributes
        .iter()
        .map(|attribute| (attribute.name.clone(), property(attribute)))
        .collect();
    let order: Vec<&str> = attributes.iter().map(|attribute| attribute.name.as_str()).collect();
    let required: Vec<&str> = attributes
        .iter()
        .filter(|attribute| !attribute.is_optional)
        .map(|attribute| attribute.name.as_str())
        .collect();
    fields([
        ("type", "object".into()),
        ("properties", properties.into()),
        ("required", required.into()),
        ("additionalProperties", false.into()),
        ("x-order", order.into()),
    ])
}

/// An object whose fields are moved into it; `json!` would copy them at every level.
pub(crate) fn fields<const COUNT: usize>(pairs: [(&str, Value); COUNT]) -> Value {
    let pairs = pairs.into_iter().map(|(name, value)| (name.to_owned(), value));
    Value::Object(pairs.collect())
}

/// The same schema that admits null, too.
pub(crate) fn nullable(mut schema: Value) -> Value {
    if let Some(kind) = schema.get_mut("type") {
        *kind = vec![kind.take(), "null".into()].into();
    }
    schema
}
