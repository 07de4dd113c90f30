//! What the router takes for an app, as it is stored: pure.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::domains::{AppRedirect, AppRoutingChanges};
use slipway_api::ids::{AppId, OrganizationId};
use slipway_kernel::settings::Routing;
use slipway_kernel::{Error, Result};

/// Longest time until an answer begins, in seconds.
const LONGEST_PATIENCE: u32 = 3_600;
/// Most requests at work at once that can be said.
const MOST_REQUESTS: u32 = 100_000;

/// What somebody said for an app.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_routings")]
pub struct Model {
    /// The app.
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: AppId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Whether requests without TLS are sent to where there is TLS.
    pub redirect: AppRedirect,
    /// Largest body, in bytes; zero for the site's.
    pub most_bytes: i64,
    /// Seconds until an answer begins; zero for the site's.
    pub patience_seconds: i64,
    /// Requests at once; zero for the site's.
    pub most_requests: i64,
    /// When it changed.
    pub changed_at: Timestamp,
}

/// What somebody said for an app.
pub type Limits = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Of an app about which nobody said anything.
    #[must_use]
    pub fn of(app: AppId, organization: OrganizationId, now: Timestamp) -> Self {
        Self {
            app_id: app,
            organization_id: organization,
            redirect: AppRedirect::default(),
            most_bytes: 0,
            patience_seconds: 0,
            most_requests: 0,
            changed_at: now,
        }
    }

    /// With changes; what is absent stays.
    ///
    /// # Errors
    ///
    /// `Invalid`.
    pub fn changed(&self, changes: &AppRoutingChanges, now: Timestamp) -> Result<Self> {
        if changes
            .patience_seconds
            .is_some_and(|seconds| seconds > LONGEST_PATIENCE)
        {
            let detail = format!("An answer begins within {LONGEST_PATIENCE} seconds at most.");
            return Err(Error::invalid("/data/attributes/patience-seconds", detail));
        }
        if changes.most_requests.is_some_and(|most| most > MOST_REQUESTS) {
            let detail = format!("At most {MOST_REQUESTS} requests at once can be said.");
            return Err(Error::invalid("/data/attributes/most-requests", detail));
        }
        let bytes = changes.most_bytes.map(i64::try_from).transpose();
        let bytes = bytes.map_err(|_| Error::invalid("/data/attributes/most-bytes", "That is more than there is."))?;
        Ok(Self {
            redirect: changes.redirect.unwrap_or(self.redirect),
            most_bytes: bytes.unwrap_or(self.most_bytes),
            patience_seconds: changes.patience_seconds.map_or(self.patience_seconds, i64::from),
            most_requests: changes.most_requests.map_or(self.most_requests, i64::from),
            changed_at: now,
            ..self.clone()
        })
    }
}

/// What counts for a route: what was said for the app, else what the site has.
#[must_use]
pub fn counting(said: Option<&Limits>, site: &Routing) -> (u64, u32, u32) {
    let of = |value: i64| u32::try_from(value).ok().filter(|value| *value > 0);
    let bytes = said
        .and_then(|said| u64::try_from(said.most_bytes).ok())
        .filter(|bytes| *bytes > 0);
    (
        bytes.unwrap_or(site.most_bytes),
        said.and_then(|said| of(said.patience_seconds))
            .unwrap_or(site.patience_seconds),
        said.and_then(|said| of(said.most_requests))
            .unwrap_or(site.most_requests),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_app_says_counts_before_what_the_site_has() {
        let now = Timestamp::from_unix_ms(0);
        let site = Routing {
            most_bytes: 100,
            ..Routing::default()
        };
        assert_eq!(counting(None, &site), (100, 60, 0));
        let of = Limits::of(AppId::from_parts(1, 1), OrganizationId::from_parts(1, 1), now);
        let changes = AppRoutingChanges {
            most_requests: Some(5),
            ..AppRoutingChanges::default()
        };
        let said = of.changed(&changes, now).unwrap();
        assert_eq!(counting(Some(&said), &site), (100, 60, 5));
        let too_long = AppRoutingChanges {
            patience_seconds: Some(4_000),
            ..AppRoutingChanges::default()
        };
        said.changed(&too_long, now).unwrap_err();
    }
}
