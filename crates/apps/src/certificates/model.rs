//! A certificate as it is stored, and which one is shown for a host: pure.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::domains::AppCertificateOrigin;
use slipway_api::ids::{AppCertificateId, AppId, OrganizationId};

/// A certificate as it is stored.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_certificates")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppCertificateId,
    /// Its organization, whose key seals its key.
    pub organization_id: OrganizationId,
    /// The app.
    pub app_id: AppId,
    /// Where it is from.
    pub origin: AppCertificateOrigin,
    /// The names that it proves, a line each.
    pub names: String,
    /// Who signed it.
    pub issuer: String,
    /// SHA-256 of it, in hexadecimal.
    pub fingerprint: String,
    /// Its chain, in PEM.
    pub chain: String,
    /// Its key, in PEM, sealed.
    pub key_sealed: Vec<u8>,
    /// From when it counts.
    pub not_before: Timestamp,
    /// Until when it counts.
    pub not_after: Timestamp,
    /// When it was told that it ends soon.
    pub told_at: Option<Timestamp>,
    /// Who brought it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
}

/// A certificate.
pub type Certificate = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Sealed bytes are not shown either.
impl std::fmt::Debug for Model {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("id", &self.id)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

impl Model {
    /// The names that it proves.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.lines()
    }

    /// Whether it proves a host, which may be a wildcard.
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        let above = match host.starts_with("*.") {
            true => None,
            false => host.split_once('.').map(|(_, above)| above),
        };
        self.names()
            .any(|name| name == host || (above.is_some() && name.strip_prefix("*.") == above))
    }
}

/// The one that is shown for a host: one that counts; what somebody uploaded before what Slipway got, and the one that counts longest.
#[must_use]
pub fn chosen<'a>(host: &str, all: &'a [Certificate], now: Timestamp) -> Option<&'a Certificate> {
    let fits = |one: &&Certificate| one.not_before <= now && now < one.not_after && one.covers(host);
    all.iter().filter(fits).max_by_key(|one| (one.origin, one.not_after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn certificate(names: &str, origin: AppCertificateOrigin, not_after: i64) -> Certificate {
        let moment = Timestamp::from_unix_ms;
        Certificate {
            id: AppCertificateId::from_parts(1, 1),
            organization_id: OrganizationId::from_parts(1, 1),
            app_id: AppId::from_parts(1, 1),
            origin,
            names: names.to_owned(),
            issuer: String::new(),
            fingerprint: String::new(),
            chain: String::new(),
            key_sealed: b"s3cr3t".to_vec(),
            not_before: moment(10),
            not_after: moment(not_after),
            told_at: None,
            created_by: String::new(),
            created_at: moment(0),
        }
    }

    #[rstest]
    #[case("shop.test", "shop.test", true)]
    #[case("*.shop.test", "a.shop.test", true)]
    #[case("*.shop.test", "*.shop.test", true)]
    #[case("*.shop.test", "shop.test", false)]
    #[case("*.shop.test", "a.b.shop.test", false)]
    #[case("a.shop.test", "*.shop.test", false)]
    #[case("other.test\nshop.test", "shop.test", true)]
    fn a_wildcard_proves_one_part_more(#[case] names: &str, #[case] host: &str, #[case] covers: bool) {
        assert_eq!(certificate(names, AppCertificateOrigin::Acme, 20).covers(host), covers);
    }

    #[test]
    fn what_was_uploaded_comes_first_as_long_as_it_counts() {
        let all = [
            certificate("shop.test", AppCertificateOrigin::Acme, 40),
            certificate("shop.test", AppCertificateOrigin::Uploaded, 20),
            certificate("*.test", AppCertificateOrigin::Uploaded, 30),
        ];
        let chosen = |now| chosen("shop.test", &all, Timestamp::from_unix_ms(now)).map(|one| one.not_after.unix_ms());
        assert_eq!(
            (chosen(5), chosen(15), chosen(30), chosen(40)),
            (None, Some(30), Some(40), None)
        );
    }

    #[test]
    fn a_key_is_not_printed() {
        let text = format!("{:?}", certificate("shop.test", AppCertificateOrigin::Uploaded, 20));
        assert!(!text.contains("key"), "{text}");
    }
}
