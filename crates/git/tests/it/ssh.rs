//! Repositories over SSH, and the keys of their hosts.

use std::net::IpAddr;

use slipway_git::{Credentials, GitError, HostKeyProblem, Refspec, host_keys};
use slipway_testing::git_server::Change;
use zeroize::Zeroizing;

use crate::fixture::{Fixture, shown, ssh_remote};

#[tokio::test]
async fn a_repository_is_fetched_with_its_key_from_the_host_that_was_pinned() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    infra
        .commit("main", "First", &[Change::file("main.tf", "# 1")])
        .unwrap();
    let server = fixture.server.ssh().unwrap();
    let keys = host_keys("127.0.0.1", server.port, None).await.unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(
        (keys[0].kind.as_str(), keys[0].line.trim()),
        ("ssh-ed25519", server.known_host.trim())
    );
    let mut remote = ssh_remote(&server);
    remote.known_hosts = Some(keys[0].line.clone());
    let fetched = fixture
        .mirror()
        .fetch(&remote, &Refspec::heads_and_tags())
        .await
        .unwrap();
    assert_eq!(shown(&fetched), ["+ refs/heads/main"]);
    assert_eq!(
        fixture
            .mirror()
            .remote_refs(&remote)
            .await
            .unwrap()
            .default_branch
            .as_deref(),
        Some("main")
    );

    // The same by a name that leads nowhere but for the pin.
    remote.address = server
        .url("infra")
        .replace("127.0.0.1", "forge.example.invalid")
        .parse()
        .unwrap();
    remote.pinned = vec![IpAddr::from([127, 0, 0, 1])];
    remote.known_hosts = Some(server.known_host.replace("127.0.0.1", "forge.example.invalid"));
    fixture
        .mirror()
        .fetch(&remote, &Refspec::heads_and_tags())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_host_with_another_key_or_none_is_not_believed() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    infra
        .commit("main", "First", &[Change::file("main.tf", "# 1")])
        .unwrap();
    let (server, other) = (fixture.server.ssh().unwrap(), fixture.server.ssh().unwrap());
    let fetch = async |known_hosts: Option<String>| {
        let remote = slipway_git::Remote {
            known_hosts,
            ..ssh_remote(&server)
        };
        fixture
            .mirror()
            .fetch(&remote, &Refspec::heads_and_tags())
            .await
            .unwrap_err()
    };
    let shown = host_keys("127.0.0.1", server.port, None).await.unwrap()[0]
        .fingerprint
        .clone();
    let of_other = other
        .known_host
        .replace(&other.port.to_string(), &server.port.to_string());
    match fetch(Some(of_other)).await {
        GitError::HostKey {
            problem: HostKeyProblem::Changed,
            fingerprint,
            ..
        } => assert_eq!(fingerprint, Some(shown)),
        error => panic!("{error}"),
    }
    for unknown in [None, Some(String::new()), Some(other.known_host.clone())] {
        let error = fetch(unknown).await;
        assert!(
            matches!(
                error,
                GitError::HostKey {
                    problem: HostKeyProblem::Unknown,
                    ..
                }
            ),
            "{error}"
        );
    }
}

#[tokio::test]
async fn keys_that_do_not_open_it_are_said_to() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    infra
        .commit("main", "First", &[Change::file("main.tf", "# 1")])
        .unwrap();
    let (server, other) = (fixture.server.ssh().unwrap(), fixture.server.ssh().unwrap());
    for key in [other.key.clone(), "not a key".to_owned()] {
        let mut remote = ssh_remote(&server);
        remote.credentials = Credentials::SshKey(Zeroizing::new(key));
        let error = fixture
            .mirror()
            .fetch(&remote, &Refspec::heads_and_tags())
            .await
            .unwrap_err();
        assert!(matches!(error, GitError::Credentials { .. }), "{error}");
    }
    let mut remote = ssh_remote(&server);
    remote.address = server.url("nothing").parse().unwrap();
    let error = fixture
        .mirror()
        .fetch(&remote, &Refspec::heads_and_tags())
        .await
        .unwrap_err();
    assert!(matches!(error, GitError::Missing(_)), "{error}");
}
