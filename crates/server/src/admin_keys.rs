//! Keys, on the server's machine itself: showing them, rotating data keys, exchanging the master key.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use slipway_api::Name;
use slipway_api::ids::OrganizationId;
use slipway_kernel::random::Random;
use slipway_kernel::secrets::master_key::MasterKey;
use slipway_kernel::secrets::rotation;
use slipway_kernel::secrets::source::{exchange_files, next_to};
use slipway_kernel::secrets::{self, KeySource};
use slipway_kernel::settings::{HiddenKey, Settings, Transit};
use slipway_kernel::{Ctx, Kernel};

use crate::domains;
use crate::serve::{open, readable};

pub use slipway_kernel::secrets::rotation::{KeyStatus, RotationState};

/// Where all keys stand, and the master key that is used.
#[derive(Debug)]
pub struct Keys {
    /// Where the master key comes from.
    pub source: String,
    /// Its fingerprint.
    pub master_key: String,
    /// The data keys, the site's first, each with the name of its organization.
    pub data_keys: Vec<(String, KeyStatus)>,
}

/// Shows all keys; never a key itself.
///
/// # Errors
///
/// When the data cannot be opened; each error says what to do.
pub async fn list(settings: Settings) -> anyhow::Result<Keys> {
    let ctx = Ctx::system(&open(settings).await?);
    let mut data_keys = Vec::new();
    for status in rotation::status(&ctx).await.map_err(readable)? {
        data_keys.push((name_of(&ctx, &status.scope).await, status));
    }
    Ok(Keys {
        source: ctx.secrets.source().to_string(),
        master_key: ctx.secrets.fingerprint(),
        data_keys,
    })
}

async fn name_of(ctx: &Ctx, scope: &str) -> String {
    let Ok(id) = scope.parse::<OrganizationId>() else {
        return scope.to_owned();
    };
    let found = slipway_identity::organizations::by_id(ctx, id).await;
    found.map_or_else(|_| scope.to_owned(), |organization| organization.name.to_string())
}

/// Gives one organization, or all and the site, a new data key. What older ones sealed is sealed again by the servers that
/// run, or here when `wait` says so. Returns what began, by name.
///
/// # Errors
///
/// When there is no such organization, or a rotation of it goes on.
pub async fn rotate_data(settings: Settings, organization: Option<&Name>, wait: bool) -> anyhow::Result<Vec<String>> {
    let ctx = Ctx::system(&open(settings).await?);
    let mut begun = Vec::new();
    for (name, scope) in scopes(&ctx, organization).await? {
        rotation::begin(&ctx, scope).await.map_err(readable)?;
        begun.push(name);
    }
    if wait {
        reseal(&ctx).await?;
    }
    Ok(begun)
}

async fn scopes(ctx: &Ctx, organization: Option<&Name>) -> anyhow::Result<Vec<(String, Option<OrganizationId>)>> {
    if let Some(name) = organization {
        let found = slipway_identity::organizations::find_visible(ctx, name)
            .await
            .map_err(readable)?;
        return Ok(vec![(name.to_string(), Some(found.id))]);
    }
    let mut scopes = Vec::new();
    for status in rotation::status(ctx).await.map_err(readable)? {
        let is_running = status
            .rotation
            .is_some_and(|rotation| matches!(rotation.state, RotationState::Resealing | RotationState::Checking));
        if !is_running {
            scopes.push((name_of(ctx, &status.scope).await, status.scope.parse().ok()));
        }
    }
    if scopes.is_empty() {
        bail!("every data key is being rotated already; `slipway admin keys status` shows how far");
    }
    Ok(scopes)
}

/// Goes on until nothing is left to be sealed again, together with the servers that run.
async fn reseal(ctx: &Ctx) -> anyhow::Result<()> {
    let columns = domains::sealed_columns();
    loop {
        while rotation::step(ctx, &columns, 100).await.map_err(readable)? {}
        let status = rotation::status(ctx).await.map_err(readable)?;
        let is_open = status
            .iter()
            .filter_map(|status| status.rotation.as_ref())
            .any(|rotation| matches!(rotation.state, RotationState::Resealing | RotationState::Checking));
        if !is_open {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// What became of the master key.
#[derive(Debug)]
pub struct Exchanged {
    /// Fingerprint of the one before.
    pub from: String,
    /// Fingerprint of the new one.
    pub to: String,
    /// Data keys that were wrapped anew.
    pub data_keys: usize,
    /// Where the file of the one before is kept now.
    pub kept: Option<PathBuf>,
    /// Where the new one was put.
    pub installed: Option<PathBuf>,
}

/// Makes a new master key in a new file.
///
/// # Errors
///
/// When there is a file already, or it cannot be written.
pub fn create_master(to: &Path) -> anyhow::Result<String> {
    if to.symlink_metadata().is_ok() {
        bail!("{} is there already; name a new file", to.display());
    }
    let key = MasterKey::create(to, &Random::system()).map_err(readable)?;
    Ok(key.fingerprint().to_owned())
}

/// Wraps all data keys by the master key in `new_key_file`. The file is put into the place of the one before, where the
/// master key is a file. Servers that run follow.
///
/// # Errors
///
/// When there is no such key, or the data cannot be opened; nothing is changed then.
pub async fn rotate_master(settings: Settings, new_key_file: &Path) -> anyhow::Result<Exchanged> {
    let new = MasterKey::load(new_key_file).map_err(readable)?.with_context(|| {
        format!(
            "there is no {}; make one with `slipway admin keys create-master`",
            new_key_file.display()
        )
    })?;
    let kernel = open(settings).await?;
    let KeySource::File(path) = kernel.secrets.source().clone() else {
        let exchanged = exchange(&kernel, &new, &KeySource::File(new_key_file.to_owned())).await?;
        return Ok(exchanged);
    };
    let next = next_to(&path);
    if new_key_file != next {
        if next.exists() {
            std::fs::remove_file(&next).with_context(|| format!("cannot replace {}", next.display()))?;
        }
        // Before the exchange, so that the key is there whatever happens in between.
        new.store(&next).map_err(readable)?;
    }
    let exchanged = exchange(&kernel, &new, &KeySource::File(path.clone())).await?;
    let kept = exchange_files(&path, &exchanged.from).map_err(readable)?;
    Ok(Exchanged {
        kept: Some(kept),
        installed: Some(path),
        ..exchanged
    })
}

/// Wraps all data keys by a new master key that the transit engine of the settings wraps; also when one of that engine is
/// used already, because a new one is wrapped by the newest version of the engine's key.
///
/// # Errors
///
/// When the engine refuses; nothing is changed then.
pub async fn rotate_master_to_transit(settings: Settings) -> anyhow::Result<Exchanged> {
    let to = KeySource::of(&Settings {
        server: slipway_kernel::settings::Server {
            master_key_file: None,
            master_key: HiddenKey::default(),
            ..settings.server.clone()
        },
        ..settings.clone()
    })
    .map_err(readable)?;
    if !matches!(to, KeySource::Transit(_)) {
        bail!("the configuration names no transit engine: set transit.address, transit.key and transit.token_file");
    }
    let kernel = match open(settings.clone()).await {
        Ok(kernel) => kernel,
        // Not the engine's yet: a file's or a variable's.
        Err(_) => {
            open(Settings {
                transit: Transit::default(),
                ..settings
            })
            .await?
        }
    };
    let new = secrets::new_master(&Ctx::system(&kernel)).map_err(readable)?;
    exchange(&kernel, &new, &to).await
}

async fn exchange(kernel: &std::sync::Arc<Kernel>, new: &MasterKey, to: &KeySource) -> anyhow::Result<Exchanged> {
    let from = kernel.secrets.fingerprint();
    let ctx = Ctx::system(kernel);
    let data_keys = secrets::rotate_master(&ctx, new, to).await.map_err(readable)?;
    Ok(Exchanged {
        from,
        to: new.fingerprint().to_owned(),
        data_keys,
        kept: None,
        installed: None,
    })
}
