//! Commands in units of an app, over a WebSocket.
//!
//! Text messages are JSON: [`AppCommandOrder`] from the caller, the first of them `begin`, and [`AppCommandNews`] to him, the last
//! of them `ended` or `failed`. Binary messages from the caller are what the command reads, as it is. Binary messages to him begin
//! with one byte that says what follows was written to: [`OUTPUT`] or [`ERRORS`].

use serde::{Deserialize, Serialize};

/// The first byte of what a command wrote to its standard output, or to its terminal.
pub const OUTPUT: u8 = 1;
/// The first byte of what it wrote to its standard error.
pub const ERRORS: u8 = 2;

/// What shall run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewAppCommand {
    /// A program with its arguments; no shell is put around it. Empty for a shell in a unit that runs.
    #[serde(default)]
    pub command: Vec<String>,
    /// The unit in which it runs; without it the first one that is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Of which process that is, or whose variables a unit of its own sees; the one that takes requests without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// How large its terminal is; without it there is none, and output and errors are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<TerminalSize>,
    /// Whether it reads what the caller sends.
    #[serde(default)]
    pub reads: bool,
}

/// How large a terminal is, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TerminalSize {
    /// Characters in a row.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

/// What the caller says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum AppCommandOrder {
    /// What shall run: once, and first.
    Begin(NewAppCommand),
    /// The terminal is another size now.
    Resize(TerminalSize),
    /// There is nothing more to read.
    EndOfInput,
}

/// What the caller is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum AppCommandNews {
    /// It runs, in this unit.
    Begun {
        /// The unit's name.
        unit: String,
    },
    /// It ended.
    #[serde(rename_all = "kebab-case")]
    Ended {
        /// Its exit code; 128 and the signal's number when it was killed.
        exit_code: i64,
    },
    /// It did not begin, or was ended from outside; why, in a sentence.
    Failed {
        /// The sentence.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_small_documents() {
        let begin = AppCommandOrder::Begin(NewAppCommand {
            command: vec!["sh".to_owned()],
            terminal: Some(TerminalSize { columns: 80, rows: 24 }),
            reads: true,
            ..NewAppCommand::default()
        });
        let text = serde_json::to_string(&begin).unwrap();
        assert_eq!(
            text,
            r#"{"type":"begin","command":["sh"],"terminal":{"columns":80,"rows":24},"reads":true}"#
        );
        assert_eq!(serde_json::from_str::<AppCommandOrder>(&text).unwrap(), begin);
        let ended = serde_json::to_string(&AppCommandNews::Ended { exit_code: 3 }).unwrap();
        assert_eq!(ended, r#"{"type":"ended","exit-code":3}"#);
    }
}
