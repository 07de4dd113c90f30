//! What is fuzzed here: archives and configurations of strangers. Called by `fuzz/` and by tests.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use slipway_tofu::archive::{Limits, pack, unpack};
use slipway_tofu::configuration::read_module;
use slipway_tofu::engines::Kind;

/// Small enough to be tried often.
const LIMITS: Limits = Limits {
    entries: 100,
    total_bytes: 1 << 20,
    file_bytes: 1 << 18,
    ratio: 200,
    path_bytes: 256,
    path_depth: 16,
};

/// An archive is refused, or what comes of it can be packed, and unpacked again with the same number of entries.
pub fn archives(input: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else { return };
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    // Compressed by us: otherwise nearly every input would be refused by its checksum.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let archive = encoder
        .write_all(input)
        .and_then(|()| encoder.finish())
        .unwrap_or_default();
    let unpacked = unpack(archive.as_slice(), &first, &LIMITS);
    let beside: Vec<_> = std::fs::read_dir(folder.path())
        .into_iter()
        .flatten()
        .flatten()
        .collect();
    assert_eq!(beside.len(), 1, "something was written beside the directory");
    if unpacked.is_err() {
        return;
    }
    let mut again = Vec::new();
    if pack(&first, &mut again).is_ok() {
        assert!(
            unpack(again.as_slice(), &second, &Limits::default()).is_ok(),
            "what was packed cannot be unpacked"
        );
    }
}

/// A configuration is read as far as it can be, and never fails.
pub fn configurations(input: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else { return };
    for name in ["main.tf", "more.tf.json"] {
        if std::fs::write(folder.path().join(name), input).is_err() {
            return;
        }
    }
    let _ = read_module(folder.path(), folder.path(), Kind::OpenTofu);
}
