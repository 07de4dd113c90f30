//! The routes as a client meets them: documents, tags, and one operation per route with its permission.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use slipway_kernel::Ctx;
use tower::ServiceExt;

use crate::fixture::Site;

async fn call(site: &Site, ctx: &Ctx, request: Request<Body>) -> (StatusCode, Option<String>, Value) {
    let router = slipway_identity::routes(site.tree.clone()).into_router();
    let router: Router = router.with_state(std::sync::Arc::clone(&site.kernel));
    let response = router
        .layer(axum::Extension(ctx.clone()))
        .oneshot(request)
        .await
        .unwrap();
    let tag = response
        .headers()
        .get(header::ETAG)
        .map(|tag| tag.to_str().unwrap().to_owned());
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, tag, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

fn request(method: &str, path: &str, body: Option<Value>) -> Request<Body> {
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    Request::builder()
        .method(method)
        .uri(format!("/api/v2{path}"))
        .body(body)
        .unwrap()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "it is the list of all operations")]
async fn every_operation_has_a_name_and_says_what_it_needs() {
    let document = slipway_identity::routes(Site::new().await.tree).describe();
    let document = serde_json::to_value(document).unwrap();
    let mut lines = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let permission = operation["security"][0]["token"].to_string();
            let name = operation["operationId"].as_str().unwrap();
            assert!(
                operation["summary"].as_str().is_some_and(|text| !text.is_empty()),
                "{name}"
            );
            lines.push(format!("{} {path} {name} {permission}", method.to_uppercase()));
        }
    }
    lines.sort();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    DELETE /api/v2/account/forge-accounts/{forge_account} unlink_forge_account []
    DELETE /api/v2/account/preferences/{key} delete_preference []
    DELETE /api/v2/account/sessions/{session} delete_session []
    DELETE /api/v2/admin/users/{user} delete_user ["user.manage"]
    DELETE /api/v2/authentication-tokens/{token} delete_token []
    DELETE /api/v2/identity-providers/{identity_provider} delete_identity_provider ["site.manage"]
    DELETE /api/v2/organization-memberships/{membership} delete_organization_membership []
    DELETE /api/v2/organizations/{organization} delete_organization ["organization.delete"]
    DELETE /api/v2/organizations/{organization}/authentication-token delete_organization_single_token ["organization.access.manage"]
    DELETE /api/v2/projects/{project} delete_project ["project.delete"]
    DELETE /api/v2/role-assignments/{role_assignment} delete_role_assignment ["organization.access.manage"]
    DELETE /api/v2/roles/{role} delete_role ["organization.access.manage"]
    DELETE /api/v2/service-accounts/{service_account} delete_service_account ["organization.access.manage"]
    DELETE /api/v2/team-projects/{team_project} delete_team_project ["organization.access.manage"]
    DELETE /api/v2/team-workspaces/{team_workspace} delete_team_workspace ["organization.access.manage"]
    DELETE /api/v2/teams/{team} delete_team ["organization.access.teams"]
    DELETE /api/v2/teams/{team}/authentication-token delete_team_single_token ["organization.access.teams"]
    DELETE /api/v2/teams/{team}/relationships/organization-memberships remove_team_memberships ["organization.access.teams"]
    DELETE /api/v2/teams/{team}/relationships/users remove_team_users ["organization.access.teams"]
    DELETE /api/v2/trusted-issuers/{trusted_issuer} delete_trusted_issuer ["organization.access.manage"]
    GET /api/v2/account/details get_account []
    GET /api/v2/account/forge-accounts list_forge_accounts []
    GET /api/v2/account/preferences list_preferences []
    GET /api/v2/account/preferences/{key} get_preference []
    GET /api/v2/account/session get_current_session []
    GET /api/v2/account/sessions list_sessions []
    GET /api/v2/admin/users list_users ["user.read"]
    GET /api/v2/authentication-tokens/{token} get_token []
    GET /api/v2/identity-providers list_identity_providers ["site.manage"]
    GET /api/v2/identity-providers/{identity_provider} get_identity_provider ["site.manage"]
    GET /api/v2/organization-memberships list_own_memberships []
    GET /api/v2/organization-memberships/{membership} get_organization_membership []
    GET /api/v2/organizations list_organizations ["organization.read"]
    GET /api/v2/organizations/{organization} get_organization ["organization.read"]
    GET /api/v2/organizations/{organization}/access-explanations list_access_explanations []
    GET /api/v2/organizations/{organization}/authentication-token get_organization_single_token ["organization.access.read"]
    GET /api/v2/organizations/{organization}/authentication-tokens list_organization_tokens ["organization.access.read"]
    GET /api/v2/organizations/{organization}/entitlement-set get_entitlement_set ["organization.read"]
    GET /api/v2/organizations/{organization}/organization-memberships list_organization_memberships ["organization.access.read"]
    GET /api/v2/organizations/{organization}/projects list_projects ["project.read"]
    GET /api/v2/organizations/{organization}/role-assignments list_role_assignments ["organization.access.read"]
    GET /api/v2/organizations/{organization}/roles list_roles ["organization.access.read"]
    GET /api/v2/organizations/{organization}/service-accounts list_service_accounts ["organization.access.read"]
    GET /api/v2/organizations/{organization}/teams list_teams []
    GET /api/v2/organizations/{organization}/trusted-issuers list_trusted_issuers ["organization.access.read"]
    GET /api/v2/permissions list_permissions []
    GET /api/v2/projects/{project} get_project ["project.read"]
    GET /api/v2/role-assignments list_site_role_assignments ["site.access.read"]
    GET /api/v2/roles/{role} get_role ["organization.access.read"]
    GET /api/v2/service-accounts/{service_account} get_service_account []
    GET /api/v2/service-accounts/{service_account}/authentication-tokens list_service_account_tokens ["organization.access.read"]
    GET /api/v2/team-projects list_team_projects ["organization.access.read"]
    GET /api/v2/team-projects/{team_project} get_team_project ["organization.access.read"]
    GET /api/v2/team-workspaces list_team_workspaces ["organization.access.read"]
    GET /api/v2/team-workspaces/{team_workspace} get_team_workspace ["organization.access.read"]
    GET /api/v2/teams/{team} get_team []
    GET /api/v2/teams/{team}/authentication-token get_team_single_token ["organization.access.read"]
    GET /api/v2/teams/{team}/authentication-tokens list_team_tokens ["organization.access.read"]
    GET /api/v2/teams/{team}/users list_team_members []
    GET /api/v2/trusted-issuers/{trusted_issuer} get_trusted_issuer ["organization.access.read"]
    GET /api/v2/users/{user} get_user []
    GET /api/v2/users/{user}/authentication-tokens list_user_tokens []
    PATCH /api/v2/account/password change_password []
    PATCH /api/v2/account/update update_account []
    PATCH /api/v2/identity-providers/{identity_provider} update_identity_provider ["site.manage"]
    PATCH /api/v2/organizations/{organization} update_organization ["organization.update"]
    PATCH /api/v2/projects/{project} update_project ["project.update"]
    PATCH /api/v2/roles/{role} update_role ["organization.access.manage"]
    PATCH /api/v2/service-accounts/{service_account} update_service_account ["organization.access.manage"]
    PATCH /api/v2/team-projects/{team_project} update_team_project ["organization.access.manage"]
    PATCH /api/v2/team-workspaces/{team_workspace} update_team_workspace ["organization.access.manage"]
    PATCH /api/v2/teams/{team} update_team ["organization.access.teams"]
    PATCH /api/v2/trusted-issuers/{trusted_issuer} update_trusted_issuer ["organization.access.manage"]
    POST /api/v2/account/forge-accounts link_forge_account []
    POST /api/v2/admin/users create_user ["user.manage"]
    POST /api/v2/admin/users/{user}/actions/disable_two_factor disable_two_factor ["user.manage"]
    POST /api/v2/admin/users/{user}/actions/reset-password reset_user_password ["user.manage"]
    POST /api/v2/admin/users/{user}/actions/suspend suspend_user ["user.manage"]
    POST /api/v2/admin/users/{user}/actions/unsuspend unsuspend_user ["user.manage"]
    POST /api/v2/authentication-tokens/{token}/actions/rotate rotate_token []
    POST /api/v2/identity-providers create_identity_provider ["site.manage"]
    POST /api/v2/identity-providers/{identity_provider}/actions/test test_identity_provider ["site.manage"]
    POST /api/v2/organization-memberships/{membership}/actions/resend resend_invitation ["organization.access.members"]
    POST /api/v2/organizations create_organization ["organization.create"]
    POST /api/v2/organizations/{organization}/authentication-token create_organization_single_token ["organization.access.manage"]
    POST /api/v2/organizations/{organization}/authentication-tokens create_organization_token ["organization.access.manage"]
    POST /api/v2/organizations/{organization}/organization-memberships create_organization_membership ["organization.access.members"]
    POST /api/v2/organizations/{organization}/projects create_project ["project.create"]
    POST /api/v2/organizations/{organization}/role-assignments create_role_assignment ["organization.access.manage"]
    POST /api/v2/organizations/{organization}/roles create_role ["organization.access.manage"]
    POST /api/v2/organizations/{organization}/service-accounts create_service_account ["organization.access.manage"]
    POST /api/v2/organizations/{organization}/teams create_team ["organization.access.teams"]
    POST /api/v2/organizations/{organization}/trusted-issuers create_trusted_issuer ["organization.access.manage"]
    POST /api/v2/role-assignments create_site_role_assignment ["site.manage"]
    POST /api/v2/service-accounts/{service_account}/authentication-tokens create_service_account_token ["organization.access.manage"]
    POST /api/v2/signing-keys create_signing_key ["site.manage"]
    POST /api/v2/team-projects create_team_project ["organization.access.manage"]
    POST /api/v2/team-workspaces create_team_workspace ["organization.access.manage"]
    POST /api/v2/teams/{team}/authentication-token create_team_single_token ["organization.access.teams"]
    POST /api/v2/teams/{team}/authentication-tokens create_team_token ["organization.access.teams"]
    POST /api/v2/teams/{team}/relationships/organization-memberships add_team_memberships ["organization.access.teams"]
    POST /api/v2/teams/{team}/relationships/users add_team_users ["organization.access.teams"]
    POST /api/v2/users/{user}/authentication-tokens create_user_token []
    PUT /api/v2/account/preferences/{key} put_preference []
    "#);
}

#[tokio::test]
async fn an_organization_goes_over_the_wire_by_its_name_and_is_edited_by_its_tag() {
    let site = Site::new().await;
    let admin = site.administrator("root").await;
    let new = json!({"data": {"type": "organizations", "attributes": {"name": "acme", "email": "it@acme.example"}}});
    let (status, tag, document) = call(&site, &admin, request("POST", "/organizations", Some(new))).await;
    assert_eq!((status, tag.as_deref()), (StatusCode::CREATED, Some("\"1\"")));
    assert_eq!(document["data"]["id"], "acme");
    assert_eq!(
        document["data"]["attributes"]["permissions"]["can-create-workspace"],
        true
    );
    assert!(
        document["data"]["attributes"]["external-id"]
            .as_str()
            .unwrap()
            .starts_with("org-")
    );

    let change = json!({"data": {"type": "organizations", "attributes": {"email": null}}});
    let edit = |tag: &str| {
        let mut edit = request("PATCH", "/organizations/acme", Some(change.clone()));
        edit.headers_mut().insert(header::IF_MATCH, tag.parse().unwrap());
        edit
    };
    let (status, tag, document) = call(&site, &admin, edit("\"1\"")).await;
    assert_eq!((status, tag.as_deref()), (StatusCode::OK, Some("\"2\"")));
    assert_eq!(document["data"]["attributes"]["email"], Value::Null);
    assert_eq!(
        call(&site, &admin, edit("\"1\"")).await.0,
        StatusCode::PRECONDITION_FAILED
    );
    let (status, _, document) = call(
        &site,
        &admin,
        request("GET", "/organizations/acme/entitlement-set", None),
    )
    .await;
    assert_eq!(
        (status, &document["data"]["attributes"]["operations"]),
        (StatusCode::OK, &Value::Bool(true))
    );
    assert_eq!(
        call(&site, &admin, request("DELETE", "/organizations/acme", None))
            .await
            .0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        call(&site, &admin, request("GET", "/organizations/acme", None)).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn projects_are_listed_with_what_the_caller_may_do() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let shop = site.project(&acme, "shop").await;
    let member = site.user("member").await;
    site.give(&owner, &acme, &member, "maintain", &shop.id.to_string())
        .await
        .unwrap();
    let path = "/organizations/acme/projects?page[size]=1&search[name]=sho";
    let (status, _, document) = call(
        &site,
        &member,
        request("GET", &path.replace('[', "%5B").replace(']', "%5D"), None),
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(document["meta"]["pagination"]["total-count"], 1);
    let project = &document["data"][0];
    assert_eq!(project["id"], shop.id.to_string());
    assert_eq!(project["relationships"]["organization"]["data"]["id"], "acme");
    assert_eq!(
        project["attributes"]["permissions"],
        json!({"can-update": false, "can-destroy": false, "can-create-workspace": true})
    );
    let (status, _, _) = call(
        &site,
        &member,
        request("GET", "/organizations/acme/projects?colour=red", None),
    )
    .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_token_is_shown_once() {
    let site = Site::new().await;
    let anna = site.user("anna").await;
    let tokens = format!("/users/{}/authentication-tokens", anna.user().unwrap());
    let new = json!({"data": {"type": "authentication-tokens", "attributes": {"description": "laptop"}}});
    let (status, _, document) = call(&site, &anna, request("POST", &tokens, Some(new))).await;
    assert_eq!(status, StatusCode::CREATED);
    assert!(
        document["data"]["attributes"]["token"]
            .as_str()
            .unwrap()
            .starts_with("slw_u_")
    );
    let path = format!("/authentication-tokens/{}", document["data"]["id"].as_str().unwrap());
    let (_, _, document) = call(&site, &anna, request("GET", &path, None)).await;
    assert_eq!(document["data"]["attributes"]["description"], "laptop");
    assert_eq!(document["data"]["attributes"].get("token"), None);
    assert_eq!(
        call(&site, &anna, request("DELETE", &path, None)).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        call(&site, &anna, request("GET", &path, None)).await.0,
        StatusCode::NOT_FOUND
    );
    let (_, _, document) = call(&site, &anna, request("GET", "/account/details", None)).await;
    assert_eq!(document["data"]["attributes"]["username"], "anna");
}

#[tokio::test]
async fn roles_are_made_given_listed_and_taken_back() {
    let site = Site::new().await;
    let (_, owner) = site.organization("acme").await;
    let anna = site.user("anna").await;
    let role =
        json!({"data": {"type": "roles", "attributes": {"name": "planner", "permissions": ["workspace.run.plan"]}}});
    let (status, _, document) = call(&site, &owner, request("POST", "/organizations/acme/roles", Some(role))).await;
    assert_eq!(status, StatusCode::CREATED);
    let role = format!("/roles/{}", document["data"]["id"].as_str().unwrap());
    let given = json!({"data": {"type": "role-assignments", "attributes":
        {"subject": anna.user().unwrap().to_string(), "role": "planner", "scope": "acme"}}});
    let path = "/organizations/acme/role-assignments";
    let (status, _, document) = call(&site, &owner, request("POST", path, Some(given))).await;
    assert_eq!(
        (status, &document["data"]["attributes"]["scope"]),
        (StatusCode::CREATED, &json!("acme"))
    );
    let assignment = format!("/role-assignments/{}", document["data"]["id"].as_str().unwrap());
    let (_, _, document) = call(&site, &owner, request("GET", path, None)).await;
    assert_eq!(document["data"][1]["attributes"]["role"], "planner");

    assert_eq!(
        call(&site, &owner, request("DELETE", &role, None)).await.0,
        StatusCode::CONFLICT
    );
    assert_eq!(
        call(&site, &owner, request("DELETE", &assignment, None)).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        call(&site, &owner, request("DELETE", &role, None)).await.0,
        StatusCode::NO_CONTENT
    );
    let (_, _, document) = call(&site, &anna, request("GET", "/permissions", None)).await;
    assert!(
        document["data"]
            .as_array()
            .unwrap()
            .iter()
            .any(|node| node["id"] == "workspace.run.plan")
    );
}

#[tokio::test]
async fn users_are_made_and_deleted_by_administrators() {
    let site = Site::new().await;
    let admin = site.administrator("root").await;
    let new = json!({"data": {"type": "users", "attributes": {"username": "anna", "email": "anna@acme.example"}}});
    let (status, _, document) = call(&site, &admin, request("POST", "/admin/users", Some(new.clone()))).await;
    assert_eq!(status, StatusCode::CREATED);
    let id = document["data"]["id"].as_str().unwrap().to_owned();
    let (_, _, document) = call(&site, &admin, request("GET", &format!("/users/{id}"), None)).await;
    assert_eq!(document["data"]["attributes"]["email"], "anna@acme.example");
    let (_, _, document) = call(&site, &admin, request("GET", "/admin/users", None)).await;
    assert_eq!(document["data"][0]["attributes"]["is-site-admin"], false);
    let other = site.user("other").await;
    assert_eq!(
        call(&site, &other, request("POST", "/admin/users", Some(new))).await.0,
        StatusCode::FORBIDDEN
    );
    let gone = call(&site, &admin, request("DELETE", &format!("/admin/users/{id}"), None)).await;
    assert_eq!(gone.0, StatusCode::NO_CONTENT);
}
