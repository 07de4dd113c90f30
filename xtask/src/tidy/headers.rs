//! Every file begins by saying what it is.

use super::{Finding, Source};

pub(super) fn check(source: &Source) -> Vec<Finding> {
    let first = source
        .text
        .lines()
        .enumerate()
        .find(|(_, line)| !line.trim().is_empty());
    match first {
        Some((_, line)) if says_something(line) => Vec::new(),
        found => {
            let line = found.map_or(1, |(index, _)| index + 1);
            let message = "starts without `//!`; say what the file is and what must stay true";
            vec![Finding::failure(&source.path, line, message)]
        }
    }
}

fn says_something(line: &str) -> bool {
    line.strip_prefix("//!").is_some_and(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    #[test]
    fn a_header_is_needed_before_anything_else() {
        assert!(check(&source("a.rs", "//! What it is.\nfn main() {}\n")).is_empty());
        assert!(check(&source("a.rs", "\n//! What it is.\n")).is_empty());
        for text in ["", "//!\n", "use std::fs;\n//! Late.\n", "// What it is.\n"] {
            assert_eq!(check(&source("a.rs", text)).len(), 1, "{text:?}");
        }
        assert_eq!(check(&source("a.rs", "\nfn main() {}\n"))[0].line, 2);
    }
}
