//! Refusing what is larger than a setting allows.

use slipway_api::Code;
use slipway_kernel::Error;

/// The refusal of what has more than `limit` bytes; `what` is the thing in a sentence, `setting` what raises the limit.
#[must_use]
pub(crate) fn too_large(limit: usize, what: &str, setting: &str) -> Error {
    Error::new(
        Code::TooLarge,
        format!(
            "{what} is larger than the {limit} bytes that this server accepts. Make it smaller, or ask the site's \
             administrator to raise the setting {setting}."
        ),
    )
}
