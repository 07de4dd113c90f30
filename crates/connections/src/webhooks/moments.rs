//! When a comment was written and when a pull request changed, as a delivery says: pure.
//!
//! Deliveries come in any order. A forge's id of a delivery is in no signature, so an old delivery can be sent again as a new one. What is true of refs is
//! fetched, and needs no time; a comment is an order, and an old one is none.

use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;
use slipway_api::Timestamp;

/// How old a comment may be when it is carried out. Forges deliver at once; an outage lasts hours.
const OLDEST: Duration = Duration::from_secs(86_400);

/// Where forges write when a comment was made: GitHub and Gitea, GitLab, Bitbucket, Bitbucket Data Center, Azure DevOps.
const PLACES: [&str; 6] = [
    "/comment/created_at",
    "/object_attributes/created_at",
    "/comment/created_on",
    "/comment/createdDate",
    "/resource/comment/publishedDate",
    "/createdDate",
];

/// Whether the comment in a delivery's body is too old to be an order. One that does not say when it was made is not.
pub(super) fn is_stale(body: &[u8], now: Timestamp) -> bool {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return false;
    };
    let written = PLACES.iter().find_map(|place| moment(body.pointer(place)?));
    written.is_some_and(|written| written < now.before(OLDEST))
}

/// Where forges write when a pull request last changed, in the same order; Azure DevOps says when the event was.
const CHANGES: [&str; 5] = [
    "/pull_request/updated_at",
    "/object_attributes/updated_at",
    "/pullrequest/updated_on",
    "/pullRequest/updatedDate",
    "/createdDate",
];

/// From when a pull request is as a delivery's body says, where it says so.
pub(super) fn changed_at(body: &[u8]) -> Option<Timestamp> {
    let body = serde_json::from_slice::<Value>(body).ok()?;
    CHANGES.iter().find_map(|place| moment(body.pointer(place)?))
}

fn moment(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(unix_ms) => unix_ms.as_i64().map(Timestamp::from_unix_ms),
        Value::String(text) => {
            // GitLab writes `2026-11-21 09:00:00 UTC` too, which is RFC 3339 but for its blanks.
            let text = text.trim().replacen(' ', "T", 1).replace(" UTC", "Z");
            Timestamp::from_str(&text).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case(json!({"comment": {"created_at": "2026-11-21T09:00:00Z"}}), false)]
    #[case(json!({"comment": {"created_at": "2026-11-21T10:00:00+01:00"}}), false)]
    #[case(json!({"comment": {"created_at": "2026-11-19T09:00:00Z"}}), true)]
    #[case(json!({"object_attributes": {"created_at": "2026-11-19 09:00:00 UTC"}}), true)]
    #[case(json!({"object_attributes": {"created_at": "2026-11-21 09:00:00 UTC"}}), false)]
    #[case(json!({"comment": {"created_on": "2026-11-19T09:00:00.123456+00:00"}}), true)]
    #[case(json!({"comment": {"createdDate": 1_763_500_000_000_i64}}), true)]
    #[case(json!({"createdDate": "2026-11-19T09:00:00.0000000Z"}), true)]
    #[case(json!({"comment": {}}), false)]
    #[case(json!({"comment": {"created_at": "yesterday"}}), false)]
    fn an_old_comment_is_no_order(#[case] body: Value, #[case] expected: bool) {
        let now: Timestamp = "2026-11-21T09:30:00Z".parse().unwrap();
        assert_eq!(is_stale(body.to_string().as_bytes(), now), expected);
    }
}
