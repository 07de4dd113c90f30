//! Making a key and signing with it: RSA with SHA-256, as JSON Web Signatures have it (RFC 7515, RFC 7518 3.3).

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use slipway_api::ids::SigningKeyId;
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Error, Result};

use super::model::PublicKey;

/// A new key: its private part in PKCS #8, and its public part.
pub(super) fn generate(id: SigningKeyId) -> Result<(SecretBytes, PublicKey)> {
    let broken = |_| Error::internal("no signing key can be made");
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(broken)?;
    let private: Pkcs8V1Der<'static> = pair.as_der().map_err(broken)?;
    let public = pair.public_key();
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let public = PublicKey {
        kty: "RSA".to_owned(),
        purpose: "sig".to_owned(),
        alg: "RS256".to_owned(),
        kid: id.to_string(),
        n: text(public.modulus().big_endian_without_leading_zero()),
        e: text(public.exponent().big_endian_without_leading_zero()),
    };
    Ok((SecretBytes::new(private.as_ref().to_vec()), public))
}

/// The compact form of a token with these claims.
pub(super) fn sign(id: SigningKeyId, private: &SecretBytes, claims: &impl Serialize) -> Result<SecretBytes> {
    #[derive(Serialize)]
    struct Header {
        typ: &'static str,
        alg: &'static str,
        kid: String,
    }
    let header = Header {
        typ: "JWT",
        alg: "RS256",
        kid: id.to_string(),
    };
    let part = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
    let header = part(serde_json::to_vec(&header).map_err(Error::internal)?);
    let claims = part(serde_json::to_vec(claims).map_err(Error::internal)?);
    let mut token = format!("{header}.{claims}");
    let pair =
        KeyPair::from_pkcs8(private.expose()).map_err(|error| Error::internal(format!("a signing key: {error}")))?;
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        token.as_bytes(),
        &mut signature,
    )
    .map_err(|_| Error::internal("a token cannot be signed"))?;
    token.push('.');
    token.push_str(&URL_SAFE_NO_PAD.encode(signature));
    Ok(SecretBytes::new(token.into_bytes()))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

    use super::*;

    #[test]
    fn what_is_signed_is_verified_by_the_published_key_and_by_no_other() {
        let id = SigningKeyId::from_parts(1_763_680_000_000, 1);
        let (private, public) = generate(id).unwrap();
        let token = sign(id, &private, &serde_json::json!({ "sub": "somebody" })).unwrap();
        let token = token.expose_text().unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let verify = |key: &PublicKey| {
            let (n, e) = (decode(&key.n), decode(&key.e));
            RsaPublicKeyComponents { n: &n, e: &e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message.as_bytes(),
                &decode(signature),
            )
        };
        assert!(verify(&public).is_ok());
        assert!(verify(&generate(id).unwrap().1).is_err());
        let header: serde_json::Value = serde_json::from_slice(&decode(message.split('.').next().unwrap())).unwrap();
        assert_eq!(
            header,
            serde_json::json!({ "typ": "JWT", "alg": "RS256", "kid": id.to_string() })
        );
    }
}
