//! A page of the guide as the test reads it: what to run, and what has to be seen.

/// Stands for anything within a line of expected output.
const ANYTHING: char = '…';
/// A comment that begins so keeps the next block out of the test.
const NOT_RUN: &str = "<!-- Not run by the test";

/// One block that runs.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    /// The line of the page on which the block begins, from 1.
    pub line: usize,
    /// What is run.
    pub script: String,
    /// Lines that have to appear in the output, in this order.
    pub expected: Vec<String>,
}

/// The blocks of a page that run, in order. A `text` block belongs to the `sh` block before it.
pub fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut is_skipped = false;
    let mut lines = page.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if line.starts_with(NOT_RUN) {
            is_skipped = true;
        }
        let Some(language) = line.strip_prefix("```") else {
            continue;
        };
        let block: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| *line != "```")
            .collect();
        match language {
            "sh" if is_skipped => is_skipped = false,
            "sh" => steps.push(Step {
                line: index + 1,
                script: block.join("\n") + "\n",
                expected: Vec::new(),
            }),
            "text" => {
                let step = steps.last_mut().expect("output before the first command");
                step.expected.extend(block.into_iter().map(ToOwned::to_owned));
            }
            other => panic!("line {}: a block in {other:?}; the guide has sh and text", index + 1),
        }
    }
    steps
}

/// The first expected line that the output does not have behind those before it.
pub fn missing<'a>(expected: &'a [String], output: &str) -> Option<&'a str> {
    let mut seen = output.lines();
    expected
        .iter()
        .map(String::as_str)
        .filter(|wanted| wanted.trim() != ANYTHING.to_string())
        .find(|wanted| !seen.any(|line| matches(wanted, line)))
}

/// Whether a line is as expected. How wide the gaps between words are does not count: columns follow their contents.
fn matches(expected: &str, line: &str) -> bool {
    let (expected, line) = (narrow(expected), narrow(line));
    let pieces: Vec<&str> = expected.split(ANYTHING).collect();
    let [first, between @ .., last] = pieces.as_slice() else {
        return expected == line;
    };
    let Some(mut rest) = line.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else {
        return false;
    };
    between.iter().all(|piece| match rest.find(piece) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}

fn narrow(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_taken_with_their_output_and_skipped_where_the_page_says_so() {
        let page = "# T\n```sh\na\nb\n```\n\nwords\n\n```text\nA\n```\n<!-- Not run by the test: why. -->\n```sh\nno\n```\n```sh\nc\n```\n";
        let step = |line, script: &str, expected: &[&str]| Step {
            line,
            script: script.to_owned(),
            expected: expected.iter().map(|line| (*line).to_owned()).collect(),
        };
        assert_eq!(steps(page), [step(2, "a\nb\n", &["A"]), step(16, "c\n", &[])]);
    }

    #[test]
    fn lines_are_found_in_order_and_whole() {
        let wanted = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let output = "Name:   shop\nOK: applied: 3 added\nrun-1  applied  apply\n";
        assert_eq!(
            missing(&wanted(&["Name: shop", "…", "run-…  applied  …"]), output),
            None
        );
        assert_eq!(missing(&wanted(&["run-…", "Name: …"]), output), Some("Name: …"));
        assert_eq!(missing(&wanted(&["OK: applied"]), output), Some("OK: applied"));
        assert_eq!(missing(&wanted(&["OK: … added"]), output), None);
        assert_eq!(missing(&wanted(&["OK: … changed"]), output), Some("OK: … changed"));
    }
}
