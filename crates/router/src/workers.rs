//! Threads that answer. Each has connections of its own to the units, so that a request stays on one thread from its first byte to
//! the last of its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use std::{io, thread};

use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::connections::IDLE;
use crate::forward::Forwarder;

/// One for each processor; they end when this is dropped.
pub(crate) struct Workers {
    each: Vec<UnboundedSender<Work>>,
    turn: AtomicUsize,
}

/// Begins something on a thread.
type Work = Box<dyn FnOnce(Arc<Forwarder>) + Send>;

impl Workers {
    /// # Errors
    /// When the system gives no more threads.
    pub(crate) fn start(name: &str) -> io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, usize::from);
        let each = (0..count).map(|number| start(format!("{name}-{number}")));
        Ok(Self {
            each: each.collect::<io::Result<_>>()?,
            turn: AtomicUsize::new(0),
        })
    }

    /// Hands something to the next of them.
    pub(crate) fn give(&self, work: impl FnOnce(Arc<Forwarder>) + Send + 'static) {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        if let Some(worker) = self.each.get(turn % self.each.len().max(1)) {
            worker.send(Box::new(work)).ok();
        }
    }
}

fn start(name: String) -> io::Result<UnboundedSender<Work>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (sender, receiver) = unbounded_channel();
    thread::Builder::new()
        .name("router".to_owned())
        .spawn(move || runtime.block_on(work(Arc::new(Forwarder::new(name)), receiver)))?;
    Ok(sender)
}

async fn work(forwarder: Arc<Forwarder>, mut given: UnboundedReceiver<Work>) {
    let mut looked = tokio::time::interval(IDLE / 2);
    loop {
        tokio::select! {
            work = given.recv() => match work {
                Some(begin) => begin(Arc::clone(&forwarder)),
                None => return,
            },
            _ = looked.tick() => forwarder.connections.close_idle(Instant::now()),
        }
    }
}
