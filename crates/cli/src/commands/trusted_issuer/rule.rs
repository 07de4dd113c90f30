//! The rules of a trusted issuer: whom it lets in, and as which service account.

use clap::Args;
use slipway_api::Name;
use slipway_api::trusted_issuers::{ClaimCondition, ClaimValue, TrustRule, TrustedIssuerChanges};
use slipway_client::Client;

use super::{find, show};
use crate::context::{Context, id_of};
use crate::failure::Failure;
use crate::prompt;

#[derive(Debug, Args)]
pub(crate) struct AddArguments {
    /// The issuer, by name or id
    #[arg(value_name = "ISSUER")]
    issuer: String,
    /// The rule's name
    #[arg(value_name = "RULE")]
    name: Name,
    /// The service account, by name or id
    #[arg(long, value_name = "ACCOUNT")]
    to: String,
    /// What a token must say, exactly (repeatable; all must hold). Dots lead into objects
    #[arg(long = "claim", value_name = "NAME=VALUE", value_parser = equals)]
    claims: Vec<ClaimCondition>,
    /// What a token must say from end to end, with * for any letters (repeatable)
    #[arg(long = "claim-like", value_name = "NAME=PATTERN", value_parser = matches)]
    patterns: Vec<ClaimCondition>,
    /// A permission that the tokens are limited to (repeatable) [default: all of the account's]
    #[arg(long = "scope", value_name = "PERMISSION[@ID]")]
    scopes: Vec<String>,
    /// How long the tokens live, 1 to 60
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    minutes: u32,
}

#[derive(Debug, Args)]
pub(crate) struct RemoveArguments {
    /// The issuer, by name or id
    #[arg(value_name = "ISSUER")]
    issuer: String,
    /// The rule's name
    #[arg(value_name = "RULE")]
    name: Name,
    /// Say yes to everything
    #[arg(long, short)]
    yes: bool,
}

pub(super) async fn add(context: &Context, client: &Client, arguments: AddArguments) -> anyhow::Result<()> {
    let (issuer, tag) = find(context, client, &arguments.issuer).await?;
    let mut rules = issuer.attributes.rules.clone();
    if rules.iter().any(|rule| rule.name == arguments.name) {
        let what = format!("{} has a rule {} already", issuer.attributes.name, arguments.name);
        let next = "Remove it first, or choose another name.";
        return Err(Failure::error(what, next));
    }
    rules.push(TrustRule {
        name: arguments.name,
        service_account: arguments.to,
        service_account_name: None,
        conditions: [arguments.claims, arguments.patterns].concat(),
        scopes: Some(arguments.scopes).filter(|scopes| !scopes.is_empty()),
        token_minutes: arguments.minutes,
    });
    let changes = TrustedIssuerChanges {
        rules: Some(rules),
        ..TrustedIssuerChanges::default()
    };
    show(
        context,
        &client.update_trusted_issuer(id_of(&issuer)?, changes, &tag).await?,
    )
}

pub(super) async fn remove(context: &Context, client: &Client, arguments: RemoveArguments) -> anyhow::Result<()> {
    let (issuer, tag) = find(context, client, &arguments.issuer).await?;
    let mut rules = issuer.attributes.rules.clone();
    let count = rules.len();
    rules.retain(|rule| rule.name != arguments.name);
    if rules.len() == count {
        let what = format!("{} has no rule {}", issuer.attributes.name, arguments.name);
        let next = format!(
            "See what there is: slipway trusted-issuer show {}",
            issuer.attributes.name
        );
        return Err(Failure::error(what, next));
    }
    let question = format!("Let nobody in by the rule {} any more?", arguments.name);
    if !prompt::confirm(context, arguments.yes, &question)? {
        return Err(Failure::error("nothing was removed", "The rule stays."));
    }
    let changes = TrustedIssuerChanges {
        rules: Some(rules),
        ..TrustedIssuerChanges::default()
    };
    client.update_trusted_issuer(id_of(&issuer)?, changes, &tag).await?;
    context.output.done(&format!("removed the rule {}", arguments.name));
    Ok(())
}

/// A rule in one line.
pub(super) fn described(rule: &TrustRule) -> String {
    let account = rule
        .service_account_name
        .as_ref()
        .map_or_else(|| format!("{} (gone)", rule.service_account), ToString::to_string);
    let conditions = rule.conditions.iter().map(|condition| match &condition.equals {
        Some(value) => format!("{}={}", condition.claim, value_text(value)),
        None => format!(
            "{} like {}",
            condition.claim,
            condition.matches.as_deref().unwrap_or_default()
        ),
    });
    let conditions: Vec<String> = conditions.collect();
    let scopes = rule
        .scopes
        .as_ref()
        .map(|scopes| format!(", only {}", scopes.join(" ")));
    format!(
        "{}: {} → {account}, {} min{}",
        rule.name,
        conditions.join(", "),
        rule.token_minutes,
        scopes.unwrap_or_default()
    )
}

fn value_text(value: &ClaimValue) -> String {
    match value {
        ClaimValue::Text(text) => text.clone(),
        ClaimValue::Boolean(truth) => format!("{truth} (not a text)"),
        ClaimValue::Number(number) => format!("{number} (not a text)"),
    }
}

fn equals(text: &str) -> Result<ClaimCondition, String> {
    let (claim, value) = parts(text)?;
    Ok(ClaimCondition {
        claim,
        equals: Some(ClaimValue::Text(value)),
        matches: None,
    })
}

fn matches(text: &str) -> Result<ClaimCondition, String> {
    let (claim, pattern) = parts(text)?;
    Ok(ClaimCondition {
        claim,
        equals: None,
        matches: Some(pattern),
    })
}

fn parts(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((claim, value)) if !claim.is_empty() => Ok((claim.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE, as in repository=acme/shop".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_split_at_the_first_equals_sign_and_a_star_means_itself() {
        let condition = equals("sub=a=b*").unwrap();
        assert_eq!(condition.claim, "sub");
        assert_eq!(condition.equals, Some(ClaimValue::Text("a=b*".to_owned())));
        assert!(equals("repository").is_err() && equals("=x").is_err());
    }
}
