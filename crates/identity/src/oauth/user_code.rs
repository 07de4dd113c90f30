//! The code that somebody reads on one screen and types on another (RFC 8628, section 6.1): pure but for the randomness.

use std::fmt;

use slipway_kernel::Result;
use slipway_kernel::random::Random;

/// No vowels, so that no words appear; no letters that look like others or like digits.
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

/// Eight letters: some 34 bits, enough for ten minutes with few attempts.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// A new one.
    ///
    /// # Errors
    ///
    /// When there is no randomness.
    pub fn new(random: &Random) -> Result<Self> {
        let mut text = String::new();
        while text.len() < LENGTH {
            let mut byte = [0];
            random.fill(&mut byte)?;
            // 240 is the last multiple of 20: beyond, the first letters would come more often.
            if let Some(letter) = ALPHABET
                .get(usize::from(byte[0]) % ALPHABET.len())
                .filter(|_| byte[0] < 240)
            {
                text.push(char::from(*letter));
            }
        }
        Ok(Self(text))
    }

    /// What somebody typed, whatever case, spaces and dashes.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        let plain: String = text
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-')
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let is_code = plain.len() == LENGTH && plain.bytes().all(|letter| ALPHABET.contains(&letter));
        is_code.then_some(Self(plain))
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> String {
        slipway_kernel::tokens::hash(&format!("user code {}", self.0))
    }
}

/// As people read it: two groups of four.
impl fmt::Display for UserCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        write!(formatter, "{first}-{second}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        let code = UserCode::new(&Random::seeded(3)).unwrap();
        let shown = code.to_string();
        assert_eq!(shown.len(), 9);
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', " "),
            format!(" {shown} "),
        ] {
            assert!(UserCode::typed(&typed) == Some(code.clone()), "{typed}");
        }
        for typed in ["", "BCDF", "BCDF-GHJA", "BCDF-GHJ0", "BCDF-GHJKL"] {
            assert!(UserCode::typed(typed).is_none(), "{typed}");
        }
    }
}
