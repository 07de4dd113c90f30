//! Inviting people into an organization.

use std::time::Duration;

use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD, local};
use crate::support::{Acme, Answer, document};

const MEMBERSHIPS: &str = "/api/v2/organizations/acme/organization-memberships";

const FORM: [(&str, &str); 4] = [
    ("username", "bob"),
    ("email", "bob@example.org"),
    ("password", PASSWORD),
    ("password_confirmation", PASSWORD),
];

async fn invite(acme: &Acme, email: &str, role: Option<&str>) -> Answer {
    let attributes = json!({"email": email, "role": role});
    acme.owner
        .post(MEMBERSHIPS, document("organization-memberships", attributes))
        .await
}

#[track_caller]
fn link(answer: &Answer) -> String {
    local(answer.attribute("invitation")["url"].as_str().unwrap())
}

#[tokio::test]
async fn somebody_new_joins_with_an_account_and_gets_the_role() {
    let acme = Acme::new().await;
    let invited = invite(&acme, "bob@example.org", Some("write")).await.expect(201);
    assert_eq!(invited.attribute("status"), "invited");
    invite(&acme, "Bob@example.org", None).await.expect(409);
    invite(&acme, "nobody", None).await.expect(422);
    invite(&acme, "carol@example.org", Some("nothing")).await.expect(422);

    let mut bob = Browser::new(&acme.app);
    let path = link(&invited);
    bob.get(&path)
        .await
        .expect(200)
        .says("<b>ann</b> invites you")
        .says("Join acme");
    assert_eq!(bob.post(&path, &FORM).await.goes_to(), "/app");
    let see = "/api/v2/organizations/acme/workspaces";
    bob.send("GET", see, &[], String::new()).await.expect(200);
    Browser::new(&acme.app).get(&path).await.expect(404);

    let members = acme.owner.get(MEMBERSHIPS).await.expect(200);
    assert_eq!(members.column("status"), ["active", "active"]);
    assert_eq!(members.column("username"), ["ann", "bob"]);
    assert!(!members.text().contains("slw_l_"), "a link is shown once");
    let own = bob
        .send("GET", "/api/v2/organization-memberships", &[], String::new())
        .await
        .expect(200);
    assert!(own.text.contains("\"id\":\"acme\""), "{}", own.text);
    bob.get("/account").await.expect(200).says("Not verified");
}

#[tokio::test]
async fn somebody_known_joins_with_the_account_that_he_has() {
    let acme = Acme::new().await;
    let path = link(&invite(&acme, "eve@example.org", Some("read")).await.expect(201));
    let mut eve = Browser::new(&acme.app);
    super::browser::account(&acme.app, "eve").await;
    let page = eve.get(&path).await.expect(200);
    let sign_in = page.between("class=\"links\"><a href=\"", "\"");
    assert!(sign_in.starts_with("/sign-in?return_to=/invitations/"), "{sign_in}");
    eve.get(&sign_in).await.expect(200).says(&format!("value=\"{path}\""));
    let fields = [
        ("username", "eve"),
        ("password", PASSWORD),
        ("return_to", path.as_str()),
    ];
    assert_eq!(eve.post("/sign-in", &fields).await.goes_to(), path);
    eve.get(&path).await.expect(200).says("Join as eve");
    eve.post(&format!("{path}/accept"), &[]).await.expect(303);
    let see = "/api/v2/organizations/acme/workspaces";
    eve.send("GET", see, &[], String::new()).await.expect(200);
    eve.post(&format!("{path}/accept"), &[]).await.expect(404);
}

#[tokio::test]
async fn an_invitation_is_withdrawn_sent_again_and_ends_after_a_week() {
    let acme = Acme::new().await;
    let invited = invite(&acme, "bob@example.org", None).await.expect(201);
    let first = link(&invited);
    let resend = format!("/api/v2/organization-memberships/{}/actions/resend", invited.id());
    let second = link(&acme.owner.post(&resend, json!({})).await.expect(200));
    Browser::new(&acme.app).get(&first).await.expect(404);
    Browser::new(&acme.app).get(&second).await.expect(200);
    acme.app.pass(Duration::from_secs(7 * 24 * 3_600));
    Browser::new(&acme.app).get(&second).await.expect(404);
    let third = link(&acme.owner.post(&resend, json!({})).await.expect(200));
    let one = format!("/api/v2/organization-memberships/{}", invited.id());
    acme.owner.delete(&one).await.expect(204);
    Browser::new(&acme.app).get(&third).await.expect(404);
    acme.owner.get(&one).await.expect(404);
}

#[tokio::test]
async fn nobody_invites_to_more_than_he_has() {
    let acme = Acme::new().await;
    let admin = acme.member("adam", "admin", "acme").await;
    let body = |role: &str| {
        document(
            "organization-memberships",
            json!({"email": "x@example.org", "role": role}),
        )
    };
    admin.post(MEMBERSHIPS, body("owner")).await.expect(403);
    let reader = acme.member("rita", "read", "acme").await;
    reader.post(MEMBERSHIPS, body("read")).await.expect(403);

    let made = admin.post(MEMBERSHIPS, body("write")).await.expect(201);
    let assignments = acme
        .owner
        .get("/api/v2/organizations/acme/role-assignments")
        .await
        .expect(200);
    let rows = assignments.body["data"].as_array().unwrap().clone();
    let of_adam = |row: &&Value| row["attributes"]["role"] == "admin";
    let id = rows.iter().find(of_adam).unwrap()["id"].as_str().unwrap().to_owned();
    acme.owner
        .delete(&format!("/api/v2/role-assignments/{id}"))
        .await
        .expect(204);
    let refused = Browser::new(&acme.app).fill(&link(&made), &FORM).await.expect(403);
    refused.says("may no longer do so");
}

#[tokio::test]
async fn taking_a_member_out_takes_the_roles() {
    let acme = Acme::new().await;
    let made = invite(&acme, "bob@example.org", Some("write")).await.expect(201);
    let mut bob = Browser::new(&acme.app);
    bob.fill(&link(&made), &FORM).await.expect(303);
    let one = format!("/api/v2/organization-memberships/{}", made.id());
    let see = "/api/v2/organizations/acme/workspaces";
    bob.send("GET", see, &[], String::new()).await.expect(200);
    acme.owner.delete(&one).await.expect(204);
    bob.send("GET", see, &[], String::new()).await.expect(404);
    bob.get("/account").await.expect(200);
}
