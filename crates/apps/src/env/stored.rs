//! The environment at rest: JSON, to be sealed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::{Environment, Given, Variable};

#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    alias_of: Option<String>,
    is_private: bool,
    managed_by: String,
}

/// As it is sealed.
///
/// # Errors
/// Never, but for a lack of memory.
pub(crate) fn write(environment: &Environment) -> serde_json::Result<Vec<u8>> {
    let stored = |variable: &Variable| {
        let (value, alias_of) = match &variable.given {
            Given::Value(value) => (Some(value.clone()), None),
            Given::Alias(of) => (None, Some(of.clone())),
        };
        Stored {
            value,
            alias_of,
            is_private: variable.is_private,
            managed_by: variable.managed_by.clone(),
        }
    };
    let of_process = |variables: &BTreeMap<String, Variable>| -> BTreeMap<String, Stored> {
        let all = variables
            .iter()
            .map(|(name, variable)| (name.clone(), stored(variable)));
        all.collect()
    };
    let all: BTreeMap<&String, _> = environment
        .0
        .iter()
        .map(|(process, variables)| (process, of_process(variables)))
        .collect();
    serde_json::to_vec(&all)
}

/// As it was written.
///
/// # Errors
/// When it is something else.
pub(crate) fn read(bytes: &[u8]) -> serde_json::Result<Environment> {
    let all: BTreeMap<String, BTreeMap<String, Stored>> = serde_json::from_slice(bytes)?;
    let variable = |stored: Stored| Variable {
        given: match stored.alias_of {
            Some(of) => Given::Alias(of),
            None => Given::Value(stored.value.unwrap_or_default()),
        },
        is_private: stored.is_private,
        managed_by: stored.managed_by,
    };
    let of_process = |variables: BTreeMap<String, Stored>| -> BTreeMap<String, Variable> {
        let all = variables.into_iter().map(|(name, stored)| (name, variable(stored)));
        all.collect()
    };
    let all = all.into_iter();
    Ok(Environment(
        all.map(|(process, variables)| (process, of_process(variables)))
            .collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let variable = |given| Variable {
            given,
            is_private: true,
            managed_by: "terraform".to_owned(),
        };
        let of_all = BTreeMap::from([("A".to_owned(), variable(Given::Value("1".to_owned())))]);
        let of_web = BTreeMap::from([("B".to_owned(), variable(Given::Alias("A".to_owned())))]);
        let environment = Environment(BTreeMap::from([(String::new(), of_all), ("web".to_owned(), of_web)]));
        assert_eq!(read(&write(&environment).unwrap()).unwrap(), environment);
        read(b"[]").unwrap_err();
    }
}
