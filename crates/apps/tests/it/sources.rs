//! Source that is sent by what is in it: a round trip, and lists of strangers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::Path;

use proptest::prelude::*;
use rstest::rstest;
use slipway_apps::sources::{
    Assembly, Digest, Entry, Manifest, PIECE, SourceError, limits, missing, read_contents, write_content,
};

fn digest(of: &[u8]) -> Digest {
    slipway_tofu::digest::sha256_hex(of).parse().unwrap()
}

fn file(content: &[u8]) -> Entry {
    Entry::File {
        sha256: digest(content),
        size: u64::try_from(content.len()).unwrap(),
        program: false,
        pieces: Vec::new(),
    }
}

/// Contents as an app has them, by their digests.
type Contents = BTreeMap<Digest, Vec<u8>>;

/// Sends everything of a directory that is not there yet, and takes it as it comes; says how many contents that were.
fn send(from: &Path, manifest: &Manifest, to: &mut Contents) -> usize {
    let mut places: BTreeMap<&Digest, (&str, u64)> = BTreeMap::new();
    for (path, entry) in manifest.entries() {
        let mut at = 0;
        for (digest, size) in entry.contents() {
            places.insert(digest, (path, at));
            at += size;
        }
    }
    let sizes = manifest.contents();
    let absent = missing(manifest, |digest| to.contains_key(digest));
    let mut sent = Vec::new();
    for digest in &absent {
        let (path, at) = places[*digest];
        let mut content = vec![0; usize::try_from(sizes[*digest]).unwrap()];
        let file = fs::File::open(from.join(path)).unwrap();
        file.read_exact_at(&mut content, at).unwrap();
        write_content(&mut sent, digest, &content).unwrap();
    }
    let mut wanted = sizes.into_iter().map(|(digest, size)| (digest.clone(), size)).collect();
    let count = absent.len();
    read_contents(sent.as_slice(), &mut wanted, |digest, content| {
        to.insert(digest, content);
        true
    })
    .unwrap();
    count
}

/// Puts a source together in a directory that is made for it.
fn assemble(manifest: &Manifest, contents: &Contents, to: &Path) -> Result<(), SourceError> {
    fs::create_dir(to).unwrap();
    let mut assembly = Assembly::begin(manifest.clone(), to)?;
    for (digest, content) in contents {
        assembly.put(digest, content, 1_000)?;
    }
    assembly.end()
}

#[test]
fn only_what_changed_is_sent_and_what_is_put_together_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("app");
    fs::create_dir_all(app.join("bin/empty")).unwrap();
    fs::write(app.join("a.txt"), "same").unwrap();
    fs::write(app.join("b.txt"), "same").unwrap();
    fs::write(app.join("nothing"), "").unwrap();
    fs::write(app.join("bin/run"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(app.join("bin/run"), fs::Permissions::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink("bin/run", app.join("run")).unwrap();
    let mut contents = Contents::new();
    let manifest = Manifest::of_folder(&app, &limits()).unwrap();
    assert_eq!(send(&app, &manifest, &mut contents), 3, "two files are one content");
    assemble(&manifest, &contents, &folder.path().join("first")).unwrap();
    assert_eq!(
        Manifest::of_folder(&folder.path().join("first"), &limits()).unwrap(),
        manifest
    );

    fs::write(app.join("a.txt"), "changed").unwrap();
    let changed = Manifest::of_folder(&app, &limits()).unwrap();
    assert_ne!(changed.digest(), manifest.digest());
    assert_eq!(send(&app, &changed, &mut contents), 1);
    assemble(&changed, &contents, &folder.path().join("second")).unwrap();
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

#[test]
fn of_a_large_file_only_the_piece_that_changed_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("app");
    fs::create_dir(&app).unwrap();
    let piece = usize::try_from(PIECE).unwrap();
    let mut content = [vec![1; piece], vec![2; piece], vec![3; 7]].concat();
    fs::write(app.join("large"), &content).unwrap();
    let mut contents = Contents::new();
    let first = Manifest::of_folder(&app, &limits()).unwrap();
    assert_eq!(send(&app, &first, &mut contents), 3);
    content[piece + 5] = 9;
    fs::write(app.join("large"), &content).unwrap();
    let second = Manifest::of_folder(&app, &limits()).unwrap();
    assert_eq!(send(&app, &second, &mut contents), 1);
    let to = folder.path().join("to");
    assemble(&second, &contents, &to).unwrap();
    assert_eq!(fs::read(to.join("large")).unwrap(), content);

    let mut lying = second.to_entries();
    lying[0].sha256 = Some(digest(b"abc").to_string());
    let lying = Manifest::of_entries(lying, &limits()).unwrap();
    let error = assemble(&lying, &contents, &folder.path().join("lying")).unwrap_err();
    assert!(error.to_string().contains("its pieces make"), "{error}");
}

/// BuildKit looks at sizes and times alone: two files that came in one moment, and changed places, must not look alike. So a part
/// of the time is of the content, wherever and whenever it came.
#[test]
fn files_that_change_places_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let part_of_a_second = |to: &str, content: &[u8]| {
        let entry = file(content);
        let manifest = Manifest::new([("a".to_owned(), entry)], &limits()).unwrap();
        let contents = Contents::from([(digest(content), content.to_vec())]);
        assemble(&manifest, &contents, &folder.path().join(to)).unwrap();
        fs::metadata(folder.path().join(to).join("a")).unwrap().mtime_nsec()
    };
    let one = part_of_a_second("first", b"one");
    assert_ne!(one, part_of_a_second("second", b"two"));
    assert_eq!(one, part_of_a_second("third", b"one"));
}

#[test]
fn a_file_that_was_never_sent_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = Manifest::new([("a".to_owned(), file(b"abc"))], &limits()).unwrap();
    let error = assemble(&manifest, &Contents::new(), &folder.path().join("app")).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the file {} is not here; send it first", digest(b"abc"))
    );
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
#[case::pieces(
    r#"[{"path":"a","kind":"file","sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":9999999}]"#,
    "`a` has 0 pieces: a file of 9999999 bytes has 3"
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
        Just(file(b"abc")),
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
        let mut contents = Contents::new();
        send(&app, &received, &mut contents);
        let back = folder.path().join("back");
        assemble(&received, &contents, &back).unwrap();
        prop_assert_eq!(&Manifest::of_folder(&back, &limits()).unwrap(), &manifest);
        prop_assert_eq!(send(&app, &received, &mut contents), 0);
        prop_assert_eq!(&Manifest::of_entries(received.to_entries(), &limits()).unwrap(), &manifest);
    }

    /// Whatever is taken stays in its directory, and what is put together can be looked at without leaving it.
    #[test]
    fn nothing_leaves_the_directory(entries in hostile()) {
        let folder = tempfile::tempdir().unwrap();
        let contents = Contents::from([(digest(b"abc"), b"abc".to_vec())]);
        let Ok(manifest) = Manifest::new(entries, &limits()) else { return Ok(()) };
        let inside = folder.path().join("inside");
        assemble(&manifest, &contents, &inside).unwrap();
        let names: BTreeSet<_> = fs::read_dir(folder.path()).unwrap().map(|found| found.unwrap().file_name()).collect();
        prop_assert_eq!(names.len(), 1, "{:?}", names);
        for (path, entry) in manifest.entries() {
            let full = inside.join(path);
            prop_assert!(fs::symlink_metadata(&full).is_ok());
            if let (Entry::Link { .. }, Ok(leads)) = (entry, fs::canonicalize(&full)) {
                prop_assert!(leads.starts_with(fs::canonicalize(&inside).unwrap()), "{} leads to {}", path, leads.display());
            }
        }
    }
}
