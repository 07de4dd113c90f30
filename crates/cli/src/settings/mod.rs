//! Which server, organization, workspace and app a command is about: flags, then environment, then `slipway.toml`, then the
//! user's own configuration.
//!
//! `resolve` decides purely; `project_file.rs` and `credentials.rs` read and write files.

mod credentials;
mod project_file;
mod user_file;

use std::path::PathBuf;

use slipway_api::Name;
use url::Url;

use crate::environment::Environment;

pub(crate) use credentials::{Credentials, readable_by_others, server_key};
pub(crate) use project_file::{AppTable, FILE_NAME, FoundProjectFile, ProjectFile};
pub(crate) use user_file::UserFile;

/// Where a setting comes from, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A flag of this command.
    Flag,
    /// This environment variable.
    Variable(&'static str),
    /// This file.
    File(PathBuf),
    /// The last `slipway login`.
    Login,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag => formatter.write_str("the command line"),
            Self::Variable(name) => write!(formatter, "the environment variable {name}"),
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Login => formatter.write_str("the last slipway login"),
        }
    }
}

/// A setting and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

/// The flags that settings can be given by.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flags {
    pub(crate) url: Option<Url>,
    pub(crate) organization: Option<Name>,
    pub(crate) workspace: Option<Name>,
}

/// The files that settings can come from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files {
    pub(crate) project: Option<FoundProjectFile>,
    pub(crate) user: Option<(PathBuf, UserFile)>,
    pub(crate) credentials: Credentials,
}

/// What commands go by. What is absent was said nowhere.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub(crate) url: Option<Setting<Url>>,
    pub(crate) organization: Option<Setting<Name>>,
    pub(crate) workspace: Option<Setting<Name>>,
    /// The directory whose `slipway.toml` names the workspace.
    pub(crate) directory: Option<PathBuf>,
    pub(crate) app: Option<Setting<Name>>,
    /// The directory whose `slipway.toml` names the app.
    pub(crate) app_directory: Option<PathBuf>,
}

/// A value in the environment that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {name} is \"{value}\": {why}")]
pub(crate) struct BadVariable {
    name: &'static str,
    value: String,
    why: String,
}

/// Decides each setting by the first place that says something.
pub(crate) fn resolve(flags: &Flags, environment: &Environment, files: &Files) -> Result<Settings, BadVariable> {
    let project = files.project.as_ref();
    let user = files.user.as_ref();
    let in_project = |value: Option<Name>| from_file(value, project.map(|found| &found.path));
    let in_user = |value: Option<Name>| from_file(value, user.map(|(path, _)| path));
    let url = first([
        from_flag(flags.url.clone()),
        variable(environment, "SLIPWAY_URL")?,
        from_file(
            project.and_then(|found| found.file.url.clone()),
            project.map(|found| &found.path),
        ),
        from_file(user.and_then(|(_, file)| file.url.clone()), user.map(|(path, _)| path)),
        files.credentials.default.clone().map(|value| Setting {
            value,
            origin: Origin::Login,
        }),
    ]);
    let organization = first([
        from_flag(flags.organization.clone()),
        variable(environment, "SLIPWAY_ORGANIZATION")?,
        in_project(project.and_then(|found| found.file.organization.clone())),
        in_user(user.and_then(|(_, file)| file.organization.clone())),
    ]);
    let workspace = first([
        from_flag(flags.workspace.clone()),
        variable(environment, "SLIPWAY_WORKSPACE")?,
        in_project(project.and_then(|found| found.file.workspace.clone())),
    ]);
    let app = first([
        variable(environment, "SLIPWAY_APP")?,
        in_project(project.and_then(|found| found.file.app_name().cloned())),
    ]);
    let tied = |is_tied: fn(&ProjectFile) -> bool| {
        let found = project.filter(|found| is_tied(&found.file))?;
        found.path.parent().map(PathBuf::from)
    };
    Ok(Settings {
        url,
        organization,
        workspace,
        directory: tied(|file| file.workspace.is_some()),
        app,
        app_directory: tied(|file| file.app_name().is_some()),
    })
}

/// Reads the address of a server as it is typed: what has no scheme is the usual mistake, so the whole is shown.
pub(crate) fn parse_address(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err("write it with http:// or https://, as in https://slipway.example.com".to_owned()),
    }
}

fn first<T, const N: usize>(places: [Option<Setting<T>>; N]) -> Option<Setting<T>> {
    places.into_iter().flatten().next()
}

fn from_flag<T>(value: Option<T>) -> Option<Setting<T>> {
    value.map(|value| Setting {
        value,
        origin: Origin::Flag,
    })
}

fn from_file<T>(value: Option<T>, path: Option<&PathBuf>) -> Option<Setting<T>> {
    Some(Setting {
        value: value?,
        origin: Origin::File(path?.clone()),
    })
}

fn variable<T>(environment: &Environment, name: &'static str) -> Result<Option<Setting<T>>, BadVariable>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let Some(text) = environment.variable(name) else {
        return Ok(None);
    };
    match text.parse() {
        Ok(value) => Ok(Some(Setting {
            value,
            origin: Origin::Variable(name),
        })),
        Err(error) => Err(BadVariable {
            name,
            value: text.to_owned(),
            why: error.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_scheme_says_how_to_write_it() {
        for text in ["127.0.0.1:8080", "localhost:8080", "slipway.example.com", "https://"] {
            assert!(parse_address(text).unwrap_err().contains("https://"), "{text}");
        }
        assert_eq!(parse_address("http://[::1]:80/x").unwrap().path(), "/x");
    }

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn files() -> Files {
        let project = ProjectFile {
            url: Some("http://project:1".parse().unwrap()),
            organization: Some(name("project")),
            workspace: Some(name("project-workspace")),
            app: Some(AppTable {
                name: Some(name("project-app")),
                ..AppTable::default()
            }),
        };
        let user = UserFile {
            url: Some("http://user:1".parse().unwrap()),
            organization: Some(name("user")),
        };
        let mut credentials = Credentials::default();
        credentials.default = Some("http://login:1".parse().unwrap());
        Files {
            project: Some(FoundProjectFile {
                path: PathBuf::from("/work/app/slipway.toml"),
                file: project,
            }),
            user: Some((PathBuf::from("/home/me/.config/slipway/config.toml"), user)),
            credentials,
        }
    }

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Environment {
            variables,
            ..Environment::default()
        }
    }

    #[test]
    fn flags_win_then_the_environment_then_the_project_then_the_user_then_the_login() {
        let mut flags = Flags {
            organization: Some(name("flag")),
            ..Flags::default()
        };
        let mut surroundings = environment(&[
            ("SLIPWAY_ORGANIZATION", "variable"),
            ("SLIPWAY_URL", "http://variable:1"),
        ]);
        let mut files = files();
        let mut seen = Vec::new();
        for step in 0..5 {
            let settings = resolve(&flags, &surroundings, &files).unwrap();
            let organization = settings.organization.map(|setting| setting.value.to_string());
            let url = settings
                .url
                .and_then(|setting| setting.value.host_str().map(str::to_owned));
            seen.push((organization, url));
            match step {
                0 => flags = Flags::default(),
                1 => surroundings = environment(&[]),
                2 => files.project = None,
                _ => files.user = None,
            }
        }
        let expected = [
            ("flag", "variable"),
            ("variable", "variable"),
            ("project", "project"),
            ("user", "user"),
        ];
        let expected = expected.map(|(organization, url)| (Some(organization.to_owned()), Some(url.to_owned())));
        assert_eq!(seen.get(..4), Some(expected.as_slice()));
        assert_eq!(seen.last(), Some(&(None, Some("login".to_owned()))));
    }

    #[test]
    fn the_directory_is_the_one_that_the_file_ties_to_a_workspace() {
        let mut files = files();
        let settings = |files: &Files| resolve(&Flags::default(), &environment(&[]), files).unwrap();
        assert_eq!(settings(&files).directory, Some(PathBuf::from("/work/app")));
        files.project.as_mut().unwrap().file.workspace = None;
        assert_eq!(settings(&files).directory, None);
    }

    #[test]
    fn an_app_is_named_by_the_environment_then_by_the_file() {
        let app = |variables: &[(&str, &str)], files: &Files| {
            let settings = resolve(&Flags::default(), &environment(variables), files).unwrap();
            (settings.app.map(|app| app.value.to_string()), settings.app_directory)
        };
        let (mut files, tied) = (files(), Some(PathBuf::from("/work/app")));
        assert_eq!(
            app(&[("SLIPWAY_APP", "other")], &files),
            (Some("other".to_owned()), tied.clone())
        );
        assert_eq!(app(&[], &files), (Some("project-app".to_owned()), tied));
        files.project.as_mut().unwrap().file.app = None;
        assert_eq!(app(&[], &files), (None, None));
    }

    #[test]
    fn a_bad_variable_is_named_with_its_value() {
        let error = resolve(
            &Flags::default(),
            &environment(&[("SLIPWAY_WORKSPACE", "a b")]),
            &files(),
        )
        .unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the environment variable SLIPWAY_WORKSPACE is \"a b\""),
            "{error}"
        );
    }
}
