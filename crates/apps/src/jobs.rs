//! This domain's work that the server does itself, later and repeatably.

use futures::FutureExt;
use slipway_kernel::queue::jobs::Job;

use crate::running::keeping;

/// Takes an app to where it shall be. Subject: the app.
pub const APP: &str = "apps.app";

/// Every job of this domain.
#[must_use]
pub fn jobs() -> Vec<Job> {
    vec![Job {
        kind: APP,
        run: |ctx, item| keeping::job(ctx, item).boxed(),
    }]
}
