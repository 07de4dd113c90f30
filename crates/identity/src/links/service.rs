//! Making links, finding them by their text, using them up.

use slipway_api::Code;
use slipway_api::ids::{MembershipId, UserId};
use slipway_kernel::{Actor, Ctx, Error, Result, Tx};

use super::model::{Link, LinkKind, base_url};
use super::store;

/// The letter in a link's text.
const LETTER: &str = "l";

/// A new link with its address. The address is a secret: who has it can use it. So there is no `Debug`.
pub struct NewlyMade {
    /// The row.
    pub link: Link,
    /// The address.
    pub url: String,
}

/// What a link is about, beside its kind.
#[derive(Default)]
pub(crate) struct About {
    pub user: Option<UserId>,
    pub membership: Option<MembershipId>,
    pub sent_to: Option<String>,
}

/// Makes a link. Who may is decided by the caller.
pub(crate) async fn add(tx: &Tx, ctx: &Ctx, kind: LinkKind, about: About) -> Result<NewlyMade> {
    let text = slipway_kernel::tokens::generate(LETTER, &ctx.random)?;
    let text = text.expose_text()?;
    let link = Link {
        id: ctx.new_id()?,
        kind,
        hash: slipway_kernel::tokens::hash(text),
        user_id: about.user,
        membership_id: about.membership,
        sent_to: about.sent_to,
        created_by: match ctx.actor() {
            Actor::User { id, .. } => Some(*id),
            _ => None,
        },
        created_at: ctx.now(),
        expires_at: ctx.now().after(kind.lifetime()),
    };
    store::insert(tx, &link).await?;
    let url = format!("{}/{}/{text}", base_url(&ctx.settings.server), kind.path());
    Ok(NewlyMade { link, url })
}

/// The link with this text.
///
/// # Errors
///
/// `NotFound`, the same for what never was a link, and for one that was used, withdrawn or has expired.
pub async fn find(ctx: &Ctx, kind: LinkKind, text: &str) -> Result<Link> {
    if slipway_kernel::tokens::kind(text) != Some(LETTER) {
        return Err(gone());
    }
    let link = store::by_hash(ctx.db.reader(), &slipway_kernel::tokens::hash(text)).await?;
    let link = link.filter(|link| link.kind == kind && ctx.now() < link.expires_at);
    link.ok_or_else(gone)
}

/// Uses the link up.
///
/// # Errors
///
/// `NotFound` when somebody was faster.
pub(crate) async fn take(tx: &Tx, link: &Link) -> Result<()> {
    if store::delete(tx, link.id).await? {
        Ok(())
    } else {
        Err(gone())
    }
}

/// Removes what can no longer be used.
pub(crate) async fn sweep(ctx: &Ctx) -> Result<()> {
    let tx = ctx.begin().await?;
    store::delete_expired(&tx, ctx.now()).await?;
    tx.commit().await
}

/// A link as administrators are told of it: its address only when it was not sent by mail.
#[must_use]
pub fn resource(made: NewlyMade) -> slipway_api::users::Link {
    slipway_api::users::Link {
        url: made.link.sent_to.is_none().then_some(made.url),
        sent_to: made.link.sent_to,
        expired_at: made.link.expires_at,
    }
}

/// What is said of every link that cannot be used.
pub(crate) fn gone() -> Error {
    Error::new(
        Code::NotFound,
        "This link was used, was withdrawn, or has expired. Ask whoever sent it for a new one.",
    )
}
