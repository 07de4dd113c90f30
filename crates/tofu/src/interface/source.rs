//! One file in native or JSON syntax as blocks with arguments, and problems with their places.

use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::parser::{parse_body, parse_expr};
use hcl_edit::structure::{self, Body, Structure};
use serde_json::Value;

use super::constant::{Unknown, constant};
use super::model::Place;
use crate::events::{Diagnostic, Position, Severity, Snippet, SourceRange};

/// A file's text with the places of its lines.
pub(super) struct Source<'a> {
    name: &'a str,
    text: &'a str,
    line_starts: Vec<usize>,
    pub(super) is_override: bool,
}

/// A block.
pub(super) struct Block {
    pub(super) kind: String,
    pub(super) labels: Vec<String>,
    arguments: Vec<Argument>,
    blocks: Vec<Block>,
    pub(super) span: Option<Range<usize>>,
}

/// An argument of a block; in JSON syntax nested blocks look like one.
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) written: Written,
}

/// What is written behind an argument's name.
pub(super) enum Written {
    /// Native syntax.
    Native(Expression),
    /// JSON syntax. Text is itself where the engine evaluates constants.
    Json(Value),
}

impl Written {
    pub(super) fn constant(&self) -> Result<Value, Unknown> {
        match self {
            Self::Native(expression) => constant(expression),
            Self::Json(value) => Ok(value.clone()),
        }
    }

    pub(super) fn span(&self) -> Option<Range<usize>> {
        match self {
            Self::Native(expression) => expression.span(),
            Self::Json(_) => None,
        }
    }

    /// As an expression: in JSON syntax types are expressions in text.
    pub(super) fn expression(&self) -> Result<Expression, String> {
        match self {
            Self::Native(expression) => Ok(expression.clone()),
            Self::Json(Value::String(text)) => parse_expr(text).map_err(|error| error.message().to_owned()),
            Self::Json(_) => Err("text is needed".to_owned()),
        }
    }
}

impl Block {
    pub(super) fn argument(&self, name: &str) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.name == name)
    }

    pub(super) fn arguments(&self) -> impl Iterator<Item = &Argument> {
        self.arguments.iter()
    }

    /// Nested blocks of a kind that has so many labels.
    pub(super) fn nested(&self, kind: &str, labels: usize) -> Vec<Nested<'_>> {
        let native = self.blocks.iter().filter(|block| block.kind == kind);
        let mut found: Vec<Nested<'_>> = native.map(Nested::Native).collect();
        for argument in self.arguments.iter().filter(|argument| argument.name == kind) {
            if let Written::Json(value) = &argument.written {
                json_blocks(value, labels, &mut Vec::new(), &mut |labels, body| {
                    found.push(Nested::Json(labels.to_vec(), body));
                });
            }
        }
        found
    }

    /// Names of nested blocks in native syntax.
    pub(super) fn nested_kinds(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().map(|block| block.kind.as_str())
    }
}

/// A block inside of a block.
pub(super) enum Nested<'a> {
    /// Native syntax.
    Native(&'a Block),
    /// Labels and body in JSON syntax.
    Json(Vec<String>, &'a Value),
}

impl Nested<'_> {
    pub(super) fn labels(&self) -> &[String] {
        match self {
            Self::Native(block) => &block.labels,
            Self::Json(labels, _) => labels,
        }
    }

    pub(super) fn span(&self) -> Option<Range<usize>> {
        match self {
            Self::Native(block) => block.span.clone(),
            Self::Json(..) => None,
        }
    }

    /// What is written for an argument: constant text as it is, an expression as written.
    pub(super) fn text(&self, name: &str, source: &Source<'_>) -> Option<String> {
        match self {
            Self::Native(block) => Some(source.text_of(&block.argument(name)?.written)),
            Self::Json(_, body) => body.get(name)?.as_str().map(|text| bare(text).to_owned()),
        }
    }

    /// Arguments of the block in both syntaxes.
    pub(super) fn constants(&self) -> Vec<(String, Option<Value>)> {
        match self {
            Self::Native(block) => {
                let pairs = block.arguments.iter();
                pairs
                    .map(|argument| (argument.name.clone(), entries(&argument.written)))
                    .collect()
            }
            Self::Json(_, body) => {
                let fields = body.as_object().into_iter().flatten();
                fields
                    .map(|(name, value)| (name.clone(), Some(value.clone())))
                    .collect()
            }
        }
    }
}

/// A requirement's object, in which `configuration_aliases` refers to providers by design.
fn entries(written: &Written) -> Option<Value> {
    let Written::Native(Expression::Object(fields)) = written else {
        return written.constant().ok();
    };
    let mut found = serde_json::Map::new();
    for (name, field) in fields {
        let hcl_edit::expr::ObjectKey::Ident(name) = name else {
            continue;
        };
        let value = match field.expr() {
            Expression::Array(items) => {
                let texts = items.iter().map(|item| item.to_string().trim().to_owned());
                texts.collect::<Vec<_>>().into()
            }
            other => constant(other).unwrap_or(Value::Null),
        };
        found.insert(name.as_str().to_owned(), value);
    }
    Some(found.into())
}

impl<'a> Source<'a> {
    pub(super) fn new(name: &'a str, text: &'a str, is_override: bool) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self {
            name,
            text,
            line_starts,
            is_override,
        }
    }

    /// The blocks of the file.
    pub(super) fn blocks(&self) -> Result<Vec<Block>, Box<Diagnostic>> {
        if self.name.ends_with(".json") {
            return self.json();
        }
        let body = parse_body(self.text).map_err(|error| {
            let at = error.location().offset();
            self.problem(Some(at..at), error.message())
        })?;
        let (_, blocks) = parts(body);
        Ok(blocks)
    }

    fn json(&self) -> Result<Vec<Block>, Box<Diagnostic>> {
        let value: Value = serde_json::from_str(self.text).map_err(|error| {
            let start = self.line_starts.get(error.line().saturating_sub(1)).copied();
            let at = start.unwrap_or_default() + error.column().saturating_sub(1);
            self.problem(Some(at..at), &error.to_string())
        })?;
        let mut blocks = Vec::new();
        for (kind, content) in one_or_many(&value).iter().filter_map(Value::as_object).flatten() {
            json_blocks(content, label_count(kind), &mut Vec::new(), &mut |labels, body| {
                let fields = body.as_object().into_iter().flatten();
                blocks.push(Block {
                    kind: kind.clone(),
                    labels: labels.to_vec(),
                    arguments: fields
                        .map(|(name, value)| Argument {
                            name: name.clone(),
                            written: Written::Json(value.clone()),
                        })
                        .collect(),
                    blocks: Vec::new(),
                    span: None,
                });
            });
        }
        Ok(blocks)
    }

    pub(super) fn place(&self, span: Option<&Range<usize>>) -> Place {
        let line = span.map_or(1, |span| self.position(span.start).line);
        Place {
            file: self.name.to_owned(),
            line,
        }
    }

    /// Constant text as it is, an expression as it was written.
    pub(super) fn text_of(&self, written: &Written) -> String {
        match written {
            Written::Json(Value::String(text)) => bare(text).to_owned(),
            Written::Json(value) => value.to_string(),
            Written::Native(expression) => match constant(expression) {
                Ok(Value::String(text)) => text,
                _ => self.written(expression),
            },
        }
    }

    /// An expression as it was written.
    pub(super) fn written(&self, expression: &Expression) -> String {
        let text = expression.span().and_then(|span| self.text.get(span));
        let text = text.map_or_else(|| expression.to_string(), str::to_owned);
        text.trim().to_owned()
    }

    pub(super) fn problem(&self, span: Option<Range<usize>>, sentence: &str) -> Box<Diagnostic> {
        self.diagnostic(Severity::Error, span, sentence)
    }

    pub(super) fn warning(&self, span: Option<Range<usize>>, sentence: &str) -> Box<Diagnostic> {
        self.diagnostic(Severity::Warning, span, sentence)
    }

    fn diagnostic(&self, severity: Severity, span: Option<Range<usize>>, sentence: &str) -> Box<Diagnostic> {
        let span = span.unwrap_or_default();
        let (start, end) = (self.position(span.start), self.position(span.end));
        let line = usize::try_from(start.line).unwrap_or(1).saturating_sub(1);
        let first = self.line_starts.get(line).copied().unwrap_or_default();
        let code = self.text.get(first..).and_then(|rest| rest.lines().next());
        let code: String = code.unwrap_or_default().chars().take(MOST_SHOWN).collect();
        let length = code.len();
        Box::new(Diagnostic {
            severity,
            summary: "The module cannot be read as it is".to_owned(),
            detail: sentence.to_owned(),
            range: Some(SourceRange {
                filename: self.name.to_owned(),
                start,
                end,
            }),
            snippet: Some(Snippet {
                code,
                start_line: start.line,
                highlight_start_offset: (span.start.saturating_sub(first).min(length)) as u64,
                highlight_end_offset: (span.end.saturating_sub(first).min(length)) as u64,
                ..Snippet::default()
            }),
            ..Diagnostic::default()
        })
    }

    fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self
            .line_starts
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or_default();
        let before = self.text.get(start..offset).unwrap_or_default();
        Position {
            line: line as u64,
            column: before.chars().count() as u64 + 1,
            byte: offset as u64,
        }
    }
}

/// Letters of one line that a problem shows.
const MOST_SHOWN: usize = 500;

fn parts(body: Body) -> (Vec<Argument>, Vec<Block>) {
    let (mut arguments, mut blocks) = (Vec::new(), Vec::new());
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => arguments.push(Argument {
                name: attribute.key.as_str().to_owned(),
                written: Written::Native(attribute.value),
            }),
            Structure::Block(block) => blocks.push(native(block)),
        }
    }
    (arguments, blocks)
}

fn native(block: structure::Block) -> Block {
    let span = block.ident.span();
    let (kind, labels) = (
        block.ident.as_str().to_owned(),
        block.labels.iter().map(|label| label.as_str().to_owned()).collect(),
    );
    let (arguments, blocks) = parts(block.body);
    Block {
        kind,
        labels,
        arguments,
        blocks,
        span,
    }
}

fn json_blocks<'v>(
    value: &'v Value,
    labels_left: usize,
    labels: &mut Vec<String>,
    found: &mut dyn FnMut(&[String], &'v Value),
) {
    for item in one_or_many(value) {
        if labels_left == 0 {
            if item.is_object() {
                found(labels, item);
            }
            continue;
        }
        // `//` is how JSON syntax has comments.
        for (label, inner) in item
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(label, _)| *label != "//")
        {
            labels.push(label.clone());
            json_blocks(inner, labels_left - 1, labels, found);
            labels.pop();
        }
    }
}

fn one_or_many(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

fn label_count(kind: &str) -> usize {
    match kind {
        "resource" | "data" | "ephemeral" => 2,
        "variable" | "module" | "provider" | "output" | "check" => 1,
        _ => 0,
    }
}

/// `"${x}"` in JSON syntax is the expression `x`.
fn bare(text: &str) -> &str {
    let inner = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    inner.filter(|inner| !inner.contains("${")).unwrap_or(text)
}
