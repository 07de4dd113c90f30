//! Names that say nothing: a folder, file, module or type called after them becomes a drawer.
//!
//! The last word decides (`RunManager`, `run_info`): `data_directory` names a thing. Functions are left to the reader.

use super::{Finding, Source};

const BANNED: [&str; 9] = [
    "manager", "helper", "helpers", "util", "utils", "common", "misc", "data", "info",
];
/// Fine where HTTP is spoken, where it is the field's own word.
const HTTP_ONLY: [&str; 2] = ["handler", "handlers"];

/// Named by a trait of a library (`http_body::Body`), not by us.
const OF_A_TRAIT: [&str; 1] = ["type Data = Bytes;"];

pub(super) fn check(source: &Source) -> Vec<Finding> {
    let in_items = source.text.lines().enumerate().filter_map(|(index, line)| {
        let (kind, name) = declared(line).filter(|_| !OF_A_TRAIT.contains(&line.trim()))?;
        let word = banned(name, &source.path)?;
        Some(Finding::failure(
            &source.path,
            index + 1,
            message(&format!("{kind} {name}"), word),
        ))
    });
    check_path(source).into_iter().chain(in_items).collect()
}

/// The same for the path alone.
pub(super) fn check_path(source: &Source) -> Vec<Finding> {
    let parts = source
        .path
        .split('/')
        .map(|part| part.split('.').next().unwrap_or(part));
    parts
        .filter_map(|part| banned(part, &source.path))
        .map(|word| Finding::failure(&source.path, 1, message("path", word)))
        .collect()
}

fn message(what: &str, word: &str) -> String {
    format!("`{word}` in the name of the {what} says nothing; name what it is or does")
}

/// The kind and name of a module or type that the line declares.
fn declared(line: &str) -> Option<(&str, &str)> {
    let mut words = line
        .split_whitespace()
        .skip_while(|word| word.starts_with("pub"))
        .map(name_at_start);
    let kind = words
        .next()
        .filter(|word| ["mod", "struct", "enum", "trait", "type"].contains(word))?;
    words.next().filter(|name| !name.is_empty()).map(|name| (kind, name))
}

fn name_at_start(word: &str) -> &str {
    let end = word
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(word.len());
    word.get(..end).unwrap_or(word)
}

/// The banned word that a name ends with.
fn banned(name: &str, path: &str) -> Option<&'static str> {
    let last = last_word(name);
    let speaks_http = path.ends_with("/http.rs") || path.contains("/http/");
    let words = BANNED.iter().chain(HTTP_ONLY.iter().filter(|_| !speaks_http));
    words.copied().find(|word| *word == last)
}

/// The last word of a name in any case style, in lower case: `RunInfo`, `run_info` and `run-info` end with `info`.
fn last_word(name: &str) -> String {
    let start = name
        .char_indices()
        .rev()
        .find(|(_, c)| c.is_uppercase() || *c == '_' || *c == '-');
    let word = start.and_then(|(index, _)| name.get(index..)).unwrap_or(name);
    word.trim_start_matches(['_', '-']).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    fn findings(path: &str, text: &str) -> usize {
        check(&source(path, text)).len()
    }

    #[test]
    fn drawers_are_refused() {
        assert_eq!(findings("crates/infra/src/utils.rs", ""), 1);
        assert_eq!(findings("crates/infra/src/run_helper/mod.rs", ""), 1);
        assert_eq!(findings("a.rs", "pub(crate) struct RunManager {\n"), 1);
        assert_eq!(findings("a.rs", "enum Info { A }\n"), 1);
        assert_eq!(findings("a.rs", "mod common;\n"), 1);
        assert_eq!(findings("a.rs", "    type Data<'a> = &'a str;\n"), 1);
    }

    #[test]
    fn words_that_only_contain_one_are_fine() {
        assert_eq!(
            findings(
                "crates/kernel/src/data_directory.rs",
                "struct DataDirectory;\nmod metadata;\n"
            ),
            0
        );
        assert_eq!(findings("a.rs", "    type Data = Bytes;\n"), 0);
        assert_eq!(findings("a.rs", "fn data() {}\n/// struct Data\nlet data = 1;\n"), 0);
    }

    #[test]
    fn a_handler_is_an_http_word() {
        assert_eq!(findings("a.rs", "struct RunHandler;\n"), 1);
        assert_eq!(findings("crates/infra/src/runs/http.rs", "struct RunHandler;\n"), 0);
    }
}
