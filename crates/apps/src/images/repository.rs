//! The images of one app in a registry, asked for and deleted
//! (<https://github.com/opencontainers/distribution-spec/blob/main/spec.md>).

use http::StatusCode;
use http::header::LINK;
use serde::Deserialize;
use slipway_connections::registries::{Asking, ImageName};
use slipway_kernel::outbound::Answer;
use slipway_kernel::{Ctx, Error};
use url::Url;

use super::tags::{Tag, is_digest, is_tag};
use crate::clusters::kubernetes::Builds;
use crate::clusters::registry::MANIFESTS;

/// Tags that are asked for at once, and how often at most.
const PAGE: usize = 1_000;
const MOST_PAGES: usize = 20;

/// Why an app's images are not looked at, or not deleted. Reasons are in words that go on behind a colon.
pub(super) enum Trouble {
    /// The registry does not answer now.
    Away(String),
    /// The registry deletes nothing, whoever asks.
    Closed(String),
    /// It does not do what was asked, of this app.
    Refused(String),
    /// It is not the registry.
    Other(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// What an app's builds pushed.
pub(super) struct Repository<'a> {
    /// Apart, because a token that opens the one does not open the other.
    reading: Asking<'a>,
    deleting: Asking<'a>,
    registry: &'a str,
    path: String,
    /// What people are told of: which apps there are is not everybody's to know who sees the cluster.
    prefix: &'a str,
}

#[derive(Deserialize)]
struct Listed {
    /// Some have `null` where there are none.
    tags: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    manifests: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    digest: String,
}

impl<'a> Repository<'a> {
    /// Asks nothing yet.
    pub(super) fn new(ctx: &'a Ctx, builds: &'a Builds, app: &str) -> Result<Self, Trouble> {
        let name = ImageName::read(&builds.name(app)).map_err(Trouble::Refused)?;
        Ok(Self {
            reading: Asking::new(&ctx.outbound, &builds.registry),
            deleting: Asking::new(&ctx.outbound, &builds.registry),
            registry: &builds.registry.address,
            path: name.repository,
            prefix: &builds.repository,
        })
    }

    /// Every tag; none where nothing was pushed.
    pub(super) async fn tags(&mut self) -> Result<Vec<String>, Trouble> {
        let mut tags = Vec::new();
        let mut query = format!("n={PAGE}");
        for _ in 0..MOST_PAGES {
            let path = format!("{}/tags/list?{query}", self.path);
            let asked = self.reading.get(&path, "application/json").await;
            let answer = asked.map_err(Trouble::Away)?;
            match answer.status {
                StatusCode::OK => {}
                StatusCode::NOT_FOUND if tags.is_empty() => return Ok(tags),
                _ => return Err(self.trouble("list tags", &answer)),
            }
            let listed: Listed = serde_json::from_slice(&answer.body).map_err(|_| self.unclear("tags"))?;
            tags.extend(listed.tags.unwrap_or_default());
            match answer.headers.get(LINK) {
                None if tags.iter().all(|tag| is_tag(tag)) => return Ok(tags),
                None => return Err(self.unclear("tags")),
                Some(link) => {
                    let next = link.to_str().ok().and_then(|link| next(link, &self.path));
                    query = next.ok_or_else(|| self.unclear("tags"))?;
                }
            }
        }
        Err(self.unclear("very many tags"))
    }

    /// What a tag leads to; nothing where it is gone.
    pub(super) async fn tag(&mut self, name: &str) -> Result<Option<Tag>, Trouble> {
        let path = format!("{}/manifests/{name}", self.path);
        let answer = self.reading.get(&path, MANIFESTS).await.map_err(Trouble::Away)?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            _ => return Err(self.trouble("show images", &answer)),
        }
        let digest = answer.headers.get("docker-content-digest");
        let digest = digest
            .and_then(|digest| digest.to_str().ok())
            .filter(|digest| is_digest(digest));
        let digest = digest.ok_or_else(|| self.unclear("an image"))?;
        let manifest: Manifest = serde_json::from_slice(&answer.body).map_err(|_| self.unclear("an image"))?;
        Ok(Some(Tag {
            name: name.to_owned(),
            digest: digest.to_owned(),
            parts: manifest.manifests.into_iter().map(|part| part.digest).collect(),
        }))
    }

    /// Deletes an image with all tags that lead to it; one that is gone is fine.
    pub(super) async fn delete(&mut self, digest: &str) -> Result<(), Trouble> {
        let path = format!("{}/manifests/{digest}", self.path);
        let answer = self.deleting.delete(&path).await.map_err(Trouble::Away)?;
        match answer.status {
            status if status.is_success() || status == StatusCode::NOT_FOUND => Ok(()),
            StatusCode::METHOD_NOT_ALLOWED => Err(Trouble::Closed(format!(
                "{} lets nobody delete images (status 405): turn that on in the registry (for distribution's by \
                 REGISTRY_STORAGE_DELETE_ENABLED=true)",
                self.registry
            ))),
            _ => Err(self.trouble("delete images", &answer)),
        }
    }

    fn trouble(&self, what: &str, answer: &Answer) -> Trouble {
        let (registry, prefix, status) = (self.registry, self.prefix, answer.status.as_u16());
        match answer.status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Trouble::Refused(format!(
                "the account of the builds' integration may not {what} below {prefix} at {registry} (status {status}): allow it that there"
            )),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
                Trouble::Away(format!("{registry} answered with status {status}"))
            }
            other if other.is_server_error() => Trouble::Away(format!("{registry} answered with status {status}")),
            _ => Trouble::Refused(format!(
                "{registry} answered with status {status} when asked to {what} below {prefix}"
            )),
        }
    }

    fn unclear(&self, what: &str) -> Trouble {
        Trouble::Refused(format!(
            "what {} says of {what} below {} is not understood",
            self.registry, self.prefix
        ))
    }
}

/// The query of the next page, of `</v2/a/tags/list?last=b&n=10>; rel="next"`, where that is of the same repository.
fn next(link: &str, path: &str) -> Option<String> {
    let (target, about) = link.strip_prefix('<')?.split_once('>')?;
    let base = Url::parse("http://registry.invalid/").ok()?;
    let target = base.join(target).ok()?;
    let is_meant = about.contains("next") && target.path() == format!("/v2/{path}/tags/list");
    target.query().filter(|_| is_meant).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("</v2/a/b/tags/list?last=x&n=10>; rel=\"next\"", Some("last=x&n=10"))]
    #[case("<https://r.example.test/v2/a/b/tags/list?last=x>; rel=next", Some("last=x"))]
    #[case("</v2/a/c/tags/list?last=x>; rel=\"next\"", None)]
    #[case("</v2/a/b/../c/tags/list?last=x>; rel=\"next\"", None)]
    #[case("</v2/a/b/tags/list>; rel=\"next\"", None)]
    #[case("nothing", None)]
    fn the_next_page_is_of_the_same_repository(#[case] link: &str, #[case] query: Option<&str>) {
        assert_eq!(next(link, "a/b").as_deref(), query);
    }
}
