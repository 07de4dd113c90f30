//! How long one has to wait after so many failures: pure.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{TrustedIssuerId, UserId};

/// What was tried lately for one subject.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    /// Hash of the subject.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Attempts that did not succeed.
    pub count: i64,
    /// When the last of them was made.
    pub last_at: Timestamp,
}

/// What was tried lately.
pub type Attempts = Model;

/// Nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// The first wait; each further failure doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(15);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// After this long without an attempt everything is forgotten.
pub(crate) const FORGOTTEN: Duration = Duration::from_secs(24 * 3_600);

/// How many attempts may fail before one has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance(pub i64);

/// Whose attempts are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Those on an account.
    Account(UserId),
    /// Those on a name that is no account's, so that the two cannot be told apart.
    Name(String),
    /// Those from an address.
    Address(IpAddr),
    /// Those to name a machine that waits to be allowed, by this user.
    UserCode(UserId),
    /// Those to have a mail sent, for an account or a name.
    Mail(String),
    /// Tokens of an issuer that were not taken, of which so many are worth an event.
    Exchange(TrustedIssuerId),
}

impl Subject {
    /// How many of its attempts may fail before it has to wait. Many people can share an address.
    #[must_use]
    pub fn allowance(&self) -> Allowance {
        match self {
            Self::Address(_) => Allowance(30),
            Self::Exchange(_) => Allowance(100),
            _ => Allowance(5),
        }
    }

    /// The key of its row: a hash, because people type passwords where a name belongs.
    #[must_use]
    pub fn key(&self) -> String {
        let text = match self {
            Self::Account(id) => format!("account {id}"),
            Self::Name(name) => format!("name {}", name.to_lowercase()),
            Self::Address(address) => format!("address {}", network(*address)),
            Self::UserCode(id) => format!("user code {id}"),
            Self::Mail(to) => format!("mail {}", to.to_lowercase()),
            Self::Exchange(id) => format!("exchange {id}"),
        };
        slipway_kernel::tokens::hash(&text)
    }
}

/// Whoever has an IPv6 address has its whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let mask = Ipv6Addr::from_bits(u128::MAX << 64);
            Ipv6Addr::from_bits(address.to_bits() & mask.to_bits()).into()
        }
        IpAddr::V4(address) => address.into(),
    }
}

impl Model {
    /// How long the subject must still wait at `now` before the next attempt; zero for not at all.
    #[must_use]
    pub fn wait(&self, allowance: Allowance, now: Timestamp) -> Duration {
        let Some(beyond) = self.count.checked_sub(allowance.0).filter(|beyond| *beyond >= 0) else {
            return Duration::ZERO;
        };
        let doubled = u32::try_from(beyond).ok().and_then(|beyond| 2u32.checked_pow(beyond));
        let wait = doubled.map_or(LONGEST_WAIT, |factor| FIRST_WAIT.saturating_mul(factor));
        wait.min(LONGEST_WAIT).saturating_sub(now.since(self.last_at))
    }

    /// Whether the last attempt is so long ago that it does not count.
    #[must_use]
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        now.since(self.last_at) >= FORGOTTEN
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

    #[rstest]
    #[case(0, 0)]
    #[case(4, 0)]
    #[case(5, 15)]
    #[case(6, 30)]
    #[case(10, 480)]
    #[case(11, 900)]
    #[case(1_000_000, 900)]
    fn the_wait_doubles_to_a_quarter_of_an_hour(#[case] count: i64, #[case] seconds: u64) {
        let attempts = Attempts {
            key: String::new(),
            count,
            last_at: NOW,
        };
        assert_eq!(attempts.wait(Allowance(5), NOW), Duration::from_secs(seconds));
        let later = NOW.after(Duration::from_secs(seconds));
        assert_eq!(attempts.wait(Allowance(5), later), Duration::ZERO);
    }

    #[test]
    fn neighbours_in_one_network_share_a_row() {
        let key = |text: &str| Subject::Address(text.parse().unwrap()).key();
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_eq!(key("192.0.2.1"), key("::ffff:192.0.2.1"));
    }

    #[test]
    fn a_name_and_an_account_never_share_a_row() {
        let id = UserId::from_parts(NOW.unix_ms(), 1);
        assert_ne!(Subject::Account(id).key(), Subject::Name(id.to_string()).key());
        assert_eq!(
            Subject::Name("Ada".to_owned()).key(),
            Subject::Name("ada".to_owned()).key()
        );
    }
}
