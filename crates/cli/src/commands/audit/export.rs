//! `slipway audit export`

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use slipway_api::Name;
use slipway_api::audit::{AuditLine, Checkpoint};

use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Write the organization's audit log as JSON lines, hashed and signed
///
/// `slipway audit verify` proves the file without a server. The export is an event itself.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway audit export > audit.jsonl
  slipway audit export --append audit.jsonl
  slipway audit export --after 120934 > since.jsonl
  slipway audit export --site > site.jsonl")]
pub(crate) struct ExportArguments {
    /// Only events after this position
    #[arg(
        long,
        value_name = "POSITION",
        default_value_t = 0,
        hide_default_value = true,
        conflicts_with = "append"
    )]
    after: i64,
    /// Go on with this file where it ends, or begin it
    #[arg(long, value_name = "FILE")]
    append: Option<PathBuf>,
    /// What happened at the site and in no organization
    #[arg(long)]
    site: bool,
}

pub(super) async fn run(context: &Context, arguments: &ExportArguments) -> anyhow::Result<Outcome> {
    let organization = wanted(context, arguments.site)?;
    let Some(path) = &arguments.append else {
        let mut out = std::io::stdout().lock();
        copy(context, organization, arguments.after, &mut out).await?;
        return Ok(Outcome::Success);
    };
    let (file, after) = at_its_end(path)?;
    let mut out = BufWriter::new(file);
    copy(context, organization, after, &mut out).await?;
    out.into_inner()?.sync_all()?;
    context
        .output
        .done(&format!("went on with {} after position {after}", path.display()));
    Ok(Outcome::Success)
}

/// The organization that is asked for; none for the site.
pub(super) fn wanted(context: &Context, site: bool) -> anyhow::Result<Option<&Name>> {
    if site {
        return Ok(None);
    }
    context.organization().map(Some)
}

async fn copy(context: &Context, organization: Option<&Name>, after: i64, out: &mut impl Write) -> anyhow::Result<()> {
    let mut export = context.client()?.audit_export(organization, after).await?;
    while let Some(piece) = export.piece().await? {
        out.write_all(&piece)?;
    }
    Ok(out.flush()?)
}

/// The file, ready to be appended to, and the position of its last checkpoint. What follows that was cut off in the middle
/// and is exported again.
fn at_its_end(path: &Path) -> anyhow::Result<(File, i64)> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    let size = file.metadata()?.len();
    let (end, after) = match last_checkpoint(&mut file, size)? {
        Some((end, checkpoint)) => (end, checkpoint.position),
        None if size == 0 => (0, 0),
        None => {
            return Err(Failure::error(
                format!(
                    "{} is no whole export: there is no checkpoint near its end",
                    path.display()
                ),
                "Export into a new file.",
            ));
        }
    };
    file.set_len(end)?;
    file.seek(SeekFrom::End(0))?;
    Ok((file, after))
}

/// The last checkpoint and where its line ends. An export ends with one; what a broken connection left behind it is at most a
/// day's events, so a part of the file is enough to find it.
fn last_checkpoint(file: &mut File, size: u64) -> anyhow::Result<Option<(u64, Checkpoint)>> {
    const LOOK: u64 = 256 << 20;
    let start = size.saturating_sub(LOOK);
    file.seek(SeekFrom::Start(start))?;
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    let mut end = text.len();
    for line in text.rsplit(|byte| *byte == b'\n') {
        let whole = text.get(end).is_some_and(|byte| *byte == b'\n');
        if whole
            && line.starts_with(b"{\"record\":\"checkpoint\"")
            && let Ok(AuditLine::Checkpoint(checkpoint)) = serde_json::from_slice(line)
        {
            return Ok(Some((start + end as u64 + 1, checkpoint)));
        }
        end = end.saturating_sub(line.len() + 1);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECKPOINT: &str = r#"{"record":"checkpoint","organization":"org-1","position":7,"hash":"x","count":3,"created-at":"2026-01-01T00:00:00Z","public-key":"k","signature":"s"}"#;

    fn appended_to(text: &str) -> anyhow::Result<(String, i64)> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("audit.jsonl");
        std::fs::write(&path, text).unwrap();
        let (mut file, after) = at_its_end(&path)?;
        file.write_all(b"more").unwrap();
        Ok((std::fs::read_to_string(&path).unwrap(), after))
    }

    #[test]
    fn a_file_goes_on_after_its_last_checkpoint() {
        let whole = format!("{{\"record\":\"export\"}}\n{CHECKPOINT}\n");
        assert_eq!(appended_to(&whole).unwrap(), (format!("{whole}more"), 7));
        let cut = format!("{whole}{{\"record\":\"event\"}}\n{{\"record\":\"ev");
        assert_eq!(appended_to(&cut).unwrap(), (format!("{whole}more"), 7));
    }

    #[test]
    fn a_new_file_begins_at_the_beginning_and_another_file_is_left_alone() {
        assert_eq!(appended_to("").unwrap(), ("more".to_owned(), 0));
        assert!(appended_to("my diary\n").is_err());
    }
}
