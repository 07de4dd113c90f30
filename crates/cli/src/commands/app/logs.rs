//! `slipway app logs`: what an app's units write.

use clap::Args;
use serde::Serialize;
use slipway_client::{AppLogFilter, AppLogItem, Client};

use super::moment::Moment;
use super::which::One;
use crate::context::{Context, id_of};
use crate::failure::Outcome;
use crate::output::{LogFilter, Style, Tone};

/// Ends whatever a line has said about colours.
const PLAIN: &str = "\u{1b}[0m";

/// Print what an app's units write, and wrote
///
/// Each line with its moment and its unit; as JSON one line each, too. Of units that are gone it is kept for a while.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app logs
  slipway app logs web --follow
  slipway app logs web --process worker --lines 1000
  slipway app logs web --since 2h --search timeout
  slipway app logs web --since 2026-11-20T14:30:00Z --until 1h --search 'regex:status=5[0-9]{2}'
  slipway app logs web --unit web-12-0 --output json")]
pub(crate) struct LogsArguments {
    #[command(flatten)]
    one: One,
    /// Go on with what comes, until Ctrl-C
    #[arg(long, short)]
    follow: bool,
    /// Only of this process
    #[arg(long, value_name = "PROCESS")]
    process: Option<String>,
    /// Only of this unit
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    /// How many of those that are there
    #[arg(long, short = 'n', default_value_t = 100, value_name = "NUMBER")]
    lines: u32,
    /// Only lines with this text, whatever its capitals; behind regex: an expression
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Not before this: so long ago (90s, 30m, 2h, 7d), or a moment (2026-11-20T14:30:00Z)
    #[arg(long, value_name = "WHEN")]
    since: Option<Moment>,
    /// Not after this, said the same way
    #[arg(long, value_name = "WHEN", conflicts_with = "follow")]
    until: Option<Moment>,
}

/// A line of the log for programs.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Line<'a> {
    time: &'a str,
    unit: &'a str,
    text: &'a str,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: LogsArguments) -> anyhow::Result<Outcome> {
    let app = arguments.one.find(context, client).await?;
    let filter = AppLogFilter {
        process: arguments.process,
        unit: arguments.unit,
        lines: Some(arguments.lines),
        search: arguments.search,
        from: arguments.since.map(Moment::when),
        to: arguments.until.map(Moment::when),
        follow: arguments.follow,
    };
    let output = &context.output;
    let mut log = client.app_log(id_of(&app)?, filter);
    loop {
        match log.next().await? {
            AppLogItem::Line(line) if output.is_json() => output.json_line(&split(&line))?,
            AppLogItem::Line(line) => output.line(&shown(&split(&line), output.data_style))?,
            AppLogItem::Reconnecting(why) => output.note(&format!("Reading the log again: {why}")),
            AppLogItem::End => return Ok(Outcome::Success),
        }
    }
}

fn split(line: &str) -> Line<'_> {
    let (time, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (unit, text) = rest.split_once(' ').unwrap_or((rest, ""));
    Line { time, unit, text }
}

fn shown(line: &Line<'_>, style: Style) -> String {
    // A line of its own: what one leaves open does not hide the next.
    let text = LogFilter::new(style.colour).pass(line.text);
    let end = if text.contains('\u{1b}') { PLAIN } else { "" };
    let plain = |text: &str| LogFilter::new(false).pass(text);
    let (time, unit) = (
        style.paint(&plain(line.time), Tone::Quiet),
        style.paint(&plain(line.unit), Tone::Active),
    );
    format!("{time} {unit} {text}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_moment_its_unit_and_the_rest() {
        let line = split("2026-11-22T08:00:00.123Z web-12-0 GET / 200");
        let expected = Line {
            time: "2026-11-22T08:00:00.123Z",
            unit: "web-12-0",
            text: "GET / 200",
        };
        assert_eq!(line, expected);
        assert_eq!(split("2026-11-22T08:00:00.123Z web-12-0 ").text, "");
        assert_eq!(split("odd").unit, "");
    }

    #[test]
    fn an_app_cannot_command_the_terminal() {
        let line = "t web-1-0 \u{1b}[31mred \u{1b}]0;title\u{7}\u{1b}[2Jend";
        assert_eq!(shown(&split(line), Style::plain()), "t web-1-0 red end");
        let coloured = Style {
            colour: true,
            ..Style::plain()
        };
        assert!(shown(&split(line), coloured).ends_with("\u{1b}[31mred end\u{1b}[0m"));
    }
}
