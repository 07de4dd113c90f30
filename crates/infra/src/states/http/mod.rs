//! States over HTTP: TFE's shapes in `versions` and `outputs`, the `http` backend's protocol in `backend`.

mod backend;
mod evidence;
mod outputs;
pub mod uploading;
mod versions;

use slipway_kernel::http::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(versions::routes())
        .merge(outputs::routes())
        .merge(backend::routes())
        .merge(evidence::routes())
}
