//! The tree of a type constraint, and its text.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::parse::parse_text;
use crate::writing::inline;

/// Levels of a type; deeper ones are refused. The reader of expressions ends at 64 brackets.
pub const MAX_DEPTH: usize = 32;

/// A type constraint. On the wire and at rest it is its canonical text.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// Text.
    String,
    /// A number, whole or not.
    Number,
    /// True or false.
    Bool,
    /// Whatever is given.
    Any,
    /// Values of one type in order.
    List(Box<Type>),
    /// Different values of one type without order.
    Set(Box<Type>),
    /// Values of one type by name.
    Map(Box<Type>),
    /// So many values, each of its own type.
    Tuple(Vec<Type>),
    /// Named attributes, each of its own type, in the order in which they were written.
    Object(Vec<Attribute>),
}

/// An attribute of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Name.
    pub name: String,
    /// What it holds.
    pub value_type: Type,
    /// `optional(…)`: it may be left out.
    pub is_optional: bool,
    /// What it is when it is left out or null; none is null.
    pub default: Option<Value>,
}

impl Type {
    /// The attribute of an object by name.
    pub(super) fn attribute<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
        attributes.iter().find(|attribute| attribute.name == name)
    }

    /// Whether `any` is somewhere in it.
    pub(super) fn has_any(&self) -> bool {
        match self {
            Self::Any => true,
            Self::String | Self::Number | Self::Bool => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_any(),
            Self::Tuple(elements) => elements.iter().any(Self::has_any),
            Self::Object(attributes) => attributes.iter().any(|attribute| attribute.value_type.has_any()),
        }
    }

    /// What people call a value of it: "text", "a list".
    pub(super) fn called(&self) -> &'static str {
        match self {
            Self::String => "text",
            Self::Number => "a number",
            Self::Bool => "true or false",
            Self::Any => "anything",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Tuple(_) => "a tuple",
            Self::Object(_) => "an object",
        }
    }
}

/// Canonical text on one line, as `tofu fmt` leaves it.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Number => f.write_str("number"),
            Self::Bool => f.write_str("bool"),
            Self::Any => f.write_str("any"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Set(element) => write!(f, "set({element})"),
            Self::Map(element) => write!(f, "map({element})"),
            Self::Tuple(elements) => {
                f.write_str("tuple([")?;
                for (index, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("])")
            }
            Self::Object(attributes) if attributes.is_empty() => f.write_str("object({})"),
            Self::Object(attributes) => {
                for (index, attribute) in attributes.iter().enumerate() {
                    f.write_str(if index == 0 { "object({ " } else { ", " })?;
                    write!(f, "{attribute}")?;
                }
                f.write_str(" })")
            }
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value_type, .. } = self;
        match &self.default {
            Some(default) => write!(f, "{name} = optional({value_type}, {})", inline(default)),
            None if self.is_optional => write!(f, "{name} = optional({value_type})"),
            None => write!(f, "{name} = {value_type}"),
        }
    }
}

impl FromStr for Type {
    type Err = TypeError;

    fn from_str(text: &str) -> Result<Self, TypeError> {
        parse_text(text).map_err(TypeError)
    }
}

/// Text that is no type constraint; the message says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TypeError(String);

impl Serialize for Type {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Type {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
