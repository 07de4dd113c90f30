//! Everything that one workspace's code can read of its repository. Pure; what was not read yet is named, so that the
//! caller can read it for all workspaces at once and ask again.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::evaluate::Base;
use super::paths::join;
use super::references::References;

/// What is known about a directory that code names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Directory {
    /// It is not there.
    Absent,
    /// Its files are not in the repository: it is in a submodule.
    Opaque,
    /// A link on its way leads to this directory.
    Elsewhere(String),
    /// It is there.
    Here(Arc<References>),
}

/// What was read of a commit so far.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// Directories by their paths.
    pub directories: HashMap<String, Directory>,
    /// Templates by their paths.
    pub templates: HashMap<String, Arc<References>>,
}

/// What is not read yet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Missing {
    /// Directories.
    pub directories: BTreeSet<String>,
    /// Templates.
    pub templates: BTreeSet<String>,
}

impl Missing {
    /// Whether everything is read.
    pub(crate) fn is_empty(&self) -> bool {
        self.directories.is_empty() && self.templates.is_empty()
    }
}

/// Everything that a workspace's code can read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Closure {
    /// The workspace's own directory.
    pub own: String,
    /// Directories of modules, its own left out: their files, and those below that belong to no other configuration.
    pub modules: BTreeSet<String>,
    /// Files, and directories with everything below.
    pub paths: BTreeSet<String>,
    /// Whether it may read anything of the repository.
    pub is_whole: bool,
    /// Whether this is all: nothing is in a submodule, behind a link or outside of the repository.
    pub is_complete: bool,
}

/// The closure of a workspace that runs in `root`, as far as `graph` knows; what is lacking goes to `missing`.
pub(crate) fn closure(root: &str, graph: &Graph, missing: &mut Missing) -> Closure {
    let mut walk = Walk {
        closure: Closure {
            own: root.to_owned(),
            is_complete: true,
            ..Closure::default()
        },
        root,
        graph,
        missing,
        todo: vec![(root.to_owned(), root.to_owned())],
        seen: HashSet::new(),
    };
    walk.run();
    let mut closure = walk.closure;
    closure.modules.remove(root);
    closure
}

struct Walk<'a> {
    closure: Closure,
    root: &'a str,
    graph: &'a Graph,
    missing: &'a mut Missing,
    /// Directories by the paths that code calls them by, and by their own.
    todo: Vec<(String, String)>,
    seen: HashSet<(String, String)>,
}

impl Walk<'_> {
    fn run(&mut self) {
        while let Some((called, own)) = self.todo.pop() {
            if !self.seen.insert((called.clone(), own.clone())) {
                continue;
            }
            self.closure.modules.insert(own.clone());
            match self.graph.directories.get(&own) {
                None => {
                    self.missing.directories.insert(own);
                }
                Some(Directory::Absent) => {}
                Some(Directory::Opaque) => self.closure.is_complete = false,
                Some(Directory::Elsewhere(target)) => {
                    self.closure.is_complete = false;
                    self.todo.push((called, target.clone()));
                }
                Some(Directory::Here(references)) => self.follow(&called, &own, &Arc::clone(references)),
            }
        }
    }

    fn follow(&mut self, called: &str, own: &str, references: &References) {
        self.closure.is_whole |= references.is_open;
        // The engine joins sources of modules as texts, the system follows links.
        for module in &references.modules {
            match join(own, module) {
                Some(directory) => self.todo.push((directory.clone(), directory)),
                None => self.closure.is_complete = false,
            }
            if called != own
                && let Some(directory) = join(called, module)
            {
                self.todo.push((directory.clone(), directory));
            }
        }
        self.take(own, references);
        for (base, text) in &references.templates {
            let Some(path) = join(self.base(own, *base), text) else {
                continue;
            };
            match self.graph.templates.get(&path) {
                Some(references) => {
                    self.closure.is_whole |= references.is_open;
                    // What a template calls further is named by its own literal paths.
                    self.take(own, &Arc::clone(references));
                }
                None => {
                    self.missing.templates.insert(path);
                }
            }
        }
    }

    fn take(&mut self, own: &str, references: &References) {
        for (base, text) in &references.paths {
            match join(self.base(own, *base), text) {
                Some(path) if path.is_empty() => self.closure.is_whole = true,
                Some(path) => {
                    self.closure.paths.insert(path);
                }
                None => self.closure.is_complete = false,
            }
        }
    }

    fn base<'b>(&'b self, own: &'b str, base: Base) -> &'b str {
        match base {
            Base::Module => own,
            Base::Root => self.root,
        }
    }
}
