//! Puts a log on the screen: filtered, and in whole lines where a spinner stands below it.

use std::io;

use crate::output::{LogFilter, Output, Progress};

/// Prints one log.
pub(crate) struct LogPrinter<'a> {
    output: &'a Output,
    filter: LogFilter,
    /// A line that is not complete yet.
    line: String,
    shown_outputs: bool,
}

impl<'a> LogPrinter<'a> {
    pub(crate) fn new(output: &'a Output) -> Self {
        // With JSON on stdout the log is a message.
        let style = if output.is_json() {
            output.note_style
        } else {
            output.data_style
        };
        Self {
            output,
            filter: LogFilter::new(style.colour),
            line: String::new(),
            shown_outputs: false,
        }
    }

    /// Prints the next part.
    pub(crate) fn print(&mut self, part: &str, progress: &Progress<'_>) -> io::Result<()> {
        let shown = self.filter.pass(part);
        self.line.push_str(&shown);
        let complete = self.line.rfind('\n').map_or(0, |end| end + 1);
        let rest = self.line.split_off(complete);
        let lines = std::mem::replace(&mut self.line, rest);
        self.shown_outputs |= lines.lines().any(|line| plain(line).trim() == "Outputs:");
        if lines.is_empty() {
            return Ok(());
        }
        progress.while_hidden(|| self.write(&lines))
    }

    /// Prints what is left; whether the engine has printed the outputs itself.
    pub(crate) fn finish(mut self, progress: &Progress<'_>) -> io::Result<bool> {
        if !self.line.is_empty() {
            let rest = std::mem::take(&mut self.line) + "\n";
            progress.while_hidden(|| self.write(&rest))?;
        }
        Ok(self.shown_outputs)
    }

    fn write(&self, text: &str) -> io::Result<()> {
        if self.output.is_json() {
            self.output.message(text);
            return Ok(());
        }
        self.output.data(text)
    }
}

fn plain(line: &str) -> String {
    LogFilter::new(false).pass(line)
}
