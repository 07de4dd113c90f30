//! One log in this process: what came, what of it is durable, and who wants to know. No input or output here.

use std::sync::{Mutex, MutexGuard, PoisonError};

use slipway_api::ids::{LogId, OrganizationId};
use slipway_api::runner::Accepted;
use slipway_api::{Code, Timestamp};
use tokio::sync::watch;

use super::lines::newlines;
use super::model::{LogState, Model};
use super::store::{Mark, unsigned};
use super::tail::Tail;
use crate::errors::{Error, Result};

/// Durable bytes that are kept in memory for readers who are a moment behind.
const KEPT_BYTES: u64 = 256 << 10;

/// What a log that is too long ends with. Its length never changes: a cut log is told by it.
pub(super) const CUT_NOTICE: &[u8] =
    b"\n[Slipway: the log is longer than limits.log_bytes allows, and the rest is left out.]\n";

/// One log in this process.
pub(super) struct Stream {
    pub(super) id: LogId,
    pub(super) organization: OrganizationId,
    state: Mutex<State>,
    /// Held by whoever moves bytes from memory to the database, so that they move in order.
    pub(super) flushing: tokio::sync::Mutex<()>,
    /// Counts whatever a reader may want to know.
    pub(super) changed: watch::Sender<u64>,
}

struct State {
    tail: Tail,
    stored: u64,
    /// Ends of lines among the durable bytes, where they were counted.
    stored_lines: Option<u64>,
    is_cut: bool,
    is_ended: bool,
    used_at: Timestamp,
}

impl State {
    /// Where the runner's bytes end: the notice is ours.
    fn content_end(&self) -> u64 {
        let end = self.tail.end();
        if self.is_cut {
            end.saturating_sub(CUT_NOTICE.len() as u64)
        } else {
            end
        }
    }
}

/// Bytes that are to become durable.
pub(super) struct Unstored {
    pub(super) from: u64,
    /// Ends of lines before them, where they were counted.
    pub(super) lines_before: Option<u64>,
    pub(super) bytes: Vec<u8>,
    pub(super) is_cut: bool,
}

impl Unstored {
    pub(super) fn to(&self) -> u64 {
        self.from + self.bytes.len() as u64
    }

    pub(super) fn lines_after(&self) -> Option<u64> {
        self.lines_before.map(|lines| lines + newlines(&self.bytes))
    }
}

impl Stream {
    pub(super) fn new(log: &Model, now: Timestamp) -> Self {
        let stored = unsigned(log.stored_bytes);
        Self {
            id: log.id,
            organization: log.organization_id,
            state: Mutex::new(State {
                tail: Tail::at(stored),
                stored,
                stored_lines: log.stored_lines.map(unsigned),
                is_cut: log.is_cut,
                is_ended: log.state != LogState::Open,
                used_at: now,
            }),
            flushing: tokio::sync::Mutex::default(),
            changed: watch::Sender::new(0),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// How many of `length` bytes at `offset` came before and are not in memory any more.
    pub(super) fn older(&self, offset: u64, length: usize) -> usize {
        let state = self.state();
        let end = state.tail.start().min(state.content_end());
        usize::try_from(end.saturating_sub(offset))
            .unwrap_or(usize::MAX)
            .min(length)
    }

    /// Whether bytes at `offset` would leave a gap.
    pub(super) fn would_leave_gap(&self, offset: u64) -> bool {
        let state = self.state();
        !state.is_cut && offset > state.content_end()
    }

    /// Takes bytes none of which are [older](Self::older) than memory, and says how many were new; none when some are
    /// older by now.
    pub(super) fn take(
        &self,
        offset: u64,
        bytes: &[u8],
        limit: u64,
        now: Timestamp,
    ) -> Result<Option<(Accepted, u64)>> {
        let mut state = self.state();
        state.used_at = now;
        let content_end = state.content_end();
        if offset > content_end && !state.is_cut {
            return Err(gap(content_end));
        }
        let known = usize::try_from(content_end.saturating_sub(offset)).unwrap_or(usize::MAX);
        let (again, new) = bytes.split_at(bytes.len().min(known));
        if !again.is_empty() && offset < state.tail.start() {
            return Ok(None);
        }
        if state.tail.copy(offset, again.len()) != again {
            return Err(conflicting());
        }
        if state.is_ended && !new.is_empty() && !state.is_cut {
            return Err(Error::conflict("The log has ended; nothing can be added to it."));
        }
        if !state.is_cut {
            let room = usize::try_from(limit.saturating_sub(content_end)).unwrap_or(usize::MAX);
            let (fits, too_much) = new.split_at(new.len().min(room));
            state.tail.push(fits);
            if !too_much.is_empty() {
                state.tail.push(CUT_NOTICE);
                state.is_cut = true;
            }
        }
        let accepted = accepted(&state, offset + bytes.len() as u64);
        drop(state);
        if !new.is_empty() {
            self.tell();
        }
        Ok(Some((accepted, new.len() as u64)))
    }

    /// Bytes that are not durable yet.
    pub(super) fn unstored_bytes(&self) -> u64 {
        let state = self.state();
        state.tail.end() - state.stored
    }

    /// At most `limit` bytes that are not durable yet; none when all are.
    pub(super) fn unstored(&self, limit: usize) -> Option<Unstored> {
        let state = self.state();
        let bytes = state.tail.copy(state.stored, limit);
        let is_all = state.stored + bytes.len() as u64 == state.tail.end();
        (!bytes.is_empty()).then(|| Unstored {
            from: state.stored,
            lines_before: state.stored_lines,
            bytes,
            is_cut: state.is_cut && is_all,
        })
    }

    /// The bytes before `offset` are durable now.
    pub(super) fn stored_up_to(&self, offset: u64, lines: Option<u64>) {
        let mut state = self.state();
        state.stored = offset;
        state.stored_lines = lines;
        state.tail.forget_before(offset.saturating_sub(KEPT_BYTES));
    }

    /// How far the log is durable.
    pub(super) fn stored(&self) -> u64 {
        self.state().stored
    }

    /// The database says something else than we thought: another replica was here. What we have is dropped; whoever
    /// sent it has not been told that it was stored, and sends it again.
    pub(super) fn adopt(&self, log: &Model) {
        let mut state = self.state();
        let stored = unsigned(log.stored_bytes);
        let is_ended = log.state != LogState::Open;
        // Bytes that came while the log was being ended came too late.
        if stored != state.stored || (is_ended && state.tail.end() != stored) {
            state.tail = Tail::at(stored);
            state.stored = stored;
            state.stored_lines = log.stored_lines.map(unsigned);
            state.is_cut = log.is_cut;
        }
        state.is_ended = is_ended;
        drop(state);
        self.tell();
    }

    /// The log was removed.
    pub(super) fn vanish(&self) {
        let mut state = self.state();
        state.tail = Tail::at(state.stored);
        state.is_ended = true;
        drop(state);
        self.tell();
    }

    /// No more bytes come.
    pub(super) fn end(&self) {
        self.state().is_ended = true;
        self.tell();
    }

    /// At most `limit` bytes from `offset` on, and whether the log ends after them; none when they are not in memory.
    pub(super) fn read(&self, offset: u64, limit: usize) -> Option<(Vec<u8>, bool)> {
        let state = self.state();
        let bytes = state.tail.copy(offset, limit);
        let is_end = state.is_ended && offset + bytes.len() as u64 == state.tail.end();
        (!bytes.is_empty()).then_some((bytes, is_end))
    }

    /// The last place in memory whose lines are counted: where the durable bytes end.
    pub(super) fn mark(&self) -> Option<Mark> {
        let state = self.state();
        state.stored_lines.map(|lines| Mark {
            offset: state.stored,
            lines,
        })
    }

    /// All bytes from `offset` on; none when not all of them are in memory any more.
    pub(super) fn rest(&self, offset: u64) -> Option<Vec<u8>> {
        let state = self.state();
        (state.tail.start() <= offset).then(|| state.tail.copy(offset, usize::MAX))
    }

    /// Whether nothing is lost when this process forgets the stream.
    pub(super) fn is_idle_since(&self, moment: Timestamp) -> bool {
        let state = self.state();
        state.used_at < moment && state.stored == state.tail.end()
    }
}

fn accepted(state: &State, sent: u64) -> Accepted {
    if !state.is_cut {
        return Accepted {
            received: state.content_end(),
            stored: state.stored,
        };
    }
    // What is left out need not be kept by anybody, once all that is kept is durable.
    let is_all_stored = state.stored == state.tail.end();
    Accepted {
        received: sent.max(state.content_end()),
        stored: if is_all_stored {
            sent.max(state.content_end())
        } else {
            state.stored.min(state.content_end())
        },
    }
}

pub(super) fn gap(expected: u64) -> Error {
    Error::new(
        Code::OffsetGap,
        format!("Bytes of the log are missing. Send them from offset {expected} on."),
    )
    .with_meta("expected", expected)
}

pub(super) fn conflicting() -> Error {
    Error::conflict("The log has other bytes at this offset already. Two writers must not write one log.")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: u64 = 1_000;
    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

    fn stream() -> Stream {
        let log = Model {
            id: LogId::from_parts(1_763_680_000_000, 1),
            organization_id: OrganizationId::from_parts(1_763_680_000_000, 1),
            owner_kind: "run".to_owned(),
            owner_id: "run-1".to_owned(),
            state: LogState::Open,
            stored_bytes: 0,
            stored_lines: Some(0),
            is_cut: false,
            created_at: NOW,
            ended_at: None,
        };
        Stream::new(&log, NOW)
    }

    fn take(stream: &Stream, offset: u64, bytes: &[u8]) -> Result<(Accepted, u64)> {
        Ok(stream.take(offset, bytes, LIMIT, NOW)?.expect("all is in memory"))
    }

    fn content(length: usize) -> Vec<u8> {
        (0..length).map(|index| (index * 7 % 251) as u8).collect()
    }

    #[test]
    fn the_same_bytes_again_are_accepted_and_others_are_not() {
        let stream = stream();
        assert_eq!(take(&stream, 0, b"hello").unwrap().1, 5);
        assert_eq!(take(&stream, 0, b"hello").unwrap().1, 0);
        assert_eq!(take(&stream, 3, b"lo world").unwrap().0.received, 11);
        assert_eq!(take(&stream, 3, b"LO").unwrap_err().code(), Code::Conflict);
        assert_eq!(stream.read(0, 100).unwrap().0, b"hello world");
    }

    #[test]
    fn a_gap_is_refused_with_the_offset_to_go_on_from() {
        let stream = stream();
        take(&stream, 0, b"hello").unwrap();
        let error = take(&stream, 6, b"x").unwrap_err();
        assert_eq!(
            (error.code(), error.meta()["expected"].as_u64()),
            (Code::OffsetGap, Some(5))
        );
    }

    #[test]
    fn a_log_that_is_too_long_is_cut_and_says_so_and_its_writer_goes_on() {
        let stream = stream();
        let bytes = content(1_500);
        let (accepted, _) = take(&stream, 0, &bytes).unwrap();
        assert_eq!((accepted.received, accepted.stored), (1_500, 0));
        let (text, _) = stream.read(0, 5_000).unwrap();
        assert_eq!(&text[..1_000], &bytes[..1_000]);
        assert_eq!(&text[1_000..], CUT_NOTICE);
        stream.stored_up_to(text.len() as u64, None);
        let (accepted, _) = take(&stream, 1_500, b"more").unwrap();
        assert_eq!((accepted.received, accepted.stored), (1_504, 1_504));
        assert_eq!(stream.read(0, 5_000).unwrap().0, text, "nothing is added");
    }

    #[test]
    fn an_ended_log_takes_nothing_new() {
        let stream = stream();
        take(&stream, 0, b"hello").unwrap();
        stream.end();
        assert!(take(&stream, 0, b"hello").is_ok());
        assert_eq!(take(&stream, 5, b"x").unwrap_err().code(), Code::Conflict);
        assert_eq!(stream.read(0, 10).unwrap(), (b"hello".to_vec(), true));
    }

    proptest! {
        /// Whatever order, repetition and size the requests have: the log is what was written, or the writer was told
        /// where to go on.
        #[test]
        fn requests_in_any_order_make_the_same_log(requests in prop::collection::vec((0..600usize, 0..200usize), 1..60)) {
            let stream = stream();
            let all = content(800);
            let mut end = 0;
            for (offset, length) in requests {
                let to = (offset + length).min(all.len());
                match take(&stream, offset as u64, &all[offset..to]) {
                    Ok((accepted, new)) => {
                        prop_assert!(offset <= end);
                        prop_assert_eq!(new as usize, to.saturating_sub(end));
                        end = end.max(to);
                        prop_assert_eq!(accepted.received as usize, end);
                    }
                    Err(error) => {
                        prop_assert_eq!(error.meta()["expected"].as_u64(), Some(end as u64));
                        prop_assert!(offset > end);
                    }
                }
            }
            prop_assert!(stream.read(0, 1_000).map(|(bytes, _)| bytes).unwrap_or_default() == all[..end]);
        }
    }
}
