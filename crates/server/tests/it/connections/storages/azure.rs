//! Storage accounts at Azure, by a server that answers as the reference of `Microsoft.Storage` says.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::super::integrations::make;
use super::{Asked, acme, act, create, ended, problem, serve, settings};
use crate::support::Acme;

const ID: &str = "00000000-0000-0000-0000-000000000001";

/// One storage account, if it is there.
struct Cloud {
    url: String,
    account: Option<Value>,
    service: Value,
    containers: Vec<&'static str>,
    blobs: Vec<&'static str>,
    /// How often it is still being made when somebody looks.
    slow: u32,
    has_group: bool,
    denied: &'static str,
    asked: Vec<String>,
}

fn error(status: u16, code: &str) -> (u16, String) {
    (
        status,
        json!({"error": {"code": code, "message": "It is so."}}).to_string(),
    )
}

fn merge(into: &mut Value, from: &Value) {
    for (name, value) in from.as_object().unwrap() {
        into[name] = value.clone();
    }
}

impl Cloud {
    fn answer(&mut self, asked: &Asked) -> (u16, String) {
        self.asked.push(asked.line());
        let (method, path) = (asked.method.as_str(), asked.uri.path().to_owned());
        if path.ends_with("/oauth2/v2.0/token") {
            return (
                200,
                json!({"access_token": "an-access-token", "expires_in": 3599}).to_string(),
            );
        }
        if path == "/states" {
            let query = asked.uri.query().unwrap();
            assert!(
                query.contains("sig=theirs") && query.contains("include=versions"),
                "{query}"
            );
            let blobs: String = self
                .blobs
                .iter()
                .map(|name| format!("<Blob><Name>{name}</Name></Blob>"))
                .collect();
            return (
                200,
                format!("<EnumerationResults><Blobs>{blobs}</Blobs><NextMarker /></EnumerationResults>"),
            );
        }
        assert_eq!(asked.headers["authorization"], "Bearer an-access-token");
        let base =
            format!("/subscriptions/{ID}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acmestates");
        let below = path.strip_prefix(&base).unwrap_or_else(|| panic!("{path}"));
        if !self.denied.is_empty() && method != "GET" && below.contains(self.denied) {
            return error(403, "AuthorizationFailed");
        }
        match (method, below) {
            _ if !self.has_group => error(404, "ResourceGroupNotFound"),
            ("GET", "") => self.look(),
            ("PUT", "") => {
                self.account = Some(asked.json());
                (202, String::new())
            }
            _ if self.account.is_none() => error(404, "ResourceNotFound"),
            ("PATCH", "") => {
                let properties = asked.json()["properties"].clone();
                merge(&mut self.account.as_mut().unwrap()["properties"], &properties);
                (200, "{}".to_owned())
            }
            ("DELETE", "") => {
                self.account = None;
                (200, String::new())
            }
            ("POST", "/ListAccountSas") => {
                assert_eq!(asked.json()["signedPermission"], "l");
                (200, json!({"accountSasToken": "sv=2023-01-03&sig=theirs"}).to_string())
            }
            ("GET", "/blobServices/default") => (200, json!({"properties": self.service}).to_string()),
            ("PUT", "/blobServices/default") => {
                self.service = asked.json()["properties"].clone();
                (200, "{}".to_owned())
            }
            ("GET", "/blobServices/default/containers") => {
                let all: Vec<Value> = self.containers.iter().map(|name| json!({"name": name})).collect();
                (200, json!({"value": all}).to_string())
            }
            ("GET", "/blobServices/default/containers/states") => match self.containers.contains(&"states") {
                true => (200, json!({"properties": {"publicAccess": "None"}}).to_string()),
                false => error(404, "ContainerNotFound"),
            },
            ("PUT", "/blobServices/default/containers/states") => {
                self.containers.push("states");
                (201, "{}".to_owned())
            }
            _ => error(405, "NotAllowed"),
        }
    }

    fn look(&mut self) -> (u16, String) {
        let Some(account) = &self.account else {
            return error(404, "ResourceNotFound");
        };
        let mut account = account.clone();
        account["properties"]["primaryEndpoints"] = json!({"blob": format!("{}/", self.url)});
        let is_slow = self.slow > 0;
        self.slow = self.slow.saturating_sub(1);
        account["properties"]["provisioningState"] = json!(if is_slow { "Creating" } else { "Succeeded" });
        (200, account.to_string())
    }
}

async fn cloud() -> Arc<Mutex<Cloud>> {
    let cloud = Arc::new(Mutex::new(Cloud {
        url: String::new(),
        account: None,
        service: json!({"cors": {"corsRules": []}}),
        containers: Vec::new(),
        blobs: Vec::new(),
        slow: 0,
        has_group: true,
        denied: "",
        asked: Vec::new(),
    }));
    let seen = Arc::clone(&cloud);
    let url = serve(move |asked| {
        let answer = seen.lock().unwrap().answer(&asked);
        async move { answer }
    })
    .await;
    cloud.lock().unwrap().url = url;
    cloud
}

async fn make_storage(acme: &Acme, cloud: &Arc<Mutex<Cloud>>) -> String {
    let url = cloud.lock().unwrap().url.clone();
    let keys = json!({"method": "client-secret", "client-secret": "qu3tzal-azure", "tenant-id": ID, "subscription-id": ID,
        "client-id": ID, "login-url": url, "management-url": url});
    let integration = make(acme, "azure", "azure", keys).await;
    let place = json!({"kind": "azurerm", "resource-group": "rg", "storage-account": "acmestates", "container": "states",
        "location": "westeurope"});
    create(acme, &integration, place).await
}

#[tokio::test]
async fn an_account_is_made_repaired_and_removed_when_it_is_empty() {
    let acme = acme().await;
    let cloud = cloud().await;
    cloud.lock().unwrap().slow = 2;
    let id = make_storage(&acme, &cloud).await;
    let ready = ended(&acme, &id).await;
    assert_eq!((&ready["status"], problem(&ready)), (&json!("ready"), ""), "{ready}");
    assert!(ready["backend"].as_str().unwrap().contains("backend \"azurerm\""));
    {
        let cloud = cloud.lock().unwrap();
        let account = cloud.account.as_ref().unwrap();
        assert_eq!(account["tags"]["slipway-storage"], json!(id));
        assert_eq!(account["properties"]["minimumTlsVersion"], "TLS1_2");
        assert_eq!(account["properties"]["allowBlobPublicAccess"], false);
        assert_eq!(cloud.service["isVersioningEnabled"], true);
        assert_eq!(cloud.containers, ["states"]);
    }
    let loosened = json!({"minimumTlsVersion": "TLS1_0", "supportsHttpsTrafficOnly": false});
    merge(
        &mut cloud.lock().unwrap().account.as_mut().unwrap()["properties"],
        &loosened,
    );
    cloud.lock().unwrap().service["deleteRetentionPolicy"]["enabled"] = json!(false);
    let checked = act(&acme, &id, "check").await.expect(200);
    assert_eq!(
        settings(&checked.body["data"]["attributes"]),
        ["transport", "tls-version", "soft-delete"]
    );
    act(&acme, &id, "repair").await.expect(200);
    assert!(settings(&ended(&acme, &id).await).is_empty());

    // The account goes with all that is in it: other containers count, too.
    cloud.lock().unwrap().containers.push("photos");
    cloud.lock().unwrap().blobs = vec!["shop/terraform.tfstate"];
    act(&acme, &id, "destroy").await.expect(200);
    let kept = ended(&acme, &id).await;
    assert!(
        problem(&kept).contains("2 objects, every version counted: the container photos, shop/terraform.tfstate"),
        "{kept}"
    );
    assert!(cloud.lock().unwrap().account.is_some());
    cloud.lock().unwrap().containers.pop();
    cloud.lock().unwrap().blobs.clear();
    act(&acme, &id, "retry").await.expect(200);
    let gone = ended(&acme, &id).await;
    assert_eq!(gone["status"], "destroyed", "{gone}");
    assert!(cloud.lock().unwrap().account.is_none());
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let acme = acme().await;
    let cloud = cloud().await;
    cloud.lock().unwrap().has_group = false;
    let id = make_storage(&acme, &cloud).await;
    assert!(problem(&ended(&acme, &id).await).contains("no resource group rg"));
    cloud.lock().unwrap().has_group = true;
    cloud.lock().unwrap().denied = "/blobServices/default/containers/";
    act(&acme, &id, "retry").await.expect(200);
    let failed = ended(&acme, &id).await;
    let permission = "lacks the permission Microsoft.Storage/storageAccounts/blobServices/containers/write";
    assert!(problem(&failed).contains(permission), "{failed}");
    assert_eq!(cloud.lock().unwrap().service["isVersioningEnabled"], true);
    cloud.lock().unwrap().denied = "";
    act(&acme, &id, "retry").await.expect(200);
    assert_eq!(ended(&acme, &id).await["status"], "ready");
}

#[tokio::test]
async fn an_account_of_somebody_else_is_left_alone() {
    let acme = acme().await;
    let cloud = cloud().await;
    let theirs = json!({"tags": {"team": "photos"}, "properties": {}});
    cloud.lock().unwrap().account = Some(theirs.clone());
    let id = make_storage(&acme, &cloud).await;
    let failed = ended(&acme, &id).await;
    assert!(
        problem(&failed).contains("is there already, without the tag"),
        "{failed}"
    );
    assert_eq!(cloud.lock().unwrap().account, Some(theirs));
    let changes = |line: &String| !line.starts_with("GET") && !line.contains("/token");
    assert!(!cloud.lock().unwrap().asked.iter().any(changes));
}
