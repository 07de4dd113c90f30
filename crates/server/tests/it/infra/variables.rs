//! Variables: which value counts and where it comes from, and that a secret goes to the run alone.

use serde_json::{Value, json};

use crate::support::{Acme, document};

/// A set with one variable `region`, and its id.
async fn set(acme: &Acme, name: &str, attributes: Value) -> String {
    let mut attributes = attributes;
    attributes["name"] = json!(name);
    let path = "/api/v2/organizations/acme/varsets";
    let id = acme
        .owner
        .post(path, document("varsets", attributes))
        .await
        .expect(201)
        .id();
    let variable = document("vars", json!({"key": "region", "value": name}));
    let path = format!("/api/v2/varsets/{id}/relationships/vars");
    acme.owner.post(&path, variable).await.expect(201);
    id
}

async fn assign(acme: &Acme, set: &str, kind: &str, id: &str) {
    let path = format!("/api/v2/varsets/{set}/relationships/{kind}");
    acme.owner
        .post(&path, json!({"data": [{"type": kind, "id": id}]}))
        .await
        .expect(204);
}

/// The value of `region` that counts, where it comes from, and how many it hides.
async fn effective(acme: &Acme) -> (String, String, usize) {
    let path = format!("/api/v2/workspaces/{}/effective-variables", acme.workspace);
    let answer = acme.owner.get(&path).await.expect(200);
    let region = &answer.body["data"][0]["attributes"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let hidden = region["overridden"].as_array().unwrap().len();
    (text(&region["value"]), text(&region["origin"]["kind"]), hidden)
}

#[tokio::test]
async fn the_narrower_place_counts_and_priority_turns_it_around() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let path = format!("/api/v2/workspaces/{}", acme.workspace);
    let shown = acme.owner.get(&path).await.expect(200);
    let project = shown.body["data"]["relationships"]["project"]["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let tags = document("workspaces", json!({"tags": [{"key": "eu"}]}));
    acme.owner.patch(&path, tags).await.expect(200);

    let expected = |value: &str, kind: &str, hidden| (value.to_owned(), kind.to_owned(), hidden);
    set(&acme, "global", json!({"global": true})).await;
    assert_eq!(effective(&acme).await, expected("global", "global-set", 0));
    let by_project = set(&acme, "by-project", json!({})).await;
    assign(&acme, &by_project, "projects", &project).await;
    assert_eq!(effective(&acme).await, expected("by-project", "project-set", 1));
    set(&acme, "by-tag", json!({"tags": [{"key": "eu"}]})).await;
    assert_eq!(effective(&acme).await, expected("by-tag", "tag-set", 2));
    let direct = set(&acme, "direct", json!({})).await;
    assign(&acme, &direct, "workspaces", &acme.workspace).await;
    assert_eq!(effective(&acme).await, expected("direct", "workspace-set", 3));
    let own = document("vars", json!({"key": "region", "value": "own"}));
    acme.owner.post(&format!("{path}/vars"), own).await.expect(201);
    assert_eq!(effective(&acme).await, expected("own", "workspace", 4));

    let given = json!({"plan-only": true, "variables": [{"key": "region", "value": "\"given\""}]});
    acme.start(given.clone()).await;
    let item = runner.claim().await.unwrap();
    assert_eq!(item.claim.context.variables[0].value, "\"given\"");
    assert_eq!(item.claim.context.variables.len(), 1);

    set(&acme, "overruled", json!({"global": true, "priority": true})).await;
    assert_eq!(effective(&acme).await, expected("overruled", "priority-set", 5));
    acme.start(given).await;
    let item = runner.claim().await.unwrap();
    assert_eq!(item.claim.context.variables[0].value, "overruled");
}

#[tokio::test]
async fn a_secret_is_given_to_the_run_and_to_nobody_else() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let secret = "correct-horse-battery";
    let vars = format!("/api/v2/workspaces/{}/vars", acme.workspace);
    let body = |attributes: Value| document("vars", attributes);
    let made = acme
        .owner
        .post(
            &vars,
            body(json!({"key": "password", "value": secret, "sensitive": true})),
        )
        .await;
    let made = made.expect(201);
    let one = format!("{vars}/{}", made.id());
    let answers = [
        made,
        acme.owner.get(&vars).await.expect(200),
        acme.owner
            .get(&format!("/api/v2/workspaces/{}/effective-variables", acme.workspace))
            .await
            .expect(200),
        acme.owner
            .patch(&one, body(json!({"description": "The database's."})))
            .await
            .expect(200),
        acme.owner
            .patch(&one, body(json!({"sensitive": false})))
            .await
            .expect(422),
        acme.owner
            .post(&vars, body(json!({"key": "password", "value": secret})))
            .await
            .expect(409),
        acme.owner
            .post(&vars, body(json!({"key": "a b", "value": secret, "sensitive": true})))
            .await
            .expect(422),
        acme.owner
            .post(&vars, body(json!({"key": "x", "vaule": secret})))
            .await
            .expect(422),
        acme.owner
            .post(&vars, body(json!({"key": "x", "value": [secret]})))
            .await
            .expect(422),
        acme.owner
            .get(&format!("/api/v2/organizations/acme/directory?q={secret}"))
            .await
            .expect(200),
        acme.owner
            .get("/api/v2/organizations/acme/events?page[size]=100")
            .await
            .expect(200),
    ];
    for answer in answers {
        assert!(!answer.text().contains(secret), "{}", answer.text());
    }
    acme.start(json!({})).await;
    let item = runner.claim().await.unwrap();
    assert_eq!(item.claim.context.variables[0].value, secret);
    assert!(item.claim.context.variables[0].sensitive);

    let open = acme
        .owner
        .patch(&one, body(json!({"sensitive": false, "value": "not a secret"})))
        .await
        .expect(200);
    assert_eq!(open.attribute("value"), "not a secret");
}

#[tokio::test]
async fn variables_are_read_and_changed_through_their_own_workspace_only() {
    let acme = Acme::new().await;
    let other = acme.new_workspace("other").await;
    let variable = document("vars", json!({"key": "region", "value": "eu"}));
    let vars = format!("/api/v2/workspaces/{}/vars", acme.workspace);
    let id = acme.owner.post(&vars, variable.clone()).await.expect(201).id();
    let elsewhere = format!("/api/v2/workspaces/{other}/vars/{id}");
    acme.owner.patch(&elsewhere, variable).await.expect(404);
    acme.owner.delete(&elsewhere).await.expect(404);
    assert_eq!(acme.owner.get(&vars).await.expect(200).column("value"), ["eu"]);
}
