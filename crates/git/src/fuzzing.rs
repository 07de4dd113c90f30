//! What is fuzzed here: texts of strangers that become arguments and addresses of `git`. Called by `fuzz/` and by tests.

use crate::{Address, check_reference, tree_path};

/// An address is refused, or is one that reads the same again and can be no option of a program.
pub fn addresses(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let Ok(address) = text.parse::<Address>() else {
        return;
    };
    let shown = address.to_string();
    assert_eq!(shown.parse::<Address>().as_ref(), Ok(&address), "{shown}");
    for part in [shown.as_str(), address.host(), address.ssh_user()] {
        let is_plain = !part.starts_with('-') && !part.chars().any(|letter| letter.is_control() || letter == ' ');
        assert!(is_plain && !part.is_empty(), "{part:?} of {shown:?}");
    }
    let (authority, _) = shown
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('/'))
        .unwrap_or_default();
    let is_ssh = address.transport() == crate::address::Transport::Ssh;
    assert_eq!(authority.matches('@').count(), usize::from(is_ssh), "{shown}");
    assert!(!address.key().is_empty());
}

/// A name of a ref or a path of a tree is refused, or leads nowhere else and is no option.
pub fn names(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if check_reference(&text).is_ok() {
        assert!(!text.starts_with('-') && !text.contains("..") && !text.chars().any(char::is_control));
    }
    if let Some(path) = tree_path(&text) {
        assert!(!path.starts_with('/') && path.split('/').all(|part| part != ".." && part != "."));
        assert_eq!(tree_path(&path).as_deref(), Some(path.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use slipway_testing::sampled;

    #[test]
    fn addresses() {
        let seeds: [&[u8]; 8] = [
            b"https://git.example.com/group/name.git",
            b"http://[2001:db8::1]:3000/a/b",
            b"ssh://git@git.example.com:2222/a/b.git",
            b"git@git.example.com:group/name.git",
            b"ssh://-oProxyCommand=x/a",
            b"https://user:password@host/a",
            b"ext::sh -c touch% /tmp/x",
            "https://ex\u{e4}mple.com/%2e%2e/a".as_bytes(),
        ];
        sampled::run("addresses", &seeds, super::addresses);
    }

    #[test]
    fn names() {
        let seeds: [&[u8]; 5] = [
            b"refs/heads/main",
            b"feature/x.lock",
            b"-x",
            b"modules/net/../x",
            b".git/config",
        ];
        sampled::run("names", &seeds, super::names);
    }
}
