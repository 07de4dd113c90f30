//! Reads from a mirror what a commit's code refers to, as little as possible: what an earlier commit had is kept in memory,
//! and only directories that changed since are read again.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use slipway_api::ids::RepositoryId;
use slipway_git::mirror::{Content, EntryKind, TreeEntry};
use slipway_git::{CommitId, GitError, Mirror, ObjectId};

use super::affected::is_separate;
use super::closure::{Closure, Directory, Graph, Missing, closure};
use super::evaluate::Base;
use super::paths::{above, is_configuration, join, name, parent};
use super::references::{File, References};

/// Largest file of configuration that is read; what is larger may refer to anything.
const LARGEST_BYTES: u64 = 4 << 20;
/// From how many directories on the whole tree is listed at once instead.
const MANY: usize = 6;
/// Commits that are kept in memory, one of each repository.
const SNAPSHOTS: usize = 32;
/// Directories that are kept in memory, of all repositories together.
const DIRECTORIES: usize = 60_000;
/// From how many changed paths on an earlier commit is of no help.
const CHANGED: usize = 5_000;

/// What was read of a commit.
struct Snapshot {
    repository: RepositoryId,
    commit: CommitId,
    graph: Graph,
}

/// The newest of each repository, the least recently used first. A commit never changes, so nothing here gets old.
static SNAPSHOTS_READ: Mutex<VecDeque<Arc<Snapshot>>> = Mutex::new(VecDeque::new());

/// What a commit has otherwise than another.
#[derive(Clone, Copy)]
pub(crate) struct Since<'a> {
    /// The other.
    pub before: Option<&'a CommitId>,
    /// The paths of what is different.
    pub changed: &'a [String],
}

/// The closures of workspaces that run in `roots`, in their order. What is known of the commit's changes is not asked again.
pub(crate) async fn closures(
    repository: RepositoryId,
    mirror: &Mirror,
    commit: &CommitId,
    since: Option<Since<'_>>,
    roots: &[String],
) -> Result<Vec<Closure>, GitError> {
    let mut graph = begin(repository, mirror, commit, since).await?;
    let mut reader = Reader {
        mirror,
        commit,
        listing: None,
    };
    let mut done: Vec<Option<Closure>> = vec![None; roots.len()];
    loop {
        let mut missing = Missing::default();
        for (place, root) in done.iter_mut().zip(roots).filter(|(place, _)| place.is_none()) {
            let mut own = Missing::default();
            let found = closure(root, &graph, &mut own);
            if own.is_empty() {
                *place = Some(found);
            } else {
                missing.directories.extend(own.directories);
                missing.templates.extend(own.templates);
            }
        }
        if missing.is_empty() {
            keep(Snapshot {
                repository,
                commit: commit.clone(),
                graph,
            });
            return Ok(done.into_iter().flatten().collect());
        }
        reader.read(&missing, &mut graph).await?;
    }
}

/// Which of the directories are configurations of their own on every side that they exist on.
pub(crate) async fn separate(
    mirror: &Mirror,
    before: Option<&CommitId>,
    after: &CommitId,
    directories: &BTreeSet<&str>,
) -> Result<HashSet<String>, GitError> {
    let directories: Vec<&str> = directories.iter().copied().collect();
    let now = configured(mirror, after, &directories).await?;
    let then = match before {
        Some(before) => configured(mirror, before, &directories).await?,
        None => vec![None; directories.len()],
    };
    let both = directories.into_iter().zip(then.into_iter().zip(now));
    Ok(both
        .filter(|(_, (before, after))| is_separate(*before, *after))
        .map(|(directory, _)| directory.to_owned())
        .collect())
}

/// Whether each directory has configuration of its own; none where it does not exist.
async fn configured(mirror: &Mirror, commit: &CommitId, directories: &[&str]) -> Result<Vec<Option<bool>>, GitError> {
    let mut reader = Reader {
        mirror,
        commit,
        listing: None,
    };
    if directories.len() > MANY {
        reader.list_all().await?;
    }
    let mut answers = Vec::with_capacity(directories.len());
    for directory in directories {
        let entries = reader.entries(directory).await?;
        answers.push(entries.map(|entries| entries.iter().any(|entry| is_configuration(name(&entry.name)))));
    }
    Ok(answers)
}

/// What an earlier commit of the repository tells about this one.
async fn begin(
    repository: RepositoryId,
    mirror: &Mirror,
    commit: &CommitId,
    since: Option<Since<'_>>,
) -> Result<Graph, GitError> {
    let Some(snapshot) = newest(repository) else {
        return Ok(Graph::default());
    };
    if snapshot.commit == *commit {
        return Ok(without(&snapshot.graph, &HashSet::new()));
    }
    let known = since.filter(|since| since.before == Some(&snapshot.commit));
    let found;
    let changed: HashSet<&str> = match known {
        Some(since) => since.changed.iter().map(String::as_str).collect(),
        None => {
            found = match mirror.changed_paths(Some(&snapshot.commit), commit).await {
                // The earlier commit may have been removed from the mirror.
                Err(GitError::Missing(_)) => return Ok(Graph::default()),
                found => found?,
            };
            found.iter().map(|changed| changed.path.as_str()).collect()
        }
    };
    if changed.len() > CHANGED {
        return Ok(Graph::default());
    }
    Ok(without(&snapshot.graph, &changed))
}

/// What is still true after these paths changed.
fn without(graph: &Graph, changed: &HashSet<&str>) -> Graph {
    let parents: HashSet<&str> = changed.iter().filter_map(|path| parent(path)).collect();
    let is_replaced = |path: &str| changed.contains(path) || above(path).any(|directory| changed.contains(directory));
    let stays = |path: &str, directory: &Directory| {
        let linked = match directory {
            Directory::Here(references) => references.linked.iter().any(|file| changed.contains(file.as_str())),
            _ => false,
        };
        !parents.contains(path) && !is_replaced(path) && !linked
    };
    let directories = graph
        .directories
        .iter()
        .filter(|(path, directory)| stays(path, directory));
    let templates = graph.templates.iter().filter(|(path, _)| !is_replaced(path));
    Graph {
        directories: directories
            .map(|(path, directory)| (path.clone(), directory.clone()))
            .collect(),
        templates: templates
            .map(|(path, references)| (path.clone(), Arc::clone(references)))
            .collect(),
    }
}

fn newest(repository: RepositoryId) -> Option<Arc<Snapshot>> {
    let mut kept = SNAPSHOTS_READ.lock().unwrap_or_else(PoisonError::into_inner);
    let place = kept.iter().position(|snapshot| snapshot.repository == repository)?;
    let snapshot = kept.remove(place)?;
    kept.push_back(Arc::clone(&snapshot));
    Some(snapshot)
}

fn keep(snapshot: Snapshot) {
    let mut kept = SNAPSHOTS_READ.lock().unwrap_or_else(PoisonError::into_inner);
    kept.retain(|other| other.repository != snapshot.repository);
    kept.push_back(Arc::new(snapshot));
    let count = |kept: &VecDeque<Arc<Snapshot>>| -> usize {
        kept.iter().map(|snapshot| snapshot.graph.directories.len()).sum()
    };
    while kept.len() > SNAPSHOTS || count(&kept) > DIRECTORIES {
        if kept.pop_front().is_none() {
            break;
        }
    }
}

/// All entries of a commit by the directories they are in, with the directories themselves.
type Listing = HashMap<String, Vec<TreeEntry>>;

struct Reader<'a> {
    mirror: &'a Mirror,
    commit: &'a CommitId,
    listing: Option<Listing>,
}

/// A directory as far as it matters: its configuration files and its links.
struct Listed {
    path: String,
    files: Vec<(String, ObjectId)>,
    links: Vec<(String, ObjectId)>,
}

impl Reader<'_> {
    async fn read(&mut self, missing: &Missing, graph: &mut Graph) -> Result<(), GitError> {
        if missing.directories.len() > MANY && self.listing.is_none() {
            self.list_all().await?;
        }
        let mut here = Vec::new();
        for path in &missing.directories {
            match self.entries(path).await? {
                Some(entries) => here.push(listed(path, &entries)),
                None => {
                    let found = self.absent(path).await?;
                    graph.directories.insert(path.clone(), found);
                }
            }
        }
        let wanted: Vec<ObjectId> = here
            .iter()
            .flat_map(|directory| directory.files.iter().chain(&directory.links))
            .map(|(_, id)| id.clone())
            .collect();
        let contents = self.contents(wanted).await?;
        for directory in here {
            let references = self.references(&directory, &contents).await?;
            graph
                .directories
                .insert(directory.path, Directory::Here(Arc::new(references)));
        }
        self.read_templates(&missing.templates, graph).await
    }

    async fn contents(&self, mut wanted: Vec<ObjectId>) -> Result<HashMap<ObjectId, Content>, GitError> {
        wanted.sort();
        wanted.dedup();
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let contents = self.mirror.read_objects(&wanted, LARGEST_BYTES).await?;
        Ok(wanted.into_iter().zip(contents).collect())
    }

    async fn references(
        &self,
        directory: &Listed,
        contents: &HashMap<ObjectId, Content>,
    ) -> Result<References, GitError> {
        let mut is_open = false;
        let mut files = Vec::new();
        for (name, id) in &directory.files {
            match contents.get(id) {
                Some(Content::Bytes(content)) => files.push((name.as_str(), content.clone())),
                Some(Content::TooLarge(_)) => is_open = true,
                Some(Content::Missing) | None => {}
            }
        }
        let (mut linked, mut named) = (BTreeSet::new(), BTreeSet::new());
        for (name, id) in &directory.links {
            let Some(Content::Bytes(target)) = contents.get(id) else {
                continue;
            };
            let target = String::from_utf8_lossy(target).into_owned();
            let Some(path) = join(&directory.path, &target).filter(|_| !target.starts_with('/')) else {
                continue;
            };
            if is_configuration(name) {
                match self.mirror.read(self.commit, &path, LARGEST_BYTES).await {
                    Ok(content) => files.extend(content.map(|content| (name.as_str(), content))),
                    Err(GitError::TooLarge { .. }) => is_open = true,
                    Err(error) => return Err(error),
                }
                linked.insert(path);
            }
            named.insert((Base::Module, target));
        }
        let read = files.iter().map(|(name, content)| File { name, content });
        let mut references = References::of_directory(read);
        references.is_open |= is_open;
        references.linked = linked;
        references.paths.extend(named);
        Ok(references)
    }

    async fn read_templates(&self, templates: &BTreeSet<String>, graph: &mut Graph) -> Result<(), GitError> {
        if templates.is_empty() {
            return Ok(());
        }
        let paths: Vec<String> = templates.iter().cloned().collect();
        let contents = self.mirror.read_many(self.commit, &paths, LARGEST_BYTES).await?;
        for (path, content) in paths.into_iter().zip(contents) {
            let references = match content {
                Content::Bytes(content) => References::of_template(&content),
                Content::TooLarge(_) => References {
                    is_open: true,
                    ..References::default()
                },
                Content::Missing => References::default(),
            };
            graph.templates.insert(path, Arc::new(references));
        }
        Ok(())
    }

    async fn list_all(&mut self) -> Result<(), GitError> {
        let mut listing = Listing::new();
        for mut entry in self.mirror.files(self.commit, &[]).await? {
            let mut directory = parent(&entry.name).unwrap_or_default().to_owned();
            let own = name(&entry.name).to_owned();
            entry.name = own;
            // Directories that hold nothing but directories are there, too.
            let mut above_it: Vec<String> = above(&directory).map(str::to_owned).collect();
            if !listing.contains_key(&directory) {
                while let Some(upper) = above_it.pop() {
                    listing.entry(upper).or_default();
                }
            }
            listing.entry(std::mem::take(&mut directory)).or_default().push(entry);
        }
        self.listing = Some(listing);
        Ok(())
    }

    /// What is directly in a directory; none when it is none.
    async fn entries(&self, directory: &str) -> Result<Option<Vec<TreeEntry>>, GitError> {
        if let Some(listing) = &self.listing {
            return Ok(listing.get(directory).cloned());
        }
        match self.mirror.tree(self.commit, directory).await {
            Ok(entries) => Ok(Some(entries)),
            Err(GitError::Missing(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Why a directory is not there: there is none, or a link or a submodule is on the way to it.
    async fn absent(&self, path: &str) -> Result<Directory, GitError> {
        let mut on_the_way: Vec<&str> = above(path).collect();
        on_the_way.reverse();
        on_the_way.push(path);
        for step in on_the_way.iter().skip(1) {
            let upper = parent(step).unwrap_or_default();
            let Some(entries) = self.entries(upper).await? else {
                return Ok(Directory::Absent);
            };
            match entries
                .iter()
                .find(|entry| entry.name == name(step))
                .map(|entry| entry.kind)
            {
                // A directory is in no listing of whole paths.
                Some(EntryKind::Directory) | None if self.entries(step).await?.is_some() => {}
                Some(EntryKind::Submodule) => return Ok(Directory::Opaque),
                Some(EntryKind::Link) => {
                    let target = self
                        .mirror
                        .read(self.commit, step, LARGEST_BYTES)
                        .await?
                        .unwrap_or_default();
                    let target = String::from_utf8_lossy(&target).into_owned();
                    let rest = path.strip_prefix(step).unwrap_or_default();
                    let led = join(upper, &target).and_then(|directory| join(&directory, rest));
                    let is_outside = target.starts_with('/');
                    return Ok(match led.filter(|led| !is_outside && led != path) {
                        Some(led) => Directory::Elsewhere(led),
                        None => Directory::Opaque,
                    });
                }
                _ => return Ok(Directory::Absent),
            }
        }
        Ok(Directory::Absent)
    }
}

fn listed(path: &str, entries: &[TreeEntry]) -> Listed {
    let of = |wanted: &dyn Fn(&TreeEntry) -> bool| {
        let found = entries.iter().filter(|entry| wanted(entry));
        found
            .map(|entry| (name(&entry.name).to_owned(), entry.id.clone()))
            .collect()
    };
    Listed {
        path: path.to_owned(),
        files: of(&|entry| {
            matches!(entry.kind, EntryKind::File | EntryKind::Program) && is_configuration(name(&entry.name))
        }),
        links: of(&|entry| entry.kind == EntryKind::Link),
    }
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
