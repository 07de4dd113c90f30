//! Where a browser goes on after signing in: a path of ours, whatever somebody wrote into the address.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// A path of this server, with its query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnPath(String);

/// The text is no path of this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPath;

/// Characters of the longest one.
const LONGEST: usize = 1_000;

impl ReturnPath {
    /// The path in `text`, or that of the console where it is none of ours.
    #[must_use]
    pub fn or_console(text: &str) -> Self {
        text.parse().unwrap_or_else(|_| Self("/app".to_owned()))
    }

    /// The path's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ReturnPath {
    type Err = NotAPath;

    fn from_str(text: &str) -> Result<Self, NotAPath> {
        // Browsers read a backslash as a slash, and leave out tabs and line ends.
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        if !is_plain || !text.starts_with('/') || text.starts_with("//") || text.len() > LONGEST {
            return Err(NotAPath);
        }
        // What a browser makes of it must be the same host; this is the algorithm that they use.
        let here = Url::parse("http://slipway.invalid/").map_err(|_| NotAPath)?;
        let there = here.join(text).map_err(|_| NotAPath)?;
        if there.origin() != here.origin() {
            return Err(NotAPath);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ReturnPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_of_ours_are_kept() {
        for text in ["/", "/account", "/oauth/authorize?client_id=x&state=a%2Fb", "/a//b"] {
            assert_eq!(text.parse::<ReturnPath>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn ways_out_are_not() {
        for text in [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            " //evil.example",
            "/é",
        ] {
            assert_eq!(text.parse::<ReturnPath>(), Err(NotAPath), "{text:?}");
            assert_eq!(ReturnPath::or_console(text).as_str(), "/app");
        }
    }

    proptest! {
        #[test]
        fn a_browser_never_leaves_the_host(text in "[/\\\\]{0,3}[a-z.:@?#\\\\/\t ]{0,30}") {
            if let Ok(path) = text.parse::<ReturnPath>() {
                let base = Url::parse("https://slipway.example/sign-in").unwrap();
                prop_assert_eq!(base.join(path.as_str()).unwrap().origin(), base.origin());
            }
        }
    }
}
