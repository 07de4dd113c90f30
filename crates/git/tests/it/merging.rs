//! Merges, histories, directories and what is different.

use slipway_git::{ChangedPath, CommitId, Content, EntryKind, GitError, Merge};
use slipway_testing::git_server::Change;

use crate::fixture::Fixture;

fn id(text: &str) -> CommitId {
    text.parse().unwrap()
}

#[tokio::test]
async fn merges_are_clean_or_name_their_conflicts() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let first = infra
        .commit(
            "main",
            "First",
            &[Change::file("main.tf", "# 1\n"), Change::file("x.tf", "# 1\n")],
        )
        .unwrap();
    infra.git(&["branch", "feature", &first]).unwrap();
    let feature = infra
        .commit("feature", "Feature", &[Change::file("x.tf", "# feature\n")])
        .unwrap();
    let main = infra
        .commit("main", "Second", &[Change::file("main.tf", "# 2\n")])
        .unwrap();
    let clash = infra
        .commit(
            "main",
            "Clash",
            &[Change::file("x.tf", "# main\n"), Change::file("ü.tf", "x")],
        )
        .unwrap();
    let alone = infra
        .replace("alone", None, "Alone", &[Change::file("y.tf", "")])
        .unwrap();
    fixture.fetch().await.unwrap();
    let mirror = fixture.mirror();
    let Merge::Clean(merged) = mirror.merge(&id(&main), &id(&feature), "Merge feature").await.unwrap() else {
        panic!("a conflict");
    };
    let commit = mirror.commit(&merged).await.unwrap();
    assert_eq!(commit.parents, [id(&main), id(&feature)]);
    assert_eq!((commit.subject(), commit.author.as_str()), ("Merge feature", "Slipway"));
    assert_eq!(mirror.read(&merged, "main.tf", 100).await.unwrap().unwrap(), b"# 2\n");
    assert_eq!(
        mirror.read(&merged, "x.tf", 100).await.unwrap().unwrap(),
        b"# feature\n"
    );
    assert_eq!(
        mirror.merge(&id(&main), &id(&feature), "Merge feature").await.unwrap(),
        Merge::Clean(merged)
    );
    let conflict = mirror.merge(&id(&clash), &id(&feature), "Merge").await.unwrap();
    assert_eq!(conflict, Merge::Conflicts(vec!["x.tf".to_owned()]));
    let unrelated = mirror.merge(&id(&main), &id(&alone), "Merge").await;
    assert!(matches!(unrelated, Err(GitError::Refused(_))), "{unrelated:?}");
    let missing = mirror.merge(&id(&main), &id(&"1".repeat(40)), "Merge").await;
    assert!(matches!(missing, Err(GitError::Missing(_))), "{missing:?}");

    assert!(mirror.is_ancestor(&id(&first), &id(&feature)).await.unwrap());
    assert!(!mirror.is_ancestor(&id(&main), &id(&feature)).await.unwrap());
    assert!(!mirror.is_ancestor(&id(&"1".repeat(40)), &id(&feature)).await.unwrap());
    assert_eq!(
        mirror.merge_base(&id(&clash), &id(&feature)).await.unwrap(),
        Some(id(&first))
    );
    assert_eq!(mirror.merge_base(&id(&clash), &id(&alone)).await.unwrap(), None);
}

#[tokio::test]
async fn history_is_read_newest_first() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let first = infra
        .commit(
            "main",
            "First\n\nWith a body.\n\u{1f600} \"quoted\"",
            &[Change::file("a", "1")],
        )
        .unwrap();
    let second = infra.commit("main", "Second", &[Change::file("a", "2")]).unwrap();
    let third = infra.commit("main", "", &[Change::file("a", "3")]).unwrap();
    fixture.fetch().await.unwrap();
    let mirror = fixture.mirror();
    let ids = |commits: &[slipway_git::Commit]| commits.iter().map(|commit| commit.id.to_string()).collect::<Vec<_>>();
    let all = mirror.log(None, &id(&third), 10).await.unwrap();
    assert_eq!(ids(&all), [third.clone(), second.clone(), first.clone()]);
    assert_eq!(all[2].message, "First\n\nWith a body.\n\u{1f600} \"quoted\"");
    assert_eq!(
        (all[2].author.as_str(), all[2].author_email.as_str()),
        ("Ada", "ada@example.com")
    );
    assert_eq!((all[0].subject(), all[2].parents.len()), ("", 0));
    assert_eq!(
        ids(&mirror.log(Some(&id(&first)), &id(&third), 1).await.unwrap()),
        [third]
    );
    assert_eq!(
        ids(&mirror.log(Some(&id(&first)), &id(&second), 9).await.unwrap()),
        [second]
    );
    assert!(matches!(
        mirror.commit(&id(&"1".repeat(40))).await,
        Err(GitError::Missing(_))
    ));
}

#[tokio::test]
async fn what_changed_is_told_with_both_sides() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let first = infra
        .commit(
            "main",
            "First",
            &[
                Change::file("a/old.tf", "same"),
                Change::file("b.tf", "1"),
                Change::file("c.sh", "x"),
            ],
        )
        .unwrap();
    let second = infra
        .commit(
            "main",
            "Second",
            &[
                Change::Delete("a/old.tf".to_owned()),
                Change::file("a/new ü.tf", "same"),
                Change::file("b.tf", "2"),
                Change::Program("c.sh".to_owned(), b"x".to_vec()),
            ],
        )
        .unwrap();
    fixture.fetch().await.unwrap();
    let mirror = fixture.mirror();
    let changes = mirror.changed_paths(Some(&id(&first)), &id(&second)).await.unwrap();
    let line = |change: &ChangedPath| format!("{} {} {}", change.path, change.before.is_some(), change.after.is_some());
    let lines: Vec<String> = changes.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "a/new ü.tf false true",
            "a/old.tf true false",
            "b.tf true true",
            "c.sh true true"
        ]
    );
    assert_eq!(changes[3].before, changes[3].after, "only its mode");
    let all = mirror.changed_paths(None, &id(&first)).await.unwrap();
    assert_eq!(
        all.iter().map(line).collect::<Vec<_>>(),
        ["a/old.tf false true", "b.tf false true", "c.sh false true"]
    );
}

#[tokio::test]
async fn directories_and_files_are_read_many_at_once() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let commit = infra
        .commit(
            "main",
            "First",
            &[
                Change::file("shop/main.tf", "# shop"),
                Change::file("shop/big.bin", &"x".repeat(5_000)),
                Change::Link("shop/link".to_owned(), "main.tf".to_owned()),
                Change::file("net/main.tf", ""),
                Change::file("missing", "x"),
            ],
        )
        .unwrap();
    fixture.fetch().await.unwrap();
    let (mirror, commit) = (fixture.mirror(), id(&commit));
    let top = mirror.tree(&commit, "").await.unwrap();
    let names: Vec<(&str, EntryKind)> = top.iter().map(|entry| (entry.name.as_str(), entry.kind)).collect();
    assert_eq!(
        names,
        [
            ("missing", EntryKind::File),
            ("net", EntryKind::Directory),
            ("shop", EntryKind::Directory)
        ]
    );
    let shop = mirror.tree(&commit, "/shop/").await.unwrap();
    assert_eq!((shop[0].name.as_str(), shop[0].size_bytes), ("big.bin", Some(5_000)));
    assert!(matches!(
        mirror.tree(&commit, "shop/main.tf").await,
        Err(GitError::Missing(_))
    ));
    let paths = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let trees = mirror
        .tree_ids(&commit, &paths(&["net", "nothing missing", "", "shop/main.tf", "shop"]))
        .await
        .unwrap();
    assert_eq!(
        trees,
        [
            Some(top[1].id.clone()),
            None,
            Some(mirror.commit(&commit).await.unwrap().tree),
            None,
            Some(top[2].id.clone())
        ]
    );
    let wanted = paths(&[
        "shop/main.tf",
        "shop/big.bin",
        "shop",
        "shop/none missing",
        "net/main.tf",
        "shop/link",
    ]);
    let contents = mirror.read_many(&commit, &wanted, 1_000).await.unwrap();
    let bytes = |text: &str| Content::Bytes(text.as_bytes().to_vec());
    let expected = [
        bytes("# shop"),
        Content::TooLarge(5_000),
        Content::Missing,
        Content::Missing,
        bytes(""),
        bytes("main.tf"),
    ];
    assert_eq!(contents, expected);
    let by_id = mirror
        .read_objects(&[shop[2].id.clone(), commit.clone()], 1_000)
        .await
        .unwrap();
    assert_eq!(by_id, [bytes("# shop"), Content::Missing]);
    assert!(matches!(
        mirror.read(&commit, "shop/big.bin", 10).await,
        Err(GitError::TooLarge { .. })
    ));
    let files = mirror.files(&commit, &paths(&["shop"])).await.unwrap();
    assert_eq!(
        files.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(),
        ["shop/big.bin", "shop/link", "shop/main.tf"]
    );
    mirror.tidy().await.unwrap();
    assert_eq!(mirror.files(&commit, &[]).await.unwrap().len(), 5);
}
