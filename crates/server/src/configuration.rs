//! The server's settings: defaults, then the TOML file, then `SLIPWAY_*` variables, then flags; the last one wins.
//!
//! A key nobody knows is an error wherever it stands, because a misspelt setting that is silently ignored costs an
//! afternoon.

use std::path::Path;

use anyhow::{Context, bail};
use slipway_kernel::secrets::source::VARIABLE;
use slipway_kernel::settings::{HiddenKey, Settings};
use toml::{Table, Value};

/// What every variable of the server starts with.
const PREFIX: &str = "SLIPWAY_";

/// A setting from the command line: `server.listen` and its text.
pub type Flag = (&'static str, String);

/// Reads the settings.
///
/// # Errors
///
/// Each says which source, which key, and what would be right.
pub fn load(
    file: Option<&Path>,
    variables: impl IntoIterator<Item = (String, String)>,
    flags: &[Flag],
) -> anyhow::Result<Settings> {
    let mut table = match file {
        Some(path) => read(path)?,
        None => Table::new(),
    };
    let mut master_key = HiddenKey::default();
    for (name, text) in variables {
        if name == VARIABLE {
            master_key = HiddenKey::new(text);
        } else if let Some((section, key)) = split(&name) {
            set(&mut table, section, &key, &text).with_context(|| format!("in the variable {name}"))?;
        }
    }
    for (path, text) in flags {
        let (section, key) = path.split_once('.').unwrap_or((path, ""));
        set(&mut table, section, key, text).with_context(|| format!("in the flag for {path}"))?;
    }
    let mut settings: Settings = Value::Table(table).try_into().context("the settings cannot be used")?;
    settings.server.master_key = master_key;
    check(&settings)?;
    Ok(settings)
}

/// The settings as TOML, with passwords left out.
///
/// # Errors
///
/// Never in practice: settings are plain values.
pub fn print(settings: &Settings) -> anyhow::Result<String> {
    let mut shown = settings.clone();
    shown.database.url = shown.database.url.map(|url| without_password(&url));
    Ok(toml::to_string_pretty(&shown)?)
}

fn read(path: &Path) -> anyhow::Result<Table> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the configuration file {} cannot be read", path.display()))?;
    let table: Table = text
        .parse()
        .with_context(|| format!("the configuration file {} is not valid TOML", path.display()))?;
    // On its own first, so that an error names the file.
    let alone: Result<Settings, _> = Value::Table(table.clone()).try_into();
    alone.with_context(|| format!("in the configuration file {}", path.display()))?;
    Ok(table)
}

/// `SLIPWAY_SERVER_DATA_DIR` as section and key. Variables of no section are the command line's, not the server's.
fn split(name: &str) -> Option<(&'static str, String)> {
    let rest = name.strip_prefix(PREFIX)?;
    let mut sections = Settings::sections().into_iter().map(|(section, _)| section);
    sections.find_map(|section| {
        let key = rest.strip_prefix(&section.to_uppercase())?.strip_prefix('_')?;
        Some((section, key.to_lowercase()))
    })
}

fn set(table: &mut Table, section: &str, key: &str, text: &str) -> anyhow::Result<()> {
    let value = typed(section, key, text)?;
    let entry = table
        .entry(section.to_owned())
        .or_insert_with(|| Value::Table(Table::new()));
    match entry.as_table_mut() {
        Some(section) => section.insert(key.to_owned(), value),
        None => bail!("\"{section}\" is a section, not a value"),
    };
    Ok(())
}

/// The text as a value of the type that the setting has by default.
fn typed(section: &str, key: &str, text: &str) -> anyhow::Result<Value> {
    let defaults = Value::try_from(Settings::default())?;
    let default = defaults.get(section).and_then(|section| section.get(key));
    Ok(match default {
        Some(Value::Integer(_)) => Value::Integer(text.parse().with_context(|| format!("\"{text}\" is not a number"))?),
        Some(Value::Boolean(_)) => match text {
            "true" | "1" | "yes" => Value::Boolean(true),
            "false" | "0" | "no" => Value::Boolean(false),
            other => bail!("\"{other}\" is neither true nor false"),
        },
        Some(Value::Array(_)) => {
            let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            Value::Array(entries.map(|entry| Value::String(entry.to_owned())).collect())
        }
        // Settings without a default are all text.
        _ => Value::String(text.to_owned()),
    })
}

fn check(settings: &Settings) -> anyhow::Result<()> {
    let server = &settings.server;
    if server.tls_certificate.is_some() != server.tls_key.is_some() {
        bail!("server.tls_certificate and server.tls_key belong together: set both or none");
    }
    if !server.listen.ip().is_loopback() && server.tls_certificate.is_none() && !server.allow_plain_http {
        bail!(
            "{} can be reached by others, and plain HTTP would show them every token. Set server.tls_certificate and \
             server.tls_key; or, behind a proxy that speaks TLS, server.allow_plain_http",
            server.listen
        );
    }
    if let Some(text) = &server.public_url {
        let url = url::Url::parse(text).with_context(|| format!("server.public_url \"{text}\" is not a URL"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            bail!("server.public_url \"{text}\" must start with http:// or https:// and name a host");
        }
    }
    if let Some(text) = &settings.routing.acme_directory
        && !text.starts_with("https://")
    {
        bail!("routing.acme_directory \"{text}\" must start with https://: an authority is asked with TLS only");
    }
    if settings.runs.lease_seconds < 5 {
        bail!("runs.lease_seconds must be at least 5, or every pause of a runner would cost it its work");
    }
    Ok(())
}

fn without_password(text: &str) -> String {
    match url::Url::parse(text) {
        Ok(mut url) if url.password().is_some() => {
            if url.set_password(Some("***")).is_err() {
                return "***".to_owned();
            }
            url.to_string()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)], flags: &[Flag]) -> anyhow::Result<Settings> {
        let variables = variables
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        load(None, variables, flags)
    }

    #[test]
    fn flags_win_over_variables_and_variables_over_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("server.toml");
        std::fs::write(
            &file,
            "[server]\nlisten = \"127.0.0.1:1\"\n[runs]\nslots = 7\nlease_seconds = 30\n",
        )
        .unwrap();
        let variables = [
            ("SLIPWAY_SERVER_LISTEN".to_owned(), "127.0.0.1:2".to_owned()),
            ("SLIPWAY_RUNS_SLOTS".to_owned(), "8".to_owned()),
        ];
        let settings = load(Some(&file), variables, &[("server.listen", "127.0.0.1:3".to_owned())]).unwrap();
        assert_eq!(settings.server.listen.port(), 3);
        assert_eq!((settings.runs.slots, settings.runs.lease_seconds), (8, 30));
    }

    #[test]
    fn unknown_keys_are_refused_with_their_source() {
        let error = with(&[("SLIPWAY_RUNS_SLOTZ", "8")], &[]).unwrap_err();
        assert!(format!("{error:#}").contains("slotz"), "{error:#}");
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("server.toml");
        std::fs::write(&file, "[server]\nlissen = \"127.0.0.1:1\"\n").unwrap();
        let error = load(Some(&file), [], &[]).unwrap_err();
        assert!(
            format!("{error:#}").contains("server.toml") && format!("{error:#}").contains("lissen"),
            "{error:#}"
        );
    }

    #[test]
    fn the_command_lines_own_variables_are_left_alone() {
        assert!(with(&[("SLIPWAY_TOKEN", "x"), ("SLIPWAY_URL", "y")], &[]).is_ok());
    }

    #[test]
    fn the_master_key_comes_from_the_environment_only_and_is_never_shown() {
        let settings = with(&[(VARIABLE, "c2VjcmV0LXNlY3JldC1zZWNyZXQ=")], &[]).unwrap();
        assert!(settings.server.master_key.is_set());
        let shown = format!("{settings:?} {}", print(&settings).unwrap());
        assert!(!shown.contains("c2Vj"), "{shown}");
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("server.toml");
        std::fs::write(&file, "[server]\nmaster_key = \"c2Vj\"\n").unwrap();
        assert!(load(Some(&file), [], &[]).is_err());
    }

    #[test]
    fn plain_http_for_everybody_needs_a_word() {
        let listen = ("server.listen", "0.0.0.0:8080".to_owned());
        assert!(format!("{:#}", with(&[], std::slice::from_ref(&listen)).unwrap_err()).contains("allow_plain_http"));
        assert!(with(&[("SLIPWAY_SERVER_ALLOW_PLAIN_HTTP", "true")], &[listen]).is_ok());
    }

    #[test]
    fn passwords_are_not_printed() {
        let settings = with(&[("SLIPWAY_DATABASE_URL", "postgres://me:hidden@db/slipway")], &[]).unwrap();
        let text = print(&settings).unwrap();
        assert!(!text.contains("hidden") && text.contains("me:***@db"), "{text}");
    }
}
