//! What is fuzzed here: deliveries of strangers. Called by `fuzz/` and by tests.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::forges::model::{ForgeKind, Incoming};
use crate::forges::webhooks::{delivery_id, parse, verify};

/// All whose deliveries are read.
const KINDS: [ForgeKind; 7] = [
    ForgeKind::Github,
    ForgeKind::Gitea,
    ForgeKind::Gitlab,
    ForgeKind::Bitbucket,
    ForgeKind::BitbucketDataCenter,
    ForgeKind::AzureDevops,
    ForgeKind::Git,
];

/// Lines of headers, an empty line, a body: no forge's reader fails, keeps more than it may, or believes a signature that
/// nobody made.
pub fn deliveries(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (head, body) = text.split_once("\n\n").unwrap_or(("", &text));
    let mut headers = HeaderMap::new();
    for (name, value) in head.lines().take(20).filter_map(|line| line.split_once(": ")) {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
    for kind in KINDS {
        let id = delivery_id(kind, &headers, body.as_bytes());
        assert!(!id.is_empty() && id.len() <= 200, "{id}");
        assert!(!verify(
            kind,
            &headers,
            body.as_bytes(),
            &["", "a secret that no input has 8f2c1e"]
        ));
        if let Ok(Incoming::Push { refs, .. }) = parse(kind, &headers, body.as_bytes()) {
            assert!(refs.len() <= 200);
        }
    }
}

#[cfg(test)]
mod tests {
    use slipway_testing::sampled;

    #[test]
    fn deliveries() {
        let seeds: [&[u8]; 9] = [
            b"x-github-event: push\nx-github-delivery: 1\nx-hub-signature-256: sha256=00\n\n{\"ref\":\"refs/heads/main\",\"before\":\"0000000000000000000000000000000000000000\",\"after\":\"6dcb09b5b57875f334f61aebed695e2e4193db5e\",\"sender\":{\"id\":1,\"login\":\"ada\"}}",
            b"x-github-event: issue_comment\n\n{\"action\":\"created\",\"issue\":{\"number\":7,\"pull_request\":{}},\"comment\":{\"id\":1,\"body\":\"slipway plan\",\"user\":{\"id\":1,\"login\":\"ada\"}},\"sender\":{\"id\":1,\"login\":\"ada\"}}",
            b"x-github-event: pull_request\n\n{\"action\":\"opened\",\"number\":1,\"pull_request\":{\"number\":1,\"title\":\"a\",\"head\":{\"ref\":\"a\",\"sha\":\"b\",\"repo\":{\"id\":1}},\"base\":{\"ref\":\"main\",\"sha\":\"c\",\"repo\":{\"id\":1}},\"user\":{\"id\":1,\"login\":\"ada\"}}}",
            b"x-gitea-event: push\nx-gitea-signature: 00ff\n\n{\"ref\":\"refs/tags/v1\"}",
            b"x-gitlab-event: Push Hook\nx-gitlab-token: x\n\n{\"object_kind\":\"push\",\"ref\":\"refs/heads/main\",\"before\":\"0\",\"after\":\"1\",\"user_id\":1,\"user_username\":\"ada\"}",
            b"x-event-key: repo:push\nx-hub-signature: sha256=00\n\n{\"push\":{\"changes\":[{\"new\":{\"type\":\"branch\",\"name\":\"main\",\"target\":{\"hash\":\"a\"}}}]},\"actor\":{\"uuid\":\"{1}\",\"nickname\":\"ada\"}}",
            b"x-event-key: repo:refs_changed\n\n{\"changes\":[{\"ref\":{\"id\":\"refs/heads/main\"},\"fromHash\":\"0\",\"toHash\":\"1\",\"type\":\"UPDATE\"}],\"actor\":{\"id\":1,\"name\":\"ada\"}}",
            b"authorization: Basic YTpi\n\n{\"id\":\"1\",\"eventType\":\"git.push\",\"resource\":{\"refUpdates\":[{\"name\":\"refs/heads/main\",\"oldObjectId\":\"0\",\"newObjectId\":\"1\"}],\"pushedBy\":{\"id\":\"1\",\"displayName\":\"ada\"}}}",
            b"\n\n[[[[[[[[",
        ];
        sampled::run("deliveries", &seeds, super::deliveries);
    }
}
