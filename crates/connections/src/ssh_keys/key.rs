//! What a private key is, and what may be told of it: pure.
//!
//! Sources: OpenSSH's PROTOCOL.key for its own form, RFC 4253 6.6 for public keys, RFC 8017 A.1 for RSA keys in DER.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use zeroize::Zeroizing;

/// Bytes of a private key at most; those of RSA with 16,384 bits have 13,000.
const MOST_BYTES: usize = 32 << 10;
/// What OpenSSH's own form begins with.
const MAGIC: &[u8] = b"openssh-key-v1\0";

/// A private key that was read. No `Debug`.
pub struct PrivateKey {
    /// As it is kept: with a line feed at the end, which OpenSSH insists on.
    pub text: Zeroizing<String>,
    /// The kind: `ssh-ed25519`.
    pub algorithm: String,
    /// `SHA256:…` of the public key.
    pub fingerprint: String,
}

/// Reads a private key.
///
/// # Errors
///
/// A sentence that says what is wrong, without the key.
pub fn read(text: &str) -> Result<PrivateKey, &'static str> {
    if text.len() > MOST_BYTES {
        return Err("A private key has at most 32 KiB.");
    }
    let normal = Zeroizing::new(format!("{}\n", text.replace("\r\n", "\n").trim()));
    let (label, body) = armor(&normal).ok_or(
        "This is no private key: it begins with -----BEGIN OPENSSH PRIVATE KEY----- or -----BEGIN RSA PRIVATE KEY-----.",
    )?;
    let public = match label {
        "OPENSSH PRIVATE KEY" => of_openssh(&body)?,
        "RSA PRIVATE KEY" => of_rsa(RsaKeyPair::from_der(&body).ok())?,
        "PRIVATE KEY" => of_rsa(RsaKeyPair::from_pkcs8(&body).ok())?,
        "ENCRYPTED PRIVATE KEY" => return Err(PASSPHRASE),
        _ => {
            return Err(
                "Keys of this form are not read here. Rewrite the file in OpenSSH's form: ssh-keygen -p -f FILE.",
            );
        }
    };
    let (algorithm, _) = string(&public).ok_or(DAMAGED)?;
    Ok(PrivateKey {
        algorithm: String::from_utf8(algorithm.to_vec()).map_err(|_| DAMAGED)?,
        fingerprint: format!("SHA256:{}", STANDARD_NO_PAD.encode(digest(&SHA256, &public))),
        text: normal,
    })
}

const PASSPHRASE: &str =
    "The key has a passphrase, which nobody could type in a run. Remove it: ssh-keygen -p -N '' -f FILE.";
const DAMAGED: &str = "The private key is damaged: was the file copied whole?";

/// The label and the bytes between the dashes.
fn armor(text: &str) -> Option<(&str, Zeroizing<Vec<u8>>)> {
    let (label, rest) = text.strip_prefix("-----BEGIN ")?.split_once("-----\n")?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    if body.contains("ENCRYPTED") {
        return Some(("ENCRYPTED PRIVATE KEY", Zeroizing::default()));
    }
    let body: Zeroizing<String> = Zeroizing::new(body.split_whitespace().collect());
    Some((label, Zeroizing::new(STANDARD.decode(body.as_bytes()).ok()?)))
}

/// The public key out of OpenSSH's form: magic, cipher, derivation, its options, count, public key.
fn of_openssh(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(DAMAGED)?;
    let (cipher, rest) = string(rest).ok_or(DAMAGED)?;
    if cipher != b"none" {
        return Err(PASSPHRASE);
    }
    let (_, rest) = string(rest).ok_or(DAMAGED)?;
    let (_, rest) = string(rest).ok_or(DAMAGED)?;
    let (count, rest) = rest.split_first_chunk::<4>().ok_or(DAMAGED)?;
    if u32::from_be_bytes(*count) != 1 {
        return Err("The file holds several keys; one is expected.");
    }
    let (public, rest) = string(rest).ok_or(DAMAGED)?;
    // Without the private part it would be a public key in disguise.
    match string(rest) {
        Some((private, _)) if !private.is_empty() => Ok(public.to_vec()),
        _ => Err(DAMAGED),
    }
}

/// The public key of an RSA key as SSH writes it. DER and SSH write whole numbers alike.
fn of_rsa(pair: Option<RsaKeyPair>) -> Result<Vec<u8>, &'static str> {
    let pair = pair.ok_or(
        "The private key is damaged or no RSA key of 2048 bits or more. Others are read in OpenSSH's form: \
         ssh-keygen -p -f FILE rewrites it.",
    )?;
    let der = pair.public_key().as_ref();
    let (sequence, _) = element(der, 0x30).ok_or(DAMAGED)?;
    let (modulus, rest) = element(sequence, 0x02).ok_or(DAMAGED)?;
    let (exponent, _) = element(rest, 0x02).ok_or(DAMAGED)?;
    let mut public = Vec::new();
    for part in [b"ssh-rsa".as_slice(), exponent, modulus] {
        public.extend_from_slice(&u32::try_from(part.len()).map_err(|_| DAMAGED)?.to_be_bytes());
        public.extend_from_slice(part);
    }
    Ok(public)
}

/// A length of four bytes and as many bytes; what follows.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// The content of a DER element with this tag; what follows.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    if found != tag {
        return None;
    }
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (
                digits
                    .iter()
                    .fold(0, |length, digit| length * 256 + usize::from(*digit)),
                rest,
            )
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// A key of the real program, and the fingerprint that it shows.
    fn made(arguments: &[&str]) -> (String, String) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let made = Command::new("ssh-keygen")
            .args(["-q", "-C", "a comment", "-f"])
            .arg(&file)
            .args(arguments)
            .status()
            .expect("ssh-keygen is missing: install openssh-client");
        assert!(made.success());
        let shown = Command::new("ssh-keygen").arg("-lf").arg(&file).output().unwrap();
        let shown = String::from_utf8(shown.stdout).unwrap();
        let fingerprint = shown.split_whitespace().nth(1).unwrap().to_owned();
        (std::fs::read_to_string(&file).unwrap(), fingerprint)
    }

    #[test]
    fn the_fingerprint_is_what_ssh_keygen_shows() {
        for (arguments, algorithm) in [
            (["-t", "ed25519", "-N", ""].as_slice(), "ssh-ed25519"),
            (&["-t", "ecdsa", "-N", ""], "ecdsa-sha2-nistp256"),
            (&["-t", "rsa", "-b", "2048", "-N", ""], "ssh-rsa"),
            (&["-t", "rsa", "-b", "2048", "-N", "", "-m", "PEM"], "ssh-rsa"),
            (&["-t", "rsa", "-b", "2048", "-N", "", "-m", "PKCS8"], "ssh-rsa"),
        ] {
            let (text, fingerprint) = made(arguments);
            let key = read(&text.replace('\n', "\r\n")).unwrap_or_else(|why| panic!("{arguments:?}: {why}"));
            assert_eq!((key.algorithm.as_str(), key.fingerprint), (algorithm, fingerprint));
            assert_eq!(key.text.as_str(), text);
        }
    }

    #[test]
    fn a_passphrase_is_told() {
        for form in ["RFC4716", "PEM", "PKCS8"] {
            let (text, _) = made(&["-t", "rsa", "-b", "2048", "-N", "secret", "-m", form]);
            assert_eq!(read(&text).err(), Some(PASSPHRASE), "{form}");
        }
    }

    #[test]
    fn what_is_no_private_key_is_refused() {
        let (text, _) = made(&["-t", "ed25519", "-N", ""]);
        let half: String = text.lines().take(3).collect::<Vec<_>>().join("\n");
        let short = format!("{half}\n-----END OPENSSH PRIVATE KEY-----\n");
        for wrong in [
            "",
            "ssh-ed25519 AAAA comment",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            &half,
            &short,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
