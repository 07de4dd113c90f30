//! Azure Blob Storage: a storage account in a resource group that exists, with a container: over TLS 1.2 only, closed to the
//! world, with versions, and with what is deleted kept for a while.
//!
//! The account's tag says whose it is, and comes with the request that makes the account. All but the counting of what is in the
//! container goes through Azure's management. Source: the REST reference of `Microsoft.Storage`, version 2023-05-01.

use http::Method;
use serde_json::{Map, Value, json};
use slipway_kernel::Ctx;
use slipway_kernel::outbound::Request;
use url::Url;

use super::{Contents, Found, PAGES, Seen, Setting, Trouble, send, short};
use crate::integrations::probes::azure::Entry;
use crate::integrations::probes::{self, Probe, bearer, word};
use crate::integrations::sts::xml::{element, elements};
use crate::storages::decide::TAG;
use crate::storages::model::Storage;

const VERSION: &str = "api-version=2023-05-01";
/// How long what is deleted can be had back, in days.
const KEPT_DAYS: u32 = 7;

/// Where an account is.
pub(super) struct Place<'a> {
    pub(super) resource_group: &'a str,
    pub(super) account: &'a str,
    pub(super) container: &'a str,
    pub(super) location: &'a str,
}

/// A storage account with its container.
pub(in crate::storages) struct Account<'a> {
    ctx: &'a Ctx,
    entry: Entry,
    subscription: String,
    place: Place<'a>,
    storage: &'a Storage,
}

/// What Azure answers that is no failure of the way there: a document, or its code and words.
type Answered = Result<Value, (String, String)>;

pub(super) async fn open<'a>(
    probe: &Probe<'_>,
    ctx: &'a Ctx,
    place: Place<'a>,
    storage: &'a Storage,
) -> Result<Account<'a>, Trouble> {
    Ok(Account {
        ctx,
        entry: probes::azure::credentials(probe).await?,
        subscription: probe.text("subscription-id").unwrap_or_default().to_owned(),
        place,
        storage,
    })
}

const READ: &str = "Microsoft.Storage/storageAccounts/read";
const WRITE: &str = "Microsoft.Storage/storageAccounts/write";

impl Account<'_> {
    pub(super) async fn see(&self) -> Result<Seen, Trouble> {
        let account = match self.ask(Method::GET, "", None, READ).await? {
            Ok(account) => account,
            Err((code, _)) if code == "ResourceNotFound" => return Ok(Seen::Missing),
            Err((code, _)) if code == "ResourceGroupNotFound" => {
                return Err(Trouble::Refused(format!(
                    "there is no resource group {} in the subscription; make it, and retry",
                    self.place.resource_group
                )));
            }
            Err(refused) => return Err(said(refused)),
        };
        match word(&account, &format!("/tags/{TAG}")) {
            Some(whose) if whose == self.storage.id.to_string() => {}
            Some(whose) => {
                return Ok(Seen::Foreign(format!(
                    "The storage account {} is there already, and belongs to the storage {whose} by its tag.",
                    self.place.account
                )));
            }
            None => {
                return Ok(Seen::Foreign(format!(
                    "The storage account {} is there already, without the tag {TAG}.",
                    self.place.account
                )));
            }
        }
        let state = word(&account, "/properties/provisioningState").unwrap_or("Succeeded");
        if state != "Succeeded" {
            return Ok(Seen::Pending(format!(
                "Azure is still making the storage account ({state})"
            )));
        }
        let mut settings = of_account(&account);
        settings.extend(self.of_service().await?);
        settings.push(super::found(Setting::Container, self.of_container().await)?);
        Ok(Seen::Ours(settings))
    }

    async fn of_service(&self) -> Result<Vec<(Setting, Found)>, Trouble> {
        let both = [Setting::Versioning, Setting::SoftDelete];
        let properties = match self.service().await {
            Ok(properties) => Value::Object(properties),
            Err(trouble @ Trouble::Denied { .. }) => {
                return Ok(both
                    .map(|setting| (setting, Found::Hidden(trouble.in_words())))
                    .to_vec());
            }
            Err(trouble) => return Err(trouble),
        };
        let on = |pointer: &str| properties.pointer(pointer).and_then(Value::as_bool) == Some(true);
        let [versioning, soft_delete] = both;
        let is_kept = on("/deleteRetentionPolicy/enabled") && on("/containerDeleteRetentionPolicy/enabled");
        Ok(vec![
            (versioning, Found::when(on("/isVersioningEnabled"), "off")),
            (soft_delete, Found::when(is_kept, "off")),
        ])
    }

    /// The properties of the account's blob service.
    async fn service(&self) -> Result<Map<String, Value>, Trouble> {
        let permission = "Microsoft.Storage/storageAccounts/blobServices/read";
        let found = self.ask(Method::GET, "/blobServices/default", None, permission).await?;
        match found.map_err(said)?.get_mut("properties").map(Value::take) {
            Some(Value::Object(properties)) => Ok(properties),
            _ => Ok(Map::new()),
        }
    }

    async fn of_container(&self) -> Result<Found, Trouble> {
        let permission = "Microsoft.Storage/storageAccounts/blobServices/containers/read";
        match self.ask(Method::GET, &self.container(), None, permission).await? {
            Ok(found) => {
                let access = word(&found, "/properties/publicAccess").unwrap_or("None");
                Ok(Found::when(access == "None", "open to everybody"))
            }
            Err((code, _)) if code == "ContainerNotFound" => Ok(Found::Other("not there".to_owned())),
            Err(refused) => Err(said(refused)),
        }
    }

    pub(super) async fn create(&self) -> Result<(), Trouble> {
        let body = json!({
            "location": self.place.location,
            "kind": "StorageV2",
            "sku": {"name": "Standard_LRS"},
            "tags": {TAG: self.storage.id},
            "properties": closed(),
        });
        match self.ask(Method::PUT, "", Some(body), WRITE).await? {
            Ok(_) => Ok(()),
            Err((code, _)) if code == "StorageAccountAlreadyTaken" => Err(Trouble::Refused(format!(
                "somebody has a storage account with the name {} already; choose another name",
                self.place.account
            ))),
            Err(refused) => Err(said(refused)),
        }
    }

    pub(super) async fn set(&self, setting: Setting) -> Result<(), Trouble> {
        let (method, below, body, permission) = match setting {
            Setting::Versioning | Setting::SoftDelete => {
                let permission = "Microsoft.Storage/storageAccounts/blobServices/write";
                let body = json!({"properties": kept(self.service().await?)});
                (Method::PUT, "/blobServices/default".to_owned(), body, permission)
            }
            Setting::Container => {
                let permission = "Microsoft.Storage/storageAccounts/blobServices/containers/write";
                let body = json!({"properties": {"publicAccess": "None"}});
                (Method::PUT, self.container(), body, permission)
            }
            _ => (Method::PATCH, String::new(), json!({"properties": closed()}), WRITE),
        };
        let asked = self.ask(method, &below, Some(body), permission).await?;
        asked.map(|_| ()).map_err(said)
    }

    /// What is in the container, and other containers: the account goes with all of them.
    pub(super) async fn contents(&self) -> Result<Contents, Trouble> {
        let mut contents = Contents::default();
        let permission = "Microsoft.Storage/storageAccounts/blobServices/containers/read";
        let listed = self
            .ask(Method::GET, "/blobServices/default/containers", None, permission)
            .await?;
        let listed = listed.map_err(said)?;
        let names = listed.get("value").and_then(Value::as_array).into_iter().flatten();
        let names: Vec<&str> = names.filter_map(|one| word(one, "/name")).collect();
        let others = names.iter().filter(|name| **name != self.place.container);
        contents.add(others.map(|name| format!("the container {name}")));
        if names.contains(&self.place.container) {
            self.blobs(&mut contents).await?;
        }
        Ok(contents)
    }

    /// The blobs are behind the account's own address, which a signature of a few minutes opens for listing only.
    async fn blobs(&self, contents: &mut Contents) -> Result<(), Trouble> {
        let account = self.ask(Method::GET, "", None, READ).await?.map_err(said)?;
        let Some(endpoint) = word(&account, "/properties/primaryEndpoints/blob") else {
            return Err(Trouble::Refused(
                "Azure does not say where the account's blobs are".to_owned(),
            ));
        };
        let until = self.ctx.now().after(std::time::Duration::from_secs(600)).to_string();
        let body = json!({"signedServices": "b", "signedResourceTypes": "c", "signedPermission": "l",
            "signedProtocol": "https", "signedExpiry": until});
        let permission = "Microsoft.Storage/storageAccounts/listAccountSas/action";
        let given = self
            .ask(Method::POST, "/ListAccountSas", Some(body), permission)
            .await?;
        let given = given.map_err(said)?;
        let signature = word(&given, "/accountSasToken")
            .unwrap_or_default()
            .trim_start_matches('?');
        let base = format!("{}/{}", endpoint.trim_end_matches('/'), self.place.container);
        let mut marker = String::new();
        for _ in 0..PAGES {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("restype", "container")
                .append_pair("comp", "list")
                .append_pair("include", "versions")
                .append_pair("maxresults", "1000")
                .append_pair("marker", &marker)
                .finish();
            let url = Url::parse(&format!("{base}?{query}&{signature}"))
                .map_err(|_| Trouble::Refused(format!("\"{base}\" is no address")))?;
            let answer = send(self.ctx, Request::get(url).at_most(8 << 20)).await?;
            if !answer.status.is_success() {
                let why = format!("the list of blobs is not shown ({})", answer.status);
                return Err(Trouble::Refused(why));
            }
            let text = String::from_utf8_lossy(&answer.body);
            contents.add(elements(&text, "Name"));
            marker = element(&text, "NextMarker").unwrap_or_default();
            if marker.is_empty() {
                return Ok(());
            }
        }
        contents.has_more = true;
        Ok(())
    }

    pub(super) async fn remove(&self) -> Result<(), Trouble> {
        let permission = "Microsoft.Storage/storageAccounts/delete";
        match self.ask(Method::DELETE, "", None, permission).await? {
            Ok(_) => Ok(()),
            Err((code, _)) if code == "ResourceNotFound" => Ok(()),
            Err(refused) => Err(said(refused)),
        }
    }

    fn container(&self) -> String {
        format!("/blobServices/default/containers/{}", self.place.container)
    }

    async fn ask(
        &self,
        method: Method,
        below: &str,
        body: Option<Value>,
        permission: &'static str,
    ) -> Result<Answered, Trouble> {
        let base = self.entry.management.trim_end_matches('/');
        let place = format!(
            "{base}/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Storage/storageAccounts/{}{below}?{VERSION}",
            self.subscription, self.place.resource_group, self.place.account
        );
        let url = Url::parse(&place).map_err(|_| Trouble::Refused(format!("\"{place}\" is no address")))?;
        let mut request = bearer(Request::new(method, url), &self.entry.token)?;
        if let Some(body) = body {
            request = request.body("application/json", body.to_string().into_bytes());
        }
        let answer = send(self.ctx, request).await?;
        let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status.is_success() {
            return Ok(Ok(document));
        }
        let code = word(&document, "/error/code").unwrap_or("").to_owned();
        let said = short(word(&document, "/error/message").unwrap_or("no reason"));
        match answer.status.as_u16() {
            403 => Err(Trouble::Denied {
                permission,
                said: format!("Azure says {code}: {said}"),
            }),
            // Another operation on the same account has not ended.
            409 if matches!(
                code.as_str(),
                "AccountIsBeingCreated" | "StorageAccountOperationInProgress"
            ) =>
            {
                Err(Trouble::Busy(said))
            }
            _ => Ok(Err((code, said))),
        }
    }
}

/// How an account is closed to the world.
fn closed() -> Value {
    json!({"supportsHttpsTrafficOnly": true, "minimumTlsVersion": "TLS1_2", "allowBlobPublicAccess": false})
}

fn of_account(account: &Value) -> Vec<(Setting, Found)> {
    let is = |pointer: &str, wanted: bool| account.pointer(pointer).and_then(Value::as_bool) == Some(wanted);
    let tls = word(account, "/properties/minimumTlsVersion").unwrap_or("TLS1_0");
    vec![
        (
            Setting::Transport,
            Found::when(is("/properties/supportsHttpsTrafficOnly", true), "without TLS, too"),
        ),
        (
            Setting::TlsVersion,
            Found::when(!matches!(tls, "TLS1_0" | "TLS1_1"), tls),
        ),
        (
            Setting::PublicAccess,
            Found::when(is("/properties/allowBlobPublicAccess", false), "may be opened"),
        ),
    ]
}

/// The properties of a blob service with versions and with what is deleted kept; the others stay as they are.
fn kept(mut properties: Map<String, Value>) -> Map<String, Value> {
    properties.insert("isVersioningEnabled".to_owned(), json!(true));
    for policy in ["deleteRetentionPolicy", "containerDeleteRetentionPolicy"] {
        let is_on = properties.get(policy).and_then(|policy| policy.get("enabled")) == Some(&json!(true));
        if !is_on {
            properties.insert(policy.to_owned(), json!({"enabled": true, "days": KEPT_DAYS}));
        }
    }
    properties
}

fn said((code, words): (String, String)) -> Trouble {
    Trouble::Refused(format!("Azure says {code}: {words}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_set_of_a_blob_service_stays() {
        let now = json!({"cors": {"corsRules": [1]}, "deleteRetentionPolicy": {"enabled": true, "days": 30}});
        let Value::Object(now) = now else { panic!() };
        let after = Value::Object(kept(now));
        assert_eq!(after["cors"]["corsRules"], json!([1]));
        assert_eq!(after["deleteRetentionPolicy"]["days"], 30);
        assert_eq!(
            after["containerDeleteRetentionPolicy"],
            json!({"enabled": true, "days": 7})
        );
    }
}
