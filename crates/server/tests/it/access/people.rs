//! Teams, programs and their tokens in the matrix: what the fixture has of them, who of them calls, and their rows.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::operations::{Row, call};
use crate::support::{Acme, Caller, document, related};

type Names = BTreeMap<&'static str, String>;

/// A team with access, one without, a service account, and tokens of them.
pub async fn make(acme: &Acme, names: &mut Names) {
    for (key, name) in [("team", "crew"), ("spare_team", "spare"), ("old_team", "old")] {
        names.insert(key, team(acme, "acme", name).await);
    }
    acme.assign("acme", &names["team"], "read", "acme").await;
    let tokens = format!("/api/v2/teams/{}/authentication-tokens", names["team"]);
    names.insert("team_token", token(acme, &tokens, json!({"description": "ci"})).await.0);
    for (key, name) in [("service_account", "deployer"), ("old_account", "old")] {
        names.insert(key, account(acme, name).await);
    }
    let tokens = format!(
        "/api/v2/service-accounts/{}/authentication-tokens",
        names["service_account"]
    );
    names.insert(
        "account_token",
        token(acme, &tokens, json!({"description": "ci"})).await.0,
    );
    let members = "/api/v2/organizations/acme/organization-memberships?page[size]=100";
    let listed = acme.owner.get(members).await.expect(200).body;
    let of_bob = |member: &&Value| member["relationships"]["user"]["data"]["id"] == names["user"].as_str();
    let found = listed["data"].as_array().unwrap().iter().find(of_bob).unwrap();
    names.insert("membership_of_bob", found["id"].as_str().unwrap().to_owned());
    let path = "/api/v2/organizations/acme/trusted-issuers";
    let rule = json!({"name": "plan", "service-account": "deployer", "conditions": [{"claim": "sub", "equals": "a"}]});
    let trusted = json!({"name": "pipelines", "issuer": "https://10.0.0.1", "rules": [rule]});
    let trusted = acme.owner.post(path, document("trusted-issuers", trusted)).await;
    names.insert("trusted_issuer", trusted.expect(201).id());
    for (key, kind, place) in [
        ("team_workspace", "team-workspaces", ("workspace", "workspaces", "base")),
        ("team_project", "team-projects", ("project", "projects", "web")),
    ] {
        let (relation, plural, name) = place;
        let body = related(
            kind,
            json!({"access": "read"}),
            &[("team", "teams", &names["old_team"]), (relation, plural, &names[name])],
        );
        let made = acme.owner.post(&format!("/api/v2/{kind}"), body).await.expect(201);
        names.insert(key, made.id());
    }
}

/// Callers that are no persons, and the site's auditor.
pub async fn caller(acme: &Acme, kind: &str) -> Option<Caller> {
    let text = match kind {
        "team-token" => {
            let id = team(acme, "acme", "writers").await;
            acme.assign("acme", &id, "write", "acme").await;
            token(acme, &format!("/api/v2/teams/{id}/authentication-tokens"), json!({}))
                .await
                .1
        }
        "org-token" => {
            let path = "/api/v2/organizations/acme/authentication-tokens";
            token(acme, path, json!({"description": "setup"})).await.1
        }
        // It may everything but its token lets it only plan.
        "service-account" => {
            let id = account(acme, "planner").await;
            acme.assign("acme", &id, "admin", "acme").await;
            let scopes = json!({"scopes": ["organization.read@acme", "workspace.read@acme", "workspace.run.plan@acme", "workspace.run.read@acme"]});
            token(
                acme,
                &format!("/api/v2/service-accounts/{id}/authentication-tokens"),
                scopes,
            )
            .await
            .1
        }
        "site-auditor" => {
            let (id, caller) = acme.app.user(&acme.owner, "aud").await;
            let attributes = json!({"subject": id, "role": "site-auditor", "scope": "site"});
            let body = document("role-assignments", attributes);
            acme.owner.post("/api/v2/role-assignments", body).await.expect(201);
            return Some(caller);
        }
        _ => return None,
    };
    Some(acme.app.caller(&text))
}

async fn team(acme: &Acme, organization: &str, name: &str) -> String {
    let path = format!("/api/v2/organizations/{organization}/teams");
    acme.owner
        .post(&path, document("teams", json!({"name": name})))
        .await
        .expect(201)
        .id()
}

async fn account(acme: &Acme, name: &str) -> String {
    let path = "/api/v2/organizations/acme/service-accounts";
    let body = document("service-accounts", json!({"name": name}));
    acme.owner.post(path, body).await.expect(201).id()
}

/// A new token: its id and its text.
async fn token(acme: &Acme, path: &str, attributes: Value) -> (String, String) {
    let made = acme
        .owner
        .post(path, document("authentication-tokens", attributes))
        .await
        .expect(201);
    (made.id(), made.attribute("token").as_str().unwrap().to_owned())
}

/// How their operations are called.
pub fn rows() -> Vec<Row> {
    let site = json!({"subject": "$newcomer", "role": "site-auditor", "scope": "site"});
    let mut rows = vec![
        call("list_access_explanations").query("?permission=workspace.read"),
        call("get_role"),
        call("update_role").send("roles", json!({"description": "Changed."})),
        call("list_site_role_assignments"),
        call("create_site_role_assignment").send("role-assignments", site),
        call("list_service_accounts"),
        call("create_service_account").send("service-accounts", json!({"name": "another"})),
        call("get_service_account"),
        call("update_service_account").send("service-accounts", json!({"description": "Changed."})),
        call("list_trusted_issuers"),
        call("create_trusted_issuer").send(
            "trusted-issuers",
            json!({"name": "another", "issuer": "https://10.0.0.2"}),
        ),
        call("get_trusted_issuer"),
        call("update_trusted_issuer").send("trusted-issuers", json!({"audience": "changed"})),
    ];
    rows.extend(teams());
    rows.extend(tokens());
    rows.extend(access());
    rows
}

fn teams() -> Vec<Row> {
    let linked = |kind: &str, id: &str| json!({"data": [{"type": kind, "id": id}]});
    vec![
        call("list_teams"),
        call("create_team").send("teams", json!({"name": "another"})),
        call("get_team"),
        call("update_team").send("teams", json!({"description": "Changed."})),
        call("list_team_members"),
        call("add_team_users").json(linked("users", "$user")),
        call("remove_team_users").json(linked("users", "$user")),
        call("add_team_memberships").json(linked("organization-memberships", "$membership_of_bob")),
        call("remove_team_memberships").json(linked("organization-memberships", "$membership_of_bob")),
    ]
}

fn tokens() -> Vec<Row> {
    let made = || json!({"description": "another"});
    vec![
        call("list_service_account_tokens"),
        call("create_service_account_token").send("authentication-tokens", made()),
        call("list_team_tokens"),
        call("create_team_token").send("authentication-tokens", made()),
        call("create_team_single_token"),
        call("get_team_single_token"),
        call("list_organization_tokens"),
        call("create_organization_token").send("authentication-tokens", made()),
        call("create_organization_single_token"),
        call("get_organization_single_token"),
        call("rotate_token"),
        call("rotate_token")
            .on("token", "team_token")
            .variant("of a team", "organization.access.teams"),
        call("rotate_token")
            .on("token", "account_token")
            .variant("of a service account", "organization.access.manage"),
    ]
}

fn access() -> Vec<Row> {
    let wanted = |kind: &str, relation: &str, plural: &str, id: &str| {
        related(
            kind,
            json!({"access": "read"}),
            &[("team", "teams", "$spare_team"), (relation, plural, id)],
        )
    };
    vec![
        call("list_team_workspaces").query("?filter[workspace][id]=$base"),
        call("create_team_workspace").json(wanted("team-workspaces", "workspace", "workspaces", "$base")),
        call("get_team_workspace"),
        call("update_team_workspace").send("team-workspaces", json!({"access": "plan"})),
        call("list_team_projects").query("?filter[project][id]=$web"),
        call("create_team_project").json(wanted("team-projects", "project", "projects", "$web")),
        call("get_team_project"),
        call("update_team_project").send("team-projects", json!({"access": "maintain"})),
    ]
}

/// Those that delete.
pub fn deletions() -> Vec<Row> {
    vec![
        call("delete_team_single_token"),
        call("delete_organization_single_token"),
        call("delete_team_workspace"),
        call("delete_team_project"),
        call("delete_trusted_issuer"),
        call("delete_team").on("team", "old_team"),
        call("delete_service_account").on("service_account", "old_account"),
    ]
}
