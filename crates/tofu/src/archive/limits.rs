//! How much an archive may hold; every limit is checked before the bytes are kept.

/// Bounds on an archive from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Files, directories and links together.
    pub entries: u64,
    /// Decompressed size of the whole stream, tar headers included.
    pub total_bytes: u64,
    /// Size of one file.
    pub file_bytes: u64,
    /// Decompressed bytes per compressed byte, looked at once more than a mebibyte came out.
    pub ratio: u64,
    /// Length of one path.
    pub path_bytes: usize,
    /// Number of components in one path.
    pub path_depth: usize,
}

impl Default for Limits {
    /// Enough for any configuration with its vendored modules; gzip itself cannot exceed a ratio of about 1030.
    fn default() -> Self {
        Self {
            entries: 100_000,
            total_bytes: 1 << 30,
            file_bytes: 512 << 20,
            ratio: 200,
            path_bytes: 1024,
            path_depth: 64,
        }
    }
}
