//! From what somebody wrote into a form to settings and secrets, or to what is wrong with it: pure.

use regex::Regex;
use serde_json::{Map, Value};
use slipway_api::jsonapi::ErrorSource;
use slipway_kernel::errors::FieldError;
use slipway_kernel::{Error, Result};
use url::Url;

use super::{Field, Form, Kind};
use crate::integrations::values::{Secrets, Settings};
use crate::ssh_keys::key;

/// The field that says which way is taken.
pub const METHOD: &str = "method";
/// Tokens that a browser brought, beside the secrets of fields.
pub const TOKENS: [&str; 2] = ["access-token", "refresh-token"];
/// Bytes of a line at most.
const LINE: usize = 4_000;
/// Bytes of a field of several lines at most: a kubeconfig with its certificates.
const LINES: usize = 64 << 10;
/// Entries of a field of names and values at most.
const ENTRIES: usize = 200;

/// What there is of an integration.
#[derive(Default, Clone)]
pub struct Values {
    /// What may be seen.
    pub settings: Settings,
    /// What may not.
    pub secrets: Secrets,
}

/// A change that is being made, and what is wrong with it so far.
struct Change<'a> {
    kind: &'a Kind,
    method: &'a str,
    after: Values,
    given: Vec<&'static str>,
    faults: Vec<FieldError>,
}

/// What there is after `patch` (RFC 7396: what is absent stays, null removes): of `before`, or of nothing.
///
/// # Errors
///
/// `Invalid`, with every field at fault. Texts never quote a secret.
pub fn patched(kind: &Kind, before: &Values, patch: &Map<String, Value>) -> Result<Values> {
    let method = method(kind, before, patch)?;
    let mut change = Change {
        kind,
        method,
        after: carried(kind, method, before),
        given: Vec::new(),
        faults: Vec::new(),
    };
    for (name, value) in patch.iter().filter(|(name, _)| *name != METHOD) {
        change.take(name, value);
    }
    change.fill();
    change.guard(before);
    change.require();
    if change.faults.is_empty() {
        return Ok(change.after);
    }
    Err(Error::invalid_fields(change.faults))
}

fn method<'a>(kind: &'a Kind, before: &'a Values, patch: &'a Map<String, Value>) -> Result<&'a str> {
    let words = || {
        kind.methods
            .iter()
            .map(|method| method.word)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let wanted = match patch.get(METHOD) {
        None | Some(Value::Null) => before.settings.text(METHOD),
        Some(Value::String(word)) => Some(word.as_str()),
        Some(_) => Some(""),
    };
    match wanted {
        Some(word) => kind.method(word).map(|method| method.word).ok_or_else(|| {
            Error::invalid(
                &pointer(METHOD),
                format!("The ways to connect {} are: {}.", kind.title, words()),
            )
        }),
        None => kind
            .methods
            .first()
            .map(|method| method.word)
            .ok_or_else(|| Error::internal(format!("{} has no method", kind.word))),
    }
}

/// What stays of `before`: the fields of the method; tokens of a browser only while the method is the same.
fn carried(kind: &Kind, method: &str, before: &Values) -> Values {
    let mut after = before.clone();
    let is_field = |name: &str, is_secret: bool| {
        kind.fields_of(method)
            .any(|field| field.name == name && field.is_secret == is_secret)
    };
    after.settings.0.retain(|name, _| is_field(name, false));
    let is_same = before.settings.text(METHOD) == Some(method);
    after.secrets.retain(|name| {
        let field = name.split_once('.').map_or(name, |(field, _)| field);
        is_field(field, true) || (is_same && TOKENS.contains(&name))
    });
    after.settings.0.insert(METHOD.to_owned(), Value::from(method));
    after
}

impl Change<'_> {
    fn fault(&mut self, name: &str, detail: impl Into<String>) {
        let source = ErrorSource {
            pointer: Some(pointer(name)),
            parameter: None,
        };
        self.faults.push(FieldError {
            source,
            detail: detail.into(),
        });
    }

    fn take(&mut self, name: &str, value: &Value) {
        let Some(field) = self.kind.fields_of(self.method).find(|field| field.name == name) else {
            let known: Vec<&str> = self.kind.fields_of(self.method).map(|field| field.name).collect();
            let detail = format!(
                "{} with the method \"{}\" has no such setting; there are: {}.",
                self.kind.title,
                self.method,
                known.join(", ")
            );
            return self.fault(name, detail);
        };
        match (value, field.form) {
            (Value::Null, _) => self.remove(field),
            (Value::Object(entries), Form::Values) => self.take_entries(field, entries),
            (_, Form::Values) => self.fault(name, "An object of names and values is expected."),
            (Value::String(text), _) if text.is_empty() => self.remove(field),
            (value, _) => match text_of(field, value) {
                Ok(text) => self.set(field, text),
                Err(detail) => self.fault(name, detail),
            },
        }
    }

    fn set(&mut self, field: &'static Field, text: String) {
        self.given.push(field.name);
        if field.is_secret {
            self.after.secrets.set(field.name, text);
        } else {
            self.after.settings.0.insert(field.name.to_owned(), Value::String(text));
        }
    }

    fn remove(&mut self, field: &'static Field) {
        let entries = format!("{}.", field.name);
        self.after.settings.0.remove(field.name);
        self.after
            .secrets
            .retain(|name| name != field.name && !name.starts_with(&entries));
    }

    fn take_entries(&mut self, field: &'static Field, entries: &Map<String, Value>) {
        for (name, value) in entries {
            let shown = format!("{}/{name}", field.name);
            if !is_variable(name) {
                self.fault(
                    &shown,
                    "A name is letters, digits and underscores, and does not begin with a digit.",
                );
                continue;
            }
            match value {
                Value::Null => self.set_entry(field, name, None),
                Value::String(text) if text.len() <= LINES && !text.contains('\0') => {
                    self.set_entry(field, name, Some(text));
                }
                _ => self.fault(
                    &shown,
                    format!("A text of at most {LINES} bytes is expected, without NUL characters."),
                ),
            }
        }
        let count = self.after.settings.entries(field.name).count() + self.after.secrets.entries(field.name).count();
        if count > ENTRIES {
            self.fault(field.name, format!("At most {ENTRIES} entries."));
        }
    }

    fn set_entry(&mut self, field: &'static Field, name: &str, value: Option<&String>) {
        if field.is_secret {
            let key = format!("{}.{name}", field.name);
            match value {
                Some(text) => self.after.secrets.set(&key, text),
                None => self.after.secrets.remove(&key),
            }
            return;
        }
        let slot = self
            .after
            .settings
            .0
            .entry(field.name)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(map) = slot {
            match value {
                Some(text) => drop(map.insert(name.to_owned(), Value::from(text.as_str()))),
                None => drop(map.remove(name)),
            }
        }
    }

    /// Sets what is absent and has a value by default.
    fn fill(&mut self) {
        for field in self.kind.fields_of(self.method) {
            if let Some(default) = field.default {
                self.after
                    .settings
                    .0
                    .entry(field.name)
                    .or_insert_with(|| Value::from(default));
            }
        }
    }

    /// Kept secrets are not shown to another system than the one that they were given for: whoever may change an
    /// integration could read them there.
    fn guard(&mut self, before: &Values) {
        let moved: Vec<&Field> = self
            .kind
            .fields_of(self.method)
            .filter(|field| field.leads && !before.settings.0.is_empty())
            .filter(|field| before.settings.0.get(field.name) != self.after.settings.0.get(field.name))
            .collect();
        let is_moved = !moved.is_empty();
        let client = before.settings.0.get("client-id") != self.after.settings.0.get("client-id");
        if is_moved || client {
            self.after.secrets.retain(|name| !TOKENS.contains(&name));
        }
        let Some(moved) = moved.first().filter(|_| is_moved) else {
            return;
        };
        let kept: Vec<&str> = self
            .kind
            .fields_of(self.method)
            .filter(|field| field.is_secret && before.secrets.get(field.name).is_some())
            .map(|field| field.name)
            .filter(|name| self.after.secrets.get(name).is_some() && !self.given.contains(name))
            .collect();
        if !kept.is_empty() {
            let detail = format!(
                "With another address the secrets must be given again, because they were given for the former one: {}.",
                kept.join(", ")
            );
            self.fault(moved.name, detail);
        }
    }

    fn require(&mut self) {
        let missing: Vec<&Field> = self
            .kind
            .fields_of(self.method)
            .filter(|field| field.is_required_with(self.method))
            .filter(|field| match field.is_secret {
                true => self.after.secrets.get(field.name).is_none(),
                false => self.after.settings.text(field.name).is_none(),
            })
            .collect();
        for field in missing {
            // A field that is wrong was named already.
            if !self
                .faults
                .iter()
                .any(|fault| fault.source.pointer.as_deref() == Some(&pointer(field.name)))
            {
                self.fault(field.name, format!("{} is needed. {}", field.title, field.description));
            }
        }
    }
}

/// The text of a field's value, as it is kept.
fn text_of(field: &Field, value: &Value) -> Result<String, String> {
    let text = match (value, field.form) {
        (Value::String(text), _) => text.clone(),
        (Value::Number(number), Form::Number(..) | Form::Pattern(..)) => number.to_string(),
        _ => return Err("A text is expected.".to_owned()),
    };
    if let Form::PrivateKey = field.form {
        // Read here, so that one with a passphrase does not fail in a run.
        return key::read(&text).map(|key| key.text.to_string()).map_err(str::to_owned);
    }
    if let Form::Lines = field.form {
        let is_plain = |letter: char| !letter.is_control() || matches!(letter, '\n' | '\r' | '\t');
        return match text.len() <= LINES && text.chars().all(is_plain) {
            true => Ok(format!("{}\n", text.replace("\r\n", "\n").trim())),
            false => Err(format!("At most {LINES} bytes of plain text.")),
        };
    }
    let text = text.trim().to_owned();
    if text.len() > LINE || text.chars().any(char::is_control) {
        return Err(format!("One line of at most {LINE} bytes is expected."));
    }
    match field.form {
        Form::Address => address(&text),
        Form::Pattern(pattern, example) => match matches(pattern, &text) {
            true => Ok(text),
            false => Err(format!("It looks like {example}.")),
        },
        Form::Number(least, most) => match text.parse::<u32>() {
            Ok(number) if (least..=most).contains(&number) => Ok(text),
            _ => Err(format!("A whole number from {least} to {most} is expected.")),
        },
        Form::Choice(words) if !words.iter().any(|(word, _)| *word == text) => {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            Err(format!("One of these is expected: {}.", words.join(", ")))
        }
        _ => Ok(text),
    }
}

pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|regex| regex.is_match(text))
}

/// The address without a slash behind it.
fn address(text: &str) -> Result<String, String> {
    let wrong =
        || "An address of a web server is expected, without user, password and query: https://example.com.".to_owned();
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    match is_plain {
        true => Ok(url.as_str().trim_end_matches('/').to_owned()),
        false => Err(wrong()),
    }
}

fn is_variable(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !name.is_empty()
        && name.len() <= 128
        && name.bytes().all(is_letter)
        && !name.starts_with(|first: char| first.is_ascii_digit())
}

fn pointer(name: &str) -> String {
    format!("/data/attributes/settings/{name}")
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
