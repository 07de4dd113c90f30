//! Approvals over HTTP.

mod rules;
mod runs;

use slipway_kernel::http::Routes;

pub(crate) fn routes() -> Routes {
    rules::routes().merge(runs::routes())
}
