//! What binds give, beside what people and tools set: pure.
//!
//! A bind's variables are for every process, and are kept by the bind: its id stands where that of a tool would.

use std::collections::BTreeMap;

use slipway_api::ids::BindId;

use super::model::{EnvError, Environment, Given, Variable, check_name};

/// A value that a bind gives.
#[derive(Clone, PartialEq, Eq)]
pub struct BoundValue {
    /// It.
    pub value: String,
    /// Whether nobody is shown it.
    pub is_private: bool,
}

/// Not what it says.
impl std::fmt::Debug for BoundValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("BoundValue");
        shown.field("is_private", &self.is_private).finish_non_exhaustive()
    }
}

impl Variable {
    /// The bind that keeps it, if one does.
    #[must_use]
    pub fn bind(&self) -> Option<BindId> {
        self.managed_by.parse().ok()
    }
}

impl Environment {
    /// The variables that binds give, each with its bind.
    #[must_use]
    pub fn bound(&self) -> BTreeMap<String, BindId> {
        let all = self.0.values().flatten();
        all.filter_map(|(name, variable)| Some((name.clone(), variable.bind()?)))
            .collect()
    }

    /// With what a bind gives now. What it gave before and does not give now stays as it was. `called` says what other binds are
    /// to.
    ///
    /// # Errors
    ///
    /// When a variable cannot be so, or is somebody else's.
    pub fn with_bind(
        &self,
        bind: BindId,
        given: &BTreeMap<String, BoundValue>,
        called: &BTreeMap<BindId, String>,
    ) -> Result<Self, EnvError> {
        let mut next = self.clone();
        for (name, value) in given {
            check_name(name)?;
            let mut others = self.0.values().filter_map(|variables| variables.get(name));
            if let Some(other) = others.find(|other| other.bind() != Some(bind)) {
                return Err(match other.bind() {
                    Some(other) => EnvError::Bound {
                        name: name.clone(),
                        instance: called
                            .get(&other)
                            .cloned()
                            .unwrap_or_else(|| "something else".to_owned()),
                    },
                    None => EnvError::Taken(name.clone()),
                });
            }
            let variable = Variable {
                given: Given::Value(value.value.clone()),
                is_private: value.is_private,
                managed_by: bind.to_string(),
            };
            next.0.entry(String::new()).or_default().insert(name.clone(), variable);
        }
        Ok(next)
    }

    /// Without what a bind gave.
    #[must_use]
    pub fn without_bind(&self, bind: BindId) -> Self {
        let mut next = self.clone();
        for variables in next.0.values_mut() {
            variables.retain(|_, variable| variable.bind() != Some(bind));
        }
        next.0.retain(|_, variables| !variables.is_empty());
        next
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::{Changes, SetVariable};
    use super::*;

    fn bind(number: u8) -> BindId {
        format!("bind-000000000000000{number}").parse().unwrap()
    }

    fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, BoundValue> {
        let value = |value: &str| BoundValue {
            value: value.to_owned(),
            is_private: true,
        };
        pairs
            .iter()
            .map(|(name, text)| ((*name).to_owned(), value(text)))
            .collect()
    }

    fn by_hand(name: &str) -> Changes {
        let set = SetVariable {
            name: name.to_owned(),
            process: "worker".to_owned(),
            given: Given::Value("mine".to_owned()),
            is_private: false,
        };
        Changes {
            set: vec![set],
            ..Changes::default()
        }
    }

    #[test]
    fn what_is_gone_keeps_its_last_value_until_it_is_unbound() {
        let nothing = BTreeMap::new();
        let first = Environment::default()
            .with_bind(bind(1), &given(&[("URL", "a"), ("PASSWORD", "b")]), &nothing)
            .unwrap();
        let next = first.with_bind(bind(1), &given(&[("URL", "c")]), &nothing).unwrap();
        assert_eq!(next.0[""]["URL"].given, Given::Value("c".to_owned()));
        assert_eq!(next.0[""]["PASSWORD"].given, Given::Value("b".to_owned()));
        assert_eq!(next.bound().keys().collect::<Vec<_>>(), ["PASSWORD", "URL"]);
        assert_eq!(next.without_bind(bind(1)), Environment::default());
        assert_eq!(next.without_bind(bind(2)), next);
    }

    #[test]
    fn one_name_is_given_by_one_alone() {
        let called = BTreeMap::from([(bind(1), "orders-db".to_owned())]);
        let first = Environment::default()
            .with_bind(bind(1), &given(&[("URL", "a")]), &called)
            .unwrap();
        let twice = first.with_bind(bind(2), &given(&[("URL", "x")]), &called).unwrap_err();
        assert_eq!(
            twice.to_string(),
            "URL is given by the bind to orders-db: unbind it, or choose another name"
        );
        let people = Environment::default()
            .changed(&by_hand("URL"), &BTreeMap::new())
            .unwrap();
        let taken = people.with_bind(bind(1), &given(&[("URL", "a")]), &called).unwrap_err();
        assert_eq!(
            taken.to_string(),
            "URL is set for the app already: unset it, or bind under another name or with a prefix"
        );
        let reserved = Environment::default().with_bind(bind(1), &given(&[("SLIPWAY_X", "a")]), &called);
        assert_eq!(reserved.unwrap_err(), EnvError::Reserved("SLIPWAY_X".to_owned()));
    }
}
