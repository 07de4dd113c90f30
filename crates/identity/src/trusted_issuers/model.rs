//! The trusted issuer as a row, with its rules: pure.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use slipway_api::ids::{OrganizationId, TrustedIssuerId, UserId};
use slipway_api::trusted_issuers::{ClaimCondition, NewTrustedIssuer, TrustedIssuerChanges};
use slipway_api::{Name, Timestamp};
use slipway_kernel::{Error, Result};

use super::{conditions, shared};
use crate::openid::{IssuerUrl, Key};

/// Rules of one issuer at most.
const MOST_RULES: usize = 100;
/// Conditions of one rule at most.
const MOST_CONDITIONS: usize = 20;
/// Bytes of a claim's name, of what it is compared with, and of an audience at most.
const MOST_BYTES: usize = 500;
/// Bytes of certificates, and of keys.
const MOST_PEM_BYTES: usize = 64 << 10;
/// The longest life of a token that is given, in minutes.
const MOST_MINUTES: u32 = 60;
/// What every token of an issuer says, or what differs with each: no condition on these tells programs apart.
const COMMON_CLAIMS: [&str; 6] = ["iss", "aud", "exp", "iat", "nbf", "jti"];

/// A trusted issuer.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "trusted_issuers")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TrustedIssuerId,
    /// The organization that trusts it.
    pub organization_id: OrganizationId,
    /// Its name, unique in the organization.
    pub name: Name,
    /// How it names itself; never changes.
    pub issuer: String,
    /// Whom its tokens must be for; none for this server's own address.
    pub audience: Option<String>,
    /// Certificates in PEM.
    pub ca_certificate: Option<String>,
    /// A set of public keys; none when it is asked for them.
    pub public_keys: Option<String>,
    /// Whom it lets in.
    pub rules: Rules,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows by one with every change.
    pub version: i64,
}

/// A trusted issuer.
pub type TrustedIssuer = Model;

/// Nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// The rules of an issuer, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Rules(pub Vec<Rule>);

/// Whom of an issuer's programs is let in, and as whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Unique at its issuer.
    pub name: Name,
    /// As whom.
    pub service_account: UserId,
    /// What a token must say.
    pub conditions: Vec<ClaimCondition>,
    /// What is given is limited to these, as they were checked; none for no limits.
    pub scopes: Option<Vec<String>>,
    /// How long what is given lives.
    pub token_minutes: u32,
}

impl Rule {
    /// The first condition that a token does not meet; none when it is let in.
    #[must_use]
    pub fn unmet(&self, claims: &Map<String, Value>) -> Option<&ClaimCondition> {
        conditions::unmet(&self.conditions, claims)
    }
}

impl Model {
    /// A new trusted issuer, whose rules were checked.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn new(
        id: TrustedIssuerId,
        organization: OrganizationId,
        wanted: NewTrustedIssuer,
        rules: Rules,
        now: Timestamp,
    ) -> Result<Self> {
        let issuer: IssuerUrl = wanted
            .issuer
            .parse()
            .map_err(|error| invalid("issuer", format!("{error}.")))?;
        let made = Self {
            id,
            organization_id: organization,
            name: wanted.name,
            issuer: issuer.as_str().to_owned(),
            audience: wanted.audience,
            ca_certificate: wanted.ca_certificate,
            public_keys: wanted.keys.map(|keys| keys.to_string()),
            rules,
            created_at: now,
            version: 1,
        };
        made.accepted()
    }

    /// The issuer with changes; new rules, which were checked, come beside them.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn changed(&self, changes: TrustedIssuerChanges, rules: Option<Rules>) -> Result<Self> {
        let former = self.clone();
        let keys = changes.keys.map(|keys| keys.map(|keys| keys.to_string()));
        let changed = Self {
            name: changes.name.unwrap_or(former.name),
            audience: changes.audience.unwrap_or(former.audience),
            ca_certificate: changes.ca_certificate.unwrap_or(former.ca_certificate),
            public_keys: keys.unwrap_or(former.public_keys),
            rules: rules.unwrap_or(former.rules),
            version: former.version + 1,
            ..former
        };
        changed.accepted()
    }

    /// Whether its tokens are believed by the same things.
    #[must_use]
    pub fn believes_like(&self, other: &Self) -> bool {
        let of = |issuer: &Self| {
            let settings = (&issuer.audience, &issuer.ca_certificate, &issuer.public_keys);
            (settings.0.clone(), settings.1.clone(), settings.2.clone())
        };
        of(self) == of(other)
    }

    /// The rules whose tokens go on after the change to `next`: those that are there as they were.
    #[must_use]
    pub fn ended_by(&self, next: &Self) -> Vec<Name> {
        let stays = |rule: &&Rule| self.believes_like(next) && next.rules.0.contains(rule);
        let rules = self.rules.0.iter().filter(|rule| !stays(rule));
        rules.map(|rule| rule.name.clone()).collect()
    }

    /// What tokens are recorded with that came by a rule of this name.
    #[must_use]
    pub fn origin(&self, rule: &Name) -> String {
        format!("{}/{rule}", self.id)
    }

    /// Its address.
    ///
    /// # Errors
    ///
    /// Never for a row that [`Self::new`] made.
    pub fn address(&self) -> Result<IssuerUrl> {
        self.issuer.parse().map_err(Error::internal)
    }

    /// The keys that were given with it.
    ///
    /// # Errors
    ///
    /// Never for a row that [`Self::new`] made.
    pub fn given_keys(&self) -> Result<Option<Vec<Key>>> {
        let keys = self.public_keys.as_deref().map(|text| Key::parse_set(text.as_bytes()));
        keys.transpose().map_err(Error::internal)
    }

    fn accepted(self) -> Result<Self> {
        let is_text = |text: &str| !text.is_empty() && text.len() <= MOST_BYTES && text.chars().all(is_shown);
        if self.audience.as_deref().is_some_and(|audience| !is_text(audience)) {
            return Err(invalid(
                "audience",
                "An audience is the text that tokens name as \"aud\".",
            ));
        }
        if let Some(certificates) = &self.ca_certificate {
            let count = certificates.matches("-----BEGIN CERTIFICATE-----").count();
            if count == 0 || certificates.len() > MOST_PEM_BYTES || certificates.contains("PRIVATE KEY") {
                let why =
                    "Certificates are texts between BEGIN CERTIFICATE and END CERTIFICATE; no keys, 64 KiB at most.";
                return Err(invalid("ca-certificate", why));
            }
        }
        if let Some(keys) = &self.public_keys {
            let usable = Key::parse_set(keys.as_bytes()).map(|keys| keys.len());
            let has_private = keys.contains("\"d\":");
            if keys.len() > MOST_PEM_BYTES || has_private || !usable.is_ok_and(|count| count > 0) {
                let why = "Keys are a JSON Web Key Set, {\"keys\": [...]}, with at least one public key for signatures that \
                           is understood here (RSA, P-256, P-384, Ed25519), and no private ones.";
                return Err(invalid("keys", why));
            }
        }
        self.rules_accepted()?;
        Ok(self)
    }

    fn rules_accepted(&self) -> Result<()> {
        if self.rules.0.len() > MOST_RULES {
            return Err(invalid("rules", format!("An issuer has at most {MOST_RULES} rules.")));
        }
        for (index, rule) in self.rules.0.iter().enumerate() {
            let at = |field: &str| format!("rules/{index}/{field}");
            if self.rules.0.iter().take(index).any(|other| other.name == rule.name) {
                return Err(invalid(&at("name"), format!("There are two rules \"{}\".", rule.name)));
            }
            if !(1..=MOST_MINUTES).contains(&rule.token_minutes) {
                let why = format!("A token lives for 1 to {MOST_MINUTES} minutes.");
                return Err(invalid(&at("token-minutes"), why));
            }
            conditions_accepted(&rule.conditions, &at("conditions"))?;
            if let Some(missing) = shared::missing(&self.issuer, &rule.conditions) {
                return Err(invalid(&at("conditions"), format!("{missing}.")));
            }
        }
        Ok(())
    }
}

fn conditions_accepted(conditions: &[ClaimCondition], field: &str) -> Result<()> {
    if conditions.len() > MOST_CONDITIONS {
        return Err(invalid(
            field,
            format!("A rule has at most {MOST_CONDITIONS} conditions."),
        ));
    }
    for (index, condition) in conditions.iter().enumerate() {
        let at = format!("{field}/{index}");
        if condition.equals.is_some() == condition.matches.is_some() {
            return Err(invalid(&at, "A condition has either \"equals\" or \"matches\"."));
        }
        let texts = [Some(condition.claim.as_str()), condition.matches.as_deref()];
        let is_fine = |text: &&str| !text.is_empty() && text.len() <= MOST_BYTES;
        if !texts.iter().flatten().all(is_fine) {
            let why = format!("A claim's name and a pattern have 1 to {MOST_BYTES} bytes.");
            return Err(invalid(&at, why));
        }
    }
    let tells_apart = |condition: &&ClaimCondition| {
        let is_any = condition
            .matches
            .as_deref()
            .is_some_and(|pattern| pattern.chars().all(|letter| letter == '*'));
        !is_any && !COMMON_CLAIMS.contains(&condition.claim.as_str())
    };
    if conditions.iter().any(|condition| tells_apart(&condition)) {
        return Ok(());
    }
    Err(invalid(
        field,
        "A rule needs a condition on something that tells programs apart, as \"sub\": all tokens of the issuer for this \
         audience would be let in.",
    ))
}

fn is_shown(letter: char) -> bool {
    !letter.is_control()
}

fn invalid(field: &str, detail: impl Into<String>) -> Error {
    Error::invalid(&format!("/data/attributes/{field}"), detail)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

    fn rule(name: &str, conditions: Value) -> Rule {
        Rule {
            name: name.parse().unwrap(),
            service_account: UserId::from_parts(NOW.unix_ms(), 1),
            conditions: serde_json::from_value(conditions).unwrap(),
            scopes: None,
            token_minutes: 60,
        }
    }

    fn made(change: Value, rules: Vec<Rule>) -> Result<TrustedIssuer> {
        let mut wanted = json!({"name": "ci", "issuer": "https://ci.example.com"});
        wanted
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let (id, organization) = (
            TrustedIssuerId::from_parts(NOW.unix_ms(), 1),
            OrganizationId::from_parts(NOW.unix_ms(), 1),
        );
        TrustedIssuer::new(
            id,
            organization,
            serde_json::from_value(wanted).unwrap(),
            Rules(rules),
            NOW,
        )
    }

    fn pointer(error: &Error) -> String {
        error.fields()[0].source.pointer.clone().unwrap()
    }

    #[rstest]
    #[case(json!({"issuer": "http://ci.example.com"}), "issuer")]
    #[case(json!({"audience": ""}), "audience")]
    #[case(json!({"audience": "a\nb"}), "audience")]
    #[case(json!({"ca-certificate": "none"}), "ca-certificate")]
    #[case(json!({"ca-certificate": "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----"}), "ca-certificate")]
    #[case(json!({"keys": {"keys": []}}), "keys")]
    #[case(json!({"keys": {"keys": [{"kty": "oct", "k": "AAAA"}]}}), "keys")]
    #[case(json!({"keys": {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "AQAB"}]}}), "keys")]
    #[case(json!({"keys": []}), "keys")]
    fn what_cannot_be_meant_is_refused_at_its_field(#[case] change: Value, #[case] field: &str) {
        assert_eq!(
            pointer(&made(change, Vec::new()).unwrap_err()),
            format!("/data/attributes/{field}")
        );
    }

    #[rstest]
    #[case(json!([]), "")]
    #[case(json!([{"claim": "iss", "equals": "https://ci.example.com"}, {"claim": "aud", "equals": "slipway"}]), "")]
    #[case(json!([{"claim": "sub", "matches": "**"}]), "")]
    #[case(json!([{"claim": "sub"}]), "/0")]
    #[case(json!([{"claim": "sub", "equals": "a", "matches": "a"}]), "/0")]
    #[case(json!([{"claim": "", "equals": "a"}]), "/0")]
    #[case(json!([{"claim": "sub", "matches": ""}]), "/0")]
    fn a_rule_that_lets_everybody_in_is_refused(#[case] conditions: Value, #[case] place: &str) {
        let error = made(json!({}), vec![rule("all", conditions)]).unwrap_err();
        assert_eq!(pointer(&error), format!("/data/attributes/rules/0/conditions{place}"));
    }

    #[test]
    fn a_shared_issuer_needs_to_be_told_whose_programs_are_meant() {
        let github = json!({"issuer": "https://token.actions.githubusercontent.com"});
        let any = rule("any", json!([{"claim": "ref", "equals": "refs/heads/main"}]));
        let error = made(github.clone(), vec![any]).unwrap_err();
        assert!(error.fields()[0].detail.contains("everybody in the world"));
        let ours = rule("ours", json!([{"claim": "repository", "equals": "acme/shop"}]));
        assert!(made(github, vec![ours]).is_ok());
    }

    #[test]
    fn what_a_rule_gave_ends_with_the_rule_or_with_what_is_believed() {
        let sub = |text: &str| json!([{"claim": "sub", "equals": text}]);
        let issuer = made(json!({}), vec![rule("a", sub("a")), rule("b", sub("b"))]).unwrap();
        let ended = |changes: Value, rules: Option<Vec<Rule>>| {
            let next = issuer
                .changed(serde_json::from_value(changes).unwrap(), rules.map(Rules))
                .unwrap();
            issuer
                .ended_by(&next)
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(ended(json!({"name": "other"}), None), Vec::<String>::new());
        let more = vec![rule("c", sub("c")), rule("a", sub("a")), rule("b", sub("b"))];
        assert_eq!(ended(json!({}), Some(more)), Vec::<String>::new());
        assert_eq!(
            ended(json!({}), Some(vec![rule("a", sub("x")), rule("b", sub("b"))])),
            ["a"]
        );
        assert_eq!(ended(json!({"audience": "other"}), None), ["a", "b"]);
    }
}
