//! What the code of one directory, or of one template, refers to beside itself. Pure.
//!
//! Nothing that code can read may be missed; what cannot be known before the engine runs is widened to the longest
//! directory that is known, or to everything.

use std::collections::BTreeSet;

use hcl_edit::expr::{Expression, FuncCall};
use hcl_edit::parser::parse_body;
use hcl_edit::structure::{Attribute, Block, Body, Structure};
use hcl_edit::template::{Element, StringTemplate, Template};
use hcl_edit::visit::{Visit, visit_block, visit_expr, visit_func_call};
use serde_json::Value;

use super::evaluate::{Base, Locals, Partial, evaluate, name};
use super::{paths, words};

/// What code refers to. Paths are relative to the directory of the module, or to the directory that the engine runs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct References {
    /// Whether there is configuration at all: a directory with configuration of its own is not part of the one above.
    pub has_configuration: bool,
    /// Directories of local modules, as written.
    pub modules: BTreeSet<String>,
    /// Files and directories with everything below them.
    pub paths: BTreeSet<(Base, String)>,
    /// Templates, which may refer to further files.
    pub templates: BTreeSet<(Base, String)>,
    /// Whether it may read anything.
    pub is_open: bool,
    /// Configuration files elsewhere that links of the directory lead to, from the top of the repository.
    pub linked: BTreeSet<String>,
}

/// A file of a directory.
pub(crate) struct File<'a> {
    /// Its name.
    pub name: &'a str,
    /// What is in it.
    pub content: &'a [u8],
}

/// Functions whose first argument is a path.
const OF_FILES: [&str; 11] = [
    "file",
    "filebase64",
    "filebase64sha256",
    "filebase64sha512",
    "fileexists",
    "filemd5",
    "filesha1",
    "filesha256",
    "filesha512",
    "fileset",
    "templatefile",
];

/// Functions that make a path of a path.
const KEEPING: [&str; 9] = [
    "abspath",
    "coalesce",
    "dirname",
    "format",
    "join",
    "nonsensitive",
    "pathexpand",
    "tostring",
    "try",
];

impl References {
    /// Reads the configuration files of a directory; others are passed over.
    pub(crate) fn of_directory<'a>(files: impl Iterator<Item = File<'a>>) -> Self {
        let mut found = Self::default();
        let (mut bodies, mut values) = (Vec::new(), Vec::new());
        for file in files.filter(|file| paths::is_configuration(file.name)) {
            found.has_configuration = true;
            let parsed = std::str::from_utf8(file.content).ok().and_then(|text| {
                let text = text.strip_prefix('\u{feff}').unwrap_or(text);
                if file.name.ends_with(".json") {
                    values.push(serde_json::from_str::<Value>(text).ok()?);
                } else {
                    bodies.push(parse_body(text).ok()?);
                }
                Some(())
            });
            // The engine may understand what we do not.
            found.is_open |= parsed.is_none();
        }
        let bodies: Vec<Body> = bodies.into_iter().chain(values.iter().map(as_body)).collect();
        let locals = locals(&bodies);
        for body in &bodies {
            Reader {
                locals: &locals,
                found: &mut found,
                is_part: false,
            }
            .visit_body(body);
        }
        found
    }

    /// Reads a template: what it calls is relative to the directory that the engine runs in.
    pub(crate) fn of_template(content: &[u8]) -> Self {
        let mut found = Self::default();
        let text = String::from_utf8_lossy(content);
        let is_called = |function: &&str| text.contains(&format!("{function}("));
        if !OF_FILES.iter().any(is_called) {
            return found;
        }
        match text.parse::<Template>() {
            Ok(template) => Reader {
                locals: &Locals::new(),
                found: &mut found,
                is_part: false,
            }
            .visit_template(&template),
            Err(_) => found.is_open = true,
        }
        found
    }

    fn add(&mut self, value: &Partial) {
        if let Some(path) = known(value) {
            self.paths.insert(path);
        }
    }

    fn add_module(&mut self, value: &Partial) {
        let is_local = value.text.starts_with("./") || value.text.starts_with("../") || is_dots(&value.text);
        if value.is_exact && value.base.is_none() {
            if is_local {
                self.modules.insert(value.text.clone());
            }
        } else if value.is_unknown() || value.base.is_some() || is_local {
            // Which module it is, and so what that one refers to, is known only when the engine runs.
            self.is_open = true;
        }
    }
}

fn is_dots(text: &str) -> bool {
    text == "." || text == ".."
}

/// A path as it may be joined: the longest directory of what is not known to the end; none for absolute ones.
fn known(value: &Partial) -> Option<(Base, String)> {
    if value.base.is_none() && (value.text.starts_with('/') || value.text.starts_with('~')) {
        return None;
    }
    let text = if value.is_exact {
        value.text.as_str()
    } else {
        value.text.rsplit_once('/').map_or("", |(directory, _)| directory)
    };
    Some((value.base.unwrap_or(Base::Root), text.to_owned()))
}

fn locals(bodies: &[Body]) -> Locals<'_> {
    let blocks = bodies.iter().flat_map(|body| body.blocks());
    let attributes = blocks
        .filter(|block| block.ident.as_str() == "locals")
        .flat_map(|block| block.body.attributes());
    attributes
        .map(|attribute| (attribute.key.as_str(), &attribute.value))
        .collect()
}

/// JSON syntax as far as it matters here: blocks by the names of their kind, strings as templates.
fn as_body(value: &Value) -> Body {
    let mut body = Body::new();
    let members = |value: &'_ Value| match value {
        Value::Array(list) => list.clone(),
        other => vec![other.clone()],
    };
    for part in members(value) {
        for (kind, content) in part.as_object().into_iter().flatten() {
            let modules = match kind.as_str() {
                "module" => members(content),
                _ => Vec::new(),
            };
            let called = modules.iter().filter_map(Value::as_object).flatten();
            for (label, content) in called {
                for call in members(content) {
                    let mut block = Block::new(hcl_edit::Ident::new("module"));
                    block.labels.push(hcl_edit::structure::BlockLabel::from(label.as_str()));
                    block.body = attributes(&call);
                    body.push(Structure::Block(block));
                }
            }
            if kind == "module" {
                continue;
            }
            for content in members(content) {
                let name = if kind == "locals" { "locals" } else { "block" };
                let mut block = Block::new(hcl_edit::Ident::new(name));
                block.body = attributes(&content);
                body.push(Structure::Block(block));
            }
        }
    }
    body
}

fn attributes(value: &Value) -> Body {
    let mut body = Body::new();
    match value.as_object() {
        Some(fields) => {
            for (index, (name, field)) in fields.iter().enumerate() {
                let ident = hcl_edit::Ident::try_new(name.as_str())
                    .unwrap_or_else(|_| hcl_edit::Ident::new(format!("field_{index}")));
                body.push(Structure::Attribute(Attribute::new(ident, as_expression(field))));
            }
        }
        None => {
            let ident = hcl_edit::Ident::new("value");
            body.push(Structure::Attribute(Attribute::new(ident, as_expression(value))));
        }
    }
    body
}

fn as_expression(value: &Value) -> Expression {
    match value {
        Value::String(text) => match text.parse::<Template>() {
            Ok(template) => {
                let elements: Vec<Element> = template.into_iter().collect();
                match elements.as_slice() {
                    [Element::Literal(text)] => Expression::from(text.value().as_str()),
                    [Element::Interpolation(only)] => only.expr.clone(),
                    _ => Expression::from(StringTemplate::from(elements)),
                }
            }
            Err(_) => Expression::from(text.as_str()),
        },
        Value::Array(items) => Expression::from_iter(items.iter().map(as_expression)),
        Value::Object(fields) => Expression::from_iter(fields.iter().map(|(_, field)| as_expression(field))),
        _ => Expression::null(),
    }
}

struct Reader<'a> {
    locals: &'a Locals<'a>,
    found: &'a mut References,
    /// Whether what is read is part of a text that was looked at as a whole.
    is_part: bool,
}

impl Visit for Reader<'_> {
    fn visit_block(&mut self, block: &Block) {
        if block.ident.as_str() != "module" {
            return visit_block(self, block);
        }
        for structure in &block.body {
            match structure {
                Structure::Attribute(attribute) if attribute.key.as_str() == "source" => {
                    for value in evaluate(&attribute.value, self.locals) {
                        self.found.add_module(&value);
                    }
                }
                other => self.visit_structure(other),
            }
        }
    }

    fn visit_expr(&mut self, expression: &Expression) {
        match expression {
            Expression::String(text) => {
                for word in words::of_text(text.as_str()) {
                    self.found.add(&word);
                }
            }
            Expression::StringTemplate(template) => {
                self.read_template(expression, template.iter());
                return self.as_part(|reader| visit_expr(reader, expression));
            }
            Expression::HeredocTemplate(heredoc) => {
                self.read_template(expression, heredoc.template.iter());
                return self.as_part(|reader| visit_expr(reader, expression));
            }
            Expression::Traversal(traversal) if !self.is_part && is_path(name(traversal)) => {
                for value in evaluate(expression, self.locals) {
                    self.found.add(&value);
                }
            }
            _ => {}
        }
        visit_expr(self, expression);
    }

    fn visit_func_call(&mut self, call: &FuncCall) {
        let function = call.name.name.as_str();
        if OF_FILES.contains(&function) && call.name.namespace.last().is_none_or(|space| space.as_str() == "core") {
            self.read_file_call(function, call);
        }
        let keeps = KEEPING.contains(&function);
        if keeps && !self.is_part {
            for value in evaluate(&Expression::FuncCall(Box::new(call.clone())), self.locals) {
                if value.base.is_some() {
                    self.found.add(&value);
                }
            }
        }
        if keeps || OF_FILES.contains(&function) {
            return self.as_part(|reader| visit_func_call(reader, call));
        }
        // `basename(path.cwd)` reads nothing.
        for argument in call.args.iter().filter(|argument| !is_bare_path(argument)) {
            self.visit_expr(argument);
        }
    }
}

impl Reader<'_> {
    fn as_part(&mut self, read: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.is_part, true);
        read(self);
        self.is_part = before;
    }

    fn read_template<'b>(&mut self, whole: &Expression, elements: impl Iterator<Item = &'b Element>) {
        for value in evaluate(whole, self.locals) {
            if value.base.is_some() {
                self.found.add(&value);
            }
        }
        for word in words::of_elements(elements, self.locals) {
            self.found.add(&word);
        }
    }

    fn read_file_call(&mut self, function: &str, call: &FuncCall) {
        let arguments: Vec<&Expression> = call.args.iter().collect();
        let Some(first) = arguments.first() else { return };
        for value in evaluate(first, self.locals) {
            if value.is_unknown() {
                self.found.is_open = true;
                continue;
            }
            if function == "fileset" {
                let patterns = arguments.get(1).map(|pattern| evaluate(pattern, self.locals));
                for pattern in patterns.unwrap_or_default() {
                    self.add_set(&value, &pattern);
                }
                continue;
            }
            if function == "templatefile" {
                match known(&value) {
                    Some(path) if value.is_exact => {
                        self.found.templates.insert(path);
                    }
                    // A template that is not known may call what is not known.
                    Some(_) => self.found.is_open = true,
                    None => {}
                }
            }
            self.found.add(&value);
        }
    }

    /// The files that a pattern finds below a directory.
    fn add_set(&mut self, directory: &Partial, pattern: &Partial) {
        let literal: String = pattern
            .text
            .chars()
            .take_while(|letter| !matches!(letter, '*' | '?' | '[' | '{'))
            .collect();
        let is_literal = pattern.is_exact && literal.len() == pattern.text.len();
        let stays = pattern.is_exact && !pattern.text.contains('/') && !pattern.text.contains("**");
        if directory.is_exact && directory.text.is_empty() && stays && !is_literal && directory.base.is_some() {
            // Files of the module's own directory, which counts anyway.
            return;
        }
        let mut whole = directory.clone();
        if whole.is_exact {
            whole.text.push('/');
            whole.text.push_str(&literal);
            whole.is_exact = is_literal;
        }
        self.found.add(&whole);
    }
}

fn is_path(name: Option<(&str, &str)>) -> bool {
    matches!(name, Some(("path", _)))
}

fn is_bare_path(expression: &Expression) -> bool {
    matches!(expression, Expression::Traversal(traversal) if is_path(name(traversal)))
}

#[cfg(test)]
#[path = "references_tests.rs"]
mod tests;
