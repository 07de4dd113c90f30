//! Forges: whom the credentials are, and which rights they lack. A plain Git server says nothing of that; over SSH it shows
//! its keys, which are those that were pinned, or are shown to be pinned.

use slipway_api::integrations::MissingRight;
use slipway_git::host_keys::{HostKey, PUBLISHED, host_keys, read_known_hosts};
use slipway_git::{Address, GitError};
use slipway_kernel::text;

use super::{Checked, Outcome, Probe, Wrong};
use crate::integrations::service;

pub(super) async fn ask(probe: &Probe<'_>) -> Result<Outcome, Wrong> {
    let forge = service::opened(probe.ctx, probe.kind, probe.values)?;
    let account = forge
        .account()
        .await
        .map_err(|error| Wrong(text::sentence(&error.to_string())))?;
    let missing = account.missing.into_iter().map(|missing| MissingRight {
        right: missing.right,
        needed_for: missing.needed_for,
    });
    let mut checked = Checked {
        account: Some(account.name).filter(|name| !name.is_empty()),
        missing: missing.collect(),
        expires_at: account.expires_at,
        error: None,
    };
    if probe.kind.word != "git" {
        return Ok((checked, None));
    }
    if probe.method() == "ssh" {
        let shown = host(probe).await?;
        checked.account = checked.account.map(|account| format!("{account} at {shown}"));
    }
    let note = "Whether a repository opens is seen when it is connected: a Git server without a forge around it says nothing \
                of accounts.";
    Ok((checked, Some(note.to_owned())))
}

/// Whether the host is the one that was pinned: says which key it shows.
async fn host(probe: &Probe<'_>) -> Result<String, Wrong> {
    let url = probe.text("url").unwrap_or_default().trim_end_matches('/');
    let address: Address = url
        .parse()
        .or_else(|_| format!("{url}/x").parse())
        .map_err(|_| Wrong(format!("\"{url}\" is no address.")))?;
    let (name, port) = (address.host(), address.port());
    let found = probe.ctx.outbound.addresses(name, port).await?;
    let at = found.first().map(std::net::SocketAddr::ip);
    let git = |error: GitError| Wrong(text::sentence(&error.to_string()));
    let shown = host_keys(name, port, at).await.map_err(git)?;
    let pinned = format!("{PUBLISHED}{}", probe.text("host-keys").unwrap_or_default());
    let pinned = read_known_hosts(&pinned).await.map_err(git)?;
    verdict(url, &shown, &of_host(&pinned, &shown)).map_err(Wrong)
}

/// Of the pinned keys those that name the host, which is written as in what it shows.
fn of_host<'a>(pinned: &'a [HostKey], shown: &[HostKey]) -> Vec<&'a HostKey> {
    let names = |line: &str| line.split(' ').next().unwrap_or_default().to_lowercase();
    let host = shown.first().map(|key| names(&key.line)).unwrap_or_default();
    // What is not written out (patterns, hashed names) may be the host's: `ssh` itself decides when it connects.
    let is_open = |name: &str| name.starts_with('|') || name.contains(['*', '?', '!', '@']);
    pinned
        .iter()
        .filter(|key| names(&key.line).split(',').any(|name| name == host || is_open(name)))
        .collect()
}

/// Which of the keys is known, or what to do.
fn verdict(url: &str, shown: &[HostKey], pinned: &[&HostKey]) -> Result<String, String> {
    let is_pinned = |key: &&HostKey| pinned.iter().any(|pin| pin.fingerprint == key.fingerprint);
    if let Some(key) = shown.iter().find(is_pinned) {
        return Ok(format!("{url} ({})", key.fingerprint));
    }
    let keys: Vec<String> = shown
        .iter()
        .map(|key| format!("{} ({})", key.fingerprint, key.kind))
        .collect();
    let keys = keys.join(", ");
    let pin = format!("pin what is right: slipway repository host-keys {url} --pin INTEGRATION");
    Err(match pinned.first() {
        None => format!(
            "{url} shows the key {keys}, and none is pinned for it. Compare that with what its operator says, then {pin}"
        ),
        Some(pin_of) => format!(
            "{url} shows the key {keys}, and not {}, which was pinned: somebody may be in between, or it was set up anew. \
             Compare the key with what its operator says, then {pin}",
            pin_of.fingerprint
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(host: &str, fingerprint: &str) -> HostKey {
        HostKey {
            kind: "ssh-ed25519".to_owned(),
            fingerprint: fingerprint.to_owned(),
            line: format!("{host} ssh-ed25519 AAAA"),
        }
    }

    #[test]
    fn a_key_is_known_not_pinned_or_changed() {
        let shown = [key("[git.example.com]:2222", "SHA256:one")];
        let verdict = |pinned: &[HostKey]| verdict("ssh://git.example.com:2222", &shown, &of_host(pinned, &shown));
        assert_eq!(
            verdict(&[key("[git.example.com]:2222", "SHA256:one")]).unwrap(),
            "ssh://git.example.com:2222 (SHA256:one)"
        );
        for foreign in ["git.example.com", "github.com", "[git.example.com]:22"] {
            let why = verdict(&[key(foreign, "SHA256:one")]).unwrap_err();
            assert!(why.contains("none is pinned for it"), "{why}");
        }
        let why = verdict(&[key("other,[git.example.com]:2222", "SHA256:two")]).unwrap_err();
        assert!(why.contains("and not SHA256:two, which was pinned"), "{why}");
        assert!(verdict(&[key("|1|hashed|name", "SHA256:one")]).is_ok());
    }
}
