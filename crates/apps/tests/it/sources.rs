//! Source that is sent by what is in it: a round trip, and lists of strangers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;
use rstest::rstest;
use slipway_apps::sources::{Blobs, Digest, Entry, Manifest, limits, missing};

fn digest(of: &[u8]) -> Digest {
    slipway_tofu::digest::sha256_hex(of).parse().unwrap()
}

/// Sends everything of a directory that is not there yet; says how many files that were.
fn send(from: &Path, manifest: &Manifest, to: &Blobs) -> usize {
    let wanted: BTreeMap<&Digest, &str> = manifest
        .entries()
        .filter_map(|(path, entry)| match entry {
            Entry::File { sha256, .. } => Some((sha256, path)),
            Entry::Link { .. } | Entry::Folder => None,
        })
        .collect();
    let sizes = manifest.contents();
    let absent = missing(manifest, |digest| to.has(digest));
    for digest in &absent {
        let file = fs::File::open(from.join(wanted[*digest])).unwrap();
        to.put(digest, sizes[*digest], file).unwrap();
    }
    absent.len()
}

#[test]
fn only_what_changed_is_sent_and_what_is_put_together_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("app");
    fs::create_dir_all(app.join("bin/empty")).unwrap();
    fs::write(app.join("a.txt"), "same").unwrap();
    fs::write(app.join("b.txt"), "same").unwrap();
    fs::write(app.join("bin/run"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(app.join("bin/run"), fs::Permissions::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink("bin/run", app.join("run")).unwrap();
    let blobs = Blobs::open(&folder.path().join("blobs")).unwrap();
    let manifest = Manifest::of_folder(&app, &limits()).unwrap();
    assert_eq!(send(&app, &manifest, &blobs), 2, "two files are one content");
    blobs.assemble(&manifest, &folder.path().join("first")).unwrap();
    assert_eq!(
        Manifest::of_folder(&folder.path().join("first"), &limits()).unwrap(),
        manifest
    );

    fs::write(app.join("a.txt"), "changed").unwrap();
    let changed = Manifest::of_folder(&app, &limits()).unwrap();
    assert_ne!(changed.digest(), manifest.digest());
    assert_eq!(send(&app, &changed, &blobs), 1);
    blobs.assemble(&changed, &folder.path().join("second")).unwrap();
    let time = |path: &str| {
        let metadata = fs::metadata(folder.path().join(path)).unwrap();
        (metadata.mtime(), metadata.mtime_nsec())
    };
    assert_eq!(
        time("first/bin/run"),
        time("second/bin/run"),
        "what is the same has the same time"
    );
    assert_eq!(time("first/b.txt"), time("second/b.txt"));
    assert_ne!(time("first/a.txt"), time("second/a.txt"));
}

/// BuildKit looks at sizes and times alone: two files that came in one moment, and changed places, must not look alike. So a part
/// of the time is of the content, wherever and whenever it came.
#[test]
fn files_that_change_places_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let part_of_a_second = |store: &str, content: &[u8]| {
        let blobs = Blobs::open(&folder.path().join(store)).unwrap();
        blobs.put(&digest(content), 3, content).unwrap();
        blobs.get(&digest(content)).unwrap().metadata().unwrap().mtime_nsec()
    };
    let one = part_of_a_second("first", b"one");
    assert_ne!(one, part_of_a_second("first", b"two"));
    assert_eq!(one, part_of_a_second("second", b"one"));
}

#[rstest]
#[case::less(4, b"abc", "there is less than 4 bytes")]
#[case::more(2, b"abc", "there is more than 2 bytes")]
#[case::other(3, b"xyz", "it is 3608bca1e44ea6c4d268eb6db02260269892c0b42b86bbf1e77a6fa16c3c9282")]
fn what_is_not_what_it_says_is_not_kept(#[case] size: u64, #[case] content: &[u8], #[case] said: &str) {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(folder.path()).unwrap();
    let error = blobs.put(&digest(b"abc"), size, content).unwrap_err().to_string();
    assert!(error.contains(said), "{error}");
    assert!(!blobs.has(&digest(b"abc")));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left of it");
}

#[test]
fn a_file_that_was_never_sent_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(&folder.path().join("blobs")).unwrap();
    let entry = Entry::File {
        sha256: digest(b"abc"),
        size: 3,
        program: false,
    };
    let manifest = Manifest::new([("a".to_owned(), entry)], &limits()).unwrap();
    let error = blobs.assemble(&manifest, &folder.path().join("app")).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the file {} is not here; send it first", digest(b"abc"))
    );
}

#[test]
fn what_nobody_wants_any_more_goes_and_what_just_came_stays() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(folder.path()).unwrap();
    for content in [b"one", b"two"] {
        blobs.put(&digest(content), 3, &content[..]).unwrap();
    }
    fs::write(folder.path().join(".tmpleft"), "a piece").unwrap();
    let wanted = BTreeSet::from([digest(b"one")]);
    assert_eq!(blobs.sweep(&wanted, UNIX_EPOCH).unwrap(), 0);
    let later = UNIX_EPOCH + Duration::from_secs(1 << 40);
    assert_eq!(blobs.sweep(&wanted, later).unwrap(), 2);
    assert!(blobs.has(&digest(b"one")) && !blobs.has(&digest(b"two")));
}

#[rstest]
#[case::up(
    r#"[{"path":"../a","kind":"folder"}]"#,
    "`../a` is refused: `..` in a path is not allowed"
)]
#[case::absolute(
    r#"[{"path":"/a","kind":"folder"}]"#,
    "`/a` is refused: absolute paths are not allowed"
)]
#[case::not_plain(r#"[{"path":"a//b","kind":"folder"}]"#, "`a//b` is refused")]
#[case::nothing(r#"[{"path":"","kind":"folder"}]"#, "is refused: a path must not be empty")]
#[case::twice(
    r#"[{"path":"a","kind":"folder"},{"path":"a","kind":"folder"}]"#,
    "`a` is refused: the path occurs twice"
)]
#[case::a_link_out(
    r#"[{"path":"a","kind":"link","to":"../b"}]"#,
    "`a` is refused: a symbolic link must be"
)]
#[case::through_a_link(
    r#"[{"path":"a","kind":"link","to":"b"},{"path":"a/c","kind":"folder"}]"#,
    "`a/c` is refused: a file or link is used as a directory"
)]
#[case::through_a_link_that_comes_later(
    r#"[{"path":"a/b/c","kind":"folder"},{"path":"a","kind":"link","to":"b"}]"#,
    "`a/b/c` is refused: a file or link is used as a directory"
)]
#[case::no_digest(
    r#"[{"path":"a","kind":"file","sha256":"../../x","size":1}]"#,
    "`../../x` is no SHA-256"
)]
#[case::something_else(r#"[{"path":"a","kind":"device"}]"#, "unknown variant `device`")]
#[case::too_large(
    r#"[{"path":"a","kind":"file","sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":9999999999}]"#,
    "`a` is refused: the file is too large"
)]
#[case::two_sizes(
    r#"[{"path":"a","kind":"file","sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":1},
        {"path":"b","kind":"file","sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":2}]"#,
    "has two sizes"
)]
fn a_list_of_a_stranger_is_refused(#[case] json: &str, #[case] said: &str) {
    let error = serde_json::from_str::<Manifest>(json).unwrap_err().to_string();
    assert!(error.contains(said), "{error}");
}

#[test]
fn a_list_is_written_and_read_the_same() {
    let json = format!(
        r#"[{{"path":"a","kind":"folder"}},{{"path":"a/b","kind":"file","sha256":"{}","size":3,"program":true}},{{"path":"c","kind":"link","to":"a/b"}}]"#,
        digest(b"abc")
    );
    let manifest: Manifest = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string(&manifest).unwrap(), json);
    assert_eq!((manifest.size(), manifest.contents().len()), (3, 1));
}

/// What a stranger could write: paths of the pieces that matter.
fn hostile() -> impl Strategy<Value = Vec<(String, Entry)>> {
    let path = "(\\.\\./|\\./|/|a/|b/|a|b|\u{0}){1,6}";
    let entry = prop_oneof![
        path.prop_map(|to| Entry::Link { to }),
        Just(Entry::Folder),
        Just(Entry::File {
            sha256: digest(b"abc"),
            size: 3,
            program: false
        }),
    ];
    prop::collection::vec((path, entry), 1..8)
}

fn tree() -> impl Strategy<Value = BTreeMap<String, (Vec<u8>, bool)>> {
    let file = (prop::collection::vec(any::<u8>(), 0..64), any::<bool>());
    prop::collection::btree_map("([a-c]{1,2}/){0,3}f[0-9]", file, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_directory_comes_back_as_it_was(files in tree()) {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("app");
        fs::create_dir(&app).unwrap();
        for (path, (content, is_program)) in &files {
            let full = app.join(path);
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(&full, content).unwrap();
            let mode = if *is_program { 0o755 } else { 0o644 };
            fs::set_permissions(&full, fs::Permissions::from_mode(mode)).unwrap();
        }
        let manifest = Manifest::of_folder(&app, &limits()).unwrap();
        let wire = serde_json::to_string(&manifest).unwrap();
        let received: Manifest = serde_json::from_str(&wire).unwrap();
        let blobs = Blobs::open(&folder.path().join("blobs")).unwrap();
        send(&app, &received, &blobs);
        let back = folder.path().join("back");
        blobs.assemble(&received, &back).unwrap();
        prop_assert_eq!(&Manifest::of_folder(&back, &limits()).unwrap(), &manifest);
        prop_assert_eq!(send(&app, &received, &blobs), 0);
    }

    /// Whatever is taken stays in its directory, and what is put together can be looked at without leaving it.
    #[test]
    fn nothing_leaves_the_directory(entries in hostile()) {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(&folder.path().join("blobs")).unwrap();
        blobs.put(&digest(b"abc"), 3, &b"abc"[..]).unwrap();
        let Ok(manifest) = Manifest::new(entries, &limits()) else { return Ok(()) };
        let inside = folder.path().join("inside");
        blobs.assemble(&manifest, &inside).unwrap();
        let names: BTreeSet<_> = fs::read_dir(folder.path()).unwrap().map(|found| found.unwrap().file_name()).collect();
        prop_assert_eq!(names.len(), 2, "{:?}", names);
        for (path, entry) in manifest.entries() {
            let full = inside.join(path);
            prop_assert!(fs::symlink_metadata(&full).is_ok());
            if let (Entry::Link { .. }, Ok(leads)) = (entry, fs::canonicalize(&full)) {
                prop_assert!(leads.starts_with(fs::canonicalize(&inside).unwrap()), "{} leads to {}", path, leads.display());
            }
        }
    }
}
