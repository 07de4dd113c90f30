//! What of a run's log reaches the screen: text, and colours where they are wanted. Nothing else.
//!
//! A provider or module author can write anything into a log. A terminal obeys escape sequences (window titles, the
//! clipboard, answers typed into the shell), so only those for colours pass, and only to a place that shows them.

/// Filters a log that comes in parts; a sequence may be cut anywhere.
#[derive(Debug)]
pub(crate) struct LogFilter {
    colour: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Text,
    Escape,
    /// `ESC [` and what followed so far.
    Control(String),
    /// `ESC ]`, `ESC P` and the like, up to their end.
    Command {
        escaped: bool,
    },
}

/// Longer sequences are none for colours.
const LONGEST_SEQUENCE: usize = 64;

impl LogFilter {
    /// A filter for a place that shows colours, or not.
    pub(crate) fn new(colour: bool) -> Self {
        Self {
            colour,
            state: State::Text,
        }
    }

    /// What of the next part may be shown.
    pub(crate) fn pass(&mut self, part: &str) -> String {
        let mut shown = String::with_capacity(part.len());
        for letter in part.chars() {
            self.take(letter, &mut shown);
        }
        shown
    }

    fn take(&mut self, letter: char, shown: &mut String) {
        self.state = match std::mem::replace(&mut self.state, State::Text) {
            State::Text if letter == '\u{1b}' => State::Escape,
            State::Text if letter == '\u{9b}' => State::Control(String::new()),
            State::Text => {
                if !letter.is_control() || matches!(letter, '\n' | '\t') {
                    shown.push(letter);
                }
                State::Text
            }
            State::Escape => match letter {
                '[' => State::Control(String::new()),
                ']' | 'P' | 'X' | '^' | '_' => State::Command { escaped: false },
                '\u{1b}' => State::Escape,
                // Two-letter sequences, some with letters in between.
                ' '..='/' => State::Escape,
                _ => State::Text,
            },
            State::Control(mut parameters) => match letter {
                'm' => {
                    if self.colour && parameters.chars().all(|letter| matches!(letter, '0'..='9' | ';' | ':')) {
                        shown.push_str(&format!("\u{1b}[{parameters}m"));
                    }
                    State::Text
                }
                ' '..='?' if parameters.len() < LONGEST_SEQUENCE => {
                    parameters.push(letter);
                    State::Control(parameters)
                }
                '\u{1b}' => State::Escape,
                _ => State::Text,
            },
            State::Command { .. } if letter == '\u{7}' || letter == '\u{9c}' => State::Text,
            State::Command { escaped: true } if letter == '\\' => State::Text,
            // A line ends even the longest command, so that a hostile one cannot hide the rest of the log.
            State::Command { .. } if letter == '\n' => {
                shown.push('\n');
                State::Text
            }
            State::Command { .. } => State::Command {
                escaped: letter == '\u{1b}',
            },
        };
    }
}

/// The marks around a complete log in TFE's protocol.
const MARKS: [char; 2] = ['\u{2}', '\u{3}'];

/// The text of a log whose bytes come in pieces, which may cut a letter; without the marks around it.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    /// The first bytes of a letter whose rest is still to come.
    kept: Vec<u8>,
}

impl Pieces {
    /// The text of the next piece.
    pub(crate) fn text(&mut self, bytes: &[u8]) -> String {
        self.kept.extend_from_slice(bytes);
        let complete = match std::str::from_utf8(&self.kept) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.kept.len(),
        };
        let rest = self.kept.split_off(complete);
        let whole = std::mem::replace(&mut self.kept, rest);
        String::from_utf8_lossy(&whole).replace(MARKS, "")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOSTILE: &str = "\u{1b}[32m+ pet\u{1b}[0m\r\n\u{1b}]0;title\u{7}a\u{1b}]52;c;ZXZpbA==\u{1b}\\b\u{1b}[2J\u{1b}[6nc\u{1b}(Bd\u{8}\u{9b}31me\n";

    #[test]
    fn colours_pass_and_commands_do_not() {
        let shown = LogFilter::new(true).pass(HOSTILE);
        assert_eq!(shown, "\u{1b}[32m+ pet\u{1b}[0m\nabcd\u{1b}[31me\n");
    }

    #[test]
    fn a_plain_place_gets_plain_text() {
        assert_eq!(LogFilter::new(false).pass(HOSTILE), "+ pet\nabcde\n");
    }

    #[test]
    fn a_command_without_end_hides_one_line_only() {
        assert_eq!(LogFilter::new(false).pass("\u{1b}]0;hidden\nshown\n"), "\nshown\n");
    }

    #[test]
    fn a_letter_that_is_cut_waits_for_its_rest() {
        let mut pieces = Pieces::default();
        assert_eq!(pieces.text(b"\x02caf\xc3"), "caf");
        assert_eq!(pieces.text(b"\xa9 \xff\x03"), "\u{e9} \u{fffd}");
    }

    proptest! {
        #[test]
        fn where_the_log_is_cut_makes_no_difference(
            letters in prop::collection::vec(prop::sample::select(vec!['\u{1b}', '[', ']', 'm', '3', ';', 'a', '\n', '\\', '\u{7}']), 0..60),
            cut in 0usize..60,
        ) {
            let whole: String = letters.iter().collect();
            let (first, second): (String, String) =
                (letters.iter().take(cut).collect(), letters.iter().skip(cut).collect());
            let mut filter = LogFilter::new(true);
            let parts = filter.pass(&first) + &filter.pass(&second);
            prop_assert_eq!(parts, LogFilter::new(true).pass(&whole));
        }

        #[test]
        fn a_plain_place_never_gets_an_escape(text in "\\PC*|[\u{0}-\u{9f}]*") {
            let shown = LogFilter::new(false).pass(&text);
            prop_assert!(shown.chars().all(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')));
        }
    }
}
