//! Clouds and clusters: AWS, Azure, Google Cloud, Kubernetes.

use super::{Field, Form, Group, Kind, Method};

const IDENTITY: &[&str] = &["workload-identity"];
const KEYS: &[&str] = &["access-keys"];
const ARN: Form = Form::Pattern(
    r"arn:[a-z0-9-]+:iam::\d{12}:role/[A-Za-z0-9_+=,.@/-]+",
    "arn:aws:iam::123456789012:role/slipway",
);
const UUID: Form = Form::Pattern(
    r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "00000000-0000-0000-0000-000000000000",
);

/// Amazon Web Services.
pub(super) static AWS: Kind = Kind {
    word: "aws",
    title: "Amazon Web Services",
    description: "Credentials of an AWS account for runs.",
    group: Group::Cloud,
    methods: &[
        Method::workload_identity(
            "Each run takes a role with a token of its own (AssumeRoleWithWebIdentity). Nothing is stored here.",
        ),
        Method::new(
            "access-keys",
            "Access keys",
            "A stored access key. With a role, runs get a session of that role only, and never the key.",
        ),
    ],
    fields: &[
        Field::new("role-arn", "Role", "The role that runs take.")
            .form(ARN)
            .required()
            .of(IDENTITY),
        Field::new(
            "plan-role-arn",
            "Role of plans",
            "Another role for plans, which need to read only.",
        )
        .form(ARN)
        .of(IDENTITY),
        Field::new(
            "audience",
            "Audience",
            "Whom the tokens are for, as the role's trust policy and the identity provider in IAM say.",
        )
        .default("aws.workload.identity")
        .of(IDENTITY),
        Field::new("access-key-id", "Access key id", "It begins with AKIA.")
            .required()
            .of(KEYS),
        Field::new(
            "secret-access-key",
            "Secret access key",
            "What AWS showed with the access key id.",
        )
        .secret()
        .required()
        .of(KEYS),
        Field::new(
            "assume-role-arn",
            "Role to take",
            "Runs get an hour as this role instead of the key.",
        )
        .form(ARN)
        .of(KEYS),
        Field::new("external-id", "External id", "What the role's trust policy asks for.").of(KEYS),
        Field::new(
            "region",
            "Region",
            "Where runs work unless a provider block says otherwise.",
        )
        .form(Form::Pattern(r"[a-z]{2,4}(-[a-z]+)+-\d", "eu-central-1"))
        .default("us-east-1"),
        Field::new(
            "account-id",
            "Account id",
            "If given, the test makes sure that it is this account.",
        )
        .form(Form::Pattern(r"\d{12}", "123456789012")),
        Field::new(
            "sts-url",
            "Address of STS",
            "For private endpoints and other partitions; the region's own when it is absent.",
        )
        .server(),
        Field::new(
            "s3-url",
            "Address of S3",
            "For private endpoints and other partitions; the region's own when it is absent.",
        )
        .server(),
    ],
};

/// Microsoft Azure.
pub(super) static AZURE: Kind = Kind {
    word: "azure",
    title: "Microsoft Azure",
    description: "Credentials of an Azure subscription for runs.",
    group: Group::Cloud,
    methods: &[
        Method::workload_identity(
            "An application trusts tokens of this server (federated credential). Nothing is stored here.",
        ),
        Method::new("client-secret", "Client secret", "A stored secret of an application."),
    ],
    fields: &[
        Field::new("tenant-id", "Tenant", "The directory's id.")
            .form(UUID)
            .required(),
        Field::new("subscription-id", "Subscription", "Where runs work.")
            .form(UUID)
            .required(),
        Field::new("client-id", "Application", "The application's (client) id.")
            .form(UUID)
            .required(),
        Field::new(
            "plan-client-id",
            "Application of plans",
            "Another application for plans, which need to read only.",
        )
        .form(UUID)
        .of(IDENTITY),
        Field::new(
            "audience",
            "Audience",
            "Whom the tokens are for, as the federated credential says.",
        )
        .default("api://AzureADTokenExchange")
        .of(IDENTITY),
        Field::new(
            "client-secret",
            "Client secret",
            "The value that Azure showed once, not its id.",
        )
        .secret()
        .required()
        .of(&["client-secret"]),
        Field::new("cloud", "Cloud", "Which of Azure's clouds.")
            .form(Form::Choice(&[
                ("public", "Public"),
                ("usgovernment", "US Government"),
                ("china", "China"),
            ]))
            .default("public"),
        Field::new(
            "login-url",
            "Address of the sign-in",
            "The cloud's own when it is absent.",
        )
        .server(),
        Field::new(
            "management-url",
            "Address of the management",
            "The cloud's own when it is absent.",
        )
        .server(),
    ],
};

/// Google Cloud.
pub(super) static GOOGLE_CLOUD: Kind = Kind {
    word: "google-cloud",
    title: "Google Cloud",
    description: "Credentials of a Google Cloud project for runs.",
    group: Group::Cloud,
    methods: &[
        Method::workload_identity(
            "A workload identity pool trusts tokens of this server, and runs act as a service account. Nothing is \
             stored here.",
        ),
        Method::new(
            "service-account-key",
            "Service account key",
            "A stored key file of a service account.",
        ),
    ],
    fields: &[
        Field::new(
            "provider",
            "Provider",
            "The full name of the provider in the workload identity pool.",
        )
        .form(Form::Pattern(
            r"projects/\d+/locations/global/workloadIdentityPools/[a-z0-9-]+/providers/[a-z0-9-]+",
            "projects/1234567890/locations/global/workloadIdentityPools/slipway/providers/slipway",
        ))
        .required()
        .of(IDENTITY),
        Field::new(
            "service-account",
            "Service account",
            "Whom runs act as; without one, permissions are given to the pool's identities themselves.",
        )
        .form(Form::Pattern(
            r"[^@\s]+@[a-z0-9.-]+",
            "runs@project.iam.gserviceaccount.com",
        ))
        .of(IDENTITY),
        Field::new(
            "plan-service-account",
            "Service account of plans",
            "Another one for plans, which need to read only.",
        )
        .form(Form::Pattern(
            r"[^@\s]+@[a-z0-9.-]+",
            "plans@project.iam.gserviceaccount.com",
        ))
        .of(IDENTITY),
        Field::new(
            "audience",
            "Audience",
            "Whom the tokens are for; the provider's own name when it is absent.",
        )
        .of(IDENTITY),
        Field::new(
            "token-url",
            "Address of the token service",
            "For private endpoints; Google's own when it is absent.",
        )
        .server()
        .of(IDENTITY),
        Field::new(
            "iam-url",
            "Address of the IAM credentials service",
            "For private endpoints; Google's own when it is absent.",
        )
        .server()
        .of(IDENTITY),
        Field::new("key", "Key file", "The JSON file of a service account's key.")
            .lines()
            .secret()
            .required()
            .of(&["service-account-key"]),
        Field::new(
            "storage-url",
            "Address of Cloud Storage",
            "For private endpoints; Google's own when it is absent.",
        )
        .server(),
        Field::new(
            "project",
            "Project",
            "The project that runs work in unless a provider block says otherwise.",
        ),
        Field::new(
            "region",
            "Region",
            "The region that runs work in unless a provider block says otherwise.",
        ),
    ],
};

const SERVER: &[&str] = &["workload-identity", "token", "certificate"];

/// Kubernetes.
pub(super) static KUBERNETES: Kind = Kind {
    word: "kubernetes",
    title: "Kubernetes",
    description: "A cluster that runs work on, through the Kubernetes and Helm providers and kubectl.",
    group: Group::Cloud,
    methods: &[
        Method::workload_identity(
            "The cluster trusts tokens of this server (structured authentication). Nothing is stored here.",
        ),
        Method::new("token", "Token", "A stored token of a service account."),
        Method::new(
            "certificate",
            "Client certificate",
            "A stored certificate with its key.",
        ),
        Method::new(
            "kubeconfig",
            "Kubeconfig",
            "A stored file, as kubectl reads it; its current context counts.",
        ),
    ],
    fields: &[
        Field::new("server", "API server", "Its address: https://cluster.example.com:6443.")
            .server()
            .required()
            .of(SERVER),
        Field::new(
            "ca-certificate",
            "Certificate authority",
            "Certificates (PEM) that vouch for the API server, beside the usual ones.",
        )
        .lines()
        .of(SERVER),
        Field::new(
            "audience",
            "Audience",
            "Whom the tokens are for, as the cluster's configuration says.",
        )
        .required()
        .of(IDENTITY),
        Field::new("token", "Token", "What the cluster gave for a service account.")
            .secret()
            .required()
            .of(&["token"]),
        Field::new("client-certificate", "Certificate", "In PEM.")
            .lines()
            .required()
            .of(&["certificate"]),
        Field::new("client-key", "Key", "The certificate's private key, in PEM.")
            .lines()
            .secret()
            .required()
            .of(&["certificate"]),
        Field::new("kubeconfig", "Kubeconfig", "The whole file.")
            .lines()
            .secret()
            .required()
            .of(&["kubeconfig"]),
        Field::new("namespace", "Namespace", "Where things go that name none.")
            .form(Form::Pattern(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", "default")),
    ],
};
