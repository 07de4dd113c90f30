//! `slipway app metrics` and `top`: what an app takes, and how it answers.

use clap::Args;
use slipway_api::app_metrics::AppMetricsPoint;
use slipway_api::apps::AppUnit;
use slipway_api::{Resource, Timestamp};
use slipway_client::Client;

use super::moment::Moment;
use super::which::One;
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::Outcome;
use crate::output::{Table, Tone, size};

/// Points where nobody says how many.
const POINTS: u64 = 12;

/// Show what an app took of its machines, and how it answered
///
/// Each 15 seconds of the last hour are kept, and each 5 minutes of the last 14 days.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app metrics
  slipway app metrics web --since 10m --step 15
  slipway app metrics web --since 7d --step 21600 --output json")]
pub(crate) struct MetricsArguments {
    #[command(flatten)]
    one: One,
    /// From when on: so long ago (30m, 2h, 7d), or a moment (2026-11-20T14:30:00Z)
    #[arg(long, default_value = "1h", value_name = "WHEN")]
    since: Moment,
    /// Until when, said the same way [default: now]
    #[arg(long, value_name = "WHEN")]
    until: Option<Moment>,
    /// Seconds between two points [default: those that make twelve]
    #[arg(long, value_name = "SECONDS")]
    step: Option<u32>,
}

pub(super) async fn metrics(
    context: &Context,
    client: &Client,
    arguments: MetricsArguments,
) -> anyhow::Result<Outcome> {
    let app = arguments.one.find(context, client).await?;
    let (from, to) = (arguments.since.when(), arguments.until.map_or_else(now, Moment::when));
    let step = arguments.step.unwrap_or_else(|| {
        let seconds = to.since(from).as_secs() / POINTS;
        u32::try_from(seconds).unwrap_or(u32::MAX)
    });
    let metrics = client.app_metrics(id_of(&app)?, (from, to), Some(step)).await?;
    if context.output.is_json() {
        context.output.json(&metrics)?;
        return Ok(Outcome::Success);
    }
    let nothing = format!("Nothing of {} was measured then.", app.attributes.name);
    context.output.table(points(&metrics.attributes.points), &nothing)?;
    Ok(Outcome::Success)
}

fn points(points: &[AppMetricsPoint]) -> Table {
    let mut table = Table::new(&[
        "from", "units", "cpu", "memory", "in", "out", "requests", "errors", "p50", "p95", "p99",
    ]);
    for point in points {
        let milliseconds = |time: Option<f64>| time.map(|time| format!("{time:.0} ms")).unwrap_or_default();
        table.toned_row(vec![
            (clock(point.at), Some(Tone::Quiet)),
            (point.units.to_string(), None),
            (processors(point.processor), None),
            (of_limit(point.memory, point.memory_percent), None),
            (size(point.received), None),
            (size(point.sent), None),
            (point.requests.to_string(), None),
            (point.errors.to_string(), (point.errors > 0).then_some(Tone::Bad)),
            (milliseconds(point.p50_ms), None),
            (milliseconds(point.p95_ms), None),
            (milliseconds(point.p99_ms), None),
        ]);
    }
    table
}

/// `11-20 14:30:00`, in UTC.
fn clock(moment: Timestamp) -> String {
    let text = moment.to_string();
    text.get(5..19).unwrap_or(&text).replace('T', " ")
}

/// `0.25` of a processor.
fn processors(thousandths: u64) -> String {
    format!("{}.{:02}", thousandths / 1_000, thousandths % 1_000 / 10)
}

fn of_limit(memory: u64, percent: Option<u32>) -> String {
    match percent {
        Some(percent) => format!("{} ({percent}%)", size(memory)),
        None => size(memory),
    }
}

/// What each unit takes, the one that takes most of processors first.
pub(super) fn top(units: &[Resource<AppUnit>]) -> Table {
    let mut units: Vec<&Resource<AppUnit>> = units.iter().collect();
    units.sort_by_key(|unit| std::cmp::Reverse(unit.attributes.usage.map(|usage| (usage.processor, usage.memory))));
    let mut table = Table::new(&["unit", "cpu", "memory", "restarts"]);
    for unit in units {
        let unit = &unit.attributes;
        let [processor, memory] = usage(unit);
        table.toned_row(vec![
            (unit.name.clone(), None),
            (processor, None),
            (memory, None),
            (unit.restarts.to_string(), None),
        ]);
    }
    table
}

/// What a unit takes of processors and of memory; nothing where nobody measured.
pub(super) fn usage(unit: &AppUnit) -> [String; 2] {
    let Some(usage) = unit.usage else {
        return [String::new(), String::new()];
    };
    let percent = usage
        .memory_limit
        .map(|limit| usage.memory.saturating_mul(100) / limit.max(1));
    let percent = percent.map(|percent| u32::try_from(percent).unwrap_or(u32::MAX));
    [processors(usage.processor), of_limit(usage.memory, percent)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            (processors(1_259), processors(7)),
            ("1.25".to_owned(), "0.00".to_owned())
        );
        assert_eq!(of_limit(1 << 20, Some(12)), format!("{} (12%)", size(1 << 20)));
        assert_eq!(clock("2026-11-20T14:30:00Z".parse().unwrap()), "11-20 14:30:00");
    }
}
