//! Names of hosts, as people give them: pure.

use std::fmt;

/// Longest name: what proves it stands below a name of its own.
const LONGEST: usize = 200;

/// A name, or every name with exactly one part more: in small letters, with two parts at least, and no address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(String);

/// Why a text is no name of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// It has letters that names in DNS do not have.
    #[error(
        "Use letters, digits, hyphens and dots. A name with other letters is written in its ASCII form, which begins with xn--."
    )]
    Letters,
    /// It is no name with parts.
    #[error(
        "Give a name as shop.example.com, without https:// and without a port; *.example.com stands for every name with one part more."
    )]
    Form,
    /// It is too long.
    #[error("A name has at most 200 characters.")]
    Long,
}

impl std::str::FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().trim_end_matches('.').to_ascii_lowercase();
        if text.len() > LONGEST {
            return Err(HostError::Long);
        }
        let name = text.strip_prefix("*.").unwrap_or(&text);
        if !name.is_ascii() {
            return Err(HostError::Letters);
        }
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_part = |part: &str| {
            (1..=63).contains(&part.len())
                && part.bytes().all(is_plain)
                && !part.starts_with('-')
                && !part.ends_with('-')
        };
        let parts: Vec<&str> = name.split('.').collect();
        // A last part of digits alone would be an address.
        let is_name = parts
            .last()
            .is_some_and(|last| last.bytes().any(|byte| byte.is_ascii_lowercase()));
        match parts.len() >= 2 && is_name && parts.iter().all(|part| is_part(part)) {
            true => Ok(Self(text)),
            false => Err(HostError::Form),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Host {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is every name with one part more.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        self.0.starts_with("*.")
    }

    /// The name without the wildcard.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.strip_prefix("*.").unwrap_or(&self.0)
    }

    /// Whether apps of the site answer there by themselves, at `NAME.ORGANIZATION.DOMAIN`: such names are never given away.
    #[must_use]
    pub fn is_own_of(&self, domain: &str) -> bool {
        let Some(before) = below(&self.0, domain) else {
            return self.name() == domain;
        };
        before.contains('.')
    }

    /// Whether it is a name below one of these suffixes; a wildcard never is.
    #[must_use]
    pub fn is_below(&self, suffixes: &[String]) -> bool {
        let is_below =
            |suffix: &String| below(&self.0, suffix.trim_start_matches("*.").trim_start_matches('.')).is_some();
        !self.is_wildcard() && suffixes.iter().any(is_below)
    }

    /// Whether somebody who has `other` may be who decides about this name, too: both end in the same two parts. That two names
    /// below `co.uk` have nothing to do with each other is not known here; then the record proves what leading here does not.
    #[must_use]
    pub fn may_be_of(&self, other: &str) -> bool {
        let last = |name: &str| {
            let mut parts = name.rsplit('.');
            (parts.next().map(str::to_owned), parts.next().map(str::to_owned))
        };
        last(self.name()) == last(other)
    }
}

/// What stands before a suffix.
fn below<'a>(name: &'a str, suffix: &str) -> Option<&'a str> {
    name.strip_suffix(suffix)?.strip_suffix('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("shop.example.com", Some("shop.example.com"))]
    #[case(" Shop.Example.COM. ", Some("shop.example.com"))]
    #[case("*.example.com", Some("*.example.com"))]
    #[case("xn--bcher-kva.example", Some("xn--bcher-kva.example"))]
    #[case("shop.localhost", Some("shop.localhost"))]
    #[case("localhost", None)]
    #[case("*.com", None)]
    #[case("*", None)]
    #[case("a.*.com", None)]
    #[case("https://shop.example.com", None)]
    #[case("shop.example.com:80", None)]
    #[case("shop.example.com/a", None)]
    #[case("-shop.example.com", None)]
    #[case("shop..com", None)]
    #[case("_x.example.com", None)]
    #[case("127.0.0.1", None)]
    #[case("bücher.example", None)]
    #[case("shop.example.com\0", None)]
    #[case("", None)]
    fn names(#[case] text: &str, #[case] name: Option<&str>) {
        let host: Result<Host, _> = text.parse();
        assert_eq!(host.as_ref().ok().map(Host::as_str), name);
    }

    #[rstest]
    #[case("web.acme.apps.example.com", true)]
    #[case("*.acme.apps.example.com", true)]
    #[case("a.b.c.apps.example.com", true)]
    #[case("*.apps.example.com", false)]
    #[case("shop.apps.example.com", false)]
    #[case("shop.example.com", false)]
    fn names_of_the_site_are_not_given_away(#[case] host: &str, #[case] is_own: bool) {
        let host: Host = host.parse().unwrap();
        assert_eq!(host.is_own_of("apps.example.com"), is_own);
    }

    #[rstest]
    #[case("shop.localhost", true)]
    #[case("a.intern.test", true)]
    #[case("*.shop.localhost", false)]
    #[case("intern.test", false)]
    #[case("xintern.test", false)]
    fn trusted_suffixes(#[case] host: &str, #[case] is_below: bool) {
        let suffixes = ["localhost".to_owned(), "*.intern.test".to_owned()];
        assert_eq!(host.parse::<Host>().unwrap().is_below(&suffixes), is_below);
    }

    #[test]
    fn names_with_the_same_end_may_be_of_one_owner() {
        let host: Host = "evil.example.com".parse().unwrap();
        assert!(host.may_be_of("www.example.com"));
        assert!(host.may_be_of("*.example.com"));
        assert!(!host.may_be_of("www.example.org"));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            if let Ok(host) = text.parse::<Host>() {
                prop_assert_eq!(host.to_string().parse::<Host>().unwrap(), host);
            }
        }
    }
}
