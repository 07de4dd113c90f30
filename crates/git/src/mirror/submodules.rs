//! What `.gitmodules` of a commit says.

use std::collections::BTreeMap;

use super::Mirror;
use crate::address::{Address, AddressError};
use crate::error::GitError;
use crate::ids::CommitId;
use crate::names::tree_path;

/// A place in a tree where another repository belongs.
pub(super) struct Submodule {
    /// Where, from the top of the repository.
    pub(super) path: String,
    /// The other repository.
    pub(super) address: Result<Address, AddressError>,
}

impl Mirror {
    /// The submodules that a commit names; addresses that are relative start from `base`.
    pub(super) async fn submodules(&self, commit: &CommitId, base: &Address) -> Result<Vec<Submodule>, GitError> {
        let blob = format!("--blob={commit}:.gitmodules");
        let call = self
            .call("reading .gitmodules")
            .arguments(["config", &blob, "--null", "--no-includes", "--list"]);
        self.must_exist()?;
        let answer = call.run().await?;
        // There is none, or it cannot be read: then there are no submodules, for `git` too.
        let text = String::from_utf8_lossy(&answer.output);
        let text = if answer.code == Some(0) { text.as_ref() } else { "" };
        Ok(parse(text, base))
    }
}

/// `submodule.<name>.path`, line break, value, NUL.
fn parse(text: &str, base: &Address) -> Vec<Submodule> {
    let mut paths = BTreeMap::new();
    let mut addresses = BTreeMap::new();
    for entry in text.split('\0') {
        let Some((key, value)) = entry.split_once('\n') else {
            continue;
        };
        let Some(rest) = key.strip_prefix("submodule.") else {
            continue;
        };
        match rest.rsplit_once('.') {
            Some((name, "path")) => paths.insert(name, value),
            Some((name, "url")) => addresses.insert(name, value),
            _ => None,
        };
    }
    let found = paths.into_iter().filter_map(|(name, path)| {
        let path = tree_path(path).filter(|path| !path.is_empty())?;
        let address = base.join(addresses.get(name).copied().unwrap_or_default());
        Some(Submodule { path, address })
    });
    found.collect()
}

/// Bytes as lowercase hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_and_hostile_addresses_are_told_apart() {
        let text = "submodule.a.b.path\nmodules/a\0submodule.a.b.url\n../net.git\0submodule.c.path\n../../etc\0\
            submodule.c.url\nhttps://x.example.com/c\0submodule.d.path\nd\0submodule.d.url\next::sh -c true\0";
        let base = "https://forge.example.com/platform/infra.git".parse().unwrap();
        let found = parse(text, &base);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].path, "modules/a");
        assert_eq!(
            found[0].address.as_ref().unwrap().to_string(),
            "https://forge.example.com/platform/net.git"
        );
        assert!(found[1].address.is_err());
    }
}
