//! From an expression to a type, with every problem in it.

use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::expr::{Array, Expression, FuncCall, Object, ObjectKey};
use hcl_edit::parser::parse_expr;
use serde_json::Value;

use super::model::{Attribute, MAX_DEPTH, Type};
use crate::interface::constant;

/// Something that cannot be, and where in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) sentence: String,
    pub(crate) span: Option<Range<usize>>,
}

/// Reads a `type` argument; what cannot be understood is `any`, with a problem.
pub(crate) fn read_type(expression: &Expression, problems: &mut Vec<Problem>) -> Type {
    match keyword(expression) {
        // Short forms that only a whole type may have.
        Some("list") => Type::List(Box::new(Type::Any)),
        Some("map") => Type::Map(Box::new(Type::Any)),
        _ => {
            if let Expression::String(text) = expression {
                let sentence = format!(
                    "a type is written without quotes: {}",
                    unquoted(text.as_str()).unwrap_or("string, list(string), object({ … })")
                );
                problems.push(problem(expression, sentence));
                return Type::Any;
            }
            let mut reader = Reader { problems, depth: 0 };
            reader.read(expression)
        }
    }
}

pub(super) fn parse_text(text: &str) -> Result<Type, String> {
    let expression = parse_expr(text).map_err(|error| error.message().to_owned())?;
    let mut problems = Vec::new();
    let found = read_type(&expression, &mut problems);
    match problems.into_iter().next() {
        Some(problem) => Err(problem.sentence),
        None => Ok(found),
    }
}

fn unquoted(text: &str) -> Option<&'static str> {
    match text {
        "string" => Some("string"),
        "list" => Some("list(string)"),
        "map" => Some("map(string)"),
        _ => None,
    }
}

fn keyword(expression: &Expression) -> Option<&str> {
    match expression {
        Expression::Variable(name) => Some(name.as_str()),
        _ => None,
    }
}

fn problem(at: &impl Span, sentence: impl Into<String>) -> Problem {
    Problem {
        sentence: sentence.into(),
        span: at.span(),
    }
}

struct Reader<'a> {
    problems: &'a mut Vec<Problem>,
    depth: usize,
}

impl Reader<'_> {
    fn read(&mut self, expression: &Expression) -> Type {
        if self.depth >= MAX_DEPTH {
            let sentence = format!("types are read up to {MAX_DEPTH} levels deep; this one goes deeper");
            return self.refuse(expression, sentence);
        }
        self.depth += 1;
        let found = match expression {
            Expression::Variable(name) => self.word(expression, name.as_str()),
            Expression::FuncCall(call) if call.name.namespace.is_empty() => self.constructor(expression, call),
            _ => self.refuse(
                expression,
                "a type is string, number, bool, any, or made of these by list(…), set(…), map(…), tuple([…]) or object({…})",
            ),
        };
        self.depth -= 1;
        found
    }

    fn refuse(&mut self, at: &impl Span, sentence: impl Into<String>) -> Type {
        self.problems.push(problem(at, sentence));
        Type::Any
    }

    fn word(&mut self, at: &Expression, name: &str) -> Type {
        match name {
            "string" => Type::String,
            "number" => Type::Number,
            "bool" => Type::Bool,
            "any" => Type::Any,
            "list" | "set" | "map" => self.refuse(at, format!("{name} needs the type of its elements: {name}(string)")),
            "object" => self.refuse(at, "object needs its attributes: object({ name = string })"),
            "tuple" => self.refuse(at, "tuple needs the types of its elements: tuple([string, number])"),
            other => self.refuse(at, format!("`{other}` is no type")),
        }
    }

    fn constructor(&mut self, at: &Expression, call: &FuncCall) -> Type {
        let name = call.name.name.as_str();
        let mut arguments = call.args.iter();
        let only = match (arguments.next(), arguments.next()) {
            (Some(only), None) => only,
            _ if matches!(name, "list" | "set" | "map" | "object" | "tuple") => {
                return self.refuse(at, format!("{name}(…) takes exactly one argument"));
            }
            (first, _) => first.unwrap_or(at),
        };
        match (name, only) {
            ("list", element) => Type::List(Box::new(self.read(element))),
            ("set", element) => Type::Set(Box::new(self.read(element))),
            ("map", element) => Type::Map(Box::new(self.read(element))),
            ("tuple", Expression::Array(elements)) => self.tuple(elements),
            ("tuple", other) => self.refuse(other, "tuple(…) takes a list of types: tuple([string, number])"),
            ("object", Expression::Object(fields)) => self.object(fields),
            ("object", other) => self.refuse(
                other,
                "object({…}) takes attribute names with their types: object({ name = string })",
            ),
            ("string" | "number" | "bool" | "any", _) => self.refuse(at, format!("{name} takes no arguments")),
            ("optional", _) => self.refuse(at, "optional(…) is for attributes of objects only"),
            _ => self.refuse(at, format!("`{name}` makes no type")),
        }
    }

    fn tuple(&mut self, elements: &Array) -> Type {
        Type::Tuple(elements.iter().map(|element| self.read(element)).collect())
    }

    fn object(&mut self, fields: &Object) -> Type {
        let mut attributes: Vec<Attribute> = Vec::new();
        for (key, field) in fields {
            let name = match key {
                ObjectKey::Ident(name) => name.as_str(),
                ObjectKey::Expression(Expression::Variable(name)) => name.as_str(),
                ObjectKey::Expression(other) => {
                    self.refuse(other, "names of attributes are written without quotes or brackets");
                    continue;
                }
            };
            if Type::attribute(&attributes, name).is_some() {
                self.refuse(field.expr(), format!("the attribute `{name}` is there twice"));
                continue;
            }
            let attribute = self.attribute(name, field.expr());
            attributes.push(attribute);
        }
        Type::Object(attributes)
    }

    fn attribute(&mut self, name: &str, written: &Expression) -> Attribute {
        let mut attribute = Attribute {
            name: name.to_owned(),
            value_type: Type::Any,
            is_optional: false,
            default: None,
        };
        let arguments: Vec<&Expression> = match written {
            Expression::FuncCall(call) if call.name.namespace.is_empty() && call.name.name.as_str() == "optional" => {
                attribute.is_optional = true;
                call.args.iter().collect()
            }
            other => vec![other],
        };
        match arguments.as_slice() {
            [inner] => attribute.value_type = self.read(inner),
            [inner, default] => {
                attribute.value_type = self.read(inner);
                attribute.default = self.default(name, &attribute.value_type, default);
            }
            _ => {
                self.refuse(written, "optional(…) takes a type, and a default if there is one");
            }
        }
        attribute
    }

    fn default(&mut self, name: &str, value_type: &Type, written: &Expression) -> Option<Value> {
        let value = match constant(written) {
            Ok(value) => value,
            Err(unknown) => {
                let sentence = format!("the default of attribute `{name}` {}", unknown.sentence());
                self.problems.push(problem(written, sentence));
                return None;
            }
        };
        match value_type.convert(&value) {
            Ok(Value::Null) => None,
            Ok(value) => Some(value),
            Err(mismatches) => {
                for mismatch in mismatches {
                    let sentence = format!("the default of attribute `{name}` does not fit: {mismatch}");
                    self.problems.push(problem(written, sentence));
                }
                None
            }
        }
    }
}
