//! A connection that carries server-sent events and is opened again when it breaks.

use std::collections::VecDeque;
use std::time::Duration;

use reqwest::Response;

use crate::call::{Call, Repeat};
use crate::client::Client;
use crate::error::ClientError;
use crate::random;
use crate::retry::backoff;
use crate::sse::{Parser, ServerEvent};

/// Without a byte for so long, not even a keep-alive, the connection is taken for dead.
const SILENCE: Duration = Duration::from_secs(45);
/// A stream lives as long as what it tells about.
const LONGEST_STREAM: Duration = Duration::from_secs(7 * 24 * 3600);
/// Attempts in a row without a byte, about ten minutes, before the stream gives up.
const ATTEMPTS: u32 = 60;

/// The connection; what it asks for is up to its owner, who knows where to go on.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) client: Client,
    open: Option<(Response, Parser)>,
    ready: VecDeque<ServerEvent>,
    failures: u32,
}

/// What came over a connection.
pub(crate) enum Received {
    Event(ServerEvent),
    /// It broke, for this reason; asking again opens a new one.
    Broken(&'static str),
}

impl Connection {
    pub(crate) fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
            open: None,
            ready: VecDeque::new(),
            failures: 0,
        }
    }

    /// The next event, over a connection opened by `call` if there is none.
    pub(crate) async fn next(&mut self, call: impl FnOnce() -> Call) -> Result<Received, ClientError> {
        if let Some(event) = self.ready.pop_front() {
            return Ok(Received::Event(event));
        }
        if self.open.is_none() {
            self.open = Some((self.connect(call()).await?, Parser::default()));
        }
        while let Some((response, parser)) = &mut self.open {
            let why = match tokio::time::timeout(SILENCE, response.chunk()).await {
                Ok(Ok(Some(bytes))) => {
                    self.failures = 0;
                    self.ready.extend(parser.push(&bytes));
                    match self.ready.pop_front() {
                        Some(event) => return Ok(Received::Event(event)),
                        None => continue,
                    }
                }
                Ok(Ok(None)) => "the server closed the stream",
                Ok(Err(_)) => "the connection broke",
                Err(_) => "the server fell silent",
            };
            self.open = None;
            self.failures += 1;
            return Ok(Received::Broken(why));
        }
        Ok(Received::Broken("the connection broke"))
    }

    async fn connect(&self, mut call: Call) -> Result<Response, ClientError> {
        call.repeat = Repeat::Never;
        call.timeout = Some(LONGEST_STREAM);
        let mut attempt = self.failures;
        loop {
            if attempt > 0 {
                tokio::time::sleep(backoff(attempt, random::fraction())).await;
            }
            match self.client.send(call.clone()).await {
                Ok(response) => return Ok(response),
                Err(error) if attempt < ATTEMPTS && error.is_passing() => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }
}
