//! `slipway.toml`: which workspace and which app a directory belongs to. Meant to be committed; holds no secret.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use slipway_api::Name;
use url::Url;

use crate::failure::Failure;

/// The file's name.
pub(crate) const FILE_NAME: &str = "slipway.toml";

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProjectFile {
    /// The server's address.
    pub(crate) url: Option<Url>,
    /// The organization.
    pub(crate) organization: Option<Name>,
    /// The workspace.
    pub(crate) workspace: Option<Name>,
    /// The app.
    pub(crate) app: Option<AppTable>,
}

/// What the file says about the directory's app.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct AppTable {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<Name>,
    /// How it is built and run, which is read where that is done.
    #[serde(flatten)]
    pub(crate) rest: toml::Table,
}

/// A file that was found, and where.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FoundProjectFile {
    pub(crate) path: PathBuf,
    pub(crate) file: ProjectFile,
}

/// The table as the file has it.
#[derive(Serialize)]
struct App<'a> {
    app: &'a AppTable,
}

impl ProjectFile {
    /// The nearest file in `directory` or above it.
    pub(crate) fn find(directory: &Path) -> anyhow::Result<Option<FoundProjectFile>> {
        for directory in directory.ancestors() {
            let path = directory.join(FILE_NAME);
            let text = match std::fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
            };
            let file = Self::parse(&text).map_err(|error| {
                let what = format!(
                    "{} cannot be understood: {}",
                    path.display(),
                    error.to_string().trim_end()
                );
                Failure::error(
                    what,
                    "It has the keys url, organization and workspace, and a table [app]; slipway init writes it anew.",
                )
            })?;
            return Ok(Some(FoundProjectFile { path, file }));
        }
        Ok(None)
    }

    /// Reads the file's text.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The name of the directory's app.
    pub(crate) fn app_name(&self) -> Option<&Name> {
        self.app.as_ref()?.name.as_ref()
    }

    /// The file's text.
    pub(crate) fn render(&self) -> String {
        let mut text = String::from("# Ties this directory to a Slipway workspace. Meant to be committed.\n");
        let values = [
            ("url", self.url.as_ref().map(|url| url.as_str().trim_end_matches('/'))),
            ("organization", self.organization.as_ref().map(Name::as_str)),
            ("workspace", self.workspace.as_ref().map(Name::as_str)),
        ];
        for (key, value) in values {
            if let Some(value) = value {
                let _ = writeln!(text, "{key} = {}", toml::Value::String(value.to_owned()));
            }
        }
        // Made of a file that was read, or of nothing: there is no value in it that could not be written.
        if let Some(table) = self.app.as_ref().and_then(|app| toml::to_string(&App { app }).ok()) {
            let _ = write!(text, "\n{table}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> ProjectFile {
        ProjectFile {
            url: Some("http://127.0.0.1:8080".parse().unwrap()),
            organization: Some("acme".parse().unwrap()),
            workspace: Some("shop-production".parse().unwrap()),
            app: None,
        }
    }

    #[test]
    fn it_is_written_for_people_and_read_back() {
        insta::assert_snapshot!(example().render(), @r#"
        # Ties this directory to a Slipway workspace. Meant to be committed.
        url = "http://127.0.0.1:8080"
        organization = "acme"
        workspace = "shop-production"
        "#);
        assert_eq!(ProjectFile::parse(&example().render()).unwrap(), example());
    }

    #[test]
    fn the_table_of_the_app_is_kept_whatever_is_in_it() {
        let text = "organization = \"acme\"\n\n[app]\nname = \"shop\"\nrelease = \"migrate\"\n\n[app.processes]\nweb = \"serve\"\n";
        let file = ProjectFile::parse(text).unwrap();
        assert_eq!(file.app_name().map(Name::as_str), Some("shop"));
        assert!(file.render().ends_with(text), "{}", file.render());
        assert_eq!(ProjectFile::parse("[app]\nrelease = \"x\"").unwrap().app_name(), None);
        assert!(ProjectFile::parse("[app]\nname = \"a b\"").is_err());
    }

    #[test]
    fn it_is_found_from_below_and_the_nearest_wins() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("a/b");
        std::fs::create_dir_all(&below).unwrap();
        std::fs::write(root.path().join(FILE_NAME), "workspace = \"outer\"").unwrap();
        let find = || ProjectFile::find(&below).unwrap().unwrap();
        assert_eq!(find().path, root.path().join(FILE_NAME));
        std::fs::write(root.path().join("a").join(FILE_NAME), "workspace = \"inner\"").unwrap();
        assert_eq!(find().file.workspace.unwrap().as_str(), "inner");
    }

    #[test]
    fn a_misspelt_key_is_named() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join(FILE_NAME), "workspce = \"x\"").unwrap();
        let error = ProjectFile::find(root.path()).unwrap_err();
        assert!(error.to_string().contains("workspce"), "{error}");
    }
}
