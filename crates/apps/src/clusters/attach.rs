//! A command that somebody is at: what it writes comes to him at once, and what he types goes to it.
//!
//! What must stay true: a command ends when whoever is at it goes, and a unit that was made for it goes with it.

use bytes::Bytes;
use futures::stream::BoxStream;
use tokio::sync::mpsc::Sender;

use super::driver::{Desired, DriverError, Unit};

/// What shall run, and how.
#[derive(Clone)]
pub struct Attach {
    /// Where.
    pub place: Place,
    /// A program with its arguments; no shell is put around it.
    pub command: Vec<String>,
    /// Columns and rows of its terminal; without one there is none.
    pub terminal: Option<(u16, u16)>,
    /// Whether it reads.
    pub reads: bool,
}

/// Where a command runs.
#[derive(Clone)]
pub enum Place {
    /// In a unit that runs.
    In(Unit),
    /// In one of its own, which is none of a process. [`super::driver::Driver::forget_once`] takes it away, too, where the program
    /// that was at it was killed.
    Alone(Box<Desired>),
}

/// A command at work. Who lets go of it ends it.
pub struct Attached {
    /// What it has to say, until it has ended.
    pub said: BoxStream<'static, Result<Said, DriverError>>,
    /// What it is told. Closed, it reads nothing more.
    pub orders: Sender<Order>,
}

/// What a command has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It wrote this to its standard output or its terminal.
    Output(Bytes),
    /// It wrote this to its standard error.
    Errors(Bytes),
    /// It ended with this exit code: the last of it.
    Ended(i64),
}

/// What a command is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// It reads this.
    Input(Bytes),
    /// It reads nothing more.
    EndOfInput,
    /// Its terminal has so many columns and rows now.
    Resize(u16, u16),
}
