//! Source that is deployed: a directory, of which what is not there is sent, or an archive.
//!
//! Which files of a directory are sent is decided by `slipway_apps::sources`, as for what is built.

use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use slipway_api::Resource;
use slipway_api::apps::App;
use slipway_api::deploys::AppSource;
use slipway_apps::sources::{self, ManifestError, SourceError};
use slipway_client::Client;
use slipway_tofu::archive::{PackError, Packed};
use tempfile::NamedTempFile;

use super::listing::{self, Listing};
use crate::context::{Context, id_of};
use crate::failure::Failure;
use crate::output::{Progress, count, size};

/// Source that is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    Directory(PathBuf),
    Archive(PathBuf),
}

impl Source {
    /// What is meant, if it is there.
    pub(super) fn of(context: &Context, path: Option<&Path>) -> anyhow::Result<Self> {
        let current = &context.environment.directory;
        let path = match (path, &context.settings.app_directory) {
            (Some(given), _) => current.join(given),
            (None, Some(tied)) => tied.clone(),
            (None, None) => current.clone(),
        };
        let metadata = fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        match metadata.is_dir() {
            true => Ok(Self::Directory(path)),
            false if name.ends_with(".tar.gz") || name.ends_with(".tgz") => Ok(Self::Archive(path)),
            false => {
                let next = "Deploy a directory, or an archive that tar -czf has made.";
                Err(Failure::error(
                    format!("{} is no directory and no .tar.gz", path.display()),
                    next,
                ))
            }
        }
    }
}

/// Source that can be sent.
pub(super) enum Archive {
    /// One that was there.
    Given(PathBuf),
    /// A directory that was packed: its list would be longer than the server takes.
    Packed(Bundle),
    /// A directory of which only what is not there is sent.
    Listed(Listing),
}

impl Source {
    /// What of it is sent.
    pub(super) async fn archive(&self, context: &Context) -> anyhow::Result<Archive> {
        let directory = match self {
            Self::Archive(path) => return Ok(Archive::Given(path.clone())),
            Self::Directory(directory) => directory,
        };
        let mut progress = Progress::new(&context.output);
        progress.say(&format!("Reading {}", directory.display()));
        let listing = listing::listed(directory.clone()).await?;
        if listing.is_short_enough()? {
            return Ok(Archive::Listed(listing));
        }
        progress.say(&format!("Packing {}", directory.display()));
        let bundle = pack(directory.clone()).await?;
        Ok(Archive::Packed(bundle))
    }
}

impl Archive {
    /// Brings it to the server; its digest there.
    pub(super) async fn upload(
        &self,
        context: &Context,
        client: &Client,
        app: &Resource<App>,
    ) -> anyhow::Result<String> {
        let (path, what) = match self {
            Self::Given(path) => (path.as_path(), path.display().to_string()),
            Self::Packed(bundle) => (bundle.archive.path(), count(bundle.packed.files, "file")),
            Self::Listed(listing) => return listing.upload(context, client, app).await,
        };
        let metadata = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut progress = Progress::new(&context.output);
        progress.say(&format!("Uploading {what} ({})", size(metadata.len())));
        let source: Resource<AppSource> = client.upload_app_source(id_of(app)?, path).await?;
        Ok(source.attributes.digest)
    }
}

/// A directory as an archive on disk, which is removed with this.
#[derive(Debug)]
pub(super) struct Bundle {
    archive: NamedTempFile,
    packed: Packed,
}

async fn pack(directory: PathBuf) -> anyhow::Result<Bundle> {
    let packing = tokio::task::spawn_blocking(move || pack_now(&directory));
    packing.await.context("packing was stopped")?
}

fn pack_now(directory: &Path) -> anyhow::Result<Bundle> {
    let archive = NamedTempFile::with_prefix("slipway-").context("cannot make a file for the archive")?;
    let packed = sources::pack(directory, BufWriter::new(archive.as_file())).map_err(explained)?;
    if packed.files == 0 {
        return Err(nothing(directory));
    }
    Ok(Bundle { archive, packed })
}

/// A directory of which nothing is sent.
pub(super) fn nothing(directory: &Path) -> anyhow::Error {
    let next = "Go to the app's directory, or name it: slipway app deploy DIRECTORY";
    let what = format!("{} has no files that are sent", directory.display());
    Failure::error(what, next)
}

/// What cannot be sent can be left out.
pub(super) fn explained(error: SourceError) -> anyhow::Error {
    match &error {
        SourceError::Pack(PackError::Entry { entry, .. })
        | SourceError::Manifest(ManifestError::Entry { path: entry, .. }) => {
            let next = format!("Leave it out: write {entry} into .slipwayignore");
            Failure::error(error.to_string(), next)
        }
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        directory
    }

    #[test]
    fn what_is_sent_is_what_a_build_sees() {
        let place = directory(&[
            ("index.html", ""),
            (".git/HEAD", ""),
            ("drafts/a.md", ""),
            (".slipwayignore", "drafts\n"),
        ]);
        let bundle = pack_now(place.path()).unwrap();
        assert_eq!(bundle.packed.files, 2);
        let unpacked = tempfile::tempdir().unwrap();
        let archive = fs::File::open(bundle.archive.path()).unwrap();
        sources::unpack(archive, unpacked.path(), &sources::limits()).unwrap();
        assert!(unpacked.path().join("index.html").exists() && !unpacked.path().join("drafts").exists());
    }

    #[test]
    fn a_directory_without_files_is_refused() {
        let place = directory(&[(".git/HEAD", "")]);
        for error in [
            pack_now(place.path()).unwrap_err(),
            listing::list_now(place.path()).unwrap_err(),
        ] {
            assert!(error.to_string().ends_with("has no files that are sent"), "{error}");
        }
    }

    #[test]
    fn what_cannot_be_packed_says_how_to_leave_it_out() {
        let place = directory(&[("app.py", "")]);
        std::os::unix::fs::symlink("/usr/bin/python3", place.path().join("python")).unwrap();
        for error in [
            pack_now(place.path()).unwrap_err(),
            listing::list_now(place.path()).unwrap_err(),
        ] {
            let next = &error.downcast_ref::<Failure>().unwrap().next;
            assert!(next.contains("python into .slipwayignore"), "{next}");
        }
    }
}
