//! Whether a delivery comes from who knows the secret.
//!
//! Where a forge signs the raw body (HMAC-SHA256), the body is part of the proof; GitLab and Azure DevOps only show the
//! secret. Several secrets count while one replaces another.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use slipway_kernel::tokens::are_equal;

use super::text;
use crate::forges::model::ForgeKind;

/// The header that carries the secret where a forge can send a header of our choice (Azure DevOps), or where a hook is
/// written by hand (plain Git).
const OWN_HEADER: &str = "x-slipway-token";

/// Whether one of the secrets is the one that the delivery was made with. An empty secret is none.
#[must_use]
pub fn verify(kind: ForgeKind, headers: &HeaderMap, body: &[u8], secrets: &[&str]) -> bool {
    let known = secrets.iter().filter(|secret| !secret.is_empty());
    // All are tried, so that the time does not tell which one it was.
    known.fold(false, |found, secret| is_from(kind, headers, body, secret) | found)
}

fn is_from(kind: ForgeKind, headers: &HeaderMap, body: &[u8], secret: &str) -> bool {
    let signed = |name: &str, prefix: &str| {
        let value = text(headers, name).and_then(|value| value.strip_prefix(prefix));
        value.is_some_and(|value| is_signed(value, body, secret))
    };
    match kind {
        ForgeKind::Github => signed("x-hub-signature-256", "sha256="),
        ForgeKind::Gitea => {
            signed("x-gitea-signature", "")
                || signed("x-forgejo-signature", "")
                || signed("x-hub-signature-256", "sha256=")
        }
        ForgeKind::Bitbucket | ForgeKind::BitbucketDataCenter => signed("x-hub-signature", "sha256="),
        ForgeKind::Gitlab => shows(headers, "x-gitlab-token", secret),
        ForgeKind::AzureDevops => shows(headers, OWN_HEADER, secret) || has_password(headers, secret),
        ForgeKind::Git => signed("x-hub-signature-256", "sha256=") || shows(headers, OWN_HEADER, secret),
    }
}

fn is_signed(hexadecimal: &str, body: &[u8], secret: &str) -> bool {
    let Some(signature) = bytes(hexadecimal) else {
        return false;
    };
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::verify(&key, body, &signature).is_ok()
}

fn shows(headers: &HeaderMap, name: &str, secret: &str) -> bool {
    text(headers, name).is_some_and(|shown| are_equal(shown, secret))
}

/// The secret as the password of HTTP's basic authentication, whatever the user.
fn has_password(headers: &HeaderMap, secret: &str) -> bool {
    let pair = text(headers, "authorization").and_then(|value| value.strip_prefix("Basic "));
    let pair = pair.and_then(|encoded| STANDARD.decode(encoded).ok());
    let pair = pair.and_then(|bytes| String::from_utf8(bytes).ok());
    let password = pair.as_deref().and_then(|pair| pair.split_once(':'));
    password.is_some_and(|(_, password)| are_equal(password, secret))
}

/// 32 bytes in hexadecimal.
fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    if hexadecimal.len() != 64 {
        return None;
    }
    let digits: Option<Vec<u8>> = hexadecimal
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits?;
    let pairs = digits.chunks_exact(2).map(|pair| match pair {
        [high, low] => high << 4 | low,
        _ => 0,
    });
    Some(pairs.collect())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use rstest::rstest;

    use super::*;

    /// From GitHub's documentation, "Validating webhook deliveries": secret, payload, and what must come out.
    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const SIGNATURE: &str = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_str(value).unwrap())])
    }

    #[rstest]
    #[case(ForgeKind::Github, "x-hub-signature-256", "sha256=")]
    #[case(ForgeKind::Gitea, "x-hub-signature-256", "sha256=")]
    #[case(ForgeKind::Gitea, "x-gitea-signature", "")]
    #[case(ForgeKind::Gitea, "x-forgejo-signature", "")]
    #[case(ForgeKind::Bitbucket, "x-hub-signature", "sha256=")]
    #[case(ForgeKind::BitbucketDataCenter, "x-hub-signature", "sha256=")]
    #[case(ForgeKind::Git, "x-hub-signature-256", "sha256=")]
    fn a_signature_is_of_the_secret_and_the_body(
        #[case] kind: ForgeKind,
        #[case] name: &'static str,
        #[case] prefix: &str,
    ) {
        let right = headers(name, &format!("{prefix}{SIGNATURE}"));
        assert!(verify(kind, &right, BODY, &[SECRET]));
        assert!(verify(kind, &right, BODY, &["the one before", SECRET]));
        assert!(!verify(kind, &right, b"Hello, World?", &[SECRET]), "another body");
        assert!(!verify(kind, &right, BODY, &["another"]), "another secret");
        assert!(!verify(kind, &right, BODY, &[]), "no secret");
        for wrong in [
            "".to_owned(),
            SIGNATURE.get(..62).unwrap().to_owned(),
            SIGNATURE.replace('7', "8"),
            format!("{SIGNATURE}00"),
            "é".repeat(32),
            "zz".repeat(32),
        ] {
            let name: http::HeaderName = name.parse().unwrap();
            let value = HeaderValue::from_bytes(format!("{prefix}{wrong}").as_bytes()).unwrap();
            assert!(
                !verify(kind, &HeaderMap::from_iter([(name, value)]), BODY, &[SECRET]),
                "{wrong}"
            );
        }
        assert!(!verify(kind, &HeaderMap::new(), BODY, &[SECRET]), "no header");
    }

    #[test]
    fn nothing_is_signed_with_an_empty_secret() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"");
        let tag = hex::encode(hmac::sign(&key, BODY));
        let forged = headers("x-hub-signature-256", &format!("sha256={tag}"));
        assert!(!verify(ForgeKind::Github, &forged, BODY, &[""]));
        assert!(!verify(
            ForgeKind::Gitlab,
            &headers("x-gitlab-token", " "),
            BODY,
            &["", " x"]
        ));
    }

    #[rstest]
    #[case(ForgeKind::Gitlab, "x-gitlab-token", "secret")]
    #[case(ForgeKind::AzureDevops, "x-slipway-token", "secret")]
    // slipway:secret
    #[case(ForgeKind::AzureDevops, "authorization", "Basic c2xpcHdheTpzZWNyZXQ=")]
    fn a_shown_secret_must_be_the_secret(#[case] kind: ForgeKind, #[case] name: &'static str, #[case] value: &str) {
        assert!(verify(kind, &headers(name, value), BODY, &["secret"]));
        assert!(!verify(kind, &headers(name, value), BODY, &["secret2"]));
        assert!(!verify(kind, &headers(name, value), BODY, &["secre"]));
        // Each forge's own way counts, and no other.
        assert!(!verify(ForgeKind::Github, &headers(name, value), BODY, &["secret"]));
    }
}
