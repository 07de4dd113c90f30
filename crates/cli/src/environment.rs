//! The process's surroundings, read once: environment variables, current directory, terminals, the clock.
//!
//! Nothing else in this crate asks the operating system for them, so that tests decide them.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use slipway_api::Timestamp;

/// What the process was started with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    /// Variables that are set and not empty; an empty one means "not set", as everywhere on the command line.
    pub(crate) variables: BTreeMap<String, String>,
    /// Where it was started.
    pub(crate) directory: PathBuf,
    /// Whether somebody can type.
    pub(crate) stdin_is_terminal: bool,
    /// Whether somebody reads what is printed.
    pub(crate) stdout_is_terminal: bool,
    /// Whether somebody reads messages.
    pub(crate) stderr_is_terminal: bool,
}

impl Environment {
    /// Reads the surroundings of this process.
    pub(crate) fn read() -> std::io::Result<Self> {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        Ok(Self {
            variables,
            directory: std::env::current_dir()?,
            stdin_is_terminal: std::io::stdin().is_terminal(),
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
        })
    }

    /// The value of an environment variable, if it is set and not empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Where this user's configuration of slipway is: `${XDG_CONFIG_HOME:-~/.config}/slipway`.
    pub(crate) fn configuration_directory(&self) -> Option<PathBuf> {
        // The XDG specification ignores relative paths.
        let given = self
            .variable("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute());
        let base = given.or_else(|| Some(PathBuf::from(self.variable("HOME")?).join(".config")))?;
        Some(base.join("slipway"))
    }

    /// Whether a question can be asked and answered.
    pub(crate) fn is_interactive(&self) -> bool {
        self.stdin_is_terminal && self.stderr_is_terminal
    }
}

/// What time it is.
#[expect(
    clippy::disallowed_methods,
    reason = "the edge: the command line shows ages and takes them from here"
)]
pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    Timestamp::from_unix_ms(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}
