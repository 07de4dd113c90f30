//! Everything that is written for people and programs: what was asked for to stdout, everything else to stderr.
//!
//! `style.rs` has colours and icons, `table.rs` tables, `text.rs` words for times and numbers, `log.rs` what may pass
//! from a log to a terminal, `errors.rs` how errors look, `progress.rs` the spinner. Nothing else in this crate writes to
//! stdout or stderr.

mod errors;
mod log;
mod progress;
mod style;
mod table;
mod text;

use std::io::{self, Write};

use serde::Serialize;

use crate::environment::Environment;

pub(crate) use errors::render_error;
pub(crate) use log::{LogFilter, Pieces};
pub(crate) use progress::Progress;
pub(crate) use style::{Icon, Style, Tone};
pub(crate) use table::{Table, fields};
pub(crate) use text::{age, clean, count, elapsed, one_line, size, yes_no};

/// How data is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Table,
    /// The API's resources as JSON.
    Json,
}

/// Where a command writes.
pub(crate) struct Output {
    /// How data is printed.
    pub(crate) format: Format,
    /// Colours and icons for stdout.
    pub(crate) data_style: Style,
    /// Colours and icons for stderr.
    pub(crate) note_style: Style,
    /// Whether stderr is a terminal, so that a spinner makes sense.
    pub(crate) animated: bool,
}

impl Output {
    /// Writes to the process's stdout and stderr.
    pub(crate) fn standard(environment: &Environment, format: Format, no_color: bool) -> Self {
        Self {
            format,
            data_style: Style::choose(environment, environment.stdout_is_terminal, no_color),
            note_style: Style::choose(environment, environment.stderr_is_terminal, no_color),
            animated: environment.stderr_is_terminal && environment.variable("TERM") != Some("dumb"),
        }
    }

    /// Whether data is printed as JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Prints data as it is.
    pub(crate) fn data(&self, text: &str) -> io::Result<()> {
        self.bytes(text.as_bytes())
    }

    /// Prints a line of data.
    pub(crate) fn line(&self, text: &str) -> io::Result<()> {
        self.data(&format!("{text}\n"))
    }

    /// Prints bytes as they are.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()
    }

    /// Prints a value as JSON.
    pub(crate) fn json(&self, value: &impl Serialize) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(value)?;
        Ok(self.line(&text)?)
    }

    /// Prints a value as one line of JSON, for streams.
    pub(crate) fn json_line(&self, value: &impl Serialize) -> anyhow::Result<()> {
        let text = serde_json::to_string(value)?;
        Ok(self.line(&text)?)
    }

    /// Prints a table, or says that there is nothing.
    pub(crate) fn table(&self, table: Table, nothing: &str) -> io::Result<()> {
        if table.is_empty() {
            self.note(nothing);
            return Ok(());
        }
        self.line(&table.render(&self.data_style))
    }

    /// Prints rows as the format wants them: the resources as JSON, or the table that is made of them.
    pub(crate) fn rows<T: Serialize>(
        &self,
        rows: &[T],
        nothing: &str,
        table: impl FnOnce(&[T]) -> Table,
    ) -> anyhow::Result<()> {
        if self.is_json() {
            return self.json(&rows);
        }
        Ok(self.table(table(rows), nothing)?)
    }

    /// Prints one resource as the format wants it: as JSON, or as name and value pairs.
    pub(crate) fn one<T: Serialize>(
        &self,
        value: &T,
        pairs: impl FnOnce(&T) -> Vec<(&'static str, String)>,
    ) -> anyhow::Result<()> {
        if self.is_json() {
            return self.json(value);
        }
        Ok(self.line(&fields(&pairs(value), &self.data_style))?)
    }

    /// A message for people.
    pub(crate) fn note(&self, text: &str) {
        self.message(&format!("{text}\n"));
    }

    /// A message that something was done.
    pub(crate) fn done(&self, text: &str) {
        self.note(&format!("{} {text}", self.note_style.icon(Icon::Done)));
    }

    /// A message that something deserves attention.
    pub(crate) fn warn(&self, text: &str) {
        self.note(&format!("{} {text}", self.note_style.icon(Icon::Warning)));
    }

    /// Text for stderr as it is. A closed stderr is no reason to stop.
    pub(crate) fn message(&self, text: &str) {
        let mut stderr = io::stderr().lock();
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }
}
