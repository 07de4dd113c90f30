//! Source as one archive: tar, compressed by gzip or not.

use std::io::{Read, Write};
use std::path::Path;

use slipway_tofu::archive::{self, Limits, Packed, Unpacked};

use super::choosing::chosen;
use super::error::SourceError;

/// With what gzip begins (RFC 1952).
pub(super) const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How much source may be: more than any app that people wrote, less than what fills a disk.
#[must_use]
pub fn limits() -> Limits {
    Limits {
        entries: 200_000,
        total_bytes: 2 << 30,
        file_bytes: 1 << 30,
        ..Limits::default()
    }
}

/// Unpacks an archive below a directory, which is made where it is not there. Owners and times of the archive mean nothing here;
/// of modes only whether a file is a program. Blocks: call it where that is fine.
///
/// # Errors
/// The first rule or limit that the archive breaks, with the entry's name: absolute paths, `..`, links that lead out, hard links,
/// devices, the same path twice. What was written before it stays, so the caller removes the directory.
pub fn unpack(mut reader: impl Read, destination: &Path, limits: &Limits) -> Result<Unpacked, SourceError> {
    let mut begin = Vec::new();
    let read = reader.by_ref().take(2).read_to_end(&mut begin);
    read.map_err(SourceError::NoArchive)?;
    let is_gzip = begin == GZIP;
    let whole = begin.as_slice().chain(reader);
    let unpacked = if is_gzip {
        archive::unpack(whole, destination, limits)?
    } else {
        archive::unpack_plain(whole, destination, limits)?
    };
    // An archive of nothing is what a broken pipe leaves.
    if unpacked.files == 0 {
        let nothing = std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "there is no file in it");
        return Err(SourceError::NoArchive(nothing));
    }
    Ok(unpacked)
}

/// Packs what is sent of a directory as tar.gz; two equal directories give equal bytes. Blocks: call it where that is fine.
///
/// # Errors
/// When something of it cannot be read, or has a name that no archive may hold.
pub fn pack(directory: &Path, writer: impl Write) -> Result<Packed, SourceError> {
    Ok(archive::pack_paths(directory, &chosen(directory)?, writer)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use tar::{Builder, EntryType, Header};

    fn entry(kind: EntryType, path: &str, link: &str, content: &[u8]) -> Vec<u8> {
        let mut header = Header::new_gnu();
        // Written by hand: the builder itself refuses what is hostile.
        let name = &mut header.as_gnu_mut().unwrap().name;
        name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o755);
        if !link.is_empty() {
            header.as_gnu_mut().unwrap().linkname[..link.len()].copy_from_slice(link.as_bytes());
        }
        header.set_cksum();
        let mut tar = Builder::new(Vec::new());
        tar.append(&header, content).unwrap();
        tar.into_inner().unwrap()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    #[rstest]
    #[case::outside(
        EntryType::Regular,
        "../evil",
        "",
        "archive entry `../evil` refused: `..` in a path is not allowed"
    )]
    #[case::absolute(
        EntryType::Regular,
        "/etc/x",
        "",
        "archive entry `/etc/x` refused: absolute paths are not allowed"
    )]
    #[case::a_link_out(EntryType::Symlink, "a", "/etc", "must be relative, stay inside")]
    #[case::a_link_up(EntryType::Symlink, "a/b", "../../c", "must be relative, stay inside")]
    #[case::a_hard_link(EntryType::Link, "a", "b", "archive entry `a` refused: hard links are not allowed")]
    #[case::a_device(EntryType::Char, "null", "", "archive entry `null` refused: only files, directories")]
    #[case::a_pipe(EntryType::Fifo, "pipe", "", "archive entry `pipe` refused: only files, directories")]
    fn what_is_hostile_is_named(#[case] kind: EntryType, #[case] path: &str, #[case] link: &str, #[case] said: &str) {
        let tar = entry(kind, path, link, b"");
        for bytes in [tar.clone(), gzip(&tar)] {
            let folder = tempfile::tempdir().unwrap();
            let error = unpack(bytes.as_slice(), &folder.path().join("app"), &limits()).unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
            assert!(!folder.path().join("evil").exists());
        }
    }

    #[rstest]
    #[case::nothing(b"")]
    #[case::one_byte(b"\x1f")]
    #[case::text(b"hello, this is no archive at all, but a text that goes on and on")]
    #[case::broken_gzip(b"\x1f\x8b\x08\x00\x00\x00")]
    fn what_is_no_archive_is_said(#[case] bytes: &[u8]) {
        let folder = tempfile::tempdir().unwrap();
        let error = unpack(bytes, folder.path(), &limits()).unwrap_err().to_string();
        assert!(error.starts_with("this is no complete tar archive ("), "{error}");
    }

    #[test]
    fn too_many_and_too_much_are_refused_while_they_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let many = [
            entry(EntryType::Regular, "a", "", b"1"),
            entry(EntryType::Regular, "b", "", b"2"),
        ];
        // Two archives behind each other, without the end of the first.
        let bytes = [&many[0][..1024], &many[1][..]].concat();
        let few = Limits { entries: 1, ..limits() };
        let error = unpack(bytes.as_slice(), folder.path(), &few).unwrap_err();
        assert_eq!(error.to_string(), "the archive has more than 1 entries");
        let small = Limits {
            total_bytes: 4096,
            ..limits()
        };
        let large = entry(EntryType::Regular, "large", "", &[0; 10_000]);
        let error = unpack(large.as_slice(), folder.path(), &small).unwrap_err();
        assert_eq!(error.to_string(), "the archive unpacks to more than 4096 bytes");
    }

    #[test]
    fn what_is_packed_is_unpacked_the_same() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::create_dir_all(from.path().join("bin/empty")).unwrap();
        std::fs::write(from.path().join("bin/run"), "#!/bin/sh\n").unwrap();
        std::os::unix::fs::symlink("bin/run", from.path().join("run")).unwrap();
        std::fs::write(from.path().join(".env"), "SECRET=1").unwrap();
        let mut bytes = Vec::new();
        pack(from.path(), &mut bytes).unwrap();
        unpack(bytes.as_slice(), to.path(), &limits()).unwrap();
        assert!(to.path().join("bin/empty").is_dir() && !to.path().join(".env").exists());
        assert_eq!(std::fs::read_to_string(to.path().join("run")).unwrap(), "#!/bin/sh\n");
    }
}
