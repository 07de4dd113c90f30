//! Words for times, numbers and texts from elsewhere.

use std::time::Duration;

use slipway_api::Timestamp;

/// How long ago something was: `now`, `4m`, `3h`, `12d`.
pub(crate) fn age(moment: Timestamp, now: Timestamp) -> String {
    let seconds = now.since(moment).as_secs();
    match seconds {
        0..=4 => "now".to_owned(),
        5..=59 => format!("{seconds}s"),
        60..=3599 => format!("{}m", seconds / 60),
        3600..=86_399 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// How long something took: `0.4s`, `12s`, `3m05s`, `1h02m`.
pub(crate) fn elapsed(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..=9 => format!("{:.1}s", duration.as_secs_f64()),
        10..=59 => format!("{seconds}s"),
        60..=3599 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A number with its noun: `1 file`, `3 files`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

/// A number of bytes: `512 B`, `3.4 kB`, `12.0 MB`.
pub(crate) fn size(bytes: u64) -> String {
    let bytes = bytes as f64;
    if bytes < 1000.0 {
        format!("{bytes} B")
    } else if bytes < 1e6 {
        format!("{:.1} kB", bytes / 1e3)
    } else {
        format!("{:.1} MB", bytes / 1e6)
    }
}

/// `yes` or `no`.
pub(crate) fn yes_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// A text from elsewhere without the characters that could command a terminal; line feeds and tabs stay.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .map(|letter| {
            if letter.is_control() && !matches!(letter, '\n' | '\t') {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect()
}

/// The first line of a text from elsewhere, cleaned, at most `width` characters.
pub(crate) fn one_line(text: &str, width: usize) -> String {
    let mut lines = text.lines();
    let line = clean(lines.next().unwrap_or_default()).replace('\t', " ");
    if line.chars().count() > width || lines.next().is_some() {
        let mut short: String = line.chars().take(width.saturating_sub(1)).collect();
        short.push('…');
        return short;
    }
    line
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "now")]
    #[case(59, "59s")]
    #[case(60, "1m")]
    #[case(3 * 3600 + 100, "3h")]
    #[case(90 * 86_400, "90d")]
    fn ages_are_short(#[case] seconds: u64, #[case] expected: &str) {
        let now = Timestamp::from_unix_ms(1_763_680_000_000);
        assert_eq!(age(now.before(Duration::from_secs(seconds)), now), expected);
    }

    #[rstest]
    #[case(420, "0.4s")]
    #[case(12_900, "12s")]
    #[case(185_000, "3m05s")]
    #[case(3_720_000, "1h02m")]
    fn durations_are_exact_where_it_matters(#[case] millis: u64, #[case] expected: &str) {
        assert_eq!(elapsed(Duration::from_millis(millis)), expected);
    }

    #[test]
    fn a_name_cannot_command_the_terminal() {
        assert_eq!(
            clean("a\u{1b}]0;title\u{7}b\u{9b}2J"),
            "a\u{fffd}]0;title\u{fffd}b\u{fffd}2J"
        );
        assert_eq!(one_line("first\nsecond", 80), "first…");
        assert_eq!(one_line("123456", 4), "123…");
    }
}
