//! A small name server for tests, over UDP and TCP (RFC 1035): TXT records as the test says, and every name is this machine.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};

/// Bytes of a message before its question.
const HEADER: usize = 12;
/// Types of records.
const TXT: [u8; 2] = [0, 16];
const ADDRESS: [u8; 2] = [0, 1];
const ADDRESS_OF_SIX: [u8; 2] = [0, 28];

/// A name server, until the test process ends.
#[derive(Debug, Clone)]
pub struct NameServer {
    /// Where it answers.
    pub address: SocketAddr,
    records: Arc<Mutex<HashMap<String, Vec<String>>>>,
}

impl NameServer {
    /// Starts one that knows nothing.
    ///
    /// # Errors
    /// There is no port.
    pub fn start() -> Result<Self> {
        let (listener, socket) = sockets()?;
        let server = Self {
            address: socket.local_addr()?,
            records: Arc::default(),
        };
        let by_datagram = server.clone();
        std::thread::spawn(move || {
            let mut asked = [0; 1_500];
            while let Ok((length, client)) = socket.recv_from(&mut asked) {
                if let Some(answer) = asked.get(..length).and_then(|asked| by_datagram.answer(asked)) {
                    socket.send_to(&answer, client).ok();
                }
            }
        });
        let by_stream = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = by_stream.clone();
                std::thread::spawn(move || server.talk(stream));
            }
        });
        Ok(server)
    }

    fn answer(&self, asked: &[u8]) -> Option<Vec<u8>> {
        let known = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        answered(asked, &known)
    }

    /// Answers what comes over a stream, each message with its length before it (RFC 1035, 4.2.2), until its end.
    fn talk(&self, mut stream: TcpStream) -> Option<()> {
        loop {
            let mut length = [0; 2];
            stream.read_exact(&mut length).ok()?;
            let mut asked = vec![0; usize::from(u16::from_be_bytes(length))];
            stream.read_exact(&mut asked).ok()?;
            let answer = self.answer(&asked)?;
            let length = u16::try_from(answer.len()).ok()?.to_be_bytes();
            stream.write_all(&[&length, answer.as_slice()].concat()).ok()?;
        }
    }

    /// What the TXT records of a name say from now on; nothing, and the name is gone.
    pub fn set(&self, name: &str, says: &[&str]) {
        let mut known = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        match says.is_empty() {
            true => drop(known.remove(name)),
            false => drop(known.insert(name.to_owned(), says.iter().map(ToString::to_string).collect())),
        }
    }
}

/// Both at one port that was free for both.
fn sockets() -> Result<(TcpListener, UdpSocket)> {
    let mut why = None;
    for _ in 0..20 {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        match UdpSocket::bind(listener.local_addr()?) {
            Ok(socket) => return Ok((listener, socket)),
            Err(error) => why = Some(error),
        }
    }
    Err(why.context("no port was tried")?.into())
}

/// The answer to a message with one question; nothing to what is none.
fn answered(asked: &[u8], known: &HashMap<String, Vec<String>>) -> Option<Vec<u8>> {
    let mut name = Vec::new();
    let mut at = HEADER;
    loop {
        let length = usize::from(*asked.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        name.push(String::from_utf8(asked.get(at..at + length)?.to_ascii_lowercase()).ok()?);
        at += length;
    }
    let kind = asked.get(at..at + 2)?;
    let question = asked.get(HEADER..at + 4)?;
    let says = known.get(&name.join("."));
    let mut found: Vec<Vec<u8>> = Vec::new();
    if kind == TXT {
        for text in says.into_iter().flatten() {
            let length = u8::try_from(text.len()).ok()?;
            found.push([&[length], text.as_bytes()].concat());
        }
    } else if kind == ADDRESS {
        found.push(vec![127, 0, 0, 1]);
    }
    let is_there = says.is_some() || kind == ADDRESS || kind == ADDRESS_OF_SIX;
    let mut answer = asked.get(..2)?.to_vec();
    // An answer with authority; a name that is not there says so.
    answer.extend([0x84, if is_there { 0 } else { 3 }, 0, 1]);
    answer.extend(u16::try_from(found.len()).ok()?.to_be_bytes());
    answer.extend([0, 0, 0, 0]);
    answer.extend(question);
    for one in found {
        answer.extend([0xc0, 0x0c]);
        answer.extend(kind);
        answer.extend([0, 1, 0, 0, 0, 0]);
        answer.extend(u16::try_from(one.len()).ok()?.to_be_bytes());
        answer.extend(one);
    }
    Some(answer)
}
