//! What every command is handed: the settings, the output, and the way to the server.

use std::cell::OnceCell;

use anyhow::Context as _;
use secrecy::SecretString;
use slipway_api::ids::{Id, Kind, WorkspaceId};
use slipway_api::workspaces::Workspace;
use slipway_api::{Name, Resource};
use slipway_client::{Client, ClientError, ClientSettings};
use url::Url;

use crate::environment::Environment;
use crate::failure::Failure;
use crate::output::Output;
use crate::settings::{self, Credentials, FILE_NAME, Files, Flags, ProjectFile, Settings, UserFile};
use crate::workload_identity;

/// What every command is handed.
pub(crate) struct Context {
    pub(crate) environment: Environment,
    pub(crate) output: Output,
    pub(crate) settings: Settings,
    credentials: Credentials,
    /// What was given for this program's own token.
    exchanged: OnceCell<SecretString>,
}

impl Context {
    /// Reads the files and decides the settings.
    pub(crate) fn load(environment: Environment, output: Output, flags: &Flags) -> anyhow::Result<Self> {
        let mut files = Files {
            project: ProjectFile::find(&environment.directory)?,
            ..Files::default()
        };
        if let Some(directory) = environment.configuration_directory() {
            files.user = UserFile::read(&directory)?;
            files.credentials = Credentials::read(&directory)?;
            if let Some(path) = settings::readable_by_others(&directory) {
                output.warn(&format!(
                    "{0} can be read by others; close it: chmod 600 {0}",
                    path.display()
                ));
            }
        }
        let settings = settings::resolve(flags, &environment, &files)?;
        Ok(Self {
            environment,
            output,
            settings,
            credentials: files.credentials,
            exchanged: OnceCell::new(),
        })
    }

    /// The server's address.
    pub(crate) fn url(&self) -> anyhow::Result<&Url> {
        let setting = self.settings.url.as_ref();
        setting.map(|setting| &setting.value).ok_or_else(|| {
            let next = "Sign in with slipway login URL, or give --url or SLIPWAY_URL.";
            Failure::error("no server is named anywhere", next)
        })
    }

    /// The way to the server as the signed-in user.
    pub(crate) fn client(&self) -> anyhow::Result<Client> {
        let url = self.url()?;
        let from_environment = self.environment.variable("SLIPWAY_TOKEN").map(SecretString::from);
        let from_environment = match from_environment {
            Some(token) => Some(token),
            None => self.exchanged_token()?,
        };
        let token = from_environment
            .or_else(|| self.credentials.token(url))
            .ok_or_else(|| {
                let key = settings::server_key(url);
                let next = format!("Sign in: slipway login {key} (or set SLIPWAY_TOKEN)");
                Failure::error(format!("not signed in to {key}"), next)
            })?;
        Ok(Client::new(ClientSettings::new(url.clone(), Some(token)))?)
    }

    /// What this program is given for its own token, if the environment says where that is; asked for once.
    fn exchanged_token(&self) -> anyhow::Result<Option<SecretString>> {
        let Some(source) = workload_identity::Source::of(&self.environment) else {
            return Ok(None);
        };
        if let Some(token) = self.exchanged.get() {
            return Ok(Some(token.clone()));
        }
        let account = workload_identity::account(&self.environment);
        let token = workload_identity::exchange_now(self.url()?, &source, self.organization()?, account)?;
        Ok(Some(self.exchanged.get_or_init(|| token).clone()))
    }

    /// The organization that the command is about.
    pub(crate) fn organization(&self) -> anyhow::Result<&Name> {
        let setting = self.settings.organization.as_ref();
        setting.map(|setting| &setting.value).ok_or_else(|| {
            let next = "Give --organization NAME or SLIPWAY_ORGANIZATION, or tie the directory with slipway init.";
            Failure::error("no organization is named anywhere", next)
        })
    }

    /// The name of the workspace that the command is about.
    pub(crate) fn workspace_name(&self) -> anyhow::Result<&Name> {
        let setting = self.settings.workspace.as_ref();
        setting.map(|setting| &setting.value).ok_or_else(|| {
            let next =
                format!("Give --workspace NAME or SLIPWAY_WORKSPACE, or run slipway init (it writes {FILE_NAME}).");
            Failure::error("no workspace is named anywhere", next)
        })
    }

    /// The workspace that the command is about.
    pub(crate) async fn workspace(&self, client: &Client) -> anyhow::Result<Resource<Workspace>> {
        let (organization, name) = (self.organization()?, self.workspace_name()?);
        match client.workspace_by_name(organization, name).await {
            Err(error) if error.is_not_found() => Err(self.no_workspace(organization, name)),
            result => Ok(result?),
        }
    }

    /// The id of the workspace that the command is about.
    pub(crate) async fn workspace_id(&self, client: &Client) -> anyhow::Result<WorkspaceId> {
        id_of(&self.workspace(client).await?)
    }

    /// The credentials as they were read.
    pub(crate) fn credentials(&self) -> Credentials {
        self.credentials.clone()
    }

    /// A token that is not taken any more, with the way to another one; everything else as it is.
    pub(crate) fn explain(&self, error: anyhow::Error) -> anyhow::Error {
        let Some(ClientError::Api(refusal)) = error.downcast_ref::<ClientError>() else {
            return error;
        };
        let Some(url) = self.settings.url.as_ref().filter(|_| refusal.status == 401) else {
            return error;
        };
        let key = settings::server_key(&url.value);
        let next = if self.environment.variable("SLIPWAY_TOKEN").is_some() {
            format!("The token is from SLIPWAY_TOKEN: set another there, or unset it and log in: slipway login {key}")
        } else if workload_identity::Source::of(&self.environment).is_some() {
            "The token was given for this program's own and lives for minutes; start the command again.".to_owned()
        } else {
            format!("Log in again: slipway login {key}")
        };
        Failure::error(format!("{key} does not take the token: {refusal}"), next)
    }

    fn no_workspace(&self, organization: &Name, name: &Name) -> anyhow::Error {
        let origin = self
            .settings
            .workspace
            .as_ref()
            .map(|setting| format!(" (named by {})", setting.origin));
        let what = format!(
            "organization {organization} has no workspace {name} that you can see{}",
            origin.unwrap_or_default()
        );
        Failure::error(
            what,
            "Create it with slipway init, or see what there is with slipway workspace list.",
        )
    }
}

/// A resource's id, typed.
pub(crate) fn id_of<K: Kind, A>(resource: &Resource<A>) -> anyhow::Result<Id<K>> {
    resource
        .id
        .parse()
        .with_context(|| format!("the server answered with the id \"{}\"", resource.id))
}
