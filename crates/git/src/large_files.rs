//! Large files (Git LFS): a commit has a small pointer, the content is somewhere else. The protocol is spoken here, the
//! requests are made by the caller: `git lfs` itself would connect to whatever address a server names.
//! <https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md>

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::address::Transport;
use crate::archive::{LargeFileRequest, LargeFiles};
use crate::error::GitError;
use crate::ids::ObjectId;
use crate::mirror::hexadecimal;
use crate::remote::Credentials;

const MEDIA: &str = "application/vnd.git-lfs+json";
/// How many files one request asks for: the most that the large servers take.
const BATCH: usize = 100;
/// Largest answer about a batch, in bytes.
const ANSWER_BYTES: u64 = 4 << 20;

/// What stands in a commit for a large file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub(crate) struct Pointer {
    oid: String,
    size: u64,
}

impl Pointer {
    /// Longest pointer, in bytes.
    pub(crate) const LONGEST: u64 = 1_024;

    /// Lines of a name and a value, the version first: <https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>
    pub(crate) fn parse(content: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(content).ok()?;
        let mut lines = text.lines();
        lines
            .next()
            .filter(|line| *line == "version https://git-lfs.github.com/spec/v1")?;
        let values: HashMap<&str, &str> = lines.filter_map(|line| line.split_once(' ')).collect();
        let oid = values.get("oid")?.strip_prefix("sha256:")?;
        let is_digest = oid.len() == 64 && oid.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let size = values.get("size")?.parse().ok()?;
        is_digest.then(|| Self {
            oid: oid.to_owned(),
            size,
        })
    }
}

#[derive(Deserialize)]
struct BatchAnswer {
    #[serde(default)]
    objects: Vec<ObjectAnswer>,
}

#[derive(Deserialize)]
struct ObjectAnswer {
    oid: String,
    #[serde(default)]
    actions: Option<Actions>,
    #[serde(default)]
    error: Option<ObjectError>,
}

#[derive(Deserialize)]
struct Actions {
    download: Option<Action>,
}

#[derive(Deserialize)]
struct Action {
    href: String,
    #[serde(default)]
    header: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct ObjectError {
    #[serde(default)]
    message: String,
}

/// The contents that pointers stand for, by the blob of the pointer.
pub(crate) async fn fetch_large(
    large_files: &LargeFiles<'_>,
    pointers: HashMap<ObjectId, Pointer>,
    limit_bytes: u64,
) -> Result<HashMap<ObjectId, Arc<[u8]>>, GitError> {
    let mut wanted: Vec<Pointer> = pointers.values().cloned().collect();
    wanted.sort();
    wanted.dedup();
    let total = wanted
        .iter()
        .try_fold(0_u64, |sum, pointer| sum.checked_add(pointer.size));
    if total.is_none_or(|total| total > limit_bytes) {
        return Err(GitError::TooLarge {
            what: "the sum of the large files (Git LFS)".to_owned(),
            limit_bytes,
        });
    }
    let mut contents: HashMap<String, Arc<[u8]>> = HashMap::new();
    for some in wanted.chunks(BATCH) {
        for (pointer, action) in ask(large_files, some).await? {
            let content = download(large_files, &pointer, action).await?;
            contents.insert(pointer.oid, content.into());
        }
    }
    let with_content = pointers.into_iter().filter_map(|(id, pointer)| {
        let content = contents.get(&pointer.oid)?;
        Some((id, Arc::clone(content)))
    });
    Ok(with_content.collect())
}

/// Where each file is.
async fn ask(large_files: &LargeFiles<'_>, wanted: &[Pointer]) -> Result<Vec<(Pointer, Action)>, GitError> {
    let body = serde_json::json!({"operation": "download", "transfers": ["basic"], "objects": wanted});
    let mut headers = vec![
        ("accept".to_owned(), MEDIA.to_owned()),
        ("content-type".to_owned(), MEDIA.to_owned()),
    ];
    headers.extend(authorization(large_files));
    let request = LargeFileRequest {
        url: format!("{}/objects/batch", endpoint(large_files)?),
        headers,
        body: Some(body.to_string().into_bytes()),
        limit_bytes: ANSWER_BYTES,
    };
    let answer = send(large_files, request).await?;
    let answer: BatchAnswer = serde_json::from_slice(&answer)
        .map_err(|_| away(large_files, "what it says about large files (Git LFS) cannot be read"))?;
    let mut found: HashMap<String, ObjectAnswer> = answer
        .objects
        .into_iter()
        .map(|object| (object.oid.clone(), object))
        .collect();
    let place = |pointer: &Pointer| {
        let object = found.remove(&pointer.oid);
        let (action, error) = match object {
            Some(object) => (object.actions.and_then(|actions| actions.download), object.error),
            None => (None, None),
        };
        let action = action.ok_or_else(|| {
            let said = error
                .map(|error| error.message.chars().take(200).collect())
                .unwrap_or_default();
            missing(pointer, said)
        })?;
        Ok((pointer.clone(), action))
    };
    wanted.iter().map(place).collect()
}

async fn download(large_files: &LargeFiles<'_>, pointer: &Pointer, action: Action) -> Result<Vec<u8>, GitError> {
    let mut headers: Vec<(String, String)> = action.header.into_iter().collect();
    let is_signed = headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    if !is_signed && is_same_origin(&action.href, &endpoint(large_files)?) {
        headers.extend(authorization(large_files));
    }
    let request = LargeFileRequest {
        url: action.href,
        headers,
        body: None,
        limit_bytes: pointer.size,
    };
    let content = send(large_files, request).await?;
    let is_right =
        content.len() as u64 == pointer.size && hexadecimal(digest(&SHA256, &content).as_ref()) == pointer.oid;
    if is_right {
        return Ok(content);
    }
    Err(GitError::Damaged(format!(
        "the large file (Git LFS) {} came with another content than its pointer says",
        pointer.oid
    )))
}

async fn send(large_files: &LargeFiles<'_>, request: LargeFileRequest) -> Result<Vec<u8>, GitError> {
    let (status, body) = (large_files.request)(request).await?;
    match status {
        200 => Ok(body),
        401 | 403 => Err(GitError::Credentials {
            address: large_files.remote.address.to_string(),
            said: format!("it answers with {status} when it is asked for large files (Git LFS)"),
        }),
        404 | 410 | 422 => Err(GitError::Missing(format!(
            "a large file (Git LFS) of {}",
            large_files.remote.address
        ))),
        status => Err(away(
            large_files,
            &format!("it answers with {status} when it is asked for large files (Git LFS)"),
        )),
    }
}

/// `https://host/path.git/info/lfs`. Over SSH a server would have to be asked by a program of its own where they are.
fn endpoint(large_files: &LargeFiles<'_>) -> Result<String, GitError> {
    let address = &large_files.remote.address;
    match address.transport() {
        Transport::Ssh => Err(GitError::Refused(format!(
            "large files (Git LFS) of {address} are only fetched over HTTPS: use the https:// address of the repository"
        ))),
        Transport::Https | Transport::Http => {
            let whole = address.to_string();
            Ok(format!("{}.git/info/lfs", whole.strip_suffix(".git").unwrap_or(&whole)))
        }
    }
}

fn authorization(large_files: &LargeFiles<'_>) -> Option<(String, String)> {
    let Credentials::Basic { username, password } = &large_files.remote.credentials else {
        return None;
    };
    let value = STANDARD.encode(format!("{username}:{}", password.as_str()));
    Some(("authorization".to_owned(), format!("Basic {value}")))
}

fn is_same_origin(one: &str, other: &str) -> bool {
    let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin());
    origin(one).is_some_and(|one| one.is_tuple() && Some(one) == origin(other))
}

fn missing(pointer: &Pointer, said: String) -> GitError {
    let said = if said.is_empty() {
        String::new()
    } else {
        format!(" ({said})")
    };
    GitError::Missing(format!("the large file (Git LFS) {}{said}", pointer.oid))
}

fn away(large_files: &LargeFiles<'_>, said: &str) -> GitError {
    GitError::Away {
        host: large_files.remote.address.host().to_owned(),
        said: said.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_what_the_specification_says() {
        let oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
        let text = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12345\n");
        assert_eq!(
            Pointer::parse(text.as_bytes()).unwrap(),
            Pointer {
                oid: oid.to_owned(),
                size: 12_345
            }
        );
        for broken in [
            "",
            "version 1",
            &text.replace("sha256:4", "sha256:../"),
            &text.replace("12345", "-1"),
            &text.replace("oid", "old"),
        ] {
            assert_eq!(Pointer::parse(broken.as_bytes()), None, "{broken}");
        }
    }

    #[test]
    fn credentials_go_to_the_origin_they_are_for() {
        let endpoint = "https://forge.example.com/a/b.git/info/lfs";
        assert!(is_same_origin("https://forge.example.com/objects/1", endpoint));
        for other in [
            "http://forge.example.com/x",
            "https://forge.example.com:8443/x",
            "https://forge.example.com.evil/x",
            "data:x",
            "",
        ] {
            assert!(!is_same_origin(other, endpoint), "{other}");
        }
    }
}
