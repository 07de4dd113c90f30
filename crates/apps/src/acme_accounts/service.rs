//! The authority that certificates are got from (ACME, RFC 8555), asked through the one way to the outside.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use instant_acme::{
    Account, AccountCredentials, BodyWrapper, BytesResponse, Error as AcmeError, HttpClient, NewAccount,
};
use slipway_kernel::outbound::{Outbound, Request};
use slipway_kernel::secrets::Place;
use slipway_kernel::{Ctx, Error, Result};

use super::model::AcmeAccount;
use super::store;

/// How long the authority may take for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks for the library what it wants to know.
struct Asking(Arc<Outbound>);

type Asked = Pin<Box<dyn Future<Output = std::result::Result<BytesResponse, AcmeError>> + Send>>;

impl HttpClient for Asking {
    fn request(&self, request: http::Request<BodyWrapper<Bytes>>) -> Asked {
        let outbound = Arc::clone(&self.0);
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body
                .collect()
                .await
                .map(http_body_util::Collected::to_bytes)
                .unwrap_or_default();
            let url = parts.uri.to_string().parse();
            let url = url.map_err(|_| AcmeError::Str("the authority named an address that cannot be asked"))?;
            let mut asking = Request::new(parts.method, url).within(PATIENCE);
            if !body.is_empty() {
                asking = asking.body("application/jose+json", body.to_vec());
            }
            let answer = outbound
                .send(asking)
                .await
                .map_err(|error| AcmeError::Other(Box::new(error)))?;
            let mut response = http::Response::new(Full::new(Bytes::from(answer.body)));
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            Ok(response.into())
        })
    }
}

/// Our account at the authority that the settings name; made when there is none. `None` without an authority.
///
/// # Errors
///
/// What the authority says, in words; those of the database.
pub(crate) async fn account(ctx: &Ctx) -> Result<std::result::Result<Option<Account>, AcmeError>> {
    let settings = &ctx.settings.routing;
    let Some(directory) = &settings.acme_directory else {
        return Ok(Ok(None));
    };
    let id = hex::encode(digest(&SHA256, directory.as_bytes()));
    let place = Place::new("acme_accounts", "sealed", &id);
    let builder = Account::builder_with_http(Box::new(Asking(Arc::clone(&ctx.outbound))));
    if let Some(row) = store::find(ctx.db.reader(), &id).await? {
        let opened = ctx.secrets.open(ctx.db.reader(), None, &place, &row.sealed).await?;
        let known: AccountCredentials = serde_json::from_slice(opened.expose()).map_err(Error::internal)?;
        return Ok(builder.from_credentials(known).await.map(Some));
    }
    let contact = settings.acme_email.as_ref().map(|address| format!("mailto:{address}"));
    let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
    let wanted = NewAccount {
        contact: &contact,
        terms_of_service_agreed: true,
        only_return_existing: false,
    };
    let (account, made) = match builder.create(&wanted, directory.clone(), None).await {
        Ok(made) => made,
        Err(error) => return Ok(Err(error)),
    };
    let text = serde_json::to_vec(&made).map_err(Error::internal)?;
    let sealed = ctx.secrets.seal(ctx.db.reader(), None, &place, &text).await?;
    let tx = ctx.begin().await?;
    if store::find(&*tx, &id).await?.is_none() {
        let row = AcmeAccount {
            id,
            directory: directory.clone(),
            sealed,
            created_at: ctx.now(),
        };
        store::insert(&tx, row).await?;
    }
    tx.commit().await?;
    Ok(Ok(Some(account)))
}
