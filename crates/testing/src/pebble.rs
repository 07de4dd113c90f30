//! A real authority for certificates (ACME, RFC 8555): pebble, which looks for proofs at a port that the test says.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{background, tools};

/// An authority, until the test process ends.
#[derive(Debug)]
pub struct Pebble {
    /// Its directory's address.
    pub directory: String,
    /// A file with the certificate of its own signer (PEM), which clients must trust to ask it.
    pub signer: PathBuf,
    _folder: tempfile::TempDir,
}

impl Pebble {
    /// Starts one that looks for proofs at this port of the names, which it resolves by this name server.
    ///
    /// # Errors
    /// It is not there or does not start; the message says how to get it.
    pub fn start(http_port: u16, names: SocketAddr) -> Result<Self> {
        let program = tools::find()?.pebble;
        let program = program.context("pebble is missing: run `cargo run -p xtask -- tools` once")?;
        let folder = tempfile::tempdir()?;
        let own = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])?;
        let (signer, key) = (folder.path().join("own.pem"), folder.path().join("key.pem"));
        std::fs::write(&signer, own.cert.pem())?;
        std::fs::write(&key, own.signing_key.serialize_pem())?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let configuration = serde_json::json!({"pebble": {
            "listenAddress": format!("127.0.0.1:{port}"),
            "certificate": signer,
            "privateKey": key,
            "httpPort": http_port,
            "tlsPort": 1,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": false,
        }});
        let file = folder.path().join("pebble.json");
        std::fs::write(&file, configuration.to_string())?;
        let mut command = background::ending_with_us(&program, "TERM", &[]);
        command.arg("-config").arg(&file);
        // It looks at once, and refuses none of our nonces for fun.
        command.env("PEBBLE_VA_NOSLEEP", "1").env("PEBBLE_WFE_NONCEREJECT", "0");
        command.args(["-dnsserver", &names.to_string()]);
        background::start_listening(command, port)?;
        Ok(Self {
            directory: format!("https://127.0.0.1:{port}/dir"),
            signer,
            _folder: folder,
        })
    }
}
