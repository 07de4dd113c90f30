//! This domain's work that the server does itself, later and repeatably.

use futures::FutureExt;
use slipway_kernel::queue::jobs::Job;

use crate::binds::rotating;
use crate::running::keeping;
use crate::service_instances::leaving;

/// Takes an app to where it shall be. Subject: the app.
pub const APP: &str = "apps.app";

/// Brings an app what its binds give now. Subject: the app.
pub const BINDS: &str = "apps.binds";

/// Removes what was ordered of a service, once its resource is gone. Subject: the service instance.
pub const SERVICE_INSTANCE: &str = "apps.service-instance";

/// Every job of this domain.
#[must_use]
pub fn jobs() -> Vec<Job> {
    vec![
        Job {
            kind: APP,
            run: |ctx, item| keeping::job(ctx, item).boxed(),
        },
        Job {
            kind: BINDS,
            run: |ctx, item| rotating::job(ctx, item).boxed(),
        },
        Job {
            kind: SERVICE_INSTANCE,
            run: |ctx, item| leaving::job(ctx, item).boxed(),
        },
    ]
}
