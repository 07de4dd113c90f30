//! Routes of repositories: the rows, what is in them, what a forge offers.

mod contents;
mod forge;
mod rows;

use slipway_kernel::http::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(rows::routes())
        .merge(contents::routes())
        .merge(forge::routes())
}

/// What a list without a known total says: the rows that were read.
fn counted<T>(rows: Vec<T>) -> slipway_kernel::http::Listed<T> {
    let total = u64::try_from(rows.len()).unwrap_or_default();
    slipway_kernel::http::Listed { rows, total }
}
