//! Files that one can read in one go. Functions are measured by clippy.

use super::{Finding, Source, Weight};

const SMELL_LINES: usize = 250;
const FAILURE_LINES: usize = 500;

pub(super) fn check(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().count();
    let (weight, aim) = if lines > FAILURE_LINES {
        (Weight::Failure, FAILURE_LINES)
    } else if lines > SMELL_LINES {
        (Weight::Smell, SMELL_LINES)
    } else {
        return Vec::new();
    };
    let message = format!("{lines} lines, more than {aim}; split it by concept or by verb");
    vec![Finding {
        weight,
        path: source.path.clone(),
        line: lines,
        message,
    }]
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    #[test]
    fn long_is_a_smell_and_too_long_a_failure() {
        let weight = |lines: usize| {
            check(&source("a.rs", &"\n".repeat(lines)))
                .first()
                .map(|finding| finding.weight)
        };
        assert_eq!(weight(250), None);
        assert_eq!(weight(251), Some(Weight::Smell));
        assert_eq!(weight(500), Some(Weight::Smell));
        assert_eq!(weight(501), Some(Weight::Failure));
    }
}
