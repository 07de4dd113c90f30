//! Contents on their way: files in pieces, each known by what is in it.
//!
//! A file that is not larger than a piece is one; of larger ones each piece is sent, and sent again, by itself. What is sent is a line with
//! a digest and a size, the bytes, the next line, and so on, as it is or compressed by gzip.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};

use aws_lc_rs::digest::{Context, SHA256};
use flate2::bufread::GzDecoder;
use slipway_tofu::archive::printable;
use slipway_tofu::digest::sha256_hex_of;

use super::archives::GZIP;
use super::error::SourceError;
use super::manifest::Digest;

/// Most bytes of a piece: what is in memory at once, and what has to be sent again when a connection breaks.
pub const PIECE: u64 = 4 << 20;
/// Longest line before a content: a digest, a space, a size, and the end of the line.
const LINE: u64 = 64 + 1 + 20 + 1;

/// The sizes of the pieces of a file.
pub(super) fn sizes(of: u64) -> impl Iterator<Item = u64> {
    (0..of.div_ceil(PIECE)).map(move |number| PIECE.min(of.saturating_sub(number.saturating_mul(PIECE))))
}

/// A file that was read.
pub(super) struct ReadThrough {
    pub sha256: Digest,
    pub size: u64,
    /// None where it is one piece.
    pub pieces: Vec<Digest>,
}

/// What is in a file.
pub(super) fn digested(mut file: impl Read) -> io::Result<ReadThrough> {
    let (mut whole, mut size, mut pieces) = (Context::new(&SHA256), 0_u64, Vec::new());
    loop {
        let piece = Both {
            reader: file.by_ref().take(PIECE),
            whole: &mut whole,
        };
        let (digest, count) = sha256_hex_of(piece)?;
        if count > 0 {
            pieces.push(Digest(digest));
        }
        size = size.saturating_add(count);
        if count < PIECE {
            break;
        }
    }
    if size <= PIECE {
        pieces.clear();
    }
    Ok(ReadThrough {
        sha256: Digest(hex::encode(whole.finish())),
        size,
        pieces,
    })
}

/// Reads a piece, and counts it to the whole.
struct Both<'a, R> {
    reader: R,
    whole: &'a mut Context,
}

impl<R: Read> Read for Both<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.whole.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// Writes a content as it is sent.
///
/// # Errors
/// The writer's own.
pub fn write_content(mut to: impl Write, digest: &Digest, content: &[u8]) -> io::Result<()> {
    writeln!(to, "{digest} {}", content.len())?;
    to.write_all(content)
}

/// Reads contents as they are sent, and gives each to `take` once it is proved to be what it says, until that wants no more. Blocks: call it
/// where that is fine.
///
/// # Errors
/// For a content that is not wanted, or comes twice; for one of another size or with something else in it; and when it ends in the
/// middle of one. What was given before it is as good as any.
pub fn read_contents(
    reader: impl Read,
    wanted: &mut BTreeMap<Digest, u64>,
    take: impl FnMut(Digest, Vec<u8>) -> bool,
) -> Result<(), SourceError> {
    let mut reader = BufReader::new(reader);
    let begin = reader.fill_buf().map_err(SourceError::NoContents)?;
    // The second byte may come later than the first, which is no digit.
    match begin.first() == GZIP.first() {
        true => read_plain(BufReader::new(GzDecoder::new(reader)), wanted, take),
        false => read_plain(reader, wanted, take),
    }
}

fn read_plain(
    mut reader: impl BufRead,
    wanted: &mut BTreeMap<Digest, u64>,
    mut take: impl FnMut(Digest, Vec<u8>) -> bool,
) -> Result<(), SourceError> {
    loop {
        let mut line = Vec::new();
        let read = reader.by_ref().take(LINE).read_until(b'\n', &mut line);
        if read.map_err(SourceError::NoContents)? == 0 {
            return Ok(());
        }
        let (digest, size) = announced(&line)?;
        match wanted.remove(&digest) {
            Some(listed) if listed == size => {}
            Some(listed) => {
                return Err(SourceError::Other {
                    digest,
                    reason: format!("it is said to have {size} bytes, and listed with {listed}"),
                });
            }
            None => return Err(SourceError::NotListed(digest)),
        }
        let mut content = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        let read = reader.by_ref().take(size).read_to_end(&mut content);
        read.map_err(SourceError::NoContents)?;
        if u64::try_from(content.len()).ok() != Some(size) {
            let reason = format!("there is less than {size} bytes");
            return Err(SourceError::Other { digest, reason });
        }
        let found = Digest::of(&content);
        if found != digest {
            let reason = format!("it is {found}");
            return Err(SourceError::Other { digest, reason });
        }
        if !take(digest, content) {
            return Ok(());
        }
    }
}

/// What a line says to come.
fn announced(line: &[u8]) -> Result<(Digest, u64), SourceError> {
    let refused = || SourceError::NoLine(printable(line.trim_ascii_end()));
    let text = std::str::from_utf8(line).map_err(|_| refused())?;
    let text = text.strip_suffix('\n').ok_or_else(refused)?;
    let (digest, size) = text.split_once(' ').ok_or_else(refused)?;
    let size = size
        .parse::<u64>()
        .ok()
        .filter(|size| *size <= PIECE)
        .ok_or_else(refused)?;
    Ok((digest.parse().map_err(|_| refused())?, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(contents: &[&[u8]]) -> BTreeMap<Digest, u64> {
        let sized = |content: &&[u8]| (Digest::of(content), u64::try_from(content.len()).unwrap());
        contents.iter().map(sized).collect()
    }

    fn sent(contents: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for content in contents {
            write_content(&mut bytes, &Digest::of(content), content).unwrap();
        }
        bytes
    }

    fn read(bytes: &[u8], wanted: &mut BTreeMap<Digest, u64>) -> (Vec<Vec<u8>>, Result<(), SourceError>) {
        let mut taken = Vec::new();
        let read = read_contents(bytes, wanted, |_, content| {
            taken.push(content);
            true
        });
        (taken, read)
    }

    #[test]
    fn what_is_sent_is_what_comes_compressed_or_not() {
        let contents: [&[u8]; 3] = [b"one\n", b"", b"three"];
        let plain = sent(&contents);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&plain).unwrap();
        for bytes in [plain, packed.finish().unwrap()] {
            let (taken, read) = read(&bytes, &mut wanted(&contents));
            read.unwrap();
            assert_eq!(taken, contents);
        }
    }

    #[test]
    fn what_was_whole_before_a_break_is_kept() {
        let contents: [&[u8]; 2] = [b"one", b"two"];
        let mut bytes = sent(&contents);
        bytes.pop();
        let (taken, read) = read(&bytes, &mut wanted(&contents));
        assert_eq!(taken, [b"one"]);
        assert!(read.unwrap_err().to_string().contains("there is less than 3 bytes"));
    }

    #[test]
    fn what_is_not_what_it_says_is_refused() {
        let one = Digest::of(b"one");
        let cases = [
            (format!("{one} 3\ntwo"), "it is 3fc4ccfe745870e2"),
            (format!("{one} 4\nonee"), "listed with 3"),
            (format!("{} 3\ntwo", Digest::of(b"two")), "is not in the list"),
            (format!("{one} 3\none{one} 3\none"), "is not in the list"),
            (format!("{one} 99999999999\n"), "is no line with a digest and a size"),
            (format!("{one}"), "is no line with a digest and a size"),
            ("../../etc 3\none".to_owned(), "is no line with a digest and a size"),
        ];
        for (bytes, said) in cases {
            let (_, read) = read(bytes.as_bytes(), &mut wanted(&[b"one"]));
            let error = read.unwrap_err().to_string();
            assert!(error.contains(said), "{bytes}: {error}");
        }
        let (_, read) = read(b"\x1f\x8bnothing", &mut wanted(&[b"one"]));
        assert!(read.is_err());
    }

    #[test]
    fn a_large_file_has_pieces_and_the_last_one_is_the_rest() {
        let size = usize::try_from(PIECE).unwrap();
        let (exactly, more) = (vec![7; size], vec![7; size + 1]);
        assert!(digested(exactly.as_slice()).unwrap().pieces.is_empty());
        let read = digested(more.as_slice()).unwrap();
        assert_eq!(read.pieces, [Digest::of(&exactly), Digest::of(&[7])]);
        assert_eq!((read.sha256, read.size), (Digest::of(&more), PIECE + 1));
        assert_eq!(sizes(PIECE + 1).collect::<Vec<_>>(), [PIECE, 1]);
        assert_eq!(digested(&b""[..]).unwrap().sha256, Digest::of(b""));
    }
}
