//! Buckets at the clouds: looking at one, making it, setting what differs, counting what is in it, removing it.
//!
//! What must stay true: every request goes through the kernel's outbound client; nothing here decides; no answer quotes a
//! secret; nothing that is in a bucket is removed, for no cloud has a request for that here.

mod aws;
mod azure;
mod google;
mod s3;

use slipway_api::Code;
use slipway_api::storages::StoragePlace;
use slipway_identity::organizations;
use slipway_kernel::outbound::{Answer, OutboundError, Request};
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error};

use super::decide::{Contents, Found, Seen, Setting};
use super::model::Storage;
use crate::integrations;
use crate::integrations::probes::{Probe, Wrong};

/// Pages of a list that are counted: enough to say how much it is.
const PAGES: usize = 5;

/// Why something was not done at a cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nobody answers, or not now: another try may succeed.
    Away(String),
    /// The cloud is still at it.
    Busy(String),
    /// A permission is missing there.
    Denied {
        /// Which, as the cloud calls it.
        permission: &'static str,
        /// What the cloud says.
        said: String,
    },
    /// It is refused for another reason.
    Refused(String),
}

impl Trouble {
    /// For people: what is wrong, and what to do.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Away(why) | Self::Busy(why) | Self::Refused(why) => sentence(why),
            Self::Denied { permission, said } => format!(
                "The integration's account lacks the permission {permission}. {} Give it that permission, and retry.",
                sentence(said)
            ),
        }
    }
}

impl From<OutboundError> for Trouble {
    fn from(error: OutboundError) -> Self {
        let why = error.to_string();
        match error {
            OutboundError::Unreachable(..) | OutboundError::TooSlow(..) | OutboundError::Unknown(..) => Self::Away(why),
            _ => Self::Refused(why),
        }
    }
}

impl From<Wrong> for Trouble {
    fn from(Wrong(why): Wrong) -> Self {
        Self::Refused(why)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error.code() {
            Code::Internal | Code::Unavailable => Self::Away(error.detail().to_owned()),
            _ => Self::Refused(error.detail().to_owned()),
        }
    }
}

/// A bucket at its cloud, with what opens that.
pub(super) enum Cloud<'a> {
    Aws(aws::Bucket<'a>),
    Azure(azure::Account<'a>),
    Google(google::Bucket<'a>),
}

/// The bucket of a storage, opened with its integration.
pub(super) async fn open<'a>(ctx: &'a Ctx, storage: &'a Storage) -> Result<Cloud<'a>, Trouble> {
    let integration = match integrations::service::of_system(ctx, storage.integration_id).await {
        Err(error) if error.code() == Code::NotFound => {
            return Err(Trouble::Refused(
                "The integration that the bucket is made with was deleted. Forget the storage, which leaves the bucket as it is."
                    .to_owned(),
            ));
        }
        found => found?,
    };
    integration.require_usable()?;
    let organization = organizations::by_id(ctx, storage.organization_id).await?;
    let values = integrations::service::values(ctx, &integration).await?;
    let asker = format!("storage:{}", storage.name);
    let probe = Probe {
        ctx,
        organization: &organization,
        kind: integration.kind()?,
        values: &values,
        asker: &asker,
    };
    Ok(match &storage.place.0 {
        StoragePlace::Aws { bucket, region } => Cloud::Aws(aws::open(&probe, ctx, (bucket, region), storage).await?),
        StoragePlace::Azurerm {
            resource_group,
            storage_account,
            container,
            location,
        } => {
            let place = azure::Place {
                resource_group,
                account: storage_account,
                container,
                location,
            };
            Cloud::Azure(azure::open(&probe, ctx, place, storage).await?)
        }
        StoragePlace::Gcp {
            project,
            bucket,
            location,
        } => Cloud::Google(google::open(&probe, ctx, (project, bucket, location), storage).await?),
    })
}

impl Cloud<'_> {
    /// The bucket as it is now.
    pub(super) async fn see(&self) -> Result<Seen, Trouble> {
        match self {
            Self::Aws(bucket) => bucket.see().await,
            Self::Azure(account) => account.see().await,
            Self::Google(bucket) => bucket.see().await,
        }
    }

    /// Makes the bucket, which is not there.
    pub(super) async fn create(&self) -> Result<(), Trouble> {
        match self {
            Self::Aws(bucket) => bucket.create().await,
            Self::Azure(account) => account.create().await,
            Self::Google(bucket) => bucket.create().await,
        }
    }

    /// Sets something of the bucket, which is the storage's.
    pub(super) async fn set(&self, setting: Setting) -> Result<(), Trouble> {
        match self {
            Self::Aws(bucket) => bucket.set(setting).await,
            Self::Azure(account) => account.set(setting).await,
            Self::Google(bucket) => bucket.set(setting).await,
        }
    }

    /// What is in the bucket, every version counted.
    pub(super) async fn contents(&self) -> Result<Contents, Trouble> {
        match self {
            Self::Aws(bucket) => bucket.contents().await,
            Self::Azure(account) => account.contents().await,
            Self::Google(bucket) => bucket.contents().await,
        }
    }

    /// Removes the bucket, which is the storage's and empty.
    pub(super) async fn remove(&self) -> Result<(), Trouble> {
        match self {
            Self::Aws(bucket) => bucket.remove().await,
            Self::Azure(account) => account.remove().await,
            Self::Google(bucket) => bucket.remove().await,
        }
    }
}

/// Sends a request; what says that it may be tried again is no answer.
async fn send(ctx: &Ctx, request: Request) -> Result<Answer, Trouble> {
    let answer = ctx.outbound.send(request).await?;
    match answer.status.as_u16() {
        408 | 429 | 500..=599 => Err(Trouble::Away(format!(
            "the cloud answers {}, and may be asked again later",
            answer.status
        ))),
        _ => Ok(answer),
    }
}

/// At most a line of what somebody else wrote.
fn short(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(300).collect()
}

/// A setting that was asked for: what is not allowed to be seen is said, and does not hide the others.
fn found(setting: Setting, answer: Result<Found, Trouble>) -> Result<(Setting, Found), Trouble> {
    match answer {
        Ok(found) => Ok((setting, found)),
        Err(trouble @ Trouble::Denied { .. }) => Ok((setting, Found::Hidden(trouble.in_words()))),
        Err(trouble) => Err(trouble),
    }
}
