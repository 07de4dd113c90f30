//! States, and the documents that carry them and everything else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use slipway_infra::states::examine::md5_hex;

/// A state that a story writes down: serial and lineage, outputs, resources.
#[derive(Clone)]
pub struct State {
    serial: u64,
    lineage: String,
    outputs: Value,
    resources: Vec<Value>,
}

impl State {
    /// An empty state.
    pub fn new(serial: u64) -> Self {
        Self {
            serial,
            lineage: "a-lineage".to_owned(),
            outputs: json!({}),
            resources: Vec::new(),
        }
    }

    /// The same with another history.
    pub fn lineage(mut self, lineage: &str) -> Self {
        lineage.clone_into(&mut self.lineage);
        self
    }

    /// The same with an output.
    pub fn output(mut self, name: &str, value: &str, sensitive: bool) -> Self {
        let mut output = json!({"value": value, "type": "string"});
        if sensitive {
            output["sensitive"] = json!(true);
        }
        self.outputs[name] = output;
        self
    }

    /// The same with a resource, one of whose attributes is a secret.
    pub fn resource(mut self, name: &str, input: &str, secret: &str) -> Self {
        let instance = json!({"schema_version": 0, "attributes": {"id": name, "input": input, "password": secret},
            "sensitive_attributes": [[{"type": "get_attr", "value": "password"}]]});
        self.resources.push(
            json!({"mode": "managed", "type": "test_thing", "name": name, "instances": [instance],
            "provider": "provider[\"registry.opentofu.org/slipway/test\"]"}),
        );
        self
    }

    /// The file as the engine writes it.
    pub fn text(&self) -> String {
        json!({"version": 4, "terraform_version": "1.12.6", "serial": self.serial, "lineage": self.lineage,
            "outputs": self.outputs, "resources": self.resources, "check_results": null})
        .to_string()
    }

    /// The document that TFE's clients upload it with.
    pub fn upload(&self) -> Value {
        let text = self.text();
        document(
            "state-versions",
            json!({"serial": self.serial, "lineage": self.lineage, "md5": md5_hex(text.as_bytes()),
                "state": STANDARD.encode(&text)}),
        )
    }
}

/// A document with one new resource.
pub fn document(kind: &str, attributes: Value) -> Value {
    json!({"data": {"type": kind, "attributes": attributes}})
}

/// The same with relationships to one object each.
pub fn related(kind: &str, attributes: Value, relations: &[(&str, &str, &str)]) -> Value {
    let mut document = document(kind, attributes);
    for (name, kind, id) in relations {
        document["data"]["relationships"][name] = json!({"data": {"type": kind, "id": id}});
    }
    document
}
