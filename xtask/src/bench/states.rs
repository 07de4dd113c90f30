//! Writing a large state.

use std::fmt::Write;
use std::time::Instant;

use anyhow::{Result, ensure};

use super::report::{Aim, Row};
use super::site::create_workspace;
use super::statistics::{median, milliseconds};
use super::{Bench, Rows};

const BYTES: usize = 50_000_000;

/// By the `http` backend's address, as an engine does.
pub(super) fn write(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let server = bench.site("states")?.without_runner().open()?;
    let mut connection = server.api.connect()?;
    let workspace = create_workspace(&mut connection, "large", None)?;
    let path = format!("/api/v2/workspaces/{workspace}/state");
    let mut times = Vec::new();
    for serial in 1..=bench.repetitions(5, 2) {
        let state = state(serial);
        let begin = Instant::now();
        let answer = connection.send("POST", &path, "application/json", &state)?;
        ensure!(answer.status == 200, "{}", String::from_utf8_lossy(&answer.body));
        times.push(milliseconds(begin.elapsed()));
    }
    let row = Row::new("state write of 50 MB, p50", median(&times), "ms");
    let memory = super::child::memory_kilobytes(server.id())? / 1024.0;
    rows.add(row.aim(Aim::AtMost(500.0)).note(format!(
        "N={}; durable, sealed, its resources counted; the server has {memory:.0} MiB then",
        times.len()
    )));
    server.stop()
}

/// A state with many resources; every serial's is another.
fn state(serial: usize) -> Vec<u8> {
    let mut text = format!(
        r#"{{"version":4,"terraform_version":"1.12.0","serial":{serial},"lineage":"3f2b8c1e-6d1c-4f0a-9a53-0a1b2c3d4e5f","outputs":{{}},"resources":["#
    );
    let mut number: u64 = 0x9E37_79B9_7F4A_7C15 + serial as u64;
    let mut count = 0;
    while text.len() < BYTES {
        let comma = if count > 0 { "," } else { "" };
        let mut value = String::new();
        for _ in 0..24 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            // Writing to a string cannot fail.
            let _ = write!(value, "{number:016x}");
        }
        let _ = write!(
            text,
            r#"{comma}{{"mode":"managed","type":"random_pet","name":"r{count}","provider":"provider[\"registry.opentofu.org/hashicorp/random\"]","instances":[{{"schema_version":0,"attributes":{{"id":"{value}","keepers":null,"length":2,"prefix":null,"separator":"-"}},"sensitive_attributes":[]}}]}}"#
        );
        count += 1;
    }
    text.push_str("],\"check_results\":null}");
    text.into_bytes()
}
