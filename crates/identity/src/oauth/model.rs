//! Codes as rows: pure.

pub use codes::Model as AuthorizationCode;
pub use devices::Model as DeviceCode;

use std::time::Duration;

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;

/// How long a code may take from the browser to the command line.
pub(super) const CODE_LIFETIME: Duration = Duration::from_secs(60);
/// How long a used code is remembered, so that a second use is noticed.
pub(super) const CODE_MEMORY: Duration = Duration::from_secs(24 * 3_600);
/// How long somebody may take to type a user code and agree.
pub(super) const DEVICE_LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How often a device may ask at first, in seconds (RFC 8628, section 3.2).
pub(super) const INTERVAL_SECONDS: i64 = 5;

/// Codes that a browser carries from the consent page to the command line.
pub mod codes {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;
    use slipway_api::ids::{TokenId, UserId};

    /// A code.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "authorization_codes")]
    pub struct Model {
        /// SHA-256 of its text.
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: String,
        /// Who asked.
        pub client_id: String,
        /// Where it was sent.
        pub redirect_uri: String,
        /// What the verifier must be the source of.
        pub challenge: String,
        /// Who agreed.
        pub user_id: UserId,
        /// What the token will be described as.
        pub description: String,
        /// When it ends.
        pub expires_at: Timestamp,
        /// When it was exchanged.
        pub used_at: Option<Timestamp>,
        /// What it was exchanged for.
        pub token_id: Option<TokenId>,
    }

    /// Nothing is joined.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Devices that wait for somebody to agree in a browser elsewhere.
pub mod devices {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;
    use slipway_api::ids::UserId;

    use super::DeviceStatus;

    /// A device's wait.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "device_codes")]
    pub struct Model {
        /// SHA-256 of the device's code.
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: String,
        /// SHA-256 of what the user types.
        pub user_code_hash: String,
        /// Who asked.
        pub client_id: String,
        /// What the token will be described as.
        pub description: String,
        /// Where the device is.
        pub remote_address: Option<String>,
        /// How far it has come.
        pub status: DeviceStatus,
        /// Who agreed.
        pub user_id: Option<UserId>,
        /// How long the device must wait between two questions, in seconds.
        pub interval_seconds: i64,
        /// When the device last asked.
        pub polled_at: Option<Timestamp>,
        /// When it was begun.
        pub created_at: Timestamp,
        /// When it ends.
        pub expires_at: Timestamp,
    }

    /// Nothing is joined.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// How far a device's wait has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum DeviceStatus {
    /// Nobody has answered yet.
    #[sea_orm(string_value = "waiting")]
    Waiting,
    /// Somebody agreed.
    #[sea_orm(string_value = "approved")]
    Approved,
    /// Somebody refused.
    #[sea_orm(string_value = "refused")]
    Refused,
}

/// What a device is answered that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poll {
    /// Its token.
    Ready,
    /// Wait on.
    Pending,
    /// Wait on, and longer from now on.
    TooOften,
    /// Somebody refused.
    Refused,
    /// It took too long.
    Expired,
}

impl DeviceCode {
    /// What the device is answered at `now`.
    #[must_use]
    pub fn poll(&self, now: Timestamp) -> Poll {
        let interval = Duration::from_secs(u64::try_from(self.interval_seconds).unwrap_or_default());
        if now >= self.expires_at {
            return Poll::Expired;
        }
        match self.status {
            DeviceStatus::Refused => Poll::Refused,
            DeviceStatus::Approved => Poll::Ready,
            DeviceStatus::Waiting if self.polled_at.is_some_and(|at| now.since(at) < interval) => Poll::TooOften,
            DeviceStatus::Waiting => Poll::Pending,
        }
    }

    /// Whether somebody can still answer.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.status == DeviceStatus::Waiting && now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

    #[rstest]
    #[case(DeviceStatus::Waiting, None, 0, Poll::Pending)]
    #[case(DeviceStatus::Waiting, Some(0), 4, Poll::TooOften)]
    #[case(DeviceStatus::Waiting, Some(0), 5, Poll::Pending)]
    #[case(DeviceStatus::Approved, Some(0), 1, Poll::Ready)]
    #[case(DeviceStatus::Refused, Some(0), 1, Poll::Refused)]
    #[case(DeviceStatus::Approved, Some(0), 600, Poll::Expired)]
    fn a_device_is_answered_by_its_state(
        #[case] status: DeviceStatus,
        #[case] polled: Option<u64>,
        #[case] seconds: u64,
        #[case] expected: Poll,
    ) {
        let device = DeviceCode {
            hash: String::new(),
            user_code_hash: String::new(),
            client_id: String::new(),
            description: String::new(),
            remote_address: None,
            status,
            user_id: None,
            interval_seconds: INTERVAL_SECONDS,
            polled_at: polled.map(|seconds| NOW.after(Duration::from_secs(seconds))),
            created_at: NOW,
            expires_at: NOW.after(DEVICE_LIFETIME),
        };
        assert_eq!(device.poll(NOW.after(Duration::from_secs(seconds))), expected);
    }
}
