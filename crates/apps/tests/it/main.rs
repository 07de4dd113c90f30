//! Source on real disks, and platforms on a real Docker Engine: every shipped one builds its example, which then answers.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod bases;
mod building;
mod contract;
mod fixture;
mod hostile;
mod platforms;
mod sources;
