//! What a new version of a module means for those who use the old one.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::model::{DefaultValue, Interface, Output, RequiredProvider, Variable};
use crate::types::{self, TypeChange, TypeChangeKind};
use crate::versions::overlap::{Overlap, overlap};

/// What somebody has to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// What worked may be refused, or what was used is gone.
    Breaking,
    /// It works, and something is different.
    Notable,
    /// Nothing to do.
    Harmless,
}

/// What a note is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind", content = "name")]
pub enum Subject {
    /// A variable.
    Variable(String),
    /// An output.
    Output(String),
    /// A provider by local name.
    Provider(String),
    /// A type of resources.
    Resource(String),
    /// The version of the engine.
    Engine,
    /// Where the state is kept.
    State,
}

/// What happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// It was not there.
    Added,
    /// It is not there any more.
    Removed,
    /// Its type differs.
    Type,
    /// Its default differs, or one came or went.
    Default,
    /// Null became a value, or stopped being one.
    Nullable,
    /// Rules differ.
    Validation,
    /// It is hidden now, or is not any more.
    Sensitive,
    /// It is kept nowhere now, or is kept.
    Ephemeral,
    /// People are asked not to use it, or may use it again.
    Deprecated,
    /// Words for people differ.
    Description,
    /// A version constraint or source differs.
    Constraint,
}

/// One difference between two versions of a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Note {
    /// What somebody has to do about it.
    pub weight: Weight,
    /// What it is about.
    pub subject: Subject,
    /// What happened.
    pub kind: NoteKind,
    /// A sentence for people.
    pub sentence: String,
}

/// All differences, those that break first.
#[must_use]
pub fn compare(old: &Interface, new: &Interface) -> Vec<Note> {
    let mut notes = Notes(Vec::new());
    for before in &old.variables {
        match new.variable(&before.name) {
            Some(after) => notes.variable(before, after),
            None => notes.add(
                Weight::Breaking,
                Subject::Variable(before.name.clone()),
                NoteKind::Removed,
                format!("Variable `{}` is gone: a value given for it is refused.", before.name),
            ),
        }
    }
    for after in new.variables.iter().filter(|after| old.variable(&after.name).is_none()) {
        notes.new_variable(after);
    }
    for before in &old.outputs {
        notes.output(before, new.output(&before.name));
    }
    for after in new.outputs.iter().filter(|after| old.output(&after.name).is_none()) {
        let sentence = format!("Output `{}` is new.", after.name);
        notes.add(
            Weight::Harmless,
            Subject::Output(after.name.clone()),
            NoteKind::Added,
            sentence,
        );
    }
    notes.requirements(old, new);
    notes.0.sort_by_key(|note| note.weight);
    notes.0
}

struct Notes(Vec<Note>);

impl Notes {
    fn add(&mut self, weight: Weight, subject: Subject, kind: NoteKind, sentence: String) {
        self.0.push(Note {
            weight,
            subject,
            kind,
            sentence,
        });
    }

    fn new_variable(&mut self, after: &Variable) {
        let (weight, sentence) = match after.is_required() {
            true => (
                Weight::Breaking,
                format!("Variable `{}` is new and must be given.", after.name),
            ),
            false => (
                Weight::Harmless,
                format!("Variable `{}` is new and optional.", after.name),
            ),
        };
        self.add(weight, Subject::Variable(after.name.clone()), NoteKind::Added, sentence);
    }

    fn variable(&mut self, before: &Variable, after: &Variable) {
        use Weight::{Breaking, Harmless, Notable};
        let name = &after.name;
        for change in types::compare(&before.value_type, &after.value_type) {
            self.type_change(name, &change);
        }
        let mut say = |weight, kind, words: &str| {
            let sentence = format!("Variable `{name}` {words}.");
            self.add(weight, Subject::Variable(name.clone()), kind, sentence);
        };
        match (&before.default, &after.default) {
            (Some(_), None) => say(Breaking, NoteKind::Default, "has no default any more and must be given"),
            (None, Some(_)) => say(Harmless, NoteKind::Default, "has a default now and may be left out"),
            (Some(old), Some(new)) if !is_same_default(before, old, after, new) => {
                say(Notable, NoteKind::Default, "has another default");
            }
            _ => {}
        }
        match (before.nullable, after.nullable) {
            (true, false) if after.is_required() => say(Breaking, NoteKind::Nullable, "must not be null any more"),
            (true, false) => say(Notable, NoteKind::Nullable, "takes its default in place of null"),
            (false, true) => say(
                Notable,
                NoteKind::Nullable,
                "may be null, which no longer means its default",
            ),
            _ => {}
        }
        let rules = |variable: &Variable| -> BTreeSet<String> {
            let conditions = variable.validations.iter().map(|rule| normal(&rule.condition));
            conditions.collect()
        };
        let (old_rules, new_rules) = (rules(before), rules(after));
        for added in new_rules.difference(&old_rules) {
            let words = format!("has a new rule, which a given value may break: {}", shortened(added));
            say(Breaking, NoteKind::Validation, &words);
        }
        for dropped in old_rules.difference(&new_rules) {
            let words = format!("has one rule less: {}", shortened(dropped));
            say(Harmless, NoteKind::Validation, &words);
        }
        match (before.sensitive, after.sensitive) {
            (false, true) => say(Notable, NoteKind::Sensitive, "is sensitive now: its value is hidden"),
            (true, false) => say(
                Notable,
                NoteKind::Sensitive,
                "is not sensitive any more: its value can be seen in plans",
            ),
            _ => {}
        }
        match (before.ephemeral, after.ephemeral) {
            (false, true) => say(
                Notable,
                NoteKind::Ephemeral,
                "is ephemeral now: its value is kept nowhere",
            ),
            (true, false) => say(
                Notable,
                NoteKind::Ephemeral,
                "is not ephemeral any more: its value is kept in plans",
            ),
            _ => {}
        }
        match (&before.deprecated, &after.deprecated) {
            (old, Some(instead)) if old.as_ref() != Some(instead) => {
                say(
                    Notable,
                    NoteKind::Deprecated,
                    &format!("is deprecated: {}", ended(instead)),
                );
            }
            (Some(_), None) => say(Harmless, NoteKind::Deprecated, "is not deprecated any more"),
            _ => {}
        }
        if before.description != after.description {
            say(Harmless, NoteKind::Description, "has another description");
        }
    }

    fn type_change(&mut self, name: &str, change: &TypeChange) {
        let weight = match change.kind {
            TypeChangeKind::Narrowed | TypeChangeKind::Replaced => Weight::Breaking,
            TypeChangeKind::Reinterpreted => Weight::Notable,
            TypeChangeKind::Widened => Weight::Harmless,
        };
        let sentence = format!("Variable `{name}{}` {}.", change.path, change.sentence);
        self.add(weight, Subject::Variable(name.to_owned()), NoteKind::Type, sentence);
    }

    fn output(&mut self, before: &Output, after: Option<&Output>) {
        use Weight::{Breaking, Harmless, Notable};
        let name = &before.name;
        let mut say = |weight, kind, words: &str| {
            let sentence = format!("Output `{name}` {words}.");
            self.add(weight, Subject::Output(name.clone()), kind, sentence);
        };
        let Some(after) = after else {
            return say(
                Breaking,
                NoteKind::Removed,
                "is gone: whatever uses it has no value any more",
            );
        };
        match (before.sensitive, after.sensitive) {
            (false, true) => say(
                Breaking,
                NoteKind::Sensitive,
                "is sensitive now: what shows it must be sensitive, too",
            ),
            (true, false) => say(
                Notable,
                NoteKind::Sensitive,
                "is not sensitive any more: its value can be seen",
            ),
            _ => {}
        }
        match (before.ephemeral, after.ephemeral) {
            (false, true) => say(
                Breaking,
                NoteKind::Ephemeral,
                "is ephemeral now: nothing that is kept can use it",
            ),
            (true, false) => say(Notable, NoteKind::Ephemeral, "is not ephemeral any more"),
            _ => {}
        }
        match (&before.deprecated, &after.deprecated) {
            (old, Some(instead)) if old.as_ref() != Some(instead) => {
                say(
                    Notable,
                    NoteKind::Deprecated,
                    &format!("is deprecated: {}", ended(instead)),
                );
            }
            (Some(_), None) => say(Harmless, NoteKind::Deprecated, "is not deprecated any more"),
            _ => {}
        }
        if before.description != after.description {
            say(Harmless, NoteKind::Description, "has another description");
        }
    }

    fn requirements(&mut self, old: &Interface, new: &Interface) {
        let (before, after) = (old.engine_versions.join(", "), new.engine_versions.join(", "));
        self.constraint(&Subject::Engine, "The engine's version", &before, &after);
        for (name, before) in &old.required_providers {
            let subject = Subject::Provider(name.clone());
            match new.required_providers.get(name) {
                None => {
                    let sentence = format!("Provider `{name}` is not needed any more.");
                    self.add(Weight::Harmless, subject, NoteKind::Removed, sentence);
                }
                Some(after) => self.provider(name, before, after),
            }
        }
        for name in new.required_providers.keys() {
            if !old.required_providers.contains_key(name) {
                let sentence = format!("Provider `{name}` is needed now; it may have to be given credentials.");
                self.add(
                    Weight::Notable,
                    Subject::Provider(name.clone()),
                    NoteKind::Added,
                    sentence,
                );
            }
        }
        for kind in old.resources.keys().filter(|kind| !new.resources.contains_key(*kind)) {
            let sentence = format!("There are no resources `{kind}` in it any more: what exists of them is destroyed.");
            self.add(
                Weight::Notable,
                Subject::Resource(kind.clone()),
                NoteKind::Removed,
                sentence,
            );
        }
        for kind in new.resources.keys().filter(|kind| !old.resources.contains_key(*kind)) {
            let sentence = format!("There are resources `{kind}` in it now.");
            self.add(
                Weight::Harmless,
                Subject::Resource(kind.clone()),
                NoteKind::Added,
                sentence,
            );
        }
        let kind = |interface: &Interface| interface.state.as_ref().map(|state| state.kind.clone());
        if kind(old) != kind(new) {
            let sentence = match kind(new) {
                Some(kind) => format!("It says itself where its state is kept now ({kind})."),
                None => "It does not say itself any more where its state is kept.".to_owned(),
            };
            self.add(Weight::Notable, Subject::State, NoteKind::Constraint, sentence);
        }
    }

    fn provider(&mut self, name: &str, before: &RequiredProvider, after: &RequiredProvider) {
        let subject = Subject::Provider(name.to_owned());
        if before.source != after.source {
            let sentence = format!(
                "Provider `{name}` was {} and is {}: what exists belongs to the old one.",
                before.source, after.source
            );
            return self.add(Weight::Breaking, subject, NoteKind::Constraint, sentence);
        }
        let text = |provider: &RequiredProvider| provider.constraint.clone().unwrap_or_default();
        let what = format!("The version of provider `{name}`");
        self.constraint(&subject, &what, &text(before), &text(after));
        for alias in after.aliases.iter().filter(|alias| !before.aliases.contains(alias)) {
            let sentence = format!("A configuration `{alias}` of provider `{name}` must be handed in now.");
            self.add(Weight::Breaking, subject.clone(), NoteKind::Added, sentence);
        }
        for alias in before.aliases.iter().filter(|alias| !after.aliases.contains(alias)) {
            let sentence = format!("No configuration `{alias}` of provider `{name}` can be handed in any more.");
            self.add(Weight::Breaking, subject.clone(), NoteKind::Removed, sentence);
        }
    }

    fn constraint(&mut self, subject: &Subject, what: &str, before: &str, after: &str) {
        if before == after {
            return;
        }
        let shown = |text: &str| {
            if text.is_empty() {
                "any".to_owned()
            } else {
                format!("`{text}`")
            }
        };
        let (weight, how) = match overlap(before, after) {
            Overlap::Same => return,
            Overlap::Wider => (Weight::Harmless, "more versions will do"),
            Overlap::Narrower => (Weight::Notable, "some versions will not do any more"),
            Overlap::Partly => (Weight::Notable, "some versions will not do any more, others do now"),
            Overlap::Apart => (Weight::Breaking, "no version does for both"),
            Overlap::Unknown => (Weight::Notable, "what that admits cannot be read"),
        };
        let sentence = format!("{what} was {} and is {}: {how}.", shown(before), shown(after));
        self.add(weight, subject.clone(), NoteKind::Constraint, sentence);
    }
}

/// A default that a type change turned into the same value of the other type is the same.
fn is_same_default(before: &Variable, old: &DefaultValue, after: &Variable, new: &DefaultValue) -> bool {
    let (DefaultValue::Known(old), DefaultValue::Known(new)) = (old, new) else {
        return old == new;
    };
    old == new || (before.value_type != after.value_type && after.value_type.convert(old).as_ref() == Ok(new))
}

/// Spaces and line breaks do not make another rule.
fn normal(condition: &str) -> String {
    condition.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Without the full stop that the sentence brings itself.
fn ended(text: &str) -> &str {
    text.trim().trim_end_matches('.')
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
