//! The files of a commit with those of its submodules, which are fetched where they are not here.

use aws_lc_rs::digest::{SHA256, digest};

use super::Mirror;
use super::files::Listed;
use super::lock::SUBMODULES;
use super::model::EntryKind;
use super::submodules::{Submodule, hexadecimal};
use crate::address::Address;
use crate::archive::rules::allowed_path;
use crate::archive::write::leave_out;
use crate::archive::{ArchiveOptions, Submodules};
use crate::error::GitError;
use crate::ids::{CommitId, ObjectId};
use crate::names::Refspec;

/// Submodules of submodules of …
const DEEPEST: usize = 5;
/// Most submodules in one archive.
const MOST_SUBMODULES: usize = 100;

/// What an archive is made of.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) items: Vec<Item>,
    /// Where objects come from; the first is the repository itself.
    pub(super) mirrors: Vec<Mirror>,
    pub(super) left_out: Vec<String>,
}

/// A file, link, or the empty directory of a submodule.
pub(super) struct Item {
    pub(super) path: String,
    pub(super) kind: EntryKind,
    pub(super) id: ObjectId,
    /// Which mirror has the object.
    pub(super) mirror: usize,
}

/// A commit whose files go below a place in the archive.
struct Tree {
    mirror: Mirror,
    commit: CommitId,
    /// Empty, or ends in a slash.
    prefix: String,
    paths: Vec<String>,
    /// From where the addresses of its submodules start.
    address: Option<Address>,
    depth: usize,
}

/// Everything that was asked for of a commit.
pub(super) async fn gather(
    mirror: &Mirror,
    commit: &CommitId,
    options: &ArchiveOptions<'_>,
) -> Result<Gathered, GitError> {
    let mut gathered = Gathered::default();
    let mut waiting = vec![Tree {
        mirror: mirror.clone(),
        commit: commit.clone(),
        prefix: String::new(),
        paths: options.paths.to_vec(),
        address: options.submodules.as_ref().map(|submodules| submodules.address.clone()),
        depth: 0,
    }];
    while let Some(mut tree) = waiting.pop() {
        let known = match &tree.address {
            Some(address) => tree.mirror.submodules(&tree.commit, address).await?,
            None => Vec::new(),
        };
        add_submodules_above(&mut tree.paths, &known);
        let listed = tree.mirror.list(&tree.commit, &tree.paths).await?;
        let found = gathered.add(&tree, listed);
        let Some(submodules) = &options.submodules else {
            continue;
        };
        for (path, commit) in found {
            if tree.depth == DEEPEST || gathered.mirrors.len() > MOST_SUBMODULES {
                return Err(GitError::Refused(format!(
                    "the submodules lie more than {DEEPEST} deep, or are more than {MOST_SUBMODULES}"
                )));
            }
            let Some(submodule) = known.iter().find(|known| known.path == path) else {
                // `git` leaves such a directory empty, too.
                continue;
            };
            let below = Tree {
                mirror: bring(mirror, submodule, &commit, submodules).await?,
                commit,
                prefix: format!("{}{path}/", tree.prefix),
                paths: Vec::new(),
                address: submodule.address.clone().ok(),
                depth: tree.depth + 1,
            };
            waiting.push(below);
        }
    }
    Ok(gathered)
}

impl Gathered {
    /// Adds what was listed, and returns the submodules among it.
    fn add(&mut self, tree: &Tree, listed: Vec<Listed>) -> Vec<(String, CommitId)> {
        let mirror = self.mirrors.len();
        self.mirrors.push(tree.mirror.clone());
        let mut submodules = Vec::new();
        for entry in listed {
            let path = [tree.prefix.as_bytes(), entry.path.as_slice()].concat();
            let Some(path) = allowed_path(&path) else {
                leave_out(&mut self.left_out, &String::from_utf8_lossy(&path));
                continue;
            };
            if entry.kind == EntryKind::Submodule {
                let own = path.get(tree.prefix.len()..).unwrap_or_default();
                submodules.push((own.to_owned(), entry.id.clone()));
            }
            self.items.push(Item {
                path: path.to_owned(),
                kind: entry.kind,
                id: entry.id,
                mirror,
            });
        }
        submodules
    }
}

/// Whoever asks for a path inside of a submodule needs the submodule.
fn add_submodules_above(paths: &mut Vec<String>, known: &[Submodule]) {
    let is_above = |submodule: &&Submodule| {
        let inside = format!("{}/", submodule.path);
        paths.iter().any(|path| path.starts_with(&inside))
    };
    let above: Vec<String> = known
        .iter()
        .filter(is_above)
        .map(|submodule| submodule.path.clone())
        .collect();
    paths.extend(above);
}

/// The mirror of a submodule with the commit in it. It is the repository's own: what its credentials open is not for others.
async fn bring(
    top: &Mirror,
    submodule: &Submodule,
    commit: &CommitId,
    submodules: &Submodules<'_>,
) -> Result<Mirror, GitError> {
    let address = submodule.address.as_ref().map_err(|error| {
        GitError::Refused(format!(
            "the submodule \"{}\" cannot be fetched: {error}",
            submodule.path
        ))
    })?;
    // Asked for in any case: whoever may not reach it any more gets no files of it.
    let remote = (submodules.remote)(address.clone()).await?;
    let name = hexadecimal(digest(&SHA256, address.to_string().as_bytes()).as_ref());
    let mirror = Mirror::at(&top.git, &top.directory.join(SUBMODULES).join(format!("{name}.git"))).limited(top.limits);
    let is_here = async || mirror.must_exist().is_ok() && mirror.commit(commit).await.is_ok();
    if is_here().await {
        return Ok(mirror);
    }
    mirror.fetch(&remote, &Refspec::heads_and_tags()).await?;
    if !is_here().await {
        // In no branch or tag; servers may give it all the same.
        mirror.fetch_commit(&remote, commit).await?;
    }
    if is_here().await {
        return Ok(mirror);
    }
    Err(GitError::Missing(format!(
        "commit {} of the submodule \"{}\"",
        commit.short(),
        submodule.path
    )))
}
