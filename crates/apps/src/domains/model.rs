//! A domain of an app as it is stored, and what proves it: pure.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::domains::{AppDomainChallenge, AppDomainIssuanceStatus, AppDomainProof};
use slipway_api::ids::{AppDomainId, AppId, OrganizationId};

use super::host::Host;

/// Before the name of the record that proves a domain.
const RECORD: &str = "_slipway-challenge";
/// Where the router answers itself for a domain that is to be proven.
const PATH: &str = "/.well-known/slipway/";
/// Between two looks for a proof, in minutes, the first after the first look; then nobody looks any more by himself.
const LOOKS: [u64; 9] = [1, 2, 5, 10, 30, 60, 240, 720, 1_440];

/// A domain of an app as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_domains")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppDomainId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// The app that answers there.
    pub app_id: AppId,
    /// The name.
    pub host: String,
    /// The name once more, when it is proven: of one name there is one such domain.
    pub claimed_host: Option<String>,
    /// What proved it.
    pub proof: Option<AppDomainProof>,
    /// Why it is not proven, as the last look found.
    pub reason: String,
    /// How its automatic certificate stands.
    pub issuance: AppDomainIssuanceStatus,
    /// Why.
    pub issuance_reason: String,
    /// When it goes on.
    pub issuance_next_at: Option<Timestamp>,
    /// How often in a row it failed.
    pub issuance_failures: i64,
    /// Address of the order at the authority, while there is one.
    pub order_url: Option<String>,
    /// The key that the order's certificate is for, sealed.
    pub order_key: Option<Vec<u8>>,
    /// The last part of the path at which the authority asks.
    pub order_token: Option<String>,
    /// What the router answers there.
    pub order_answer: Option<String>,
    /// Who added it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was proven.
    pub verified_at: Option<Timestamp>,
    /// When anything of it changed.
    pub changed_at: Timestamp,
}

/// A domain of an app.
pub type Domain = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Every host that requests to an app are taken for: its own first, then those that are proven, by name. Routes of every kind are
/// made of this list and of nothing else. Names that apps below `site` have by themselves go to no other app, whatever was proven
/// before these apps were there.
#[must_use]
pub fn hosts<'a>(own: String, site: &str, domains: impl IntoIterator<Item = &'a Domain>) -> Vec<String> {
    let is_free = |host: &String| host.parse::<Host>().is_ok_and(|host| !host.is_own_of(site));
    let mut proven: Vec<String> = domains
        .into_iter()
        .filter_map(|domain| domain.claimed_host.clone())
        .filter(is_free)
        .collect();
    proven.sort_unstable();
    std::iter::once(own).chain(proven).collect()
}

impl Model {
    /// Whether requests are taken for it.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.claimed_host.is_some()
    }

    /// Proven.
    #[must_use]
    pub fn proven(&self, proof: AppDomainProof, now: Timestamp) -> Self {
        Self {
            claimed_host: Some(self.host.clone()),
            proof: Some(proof),
            reason: String::new(),
            verified_at: Some(now),
            changed_at: now,
            ..self.clone()
        }
    }

    /// Not proven, or not any more.
    #[must_use]
    pub fn unproven(&self, reason: String, now: Timestamp) -> Self {
        Self {
            claimed_host: None,
            proof: None,
            reason,
            verified_at: None,
            issuance: AppDomainIssuanceStatus::None,
            issuance_reason: String::new(),
            issuance_next_at: None,
            changed_at: now,
            ..self.without_order()
        }
    }

    /// Without what was begun at the authority.
    #[must_use]
    pub fn without_order(&self) -> Self {
        Self {
            order_url: None,
            order_key: None,
            order_token: None,
            order_answer: None,
            ..self.clone()
        }
    }

    /// What proves it. `port` is where the world finds the router without TLS.
    #[must_use]
    pub fn challenge(&self, port: u16) -> AppDomainChallenge {
        let (name, is_wildcard) = match self.host.strip_prefix("*.") {
            Some(name) => (name, true),
            None => (self.host.as_str(), false),
        };
        let at = match port {
            80 => name.to_owned(),
            port => format!("{name}:{port}"),
        };
        AppDomainChallenge {
            dns_name: format!("{RECORD}.{name}"),
            dns_value: format!("slipway={}", self.token()),
            http_url: (!is_wildcard).then(|| format!("http://{at}{}", self.path())),
        }
    }

    /// Where the router answers for it.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{PATH}{}", self.token())
    }

    /// What its owner says that its organization may have it. It is no secret: everybody may read it in DNS, and it is of no use
    /// to another organization.
    #[must_use]
    pub fn token(&self) -> String {
        let name = self.host.strip_prefix("*.").unwrap_or(&self.host);
        let said = format!("slipway domain\n{}\n{name}", self.organization_id);
        hex::encode(digest(&SHA256, said.as_bytes())).chars().take(40).collect()
    }

    /// When to look again after so many looks; never again after the last.
    #[must_use]
    pub fn look_again(looks: i64, now: Timestamp) -> Option<Timestamp> {
        let place = usize::try_from(looks.saturating_sub(1)).ok()?;
        LOOKS
            .get(place)
            .map(|minutes| now.after(Duration::from_secs(minutes * 60)))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> Option<Host> {
        self.host.parse().ok()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn domain(host: &str, is_proven: bool) -> Domain {
        let now = Timestamp::from_unix_ms(0);
        Domain {
            id: AppDomainId::from_parts(1, 1),
            organization_id: OrganizationId::from_parts(1, 7),
            app_id: AppId::from_parts(1, 1),
            host: host.to_owned(),
            claimed_host: is_proven.then(|| host.to_owned()),
            proof: None,
            reason: String::new(),
            issuance: AppDomainIssuanceStatus::None,
            issuance_reason: String::new(),
            issuance_next_at: None,
            issuance_failures: 0,
            order_url: None,
            order_key: None,
            order_token: None,
            order_answer: None,
            created_by: "ann".to_owned(),
            created_at: now,
            verified_at: None,
            changed_at: now,
        }
    }

    #[test]
    fn only_proven_names_are_hosts_and_the_own_comes_first() {
        let domains = [
            domain("z.test", true),
            domain("b.test", false),
            domain("a.test", true),
            domain("web.globex.localhost", true),
        ];
        assert_eq!(
            hosts("web.acme.localhost".to_owned(), "localhost", &domains),
            ["web.acme.localhost", "a.test", "z.test"]
        );
    }

    #[test]
    fn a_proof_is_for_one_organization_and_one_name() {
        let shop = domain("shop.example.test", false);
        let challenge = shop.challenge(80);
        assert_eq!(challenge.dns_name, "_slipway-challenge.shop.example.test");
        assert!(
            challenge
                .http_url
                .unwrap()
                .starts_with("http://shop.example.test/.well-known/slipway/")
        );
        let wild = domain("*.shop.example.test", false).challenge(8080);
        assert_eq!((wild.dns_name, wild.http_url), (challenge.dns_name, None));
        let other = Domain {
            organization_id: OrganizationId::from_parts(1, 8),
            ..shop.clone()
        };
        assert_ne!(other.token(), shop.token());
        assert_ne!(domain("other.example.test", false).token(), shop.token());
    }

    #[test]
    fn looks_become_rarer_and_end() {
        let now = Timestamp::from_unix_ms(0);
        let minutes = |looks| Domain::look_again(looks, now).map(|at| at.unix_ms() / 60_000);
        assert_eq!((minutes(1), minutes(9), minutes(10)), (Some(1), Some(1_440), None));
    }
}
