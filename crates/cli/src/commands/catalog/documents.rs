//! Documents of the catalog in files: YAML (several in a file, between lines of `---`), TOML or JSON. Each says by `kind`
//! what it is, and nothing in it goes unread.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::de::DeserializeOwned;
use serde_json::Value;
use slipway_api::blueprints::NewBlueprint;
use slipway_api::catalog::CatalogDocuments;

use super::place::line_of;
use crate::failure::Failure;

/// Files of a directory at most: who names a whole disk did not mean it.
const FILES: usize = 1_000;

/// Documents with where each of them is.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// What they say.
    pub(super) catalog: CatalogDocuments,
    /// Blueprints, which are applied when all the rest is.
    pub(super) blueprints: Vec<NewBlueprint>,
    templates: Vec<Place>,
    source_codes: Vec<Place>,
    versions: Vec<Place>,
    places_of_blueprints: Vec<Place>,
}

#[derive(Debug)]
struct Place {
    path: PathBuf,
    /// Lines of the file before the document.
    before: usize,
    text: String,
}

impl Place {
    fn at(&self, pointer: &str) -> String {
        let line = self.before + line_of(&self.text, pointer);
        format!("{}:{line}", self.path.display())
    }
}

impl Documents {
    /// The blueprints, each with its file and line.
    pub(super) fn blueprints(&self) -> impl Iterator<Item = (&NewBlueprint, String)> {
        let places = self.places_of_blueprints.iter().map(|place| place.at("name"));
        self.blueprints.iter().zip(places)
    }

    /// The file and line of what a pointer of the server names: `/templates/3/parents/0/template`.
    pub(super) fn place(&self, pointer: &str) -> Option<String> {
        let (list, rest) = pointer.strip_prefix('/')?.split_once('/')?;
        let places = match list {
            "templates" => &self.templates,
            "source-codes" => &self.source_codes,
            "versions" => &self.versions,
            _ => return None,
        };
        let (number, below) = rest.split_once('/').unwrap_or((rest, ""));
        Some(places.get(number.parse::<usize>().ok()?)?.at(below))
    }

    /// Reads files, and the files of directories and of those below.
    pub(super) fn read(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut documents = Self::default();
        for path in files(paths)? {
            let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            documents.take_file(&path, &text)?;
        }
        let count = documents.templates.len() + documents.source_codes.len() + documents.versions.len();
        if count + documents.blueprints.len() == 0 {
            let next = "Documents are files that end in .yaml, .yml, .toml or .json.";
            return Err(Failure::error("there is no document", next));
        }
        Ok(documents)
    }

    fn take_file(&mut self, path: &Path, text: &str) -> anyhow::Result<()> {
        let is_toml = path.extension().is_some_and(|extension| extension == "toml");
        let parts = if is_toml {
            vec![(0, text.to_owned())]
        } else {
            parts(text)
        };
        for (before, text) in parts {
            let place = Place {
                path: path.to_owned(),
                before,
                text,
            };
            let value = if is_toml { toml(&place)? } else { yaml(&place)? };
            self.take(place, value)?;
        }
        Ok(())
    }

    fn take(&mut self, place: Place, value: Value) -> anyhow::Result<()> {
        let (kind, value) = kind(&place, value)?;
        match kind {
            Kind::Template => {
                self.catalog.templates.push(said(&place, value)?);
                self.templates.push(place);
            }
            Kind::SourceCode => {
                self.catalog.source_codes.push(said(&place, value)?);
                self.source_codes.push(place);
            }
            Kind::Blueprint => {
                self.blueprints.push(said(&place, value)?);
                self.places_of_blueprints.push(place);
            }
            Kind::Version => {
                self.catalog.versions.push(said(&place, value)?);
                self.versions.push(place);
            }
        }
        Ok(())
    }
}

/// The documents of a YAML file, each with the number of lines before it.
fn parts(text: &str) -> Vec<(usize, String)> {
    let mut parts = vec![(0, String::new())];
    for (number, line) in text.lines().enumerate() {
        if line.trim_end() == "---" {
            parts.push((number + 1, String::new()));
        } else if let Some((_, part)) = parts.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    let is_said = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    parts.retain(|(_, part)| part.lines().any(is_said));
    parts
}

fn yaml(place: &Place) -> anyhow::Result<Value> {
    serde_saphyr::from_str(&place.text).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line());
        let line = place.before + usize::try_from(line).unwrap_or(1);
        let what = format!("{}:{line}: this is not YAML", place.path.display());
        let reason = error.to_string();
        Failure::error(what, reason.lines().next().unwrap_or_default().to_owned())
    })
}

fn toml(place: &Place) -> anyhow::Result<Value> {
    toml::from_str(&place.text).map_err(|error| {
        let before = error.span().and_then(|span| place.text.get(..span.start));
        let line = before.unwrap_or_default().matches('\n').count() + 1;
        let what = format!("{}:{line}: this is not TOML", place.path.display());
        Failure::error(what, error.message().to_owned())
    })
}

/// What a document is about.
enum Kind {
    Template,
    SourceCode,
    Version,
    Blueprint,
}

/// A document's kind, and the rest of it.
fn kind(place: &Place, mut value: Value) -> anyhow::Result<(Kind, Value)> {
    let next = "A document says kind: template, source-code, source-code-version or blueprint.";
    let kind = value.as_object_mut().and_then(|fields| fields.remove("kind"));
    let kind = match kind.as_ref().and_then(Value::as_str) {
        Some("template") => Kind::Template,
        Some("source-code") => Kind::SourceCode,
        Some("source-code-version") => Kind::Version,
        Some("blueprint") => Kind::Blueprint,
        Some(other) => {
            let what = format!("{}: there is no kind of documents \"{other}\"", place.at("kind"));
            return Err(Failure::error(what, next));
        }
        None => {
            let what = format!("{}: the document does not say its kind", place.at(""));
            return Err(Failure::error(what, next));
        }
    };
    Ok((kind, value))
}

/// What a document says, without its kind.
fn said<T: DeserializeOwned>(place: &Place, value: Value) -> anyhow::Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer = error
            .path()
            .to_string()
            .replace("].", "/")
            .replace(['.', '['], "/")
            .replace(']', "");
        let what = format!("{}: {}", place.at(&pointer), error.inner());
        Failure::error(
            what,
            "slipway catalog apply --help shows where the fields are described.",
        )
    })
}

/// The files, those of directories by name.
fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        let mut below = Vec::new();
        let mut waiting = vec![path.clone()];
        while let Some(folder) = waiting.pop() {
            let entries = std::fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))?;
            for entry in entries {
                let entry = entry?;
                // Links are not followed: they could lead in a circle.
                if entry.file_type()?.is_dir() {
                    waiting.push(entry.path());
                } else if is_document(&entry.path()) {
                    below.push(entry.path());
                }
            }
            if below.len() > FILES {
                let what = format!("{} has more than {FILES} documents", path.display());
                return Err(Failure::error(what, "Name the directory of the catalog alone."));
            }
        }
        below.sort();
        found.extend(below);
    }
    Ok(found)
}

fn is_document(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("yaml" | "yml" | "toml" | "json"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn read(files: &[(&str, &str)]) -> anyhow::Result<Documents> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Documents::read(&[folder.path().to_owned()])
    }

    #[test]
    fn every_form_of_file_is_read_and_places_are_known() {
        let documents = read(&[
            ("a.yaml", "---\nkind: template\nkey: one\nname: One\n---\n# Nothing.\n---\nkind: template\nkey: two\nname: Two\nlabels: [x]\n"),
            ("b/c.toml", "kind = \"template\"\nkey = \"three\"\nname = \"Three\"\n[[parents]]\ntemplate = \"one\"\n"),
            ("d.json", "{\"kind\": \"template\", \"key\": \"four\", \"name\": \"Four\"}"),
            ("e.yaml", "kind: source-code\nidentifier: https://git.example.com/modules.git\nname: modules\n---\nkind: source-code-version\ntemplate: one\nsource-code: modules\ntag: v1\nvariables:\n  - name: size\n"),
            ("f.yaml", "kind: blueprint\nname: shop\nparts:\n  - {name: net, template: one}\n"),
            ("README.md", "# Not a document"),
        ])
        .unwrap();
        let keys: Vec<_> = documents
            .catalog
            .templates
            .iter()
            .map(|template| template.key.as_str())
            .collect();
        assert_eq!(keys, ["one", "two", "three", "four"]);
        assert!(documents.place("/templates/1/labels/0").unwrap().ends_with("a.yaml:11"));
        assert!(
            documents
                .place("/templates/2/parents/0/template")
                .unwrap()
                .ends_with("c.toml:5")
        );
        assert_eq!(documents.catalog.source_codes.len(), 1);
        assert!(
            documents
                .place("/versions/0/variables/0/name")
                .unwrap()
                .ends_with("e.yaml:10")
        );
        assert_eq!(documents.place("/data"), None);
        let (blueprint, place) = documents.blueprints().next().unwrap();
        assert_eq!(blueprint.parts.len(), 1);
        assert!(place.ends_with("f.yaml:2"), "{place}");
    }

    #[rstest]
    #[case::field(
        "a.yaml",
        "kind: template\nkey: one\nname: One\nnmae: x\n",
        "a.yaml:4: unknown field `nmae`, expected"
    )]
    #[case::value(
        "a.yaml",
        "kind: template\nkey: one\nname: One\nparents:\n  - template: x\n    minimum: many\n",
        "a.yaml:6: invalid type: string \"many\", expected u32"
    )]
    #[case::key(
        "a.toml",
        "kind = \"template\"\nname = \"One\"\nkey = \"One\"\n",
        "a.toml:3: a key has small letters"
    )]
    #[case::no_kind("a.yaml", "# Said.\nkey: one\n", "a.yaml:2: the document does not say its kind")]
    #[case::kind("a.yaml", "kind: tepmlate\n", "a.yaml:1: there is no kind of documents \"tepmlate\"")]
    // A value that goes on where it cannot: the line is the one where it begins.
    #[case::yaml("a.yaml", "kind: template\n\tkey: one\n", "a.yaml:1: this is not YAML")]
    #[case::second(
        "a.yaml",
        "kind: template\nkey: a\nname: A\n---\nkind: x\n",
        "a.yaml:5: there is no kind"
    )]
    #[case::toml("a.toml", "kind = \"template\"\nkey = \n", "a.toml:2: this is not TOML")]
    fn what_is_wrong_is_told_with_file_and_line(#[case] name: &str, #[case] text: &str, #[case] told: &str) {
        let error = read(&[(name, text)]).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}
