//! Which workspaces a commit affects, and why. Pure.
//!
//! A workspace is affected when a changed path is in its directory (or matches its patterns, where it has any), in a
//! local module that it calls, or is a file that its code names. Only the newer commit's closures are asked: as long as
//! nothing in them changed, they are the older commit's closures too.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use slipway_api::ids::WorkspaceId;

use super::closure::Closure;
use super::paths::{above, parent};
use super::patterns::Patterns;

/// A workspace that a commit may affect.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// Which.
    pub workspace: WorkspaceId,
    /// What its code can read.
    pub closure: Closure,
    /// What the workspace itself says it depends on.
    pub patterns: Patterns,
    /// Whether it is affected by every commit.
    pub is_always: bool,
}

/// Why a workspace is affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Why {
    /// It is affected by every commit.
    Always,
    /// This path is in its directory.
    Own(String),
    /// This path matches one of its patterns.
    Pattern(String),
    /// This path is in a local module that its code calls.
    Module(String, String),
    /// This path is a file that its code names, or is below a directory that it names.
    Named(String),
    /// Its code names paths that are known only when it runs, and this one may be among them.
    Anything(String),
}

/// All candidates, by the paths that they depend on.
pub(crate) struct Index<'a> {
    candidates: &'a [Candidate],
    own: HashMap<&'a str, Vec<usize>>,
    modules: HashMap<&'a str, Vec<usize>>,
    paths: HashMap<&'a str, Vec<usize>>,
    /// What is above any of these: what becomes a file there takes everything below away.
    over: HashMap<&'a str, Vec<usize>>,
    patterned: Vec<usize>,
    whole: Vec<usize>,
}

impl<'a> Index<'a> {
    /// Orders candidates for [`affected`](Self::affected).
    pub(crate) fn new(candidates: &'a [Candidate]) -> Self {
        let mut index = Self {
            candidates,
            own: HashMap::new(),
            modules: HashMap::new(),
            paths: HashMap::new(),
            over: HashMap::new(),
            patterned: Vec::new(),
            whole: Vec::new(),
        };
        for (number, candidate) in candidates.iter().enumerate() {
            index.add(number, candidate);
        }
        index
    }

    fn add(&mut self, number: usize, candidate: &'a Candidate) {
        let closure = &candidate.closure;
        if closure.is_whole {
            self.whole.push(number);
        }
        if !candidate.patterns.is_empty() {
            self.patterned.push(number);
        }
        if !candidate.patterns.replace_directory() {
            self.own.entry(&closure.own).or_default().push(number);
        }
        for module in &closure.modules {
            self.modules.entry(module).or_default().push(number);
        }
        for path in &closure.paths {
            self.paths.entry(path).or_default().push(number);
        }
        let named = closure.modules.iter().chain(&closure.paths).chain([&closure.own]);
        let over: BTreeSet<&str> = named
            .flat_map(|path| above(path))
            .filter(|path| !path.is_empty())
            .collect();
        for path in over {
            self.over.entry(path).or_default().push(number);
        }
    }

    /// The directories between changed paths and what depends on a directory above them: whoever asks has to say which
    /// of them are configurations of their own.
    pub(crate) fn questions<'b>(&self, changed: &'b [String]) -> BTreeSet<&'b str> {
        let depended = |directory: &str| self.own.contains_key(directory) || self.modules.contains_key(directory);
        let mut questions = BTreeSet::new();
        for path in changed {
            let mut below = Vec::new();
            for directory in above(path) {
                if depended(directory) {
                    questions.extend(below.drain(..));
                }
                below.push(directory);
            }
        }
        questions
    }

    /// The candidates that the changed paths affect, each with its first reason, in the candidates' order. `separate` are
    /// those of the directories in question that are configurations of their own, on every side that they exist on.
    pub(crate) fn affected(&self, changed: &[String], separate: &HashSet<String>) -> Vec<(WorkspaceId, Why)> {
        let mut found: BTreeMap<usize, Why> = BTreeMap::new();
        for (number, candidate) in self.candidates.iter().enumerate() {
            if candidate.is_always {
                found.insert(number, Why::Always);
            }
        }
        for path in changed {
            self.of_path(path, separate, &mut found);
        }
        let named = |(number, why): (usize, Why)| Some((self.candidates.get(number)?.workspace, why));
        found.into_iter().filter_map(named).collect()
    }

    fn of_path(&self, path: &str, separate: &HashSet<String>, found: &mut BTreeMap<usize, Why>) {
        let mut note = |numbers: Option<&Vec<usize>>, why: &dyn Fn() -> Why| {
            for number in numbers.into_iter().flatten() {
                found.entry(*number).or_insert_with(why);
            }
        };
        for directory in above(path) {
            note(self.own.get(directory), &|| Why::Own(path.to_owned()));
            note(self.modules.get(directory), &|| {
                Why::Module(directory.to_owned(), path.to_owned())
            });
            if separate.contains(directory) {
                break;
            }
        }
        let named = || Why::Named(path.to_owned());
        note(self.paths.get(path), &named);
        for directory in above(path) {
            note(self.paths.get(directory), &named);
        }
        note(self.over.get(path), &named);
        // A submodule or a link in the place of the directory itself.
        note(self.own.get(path), &named);
        note(self.modules.get(path), &named);
        note(Some(&self.whole), &|| Why::Anything(path.to_owned()));
        let matching: Vec<usize> = self
            .patterned
            .iter()
            .copied()
            .filter(|number| {
                self.candidates
                    .get(*number)
                    .is_some_and(|one| one.patterns.matches(path))
            })
            .collect();
        note(Some(&matching), &|| Why::Pattern(path.to_owned()));
    }
}

/// Whether a directory is a configuration of its own, from what is known of it before and after: `None` where it does not
/// exist. When in doubt it belongs to the one above.
pub(crate) fn is_separate(before: Option<bool>, after: Option<bool>) -> bool {
    (before.is_some() || after.is_some()) && before.unwrap_or(true) && after.unwrap_or(true)
}

impl Why {
    /// The reason as a sentence.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Always => "Every commit concerns it: it does not look at changed files.".to_owned(),
            Self::Own(path) => format!("{path} is in its directory."),
            Self::Pattern(path) => format!("{path} matches one of its patterns."),
            Self::Module(module, path) => format!("Its code calls the module {}, where {path} changed.", shown(module)),
            Self::Named(path) => format!("Its code reads {path}."),
            Self::Anything(path) => format!(
                "Its code reads files whose names are known only when it runs; {path} may be among them. Trigger \
                 patterns narrow that."
            ),
        }
    }
}

fn shown(directory: &str) -> &str {
    if parent(directory).is_none() {
        "at the top"
    } else {
        directory
    }
}

#[cfg(test)]
#[path = "affected_tests.rs"]
mod tests;
