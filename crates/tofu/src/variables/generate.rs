//! From a run's variables to what the engine is given.

use std::collections::BTreeMap;

use hcl_edit::parser::parse_expr;
use serde::{Deserialize, Serialize};

use super::declared::Declaration;
use super::literal::{forbidden, strings};
use super::text::quoted;

/// What a variable is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// An input variable of the root module.
    Terraform,
    /// An environment variable of the run.
    Env,
}

/// A variable with its final value. No `Debug`, because the value may be secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunVariable {
    /// Name.
    pub key: String,
    /// Value: plain text, or HCL when `hcl` is set.
    pub value: String,
    /// The value is an HCL expression.
    pub hcl: bool,
    /// The value must not be shown.
    pub sensitive: bool,
    /// What it is for.
    pub category: Category,
}

/// What the engine is given. No `Debug`, because values may be secret.
#[derive(Default)]
pub struct Generated {
    /// Text of an `.auto.tfvars` file; empty if there is nothing to say.
    pub variables_file: String,
    /// Environment variables, sorted by name.
    pub environment: Vec<(String, String)>,
    /// `TF_VAR_…` for ephemeral variables, which the variables file does not hold; needed at plan and again at apply.
    pub ephemeral: Vec<(String, String)>,
    /// Keys that the configuration does not declare, and that were left out.
    pub undeclared: Vec<String>,
}

/// A value that cannot be given to the engine. Values are never part of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// Not HCL at all.
    #[error(
        "the value of variable `{key}` is not valid HCL (line {line}, column {column}); for plain text, switch HCL off"
    )]
    NotHcl {
        /// Which variable.
        key: String,
        /// One-based line in the value.
        line: usize,
        /// One-based column.
        column: usize,
    },
    /// HCL, but not a constant.
    #[error(
        "the value of variable `{key}` contains {what}; only constant values are allowed, or plain text with HCL switched off"
    )]
    NotConstant {
        /// Which variable.
        key: String,
        /// What is in it.
        what: &'static str,
    },
    /// Not a name for an environment variable.
    #[error(
        "`{key}` cannot be the name of an environment variable: use letters, digits and `_`, not starting with a digit"
    )]
    EnvironmentName {
        /// The name.
        key: String,
    },
    /// The operating system ends values at NUL.
    #[error("the value of environment variable `{key}` contains a NUL character")]
    EnvironmentValue {
        /// The name.
        key: String,
    },
}

/// Makes the variables file and environment for a root module with these declarations.
///
/// # Errors
/// The first value that cannot be given, by key.
pub fn generate(
    variables: &[RunVariable],
    declared: &BTreeMap<String, Declaration>,
) -> Result<Generated, VariableError> {
    let mut generated = Generated::default();
    let mut lines = BTreeMap::new();
    for variable in variables {
        if variable.category == Category::Env {
            generated.environment.push(environment_pair(variable)?);
            continue;
        }
        let Some(declaration) = declared.get(&variable.key) else {
            generated.undeclared.push(variable.key.clone());
            continue;
        };
        let expression = expression_text(variable)?;
        if declaration.ephemeral {
            if variable.value.contains('\0') {
                return Err(VariableError::EnvironmentValue {
                    key: variable.key.clone(),
                });
            }
            generated
                .ephemeral
                .push((format!("TF_VAR_{}", variable.key), variable.value.clone()));
        } else {
            lines.insert(&variable.key, expression);
        }
    }
    for (key, expression) in lines {
        generated.variables_file.push_str(&format!("{key} = {expression}\n"));
    }
    generated.environment.sort();
    generated.ephemeral.sort();
    Ok(generated)
}

/// Everything in the sensitive variables that must be masked in logs.
#[must_use]
pub fn secrets(variables: &[RunVariable]) -> Vec<String> {
    let mut found = Vec::new();
    for variable in variables.iter().filter(|variable| variable.sensitive) {
        match parse_expr(variable.value.trim()) {
            Ok(expression) if variable.hcl => strings(&expression, &mut found),
            _ => found.push(variable.value.clone()),
        }
    }
    found
}

fn expression_text(variable: &RunVariable) -> Result<String, VariableError> {
    if !variable.hcl {
        return Ok(quoted(&variable.value));
    }
    let text = variable.value.trim();
    let key = || variable.key.clone();
    let expression = parse_expr(text).map_err(|error| {
        let at = error.location();
        VariableError::NotHcl {
            key: key(),
            line: at.line(),
            column: at.column(),
        }
    })?;
    if let Some(what) = forbidden(&expression) {
        return Err(VariableError::NotConstant { key: key(), what });
    }
    // What is one expression by itself could still end early as an attribute: a line break outside of brackets does that.
    let alone = hcl_edit::parser::parse_body(&format!("value = {text}\n"));
    match alone {
        Ok(body) if body.len() == 1 => Ok(text.to_owned()),
        _ => Err(VariableError::NotHcl {
            key: key(),
            line: 1,
            column: 1,
        }),
    }
}

fn environment_pair(variable: &RunVariable) -> Result<(String, String), VariableError> {
    let key = variable.key.clone();
    let starts_well = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !starts_well || !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(VariableError::EnvironmentName { key });
    }
    if variable.value.contains('\0') {
        return Err(VariableError::EnvironmentValue { key });
    }
    Ok((key, variable.value.clone()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn variable(key: &str, value: &str, hcl: bool) -> RunVariable {
        RunVariable {
            key: key.into(),
            value: value.into(),
            hcl,
            sensitive: true,
            category: Category::Terraform,
        }
    }

    fn declarations(names: &[&str]) -> BTreeMap<String, Declaration> {
        names
            .iter()
            .map(|name| {
                (
                    (*name).to_owned(),
                    Declaration {
                        name: (*name).into(),
                        ..Declaration::default()
                    },
                )
            })
            .collect()
    }

    fn error(value: &str) -> Option<String> {
        generate(&[variable("a", value, true)], &declarations(&["a"]))
            .err()
            .map(|error| error.to_string())
    }

    #[test]
    fn declared_values_are_written_sorted_and_others_named() {
        let variables = [
            variable("b", "it's \"${x}\"\n", false),
            variable("a", "{ x = [1, -2], \"y\" = null }", true),
            variable("nope", "1", false),
            RunVariable {
                category: Category::Env,
                ..variable("AWS_REGION", "eu", false)
            },
        ];
        let generated = generate(&variables, &declarations(&["a", "b"])).unwrap();
        assert_eq!(
            generated.variables_file,
            "a = { x = [1, -2], \"y\" = null }\nb = \"it's \\\"$${x}\\\"\\n\"\n"
        );
        assert_eq!(generated.undeclared, ["nope"]);
        assert_eq!(generated.environment, [("AWS_REGION".to_owned(), "eu".to_owned())]);
    }

    #[test]
    fn ephemeral_values_go_by_environment() {
        let mut declared = declarations(&["token"]);
        declared.get_mut("token").unwrap().ephemeral = true;
        let generated = generate(&[variable("token", "${abc}", false)], &declared).unwrap();
        assert_eq!(generated.variables_file, "");
        assert_eq!(generated.ephemeral, [("TF_VAR_token".to_owned(), "${abc}".to_owned())]);
    }

    #[rstest]
    #[case("[1,\n2]", None)]
    #[case("<<EOT\nline ${\"$\"}{\nEOT", Some("a template"))]
    #[case("<<EOT\nline\nEOT\n", None)]
    #[case("[1, 2", Some("not valid HCL (line 1"))]
    #[case("1\nb = 2", Some("not valid HCL"))]
    #[case("var.x", Some("a reference"))]
    #[case("[file(\"/etc/passwd\")]", Some("a function call"))]
    #[case("\"${var.x}\"", Some("a template"))]
    #[case("{ (var.x) = 1 }", Some("a reference"))]
    #[case("1 + 1", Some("an operation"))]
    #[case("", Some("not valid HCL"))]
    fn hcl_values_are_constants(#[case] value: &str, #[case] expected: Option<&str>) {
        match (error(value), expected) {
            (None, None) => {}
            (Some(message), Some(part)) => {
                assert!(message.contains(part) && message.contains("variable `a`"), "{message}");
            }
            (found, _) => panic!("{value:?} gave {found:?}"),
        }
    }

    #[test]
    fn environment_names_are_names() {
        for key in ["A=B", "1A", "", "A B", "Ä"] {
            let env = RunVariable {
                category: Category::Env,
                ..variable(key, "x", false)
            };
            assert!(
                matches!(
                    generate(&[env], &BTreeMap::new()),
                    Err(VariableError::EnvironmentName { .. })
                ),
                "{key}"
            );
        }
    }

    #[test]
    fn secrets_inside_of_hcl_values_are_found() {
        let found = secrets(&[
            variable("a", "{ user = \"bob\", password = [\"s3cret\"] }", true),
            variable("b", "plain", false),
        ]);
        assert_eq!(found, ["bob", "s3cret", "plain"]);
    }

    proptest! {
        /// No value, whatever its text, adds an attribute to the variables file or changes another's.
        #[test]
        fn a_value_stays_inside_of_its_variable(value in "([\\$%{}\"\\\\\n=#,\\[\\]<>E]|[a-z0-9 ]){0,30}", hcl in any::<bool>()) {
            let variables = [variable("a", &value, hcl), variable("b", "other", false)];
            if let Ok(generated) = generate(&variables, &declarations(&["a", "b"])) {
                let body = hcl_edit::parser::parse_body(&generated.variables_file).unwrap();
                let keys: Vec<_> = body.attributes().map(|attribute| attribute.key.as_str().to_owned()).collect();
                prop_assert_eq!(keys, ["a", "b"]);
                prop_assert_eq!(body.get_attribute("b").unwrap().value.as_str(), Some("other"));
            }
        }
    }
}
