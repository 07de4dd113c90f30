//! HTTP Digest authentication (RFC 7616, with MD5, which is what Atlas speaks): pure.

use md5::{Digest as _, Md5};

/// What a server asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    has_quality: bool,
}

impl Challenge {
    /// Of the header `www-authenticate`.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let fields = header.trim().strip_prefix("Digest ")?;
        let field = |name: &str| {
            fields.split(',').find_map(|part| {
                let (key, value) = part.trim().split_once('=')?;
                (key.trim() == name).then(|| value.trim().trim_matches('"').to_owned())
            })
        };
        if field("algorithm").is_some_and(|algorithm| algorithm != "MD5") {
            return None;
        }
        Some(Self {
            realm: field("realm")?,
            nonce: field("nonce")?,
            opaque: field("opaque"),
            has_quality: field("qop").is_some(),
        })
    }
}

/// The header `authorization` of the first request to `path` under this challenge. `random` has no quotes.
pub(super) fn authorization(
    challenge: &Challenge,
    (user, password): (&str, &str),
    method: &str,
    path: &str,
    random: &str,
) -> String {
    let Challenge { realm, nonce, .. } = challenge;
    let who = hash(&format!("{user}:{realm}:{password}"));
    let what = hash(&format!("{method}:{path}"));
    let response = match challenge.has_quality {
        true => hash(&format!("{who}:{nonce}:00000001:{random}:auth:{what}")),
        false => hash(&format!("{who}:{nonce}:{what}")),
    };
    let mut header = format!(
        "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{path}\", response=\"{response}\""
    );
    if challenge.has_quality {
        header.push_str(&format!(", qop=auth, nc=00000001, cnonce=\"{random}\""));
    }
    if let Some(opaque) = &challenge.opaque {
        header.push_str(&format!(", opaque=\"{opaque}\""));
    }
    header
}

fn hash(text: &str) -> String {
    hex::encode(Md5::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7616, section 3.9.1.
    #[test]
    fn it_is_the_answer_of_the_standard() {
        let challenge = Challenge::parse(
            "Digest realm=\"http-auth@example.org\", qop=\"auth\", algorithm=MD5, \
             nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
        )
        .unwrap();
        let header = authorization(
            &challenge,
            ("Mufasa", "Circle of Life"),
            "GET",
            "/dir/index.html",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        );
        assert!(
            header.contains("response=\"8ca523f5e9506fed4657c9700eebdbec\""),
            "{header}"
        );
    }

    #[test]
    fn what_is_not_understood_is_no_challenge() {
        assert_eq!(Challenge::parse("Basic realm=\"x\""), None);
        assert_eq!(
            Challenge::parse("Digest realm=\"x\", nonce=\"y\", algorithm=SHA-256"),
            None
        );
        assert_eq!(Challenge::parse("Digest realm=\"x\""), None);
    }
}
