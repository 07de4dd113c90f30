//! What is recorded of signing in and of accounts.

use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

use super::browser::{Browser, PASSWORD, account};
use crate::support::TestApp;

/// Actions with who did them, oldest first.
async fn recorded(app: &TestApp) -> Vec<(String, String)> {
    let reader = app.kernel.db.reader();
    let sql = "SELECT action, actor_name FROM events ORDER BY id";
    let rows = reader
        .query_all_raw(Statement::from_string(reader.get_database_backend(), sql))
        .await
        .unwrap();
    rows.iter()
        .map(|row| {
            (
                row.try_get("", "action").unwrap(),
                row.try_get("", "actor_name").unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn everything_that_somebody_does_to_get_in_is_recorded() {
    let app = TestApp::new().await;
    let id = account(&app, "ada").await;
    let before = recorded(&app).await.len();
    let mut ada = Browser::new(&app);
    ada.sign_in("ada", "a guess, no more").await.expect(401);
    ada.sign_in("nobody", "a guess, no more").await.expect(401);
    ada.sign_in("ada", PASSWORD).await.expect(303);
    ada.get("/account").await.expect(200);
    ada.post("/account", &[("username", "ada"), ("email", "ada@example.org")])
        .await
        .expect(303);
    let fields = [
        ("current_password", PASSWORD),
        ("password", "a wholly different sentence"),
        ("password_confirmation", "a wholly different sentence"),
    ];
    ada.fill("/account/password", &fields).await.expect(200);
    ada.get("/account/sessions").await.expect(200);
    ada.post("/account/sessions/end-others", &[]).await.expect(303);
    ada.post("/sign-out", &[]).await.expect(303);
    let root = app.site_admin("root").await;
    for action in ["suspend", "unsuspend", "reset-password"] {
        let path = format!("/api/v2/admin/users/{id}/actions/{action}");
        let answer = root.post(&path, json!({})).await;
        assert!([200, 201].contains(&answer.status), "{}", answer.text());
    }
    let told = recorded(&app).await;
    let told: Vec<_> = told[before..]
        .iter()
        .map(|(action, who)| format!("{action} by {who}"))
        .collect();
    assert_eq!(
        told,
        [
            "user.sign-in-failed by anonymous",
            "user.sign-in-failed by anonymous",
            "user.signed-in by ada",
            "user.updated by ada",
            "user.password-changed by ada",
            "user.sessions-revoked by ada",
            "user.signed-out by ada",
            "token.created by Slipway",
            "user.suspended by root",
            "user.unsuspended by root",
            "user.password-reset-asked by root",
        ]
    );
}
