//! What there is to build. Adding a tool is a folder with a `go.mod` under `tools/` and an entry here.

/// A program that is built from a Go module.
pub(super) struct GoProgram {
    /// Its folder under `tools/`.
    pub(super) folder: &'static str,
    /// The Go package to build, seen from there.
    pub(super) package: &'static str,
    pub(super) linker_flags: &'static str,
    /// What Go's `-tags` gets; empty for most.
    pub(super) tags: &'static str,
    /// Whether parts of it are in C.
    pub(super) needs_c: bool,
}

/// OpenTofu and the oldest version that will do: runs need `-json-into`.
pub(super) const TOFU: GoProgram = GoProgram {
    folder: "tofu",
    package: "github.com/opentofu/opentofu/cmd/tofu",
    // Without the last one it calls itself a development build and says so in every output.
    linker_flags: "-s -w -X github.com/opentofu/opentofu/version.dev=no",
    tags: "",
    needs_c: false,
};
pub(super) const TOFU_AT_LEAST: semver::Version = semver::Version::new(1, 12, 0);

/// A real OpenID Connect provider to sign in by; its pages come from its module's folder.
pub(super) const DEX: GoProgram = GoProgram {
    folder: "dex",
    package: "github.com/dexidp/dex/cmd/dex",
    linker_flags: "-s -w -X main.version=v2.41.1",
    tags: "",
    // Its SQLite storage, which is not used here, does not compile without.
    needs_c: true,
};
pub(super) const DEX_MODULE: &str = "github.com/dexidp/dex";

/// A real Git forge: repositories, pull requests, webhooks, statuses.
pub(super) const GITEA: GoProgram = GoProgram {
    folder: "gitea",
    package: "code.gitea.io/gitea",
    linker_flags: "-s -w -X main.Version=1.26.0",
    tags: "sqlite sqlite_unlock_notify",
    // SQLite, which it keeps everything in.
    needs_c: true,
};
pub(super) const GITEA_MODULE: &str = "code.gitea.io/gitea";

/// A program for Terraform Enterprise: calls a server with go-tfe and says what is not as go-tfe expects it.
pub(super) const GO_TFE: GoProgram = GoProgram {
    folder: "go-tfe",
    package: ".",
    linker_flags: "-s -w",
    tags: "",
    needs_c: false,
};

/// A real authority that certificates are got from (ACME), which believes its own ones only.
pub(super) const PEBBLE: GoProgram = GoProgram {
    folder: "pebble",
    package: "github.com/letsencrypt/pebble/v2/cmd/pebble",
    linker_flags: "-s -w",
    tags: "",
    needs_c: false,
};

/// A real builder of images, which a cluster's builds are given to.
pub(super) const BUILDKIT: GoProgram = GoProgram {
    folder: "buildkit",
    package: "github.com/moby/buildkit/cmd/buildkitd",
    linker_flags: "-s -w",
    tags: "",
    needs_c: false,
};

/// What a Kubernetes API server keeps its objects in.
pub(super) const ETCD: GoProgram = GoProgram {
    folder: "etcd",
    package: "go.etcd.io/etcd/server/v3",
    linker_flags: "-s -w",
    tags: "",
    needs_c: false,
};

/// What tells a cluster how much its pods take, which scaling goes by.
pub(super) const METRICS_SERVER: GoProgram = GoProgram {
    folder: "metrics-server",
    package: "sigs.k8s.io/metrics-server/cmd/metrics-server",
    linker_flags: "-s -w",
    tags: "",
    needs_c: false,
};

/// A real controller of a cluster's Ingresses, through which requests come to apps.
pub(super) const TRAEFIK: GoProgram = GoProgram {
    folder: "traefik",
    package: "github.com/traefik/traefik/v3/cmd/traefik",
    linker_flags: "-s -w",
    tags: "",
    needs_c: false,
};

/// A real Kubernetes, all of it from one module: the API server, which also verifies the tokens that runs show to
/// clusters, and what it takes to run pods on one node.
pub(super) const KUBERNETES: [(&str, GoProgram); 5] = [
    kubernetes("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
    kubernetes(
        "kube-controller-manager",
        "k8s.io/kubernetes/cmd/kube-controller-manager",
    ),
    kubernetes("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler"),
    kubernetes("kubelet", "k8s.io/kubernetes/cmd/kubelet"),
    kubernetes("kube-proxy", "k8s.io/kubernetes/cmd/kube-proxy"),
];

const fn kubernetes(name: &'static str, package: &'static str) -> (&'static str, GoProgram) {
    let program = GoProgram {
        folder: "kubernetes",
        package,
        // They compare their own version with those of their features, and have none when they are not told.
        linker_flags: "-s -w -X k8s.io/component-base/version.gitVersion=v1.34.4 \
                       -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34",
        tags: "",
        needs_c: false,
    };
    (name, program)
}

/// A provider, and the address it gets in the mirror.
pub(super) struct Provider {
    pub(super) program: GoProgram,
    pub(super) namespace: &'static str,
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// Whether examples/hello uses it.
    pub(super) is_in_demo: bool,
}

/// Newer versions of the first three exist, but cannot be imported as Go modules.
pub(super) const PROVIDERS: [Provider; 4] = [
    hashicorp(
        "random",
        "3.6.0",
        "provider-random",
        "github.com/terraform-providers/terraform-provider-random",
        true,
    ),
    hashicorp(
        "local",
        "2.9.0",
        "provider-local",
        "github.com/terraform-providers/terraform-provider-local",
        true,
    ),
    // Speaks the oldest protocol that OpenTofu still accepts, which is what it is here for.
    hashicorp(
        "null",
        "2.2.0",
        "provider-null",
        "github.com/terraform-providers/terraform-provider-null",
        false,
    ),
    Provider {
        program: GoProgram {
            folder: "test-provider",
            package: ".",
            linker_flags: "-s -w",
            tags: "",
            needs_c: false,
        },
        namespace: "slipway",
        name: "test",
        version: "1.0.0",
        is_in_demo: false,
    },
];

const fn hashicorp(
    name: &'static str,
    version: &'static str,
    folder: &'static str,
    package: &'static str,
    is_in_demo: bool,
) -> Provider {
    let program = GoProgram {
        folder,
        package,
        linker_flags: "-s -w",
        tags: "",
        needs_c: false,
    };
    Provider {
        program,
        namespace: "hashicorp",
        name,
        version,
        is_in_demo,
    }
}

impl Provider {
    /// The file name that OpenTofu looks for in an unpacked mirror.
    pub(super) fn file_name(&self) -> String {
        format!("terraform-provider-{}_v{}", self.name, self.version)
    }

    /// Its folder in a mirror, for a platform such as `linux_amd64`.
    pub(super) fn folder_in_mirror(&self, platform: &str) -> String {
        format!(
            "registry.opentofu.org/{}/{}/{}/{platform}",
            self.namespace, self.name, self.version
        )
    }
}
