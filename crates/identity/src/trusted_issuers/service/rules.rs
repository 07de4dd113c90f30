//! Rules as people write them, and whether they may.

use slipway_api::ids::OrganizationId;
use slipway_api::trusted_issuers::TrustRule;
use slipway_kernel::{Ctx, Error, Result};

use crate::roles::PermissionTree;
use crate::service_accounts::{self, ServiceAccount};
use crate::tokens::service::{Holder, acceptable_scopes};
use crate::trusted_issuers::model::{Rule, Rules};

/// The rules as they are stored. Whoever makes one lets others act as its account, so he needs what making a token of the
/// account needs; one that is among `known` as it is written is not looked at again.
///
/// # Errors
///
/// `Invalid` for an account or scope that is not there; `Forbidden`.
pub(super) async fn checked(
    ctx: &Ctx,
    tree: &PermissionTree,
    organization: OrganizationId,
    wanted: Vec<TrustRule>,
    known: Option<&Rules>,
) -> Result<Rules> {
    let mut rules = Vec::new();
    for (index, wanted) in wanted.into_iter().enumerate() {
        let same = known.and_then(|known| known.0.iter().find(|rule| is_same(rule, &wanted)));
        rules.push(match same {
            Some(rule) => rule.clone(),
            None => made(ctx, tree, organization, wanted, index).await?,
        });
    }
    Ok(Rules(rules))
}

/// The rules as answers have them, without the accounts' names.
pub(super) fn written(rules: &Rules) -> Vec<TrustRule> {
    let rules = rules.0.iter().map(|rule| TrustRule {
        name: rule.name.clone(),
        service_account: rule.service_account.to_string(),
        service_account_name: None,
        conditions: rule.conditions.clone(),
        scopes: rule.scopes.clone(),
        token_minutes: rule.token_minutes,
    });
    rules.collect()
}

async fn made(
    ctx: &Ctx,
    tree: &PermissionTree,
    organization: OrganizationId,
    wanted: TrustRule,
    index: usize,
) -> Result<Rule> {
    let at = |field: &str| format!("/data/attributes/rules/{index}/{field}");
    let account = account(ctx, organization, &wanted.service_account).await?;
    let account = account.ok_or_else(|| {
        let why = format!(
            "The organization has no service account \"{}\".",
            wanted.service_account
        );
        Error::invalid(&at("service-account"), why)
    })?;
    let service_account = account.user_id;
    let holder = Holder::ServiceAccount(account);
    holder.require_maker(ctx, tree).await?;
    let scopes = acceptable_scopes(ctx, tree, &holder, wanted.scopes, &at("scopes")).await?;
    Ok(Rule {
        name: wanted.name,
        service_account,
        conditions: wanted.conditions,
        scopes: scopes.map(|scopes| scopes.0),
        token_minutes: wanted.token_minutes,
    })
}

/// The organization's service account of this id or name.
async fn account(ctx: &Ctx, organization: OrganizationId, text: &str) -> Result<Option<ServiceAccount>> {
    let reader = ctx.db.reader();
    let found = match text.parse() {
        Ok(id) => service_accounts::store::by_id(reader, id).await?,
        Err(_) => None,
    };
    let found = found.filter(|account| account.organization_id == organization);
    match (found, text.parse()) {
        (None, Ok(name)) => service_accounts::store::by_name(reader, organization, &name).await,
        (found, _) => Ok(found),
    }
}

fn is_same(rule: &Rule, wanted: &TrustRule) -> bool {
    rule.name == wanted.name
        && rule.service_account.to_string() == wanted.service_account
        && rule.conditions == wanted.conditions
        && rule.scopes == wanted.scopes
        && rule.token_minutes == wanted.token_minutes
}
