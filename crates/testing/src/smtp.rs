//! A real SMTP server for tests: aiosmtpd, one for each who asks. It refuses `refused@…` for good and `later@…` for now.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{background, tools};

const PROGRAM: &str = include_str!("smtp_server.py");

/// A server and the mails that it got.
#[derive(Debug)]
pub struct Mailbox {
    /// Its port on 127.0.0.1.
    pub port: u16,
    folder: tempfile::TempDir,
}

impl Mailbox {
    /// Starts a server.
    ///
    /// # Errors
    /// It cannot be started; the message says how to get it.
    pub fn start() -> Result<Self> {
        let python = tools::find()?.python;
        let python = python.context("the SMTP server is missing: run `cargo run -p xtask -- tools` once")?;
        let folder = tempfile::tempdir()?;
        let mut command = background::ending_with_us(&python, "TERM", &[]);
        command.args(["-c", PROGRAM]).arg(folder.path());
        let line = background::start(command, "listening on 127.0.0.1:")?;
        let (_, port) = line.rsplit_once(':').context("the SMTP server said no port")?;
        Ok(Self {
            port: port.trim().parse()?,
            folder,
        })
    }

    /// The mails so far, oldest first, each as it came, with its transfer encoding undone.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn mails(&self) -> Result<Vec<String>> {
        let entries = std::fs::read_dir(self.folder.path())?;
        let mut files: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "eml"));
        files.sort();
        files
            .iter()
            .map(|file| Ok(unquoted(&std::fs::read_to_string(file)?)))
            .collect()
    }
}

/// Undoes the quoted-printable form, as far as ASCII goes.
fn unquoted(mail: &str) -> String {
    mail.replace("\r\n", "\n").replace("=\n", "").replace("=3D", "=")
}
