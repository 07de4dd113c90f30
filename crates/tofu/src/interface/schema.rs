//! The schema of what is given to a module: JSON Schema 2020-12, an object with a property per variable.

use serde_json::{Map, Value, json};

use super::model::{DefaultValue, Interface, Variable};
use crate::types::{fields, nullable};

impl Interface {
    /// Schema of the values of all variables.
    #[must_use]
    pub fn schema(&self) -> Value {
        let properties: Map<String, Value> = self
            .variables
            .iter()
            .map(|variable| (variable.name.clone(), variable.schema()))
            .collect();
        let order: Vec<&str> = self.variables.iter().map(|variable| variable.name.as_str()).collect();
        let required: Vec<&str> = self
            .variables
            .iter()
            .filter(|variable| variable.is_required())
            .map(|variable| variable.name.as_str())
            .collect();
        fields([
            ("$schema", "https://json-schema.org/draft/2020-12/schema".into()),
            ("type", "object".into()),
            ("properties", properties.into()),
            ("required", required.into()),
            ("additionalProperties", false.into()),
            ("x-order", order.into()),
        ])
    }
}

impl Variable {
    /// Schema of one value. A variable that may be left out also admits null: as a value, or for the default.
    #[must_use]
    pub fn schema(&self) -> Value {
        let mut schema = self.value_type.schema();
        if !self.is_required() {
            schema = nullable(schema);
        }
        let Some(fields) = schema.as_object_mut() else {
            return schema;
        };
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        put("x-type", self.value_type.to_string().into());
        if let Some(description) = &self.description {
            put("description", description.as_str().into());
        }
        match &self.default {
            // A default that must not be seen is not put into a form.
            Some(DefaultValue::Known(default)) if !self.sensitive => {
                put("default", default.clone());
            }
            _ => {}
        }
        if self.sensitive || self.ephemeral {
            put("writeOnly", true.into());
        }
        if let Some(instead) = &self.deprecated {
            put("deprecated", true.into());
            put("x-deprecated", instead.as_str().into());
        }
        if !self.validations.is_empty() {
            let rules: Vec<Value> = self
                .validations
                .iter()
                .map(|rule| json!({"condition": rule.condition, "message": rule.error_message}))
                .collect();
            put("x-validations", rules.into());
        }
        schema
    }
}
