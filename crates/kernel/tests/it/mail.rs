//! Mail through a real SMTP server.

use std::collections::HashMap;

use slipway_api::ids::WorkItemId;
use slipway_kernel::Ctx;
use slipway_kernel::mail::{self, Mail};
use slipway_kernel::queue::{ItemState, WorkItem, jobs, store};
use slipway_kernel::settings::MailEncryption;
use slipway_testing::smtp::Mailbox;

use crate::fixture::Home;

fn home(mailbox: &Mailbox) -> Home {
    let mut home = Home::new();
    home.settings.mail.host = Some("127.0.0.1".to_owned());
    home.settings.mail.port = mailbox.port;
    home.settings.mail.encryption = MailEncryption::None;
    home.settings.mail.from = "Slipway <slipway@example.com>".to_owned();
    home
}

fn letter(to: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "You are invited – welcome".to_owned(),
        text: "Hello Zoë,\n\nhttps://slipway.example.com/invitations/planted-secret-link?a=1\n".to_owned(),
    }
}

async fn send(ctx: &Ctx, mail: &Mail) -> WorkItemId {
    let mut tx = ctx.begin().await.unwrap();
    let id = mail::send(&mut tx, ctx, mail).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn work(ctx: &Ctx) {
    let jobs = HashMap::from([(mail::job().kind, mail::job())]);
    assert!(jobs::run_next(ctx, &jobs, "a").await.unwrap());
}

async fn item(ctx: &Ctx, id: WorkItemId) -> WorkItem {
    store::get(ctx.db.reader(), id).await.unwrap()
}

#[tokio::test]
async fn a_mail_is_delivered_once_its_change_is_committed() {
    let mailbox = Mailbox::start().unwrap();
    let home = home(&mailbox);
    let ctx = home.start().await;
    assert!(mail::is_configured(&ctx.settings));
    let mut tx = ctx.begin().await.unwrap();
    mail::send(&mut tx, &ctx, &letter("rolled@example.com")).await.unwrap();
    drop(tx);
    send(&ctx, &letter("zoe@example.com")).await;
    work(&ctx).await;
    let mails = mailbox.mails().unwrap();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].contains("To: zoe@example.com"), "{}", mails[0]);
    assert!(mails[0].contains("<slipway@example.com>"), "{}", mails[0]);
    assert!(
        mails[0].contains("/invitations/planted-secret-link?a=1"),
        "{}",
        mails[0]
    );
    assert!(mails[0].contains("Message-ID: <"), "{}", mails[0]);
}

#[tokio::test]
async fn a_waiting_mail_is_sealed() {
    let mailbox = Mailbox::start().unwrap();
    let home = home(&mailbox);
    let ctx = home.start().await;
    let id = send(&ctx, &letter("zoe@example.com")).await;
    let stored = format!("{:?}", item(&ctx, id).await);
    assert!(stored.contains("sealed"), "{stored}");
    for secret in ["planted-secret-link", "zoe@example.com", "invited"] {
        assert!(!stored.contains(secret), "{stored}");
    }
}

#[tokio::test]
async fn an_address_that_is_refused_for_good_is_not_tried_again() {
    let mailbox = Mailbox::start().unwrap();
    let home = home(&mailbox);
    let ctx = home.start().await;
    let id = send(&ctx, &letter("refused@example.com")).await;
    work(&ctx).await;
    let found = item(&ctx, id).await;
    let error = found.last_error.unwrap();
    assert_eq!(found.state, ItemState::Dead);
    assert!(error.contains("no such mailbox"), "{error}");
    assert!(!error.contains("planted-secret-link"), "{error}");
}

#[tokio::test]
async fn a_server_that_says_later_or_is_away_is_asked_again() {
    let mailbox = Mailbox::start().unwrap();
    let mut home = home(&mailbox);
    let ctx = home.start().await;
    let id = send(&ctx, &letter("later@example.com")).await;
    work(&ctx).await;
    let found = item(&ctx, id).await;
    assert_eq!(found.state, ItemState::Queued);
    assert!(found.last_error.unwrap().contains("try again later"));
    home.settings.mail.port = 1;
    let refused = mail::deliver(&home.settings.mail, &letter("zoe@example.com"), "evt-1").await;
    assert!(matches!(refused, Err(jobs::JobError::Retry(_))), "{refused:?}");
}

#[tokio::test]
async fn what_is_no_address_is_refused_at_once() {
    let mailbox = Mailbox::start().unwrap();
    let home = home(&mailbox);
    let ctx = home.start().await;
    let mut tx = ctx.begin().await.unwrap();
    for address in [
        "",
        "zoe",
        "zoe@",
        "zoe@example.com\r\nBcc: all@example.com",
        "a b@example.com",
    ] {
        let error = mail::send(&mut tx, &ctx, &letter(address)).await.unwrap_err();
        assert_eq!(error.code(), slipway_api::Code::Invalid, "{address}");
    }
}
