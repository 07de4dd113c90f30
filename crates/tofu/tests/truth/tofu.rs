//! The real program, in a directory of its own and an empty environment.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use slipway_testing::tools;
use slipway_tofu::types::Type;
use tempfile::TempDir;

pub(crate) struct Directory(TempDir);

impl Directory {
    pub(crate) fn new<N: AsRef<str>, C: AsRef<[u8]>>(files: impl IntoIterator<Item = (N, C)>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = directory.path().join(name.as_ref());
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        Self(directory)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let tools = tools::find().unwrap();
        let home = tempfile::tempdir().unwrap();
        let config = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n",
            tools.mirror
        );
        std::fs::write(home.path().join("tofu.rc"), config).unwrap();
        Command::new(tools.tofu)
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", home.path())
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_CLI_CONFIG_FILE", home.path().join("tofu.rc"))
            .output()
            .unwrap()
    }

    pub(crate) fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            output.status.success(),
            "{arguments:?}: {}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// Errors of `validate` with file and line.
    pub(crate) fn errors(&self) -> Vec<Error> {
        let output = self.run(&["validate", "-json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = answer["diagnostics"].as_array().unwrap().iter();
        let errors = found.filter(|found| found["severity"] == "error").map(|found| Error {
            file: found["range"]["filename"].as_str().unwrap_or_default().to_owned(),
            line: found["range"]["start"]["line"].as_u64().unwrap_or_default(),
            summary: format!("{}: {}", found["summary"], found["detail"]),
        });
        errors.collect()
    }

    /// The root module as `show -module` says it.
    pub(crate) fn module(&self) -> Value {
        let text = self.succeed(&["show", "-json", "-module=."]);
        let shown: Value = serde_json::from_str(&text).unwrap();
        shown["root_module"].clone()
    }
}

#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) file: String,
    pub(crate) line: u64,
    pub(crate) summary: String,
}

/// cty's JSON form of a type, without defaults of attributes.
pub(crate) fn cty_type(found: &Type) -> Value {
    let pair = |name: &str, inner: Value| Value::from(vec![name.into(), inner]);
    match found {
        Type::String => "string".into(),
        Type::Number => "number".into(),
        Type::Bool => "bool".into(),
        Type::Any => "dynamic".into(),
        Type::List(element) => pair("list", cty_type(element)),
        Type::Set(element) => pair("set", cty_type(element)),
        Type::Map(element) => pair("map", cty_type(element)),
        Type::Tuple(elements) => pair("tuple", elements.iter().map(cty_type).collect()),
        Type::Object(attributes) => {
            let fields: BTreeMap<&str, Value> = attributes
                .iter()
                .map(|attribute| (attribute.name.as_str(), cty_type(&attribute.value_type)))
                .collect();
            let mut optional: Vec<&str> = attributes
                .iter()
                .filter(|attribute| attribute.is_optional)
                .map(|attribute| attribute.name.as_str())
                .collect();
            optional.sort_unstable();
            let mut parts = vec![Value::from("object"), serde_json::to_value(fields).unwrap()];
            if !optional.is_empty() {
                parts.push(optional.into());
            }
            parts.into()
        }
    }
}

/// The value with the elements of sets in one order, whatever it was, and numbers by what they are.
pub(crate) fn normal(found: &Type, value: &Value) -> Value {
    match (found, value) {
        (Type::List(element), Value::Array(items)) => items.iter().map(|item| normal(element, item)).collect(),
        (Type::Set(element), Value::Array(items)) => {
            let mut items: Vec<Value> = items.iter().map(|item| normal(element, item)).collect();
            items.sort_by_key(Value::to_string);
            items.into()
        }
        (Type::Map(element), Value::Object(fields)) => {
            let fields = fields
                .iter()
                .map(|(name, field)| (name.clone(), normal(element, field)));
            Value::Object(fields.collect())
        }
        (Type::Tuple(elements), Value::Array(items)) => {
            let pairs = elements.iter().zip(items);
            pairs.map(|(element, item)| normal(element, item)).collect()
        }
        (Type::Object(attributes), Value::Object(fields)) => {
            let fields = attributes.iter().map(|attribute| {
                let field = fields.get(&attribute.name).unwrap_or(&Value::Null);
                (attribute.name.clone(), normal(&attribute.value_type, field))
            });
            Value::Object(fields.collect())
        }
        (_, Value::Number(number)) => match number.as_f64() {
            Some(double) => serde_json::json!(double),
            None => value.clone(),
        },
        (Type::Any, Value::Array(items)) => items.iter().map(|item| normal(&Type::Any, item)).collect(),
        (Type::Any, Value::Object(fields)) => {
            let fields = fields
                .iter()
                .map(|(name, field)| (name.clone(), normal(&Type::Any, field)));
            Value::Object(fields.collect())
        }
        (_, other) => other.clone(),
    }
}
