//! What a remote's refusal means. `git` has exit code 128 for everything: its words decide, in the language that is set for it.

use super::local::last_words;
use crate::access::encoded;
use crate::error::{GitError, HostKeyProblem};
use crate::process::Answer;
use crate::remote::{Credentials, Remote};

/// Words, and what they mean; the first that fit decide.
const MEANINGS: [(&str, Meaning); 42] = [
    ("REMOTE HOST IDENTIFICATION HAS CHANGED", Meaning::KeyChanged),
    ("host key is known for", Meaning::KeyUnknown),
    ("Host key verification failed", Meaning::KeyUnknown),
    ("returned error: 301", Meaning::Moved),
    ("returned error: 302", Meaning::Moved),
    ("returned error: 303", Meaning::Moved),
    ("returned error: 307", Meaning::Moved),
    ("returned error: 308", Meaning::Moved),
    ("unable to update url base from redirection", Meaning::Moved),
    ("returned error: 401", Meaning::Credentials),
    ("returned error: 403", Meaning::Credentials),
    ("returned error: 404", Meaning::Missing),
    ("returned error: 410", Meaning::Missing),
    ("returned error: 429", Meaning::Away),
    ("returned error: 5", Meaning::Away),
    ("Authentication failed", Meaning::Credentials),
    ("could not read Username", Meaning::Credentials),
    ("could not read Password", Meaning::Credentials),
    ("Permission denied (", Meaning::Credentials),
    ("invalid format", Meaning::BadKey),
    ("error in libcrypto", Meaning::BadKey),
    ("ertificate", Meaning::Certificate),
    ("Could not resolve host", Meaning::Away),
    ("Failed to connect", Meaning::Away),
    ("Connection refused", Meaning::Away),
    ("onnection timed out", Meaning::Away),
    ("Connection reset", Meaning::Away),
    ("Operation too slow", Meaning::Away),
    ("No route to host", Meaning::Away),
    ("Network is unreachable", Meaning::Away),
    ("Could not resolve hostname", Meaning::Away),
    ("died of signal 25", Meaning::TooLarge),
    ("File too large", Meaning::TooLarge),
    ("not our ref", Meaning::Missing),
    ("couldn't find remote ref", Meaning::Missing),
    ("repository not found", Meaning::Missing),
    ("Repository not found", Meaning::Missing),
    ("does not appear to be a git repository", Meaning::Missing),
    ("not found", Meaning::Missing),
    ("does not exist", Meaning::Missing),
    ("mismatched algorithms", Meaning::Algorithm),
    ("No space left on device", Meaning::Full),
];

#[derive(Clone, Copy)]
enum Meaning {
    KeyChanged,
    KeyUnknown,
    Moved,
    Credentials,
    BadKey,
    Certificate,
    Missing,
    Away,
    TooLarge,
    Algorithm,
    Full,
}

/// Why a call that talked to a remote failed.
pub(super) fn of_remote(remote: &Remote, answer: &Answer, pack_bytes: u64) -> GitError {
    let text = masked(remote, &answer.said);
    let said = last_words(&text);
    let host = remote.address.host().to_owned();
    let address = remote.address.to_string();
    let meaning = MEANINGS
        .iter()
        .find(|(words, _)| text.contains(words))
        .map(|(_, meaning)| *meaning);
    let host_key = |problem| GitError::HostKey {
        host: host.clone(),
        problem,
        fingerprint: fingerprint(&text),
    };
    match meaning {
        Some(Meaning::KeyChanged) => host_key(HostKeyProblem::Changed),
        Some(Meaning::KeyUnknown) => host_key(HostKeyProblem::Unknown),
        Some(Meaning::Moved) => GitError::Moved(address),
        Some(Meaning::Credentials) => GitError::Credentials {
            address,
            said: match text.contains("could not read ") {
                // What git would ask for at a terminal, after a refusal without a reason.
                true => "they are missing, wrong, or taken back".to_owned(),
                false => said,
            },
        },
        Some(Meaning::BadKey) => GitError::Credentials {
            address,
            said: "the SSH key cannot be read; it must be a private key without a passphrase".to_owned(),
        },
        Some(Meaning::Certificate) => GitError::Certificate { host, said },
        Some(Meaning::Missing) => GitError::Missing(address),
        Some(Meaning::TooLarge) => GitError::TooLarge {
            what: format!("the repository {address}"),
            limit_bytes: pack_bytes,
        },
        Some(Meaning::Algorithm) => GitError::Refused(format!(
            "{address} names its commits by SHA-256, which is not understood"
        )),
        Some(Meaning::Full) => GitError::Damaged("there is no room left on the disk of the mirrors".to_owned()),
        // The other side broke off, or something that has no name yet: another try may succeed.
        Some(Meaning::Away) | None => GitError::Away { host, said },
    }
}

/// Without the password, should a remote have said it, in either form.
fn masked(remote: &Remote, said: &str) -> String {
    match &remote.credentials {
        Credentials::Basic { username, password } if !password.is_empty() => said
            .replace(password.as_str(), "***")
            .replace(encoded(username, password).as_str(), "***"),
        _ => said.to_owned(),
    }
}

/// The first `SHA256:…` in what `ssh` said: the key that the host showed.
fn fingerprint(said: &str) -> Option<String> {
    let (_, rest) = said.split_once("SHA256:")?;
    let digest: String = rest
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/'))
        .collect();
    Some(format!("SHA256:{digest}"))
}
