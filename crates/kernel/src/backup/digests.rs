//! SHA-256 over what comes in pieces.

use aws_lc_rs::digest::{Context, SHA256};

/// A digest that is not finished.
#[derive(Clone)]
pub(super) struct Sha256(Context);

impl Sha256 {
    pub(super) fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// In hexadecimal.
    pub(super) fn finish(self) -> String {
        hex::encode(self.0.finish())
    }
}

/// The digest of what is there already.
pub(super) fn sha256(bytes: &[u8]) -> String {
    let mut digest = Sha256::new();
    digest.update(bytes);
    digest.finish()
}
