//! Which app a command is about: as it is said, or the directory's.

use std::path::Path;

use clap::Args;
use slipway_api::apps::App;
use slipway_api::ids::AppId;
use slipway_api::{Name, Resource};
use slipway_client::Client;

use crate::context::Context;
use crate::failure::Failure;
use crate::settings::{FILE_NAME, Origin, Setting, Settings};

/// How long names of apps are at most.
const LONGEST_NAME: usize = 40;

/// Which app, for commands that say something else without a flag.
#[derive(Debug, Args)]
pub(crate) struct OfApp {
    /// The app, by name or id [env: SLIPWAY_APP] [default: the directory's]
    #[arg(long = "app", short = 'a', value_name = "APP")]
    pub(in crate::commands) of_app: Option<String>,
}

/// Which app.
#[derive(Debug, Args)]
pub(crate) struct One {
    /// The app, by name or id [env: SLIPWAY_APP] [default: the directory's]
    #[arg(value_name = "APP", conflicts_with = "of_app")]
    app: Option<String>,
    /// The same, as other commands want it
    #[arg(long = "app", short = 'a', value_name = "APP", hide = true)]
    of_app: Option<String>,
}

impl One {
    /// The app that is meant.
    pub(super) async fn find(&self, context: &Context, client: &Client) -> anyhow::Result<Resource<App>> {
        let said = self.app.as_deref().or(self.of_app.as_deref());
        find(context, client, said).await
    }
}

impl OfApp {
    /// The app that is meant.
    pub(super) async fn find(&self, context: &Context, client: &Client) -> anyhow::Result<Resource<App>> {
        find(context, client, self.of_app.as_deref()).await
    }
}

/// What says which app is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Meant {
    /// Its id.
    Id(AppId),
    /// Its name, and where that was said.
    Name(Setting<Name>),
    /// The directory's name, if there is such an app.
    Directory(Name),
    /// Nothing.
    Nothing,
}

/// What was looked for.
pub(super) enum Looked {
    Found(Box<Resource<App>>),
    /// There is none: of the name that was said or, where nobody said one, of the directory's.
    Missing(Missing),
}

/// An app that is not there.
#[derive(Debug)]
pub(super) struct Missing {
    /// The name that it would have.
    pub(super) name: Option<Name>,
    /// Who said the name; nobody did where it is the directory's.
    origin: Option<Origin>,
}

/// The app that is meant.
pub(in crate::commands) async fn find(
    context: &Context,
    client: &Client,
    said: Option<&str>,
) -> anyhow::Result<Resource<App>> {
    match look(context, client, said).await? {
        Looked::Found(app) => Ok(*app),
        Looked::Missing(missing) => Err(missing.error(context.organization()?)),
    }
}

/// Looks whether the app that is meant is there.
pub(super) async fn look(context: &Context, client: &Client, said: Option<&str>) -> anyhow::Result<Looked> {
    let (name, origin) = match meant(said, &context.settings, &context.environment.directory)? {
        Meant::Id(id) => return Ok(Looked::Found(Box::new(client.app(id).await?.0))),
        Meant::Name(setting) => (setting.value, Some(setting.origin)),
        Meant::Directory(name) => (name, None),
        Meant::Nothing => {
            return Ok(Looked::Missing(Missing {
                name: None,
                origin: None,
            }));
        }
    };
    match client.app_by_name(context.organization()?, &name).await {
        Ok(app) => Ok(Looked::Found(Box::new(app))),
        Err(error) if error.is_not_found() => Ok(Looked::Missing(Missing {
            name: Some(name),
            origin,
        })),
        Err(error) => Err(error.into()),
    }
}

impl Missing {
    /// It as an error that says how an app is named.
    pub(super) fn error(&self, organization: &Name) -> anyhow::Error {
        match (&self.name, &self.origin) {
            (Some(name), Some(origin)) => {
                let what =
                    format!("organization {organization} has no app {name} that you can see (named by {origin})");
                let next = format!("See what there is: slipway app list, or create it: slipway app create {name}");
                Failure::error(what, next)
            }
            (name, _) => {
                let tried = match name {
                    Some(name) => format!(", and there is none that is called {name} as this directory is"),
                    None => String::new(),
                };
                let next = format!(
                    "Name it: behind the command or with --app APP, with SLIPWAY_APP, or in {FILE_NAME} as name in the table [app]."
                );
                Failure::error(format!("no app is named anywhere{tried}"), next)
            }
        }
    }
}

/// The first place that says something.
fn meant(said: Option<&str>, settings: &Settings, directory: &Path) -> anyhow::Result<Meant> {
    if let Some(text) = said {
        if let Ok(id) = text.parse() {
            return Ok(Meant::Id(id));
        }
        return Ok(Meant::Name(Setting {
            value: text.parse()?,
            origin: Origin::Flag,
        }));
    }
    if let Some(setting) = &settings.app {
        return Ok(match setting.value.as_str().parse() {
            Ok(id) => Meant::Id(id),
            Err(_) => Meant::Name(setting.clone()),
        });
    }
    Ok(name_of(directory).map_or(Meant::Nothing, Meant::Directory))
}

/// The directory's name as far as an app can have it.
fn name_of(directory: &Path) -> Option<Name> {
    let name = directory.file_name()?.to_str()?.to_lowercase();
    let name: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    let name = name.trim_start_matches(|letter: char| !letter.is_ascii_lowercase());
    let name = name.get(..name.len().min(LONGEST_NAME))?;
    name.trim_end_matches('-').parse().ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/srv/shop", Some("shop"))]
    #[case("/srv/My Shop_2", Some("my-shop-2"))]
    #[case("/srv/2048-game", Some("game"))]
    #[case("/srv/2048", None)]
    #[case("/", None)]
    fn a_directory_is_called_as_an_app_may_be(#[case] path: &str, #[case] expected: Option<&str>) {
        assert_eq!(name_of(Path::new(path)).as_ref().map(Name::as_str), expected);
    }

    #[test]
    fn a_long_name_is_cut_where_a_letter_is() {
        let name = name_of(Path::new(&format!("/srv/{}-x", "a".repeat(39)))).unwrap();
        assert_eq!(name.as_str().len(), 39);
    }

    #[test]
    fn what_is_said_comes_first_then_the_settings_then_the_directory() {
        let name = |text: &str| text.parse::<Name>().unwrap();
        let mut settings = Settings {
            app: Some(Setting {
                value: name("from-file"),
                origin: Origin::Variable("SLIPWAY_APP"),
            }),
            ..Settings::default()
        };
        let directory = Path::new("/srv/shop");
        let by = |said: Option<&str>, settings: &Settings| meant(said, settings, directory).unwrap();
        assert!(matches!(by(Some("web"), &settings), Meant::Name(setting) if setting.value == name("web")));
        let id = "app-1k9x3c0q8fz2m4ab";
        assert_eq!(by(Some(id), &settings), Meant::Id(id.parse().unwrap()));
        assert!(matches!(by(None, &settings), Meant::Name(setting) if setting.value == name("from-file")));
        settings.app = None;
        assert_eq!(by(None, &settings), Meant::Directory(name("shop")));
        assert!(meant(Some("a b"), &settings, directory).is_err());
    }

    #[test]
    fn who_names_no_app_is_told_every_way() {
        let missing = Missing {
            name: Some("shop".parse().unwrap()),
            origin: None,
        };
        let error = missing.error(&"acme".parse().unwrap());
        assert!(error.to_string().contains("called shop"), "{error}");
        let next = &error.downcast_ref::<Failure>().unwrap().next;
        for way in ["--app", "SLIPWAY_APP", "slipway.toml"] {
            assert!(next.contains(way), "{next}");
        }
    }
}
