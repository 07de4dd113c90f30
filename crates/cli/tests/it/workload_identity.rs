//! A program that shows its own signed token instead of a secret, on the real binary against the real server.

use std::path::Path;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{KeyPair, PKCS_ED25519, PublicKeyData as _, SigningKey as _};
use serde_json::{Value, json};

use crate::Ended;
use crate::serving::{Server, slipway, token};

const ISSUER: &str = "https://ci.example.com";

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn signed(key: &KeyPair, subject: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "the server goes by the machine's clock")]
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let claims = json!({"iss": ISSUER, "aud": "slipway", "sub": subject, "iat": now, "exp": now + 300});
    let header = json!({"alg": "EdDSA", "kid": "one"});
    let message = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
    format!("{message}.{}", encoded(key.sign(message.as_bytes()).unwrap()))
}

/// A server whose organization lets the program `repo:acme/shop` in as `ci`.
fn served(home: &Path, key: &KeyPair) -> Server {
    let server = Server::start(home, &["--data-dir", "data"]);
    let public = json!({"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": encoded(key.der_bytes())});
    std::fs::write(home.join("jwks.json"), json!({"keys": [public]}).to_string()).unwrap();
    let admin = token(home);
    for line in [
        "organization create acme",
        "service-account create ci --organization acme",
        "role assign plan --to ci --organization acme",
        "trusted-issuer create pipelines --issuer https://ci.example.com --audience slipway --keys jwks.json --organization acme",
        "trusted-issuer add-rule pipelines plan --to ci --claim-like sub=repo:acme/* --minutes 10 --organization acme",
    ] {
        let arguments: Vec<&str> = line.split(' ').collect();
        let ended = server.client(home, &admin, None, &arguments);
        assert_eq!(ended.code, Some(0), "{line}\n{}", ended.stderr);
    }
    let shown = ["trusted-issuer", "show", "pipelines", "--organization", "acme"];
    let shown = server.client(home, &admin, None, &shown).stdout;
    assert!(shown.contains("plan: sub like repo:acme/* → ci, 10 min"), "{shown}");
    server
}

fn run(home: &Path, server: &Server, variables: &[(&str, &str)], arguments: &[&str]) -> Ended {
    let mut command = slipway(home, arguments);
    command
        .env("SLIPWAY_URL", server.url())
        .env("SLIPWAY_ORGANIZATION", "acme");
    Ended::from(command.envs(variables.iter().copied()).output().unwrap())
}

#[test]
fn commands_exchange_by_themselves_what_the_environment_names() {
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let server = served(home.path(), &key);
    let own = signed(&key, "repo:acme/shop");
    std::fs::write(home.path().join("own.jwt"), format!("{own}\n")).unwrap();
    let who = |variables: &[(&str, &str)]| run(home.path(), &server, variables, &["whoami", "-o", "json"]);
    for variables in [
        vec![("SLIPWAY_WORKLOAD_IDENTITY_TOKEN_FILE", "own.jwt")],
        vec![("SLIPWAY_WORKLOAD_IDENTITY_TOKEN", own.as_str())],
        vec![
            ("SLIPWAY_WORKLOAD_IDENTITY_TOKEN_FILE", "own.jwt"),
            ("SLIPWAY_SERVICE_ACCOUNT", "ci"),
        ],
    ] {
        let ended = who(&variables);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let document: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert!(document.to_string().contains("\"ci-"), "{document}");
        assert!(!home.path().join(".config").exists(), "nothing is kept");
    }
    let refused = who(&[("SLIPWAY_WORKLOAD_IDENTITY_TOKEN", &signed(&key, "repo:evil/shop"))]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("no rule of the organization lets it in"),
        "{}",
        refused.stderr
    );
    let missing = who(&[("SLIPWAY_WORKLOAD_IDENTITY_TOKEN_FILE", "nothing.jwt")]);
    assert!(
        missing.stderr.contains("nothing.jwt cannot be read"),
        "{}",
        missing.stderr
    );
    std::fs::write(home.path().join("empty.jwt"), "\n").unwrap();
    let empty = who(&[("SLIPWAY_WORKLOAD_IDENTITY_TOKEN_FILE", "empty.jwt")]);
    assert!(empty.stderr.contains("empty.jwt is empty"), "{}", empty.stderr);
    // A token that somebody set counts first.
    let both = who(&[
        ("SLIPWAY_WORKLOAD_IDENTITY_TOKEN_FILE", "own.jwt"),
        ("SLIPWAY_TOKEN", "slw_u_wrong"),
    ]);
    assert!(both.stderr.contains("does not take the token"), "{}", both.stderr);
}

#[test]
fn a_job_signs_in_once_and_out_again() {
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let server = served(home.path(), &key);
    std::fs::write(home.path().join("own.jwt"), signed(&key, "repo:acme/shop")).unwrap();
    let login = ["login", "--workload-identity-token-file", "own.jwt"];
    let ended = run(home.path(), &server, &[], &login);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("for 10 minutes") && ended.stderr.contains("as ci-"),
        "{}",
        ended.stderr
    );
    std::fs::remove_file(home.path().join("own.jwt")).unwrap();
    let kept = std::fs::read_to_string(home.path().join(".config/slipway/credentials.toml")).unwrap();
    let token = kept
        .split('"')
        .find(|part| part.starts_with("slw_a_"))
        .unwrap()
        .to_owned();
    assert_eq!(run(home.path(), &server, &[], &["whoami"]).code, Some(0));
    let left = run(home.path(), &server, &[], &["logout"]);
    assert!(left.stderr.contains("revoked it at the server"), "{}", left.stderr);
    let after = run(home.path(), &server, &[("SLIPWAY_TOKEN", &token)], &["whoami"]);
    assert_eq!(after.code, Some(1));
}
