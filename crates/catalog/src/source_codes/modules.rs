//! Which directories of a commit have modules, and what is counted of each: pure.

use std::collections::{BTreeMap, HashMap};

use slipway_git::{EntryKind, ObjectId, TreeEntry};
use slipway_tofu::digest::sha256_hex;
use slipway_tofu::events::Severity;
use slipway_tofu::interface::Reading;

/// A directory with configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The directory; empty for the top.
    pub directory: String,
    /// Its configuration files by name, each with its blob.
    pub files: Vec<(String, ObjectId)>,
}

impl Place {
    /// The same for the same names and contents, in whichever directory or commit.
    pub(crate) fn digest(&self) -> String {
        let lines: Vec<String> = self.files.iter().map(|(name, id)| format!("{name} {id}\n")).collect();
        sha256_hex(lines.concat().as_bytes())
    }
}

/// What is counted of a module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub variables: u32,
    pub required_variables: u32,
    pub outputs: u32,
    pub resources: u32,
    pub errors: u32,
}

impl Counts {
    pub(crate) fn of(reading: &Reading) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let variables = &reading.interface.variables;
        let errors = reading
            .problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error);
        Self {
            variables: count(variables.len()),
            required_variables: count(variables.iter().filter(|variable| variable.is_required()).count()),
            outputs: count(reading.interface.outputs.len()),
            resources: reading.interface.resources.values().sum(),
            errors: count(errors.count()),
        }
    }
}

/// Whether the engines read a file of this name as configuration.
pub(crate) fn is_configuration(name: &str) -> bool {
    let known = [".tf", ".tf.json", ".tofu", ".tofu.json"];
    !name.starts_with('.') && known.iter().any(|ending| name.ends_with(ending))
}

/// Directory and name of a path.
pub(crate) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// A path below a directory of a repository.
pub(crate) fn below(directory: &str, name: &str) -> String {
    if directory.is_empty() {
        return name.to_owned();
    }
    format!("{directory}/{name}")
}

/// Where a link of a directory leads to; none when it leaves the repository.
pub(crate) fn led_to(directory: &str, target: &str) -> Option<String> {
    if target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The directories with configuration among all files of a commit, by path. `links` says where those of the links among them
/// lead to that are called as configuration; what leads elsewhere is left out, and so is what is in submodules.
pub(crate) fn places(entries: &[TreeEntry], links: &HashMap<String, String>) -> Vec<Place> {
    let is_file = |entry: &&TreeEntry| matches!(entry.kind, EntryKind::File | EntryKind::Program);
    let files: HashMap<&str, &ObjectId> = match links.is_empty() {
        true => HashMap::new(),
        false => entries
            .iter()
            .filter(is_file)
            .map(|entry| (entry.name.as_str(), &entry.id))
            .collect(),
    };
    let mut found: BTreeMap<&str, Vec<(String, ObjectId)>> = BTreeMap::new();
    for entry in entries {
        let (directory, name) = split(&entry.name);
        if !is_configuration(name) || directory.split('/').any(|part| part == ".terraform") {
            continue;
        }
        let id = match entry.kind {
            EntryKind::File | EntryKind::Program => Some(&entry.id),
            EntryKind::Link => links
                .get(&entry.name)
                .and_then(|target| files.get(target.as_str()).copied()),
            EntryKind::Directory | EntryKind::Submodule => None,
        };
        if let Some(id) = id {
            let place = found.entry(directory).or_default();
            place.push((name.to_owned(), id.clone()));
        }
    }
    let place = |(directory, mut files): (&str, Vec<(String, ObjectId)>)| {
        files.sort();
        Place {
            directory: directory.to_owned(),
            files,
        }
    };
    found.into_iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, kind: EntryKind, number: u8) -> TreeEntry {
        TreeEntry {
            name: name.to_owned(),
            kind,
            id: format!("{number:040x}").parse().unwrap(),
            size_bytes: None,
        }
    }

    #[test]
    fn modules_are_directories_with_configuration_and_links_inside_are_followed() {
        let entries = [
            entry("README.md", EntryKind::File, 1),
            entry("modules/a/main.tf", EntryKind::File, 2),
            entry("modules/a/.hidden.tf", EntryKind::File, 2),
            entry("modules/a/.terraform/x/main.tf", EntryKind::File, 2),
            entry("modules/b/main.tf", EntryKind::Link, 3),
            entry("modules/b/out.tf", EntryKind::Link, 4),
            entry("modules/c", EntryKind::Submodule, 5),
            entry("modules/d/main.tofu.json", EntryKind::Program, 6),
        ];
        let links = HashMap::from([("modules/b/main.tf".to_owned(), "modules/a/main.tf".to_owned())]);
        let found = places(&entries, &links);
        let directories: Vec<&str> = found.iter().map(|place| place.directory.as_str()).collect();
        assert_eq!(directories, ["modules/a", "modules/b", "modules/d"]);
        assert_eq!(found[0].digest(), found[1].digest());
        assert_ne!(found[0].digest(), found[2].digest());
    }

    #[test]
    fn a_link_that_leaves_the_repository_leads_nowhere() {
        assert_eq!(led_to("a/b", "../c/./main.tf").as_deref(), Some("a/c/main.tf"));
        assert_eq!(led_to("a", "../../etc/passwd"), None);
        assert_eq!(led_to("a", "/etc/passwd"), None);
    }
}
