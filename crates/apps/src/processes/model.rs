//! Processes, however they were said.

use std::collections::BTreeMap;
use std::time::Duration;

/// Everything that an app runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    /// By name.
    pub processes: BTreeMap<String, Process>,
    /// What is done beside them.
    pub hooks: Hooks,
    /// What was written and means nothing here, in sentences.
    pub warnings: Vec<String>,
}

/// One kind of program of an app; it runs in any number of units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// What it runs.
    pub command: Command,
    /// Whether a unit can take requests. None: it can once it runs.
    pub health: Option<Check>,
    /// Whether a unit has begun; until then nothing else is asked.
    pub startup: Option<Check>,
    /// Where it listens. None: at the port that it is told by `PORT`; an empty list: nowhere.
    pub ports: Option<Vec<Port>>,
}

/// A command, as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A line for the shell of the image.
    Line(String),
    /// A program with its arguments: no shell is needed.
    Words(Vec<String>),
}

/// A question that is asked again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// How it is asked.
    pub probe: Probe,
    /// How often in a row it may fail before it counts.
    pub allowed_failures: u32,
    /// Between two of them.
    pub interval: Duration,
    /// Until there has to be an answer.
    pub timeout: Duration,
    /// How long a deploy waits until it succeeds; the pool's own time without it.
    pub deploy_timeout: Option<Duration>,
    /// Whether a unit that fails it is started again, and not only left without requests.
    pub restarts: bool,
}

/// How a check asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// A `GET` at the first port; every status from 200 to 399 is a yes.
    Http {
        /// With a slash at its beginning.
        path: String,
        /// Whether by TLS; nobody looks at the certificate.
        is_tls: bool,
        /// Beside the usual ones.
        headers: BTreeMap<String, String>,
    },
    /// A command in the unit; exit code 0 is a yes.
    Command(Vec<String>),
}

/// Where a process listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// For who reads it; made of the protocol and the number without one.
    pub name: String,
    /// How it speaks.
    pub protocol: Protocol,
    /// At which others reach it.
    pub port: u16,
    /// At which the unit listens.
    pub target: u16,
}

/// How a port speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Protocol {
    /// Streams.
    #[default]
    Tcp,
    /// Datagrams.
    Udp,
}

/// Commands around the life of an app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hooks {
    /// While its image is built, each a line for the shell.
    pub build: Vec<String>,
    /// In each unit, before its command; where one fails the unit does not start.
    pub before_start: Vec<String>,
    /// In each unit, once its command runs.
    pub after_start: Vec<String>,
}

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct FileError {
    /// Its name.
    pub file: String,
    /// What is wrong, where, and what would be right.
    pub reason: String,
}

/// Where the platforms of Tsuru put an app's source.
const SOURCE_FOLDER: &str = "/home/application/current";

impl Command {
    /// What a unit is started with: the hooks before it, in the app's folder where there is one, and then the command in place of
    /// the shell, so that signals reach it.
    #[must_use]
    pub fn start(&self, hooks: &Hooks) -> Vec<String> {
        let line = match self {
            Self::Words(words) if hooks.before_start.is_empty() => return words.clone(),
            Self::Words(words) => words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "),
            Self::Line(line) => line.clone(),
        };
        // A line of several commands is left as it is: `exec` would make the first of them the only one.
        let last = if is_one_command(&line) {
            format!("exec {line}")
        } else {
            line
        };
        let steps = hooks.before_start.iter().cloned().chain([last]);
        let steps = steps.collect::<Vec<_>>().join(" && ");
        let script = format!("[ -d {SOURCE_FOLDER} ] && cd {SOURCE_FOLDER}; {steps}");
        vec!["/bin/sh".to_owned(), "-lc".to_owned(), script]
    }
}

/// Whether a line for the shell is one program with its arguments, as far as a look at it can tell.
fn is_one_command(line: &str) -> bool {
    const WORDS: [&str; 10] = [
        "exec", "if", "for", "while", "until", "case", "cd", "set", "export", "trap",
    ];
    let program = line.split_whitespace().next().unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./+".contains(&byte);
    let is_program = !program.is_empty() && program.bytes().all(is_plain) && !WORDS.contains(&program);
    is_program && !line.bytes().any(|byte| b";&|(){}\n`".contains(&byte))
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@+%".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_through_the_shell_of_the_image_and_words_do_not() {
        let none = Hooks::default();
        let line = Command::Line("python app.py --port $PORT".to_owned());
        assert_eq!(
            line.start(&none),
            [
                "/bin/sh",
                "-lc",
                "[ -d /home/application/current ] && cd /home/application/current; exec python app.py --port $PORT"
            ]
        );
        let several = Command::Line("mkdir -p data && ./serve".to_owned());
        assert!(
            several
                .start(&none)
                .pop()
                .unwrap()
                .ends_with("; mkdir -p data && ./serve")
        );
        let assigned = Command::Line("LEVEL=debug ./serve".to_owned());
        assert!(assigned.start(&none).pop().unwrap().ends_with("; LEVEL=debug ./serve"));
        let words = Command::Words(vec!["/server".to_owned(), "a b".to_owned(), "it's".to_owned()]);
        assert_eq!(words.start(&none), ["/server", "a b", "it's"]);
        let hooks = Hooks {
            before_start: vec!["./migrate".to_owned(), "./warm".to_owned()],
            ..Hooks::default()
        };
        let script = words.start(&hooks).pop().unwrap();
        assert!(
            script.ends_with(r"; ./migrate && ./warm && exec /server 'a b' 'it'\''s'"),
            "{script}"
        );
    }
}
