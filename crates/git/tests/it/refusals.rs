//! What remotes and people must not get away with.

use std::net::IpAddr;

use slipway_git::{Credentials, GitError, Refspec};
use slipway_testing::git_server::{Change, GitServer};

use crate::fixture::{Fixture, basic, remote};

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    infra
        .commit("main", "First", &[Change::file("main.tf", "# 1")])
        .unwrap();
    let other = GitServer::start().unwrap();
    other.http().redirect(Some(fixture.server.http().origin()));
    let moved = remote(&other.url("infra"), basic("ada", "password"));
    let error = fixture
        .mirror()
        .fetch(&moved, &Refspec::heads_and_tags())
        .await
        .unwrap_err();
    assert!(matches!(error, GitError::Moved(_)), "{error}");
    assert!(matches!(
        fixture.mirror().remote_refs(&moved).await,
        Err(GitError::Moved(_))
    ));
    assert_eq!(fixture.server.http().counters().requests, 0);
}

#[tokio::test]
async fn what_a_server_says_is_told_apart() {
    let fixture = Fixture::new();
    let fetch = async || fixture.fetch().await.unwrap_err();
    assert!(matches!(fetch().await, GitError::Missing(_)), "no such repository");
    for (status, is_right) in [
        (
            401,
            (|error| matches!(error, GitError::Credentials { .. })) as fn(&GitError) -> bool,
        ),
        (403, |error| matches!(error, GitError::Credentials { .. })),
        (404, |error| matches!(error, GitError::Missing(_))),
        (429, |error| matches!(error, GitError::Away { .. })),
        (503, |error| matches!(error, GitError::Away { .. })),
    ] {
        fixture.server.http().answer(Some(status));
        let error = fetch().await;
        assert!(is_right(&error), "{status}: {error}");
    }
    let nobody = remote("http://127.0.0.1:1/infra", Credentials::None);
    let error = fixture
        .mirror()
        .fetch(&nobody, &Refspec::heads_and_tags())
        .await
        .unwrap_err();
    assert!(matches!(error, GitError::Away { .. }), "{error}");
}

#[tokio::test]
async fn the_connection_goes_where_the_name_was_pinned() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    infra
        .commit("main", "First", &[Change::file("main.tf", "# 1")])
        .unwrap();
    let url = fixture
        .server
        .url("infra")
        .replace("127.0.0.1", "forge.example.invalid");
    let mut pinned = remote(&url, Credentials::None);
    let error = fixture
        .mirror()
        .fetch(&pinned, &Refspec::heads_and_tags())
        .await
        .unwrap_err();
    assert!(matches!(error, GitError::Away { .. }), "{error}");
    pinned.pinned = vec![IpAddr::from([127, 0, 0, 1])];
    let fetched = fixture
        .mirror()
        .fetch(&pinned, &Refspec::heads_and_tags())
        .await
        .unwrap();
    assert_eq!(fetched.updates.len(), 1);
}

#[tokio::test]
async fn a_certificate_is_believed_when_it_was_given() {
    let server = GitServer::start_tls().unwrap();
    let infra = server.create("infra").unwrap();
    infra
        .commit("main", "First", &[Change::file("main.tf", "# 1")])
        .unwrap();
    let fixture = Fixture::new();
    let mut secure = remote(&server.url("infra"), Credentials::None);
    let error = fixture
        .mirror()
        .fetch(&secure, &Refspec::heads_and_tags())
        .await
        .unwrap_err();
    assert!(matches!(error, GitError::Certificate { .. }), "{error}");
    secure.certificates = server.http().certificate().map(str::to_owned);
    fixture
        .mirror()
        .fetch(&secure, &Refspec::heads_and_tags())
        .await
        .unwrap();
}

#[tokio::test]
async fn credentials_that_do_not_fit_the_address_are_said_to() {
    let fixture = Fixture::new();
    let key = Credentials::SshKey(zeroize::Zeroizing::new("key".to_owned()));
    let error = fixture
        .mirror()
        .fetch(&remote(&fixture.server.url("infra"), key), &Refspec::heads_and_tags())
        .await;
    assert!(matches!(error, Err(GitError::Refused(_))));
    let broken = remote(&fixture.server.url("infra"), basic("ada", "two\nhost=evil.example.com"));
    let error = fixture.mirror().fetch(&broken, &Refspec::heads_and_tags()).await;
    assert!(matches!(error, Err(GitError::Refused(_))));
}

#[tokio::test]
async fn names_that_look_like_options_or_lead_away_stand_for_nothing() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let first = infra
        .commit("main", "First", &[Change::file("main.tf", "# 1")])
        .unwrap();
    let sha = infra.git(&["rev-parse", "main"]).unwrap();
    std::fs::write(
        infra.path.join("packed-refs"),
        format!("{sha} refs/heads/--upload-pack=touch\n"),
    )
    .unwrap();
    let fetched = fixture.fetch().await.unwrap();
    assert_eq!(
        fetched.updates.len(),
        2,
        "a name that looks like an option is mirrored and harmless"
    );
    let mirror = fixture.mirror();
    let commit = first.parse().unwrap();
    for name in [
        "--all",
        "-x",
        "main..other",
        "main~1",
        "main^",
        ":/First",
        "@{-1}",
        "HEAD@{0}",
        "main:main.tf",
        "a\nb",
        "",
        "@",
        "\0",
    ] {
        assert_eq!(mirror.resolve(name).await.unwrap(), None, "{name:?}");
    }
    for path in ["../main.tf", ".git/config", "a\0b", "main.tf\nx", "--help"] {
        assert_eq!(mirror.read(&commit, path, 100).await.unwrap(), None, "{path:?}");
        assert_eq!(
            mirror.tree_ids(&commit, &[path.to_owned()]).await.unwrap(),
            [None],
            "{path:?}"
        );
        assert!(
            mirror.files(&commit, &[path.to_owned()]).await.unwrap().is_empty(),
            "{path:?}"
        );
    }
    assert_eq!(mirror.resolve(&first).await.unwrap().unwrap().as_str(), first);
    assert_eq!(mirror.resolve(&first[..12]).await.unwrap().unwrap().as_str(), first);
}
