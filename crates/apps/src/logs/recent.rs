//! Telling a line that comes late from one that is told again.

use std::collections::VecDeque;

/// So many lines back one may come late: what is written to output and to errors at once is told within a moment.
const LINES: usize = 1_024;

/// When the last lines of a unit were written, in the order in which they came.
#[derive(Default)]
pub struct Recent(VecDeque<u128>);

impl Recent {
    /// A line came; `at` is its time, always of the same length.
    pub fn add(&mut self, at: &str) {
        if self.0.len() == LINES {
            self.0.pop_front();
        }
        self.0.push_back(number(at));
    }

    /// Whether a line that is older than the newest came before: it has the time of one, or is older than all that are remembered.
    #[must_use]
    pub fn has(&self, at: &str) -> bool {
        let at = number(at);
        self.0.front().is_some_and(|oldest| at < *oldest) || self.0.contains(&at)
    }
}

fn number(at: &str) -> u128 {
    let digits = at.bytes().filter(u8::is_ascii_digit);
    digits.fold(0, |number, digit| number * 10 + u128::from(digit - b'0'))
}
