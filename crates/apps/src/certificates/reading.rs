//! What a certificate says, and whether it can be used: pure.

use aws_lc_rs::digest::{SHA256, digest};
use slipway_api::Timestamp;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// Longest chain, in bytes.
const LONGEST_CHAIN: usize = 60 << 10;
/// Longest key, in bytes.
const LONGEST_KEY: usize = 16 << 10;

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The names that it proves, in small letters.
    pub names: Vec<String>,
    /// Who signed it.
    pub issuer: String,
    /// From when it counts.
    pub not_before: Timestamp,
    /// Until when it counts.
    pub not_after: Timestamp,
    /// SHA-256 of it, in hexadecimal.
    pub fingerprint: String,
}

/// Why a certificate cannot be used. No text quotes the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The chain.
    #[error("{0}")]
    Chain(String),
    /// The key.
    #[error("{0}")]
    Key(String),
}

/// Reads a certificate with its key, and checks that the router can show it now.
///
/// # Errors
///
/// Why it cannot.
pub fn read(chain: &str, key: &str, now: Timestamp) -> Result<Said, CertificateError> {
    let wrong = |text: &str| CertificateError::Chain(text.to_owned());
    if chain.len() > LONGEST_CHAIN {
        return Err(wrong("A chain has at most 60 KiB."));
    }
    if key.len() > LONGEST_KEY {
        return Err(CertificateError::Key("A key has at most 16 KiB.".to_owned()));
    }
    if key.contains("ENCRYPTED") {
        let detail = "The key has a password. Take it away first: openssl pkey -in KEY -out PLAIN.";
        return Err(CertificateError::Key(detail.to_owned()));
    }
    let certificate = slipway_router::Certificate {
        chain: chain.to_owned(),
        key: key.to_owned(),
    };
    let chain = certificate.check().map_err(|reason| {
        let detail = slipway_kernel::text::sentence(&reason);
        match reason.contains("key") {
            true => CertificateError::Key(detail),
            false => CertificateError::Chain(detail),
        }
    })?;
    let own = chain.first().ok_or_else(|| wrong("The chain has no certificate."))?;
    let said = of_one(own).ok_or_else(|| wrong("The first certificate of the chain cannot be read."))?;
    if said.names.is_empty() {
        return Err(wrong(
            "The certificate names no host. Browsers take names of the extension \"subject alternative name\" only.",
        ));
    }
    if said.not_after <= now {
        return Err(CertificateError::Chain(format!(
            "The certificate counted until {}.",
            said.not_after
        )));
    }
    if said.not_before > now {
        return Err(CertificateError::Chain(format!(
            "The certificate counts from {} on.",
            said.not_before
        )));
    }
    for (number, (signed, signer)) in chain.iter().zip(chain.iter().skip(1)).enumerate() {
        if !is_signed_by(signed, signer) {
            let detail = format!(
                "Certificate {} of the chain is not signed by the next one. Put the site's own first.",
                number + 1
            );
            return Err(CertificateError::Chain(detail));
        }
    }
    Ok(said)
}

fn of_one(der: &[u8]) -> Option<Said> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let names = certificate.subject_alternative_name().ok()?;
    let names = names
        .map(|extension| extension.value.general_names.as_slice())
        .unwrap_or_default();
    let hosts = names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        _ => None,
    });
    let moment = |time: x509_parser::time::ASN1Time| Timestamp::from_unix_ms(time.timestamp().saturating_mul(1_000));
    let validity = certificate.validity();
    let issuer = certificate.issuer();
    let common = issuer.iter_common_name().next().and_then(|name| name.as_str().ok());
    Some(Said {
        names: hosts.collect(),
        issuer: common.map_or_else(|| issuer.to_string(), str::to_owned),
        not_before: moment(validity.not_before),
        not_after: moment(validity.not_after),
        fingerprint: hex::encode(digest(&SHA256, der)),
    })
}

/// By the names; the signature is the business of who is shown the chain.
fn is_signed_by(signed: &[u8], signer: &[u8]) -> bool {
    let (Ok((_, signed)), Ok((_, signer))) = (X509Certificate::from_der(signed), X509Certificate::from_der(signer))
    else {
        return false;
    };
    signed.issuer().as_raw() == signer.subject().as_raw()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A certificate of its own signer for these names, which counts from the year 2020 to 2030; chain and key.
    pub(crate) fn made(names: &[&str]) -> (String, String) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut wanted = rcgen::CertificateParams::new(names).unwrap();
        wanted.not_before = rcgen::date_time_ymd(2020, 1, 1);
        wanted.not_after = rcgen::date_time_ymd(2030, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        (wanted.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    fn at(year: i64) -> Timestamp {
        Timestamp::from_unix_ms((year - 1970) * 31_557_600_000 + 86_400_000)
    }

    #[test]
    fn a_certificate_says_its_names_and_until_when_it_counts() {
        let (chain, key) = made(&["Shop.example.test", "*.example.test"]);
        let said = read(&chain, &key, at(2026)).unwrap();
        assert_eq!(said.names, ["shop.example.test", "*.example.test"]);
        assert_eq!(said.not_after.to_string(), "2030-01-01T00:00:00.000Z");
        assert_eq!(said.fingerprint.len(), 64);
    }

    #[test]
    fn what_the_router_could_not_show_is_not_kept() {
        let (chain, key) = made(&["shop.example.test"]);
        let (other, other_key) = made(&["shop.example.test"]);
        let reason = |chain: &str, key: &str, year| read(chain, key, at(year)).unwrap_err().to_string();
        assert_eq!(
            reason(&chain, &key, 2031),
            "The certificate counted until 2030-01-01T00:00:00.000Z."
        );
        assert!(reason(&chain, &key, 2019).starts_with("The certificate counts from"));
        assert!(matches!(
            read(&chain, &other_key, at(2026)),
            Err(CertificateError::Key(_))
        ));
        assert!(matches!(
            read(&chain, "no key", at(2026)),
            Err(CertificateError::Key(_))
        ));
        assert!(matches!(
            read("no chain", &key, at(2026)),
            Err(CertificateError::Chain(_))
        ));
        assert!(reason(&chain, "-----BEGIN ENCRYPTED PRIVATE KEY-----", 2026).contains("password"));
        let nameless = made(&[]);
        assert!(reason(&nameless.0, &nameless.1, 2026).contains("names no host"));
        // Both are their own signers, of the same name: so give the second another one.
        let mut signer = rcgen::CertificateParams::new(vec!["other.test".to_owned()]).unwrap();
        signer
            .distinguished_name
            .push(rcgen::DnType::CommonName, "somebody else");
        let signer = signer.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().pem();
        assert!(reason(&format!("{chain}{signer}"), &key, 2026).contains("not signed by the next"));
        read(&format!("{chain}{other}"), &key, at(2026)).unwrap();
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(chain in any::<String>(), key in any::<String>()) {
            prop_assert!(read(&chain, &key, Timestamp::from_unix_ms(0)).is_err());
        }
    }
}
