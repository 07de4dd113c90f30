//! Colours by meaning, and icons with a text for terminals that have no such letters.

use owo_colors::{OwoColorize, Style as Colour};

use crate::environment::Environment;

/// What a colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Went well, or is added.
    Good,
    /// Deserves attention, or is changed.
    Attention,
    /// Went wrong, or is removed.
    Bad,
    /// Goes on.
    Active,
    /// Less important.
    Quiet,
    /// More important.
    Strong,
}

/// A sign before a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    Done,
    Failed,
    Warning,
    Hint,
}

/// Whether colours and icons are used on one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    /// Escape sequences for colours are allowed.
    pub(crate) colour: bool,
    /// Letters beyond ASCII are allowed.
    pub(crate) unicode: bool,
    /// The stream is a terminal, which has a width.
    pub(crate) terminal: bool,
}

impl Style {
    /// Decides by the terminal, `NO_COLOR`, `FORCE_COLOR`, `TERM` and the locale.
    pub(crate) fn choose(environment: &Environment, terminal: bool, no_color: bool) -> Self {
        let refused = no_color || environment.variable("NO_COLOR").is_some();
        let forced = environment.variable("FORCE_COLOR").is_some_and(|value| value != "0");
        let capable = terminal && environment.variable("TERM").is_none_or(|name| name != "dumb");
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| environment.variable(name));
        let unicode = locale.is_some_and(|locale| locale.to_lowercase().replace('-', "").contains("utf8"));
        Self {
            colour: !refused && (forced || capable),
            unicode: terminal && unicode,
            terminal,
        }
    }

    /// No colours, no icons.
    #[cfg(test)]
    pub(crate) fn plain() -> Self {
        Self {
            colour: false,
            unicode: false,
            terminal: false,
        }
    }

    /// The text in the tone's colour.
    pub(crate) fn paint(&self, text: &str, tone: Tone) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let colour = match tone {
            Tone::Good => Colour::new().green(),
            Tone::Attention => Colour::new().yellow(),
            Tone::Bad => Colour::new().red(),
            Tone::Active => Colour::new().cyan(),
            Tone::Quiet => Colour::new().dimmed(),
            Tone::Strong => Colour::new().bold(),
        };
        text.style(colour).to_string()
    }

    /// The icon, or the text that stands for it.
    pub(crate) fn icon(&self, icon: Icon) -> String {
        let (sign, text, tone) = match icon {
            Icon::Done => ("✔", "OK:", Tone::Good),
            Icon::Failed => ("✘", "Error:", Tone::Bad),
            Icon::Warning => ("⚠", "Warning:", Tone::Attention),
            Icon::Hint => ("→", "->", Tone::Active),
        };
        self.paint(if self.unicode { sign } else { text }, tone)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

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

    #[rstest]
    #[case(&[], true, false, true)]
    #[case(&[], false, false, false)]
    #[case(&[("NO_COLOR", "1")], true, false, false)]
    #[case(&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], true, false, false)]
    #[case(&[("FORCE_COLOR", "1")], false, false, true)]
    #[case(&[("TERM", "dumb")], true, false, false)]
    #[case(&[], true, true, false)]
    fn colours_are_used_where_they_are_wanted_and_seen(
        #[case] variables: &[(&str, &str)],
        #[case] terminal: bool,
        #[case] no_color: bool,
        #[case] expected: bool,
    ) {
        assert_eq!(
            Style::choose(&environment(variables), terminal, no_color).colour,
            expected
        );
    }

    #[test]
    fn icons_are_words_where_the_locale_has_no_letters_for_them() {
        assert_eq!(
            Style::choose(&environment(&[("LANG", "C")]), true, true).icon(Icon::Done),
            "OK:"
        );
        assert_eq!(
            Style::choose(&environment(&[("LANG", "en_GB.UTF-8")]), true, true).icon(Icon::Done),
            "✔"
        );
    }
}
