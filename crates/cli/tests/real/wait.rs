//! Waiting on conditions. A test never waits for a time; it waits for something, and fails when that does not come.

use std::time::Duration;

use tokio::time::Instant;

/// Longer than anything takes, on a busy machine too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);
const LOOK: Duration = Duration::from_millis(5);

/// Waits until `look` sees something.
pub(crate) async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(LOOK).await;
    }
}

/// Waits until `look` is true.
pub(crate) async fn until_true(what: &str, mut look: impl FnMut() -> bool) {
    until(what, || look().then_some(())).await;
}
