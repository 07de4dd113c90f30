//! What was measured: a row each, as a table for people and as JSON for programs.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

/// What a row shall reach.
#[derive(Debug, Clone, Copy)]
pub(super) enum Aim {
    AtMost(f64),
    AtLeast(f64),
    Exactly(f64),
}

/// One measured quantity, or why it could not be measured.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    pub(super) what: String,
    pub(super) value: Option<f64>,
    pub(super) unit: &'static str,
    pub(super) aim: Option<String>,
    pub(super) met: Option<bool>,
    /// What the value was compared with, measured in the same run.
    pub(super) baseline: Option<String>,
    pub(super) note: Option<String>,
}

impl Row {
    pub(super) fn new(what: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            what: what.into(),
            value: Some(value),
            unit,
            aim: None,
            met: None,
            baseline: None,
            note: None,
        }
    }

    pub(super) fn unmeasured(what: &str, reason: String) -> Self {
        Self {
            value: None,
            note: Some(reason),
            ..Self::new(what, 0.0, "")
        }
    }

    pub(super) fn aim(mut self, aim: Aim) -> Self {
        let value = self.value.unwrap_or(f64::NAN);
        let (sign, wanted, met) = match aim {
            Aim::AtMost(wanted) => ("≤", wanted, value <= wanted),
            Aim::AtLeast(wanted) => ("≥", wanted, value >= wanted),
            Aim::Exactly(wanted) => ("=", wanted, (value - wanted).abs() < f64::EPSILON),
        };
        self.aim = Some(format!("{sign} {wanted}"));
        self.met = Some(met);
        self
    }

    pub(super) fn baseline(mut self, text: impl Into<String>) -> Self {
        self.baseline = Some(text.into());
        self
    }

    pub(super) fn note(mut self, text: impl Into<String>) -> Self {
        self.note = Some(text.into());
        self
    }

    fn shown_value(&self) -> String {
        match self.value {
            None => "not measured".to_owned(),
            Some(value) if value >= 1000.0 => format!("{value:.0} {}", self.unit),
            Some(value) if value >= 100.0 => format!("{value:.1} {}", self.unit),
            Some(value) => format!("{value:.2} {}", self.unit),
        }
    }

    fn mark(&self) -> &'static str {
        match (self.value, self.met) {
            (None, _) => "?",
            (_, Some(true)) => "met",
            (_, Some(false)) => "MISSED",
            (_, None) => "",
        }
    }

    /// The row as a line of the table.
    pub(super) fn line(&self) -> String {
        let aim = self.aim.as_deref().unwrap_or("-");
        let more: Vec<&str> = [&self.baseline, &self.note]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        let line = format!(
            "{:<58} {:>16}  {:<9} {:<7} {}",
            self.what,
            self.shown_value(),
            aim,
            self.mark(),
            more.join("; ")
        );
        line.trim_end().to_owned()
    }
}

/// The table's head.
pub(super) fn head() -> String {
    format!(
        "{:<58} {:>16}  {:<9} {:<7} Compared with; remarks",
        "What", "Measured", "Aim", ""
    )
}

/// Writes all rows, with what they were measured on.
pub(super) fn write(path: &Path, rows: &[Row]) -> Result<()> {
    let processors = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let system = rustix::system::uname();
    let document = serde_json::json!({
        "machine": {
            "processors": processors,
            "kernel": system.release().to_string_lossy(),
            "architecture": system.machine().to_string_lossy(),
        },
        "rows": rows,
    });
    let text = serde_json::to_string_pretty(&document)?;
    fs::write(path, text + "\n").with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aim_decides_and_a_row_without_a_number_says_why() {
        assert_eq!(Row::new("x", 1.1, "ms").aim(Aim::AtMost(1.1)).met, Some(true));
        assert_eq!(Row::new("x", 1.2, "ms").aim(Aim::AtMost(1.1)).met, Some(false));
        assert_eq!(
            Row::new("x", 12_000.0, "/s").aim(Aim::AtLeast(12_000.0)).met,
            Some(true)
        );
        let line = Row::unmeasured("memory", "no /proc here".to_owned()).line();
        assert!(
            line.contains("not measured") && line.ends_with("no /proc here"),
            "{line}"
        );
    }
}
