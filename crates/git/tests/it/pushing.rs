//! Commits that are made here and brought to a server, never by force.

use std::collections::BTreeMap;

use slipway_git::{CommitId, Composition, GitError, Move, Pushed, Remote};
use slipway_testing::git_server::Change;

use crate::fixture::{Fixture, basic, remote, ssh_remote};

fn id(text: &str) -> CommitId {
    text.parse().unwrap()
}

fn files(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    all.iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

fn wish<'a>(base: Option<&'a CommitId>, files: &'a BTreeMap<String, String>) -> Composition<'a> {
    Composition {
        base,
        directory: "live/network/main",
        files,
        author: ("Bob", "bob@localhost"),
        message: "Change main\n\nFor the shop.",
        at: 1_700_000_000,
    }
}

fn forward(branch: &str, to: &CommitId) -> Move {
    Move::Forward {
        branch: branch.to_owned(),
        to: to.clone(),
    }
}

async fn push(fixture: &Fixture, moves: &[Move]) -> Pushed {
    fixture.mirror().push(&fixture.remote(), moves).await.unwrap()
}

#[tokio::test]
async fn a_directory_is_replaced_and_nothing_else_is_touched() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let base = [
        Change::file("live/network/main/old.tf", "old"),
        Change::file("live/network/mainland/x.tf", "x"),
        Change::file("README.md", "hello"),
    ];
    let base = id(&infra.commit("main", "First", &base).unwrap());
    fixture.fetch().await.unwrap();
    let mirror = fixture.mirror();
    let wanted = files(&[("main.tf", "# new\n"), ("empty.tf", ""), ("ü/deep.tf", "# deep\n")]);
    let made = mirror.compose(&wish(Some(&base), &wanted)).await.unwrap().unwrap();
    assert_eq!(
        mirror.compose(&wish(Some(&base), &wanted)).await.unwrap(),
        Some(made.clone())
    );
    assert_eq!(mirror.compose(&wish(Some(&made), &wanted)).await.unwrap(), None);
    let changed = mirror.changed_paths(Some(&base), &made).await.unwrap();
    let changed: Vec<&str> = changed.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(
        changed,
        [
            "live/network/main/empty.tf",
            "live/network/main/main.tf",
            "live/network/main/old.tf",
            "live/network/main/ü/deep.tf"
        ]
    );
    let commit = mirror.commit(&made).await.unwrap();
    assert_eq!(
        (commit.author.as_str(), commit.author_email.as_str()),
        ("Bob", "bob@localhost")
    );
    assert_eq!(commit.message.trim_end(), "Change main\n\nFor the shop.");

    assert_eq!(push(&fixture, &[forward("slipway/main-1", &made)]).await, Pushed::Done);
    assert_eq!(infra.git(&["rev-parse", "slipway/main-1"]).unwrap(), made.as_str());
    // Again changes nothing; forward goes on.
    assert_eq!(push(&fixture, &[forward("slipway/main-1", &made)]).await, Pushed::Done);
    assert_eq!(push(&fixture, &[forward("main", &made)]).await, Pushed::Done);
    let gone = mirror.compose(&wish(Some(&made), &files(&[]))).await.unwrap().unwrap();
    let left = mirror.files(&gone, &[]).await.unwrap();
    let left: Vec<&str> = left.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(left, ["README.md", "live/network/mainland/x.tf"]);
}

#[tokio::test]
async fn an_empty_repository_gets_its_first_commit() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    fixture.fetch().await.unwrap();
    let mirror = fixture.mirror();
    assert_eq!(mirror.compose(&wish(None, &files(&[]))).await.unwrap(), None);
    let wanted = files(&[("main.tf", "# new\n")]);
    let made = mirror.compose(&wish(None, &wanted)).await.unwrap().unwrap();
    assert_eq!(push(&fixture, &[forward("main", &made)]).await, Pushed::Done);
    assert_eq!(infra.git(&["show", "main:live/network/main/main.tf"]).unwrap(), "# new");
}

#[tokio::test]
async fn nothing_is_forced() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let base = id(&infra
        .commit("main", "First", &[Change::file("README.md", "1")])
        .unwrap());
    fixture.fetch().await.unwrap();
    let mirror = fixture.mirror();
    let wanted = files(&[("main.tf", "# new\n")]);
    let made = mirror.compose(&wish(Some(&base), &wanted)).await.unwrap().unwrap();
    let theirs = infra
        .commit("main", "Second", &[Change::file("README.md", "2")])
        .unwrap();
    assert_eq!(push(&fixture, &[forward("main", &made)]).await, Pushed::Moved);
    assert_eq!(infra.git(&["rev-parse", "main"]).unwrap(), theirs);

    // A branch that somebody worked on is not removed either.
    assert_eq!(push(&fixture, &[forward("proposal", &made)]).await, Pushed::Done);
    let more = infra.commit("proposal", "More", &[Change::file("x", "y")]).unwrap();
    let remove = |seen: &CommitId| Move::Remove {
        branch: "proposal".to_owned(),
        seen: seen.clone(),
    };
    assert_eq!(push(&fixture, &[remove(&made)]).await, Pushed::Moved);
    assert_eq!(infra.git(&["rev-parse", "proposal"]).unwrap(), more);
    assert_eq!(push(&fixture, &[remove(&id(&more))]).await, Pushed::Done);
    assert!(
        infra
            .git(&["rev-parse", "--verify", "--quiet", "refs/heads/proposal"])
            .is_err()
    );
}

#[tokio::test]
async fn what_is_in_the_way_stays() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let base = id(&infra
        .commit("main", "First", &[Change::file("live/network", "a file")])
        .unwrap());
    fixture.fetch().await.unwrap();
    let wanted = files(&[("main.tf", "# new\n")]);
    let error = fixture.mirror().compose(&wish(Some(&base), &wanted)).await.unwrap_err();
    assert!(error.to_string().contains("\"live/network\" is in the way"), "{error}");
    let outside = files(&[("../x.tf", "")]);
    let refused = fixture.mirror().compose(&wish(Some(&base), &outside)).await;
    assert!(matches!(refused, Err(GitError::Refused(_))), "{refused:?}");
}

#[tokio::test]
async fn refusals_of_the_server_are_told() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let base = id(&infra
        .commit("main", "First", &[Change::file("README.md", "1")])
        .unwrap());
    fixture.fetch().await.unwrap();
    let mirror = fixture.mirror();
    let wanted = files(&[("main.tf", "# new\n")]);
    let made = mirror.compose(&wish(Some(&base), &wanted)).await.unwrap().unwrap();
    let hook = infra.path.join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\necho 'main is protected'\nexit 1\n").unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let Pushed::Refused(reason) = push(&fixture, &[forward("main", &made)]).await else {
        panic!("it was taken");
    };
    assert!(reason.contains("main is protected"), "{reason}");
    std::fs::remove_file(hook).unwrap();

    fixture.server.http().require(Some(("ada", "correct horse")));
    let with = |credentials| -> Remote { remote(&fixture.server.url("infra"), credentials) };
    let wrong = mirror
        .push(&with(basic("ada", "wrong")), &[forward("main", &made)])
        .await;
    assert!(matches!(wrong, Err(GitError::Credentials { .. })), "{wrong:?}");
    let right = with(basic("ada", "correct horse"));
    assert_eq!(
        mirror.push(&right, &[forward("main", &made)]).await.unwrap(),
        Pushed::Done
    );
}

#[tokio::test]
async fn a_key_opens_it_over_ssh() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let base = id(&infra
        .commit("main", "First", &[Change::file("README.md", "1")])
        .unwrap());
    fixture.fetch().await.unwrap();
    let ssh = fixture.server.ssh().unwrap();
    let mirror = fixture.mirror();
    let wanted = files(&[("main.tf", "# new\n")]);
    let made = mirror.compose(&wish(Some(&base), &wanted)).await.unwrap().unwrap();
    assert_eq!(
        mirror.push(&ssh_remote(&ssh), &[forward("main", &made)]).await.unwrap(),
        Pushed::Done
    );
    assert_eq!(infra.git(&["rev-parse", "main"]).unwrap(), made.as_str());
}
