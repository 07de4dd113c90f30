//! Buckets at Google Cloud, by a server that answers as the reference of the JSON API says.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::super::integrations::make;
use super::{Asked, acme, act, create, ended, problem, serve, settings};
use crate::support::Acme;

/// One bucket, if it is there, with names of objects.
#[derive(Default)]
struct Cloud {
    bucket: Option<Value>,
    objects: Vec<&'static str>,
    asked: Vec<String>,
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

fn error(status: u16, message: &str) -> (u16, String) {
    (
        status,
        json!({"error": {"code": status, "message": message}}).to_string(),
    )
}

impl Cloud {
    fn answer(&mut self, asked: &Asked) -> (u16, String) {
        let line = asked.line();
        self.asked.push(line.clone());
        let path = asked.uri.path();
        match (asked.method.as_str(), path) {
            ("POST", "/token") => (200, json!({"access_token": "ya29.a", "expires_in": 3599}).to_string()),
            _ if asked.headers["authorization"] != "Bearer ya29.a" => error(401, "Invalid Credentials"),
            ("POST", "/storage/v1/b") if self.bucket.is_some() => error(409, "The bucket is there already."),
            ("POST", "/storage/v1/b") => {
                assert!(line.contains("project=acme-platform"), "{line}");
                self.bucket = Some(asked.json());
                (200, asked.json().to_string())
            }
            ("GET", path) if path.ends_with("/o") => {
                let items: Vec<Value> = self.objects.iter().map(|name| json!({"name": name})).collect();
                (200, json!({"items": items}).to_string())
            }
            ("GET", _) => match &self.bucket {
                Some(bucket) => (200, bucket.to_string()),
                None => error(404, "The specified bucket does not exist."),
            },
            ("PATCH", _) => {
                merge(self.bucket.as_mut().unwrap(), &asked.json());
                (200, "{}".to_owned())
            }
            ("DELETE", _) => {
                self.bucket = None;
                (204, String::new())
            }
            _ => error(405, "no"),
        }
    }
}

async fn cloud() -> (String, Arc<Mutex<Cloud>>) {
    let cloud = Arc::new(Mutex::new(Cloud::default()));
    let seen = Arc::clone(&cloud);
    let url = serve(move |asked| {
        let answer = seen.lock().unwrap().answer(&asked);
        async move { answer }
    })
    .await;
    (url, cloud)
}

async fn integration(acme: &Acme, url: &str) -> String {
    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der = pair.as_der().unwrap();
    let pem = base64(der.as_ref());
    let key = json!({"type": "service_account", "client_email": "states@p.iam.gserviceaccount.com", "private_key_id": "1",
        "private_key": format!("-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n"), "token_uri": format!("{url}/token")});
    let settings = json!({"method": "service-account-key", "key": key.to_string(), "storage-url": url});
    make(acme, "google-cloud", "google", settings).await
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn place() -> Value {
    json!({"kind": "gcp", "project": "acme-platform", "bucket": "acme-states", "location": "europe-west3"})
}

#[tokio::test]
async fn a_bucket_is_made_repaired_and_removed_when_it_is_empty() {
    let acme = acme().await;
    let (url, cloud) = cloud().await;
    let id = create(&acme, &integration(&acme, &url).await, place()).await;
    let ready = ended(&acme, &id).await;
    assert_eq!((&ready["status"], problem(&ready)), (&json!("ready"), ""), "{ready}");
    assert!(ready["backend"].as_str().unwrap().contains("backend \"gcs\""));
    let made = cloud.lock().unwrap().bucket.clone().unwrap();
    assert_eq!(made["labels"]["slipway-storage"], json!(id));
    assert_eq!(made["iamConfiguration"]["publicAccessPrevention"], "enforced");
    assert_eq!(made["location"], "europe-west3");

    let loosened =
        json!({"versioning": {"enabled": false}, "iamConfiguration": {"publicAccessPrevention": "inherited"}});
    merge(cloud.lock().unwrap().bucket.as_mut().unwrap(), &loosened);
    let checked = act(&acme, &id, "check").await.expect(200);
    assert_eq!(
        settings(&checked.body["data"]["attributes"]),
        ["public-access", "versioning"]
    );
    act(&acme, &id, "repair").await.expect(200);
    assert!(settings(&ended(&acme, &id).await).is_empty());

    cloud.lock().unwrap().objects = vec!["shop/default.tfstate", "shop/default.tfstate"];
    act(&acme, &id, "destroy").await.expect(200);
    let kept = ended(&acme, &id).await;
    assert!(
        problem(&kept).contains("2 objects, every version counted: shop/default.tfstate"),
        "{kept}"
    );
    assert!(
        cloud
            .lock()
            .unwrap()
            .asked
            .iter()
            .any(|line| line.contains("versions=true"))
    );
    cloud.lock().unwrap().objects.clear();
    act(&acme, &id, "retry").await.expect(200);
    assert_eq!(ended(&acme, &id).await["status"], "destroyed");
    assert!(cloud.lock().unwrap().bucket.is_none());
}

#[tokio::test]
async fn a_bucket_of_somebody_else_is_left_alone() {
    let acme = acme().await;
    let (url, cloud) = cloud().await;
    cloud.lock().unwrap().bucket = Some(json!({"name": "acme-states"}));
    let id = create(&acme, &integration(&acme, &url).await, place()).await;
    let failed = ended(&acme, &id).await;
    assert!(
        problem(&failed).contains("without the label slipway-storage"),
        "{failed}"
    );
    assert_eq!(cloud.lock().unwrap().bucket, Some(json!({"name": "acme-states"})));
}
