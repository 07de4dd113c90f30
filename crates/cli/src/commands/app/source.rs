//! What is deployed: an image, a directory that is packed, or an archive that is there.
//!
//! Which files of a directory are sent is decided by `slipway_apps::sources`, as for what is built.

use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use slipway_api::Resource;
use slipway_api::apps::App;
use slipway_api::deploys::AppSource;
use slipway_apps::sources::{self, SourceError};
use slipway_client::Client;
use slipway_tofu::archive::{PackError, Packed};
use tempfile::NamedTempFile;

use crate::context::{Context, id_of};
use crate::failure::Failure;
use crate::output::{Progress, count, size};

/// What is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    Image(String),
    Directory(PathBuf),
    Archive(PathBuf),
}

impl Source {
    /// What is meant, if it is there.
    pub(super) fn of(context: &Context, image: Option<&str>, path: Option<&Path>) -> anyhow::Result<Self> {
        if let Some(image) = image {
            return Ok(Self::Image(image.to_owned()));
        }
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
    /// A directory that was packed.
    Packed(Bundle),
}

impl Source {
    /// What of it is sent; nothing of an image.
    pub(super) async fn archive(&self, context: &Context) -> anyhow::Result<Option<Archive>> {
        let directory = match self {
            Self::Image(_) => return Ok(None),
            Self::Archive(path) => return Ok(Some(Archive::Given(path.clone()))),
            Self::Directory(directory) => directory,
        };
        let mut progress = Progress::new(&context.output);
        progress.say(&format!("Packing {}", directory.display()));
        let bundle = pack(directory.clone()).await?;
        Ok(Some(Archive::Packed(bundle)))
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
        let next = "Go to the app's directory, or name it: slipway app deploy DIRECTORY";
        let what = format!("{} has no files that are sent", directory.display());
        return Err(Failure::error(what, next));
    }
    Ok(Bundle { archive, packed })
}

/// What cannot be packed can be left out.
fn explained(error: SourceError) -> anyhow::Error {
    match &error {
        SourceError::Pack(PackError::Entry { entry, .. }) => {
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
        let error = pack_now(directory(&[(".git/HEAD", "")]).path()).unwrap_err();
        assert!(error.to_string().ends_with("has no files that are sent"), "{error}");
    }

    #[test]
    fn what_cannot_be_packed_says_how_to_leave_it_out() {
        let place = directory(&[("app.py", "")]);
        std::os::unix::fs::symlink("/usr/bin/python3", place.path().join("python")).unwrap();
        let error = pack_now(place.path()).unwrap_err();
        let next = &error.downcast_ref::<Failure>().unwrap().next;
        assert!(next.contains("python into .slipwayignore"), "{next}");
    }
}
