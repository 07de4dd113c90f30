//! What is done on the machine itself, without the server: recovery and automation.

use slipway_kernel::Ctx;
use slipway_kernel::settings::Settings;

use crate::serve::open;

/// Makes a token of a site administrator and returns its text. The user is made if it is not there.
///
/// # Errors
///
/// When the data cannot be opened; each error says what to do.
pub async fn create_token(settings: Settings, username: &str, description: &str) -> anyhow::Result<String> {
    let name = username
        .parse()
        .map_err(|error| anyhow::anyhow!("--username: {error}"))?;
    let kernel = open(settings).await?;
    let ctx = Ctx::system(&kernel);
    let description = description.to_owned();
    let text = slipway_identity::bootstrap::create_site_admin_token(&ctx, name, description, None).await?;
    Ok(text.expose_text()?.to_owned())
}
