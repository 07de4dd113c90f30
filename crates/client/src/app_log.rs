//! What an app's units write, line by line, as it comes; across broken connections, each line once.

use std::collections::VecDeque;
use std::time::Duration;

use reqwest::Response;
use slipway_api::Timestamp;
use slipway_api::ids::AppId;

use crate::call::{Call, Repeat};
use crate::client::Client;
use crate::error::ClientError;
use crate::random;
use crate::retry::backoff;

/// A stream lives as long as somebody looks.
const LONGEST_STREAM: Duration = Duration::from_secs(7 * 24 * 3600);
/// Attempts in a row without a byte, about ten minutes, before it gives up.
const ATTEMPTS: u32 = 60;

/// Which lines.
#[derive(Debug, Clone, Default)]
pub struct AppLogFilter {
    /// Only of this process.
    pub process: Option<String>,
    /// Only of this unit.
    pub unit: Option<String>,
    /// How many of those that are there.
    pub lines: Option<u32>,
    /// Only those with this text, or with what an expression behind `regex:` matches.
    pub search: Option<String>,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Not after this moment.
    pub to: Option<Timestamp>,
    /// Whether to go on with what comes.
    pub follow: bool,
}

/// What the log has to say.
#[derive(Debug, PartialEq, Eq)]
pub enum AppLogItem {
    /// A line: when it was written, the unit, and what it wrote, with blanks between.
    Line(String),
    /// The connection broke, for this reason, and is opened again.
    Reconnecting(&'static str),
    /// There are no more lines.
    End,
}

/// Reads an app's log.
#[derive(Debug)]
pub struct AppLog {
    client: Client,
    app: AppId,
    filter: AppLogFilter,
    open: Option<Response>,
    lines: Lines,
    failures: u32,
    has_ended: bool,
}

impl Client {
    /// What an app's units wrote, and write. Nothing is sent before the first [`AppLog::next`].
    #[must_use]
    pub fn app_log(&self, app: AppId, filter: AppLogFilter) -> AppLog {
        AppLog {
            client: self.clone(),
            app,
            filter,
            open: None,
            lines: Lines::default(),
            failures: 0,
            has_ended: false,
        }
    }
}

impl AppLog {
    /// The next item; after [`AppLogItem::End`] always that again.
    ///
    /// # Errors
    ///
    /// The server refused, or could not be reached for about ten minutes.
    pub async fn next(&mut self) -> Result<AppLogItem, ClientError> {
        loop {
            if let Some(line) = self.lines.ready.pop_front() {
                return Ok(AppLogItem::Line(line));
            }
            if self.has_ended {
                return Ok(AppLogItem::End);
            }
            let response = match &mut self.open {
                Some(response) => response,
                none => {
                    let cursor = self.lines.cursor.as_deref();
                    none.insert(connect(&self.client, self.app, (&self.filter, cursor), self.failures).await?)
                }
            };
            let why = match response.chunk().await {
                Ok(Some(bytes)) => {
                    self.failures = 0;
                    self.lines.push(&bytes);
                    continue;
                }
                Ok(None) if !self.filter.follow => {
                    self.lines.end();
                    self.has_ended = true;
                    continue;
                }
                Ok(None) => "the server closed the stream",
                Err(_) => "the connection broke",
            };
            self.open = None;
            self.failures += 1;
            self.lines.cut();
            return Ok(AppLogItem::Reconnecting(why));
        }
    }
}

async fn connect(
    client: &Client,
    app: AppId,
    (filter, cursor): (&AppLogFilter, Option<&str>),
    failures: u32,
) -> Result<Response, ClientError> {
    let mut call = Call::get(&["apps", &app.to_string(), "logs"])
        .query_option("process", filter.process.as_deref())
        .query_option("unit", filter.unit.as_deref())
        .query_option("lines", filter.lines)
        .query_option("search", filter.search.as_deref())
        .query_option("from", filter.from)
        .query_option("to", filter.to)
        .query_option("cursor", cursor)
        .query("cursors", true)
        .timeout(LONGEST_STREAM);
    if filter.follow {
        call = call.query("follow", true);
    }
    call.repeat = Repeat::Never;
    let mut attempt = failures;
    loop {
        if attempt > 0 {
            tokio::time::sleep(backoff(attempt, random::fraction())).await;
        }
        match client.send(call.clone()).await {
            Ok(response) => return Ok(response),
            Err(error) if attempt < ATTEMPTS && error.is_passing() => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Makes lines of bytes, and knows the place behind the last of them.
#[derive(Debug, Default)]
struct Lines {
    partial: Vec<u8>,
    ready: VecDeque<String>,
    /// Of the last line that is ready.
    cursor: Option<String>,
}

impl Lines {
    fn push(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.partial.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.end();
            }
        }
    }

    /// What there is of a line is a line.
    fn end(&mut self) {
        let bytes = std::mem::take(&mut self.partial);
        let text = String::from_utf8_lossy(&bytes);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if let Some((cursor, line)) = line.split_once(' ') {
            self.cursor = Some(cursor.to_owned());
            self.ready.push_back(line.to_owned());
        }
    }

    /// The connection broke: what was cut comes again.
    fn cut(&mut self) {
        self.partial.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(lines: &mut Lines) -> Vec<String> {
        lines.ready.drain(..).collect()
    }

    #[test]
    fn lines_are_cut_anywhere_and_come_whole() {
        let mut lines = Lines::default();
        lines.push(b"7_a_x 2026-01-01T00:00:00.001Z web-1-0 one\r\n8_a_x 2026-01-01T00:00:00.002Z web-1-0 t\xc3");
        assert_eq!(lines.cursor.as_deref(), Some("7_a_x"));
        lines.push(b"\xa9o\n");
        assert_eq!(
            ready(&mut lines),
            [
                "2026-01-01T00:00:00.001Z web-1-0 one",
                "2026-01-01T00:00:00.002Z web-1-0 t\u{e9}o"
            ]
        );
        lines.push(b"9_a_x 3 web-1-0 without end");
        lines.end();
        assert_eq!(ready(&mut lines), ["3 web-1-0 without end"]);
    }

    #[test]
    fn a_line_that_was_cut_comes_again_behind_the_last_whole_one() {
        let mut lines = Lines::default();
        lines.push(b"1_a_x 1 a x\n2_a_x 2 a cut");
        lines.cut();
        assert_eq!(lines.cursor.as_deref(), Some("1_a_x"));
        lines.push(b"2_a_x 2 a cut off\n");
        assert_eq!(ready(&mut lines), ["1 a x", "2 a cut off"]);
    }
}
