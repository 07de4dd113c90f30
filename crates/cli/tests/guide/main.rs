//! The first hour of the guide, run as a person does it: every block of the page, in order, in one shell, with the built
//! binary and real OpenTofu. How a page is read is in `page.rs` and in the comment at the page's top.
//!
//! What differs from a person's machine: 127.0.0.1:8080 is a free port, home is a new directory, and providers come from
//! the mirror that the tests have.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod page;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use page::Step;
use slipway_testing::tools;

const PAGE: &str = include_str!("../../../../docs/guide/first-hour.md");
const ADDRESS: &str = "127.0.0.1:8080";
/// The page needs about a minute; beyond this it hangs.
const PATIENCE_SECONDS: &str = "600";

#[test]
fn the_first_hour_works_by_copy_and_paste() {
    let steps = page::steps(PAGE);
    assert!(steps.len() > 20, "only {} blocks were found", steps.len());
    let place = tempfile::tempdir().unwrap();
    let _runners = Runners(place.path());
    let tools = tools::find().unwrap();

    let address = free_address();
    write_scripts(place.path(), &steps, &address);
    let status = shell(place.path(), &tools).status().unwrap();

    for (number, step) in steps.iter().enumerate() {
        let output = fs::read_to_string(place.path().join(format!("{number}.out"))).unwrap_or_default();
        let output = output.replace(&address, ADDRESS);
        let has_run = place.path().join(format!("{}.out", number + 1)).exists() || status.success();
        assert!(
            has_run,
            "docs/guide/first-hour.md:{} failed:\n{}\nprinted:\n{output}\nthe server's log:\n{}",
            step.line,
            step.script,
            fs::read_to_string(place.path().join("work/server.log")).unwrap_or_default()
        );
        if let Some(line) = page::missing(&step.expected, &output) {
            panic!(
                "docs/guide/first-hour.md:{}: the line\n  {line}\nis not in what was printed:\n{output}",
                step.line
            );
        }
    }
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// A script per block, and one that runs them all in one shell, as if they were typed.
fn write_scripts(place: &Path, steps: &[Step], address: &str) {
    let mut all = String::from("set -e\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n");
    for (number, step) in steps.iter().enumerate() {
        let block = place.join(format!("{number}.sh"));
        fs::write(&block, step.script.replace(ADDRESS, address)).unwrap();
        let output = place.join(format!("{number}.out"));
        all += &format!("source '{}' > '{}' 2>&1\n", block.display(), output.display());
    }
    fs::write(place.join("all.sh"), all).unwrap();
}

/// A shell with nothing of this machine but its programs, in a new directory.
fn shell(place: &Path, tools: &tools::Tools) -> Command {
    let programs = place.join("programs");
    for directory in [&programs, &place.join("home"), &place.join("work")] {
        fs::create_dir(directory).unwrap();
    }
    symlink(env!("CARGO_BIN_EXE_slipway"), programs.join("slipway")).unwrap();
    symlink(&tools.tofu, programs.join("tofu")).unwrap();
    let system = std::env::var_os("PATH").unwrap();
    let mut command = Command::new("timeout");
    command
        .args(["--kill-after=10", PATIENCE_SECONDS, "bash"])
        .arg(place.join("all.sh"))
        .current_dir(place.join("work"))
        .env_clear()
        .env("PATH", format!("{}:{}", programs.display(), system.display()))
        .env("HOME", place.join("home"))
        .env("SLIPWAY_RUNS_PROVIDER_MIRROR", &tools.mirror);
    command
}

/// Ends the server's own runners, which outlive their server for a while, as the server's log names them.
struct Runners<'a>(&'a Path);

impl Drop for Runners<'_> {
    fn drop(&mut self) {
        let log = fs::read_to_string(self.0.join("work/server.log")).unwrap_or_default();
        for text in log.split("runner.pid=").skip(1) {
            let id: String = text.chars().take_while(char::is_ascii_digit).collect();
            let _ = Command::new("kill").arg(id).status();
        }
    }
}
