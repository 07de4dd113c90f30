//! From a commit to an archive: a process for each mirror that files come from gives them in the order of the archive.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::Arc;

use super::Mirror;
use super::gather::{Gathered, Item, gather};
use super::model::{Content, EntryKind};
use crate::archive::write::{Planned, What, leave_out, write};
use crate::archive::{Archive, ArchiveOptions};
use crate::error::GitError;
use crate::ids::{CommitId, ObjectId};
use crate::large_files::{Pointer, fetch_large};
use crate::process::Group;

/// Most files in an archive: what whoever unpacks it takes.
const MOST_FILES: usize = 100_000;

impl Mirror {
    pub(super) async fn pack(&self, commit: &CommitId, options: ArchiveOptions<'_>) -> Result<Archive, GitError> {
        let mut gathered = gather(self, commit, &options).await?;
        sort(&mut gathered);
        if gathered.items.len() > MOST_FILES {
            return Err(GitError::TooMany {
                count: gathered.items.len(),
                most: MOST_FILES,
            });
        }
        let mut contents = HashMap::new();
        if let Some(large_files) = options.large_files {
            let pointers = self.pointers(&gathered).await?;
            contents = fetch_large(large_files, pointers, options.limit_bytes).await?;
        }
        self.write_archive(gathered, &contents, options.limit_bytes).await
    }

    async fn write_archive(
        &self,
        gathered: Gathered,
        contents: &HashMap<ObjectId, Arc<[u8]>>,
        limit_bytes: u64,
    ) -> Result<Archive, GitError> {
        let Gathered {
            items,
            mirrors,
            mut left_out,
        } = gathered;
        let (mut groups, mut children, mut readers) = (Vec::new(), Vec::new(), Vec::new());
        for (index, mirror) in mirrors.iter().enumerate() {
            let is_read = |item: &&Item| item.mirror == index && item.kind != EntryKind::Submodule;
            let ids = items.iter().filter(is_read).map(|item| item.id.clone()).collect();
            let (group, child, reader) = mirror.start_reading(ids)?;
            groups.extend(group);
            children.push(child);
            readers.push(reader);
        }
        let planned = items.into_iter().map(|item| planned(item, contents)).collect();
        let writing = tokio::task::spawn_blocking(move || {
            let bytes = write(planned, readers, limit_bytes, &mut left_out);
            for child in &mut children {
                // What was not read is not missed.
                let _ = child.kill();
                let _ = child.wait();
            }
            bytes.map(|bytes| Archive { bytes, left_out })
        });
        let written = tokio::time::timeout(self.limits.other, writing).await;
        let written = written.map_err(|_| GitError::TimedOut {
            what: "packing the configuration".to_owned(),
            seconds: self.limits.other.as_secs(),
        })?;
        groups.into_iter().for_each(Group::release);
        written.map_err(|_| GitError::Damaged("packing the configuration broke off".to_owned()))?
    }

    /// Starts a process that gives these objects in their order.
    fn start_reading(&self, ids: Vec<ObjectId>) -> Result<(Option<Group>, Child, ChildStdout), GitError> {
        let mut call = self
            .call("reading files")
            .arguments(["cat-file", "--batch", "--buffer"]);
        let command = &mut call.command;
        std::os::unix::process::CommandExt::process_group(command, 0);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(|source| self.start_error(source))?;
        let group = Group::of(Some(child.id()));
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        if let Some(stdin) = stdin {
            // Beside the reading, or both sides would wait at a full pipe.
            std::thread::spawn(move || {
                let mut stdin = std::io::BufWriter::new(stdin);
                let _ = ids.iter().try_for_each(|id| writeln!(stdin, "{id}"));
            });
        }
        let stdout = stdout.ok_or_else(|| GitError::Damaged("git has no output".to_owned()))?;
        Ok((group, child, stdout))
    }

    /// The pointers to large files among the files of this mirror, by their blob.
    async fn pointers(&self, gathered: &Gathered) -> Result<HashMap<ObjectId, Pointer>, GitError> {
        let is_file = |item: &&Item| item.mirror == 0 && matches!(item.kind, EntryKind::File | EntryKind::Program);
        let names = gathered.items.iter().filter(is_file).map(|item| item.id.to_string());
        let objects = self.objects(names.collect()).await?.into_iter().flatten();
        let small: Vec<ObjectId> = objects
            .filter(|object| object.size_bytes <= Pointer::LONGEST)
            .map(|object| object.id)
            .collect();
        let contents = self.read_objects(&small, Pointer::LONGEST).await?;
        let found = small
            .into_iter()
            .zip(contents)
            .filter_map(|(id, content)| match content {
                Content::Bytes(bytes) => Pointer::parse(&bytes).map(|pointer| (id, pointer)),
                _ => None,
            });
        Ok(found.collect())
    }
}

/// By path; nothing twice, and nothing below what is no directory. `git` itself makes no such trees.
fn sort(gathered: &mut Gathered) {
    let Gathered { items, left_out, .. } = gathered;
    items.sort_by(|one, other| one.path.cmp(&other.path));
    let files = items.iter().filter(|item| item.kind != EntryKind::Submodule);
    let files: HashSet<String> = files.map(|item| item.path.clone()).collect();
    let mut last = String::new();
    items.retain(|item| {
        let mut above = item.path.match_indices('/').filter_map(|(at, _)| item.path.get(..at));
        let is_fine = item.path != last && !above.any(|path| files.contains(path));
        last.clone_from(&item.path);
        if !is_fine {
            leave_out(left_out, &item.path);
        }
        is_fine
    });
}

fn planned(item: Item, contents: &HashMap<ObjectId, Arc<[u8]>>) -> Planned {
    let large = || contents.get(&item.id).filter(|_| item.mirror == 0);
    let what = match item.kind {
        EntryKind::Submodule | EntryKind::Directory => What::Directory,
        EntryKind::Link => What::Link,
        EntryKind::File | EntryKind::Program => match (large(), item.kind) {
            (Some(content), kind) => What::Large {
                content: Arc::clone(content),
                is_program: kind == EntryKind::Program,
            },
            (None, EntryKind::Program) => What::Program,
            (None, _) => What::File,
        },
    };
    Planned {
        path: item.path,
        what,
        reader: item.mirror,
    }
}
