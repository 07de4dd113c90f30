//! Verifying an export line by line, without a server: pure.
//!
//! What must stay true: nothing that was not proved is passed over. A verifier that sees the same events as the one who
//! signed comes to the same hash and the same count; everything else is an error that names the first position at fault.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

use super::{AuditLine, AuditRecord, Checkpoint, ExportHead, FORMAT};

/// What is wrong with an export.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Not a line of an export.
    #[error("line {line} is not a line of an audit export: {why}")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// What the parser says.
        why: String,
    },
    /// Another version wrote it.
    #[error("the export has format {0}, and this program reads {FORMAT}; use the version of Slipway that wrote it")]
    Format(u32),
    /// The first line is missing.
    #[error("the head of the export is missing: its first line must have \"record\":\"export\"")]
    NoHead,
    /// Lines of several organizations.
    #[error("line {line} belongs to {found}, and the export is of {expected}")]
    Foreign {
        /// Its number, from 1.
        line: u64,
        /// Whose it is.
        found: String,
        /// Whose the export is.
        expected: String,
    },
    /// Another key than the expected one signed.
    #[error("it is signed with the key {found}, and the key that was expected is {expected}")]
    Key {
        /// The key in the export.
        found: String,
        /// The key that was asked for.
        expected: String,
    },
    /// A signature that does not fit.
    #[error("the checkpoint at position {0} has no valid signature")]
    Signature(i64),
    /// Events before the first one are missing.
    #[error(
        "the beginning is cut off: the event at position {0} is not the first of its organization, and no signed \
         checkpoint stands before it"
    )]
    NoBeginning(i64),
    /// Events between two positions are missing.
    #[error("events are missing between position {after} and position {before}")]
    Missing {
        /// The last position that is right.
        after: i64,
        /// The next position that is there.
        before: i64,
    },
    /// An event is not what it was.
    #[error("the event at position {0} was changed")]
    Changed(i64),
    /// Events in another order.
    #[error("position {found} follows position {after}: the order is not what it was")]
    Order {
        /// The position before.
        after: i64,
        /// The position that follows.
        found: i64,
    },
    /// The number of events is not the one that was signed.
    #[error("the checkpoint at position {position} speaks of {signed} events, and there are {found}")]
    Count {
        /// The checkpoint's position.
        position: i64,
        /// As signed.
        signed: i64,
        /// As counted.
        found: i64,
    },
    /// Events after the last one are missing, or were never vouched for.
    #[error("the end is cut off: no signed checkpoint follows the event at position {0}")]
    NoEnd(i64),
}

/// What a whole export was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Id of the organization, or `site`.
    pub organization: String,
    /// Its name.
    pub name: String,
    /// Events that were verified.
    pub events: u64,
    /// Events of the organization up to the last one, those included that were removed or not exported.
    pub count: i64,
    /// Where the chain begins in it: 0 for the very beginning, otherwise the position of the checkpoint.
    pub after: i64,
    /// The last position.
    pub position: i64,
    /// The key that signed: Ed25519, hexadecimal.
    pub public_key: String,
}

/// How far the chain was followed.
struct Link {
    position: i64,
    hash: String,
    count: i64,
}

/// Takes the lines of an export one after another.
#[derive(Default)]
pub struct Verifier {
    expected_key: Option<String>,
    head: Option<ExportHead>,
    link: Option<Link>,
    after: i64,
    lines: u64,
    events: u64,
    is_vouched: bool,
}

impl Verifier {
    /// A verifier that accepts only `expected_key`, or the key that the export names.
    #[must_use]
    pub fn new(expected_key: Option<String>) -> Self {
        Self {
            expected_key,
            ..Self::default()
        }
    }

    /// Takes the next line.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong; what follows proves nothing any more.
    pub fn line(&mut self, text: &[u8]) -> Result<(), Broken> {
        self.lines += 1;
        if text.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        // Nearly all lines are events, and to find out by the tag costs twice the time.
        if let Ok(event) = serde_json::from_slice::<AuditRecord>(text) {
            return self.event(&event);
        }
        match serde_json::from_slice(text) {
            Ok(AuditLine::Export(head)) => self.begin(head),
            Ok(AuditLine::Event(event)) => self.event(&event),
            Ok(AuditLine::Checkpoint(checkpoint)) => self.checkpoint(&checkpoint),
            Err(error) => Err(Broken::Line {
                line: self.lines,
                why: error.to_string(),
            }),
        }
    }

    /// Says what it was, after the last line.
    ///
    /// # Errors
    ///
    /// When the end is missing.
    pub fn finish(self) -> Result<Verified, Broken> {
        let head = self.head.ok_or(Broken::NoHead)?;
        let link = self.link.ok_or(Broken::NoEnd(head.after))?;
        if !self.is_vouched {
            return Err(Broken::NoEnd(link.position));
        }
        Ok(Verified {
            organization: head.organization,
            name: head.name,
            events: self.events,
            count: link.count,
            after: self.after,
            position: link.position,
            public_key: head.public_key,
        })
    }

    fn begin(&mut self, head: ExportHead) -> Result<(), Broken> {
        if head.format != FORMAT {
            return Err(Broken::Format(head.format));
        }
        let expected = self.expected_key.get_or_insert_with(|| head.public_key.clone());
        if *expected != head.public_key {
            return Err(Broken::Key {
                found: head.public_key,
                expected: expected.clone(),
            });
        }
        if self.head.is_some() {
            self.of_organization(&head.organization)?;
        }
        self.head = Some(head);
        Ok(())
    }

    fn of_organization(&self, found: &str) -> Result<(), Broken> {
        let head = self.head.as_ref().ok_or(Broken::NoHead)?;
        if head.organization == found {
            return Ok(());
        }
        Err(Broken::Foreign {
            line: self.lines,
            found: found.to_owned(),
            expected: head.organization.clone(),
        })
    }

    fn event(&mut self, event: &AuditRecord) -> Result<(), Broken> {
        self.of_organization(event.organization.as_deref().unwrap_or("site"))?;
        let start = Link {
            position: 0,
            hash: String::new(),
            count: 0,
        };
        let is_first = self.link.is_none();
        let link = self.link.get_or_insert(start);
        if event.position <= link.position {
            return Err(Broken::Order {
                after: link.position,
                found: event.position,
            });
        }
        if event.chained_hash(&link.hash) != event.hash {
            return Err(why(event, link, is_first));
        }
        link.position = event.position;
        link.hash.clone_from(&event.hash);
        link.count += 1;
        self.events += 1;
        self.is_vouched = false;
        Ok(())
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<(), Broken> {
        self.of_organization(&checkpoint.organization)?;
        let expected = self.expected_key.as_deref().unwrap_or_default();
        if checkpoint.public_key != expected {
            return Err(Broken::Key {
                found: checkpoint.public_key.clone(),
                expected: expected.to_owned(),
            });
        }
        if !is_signed(checkpoint) {
            return Err(Broken::Signature(checkpoint.position));
        }
        self.is_vouched = true;
        let Some(link) = &self.link else {
            self.after = checkpoint.position;
            self.link = Some(Link {
                position: checkpoint.position,
                hash: checkpoint.hash.clone(),
                count: checkpoint.count,
            });
            return Ok(());
        };
        if checkpoint.position > link.position {
            return Err(Broken::Missing {
                after: link.position,
                before: checkpoint.position.saturating_add(1),
            });
        }
        if checkpoint.position < link.position {
            return Err(Broken::Order {
                after: link.position,
                found: checkpoint.position,
            });
        }
        if checkpoint.hash != link.hash {
            return Err(Broken::Changed(link.position));
        }
        if checkpoint.count != link.count {
            return Err(Broken::Count {
                position: link.position,
                signed: checkpoint.count,
                found: link.count,
            });
        }
        Ok(())
    }
}

/// Why an event does not follow the one before: an event that is right by itself follows another one.
fn why(event: &AuditRecord, link: &Link, is_first: bool) -> Broken {
    match event.previous_hash.as_deref() {
        Some(previous) if previous != link.hash && event.chained_hash(previous) == event.hash => {
            if is_first {
                return Broken::NoBeginning(event.position);
            }
            Broken::Missing {
                after: link.position,
                before: event.position,
            }
        }
        _ => Broken::Changed(event.position),
    }
}

fn is_signed(checkpoint: &Checkpoint) -> bool {
    let (Ok(key), Ok(signature)) = (hex::decode(&checkpoint.public_key), hex::decode(&checkpoint.signature)) else {
        return false;
    };
    UnparsedPublicKey::new(&ED25519, key)
        .verify(checkpoint.signed_text().as_bytes(), &signature)
        .is_ok()
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
