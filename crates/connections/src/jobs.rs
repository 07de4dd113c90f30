//! This domain's work that the server does itself, later and repeatably.

use slipway_kernel::queue::jobs::Job;

use crate::integrations::authorization::renewal;
use crate::storages::carrying_out;
use crate::webhooks::{handling, looking};

/// Every job of this domain.
#[must_use]
pub fn jobs() -> Vec<Job> {
    vec![handling::job(), looking::job(), renewal::job(), carrying_out::job()]
}
