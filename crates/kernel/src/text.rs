//! Text for people: how a reason becomes a sentence.

/// A reason as a sentence: it begins with a capital letter and ends with a full stop, unless it ends otherwise already.
/// What begins with an address (`https://…`), a path or the name of a variable keeps its first letter.
#[must_use]
pub fn sentence(reason: &str) -> String {
    let reason = reason.trim();
    let word = reason.split_whitespace().next().unwrap_or_default();
    let mut letters = reason.chars();
    let mut text = String::with_capacity(reason.len() + 1);
    match letters.next() {
        Some(first) if !word.contains(['/', '_']) => text.extend(first.to_uppercase()),
        Some(first) => text.push(first),
        None => return text,
    }
    text.push_str(letters.as_str());
    if !text.ends_with(['.', '!', '?', '…']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("the key is not readable", "The key is not readable.")]
    #[case::ended("too large.", "Too large.")]
    #[case::question("is the host right?", "Is the host right?")]
    #[case::address(
        "https://git.example.test does not answer",
        "https://git.example.test does not answer."
    )]
    #[case::path("repos/acme/web is not there", "repos/acme/web is not there.")]
    #[case::variable("log_level is no number", "log_level is no number.")]
    #[case::umlaut("ärger", "Ärger.")]
    #[case::spaces("  a reason\n", "A reason.")]
    #[case::nothing("", "")]
    fn a_reason_becomes_a_sentence(#[case] reason: &str, #[case] expected: &str) {
        assert_eq!(sentence(reason), expected);
    }
}
