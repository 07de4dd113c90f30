//! The roles that come with Slipway, and who holds them, as the whole server shows them.

use crate::support::Acme;

/// Roles name permissions of other domains by their paths; one that was renamed there would silently give nothing.
#[tokio::test]
async fn every_permission_of_a_built_in_role_is_in_the_tree() {
    let acme = Acme::new().await;
    let leaves = acme.owner.get("/api/v2/permissions").await.expect(200).ids();
    assert!(leaves.len() > 20, "{leaves:?}");
    let roles = acme.owner.get("/api/v2/organizations/acme/roles").await.expect(200);
    let roles = roles.body["data"].as_array().unwrap().clone();
    assert!(roles.len() >= 6, "{roles:?}");
    for role in roles {
        for node in role["attributes"]["permissions"].as_array().unwrap() {
            let node = node.as_str().unwrap();
            let below = format!("{node}.");
            let is_there = |leaf: &String| leaf == node || leaf.starts_with(&below);
            let name = &role["attributes"]["name"];
            assert!(
                node == "*" || leaves.iter().any(is_there),
                "{name} has {node}, which nothing checks"
            );
        }
    }
}

#[tokio::test]
async fn assignments_have_names_for_those_who_may_see_them_and_a_refusal_for_the_others() {
    let acme = Acme::new().await;
    let workspace = acme.new_workspace("shop-test").await;
    let ada = acme.member("ada", "plan", &workspace).await;
    let path = "/api/v2/organizations/acme/role-assignments";
    let listed = acme.owner.get(path).await.expect(200);
    let rows = listed.body["data"].as_array().unwrap();
    let hers = rows.iter().find(|row| row["attributes"]["role"] == "plan").unwrap();
    assert_eq!(hers["attributes"]["subject-name"], "ada");
    assert_eq!(hers["attributes"]["scope-name"], "workspace shop-test");
    let owners = rows.iter().find(|row| row["attributes"]["role"] == "owner").unwrap();
    assert_eq!(owners["attributes"]["scope"], "acme");
    assert!(owners["attributes"]["scope-name"].is_null(), "{owners}");
    ada.get(path).await.expect(403);
}
