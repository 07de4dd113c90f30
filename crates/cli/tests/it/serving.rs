//! `slipway server` and `slipway admin` as the machine's administrator uses them: directories, locks, certificates,
//! backups.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

use crate::Ended;

/// How long anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn slipway(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slipway"));
    command.args(arguments).current_dir(home).env_clear().env("HOME", home);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn run(home: &Path, arguments: &[&str]) -> Ended {
    Ended::from(slipway(home, arguments).output().unwrap())
}

/// A server that ends with the test.
pub(crate) struct Server {
    child: Child,
    lines: Receiver<String>,
    url: String,
}

impl Server {
    /// Starts in `home` on the data directory `data`, and waits until it serves.
    pub(crate) fn start(home: &Path, arguments: &[&str]) -> Self {
        let mut all = vec!["server", "--no-embedded-runner"];
        if !arguments.contains(&"--listen") {
            all.extend(["--listen", "127.0.0.1:0"]);
        }
        all.extend(arguments);
        let mut child = slipway(home, &all).spawn().unwrap();
        let (sender, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            stderr
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
                .ok();
        });
        let mut server = Self {
            child,
            lines,
            url: String::new(),
        };
        let ready = server.wait_for(" ready ");
        let url = ready.split("url=").nth(1).unwrap().split(' ').next().unwrap();
        url.clone_into(&mut server.url);
        server
    }

    /// Its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Waits for a line of its log that has `text`.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        let mut said = String::new();
        loop {
            let line = self.lines.recv_timeout(end - Instant::now());
            assert!(line.is_ok(), "no line with {text:?} in\n{said}");
            let line = line.unwrap();
            if line.contains(text) {
                return line;
            }
            said.push_str(&line);
            said.push('\n');
        }
    }

    /// Runs a command of the client against it.
    pub(crate) fn client(&self, home: &Path, token: &str, authority: Option<&Path>, arguments: &[&str]) -> Ended {
        let mut command = slipway(home, arguments);
        command.env("SLIPWAY_URL", &self.url).env("SLIPWAY_TOKEN", token);
        if let Some(path) = authority {
            command.env("SSL_CERT_FILE", path);
        }
        let output: Output = command.output().unwrap();
        Ended::from(output)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

pub(crate) fn token(home: &Path) -> String {
    let made = run(home, &["admin", "token", "create", "--data-dir", "data"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    made.stdout.trim().to_owned()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn make_open_directory(path: &Path) {
    std::fs::create_dir(path).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_second_server_is_refused_while_the_administrator_works_beside_the_first() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path(), &["--data-dir", "data"]);
    let second = run(
        home.path(),
        &["server", "--data-dir", "data", "--listen", "127.0.0.1:0"],
    );
    assert_eq!(second.code, Some(1));
    let holder = format!("another server (process {})", server.child.id());
    assert!(second.stderr.contains(&holder), "{}", second.stderr);

    let token = token(home.path());
    let made = server.client(home.path(), &token, None, &["organization", "create", "acme"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let backup = ["admin", "backup", "--data-dir", "data", "--to", "all.backup"];
    let written = run(home.path(), &backup);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    assert!(written.stderr.contains("fingerprint"), "{}", written.stderr);
    assert_eq!(mode(&home.path().join("all.backup")), 0o600);
    let again = run(home.path(), &backup);
    assert!(
        again.code == Some(1) && again.stderr.contains("is there already"),
        "{}",
        again.stderr
    );
    drop(server);

    let restore = ["admin", "restore", "--data-dir", "new", "--from", "all.backup"];
    let without_key = run(home.path(), &restore);
    assert!(
        without_key.stderr.contains("master.key is missing"),
        "{}",
        without_key.stderr
    );
    std::fs::create_dir_all(home.path().join("new")).unwrap();
    std::fs::copy(home.path().join("data/master.key"), home.path().join("new/master.key")).unwrap();
    let restored = run(home.path(), &restore);
    assert_eq!(restored.code, Some(0), "{}", restored.stderr);
    assert_eq!(mode(&home.path().join("new")), 0o700);
    let server = Server::start(home.path(), &["--data-dir", "new"]);
    let listed = server.client(home.path(), &token, None, &["organization", "list", "-o", "json"]);
    assert!(listed.stdout.contains("\"acme\""), "{}{}", listed.stdout, listed.stderr);
}

#[test]
fn a_data_directory_is_made_private_or_refused_with_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let create = |directory: &str| run(home.path(), &["admin", "token", "create", "--data-dir", directory]);
    make_open_directory(&home.path().join("empty"));
    assert_eq!(create("empty").code, Some(0));
    assert_eq!(mode(&home.path().join("empty")), 0o700);
    std::fs::set_permissions(home.path().join("empty"), std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(create("empty").code, Some(0), "it is Slipway's own");
    assert_eq!(mode(&home.path().join("empty")), 0o700);

    make_open_directory(&home.path().join("shared"));
    std::fs::write(home.path().join("shared/letters.txt"), "").unwrap();
    std::fs::write(home.path().join("file"), "").unwrap();
    for (directory, part) in [
        ("shared", "holds \"letters.txt\", which is not Slipway's"),
        ("file", "is a file"),
        ("file/inside", "cannot make"),
    ] {
        let refused = create(directory);
        assert_eq!(refused.code, Some(1), "{directory}");
        assert!(refused.stderr.contains(part), "{directory}: {}", refused.stderr);
    }
    assert_eq!(mode(&home.path().join("shared")), 0o755);
}

/// A certificate for this machine and its key, in the server's two files, from an authority of its own, whose
/// certificate's file is returned.
fn certify(home: &TempDir, name: &str) -> PathBuf {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(rcgen::DnType::CommonName, name);
    let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = leaf.signed_by(&key, &issuer).unwrap();
    std::fs::write(home.path().join("key.pem"), key.serialize_pem()).unwrap();
    std::fs::write(home.path().join("cert.pem"), certificate.pem()).unwrap();
    let path = home.path().join(format!("{name}.pem"));
    std::fs::write(&path, issuer.pem()).unwrap();
    path
}

#[test]
fn a_changed_certificate_is_served_without_a_restart_and_an_unknown_authority_is_said_clearly() {
    let home = tempfile::tempdir().unwrap();
    let old = certify(&home, "old");
    let arguments = ["--data-dir", "data", "--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let server = Server::start(home.path(), &arguments);
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let token = token(home.path());
    let list = |authority: &Path| server.client(home.path(), &token, Some(authority), &["organization", "list"]);
    let trusted = list(&old);
    assert_eq!(trusted.code, Some(0), "{}", trusted.stderr);

    let new = certify(&home, "new");
    server.wait_for("certificate read again");
    let trusted = list(&new);
    assert_eq!(trusted.code, Some(0), "{}", trusted.stderr);
    let unknown = list(&old);
    assert_eq!(unknown.code, Some(1));
    for part in ["does not know who issued it", "SSL_CERT_FILE", "trust store"] {
        assert!(unknown.stderr.contains(part), "{}", unknown.stderr);
    }
    assert!(!unknown.stderr.contains("tried"), "once is enough: {}", unknown.stderr);

    std::fs::write(home.path().join("cert.pem"), "half a certif").unwrap();
    server.wait_for("the old one stays");
    assert_eq!(list(&new).code, Some(0));
}
