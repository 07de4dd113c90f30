//! The console in a real browser, at the real server: `web/bench/run-page.mjs` and `web/bench/lighthouse.mjs`.
//!
//! The scripts measure and say the aims of the run page; the aims of Lighthouse are here. Nothing is installed: what is
//! missing is said with the command that brings it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::report::{Aim, Row};
use super::{Bench, Rows};
use crate::{environment, process, workspace};

const RUN_PAGE: &str = "bench/run-page.mjs";
const LIGHTHOUSE: &str = "bench/lighthouse.mjs";

/// A row as the script of the run page prints it.
#[derive(Deserialize)]
struct Measured {
    name: String,
    value: f64,
    unit: String,
    aim: f64,
}

/// What Lighthouse says about one page.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Judged {
    name: String,
    performance: f64,
    accessibility: f64,
    largest_contentful_paint_ms: f64,
    total_blocking_ms: f64,
    failed: Vec<String>,
}

/// The run page, the stream of events and the change of pages, then Lighthouse on five pages.
pub(super) fn console(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let web = workspace::root()?.join("web");
    ensure_there(&web.join("node_modules"), "cargo run -p xtask -- web install")?;
    ensure_there(&web.join("dist/index.html"), "cargo run -p xtask -- web build")?;
    for row in run_page(&said(bench, &web, RUN_PAGE)?)? {
        rows.add(row);
    }
    ensure_there(
        &web.join("bench/node_modules"),
        "cargo run -p xtask -- web install-bench",
    )?;
    for row in lighthouse(&said(bench, &web, LIGHTHOUSE)?)? {
        rows.add(row);
    }
    Ok(())
}

fn ensure_there(path: &Path, command: &str) -> Result<()> {
    ensure!(path.exists(), "{} is missing: run `{command}`", path.display());
    Ok(())
}

/// What a script prints on standard output.
fn said(bench: &Bench, web: &Path, script: &str) -> Result<String> {
    let mut command = Command::new("node");
    command
        .arg(script)
        .current_dir(web)
        .env_clear()
        .envs(environment::for_builds())
        .env("SLIPWAY_BINARY", &bench.binary);
    process::output(&mut command).with_context(|| format!("web/{script} failed"))
}

fn run_page(said: &str) -> Result<Vec<Row>> {
    let measured: Vec<Measured> = serde_json::from_str(said).context("web/bench/run-page.mjs printed no rows")?;
    let row = |one: Measured| {
        if one.unit != "ms" {
            bail!("\"{}\" is in {}; only milliseconds are known", one.name, one.unit);
        }
        Ok(Row::new(one.name, one.value, "ms").aim(Aim::AtMost(one.aim)))
    };
    measured.into_iter().map(row).collect()
}

/// Two rows a page, from one line of JSON each.
fn lighthouse(said: &str) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for line in said.lines().filter(|line| !line.is_empty()) {
        let page: Judged = serde_json::from_str(line).context("web/bench/lighthouse.mjs printed no rows")?;
        let paint = format!(
            "largest paint {:.0} ms, blocked {:.0} ms",
            page.largest_contentful_paint_ms, page.total_blocking_ms
        );
        let row = Row::new(format!("{}: performance", page.name), page.performance, "of 100");
        rows.push(row.aim(Aim::AtLeast(95.0)).note(paint));
        let row = Row::new(format!("{}: accessibility", page.name), page.accessibility, "of 100");
        let row = row.aim(Aim::AtLeast(100.0));
        // Whatever else it found wrong is no matter of accessibility.
        rows.push(if page.accessibility < 100.0 {
            row.note(format!("failed: {}", page.failed.join(", ")))
        } else {
            row
        });
    }
    ensure!(!rows.is_empty(), "web/bench/lighthouse.mjs printed no rows");
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_scripts_print_becomes_rows_with_their_aims() {
        let rows = run_page(r#"[{"name": "filter", "value": 87.5, "unit": "ms", "aim": 100}]"#).unwrap();
        assert_eq!(rows[0].met, Some(true));
        assert!(run_page(r#"[{"name": "x", "value": 1, "unit": "s", "aim": 1}]"#).is_err());
        let page = r#"{"name": "console, Lighthouse, start", "performance": 94, "accessibility": 97,
            "largest-contentful-paint-ms": 400, "total-blocking-ms": 0, "failed": ["label"]}"#;
        let rows = lighthouse(&page.replace('\n', "")).unwrap();
        assert_eq!([rows[0].met, rows[1].met], [Some(false), Some(false)]);
        assert_eq!(rows[1].note.as_deref(), Some("failed: label"));
        assert!(lighthouse("").is_err());
    }
}
