//! A string as an HCL quoted template that means exactly that string.

use std::fmt::Write;

/// Quotes a string: quotes, backslashes, line breaks, control characters and template introducers are escaped.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // `$$${` would be read in more than one way, so behind another introducer the code point is written.
            '$' | '%' if characters.peek() == Some(&'{') => {
                if out.ends_with(['$', '%']) {
                    let _ = write!(out, "\\u{:04x}", u32::from(character));
                } else {
                    out.push(character);
                    out.push(character);
                }
            }
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use hcl_edit::expr::Expression;
    use proptest::prelude::*;

    use super::*;

    fn read_back(text: &str) -> Option<String> {
        match hcl_edit::parser::parse_expr(&quoted(text)).ok()? {
            Expression::String(string) => Some(string.as_str().to_owned()),
            // The reader keeps an escaped introducer as a template of literals.
            Expression::StringTemplate(template) => super::super::literal::template_text(&template),
            _ => None,
        }
    }

    #[test]
    fn introducers_and_breaks() {
        assert_eq!(quoted("a\"b\\c\nd\te"), r#""a\"b\\c\nd\te""#);
        assert_eq!(quoted("${x} %{y} $x $$"), r#""$${x} %%{y} $x $$""#);
        assert_eq!(quoted("$${x}"), r#""$\u0024{x}""#);
        assert_eq!(quoted("\u{0}\u{1b}"), r#""\u0000\u001b""#);
    }

    proptest! {
        #[test]
        fn what_is_quoted_reads_back(text in "([$%{}\"\\\\\n]|\\PC){0,24}") {
            prop_assert_eq!(read_back(&text), Some(text));
        }
    }
}
