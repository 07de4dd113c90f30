//! Archives as users and attackers make them: what is packed comes back, what is hostile writes nothing outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::fs;
use std::io::{Cursor, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use rstest::rstest;
use slipway_tofu::archive::{ArchiveError, Limits, Rule, Unpacked, inspect, pack, pack_paths, unpack};
use tar::{EntryType, Header};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Writes names as they are, as no honest tool would.
fn entry(tar: &mut tar::Builder<Vec<u8>>, kind: EntryType, name: &str, link: &str, content: &[u8]) {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(content.len() as u64);
    let gnu = header.as_gnu_mut().unwrap();
    gnu.name[..name.len()].copy_from_slice(name.as_bytes());
    gnu.linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_cksum();
    tar.append(&header, Cursor::new(content)).unwrap();
}

fn archive(entries: &[(EntryType, &str, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (kind, name, link) in entries {
        let content: &[u8] = if *kind == EntryType::Regular { b"content" } else { b"" };
        entry(&mut tar, *kind, name, link, content);
    }
    gzip(&tar.into_inner().unwrap())
}

fn rule_of(bytes: &[u8]) -> Option<Rule> {
    let outside = tempfile::tempdir().unwrap();
    let inside = outside.path().join("inside");
    let inspected = inspect(bytes, &Limits::default());
    let unpacked = unpack(bytes, &inside, &Limits::default());
    let names: Vec<_> = fs::read_dir(outside.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(names, ["inside"], "something was written beside the destination");
    match (inspected, unpacked) {
        (Ok(first), Ok(second)) => {
            assert_eq!(first, second);
            None
        }
        (Err(ArchiveError::Entry { rule: first, .. }), Err(ArchiveError::Entry { rule: second, .. })) => {
            assert_eq!(first, second);
            Some(first)
        }
        other => panic!("inspect and unpack disagree: {other:?}"),
    }
}

fn tree(root: &Path) {
    fs::create_dir_all(root.join("modules/leaf")).unwrap();
    fs::create_dir_all(root.join(".terraform/modules/x")).unwrap();
    fs::create_dir_all(root.join(".terraform/providers")).unwrap();
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::write(root.join("main.tf"), "x").unwrap();
    fs::write(root.join("modules/leaf/main.tf"), "leaf").unwrap();
    fs::write(root.join(".terraform/modules/x/main.tf"), "vendored").unwrap();
    fs::write(root.join(".terraform/providers/big"), "binary").unwrap();
    fs::write(root.join(".git/config"), "secret").unwrap();
    fs::write(root.join("run.sh"), "#!").unwrap();
    fs::set_permissions(root.join("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("../main.tf", root.join("modules/link.tf")).unwrap();
}

#[test]
fn what_was_packed_comes_back_and_equal_trees_are_equal_bytes() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    tree(first.path());
    tree(second.path());
    fs::set_permissions(second.path().join("main.tf"), fs::Permissions::from_mode(0o600)).unwrap();
    let (mut one, mut two) = (Vec::new(), Vec::new());
    let packed = pack(first.path(), &mut one).unwrap();
    pack(second.path(), &mut two).unwrap();
    assert_eq!(one, two);
    assert_eq!(packed.files, 5);

    let out = tempfile::tempdir().unwrap();
    let unpacked = unpack(one.as_slice(), out.path(), &Limits::default()).unwrap();
    assert_eq!(
        unpacked,
        Unpacked {
            files: 5,
            bytes: packed.bytes
        }
    );
    assert_eq!(fs::read_to_string(out.path().join("modules/link.tf")).unwrap(), "x");
    assert_eq!(
        fs::read_to_string(out.path().join(".terraform/modules/x/main.tf")).unwrap(),
        "vendored"
    );
    assert!(!out.path().join(".git").exists());
    assert!(!out.path().join(".terraform/providers").exists());
    assert_eq!(
        fs::metadata(out.path().join("run.sh")).unwrap().permissions().mode() & 0o777,
        0o755
    );
}

#[test]
fn terraformignore_is_honoured_and_links_out_are_named() {
    let dir = tempfile::tempdir().unwrap();
    tree(dir.path());
    fs::write(dir.path().join(".terraformignore"), "*.sh\n/modules/\n").unwrap();
    let mut bytes = Vec::new();
    assert_eq!(pack(dir.path(), &mut bytes).unwrap().files, 3);

    symlink("/etc/passwd", dir.path().join("stolen")).unwrap();
    let error = pack(dir.path(), Vec::new()).unwrap_err();
    assert!(error.to_string().contains("`stolen`"), "{error}");
}

#[test]
fn long_names_survive_and_only_named_paths_are_packed() {
    let dir = tempfile::tempdir().unwrap();
    let name = format!("{}/{}/file.txt", "d".repeat(120), "e".repeat(200));
    fs::create_dir_all(dir.path().join(&name).parent().unwrap()).unwrap();
    fs::write(dir.path().join(&name), "long").unwrap();
    fs::write(dir.path().join("other"), "not packed").unwrap();
    let mut bytes = Vec::new();
    pack_paths(dir.path(), std::slice::from_ref(&name), &mut bytes).unwrap();
    let out = tempfile::tempdir().unwrap();
    unpack(bytes.as_slice(), out.path(), &Limits::default()).unwrap();
    assert_eq!(fs::read_to_string(out.path().join(&name)).unwrap(), "long");
    assert!(!out.path().join("other").exists());
    assert!(pack_paths(dir.path(), &["../x".to_owned()], Vec::new()).is_err());
}

#[rstest]
#[case::absolute(&[(EntryType::Regular, "/tmp/evil", "")], Rule::AbsolutePath)]
#[case::parent(&[(EntryType::Regular, "../evil", "")], Rule::ParentPath)]
#[case::inner_parent(&[(EntryType::Regular, "a/../../evil", "")], Rule::ParentPath)]
#[case::control(&[(EntryType::Regular, "a\u{1b}[2Jb", "")], Rule::ControlCharacter)]
#[case::hard_link(&[(EntryType::Link, "a", "/etc/passwd")], Rule::HardLink)]
#[case::fifo(&[(EntryType::Fifo, "a", "")], Rule::SpecialFile)]
#[case::device(&[(EntryType::Char, "a", "")], Rule::SpecialFile)]
#[case::block(&[(EntryType::Block, "a", "")], Rule::SpecialFile)]
#[case::link_absolute(&[(EntryType::Symlink, "a", "/etc")], Rule::LinkOutside)]
#[case::link_up(&[(EntryType::Symlink, "a", "..")], Rule::LinkOutside)]
#[case::link_tricky(&[(EntryType::Symlink, "d/e/s", "../.."), (EntryType::Symlink, "y", "d/e/s/../..")], Rule::LinkOutside)]
#[case::through_link(&[(EntryType::Symlink, "a", "b"), (EntryType::Regular, "a/evil", "")], Rule::ThroughNonDirectory)]
#[case::through_file(&[(EntryType::Regular, "a", ""), (EntryType::Regular, "a/b", "")], Rule::ThroughNonDirectory)]
#[case::link_over_directory(&[(EntryType::Regular, "a/b", ""), (EntryType::Symlink, "a", "c")], Rule::Duplicate)]
#[case::twice(&[(EntryType::Regular, "a", ""), (EntryType::Regular, "./a", "")], Rule::Duplicate)]
#[case::root_as_file(&[(EntryType::Regular, "./", "")], Rule::EmptyPath)]
fn hostile_entries(#[case] entries: &[(EntryType, &str, &str)], #[case] rule: Rule) {
    assert_eq!(rule_of(&archive(entries)), Some(rule));
}

#[test]
fn a_link_that_lies_in_the_destination_already_is_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    let inside = tempfile::tempdir().unwrap();
    symlink(outside.path(), inside.path().join("a")).unwrap();
    symlink(outside.path().join("target"), inside.path().join("b")).unwrap();
    let through = unpack(
        archive(&[(EntryType::Regular, "a/evil", "")]).as_slice(),
        inside.path(),
        &Limits::default(),
    );
    assert!(matches!(through, Err(ArchiveError::Write { .. })));
    unpack(
        archive(&[(EntryType::Regular, "b", "")]).as_slice(),
        inside.path(),
        &Limits::default(),
    )
    .unwrap();
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    assert!(fs::symlink_metadata(inside.path().join("b")).unwrap().is_file());
}

#[test]
fn pax_records_cannot_smuggle_a_path_or_a_size() {
    for (key, value, rule) in [("path", "../evil", Rule::ParentPath), ("size", "1", Rule::BadHeader)] {
        let mut tar = tar::Builder::new(Vec::new());
        tar.append_pax_extensions([(key, value.as_bytes())]).unwrap();
        entry(&mut tar, EntryType::Regular, "fine", "", b"x");
        assert_eq!(rule_of(&gzip(&tar.into_inner().unwrap())), Some(rule));
    }
}

#[test]
fn limits_hold() {
    let bomb = gzip(&{
        let mut tar = tar::Builder::new(Vec::new());
        entry(&mut tar, EntryType::Regular, "zeros", "", &vec![0; 8 << 20]);
        tar.into_inner().unwrap()
    });
    let limits = Limits::default();
    assert!(matches!(
        inspect(bomb.as_slice(), &limits),
        Err(ArchiveError::Ratio { .. })
    ));
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(
        unpack(bomb.as_slice(), dir.path(), &limits),
        Err(ArchiveError::Ratio { .. })
    ));
    let loose = Limits {
        ratio: 10_000,
        ..limits
    };
    assert!(inspect(bomb.as_slice(), &loose).is_ok());
    let small = Limits {
        total_bytes: 1 << 20,
        ..loose
    };
    assert!(matches!(
        inspect(bomb.as_slice(), &small),
        Err(ArchiveError::TooLarge { .. })
    ));
    let file = Limits {
        file_bytes: 1 << 20,
        ..loose
    };
    assert!(matches!(
        inspect(bomb.as_slice(), &file),
        Err(ArchiveError::Entry {
            rule: Rule::FileTooLarge,
            ..
        })
    ));

    let many: Vec<String> = (0..20).map(|i| format!("f{i}")).collect();
    let many = archive(
        &many
            .iter()
            .map(|name| (EntryType::Regular, name.as_str(), ""))
            .collect::<Vec<_>>(),
    );
    let few = Limits { entries: 10, ..limits };
    assert!(matches!(
        inspect(many.as_slice(), &few),
        Err(ArchiveError::TooManyEntries { limit: 10 })
    ));
}

#[test]
fn broken_archives_say_so() {
    let good = archive(&[(EntryType::Regular, "main.tf", "")]);
    for bad in [
        b"".as_slice(),
        b"PK\x03\x04zip",
        b"{}",
        &good[..good.len() - 6],
        &gzip(b"not a tar file, but long enough"),
    ] {
        let result = inspect(bad, &Limits::default());
        assert!(
            matches!(result, Err(ArchiveError::Damaged(_))),
            "{bad:?} gave {result:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever names an archive has, nothing appears beside the destination, and inspect agrees with unpack.
    #[test]
    fn nothing_escapes(entries in prop::collection::vec(
        (0..3_usize, "(\\.\\./|\\./|/|[ab]/){0,4}[ab]{0,1}", "(\\.\\./|\\./|/|[ab]/){0,4}[ab]{0,1}"), 1..8)) {
        let kinds = [EntryType::Regular, EntryType::Directory, EntryType::Symlink];
        let entries: Vec<_> = entries.iter().map(|(kind, name, link)| (kinds[*kind], name.as_str(), link.as_str())).collect();
        rule_of(&archive(&entries));
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..2048)) {
        let _ = inspect(bytes.as_slice(), &Limits::default());
        let _ = inspect(gzip(&bytes).as_slice(), &Limits::default());
    }

    /// A good archive with some bytes changed is refused or read, but never writes outside.
    #[test]
    fn damage_never_escapes(position in 0..2048_usize, byte in any::<u8>()) {
        let mut tar = tar::Builder::new(Vec::new());
        entry(&mut tar, EntryType::Regular, "a/b", "", b"content");
        entry(&mut tar, EntryType::Symlink, "c", "a/b", b"");
        let mut bytes = tar.into_inner().unwrap();
        let position = position % bytes.len();
        bytes[position] = byte;
        let outside = tempfile::tempdir().unwrap();
        let _ = unpack(gzip(&bytes).as_slice(), &outside.path().join("inside"), &Limits::default());
        prop_assert!(fs::read_dir(outside.path()).unwrap().count() <= 1);
    }
}
