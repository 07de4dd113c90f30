//! Errors and warnings of the engine, and their plain text with the code frame that the engine itself prints.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// An error or warning.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// One line.
    pub summary: String,
    /// The rest; may be empty, may have several paragraphs.
    pub detail: String,
    /// Resource address it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Place in the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<SourceRange>,
    /// The code at that place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Snippet>,
}

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The operation failed.
    #[default]
    Error,
    /// It went on.
    Warning,
    /// A word of a later engine.
    #[serde(other)]
    Unknown,
}

/// A place in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceRange {
    /// Path relative to the root module.
    pub filename: String,
    /// First character.
    pub start: Position,
    /// Behind the last character.
    pub end: Position,
}

/// A position in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Position {
    /// One-based.
    pub line: u64,
    /// One-based, in characters.
    pub column: u64,
    /// Zero-based offset.
    pub byte: u64,
}

/// A piece of configuration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Snippet {
    /// The block it lies in, such as `resource "terraform_data" "x"`.
    pub context: Option<String>,
    /// The code, one or more whole lines.
    pub code: String,
    /// Line of the first one.
    pub start_line: u64,
    /// Offset in `code` at which the trouble starts.
    pub highlight_start_offset: u64,
    /// Offset in `code` behind it.
    pub highlight_end_offset: u64,
    /// Values of the references in the code.
    pub values: Vec<ExpressionValue>,
    /// The function whose call failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function_call: Option<FunctionCall>,
}

/// What a reference was at that moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExpressionValue {
    /// The reference.
    pub traversal: String,
    /// A statement such as `is "x"`.
    pub statement: String,
}

/// A function call that failed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FunctionCall {
    /// Name as written.
    pub called_as: String,
    /// Parameters, if the function exists.
    pub signature: Option<Signature>,
}

/// A function's parameters.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Signature {
    /// In order.
    pub params: Vec<Parameter>,
    /// The one that may be repeated.
    pub variadic_param: Option<Parameter>,
}

/// A function's parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parameter {
    /// Name.
    pub name: String,
}

impl Diagnostic {
    /// The diagnostic as text with its code frame, laid out as the engine prints it without colours.
    ///
    /// Control characters of the configuration are shown as `�`, so that no file name or code can drive a terminal.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = match self.severity {
            Severity::Error => "Error: ".to_owned(),
            Severity::Warning => "Warning: ".to_owned(),
            Severity::Unknown => String::new(),
        };
        let _ = writeln!(text, "{}\n", printable(&self.summary));
        self.render_source(&mut text);
        for line in self.detail.lines() {
            let _ = writeln!(text, "{}", printable(line));
        }
        text
    }

    fn render_source(&self, text: &mut String) {
        if let Some(address) = &self.address {
            let _ = writeln!(text, "  with {},", printable(address));
        }
        let Some(range) = &self.range else { return };
        let place = format!("  on {} line {}", printable(&range.filename), range.start.line);
        let Some(snippet) = &self.snippet else {
            let _ = writeln!(text, "{place}:\n  (source code not available)\n");
            return;
        };
        let context = snippet
            .context
            .as_ref()
            .map(|context| format!(", in {}", printable(context)))
            .unwrap_or_default();
        let _ = writeln!(text, "{place}{context}:");
        for (index, line) in snippet.code.split('\n').enumerate() {
            let _ = writeln!(text, "{:4}: {}", snippet.start_line + index as u64, printable(line));
        }
        snippet.render_values(text);
        text.push('\n');
    }
}

impl Snippet {
    fn render_values(&self, text: &mut String) {
        let call = self
            .function_call
            .as_ref()
            .and_then(|call| Some((call, call.signature.as_ref()?)));
        if self.values.is_empty() && call.is_none() {
            return;
        }
        text.push_str("    ├────────────────\n");
        if let Some((call, signature)) = call {
            let plain = signature.params.iter().map(|parameter| parameter.name.clone());
            let variadic = signature
                .variadic_param
                .iter()
                .map(|parameter| format!("{}...", parameter.name));
            let parameters = plain.chain(variadic).collect::<Vec<_>>().join(", ");
            let _ = writeln!(
                text,
                "    │ while calling {}({})",
                printable(&call.called_as),
                printable(&parameters)
            );
        }
        let mut values: Vec<_> = self.values.iter().collect();
        values.sort_by(|one, other| one.traversal.cmp(&other.traversal));
        for value in values {
            let _ = writeln!(
                text,
                "    │ {} {}",
                printable(&value.traversal),
                printable(&value.statement)
            );
        }
    }
}

fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c })
        .collect()
}
