//! Variables of before: how they differ, what may be shown of that, and which of them come back: pure.

use std::collections::BTreeSet;

use slipway_api::ids::BindId;

use super::model::{Environment, Given, Variable};

/// One variable that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference<'a> {
    /// For which process; empty for every process.
    pub process: &'a str,
    /// Its name.
    pub name: &'a str,
    /// As it was; none where it was not there.
    pub before: Option<&'a Variable>,
    /// As it is then; none where it is not there any more.
    pub after: Option<&'a Variable>,
}

impl Difference<'_> {
    /// Whether its values may be shown. `private` are names of variables that somebody wants shown to nobody: a value that was made
    /// private is often that of before.
    #[must_use]
    pub fn is_open(&self, private: &BTreeSet<&str>) -> bool {
        let is_public = |variable: Option<&Variable>| variable.is_none_or(|variable| !variable.is_private);
        is_public(self.before) && is_public(self.after) && !private.contains(self.name)
    }
}

/// Former variables, as far as they come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What is set then.
    pub environment: Environment,
    /// What was set and is not again.
    pub left_out: Vec<LeftOut>,
}

/// A former variable that does not come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// For which process; empty for every process.
    pub process: String,
    /// Its name.
    pub name: String,
    /// The bind that gives one of its name now; none where a bind gave it that is gone.
    pub bind: Option<BindId>,
}

impl Variable {
    /// Its own value, if it has one.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        match &self.given {
            Given::Value(value) => Some(value),
            Given::Alias(_) => None,
        }
    }

    /// The variable whose value it has, if it does.
    #[must_use]
    pub fn alias_of(&self) -> Option<&str> {
        match &self.given {
            Given::Alias(of) => Some(of),
            Given::Value(_) => None,
        }
    }
}

impl Environment {
    /// Every variable, with its process and its name.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str, &Variable)> {
        let of_process = self.0.iter();
        of_process.flat_map(|(process, variables)| {
            let variables = variables.iter();
            variables.map(move |(name, variable)| (process.as_str(), name.as_str(), variable))
        })
    }

    fn get(&self, process: &str, name: &str) -> Option<&Variable> {
        self.0.get(process)?.get(name)
    }

    /// Names of variables that are shown to nobody.
    #[must_use]
    pub fn private(&self) -> BTreeSet<&str> {
        let private = self.all().filter(|(_, _, variable)| variable.is_private);
        private.map(|(_, name, _)| name).collect()
    }

    /// What is other than before, by process and name.
    #[must_use]
    pub fn since<'a>(&'a self, before: &'a Self) -> Vec<Difference<'a>> {
        let keys: BTreeSet<(&str, &str)> = before
            .all()
            .chain(self.all())
            .map(|(process, name, _)| (process, name))
            .collect();
        let each = keys.into_iter().map(|(process, name)| Difference {
            process,
            name,
            before: before.get(process, name),
            after: self.get(process, name),
        });
        each.filter(|one| one.before != one.after).collect()
    }

    /// With the variables that people and tools had set then, in place of those that they set now. What binds give stays as it is: a
    /// name that one of them gives now is its own, and what one gave that is gone is not there again.
    #[must_use]
    pub fn restored(&self, former: &Self) -> Restored {
        let bound = self.bound();
        let mut next = self.clone();
        for variables in next.0.values_mut() {
            variables.retain(|_, variable| variable.bind().is_some());
        }
        let mut left_out = Vec::new();
        for (process, name, variable) in former.all() {
            let bind = bound.get(name).copied();
            match (variable.bind(), bind) {
                (None, None) => {
                    let of_process = next.0.entry(process.to_owned()).or_default();
                    of_process.insert(name.to_owned(), variable.clone());
                }
                // It has what the bind gives now.
                (Some(_), Some(_)) => {}
                (None, Some(_)) | (Some(_), None) => left_out.push(LeftOut {
                    process: process.to_owned(),
                    name: name.to_owned(),
                    bind,
                }),
            }
        }
        next.0.retain(|_, variables| !variables.is_empty());
        Restored {
            environment: next,
            left_out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const DATABASE: &str = "bind-0000000000000001";
    const QUEUE: &str = "bind-0000000000000002";

    /// Of `process/name=value`, with who keeps it behind `~` and `!` at the end where it is private.
    fn environment(said: &[&str]) -> Environment {
        let mut environment = Environment::default();
        for text in said {
            let (text, is_private) = text.strip_suffix('!').map_or((*text, false), |text| (text, true));
            let (text, managed_by) = text.split_once('~').unwrap_or((text, ""));
            let (path, value) = text.split_once('=').unwrap();
            let (process, name) = path.split_once('/').unwrap();
            let variable = Variable {
                given: Given::Value(value.to_owned()),
                is_private,
                managed_by: managed_by.to_owned(),
            };
            let of_process = environment.0.entry(process.to_owned()).or_default();
            of_process.insert(name.to_owned(), variable);
        }
        environment
    }

    #[rstest]
    #[case::as_they_were(&["/A=2", "/B=1", "web/C=1"], &["/A=1", "worker/D=1"], &["/A=1", "worker/D=1"], &[])]
    #[case::with_their_tools(&["/A=2"], &["/A=1~terraform!"], &["/A=1~terraform!"], &[])]
    #[case::to_nothing(&["/A=1"], &[], &[], &[])]
    #[case::what_binds_give_is_of_now(
        &["/A=2", "/URL=new~bind-0000000000000001!"], &["/A=1", "/URL=old~bind-0000000000000001!"],
        &["/A=1", "/URL=new~bind-0000000000000001!"], &[])]
    #[case::of_another_bind_too(
        &["/URL=new~bind-0000000000000002"], &["/URL=old~bind-0000000000000001"], &["/URL=new~bind-0000000000000002"], &[])]
    #[case::the_name_is_a_binds(
        &["/URL=new~bind-0000000000000001"], &["/URL=mine", "web/URL=mine too"],
        &["/URL=new~bind-0000000000000001"], &[("", "URL", Some(DATABASE)), ("web", "URL", Some(DATABASE))])]
    #[case::the_bind_is_gone(&["/A=1"], &["/URL=old~bind-0000000000000002!"], &[], &[("", "URL", None)])]
    fn what_comes_back(
        #[case] now: &[&str],
        #[case] former: &[&str],
        #[case] after: &[&str],
        #[case] left_out: &[(&str, &str, Option<&str>)],
    ) {
        let restored = environment(now).restored(&environment(former));
        assert_eq!(restored.environment, environment(after));
        let shown: Vec<(&str, &str, Option<String>)> = restored
            .left_out
            .iter()
            .map(|one| {
                (
                    one.process.as_str(),
                    one.name.as_str(),
                    one.bind.map(|bind| bind.to_string()),
                )
            })
            .collect();
        let expected: Vec<_> = left_out
            .iter()
            .map(|(process, name, bind)| (*process, *name, bind.map(str::to_owned)))
            .collect();
        assert_eq!(shown, expected);
        // Going back once more changes nothing.
        let again = restored.environment.restored(&environment(former));
        assert_eq!(again.environment, restored.environment);
    }

    #[test]
    fn differences_are_told_by_process_and_name() {
        let before = environment(&["/A=1", "/B=1", "web/A=1", "/URL=1~bind-0000000000000002"]);
        let after = environment(&["/A=1!", "web/A=2", "worker/C=1", "/URL=1~bind-0000000000000002"]);
        let all: Vec<_> = after
            .since(&before)
            .into_iter()
            .map(|one| (one.process, one.name, one.before.is_some(), one.after.is_some()))
            .collect();
        assert_eq!(
            all,
            [
                ("", "A", true, true),
                ("", "B", true, false),
                ("web", "A", true, true),
                ("worker", "C", false, true)
            ]
        );
        assert_eq!(after.since(&after), []);
        assert_eq!(after.all().filter(|(_, _, one)| one.managed_by == QUEUE).count(), 1);
    }

    #[rstest]
    #[case::public(&["/A=1"], &["/A=2"], &[], true)]
    #[case::new_and_private(&[], &["/A=2!"], &[], false)]
    #[case::it_became_private(&["/A=1"], &["/A=1!"], &[], false)]
    #[case::it_was_private(&["/A=1!"], &["/A=2"], &[], false)]
    #[case::private_and_gone(&["/A=1!"], &[], &[], false)]
    #[case::private_later(&["/A=1"], &["/A=2"], &["worker/A=3!"], false)]
    #[case::another_is_private(&["/A=1"], &["/A=2"], &["/B=3!"], true)]
    fn values_are_shown_of_what_nobody_hides(
        #[case] before: &[&str],
        #[case] after: &[&str],
        #[case] later: &[&str],
        #[case] is_open: bool,
    ) {
        let (before, after, later) = (environment(before), environment(after), environment(later));
        let differences = after.since(&before);
        assert_eq!(differences.len(), 1);
        assert!(differences.iter().all(|one| one.is_open(&later.private()) == is_open));
    }
}
