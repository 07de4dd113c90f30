//! Reading a backup through and proving every part of it, before anything is restored.

use std::collections::VecDeque;
use std::fs::File;

use super::Say;
use super::archive::{Reader, damaged};
use super::digests::{Sha256, sha256};
use super::manifest::{self, FORMAT, Head, Manifest, ObjectDigest, ObjectsDigest, TableDigest};
use crate::errors::{Error, Result};

/// Reads what a backup says first.
pub(super) fn read_head(file: &File) -> Result<Head> {
    let mut reader = Reader::new(file)?;
    let no_backup = || {
        Error::conflict(
            "The file is no backup of Slipway, or its beginning is damaged. Name one that `slipway admin backup` wrote.",
        )
    };
    match reader.next() {
        Ok(Some(name)) if name == manifest::HEAD => parse_head(&reader.whole()?).ok_or_else(no_backup),
        Err(error) if error.code() == slipway_api::Code::Unavailable => Err(error),
        _ => Err(no_backup()),
    }
}

/// The head, or as much as tells that it is of another format.
fn parse_head(text: &[u8]) -> Option<Head> {
    let format = serde_json::from_slice::<serde_json::Value>(text)
        .ok()?
        .get("format")?
        .as_u64()?;
    if format == u64::from(FORMAT) {
        return serde_json::from_slice(text).ok();
    }
    let program = serde_json::from_slice::<serde_json::Value>(text).ok()?;
    let program = program.get("program").and_then(|version| version.as_str());
    Some(Head {
        format: u32::try_from(format).ok()?,
        program: program.unwrap_or("of another version").to_owned(),
        created_at: slipway_api::Timestamp::from_unix_ms(0),
        database: String::new(),
        master_key: String::new(),
        has_master_key: false,
        migrations: Vec::new(),
        tables: Vec::new(),
    })
}

/// Reads the whole file and proves every part by the digests at its end.
pub(super) fn verify(file: &File, say: Say<'_>) -> Result<Manifest> {
    let mut reader = Reader::new(file)?;
    let mut seen = Seen::new();
    let mut stated = None;
    let mut is_proved = false;
    while let Some(name) = reader.next()? {
        if let Some(key) = name.strip_prefix(manifest::OBJECTS) {
            seen.object(&mut reader, key)?;
            say("verifying objects", seen.objects);
        } else if name.starts_with(manifest::OBJECT_DIGESTS) {
            seen.object_digests(&mut reader)?;
        } else if let Some(path) = name.strip_prefix(manifest::TABLES) {
            let table = path.split('/').next().unwrap_or_default().to_owned();
            seen.rows(&mut reader, &table)?;
            say(
                &format!("verifying table {table}"),
                seen.tables.last().map_or(0, |table| table.rows),
            );
        } else {
            let text = reader.whole()?;
            match name.as_str() {
                manifest::HEAD => seen.head = Some(sha256(&text)),
                manifest::MASTER_KEY => seen.master_key = Some(sha256(&text)),
                manifest::MANIFEST => {
                    let parsed = serde_json::from_slice(&text).map_err(|_| reader.damaged("it cannot be read"))?;
                    stated = Some((sha256(&text), parsed));
                }
                manifest::MANIFEST_DIGEST => {
                    let stated = stated
                        .as_ref()
                        .map(|(digest, _): &(String, Manifest)| digest.as_bytes());
                    is_proved = stated == Some(text.as_slice());
                }
                _ => return Err(reader.damaged("no such part belongs to a backup")),
            }
        }
    }
    match stated {
        Some((_, stated)) if is_proved => seen.prove(stated),
        _ => Err(damaged(manifest::MANIFEST, "it is not what its digest says")),
    }
}

/// What was found.
struct Seen {
    head: Option<String>,
    master_key: Option<String>,
    tables: Vec<SeenTable>,
    objects: u64,
    object_bytes: u64,
    /// Objects whose digests are still to come.
    waiting: VecDeque<ObjectDigest>,
    object_lines: Sha256,
}

struct SeenTable {
    name: String,
    rows: u64,
    digest: Sha256,
}

impl Seen {
    fn new() -> Self {
        Self {
            head: None,
            master_key: None,
            tables: Vec::new(),
            objects: 0,
            object_bytes: 0,
            waiting: VecDeque::new(),
            object_lines: Sha256::new(),
        }
    }

    fn rows(&mut self, reader: &mut Reader, table: &str) -> Result<()> {
        let lines = unpack(reader)?;
        if self.tables.last().is_none_or(|last| last.name != table) {
            self.tables.push(SeenTable {
                name: table.to_owned(),
                rows: 0,
                digest: Sha256::new(),
            });
        }
        if let Some(seen) = self.tables.last_mut() {
            seen.rows += count_lines(&lines);
            seen.digest.update(&lines);
        }
        Ok(())
    }

    fn object(&mut self, reader: &mut Reader, key: &str) -> Result<()> {
        let bytes = reader.size();
        let mut digest = Sha256::new();
        while let Some(piece) = reader.read()? {
            digest.update(&piece);
        }
        self.objects += 1;
        self.object_bytes += bytes;
        self.waiting.push_back(ObjectDigest {
            key: key.to_owned(),
            bytes,
            sha256: digest.finish(),
        });
        Ok(())
    }

    fn object_digests(&mut self, reader: &mut Reader) -> Result<()> {
        let lines = unpack(reader)?;
        self.object_lines.update(&lines);
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let stated: ObjectDigest = serde_json::from_slice(line).map_err(|_| reader.damaged("it cannot be read"))?;
            if self.waiting.pop_front().as_ref() != Some(&stated) {
                let part = format!("{}{}", manifest::OBJECTS, stated.key);
                return Err(damaged(&part, "it is not what its digest says"));
            }
        }
        Ok(())
    }

    /// Compares with what the manifest says.
    fn prove(self, stated: Manifest) -> Result<Manifest> {
        let differs = |part: &str| Err(damaged(part, "it is not what its digest says"));
        if self.head.as_ref() != Some(&stated.head_sha256) {
            return differs(manifest::HEAD);
        }
        if self.master_key != stated.master_key_sha256 {
            return differs(manifest::MASTER_KEY);
        }
        let mut tables = self.tables.into_iter().peekable();
        for table in &stated.tables {
            let found = tables.next_if(|found| found.name == table.name);
            let (rows, digest) = found.map_or_else(|| (0, Sha256::new()), |found| (found.rows, found.digest));
            let found = TableDigest {
                name: table.name.clone(),
                rows,
                sha256: digest.finish(),
            };
            if found != *table {
                return differs(&format!("{}{}", manifest::TABLES, table.name));
            }
        }
        if let Some(unknown) = tables.next() {
            return differs(&format!("{}{}", manifest::TABLES, unknown.name));
        }
        let objects = ObjectsDigest {
            count: self.objects,
            bytes: self.object_bytes,
            sha256: self.object_lines.finish(),
        };
        if objects != stated.objects || !self.waiting.is_empty() {
            return differs(manifest::OBJECTS);
        }
        Ok(stated)
    }
}

/// The lines of a part.
pub(super) fn unpack(reader: &mut Reader) -> Result<Vec<u8>> {
    let packed = reader.whole()?;
    zstd::decode_all(packed.as_slice()).map_err(|_| reader.damaged("it cannot be decompressed"))
}

fn count_lines(lines: &[u8]) -> u64 {
    lines.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}
