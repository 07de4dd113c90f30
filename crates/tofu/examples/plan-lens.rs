//! Makes what people are shown of a plan, and says what it took: for the bench.
//!
//! `plan-lens PLAN.json FOLDER` writes `index.gz` and a `NUMBER.gz` for each pack into the folder.
#![expect(clippy::print_stdout, reason = "what it took is what it is for")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use flate2::Compression;
use flate2::write::GzEncoder;
use slipway_tofu::plan::Plan;
use slipway_tofu::plan::changes::Changes;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [plan, folder] = arguments.as_slice() else {
        return Err("say which plan and where to".into());
    };
    let json = fs::read(plan)?;
    let before = peak_kilobytes()?;
    let begin = Instant::now();
    let plan = Plan::parse(&json)?;
    let changes = Changes::new(&plan, &["a secret that is nowhere in it".to_owned()])?;
    for pack in changes.packs() {
        write(
            &folder.join(format!("{}.gz", pack.first)),
            &pack.lines,
            Compression::fast(),
        )?;
    }
    let details = begin.elapsed();
    let index = serde_json::to_vec(&changes.index())?;
    let packed = write(&folder.join("index.gz"), &index, Compression::default())?;
    println!(
        "changes={} json_bytes={} details_ms={} all_ms={} index_bytes={} index_gzip_bytes={packed} more_memory_kb={}",
        changes.count(),
        json.len(),
        details.as_millis(),
        begin.elapsed().as_millis(),
        index.len(),
        peak_kilobytes()? - before
    );
    Ok(())
}

fn write(path: &Path, bytes: &[u8], level: Compression) -> std::io::Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes)?;
    let packed = encoder.finish()?;
    fs::write(path, &packed)?;
    Ok(packed.len())
}

/// The most memory that this process had so far.
fn peak_kilobytes() -> Result<u64, Box<dyn std::error::Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmHWM")?.parse()?)
}
