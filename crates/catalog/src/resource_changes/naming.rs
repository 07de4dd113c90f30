//! What the workspace behind a resource is called: pure.

use slipway_api::Name;
use slipway_kernel::{Error, Result};

use crate::resources::Resource;

/// Longest name, less what makes one different from others.
const LENGTH: usize = 72;

/// Names for it, the nicest first; the last one is nobody else's.
///
/// # Errors
///
/// `Internal`: what they are made of are names themselves.
pub(super) fn candidates(project: &str, template: &str, resource: &Resource) -> Result<[Name; 2]> {
    let joined = format!("{project}-{template}-{}", resource.name);
    let short: String = joined.chars().take(LENGTH).collect();
    let own = format!("{short}-{}", resource.id.body());
    Ok([named(&short)?, named(&own)?])
}

fn named(text: &str) -> Result<Name> {
    text.parse().map_err(Error::internal)
}
