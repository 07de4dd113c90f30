//! Git forges.

use super::{Field, Form, Group, Kind, Method};

const TOKEN: &[&str] = &["token"];
const OAUTH: &[&str] = &["oauth"];

const CERTIFICATES: Field = Field::new(
    "ca-certificate",
    "Certificate authority",
    "Certificates (PEM) that vouch for the forge's own, beside the usual ones.",
)
.form(Form::Lines);

/// What opens private modules that are written with the forge's SSH addresses; the forge's API needs none.
const SSH_KEY: Field = Field::new(
    crate::integrations::kinds::SSH_KEY,
    "SSH key",
    "A private key without a passphrase, by which runs fetch modules with SSH addresses. Without one they are fetched over \
     HTTPS.",
)
.form(Form::PrivateKey)
.secret();
const HOST_KEYS: Field = Field::new(
    "host-keys",
    "Host keys",
    "The keys of its SSH server, as lines of a known_hosts file; those of the large forges are known.",
)
.lines();

const CLIENT_ID: Field = Field::new("client-id", "Client id", "What the forge calls the application.")
    .required()
    .of(OAUTH);
const CLIENT_SECRET: Field = Field::new(
    "client-secret",
    "Client secret",
    "What the forge showed with the client id.",
)
.secret()
.required()
.of(OAUTH);

const BY_TOKEN: Method = Method::new("token", "Token", "A stored access token.");
const BY_OAUTH: Method = Method::new(
    "oauth",
    "OAuth application",
    "Somebody allows an application of the forge to act for him, in the browser; its tokens are renewed by themselves.",
)
.by_browser();

/// GitHub.
pub(super) static GITHUB: Kind = Kind {
    word: "github",
    title: "GitHub",
    description: "Repositories on GitHub or GitHub Enterprise Server.",
    group: Group::Forge,
    methods: &[
        Method::new(
            "app",
            "GitHub App",
            "An app of its own, made in the browser in one step; it acts as itself, with tokens of an hour.",
        )
        .by_browser(),
        BY_OAUTH,
        BY_TOKEN,
    ],
    fields: &[
        Field::new("url", "Address", "https://github.com, or that of an Enterprise Server.")
            .server()
            .default("https://github.com"),
        Field::new(
            "api-url",
            "Address of the API",
            "The usual one of the address when it is absent.",
        )
        .server(),
        Field::new(
            "github-organization",
            "Organization",
            "Whose app it becomes when it is made in the browser; your own when it is absent.",
        )
        .form(Form::Pattern("[A-Za-z0-9-]{1,39}", "acme"))
        .of(&["app"]),
        Field::new("app-id", "App id", "Filled in when the app is made in the browser.")
            .form(Form::Pattern(r"\d{1,20}", "123456"))
            .of(&["app"]),
        Field::new(
            "app-slug",
            "App name",
            "As it stands in the app's address; filled in by the browser.",
        )
        .of(&["app"]),
        Field::new(
            "installation-id",
            "Installation id",
            "Where the app is installed; found by itself when there is only one.",
        )
        .form(Form::Pattern(r"\d{1,20}", "12345678"))
        .of(&["app"]),
        Field::new("client-id", "Client id", "What GitHub calls the application.")
            .of(&["app", "oauth"])
            .required_of(OAUTH),
        Field::new(
            "client-secret",
            "Client secret",
            "What GitHub showed with the client id.",
        )
        .secret()
        .of(&["app", "oauth"])
        .required_of(OAUTH),
        Field::new(
            "webhook-secret",
            "Webhook secret",
            "What the app signs its deliveries with; filled in by the browser.",
        )
        .secret()
        .of(&["app"]),
        Field::new(
            "private-key",
            "Private key",
            "The app's key (PEM); filled in by the browser.",
        )
        .lines()
        .secret()
        .of(&["app"]),
        Field::new("token", "Token", "A fine-grained or classic personal access token.")
            .secret()
            .required()
            .of(TOKEN),
        CERTIFICATES,
        SSH_KEY,
        HOST_KEYS,
    ],
};

/// GitLab.
pub(super) static GITLAB: Kind = Kind {
    word: "gitlab",
    title: "GitLab",
    description: "Repositories on GitLab.com or a GitLab of your own.",
    group: Group::Forge,
    methods: &[BY_OAUTH, BY_TOKEN],
    fields: &[
        Field::new("url", "Address", "https://gitlab.com, or that of your own.")
            .server()
            .default("https://gitlab.com"),
        CLIENT_ID,
        CLIENT_SECRET,
        Field::new(
            "token",
            "Token",
            "A personal, group or project access token with the scope api.",
        )
        .secret()
        .required()
        .of(TOKEN),
        CERTIFICATES,
        SSH_KEY,
        HOST_KEYS,
    ],
};

/// Bitbucket Cloud.
pub(super) static BITBUCKET: Kind = Kind {
    word: "bitbucket",
    title: "Bitbucket",
    description: "Repositories on Bitbucket Cloud.",
    group: Group::Forge,
    methods: &[
        BY_OAUTH,
        Method::new(
            "token",
            "Access token",
            "A stored token of a repository, project or workspace.",
        ),
        Method::new("api-token", "API token", "A stored API token of an account."),
    ],
    fields: &[
        Field::new("url", "Address", "https://bitbucket.org.")
            .server()
            .default("https://bitbucket.org"),
        Field::new("workspace", "Workspace", "Only the repositories of this workspace."),
        CLIENT_ID,
        CLIENT_SECRET,
        Field::new("username", "Mail address", "The account's, which the API token is of.")
            .required()
            .of(&["api-token"]),
        Field::new("token", "Token", "As Bitbucket showed it once.")
            .secret()
            .required()
            .of(&["token", "api-token"]),
        CERTIFICATES,
        SSH_KEY,
        HOST_KEYS,
    ],
};

/// Bitbucket Data Center.
pub(super) static BITBUCKET_DATA_CENTER: Kind = Kind {
    word: "bitbucket-data-center",
    title: "Bitbucket Data Center",
    description: "Repositories on a Bitbucket of your own.",
    group: Group::Forge,
    methods: &[BY_OAUTH, BY_TOKEN],
    fields: &[
        Field::new("url", "Address", "https://bitbucket.example.com.")
            .server()
            .required(),
        CLIENT_ID,
        CLIENT_SECRET,
        Field::new("token", "Token", "An HTTP access token.")
            .secret()
            .required()
            .of(TOKEN),
        CERTIFICATES,
        SSH_KEY,
        HOST_KEYS,
    ],
};

/// Azure DevOps.
pub(super) static AZURE_DEVOPS: Kind = Kind {
    word: "azure-devops",
    title: "Azure DevOps",
    description: "Repositories on Azure DevOps.",
    group: Group::Forge,
    methods: &[
        Method::new(
            "service-principal",
            "Service principal",
            "An application of the directory that the organization let in; tokens of an hour.",
        ),
        BY_TOKEN,
    ],
    fields: &[
        Field::new(
            "url",
            "Address",
            "https://dev.azure.com, or that of a server of your own.",
        )
        .server()
        .default("https://dev.azure.com"),
        Field::new("organization", "Organization", "Its name, as it stands in addresses.").required(),
        Field::new("tenant-id", "Tenant", "The directory's id.")
            .required()
            .of(&["service-principal"]),
        Field::new("client-id", "Application", "The application's (client) id.")
            .required()
            .of(&["service-principal"]),
        Field::new(
            "client-secret",
            "Client secret",
            "The value that Azure showed once, not its id.",
        )
        .secret()
        .required()
        .of(&["service-principal"]),
        Field::new(
            "login-url",
            "Address of the sign-in",
            "For other clouds than the public one.",
        )
        .server()
        .default("https://login.microsoftonline.com")
        .of(&["service-principal"]),
        Field::new(
            "token",
            "Token",
            "A personal access token with Code (read, status, write).",
        )
        .secret()
        .required()
        .of(TOKEN),
        CERTIFICATES,
        SSH_KEY,
        HOST_KEYS,
    ],
};

/// Gitea and Forgejo.
pub(super) static GITEA: Kind = Kind {
    word: "gitea",
    title: "Gitea, Forgejo",
    description: "Repositories on a Gitea or Forgejo, also codeberg.org.",
    group: Group::Forge,
    methods: &[BY_OAUTH, BY_TOKEN],
    fields: &[
        Field::new("url", "Address", "https://gitea.example.com.")
            .server()
            .required(),
        CLIENT_ID,
        CLIENT_SECRET,
        Field::new(
            "token",
            "Token",
            "An access token that may write repositories and read users.",
        )
        .secret()
        .required()
        .of(TOKEN),
        CERTIFICATES,
        SSH_KEY,
        HOST_KEYS,
    ],
};

/// Plain Git.
pub(super) static GIT: Kind = Kind {
    word: "git",
    title: "Git",
    description: "Repositories on any Git server over HTTPS or SSH, without a forge around them.",
    group: Group::Forge,
    methods: &[
        Method::new("ssh", "SSH key", "A stored private key."),
        Method::new("basic", "User and password", "A stored password, over HTTPS."),
        Method::new("public", "Public", "Nothing: everybody may read the repositories."),
    ],
    fields: &[
        Field::new(
            "url",
            "Address",
            "What repositories' addresses begin with: https://git.example.com, ssh://git@git.example.com. The secret is \
             shown to nobody else.",
        )
        .form(Form::Pattern(r"(https?|ssh)://[^\s?#]+", "https://git.example.com"))
        .leading()
        .required_of(&["ssh", "basic"]),
        Field::new("host-keys", "Host keys", "The server's keys, as lines of a known_hosts file; show them to pin them.")
            .lines()
            .of(&["ssh"]),
        Field::new("username", "User", "Whom to sign in as.").required().of(&["basic"]),
        Field::new("password", "Password", "Or a token that the server takes as one.").secret().required().of(&["basic"]),
        Field::new("private-key", "Private key", "In OpenSSH or PEM form, without a passphrase.")
            .form(Form::PrivateKey)
            .secret()
            .required()
            .of(&["ssh"]),
        CERTIFICATES,
    ],
};
