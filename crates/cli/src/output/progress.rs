//! What goes on right now: a spinner with the elapsed time on a terminal, a line per change elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Output;

/// Shows what goes on until it is dropped.
pub(crate) struct Progress<'a> {
    output: &'a Output,
    bar: Option<ProgressBar>,
    shown: String,
}

impl<'a> Progress<'a> {
    /// Starts to show nothing yet.
    pub(crate) fn new(output: &'a Output) -> Self {
        let bar = output.animated.then(|| spinner(output));
        Self {
            output,
            bar,
            shown: String::new(),
        }
    }

    /// Says what goes on now. Saying the same again changes nothing.
    pub(crate) fn say(&mut self, text: &str) {
        if self.shown == text {
            return;
        }
        text.clone_into(&mut self.shown);
        match &self.bar {
            Some(bar) => bar.set_message(super::one_line(text, 200)),
            None => self.output.note(text),
        }
    }

    /// Runs `write` while nothing of the spinner is on the screen.
    pub(crate) fn while_hidden<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn spinner(output: &Output) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let template = if output.note_style.colour {
        "{spinner:.cyan} {msg} {elapsed:.dim}"
    } else {
        "{spinner} {msg} {elapsed}"
    };
    let ticks = if output.note_style.unicode {
        "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "
    } else {
        "|/-\\ "
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.tick_chars(ticks));
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
