//! How a subject stands, and voting on it: for whatever domain the subject is of.
//!
//! What people may is asked outside of transactions; inside, the rules and votes are read again, and only if they are the
//! same does the decision count.

use std::collections::BTreeMap;

use slipway_api::Code;
use slipway_api::approvals::{ApprovalStatus, ApprovalVote, Approvals, RuleStanding};
use slipway_api::ids::{TeamId, UserId};
use slipway_identity::{teams, users};
use slipway_kernel::{Actor, Ctx, Error, Result, Tx};

use super::decide::{Decision, Vain, Voter, decide, given, vain};
use super::model::{Rule, Subject, Verdict, Vote};
use super::store;

/// Longest comment, in characters.
const COMMENT_LENGTH: usize = 2_000;

/// A subject with the rules that count for it and what was said about it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// What it is about.
    pub subject: Subject,
    /// The rules that count, by name.
    pub rules: Vec<Rule>,
    /// What was said, oldest first; not read where no rule counts.
    pub votes: Vec<Vote>,
    /// What it comes to.
    pub decision: Decision,
    voters: BTreeMap<UserId, Voter>,
}

/// How a subject stands now.
///
/// # Errors
///
/// Those of the database.
pub async fn standing(ctx: &Ctx, subject: Subject) -> Result<Standing> {
    let rules = store::matching(ctx.db.reader(), &subject).await?;
    if rules.is_empty() {
        // Most runs: every look at one asks this.
        return Ok(Standing {
            subject,
            rules,
            votes: Vec::new(),
            decision: Decision::NotNeeded,
            voters: BTreeMap::new(),
        });
    }
    let votes = store::votes_of(ctx.db.reader(), &subject.id).await?;
    let mut voters = BTreeMap::new();
    for user in votes.iter().map(|vote| vote.user_id).chain(ctx.user().ok()) {
        voters.insert(user, voter(ctx, &subject, user).await?);
    }
    let decision = decide(&rules, &votes, &voters, subject.requester);
    Ok(Standing {
        subject,
        rules,
        votes,
        decision,
        voters,
    })
}

/// What somebody is now, who may have lost what he had.
async fn voter(ctx: &Ctx, subject: &Subject, user: UserId) -> Result<Voter> {
    let Some(caller) = users::service::acting(ctx, user).await? else {
        return Ok(Voter::default());
    };
    let teams = match caller.actor() {
        Actor::User { teams, .. } => teams.iter().copied().collect(),
        _ => return Ok(Voter::default()),
    };
    let may = caller.granted().await?.allows(subject.permission, &subject.scope);
    Ok(Voter { may, teams })
}

/// Says yes or no, in the place of what the caller said before. Whoever votes may approve the subject: the caller has made
/// sure of that, and that it still waits.
///
/// # Errors
///
/// `Conflict` when no rule counts here, or when the caller's yes counts for none of them; `Forbidden` for programs.
pub async fn vote(tx: &Tx, ctx: &Ctx, seen: Standing, verdict: Verdict, comment: &str) -> Result<Standing> {
    let (Some(organization), Actor::User { id, name, .. }) = (seen.subject.scope.organization, ctx.actor()) else {
        return Err(only_people());
    };
    let comment = comment.trim();
    if comment.chars().count() > COMMENT_LENGTH {
        let detail = format!("A comment on an approval has at most {COMMENT_LENGTH} characters.");
        return Err(Error::invalid("/comment", detail));
    }
    let vote = Vote {
        subject_id: seen.subject.id.clone(),
        user_id: *id,
        organization_id: organization,
        user_name: name.to_string(),
        verdict,
        comment: comment.to_owned(),
        created_at: ctx.now(),
    };
    let rules = store::matching(&**tx, &seen.subject).await?;
    seen.require_use(&rules, &vote)?;
    store::put_vote(tx, &vote).await?;
    Ok(Standing { rules, ..seen }.with(store::votes_of(&**tx, &vote.subject_id).await?))
}

/// Takes back what the caller said.
///
/// # Errors
///
/// `Conflict` when he said nothing.
pub async fn withdraw(tx: &Tx, ctx: &Ctx, seen: Standing) -> Result<Standing> {
    if !store::remove_vote(tx, &seen.subject.id, ctx.user()?).await? {
        return Err(Error::conflict(
            "You have neither approved nor rejected this, so that there is nothing to take back.",
        ));
    }
    let votes = store::votes_of(&**tx, &seen.subject.id).await?;
    Ok(seen.with(votes))
}

/// Forgets what was said about a subject that goes.
///
/// # Errors
///
/// Those of the database.
pub async fn forget(tx: &Tx, subject: &str) -> Result<()> {
    store::remove_of_subject(tx, subject).await
}

/// Refuses accounts of programs: an approval is a person's.
///
/// # Errors
///
/// `Forbidden`.
pub async fn require_person(ctx: &Ctx) -> Result<()> {
    ctx.user()?;
    match users::service::me(ctx).await?.is_service_account {
        true => Err(only_people()),
        false => Ok(()),
    }
}

fn changed_meanwhile() -> Error {
    Error::conflict("The approvals changed at this moment. Look at them, and try again.")
}

fn only_people() -> Error {
    Error::new(Code::Forbidden, "Only a person can approve or reject.")
}

impl Standing {
    fn with(mut self, votes: Vec<Vote>) -> Self {
        self.votes = votes;
        self.decision = decide(&self.rules, &self.votes, &self.voters, self.subject.requester);
        self
    }

    /// Refuses a vote that would change nothing, with why.
    fn require_use(&self, rules: &[Rule], vote: &Vote) -> Result<()> {
        if self.rules.is_empty() && !rules.is_empty() {
            return Err(changed_meanwhile());
        }
        let voter = (vote.user_id, self.voters.get(&vote.user_id));
        match vain(rules, voter, self.subject.requester) {
            // A no outweighs everything, whoever's yes counts.
            Some(why) if why == Vain::NotNeeded || vote.verdict == Verdict::Approve => {
                Err(Error::conflict(why.in_words()))
            }
            _ => Ok(()),
        }
    }

    /// Why the caller's yes would count for nothing, to him; none when it counts.
    async fn refusal(&self, ctx: &Ctx) -> Result<Option<String>> {
        let user = match require_person(ctx).await.and_then(|()| ctx.user()) {
            Ok(user) => user,
            Err(error) if matches!(error.code(), Code::Forbidden | Code::Unauthenticated) => {
                return Ok(Some(only_people().detail().to_owned()));
            }
            Err(error) => return Err(error),
        };
        // A token may do less than the person that it is of.
        if !ctx
            .granted()
            .await?
            .allows(self.subject.permission, &self.subject.scope)
        {
            return Ok(Some(Vain::MayNot.in_words().to_owned()));
        }
        let why = vain(&self.rules, (user, self.voters.get(&user)), self.subject.requester);
        Ok(why.map(|why| why.in_words().to_owned()))
    }

    /// Succeeds when nothing stands in the way and nothing changed since, in the transaction of what waited for that.
    ///
    /// # Errors
    ///
    /// `Conflict`, saying what is missing.
    pub async fn require(&self, tx: &Tx, missing: Option<&str>) -> Result<()> {
        if !self.decision.lets_pass() {
            return Err(Error::conflict(missing.unwrap_or("It waits for approval.")));
        }
        let rules = store::matching(&**tx, &self.subject).await?;
        let is_same =
            rules == self.rules && (rules.is_empty() || store::votes_of(&**tx, &self.subject.id).await? == self.votes);
        match is_same {
            true => Ok(()),
            false => Err(changed_meanwhile()),
        }
    }

    /// What stands in the way, in a sentence; none when nothing does. Teams that the caller may not see are not named.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn missing(&self, ctx: &Ctx) -> Result<Option<String>> {
        let lacking = match &self.decision {
            Decision::NotNeeded | Decision::Approved => return Ok(None),
            Decision::Rejected(people) => return Ok(Some(self.rejection(people))),
            Decision::Waiting(lacking) => lacking,
        };
        let mut parts = Vec::new();
        for rule in &self.rules {
            let Some(count) = lacking.get(&rule.id) else { continue };
            let mut part = match count {
                1 => "one approval".to_owned(),
                more => format!("{more} approvals"),
            };
            if !rule.teams.0.is_empty() {
                part.push_str(&format!(" of {}", names(ctx, &rule.teams.0).await?));
            }
            parts.push(format!("{part} by the rule {}", rule.name));
        }
        Ok(Some(format!("Waits for {}.", parts.join(" and "))))
    }

    fn rejection(&self, people: &[UserId]) -> String {
        let said = |vote: &&Vote| vote.verdict == Verdict::Reject && people.contains(&vote.user_id);
        let said = self.votes.iter().filter(said).map(|vote| match vote.comment.as_str() {
            "" => vote.user_name.clone(),
            words => format!("{} (\"{words}\")", vote.user_name),
        });
        format!("Rejected by {}.", said.collect::<Vec<_>>().join(" and "))
    }

    /// On the wire.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn shown(&self, ctx: &Ctx) -> Result<Approvals> {
        let rule = |rule: &Rule| RuleStanding {
            rule: rule.id,
            name: rule.name.clone(),
            needed: rule.needed(),
            given: given(rule, &self.votes, &self.voters, self.subject.requester),
        };
        let vote = |vote: &Vote| ApprovalVote {
            user: vote.user_id,
            name: vote.user_name.clone(),
            verdict: vote.verdict.into(),
            comment: vote.comment.clone(),
            counts: self.voters.get(&vote.user_id).is_some_and(|voter| voter.may),
            created_at: vote.created_at,
        };
        let refusal = self.refusal(ctx).await?;
        Ok(Approvals {
            status: match self.decision {
                Decision::NotNeeded => ApprovalStatus::NotNeeded,
                Decision::Waiting(_) => ApprovalStatus::Waiting,
                Decision::Approved => ApprovalStatus::Approved,
                Decision::Rejected(_) => ApprovalStatus::Rejected,
            },
            detail: self.missing(ctx).await?,
            rules: self.rules.iter().map(rule).collect(),
            votes: self.votes.iter().map(vote).collect(),
            may_approve: refusal.is_none(),
            refusal,
        })
    }
}

/// The teams' names, for sentences.
async fn names(ctx: &Ctx, ids: &std::collections::BTreeSet<TeamId>) -> Result<String> {
    let mut names = Vec::new();
    for id in ids {
        match teams::service::get_visible(ctx, *id).await {
            Ok(team) => names.push(format!("team {}", team.name)),
            Err(error) if error.code() == Code::NotFound => names.push("a team".to_owned()),
            Err(error) => return Err(error),
        }
    }
    names.dedup();
    Ok(names.join(" or "))
}
