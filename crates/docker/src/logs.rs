//! What units write.

use std::time::SystemTime;

use bollard::container::LogOutput;
use bollard::query_parameters::LogsOptionsBuilder;
use bytes::Bytes;
use futures::{Stream, StreamExt};

use crate::engine::Engine;
use crate::error::DockerError;

/// One line that a unit wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When the engine got it, to the nanosecond (RFC 3339). Lines of one unit are in the order of their times.
    pub at: String,
    /// Whether it was written to standard error.
    pub is_error: bool,
    /// Without the line's end.
    pub text: Bytes,
}

impl Engine {
    /// The lines of a unit since a moment, which may be told again; and, when `follow` is given, what it writes from now on,
    /// until it ends.
    pub fn unit_log(
        &self,
        name: &str,
        since: Option<SystemTime>,
        follow: bool,
    ) -> impl Stream<Item = Result<LogLine, DockerError>> + Send + use<> {
        let since = since.and_then(|since| since.duration_since(SystemTime::UNIX_EPOCH).ok());
        let since = since
            .and_then(|since| i32::try_from(since.as_secs()).ok())
            .unwrap_or_default();
        let options = LogsOptionsBuilder::new()
            .stdout(true)
            .stderr(true)
            .timestamps(true)
            .follow(follow)
            .since(since)
            .build();
        let (engine, what) = (self.clone(), format!("unit {name}"));
        self.docker
            .logs(name, Some(options))
            .map(move |output| output.map(read).map_err(|error| engine.failed(error, &what)))
    }
}

impl Engine {
    /// The last lines of a unit, and, when `follow` is given, what it writes from now on until it ends. It outlives this engine's
    /// handle.
    pub fn unit_tail(
        &self,
        name: &str,
        last: usize,
        follow: bool,
    ) -> impl Stream<Item = Result<LogLine, DockerError>> + Send + use<> {
        // What is no number to the engine would be refused.
        let last = i32::try_from(last).map_or_else(|_| "all".to_owned(), |last| last.to_string());
        let options = LogsOptionsBuilder::new()
            .stdout(true)
            .stderr(true)
            .timestamps(true)
            .follow(follow)
            .tail(&last)
            .build();
        let (engine, what) = (self.clone(), format!("unit {name}"));
        self.docker
            .logs(name, Some(options))
            .map(move |output| output.map(read).map_err(|error| engine.failed(error, &what)))
    }
}

fn read(output: LogOutput) -> LogLine {
    let is_error = matches!(output, LogOutput::StdErr { .. });
    let line = output.into_bytes();
    let end = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
    let text = line.slice(end.saturating_add(1).min(line.len())..);
    let length = text
        .iter()
        .rposition(|byte| !matches!(byte, b'\n' | b'\r'))
        .map_or(0, |last| last.saturating_add(1));
    let at = String::from_utf8_lossy(line.get(..end).unwrap_or_default()).into_owned();
    LogLine {
        at,
        is_error,
        text: text.slice(..length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_time_before_it() {
        let message = Bytes::from_static(b"2026-11-22T08:00:00.123456789Z two words\n");
        let line = read(LogOutput::StdErr { message });
        assert_eq!(line.at, "2026-11-22T08:00:00.123456789Z");
        assert_eq!((line.is_error, &line.text[..]), (true, &b"two words"[..]));
        let empty = read(LogOutput::StdOut {
            message: Bytes::from_static(b"2026-11-22T08:00:00Z \n"),
        });
        assert_eq!(&empty.text[..], b"");
    }
}
