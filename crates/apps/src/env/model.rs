//! Variables and how they change: pure, and without a look at what is secret about them.

use std::collections::{BTreeMap, BTreeSet};

/// Names that only Slipway gives.
const RESERVED: [&str; 2] = ["SLIPWAY_", "TSURU_"];

/// What is set for an app: by process, and there by name. The empty process is every process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment(pub BTreeMap<String, BTreeMap<String, Variable>>);

/// One variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Where its value comes from.
    pub given: Given,
    /// Whether nobody is shown it.
    pub is_private: bool,
    /// The tool that keeps it, which may remove it when it forgets it; empty for people.
    pub managed_by: String,
}

/// Where a value comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum Given {
    /// It is given.
    Value(String),
    /// It is that of another variable, wherever that comes from.
    Alias(String),
}

/// Not what it says.
impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value(_) => f.write_str("Value"),
            Self::Alias(name) => write!(f, "Alias({name})"),
        }
    }
}

/// One variable that shall be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetVariable {
    /// Its name.
    pub name: String,
    /// For which process; empty for every process.
    pub process: String,
    /// Where its value comes from.
    pub given: Given,
    /// Whether nobody is shown it.
    pub is_private: bool,
}

/// What shall change at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Set, in place of what is there.
    pub set: Vec<SetVariable>,
    /// Taken away: process and name. One that is not there is fine.
    pub unset: Vec<(String, String)>,
    /// The tool that changes it; empty for people.
    pub managed_by: String,
    /// Whether everything that the tool kept and does not name now is taken away.
    pub prunes: bool,
}

/// Why variables are not changed, or cannot be seen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvError {
    /// No program could read it.
    #[error("`{0}` is no name of a variable: use letters, digits and underscores, and no digit at the beginning")]
    Name(String),
    /// It is given by Slipway.
    #[error("{0} is given by Slipway: choose a name that does not begin with SLIPWAY_ or TSURU_")]
    Reserved(String),
    /// It is said twice.
    #[error("{0} is set twice in one change")]
    Twice(String),
    /// Somebody else keeps it.
    #[error("{name} is kept by {tool}, which would set it again: change it there, or take it away first")]
    Kept {
        /// Which.
        name: String,
        /// By what.
        tool: String,
    },
    /// A bound service gives it.
    #[error("{name} is given by the bind to {instance}: unbind it, or choose another name")]
    Bound {
        /// Which.
        name: String,
        /// By what.
        instance: String,
    },
    /// Somebody set it.
    #[error("{0} is set for the app already: unset it, or bind under another name or with a prefix")]
    Taken(String),
    /// An alias of nothing.
    #[error("{name} is an alias of {of}, which is not set")]
    Dangling {
        /// Which.
        name: String,
        /// Of what.
        of: String,
    },
    /// An alias of itself.
    #[error("{0} is an alias of itself")]
    Circle(String),
    /// Only tools prune.
    #[error("say which tool keeps the variables: without it everything that people set would be taken away")]
    PrunesPeople,
}

impl Environment {
    /// With the changes, or with none of them. `bound` are names that binds give, with what they are bound to.
    ///
    /// # Errors
    /// When a variable cannot be so.
    pub fn changed(&self, changes: &Changes, bound: &BTreeMap<String, String>) -> Result<Self, EnvError> {
        if changes.prunes && changes.managed_by.is_empty() {
            return Err(EnvError::PrunesPeople);
        }
        let mut next = self.clone();
        let free = |name: &String| match bound.get(name) {
            Some(instance) => Err(EnvError::Bound {
                name: name.clone(),
                instance: instance.clone(),
            }),
            None => Ok(()),
        };
        for (process, name) in &changes.unset {
            free(name)?;
            next.take(process, name);
        }
        let mut named = BTreeSet::new();
        for set in &changes.set {
            check_name(&set.name)?;
            free(&set.name)?;
            if !named.insert((set.process.clone(), set.name.clone())) {
                return Err(EnvError::Twice(set.name.clone()));
            }
            next.put(set, &changes.managed_by)?;
        }
        if changes.prunes {
            for (process, variables) in &mut next.0 {
                let is_named = |name: &String| named.contains(&(process.clone(), name.clone()));
                variables.retain(|name, variable| variable.managed_by != changes.managed_by || is_named(name));
            }
        }
        next.0.retain(|_, variables| !variables.is_empty());
        Ok(next)
    }

    fn put(&mut self, set: &SetVariable, tool: &str) -> Result<(), EnvError> {
        let of_process = self.0.entry(set.process.clone()).or_default();
        if let Some(kept) = of_process.get(&set.name)
            && !kept.managed_by.is_empty()
            && kept.managed_by != tool
        {
            return Err(EnvError::Kept {
                name: set.name.clone(),
                tool: kept.managed_by.clone(),
            });
        }
        let variable = Variable {
            given: set.given.clone(),
            is_private: set.is_private,
            managed_by: tool.to_owned(),
        };
        of_process.insert(set.name.clone(), variable);
        Ok(())
    }

    fn take(&mut self, process: &str, name: &str) {
        if let Some(of_process) = self.0.get_mut(process) {
            of_process.remove(name);
        }
    }
}

pub(crate) fn check_name(name: &str) -> Result<(), EnvError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins = name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    if !begins || !name.bytes().all(is_plain) {
        return Err(EnvError::Name(name.to_owned()));
    }
    if RESERVED.iter().any(|prefix| name.starts_with(prefix)) {
        return Err(EnvError::Reserved(name.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn set(process: &str, name: &str, value: &str) -> SetVariable {
        let given = Given::Value(value.to_owned());
        SetVariable {
            name: name.to_owned(),
            process: process.to_owned(),
            given,
            is_private: false,
        }
    }

    fn by(tool: &str, set: Vec<SetVariable>) -> Changes {
        Changes {
            set,
            managed_by: tool.to_owned(),
            ..Changes::default()
        }
    }

    fn names(environment: &Environment) -> Vec<String> {
        let all = environment
            .0
            .iter()
            .flat_map(|(process, variables)| variables.keys().map(move |name| format!("{process}/{name}")));
        all.collect()
    }

    #[rstest]
    #[case("PORT_2", None)]
    #[case("_x", None)]
    #[case("2X", Some(EnvError::Name("2X".to_owned())))]
    #[case("", Some(EnvError::Name(String::new())))]
    #[case("A-B", Some(EnvError::Name("A-B".to_owned())))]
    #[case("SLIPWAY_APP", Some(EnvError::Reserved("SLIPWAY_APP".to_owned())))]
    #[case("TSURU_APPNAME", Some(EnvError::Reserved("TSURU_APPNAME".to_owned())))]
    fn names_that_programs_read(#[case] name: &str, #[case] error: Option<EnvError>) {
        assert_eq!(check_name(name).err(), error);
    }

    #[test]
    fn a_tool_takes_away_what_it_forgot_and_nothing_else() {
        let nothing = BTreeMap::new();
        let people = Environment::default()
            .changed(&by("", vec![set("", "LEVEL", "info")]), &nothing)
            .unwrap();
        let both = people
            .changed(
                &by("terraform", vec![set("", "A", "1"), set("web", "B", "2")]),
                &nothing,
            )
            .unwrap();
        let pruning = Changes {
            prunes: true,
            ..by("terraform", vec![set("", "A", "3")])
        };
        let pruned = both.changed(&pruning, &nothing).unwrap();
        assert_eq!(names(&pruned), ["/A", "/LEVEL"]);
        let refused = pruned.changed(&by("", vec![set("", "A", "4")]), &nothing).unwrap_err();
        assert_eq!(
            refused,
            EnvError::Kept {
                name: "A".to_owned(),
                tool: "terraform".to_owned()
            }
        );
        let taken_over = Changes {
            unset: vec![(String::new(), "A".to_owned())],
            ..by("", vec![set("", "A", "4")])
        };
        assert_eq!(pruned.changed(&taken_over, &nothing).unwrap().0[""]["A"].managed_by, "");
        let everything = Changes {
            prunes: true,
            ..Changes::default()
        };
        assert_eq!(
            pruned.changed(&everything, &nothing).unwrap_err(),
            EnvError::PrunesPeople
        );
    }

    #[test]
    fn what_a_bind_gives_is_not_set_beside_it() {
        let bound = BTreeMap::from([("DATABASE_URL".to_owned(), "orders-db".to_owned())]);
        let error = Environment::default()
            .changed(&by("", vec![set("", "DATABASE_URL", "x")]), &bound)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "DATABASE_URL is given by the bind to orders-db: unbind it, or choose another name"
        );
        let twice = by("", vec![set("", "A", "1"), set("", "A", "2")]);
        assert_eq!(
            Environment::default().changed(&twice, &BTreeMap::new()).unwrap_err(),
            EnvError::Twice("A".to_owned())
        );
    }

    #[test]
    fn a_value_is_not_printed() {
        assert!(!format!("{:?}", set("", "KEY", "s3cr3t")).contains("s3cr3t"));
    }
}
