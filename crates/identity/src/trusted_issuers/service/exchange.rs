//! A program shows a token of its own and gets one of a service account (RFC 8693).

use std::time::Duration;

use serde_json::{Map, Value, json};
use slipway_api::Name;
use slipway_api::ids::UserId;
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Ctx, Error, Result, events};

use super::{accepted_audience, event};
use crate::accounts::service::as_user;
use crate::attempts::{self, Subject};
use crate::openid::{self, Algorithm, Claims, Expected, Issuers, Refusal, Source};
use crate::organizations::{self, Organization};
use crate::service_accounts::{self, ServiceAccount};
use crate::tokens::service::{Given, give};
use crate::trusted_issuers::model::{Rule, TrustedIssuer};
use crate::trusted_issuers::store;
use crate::users::{self, User};

/// Bytes of the largest token that is looked at; those of pipelines and pods have two or three thousand.
const MOST_BYTES: usize = 16 << 10;
/// Bytes of a claim's text that the audit log keeps.
const KEPT_BYTES: usize = 200;

/// What a program wants.
pub struct Wanted<'a> {
    /// Its own token.
    pub token: &'a str,
    /// The organization that it wants to act in.
    pub organization: &'a str,
    /// The service account, by name, where several would let it in.
    pub account: Option<&'a str>,
}

/// What it gets. No `Debug`.
pub struct Exchanged {
    /// The token's text.
    pub text: SecretBytes,
    /// How long it counts.
    pub lifetime: Duration,
}

/// Why it gets nothing.
pub enum Denied {
    /// Its own token will not do; a sentence for it. What it may not hear is in the organization's audit log.
    Token(String),
    /// It does not say, or not clearly, where and as whom it wants to act.
    Target(String),
    /// Ours, or the issuer's.
    Failed(Error),
}

impl From<Error> for Denied {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A token that is what it says, and who says so.
struct Proven {
    issuer: TrustedIssuer,
    claims: Claims,
}

/// Exchanges a token.
///
/// # Errors
///
/// Nothing of other organizations, of rules or of accounts that the token is not let in as is told: whoever has an account
/// at a shared issuer can ask.
pub async fn exchange(ctx: &Ctx, issuers: &Issuers, wanted: &Wanted<'_>) -> Result<Exchanged, Denied> {
    if wanted.token.len() > MOST_BYTES {
        return Err(Denied::Token(format!("The token has more than {MOST_BYTES} bytes.")));
    }
    let named = openid::named_issuer(wanted.token)
        .ok_or_else(|| Denied::Token("The token is not a signed token that says who issued it (iss).".to_owned()))?;
    let (organization, trusted) = trusted(ctx, wanted.organization, &named).await?;
    let proven = proven(ctx, issuers, &trusted, wanted.token).await?;
    let (at, rule) = admitted(ctx, &organization, &proven, wanted.account).await?;
    let (account, user) = usable(ctx, &at.issuer, rule).await?;
    given(ctx, at, rule, (&account, &user)).await
}

/// The organization and those of its trusted issuers that name themselves so. One that is not there and one that does not
/// trust the issuer are answered alike.
async fn trusted(ctx: &Ctx, organization: &str, issuer: &str) -> Result<(Organization, Vec<TrustedIssuer>), Denied> {
    let reader = ctx.db.reader();
    let found = match organization.parse::<Name>() {
        Ok(name) => organizations::store::by_name(reader, &name).await?,
        Err(_) => None,
    };
    if let Some(found) = found {
        let trusted = store::of_issuer(reader, found.id, issuer).await?;
        if !trusted.is_empty() {
            return Ok((found, trusted));
        }
    }
    let shown: String = issuer.chars().filter(|letter| !letter.is_control()).take(200).collect();
    Err(Denied::Target(format!(
        "No organization \"{organization}\" trusts the issuer \"{shown}\". The issuer must be written there exactly as the \
         token names it (iss)."
    )))
}

/// Those of the issuers that the token is really of and for, with what it says.
async fn proven(ctx: &Ctx, issuers: &Issuers, trusted: &[TrustedIssuer], token: &str) -> Result<Vec<Proven>, Denied> {
    let mut proven = Vec::new();
    let mut refusals = Vec::new();
    for issuer in trusted {
        match verified(ctx, issuers, issuer, token).await {
            Ok(Ok(claims)) => proven.push(Proven {
                issuer: issuer.clone(),
                claims,
            }),
            Ok(Err(refusal)) => refusals.push((issuer, refusal)),
            Err(error) => {
                denied(ctx, issuer, json!({"reason": error.detail()})).await?;
                return Err(Denied::Failed(Error::unavailable(
                    "The token's issuer could not be asked for its keys. Try again; the audit log of the organization says \
                     what went wrong.",
                )));
            }
        }
    }
    if !proven.is_empty() {
        return Ok(proven);
    }
    // Of clusters with one name, the one whose key it was signed with says most.
    let is_telling =
        |(_, refusal): &&(&TrustedIssuer, Refusal)| !matches!(refusal, Refusal::Signature | Refusal::UnknownKey);
    let telling = refusals.iter().find(is_telling).or(refusals.first());
    let Some((issuer, refusal)) = telling else {
        return Err(Denied::Token("The token is not taken.".to_owned()));
    };
    denied(ctx, issuer, json!({"reason": refusal.to_string()})).await?;
    let hint = match refusal {
        Refusal::Audience => {
            ". Have it made for the audience that the organization's trusted issuer names: the server's own address, if it \
             names none"
        }
        _ => "",
    };
    Err(Denied::Token(format!("The token is not taken: {refusal}{hint}.")))
}

async fn verified(
    ctx: &Ctx,
    issuers: &Issuers,
    issuer: &TrustedIssuer,
    token: &str,
) -> Result<Result<Claims, Refusal>> {
    let audience = accepted_audience(ctx, issuer);
    let expected = |algorithms| Expected {
        issuer: &issuer.issuer,
        audience: &audience,
        algorithms,
        is_sign_in: false,
        nonce: None,
        access_token: None,
    };
    if let Some(keys) = issuer.given_keys()? {
        return Ok(openid::verify(token, &keys, &expected(&Algorithm::ALL), ctx.now()));
    }
    let source = Source {
        issuer: issuer.address()?,
        certificates: issuer.ca_certificate.clone(),
    };
    let algorithms = issuers.known(ctx, &source).await?.discovery.algorithms();
    issuers.verify(ctx, &source, token, &expected(&algorithms)).await
}

/// The first rule that lets the token in, as the account that was asked for.
async fn admitted<'a>(
    ctx: &Ctx,
    organization: &Organization,
    proven: &'a [Proven],
    account: Option<&str>,
) -> Result<(&'a Proven, &'a Rule), Denied> {
    let rules = proven
        .iter()
        .flat_map(|at| at.issuer.rules.0.iter().map(move |rule| (at, rule)));
    let fitting: Vec<_> = rules
        .filter(|(at, rule)| rule.unmet(&at.claims.all).is_none())
        .collect();
    let mut accounts: Vec<UserId> = fitting.iter().map(|(_, rule)| rule.service_account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let wanted = match (account, accounts.as_slice()) {
        (Some(name), accounts) => id_of(ctx, organization, name).await?.filter(|id| accounts.contains(id)),
        (None, [only]) => Some(*only),
        (None, []) => None,
        (None, _) => return Err(unclear(ctx, organization, &accounts).await?),
    };
    let found = fitting
        .into_iter()
        .find(|(_, rule)| Some(rule.service_account) == wanted);
    if let Some(found) = found {
        return Ok(found);
    }
    for at in proven {
        denied(
            ctx,
            &at.issuer,
            json!({"reason": "no rule lets it in", "account": account, "rules": unmet(at), "claims": told(at, None)}),
        )
        .await?;
    }
    let claims = proven.first().map(|at| &at.claims);
    Err(Denied::Token(format!(
        "The token is genuine, but no rule of the organization lets it in{}. It is about \"{}\". Which condition each rule \
         missed is in the organization's audit log.",
        account
            .map(|name| format!(" as \"{}\"", clipped(name)))
            .unwrap_or_default(),
        claims.map(|claims| claims.subject.as_str()).unwrap_or_default(),
    )))
}

/// Several accounts: which one, only the program can say. It is let in as each of them, so it may hear their names.
async fn unclear(ctx: &Ctx, organization: &Organization, accounts: &[UserId]) -> Result<Denied> {
    let mut names = Vec::new();
    for id in accounts {
        let account = service_accounts::store::by_id(ctx.db.reader(), *id).await?;
        names.extend(account.map(|account| account.name.to_string()));
    }
    let first = names.first().map_or("ACCOUNT", String::as_str);
    Ok(Denied::Target(format!(
        "Rules let the token in as several service accounts: {}. Say as which, with audience={}/{first}.",
        names.join(", "),
        organization.name
    )))
}

async fn id_of(ctx: &Ctx, organization: &Organization, name: &str) -> Result<Option<UserId>> {
    let Ok(name) = name.parse() else {
        return Ok(None);
    };
    let account = service_accounts::store::by_name(ctx.db.reader(), organization.id, &name).await?;
    Ok(account.map(|account| account.user_id))
}

/// The account of a rule, if it is there and not suspended.
async fn usable(ctx: &Ctx, issuer: &TrustedIssuer, rule: &Rule) -> Result<(ServiceAccount, User), Denied> {
    let reader = ctx.db.reader();
    let account = service_accounts::store::by_id(reader, rule.service_account).await?;
    let account = account.filter(|account| account.organization_id == issuer.organization_id);
    let user = users::store::by_id(reader, rule.service_account).await?;
    if let (Some(account), Some(user)) = (account, user.filter(|user| !user.is_suspended)) {
        return Ok((account, user));
    }
    let reason = "the service account is suspended or gone";
    denied(
        ctx,
        issuer,
        json!({"reason": reason, "rule": rule.name, "account": rule.service_account}),
    )
    .await?;
    Err(Denied::Token(
        "The service account that the token is let in as is suspended or gone.".to_owned(),
    ))
}

async fn given(
    ctx: &Ctx,
    at: &Proven,
    rule: &Rule,
    (account, user): (&ServiceAccount, &User),
) -> Result<Exchanged, Denied> {
    let lifetime = Duration::from_secs(u64::from(rule.token_minutes) * 60);
    let told = json!({"trusted-issuer": at.issuer.name, "rule": rule.name, "claims": told(at, Some(rule))});
    let wanted = Given {
        origin: at.issuer.origin(&rule.name),
        description: format!("{} by {}", rule.name, at.issuer.name),
        scopes: rule.scopes.clone(),
        expires_at: ctx.now().after(lifetime),
        told,
    };
    let mut tx = ctx.begin().await?;
    // What the decision stood on may have gone since; then it is as if the token had come later.
    if !store::hold(&tx, &at.issuer).await? {
        return Err(Denied::Token(
            "The trusted issuer was changed at this moment. Try again.".to_owned(),
        ));
    }
    let whom = (account.user_id, account.organization_id);
    let made = give(&mut tx, &as_user(ctx, user), whom, wanted).await?;
    tx.commit().await?;
    Ok(Exchanged {
        text: made.text,
        lifetime,
    })
}

/// Notes that a token was not taken. Anybody can send such tokens, so after a hundred in a row only some are noted.
async fn denied(ctx: &Ctx, issuer: &TrustedIssuer, changes: Value) -> Result<()> {
    let is_worth_it = attempts::service::count(ctx, vec![Subject::Exchange(issuer.id)]).await;
    match is_worth_it {
        Ok(_) => {}
        Err(error) if error.code() == slipway_api::Code::TooManyRequests => return Ok(()),
        Err(error) => return Err(error),
    }
    let mut tx = ctx.begin().await?;
    events::record(&mut tx, ctx, event("trusted-issuer.denied", issuer, changes)).await?;
    tx.commit().await
}

/// What each rule of the issuer missed.
fn unmet(at: &Proven) -> Value {
    let rules = at.issuer.rules.0.iter().filter_map(|rule| {
        let condition = rule.unmet(&at.claims.all)?;
        Some((rule.name.to_string(), json!(condition)))
    });
    Value::Object(rules.collect())
}

/// What the audit log keeps of a token: whom it is about, and what the rules look at.
fn told(at: &Proven, rule: Option<&Rule>) -> Value {
    let rules = at
        .issuer
        .rules
        .0
        .iter()
        .filter(|other| rule.is_none_or(|rule| rule == *other));
    let looked_at = rules.flat_map(|rule| rule.conditions.iter().map(|condition| condition.claim.as_str()));
    let mut told = Map::new();
    for name in ["sub", "jti"].into_iter().chain(looked_at) {
        if let Some(value) = crate::trusted_issuers::conditions::claim(&at.claims.all, name) {
            let value = match value {
                Value::String(text) => json!(clipped(text)),
                Value::Array(_) | Value::Object(_) => json!("…"),
                plain => plain.clone(),
            };
            told.insert(name.to_owned(), value);
        }
    }
    Value::Object(told)
}

fn clipped(text: &str) -> String {
    let shown = text.chars().filter(|letter| !letter.is_control());
    shown.take(KEPT_BYTES).collect()
}
