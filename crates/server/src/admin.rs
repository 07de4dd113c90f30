//! What is done on the machine itself, without the server: recovery and automation.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use slipway_kernel::Ctx;
use slipway_kernel::backup::{self, Say};
use slipway_kernel::settings::Settings;

pub use slipway_kernel::backup::Summary;
pub use slipway_kernel::open::master_key_file;

use crate::serve::{open, readable};
use crate::{domains, lock};

/// Makes a token of a site administrator and returns its text. The user is made if it is not there.
///
/// # Errors
///
/// When the data cannot be opened; each error says what to do.
pub async fn create_token(settings: Settings, username: &str, description: &str) -> anyhow::Result<String> {
    let name = username
        .parse()
        .map_err(|error| anyhow::anyhow!("--username: {error}"))?;
    let kernel = open(settings).await?;
    let ctx = Ctx::system(&kernel);
    let description = description.to_owned();
    let text = slipway_identity::bootstrap::create_site_admin_token(&ctx, name, description, None).await?;
    Ok(text.expose_text()?.to_owned())
}

/// Makes a link that makes a site administrator, and returns its address.
///
/// # Errors
///
/// When the data cannot be opened; each error says what to do.
pub async fn set_up_link(settings: Settings) -> anyhow::Result<String> {
    let kernel = open(settings).await?;
    let ctx = Ctx::system(&kernel);
    let made = slipway_identity::accounts::service::set_up::make_link(&ctx).await;
    Ok(made.map_err(readable)?.url)
}

/// Writes a backup into the new file `to`, which is there whole or not at all. Works while the server runs.
///
/// # Errors
///
/// When the file is there already or cannot be written, or the data is not whole.
pub async fn backup(settings: Settings, to: &Path, with_master_key: bool, say: Say<'_>) -> anyhow::Result<Summary> {
    if to.symlink_metadata().is_ok() {
        bail!("{} is there already; name a new file", to.display());
    }
    backup::require_current(&settings, &domains::migrations())
        .await
        .map_err(readable)?;
    let kernel = open(settings).await?;
    let ctx = Ctx::system(&kernel);
    remove_drafts(to);
    let draft = draft(to);
    let written = write(&ctx, &draft, with_master_key, say).await;
    // A link, not a rename, because a rename would replace a file that came in the meantime.
    let linked = match &written {
        Ok(_) => std::fs::hard_link(&draft, to).with_context(|| format!("cannot name the backup {}", to.display())),
        Err(_) => Ok(()),
    };
    if draft.exists() {
        std::fs::remove_file(&draft).with_context(|| format!("cannot remove {}", draft.display()))?;
    }
    let summary = written?;
    linked?;
    File::open(directory(to))?.sync_all()?;
    backup::record(&ctx, "site.backed-up", &summary)
        .await
        .map_err(readable)?;
    Ok(summary)
}

async fn write(ctx: &Ctx, draft: &Path, with_master_key: bool, say: Say<'_>) -> anyhow::Result<Summary> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(draft)
        .with_context(|| format!("cannot write the backup into {}", directory(draft).display()))?;
    // Held until the file is closed: another backup removes the drafts that nobody holds.
    file.try_lock()?;
    backup::write(ctx, file, with_master_key, say).await.map_err(readable)
}

/// Restores a backup into the empty database and store that the settings name.
///
/// # Errors
///
/// When the file is damaged or of a later version, the master key is not the backup's, or there is something already.
pub async fn restore(settings: Settings, from: &Path, say: Say<'_>) -> anyhow::Result<Summary> {
    let file = File::open(from).with_context(|| format!("cannot read the backup {}", from.display()))?;
    let _lock = lock::take(&settings)?;
    let summary = backup::restore(&settings, &domains::migrations(), &file, say)
        .await
        .map_err(readable)?;
    let kernel = open(settings).await?;
    backup::record(&Ctx::system(&kernel), "site.restored", &summary)
        .await
        .map_err(readable)?;
    Ok(summary)
}

/// Removes the drafts of this backup whose makers were killed.
fn remove_drafts(to: &Path) {
    let begin = format!(".{}.", to.file_name().unwrap_or_default().to_string_lossy());
    let entries = std::fs::read_dir(directory(to)).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_draft = name.starts_with(&begin) && name.ends_with(".partial");
        if is_draft && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            tracing::warn!(file = %entry.path().display(), "removing a backup that was not finished");
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Beside the file, so that it can be given its name at the end.
fn draft(to: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(to.file_name().unwrap_or_default());
    name.push(format!(".{}.partial", std::process::id()));
    to.with_file_name(name)
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
