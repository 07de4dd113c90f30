//! Issuers that sign for everybody in the world, and which conditions say whose programs are meant: pure.
//!
//! Whoever has an account there gets tokens for any audience he likes. A rule without one of these conditions would let all
//! of them in, and is refused.

use slipway_api::trusted_issuers::ClaimCondition;

/// An issuer that many strangers share.
struct Shared {
    issuer: &'static str,
    /// Claims that say whose program it is.
    owners: &'static [Owner],
    /// What to ask for, in words.
    advice: &'static str,
}

struct Owner {
    claim: &'static str,
    /// What a pattern must have said in full before its first `*`: so many of these characters. None: it must be exact.
    fixed: Option<(char, usize)>,
}

const fn exact(claim: &'static str) -> Owner {
    Owner { claim, fixed: None }
}

const fn path(claim: &'static str) -> Owner {
    Owner {
        claim,
        fixed: Some(('/', 1)),
    }
}

const fn colons(claim: &'static str) -> Owner {
    Owner {
        claim,
        fixed: Some((':', 2)),
    }
}

const SHARED: [Shared; 5] = [
    Shared {
        issuer: "https://token.actions.githubusercontent.com",
        owners: &[
            path("repository"),
            path("sub"),
            exact("repository_owner"),
            exact("repository_owner_id"),
            exact("repository_id"),
            exact("enterprise"),
            exact("enterprise_id"),
        ],
        advice: "\"repository\" (as acme/shop, or acme/*), \"repository_owner\" or \"sub\"",
    },
    Shared {
        issuer: "https://gitlab.com",
        owners: &[
            path("project_path"),
            path("namespace_path"),
            path("sub"),
            exact("project_id"),
            exact("namespace_id"),
        ],
        advice: "\"project_path\" (as acme/shop, or acme/*), \"namespace_path\" or \"sub\"",
    },
    Shared {
        issuer: "https://app.terraform.io",
        owners: &[
            colons("sub"),
            exact("terraform_organization_id"),
            exact("terraform_organization_name"),
        ],
        advice: "\"terraform_organization_name\" or \"sub\"",
    },
    Shared {
        issuer: "https://agent.buildkite.com",
        owners: &[colons("sub"), exact("organization_slug"), exact("organization_id")],
        advice: "\"organization_slug\" or \"sub\"",
    },
    Shared {
        issuer: "https://accounts.google.com",
        owners: &[exact("sub"), exact("email"), exact("azp")],
        advice: "\"sub\" or \"email\", exactly",
    },
];

/// What a rule of this issuer lacks, in words: none when it says whose programs are meant, or the issuer is nobody's but the
/// organization's.
pub(super) fn missing(issuer: &str, conditions: &[ClaimCondition]) -> Option<String> {
    let issuer = issuer.trim_end_matches('/');
    let shared = SHARED
        .iter()
        .find(|shared| shared.issuer.eq_ignore_ascii_case(issuer))?;
    let is_said = conditions.iter().any(|condition| {
        let mut owners = shared.owners.iter();
        owners.any(|owner| owner.claim == condition.claim && says(owner, condition))
    });
    (!is_said).then(|| {
        format!(
            "{issuer} signs for everybody in the world, so a rule must say whose programs are meant: add a condition on {}",
            shared.advice
        )
    })
}

fn says(owner: &Owner, condition: &ClaimCondition) -> bool {
    let Some(pattern) = &condition.matches else {
        return condition.equals.is_some();
    };
    let Some((before, _)) = pattern.split_once('*') else {
        return true;
    };
    owner.fixed.is_some_and(|(separator, count)| {
        let mut parts = before.split(separator);
        // Each part that is fixed has something in it.
        let full = parts.by_ref().take(count).filter(|part| !part.is_empty()).count();
        full == count && parts.next().is_some()
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    const GITHUB: &str = "https://token.actions.githubusercontent.com";

    #[rstest]
    #[case(json!({"claim": "repository", "equals": "acme/shop"}), true)]
    #[case(json!({"claim": "repository", "matches": "acme/*"}), true)]
    #[case(json!({"claim": "repository_owner", "equals": "acme"}), true)]
    #[case(json!({"claim": "sub", "equals": "repo:acme/shop:ref:refs/heads/main"}), true)]
    #[case(json!({"claim": "sub", "matches": "repo:acme/shop:*"}), true)]
    // Of anybody.
    #[case(json!({"claim": "ref", "equals": "refs/heads/main"}), false)]
    #[case(json!({"claim": "repository", "matches": "*"}), false)]
    #[case(json!({"claim": "repository", "matches": "*/shop"}), false)]
    #[case(json!({"claim": "repository", "matches": "acme*"}), false)]
    #[case(json!({"claim": "repository", "matches": "/*"}), false)]
    #[case(json!({"claim": "repository_owner", "matches": "acme*"}), false)]
    #[case(json!({"claim": "sub", "matches": "repo:acme*"}), false)]
    #[case(json!({"claim": "sub", "matches": "repo:*"}), false)]
    // Whoever calls the workflow of somebody else.
    #[case(json!({"claim": "job_workflow_ref", "matches": "acme/ci/*"}), false)]
    #[case(json!({"claim": "actor", "equals": "ada"}), false)]
    fn a_rule_for_everybody_at_github_is_not_taken(#[case] condition: Value, #[case] expected: bool) {
        let conditions = [serde_json::from_value(condition).unwrap()];
        assert_eq!(missing(GITHUB, &conditions).is_none(), expected);
        assert_eq!(missing(&format!("{GITHUB}/"), &conditions).is_none(), expected);
    }

    #[rstest]
    #[case("https://gitlab.com", json!({"claim": "namespace_path", "matches": "acme/*"}), true)]
    #[case("https://gitlab.com", json!({"claim": "project_path", "matches": "acme-*"}), false)]
    #[case("https://gitlab.com", json!({"claim": "user_login", "equals": "ada"}), false)]
    #[case("https://app.terraform.io", json!({"claim": "sub", "matches": "organization:acme:*"}), true)]
    #[case("https://app.terraform.io", json!({"claim": "sub", "matches": "organization:acme*"}), false)]
    #[case("https://app.terraform.io", json!({"claim": "sub", "matches": "organization::*"}), false)]
    #[case("https://accounts.google.com", json!({"claim": "email", "matches": "a/b@*"}), false)]
    // Somebody's own.
    #[case("https://gitlab.example.com", json!({"claim": "ref", "equals": "main"}), true)]
    fn the_others_are_known_too(#[case] issuer: &str, #[case] condition: Value, #[case] expected: bool) {
        let conditions = [serde_json::from_value(condition).unwrap()];
        assert_eq!(missing(issuer, &conditions).is_none(), expected);
    }
}
