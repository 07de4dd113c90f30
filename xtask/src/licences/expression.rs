//! SPDX licence expressions, as far as crates use them (<https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/>):
//! identifiers, `WITH`, `AND`, `OR`, parentheses, and Cargo's old `/`, which means `OR`.

use anyhow::{Result, bail};

/// Licences that ask for no more than attribution.
const PERMISSIVE: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Whether permissive licences are enough to satisfy the expression.
///
/// # Errors
/// The text is not an expression.
pub(super) fn is_permissive(expression: &str) -> Result<bool> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = Words {
        rest: spaced.split_whitespace().collect(),
    };
    let result = words.alternatives()?;
    match words.rest.first() {
        None => Ok(result),
        Some(word) => bail!("`{word}` is one too many"),
    }
}

/// The words that are still to be read.
struct Words<'a> {
    rest: Vec<&'a str>,
}

impl<'a> Words<'a> {
    fn alternatives(&mut self) -> Result<bool> {
        let mut result = self.requirements()?;
        while self.take_if("OR") {
            result |= self.requirements()?;
        }
        Ok(result)
    }

    fn requirements(&mut self) -> Result<bool> {
        let mut result = self.licence()?;
        while self.take_if("AND") {
            result &= self.licence()?;
        }
        Ok(result)
    }

    fn licence(&mut self) -> Result<bool> {
        let name = self.take()?;
        if name == "(" {
            let result = self.alternatives()?;
            return if self.take_if(")") {
                Ok(result)
            } else {
                bail!("a parenthesis is not closed")
            };
        }
        if ["AND", "OR", "WITH", ")"].contains(&name) {
            bail!("`{name}` stands where a licence should");
        }
        if !self.take_if("WITH") {
            return Ok(PERMISSIVE.contains(&name));
        }
        let exception = self.take()?;
        Ok(PERMISSIVE.contains(&format!("{name} WITH {exception}").as_str()))
    }

    fn take(&mut self) -> Result<&'a str> {
        if self.rest.is_empty() {
            bail!("it ends too early");
        }
        Ok(self.rest.remove(0))
    }

    fn take_if(&mut self, word: &str) -> bool {
        let is_next = self.rest.first() == Some(&word);
        if is_next {
            self.rest.remove(0);
        }
        is_next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_permissive_alternative_is_enough() {
        for expression in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-2.0-only OR MIT",
            "Apache-2.0 WITH LLVM-exception OR MIT",
        ] {
            assert!(is_permissive(expression).unwrap(), "{expression}");
        }
    }

    #[test]
    fn every_requirement_counts_and_binds_tighter() {
        assert!(is_permissive("(MIT OR GPL-3.0-only) AND Unicode-3.0").unwrap());
        assert!(!is_permissive("MIT AND GPL-3.0-only").unwrap());
        assert!(!is_permissive("GPL-3.0-only OR MIT AND MPL-2.0").unwrap());
        assert!(is_permissive("MIT OR MIT AND MPL-2.0").unwrap());
        assert!(!is_permissive("GPL-2.0-only WITH Classpath-exception-2.0").unwrap());
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for expression in ["", "MIT AND", "(MIT", "MIT MIT", "OR MIT", "MIT)"] {
            assert!(is_permissive(expression).is_err(), "{expression:?}");
        }
    }
}
