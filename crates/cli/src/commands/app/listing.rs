//! A directory of which only those files are sent that the app does not have: listed first, then what is missing, some at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use slipway_api::Resource;
use slipway_api::app_sources::NewAppSourceList;
use slipway_api::apps::App;
use slipway_apps::sources::{self, Digest, Entry, LIST_BYTES, Manifest};
use slipway_client::Client;
use tempfile::NamedTempFile;

use super::source::{explained, nothing};
use crate::context::{Context, id_of};
use crate::failure::Failure;
use crate::output::{Progress, count, size};

/// Bytes of files that are sent at once: as much is sent again at most when a connection breaks.
const AT_ONCE: u64 = 32 << 20;

/// What is in a directory.
#[derive(Debug)]
pub(super) struct Listing {
    directory: PathBuf,
    manifest: Manifest,
}

/// A content that is missing, and where it is read.
#[derive(Debug, Clone)]
struct Piece {
    digest: Digest,
    path: PathBuf,
    from: u64,
    size: u64,
}

/// What is in a directory, with a look into every file.
pub(super) async fn listed(directory: PathBuf) -> anyhow::Result<Listing> {
    let listing = tokio::task::spawn_blocking(move || list_now(&directory));
    listing.await.context("reading was stopped")?
}

pub(super) fn list_now(directory: &Path) -> anyhow::Result<Listing> {
    let manifest = Manifest::of_folder(directory, &sources::limits()).map_err(explained)?;
    if manifest.files() == 0 {
        return Err(nothing(directory));
    }
    Ok(Listing {
        directory: directory.to_owned(),
        manifest,
    })
}

impl Listing {
    /// Whether a server takes such a long list.
    pub(super) fn is_short_enough(&self) -> anyhow::Result<bool> {
        // What is around the list in its document is far less than what is left here.
        Ok(serde_json::to_vec(&self.wire())?.len() < LIST_BYTES - (1 << 10))
    }

    fn wire(&self) -> NewAppSourceList {
        NewAppSourceList {
            entries: self.manifest.to_entries(),
        }
    }

    /// Sends what is missing; the list's digest at the server.
    pub(super) async fn upload(
        &self,
        context: &Context,
        client: &Client,
        app: &Resource<App>,
    ) -> anyhow::Result<String> {
        let mut progress = Progress::new(&context.output);
        let (files, bytes) = (self.manifest.files(), self.manifest.size());
        progress.say(&format!("Comparing {} ({})", count(files, "file"), size(bytes)));
        let list = client.list_app_source(id_of(app)?, self.wire()).await?.attributes;
        let missing: BTreeSet<&str> = list.missing.iter().map(String::as_str).collect();
        let pieces = self.pieces(&missing);
        let total = pieces.iter().fold(0, |sum, piece| sum + piece.size);
        let there = files.saturating_sub(self.files_of(&missing));
        let mut sent = 0;
        for some in batches(&pieces) {
            let reused = match there {
                0 => String::new(),
                there => format!("; {} the same as before", count(there, "file")),
            };
            progress.say(&format!("Uploading {} of {}{reused}", size(sent), size(total)));
            sent += some.iter().fold(0, |sum, piece| sum + piece.size);
            let some = some.to_vec();
            let packed = tokio::task::spawn_blocking(move || packed(&some));
            let packed = packed.await.context("reading was stopped")??;
            client
                .upload_app_source_contents(id_of(app)?, &list.digest, packed.path())
                .await?;
        }
        drop(progress);
        let new = files - there;
        let there = count(there, "file");
        context.output.note(&match new {
            0 => format!("Nothing to upload: {there} the same as before"),
            _ => format!(
                "Uploaded {} ({}); {there} the same as before",
                count(new, "file"),
                size(total)
            ),
        });
        Ok(list.digest)
    }

    /// Where each of these is read, once.
    fn pieces(&self, missing: &BTreeSet<&str>) -> Vec<Piece> {
        let mut pieces: BTreeMap<&Digest, Piece> = BTreeMap::new();
        for (path, entry) in self.manifest.entries() {
            let mut from = 0;
            for (digest, size) in entry.contents() {
                if missing.contains(digest.as_str()) {
                    let piece = || Piece {
                        digest: digest.clone(),
                        path: self.directory.join(path),
                        from,
                        size,
                    };
                    pieces.entry(digest).or_insert_with(piece);
                }
                from += size;
            }
        }
        pieces.into_values().collect()
    }

    /// How many files have one of these in them.
    fn files_of(&self, missing: &BTreeSet<&str>) -> u64 {
        let has = |entry: &Entry| {
            entry
                .contents()
                .iter()
                .any(|(digest, _)| missing.contains(digest.as_str()))
        };
        let files = self.manifest.entries().filter(|(_, entry)| has(entry));
        u64::try_from(files.count()).unwrap_or(u64::MAX)
    }
}

/// As many of them as are sent at once, again and again.
fn batches(pieces: &[Piece]) -> impl Iterator<Item = &[Piece]> {
    let mut rest = pieces;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = |piece: &&Piece| {
            bytes += piece.size;
            bytes <= AT_ONCE
        };
        // One is always sent, however large it is.
        let number = rest.iter().take_while(fits).count().max(1).min(rest.len());
        let (some, others) = rest.split_at_checked(number)?;
        rest = others;
        (!some.is_empty()).then_some(some)
    })
}

/// Writes contents one after the other, as they are sent, into a file that is removed with this.
fn packed(pieces: &[Piece]) -> anyhow::Result<NamedTempFile> {
    let file = NamedTempFile::with_prefix("slipway-").context("cannot make a file for what is sent")?;
    let mut packed = GzEncoder::new(BufWriter::new(file.as_file()), Compression::fast());
    for piece in pieces {
        let unreadable = || format!("cannot read {}", piece.path.display());
        let mut content = vec![0; usize::try_from(piece.size)?];
        let read = File::open(&piece.path).with_context(unreadable)?;
        let read = read.read_exact_at(&mut content, piece.from);
        if read.is_err() || Digest::of(&content) != piece.digest {
            return Err(Failure::error(
                format!("{} was changed while it was sent", piece.path.display()),
                "Deploy again when nothing writes into the directory any more.",
            ));
        }
        sources::write_content(&mut packed, &piece.digest, &content).context("cannot write what is sent")?;
    }
    packed.finish()?.flush()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_at_once_is_bounded_and_everything_is_sent_once() {
        let piece = |size| Piece {
            digest: Digest::of(b""),
            path: PathBuf::new(),
            from: 0,
            size,
        };
        let pieces = [AT_ONCE, 1, 2, AT_ONCE - 3, 1].map(piece);
        let sizes: Vec<Vec<u64>> = batches(&pieces)
            .map(|some| some.iter().map(|piece| piece.size).collect())
            .collect();
        assert_eq!(sizes, [vec![AT_ONCE], vec![1, 2, AT_ONCE - 3], vec![1]]);
        assert_eq!(batches(&[]).count(), 0);
    }

    #[test]
    fn a_file_that_changed_since_is_not_sent() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("a"), "one").unwrap();
        let listing = list_now(place.path()).unwrap();
        let digest = Digest::of(b"one");
        let pieces = listing.pieces(&BTreeSet::from([digest.as_str()]));
        assert!(packed(&pieces).is_ok());
        std::fs::write(place.path().join("a"), "two").unwrap();
        let error = packed(&pieces).unwrap_err().to_string();
        assert!(error.ends_with("was changed while it was sent"), "{error}");
    }
}
