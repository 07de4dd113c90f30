//! Configuration archives: what is in them, that they are the same again, and that nobody refuses them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use slipway_git::archive::{LargeFileRequest, LargeFiles, Submodules};
use slipway_git::{Address, Archive, ArchiveOptions, CommitId, Credentials, GitError, Mirror, Remote};
use slipway_testing::git_server::Change;
use slipway_tofu::archive::{Limits, inspect};

use crate::fixture::{Fixture, basic, remote};

fn all<'a>() -> ArchiveOptions<'a> {
    ArchiveOptions::of(&[], 1 << 20)
}

async fn pack(mirror: &Mirror, commit: &str, options: ArchiveOptions<'_>) -> Result<Archive, GitError> {
    let archive = mirror.archive(&commit.parse::<CommitId>().unwrap(), options).await?;
    inspect(Cursor::new(&archive.bytes), &Limits::default()).expect("whoever unpacks it takes it");
    Ok(archive)
}

/// Paths with what they hold; a link as `-> target`, a directory as `/`, a program with `!` before it.
fn unpacked(archive: &Archive) -> BTreeMap<String, String> {
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(archive.bytes.as_slice()));
    let mut found = BTreeMap::new();
    for entry in tar.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
        let header = entry.header();
        let is_program = header.mode().unwrap() & 0o100 != 0;
        let text = match header.entry_type() {
            tar::EntryType::Directory => "/".to_owned(),
            tar::EntryType::Symlink => format!("-> {}", entry.link_name().unwrap().unwrap().display()),
            _ => {
                let mut text = if is_program { "!".to_owned() } else { String::new() };
                entry.read_to_string(&mut text).unwrap();
                text
            }
        };
        found.insert(path, text);
    }
    found
}

#[tokio::test]
async fn a_commit_is_packed_whole_or_in_part_and_the_same_again() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let long = format!("{}/main.tf", ["long-directory-name"; 15].join("/"));
    let files = [
        Change::file("main.tf", "# top"),
        Change::file("shop/main.tf", "# shop"),
        Change::file("shop/.gitattributes", "* export-ignore export-subst filter=evil\n"),
        Change::file("shopping/main.tf", "# other"),
        Change::file("Shop/main.tf", "# case"),
        Change::file("a b/ü \"quoted\" 'x'.tf", "# names"),
        Change::file(&long, "# long"),
        Change::Program("run.sh".to_owned(), b"#!/bin/sh".to_vec()),
        Change::Link("shop/versions.tf".to_owned(), "../versions.tf".to_owned()),
        Change::file("versions.tf", "# $Format:%H$"),
    ];
    let commit = infra.commit("main", "First", &files).unwrap();
    fixture.fetch().await.unwrap();
    let mirror = fixture.mirror();
    let whole = pack(&mirror, &commit, all()).await.unwrap();
    let found = unpacked(&whole);
    assert_eq!(found.len(), files.len());
    assert_eq!(found["shop/versions.tf"], "-> ../versions.tf");
    assert_eq!(found["run.sh"], "!#!/bin/sh");
    assert_eq!(found["versions.tf"], "# $Format:%H$", "attributes change nothing");
    assert_eq!(found[&long], "# long");
    assert_eq!(found["a b/ü \"quoted\" 'x'.tf"], "# names");
    assert!(whole.left_out.is_empty());

    let part = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
    let paths = part(&["shop/", "./versions.tf", "nothing", "../etc"]);
    let some = pack(&mirror, &commit, ArchiveOptions { paths: &paths, ..all() })
        .await
        .unwrap();
    let names: Vec<String> = unpacked(&some).into_keys().collect();
    assert_eq!(
        names,
        ["shop/.gitattributes", "shop/main.tf", "shop/versions.tf", "versions.tf"]
    );
    let other_order = part(&["versions.tf", "shop", "shop/main.tf"]);
    let same = pack(
        &mirror,
        &commit,
        ArchiveOptions {
            paths: &other_order,
            ..all()
        },
    )
    .await
    .unwrap();
    assert_eq!(same.bytes, some.bytes);
    let nothing = part(&["../etc"]);
    let none = pack(
        &mirror,
        &commit,
        ArchiveOptions {
            paths: &nothing,
            ..all()
        },
    )
    .await
    .unwrap();
    assert!(unpacked(&none).is_empty(), "what cannot be is not all");

    let small = mirror
        .archive(
            &commit.parse().unwrap(),
            ArchiveOptions {
                limit_bytes: 10,
                ..all()
            },
        )
        .await;
    assert!(matches!(small, Err(GitError::TooLarge { limit_bytes: 10, .. })));
    let missing = mirror.archive(&"0".repeat(40).parse().unwrap(), all()).await;
    assert!(matches!(missing, Err(GitError::Missing(_))));
}

#[tokio::test]
async fn what_no_archive_may_hold_is_left_out_and_named() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let link = |path: &str, target: &str| Change::Link(path.to_owned(), target.to_owned());
    let deep = format!("{}/x", ["d"; 80].join("/"));
    let commit = infra
        .commit(
            "main",
            "First",
            &[
                Change::file("main.tf", "# 1"),
                link("passwd", "/etc/passwd"),
                link("up", "../up"),
                link("a/around", "b/../../../up"),
                link("a/fine", "../main.tf"),
                Change::file("line\nbreak", "x"),
                Change::file(&deep, "x"),
                Change::Submodule("modules/net".to_owned(), "1".repeat(40)),
            ],
        )
        .unwrap();
    fixture.fetch().await.unwrap();
    let archive = pack(&fixture.mirror(), &commit, all()).await.unwrap();
    let names: Vec<String> = unpacked(&archive).into_keys().collect();
    assert_eq!(names, ["a/fine", "main.tf", "modules/net/"]);
    let mut left_out = archive.left_out.clone();
    left_out.sort();
    assert_eq!(left_out, ["a/around", &deep, "line?break", "passwd", "up"]);
}

#[tokio::test]
async fn a_tree_that_git_would_never_make_leads_nowhere() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let blob = {
        infra
            .commit("main", "First", &[Change::file("main.tf", "# 1")])
            .unwrap();
        infra.git(&["rev-parse", "main:main.tf"]).unwrap()
    };
    let id: Vec<u8> = (0..20)
        .map(|at| u8::from_str_radix(&blob[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    let mut tree = Vec::new();
    for (mode, name) in [
        ("100644", "../up"),
        ("100644", ".git"),
        ("100644", "/etc/x"),
        ("100644", "a"),
        ("100644", "a"),
        ("100644", "a/b"),
    ] {
        tree.extend_from_slice(format!("{mode} {name}\0").as_bytes());
        tree.extend_from_slice(&id);
    }
    let place = fixture.folder.path().join("tree");
    std::fs::write(&place, tree).unwrap();
    let tree = infra
        .git(&[
            "hash-object",
            "-t",
            "tree",
            "--literally",
            "-w",
            place.to_str().unwrap(),
        ])
        .unwrap();
    let commit = infra.git(&["commit-tree", "-m", "Evil", &tree]).unwrap();
    infra.git(&["update-ref", "refs/heads/main", &commit]).unwrap();
    fixture.fetch().await.unwrap();
    let archive = pack(&fixture.mirror(), &commit, all()).await.unwrap();
    assert_eq!(unpacked(&archive).into_keys().collect::<Vec<_>>(), ["a"]);
}

/// Gives remotes for the addresses of submodules, as a caller does.
struct Known {
    password: Option<&'static str>,
}

impl Known {
    fn remote(&self, address: &Address) -> Result<Remote, GitError> {
        if address.host() != "127.0.0.1" {
            return Err(GitError::Refused(format!("{address} is in a network that is closed")));
        }
        let credentials = self
            .password
            .map_or(Credentials::None, |password| basic("ada", password));
        Ok(remote(&address.to_string(), credentials))
    }
}

#[tokio::test]
async fn submodules_are_fetched_by_the_callers_rules() {
    let fixture = Fixture::new();
    let server = &fixture.server;
    let (infra, net, inner) = (
        server.create("platform/infra").unwrap(),
        server.create("platform/net").unwrap(),
        server.create("inner").unwrap(),
    );
    let inner_commit = inner
        .commit("main", "Inner", &[Change::file("inner.tf", "# inner")])
        .unwrap();
    let net_commit = net
        .commit(
            "main",
            "Net",
            &[
                Change::file("net.tf", "# net"),
                Change::file(".gitmodules", &modules("deep/inner", "../../inner.git")),
                Change::Submodule("deep/inner".to_owned(), inner_commit),
            ],
        )
        .unwrap();
    // Nobody's branch any more: servers give it by its id.
    net.replace("main", None, "Anew", &[Change::file("net.tf", "# anew")])
        .unwrap();
    let commit = infra
        .commit(
            "main",
            "First",
            &[
                Change::file("main.tf", "# 1"),
                Change::file(".gitmodules", &modules("modules/net", "../net.git")),
                Change::Submodule("modules/net".to_owned(), net_commit),
            ],
        )
        .unwrap();
    server.http().require(Some(("ada", "secret")));
    let url = server.url("platform/infra");
    let address: Address = url.parse().unwrap();
    let mirror = fixture.mirror();
    let heads = slipway_git::Refspec::heads_and_tags();
    mirror
        .fetch(&remote(&url, basic("ada", "secret")), &heads)
        .await
        .unwrap();
    for (password, fits) in [(None, false), (Some("wrong"), false), (Some("secret"), true)] {
        let known = Known { password };
        let known = &known;
        let give = |address: Address| -> std::pin::Pin<Box<dyn Future<Output = _> + Send + '_>> {
            Box::pin(async move { known.remote(&address) })
        };
        let submodules = Submodules {
            address: &address,
            remote: &give,
        };
        let paths = ["modules/net/deep".to_owned(), "main.tf".to_owned()];
        let options = ArchiveOptions {
            submodules: Some(submodules),
            paths: &paths,
            ..all()
        };
        match pack(&mirror, &commit, options).await {
            Ok(archive) => {
                assert!(fits);
                let found = unpacked(&archive);
                assert_eq!(found["modules/net/deep/inner/inner.tf"], "# inner");
                assert_eq!(found["modules/net/net.tf"], "# net");
            }
            Err(error) => assert!(!fits && matches!(error, GitError::Credentials { .. }), "{error}"),
        }
    }
}

#[tokio::test]
async fn a_submodule_with_a_hostile_address_is_refused() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let address: Address = fixture.server.url("infra").parse().unwrap();
    let known = Known { password: None };
    let folder = fixture.folder.path().join("infra.git/slipway.submodules");
    let known = &known;
    let give = |address: Address| -> std::pin::Pin<Box<dyn Future<Output = _> + Send>> {
        Box::pin(async move { known.remote(&address) })
    };
    let urls = [
        "ext::sh -c true",
        "file:///etc",
        "/etc",
        "--upload-pack=true",
        "http://169.254.169.254/latest",
        "../../../../x",
        "-u@host:x",
    ];
    for (number, url) in urls.into_iter().enumerate() {
        let changes = [
            Change::file(".gitmodules", &modules("sub", url)),
            Change::Submodule("sub".to_owned(), "1".repeat(40)),
        ];
        let commit = infra.replace("main", None, &format!("{number}"), &changes).unwrap();
        fixture.fetch().await.unwrap();
        let submodules = Submodules {
            address: &address,
            remote: &give,
        };
        let packed = pack(
            &fixture.mirror(),
            &commit,
            ArchiveOptions {
                submodules: Some(submodules),
                ..all()
            },
        )
        .await;
        assert!(matches!(packed, Err(GitError::Refused(_))), "{url}");
        assert!(!folder.exists(), "{url}");
    }
}

#[tokio::test]
async fn large_files_stand_where_their_pointers_stood() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let content = "large ".repeat(20_000);
    let digest = slipway_tofu::digest::sha256_hex(content.as_bytes());
    let pointer = fixture.server.large_file(&digest, content.as_bytes()).unwrap();
    let gone = pointer.replace(&digest, &"0".repeat(64));
    let changes = [
        Change::file("image.bin", &pointer),
        Change::file("copy.bin", &pointer),
        Change::file("main.tf", "# 1"),
    ];
    let commit = infra.commit("main", "First", &changes).unwrap();
    let with_gone = infra
        .commit("main", "Second", &[Change::file("gone.bin", &gone)])
        .unwrap();
    fixture.server.http().require(Some(("ada", "secret")));
    let own = remote(&fixture.server.url("infra"), basic("ada", "secret"));
    let mirror = fixture.mirror();
    mirror
        .fetch(&own, &slipway_git::Refspec::heads_and_tags())
        .await
        .unwrap();
    let without = unpacked(&pack(&mirror, &commit, all()).await.unwrap());
    assert_eq!(without["image.bin"], pointer);

    let send =
        |request: LargeFileRequest| -> std::pin::Pin<Box<dyn Future<Output = _> + Send>> { Box::pin(send(request)) };
    let large_files = LargeFiles {
        remote: &own,
        request: &send,
    };
    let options = || ArchiveOptions {
        large_files: Some(&large_files),
        ..all()
    };
    let found = unpacked(&pack(&mirror, &commit, options()).await.unwrap());
    assert!(found["image.bin"] == content && found["copy.bin"] == content && found["main.tf"] == "# 1");
    let error = pack(&mirror, &with_gone, options()).await.err().unwrap();
    assert!(matches!(error, GitError::Missing(_)), "{error}");
    let small = ArchiveOptions {
        limit_bytes: 50_000,
        ..options()
    };
    assert!(matches!(
        pack(&mirror, &commit, small).await,
        Err(GitError::TooLarge { .. })
    ));
    fixture
        .server
        .large_file(&digest, "l".repeat(content.len()).as_bytes())
        .unwrap();
    let error = pack(&mirror, &commit, options()).await.err().unwrap();
    assert!(matches!(error, GitError::Damaged(_)), "{error}");
}

async fn send(request: LargeFileRequest) -> Result<(u16, Vec<u8>), GitError> {
    let client = reqwest::Client::builder().build().unwrap();
    let mut builder = match request.body {
        Some(body) => client.post(&request.url).body(body),
        None => client.get(&request.url),
    };
    for (name, value) in request.headers {
        builder = builder.header(name, value);
    }
    let answer = builder.send().await.unwrap();
    Ok((answer.status().as_u16(), answer.bytes().await.unwrap().to_vec()))
}

fn modules(path: &str, url: &str) -> String {
    format!("[submodule \"some.name\"]\n\tpath = {path}\n\turl = {url}\n")
}
