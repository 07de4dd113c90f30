//! What is deployed: an image, a directory that is packed, or an archive that is there.
//!
//! What stays at home is said by the first of `.slipwayignore`, `.tsuruignore` and `.gitignore` that the directory has, in the
//! language of `.terraformignore`; `.git` always does. A `.dockerignore` is heeded where the image is built.

use std::fs;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use slipway_api::Resource;
use slipway_api::apps::App;
use slipway_api::deploys::AppSource;
use slipway_client::Client;
use slipway_tofu::archive::{self, IgnoreRules, PackError, Packed};
use tempfile::NamedTempFile;

use crate::context::{Context, id_of};
use crate::failure::Failure;
use crate::output::{Progress, count, size};

/// Files that say what stays at home, the first one that is there.
const IGNORE_FILES: [&str; 3] = [".slipwayignore", ".tsuruignore", ".gitignore"];

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
        if let Some(file) = bundle.left_out_by {
            let note = format!("Left out what {file} names");
            progress.while_hidden(|| context.output.note(&note));
        }
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
    /// The file that said what stays at home.
    left_out_by: Option<&'static str>,
}

async fn pack(directory: PathBuf) -> anyhow::Result<Bundle> {
    let packing = tokio::task::spawn_blocking(move || pack_now(&directory));
    packing.await.context("packing was stopped")?
}

fn pack_now(directory: &Path) -> anyhow::Result<Bundle> {
    let (rules, left_out_by) = rules(directory)?;
    let archive = NamedTempFile::with_prefix("slipway-").context("cannot make a file for the archive")?;
    let writer = BufWriter::new(archive.as_file());
    let packed = archive::pack_by_rules(directory, &rules, writer).map_err(|error| explained(error, left_out_by))?;
    if packed.files == 0 {
        let what = match left_out_by {
            Some(file) => format!("{} has no file but those that {file} names", directory.display()),
            None => format!("{} has no files", directory.display()),
        };
        return Err(Failure::error(
            what,
            "Go to the app's directory, or name it: slipway app deploy DIRECTORY",
        ));
    }
    Ok(Bundle {
        archive,
        packed,
        left_out_by,
    })
}

fn rules(directory: &Path) -> anyhow::Result<(IgnoreRules, Option<&'static str>)> {
    for file in IGNORE_FILES {
        let path = directory.join(file);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let rules = IgnoreRules::parse(&text).map_err(|error| {
            let what = format!("{file} line {}: `{}` is not a valid pattern", error.line, error.pattern);
            Failure::error(what, "Mend the line, or put what is meant into .slipwayignore.")
        })?;
        return Ok((rules, Some(file)));
    }
    Ok((IgnoreRules::parse("")?, None))
}

/// What cannot be packed can be left out.
fn explained(error: PackError, left_out_by: Option<&'static str>) -> anyhow::Error {
    let file = left_out_by.unwrap_or(".slipwayignore");
    match &error {
        PackError::Entry { entry, .. } => {
            let next = format!("Leave it out: write /{entry} into {file}");
            Failure::error(error.to_string(), next)
        }
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

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

    /// The files that are packed, and what said which.
    fn packed(files: &[(&str, &str)]) -> (Vec<String>, Option<&'static str>) {
        let bundle = pack_now(directory(files).path()).unwrap();
        let unpacked = tempfile::tempdir().unwrap();
        let archive = File::open(bundle.archive.path()).unwrap();
        archive::unpack(archive, unpacked.path(), &archive::Limits::default()).unwrap();
        let is_there = |name: &&(&str, &str)| unpacked.path().join(name.0).exists();
        let names: Vec<String> = files
            .iter()
            .filter(is_there)
            .map(|(name, _)| (*name).to_owned())
            .collect();
        assert_eq!(bundle.packed.files, names.len() as u64);
        (names, bundle.left_out_by)
    }

    #[test]
    fn the_first_ignore_file_says_what_stays_at_home() {
        let files = [
            ("index.html", ""),
            (".git/config", ""),
            ("node_modules/a/b.js", ""),
            (".env", ""),
            (".gitignore", "node_modules/\n.env\n"),
        ];
        assert_eq!(
            packed(&files),
            (
                vec!["index.html".to_owned(), ".gitignore".to_owned()],
                Some(".gitignore")
            )
        );
        let mut with_own = files.to_vec();
        with_own.push((".slipwayignore", ".env\n.slipwayignore\n"));
        let (names, by) = packed(&with_own);
        assert_eq!(by, Some(".slipwayignore"));
        assert_eq!(names, ["index.html", "node_modules/a/b.js", ".gitignore"]);
    }

    #[test]
    fn without_an_ignore_file_everything_goes_but_git() {
        let (names, by) = packed(&[("Procfile", ""), (".git/HEAD", ""), ("a/b/.git/HEAD", "")]);
        assert_eq!((names.as_slice(), by), (["Procfile".to_owned()].as_slice(), None));
    }

    #[test]
    fn a_directory_without_files_is_refused_with_what_left_them_out() {
        let text = |files: &[(&str, &str)]| pack_now(directory(files).path()).unwrap_err().to_string();
        assert!(text(&[]).ends_with("has no files"));
        assert!(text(&[(".gitignore", "*\n")]).contains(".gitignore"));
        assert!(text(&[(".gitignore", "bad[a-\n")]).contains(".gitignore line 1: `bad[a-`"));
    }

    #[test]
    fn what_cannot_be_packed_says_how_to_leave_it_out() {
        let place = directory(&[("app.py", "")]);
        std::os::unix::fs::symlink("/usr/bin/python3", place.path().join("python")).unwrap();
        let error = pack_now(place.path()).unwrap_err();
        let next = &error.downcast_ref::<Failure>().unwrap().next;
        assert!(next.contains("/python into .slipwayignore"), "{next}");
    }
}
