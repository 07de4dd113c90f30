//! The fuzz targets' short form.

#![expect(clippy::indexing_slicing, reason = "tests")]

mod targets;

use slipway_testing::sampled;

fn tar(path: &str, content: &[u8], kind: u8) -> Vec<u8> {
    let mut header = [0u8; 512];
    header[..path.len()].copy_from_slice(path.as_bytes());
    header[100..107].copy_from_slice(b"0000644");
    header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    header[156] = kind;
    header[157..161].copy_from_slice(b"../x");
    header[257..263].copy_from_slice(b"ustar\0");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let mut archive = header.to_vec();
    archive.extend_from_slice(content);
    archive.resize(archive.len().div_ceil(512) * 512 + 1024, 0);
    archive
}

#[test]
fn archives() {
    let seeds = [
        tar("main.tf", b"# hello\n", b'0'),
        tar("a/../../b", b"x", b'0'),
        tar("link", b"", b'2'),
        tar("dir/", b"", b'5'),
        tar("pax", b"19 path=../outside\n", b'x'),
    ];
    let seeds: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
    sampled::run("archives", &seeds, targets::archives);
}

#[test]
fn configurations() {
    let deep = ["(", "[", "{", "a {\n", "${", "!", "-"].map(|part| format!("x = {}", part.repeat(20_000)));
    let blocks = "a {\n".repeat(20_000);
    let mut seeds: Vec<&[u8]> = deep.iter().map(String::as_bytes).collect();
    seeds.push(blocks.as_bytes());
    seeds.push(b"module \"a\" {\n  source = \"./${local.x}\"\n}\nlocals {\n  x = \"y\"\n}\n");
    seeds.push(b"variable \"v\" {\n  type = object({ a = optional(string) })\n}\n");
    seeds.push(b"{\"module\": {\"a\": {\"source\": \"./b\"}}}");
    sampled::run("configurations", &seeds, targets::configurations);
}
