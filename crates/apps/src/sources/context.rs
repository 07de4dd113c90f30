//! What is looked at before anything is built: the names at the top of a source, and the few files that say something.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::error::SourceError;

/// Files at the top that say how an app is built and run. They are always sent.
pub(crate) const SAYING: [&str; 6] = [
    "Dockerfile",
    "Procfile",
    "slipway.toml",
    "tsuru.yaml",
    "tsuru.yml",
    "tsuru.app.yaml",
];
/// Files by which platforms find out what there is.
const MARKING: [&str; 4] = ["go.mod", "package.json", "pyproject.toml", "requirements.txt"];
/// Of one file that is read, in bytes.
const LARGEST_TEXT: u64 = 1 << 20;
/// Names that are kept of what is below the top.
const MOST_NAMES: usize = 20_000;

/// A source as far as decisions need it: paths down to the second level, folders with a slash behind them, and some texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    paths: BTreeSet<String>,
    texts: BTreeMap<String, String>,
}

impl Context {
    /// Looks at a directory. Links are not followed. Blocks: call it where that is fine.
    ///
    /// # Errors
    /// When it cannot be read, and when a file that says something is a link, too large or no text.
    pub fn of_folder(root: &Path) -> Result<Self, SourceError> {
        let mut context = Self::default();
        context.walk(root, "", true)?;
        for file in SAYING.iter().chain(&MARKING) {
            if let Some(text) = text(root, file)? {
                context.texts.insert((*file).to_owned(), text);
            }
        }
        Ok(context)
    }

    fn walk(&mut self, folder: &Path, above: &str, is_top: bool) -> Result<(), SourceError> {
        let unreadable = |source| SourceError::Read {
            path: if above.is_empty() { "." } else { above }.to_owned(),
            source,
        };
        for found in std::fs::read_dir(folder).map_err(unreadable)? {
            let found = found.map_err(unreadable)?;
            let Ok(name) = found.file_name().into_string() else {
                continue;
            };
            let is_folder = found.file_type().map_err(unreadable)?.is_dir();
            let path = format!("{above}{name}{}", if is_folder { "/" } else { "" });
            if is_folder && is_top && !name.starts_with('.') {
                self.walk(&found.path(), &path, false)?;
            }
            if is_top || self.paths.len() < MOST_NAMES {
                self.paths.insert(path);
            }
        }
        Ok(())
    }

    /// With one file more, as a test or a preview has it.
    #[must_use]
    pub fn with_file(mut self, path: &str, text: &str) -> Self {
        if let Some((folder, _)) = path.split_once('/') {
            self.paths.insert(format!("{folder}/"));
        }
        self.paths.insert(path.to_owned());
        self.texts.insert(path.to_owned(), text.to_owned());
        self
    }

    /// Whether there is such a file, or such a folder when a slash is behind its name.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    /// What a file says, when it is one of those that are read.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// The names right below a folder, which ends with a slash; of the top when it is empty. Folders have a slash behind them.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        let names = self.paths.iter().filter_map(move |path| path.strip_prefix(folder));
        names.filter(|name| !name.is_empty() && !name.trim_end_matches('/').contains('/'))
    }
}

fn text(root: &Path, file: &str) -> Result<Option<String>, SourceError> {
    let path = root.join(file);
    let read = |source| SourceError::Read {
        path: file.to_owned(),
        source,
    };
    let refused = |reason: &str| SourceError::Unreadable {
        path: file.to_owned(),
        reason: reason.to_owned(),
    };
    match std::fs::symlink_metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(read(source)),
        Ok(metadata) if !metadata.is_file() => return Err(refused("is no plain file; put the file itself there")),
        Ok(metadata) if metadata.len() > LARGEST_TEXT => return Err(refused("is larger than 1 MiB")),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(&path).map_err(read)?;
    opened.take(LARGEST_TEXT).read_to_end(&mut bytes).map_err(read)?;
    let text = String::from_utf8(bytes).map_err(|_| refused("is not UTF-8; save it as UTF-8"))?;
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_levels_are_seen_and_what_says_something_is_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("cmd/web/deep")).unwrap();
        std::fs::write(folder.path().join("go.mod"), "module x\n").unwrap();
        std::fs::write(folder.path().join("main.go"), "package main\n").unwrap();
        let context = Context::of_folder(folder.path()).unwrap();
        assert!(context.has("cmd/") && context.has("cmd/web/") && !context.has("cmd/web/deep/"));
        assert_eq!(
            (context.text("go.mod"), context.text("main.go")),
            (Some("module x\n"), None)
        );
        assert_eq!(context.below("cmd/").collect::<Vec<_>>(), ["web/"]);
        assert_eq!(context.below("").collect::<Vec<_>>(), ["cmd/", "go.mod", "main.go"]);
    }

    #[test]
    fn a_link_is_not_followed_to_what_it_is_not_about() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("Procfile")).unwrap();
        let error = Context::of_folder(folder.path()).unwrap_err().to_string();
        assert_eq!(error, "`Procfile` is no plain file; put the file itself there");
    }
}
