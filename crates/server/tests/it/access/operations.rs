//! How each operation is called on the fixture: its path parameters and a valid body.
//!
//! A path parameter stands for what the fixture calls by the same name, unless the row says otherwise. Rows are called
//! in their order, those that delete after all others.

use serde_json::{Value, json};

use super::fixture::new_run;
use super::{
    approvals, apps, catalog, executors, git_workspaces, integrations, people, repositories, resource_changes,
    schedules, services, storages, triggers, volumes, workflows,
};
use crate::support::{State, document};

/// What is sent.
pub enum Sent {
    Nothing,
    /// JSON in which every `$name` is replaced.
    Json(Value),
    Bytes(&'static [u8]),
    /// The fixture's packed configuration.
    Archive,
}

/// One way to call an operation.
pub struct Row {
    /// The operation's id.
    pub operation: &'static str,
    /// What this way is about, when there are several.
    pub variant: &'static str,
    /// Another method than the document's.
    pub method: Option<&'static str>,
    /// The permission that this way needs, if it is not the one in the document.
    pub permission: Option<&'static str>,
    /// Path parameters that stand for something else.
    pub path: Vec<(&'static str, &'static str)>,
    pub query: &'static str,
    pub sent: Sent,
    /// It succeeds for nobody, and that is the point.
    pub is_closed: bool,
}

pub fn call(operation: &'static str) -> Row {
    Row {
        operation,
        variant: "",
        method: None,
        permission: None,
        path: Vec::new(),
        query: "",
        sent: Sent::Nothing,
        is_closed: false,
    }
}

impl Row {
    pub fn on(mut self, parameter: &'static str, name: &'static str) -> Self {
        self.path.push((parameter, name));
        self
    }

    pub fn send(mut self, kind: &str, attributes: Value) -> Self {
        self.sent = Sent::Json(document(kind, attributes));
        self
    }

    pub fn json(mut self, body: Value) -> Self {
        self.sent = Sent::Json(body);
        self
    }

    fn bytes(mut self, bytes: &'static [u8]) -> Self {
        self.sent = Sent::Bytes(bytes);
        self
    }

    pub fn query(mut self, query: &'static str) -> Self {
        self.query = query;
        self
    }

    pub fn variant(mut self, variant: &'static str, permission: &'static str) -> Self {
        self.variant = variant;
        self.permission = Some(permission);
        self
    }

    pub fn closed(mut self) -> Self {
        self.is_closed = true;
        self
    }

    fn method(mut self, method: &'static str) -> Self {
        self.method = Some(method);
        self.variant = method;
        self
    }

    /// The row's name in the table.
    pub fn name(&self) -> String {
        match self.variant {
            "" => self.operation.to_owned(),
            variant => format!("{} · {variant}", self.operation),
        }
    }
}

/// Every way to call every operation.
pub fn rows() -> Vec<Row> {
    [
        organizations(),
        access(),
        people::rows(),
        accounts(),
        identity_providers(),
        workspaces(),
        variables(),
        variable_sets(),
        configurations(),
        states(),
        backend(),
        approvals::rows(),
        runs(),
        pools(),
        work(),
        audit(),
        repositories::rows(),
        integrations::rows(),
        triggers::rows(),
        schedules::rows(),
        catalog::rows(),
        resource_changes::rows(),
        workflows::rows(),
        workflows::deletions(),
        executors::rows(),
        apps::rows(),
        services::rows(),
        volumes::rows(),
        apps::deletions(),
        git_workspaces::rows(),
        git_workspaces::deletions(),
        storages::rows(),
        storages::deletions(),
        executors::deletions(),
        catalog::deletions(),
        approvals::deletions(),
        schedules::deletions(),
        triggers::deletions(),
        integrations::deletions(),
        people::deletions(),
        repositories::deletions(),
        deletions(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn organizations() -> Vec<Row> {
    vec![
        call("ping"),
        call("list_permissions"),
        call("list_organizations"),
        call("create_organization").send("organizations", json!({"name": "another"})),
        call("get_organization"),
        call("update_organization").send("organizations", json!({"email": "ops@example.com"})),
        call("get_entitlement_set"),
        call("search_directory").query("?q=base"),
        call("list_events"),
        call("stream_events").query("?organization=acme"),
        call("list_projects"),
        call("create_project").send("projects", json!({"name": "more"})),
        call("get_project"),
        call("update_project").send("projects", json!({"description": "The site."})),
    ]
}

fn audit() -> Vec<Row> {
    let to = json!({"url": "https://siem.example.com/slipway"});
    vec![
        call("export_audit_log"),
        call("export_site_audit_log"),
        call("list_audit_trail").query("?organization=acme"),
        call("list_audit_webhooks"),
        call("create_audit_webhook").send("audit-webhooks", to.clone()),
        call("list_site_audit_webhooks"),
        call("create_site_audit_webhook").send("audit-webhooks", to),
        call("get_audit_webhook"),
        call("update_audit_webhook").send("audit-webhooks", json!({"description": "Changed."})),
        call("test_audit_webhook"),
        call("replace_audit_webhook_secret"),
    ]
}

fn access() -> Vec<Row> {
    let assignment = |role: &str| json!({"subject": "$newcomer", "role": role, "scope": "acme"});
    vec![
        call("get_account"),
        call("list_users"),
        call("create_user").send("users", json!({"username": "zoe"})),
        call("get_user"),
        call("list_user_tokens"),
        call("create_user_token").send("authentication-tokens", json!({"description": "mine"})),
        call("get_token"),
        call("get_token")
            .on("token", "pool_token")
            .variant("of a runner pool", "runner-pool.read"),
        call("list_roles"),
        call("create_role").send("roles", json!({"name": "watcher", "permissions": ["event.read"]})),
        call("create_role")
            .send(
                "roles",
                json!({"name": "killer", "permissions": ["organization.delete"]}),
            )
            .variant("of what only owners have", "*"),
        call("list_role_assignments"),
        call("create_role_assignment").send("role-assignments", assignment("read")),
        call("create_role_assignment")
            .send("role-assignments", assignment("owner"))
            .variant("of an owner", "*"),
    ]
}

fn identity_providers() -> Vec<Row> {
    let wanted = json!({"name": "google", "issuer": "https://accounts.example.com", "client-id": "slipway"});
    vec![
        call("list_identity_providers"),
        call("create_identity_provider").send("identity-providers", wanted),
        call("get_identity_provider"),
        call("update_identity_provider").send("identity-providers", json!({"is-enabled": true})),
        call("test_identity_provider"),
        call("create_signing_key"),
        call("get_site_status"),
        call("list_data_keys"),
        call("list_work_items"),
        call("retry_work_item").closed(),
        call("drop_work_item").closed(),
    ]
}

/// One's own account, others' accounts, members. Callers have tokens, so no session is theirs, and no password.
fn accounts() -> Vec<Row> {
    let passwords = json!({"current_password": "a", "password": "b", "password_confirmation": "b"});
    let invitation = |role: &str| json!({"email": format!("{role}@example.com"), "role": role});
    vec![
        call("update_account").send("users", json!({})),
        call("change_password").send("users", passwords).closed(),
        call("list_sessions"),
        call("get_current_session").closed(),
        call("put_preference")
            .on("key", "=views")
            .send("preferences", json!({"value": {"columns": ["name"]}})),
        call("get_preference").on("key", "=views"),
        call("list_preferences"),
        call("delete_session").on("session", "=ses-0000000000000000").closed(),
        call("suspend_user").on("user", "newcomer"),
        call("unsuspend_user").on("user", "newcomer"),
        call("reset_user_password").on("user", "newcomer"),
        call("disable_two_factor").on("user", "newcomer").closed(),
        call("list_organization_memberships"),
        call("create_organization_membership").send("organization-memberships", invitation("read")),
        call("create_organization_membership")
            .send("organization-memberships", invitation("owner"))
            .variant("of an owner", "*"),
        call("list_own_memberships"),
        call("get_organization_membership"),
        call("resend_invitation"),
    ]
}

fn workspaces() -> Vec<Row> {
    vec![
        call("list_workspaces"),
        call("get_workspaces_summary"),
        call("create_workspace").send("workspaces", json!({"name": "fresh"})),
        call("get_workspace"),
        call("get_workspace_by_name").on("workspace", "=base"),
        call("update_workspace").send("workspaces", json!({"description": "The base."})),
        call("get_workspace_ssh_key"),
        call("choose_workspace_ssh_key").send("workspaces", json!({"id": null})),
        call("update_workspace_by_name")
            .on("workspace", "=base")
            .send("workspaces", json!({"description": "Base."})),
        call("lock_workspace").json(json!({"reason": "a look"})),
        call("unlock_workspace"),
        call("force_unlock_workspace").on("workspace", "held"),
    ]
}

fn variables() -> Vec<Row> {
    let variable = json!({"key": "region", "value": "eu"});
    vec![
        call("list_variables"),
        call("create_variable").send("vars", variable),
        call("update_variable").send("vars", json!({"description": "Changed."})),
        call("list_effective_variables"),
    ]
}

fn variable_sets() -> Vec<Row> {
    let identifier = |kind: &str, id: &str| json!({"data": [{"type": kind, "id": id}]});
    vec![
        call("list_variable_sets"),
        call("create_variable_set").send("varsets", json!({"name": "another"})),
        call("get_variable_set"),
        call("update_variable_set").send("varsets", json!({"description": "Changed."})),
        call("list_variables_of_set"),
        call("create_variable_in_set").send("vars", json!({"key": "region", "value": "eu"})),
        call("update_variable_in_set")
            .on("variable", "shared_variable")
            .send("vars", json!({"description": "Changed."})),
        call("assign_variable_set_to_workspaces").json(identifier("workspaces", "$base")),
        call("assign_variable_set_to_projects").json(identifier("projects", "$web")),
    ]
}

fn configurations() -> Vec<Row> {
    vec![
        call("list_configuration_versions"),
        call("create_configuration_version").send("configuration-versions", json!({"auto-queue-runs": false})),
        call("get_configuration_version"),
        call("download_configuration_version"),
        Row {
            sent: Sent::Archive,
            ..call("upload_configuration_version").on("configuration_version", "empty")
        },
    ]
}

fn states() -> Vec<Row> {
    let back = json!({"data": {"type": "state-versions", "relationships": {
        "rollback-state-version": {"data": {"type": "state-versions", "id": "$state_version"}}}}});
    vec![
        call("list_state_versions").query("?filter[organization][name]=acme&filter[workspace][name]=base"),
        call("list_state_versions_of_workspace"),
        call("get_current_state_version"),
        call("get_state_version"),
        call("download_state_version"),
        call("get_state_version_json"),
        call("get_state_version_diff"),
        call("list_current_state_outputs"),
        call("list_state_outputs"),
        call("get_state_output"),
        call("list_kept_states"),
        call("download_kept_state").on("state_version", "kept"),
        call("create_state_version").json(State::new(3).upload()),
        call("rollback_state_version"),
        call("rollback_workspace_state").json(back),
    ]
}

/// The `http` backend, with the verbs that OpenAPI cannot name.
fn backend() -> Vec<Row> {
    let lock = || json!({"ID": "a-lock", "Operation": "OperationTypeApply", "Who": "mia@laptop"});
    let state: &'static [u8] = br#"{"version": 4, "serial": 1, "lineage": "a", "outputs": {}, "resources": []}"#;
    vec![
        call("put_state").on("workspace", "outside").bytes(state),
        call("get_state").on("workspace", "outside"),
        call("lock_state").on("workspace", "outside").json(lock()),
        call("lock_state")
            .on("workspace", "outside")
            .json(lock())
            .method("LOCK"),
        call("put_state").on("workspace", "outside").json(lock()).method("LOCK"),
    ]
}

fn runs() -> Vec<Row> {
    vec![
        call("create_run").json(new_run(json!({"plan-only": true}))),
        call("create_run")
            .json(new_run(json!({})))
            .variant("that applies", "workspace.run.apply"),
        call("create_run")
            .json(new_run(json!({"is-destroy": true})))
            .variant("that destroys", "workspace.run.destroy"),
        call("get_run"),
        call("get_run_waiting"),
        call("list_workspace_runs"),
        call("list_organization_runs"),
        call("get_plan"),
        call("get_apply"),
        call("get_plan_json"),
        call("get_plan_changes"),
        call("get_plan_change"),
        call("get_run_plan_json"),
        call("get_plan_log"),
        call("get_apply_log"),
        call("get_plan_log_lines"),
        call("get_apply_log_lines"),
        call("search_plan_log").query("?query=well"),
        call("search_apply_log").query("?query=well"),
        call("list_applied_resources"),
        call("stream_applied_resources"),
        call("stream_plan_log"),
        call("stream_apply_log"),
        call("list_run_comments"),
        call("create_run_comment").send("comments", json!({"body": "Fine."})),
        call("apply_run").on("run", "planned_run"),
        call("discard_run").on("run", "waiting_run"),
        call("cancel_run").on("run", "queued_run"),
        call("force_cancel_run").on("run", "stuck_run"),
    ]
}

fn pools() -> Vec<Row> {
    vec![
        call("list_runner_pools"),
        call("create_runner_pool").send("agent-pools", json!({"name": "more"})),
        call("get_runner_pool"),
        call("update_runner_pool").send("agent-pools", json!({"organization-scoped": false})),
        call("list_runners"),
        call("list_runner_pool_tokens"),
        call("create_runner_pool_token").send("authentication-tokens", json!({"description": "a host"})),
    ]
}

/// `{"format":1,"total":1}`, gzipped.
pub const GZIPPED_INDEX: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x4a\xcb\x2f\xca\x4d\x2c\x51\xb2\x32\
    \xd4\x51\x2a\xc9\x2f\x49\xcc\x01\xb2\x6a\x01\x1b\x30\x8b\x34\x16\x00\x00\x00";
/// `{"number":0}` as a line, gzipped.
pub const GZIPPED_CHANGE: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\x2b\xcd\x4d\x4a\x2d\x52\xb2\x32\
    \xa8\xe5\x02\x00\x09\x52\xbf\x6e\x0d\x00\x00\x00";

/// The runner protocol. `complete_work` comes last: it ends the item, and the token with it.
fn work() -> Vec<Row> {
    let registration =
        json!({"name": "host", "version": "0", "platform": "linux_amd64", "sandbox": "full", "slots": 1});
    let claim = json!({"wait-ms": 0});
    let completion = json!({"outcome": "failed", "log-bytes": 0, "event-bytes": 0});
    vec![
        call("register_runner").json(registration),
        call("claim_work").json(claim.clone()),
        call("claim_work")
            .on("runner", "other_runner")
            .json(claim)
            .variant("of another pool", "runner")
            .closed(),
        call("get_work_context"),
        call("get_work_identity"),
        call("get_work_configuration"),
        call("get_work_state"),
        call("put_work_plan").bytes(b"the plan file"),
        call("get_work_plan"),
        call("put_work_plan_json").bytes(b"{}"),
        call("put_work_plan_change_pack").bytes(GZIPPED_CHANGE),
        call("put_work_plan_changes").bytes(GZIPPED_INDEX),
        call("put_work_state")
            .bytes(br#"{"version": 4, "serial": 3, "lineage": "a-lineage", "outputs": {}, "resources": []}"#),
        call("put_work_log").query("?offset=0").bytes(b"one\n"),
        call("put_work_events").query("?offset=0").bytes(b"{}\n"),
        call("heartbeat_work").json(json!({})),
        call("complete_work").json(completion),
    ]
}

/// What deletes, leaves first.
fn deletions() -> Vec<Row> {
    let identifier = |kind: &str, id: &str| json!({"data": [{"type": kind, "id": id}]});
    let lock = || json!({"ID": "a-lock"});
    vec![
        call("delete_state").on("workspace", "outside").query("?ID=a-lock"),
        call("unlock_state").on("workspace", "outside").json(lock()),
        call("unlock_state")
            .on("workspace", "outside")
            .json(lock())
            .method("UNLOCK"),
        call("put_state")
            .on("workspace", "outside")
            .json(lock())
            .method("UNLOCK"),
        call("unlock_state")
            .on("workspace", "kept_by_ann")
            .variant("without its id", "workspace.force-unlock"),
        call("delete_preference").on("key", "=views"),
        call("delete_organization_membership"),
        call("delete_variable"),
        call("delete_variable_in_set").on("variable", "shared_variable"),
        call("unassign_variable_set_from_workspaces").json(identifier("workspaces", "$base")),
        call("unassign_variable_set_from_projects").json(identifier("projects", "$web")),
        call("delete_audit_webhook"),
        call("delete_variable_set"),
        call("delete_token"),
        call("delete_token")
            .on("token", "pool_token")
            .variant("of a runner pool", "runner-pool.manage"),
        call("delete_role_assignment").on("role_assignment", "assignment"),
        call("delete_role"),
        call("delete_identity_provider"),
        call("delete_user"),
        call("delete_workspace").on("workspace", "older"),
        call("delete_workspace_by_name").on("workspace", "=oldest"),
        call("delete_project").on("project", "spare"),
        call("unregister_runner"),
        call("delete_runner_pool").on("runner_pool", "spare_pool"),
        call("delete_organization").on("organization", "=hollow"),
    ]
}
