//! Replaces known sensitive values in a stream of bytes, across chunk borders.
//!
//! What must stay true: the output does not depend on how the input was cut, and holds none of the values in any of the
//! forms in which programs print them: as they are, line by line, JSON-escaped, URL-encoded, base64 (also when the
//! value stands in the middle of what was encoded, as in `user:password`). Only bytes that may still become a value are
//! held back, so a log line comes through at once.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// What stands in place of a value.
pub const MASK: &str = "(sensitive value)";
/// Shorter values are not masked: they would hide half of the log and tell their own place.
pub const MIN_VALUE_BYTES: usize = 4;
/// Base64 of fewer bytes is too short to be told from other text.
const MIN_ENCODED_BYTES: usize = 8;
/// Words that are common in every log and secret in none.
const COMMON_WORDS: [&str; 3] = ["true", "false", "null"];

/// The values' forms could not be compiled; there are too many or they are too large.
#[derive(Debug, thiserror::Error)]
#[error("the sensitive values are too large to be masked in logs")]
pub struct MaskError(#[from] aho_corasick::BuildError);

/// Masks a stream; feed it in order, then call [`Masker::finish`].
#[derive(Clone)]
pub struct Masker {
    automaton: Option<AhoCorasick>,
    /// Sorted, to find out whether bytes begin one of them.
    patterns: Vec<Vec<u8>>,
    longest: usize,
    held: Vec<u8>,
}

impl Masker {
    /// Prepares the forms of the values.
    ///
    /// # Errors
    /// [`MaskError`]; a run must then not start, or its log would show them.
    pub fn new<'a>(values: impl IntoIterator<Item = &'a str>) -> Result<Self, MaskError> {
        let patterns: Vec<Vec<u8>> = values
            .into_iter()
            .flat_map(forms)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let automaton = if patterns.is_empty() {
            None
        } else {
            Some(
                AhoCorasick::builder()
                    .match_kind(MatchKind::LeftmostLongest)
                    .build(&patterns)?,
            )
        };
        let longest = patterns.iter().map(Vec::len).max().unwrap_or(0);
        Ok(Self {
            automaton,
            patterns,
            longest,
            held: Vec::new(),
        })
    }

    /// Masks from here on what `other` masks; what was held back is still to come.
    pub fn follow(&mut self, other: &Self) {
        let held = std::mem::take(&mut self.held);
        *self = Self { held, ..other.clone() };
    }

    /// Whether there is nothing to mask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.automaton.is_none()
    }

    /// Whether a complete text has something to mask.
    #[must_use]
    pub fn finds(&self, text: &str) -> bool {
        self.automaton
            .as_ref()
            .is_some_and(|automaton| automaton.is_match(text))
    }

    /// Takes the next bytes; returns what can be shown of all bytes so far.
    pub fn feed(&mut self, chunk: &[u8]) -> Vec<u8> {
        let mut input = std::mem::take(&mut self.held);
        input.extend_from_slice(chunk);
        let (output, rest) = self.mask(&input, false);
        self.held = input.split_off(rest);
        output
    }

    /// Ends the stream and returns what was held back; the masker can then be used for another stream.
    pub fn finish(&mut self) -> Vec<u8> {
        let input = std::mem::take(&mut self.held);
        self.mask(&input, true).0
    }

    /// Masks one complete text.
    #[must_use]
    pub fn mask_text(&self, text: &str) -> String {
        let (output, _) = self.mask(text.as_bytes(), true);
        String::from_utf8_lossy(&output).into_owned()
    }

    /// Masks every string inside of a JSON value, keys excepted; for what a plan or state shows without marking it.
    #[must_use]
    pub fn mask_json(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.mask_text(text).into(),
            Value::Array(items) => items.iter().map(|item| self.mask_json(item)).collect::<Vec<_>>().into(),
            Value::Object(fields) => fields
                .iter()
                .map(|(key, field)| (key.clone(), self.mask_json(field)))
                .collect::<Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }

    /// Returns the masked bytes and the place up to which the input is done with.
    fn mask(&self, input: &[u8], is_end: bool) -> (Vec<u8>, usize) {
        let Some(automaton) = &self.automaton else {
            return (input.to_vec(), input.len());
        };
        let mut output = Vec::with_capacity(input.len());
        let mut done = 0;
        let mut hold = self.hold_from(input, 0, is_end);
        for found in automaton.find_iter(input) {
            // What starts at or behind `hold` may grow into a longer value with the next chunk.
            if found.start() >= hold {
                break;
            }
            output.extend_from_slice(input.get(done..found.start()).unwrap_or_default());
            output.extend_from_slice(MASK.as_bytes());
            done = found.end();
            if hold < done {
                hold = self.hold_from(input, done, is_end);
            }
        }
        output.extend_from_slice(input.get(done..hold).unwrap_or_default());
        (output, hold.max(done))
    }

    /// The first place from which everything up to the end is the beginning of a value.
    fn hold_from(&self, input: &[u8], from: usize, is_end: bool) -> usize {
        if is_end {
            return input.len();
        }
        let first = from.max((input.len() + 1).saturating_sub(self.longest));
        (first..input.len())
            .find(|start| self.begins_a_pattern(input.get(*start..).unwrap_or_default()))
            .unwrap_or(input.len())
    }

    fn begins_a_pattern(&self, bytes: &[u8]) -> bool {
        let index = self.patterns.partition_point(|pattern| pattern.as_slice() <= bytes);
        self.patterns
            .get(index)
            .is_some_and(|pattern| pattern.starts_with(bytes))
    }
}

/// The forms in which a value may be printed.
fn forms(value: &str) -> BTreeSet<Vec<u8>> {
    let mut forms = BTreeSet::new();
    let lines = value.lines().map(str::trim);
    for text in lines.chain([value, value.trim()]) {
        if text.len() < MIN_VALUE_BYTES || COMMON_WORDS.contains(&text) {
            continue;
        }
        forms.insert(text.as_bytes().to_vec());
        forms.extend(json_escaped(text).map(String::into_bytes));
        let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        forms.insert(encoded.replace('+', "%20").into_bytes());
        forms.insert(encoded.into_bytes());
    }
    for whole in [value, value.trim()] {
        if whole.len() >= MIN_ENCODED_BYTES {
            forms.extend(base64_cores(whole.as_bytes()));
        }
    }
    forms
}

/// As serde and most others write it, and as Go does, which also escapes `<`, `>` and `&`.
fn json_escaped(text: &str) -> [String; 2] {
    let quoted = Value::from(text).to_string();
    let plain = quoted
        .trim_start_matches('"')
        .strip_suffix('"')
        .unwrap_or(&quoted)
        .to_owned();
    // A value that begins with a quote lost it above; its escaped form begins with a backslash, so nothing is lost.
    let go = plain
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026");
    [plain, go]
}

/// The characters that base64 gives for these bytes whatever stands before and behind them, at each of three offsets.
fn base64_cores(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut cores = Vec::new();
    for offset in 0..3_usize {
        let mut shifted = vec![0; offset];
        shifted.extend_from_slice(bytes);
        // Characters that also carry bits of a neighbour are left off at both ends.
        let first = (offset * 8).div_ceil(6);
        let last = shifted.len() * 8 / 6;
        for encoded in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            cores.extend(encoded.as_bytes().get(first..last).map(<[u8]>::to_vec));
        }
    }
    cores
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    fn masked(values: &[&str], text: &str) -> String {
        Masker::new(values.iter().copied()).unwrap().mask_text(text)
    }

    #[test]
    fn values_are_masked_in_every_form() {
        let secret = "p\"ss/wörd&1";
        for form in [
            secret.to_owned(),
            serde_json::to_string(secret).unwrap(),
            r#"{"x":"p\"ss/wörd\u00261"}"#.to_owned(),
            "p%22ss%2Fw%C3%B6rd%261".to_owned(),
            STANDARD.encode(secret),
            STANDARD.encode(format!("user:{secret}")),
            STANDARD.encode(format!("u:{secret}\n")),
            STANDARD.encode(format!("us:{secret} more")),
        ] {
            let out = masked(&[secret], &format!("before {form} after"));
            assert!(out.contains(MASK), "{form} gave {out}");
            assert!(out.starts_with("before ") && out.ends_with(" after"), "{out}");
        }
    }

    #[test]
    fn multi_line_values_are_masked_by_line_and_the_longest_wins() {
        let key = "-----BEGIN KEY-----\n  MIIabc\n  x\n-----END KEY-----\n";
        assert_eq!(masked(&[key], "│   MIIabc\nrest"), "│   (sensitive value)\nrest");
        assert_eq!(masked(&["hunter", "hunter22"], "hunter22!"), "(sensitive value)!");
        assert_eq!(masked(&["hunter", "hunter22"], "hunter2!"), "(sensitive value)2!");
    }

    /// The engine forgets the mark on `terraform_data`'s output while the value is planned.
    #[test]
    fn a_value_that_a_plan_shows_unmarked_is_masked_too() {
        let plan: Value = serde_json::from_slice(include_bytes!("../tests/golden/plan2.json")).unwrap();
        let before = &plan["resource_changes"][5]["change"]["before"];
        assert_eq!(before["output"]["password"], "hunter22");
        let masker = Masker::new(["hunter22"]).unwrap();
        assert_eq!(
            masker.mask_json(before)["output"],
            serde_json::json!({"password": MASK, "user": "admin"})
        );
    }

    #[test]
    fn short_and_common_values_are_left() {
        assert_eq!(masked(&["abc", "true", ""], "abc true null"), "abc true null");
    }

    #[test]
    fn a_value_that_is_known_later_is_masked_from_there_on() {
        let mut masker = Masker::new(["hunter22"]).unwrap();
        assert_eq!(masker.feed(b"renewed hun"), b"renewed ");
        masker.follow(&Masker::new(["hunter22", "renewed"]).unwrap());
        assert_eq!(
            masker.feed(b"ter22 renewed\n"),
            b"(sensitive value) (sensitive value)\n"
        );
    }

    #[test]
    fn only_what_may_become_a_value_is_held_back() {
        let mut masker = Masker::new(["hunter22"]).unwrap();
        assert_eq!(masker.feed(b"line one\n"), b"line one\n");
        assert_eq!(masker.feed(b"password is hun"), b"password is ");
        assert_eq!(masker.feed(b"ter22\n"), b"(sensitive value)\n");
        assert_eq!(masker.feed(b"hunt"), b"");
        assert_eq!(masker.finish(), b"hunt");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn the_cut_does_not_matter_and_no_value_is_left(
            secrets in prop::collection::vec("[01]{4,9}", 1..5),
            text in "[01 ]{0,80}",
            cuts in prop::collection::vec(0..80_usize, 0..8),
        ) {
            let values = || secrets.iter().map(String::as_str);
            let whole = Masker::new(values()).unwrap().mask_text(&text);
            let mut masker = Masker::new(values()).unwrap();
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut last = 0;
            for cut in cuts.into_iter().chain([text.len()]) {
                pieces.extend(masker.feed(&text.as_bytes()[last..cut]));
                last = cut;
            }
            pieces.extend(masker.finish());
            prop_assert_eq!(String::from_utf8(pieces).unwrap(), whole.clone());
            for secret in &secrets {
                prop_assert!(!whole.contains(secret.as_str()), "{} left in {}", secret, whole);
            }
        }
    }
}
