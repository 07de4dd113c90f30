//! What a unit of a process sees.

use std::collections::BTreeMap;

use super::model::{EnvError, Environment, Given};

/// The environment of a process: what is set for every process, and above it what is set for this one, with the values of
/// aliases.
///
/// # Errors
/// When an alias leads nowhere, or to itself.
pub fn seen(environment: &Environment, process: &str) -> Result<BTreeMap<String, String>, EnvError> {
    let mut all: BTreeMap<String, Given> = BTreeMap::new();
    for scope in ["", process] {
        let variables = environment.0.get(scope).into_iter().flatten();
        all.extend(variables.map(|(name, variable)| (name.clone(), variable.given.clone())));
    }
    all.keys()
        .map(|name| Ok((name.clone(), followed(&all, name)?.to_owned())))
        .collect()
}

fn followed<'a>(all: &'a BTreeMap<String, Given>, name: &str) -> Result<&'a str, EnvError> {
    let mut at = name;
    // As many steps as there are variables: whoever needs more goes in a circle.
    for _ in 0..=all.len() {
        match all.get(at) {
            Some(Given::Value(value)) => return Ok(value),
            Some(Given::Alias(of)) if all.contains_key(of) => at = of,
            Some(Given::Alias(of)) => {
                return Err(EnvError::Dangling {
                    name: at.to_owned(),
                    of: of.clone(),
                });
            }
            None => break,
        }
    }
    Err(EnvError::Circle(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::model::Variable;
    use super::*;

    fn environment(said: &[(&str, &str, &str)]) -> Environment {
        let mut environment = Environment::default();
        for (process, name, value) in said {
            let given = match value.strip_prefix('@') {
                Some(of) => Given::Alias(of.to_owned()),
                None => Given::Value((*value).to_owned()),
            };
            let variable = Variable {
                given,
                is_private: false,
                managed_by: String::new(),
            };
            environment
                .0
                .entry((*process).to_owned())
                .or_default()
                .insert((*name).to_owned(), variable);
        }
        environment
    }

    #[test]
    fn the_process_comes_before_the_app_and_an_alias_follows_what_counts_there() {
        let said = environment(&[
            ("", "DATABASE_URL", "postgres://db"),
            ("", "LEVEL", "info"),
            ("web", "LEVEL", "debug"),
            ("", "URL", "@DATABASE_URL"),
            ("", "LOUD", "@LEVEL"),
            ("worker", "ONLY", "1"),
        ]);
        let text = |process: &str| {
            let all = seen(&said, process).unwrap();
            all.into_iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            text("web"),
            "DATABASE_URL=postgres://db LEVEL=debug LOUD=debug URL=postgres://db"
        );
        assert_eq!(
            text("worker"),
            "DATABASE_URL=postgres://db LEVEL=info LOUD=info ONLY=1 URL=postgres://db"
        );
    }

    #[test]
    fn an_alias_of_nothing_and_one_of_itself_are_named() {
        let dangling = seen(&environment(&[("", "A", "@B")]), "web").unwrap_err();
        assert_eq!(dangling.to_string(), "A is an alias of B, which is not set");
        let circle = seen(&environment(&[("", "A", "@B"), ("", "B", "@A")]), "web").unwrap_err();
        assert_eq!(circle.to_string(), "A is an alias of itself");
    }
}
