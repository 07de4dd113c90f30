//! Variables and outputs, file by file, overrides last, and what they come to.

use std::collections::BTreeMap;
use std::ops::Range;

use hcl_edit::Ident;
use serde_json::Value;

use super::constant::Unknown;
use super::model::{DefaultValue, Interface, Output, Place, Validation, Variable};
use super::read::Reading;
use super::requirements;
use super::source::{Argument, Block, Source, Written};
use crate::events::Diagnostic;
use crate::types::{Type, read_type};

/// More of one kind are not kept.
const MOST_DECLARATIONS: usize = 5000;

/// Names that mean something else in a `module` block.
const RESERVED: [&str; 10] = [
    "source",
    "version",
    "count",
    "for_each",
    "depends_on",
    "providers",
    "lifecycle",
    "locals",
    "provider",
    "_",
];

/// Everything read so far.
#[derive(Default)]
pub(super) struct Declarations {
    pub(super) interface: Interface,
    pub(super) problems: Vec<Diagnostic>,
    variables: Vec<VariableDraft>,
    /// Places in `variables` and in the outputs of the interface.
    variable_places: BTreeMap<String, usize>,
    output_places: BTreeMap<String, usize>,
}

/// A variable whose overrides may still come.
#[derive(Default)]
struct VariableDraft {
    name: String,
    value_type: Option<(Type, String)>,
    default: Option<DefaultDraft>,
    nullable: Option<bool>,
    sensitive: Option<bool>,
    ephemeral: Option<bool>,
    deprecated: Option<String>,
    description: Option<String>,
    validations: Vec<Validation>,
    place: Place,
}

struct DefaultDraft {
    value: DefaultValue,
    /// A problem without sentence, to be said if the value does not fit.
    place: Box<Diagnostic>,
}

impl Declarations {
    /// Reads a file; overrides come after all others.
    pub(super) fn file(&mut self, source: &Source<'_>) {
        let blocks = match source.blocks() {
            Ok(blocks) => blocks,
            Err(problem) => return self.problems.push(*problem),
        };
        if source.is_override {
            requirements::forget_overridden(&mut self.interface, &blocks);
        }
        for block in &blocks {
            match (block.kind.as_str(), block.labels.as_slice()) {
                ("variable", [name]) => self.variable(source, block, name),
                ("output", [name]) => self.output(source, block, name),
                _ => requirements::read(&mut self.interface, source, block),
            }
        }
    }

    fn say(&mut self, source: &Source<'_>, span: Option<Range<usize>>, sentence: &str) {
        self.problems.push(*source.problem(span, sentence));
    }

    fn variable(&mut self, source: &Source<'_>, block: &Block, name: &str) {
        let known = [
            "type",
            "default",
            "description",
            "sensitive",
            "ephemeral",
            "nullable",
            "deprecated",
            "const",
            "validation",
        ];
        self.warn_of_unknown(source, block, &known);
        if !self.is_good_name(source, block, "variable", name) {
            return;
        }
        let mut draft = VariableDraft {
            name: name.to_owned(),
            value_type: self.value_type(source, block),
            default: self.default(source, block, name),
            nullable: self
                .constant(source, block, "nullable", &Type::Bool)
                .and_then(|value| value.as_bool()),
            sensitive: self
                .constant(source, block, "sensitive", &Type::Bool)
                .and_then(|value| value.as_bool()),
            ephemeral: self
                .constant(source, block, "ephemeral", &Type::Bool)
                .and_then(|value| value.as_bool()),
            deprecated: self
                .text(source, block, "deprecated")
                .filter(|text| !text.trim().is_empty()),
            description: self.text(source, block, "description"),
            validations: validations(source, block),
            place: source.place(block.span.as_ref()),
        };
        let is_full = self.variables.len() >= MOST_DECLARATIONS;
        let before = self.variable_places.get(name).copied();
        let before = before.and_then(|at| self.variables.get_mut(at));
        match before {
            Some(before) if source.is_override => before.merge(&mut draft),
            Some(before) => {
                let sentence = twice("variable", name, &before.place);
                self.say(source, block.span.clone(), &sentence);
            }
            None if source.is_override => {
                let sentence = format!("there is no variable `{name}` that this could override");
                self.say(source, block.span.clone(), &sentence);
            }
            None if is_full => {}
            None => {
                self.variable_places.insert(name.to_owned(), self.variables.len());
                self.variables.push(draft);
            }
        }
    }

    fn output(&mut self, source: &Source<'_>, block: &Block, name: &str) {
        let known = [
            "value",
            "description",
            "sensitive",
            "ephemeral",
            "deprecated",
            "depends_on",
            "precondition",
        ];
        self.warn_of_unknown(source, block, &known);
        if !self.is_good_name(source, block, "output", name) {
            return;
        }
        let sensitive = self
            .constant(source, block, "sensitive", &Type::Bool)
            .and_then(|value| value.as_bool());
        let ephemeral = self
            .constant(source, block, "ephemeral", &Type::Bool)
            .and_then(|value| value.as_bool());
        let deprecated = self
            .text(source, block, "deprecated")
            .filter(|text| !text.trim().is_empty());
        let description = self.text(source, block, "description");
        let is_full = self.interface.outputs.len() >= MOST_DECLARATIONS;
        let before = self.output_places.get(name).copied();
        let before = before.and_then(|at| self.interface.outputs.get_mut(at));
        match before {
            Some(before) if source.is_override => {
                before.sensitive = sensitive.unwrap_or(before.sensitive);
                before.ephemeral = ephemeral.unwrap_or(before.ephemeral);
                before.deprecated = deprecated.or(before.deprecated.take());
                before.description = description.or(before.description.take());
            }
            Some(before) => {
                let sentence = twice("output", name, &before.place);
                self.say(source, block.span.clone(), &sentence);
            }
            None if source.is_override => {
                let sentence = format!("there is no output `{name}` that this could override");
                self.say(source, block.span.clone(), &sentence);
            }
            None if is_full => {}
            None => {
                if block.argument("value").is_none() {
                    self.say(source, block.span.clone(), &format!("the output `{name}` has no value"));
                }
                self.output_places.insert(name.to_owned(), self.interface.outputs.len());
                self.interface.outputs.push(Output {
                    name: name.to_owned(),
                    description,
                    sensitive: sensitive.unwrap_or_default(),
                    ephemeral: ephemeral.unwrap_or_default(),
                    deprecated,
                    place: source.place(block.span.as_ref()),
                });
            }
        }
    }

    /// An engine that is newer than this reader may know more.
    fn warn_of_unknown(&mut self, source: &Source<'_>, block: &Block, known: &[&str]) {
        let is_unknown = |name: &str| !known.contains(&name) && name != "//";
        for argument in block.arguments().filter(|argument| is_unknown(&argument.name)) {
            let sentence = format!("`{}` is no argument of a {}", argument.name, block.kind);
            self.problems.push(*source.warning(argument.written.span(), &sentence));
        }
        for kind in block.nested_kinds().filter(|kind| is_unknown(kind)) {
            let sentence = format!("`{kind}` is no block of a {}", block.kind);
            self.problems.push(*source.warning(block.span.clone(), &sentence));
        }
    }

    fn is_good_name(&mut self, source: &Source<'_>, block: &Block, kind: &str, name: &str) -> bool {
        if Ident::try_new(name).is_err() {
            let sentence = format!(
                "{} is no name for a {kind}: names start with a letter or `_` and have letters, digits, `_` and `-`",
                crate::variables::quoted(name)
            );
            self.say(source, block.span.clone(), &sentence);
            return false;
        }
        if kind == "variable" && RESERVED.contains(&name) {
            let sentence =
                format!("`{name}` cannot be the name of a variable: it means something else in module blocks");
            self.say(source, block.span.clone(), &sentence);
            return false;
        }
        true
    }

    fn value_type(&mut self, source: &Source<'_>, block: &Block) -> Option<(Type, String)> {
        let written = &block.argument("type")?.written;
        let text = match written {
            Written::Json(Value::String(text)) => text.clone(),
            Written::Json(_) => String::new(),
            Written::Native(expression) => source.written(expression),
        };
        let expression = match written.expression() {
            Ok(expression) => expression,
            Err(why) => {
                self.say(source, written.span(), &format!("the type cannot be read: {why}"));
                return Some((Type::Any, text));
            }
        };
        let mut problems = Vec::new();
        let found = read_type(&expression, &mut problems);
        for problem in problems {
            // Places inside of text in JSON syntax are no places in the file.
            let span = written.span().and(problem.span);
            self.say(source, span, &problem.sentence);
        }
        Some((found, text))
    }

    fn default(&mut self, source: &Source<'_>, block: &Block, name: &str) -> Option<DefaultDraft> {
        let written = &block.argument("default")?.written;
        let place = source.problem(written.span(), "");
        let value = match written.constant() {
            Ok(value) => DefaultValue::Known(value),
            Err(unknown) => {
                if unknown != Unknown::Computed {
                    let sentence = format!("the default of variable `{name}` {}", unknown.sentence());
                    self.say(source, written.span(), &sentence);
                }
                DefaultValue::Computed(source.text_of(written))
            }
        };
        Some(DefaultDraft { value, place })
    }

    fn text(&mut self, source: &Source<'_>, block: &Block, name: &str) -> Option<String> {
        match self.constant(source, block, name, &Type::String)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    fn constant(&mut self, source: &Source<'_>, block: &Block, name: &str, wanted: &Type) -> Option<Value> {
        let Argument { written, .. } = block.argument(name)?;
        let converted = match written.constant() {
            Ok(value) => wanted.convert(&value).map_err(|found| {
                let why = found.first().map(ToString::to_string).unwrap_or_default();
                format!("`{name}` does not fit: {why}")
            }),
            Err(unknown) => Err(format!("`{name}` {}", unknown.sentence())),
        };
        match converted {
            Ok(value) => Some(value),
            Err(sentence) => {
                self.say(source, written.span(), &sentence);
                None
            }
        }
    }

    /// What all files come to.
    pub(super) fn finish(mut self) -> Reading {
        let drafts = std::mem::take(&mut self.variables);
        for draft in drafts {
            let variable = draft.finish(&mut self.problems);
            self.interface.variables.push(variable);
        }
        Reading {
            interface: self.interface,
            problems: self.problems,
        }
    }
}

fn twice(kind: &str, name: &str, before: &Place) -> String {
    format!(
        "the {kind} `{name}` is declared twice: first at {}, line {}",
        before.file, before.line
    )
}

fn validations(source: &Source<'_>, block: &Block) -> Vec<Validation> {
    let rules = block.nested("validation", 0).into_iter();
    let read = rules.map(|rule| Validation {
        condition: rule.text("condition", source).unwrap_or_default(),
        error_message: rule.text("error_message", source).unwrap_or_default(),
    });
    read.collect()
}

impl VariableDraft {
    /// What an override says wins; validations cannot be overridden.
    fn merge(&mut self, over: &mut Self) {
        fn take<T>(own: &mut Option<T>, over: &mut Option<T>) {
            if over.is_some() {
                *own = over.take();
            }
        }
        take(&mut self.value_type, &mut over.value_type);
        take(&mut self.default, &mut over.default);
        take(&mut self.nullable, &mut over.nullable);
        take(&mut self.sensitive, &mut over.sensitive);
        take(&mut self.ephemeral, &mut over.ephemeral);
        take(&mut self.deprecated, &mut over.deprecated);
        take(&mut self.description, &mut over.description);
    }

    fn finish(self, problems: &mut Vec<Diagnostic>) -> Variable {
        let (value_type, type_text) = match self.value_type {
            Some((found, text)) => (found, Some(text)),
            None => (Type::Any, None),
        };
        let nullable = self.nullable.unwrap_or(true);
        let mut say = |place: &Diagnostic, sentence: String| {
            problems.push(Diagnostic {
                detail: sentence,
                ..place.clone()
            });
        };
        let name = &self.name;
        let default = self.default.map(|default| match default.value {
            DefaultValue::Known(value) => {
                if value.is_null() && !nullable {
                    say(
                        &default.place,
                        format!("the default of variable `{name}` is null, and nullable is false"),
                    );
                }
                match value_type.convert(&value) {
                    Ok(value) => DefaultValue::Known(value),
                    Err(mismatches) => {
                        for mismatch in mismatches {
                            say(
                                &default.place,
                                format!("the default of variable `{name}` does not fit its type: {mismatch}"),
                            );
                        }
                        DefaultValue::Known(value)
                    }
                }
            }
            computed @ DefaultValue::Computed(_) => computed,
        });
        Variable {
            name: self.name,
            value_type,
            type_text,
            default,
            nullable,
            sensitive: self.sensitive.unwrap_or_default(),
            ephemeral: self.ephemeral.unwrap_or_default(),
            deprecated: self.deprecated,
            description: self.description,
            validations: self.validations,
            place: self.place,
        }
    }
}
