//! Reading and checking what `slipway state outputs -o json` answers.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

/// An output as OpenTofu's own `output -json` has it, sensitive values included.
#[derive(Deserialize)]
pub(super) struct Output {
    #[serde(default)]
    value: Value,
    sensitive: bool,
}

pub(super) type Outputs = BTreeMap<String, Output>;

pub(super) fn parse(json: &str) -> Result<Outputs> {
    serde_json::from_str(json).context("the outputs are not the JSON that was expected")
}

/// Checks the outputs of examples/hello, given what its `greeting` variable says.
pub(super) fn check(outputs: &Outputs, greeting: &str) -> Result<()> {
    let name = text(outputs, "name")?;
    ensure!(
        name.split('-').count() == 2,
        "the output `name` is `{name}`, not two words with a dash"
    );
    let expected = format!("{greeting}, {name}!");
    let found = text(outputs, "greeting")?;
    ensure!(
        found == expected,
        "the output `greeting` is `{found}`, not `{expected}`"
    );
    let password = outputs.get("password").context("there is no output `password`")?;
    ensure!(password.sensitive, "the output `password` is not sensitive");
    let length = password.value.as_str().map(str::len);
    ensure!(
        length == Some(20),
        "the output `password` is not the twenty characters that were made"
    );
    Ok(())
}

fn text<'a>(outputs: &'a Outputs, name: &str) -> Result<&'a str> {
    let output = outputs
        .get(name)
        .with_context(|| format!("there is no output `{name}`"))?;
    output
        .value
        .as_str()
        .with_context(|| format!("the output `{name}` is not a string"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(greeting: &str, password: &str) -> Outputs {
        let name = r#""name": {"value": "brave-otter", "sensitive": false}"#;
        parse(&format!(
            r#"{{{name}, "greeting": {{"value": "{greeting}", "sensitive": false}}, "password": {password}}}"#
        ))
        .unwrap()
    }

    const PASSWORD: &str = r#"{"value": "abcdefghij0123456789", "sensitive": true}"#;

    #[test]
    fn the_outputs_of_the_example_are_accepted() {
        check(&outputs("Hello, brave-otter!", PASSWORD), "Hello").unwrap();
    }

    #[test]
    fn a_wrong_greeting_and_a_password_that_is_not_sensitive_are_noticed() {
        let error = check(&outputs("Hello, brave-otter!", PASSWORD), "Good day").unwrap_err();
        assert!(error.to_string().contains("not `Good day, brave-otter!`"), "{error}");
        let shown = PASSWORD.replace("true", "false");
        let error = check(&outputs("Hello, brave-otter!", &shown), "Hello").unwrap_err();
        assert!(error.to_string().contains("is not sensitive"), "{error}");
    }
}
