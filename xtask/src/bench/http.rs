//! HTTP/1.1 by hand on blocking sockets: what drives a server here must cost next to nothing itself.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(60);
const HEAD_END: &[u8] = b"\r\n\r\n";

/// A server and who speaks to it.
#[derive(Clone)]
pub(super) struct Api {
    pub(super) address: String,
    pub(super) token: String,
}

/// One connection, used again and again.
pub(super) struct Connection {
    api: Api,
    stream: TcpStream,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl Api {
    pub(super) fn connect(&self) -> Result<Connection> {
        let stream = TcpStream::connect(&self.address).with_context(|| format!("{} refuses", self.address))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Connection {
            api: self.clone(),
            stream,
        })
    }

    /// The bytes of a request.
    pub(super) fn request(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Vec<u8> {
        let mut bytes = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n",
            self.address,
            self.token,
            body.len()
        )
        .into_bytes();
        if !body.is_empty() {
            bytes.extend_from_slice(format!("Content-Type: {kind}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(body);
        bytes
    }
}

impl Connection {
    /// Sends one request and reads its whole answer.
    pub(super) fn send(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> Result<Answer> {
        let request = self.api.request(method, path, kind, body);
        self.stream.write_all(&request)?;
        read_answer(&mut self.stream)
    }

    pub(super) fn get(&mut self, path: &str) -> Result<Value> {
        self.json("GET", path, &Value::Null)
    }

    pub(super) fn post(&mut self, path: &str, body: &Value) -> Result<Value> {
        self.json("POST", path, body)
    }

    /// Sends bytes that are not JSON.
    pub(super) fn put(&mut self, path: &str, body: &[u8]) -> Result<Vec<u8>> {
        let answer = self.send("PUT", path, "application/octet-stream", body)?;
        succeeded("PUT", path, answer)
    }

    fn json(&mut self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let bytes = if body.is_null() {
            Vec::new()
        } else {
            serde_json::to_vec(body)?
        };
        let answer = self.send(method, path, "application/json", &bytes)?;
        let body = succeeded(method, path, answer)?;
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).with_context(|| format!("{method} {path} did not answer JSON"))
    }

    /// Gives the socket away, after the request: for a stream that does not end.
    pub(super) fn open(mut self, path: &str) -> Result<TcpStream> {
        let request = self.api.request("GET", path, "", b"");
        self.stream.write_all(&request)?;
        Ok(self.stream)
    }

    /// Sends the same request again and again; the answers are known to have the length of the first.
    pub(super) fn repeat(&mut self, request: &[u8], length: usize, buffer: &mut [u8]) -> Result<()> {
        self.stream.write_all(request)?;
        let mut received = 0;
        while received < length {
            let space = buffer.get_mut(received..length).context("the buffer is too small")?;
            let count = self.stream.read(space)?;
            ensure!(count > 0, "the server closed the connection");
            received += count;
        }
        ensure!(buffer.starts_with(b"HTTP/1.1 200"), "the server did not answer 200");
        Ok(())
    }

    /// The length of the whole answer to a request.
    pub(super) fn answer_length(&mut self, request: &[u8]) -> Result<usize> {
        self.stream.write_all(request)?;
        let (head, rest) = read_head(&mut self.stream)?;
        let body: usize = header(&head, "content-length").context("no content-length")?.parse()?;
        let mut left = vec![0; body - rest.len()];
        self.stream.read_exact(&mut left)?;
        Ok(head.len() + HEAD_END.len() + body)
    }
}

fn succeeded(method: &str, path: &str, answer: Answer) -> Result<Vec<u8>> {
    if answer.status >= 300 {
        let body = String::from_utf8_lossy(&answer.body);
        bail!("{method} {path} answered {}: {body}", answer.status);
    }
    Ok(answer.body)
}

fn read_head(stream: &mut TcpStream) -> Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 << 10];
    loop {
        if let Some(end) = find(&bytes, HEAD_END) {
            let rest = bytes.split_off(end + HEAD_END.len());
            bytes.truncate(end);
            return Ok((String::from_utf8(bytes)?, rest));
        }
        let count = stream.read(&mut buffer)?;
        ensure!(count > 0, "the server closed the connection");
        bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
    }
}

fn read_answer(stream: &mut TcpStream) -> Result<Answer> {
    let (head, mut body) = read_head(stream)?;
    let status = head.get(9..12).context("no status")?.parse()?;
    if header(&head, "transfer-encoding").is_some() {
        while !body.ends_with(b"0\r\n\r\n") {
            let mut buffer = [0; 16 << 10];
            let count = stream.read(&mut buffer)?;
            ensure!(count > 0, "the server closed the connection");
            body.extend_from_slice(buffer.get(..count).unwrap_or_default());
        }
        return Ok(Answer {
            status,
            body: joined(&body)?,
        });
    }
    let length: usize = header(&head, "content-length").unwrap_or("0").parse()?;
    let missing = length.saturating_sub(body.len());
    let start = body.len();
    body.resize(start + missing, 0);
    stream.read_exact(body.get_mut(start..).unwrap_or_default())?;
    Ok(Answer { status, body })
}

/// The chunks of a chunked body as one.
fn joined(mut chunks: &[u8]) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = find(chunks, b"\r\n").context("a chunk has no length")?;
        let (length, rest) = chunks.split_at(end);
        let length = usize::from_str_radix(std::str::from_utf8(length)?, 16)?;
        if length == 0 {
            return Ok(body);
        }
        body.extend_from_slice(rest.get(2..2 + length).context("a chunk is cut")?);
        chunks = rest.get(length + 4..).context("a chunk is cut")?;
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

pub(super) fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined() {
        assert_eq!(
            joined(b"3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n").unwrap(),
            b"abc0123456789"
        );
        assert!(joined(b"5\r\nabc").is_err());
    }

    #[test]
    fn headers_are_found_in_any_case() {
        assert_eq!(
            header("HTTP/1.1 200 OK\r\nContent-Length: 7", "content-length"),
            Some("7")
        );
    }
}
