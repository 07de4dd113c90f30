//! Handing a mail to the SMTP server.

use lettre::message::header::{ContentType, MessageId};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::{Mail, place};
use crate::ctx::Ctx;
use crate::errors::{Error, Result};
use crate::queue::WorkItem;
use crate::queue::jobs::JobError;
use crate::settings::{self, MailEncryption};

/// How long the SMTP server has for one step.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// Refuses what is no mail address.
///
/// # Errors
///
/// `Invalid`.
pub fn check_address(address: &str) -> Result<()> {
    let parsed = address.parse::<lettre::Address>();
    parsed.map(drop).map_err(|_| {
        let detail = format!("\"{}\" is not a mail address.", address.escape_debug());
        Error::invalid("/data/attributes/email", detail)
    })
}

pub(super) async fn run(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let sealed = item
        .payload
        .get("sealed")
        .and_then(|text| hex::decode(text.as_str()?).ok());
    let sealed = sealed.ok_or_else(|| JobError::Fail("the mail is not readable".to_owned()))?;
    let plain = ctx
        .secrets
        .open(ctx.db.reader(), None, &place(&item.subject), &sealed)
        .await?;
    let mail: Mail = serde_json::from_slice(plain.expose()).map_err(|error| JobError::Fail(error.to_string()))?;
    deliver(&ctx.settings.mail, &mail, &item.subject).await
}

/// Delivers a mail now. `reference` becomes part of its `Message-ID`.
///
/// # Errors
///
/// `Retry` when the server is away or says "later", `Fail` when it refuses for good or the settings are wrong.
pub async fn deliver(settings: &settings::Mail, mail: &Mail, reference: &str) -> Result<(), JobError> {
    let fail = |what: &str, error: &dyn std::fmt::Display| JobError::Fail(format!("{what}: {error}"));
    let from: Mailbox = settings.from.parse().map_err(|error| fail("mail.from", &error))?;
    let to: Mailbox = mail
        .to
        .parse()
        .map_err(|error| fail("the receiver's address", &error))?;
    let message = Message::builder()
        .header(MessageId::from(format!("<{reference}@{}>", from.email.domain())))
        .from(from)
        .to(to)
        .subject(&mail.subject)
        .header(ContentType::TEXT_PLAIN)
        .body(mail.text.clone())
        .map_err(|error| fail("the mail", &error))?;
    let transport = transport(settings).map_err(|why| JobError::Fail(format!("mail: {why}")))?;
    match transport.send(message).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_permanent() => Err(fail("the mail server refused", &error)),
        Err(error) => Err(JobError::Retry(format!(
            "the mail server did not take it: {}",
            reason(&error)
        ))),
    }
}

fn transport(settings: &settings::Mail) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let host = settings.host.as_deref().ok_or("mail.host is not set")?;
    let parameters = || TlsParameters::new(host.to_owned()).map_err(|error| error.to_string());
    let tls = match settings.encryption {
        MailEncryption::StartTls => Tls::Required(parameters()?),
        MailEncryption::Tls => Tls::Wrapper(parameters()?),
        MailEncryption::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(settings.port)
        .timeout(Some(PATIENCE))
        .tls(tls);
    if let Some(username) = &settings.username {
        let file = settings
            .password_file
            .as_deref()
            .ok_or("mail.username is set, and mail.password_file is not")?;
        let password = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        builder = builder.credentials(Credentials::new(username.clone(), password.trim_end().to_owned()));
    }
    Ok(builder.build())
}

fn reason(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
