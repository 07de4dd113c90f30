//! What the project's commands take from the environment, read here and nowhere else.
//!
//! No `TF_*` variable ever reaches a child: one of them pointing at a missing file changes what OpenTofu prints.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// The environment for building tools: the caller's, because compilers and package registries are set up there, without
/// what would steer OpenTofu.
pub(crate) fn for_builds() -> Vec<(OsString, OsString)> {
    env::vars_os()
        .filter(|(name, _)| !name.to_string_lossy().starts_with("TF_"))
        .collect()
}

/// Where programs are looked up; the only variable that a tool needs to run.
pub(crate) fn search_path() -> OsString {
    env::var_os("PATH").unwrap_or_default()
}

/// What a program needs to write to this terminal as its user likes it.
pub(crate) fn for_terminal() -> Vec<(OsString, OsString)> {
    let names = ["TERM", "COLORTERM", "NO_COLOR", "LANG", "LC_ALL"];
    names
        .into_iter()
        .filter_map(|name| Some((name.into(), env::var_os(name)?)))
        .collect()
}

/// What the stages of this run took so far, as `tools/stage.sh` wrote it down; nothing outside of continuous integration.
pub(crate) fn spent_by_stages() -> Duration {
    let times = env::var_os("STAGE_TIMES").and_then(|file| fs::read_to_string(file).ok());
    let seconds = |line: &str| line.split('\t').next()?.parse().ok();
    times
        .unwrap_or_default()
        .lines()
        .filter_map(seconds)
        .map(Duration::from_secs)
        .sum()
}

/// `${XDG_CACHE_HOME:-$HOME/.cache}/slipway`: outside `target/`, so that it survives cleaning and serves every clone.
pub(crate) fn cache_directory() -> Result<PathBuf> {
    let base = match env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty()) {
        Some(directory) => PathBuf::from(directory),
        None => PathBuf::from(env::var_os("HOME").context("neither XDG_CACHE_HOME nor HOME is set")?).join(".cache"),
    };
    ensure!(
        base.is_absolute(),
        "the cache directory {} must be an absolute path",
        base.display()
    );
    Ok(base.join("slipway"))
}
