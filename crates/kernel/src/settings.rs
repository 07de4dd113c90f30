//! How a server is set up: one struct per section, every field with its default.
//!
//! The server crate reads them from file, environment and flags; here they are only named and described. Secrets are
//! never values here but files that hold them.

mod apps;
mod routing;

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

pub use apps::{Apps, PlatformImages};
pub use routing::{RouterMode, Routing};

/// Everything that can be set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where data lies and how the server is reached.
    pub server: Server,
    /// The database.
    pub database: Database,
    /// Where blobs lie: configurations, states, plans, logs.
    pub storage: Storage,
    /// Runs and what runs them.
    pub runs: Runs,
    /// Apps, and what runs them.
    pub apps: Apps,
    /// How requests come to apps.
    pub routing: Routing,
    /// How long things are kept.
    pub retention: Retention,
    /// How large things may be.
    pub limits: Limits,
    /// How people sign in.
    pub sign_in: SignIn,
    /// Mail that the server sends.
    pub mail: Mail,
    /// Requests that the server makes to the outside.
    pub outbound: Outbound,
    /// A Vault or OpenBao that keeps the master key.
    pub transit: Transit,
}

impl Settings {
    /// The sections by name, each with the schema that its reference is made from.
    #[must_use]
    pub fn sections() -> Vec<(&'static str, RefOr<Schema>)> {
        vec![
            ("server", Server::schema()),
            ("database", Database::schema()),
            ("storage", Storage::schema()),
            ("runs", Runs::schema()),
            ("apps", Apps::schema()),
            ("routing", Routing::schema()),
            ("retention", Retention::schema()),
            ("limits", Limits::schema()),
            ("sign_in", SignIn::schema()),
            ("mail", Mail::schema()),
            ("outbound", Outbound::schema()),
            ("transit", Transit::schema()),
        ]
    }
}

/// Where data lies and how the server is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Directory of everything that is not configured to lie elsewhere: database, blobs, keys.
    #[schema(value_type = String)]
    pub data_dir: PathBuf,
    /// Address and port to listen on.
    #[schema(value_type = String)]
    pub listen: SocketAddr,
    /// The address that people and programs reach the server at, when it is not the one it listens on.
    pub public_url: Option<String>,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    #[schema(value_type = Vec<String>)]
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// File with the certificate chain (PEM); read again when it changes.
    #[schema(value_type = Option<String>)]
    pub tls_certificate: Option<PathBuf>,
    /// File with the certificate's key (PEM).
    #[schema(value_type = Option<String>)]
    pub tls_key: Option<PathBuf>,
    /// Allows plain HTTP on an address that others can reach, behind a proxy that speaks TLS.
    pub allow_plain_http: bool,
    /// `text` or `json`.
    pub log_format: LogFormat,
    /// File with the master key that seals all secrets; made at the first start. Back it up apart from the data.
    #[schema(value_type = Option<String>)]
    pub master_key_file: Option<PathBuf>,
    /// The master key itself, from the variable `SLIPWAY_SERVER_MASTER_KEY` and from nowhere else.
    #[serde(skip)]
    #[schema(ignore)]
    pub master_key: HiddenKey,
}

/// A key that was given in the environment. It is not shown, and not written with the settings.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HiddenKey(Option<zeroize::Zeroizing<String>>);

impl HiddenKey {
    /// Takes the text of a variable.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Some(zeroize::Zeroizing::new(text)))
    }

    /// Whether there is one.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.as_ref().map(|text| text.as_str()).unwrap_or_default()
    }
}

impl std::fmt::Debug for HiddenKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if self.is_set() { "set" } else { "unset" })
    }
}

/// How the server writes its own log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs, one object a line.
    Json,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("slipway-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            trusted_proxies: Vec::new(),
            tls_certificate: None,
            tls_key: None,
            allow_plain_http: false,
            log_format: LogFormat::Text,
            master_key_file: None,
            master_key: HiddenKey::default(),
        }
    }
}

/// The database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite:PATH`, `postgres://USER@HOST/NAME` or `mysql://…`; a file in the data directory by default.
    pub url: Option<String>,
    /// File that holds the URL, when it has a password in it.
    #[schema(value_type = Option<String>)]
    pub url_file: Option<PathBuf>,
    /// Connections at most.
    pub max_connections: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: None,
            url_file: None,
            max_connections: 8,
        }
    }
}

/// Where blobs lie.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Storage {
    /// `disk` (the data directory) or `s3`.
    pub kind: StorageKind,
    /// S3: the bucket's name.
    pub bucket: Option<String>,
    /// S3: what every key starts with.
    pub prefix: Option<String>,
    /// S3: the region.
    pub region: Option<String>,
    /// S3: the endpoint, when it is not AWS.
    pub endpoint: Option<String>,
    /// S3: allow an endpoint with plain HTTP.
    pub allow_http: bool,
    /// S3: the access key's id; without it the machine's own role is used.
    pub access_key_id: Option<String>,
    /// S3: file that holds the secret access key.
    #[schema(value_type = Option<String>)]
    pub secret_access_key_file: Option<PathBuf>,
}

/// Where blobs lie.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StorageKind {
    /// In the data directory.
    #[default]
    Disk,
    /// In a bucket of S3 or something compatible.
    S3,
}

/// Runs and what runs them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Runs {
    /// Whether the server runs a runner of its own on this machine.
    pub embedded_runner: bool,
    /// Items that the embedded runner runs at once.
    pub slots: u32,
    /// Directory with engines: `tofu/1.12.6/tofu`.
    #[schema(value_type = Option<String>)]
    pub engine_dir: Option<PathBuf>,
    /// Directory with providers in the layout of a filesystem mirror; asked before the registry.
    #[schema(value_type = Option<String>)]
    pub provider_mirror: Option<PathBuf>,
    /// Lets the embedded runner start where its sandbox cannot be enforced.
    pub allow_unsandboxed: bool,
    /// How long a runner may be silent before its work is taken from it, in seconds.
    pub lease_seconds: u64,
    /// How long an engine may plan, in seconds.
    pub plan_timeout_seconds: u64,
    /// How long an engine may apply, in seconds.
    pub apply_timeout_seconds: u64,
    /// After an interrupt, how long an engine has to save and end, in seconds.
    pub stop_grace_seconds: u64,
}

impl Default for Runs {
    fn default() -> Self {
        Self {
            embedded_runner: true,
            slots: 4,
            engine_dir: None,
            provider_mirror: None,
            allow_unsandboxed: false,
            lease_seconds: 60,
            plan_timeout_seconds: 3_600,
            apply_timeout_seconds: 24 * 3_600,
            stop_grace_seconds: 300,
        }
    }
}

/// How long things are kept, in days; 0 for ever. States never go by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Logs of runs.
    pub log_days: u32,
    /// Plan files and their JSON.
    pub plan_days: u32,
    /// Configuration versions that no workspace uses any more.
    pub configuration_days: u32,
    /// What forges delivered to webhooks.
    pub delivery_days: u32,
    /// Entries of the audit log. A signed checkpoint stays for what goes, and the newest entry of each organization.
    pub event_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            log_days: 365,
            plan_days: 30,
            configuration_days: 90,
            delivery_days: 30,
            event_days: 0,
        }
    }
}

/// How large things may be, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// A JSON body.
    pub body_bytes: usize,
    /// The archive of a configuration, packed.
    pub configuration_bytes: usize,
    /// The files of a configuration, unpacked.
    pub configuration_unpacked_bytes: u64,
    /// A state that somebody uploads. What a run produced is kept whatever its size.
    pub state_bytes: usize,
    /// A plan bundle or its JSON.
    pub plan_bytes: usize,
    /// The log of one phase; beyond, it is cut and says so.
    pub log_bytes: u64,
    /// For how many days tokens of people and programs can live; absent for any time. An organization can say less for
    /// its own.
    pub longest_token_days: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: usize = 1 << 20;
        Self {
            body_bytes: 2 * MIB,
            configuration_bytes: 100 * MIB,
            configuration_unpacked_bytes: 1 << 30,
            state_bytes: 256 * MIB,
            plan_bytes: 1024 * MIB,
            log_bytes: 1 << 30,
            longest_token_days: None,
        }
    }
}

/// How people sign in with a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SignIn {
    /// How long a session may go unused, in minutes.
    pub session_idle_minutes: u64,
    /// How long a session lasts at most, in hours.
    pub session_hours: u64,
    /// Whether whoever signs in with a password must set up a second factor.
    pub second_factor_required: bool,
    /// How long a token counts that `slipway login` got by the browser, in days; 0 for ever.
    pub login_token_days: u64,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            session_idle_minutes: 12 * 60,
            session_hours: 7 * 24,
            second_factor_required: false,
            login_token_days: 90,
        }
    }
}

/// Mail that the server sends: invitations, links to reset a password. Without a host nothing is sent, and
/// administrators are shown the links instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// Name of the SMTP server.
    pub host: Option<String>,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub encryption: MailEncryption,
    /// The name to sign in with, if the server asks for one.
    pub username: Option<String>,
    /// File that holds the password.
    #[schema(value_type = Option<String>)]
    pub password_file: Option<PathBuf>,
    /// The sender: `Slipway <slipway@example.com>`.
    pub from: String,
}

/// How the connection to an SMTP server is secured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailEncryption {
    /// It begins in the clear and must go on encrypted (port 587).
    #[default]
    StartTls,
    /// Encrypted from the first byte (port 465).
    Tls,
    /// Not at all: only for a server on this machine.
    None,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: None,
            port: 587,
            encryption: MailEncryption::default(),
            username: None,
            password_file: None,
            from: "Slipway <slipway@localhost>".to_owned(),
        }
    }
}

/// Requests that the server makes to the outside: sign-in providers, webhooks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Outbound {
    /// Networks of this machine and its site that may be asked, as `10.0.0.0/8`. Without them only public addresses
    /// are; metadata services and link-local addresses never.
    #[schema(value_type = Vec<String>)]
    pub allowed_networks: Vec<ipnet::IpNet>,
    /// File with certificates (PEM) of authorities to trust beside the system's.
    #[schema(value_type = Option<String>)]
    pub extra_certificates: Option<PathBuf>,
}

/// A transit engine of Vault or OpenBao that wraps the master key, so that it lies in no file. The server asks it once, at its
/// start; an address inside the site needs `outbound.allowed_networks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Transit {
    /// Its address: `https://vault.example.com:8200`. Without one the master key is a file or a variable.
    pub address: Option<String>,
    /// Where the engine is mounted.
    pub mount: String,
    /// Name of its key; one that encrypts with authentication, as `aes256-gcm96` does.
    pub key: Option<String>,
    /// File with a token that may encrypt and decrypt with the key; read again each time.
    #[schema(value_type = Option<String>)]
    pub token_file: Option<PathBuf>,
    /// The namespace, where there are any.
    pub namespace: Option<String>,
}

impl Default for Transit {
    fn default() -> Self {
        Self {
            address: None,
            mount: "transit".to_owned(),
            key: None,
            token_file: None,
            namespace: None,
        }
    }
}
