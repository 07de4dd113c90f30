//! Mail that the server sends: put into the queue with the change that it tells of, sealed there, and delivered by
//! whichever replica is first.
//!
//! What must stay true: no change, no mail; a text with a link in it lies sealed in the database. A mail may arrive twice
//! after a crash in the moment of its delivery; it has the same `Message-ID` then, so that readers see it once.

mod delivery;

use serde::{Deserialize, Serialize};
use serde_json::json;
use slipway_api::ids::{EventId, WorkItemId};

use crate::ctx::Ctx;
use crate::db::Tx;
use crate::errors::{Error, Result};
use crate::queue::jobs::Job;
use crate::queue::{NewItem, store as queue};
use crate::secrets::columns::Form;
use crate::secrets::{Place, SealedColumn};
use crate::settings::Settings;

pub use delivery::{check_address, deliver};

/// The kind of the queue's items.
const KIND: &str = "kernel.mail";

/// Where mails wait.
pub(crate) const SEALED: SealedColumn = SealedColumn {
    place_column: "payload.mail",
    place_row: "subject",
    only: Some("kind = 'kernel.mail'"),
    form: Form::JsonField("sealed"),
    ..SealedColumn::of_site("work_items", "payload", "id")
};

/// A mail to one person, in plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The receiver's address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Whether this server sends mail at all. Where it does not, links are shown to administrators instead.
#[must_use]
pub fn is_configured(settings: &Settings) -> bool {
    settings.mail.host.is_some()
}

/// Sends a mail once the transaction is committed; the item is its place in the queue.
///
/// # Errors
///
/// `Invalid` for an address that is none, and those of the database.
pub async fn send(tx: &mut Tx, ctx: &Ctx, mail: &Mail) -> Result<WorkItemId> {
    check_address(&mail.to)?;
    let reference: EventId = ctx.new_id()?;
    let plain = serde_json::to_vec(mail).map_err(Error::internal)?;
    let sealed = ctx
        .secrets
        .seal(&**tx, None, &place(&reference.to_string()), &plain)
        .await?;
    queue::enqueue(
        tx,
        ctx,
        NewItem::job(KIND, reference, json!({ "sealed": hex::encode(&sealed) })),
    )
    .await
}

/// The job that delivers.
#[must_use]
pub fn job() -> Job {
    Job {
        kind: KIND,
        run: |ctx, item| Box::pin(delivery::run(ctx, item)),
    }
}

fn place(reference: &str) -> Place {
    Place::new("work_items", "payload.mail", reference.to_owned())
}
