//! The variables that a root module declares.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::configuration::Module;

/// One `variable` block, override files merged in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// Name.
    pub name: String,
    /// Type constraint as written, without a default.
    pub type_text: Option<String>,
    /// Has a default, so no value is needed.
    pub has_default: bool,
    /// `sensitive = true`.
    pub sensitive: bool,
    /// `ephemeral = true`: not kept in the plan, so the value is given again at apply.
    pub ephemeral: bool,
    /// File, relative to the root directory.
    pub file: String,
    /// One-based line.
    pub line: u64,
}

/// Declarations by name.
#[must_use]
pub fn declared(root_module: &Module) -> BTreeMap<String, Declaration> {
    let mut found: BTreeMap<String, Declaration> = BTreeMap::new();
    for block in root_module.blocks.iter().filter(|block| block.kind == "variable") {
        let Some(name) = block.labels.first() else { continue };
        let declaration = found.entry(name.clone()).or_insert_with(|| Declaration {
            name: name.clone(),
            file: block.file.clone(),
            line: block.line,
            ..Declaration::default()
        });
        if let Some(written) = block.body.get("type").and_then(Value::as_str) {
            let bare = written
                .strip_prefix("${")
                .and_then(|rest| rest.strip_suffix('}'))
                .unwrap_or(written);
            declaration.type_text = Some(bare.to_owned());
        }
        declaration.has_default |= block.body.get("default").is_some();
        flag(&mut declaration.sensitive, block.body.get("sensitive"));
        flag(&mut declaration.ephemeral, block.body.get("ephemeral"));
    }
    found
}

fn flag(flag: &mut bool, written: Option<&Value>) {
    match written {
        Some(Value::Bool(value)) => *flag = *value,
        Some(Value::String(value)) => *flag = value == "true",
        _ => {}
    }
}
