//! In which form of a file a client gets it: those that were compressed when the console was built, by what it takes.

/// A form that a file may lie in, the smallest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Brotli.
    Brotli,
    /// Gzip.
    Gzip,
    /// As it is.
    Identity,
}

impl Encoding {
    /// What the headers call it; nothing for the file as it is.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// What a compressed file's name ends with.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }
}

/// The forms to look for, the best one first, for a value of `Accept-Encoding` (RFC 9110, 12.5.3). The file as it is
/// comes last even if the client says that it does not want it: a refusal would help nobody.
#[must_use]
pub fn wanted(accepted: &str) -> Vec<Encoding> {
    [Encoding::Brotli, Encoding::Gzip, Encoding::Identity]
        .into_iter()
        .filter(|encoding| encoding.name().is_none_or(|name| is_accepted(accepted, name)))
        .collect()
}

fn is_accepted(accepted: &str, name: &str) -> bool {
    let weight_of = |wanted: &str| {
        accepted.split(',').find_map(|part| {
            let (coding, weight) = part.split_once(';').unwrap_or((part, ""));
            coding.trim().eq_ignore_ascii_case(wanted).then(|| !is_zero(weight))
        })
    };
    weight_of(name).or_else(|| weight_of("*")).unwrap_or(false)
}

/// Whether a weight says "not at all".
fn is_zero(weight: &str) -> bool {
    let value = weight.trim().strip_prefix("q=");
    value.is_some_and(|value| value.trim().parse::<f32>().is_ok_and(|value| value <= 0.0))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Encoding::{Brotli, Gzip, Identity};
    use super::*;

    #[rstest]
    #[case("gzip, deflate, br, zstd", &[Brotli, Gzip, Identity])]
    #[case("gzip, deflate", &[Gzip, Identity])]
    #[case("GZIP;q=0.5", &[Gzip, Identity])]
    #[case("br;q=0, gzip", &[Gzip, Identity])]
    #[case("*", &[Brotli, Gzip, Identity])]
    #[case("*;q=0.1, gzip;q=0.000", &[Brotli, Identity])]
    #[case("identity, *;q=0", &[Identity])]
    #[case("brotli", &[Identity])]
    #[case("", &[Identity])]
    fn a_client_gets_the_smallest_form_that_it_takes(#[case] accepted: &str, #[case] forms: &[Encoding]) {
        assert_eq!(wanted(accepted), forms);
    }
}
