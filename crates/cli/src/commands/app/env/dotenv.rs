//! Files of variables as `.env` files are written: `NAME=VALUE` in each line, `#` for remarks, quotes where they are needed.
//!
//! Nothing is replaced in values: `$HOME` is five letters. Single quotes keep everything as it is; double quotes know `\n`,
//! `\r`, `\t`, `\"`, `\\` and `\$`; both may go on over several lines. Without quotes the value ends at ` #` or with the line.

use std::iter::Peekable;
use std::str::Chars;

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub(super) struct DotenvError {
    /// From one.
    line: usize,
    /// In words.
    reason: String,
}

/// Names and values, in their order.
pub(super) fn read(text: &str) -> Result<Vec<(String, String)>, DotenvError> {
    let mut reader = Reader {
        rest: text.trim_start_matches('\u{feff}').chars().peekable(),
        line: 1,
    };
    let mut found: Vec<(String, String)> = Vec::new();
    while let Some((line, name, value)) = reader.assignment()? {
        if found.iter().any(|(other, _)| *other == name) {
            return Err(wrong(line, format!("{name} is set twice")));
        }
        found.push((name, value));
    }
    Ok(found)
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    line: usize,
}

impl Reader<'_> {
    /// The next assignment with its line, or the end.
    fn assignment(&mut self) -> Result<Option<(usize, String, String)>, DotenvError> {
        loop {
            self.skip(char::is_whitespace);
            match self.rest.peek() {
                None => return Ok(None),
                Some('#') => self.skip(|letter| letter != '\n'),
                Some(_) => break,
            }
        }
        let line = self.line;
        let written = self.until(|letter| letter == '=' || letter == '\n');
        let name = written.trim();
        let name = name.strip_prefix("export ").unwrap_or(name).trim();
        if self.rest.peek() != Some(&'=') || name.is_empty() || name.contains(char::is_whitespace) {
            return Err(wrong(line, format!("\"{}\" is no NAME=VALUE", written.trim())));
        }
        let name = name.to_owned();
        self.next();
        let value = self.value(line)?;
        Ok(Some((line, name, value)))
    }

    fn value(&mut self, line: usize) -> Result<String, DotenvError> {
        self.skip(|letter| letter == ' ' || letter == '\t');
        let Some(quote) = self.rest.next_if(|letter| matches!(letter, '\'' | '"')) else {
            let written = self.until(|letter| letter == '\n');
            return Ok(without_remark(&written).to_owned());
        };
        let mut value = String::new();
        loop {
            match self.next() {
                None => return Err(wrong(line, format!("the value has no second {quote}"))),
                Some(letter) if letter == quote => break,
                Some('\\') if quote == '"' => match self.next() {
                    Some('n') => value.push('\n'),
                    Some('r') => value.push('\r'),
                    Some('t') => value.push('\t'),
                    Some(letter @ ('"' | '\\' | '$')) => value.push(letter),
                    Some(letter) => value.extend(['\\', letter]),
                    None => return Err(wrong(line, format!("the value has no second {quote}"))),
                },
                Some(letter) => value.push(letter),
            }
        }
        let behind = self.until(|letter| letter == '\n');
        match behind.trim() {
            behind if behind.is_empty() || behind.starts_with('#') => Ok(value),
            behind => Err(wrong(line, format!("\"{behind}\" stands behind the value's quotes"))),
        }
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.rest.next()?;
        self.line += usize::from(letter == '\n');
        Some(letter)
    }

    fn skip(&mut self, is_passed: impl Fn(char) -> bool) {
        while self.rest.peek().is_some_and(|&letter| is_passed(letter)) {
            self.next();
        }
    }

    fn until(&mut self, is_end: impl Fn(char) -> bool) -> String {
        let mut text = String::new();
        while let Some(letter) = self.rest.next_if(|&letter| !is_end(letter)) {
            text.push(letter);
        }
        text
    }
}

fn wrong(line: usize, reason: String) -> DotenvError {
    DotenvError { line, reason }
}

/// A value without quotes: what stands behind ` #` does not belong to it, blanks around it neither.
fn without_remark(written: &str) -> &str {
    let remark = written
        .char_indices()
        .zip(std::iter::once(' ').chain(written.chars()))
        .find(|((_, letter), before)| *letter == '#' && before.is_whitespace());
    let end = remark.map_or(written.len(), |((index, _), _)| index);
    written.get(..end).unwrap_or(written).trim()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        read(text).unwrap()
    }

    #[test]
    fn lines_are_read_as_everywhere() {
        let text = "# a remark\n\nLOG_LEVEL=debug\r\nexport PORT = 8080 \nEMPTY=\nONLY_REMARK= # nothing\nURL=http://x/#top # a remark\nEQUALS=a=b\n";
        let expected = [
            ("LOG_LEVEL", "debug"),
            ("PORT", "8080"),
            ("EMPTY", ""),
            ("ONLY_REMARK", ""),
            ("URL", "http://x/#top"),
            ("EQUALS", "a=b"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(pairs(text), expected);
    }

    #[test]
    fn quotes_keep_blanks_lines_and_what_they_escape() {
        let text = "A='x # $HOME \\n' # remark\nB=\"one\\ntwo\\t\\\"three\\\" \\$x \\d\"\nKEY=\"-----BEGIN\nabc\n-----END\"\nLAST='z'";
        let found = pairs(text);
        let values: Vec<&str> = found.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(
            values,
            [
                "x # $HOME \\n",
                "one\ntwo\t\"three\" $x \\d",
                "-----BEGIN\nabc\n-----END",
                "z"
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let error = |text: &str| read(text).unwrap_err().to_string();
        assert_eq!(
            error("A=1\nwhat is this\n"),
            "line 2: \"what is this\" is no NAME=VALUE"
        );
        assert_eq!(error("A=\"1\n2\n"), "line 1: the value has no second \"");
        assert_eq!(
            error("A='1\n2'\nB='x' y\n"),
            "line 3: \"y\" stands behind the value's quotes"
        );
        assert_eq!(error("A=1\nA=2"), "line 2: A is set twice");
        assert!(error("=1").contains("line 1"));
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(value in "[^']*") {
            prop_assert_eq!(pairs(&format!("A='{value}'")), [("A".to_owned(), value)]);
        }

        #[test]
        fn nothing_makes_it_stumble(text in "(\\PC|[\n\r\t='\"\\\\#])*") {
            let _ = read(&text);
        }
    }
}
