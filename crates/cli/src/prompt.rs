//! Questions to the person at the terminal, asked on stderr so that stdout stays data.

use std::fmt::Display;
use std::io::Read as _;

use inquire::{Confirm, InquireError, Password, PasswordDisplayMode, Select, Text};

use crate::context::Context;
use crate::failure::Failure;

/// A text at most this long is taken from stdin as a value: a variable or a token, not a disk.
const LONGEST_VALUE_BYTES: u64 = 1 << 20;

/// Asks a question whose answer changes nothing when it is no; without a terminal `--yes` has to answer it.
pub(crate) fn confirm(context: &Context, yes: bool, question: &str) -> anyhow::Result<bool> {
    if yes {
        return Ok(true);
    }
    if !context.environment.is_interactive() {
        let next = "Nobody can be asked here: add --yes if that is what you want.";
        return Err(Failure::error(format!("this needs a yes: {question}"), next));
    }
    answer(Confirm::new(question).with_default(false).prompt()).map(|answer| answer.unwrap_or(false))
}

/// Asks for a name to be typed, before something that nothing brings back; without a terminal `--yes` has to answer it.
pub(crate) fn confirm_by_name(context: &Context, yes: bool, what: &str, name: &str) -> anyhow::Result<bool> {
    if yes {
        return Ok(true);
    }
    if !context.environment.is_interactive() {
        let next = "Nobody can be asked here: add --yes if that is what you want.";
        return Err(Failure::error(what, next));
    }
    context.output.warn(what);
    let question = format!("Type {name} to go on:");
    Ok(answer(Text::new(&question).prompt())?.is_some_and(|text| text.trim() == name))
}

/// Asks which of several; nothing when the question was left.
pub(crate) fn choose<T: Display>(question: &str, options: Vec<T>) -> anyhow::Result<Option<T>> {
    answer(Select::new(question, options).prompt())
}

/// Asks for the word `yes`, as OpenTofu does before it changes things.
pub(crate) fn approve(question: &str) -> anyhow::Result<bool> {
    let prompt = Text::new(question).with_help_message("only \"yes\" is taken for a yes");
    Ok(answer(prompt.prompt())?.is_some_and(|text| text.trim() == "yes"))
}

/// A secret: typed without being shown, or all of stdin without the line feed at its end.
pub(crate) fn secret(context: &Context, name: &str) -> anyhow::Result<String> {
    if context.environment.is_interactive() {
        let question = format!("{name}:");
        let prompt = Password::new(&question).without_confirmation();
        let typed = answer(prompt.with_display_mode(PasswordDisplayMode::Hidden).prompt())?;
        return typed.ok_or_else(|| Failure::error("nothing was typed", "Try again, or give the value on stdin."));
    }
    value_from_stdin()
}

/// All of stdin without the line feed at its end.
pub(crate) fn value_from_stdin() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .take(LONGEST_VALUE_BYTES + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST_VALUE_BYTES {
        return Err(Failure::error(
            "stdin has more than 1 MiB",
            "A value is at most 1 MiB long.",
        ));
    }
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

/// Nothing for a question that was left with Escape or Ctrl-C.
fn answer<T>(result: Result<T, InquireError>) -> anyhow::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(InquireError::OperationCanceled | InquireError::OperationInterrupted) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
