//! What a bucket for states has to be like, and what is to be done about one: pure.

use slipway_api::storages::StorageDifference;

/// The tag, or label, that says whose a bucket is: its value is the storage's id.
pub const TAG: &str = "slipway-storage";
/// Objects that a refusal names.
const NAMED: usize = 5;

/// Something about a bucket that has to be so and not otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// That it says whose it is.
    Tag,
    /// Earlier versions of a state are kept.
    Versioning,
    /// What is written is encrypted.
    Encryption,
    /// Nothing in it is shown to everybody.
    PublicAccess,
    /// Its owner owns all that is in it.
    Ownership,
    /// It answers over TLS only.
    Transport,
    /// It takes no TLS before 1.2.
    TlsVersion,
    /// What is deleted can be had back for a while.
    SoftDelete,
    /// Only permissions of the whole bucket count.
    UniformAccess,
    /// The container is there.
    Container,
}

impl Setting {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Versioning => "versioning",
            Self::Encryption => "encryption",
            Self::PublicAccess => "public-access",
            Self::Ownership => "ownership",
            Self::Transport => "transport",
            Self::TlsVersion => "tls-version",
            Self::SoftDelete => "soft-delete",
            Self::UniformAccess => "uniform-access",
            Self::Container => "container",
        }
    }

    /// How it has to be.
    #[must_use]
    pub const fn expected(self) -> &'static str {
        match self {
            Self::Tag => "the storage's id",
            Self::Versioning => "on",
            Self::Encryption => "on by default",
            Self::PublicAccess => "blocked",
            Self::Ownership => "the bucket's owner",
            Self::Transport => "TLS only",
            Self::TlsVersion => "1.2 at least",
            Self::SoftDelete => "on",
            Self::UniformAccess => "on",
            Self::Container => "there, and private",
        }
    }
}

/// How a setting was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// As it has to be.
    Right,
    /// Otherwise.
    Other(String),
    /// It cannot be seen; why.
    Hidden(String),
}

impl Found {
    /// Right, or how it is instead.
    pub fn when(is_right: bool, otherwise: impl Into<String>) -> Self {
        match is_right {
            true => Self::Right,
            false => Self::Other(otherwise.into()),
        }
    }
}

/// What was seen at the cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// There is no such bucket.
    Missing,
    /// It is somebody else's; how that shows.
    Foreign(String),
    /// The cloud is still at it.
    Pending(String),
    /// It is the storage's, and this is how it is.
    Ours(Vec<(Setting, Found)>),
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Make the bucket.
    Create,
    /// Look again later.
    Wait(String),
    /// Nothing: a person has to decide.
    Refuse(String),
    /// Set these.
    Set(Vec<Setting>),
    /// Nothing: it is as it has to be.
    Nothing,
}

/// What makes the bucket what it has to be.
#[must_use]
pub fn next(seen: &Seen) -> Next {
    match seen {
        Seen::Missing => Next::Create,
        Seen::Pending(why) => Next::Wait(why.clone()),
        Seen::Foreign(how) => Next::Refuse(format!(
            "{how} Slipway does not take over a bucket that it did not make: choose another name, or let its owner remove it."
        )),
        Seen::Ours(settings) => {
            let wrong = |(setting, found): &(Setting, Found)| (*found != Found::Right).then_some(*setting);
            let wrong: Vec<Setting> = settings.iter().filter_map(wrong).collect();
            match wrong.is_empty() {
                true => Next::Nothing,
                false => Next::Set(wrong),
            }
        }
    }
}

/// In what a bucket differs from what it has to be, for people.
#[must_use]
pub fn differences(seen: &Seen) -> Vec<StorageDifference> {
    let bucket = |found: &str| {
        vec![StorageDifference {
            setting: "bucket".to_owned(),
            expected: "there, with this storage's tag".to_owned(),
            found: found.to_owned(),
        }]
    };
    match seen {
        Seen::Missing => bucket("It is not there."),
        Seen::Foreign(how) => bucket(how),
        Seen::Pending(why) => bucket(why),
        Seen::Ours(settings) => settings
            .iter()
            .filter_map(|(setting, found)| {
                let found = match found {
                    Found::Right => return None,
                    Found::Other(how) => how.clone(),
                    Found::Hidden(why) => format!("cannot be seen: {why}"),
                };
                Some(StorageDifference {
                    setting: setting.word().to_owned(),
                    expected: setting.expected().to_owned(),
                    found,
                })
            })
            .collect(),
    }
}

/// What is in a bucket, as far as it was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Objects, each with all its versions.
    pub count: u64,
    /// Whether there is more that was not counted.
    pub has_more: bool,
    /// Names of the first of them; one with several versions may be there several times.
    pub names: Vec<String>,
}

impl Contents {
    /// Adds what a page of a list has.
    pub fn add(&mut self, names: impl Iterator<Item = String>) {
        for name in names {
            self.count += 1;
            if self.names.len() < NAMED && !self.names.contains(&name) {
                self.names.push(name);
            }
        }
    }

    /// Why the bucket stays; none when there is nothing in it.
    #[must_use]
    pub fn refusal(&self, bucket: &str) -> Option<String> {
        if self.count == 0 {
            return None;
        }
        let least = if self.has_more { "at least " } else { "" };
        let more = if self.count > self.names.len() as u64 {
            ", …"
        } else {
            ""
        };
        Some(format!(
            "The bucket {bucket} is not empty: it has {least}{} objects, every version counted: {}{more}. Slipway removes nothing \
             that others have put there. Let them move their states and remove these, old versions too; then destroy it again. Or \
             forget the storage, which leaves the bucket as it is.",
            self.count,
            self.names.join(", ")
        ))
    }
}

/// The policy of a bucket with the statement that refuses whoever does not come over TLS. Statements of others stay.
#[must_use]
pub fn with_tls_only(policy: Option<serde_json::Value>, arn: &str) -> serde_json::Value {
    use serde_json::{Value, json};
    let mut policy = match policy {
        Some(Value::Object(policy)) => policy,
        _ => serde_json::Map::from_iter([("Version".to_owned(), json!("2012-10-17"))]),
    };
    let mut statements = match policy.remove("Statement") {
        Some(Value::Array(statements)) => statements,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    statements.retain(|statement| statement.get("Sid").and_then(Value::as_str) != Some(SID));
    statements.push(tls_only(arn));
    policy.insert("Statement".to_owned(), Value::Array(statements));
    Value::Object(policy)
}

/// Whether a bucket's policy refuses whoever does not come over TLS.
#[must_use]
pub fn is_tls_only(policy: &serde_json::Value, arn: &str) -> bool {
    let statements = policy.get("Statement");
    let all = statements.and_then(serde_json::Value::as_array).map(Vec::as_slice);
    all.unwrap_or_default().contains(&tls_only(arn))
}

/// The statement's name.
const SID: &str = "SlipwayTlsOnly";

fn tls_only(arn: &str) -> serde_json::Value {
    serde_json::json!({
        "Sid": SID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, format!("{arn}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:s3:::acme-states";

    #[test]
    fn what_is_wrong_is_set_and_what_is_right_is_left_alone() {
        let seen = Seen::Ours(vec![
            (Setting::Versioning, Found::Right),
            (Setting::PublicAccess, Found::Other("open".to_owned())),
            (Setting::Encryption, Found::Hidden("no".to_owned())),
        ]);
        assert_eq!(next(&seen), Next::Set(vec![Setting::PublicAccess, Setting::Encryption]));
        let told = differences(&seen);
        assert_eq!((told.len(), told[0].setting.as_str()), (2, "public-access"));
        assert_eq!(told[1].found, "cannot be seen: no");
        assert_eq!(next(&Seen::Ours(vec![(Setting::Tag, Found::Right)])), Next::Nothing);
    }

    #[test]
    fn what_others_made_is_left_alone() {
        let seen = Seen::Foreign("It has no tag.".to_owned());
        assert!(matches!(next(&seen), Next::Refuse(why) if why.contains("does not take over")));
        assert_eq!(next(&Seen::Missing), Next::Create);
        assert!(matches!(next(&Seen::Pending("soon".to_owned())), Next::Wait(_)));
        assert_eq!(differences(&Seen::Missing)[0].setting, "bucket");
    }

    #[test]
    fn a_bucket_with_anything_in_it_stays() {
        let mut contents = Contents::default();
        assert_eq!(contents.refusal("acme"), None);
        contents.add(["a", "a", "b", "c", "d", "e", "f"].map(str::to_owned).into_iter());
        let why = contents.refusal("acme").unwrap();
        assert!(
            why.contains("it has 7 objects") && why.contains("a, b, c, d, e, …"),
            "{why}"
        );
        contents.has_more = true;
        assert!(contents.refusal("acme").unwrap().contains("at least 7"));
    }

    #[test]
    fn a_policy_keeps_what_others_said() {
        let made = with_tls_only(None, ARN);
        assert!(is_tls_only(&made, ARN));
        let theirs = json!({"Version": "2012-10-17", "Statement": {"Sid": "Theirs", "Effect": "Allow"}});
        assert!(!is_tls_only(&theirs, ARN));
        let both = with_tls_only(Some(theirs), ARN);
        assert_eq!(both["Statement"][0]["Sid"], "Theirs");
        assert!(is_tls_only(&both, ARN));
        let mut loosened = both.clone();
        loosened["Statement"][1]["Effect"] = json!("Allow");
        assert!(!is_tls_only(&loosened, ARN));
        assert_eq!(with_tls_only(Some(loosened), ARN), both);
    }
}
