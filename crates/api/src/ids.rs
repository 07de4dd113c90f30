//! Identifiers: a kind's prefix and sixteen lower-case base-36 characters, as in `ws-1k9x3c0q8fz2m4ab`.
//!
//! The first eight characters are milliseconds since 2020, the last eight are random, so ids sort by creation time in
//! every database's collation. Sixteen characters, because the Terraform provider for TFE recognises ids by that
//! length. An id of a wrong kind does not parse, so a path with one is a 404.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 16;
const HALF: usize = 8;
/// 2020-01-01T00:00:00Z in Unix milliseconds; eight base-36 digits last from there for 89 years.
const EPOCH_MS: i64 = 1_577_836_800_000;
/// How many values one half of an id can take: 36⁸.
const HALF_RANGE: u64 = 2_821_109_907_456;

/// What an [`Id`] is an id of.
pub trait Kind: 'static {
    /// The text before the dash, unique among all kinds.
    const PREFIX: &'static str;
    /// The kind's name in sentences: "workspace".
    const NAME: &'static str;
}

/// The identifier of a `K`.
pub struct Id<K> {
    body: [u8; LENGTH],
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Id<K> {
    /// Makes the id for something created at `unix_ms`, unique by `random` (only its lower 41 bits count).
    #[must_use]
    pub fn from_parts(unix_ms: i64, random: u64) -> Self {
        let mut body = [b'0'; LENGTH];
        let (time, noise) = body.split_at_mut(HALF);
        write_base36(
            time,
            u64::try_from(unix_ms.saturating_sub(EPOCH_MS)).unwrap_or(0) % HALF_RANGE,
        );
        write_base36(noise, random % HALF_RANGE);
        Self {
            body,
            kind: PhantomData,
        }
    }

    /// The id of something that belongs to this one, one to one: a run's plan has the run's id with another prefix.
    #[must_use]
    pub const fn counterpart<T: Kind>(self) -> Id<T> {
        Id {
            body: self.body,
            kind: PhantomData,
        }
    }

    /// The id's text after the prefix and dash.
    #[must_use]
    pub fn body(&self) -> &str {
        // The body is ASCII by construction; an empty text is never seen.
        std::str::from_utf8(&self.body).unwrap_or_default()
    }
}

/// Writes `value` into `target`, most significant digit first, padded with zeros.
fn write_base36(target: &mut [u8], mut value: u64) {
    for place in target.iter_mut().rev() {
        let digit = usize::try_from(value % 36).unwrap_or(0);
        *place = ALPHABET.get(digit).copied().unwrap_or(b'0');
        value /= 36;
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Id<K> {}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.body == other.body
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.body.cmp(&other.body)
    }
}

impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.body.hash(state);
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", K::PREFIX, self.body())
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The text is not an id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not the id of a {kind}; it looks like {prefix}-1k9x3c0q8fz2m4ab")]
pub struct ParseIdError {
    text: String,
    kind: &'static str,
    prefix: &'static str,
}

impl<K: Kind> FromStr for Id<K> {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ParseIdError {
            text: text.chars().take(64).collect(),
            kind: K::NAME,
            prefix: K::PREFIX,
        };
        let body = text
            .strip_prefix(K::PREFIX)
            .and_then(|rest| rest.strip_prefix('-'))
            .ok_or_else(refused)?;
        let body: [u8; LENGTH] = body.as_bytes().try_into().map_err(|_| refused())?;
        if body.iter().all(|byte| ALPHABET.contains(byte)) {
            Ok(Self {
                body,
                kind: PhantomData,
            })
        } else {
            Err(refused())
        }
    }
}

impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl<K: Kind> utoipa::PartialSchema for Id<K> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some(format!("^{}-[0-9a-z]{{16}}$", K::PREFIX)))
            .description(Some(format!("The id of a {}.", K::NAME)))
            .into()
    }
}

impl<K: Kind> utoipa::ToSchema for Id<K> {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Owned(format!("{}Id", K::NAME.split(' ').map(capitalised).collect::<String>()))
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// Declares the kinds: a marker type, its [`Kind`] and the alias that code uses.
///
/// The one macro of this crate: forty kinds are a table, and a table reads better than four hundred lines of `impl`.
macro_rules! kinds {
    ($($(#[$doc:meta])* $alias:ident, $marker:ident, $prefix:literal, $name:literal;)*) => {$(
        $(#[$doc])*
        pub type $alias = Id<kind::$marker>;
        impl Kind for kind::$marker {
            const PREFIX: &'static str = $prefix;
            const NAME: &'static str = $name;
        }
    )*

    /// Marker types that tell ids apart; they have no values.
    pub mod kind {
        $(#[doc = concat!("Marks the id of a ", $name, ".")] pub enum $marker {})*
    }

    /// Every prefix in use, for tests and for telling a caller what an unknown id might be.
    pub const PREFIXES: &[&str] = &[$($prefix),*];

    /// The schema of every kind of id by its name. Parameters of paths refer to them, and referring defines nothing.
    #[must_use]
    pub fn schemas() -> Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)> {
        use utoipa::{PartialSchema, ToSchema};
        vec![$(($alias::name().into_owned(), $alias::schema())),*]
    }
    };
}

kinds! {
    /// An app.
    AppId, App, "app", "app";
    /// A certificate for hosts of an app.
    AppCertificateId, AppCertificate, "appcert", "certificate of an app";
    /// A name that an app answers at.
    AppDomainId, AppDomain, "appdom", "domain of an app";
    /// The variables of an app, as they were from one change to the next.
    AppEnvId, AppEnv, "appe", "variables of an app";
    /// How much units of apps may take.
    AppPlanId, AppPlan, "aplan", "plan of apps";
    /// A router that is a process of its own.
    AppRouterId, AppRouter, "approuter", "router";
    /// Source that was uploaded for an app.
    AppSourceId, AppSource, "appsrc", "source of an app";
    /// Contents of source of an app that lie together.
    AppSourcePackId, AppSourcePack, "appspack", "pack of contents";
    /// A version of an app.
    AppVersionId, AppVersion, "appv", "version of an app";
    /// The run's apply phase, as TFE names it.
    ApplyId, Apply, "apply", "apply";
    /// A rule that says whose approval a change needs.
    ApprovalRuleId, ApprovalRule, "apr", "approval rule";
    /// A webhook of the audit log.
    AuditWebhookId, AuditWebhook, "awh", "audit webhook";
    /// What gives an app the outputs of something else.
    BindId, Bind, "bind", "bind";
    /// A blueprint.
    BlueprintId, Blueprint, "bp", "blueprint";
    /// A place where apps run.
    ClusterId, Cluster, "clu", "cluster";
    /// A configuration version.
    ConfigurationVersionId, ConfigurationVersion, "cv", "configuration version";
    /// A comment on a run.
    CommentId, Comment, "wsc", "comment";
    /// A change of what an app runs.
    DeployId, Deploy, "dep", "deploy";
    /// A delivery to a webhook of ours.
    DeliveryId, Delivery, "whd", "delivery";
    /// An entry of the audit log.
    EventId, Event, "evt", "event";
    /// An executor.
    ExecutorId, Executor, "exe", "executor";
    /// Somebody's account at a Git forge.
    ForgeAccountId, ForgeAccount, "fa", "forge account";
    /// A repository that generated code is pushed to.
    GitWorkspaceId, GitWorkspace, "gws", "git workspace";
    /// A provider of identities to sign in with.
    IdentityProviderId, IdentityProvider, "idp", "identity provider";
    /// Credentials of an outside system.
    IntegrationId, Integration, "int", "integration";
    /// Something that runs to an end, by the clock or when somebody wants it.
    JobId, Job, "job", "job";
    /// The variables of a job, as they were from one change to the next.
    JobEnvId, JobEnv, "jobe", "variables of a job";
    /// A run of a job.
    JobRunId, JobRun, "jrun", "run of a job";
    /// A version of a job.
    JobVersionId, JobVersion, "jobv", "version of a job";
    /// A link that is used once: set-up, invitation, reset of a password.
    LinkId, Link, "lnk", "link";
    /// A log stream.
    LogId, Log, "log", "log";
    /// Somebody's membership in an organization, as TFE names it.
    MembershipId, Membership, "ou", "organization membership";
    /// A forge that an organization is connected to, as TFE names it; the body is that of the integration.
    OauthClientId, OauthClient, "oc", "OAuth client";
    /// What opens a forge, as TFE names it; the body is that of the integration.
    OauthTokenId, OauthToken, "ot", "OAuth token";
    /// An organization.
    OrganizationId, Organization, "org", "organization";
    /// The run's plan phase, as TFE names it.
    PlanId, Plan, "plan", "plan";
    /// A part of a cluster that apps are put into.
    PoolId, Pool, "pool", "pool";
    /// A rule about what may be used in pools.
    PoolConstraintId, PoolConstraint, "poolrule", "pool constraint";
    /// A project.
    ProjectId, Project, "prj", "project";
    /// A pull request that workspaces plan.
    PullRequestId, PullRequest, "pr", "pull request";
    /// A repository that something here uses.
    RepositoryId, Repository, "repo", "repository";
    /// A resource: an instance of a template.
    ResourceId, Resource, "res", "resource";
    /// A change of a resource that somebody asked for.
    ResourceChangeId, ResourceChange, "chg", "resource change";
    /// A role.
    RoleId, Role, "role", "role";
    /// An assignment of a role.
    RoleAssignmentId, RoleAssignment, "ra", "role assignment";
    /// A run.
    RunId, Run, "run", "run";
    /// A registered runner process.
    RunnerId, Runner, "agent", "runner";
    /// A pool of runners.
    RunnerPoolId, RunnerPool, "apool", "runner pool";
    /// A schedule.
    ScheduleId, Schedule, "sched", "schedule";
    /// A browser's session.
    SessionId, Session, "ses", "session";
    /// A key that signs tokens of runs.
    SigningKeyId, SigningKey, "skey", "signing key";
    /// A repository whose modules templates are made from.
    SourceCodeId, SourceCode, "src", "source code";
    /// A version of a template's code.
    SourceCodeVersionId, SourceCodeVersion, "scv", "source code version";
    /// A private key that opens repositories over SSH.
    SshKeyId, SshKey, "sshkey", "SSH key";
    /// A template of the catalog that developers order as a service.
    ServiceId, Service, "svc", "service";
    /// What somebody ordered of a service.
    ServiceInstanceId, ServiceInstance, "si", "service instance";
    /// A version of a workspace's state.
    StateVersionId, StateVersion, "sv", "state version";
    /// One output of a state version.
    StateOutputId, StateOutput, "wsout", "state output";
    /// A bucket for states of other tools.
    StorageId, Storage, "sto", "storage";
    /// A team.
    TeamId, Team, "team", "team";
    /// What a team may do in a project, as TFE names it; the body is that of the role assignment.
    TeamProjectId, TeamProject, "tprj", "team project access";
    /// What a team may do in a workspace, as TFE names it; the body is that of the role assignment.
    TeamWorkspaceId, TeamWorkspace, "tws", "team workspace access";
    /// A template: a unit of infrastructure that can be ordered.
    TemplateId, Template, "tpl", "template";
    /// A token.
    TokenId, Token, "at", "token";
    /// A rule that says what an event of a repository starts.
    TriggerId, Trigger, "trg", "trigger";
    /// An issuer of tokens that an organization trusts.
    TrustedIssuerId, TrustedIssuer, "iss", "trusted issuer";
    /// A user.
    UserId, User, "user", "user";
    /// A variable.
    VariableId, Variable, "var", "variable";
    /// A variable set.
    VariableSetId, VariableSet, "varset", "variable set";
    /// What apps keep in files.
    VolumeId, Volume, "vol", "volume";
    /// A volume where an app sees it.
    VolumeBindId, VolumeBind, "volbind", "volume bind";
    /// What volumes can be.
    VolumePlanId, VolumePlan, "vplan", "volume plan";
    /// Our webhook at a repository.
    WebhookId, Webhook, "wh", "webhook";
    /// An item of the work queue.
    WorkItemId, WorkItem, "work", "work item";
    /// A workflow: steps over several resources.
    WorkflowId, Workflow, "wf", "workflow";
    /// A workspace.
    WorkspaceId, Workspace, "ws", "workspace";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text() {
        let id = WorkspaceId::from_parts(1_763_680_000_000, 42);
        let text = id.to_string();
        assert_eq!(text.len(), "ws-".len() + 16);
        assert_eq!(text.parse::<WorkspaceId>().unwrap(), id);
    }

    #[test]
    fn ids_sort_by_creation_time() {
        let older = RunId::from_parts(1_763_680_000_000, u64::MAX);
        let newer = RunId::from_parts(1_763_680_000_001, 0);
        assert!(older < newer);
        assert!(older.to_string() < newer.to_string());
    }

    #[test]
    fn other_kinds_and_garbage_are_refused() {
        let run = RunId::from_parts(1_763_680_000_000, 1).to_string();
        for text in [
            "",
            "ws",
            "ws-",
            &run,
            "ws-ABCDEFGHIJKLMNOP",
            "ws-1234567890123456789",
            "ws-12345678901234\u{e9}",
        ] {
            assert!(text.parse::<WorkspaceId>().is_err(), "{text}");
        }
    }

    #[test]
    fn no_two_kinds_share_a_prefix() {
        let mut prefixes = PREFIXES.to_vec();
        prefixes.sort_unstable();
        prefixes.dedup();
        assert_eq!(prefixes.len(), PREFIXES.len());
    }
}
