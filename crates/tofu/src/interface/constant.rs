//! Evaluates expressions that need nothing from outside: literals, operators and templates of them.
//!
//! Every part is looked at once, so the time is bounded by the length of the text. `for`, which could multiply it, and
//! functions, which constants may not call, are not evaluated.

use hcl_edit::expr::{BinaryOp, BinaryOperator, Expression, ObjectKey, UnaryOp, UnaryOperator};
use hcl_edit::template::{Element, Strip};
use serde_json::{Map, Number, Value};

use crate::types::Type;

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// It refers to something; a constant must not.
    Refers,
    /// It calls a function; a constant must not.
    Calls,
    /// The engine may evaluate it; this reader does not.
    Computed,
    /// It makes no sense, such as text plus text.
    Senseless,
}

impl Unknown {
    /// The rest of a sentence about what it is.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Refers => "must be a constant, and it refers to something",
            Self::Calls => "must be a constant, and it calls a function",
            Self::Computed => "is an expression that only the engine computes",
            Self::Senseless => "is an expression that has no value",
        }
    }
}

/// The value of a constant expression.
pub(crate) fn constant(expression: &Expression) -> Result<Value, Unknown> {
    match expression {
        Expression::Null(_) => Ok(Value::Null),
        Expression::Bool(value) => Ok((*value.value()).into()),
        Expression::Number(number) => serde_json::from_str(&number.value().to_string()).map_err(|_| Unknown::Computed),
        Expression::String(text) => Ok(text.as_str().into()),
        Expression::Parenthesis(inner) => constant(inner.inner()),
        Expression::Array(items) => items
            .iter()
            .map(constant)
            .collect::<Result<Vec<_>, _>>()
            .map(Value::from),
        Expression::Object(fields) => {
            let entries = fields
                .iter()
                .map(|(name, field)| Ok((key(name)?, constant(field.expr())?)));
            entries.collect::<Result<Map<_, _>, _>>().map(Value::from)
        }
        Expression::StringTemplate(template) => text(template.iter()),
        Expression::HeredocTemplate(heredoc) => text(heredoc.template.iter()),
        Expression::UnaryOp(operation) => unary(operation),
        Expression::BinaryOp(operation) => binary(operation),
        Expression::Conditional(choice) => {
            let (chosen, one, other) = (
                constant(&choice.cond_expr)?,
                constant(&choice.true_expr)?,
                constant(&choice.false_expr)?,
            );
            // Both sides become one type; where they differ that is the engine's art.
            if std::mem::discriminant(&one) != std::mem::discriminant(&other) || one.is_array() || one.is_object() {
                return Err(Unknown::Computed);
            }
            let chosen = Type::Bool.convert(&chosen).map_err(|_| Unknown::Senseless)?;
            Ok(if chosen == Value::Bool(true) { one } else { other })
        }
        Expression::Variable(_) | Expression::Traversal(_) => Err(Unknown::Refers),
        Expression::FuncCall(_) => Err(Unknown::Calls),
        Expression::ForExpr(_) => Err(Unknown::Computed),
    }
}

fn key(name: &ObjectKey) -> Result<String, Unknown> {
    match name {
        ObjectKey::Ident(name) => Ok(name.as_str().to_owned()),
        // A lone word is its name, unless it stands in parentheses.
        ObjectKey::Expression(Expression::Variable(name)) => Ok(name.as_str().to_owned()),
        ObjectKey::Expression(other) => as_text(&constant(other)?),
    }
}

fn as_text(value: &Value) -> Result<String, Unknown> {
    match Type::String.convert(value) {
        Ok(Value::String(text)) => Ok(text),
        _ => Err(Unknown::Senseless),
    }
}

fn text<'a>(elements: impl Iterator<Item = &'a Element>) -> Result<Value, Unknown> {
    let mut elements = elements.peekable();
    let mut whole = String::new();
    let mut is_first = true;
    while let Some(element) = elements.next() {
        match element {
            Element::Literal(literal) => whole.push_str(literal.value()),
            Element::Interpolation(part) if part.strip == Strip::None => {
                let value = constant(&part.expr)?;
                // `"${5}"` is the number itself.
                if is_first && elements.peek().is_none() {
                    return Ok(value);
                }
                whole.push_str(&as_text(&value)?);
            }
            Element::Interpolation(_) | Element::Directive(_) => return Err(Unknown::Computed),
        }
        is_first = false;
    }
    Ok(whole.into())
}

fn unary(operation: &UnaryOp) -> Result<Value, Unknown> {
    let value = constant(&operation.expr)?;
    match operation.operator.value() {
        UnaryOperator::Not => match Type::Bool.convert(&value) {
            Ok(Value::Bool(value)) => Ok((!value).into()),
            _ => Err(Unknown::Senseless),
        },
        UnaryOperator::Neg => match number(&value)? {
            Operand::Whole(whole) => whole.checked_neg().map(Value::from).ok_or(Unknown::Computed),
            Operand::Double(double) => double_value(-double),
        },
    }
}

#[derive(Clone, Copy)]
enum Operand {
    Whole(i64),
    Double(f64),
}

impl Operand {
    #[expect(
        clippy::cast_precision_loss,
        reason = "what is not exact is left to the engine below"
    )]
    fn double(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Double(double) => double,
        }
    }
}

fn number(value: &Value) -> Result<Operand, Unknown> {
    match Type::Number.convert(value) {
        Ok(Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Ok(Operand::Whole(whole)),
            (None, Some(double)) => Ok(Operand::Double(double)),
            _ => Err(Unknown::Computed),
        },
        _ => Err(Unknown::Senseless),
    }
}

fn double_value(double: f64) -> Result<Value, Unknown> {
    Number::from_f64(double).map(Value::from).ok_or(Unknown::Computed)
}

fn binary(operation: &BinaryOp) -> Result<Value, Unknown> {
    use BinaryOperator::{And, Div, Eq, Greater, GreaterEq, Less, LessEq, Minus, Mod, Mul, NotEq, Or, Plus};
    let (left, right) = (constant(&operation.lhs_expr)?, constant(&operation.rhs_expr)?);
    let truth = |value: &Value| match Type::Bool.convert(value) {
        Ok(Value::Bool(value)) => Ok(value),
        _ => Err(Unknown::Senseless),
    };
    match operation.operator.value() {
        Eq => Ok((left == right).into()),
        NotEq => Ok((left != right).into()),
        And => Ok((truth(&left)? && truth(&right)?).into()),
        Or => Ok((truth(&left)? || truth(&right)?).into()),
        arithmetic => {
            let (one, other) = (number(&left)?, number(&right)?);
            let (first, second) = (one.double(), other.double());
            let compared = match arithmetic {
                Less => Some(first < second),
                LessEq => Some(first <= second),
                Greater => Some(first > second),
                GreaterEq => Some(first >= second),
                _ => None,
            };
            if let Some(compared) = compared {
                return Ok(compared.into());
            }
            let whole = match (one, other, arithmetic) {
                (Operand::Whole(one), Operand::Whole(other), Plus) => one.checked_add(other),
                (Operand::Whole(one), Operand::Whole(other), Minus) => one.checked_sub(other),
                (Operand::Whole(one), Operand::Whole(other), Mul) => one.checked_mul(other),
                (Operand::Whole(one), Operand::Whole(other), Mod) => one.checked_rem(other),
                (Operand::Whole(one), Operand::Whole(other), Div) if other != 0 && one % other == 0 => {
                    one.checked_div(other)
                }
                _ => None,
            };
            // The engine computes with 512 bits; what doubles cannot say exactly is left to it.
            whole.map(Value::from).ok_or(Unknown::Computed)
        }
    }
}

#[cfg(test)]
mod tests {
    use hcl_edit::parser::parse_expr;
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case("{ a = [1, -2.5, null], \"b c\" = \"x${1 + 2}\", (true ? \"d\" : \"e\") = !false }",
           Ok(json!({"a": [1, -2.5, null], "b c": "x3", "d": true})))]
    #[case("\"${5}\"", Ok(json!(5)))]
    #[case("60 * 60 * 24 == 86400 && 7 % 4 >= 3", Ok(json!(true)))]
    #[case("\"$${a} %%{b}\"", Ok(json!("${a} %{b}")))]
    #[case("var.x", Err(Unknown::Refers))]
    #[case("[file(\"x\")]", Err(Unknown::Calls))]
    #[case("[for x in [1] : x]", Err(Unknown::Computed))]
    #[case("\"a\" + \"b\"", Err(Unknown::Senseless))]
    #[case("1 / 3", Err(Unknown::Computed))]
    fn constants(#[case] text: &str, #[case] expected: Result<Value, Unknown>) {
        assert_eq!(constant(&parse_expr(text).unwrap()), expected);
    }
}
