//! Calls of `git` on the mirror itself, without any network.

use super::Mirror;
use crate::error::GitError;
use crate::process::{Answer, Call};

/// What every call is configured with, whatever the mirror's own configuration says.
const CONFIGURATION: [(&str, &str); 8] = [
    ("core.bare", "true"),
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.quotePath", "false"),
    ("maintenance.auto", "false"),
    ("gc.autoDetach", "false"),
    ("gc.pruneExpire", "2.months.ago"),
    ("log.showSignature", "false"),
];

impl Mirror {
    /// A call of `git` in the mirror that may use no transport.
    pub(super) fn call(&self, what: impl Into<String>) -> Call {
        self.call_with(what, "none", &[])
    }

    /// A call of `git` in the mirror with one transport and more configuration. Configuration is given in the
    /// environment, which holds no secret.
    pub(super) fn call_with(&self, what: impl Into<String>, transport: &str, more: &[(String, String)]) -> Call {
        let mut call = Call::new(self.git.program(), what).within(self.limits.other);
        let command = &mut call.command;
        command
            .current_dir(&self.directory)
            .env("GIT_DIR", &self.directory)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_LITERAL_PATHSPECS", "1")
            .env("GIT_ALLOW_PROTOCOL", transport);
        let fixed = CONFIGURATION.iter().map(|(name, value)| (*name, *value));
        let all = fixed.chain(more.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let mut count = 0;
        for (name, value) in all {
            command.env(format!("GIT_CONFIG_KEY_{count}"), name);
            command.env(format!("GIT_CONFIG_VALUE_{count}"), value);
            count += 1;
        }
        command.env("GIT_CONFIG_COUNT", count.to_string());
        call
    }

    /// Runs a call that succeeds or says why not.
    pub(super) async fn ask(&self, call: Call) -> Result<Vec<u8>, GitError> {
        self.must_exist()?;
        let answer = call.run().await?;
        if answer.code == Some(0) {
            return Ok(answer.output);
        }
        Err(local_failure(&answer))
    }

    /// Before the first fetch there is nothing to be asked.
    pub(super) fn must_exist(&self) -> Result<(), GitError> {
        if self.directory.join("HEAD").is_file() {
            return Ok(());
        }
        Err(GitError::Missing("the mirror of this repository".to_owned()))
    }
}

/// What a call without network failed from.
pub(super) fn local_failure(answer: &Answer) -> GitError {
    let said = last_words(&answer.said);
    let is_missing = [
        "bad object",
        "bad revision",
        "not a valid object",
        "Not a valid",
        "invalid object name",
        "not a tree object",
        "unknown revision",
        "not something we can merge",
        "could not parse as tree",
        "Invalid revision",
    ];
    if is_missing.iter().any(|words| said.contains(words)) {
        return GitError::Missing("this commit or path".to_owned());
    }
    GitError::Damaged(said)
}

/// The last lines that say something, on one line, without control characters.
pub(crate) fn last_words(said: &str) -> String {
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let from = lines.len().saturating_sub(4);
    let text = lines.get(from..).unwrap_or_default().join("; ");
    let text: String = text.chars().filter(|letter| !letter.is_control()).take(600).collect();
    if text.is_empty() {
        return "git ended without a word".to_owned();
    }
    text
}
