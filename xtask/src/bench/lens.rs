//! The run page's data: the list of a very large plan's changes, and a very long log by lines.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::http::Connection;
use super::logs::Source;
use super::report::{Aim, Row};
use super::statistics::{milliseconds, percentile};
use super::{Bench, Rows};
use crate::{environment, process, workspace};

const CHANGES: usize = 100_000;
const LINES: usize = 1_000_000;
/// What is searched for: on one line of a thousand.
const NEEDLE: &str = "subnet-777";

/// The list of changes: made by itself, then kept and served by a server.
pub(super) fn plan(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let folder = bench.folder.join("lens");
    fs::create_dir_all(&folder)?;
    let file = bench.folder.join("plan.json");
    fs::write(&file, plan_json(CHANGES))?;
    let mut command = Command::new("cargo");
    command
        .args([
            "run",
            "--release",
            "--quiet",
            "--package",
            "slipway-tofu",
            "--example",
            "plan-lens",
            "--",
        ])
        .arg(&file)
        .arg(&folder)
        .current_dir(workspace::root()?)
        .env_clear()
        .envs(environment::for_builds());
    let said = process::output(&mut command)?;
    let number = |name: &str| -> Result<f64> {
        let word = said
            .split_whitespace()
            .find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        Ok(word.with_context(|| format!("no {name} was said"))?.parse()?)
    };
    let megabytes = number("json_bytes")? / 1e6;
    rows.add(
        Row::new(
            "plan of 100,000 changes, making index and details",
            number("all_ms")?,
            "ms",
        )
        .note(format!(
            "of {megabytes:.0} MB of JSON; {:.0} MB of memory more than the JSON",
            number("more_memory_kb")? / 1e3
        )),
    );
    rows.add(
        Row::new(
            "the same, size of the index, gzipped",
            number("index_gzip_bytes")? / 1e3,
            "kB",
        )
        .aim(Aim::AtMost(600.0))
        .note(format!("{:.1} MB of JSON", number("index_bytes")? / 1e6)),
    );
    let server = bench.site("plan-lens")?.without_runner().open()?;
    let source = Source::new(bench, &server)?;
    let (item, plan) = source.claim("lens")?;
    let mut connection = item.api.connect()?;
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let name = path.file_stem().context("no name")?.to_string_lossy().into_owned();
        if name != "index" {
            connection.put(&format!("{}/{name}", item.part("plan-changes")), &fs::read(&path)?)?;
        }
    }
    connection.put(&item.part("plan-changes"), &fs::read(folder.join("index.gz"))?)?;
    let mut reader = server.api.connect()?;
    let path = format!("/api/v2/plans/{plan}/changes");
    let index = times(&mut reader, bench.repetitions(20, 5), |_| path.clone())?;
    rows.add(Row::new("the same, server's answer, p95", percentile(&index, 95.0), "ms").aim(Aim::AtMost(100.0)));
    let one = times(&mut reader, bench.repetitions(100, 20), |turn| {
        format!("{path}/{}", turn * 7_919 % CHANGES)
    })?;
    rows.add(Row::new("the same, details of one change, p95", percentile(&one, 95.0), "ms").aim(Aim::AtMost(50.0)));
    server.stop()
}

/// A log of a million lines: opened at its end, searched.
pub(super) fn log(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let server = bench.site("log-lines")?.without_runner().open()?;
    let source = Source::new(bench, &server)?;
    let (item, plan) = source.claim("lines")?;
    let mut connection = item.api.connect()?;
    let text = log_text(LINES);
    for (chunk, part) in text.chunks(1 << 20).enumerate() {
        connection.put(&format!("{}?offset={}", item.part("log"), chunk << 20), part)?;
    }
    let mut reader = server.api.connect()?;
    let path = format!("/api/v2/plans/{plan}/log");
    let megabytes = text.len() >> 20;
    let repetitions = bench.repetitions(20, 5);
    let open = times(&mut reader, repetitions, |_| format!("{path}/lines?last=500"))?;
    rows.add(
        Row::new(
            "log of 1,000,000 lines, its last 500, p95",
            percentile(&open, 95.0),
            "ms",
        )
        .aim(Aim::AtMost(300.0))
        .note(format!("{megabytes} MiB")),
    );
    let anywhere = times(&mut reader, repetitions, |turn| {
        format!("{path}/lines?count=500&first={}", turn * 48_611 % LINES + 1)
    })?;
    rows.add(Row::new("the same, 500 lines anywhere, p95", percentile(&anywhere, 95.0), "ms").aim(Aim::AtMost(300.0)));
    for (what, more) in [("search", ""), ("search without regard to case", "&ignore-case=true")] {
        let search = times(&mut reader, bench.repetitions(5, 2), |_| {
            format!("{path}/search?query={NEEDLE}{more}")
        })?;
        let row = Row::new(format!("the same, {what}, p95"), percentile(&search, 95.0), "ms");
        rows.add(row.aim(Aim::AtMost(1_000.0)));
    }
    server.stop()
}

/// How long each answer took, in milliseconds.
fn times(connection: &mut Connection, count: usize, path: impl Fn(usize) -> String) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    for turn in 0..count {
        let begin = Instant::now();
        let answer = connection.send("GET", &path(turn), "", b"")?;
        ensure!(answer.status == 200, "{}", String::from_utf8_lossy(&answer.body));
        times.push(milliseconds(begin.elapsed()));
    }
    Ok(times)
}

/// A plan as a real one of that many resources looks: fifty modules, a dozen attributes each.
fn plan_json(changes: usize) -> String {
    let mut text = String::from(r#"{"format_version":"1.2","terraform_version":"1.12.6","resource_changes":["#);
    let mut number: u64 = 0x9E37_79B9_7F4A_7C15;
    for change in 0..changes {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let comma = if change > 0 { "," } else { "" };
        let (module, kind) = (change % 50, change / 50 % 20);
        let (actions, reason) = match change % 100 {
            0 => (r#"["delete"]"#, r#""action_reason":"delete_because_each_key","#),
            1 => (
                r#"["delete","create"]"#,
                r#""action_reason":"replace_because_cannot_update","#,
            ),
            2..40 => (r#"["update"]"#, ""),
            40..90 => (r#"["create"]"#, ""),
            _ => (r#"["no-op"]"#, ""),
        };
        let replace = if change % 100 == 1 {
            r#","replace_paths":[["cidr_block"]]"#
        } else {
            ""
        };
        let values = |size: usize| {
            format!(
                r#"{{"arn":"arn:aws:ec2:eu-west-1:1234:subnet/{number:016x}","cidr_block":"10.{module}.{kind}.{size}/24","id":"subnet-{number:016x}","map_public_ip_on_launch":false,"availability_zone":"eu-west-1a","owner_id":"1234","tags":{{"Name":"private-{change}","owner":"platform","stage":"prod"}},"timeouts":null,"vpc_id":"vpc-{:08x}","list":["a","b","c"],"policy":"{{\"Version\":\"2012-10-17\",\"Statement\":[]}}"}}"#,
                number as u32
            )
        };
        let before = if actions == r#"["create"]"# {
            "null".to_owned()
        } else {
            values(0)
        };
        let after = if actions == r#"["delete"]"# {
            "null".to_owned()
        } else {
            values(change % 2)
        };
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            r#"{comma}{{"address":"module.m{module}.aws_type_{kind}.private[{change}]","module_address":"module.m{module}","mode":"managed","type":"aws_type_{kind}","name":"private","index":{change},"provider_name":"registry.opentofu.org/hashicorp/aws",{reason}"change":{{"actions":{actions},"before":{before},"after":{after},"after_unknown":{{"id":true}},"before_sensitive":{{"tags":{{}}}},"after_sensitive":{{"tags":{{}}}}{replace}}}}}"#
        );
    }
    text.push_str("]}");
    text
}

/// Lines as engines print them, with colours, no line like another.
fn log_text(lines: usize) -> Vec<u8> {
    let mut text = String::with_capacity(lines * 100);
    let mut number: u64 = 0x9E37_79B9_7F4A_7C15;
    for line in 0..lines {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let _ = writeln!(
            text,
            "\u{1b}[0m\u{1b}[1mmodule.network.aws_subnet.private[{line}]: Still creating... [id=subnet-{:03}{:08x}]\u{1b}[0m",
            number % 1_000,
            number >> 32
        );
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_json_and_the_log_has_its_lines() {
        let plan: serde_json::Value = serde_json::from_str(&plan_json(200)).unwrap();
        assert_eq!(plan["resource_changes"].as_array().unwrap().len(), 200);
        let log = log_text(2_000);
        assert_eq!(log.iter().filter(|byte| **byte == b'\n').count(), 2_000);
        assert!(super::super::http::find(&log, NEEDLE.as_bytes()).is_some());
    }
}
