//! Whether a specification can be ordered: everything at fault at once, each with its place.
//!
//! What the requester may is asked outside of transactions ([`rights`]); everything else is read ([`facts`]) and judged both
//! before and inside the transaction that keeps the specification, so that what was true a moment ago is not enough.

pub(crate) mod facts;
pub(crate) mod places;
mod references;
pub(crate) mod rights;
pub(crate) mod texts;
mod values;

use slipway_api::source_code_versions::{Lifecycle, VersionStatus};
use slipway_api::templates::TemplateStatus;

use crate::templates::specification::Problems;
pub(crate) use facts::Facts;
pub(crate) use rights::Rights;
pub(crate) use texts::REASON_LENGTH;

/// Notes everything that is wrong.
pub(crate) fn check(facts: &Facts, rights: &Rights, problems: &mut Problems<'_>) {
    let context = &facts.context;
    if facts.before.is_none() && context.template.status == TemplateStatus::Disabled {
        problems.add(
            "template",
            format!("\"{}\" is disabled and cannot be ordered", context.template.key),
        );
    }
    check_version(facts, problems);
    texts::check(facts, problems);
    places::check_parents(facts, rights, problems);
    places::check_integrations(facts, rights, problems);
    places::check_settings(facts, problems);
    values::check(facts, rights, problems);
}

fn check_version(facts: &Facts, problems: &mut Problems<'_>) {
    const FIELD: &str = "source-code-version";
    let (context, wanted) = (&facts.context, facts.context.specification.source_code_version);
    let key = &context.template.key;
    if context.template.is_abstract {
        if wanted.is_some() {
            problems.add(FIELD, format!("\"{key}\" is abstract: its resources have no code"));
        }
        return;
    }
    match (wanted, &context.version) {
        (None, _) => problems.add(
            FIELD,
            format!("\"{key}\" has no active version; say which one is to be taken"),
        ),
        (Some(_), None) => problems.add(FIELD, format!("\"{key}\" has no such version")),
        (Some(_), Some(version)) if version.status == VersionStatus::Failed => {
            problems.add(
                FIELD,
                format!("the module of {} cannot be read; take another", version.called()),
            );
        }
        (Some(id), Some(version)) => {
            let is_kept = facts
                .before
                .as_ref()
                .is_some_and(|before| before.specification.source_code_version == Some(id));
            if version.lifecycle == Lifecycle::Archived && !is_kept {
                problems.add(FIELD, format!("{} is archived: nothing new takes it", version.called()));
            }
        }
    }
}

/// What is worth knowing, though nothing is wrong.
pub(crate) fn notes(facts: &Facts) -> Vec<String> {
    let Some(version) = &facts.context.version else {
        return Vec::new();
    };
    let name = version.called();
    match version.lifecycle {
        Lifecycle::Active => Vec::new(),
        Lifecycle::Preview => vec![format!("{name} is in preview: it may change without notice.")],
        Lifecycle::Deprecated => vec![format!("{name} is deprecated: take another as soon as you can.")],
        Lifecycle::Archived => vec![format!("{name} is archived: take another.")],
    }
}
