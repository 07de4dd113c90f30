//! The console's files: names that say something and sizes that one can read. What else there is about them, types and
//! who may import whom, is checked by its own tools.

use super::{Finding, Source, names, sizes};

pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = sizes::check(source);
    findings.extend(names::check_path(source));
    findings
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    #[test]
    fn drawers_and_long_files_are_refused() {
        assert_eq!(check(&source("web/src/lib/utils.ts", "")).len(), 1);
        assert_eq!(check(&source("web/src/features/runs/helpers/time.tsx", "")).len(), 1);
        assert_eq!(
            check(&source("web/src/ui/button.module.css", &"\n".repeat(501))).len(),
            1
        );
        assert!(check(&source("web/src/ui/data-table.tsx", "")).is_empty());
    }
}
