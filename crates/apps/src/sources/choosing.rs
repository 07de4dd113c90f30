//! Which files of a directory are sent: all of them, but for what an ignore file leaves out.
//!
//! The rules of `.slipwayignore` are those of `.dockerignore`, which is read where there is no other: one language for what is sent
//! and for what a build sees. What a build never needs is left out before the first line, and a line with `!` brings it back.

use std::io::ErrorKind;
use std::path::Path;

use slipway_buildkit::{Ignored, Tree};

use super::archives::limits;
use super::context::SAYING;
use super::error::SourceError;

/// The files that leave something out; the first that is there counts.
const IGNORE_FILES: [&str; 2] = [".slipwayignore", ".dockerignore"];

/// Histories, what tools make again by themselves and only for the machine that they are on, and the usual files of secrets.
const NEVER_NEEDED: &str = "**/.git\n**/.hg\n**/.svn\n**/.DS_Store\n**/node_modules\n**/.venv\n**/__pycache__\n**/*.pyc\n\
                            **/.terraform\n**/.env\n**/.env.local\n";

/// The paths that are sent of a directory: files, links and folders, sorted. Links are taken as links; sockets, pipes and devices
/// stay behind. What says how the app is built and run always comes.
///
/// # Errors
/// When something cannot be read, when there are too many files, and when the ignore file does not say what it means.
pub fn chosen(directory: &Path) -> Result<Vec<String>, SourceError> {
    walked(directory, true)
}

/// What a build sees of a source, however it came: the same, without what an ignore file keeps from images although it is sent, such
/// as the Dockerfile.
///
/// # Errors
/// As [`chosen`].
pub fn tree(directory: &Path) -> Result<Tree, SourceError> {
    let paths = walked(directory, false)?;
    Ok(Tree::of_paths(directory, paths.iter().map(String::as_str))?)
}

fn walked(directory: &Path, sends_what_says: bool) -> Result<Vec<String>, SourceError> {
    let mut choosing = Choosing {
        ignored: ignored(directory)?,
        sends_what_says,
        paths: Vec::new(),
    };
    choosing.walk(directory, "")?;
    choosing.paths.sort_unstable();
    Ok(choosing.paths)
}

/// What the directory's own file leaves out, behind what is never needed.
fn ignored(directory: &Path) -> Result<Ignored, SourceError> {
    for file in IGNORE_FILES {
        match std::fs::read_to_string(directory.join(file)) {
            Ok(text) => {
                let all = format!("{NEVER_NEEDED}{}", text.trim_start_matches('\u{feff}'));
                return Ignored::parse(&all).map_err(|mut error| {
                    error.line = error.line.saturating_sub(NEVER_NEEDED.lines().count());
                    SourceError::Ignore { file, error }
                });
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(source) => {
                return Err(SourceError::Read {
                    path: file.to_owned(),
                    source,
                });
            }
        }
    }
    Ignored::parse(NEVER_NEEDED).map_err(|error| SourceError::Ignore {
        file: ".slipwayignore",
        error,
    })
}

struct Choosing {
    ignored: Ignored,
    sends_what_says: bool,
    paths: Vec<String>,
}

impl Choosing {
    fn walk(&mut self, folder: &Path, above: &str) -> Result<(), SourceError> {
        let unreadable = |source| SourceError::Read {
            path: if above.is_empty() { "." } else { above }.to_owned(),
            source,
        };
        for found in std::fs::read_dir(folder).map_err(unreadable)? {
            let found = found.map_err(unreadable)?;
            let name = found.file_name().into_string();
            let name = name.map_err(|name| SourceError::NotText(name.display().to_string()))?;
            let path = if above.is_empty() {
                name
            } else {
                format!("{above}/{name}")
            };
            let kind = found.file_type().map_err(unreadable)?;
            let says = SAYING.contains(&path.as_str()) || IGNORE_FILES.contains(&path.as_str());
            let stays = self.ignored.leaves_out(&path) && !(says && self.sends_what_says);
            if kind.is_dir() && (!stays || self.ignored.takes_back()) {
                self.walk(&found.path(), &path)?;
            }
            if !stays && (kind.is_dir() || kind.is_file() || kind.is_symlink()) {
                self.paths.push(path);
            }
            let limit = limits().entries;
            if u64::try_from(self.paths.len()).is_ok_and(|count| count > limit) {
                return Err(SourceError::TooMany(limit));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn what_a_build_never_needs_stays_behind_until_a_line_brings_it_back() {
        let files = [
            ".git/HEAD",
            "web/node_modules/x.js",
            ".env",
            "a.py",
            "__pycache__/a.pyc",
        ];
        let folder = folder(&files.map(|file| (file, "")));
        assert_eq!(chosen(folder.path()).unwrap(), ["a.py", "web"]);
        std::fs::write(folder.path().join(".slipwayignore"), "!.env\n").unwrap();
        assert_eq!(
            chosen(folder.path()).unwrap(),
            [".env", ".slipwayignore", "a.py", "web"]
        );
    }

    #[test]
    fn our_own_file_comes_before_that_of_docker_and_what_says_how_to_build_always_comes() {
        let folder = folder(&[
            (".dockerignore", "*"),
            ("Dockerfile", ""),
            ("Procfile", ""),
            ("a", ""),
            ("b", ""),
        ]);
        assert_eq!(
            chosen(folder.path()).unwrap(),
            [".dockerignore", "Dockerfile", "Procfile"]
        );
        std::fs::write(folder.path().join(".slipwayignore"), "b\n").unwrap();
        let names = chosen(folder.path()).unwrap();
        assert!(
            names.contains(&"a".to_owned()) && !names.contains(&"b".to_owned()),
            "{names:?}"
        );
    }

    #[test]
    fn a_build_does_not_see_what_is_sent_only_to_say_how_to_build() {
        let folder = folder(&[
            (".dockerignore", "Dockerfile\n"),
            ("Dockerfile", ""),
            ("a", ""),
            (".env", ""),
        ]);
        let seen = tree(folder.path()).unwrap();
        assert!(seen.has_file("a") && seen.has_file(".dockerignore"));
        assert!(!seen.has_file("Dockerfile") && !seen.has_file(".env"));
    }

    #[test]
    fn a_line_that_is_no_pattern_is_named_as_its_writer_counts() {
        let folder = folder(&[(".slipwayignore", "target\n[a-\n")]);
        let error = chosen(folder.path()).unwrap_err().to_string();
        assert!(error.contains(".slipwayignore") && error.contains("line 2"), "{error}");
    }

    #[test]
    fn a_socket_stays_behind() {
        let folder = folder(&[("a", "")]);
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("s")).unwrap();
        assert_eq!(chosen(folder.path()).unwrap(), ["a"]);
    }
}
