//! This domain's work that the server does itself, later and repeatably. The kernel calls its kinds jobs; those that people make are
//! [`crate::jobs`].

use futures::FutureExt;
use slipway_kernel::queue::jobs::Job;

use crate::binds::rotating;
use crate::certificates::issuing;
use crate::jobs::driving;
use crate::repositories::following;
use crate::running::keeping;
use crate::service_instances::leaving;
use crate::volumes::making;
use crate::{domains, job_runs};

/// Takes an app to where it shall be. Subject: the app.
pub const APP: &str = "apps.app";

/// Looks whether a domain of an app is proven. Subject: the domain.
pub const DOMAIN: &str = "apps.domain";

/// Gets or renews the certificate of a domain. Subject: the domain.
pub const CERTIFICATE: &str = "apps.certificate";

/// Brings an app what its binds give now. Subject: the app.
pub const BINDS: &str = "apps.binds";

/// Deploys what the branch of an app has now. Subject: the app.
pub const PUSH: &str = "apps.push";

/// Removes what was ordered of a service, once its resource is gone. Subject: the service instance.
pub const SERVICE_INSTANCE: &str = "apps.service-instance";

/// Looks after a job: what its image is, and that it goes when it is deleted. Subject: the job.
pub const JOB: &str = "apps.job";

/// Makes the run of a job that the clock wants. Subject: the schedule.
pub const JOB_TICK: &str = "apps.job-tick";

/// Takes a run of a job to its end. Subject: the run.
pub const JOB_RUN: &str = "apps.job-run";

/// Makes a volume in its cluster, or takes it away. Subject: the volume.
pub const VOLUME: &str = "apps.volume";

/// Every job of this domain.
#[must_use]
pub fn jobs() -> Vec<Job> {
    vec![
        Job {
            kind: APP,
            run: |ctx, item| keeping::job(ctx, item).boxed(),
        },
        Job {
            kind: DOMAIN,
            run: |ctx, item| domains::service::job(ctx, item).boxed(),
        },
        Job {
            kind: CERTIFICATE,
            run: |ctx, item| issuing::job(ctx, item).boxed(),
        },
        Job {
            kind: BINDS,
            run: |ctx, item| rotating::job(ctx, item).boxed(),
        },
        Job {
            kind: PUSH,
            run: |ctx, item| following::job(ctx, item).boxed(),
        },
        Job {
            kind: SERVICE_INSTANCE,
            run: |ctx, item| leaving::job(ctx, item).boxed(),
        },
        Job {
            kind: JOB,
            run: |ctx, item| driving::job(ctx, item).boxed(),
        },
        Job {
            kind: JOB_TICK,
            run: |ctx, item| job_runs::ticking::job(ctx, item).boxed(),
        },
        Job {
            kind: JOB_RUN,
            run: |ctx, item| job_runs::driving::job(ctx, item).boxed(),
        },
        Job {
            kind: VOLUME,
            run: |ctx, item| making::job(ctx, item).boxed(),
        },
    ]
}
