//! A mirror beside a server, and remotes as tests want them.

use slipway_git::{Credentials, Fetched, Git, GitError, Mirror, Refspec, Remote};
use slipway_testing::git_server::{GitServer, SshServer};
use tempfile::TempDir;
use zeroize::Zeroizing;

/// A server, and a folder for mirrors of its repositories.
pub struct Fixture {
    pub server: GitServer,
    pub folder: TempDir,
}

impl Fixture {
    pub fn new() -> Self {
        Self {
            server: GitServer::start().unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn mirror(&self) -> Mirror {
        Mirror::at(&Git::find().unwrap(), &self.folder.path().join("infra.git"))
    }

    /// The repository `infra` on the server, open to everybody.
    pub fn remote(&self) -> Remote {
        remote(&self.server.url("infra"), Credentials::None)
    }

    pub async fn fetch(&self) -> Result<Fetched, GitError> {
        self.mirror().fetch(&self.remote(), &Refspec::heads_and_tags()).await
    }
}

pub fn remote(url: &str, credentials: Credentials) -> Remote {
    Remote {
        address: url.parse().unwrap(),
        credentials,
        pinned: Vec::new(),
        known_hosts: None,
        certificates: None,
    }
}

pub fn basic(username: &str, password: &str) -> Credentials {
    Credentials::Basic {
        username: username.to_owned(),
        password: Zeroizing::new(password.to_owned()),
    }
}

/// The repository `infra` over SSH, with the right key and the right host key.
pub fn ssh_remote(server: &SshServer) -> Remote {
    Remote {
        known_hosts: Some(server.known_host.clone()),
        ..remote(
            &server.url("infra"),
            Credentials::SshKey(Zeroizing::new(server.key.clone())),
        )
    }
}

/// Updates as short lines: `+` came, `-` went, `>` moved, `!` was forced.
pub fn shown(fetched: &Fetched) -> Vec<String> {
    let line = |update: &slipway_git::RefUpdate| {
        let sign = match (&update.before, &update.after, update.is_forced) {
            (None, _, _) => "+",
            (_, None, _) => "-",
            (_, _, true) => "!",
            _ => ">",
        };
        format!("{sign} {}", update.name)
    };
    fetched.updates.iter().map(line).collect()
}
