//! Amazon S3: a bucket with versions, encrypted, closed to the world, over TLS, with its own tag.
//!
//! S3 takes the tag with the request that makes the bucket, so that there is no moment at which a bucket of ours has none. Servers
//! that only speak like S3 may not know that: there, and only there, a bucket that we began to make, that has no tag and nothing
//! in it is given the tag.

use http::Method;
use slipway_kernel::Ctx;
use url::Url;

use super::s3::{Answered, Question, S3};
use super::{Contents, Found, PAGES, Seen, Setting, Trouble, found};
use crate::integrations::probes::{self, Probe};
use crate::integrations::sts::xml::{element, elements, escaped};
use crate::storages::decide::{TAG, is_tls_only, with_tls_only};
use crate::storages::model::Storage;

/// A bucket.
pub(in crate::storages) struct Bucket<'a> {
    s3: S3<'a>,
    storage: &'a Storage,
    /// Whether this is another server than Amazon's.
    is_alike: bool,
}

pub(super) async fn open<'a>(
    probe: &Probe<'_>,
    ctx: &'a Ctx,
    (bucket, region): (&'a str, &'a str),
    storage: &'a Storage,
) -> Result<Bucket<'a>, Trouble> {
    let credentials = probes::aws::credentials(probe).await?;
    let own = probe.text("s3-url");
    let text = match own {
        Some(url) => url.to_owned(),
        None => format!("https://s3.{region}.{}", domain(region)),
    };
    let base = Url::parse(&text).map_err(|_| Trouble::Refused(format!("\"{text}\" is no address of S3")))?;
    let s3 = S3 {
        ctx,
        base,
        bucket,
        region,
        credentials,
    };
    Ok(Bucket {
        s3,
        storage,
        is_alike: own.is_some(),
    })
}

fn domain(region: &str) -> &'static str {
    match region.starts_with("cn-") {
        true => "amazonaws.com.cn",
        false => "amazonaws.com",
    }
}

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

impl Bucket<'_> {
    pub(super) async fn see(&self) -> Result<Seen, Trouble> {
        let tags = match self.s3.read(&[("tagging", "")], "s3:GetBucketTagging").await {
            Ok(tags) => tags,
            // A bucket of another account is there and shows nothing.
            Err(Trouble::Denied { permission, said }) => {
                return Err(Trouble::Denied {
                    permission,
                    said: format!(
                        "{said}. Or a bucket {} is there already, in another account",
                        self.s3.bucket
                    ),
                });
            }
            Err(trouble) => return Err(trouble),
        };
        let tags = match tags {
            Answered::Yes(text) => text,
            Answered::No(code) if code == "NoSuchBucket" => return Ok(Seen::Missing),
            Answered::No(_) => String::new(),
        };
        let whose = elements(&tags, "Key")
            .zip(elements(&tags, "Value"))
            .find_map(|(key, value)| (key == TAG).then_some(value));
        let tag = match whose {
            Some(whose) if whose == self.storage.id.to_string() => Found::Right,
            None if self.is_alike && self.storage.is_begun && tags.is_empty() && self.contents().await?.count == 0 => {
                Found::Other("no tag".to_owned())
            }
            Some(whose) => {
                return Ok(Seen::Foreign(format!(
                    "The bucket {} is there already, and belongs to the storage {whose} by its tag.",
                    self.s3.bucket
                )));
            }
            None => {
                return Ok(Seen::Foreign(format!(
                    "The bucket {} is there already, without the tag {TAG}.",
                    self.s3.bucket
                )));
            }
        };
        let mut settings = vec![(Setting::Tag, tag)];
        for setting in [
            Setting::Versioning,
            Setting::Encryption,
            Setting::PublicAccess,
            Setting::Ownership,
            Setting::Transport,
        ] {
            settings.push(found(setting, self.seen(setting).await)?);
        }
        Ok(Seen::Ours(settings))
    }

    async fn seen(&self, setting: Setting) -> Result<Found, Trouble> {
        let (part, permission) = part(setting);
        let text = match self.s3.read(&[(part, "")], permission.0).await? {
            Answered::Yes(text) => text,
            Answered::No(_) => return Ok(Found::Other("not set".to_owned())),
        };
        let is = |name: &str, value: &str| element(&text, name).as_deref() == Some(value);
        Ok(match setting {
            Setting::Versioning => Found::when(is("Status", "Enabled"), "off"),
            Setting::Encryption => Found::when(element(&text, "SSEAlgorithm").is_some(), "off"),
            Setting::PublicAccess => Found::when(BLOCKS.iter().all(|block| is(block, "true")), "not blocked wholly"),
            Setting::Ownership => Found::when(is("ObjectOwnership", "BucketOwnerEnforced"), "the objects' writers"),
            _ => {
                let policy = serde_json::from_str(&text).unwrap_or_default();
                Found::when(is_tls_only(&policy, &self.arn()), "without TLS, too")
            }
        })
    }

    pub(super) async fn create(&self) -> Result<(), Trouble> {
        let location = match self.s3.region {
            // S3 refuses the name of its first region.
            "us-east-1" => String::new(),
            region => format!("<LocationConstraint>{}</LocationConstraint>", escaped(region)),
        };
        let question = Question {
            method: Method::PUT,
            query: &[],
            body: format!(
                "<CreateBucketConfiguration xmlns=\"{NAMESPACE}\">{location}<Tags>{}</Tags></CreateBucketConfiguration>",
                self.tag()
            ),
            permission: "s3:CreateBucket and s3:TagResource",
        };
        match self.s3.ask(question).await? {
            Answered::Yes(_) => Ok(()),
            // Somebody was faster, we ourselves perhaps: the next look says whose it is.
            Answered::No(code) if code == "BucketAlreadyOwnedByYou" => Ok(()),
            Answered::No(code) if code == "BucketAlreadyExists" => Err(Trouble::Refused(format!(
                "another account has a bucket with the name {}; choose another name",
                self.s3.bucket
            ))),
            Answered::No(code) => Err(Trouble::Away(format!("S3 says {code}"))),
        }
    }

    pub(super) async fn set(&self, setting: Setting) -> Result<(), Trouble> {
        let (part, permission) = part(setting);
        let body = match setting {
            Setting::Tag => format!(
                "<Tagging xmlns=\"{NAMESPACE}\"><TagSet>{}</TagSet></Tagging>",
                self.tag()
            ),
            Setting::Versioning => format!(
                "<VersioningConfiguration xmlns=\"{NAMESPACE}\"><Status>Enabled</Status></VersioningConfiguration>"
            ),
            Setting::Encryption => format!(
                "<ServerSideEncryptionConfiguration xmlns=\"{NAMESPACE}\"><Rule><ApplyServerSideEncryptionByDefault>\
                 <SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>\
                 </ServerSideEncryptionConfiguration>"
            ),
            Setting::PublicAccess => {
                let blocks: String = BLOCKS.map(|block| format!("<{block}>true</{block}>")).concat();
                format!(
                    "<PublicAccessBlockConfiguration xmlns=\"{NAMESPACE}\">{blocks}</PublicAccessBlockConfiguration>"
                )
            }
            Setting::Ownership => format!(
                "<OwnershipControls xmlns=\"{NAMESPACE}\"><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>\
                 </OwnershipControls>"
            ),
            _ => self.policy().await?,
        };
        self.s3.write(part, body, permission.1).await
    }

    /// The bucket's policy as it has to be, with what others said in it.
    async fn policy(&self) -> Result<String, Trouble> {
        let now = match self.s3.read(&[("policy", "")], "s3:GetBucketPolicy").await? {
            Answered::Yes(text) => Some(serde_json::from_str(&text).map_err(|_| {
                Trouble::Refused(format!(
                    "the policy of the bucket {} cannot be read; remove it, and retry",
                    self.s3.bucket
                ))
            })?),
            Answered::No(_) => None,
        };
        Ok(with_tls_only(now, &self.arn()).to_string())
    }

    pub(super) async fn contents(&self) -> Result<Contents, Trouble> {
        let mut contents = Contents::default();
        let mut after = None;
        for _ in 0..PAGES {
            let mut query = vec![("max-keys", "1000"), ("versions", "")];
            if let Some((key, version)) = &after {
                let (key, version): (&String, &String) = (key, version);
                query = vec![
                    ("key-marker", key.as_str()),
                    ("max-keys", "1000"),
                    ("version-id-marker", version.as_str()),
                    ("versions", ""),
                ];
            }
            let Answered::Yes(text) = self.s3.read(&query, "s3:ListBucketVersions").await? else {
                return Ok(contents);
            };
            contents.add(elements(&text, "Key"));
            if element(&text, "IsTruncated").as_deref() != Some("true") {
                return Ok(contents);
            }
            let marker = |name: &str| element(&text, name).unwrap_or_default();
            after = Some((marker("NextKeyMarker"), marker("NextVersionIdMarker")));
        }
        contents.has_more = true;
        Ok(contents)
    }

    pub(super) async fn remove(&self) -> Result<(), Trouble> {
        let question = Question {
            method: Method::DELETE,
            query: &[],
            body: String::new(),
            permission: "s3:DeleteBucket",
        };
        match self.s3.ask(question).await? {
            Answered::Yes(_) => Ok(()),
            Answered::No(code) if code == "NoSuchBucket" => Ok(()),
            Answered::No(code) if code == "BucketNotEmpty" => Err(Trouble::Refused(format!(
                "the bucket {} is not empty: somebody wrote to it at this moment; nothing was removed",
                self.s3.bucket
            ))),
            Answered::No(code) => Err(Trouble::Refused(format!("S3 says {code}"))),
        }
    }

    fn tag(&self) -> String {
        format!("<Tag><Key>{TAG}</Key><Value>{}</Value></Tag>", self.storage.id)
    }

    fn arn(&self) -> String {
        let partition = match self.s3.region {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        format!("arn:{partition}:s3:::{}", self.s3.bucket)
    }
}

const BLOCKS: [&str; 4] = [
    "BlockPublicAcls",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "RestrictPublicBuckets",
];

/// The part of a bucket that a setting is in, and the permissions to read and to write it.
fn part(setting: Setting) -> (&'static str, (&'static str, &'static str)) {
    match setting {
        Setting::Tag => ("tagging", ("s3:GetBucketTagging", "s3:PutBucketTagging")),
        Setting::Versioning => ("versioning", ("s3:GetBucketVersioning", "s3:PutBucketVersioning")),
        Setting::Encryption => (
            "encryption",
            ("s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration"),
        ),
        Setting::PublicAccess => (
            "publicAccessBlock",
            ("s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
        ),
        Setting::Ownership => (
            "ownershipControls",
            ("s3:GetBucketOwnershipControls", "s3:PutBucketOwnershipControls"),
        ),
        _ => ("policy", ("s3:GetBucketPolicy", "s3:PutBucketPolicy")),
    }
}
