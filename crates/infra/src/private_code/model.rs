//! The chosen key as it is stored, and credentials by host: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::{SshKeyId, WorkspaceId};
use slipway_git::{Credentials, HostCredentials};
use zeroize::Zeroizing;

/// The SSH key of a workspace's runs.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workspace_ssh_keys")]
pub struct Model {
    /// The workspace.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The key.
    pub ssh_key_id: SshKeyId,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// A forge or Git server that a workspace was given.
pub struct Opened {
    /// What its repositories' addresses begin with.
    pub url: String,
    /// What opens them.
    pub credentials: Credentials,
    /// Its keys, as lines of a `known_hosts` file.
    pub host_keys: Option<String>,
    /// Certificates that vouch for it.
    pub certificates: Option<String>,
    /// The key for its SSH addresses, where it was given one beside its credentials.
    pub ssh_key: Option<Zeroizing<String>>,
}

/// Hosts whose SSH addresses are on another host than their pages.
const SSH_HOSTS: [(&str, &str); 1] = [("dev.azure.com", "ssh.dev.azure.com")];

/// The key of a forge for its SSH addresses; `known` are lines of a `known_hosts` file beside the forge's own.
#[must_use]
pub fn for_ssh(opened: &Opened, known: &str) -> Option<HostCredentials> {
    let key = opened.ssh_key.clone()?;
    let url = url::Url::parse(&opened.url).ok()?;
    let host = url.host_str()?;
    let other = SSH_HOSTS.iter().find(|(pages, _)| *pages == host);
    Some(HostCredentials::SshKey {
        host: other.map_or(host, |(_, ssh)| ssh).to_owned(),
        port: None,
        key,
        known_hosts: format!("{known}{}", opened.host_keys.as_deref().unwrap_or_default()),
    })
}

/// The credentials for the host of a forge or Git server; none where it needs none or has no address.
#[must_use]
pub fn for_host(opened: &Opened) -> Option<HostCredentials> {
    let url = url::Url::parse(&opened.url).ok()?;
    let host = url.host_str()?.to_owned();
    match (&opened.credentials, url.scheme()) {
        (Credentials::Basic { username, password }, scheme @ ("https" | "http")) => Some(HostCredentials::Basic {
            is_clear: scheme == "http",
            host,
            port: url.port(),
            username: username.clone(),
            password: password.clone(),
            certificates: opened.certificates.clone(),
        }),
        (Credentials::SshKey(key), _) => Some(HostCredentials::SshKey {
            host,
            port: url.port().filter(|_| url.scheme() == "ssh"),
            key: key.clone(),
            known_hosts: opened.host_keys.clone().unwrap_or_default(),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(url: &str, credentials: Credentials) -> Opened {
        Opened {
            url: url.to_owned(),
            credentials,
            host_keys: Some("[git.example.com]:2222 ssh-ed25519 AAAA".to_owned()),
            certificates: None,
            ssh_key: None,
        }
    }

    #[test]
    fn a_forge_with_a_key_is_reached_by_ssh() {
        let mut forge = opened("https://dev.azure.com/acme", Credentials::None);
        assert!(for_ssh(&forge, "").is_none());
        forge.ssh_key = Some(secret());
        let found = for_ssh(&forge, "a ssh-rsa B\n");
        assert!(
            matches!(found, Some(HostCredentials::SshKey { host, port: None, known_hosts, .. })
                if host == "ssh.dev.azure.com" && known_hosts == "a ssh-rsa B\n[git.example.com]:2222 ssh-ed25519 AAAA")
        );
    }

    fn secret() -> Zeroizing<String> {
        Zeroizing::new("secret".to_owned())
    }

    #[test]
    fn credentials_are_for_the_host_that_they_were_given_for() {
        let basic = Credentials::Basic {
            username: "ada".to_owned(),
            password: secret(),
        };
        let found = for_host(&opened("https://forge.example.com:8443/team", basic.clone()));
        assert!(
            matches!(found, Some(HostCredentials::Basic { host, port: Some(8443), is_clear: false, .. }) if host == "forge.example.com")
        );
        let key = Credentials::SshKey(secret());
        let found = for_host(&opened("ssh://git@git.example.com:2222", key));
        assert!(
            matches!(found, Some(HostCredentials::SshKey { host, port: Some(2222), .. }) if host == "git.example.com")
        );
        assert!(for_host(&opened("ssh://git.example.com", basic)).is_none());
        assert!(for_host(&opened("https://forge.example.com", Credentials::None)).is_none());
        assert!(for_host(&opened("", Credentials::None)).is_none());
    }
}
