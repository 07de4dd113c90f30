//! Files with values for variables, as OpenTofu's `-var-file` reads them.

use std::path::Path;

use anyhow::Context as _;
use hcl_edit::structure::Structure;
use serde_json::Value;
use slipway_api::runs::RunVariable;
use slipway_tofu::variables::quoted;

use crate::failure::Failure;

/// A file of values larger than this is another file.
const LONGEST_FILE_BYTES: u64 = 1 << 20;

/// The values of a file: JSON when its name ends in `.json`, else `name = expression` lines.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<RunVariable>> {
    let bad = |why: String| {
        let next = "It has lines like region = \"eu\", or one JSON object when its name ends in .json.";
        Failure::error(format!("{} cannot be understood: {why}", path.display()), next)
    };
    let size = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    if size.len() > LONGEST_FILE_BYTES {
        return Err(bad("it is larger than 1 MiB".to_owned()));
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    if path.extension().is_some_and(|ending| ending == "json") {
        from_json(&text).map_err(|error| bad(error.to_string()))
    } else {
        from_hcl(&text).map_err(bad)
    }
}

fn from_json(text: &str) -> Result<Vec<RunVariable>, serde_json::Error> {
    let values: serde_json::Map<String, Value> = serde_json::from_str(text)?;
    let variables = values.into_iter().map(|(key, value)| RunVariable {
        key,
        value: expression(&value),
    });
    Ok(variables.collect())
}

/// JSON as an expression. Its texts are no templates: `${` in them is two characters.
fn expression(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(expression).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| format!("{} = {}", quoted(key), expression(value));
            let fields: Vec<String> = fields.iter().map(field).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

fn from_hcl(text: &str) -> Result<Vec<RunVariable>, String> {
    let body = hcl_edit::parser::parse_body(text).map_err(|error| error.to_string())?;
    body.into_iter()
        .map(|structure| match structure {
            Structure::Attribute(attribute) => Ok(RunVariable {
                key: attribute.key.to_string().trim().to_owned(),
                value: attribute.value.to_string().trim().to_owned(),
            }),
            Structure::Block(block) => Err(format!("it has a block \"{}\"", block.ident.as_str())),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(variables: &[RunVariable]) -> Vec<(&str, &str)> {
        variables
            .iter()
            .map(|variable| (variable.key.as_str(), variable.value.as_str()))
            .collect()
    }

    #[test]
    fn expressions_stay_as_they_are_written() {
        let text = "# where\nregion = \"eu\" # here\ncount=3\nzones = [\n  \"a\",\n  \"b\",\n]\n";
        let read = from_hcl(text).unwrap();
        assert_eq!(
            pairs(&read),
            [
                ("region", "\"eu\""),
                ("count", "3"),
                ("zones", "[\n  \"a\",\n  \"b\",\n]")
            ]
        );
        assert!(from_hcl("variable \"x\" {}").unwrap_err().contains("variable"));
        assert!(from_hcl("region = ").is_err());
    }

    #[test]
    fn texts_of_json_are_no_templates() {
        let read = from_json(r#"{"a": "${x}", "b": [1, true, null], "c": {"d e": "f"}}"#).unwrap();
        assert_eq!(
            pairs(&read),
            [("a", r#""$${x}""#), ("b", "[1, true, null]"), ("c", r#"{"d e" = "f"}"#)]
        );
        assert!(from_json("[]").is_err());
    }

    #[test]
    fn a_file_is_named_in_what_is_wrong_with_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("eu.tfvars");
        assert!(format!("{:#}", read(&path).unwrap_err()).contains("eu.tfvars"));
        std::fs::write(&path, "region").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("eu.tfvars"));
    }
}
