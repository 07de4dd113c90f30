//! What people do with integrations: make, see, change, turn off, delete.

use serde_json::{Value, json};

use crate::access::integrations::private_key;
use crate::support::{Acme, Answer, document};

const PATH: &str = "/api/v2/organizations/acme/integrations";

pub async fn make(acme: &Acme, kind: &str, name: &str, settings: Value) -> String {
    let body = document(
        "integrations",
        json!({"name": name, "kind": kind, "settings": settings}),
    );
    acme.owner.post(PATH, body).await.expect(201).id()
}

pub async fn change(acme: &Acme, id: &str, attributes: Value) -> Answer {
    let body = document("integrations", attributes);
    acme.owner.patch(&format!("/api/v2/integrations/{id}"), body).await
}

fn gitea() -> Value {
    json!({"method": "token", "url": "https://git.example.com", "token": "hidden-token"})
}

#[tokio::test]
async fn kinds_come_with_their_forms() {
    let acme = Acme::new().await;
    let kinds = acme
        .owner
        .get("/api/v2/integration-kinds?page[size]=100")
        .await
        .expect(200);
    insta::assert_snapshot!(kinds.ids().join(" "), @"aws azure google-cloud kubernetes mongodb-atlas datadog environment github gitlab bitbucket bitbucket-data-center azure-devops gitea git oci-registry slack microsoft-teams");
    let aws = &kinds.body["data"][0]["attributes"];
    assert_eq!(aws["methods"][0]["is-workload-identity"], true);
    assert_eq!(
        aws["schema"]["oneOf"][1]["properties"]["secret-access-key"]["writeOnly"],
        true
    );
    assert!(
        aws["schema"]["oneOf"][0]["properties"]
            .get("secret-access-key")
            .is_none()
    );
    acme.app.anonymous().get("/api/v2/integration-kinds").await.expect(401);
}

#[tokio::test]
async fn a_secret_comes_in_and_never_out() {
    let acme = Acme::new().await;
    let id = make(&acme, "gitea", "forge", gitea()).await;
    let shown = acme.owner.get(&format!("/api/v2/integrations/{id}")).await.expect(200);
    let mut attributes = shown.body["data"]["attributes"].clone();
    for time in ["created-at", "updated-at"] {
        assert!(attributes[time].is_string());
        attributes.as_object_mut().unwrap().remove(time);
    }
    insta::assert_json_snapshot!(attributes, @r#"
    {
      "account": null,
      "authorization-error": null,
      "check-error": null,
      "checked-at": null,
      "description": "",
      "expires-at": null,
      "group": "forge",
      "is-enabled": true,
      "kind": "gitea",
      "kind-title": "Gitea, Forgejo",
      "missing-rights": [],
      "name": "forge",
      "needs-authorization": false,
      "poll-interval-seconds": null,
      "renewal-error": null,
      "secrets": [
        "token"
      ],
      "settings": {
        "method": "token",
        "url": "https://git.example.com"
      },
      "used-by": {}
    }
    "#);
    let changed = change(
        &acme,
        &id,
        json!({"description": "Ours.", "settings": {"token": "other-token"}}),
    )
    .await
    .expect(200);
    let listed = acme.owner.get(PATH).await.expect(200);
    let events = acme.owner.get("/api/v2/organizations/acme/events").await.expect(200);
    for answer in [&shown, &changed, &listed, &events] {
        let text = answer.body.to_string();
        assert!(
            !text.contains("hidden-token") && !text.contains("other-token"),
            "{text}"
        );
    }
    let told = events.body["data"].as_array().unwrap();
    let update = told
        .iter()
        .find(|event| event["attributes"]["action"] == "integration.updated")
        .unwrap();
    assert_eq!(
        update["attributes"]["changes"],
        json!({"description": ["", "Ours."], "secrets-replaced": ["token"]})
    );
}

#[tokio::test]
async fn what_is_wrong_is_named_at_its_field() {
    let acme = Acme::new().await;
    let body = document(
        "integrations",
        json!({"name": "a", "kind": "gitea", "settings": {"method": "token", "url": "git"}}),
    );
    let refused = acme.owner.post(PATH, body).await.expect(422);
    let pointers: Vec<&str> = refused.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["source"]["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        pointers,
        ["/data/attributes/settings/url", "/data/attributes/settings/token"]
    );
    let body = document("integrations", json!({"name": "a", "kind": "svn"}));
    let refused = acme.owner.post(PATH, body).await.expect(422);
    assert_eq!(refused.pointer(), "/data/attributes/kind");
    make(&acme, "gitea", "a", gitea()).await;
    let body = document(
        "integrations",
        json!({"name": "a", "kind": "gitea", "settings": gitea()}),
    );
    acme.owner.post(PATH, body).await.expect(409);
}

/// Whoever may change an integration could otherwise read its secret on a server of his own.
#[tokio::test]
async fn a_kept_secret_is_not_sent_to_another_server() {
    let acme = Acme::new().await;
    let id = make(&acme, "gitea", "forge", gitea()).await;
    let thief = json!({"settings": {"url": "https://thief.example.net"}});
    let refused = change(&acme, &id, thief).await.expect(422);
    assert_eq!(refused.pointer(), "/data/attributes/settings/url");
    let moved = json!({"settings": {"url": "https://git.example.net", "token": "another"}});
    change(&acme, &id, moved).await.expect(200);
}

#[tokio::test]
async fn two_who_change_it_at_once_do_not_undo_each_other() {
    let acme = Acme::new().await;
    let id = make(&acme, "gitea", "forge", gitea()).await;
    let path = format!("/api/v2/integrations/{id}");
    let seen = acme.owner.get(&path).await.expect(200);
    let tag = seen.headers["etag"].to_str().unwrap().to_owned();
    let body = |text: &str| document("integrations", json!({"description": text})).to_string();
    let headers = [("content-type", "application/json"), ("if-match", tag.as_str())];
    acme.owner
        .send("PATCH", &path, &headers, body("one").into())
        .await
        .expect(200);
    acme.owner
        .send("PATCH", &path, &headers, body("two").into())
        .await
        .expect(412);
}

#[tokio::test]
async fn one_that_is_used_is_deleted_with_force_only() {
    let acme = Acme::new().await;
    let id = make(&acme, "environment", "mail", json!({"variables": {"A": "1"}})).await;
    let assigned = format!("/api/v2/integrations/{id}/assignments/{}", acme.workspace);
    let body = document("integration-assignments", json!({}));
    acme.owner.json("PUT", &assigned, &body).await.expect(200);
    let uses = acme
        .owner
        .get(&format!("/api/v2/integrations/{id}/used-by"))
        .await
        .expect(200);
    assert_eq!(uses.ids(), std::slice::from_ref(&acme.workspace));
    assert_eq!(
        uses.body["data"][0]["attributes"],
        json!({"kind": "workspace", "name": "shop", "why": "credentials"})
    );
    let path = format!("/api/v2/integrations/{id}");
    let counted = json!({"workspace": 1});
    assert_eq!(acme.owner.get(&path).await.expect(200).attribute("used-by"), &counted);
    let listed = acme.owner.get(PATH).await.expect(200);
    assert_eq!(listed.body["data"][0]["attributes"]["used-by"], counted);
    let of_kind = |kind: &str| format!("/api/v2/integrations/{id}/used-by?filter[kind]={kind}");
    assert_eq!(
        acme.owner.get(&of_kind("workspace")).await.expect(200).ids(),
        std::slice::from_ref(&acme.workspace)
    );
    assert_eq!(
        acme.owner.get(&of_kind("project")).await.expect(200).ids(),
        Vec::<String>::new()
    );
    acme.owner.get(&of_kind("cloud")).await.expect(400);
    let (code, detail) = acme.owner.delete(&path).await.expect(409).error();
    assert_eq!(code, "conflict");
    assert!(detail.contains("the workspace \"shop\""), "{detail}");
    // Who may not see the workspace hears that there is something, and not what.
    let mia = acme.member("mia", "admin", &id).await;
    assert_eq!(
        mia.get(&format!("{path}/used-by")).await.expect(200).ids(),
        Vec::<String>::new()
    );
    assert_eq!(mia.get(&path).await.expect(200).attribute("used-by"), &json!({}));
    let (_, detail) = mia.delete(&path).await.expect(409).error();
    assert!(
        detail.contains("something that you may not see") && !detail.contains("shop"),
        "{detail}"
    );
    acme.owner.delete(&format!("{path}?force=true")).await.expect(204);
    let left = acme
        .owner
        .get(&format!("/api/v2/workspaces/{}/integrations", acme.workspace))
        .await
        .expect(200);
    assert_eq!(left.ids(), Vec::<String>::new());
    let gone = acme
        .owner
        .delete(&format!("/api/v2/workspaces/{}?force=true", acme.workspace))
        .await;
    assert!((200..300).contains(&gone.status), "{gone:?}");
}

/// A list that is walked by its cursor ends, however much uses the integration.
#[tokio::test]
async fn all_that_uses_one_is_walked_once() {
    let acme = Acme::new().await;
    let id = make(&acme, "environment", "mail", json!({"variables": {"A": "1"}})).await;
    let mut wanted = vec![acme.workspace.clone()];
    for name in ["b", "c", "d"] {
        let body = document("workspaces", json!({"name": name}));
        let path = "/api/v2/organizations/acme/workspaces";
        wanted.push(acme.owner.post(path, body).await.expect(201).id());
    }
    for workspace in &wanted {
        let body = document("integration-assignments", json!({}));
        let path = format!("/api/v2/integrations/{id}/assignments/{workspace}");
        acme.owner.json("PUT", &path, &body).await.expect(200);
    }
    wanted.sort_unstable();
    for list in ["used-by", "assignments"] {
        let mut seen = Vec::new();
        let mut after = String::new();
        for _ in 0..4 {
            let path = format!("/api/v2/integrations/{id}/{list}?page[size]=2{after}");
            let page = acme.owner.get(&path).await.expect(200);
            seen.extend(page.ids());
            match page.body["meta"]["pagination"]["next-after"].as_str() {
                Some(cursor) => {
                    let cursor: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
                    after = format!("&page[after]={cursor}");
                }
                None => break,
            }
        }
        assert_eq!(seen.len(), 4, "{list}: {seen:?}");
        let all = seen.iter().map(|id| id.split(':').next_back().unwrap().to_owned());
        let mut all: Vec<String> = all.collect();
        all.sort_unstable();
        assert_eq!(all, wanted, "{list}");
    }
    let counted = acme.owner.get(&format!("/api/v2/integrations/{id}")).await.expect(200);
    assert_eq!(counted.attribute("used-by"), &json!({"workspace": 4}));
}

#[tokio::test]
async fn seeing_using_and_changing_are_three_things() {
    let acme = Acme::new().await;
    let id = make(&acme, "environment", "mail", json!({"variables": {"A": "1"}})).await;
    let path = format!("/api/v2/integrations/{id}");
    let assigned = format!("{path}/assignments/{}", acme.workspace);
    let body = document("integration-assignments", json!({}));
    let reader = acme.member("rea", "read", "acme").await;
    let maintainer = acme.member("max", "maintain", "acme").await;
    reader.get(&path).await.expect(200);
    reader.json("PUT", &assigned, &body).await.expect(403);
    maintainer.json("PUT", &assigned, &body).await.expect(200);
    let changes = document("integrations", json!({"description": "x"}));
    maintainer.patch(&path, changes).await.expect(403);
    maintainer
        .post(&format!("{path}/actions/test"), json!({}))
        .await
        .expect(403);
    // Whoever may use an integration does not thereby change a workspace.
    let user = acme.member("uwe", "maintain", &id).await;
    user.json("PUT", &assigned, &body).await.expect(404);
}

#[tokio::test]
async fn a_list_is_filtered_by_kind_and_group() {
    let acme = Acme::new().await;
    make(&acme, "gitea", "forge", gitea()).await;
    make(&acme, "environment", "mail", json!({"variables": {"A": "1"}})).await;
    for (query, names) in [
        ("", "forge mail"),
        ("?filter[group]=forge", "forge"),
        ("?filter[kind]=environment,aws", "mail"),
        ("?filter[kind]=aws", ""),
        ("?filter[group]=nothing", ""),
        ("?search[name]=AI", "mail"),
    ] {
        let found = acme.owner.get(&format!("{PATH}{query}")).await.expect(200);
        assert_eq!(found.column("name").join(" "), names, "{query}");
    }
}

#[tokio::test]
async fn programs_of_terraform_enterprise_see_forges_as_oauth_clients() {
    let acme = Acme::new().await;
    let body = document(
        "oauth-clients",
        json!({"service-provider": "github", "name": "hub", "http-url": "https://github.com",
        "api-url": "https://api.github.com", "oauth-token-string": "hidden-token"}),
    );
    let path = "/api/v2/organizations/acme/oauth-clients";
    let made = acme.owner.post(path, body).await.expect(201);
    assert!(!made.body.to_string().contains("hidden-token"));
    let attributes = &made.body["data"]["attributes"];
    assert_eq!(
        (
            &attributes["service-provider"],
            &attributes["service-provider-display-name"],
            &attributes["secret"]
        ),
        (&json!("github"), &json!("GitHub"), &Value::Null)
    );
    let token = made.body["data"]["relationships"]["oauth-tokens"]["data"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(token.starts_with("ot-"));
    let shown = acme
        .owner
        .get(&format!("/api/v2/oauth-tokens/{token}"))
        .await
        .expect(200);
    assert_eq!(shown.attribute("uid"), token.as_str());
    // One that nobody allowed yet has no token.
    let body = document(
        "oauth-clients",
        json!({"service-provider": "gitlab_hosted", "key": "k", "secret": "s"}),
    );
    let lab = acme.owner.post(path, body).await.expect(201);
    assert_eq!(lab.body["data"]["relationships"]["oauth-tokens"]["data"], json!([]));
    let tokens = acme
        .owner
        .get("/api/v2/organizations/acme/oauth-tokens")
        .await
        .expect(200);
    assert_eq!(tokens.ids(), [token]);
    let own = acme
        .owner
        .get(&format!("/api/v2/oauth-clients/{}/oauth-tokens", lab.id()))
        .await
        .expect(200);
    assert_eq!(own.ids(), Vec::<String>::new());
    // A cloud is no forge.
    let cloud = make(&acme, "environment", "mail", json!({"variables": {"A": "1"}})).await;
    acme.owner
        .get(&format!("/api/v2/oauth-clients/{}", cloud.replace("int-", "oc-")))
        .await
        .expect(404);
    assert_eq!(acme.owner.get(path).await.expect(200).column("name"), ["gitlab", "hub"]);
    acme.owner
        .delete(&format!("/api/v2/oauth-clients/{}", made.id()))
        .await
        .expect(204);
}

#[tokio::test]
async fn an_oauth_token_takes_an_ssh_key_and_goes_alone() {
    let acme = Acme::new().await;
    let forge = make(&acme, "gitea", "forge", gitea()).await;
    let path = format!("/api/v2/oauth-tokens/{}", forge.replace("int-", "ot-"));
    let give = |key: Value| document("oauth-tokens", json!({"ssh-key": key}));
    let refused = acme
        .owner
        .patch(&path, give(json!("ssh-ed25519 AAAA")))
        .await
        .expect(422);
    assert_eq!(refused.pointer(), "/data/attributes/ssh-key");
    let given = acme.owner.patch(&path, give(json!(private_key()))).await.expect(200);
    assert_eq!(given.attribute("has-ssh-key"), true);
    assert!(!given.body.to_string().contains("PRIVATE KEY"));
    let nothing = document("oauth-tokens", json!({}));
    let same = acme.owner.patch(&path, nothing).await.expect(200);
    assert_eq!(same.attribute("has-ssh-key"), true);
    let taken = acme.owner.patch(&path, give(Value::Null)).await.expect(200);
    assert_eq!(taken.attribute("has-ssh-key"), false);
    // What is used keeps its token.
    let assigned = format!("/api/v2/integrations/{forge}/assignments/{}", acme.workspace);
    let body = document("integration-assignments", json!({}));
    acme.owner.json("PUT", &assigned, &body).await.expect(200);
    let (_, why) = acme.owner.delete(&path).await.expect(409).error();
    assert!(why.contains("the workspace \"shop\""), "{why}");
    acme.owner.delete(&assigned).await.expect(204);
    acme.owner.delete(&path).await.expect(204);
    acme.owner.get(&path).await.expect(404);
    let client = format!("/api/v2/oauth-clients/{}", forge.replace("int-", "oc-"));
    let left = acme.owner.get(&client).await.expect(200);
    assert_eq!(left.body["data"]["relationships"]["oauth-tokens"]["data"], json!([]));
    let shown = acme
        .owner
        .get(&format!("/api/v2/integrations/{forge}"))
        .await
        .expect(200);
    let why = shown.attribute("check-error").as_str().unwrap();
    assert!(why.contains("slipway integration update forge --secret token"), "{why}");
    let offered = format!("/api/v2/integrations/{forge}/forge-repositories");
    let (_, why) = acme.owner.get(&offered).await.expect(409).error();
    assert!(why.contains("lacks its token"), "{why}");
    // Another token, and all is well again.
    let another = document("oauth-clients", json!({"oauth-token-string": "another"}));
    acme.owner.patch(&client, another).await.expect(200);
    acme.owner.get(&path).await.expect(200);
}

#[tokio::test]
async fn an_ssh_key_is_read_before_it_is_kept() {
    let acme = Acme::new().await;
    let path = "/api/v2/organizations/acme/ssh-keys";
    let refused = document("ssh-keys", json!({"name": "modules", "value": "ssh-ed25519 AAAA"}));
    let refused = acme.owner.post(path, refused).await.expect(422);
    assert_eq!(refused.pointer(), "/data/attributes/value");
    let body = document("ssh-keys", json!({"name": "modules", "value": private_key()}));
    let key = acme.owner.post(path, body).await.expect(201);
    assert!(key.attribute("fingerprint").as_str().unwrap().starts_with("SHA256:"));
    assert_eq!(key.attribute("algorithm"), "ssh-ed25519");
    assert!(key.body["data"]["attributes"].get("value").is_none());
    let renamed = document("ssh-keys", json!({"name": "old"}));
    let path = format!("/api/v2/ssh-keys/{}", key.id());
    assert_eq!(
        acme.owner.patch(&path, renamed).await.expect(200).attribute("name"),
        "old"
    );
    acme.owner.delete(&path).await.expect(204);
}
