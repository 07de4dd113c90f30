//! What merging or closing a pull request says about its change: by the rights here of whoever did it, at this moment.
//!
//! What must stay true: nobody says more at a forge than he could say here; what was merged is what was pushed from here, for
//! the plan that the request told.

use slipway_api::Code;
use slipway_api::resource_changes::{ResourceChangeDecision, ResourceChangeStatus};
use slipway_connections::forges::proposals::Outcome;
use slipway_connections::repositories;
use slipway_infra::people;
use slipway_infra::pull_requests::escaped;
use slipway_kernel::{Ctx, Error, Result};

use super::asking::Desk;
use super::model::Member;
use crate::resource_changes::{ResourceChange, deciding, store as changes};

/// A pull request was merged while its change waits: it is an approval, or this says why the change still waits.
///
/// # Errors
///
/// Those of the database; what is away is tried again.
pub(super) async fn merged(
    ctx: &Ctx,
    desk: &Desk,
    member: &mut Member,
    (change, outcome): (&ResourceChange, &Outcome),
) -> Result<Option<String>> {
    let what = Deed::of(member, outcome, "merged");
    if member.branch_commit.as_deref() != Some(outcome.pull_request.head_commit.as_str()) {
        let why = "it brought commits that are not Slipway's, so that merging it approves nothing";
        return Ok(Some(what.waits(why, AHEAD)));
    }
    if member.request_text.is_none() || member.request_run_id != change.run_id {
        let why = "it told of an earlier plan than the one that waits";
        return Ok(Some(what.waits(why, AHEAD)));
    }
    let person = match speaker(ctx, desk, outcome, &what).await? {
        Ok(person) => person,
        Err(why) => return Ok(Some(what.waits(&why, AHEAD))),
    };
    // What he took back since is not said for him again.
    if member.request_counted_run_id != change.run_id || change.run_id.is_none() {
        let said = decision(change, &what);
        if let Some(why) = heard(ctx, deciding::agree(&person, change.id, &said).await, change, &what).await? {
            return Ok(Some(what.waits(&why, AHEAD)));
        }
        member.request_counted_run_id = change.run_id;
    }
    let now = changes::find(ctx.db.reader(), change.id).await?;
    let Some(now) = now.filter(|now| now.status == ResourceChangeStatus::Waiting) else {
        return Ok(None);
    };
    let missing = deciding::missing(&person, &now).await?;
    Ok(missing.map(|missing| what.waits(&format!("that is not enough. {missing}"), AHEAD)))
}

/// A pull request was closed while its change waits: the change is rejected, or this says why not.
///
/// # Errors
///
/// Those of the database; what is away is tried again.
pub(super) async fn closed(
    ctx: &Ctx,
    desk: &Desk,
    member: &Member,
    (change, outcome): (&ResourceChange, &Outcome),
) -> Result<Option<String>> {
    let what = Deed::of(member, outcome, "closed");
    if member.request_text.is_none() {
        // Slipway may have closed it, and was killed before it could note that.
        return Ok(Some(what.waits("it did not tell the plan that waits", AGAIN)));
    }
    let said = decision(change, &what);
    let person = match speaker(ctx, desk, outcome, &what).await? {
        Ok(person) => person,
        Err(why) => return Ok(Some(what.waits(&why, AGAIN))),
    };
    let heard = heard(ctx, deciding::reject(&person, change.id, &said).await, change, &what).await?;
    Ok(heard.map(|why| what.waits(&why, AGAIN)))
}

/// What that means for the repository.
const AHEAD: &str =
    "What is in the repository is ahead of what runs, until the change is approved or rejected in Slipway.";
const AGAIN: &str = "A new pull request is opened for it.";

/// What somebody did at the forge.
struct Deed {
    number: i64,
    login: Option<String>,
    verb: &'static str,
}

impl Deed {
    fn of(member: &Member, outcome: &Outcome, verb: &'static str) -> Self {
        Self {
            number: member.request_number.unwrap_or_default(),
            login: outcome.by.as_ref().map(|by| by.login.clone()),
            verb,
        }
    }

    fn waits(&self, why: &str, then: &str) -> String {
        let by = self.login.as_ref().map(|login| format!(" by {}", escaped(login)));
        let why = why.trim_end_matches('.');
        format!(
            "The pull request #{} was {}{}, and its change still waits: {why}. {then}",
            self.number,
            self.verb,
            by.unwrap_or_default()
        )
    }
}

fn decision(change: &ResourceChange, what: &Deed) -> ResourceChangeDecision {
    let verb = match what.verb {
        "merged" => "Merged",
        _ => "Closed",
    };
    ResourceChangeDecision {
        comment: format!("{verb} the pull request #{}", what.number),
        run: change.run_id,
    }
}

/// Whoever did it, as a caller here; or why nobody here did.
async fn speaker(ctx: &Ctx, desk: &Desk, outcome: &Outcome, what: &Deed) -> Result<std::result::Result<Ctx, String>> {
    let Some(by) = &outcome.by else {
        return Ok(Err("its forge does not say who did it".to_owned()));
    };
    let known = people::known(ctx, &desk.repository, by).await?;
    match known.ctx(ctx) {
        Some(person) => Ok(Ok(person)),
        None => {
            let host = repositories::service::accounts_host(ctx, &desk.repository).await?;
            let login = what.login.as_deref().unwrap_or_default();
            Ok(Err(format!(
                "{} is nobody here; link the account with `slipway account link {} {}`, and write here what that says",
                escaped(login),
                host.unwrap_or_default(),
                escaped(login)
            )))
        }
    }
}

/// Why what was said does not count; none when it does, or when the change was decided about meanwhile.
async fn heard(
    ctx: &Ctx,
    answer: Result<ResourceChange>,
    change: &ResourceChange,
    what: &Deed,
) -> Result<Option<String>> {
    let error: Error = match answer {
        Ok(_) => return Ok(None),
        Err(error) => error,
    };
    let login = what.login.as_deref().map(escaped).unwrap_or_default();
    match error.code() {
        // What may not be seen is not spoken of.
        Code::Forbidden | Code::NotFound | Code::Unauthenticated => {
            Ok(Some(format!("{login} may not approve or reject it here")))
        }
        Code::Conflict => {
            let now = changes::find(ctx.db.reader(), change.id).await?;
            match now.filter(|now| now.status == ResourceChangeStatus::Waiting) {
                Some(_) => Ok(Some(format!("{login} is told \"{}\"", error.detail()))),
                None => Ok(None),
            }
        }
        _ => Err(error),
    }
}
