//! A Git server that is no forge: what opens its repositories, and nothing else.

use async_trait::async_trait;
use slipway_git::Credentials;

use super::model::{
    Account, Capabilities, Comment, CommitStatus, Forge, ForgeError, ForgeKind, ForgePage, ForgeRepository, Group,
    HookWish, PullRequest, Reaction, RemoteHook, RepositoryQuery, Written,
};
use super::proposals::{Merging, Outcome, Proposal, Proposals};
use super::settings::{Secrets, Settings};

/// A server with credentials.
pub(super) struct PlainGit {
    credentials: Credentials,
    account: String,
}

/// A server by its settings: an SSH key, a user with a password, or nothing for what everybody may read.
pub(super) fn open(settings: &Settings, secrets: &Secrets) -> Result<PlainGit, ForgeError> {
    if let Some(key) = &secrets.private_key {
        return Ok(PlainGit {
            credentials: Credentials::SshKey(key.clone()),
            account: "SSH key".to_owned(),
        });
    }
    let (credentials, account) = match (&settings.username, &secrets.password) {
        (Some(username), Some(password)) => {
            let credentials = Credentials::Basic {
                username: username.clone(),
                password: password.clone(),
            };
            (credentials, username.clone())
        }
        (None, None) => (Credentials::None, "everybody".to_owned()),
        _ => {
            let text = "a user needs a password, and a password needs a user".to_owned();
            return Err(ForgeError::Refused(text));
        }
    };
    Ok(PlainGit { credentials, account })
}

fn unsupported<T>() -> Result<T, ForgeError> {
    Err(ForgeError::Unsupported("a plain Git server".to_owned()))
}

#[async_trait]
impl Forge for PlainGit {
    fn kind(&self) -> ForgeKind {
        ForgeKind::Git
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    async fn clone_credentials(&self) -> Result<Credentials, ForgeError> {
        Ok(self.credentials.clone())
    }

    async fn account(&self) -> Result<Account, ForgeError> {
        Ok(Account {
            name: self.account.clone(),
            ..Account::default()
        })
    }

    async fn groups(&self, _page: u32) -> Result<ForgePage<Group>, ForgeError> {
        unsupported()
    }

    async fn repositories(&self, _query: &RepositoryQuery) -> Result<ForgePage<ForgeRepository>, ForgeError> {
        unsupported()
    }

    async fn repository(&self, _full_name: &str) -> Result<ForgeRepository, ForgeError> {
        unsupported()
    }

    async fn hook(&self, _repository: &str, _url: &str) -> Result<Option<RemoteHook>, ForgeError> {
        unsupported()
    }

    async fn set_hook(&self, _repository: &str, _wish: &HookWish) -> Result<RemoteHook, ForgeError> {
        unsupported()
    }

    async fn remove_hook(&self, _repository: &str, _hook: &str) -> Result<(), ForgeError> {
        unsupported()
    }

    async fn pull_request(&self, _repository: &str, _number: u64) -> Result<PullRequest, ForgeError> {
        unsupported()
    }

    async fn open_pull_requests(&self, _repository: &str) -> Result<Vec<PullRequest>, ForgeError> {
        unsupported()
    }

    async fn set_status(&self, _repository: &str, _commit: &str, _status: &CommitStatus) -> Result<(), ForgeError> {
        unsupported()
    }

    async fn own_comments(&self, _repository: &str, _number: u64, _marker: &str) -> Result<Vec<Comment>, ForgeError> {
        unsupported()
    }

    async fn written(&self, _: &str, _: u64, _: &str) -> Result<Written, ForgeError> {
        unsupported()
    }

    async fn comment(&self, _repository: &str, _number: u64, _body: &str) -> Result<String, ForgeError> {
        unsupported()
    }

    async fn change_comment(&self, _: &str, _: u64, _: &str, _: &str) -> Result<(), ForgeError> {
        unsupported()
    }

    async fn react(&self, _: &str, _: u64, _: &str, _: Reaction) -> Result<(), ForgeError> {
        unsupported()
    }
}

#[async_trait]
impl Proposals for PlainGit {
    async fn proposed(&self, _: &str, _: &str, _: &str) -> Result<Option<PullRequest>, ForgeError> {
        unsupported()
    }

    async fn propose(&self, _: &str, _: &Proposal<'_>) -> Result<PullRequest, ForgeError> {
        unsupported()
    }

    async fn describe(&self, _: &str, _: u64, _: &Proposal<'_>) -> Result<(), ForgeError> {
        unsupported()
    }

    async fn merge(&self, _: &str, _: u64, _: &str, _: &str) -> Result<Merging, ForgeError> {
        unsupported()
    }

    async fn close(&self, _: &str, _: u64) -> Result<(), ForgeError> {
        unsupported()
    }

    async fn outcome(&self, _: &str, _: u64) -> Result<Outcome, ForgeError> {
        unsupported()
    }
}
