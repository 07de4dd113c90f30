//! A real `sshd` on a port of its own, with its own host key and one person who may sign in.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::background;

/// How often another port is tried, should somebody take it in between.
const TRIES: u32 = 3;
/// Where systems have the server; it insists on being started by its whole path.
const PROGRAMS: [&str; 3] = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/lib/ssh/sshd"];

/// The server; ends with the test process.
pub struct SshServer {
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// Who signs in: the user that runs the tests.
    pub user: String,
    /// The private key that opens it.
    pub key: String,
    /// The line of a `known_hosts` file that names its key.
    pub known_host: String,
    repositories: PathBuf,
    pid_file: PathBuf,
    _folder: tempfile::TempDir,
}

impl SshServer {
    pub(super) fn start(repositories: &Path) -> Result<Self> {
        for _ in 1..TRIES {
            if let Ok(server) = Self::start_once(repositories) {
                return Ok(server);
            }
        }
        Self::start_once(repositories)
    }

    /// The address of a repository.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        let path = self.repositories.join(format!("{name}.git"));
        format!("ssh://{}@127.0.0.1:{}{}", self.user, self.port, path.display())
    }

    fn start_once(repositories: &Path) -> Result<Self> {
        let program = PROGRAMS.map(Path::new).into_iter().find(|path| path.is_file());
        let program = program.context("sshd is missing: run `tools/prerequisites.sh test` (Debian: openssh-server)")?;
        if background::is_root() {
            // Its own service would make it; it has no setting.
            std::fs::create_dir_all("/run/sshd").context("cannot make /run/sshd, which sshd needs as root")?;
        }
        let folder = tempfile::tempdir()?;
        let place = |name: &str| folder.path().join(name);
        make_key(&place("host"))?;
        make_key(&place("person"))?;
        std::fs::copy(place("person.pub"), place("authorized_keys"))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        std::fs::write(place("sshd_config"), configuration(folder.path(), port))?;
        let mut command = background::ending_with_us(program, "TERM", &[]);
        command.args(["-D", "-e", "-f"]).arg(place("sshd_config"));
        background::start(command, "Server listening on")?;
        let public = std::fs::read_to_string(place("host.pub"))?;
        let words: Vec<&str> = public.split_whitespace().take(2).collect();
        Ok(Self {
            port,
            user: said_by(Command::new("id").arg("-un"))?,
            key: std::fs::read_to_string(place("person"))?,
            known_host: format!("[127.0.0.1]:{port} {}\n", words.join(" ")),
            repositories: repositories.to_owned(),
            pid_file: place("sshd.pid"),
            _folder: folder,
        })
    }
}

impl Drop for SshServer {
    fn drop(&mut self) {
        let process = std::fs::read_to_string(&self.pid_file).unwrap_or_default();
        if let Ok(process) = process.trim().parse::<u32>() {
            Command::new("kill").arg(process.to_string()).status().ok();
        }
    }
}

fn configuration(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowAgentForwarding no
AllowTcpForwarding no
MaxStartups 200
LogLevel INFO
"
    )
}

/// A key pair without a passphrase: `path` and `path.pub`.
fn make_key(path: &Path) -> Result<()> {
    let mut command = background::plain("ssh-keygen");
    command
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f"])
        .arg(path);
    let status = command
        .status()
        .context("ssh-keygen does not start (Debian: openssh-client)")?;
    ensure!(status.success(), "ssh-keygen made no key");
    Ok(())
}

fn said_by(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        bail!("{command:?} failed");
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
