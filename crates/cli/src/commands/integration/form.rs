//! Settings and secrets of an integration, as flags: secrets are asked for or read, never on the command line.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde_json::{Map, Value};
use slipway_api::Resource;
use slipway_api::integrations::IntegrationKind;

use super::kinds::settings;
use crate::context::Context;
use crate::failure::Failure;
use crate::prompt;

#[derive(Debug, Args)]
pub(crate) struct FormArguments {
    /// A setting (repeatable); method=WORD chooses the way, variables.NAME=VALUE an entry of several
    #[arg(long, value_name = "SETTING=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// A secret to be typed, or read from stdin (repeatable at a terminal)
    #[arg(long, value_name = "SETTING")]
    secret: Vec<String>,
    /// A secret or setting whose value is a file's content (repeatable)
    #[arg(long, value_name = "SETTING=FILE", value_parser = pair)]
    secret_file: Vec<(String, String)>,
}

impl FormArguments {
    /// What was given; secrets are asked for.
    pub(super) fn given(&self, context: &Context) -> anyhow::Result<Map<String, Value>> {
        let mut settings = Map::new();
        for (name, value) in &self.set {
            insert(&mut settings, name, Value::from(value.as_str()));
        }
        for (name, path) in &self.secret_file {
            let path = PathBuf::from(path);
            let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            insert(&mut settings, name, Value::from(text.trim_end_matches(['\r', '\n'])));
        }
        if self.secret.len() > 1 && !context.environment.is_interactive() {
            return Err(Failure::error(
                "stdin can be one secret only",
                "Give the others with --secret-file SETTING=FILE.",
            ));
        }
        for name in &self.secret {
            insert(&mut settings, name, Value::from(prompt::secret(context, name)?));
        }
        Ok(settings)
    }

    /// The same with every secret asked for that the kind needs and nobody gave.
    pub(super) fn complete(
        &self,
        context: &Context,
        kind: &Resource<IntegrationKind>,
    ) -> anyhow::Result<Map<String, Value>> {
        let mut given = self.given(context)?;
        let first = kind.attributes.methods.first().map(|method| method.name.clone());
        let method = given.get("method").and_then(Value::as_str).map(str::to_owned).or(first);
        let all = settings(kind, &method.unwrap_or_default());
        for setting in &all {
            if let Some((name, _)) = self
                .set
                .iter()
                .find(|(name, _)| setting.is_secret && name.starts_with(&setting.name))
            {
                return Err(Failure::error(
                    format!("{name} is a secret, and others see what is on a command line"),
                    format!("Give it with --secret {name}, or with --secret-file {name}=FILE."),
                ));
            }
        }
        let missing: Vec<_> = all
            .iter()
            .filter(|setting| setting.is_secret && setting.is_required && !given.contains_key(&setting.name))
            .collect();
        let can_ask = context.environment.is_interactive() || (missing.len() == 1 && self.secret.is_empty());
        if !missing.is_empty() && !can_ask {
            let names: Vec<&str> = missing.iter().map(|setting| setting.name.as_str()).collect();
            return Err(Failure::error(
                format!("secrets are missing: {}", names.join(", ")),
                "Give each with --secret-file SETTING=FILE.",
            ));
        }
        for setting in missing {
            insert(
                &mut given,
                &setting.name,
                Value::from(prompt::secret(context, &setting.title)?),
            );
        }
        Ok(given)
    }
}

/// Sets a setting, or with a dot an entry of one.
pub(super) fn insert(settings: &mut Map<String, Value>, name: &str, value: Value) {
    let Some((field, entry)) = name.split_once('.') else {
        settings.insert(name.to_owned(), value);
        return;
    };
    let slot = settings.entry(field).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(entries) = slot {
        entries.insert(entry.to_owned(), value);
    }
}

/// A setting's value in one line.
pub(super) fn text(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.trim().split_once('\n') {
        Some((first, _)) => format!("{first} …"),
        None => text.trim().to_owned(),
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("NAME=VALUE is expected".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_dot_leads_to_an_entry() {
        let mut settings = Map::new();
        insert(&mut settings, "url", json!("https://a.b"));
        insert(&mut settings, "variables.A", json!("1"));
        insert(&mut settings, "variables.B", Value::Null);
        assert_eq!(
            Value::Object(settings),
            json!({"url": "https://a.b", "variables": {"A": "1", "B": null}})
        );
    }

    #[test]
    fn a_value_may_have_equals_signs() {
        assert_eq!(pair("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert!(pair("=b").is_err());
        assert!(pair("a").is_err());
    }
}
