//! The JSON:API 1.1 envelope: documents, resources, relationships, errors.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::errors::Code;
use crate::page::ListMeta;

/// The media type of every JSON:API body.
pub const CONTENT_TYPE: &str = "application/vnd.api+json";

/// Attributes of a resource, which know the resource's type.
pub trait Attributes {
    /// The JSON:API `type`, plural: `workspaces`.
    const TYPE: &'static str;
}

/// A document with one resource (or null, when `T` is an option).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Document<T> {
    /// What was asked for.
    pub data: T,
    /// Resources that `include` asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub included: Vec<Value>,
}

impl<T> Document<T> {
    /// A document with nothing included.
    #[must_use]
    pub fn new(data: T) -> Self {
        Self {
            data,
            included: Vec::new(),
        }
    }
}

/// A document with a page of resources.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ListDocument<T> {
    /// The rows of this page.
    pub data: Vec<T>,
    /// Resources that `include` asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub included: Vec<Value>,
    /// `self`, `first`, `prev`, `next`, `last`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, Option<String>>,
    /// Where this page stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<ListMeta>,
}

/// One resource.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Resource<A> {
    /// The resource's id.
    pub id: String,
    /// The resource's type, plural.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its fields.
    pub attributes: A,
    /// What it belongs to and what belongs to it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub relationships: BTreeMap<String, Relationship>,
    /// Where to find it and its parts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, String>,
}

impl<A: Attributes> Resource<A> {
    /// A resource without relationships and links.
    #[must_use]
    pub fn new(id: impl ToString, attributes: A) -> Self {
        Self {
            id: id.to_string(),
            kind: A::TYPE.to_owned(),
            attributes,
            relationships: BTreeMap::new(),
            links: BTreeMap::new(),
        }
    }

    /// The same with a relationship to one resource.
    #[must_use]
    pub fn with(mut self, name: &str, kind: &str, id: impl ToString) -> Self {
        self.relationships.insert(name.to_owned(), Relationship::one(kind, id));
        self
    }

    /// The same with a relationship to one resource, or an explicit null.
    #[must_use]
    pub fn with_option(mut self, name: &str, kind: &str, id: Option<impl ToString>) -> Self {
        let relationship = id.map_or(
            Relationship {
                data: Linkage::None,
                links: BTreeMap::new(),
            },
            |id| Relationship::one(kind, id),
        );
        self.relationships.insert(name.to_owned(), relationship);
        self
    }

    /// The same with a link.
    #[must_use]
    pub fn with_link(mut self, name: &str, target: impl Into<String>) -> Self {
        self.links.insert(name.to_owned(), target.into());
        self
    }
}

/// A relationship: to nothing, one or many.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Relationship {
    /// Who is on the other side.
    #[serde(default)]
    pub data: Linkage,
    /// Where to find the other side.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, String>,
}

impl Relationship {
    /// To one resource.
    #[must_use]
    pub fn one(kind: &str, id: impl ToString) -> Self {
        Self {
            data: Linkage::One(Identifier {
                id: id.to_string(),
                kind: kind.to_owned(),
            }),
            links: BTreeMap::new(),
        }
    }

    /// To several resources of one type.
    #[must_use]
    pub fn many<I: ToString>(kind: &str, ids: impl IntoIterator<Item = I>) -> Self {
        let identifiers = ids.into_iter().map(|id| Identifier {
            id: id.to_string(),
            kind: kind.to_owned(),
        });
        Self {
            data: Linkage::Many(identifiers.collect()),
            links: BTreeMap::new(),
        }
    }
}

/// The other side of a relationship.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Linkage {
    /// Several.
    Many(Vec<Identifier>),
    /// One.
    One(Identifier),
    /// Nobody.
    #[default]
    None,
}

/// A resource's type and id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Identifier {
    /// The resource's id.
    pub id: String,
    /// The resource's type, plural.
    #[serde(rename = "type")]
    pub kind: String,
}

/// The body of a request that creates or changes a resource.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDocument<A> {
    /// The resource as the caller wants it.
    pub data: NewResource<A>,
}

/// A resource in a request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewResource<A> {
    /// Ignored when creating; when changing, the path decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The resource's type, plural.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its fields.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub attributes: Option<A>,
    /// What it shall belong to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub relationships: BTreeMap<String, Relationship>,
    /// Accepted and ignored, because TFE clients send back what they read.
    #[serde(default, skip_serializing)]
    #[schema(value_type = Option<Object>)]
    pub links: Option<Value>,
}

impl<A: Attributes> NewDocument<A> {
    /// The body that asks for a resource with `attributes`.
    #[must_use]
    pub fn new(attributes: A) -> Self {
        let kind = A::TYPE.to_owned();
        Self {
            data: NewResource {
                id: None,
                kind,
                attributes: Some(attributes),
                relationships: BTreeMap::new(),
                links: None,
            },
        }
    }

    /// The same with a relationship to one resource.
    #[must_use]
    pub fn with(mut self, name: &str, kind: &str, id: impl ToString) -> Self {
        self.data
            .relationships
            .insert(name.to_owned(), Relationship::one(kind, id));
        self
    }

    /// The id of the one resource that relationship `name` points to.
    #[must_use]
    pub fn related(&self, name: &str) -> Option<&str> {
        match &self.data.relationships.get(name)?.data {
            Linkage::One(identifier) => Some(&identifier.id),
            Linkage::Many(_) | Linkage::None => None,
        }
    }
}

/// The body of every answer that is not a success.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ErrorDocument {
    /// At least one error; several when several fields are wrong.
    pub errors: Vec<ErrorObject>,
}

/// One error.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ErrorObject {
    /// The HTTP status as text.
    pub status: String,
    /// What went wrong, stable.
    pub code: Code,
    /// A few words, the same for every error of the code.
    pub title: String,
    /// What happened and what to do.
    pub detail: String,
    /// The field or parameter at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ErrorSource>,
    /// `request-id`, and what a program needs to go on.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub meta: Map<String, Value>,
}

/// Where in the request the fault is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorSource {
    /// JSON pointer into the body, as `/data/attributes/name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Name of the query parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
}
