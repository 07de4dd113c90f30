//! A real S3 server for tests: moto, one per test process, a bucket per test.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, anyhow, ensure};

use crate::{background, tools};

/// A bucket of its own on the server.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// `http://127.0.0.1:PORT`.
    pub endpoint: String,
    /// The bucket's name.
    pub name: String,
}

/// A new, empty bucket. Any credentials open it.
///
/// # Errors
/// The server is not there; the message says how to get it.
pub fn bucket() -> Result<Bucket> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    static SERVER: OnceLock<Result<String, String>> = OnceLock::new();
    let server = SERVER.get_or_init(|| start().map_err(|error| format!("{error:#}")));
    let address = server.as_ref().map_err(|error| anyhow!("{error}"))?;
    let name = format!("bucket-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut connection = TcpStream::connect(address)?;
    write!(
        connection,
        "PUT /{name} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    ensure!(
        answer.starts_with("HTTP/1.1 200"),
        "the S3 server made no bucket: {answer}"
    );
    Ok(Bucket {
        endpoint: format!("http://{address}"),
        name,
    })
}

/// Starts the server and returns its address.
fn start() -> Result<String> {
    let python = tools::find()?.python;
    let python = python.context("the S3 server is missing: run `cargo run -p xtask -- tools` once")?;
    let mut command = background::ending_with_us(&python, "TERM", &[]);
    command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]);
    let line = background::start(command, "Running on http://")?;
    let (_, address) = line.split_once("http://").context("the S3 server said no address")?;
    Ok(address.trim().to_owned())
}
