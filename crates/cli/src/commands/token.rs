//! `slipway token`

use std::time::Duration;

use clap::{Args, Subcommand};
use slipway_api::ids::{TokenId, UserId};
use slipway_api::tokens::{NewToken, Token, TokenRotation};
use slipway_api::{Resource, Timestamp};
use slipway_client::Client;

use super::user::find_user;
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, age, one_line};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// List tokens, without their texts
    #[command(after_help = "Examples:\n  slipway token list\n  slipway token list --user ada")]
    List {
        /// Of this user, by name or id [default: yourself]
        #[arg(long, value_name = "USER")]
        user: Option<String>,
    },
    /// Make a token; it is printed once, on stdout
    #[command(after_help = "\
Examples:
  slipway token create --description laptop
  slipway token create --description ci --expires 90d > ci.token
  slipway token create --scope workspace.read --scope workspace.run.plan@ws-1k9x3c0q8fz2m4ab")]
    Create {
        /// For this user, by name or id [default: yourself]
        #[arg(long, value_name = "USER")]
        user: Option<String>,
        #[command(flatten)]
        token: NewTokenArguments,
    },
    /// Give a token another text; it is printed once, on stdout
    #[command(after_help = "\
Examples:
  slipway token rotate at-1k9x3c0q8fz2m4ab > ci.token
  slipway token rotate at-1k9x3c0q8fz2m4ab --grace-minutes 60")]
    Rotate {
        /// The token's id
        #[arg(value_name = "TOKEN")]
        token: TokenId,
        /// For how many minutes the text so far still works, up to 1440
        #[arg(long, default_value_t = 0, value_name = "MINUTES")]
        grace_minutes: u32,
        /// From when on it is refused: 12h, 30d, or a time as 2027-01-31T00:00:00Z [default: as before]
        #[arg(long, value_name = "WHEN", value_parser = parse_expiry)]
        expires: Option<Timestamp>,
    },
    /// Revoke a token
    #[command(after_help = "Examples:\n  slipway token delete at-1k9x3c0q8fz2m4ab --yes")]
    Delete {
        /// The token's id
        #[arg(value_name = "TOKEN")]
        token: TokenId,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

/// What a new token is for, and until when.
#[derive(Debug, Clone, Args)]
pub(crate) struct NewTokenArguments {
    /// What it is used for
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    description: String,
    /// From when on it is refused: 12h, 30d, or a time as 2027-01-31T00:00:00Z [default: never]
    #[arg(long, value_name = "WHEN", value_parser = parse_expiry)]
    expires: Option<Timestamp>,
    /// Only this permission, everywhere or, as workspace.run.plan@ID, in one organization, project or workspace
    /// (repeatable) [default: all that you may do]
    #[arg(long = "scope", value_name = "PERMISSION[@ID]")]
    scopes: Vec<String>,
}

impl NewTokenArguments {
    /// The token to ask for.
    pub(super) fn token(self) -> NewToken {
        NewToken {
            description: self.description,
            expired_at: self.expires,
            scopes: (!self.scopes.is_empty()).then_some(self.scopes),
        }
    }
}

fn parse_expiry(text: &str) -> Result<Timestamp, String> {
    expiry(text, now())
}

fn expiry(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return if moment > now {
            Ok(moment)
        } else {
            Err("that is in the past".to_owned())
        };
    }
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit: u64 = match text.get(digits.len()..) {
        Some("h") => 3600,
        Some("d") => 86_400,
        Some("w") => 7 * 86_400,
        _ => return Err("write it as 12h, 30d, 8w or 2027-01-31T00:00:00Z".to_owned()),
    };
    let count: u64 = digits.parse().map_err(|_| format!("\"{digits}\" is not a number"))?;
    // A hundred years: beyond, a time no longer fits where it is stored.
    let seconds = count
        .checked_mul(unit)
        .filter(|seconds| (1..=100 * 366 * 86_400).contains(seconds));
    seconds
        .map(|seconds| now.after(Duration::from_secs(seconds)))
        .ok_or_else(|| "between 1 hour and 100 years".to_owned())
}

pub(super) async fn run(context: &Context, command: TokenCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        TokenCommand::List { user } => {
            let user = whose(client, user.as_deref()).await?;
            context.output.rows(
                &client.tokens(user).all().await?,
                "No tokens. Make one: slipway token create",
                token_table,
            )?;
        }
        TokenCommand::Create { user, token } => {
            let user = whose(client, user.as_deref()).await?;
            print_new_token(context, &client.create_token(user, token.token()).await?)?;
        }
        TokenCommand::Rotate {
            token,
            grace_minutes,
            expires,
        } => {
            let rotation = TokenRotation {
                grace_minutes,
                expired_at: expires,
            };
            print_new_token(context, &client.rotate_token(token, rotation).await?)?;
        }
        TokenCommand::Delete { token, yes } => {
            if !prompt::confirm(context, yes, &format!("Revoke {token}? Whoever uses it is signed out."))? {
                return Err(Failure::error("nothing was revoked", "The token stays valid."));
            }
            client.delete_token(token).await?;
            context.output.done(&format!("revoked {token}"));
        }
    }
    Ok(Outcome::Success)
}

async fn whose(client: &Client, user: Option<&str>) -> anyhow::Result<UserId> {
    match user {
        Some(user) => id_of(&find_user(client, user).await?),
        None => id_of(&client.account().await?),
    }
}

/// Prints a new token's text as data and the rest as a message.
pub(super) fn print_new_token(context: &Context, token: &Resource<Token>) -> anyhow::Result<()> {
    if context.output.is_json() {
        return context.output.json(token);
    }
    context
        .output
        .done(&format!("made the token {}; it is shown only now:", token.id));
    Ok(context
        .output
        .line(token.attributes.token.as_deref().unwrap_or_default())?)
}

/// Tokens without their texts.
pub(super) fn token_table(tokens: &[Resource<Token>]) -> Table {
    let mut table = Table::new(&["id", "description", "age", "last used", "expires", "limited to"]);
    for resource in tokens {
        let token = &resource.attributes;
        table.row(vec![
            resource.id.clone(),
            one_line(&token.description, 50),
            age(token.created_at, now()),
            token
                .last_used_at
                .map_or_else(|| "never".to_owned(), |moment| age(moment, now())),
            token
                .expired_at
                .map_or_else(|| "never".to_owned(), |moment| moment.to_string()),
            token.scopes.as_ref().map(|scopes| scopes.join(" ")).unwrap_or_default(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

    #[rstest]
    #[case("12h", 12 * 3600)]
    #[case("30d", 30 * 86_400)]
    #[case("8w", 56 * 86_400)]
    #[case("2025-11-21T23:06:40Z", 86_400)]
    fn an_expiry_is_a_duration_or_a_time(#[case] text: &str, #[case] seconds: u64) {
        assert_eq!(expiry(text, NOW).unwrap(), NOW.after(Duration::from_secs(seconds)));
    }

    #[rstest]
    #[case("2020-01-01T00:00:00Z", "past")]
    #[case("30", "write it as")]
    #[case("d", "not a number")]
    #[case("0d", "between")]
    #[case("99999999999999999999d", "not a number")]
    #[case("9999999999999999d", "between")]
    #[case("3é", "write it as")]
    fn what_is_neither_is_refused(#[case] text: &str, #[case] expected: &str) {
        let error = expiry(text, NOW).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}
