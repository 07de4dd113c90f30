//! What site administrators look at: the queue with what failed in it, how the site stands, and its keys.

mod keys;
mod queue;
mod status;

use slipway_kernel::http::Routes;

pub fn routes() -> Routes {
    queue::routes().merge(status::routes()).merge(keys::routes())
}
