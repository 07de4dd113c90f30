//! The audit log for other systems: exports that anybody can verify, webhooks, Terraform Enterprise's audit trail.

mod export;
mod trail;
mod webhooks;

pub(crate) use export::require_at_site;
use slipway_kernel::http::Routes;

pub fn routes() -> Routes {
    export::routes().merge(trail::routes()).merge(webhooks::routes())
}
