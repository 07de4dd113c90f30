//! The terminal of this program: how large it is, and giving it away for a while.

use rustix::stdio::{stdin, stdout};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use slipway_api::app_commands::TerminalSize;

/// How large it is; nothing when it is none.
pub(super) fn size() -> Option<TerminalSize> {
    let size = tcgetwinsize(stdout()).or_else(|_| tcgetwinsize(stdin())).ok()?;
    match (size.ws_col, size.ws_row) {
        (0, _) | (_, 0) => Some(TerminalSize { columns: 80, rows: 24 }),
        (columns, rows) => Some(TerminalSize { columns, rows }),
    }
}

/// A terminal whose keys all go to somebody else. It is as before when this is dropped.
pub(super) struct Terminal(Termios);

impl Terminal {
    /// Every key as it is pressed, and nothing shown of it.
    pub(super) fn raw() -> std::io::Result<Self> {
        let before = tcgetattr(stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(stdin(), OptionalActions::Drain, &raw)?;
        Ok(Self(before))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Nobody is left to tell that it failed.
        tcsetattr(stdin(), OptionalActions::Drain, &self.0).ok();
    }
}
