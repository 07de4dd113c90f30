//! Services, plain environments, and where messages go.

use super::{Field, Form, Group, Kind, Method};

/// MongoDB Atlas.
pub(super) static MONGODB_ATLAS: Kind = Kind {
    word: "mongodb-atlas",
    title: "MongoDB Atlas",
    description: "Credentials of an Atlas organization for runs.",
    group: Group::Cloud,
    methods: &[
        Method::new(
            "service-account",
            "Service account",
            "A stored client secret, which gives tokens of an hour.",
        ),
        Method::new("api-keys", "API keys", "A stored programmatic key pair."),
    ],
    fields: &[
        Field::new("client-id", "Client id", "It begins with mdb_sa_id.")
            .required()
            .of(&["service-account"]),
        Field::new("client-secret", "Client secret", "It begins with mdb_sa_sk.")
            .secret()
            .required()
            .of(&["service-account"]),
        Field::new("public-key", "Public key", "The key's public part.")
            .required()
            .of(&["api-keys"]),
        Field::new("private-key", "Private key", "The key's private part.")
            .secret()
            .required()
            .of(&["api-keys"]),
        Field::new(
            "organization-id",
            "Organization",
            "If given, runs find it, and the test makes sure that it is seen.",
        )
        .form(Form::Pattern(r"[0-9a-f]{24}", "32b6e34b3d91647abb20e7b8")),
        Field::new("url", "Address", "For other clouds than the public one.")
            .server()
            .default("https://cloud.mongodb.com"),
    ],
};

/// Datadog.
pub(super) static DATADOG: Kind = Kind {
    word: "datadog",
    title: "Datadog",
    description: "Credentials of a Datadog organization for runs.",
    group: Group::Cloud,
    methods: &[Method::new(
        "keys",
        "Keys",
        "A stored API key, and an application key for what needs one.",
    )],
    fields: &[
        Field::new("api-key", "API key", "From the organization's settings.")
            .secret()
            .required(),
        Field::new(
            "app-key",
            "Application key",
            "What the Datadog provider needs beside it.",
        )
        .secret(),
        Field::new(
            "url",
            "Address of the API",
            "That of your site: https://api.datadoghq.eu.",
        )
        .server()
        .default("https://api.datadoghq.com"),
    ],
};

/// Environment variables.
pub(super) static ENVIRONMENT: Kind = Kind {
    word: "environment",
    title: "Environment",
    description: "Environment variables for runs: what any other provider needs.",
    group: Group::Cloud,
    methods: &[Method::new("values", "Values", "Stored values.")],
    fields: &[
        Field::new("variables", "Variables", "Names and values that everybody may see.").form(Form::Values),
        Field::new(
            "sensitive-variables",
            "Secret variables",
            "Names and values that nobody sees again.",
        )
        .form(Form::Values)
        .secret(),
    ],
};

/// A registry for images.
pub(super) static OCI_REGISTRY: Kind = Kind {
    word: crate::registries::access::KIND,
    title: "OCI registry",
    description: "A registry for images: apps are deployed from it, and what is built for Kubernetes goes there.",
    group: Group::Registry,
    methods: &[
        Method::new(
            "password",
            "User and password",
            "A stored password, or a token in place of it.",
        ),
        Method::new(
            "anonymous",
            "Without a login",
            "For a registry that everybody may read and write.",
        ),
    ],
    fields: &[
        Field::new(
            "address",
            "Address",
            "As it is at the beginning of names of its images: registry.example.com:5000, or docker.io.",
        )
        .form(Form::Pattern(
            r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(:[0-9]{1,5})?",
            "registry.example.com:5000",
        ))
        .leading()
        .required(),
        Field::new("username", "User", "Name of the account.")
            .required()
            .of(LOGIN),
        Field::new("password", "Password or token", "What opens the account.")
            .secret()
            .required()
            .of(LOGIN),
        Field::new(
            "ca-certificate",
            "Certificate authority",
            "Certificates (PEM) that vouch for the registry, beside the usual ones.",
        )
        .lines(),
        Field::new(
            "tls",
            "TLS",
            "Without it only at private addresses, where the login is seen by the network.",
        )
        .form(Form::Choice(&[("on", "With TLS"), ("off", "Without TLS")]))
        .default("on")
        .leading(),
    ],
};

/// Ways with a login.
const LOGIN: &[&str] = &["password"];

/// Slack.
pub(super) static SLACK: Kind = Kind {
    word: "slack",
    title: "Slack",
    description: "A bot that writes messages to channels.",
    group: Group::Chat,
    methods: &[Method::new("bot-token", "Bot token", "A stored token of a Slack app.")],
    fields: &[
        Field::new(
            "bot-token",
            "Bot token",
            "It begins with xoxb- and has the scope chat:write.",
        )
        .secret()
        .required(),
        Field::new("channel", "Channel", "Where messages go that name none: #deployments."),
        Field::new("url", "Address of the API", "Slack's own when it is absent.")
            .server()
            .default("https://slack.com/api"),
    ],
};

/// Microsoft Teams.
pub(super) static MICROSOFT_TEAMS: Kind = Kind {
    word: "microsoft-teams",
    title: "Microsoft Teams",
    description: "A workflow that posts messages to a channel.",
    group: Group::Chat,
    methods: &[Method::new(
        "webhook",
        "Webhook",
        "The stored address of a workflow, which is itself the secret.",
    )],
    fields: &[Field::new(
        "webhook-url",
        "Webhook",
        "The address that the workflow shows: https://….",
    )
    .secret()
    .required()],
};
