//! The signing key as a row, and which key does what when: pure.

use std::time::Duration;

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::SigningKeyId;

const HOUR: Duration = Duration::from_secs(3_600);
/// How long a key is published before it signs: longer than verifiers keep the keys that they fetched.
pub const AHEAD: Duration = Duration::from_secs(24 * 3_600);
/// How long a key signs.
pub const SIGNS_FOR: Duration = Duration::from_secs(30 * 24 * 3_600);
/// How long a key stays published after it signed last: longer than any token is valid.
pub const STAYS_FOR: Duration = Duration::from_secs(48 * 3_600);
/// The longest that a token may be valid.
pub const LONGEST_TOKEN: Duration = HOUR;

/// A key that signs tokens.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_keys")]
pub struct Model {
    /// Its id, which tokens name as `kid`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SigningKeyId,
    /// What verifiers need.
    pub public: PublicKey,
    /// PKCS #8, sealed.
    pub private: Vec<u8>,
    /// When it was made, and published.
    pub created_at: Timestamp,
    /// From when on it signs.
    pub signs_from: Timestamp,
}

/// A key that signs tokens.
pub type SigningKey = Model;

/// Nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// A public key as a JSON Web Key (RFC 7517, RFC 7518 6.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct PublicKey {
    /// `RSA`.
    pub kty: String,
    /// `sig`.
    #[serde(rename = "use")]
    pub purpose: String,
    /// `RS256`: the one algorithm that AWS, Azure, Google Cloud and Kubernetes all take.
    pub alg: String,
    /// Its id.
    pub kid: String,
    /// The modulus, base64url.
    pub n: String,
    /// The exponent, base64url.
    pub e: String,
}

/// The key that signs now: of those whose time has come, the newest.
#[must_use]
pub fn signer(keys: &[SigningKey], now: Timestamp) -> Option<&SigningKey> {
    keys.iter()
        .filter(|key| key.signs_from <= now)
        .max_by_key(|key| (key.signs_from, key.id))
}

/// From when on a new key has to sign, if one must be made now: at once where there is none, else when the newest has
/// signed long enough.
#[must_use]
pub fn due(keys: &[SigningKey], now: Timestamp) -> Option<Timestamp> {
    let Some(newest) = keys.iter().map(|key| key.signs_from).max() else {
        return Some(now);
    };
    let ends = newest.after(SIGNS_FOR);
    (now.after(AHEAD) >= ends).then(|| ends.max(now.after(AHEAD)))
}

/// Keys that signed nothing that can still be valid.
#[must_use]
pub fn outlived(keys: &[SigningKey], now: Timestamp) -> Vec<SigningKeyId> {
    let Some(current) = signer(keys, now) else {
        return Vec::new();
    };
    if now.since(current.signs_from) < STAYS_FOR {
        return Vec::new();
    }
    keys.iter()
        .filter(|key| key.signs_from < current.signs_from)
        .map(|key| key.id)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(number: u64, signs_from: Timestamp) -> SigningKey {
        SigningKey {
            id: SigningKeyId::from_parts(1_763_680_000_000, number),
            public: PublicKey {
                kty: String::new(),
                purpose: String::new(),
                alg: String::new(),
                kid: String::new(),
                n: String::new(),
                e: String::new(),
            },
            private: Vec::new(),
            created_at: signs_from,
            signs_from,
        }
    }

    #[test]
    fn the_first_key_signs_at_once() {
        let now = Timestamp::from_unix_ms(1_763_680_000_000);
        assert_eq!(due(&[], now), Some(now));
        assert_eq!(signer(&[key(1, now)], now).unwrap().id, key(1, now).id);
    }

    proptest! {
        /// Whoever fetched the keys at any moment knows, a day later, the key of every token made until then; and what a
        /// key signed is verifiable for as long as it is valid.
        #[test]
        fn no_verifier_meets_a_key_that_it_cannot_find(steps in proptest::collection::vec(1..400u64, 1..60)) {
            let mut now = Timestamp::from_unix_ms(1_763_680_000_000);
            let mut keys: Vec<SigningKey> = Vec::new();
            let mut signed: Vec<(SigningKeyId, Timestamp)> = Vec::new();
            for (number, hours) in steps.into_iter().enumerate() {
                now = now.after(HOUR * u32::try_from(hours).unwrap());
                let gone = outlived(&keys, now);
                keys.retain(|key| !gone.contains(&key.id));
                if let Some(signs_from) = due(&keys, now) {
                    prop_assert!(keys.is_empty() || now.after(AHEAD) <= signs_from, "published ahead");
                    let mut made = key(number as u64, signs_from);
                    made.created_at = now;
                    keys.push(made);
                }
                let signer = signer(&keys, now).expect("there is always one that signs");
                signed.push((signer.id, now));
                let still_valid = signed.iter().filter(|(_, at)| now.since(*at) < LONGEST_TOKEN);
                for (id, _) in still_valid {
                    prop_assert!(keys.iter().any(|key| key.id == *id));
                }
                prop_assert!(keys.len() <= 3, "{} keys", keys.len());
            }
        }
    }
}
