//! `xtask bench`: what Slipway takes, measured on the release build, beside what it is compared with in the same run.
//!
//! Every number is seen from outside: by requests, by what a process is and uses. Nothing leaves the loopback, and
//! nothing is left running when it ends.

mod app_logs;
mod apps;
mod audit;
mod browser;
mod catalog;
mod child;
mod companion;
mod connections;
mod engine;
mod http;
mod lens;
mod load;
mod logs;
mod postgres;
mod raw;
mod reads;
mod registry;
mod report;
mod router;
mod runs;
mod seed;
mod site;
mod states;
mod statistics;
mod teams;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::tools::{self, Tools};
use crate::{environment, workspace};
use report::Row;
use site::Site;

/// Where the rows are written for programs, relative to the build's directory.
const FILE: &str = "bench.json";

/// What is measured together, because it needs the same server.
type Part = fn(&Bench, &mut Rows) -> Result<()>;
const PARTS: [(&str, Part); 19] = [
    ("ratios", runs::ratios),
    ("start-latency", runs::start_latency),
    ("parallel", runs::parallel),
    ("starts", reads::starts),
    ("memory", reads::memory),
    ("sqlite", reads::on_sqlite),
    ("postgres", reads::on_postgres),
    ("cold-cache", runs::cold_cache),
    ("logs", logs::throughput),
    ("states", states::write),
    ("audit", audit::audit),
    ("plan-lens", lens::plan),
    ("log-lines", lens::log),
    ("browser", browser::console),
    ("connections", connections::connections),
    ("catalog", catalog::catalog),
    ("app-logs", app_logs::kept),
    ("router", router::router),
    ("apps", apps::apps),
];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Fewer repetitions: for trying out, not for comparing.
    #[arg(long)]
    quick: bool,
    /// Only this part: ratios, start-latency, parallel, starts, memory, sqlite, postgres, cold-cache, logs, states, audit,
    /// plan-lens, log-lines, browser, connections, catalog, app-logs, router, apps.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Measure this binary instead of building one.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

/// What every part works with.
struct Bench {
    binary: PathBuf,
    tools: Tools,
    folder: PathBuf,
    quick: bool,
}

/// The rows so far; each is shown as soon as it is there.
#[derive(Default)]
struct Rows(Vec<Row>);

impl Rows {
    fn add(&mut self, row: Row) {
        println!("{}", row.line());
        self.0.push(row);
    }
}

impl Bench {
    fn repetitions(&self, usual: usize, quick: usize) -> usize {
        if self.quick { quick } else { usual }
    }

    fn seconds(&self, usual: u64) -> Duration {
        Duration::from_secs(if self.quick { 1 } else { usual })
    }

    /// A server with a data directory of its own.
    fn site(&self, name: &str) -> Result<Site> {
        Site::new(&self.binary, &self.tools, &self.folder.join(name).join("data"))
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let known = |name: &String| PARTS.iter().any(|(part, _)| part == name);
    if let Some(unknown) = arguments.only.iter().find(|name| !known(name)) {
        let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
        bail!("there is no part `{unknown}`; the parts are {}", names.join(", "));
    }
    let root = workspace::root()?;
    let target = workspace::metadata(&root)?.target_directory;
    let binary = match &arguments.binary {
        Some(binary) => binary
            .canonicalize()
            .with_context(|| format!("there is no {}", binary.display()))?,
        None => build(&root, &target)?,
    };
    let folder = tempfile::Builder::new().prefix("slipway-bench-").tempdir()?;
    open_to_all(folder.path())?;
    let bench = Bench {
        binary,
        tools: tools::for_tests(false)?,
        folder: folder.path().to_path_buf(),
        quick: arguments.quick,
    };
    let rows = measure(&bench, &arguments.only);
    let file = target.join(FILE);
    report::write(&file, &rows.0)?;
    println!("\n{}", summary(&rows.0));
    println!("The same as JSON: {}", file.display());
    Ok(())
}

/// PostgreSQL runs as another user and must reach its folder.
fn open_to_all(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::set_permissions(
        folder,
        std::fs::Permissions::from_mode(0o755),
    )?)
}

fn build(root: &Path, target: &Path) -> Result<PathBuf> {
    println!("building the release profile …");
    let status = Command::new("cargo")
        .args(["build", "--release", "--locked", "--package", "slipway-cli"])
        .current_dir(root)
        .env_clear()
        .envs(environment::for_builds())
        .status()?;
    ensure!(status.success(), "the release build failed");
    Ok(target.join("release/slipway"))
}

fn measure(bench: &Bench, only: &[String]) -> Rows {
    let mut rows = Rows::default();
    println!("{}", report::head());
    for (name, part) in PARTS {
        if !only.is_empty() && !only.iter().any(|wanted| wanted == name) {
            continue;
        }
        let begin = Instant::now();
        if let Err(error) = part(bench, &mut rows) {
            rows.add(Row::unmeasured(name, format!("{error:#}")));
        }
        eprintln!("  ({name}: {:.0} s)", begin.elapsed().as_secs_f64());
    }
    rows
}

fn summary(rows: &[Row]) -> String {
    let count = |met: Option<bool>| rows.iter().filter(|row| row.met == met).count();
    let unmeasured = rows.iter().filter(|row| row.value.is_none()).count();
    format!(
        "{} aims met, {} missed, {unmeasured} parts not measured to the end.",
        count(Some(true)),
        count(Some(false))
    )
}
