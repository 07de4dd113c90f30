//! Addresses of our own endpoints, for clients that follow them as they are (TFE's do).

use slipway_kernel::Ctx;

/// The full address of `path`, as the outside reaches this server.
#[must_use]
pub(crate) fn absolute(ctx: &Ctx, path: &str) -> String {
    let server = &ctx.settings.server;
    match &server.public_url {
        Some(url) => format!("{}{path}", url.trim_end_matches('/')),
        None => {
            let scheme = if server.tls_certificate.is_some() {
                "https"
            } else {
                "http"
            };
            format!("{scheme}://{}{path}", server.listen)
        }
    }
}
