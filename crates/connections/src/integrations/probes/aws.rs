//! AWS: who a key is, or whether a token of ours gets the role.

use super::{Checked, Outcome, Probe, Wrong};
use crate::integrations::sts::{Credentials, Keys, Refusal, Sts};
use slipway_kernel::text;
use zeroize::Zeroizing;

pub(super) async fn ask(probe: &Probe<'_>) -> Result<Outcome, Wrong> {
    let sts = service(probe);
    match probe.method() {
        "access-keys" => by_keys(probe, &sts).await,
        _ => by_token(probe, &sts).await,
    }
}

/// What requests of the asker are signed with, for a quarter of an hour at least.
pub(crate) async fn credentials(probe: &Probe<'_>) -> Result<Credentials, Wrong> {
    let sts = service(probe);
    let wrong = |refusal: Refusal| Wrong(in_words(&refusal));
    if probe.method() != "access-keys" {
        let role = probe.text("role-arn").unwrap_or_default();
        same_account(probe, role.split(':').nth(4).unwrap_or_default())?;
        let (token, subject) = probe.token(probe.text("audience").unwrap_or_default()).await?;
        let session = sts.assume_by_token(&token, role).await.map_err(|refusal| {
            let Wrong(why) = wrong(refusal);
            Wrong(format!(
                "{why} The subject that the role has to let in is \"{subject}\"."
            ))
        })?;
        return Ok(session.into());
    }
    let keys = keys(probe);
    if probe.text("account-id").is_some() {
        same_account(probe, &sts.caller(&keys).await.map_err(wrong)?.1)?;
    }
    let Some(role) = probe.text("assume-role-arn") else {
        return Ok(Credentials {
            access_key_id: keys.access_key_id.to_owned(),
            secret_access_key: Zeroizing::new(keys.secret_access_key.to_owned()),
            session_token: None,
        });
    };
    let session = sts.assume(&keys, role, probe.text("external-id"), 900).await;
    Ok(session.map_err(wrong)?.into())
}

fn service<'a>(probe: &'a Probe<'_>) -> Sts<'a> {
    Sts {
        outbound: &probe.ctx.outbound,
        url: probe.text("sts-url"),
        region: probe.text("region").unwrap_or("us-east-1"),
        now: probe.ctx.now(),
    }
}

fn keys<'a>(probe: &'a Probe<'_>) -> Keys<'a> {
    Keys {
        access_key_id: probe.text("access-key-id").unwrap_or_default(),
        secret_access_key: probe.secret("secret-access-key"),
    }
}

async fn by_keys(probe: &Probe<'_>, sts: &Sts<'_>) -> Result<Outcome, Wrong> {
    let keys = keys(probe);
    let wrong = |refusal: Refusal| Wrong(in_words(&refusal));
    let (mut arn, account) = sts.caller(&keys).await.map_err(wrong)?;
    same_account(probe, &account)?;
    if let Some(role) = probe.text("assume-role-arn") {
        arn = sts
            .assume(&keys, role, probe.text("external-id"), 900)
            .await
            .map_err(wrong)?
            .arn;
    }
    Ok(known(arn))
}

async fn by_token(probe: &Probe<'_>, sts: &Sts<'_>) -> Result<Outcome, Wrong> {
    let role = probe.text("role-arn").unwrap_or_default();
    same_account(probe, role.split(':').nth(4).unwrap_or_default())?;
    let audience = probe.text("audience").unwrap_or_default();
    let (token, subject) = probe.token(audience).await?;
    match sts.assume_by_token(&token, role).await {
        Ok(session) => Ok(known(session.arn)),
        // A policy that lets in some workspaces only is a good one, and this is no workspace.
        Err(Refusal::Aws { code, .. }) if code == "AccessDenied" => Ok((
            Checked::default(),
            Some(format!(
                "AWS knows this server, but the role's trust policy does not let the test in, whose subject is \
                 \"{subject}\". That is right where it lets in workspaces only."
            )),
        )),
        Err(refusal) => Err(Wrong(in_words(&refusal))),
    }
}

fn known(arn: String) -> Outcome {
    let checked = Checked {
        account: Some(arn),
        ..Checked::default()
    };
    (checked, None)
}

fn same_account(probe: &Probe<'_>, account: &str) -> Result<(), Wrong> {
    match probe.text("account-id") {
        Some(wanted) if wanted != account => Err(Wrong(format!(
            "The credentials are of the account {account}, and the integration is for {wanted}."
        ))),
        _ => Ok(()),
    }
}

fn in_words(refusal: &Refusal) -> String {
    let hint = match refusal {
        Refusal::Aws { code, .. } => match code.as_str() {
            "InvalidClientTokenId" => "The access key id is unknown there: it was deleted, or mistyped.",
            "SignatureDoesNotMatch" => "The secret access key does not belong to the access key id.",
            "ExpiredToken" | "ExpiredTokenException" => "The credentials have expired.",
            "AccessDenied" => "The role's trust policy does not let this key in, or the external id is another.",
            "InvalidIdentityToken" => {
                "Make an OpenID Connect provider with this server's address in IAM, with the audience of this \
                 integration; AWS must be able to reach the server."
            }
            _ => "",
        },
        Refusal::Other(_) => "",
    };
    format!("{} {hint}", text::sentence(&refusal.to_string()))
        .trim_end()
        .to_owned()
}
