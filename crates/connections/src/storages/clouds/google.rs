//! Google Cloud Storage: a bucket with versions, closed to the world, with permissions of the whole bucket only.
//!
//! Its label says whose it is, and comes with the request that makes the bucket. Source: the JSON API's reference, "Buckets".

use http::Method;
use serde_json::{Value, json};
use slipway_kernel::Ctx;
use slipway_kernel::outbound::Request;
use url::Url;
use zeroize::Zeroizing;

use super::{Contents, Found, PAGES, Seen, Setting, Trouble, send, short};
use crate::integrations::probes::{self, Probe, bearer, word};
use crate::storages::decide::TAG;
use crate::storages::model::Storage;

/// A bucket.
pub(in crate::storages) struct Bucket<'a> {
    ctx: &'a Ctx,
    token: Zeroizing<String>,
    /// `https://storage.googleapis.com`.
    base: String,
    project: &'a str,
    name: &'a str,
    location: &'a str,
    storage: &'a Storage,
}

/// What Google answers that is no failure of the way there: a document, or a status without one that is of use.
type Answered = Result<Value, (u16, String)>;

pub(super) async fn open<'a>(
    probe: &Probe<'_>,
    ctx: &'a Ctx,
    (project, name, location): (&'a str, &'a str, &'a str),
    storage: &'a Storage,
) -> Result<Bucket<'a>, Trouble> {
    let base = probe.text("storage-url").unwrap_or("https://storage.googleapis.com");
    Ok(Bucket {
        ctx,
        token: probes::google::credentials(probe).await?,
        base: base.trim_end_matches('/').to_owned(),
        project,
        name,
        location,
        storage,
    })
}

impl Bucket<'_> {
    pub(super) async fn see(&self) -> Result<Seen, Trouble> {
        let asked = self
            .ask(Method::GET, &self.place(""), None, "storage.buckets.get")
            .await;
        let found = match asked {
            Ok(Ok(found)) => found,
            Ok(Err((404, _))) => return Ok(Seen::Missing),
            Ok(Err((status, said))) => return Err(refused(status, &said)),
            // Names are everybody's: one of another project shows nothing.
            Err(Trouble::Denied { permission, said }) => {
                return Err(Trouble::Denied {
                    permission,
                    said: format!("{said}. Or a bucket {} is there already, in another project", self.name),
                });
            }
            Err(trouble) => return Err(trouble),
        };
        match word(&found, &format!("/labels/{TAG}")) {
            Some(whose) if whose == self.storage.id.to_string() => {}
            Some(whose) => {
                return Ok(Seen::Foreign(format!(
                    "The bucket {} is there already, and belongs to the storage {whose} by its label.",
                    self.name
                )));
            }
            None => {
                return Ok(Seen::Foreign(format!(
                    "The bucket {} is there already, without the label {TAG}.",
                    self.name
                )));
            }
        }
        let on = |pointer: &str| found.pointer(pointer).and_then(Value::as_bool) == Some(true);
        let prevention = word(&found, "/iamConfiguration/publicAccessPrevention");
        Ok(Seen::Ours(vec![
            (
                Setting::UniformAccess,
                Found::when(on("/iamConfiguration/uniformBucketLevelAccess/enabled"), "off"),
            ),
            (
                Setting::PublicAccess,
                Found::when(prevention == Some("enforced"), "not blocked"),
            ),
            (Setting::Versioning, Found::when(on("/versioning/enabled"), "off")),
        ]))
    }

    pub(super) async fn create(&self) -> Result<(), Trouble> {
        let body = json!({
            "name": self.name,
            "location": self.location,
            "labels": {TAG: self.storage.id},
            "iamConfiguration": {
                "uniformBucketLevelAccess": {"enabled": true},
                "publicAccessPrevention": "enforced",
            },
            "versioning": {"enabled": true},
        });
        let place = format!("{}/storage/v1/b?project={}", self.base, self.project);
        match self
            .ask(Method::POST, &place, Some(body), "storage.buckets.create")
            .await?
        {
            Ok(_) => Ok(()),
            // Somebody was faster, we ourselves perhaps: the next look says whose it is.
            Err((409, _)) => Ok(()),
            Err((status, said)) => Err(refused(status, &said)),
        }
    }

    pub(super) async fn set(&self, setting: Setting) -> Result<(), Trouble> {
        let body = match setting {
            Setting::UniformAccess => json!({"iamConfiguration": {"uniformBucketLevelAccess": {"enabled": true}}}),
            Setting::PublicAccess => json!({"iamConfiguration": {"publicAccessPrevention": "enforced"}}),
            _ => json!({"versioning": {"enabled": true}}),
        };
        let place = self.place("");
        done(
            self.ask(Method::PATCH, &place, Some(body), "storage.buckets.update")
                .await?,
        )
    }

    pub(super) async fn contents(&self) -> Result<Contents, Trouble> {
        let mut contents = Contents::default();
        let mut token = String::new();
        for _ in 0..PAGES {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("versions", "true")
                .append_pair("maxResults", "1000")
                .append_pair("fields", "items(name),nextPageToken")
                .append_pair("pageToken", &token)
                .finish();
            let place = self.place(&format!("/o?{query}"));
            let page = match self.ask(Method::GET, &place, None, "storage.objects.list").await? {
                Ok(page) => page,
                Err((404, _)) => return Ok(contents),
                Err((status, said)) => return Err(refused(status, &said)),
            };
            let items = page.get("items").and_then(Value::as_array);
            let names = items.into_iter().flatten().filter_map(|item| word(item, "/name"));
            contents.add(names.map(str::to_owned));
            match word(&page, "/nextPageToken") {
                Some(next) => next.clone_into(&mut token),
                None => return Ok(contents),
            }
        }
        contents.has_more = true;
        Ok(contents)
    }

    pub(super) async fn remove(&self) -> Result<(), Trouble> {
        let place = self.place("");
        match self.ask(Method::DELETE, &place, None, "storage.buckets.delete").await? {
            Ok(_) | Err((404, _)) => Ok(()),
            Err((409, said)) => Err(Trouble::Refused(format!(
                "the bucket {} is not empty, or is kept from being removed; nothing was removed: {said}",
                self.name
            ))),
            Err((status, said)) => Err(refused(status, &said)),
        }
    }

    fn place(&self, below: &str) -> String {
        format!("{}/storage/v1/b/{}{below}", self.base, self.name)
    }

    async fn ask(
        &self,
        method: Method,
        place: &str,
        body: Option<Value>,
        permission: &'static str,
    ) -> Result<Answered, Trouble> {
        let url = Url::parse(place).map_err(|_| Trouble::Refused(format!("\"{place}\" is no address")))?;
        let mut request = bearer(Request::new(method, url), &self.token)?;
        if let Some(body) = body {
            request = request.body("application/json", body.to_string().into_bytes());
        }
        let answer = send(self.ctx, request.at_most(8 << 20)).await?;
        let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status.is_success() {
            return Ok(Ok(document));
        }
        let said = short(word(&document, "/error/message").unwrap_or("no reason"));
        match answer.status.as_u16() {
            403 => Err(Trouble::Denied {
                permission,
                said: format!("Google says: {said}"),
            }),
            status => Ok(Err((status, said))),
        }
    }
}

fn done(answered: Answered) -> Result<(), Trouble> {
    match answered {
        Ok(_) => Ok(()),
        Err((status, said)) => Err(refused(status, &said)),
    }
}

fn refused(status: u16, said: &str) -> Trouble {
    Trouble::Refused(format!("Google answers {status}: {said}"))
}
