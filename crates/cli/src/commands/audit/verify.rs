//! `slipway audit verify`

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use slipway_api::audit::verify::{Broken, Verified, Verifier};

use super::export::wanted;
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Prove that an exported audit log is whole and unchanged; the first fault is named
///
/// A file is verified without a server. Without one, the log is read from the server and verified here.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway audit verify audit.jsonl
  slipway audit verify audit.jsonl --public-key 3f9a…
  slipway audit verify
  slipway audit verify --site")]
pub(crate) struct VerifyArguments {
    /// The export; `-` for stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The site's key that must have signed, as an earlier verification showed it
    #[arg(long, value_name = "KEY")]
    public_key: Option<String>,
    /// What happened at the site and in no organization
    #[arg(long, conflicts_with = "file")]
    site: bool,
}

pub(super) async fn run(context: &Context, arguments: &VerifyArguments) -> anyhow::Result<Outcome> {
    let verifier = Verifier::new(arguments.public_key.clone());
    let verified = match &arguments.file {
        Some(path) if path == Path::new("-") => file(verifier, std::io::stdin().lock())?,
        Some(path) => {
            let path = context.environment.directory.join(path);
            let opened = std::fs::File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
            file(verifier, BufReader::with_capacity(1 << 20, opened))?
        }
        None => server(context, verifier, arguments.site).await?,
    };
    match verified {
        Ok(verified) => print(context, &verified, arguments.public_key.is_some()),
        Err(broken) => Err(Failure::error(
            broken.to_string(),
            "What follows the first fault proves nothing. Compare with an older export, a webhook's receiver, or a backup.",
        )),
    }
}

fn file(mut verifier: Verifier, mut lines: impl BufRead) -> anyhow::Result<Result<Verified, Broken>> {
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        if let Err(broken) = verifier.line(&line) {
            return Ok(Err(broken));
        }
        line.clear();
    }
    Ok(verifier.finish())
}

async fn server(context: &Context, mut verifier: Verifier, site: bool) -> anyhow::Result<Result<Verified, Broken>> {
    let mut export = context.client()?.audit_export(wanted(context, site)?, 0).await?;
    let mut rest = Vec::new();
    while let Some(piece) = export.piece().await? {
        rest.extend_from_slice(&piece);
        let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else {
            continue;
        };
        let later = rest.split_off(end + 1);
        let mut lines = rest.as_slice();
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            if let Err(broken) = verifier.line(&line) {
                return Ok(Err(broken));
            }
            line.clear();
        }
        rest = later;
    }
    Ok(verifier.finish())
}

fn print(context: &Context, verified: &Verified, is_key_known: bool) -> anyhow::Result<Outcome> {
    let Verified {
        organization,
        name,
        events,
        count,
        after,
        position,
        public_key,
    } = verified;
    if context.output.is_json() {
        context.output.json(&serde_json::json!({
            "organization": organization, "name": name, "events": events, "count": count, "after": after,
            "position": position, "public-key": public_key,
        }))?;
        return Ok(Outcome::Success);
    }
    context.output.done(&format!(
        "the audit log of {name} is whole and unchanged: {events} events up to position {position}, of {count} that there were"
    ));
    if *after > 0 {
        context.output.note(&format!(
            "It begins after position {after}: what was before is vouched for by a signed checkpoint and not in it."
        ));
    }
    if !is_key_known {
        context.output.note(&format!(
            "Signed with the key {public_key}. Write it down, and give it with --public-key next time: whoever could make \
             another log could make another key."
        ));
    }
    Ok(Outcome::Success)
}
