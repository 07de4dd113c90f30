//! Clone, incremental fetch, and everything that can happen to references in between.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use slipway_git::mirror::Limits;
use slipway_git::{Git, GitError, Mirror, Refspec};
use slipway_testing::git_server::Change;
use std::time::Duration;

use crate::fixture::{Fixture, basic, remote, shown};

#[tokio::test]
async fn a_mirror_follows_what_happens_to_references() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let first = infra
        .commit("main", "First", &[Change::file("main.tf", "# 1")])
        .unwrap();
    infra.git(&["tag", "v1", &first]).unwrap();
    infra.git(&["tag", "-a", "-m", "Second", "v2", &first]).unwrap();
    infra.git(&["branch", "old", &first]).unwrap();
    let fetched = fixture.fetch().await.unwrap();
    assert_eq!(
        shown(&fetched),
        [
            "+ refs/heads/main",
            "+ refs/heads/old",
            "+ refs/tags/v1",
            "+ refs/tags/v2"
        ]
    );
    assert!(
        fetched
            .updates
            .iter()
            .all(|update| update.after.as_ref().unwrap().as_str() == first)
    );
    assert!(shown(&fixture.fetch().await.unwrap()).is_empty(), "nothing happened");

    // A branch goes on, one goes, one comes in its place with a slash, a tag moves.
    let second = infra
        .commit("main", "Second", &[Change::file("main.tf", "# 2")])
        .unwrap();
    infra.git(&["branch", "-D", "old"]).unwrap();
    infra.git(&["branch", "old/new", &second]).unwrap();
    infra.git(&["tag", "-f", "v1", &second]).unwrap();
    let fetched = fixture.fetch().await.unwrap();
    assert_eq!(
        shown(&fetched),
        [
            "> refs/heads/main",
            "- refs/heads/old",
            "+ refs/heads/old/new",
            "! refs/tags/v1"
        ]
    );
    assert_eq!(fetched.updates[0].before.as_ref().unwrap().as_str(), first);
    assert_eq!(fetched.updates[0].after.as_ref().unwrap().as_str(), second);

    let other = infra
        .replace("main", Some(&first), "Other", &[Change::file("main.tf", "# 3")])
        .unwrap();
    let fetched = fixture.fetch().await.unwrap();
    assert_eq!(shown(&fetched), ["! refs/heads/main"]);
    let mirror = fixture.mirror();
    assert_eq!(mirror.resolve("main").await.unwrap().unwrap().as_str(), other);
    assert_eq!(
        mirror.commit(&second.parse().unwrap()).await.unwrap().subject(),
        "Second",
        "what was is still here"
    );
}

#[tokio::test]
async fn only_what_is_wanted_is_mirrored_and_ours_is_never_taken() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let first = infra
        .commit("main", "First", &[Change::file("main.tf", "# 1")])
        .unwrap();
    infra.git(&["update-ref", "refs/pull/7/head", &first]).unwrap();
    infra.git(&["update-ref", "refs/pull/7/merge", &first]).unwrap();
    infra.git(&["update-ref", "refs/slipway/x", &first]).unwrap();
    let wanted: Vec<Refspec> = ["refs/heads/*", "refs/pull/*/head"]
        .map(|name| name.parse().unwrap())
        .into();
    let fetched = fixture.mirror().fetch(&fixture.remote(), &wanted).await.unwrap();
    assert_eq!(shown(&fetched), ["+ refs/heads/main", "+ refs/pull/7/head"]);
    let seen = fixture.mirror().remote_refs(&fixture.remote()).await.unwrap();
    assert_eq!(seen.default_branch.as_deref(), Some("main"));
    let names: Vec<&str> = seen.refs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "refs/heads/main",
            "refs/pull/7/head",
            "refs/pull/7/merge",
            "refs/slipway/x"
        ]
    );
}

#[tokio::test]
async fn an_empty_repository_is_one_without_references() {
    let fixture = Fixture::new();
    fixture.server.create("infra").unwrap();
    assert!(fixture.fetch().await.unwrap().updates.is_empty());
    assert!(
        fixture
            .mirror()
            .remote_refs(&fixture.remote())
            .await
            .unwrap()
            .refs
            .is_empty()
    );
    assert_eq!(fixture.mirror().resolve("main").await.unwrap(), None);
    let other = Mirror::at(&Git::find().unwrap(), &fixture.folder.path().join("never"));
    assert!(
        matches!(other.refs().await, Err(GitError::Missing(_))),
        "before the first fetch"
    );
}

#[tokio::test]
async fn a_private_repository_opens_to_its_password_alone() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    infra
        .commit("main", "First", &[Change::file("main.tf", "# 1")])
        .unwrap();
    let password = "p@ss:w/ö rd%20'\"$";
    fixture.server.http().require(Some(("ada@example.com", password)));
    let url = fixture.server.url("infra");
    for (credentials, fits) in [
        (slipway_git::Credentials::None, false),
        (basic("ada@example.com", "wrong password"), false),
        (basic("ada@example.com", password), true),
    ] {
        let before = fixture.server.http().counters();
        let fetched = fixture
            .mirror()
            .fetch(&remote(&url, credentials), &Refspec::heads_and_tags())
            .await;
        match fetched {
            Ok(fetched) => {
                assert!(fits && fetched.updates.len() == 1);
                let after = fixture.server.http().counters();
                assert_eq!(
                    after.unauthorized, before.unauthorized,
                    "it is shown with the first request"
                );
            }
            Err(error) => {
                assert!(!fits && matches!(error, GitError::Credentials { .. }), "{error}");
                assert!(!error.to_string().contains("wrong password"), "{error}");
                assert!(error.to_string().contains("missing, wrong, or taken back"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_secret_is_left_or_shown_while_a_fetch_goes_on() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    infra
        .commit("main", "First", &[Change::file("main.tf", &noise(400_000))])
        .unwrap();
    let password = "planted-canary-password";
    fixture.server.http().require(Some(("ada", password)));
    fixture.server.http().stall_after(Some(60_000));
    let url = fixture.server.url("infra");
    let mirror = fixture.mirror();
    let directory = fixture.folder.path().join("infra.git");
    let fetch = tokio::spawn(async move {
        mirror
            .fetch(&remote(&url, basic("ada", password)), &Refspec::heads_and_tags())
            .await
    });
    fixture.server.http().has_stalled().await;
    let processes = processes_in(&directory);
    assert!(
        processes.iter().any(|process| process.contains("fetch")),
        "{processes:?}"
    );
    let encoded = STANDARD.encode(format!("ada:{password}"));
    for process in &processes {
        assert!(!process.contains(password) && !process.contains(&encoded), "{process}");
    }
    let store = directory.join("slipway.access/config");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&store).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    fetch.abort();
    assert!(fetch.await.unwrap_err().is_cancelled());
    assert!(!store.exists(), "the credentials are gone with the fetch");
    while !processes_in(&directory).is_empty() {
        tokio::task::yield_now().await;
    }
    for secret in [password, &encoded] {
        assert_eq!(files_with(&directory, secret), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_fetch_that_was_killed_is_followed_by_one_that_goes_on() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    infra
        .commit("main", "First", &[Change::file("main.tf", "# 1")])
        .unwrap();
    fixture.fetch().await.unwrap();
    infra
        .commit("main", "Second", &[Change::file("noise", &noise(400_000))])
        .unwrap();
    fixture.server.http().stall_after(Some(60_000));
    let (mirror, remote) = (fixture.mirror(), fixture.remote());
    let fetch = tokio::spawn(async move { mirror.fetch(&remote, &Refspec::heads_and_tags()).await });
    fixture.server.http().has_stalled().await;
    fetch.abort();
    let _ = fetch.await;
    // What a git leaves that dies at the wrong moment.
    let directory = fixture.folder.path().join("infra.git");
    for left in [
        "refs/heads/main.lock",
        "packed-refs.lock",
        "config.lock",
        "objects/pack/tmp_pack_x",
        "slipway.access/store",
    ] {
        let path = directory.join(left);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }
    fixture.server.http().stall_after(None);
    assert_eq!(shown(&fixture.fetch().await.unwrap()), ["> refs/heads/main"]);
    assert!(!directory.join("objects/pack/tmp_pack_x").exists());
    assert!(!directory.join("slipway.access").exists());
}

#[tokio::test]
async fn a_mirror_whose_making_was_broken_off_is_made() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    infra
        .commit("main", "First", &[Change::file("main.tf", "# 1")])
        .unwrap();
    let directory = fixture.folder.path().join("infra.git");
    std::fs::create_dir_all(directory.join("refs")).unwrap();
    std::fs::write(directory.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    std::fs::write(directory.join("slipway.busy"), "").unwrap();
    assert_eq!(shown(&fixture.fetch().await.unwrap()), ["+ refs/heads/main"]);
}

#[tokio::test]
async fn a_server_that_stalls_or_sends_too_much_is_given_up() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    infra
        .commit("main", "First", &[Change::file("noise", &noise(400_000))])
        .unwrap();
    let patient = Limits::default();
    let small = Limits {
        pack_bytes: 50_000,
        ..patient
    };
    let error = fixture
        .mirror()
        .limited(small)
        .fetch(&fixture.remote(), &Refspec::heads_and_tags())
        .await;
    assert!(matches!(error, Err(GitError::TooLarge { .. })), "{error:?}");
    fixture.server.http().stall_after(Some(60_000));
    let hurried = Limits {
        fetch: Duration::from_secs(2),
        ..patient
    };
    let error = fixture
        .mirror()
        .limited(hurried)
        .fetch(&fixture.remote(), &Refspec::heads_and_tags())
        .await;
    assert!(matches!(error, Err(GitError::TimedOut { .. })), "{error:?}");
    fixture.server.http().stall_after(None);
    assert_eq!(shown(&fixture.fetch().await.unwrap()), ["+ refs/heads/main"]);
}

#[tokio::test]
async fn fetches_of_one_mirror_at_once_wait_for_each_other() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    infra
        .commit("main", "First", &[Change::file("main.tf", "# 1")])
        .unwrap();
    let all = futures::future::join_all((0..8).map(|_| fixture.fetch())).await;
    let news: usize = all.into_iter().map(|fetched| fetched.unwrap().updates.len()).sum();
    assert_eq!(news, 1, "the update was told once");
}

/// Text that cannot be compressed.
fn noise(bytes: usize) -> String {
    let mut state = 88_172_645_463_325_252_u64;
    let mut text = String::new();
    while text.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.push_str(&format!("{state:x}"));
    }
    text
}

/// Command lines and environments of the processes that work in a directory.
fn processes_in(directory: &std::path::Path) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let read = |process: std::fs::DirEntry| {
        let is_here = std::fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == directory);
        is_here.then(|| {
            let of = |name: &str| std::fs::read(process.path().join(name)).unwrap_or_default();
            String::from_utf8_lossy(&[of("cmdline"), of("environ")].concat()).replace('\0', " ")
        })
    };
    processes
        .filter_map(read)
        .filter(|text| !text.trim().is_empty())
        .collect()
}

/// Files below a directory that have a text in them.
fn files_with(directory: &std::path::Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains(text) {
            found.push(path.display().to_string());
        }
    }
    found
}
