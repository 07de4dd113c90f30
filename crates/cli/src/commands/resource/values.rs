//! Values on the command line: `name=value`, and files of them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

use crate::failure::Failure;

/// A name with its value. What is JSON but no text is that; everything else is text.
pub(in crate::commands) fn pair(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("a value is given as name=value")?;
    let parsed = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((name.to_owned(), parsed))
}

/// The values of a file: one JSON object.
pub(in crate::commands) fn of_file(path: &Path) -> anyhow::Result<BTreeMap<String, Value>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).map_err(|error| {
        let next = "It has one JSON object, with a value for each variable.";
        Failure::error(format!("{} cannot be understood: {error}", path.display()), next)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_json_where_they_can_be() {
        let value = |text: &str| pair(text).unwrap().1;
        assert_eq!(value("size=3"), json!(3));
        assert_eq!(value("zones=[\"a\"]"), json!(["a"]));
        assert_eq!(value("backup=true"), json!(true));
        assert_eq!(value("name=main"), json!("main"));
        assert_eq!(value("cidr=10.0.0.0/16"), json!("10.0.0.0/16"));
        assert_eq!(value("empty="), json!(""));
        assert_eq!(value("query=a=b"), json!("a=b"));
        assert!(pair("size").is_err());
    }
}
