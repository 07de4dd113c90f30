//! `xtask web`: the console's own steps, each left out when nothing changed that it depends on.
//!
//! What must stay true: a step that failed is done again; the mark of a step that was done lies in `web/node_modules`, so
//! that it goes with the packages it was done with.

mod stamp;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use anyhow::{Context, Result, bail};

use crate::{environment, process, workspace};

/// How long the components' tests may take: they take two minutes on two cores, and five beside other work.
const TEST_SECONDS: u32 = 900;
/// What coreutils' `timeout` ends with when the time was over.
const ENDED_BY_LIMIT: i32 = 124;

#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Step {
    /// Install the packages that the lock file names.
    Install,
    /// Install the packages that measuring needs beside them.
    InstallBench,
    /// Check types and rules.
    Check,
    /// Try the components.
    Test,
    /// Build what the server serves.
    Build,
    /// Try the console in a browser, on the built binary.
    Flows,
}

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What to do, in this order.
    #[arg(required = true)]
    steps: Vec<Step>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = workspace::root()?;
    arguments.steps.iter().try_for_each(|step| take(&root, *step))
}

/// The console's folder.
pub(crate) fn folder(root: &Path) -> PathBuf {
    root.join("web")
}

fn take(root: &Path, step: Step) -> Result<()> {
    let folder = folder(root);
    match step {
        Step::Install => install(&folder),
        Step::InstallBench => install(&folder.join("bench")),
        Step::Check => script_once(root, "check", &[]),
        Step::Test => test(root),
        Step::Build => script_once(root, "build", &[folder.join("dist/index.html")]),
        Step::Flows => flows(root),
    }
}

/// `npm ci`, which begins by removing what is there: only when the lock file is another than the last time.
fn install(folder: &Path) -> Result<()> {
    let locks = [folder.join("package-lock.json"), folder.join("package.json")];
    let wanted = stamp::of_files(folder, &locks)?;
    if stamp::is("install", folder, &wanted) {
        println!("web: the packages are those of the lock file");
        return Ok(());
    }
    npm(folder, &["ci", "--no-audit", "--no-fund"])?;
    stamp::put("install", folder, &wanted)
}

/// A script of `package.json`, unless it was run on exactly these sources and what it made is still there.
fn script_once(root: &Path, script: &'static str, makes: &[PathBuf]) -> Result<()> {
    let folder = folder(root);
    let wanted = stamp::of_sources(root)?;
    if stamp::is(script, &folder, &wanted) && makes.iter().all(|file| file.is_file()) {
        println!("web: nothing changed since `npm run {script}`");
        return Ok(());
    }
    npm(&folder, &["run", script])?;
    stamp::put(script, &folder, &wanted)
}

/// The components' tests, within a limit: a worker of the test runner that stands still would stand for ever, since only
/// what runs is timed by it. That is said, and tried once more; tests that fail are not tried again.
fn test(root: &Path) -> Result<()> {
    let folder = folder(root);
    let wanted = stamp::of_sources(root)?;
    if stamp::is("test", &folder, &wanted) {
        println!("web: nothing changed since `npm run test`");
        return Ok(());
    }
    let mut command = limited_npm_command(&folder, TEST_SECONDS, &["run", "test"]);
    let mut status = status_of(&mut command)?;
    if status.code() == Some(ENDED_BY_LIMIT) {
        eprintln!("web: the components' tests stood still for {TEST_SECONDS} s and were ended; once more");
        status = status_of(&mut command)?;
    }
    succeeded(&command, status)?;
    stamp::put("test", &folder, &wanted)
}

/// The flows, always: they try the binary as much as the console.
fn flows(root: &Path) -> Result<()> {
    let folder = folder(root);
    if !has_script(&folder, "flows")? {
        println!("web: skipped, web/package.json has no script \"flows\" yet");
        return Ok(());
    }
    let binary = workspace::slipway_binary(root)?;
    let mut command = npm_command(&folder, &["run", "flows"]);
    command.env("SLIPWAY_BINARY", binary);
    finish(&mut command)
}

fn has_script(folder: &Path, name: &str) -> Result<bool> {
    let file = folder.join("package.json");
    let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let package: serde_json::Value = serde_json::from_str(&text)?;
    Ok(package.pointer(&format!("/scripts/{name}")).is_some())
}

fn npm(folder: &Path, arguments: &[&str]) -> Result<()> {
    finish(&mut npm_command(folder, arguments))
}

fn npm_command(folder: &Path, arguments: &[&str]) -> Command {
    in_folder(Command::new("npm"), folder, arguments)
}

/// npm under coreutils' `timeout`, which ends the whole process group.
fn limited_npm_command(folder: &Path, seconds: u32, arguments: &[&str]) -> Command {
    let mut command = Command::new("timeout");
    command.arg("--kill-after=10").arg(seconds.to_string()).arg("npm");
    in_folder(command, folder, arguments)
}

fn in_folder(mut command: Command, folder: &Path, arguments: &[&str]) -> Command {
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(environment::for_builds());
    command
}

fn finish(command: &mut Command) -> Result<()> {
    let status = status_of(command)?;
    succeeded(command, status)
}

fn status_of(command: &mut Command) -> Result<ExitStatus> {
    command.status().with_context(|| {
        let line = process::describe(command);
        format!("`{line}` could not be started; Node brings npm: https://nodejs.org")
    })
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{}` failed in web/ ({status})", process::describe(command));
    }
    Ok(())
}
