//! Links that go by mail, to a real SMTP server.

use std::time::Duration;

use serde_json::json;
use slipway_kernel::settings::MailEncryption;
use slipway_testing::smtp::Mailbox;

use super::browser::{Browser, PASSWORD, account, local};
use crate::support::{Acme, TestApp, document};

async fn app(mailbox: &Mailbox) -> TestApp {
    TestApp::with(|settings| {
        settings.mail.host = Some("127.0.0.1".to_owned());
        settings.mail.port = mailbox.port;
        settings.mail.encryption = MailEncryption::None;
    })
    .await
}

/// Waits until there are so many mails and returns the last.
async fn mail(app: &TestApp, mailbox: &Mailbox, count: usize) -> String {
    let arrived = async {
        loop {
            app.settle().await;
            let mails = mailbox.mails().unwrap();
            if mails.len() >= count {
                assert_eq!(mails.len(), count, "{mails:#?}");
                return mails.last().unwrap().clone();
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), arrived).await.unwrap()
}

/// The path of the link in a mail.
#[track_caller]
fn link(mail: &str) -> String {
    let word = mail.split_whitespace().find(|word| word.starts_with("http://"));
    local(word.unwrap_or_else(|| panic!("no link in {mail}")))
}

const NEW: &str = "a wholly different sentence";

#[tokio::test]
async fn an_address_that_an_invitation_went_to_can_reset_the_password() {
    let mailbox = Mailbox::start().unwrap();
    let acme = Acme::on(app(&mailbox).await).await;
    let body = document(
        "organization-memberships",
        json!({"email": "bob@example.org", "role": "read"}),
    );
    let path = "/api/v2/organizations/acme/organization-memberships";
    let invited = acme.owner.post(path, body).await.expect(201);
    assert!(!invited.text().contains("slw_l_"), "a link that was sent is not shown");
    assert_eq!(invited.attribute("invitation")["sent-to"], "bob@example.org");
    let sent = mail(&acme.app, &mailbox, 1).await;
    assert!(
        sent.contains("To: bob@example.org") && sent.contains("Join acme"),
        "{sent}"
    );
    let fields = [
        ("username", "bob"),
        ("email", "bob@example.org"),
        ("password", PASSWORD),
        ("password_confirmation", PASSWORD),
    ];
    let mut bob = Browser::new(&acme.app);
    bob.fill(&link(&sent), &fields).await.expect(303);
    bob.get("/account").await.expect(200).says("Verified");

    Browser::new(&acme.app)
        .fill("/password-reset", &[("username", "bob@example.org")])
        .await
        .expect(200);
    let sent = mail(&acme.app, &mailbox, 2).await;
    let fields = [("password", NEW), ("password_confirmation", NEW)];
    Browser::new(&acme.app).fill(&link(&sent), &fields).await.expect(303);
    bob.get("/account").await.expect(303);
    bob.sign_in("bob", NEW).await.expect(303);
    let notice = mail(&acme.app, &mailbox, 3).await;
    assert!(notice.contains("was changed just now"), "{notice}");

    let moved = [("username", "bob"), ("email", "mallory@example.org")];
    bob.fill("/account", &moved).await.expect(303);
    let notice = mail(&acme.app, &mailbox, 4).await;
    assert!(
        notice.contains("To: bob@example.org"),
        "the former address is told: {notice}"
    );
}

#[tokio::test]
async fn an_address_that_nobody_showed_to_read_gets_no_link() {
    let mailbox = Mailbox::start().unwrap();
    let app = app(&mailbox).await;
    let root = app.site_admin("root").await;
    account(&app, "ada").await;
    let mut ada = Browser::new(&app);
    ada.sign_in("ada", PASSWORD).await.expect(303);
    let moved = [("username", "ada"), ("email", "ada@example.org")];
    ada.fill("/account", &moved).await.expect(303);
    let body = document("users", json!({"username": "bob", "email": "bob@example.org"}));
    let bob = root.post("/api/v2/admin/users", body).await.expect(201).id();
    for name in ["ada", "ada@example.org", "nobody"] {
        let ask = [("username", name)];
        Browser::new(&app).fill("/password-reset", &ask).await.expect(200);
    }
    let path = format!("/api/v2/admin/users/{bob}/actions/reset-password");
    root.post(&path, json!({})).await.expect(201);
    let sent = mail(&app, &mailbox, 1).await;
    assert!(sent.contains("To: bob@example.org"), "{sent}");
    let fields = [("password", NEW), ("password_confirmation", NEW)];
    Browser::new(&app).fill(&link(&sent), &fields).await.expect(303);
    bob_asks(&app, &mailbox).await;
}

/// By using the link, the address became known as Bob's.
async fn bob_asks(app: &TestApp, mailbox: &Mailbox) {
    mail(app, mailbox, 2).await;
    let ask = [("username", "bob")];
    Browser::new(app).fill("/password-reset", &ask).await.expect(200);
    let sent = mail(app, mailbox, 3).await;
    Browser::new(app).get(&link(&sent)).await.expect(200);
}

#[tokio::test]
async fn one_shows_to_read_the_own_address_and_not_one_that_one_had() {
    let mailbox = Mailbox::start().unwrap();
    let app = app(&mailbox).await;
    let mut ada = Browser::signed_in(&app, "ada").await;
    let ask = "/account/verification";
    ada.get("/account").await.expect(200);
    ada.post(ask, &[]).await.expect(409);
    for (number, email) in ["ada@example.org", "ada@example.net"].into_iter().enumerate() {
        ada.fill("/account", &[("username", "ada"), ("email", email)])
            .await
            .expect(303);
        let page = ada.get("/account").await.expect(200);
        page.says("Send a link to verify");
        ada.post(ask, &[]).await.expect(200).says("on its way");
        // The former address is told of the change before.
        mail(&app, &mailbox, 1 + 2 * number).await;
    }
    let mails = mailbox.mails().unwrap();
    let (former, present) = (link(&mails[0]), link(&mails[2]));
    Browser::new(&app).get(&former).await.expect(404);
    Browser::new(&app).post(&former, &[]).await.expect(404);
    let mut reader = Browser::new(&app);
    reader.get(&present).await.expect(200).says("ada@example.net");
    ada.get("/account").await.expect(200).says("Not verified");
    reader.post(&present, &[]).await.expect(303);
    ada.get("/account").await.expect(200).says("Verified");
    reader.get(&present).await.expect(404);
    ada.post(ask, &[]).await.expect(409);
}

#[tokio::test]
async fn asking_again_and_again_has_to_wait() {
    let mailbox = Mailbox::start().unwrap();
    let app = app(&mailbox).await;
    let ask = [("username", "ada")];
    for _ in 0..5 {
        Browser::new(&app).fill("/password-reset", &ask).await.expect(200);
    }
    let refused = Browser::new(&app).fill("/password-reset", &ask).await.expect(429);
    refused.says("too many attempts");
}
