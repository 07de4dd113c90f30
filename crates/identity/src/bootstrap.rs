//! The first site administrator, made on the machine itself.

use slipway_api::tokens::NewToken;
use slipway_api::users::NewUser;
use slipway_api::{Name, Timestamp};
use slipway_kernel::grants::Scope;
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Actor, Ctx, Error, Result};

use crate::role_assignments::service::SITE;
use crate::roles::OWNER;
use crate::{prepare, role_assignments, tokens, users};

/// Makes a token of a site administrator; makes the user, and makes the user a site administrator, if need be.
///
/// # Errors
///
/// `Forbidden` for everybody but the server itself; `Invalid` when a value is not acceptable.
pub async fn create_site_admin_token(
    ctx: &Ctx,
    username: Name,
    description: String,
    expires_at: Option<Timestamp>,
) -> Result<SecretBytes> {
    if *ctx.actor() != Actor::System {
        return Err(Error::new(
            slipway_api::Code::Forbidden,
            "Site administrators are made on the server's machine, with `slipway admin token create`.",
        ));
    }
    prepare(ctx).await?;
    let mut tx = ctx.begin().await?;
    let user = match users::store::by_name(&*tx, &username).await? {
        Some(user) => user,
        None => {
            let wanted = NewUser { username, email: None };
            users::service::add(&mut tx, ctx, wanted).await?
        }
    };
    let subjects = [user.id.to_string()];
    if role_assignments::store::holders(&*tx, OWNER.id()?, SITE, &subjects)
        .await?
        .is_empty()
    {
        role_assignments::service::assign_built_in(&mut tx, ctx, user.id, OWNER, &Scope::site()).await?;
    }
    let wanted = NewToken {
        description,
        expired_at: expires_at,
        scopes: None,
    };
    let made = tokens::service::add_for_user(&mut tx, ctx, user.id, wanted).await?;
    tx.commit().await?;
    Ok(made.text)
}
