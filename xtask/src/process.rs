//! Running a program to its end. Arguments are vectors; there is never a shell in between.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs `command` and returns what it wrote on its standard output.
///
/// # Errors
/// The program cannot be started, fails (with what it wrote on its error output), or does not write UTF-8.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = describe(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{line}` could not be started"))?;
    if !output.status.success() {
        bail!(
            "`{line}` failed ({}):\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` did not write UTF-8"))
}

/// The command as a person would type it.
pub(crate) fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| quoted(&word.to_string_lossy()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{word}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_a_shell_would_split_are_quoted() {
        let mut command = Command::new("slipway");
        command.args(["variable", "set", "greeting=Good morning"]);
        assert_eq!(describe(&command), "slipway variable set 'greeting=Good morning'");
    }

    #[test]
    fn a_failure_shows_the_command_and_its_error_output() {
        let error = output(Command::new("cat").arg("/nowhere/at/all"))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("`cat /nowhere/at/all` failed"), "{error}");
        assert!(error.contains("No such file"), "{error}");
    }
}
