//! Holding an app to the rules when it is put into a pool, or gets another plan.

use slipway_api::Name;
use slipway_api::ids::{AppPlanId, OrganizationId, PoolId};
use slipway_api::jsonapi::ErrorSource;
use slipway_api::pools::PoolField;
use slipway_identity::organizations::Organization;
use slipway_identity::projects::Project;
use slipway_identity::teams;
use slipway_kernel::errors::FieldError;
use slipway_kernel::{Ctx, Error, Result};

use super::rules::{Constraint, counting, default_of};
use super::store;
use crate::plans::AppPlan;
use crate::pools::Pool;
use crate::{plans, pools};

/// What is said of an app that is put into a pool.
#[derive(Debug)]
pub struct Placed<'a> {
    /// The name of its organization.
    pub organization: &'a Name,
    /// The name of its project.
    pub project: &'a Name,
    /// The names of the teams that the caller is in.
    pub teams: &'a [Name],
    /// The name of its plan.
    pub plan: &'a Name,
}

/// The rules that count for an organization: the site's, then its own.
#[derive(Debug, Default)]
pub struct Rules {
    site: Vec<Constraint>,
    own: Vec<Constraint>,
}

impl Rules {
    /// The name of the plan that an app gets in a pool when none is chosen, where a rule says so.
    #[must_use]
    pub fn default_plan(&self, pool: &Pool) -> Option<Name> {
        let own = default_of(&self.own, pool.name.as_str(), PoolField::Plan);
        let name = own.or_else(|| default_of(&self.site, pool.name.as_str(), PoolField::Plan))?;
        name.parse().ok()
    }

    /// Refuses an app that may not be in this pool.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every rule that it breaks.
    pub fn require(&self, pool: &Pool, app: &Placed<'_>) -> Result<()> {
        let one = |name: &Name| vec![name.to_string()];
        let teams: Vec<String> = app.teams.iter().map(Name::to_string).collect();
        let problems = [
            self.broken(pool, PoolField::Organization, &one(app.organization)),
            self.broken(pool, PoolField::Project, &one(app.project)),
            self.broken(pool, PoolField::Team, &teams),
            self.require_plan(pool, app.plan).err().map(|problem| *problem),
        ];
        let problems: Vec<FieldError> = problems.into_iter().flatten().collect();
        match problems.is_empty() {
            true => Ok(()),
            false => Err(Error::invalid_fields(problems)),
        }
    }

    /// Refuses a plan that apps may not have in this pool.
    fn require_plan(&self, pool: &Pool, plan: &Name) -> std::result::Result<(), Box<FieldError>> {
        self.broken(pool, PoolField::Plan, &[plan.to_string()])
            .map_or(Ok(()), |problem| Err(Box::new(problem)))
    }

    /// Refuses another plan for an app of this pool.
    ///
    /// # Errors
    ///
    /// `Invalid`.
    pub fn require_other_plan(&self, pool: &Pool, plan: &Name) -> Result<()> {
        self.require_plan(pool, plan)
            .map_err(|problem| Error::invalid_fields(vec![*problem]))
    }

    /// Refuses to bind what is in this pool to a service.
    ///
    /// # Errors
    ///
    /// `Invalid`.
    pub fn require_service(&self, pool: &Pool, service: &Name) -> Result<()> {
        let broken = self.broken(pool, PoolField::Service, &[service.to_string()]);
        broken.map_or(Ok(()), |problem| Err(Error::invalid_fields(vec![problem])))
    }

    /// The rules about the routers that take the requests to what is in this pool; without one, every router does.
    pub(crate) fn of_routers(&self, pool: &Pool) -> Vec<Constraint> {
        let counting = |rules| counting(rules, pool.name.as_str(), PoolField::Router).cloned();
        self.about(pool).into_iter().filter_map(counting).collect()
    }

    /// Those of the site and those of the organization, as far as they are about this pool.
    fn about(&self, pool: &Pool) -> [&[Constraint]; 2] {
        // A rule of the site about the site's pool "prod" is not about an organization's own pool of that name.
        match pool.organization_id {
            None => [&self.site, &self.own],
            Some(_) => [&[], &self.own],
        }
    }

    /// The rule that none of these names keeps to, as a problem.
    fn broken(&self, pool: &Pool, field: PoolField, names: &[String]) -> Option<FieldError> {
        let pool_name = pool.name.as_str();
        self.about(pool).into_iter().find_map(|rules| {
            let rule = counting(rules, pool_name, field)?;
            let mut names_allowed = names.iter().map(|name| rule.lets(name));
            // Who is in several teams needs one that may, and none that may not.
            let keeps = match rule.denies {
                true => names_allowed.all(|is_allowed| is_allowed),
                false => names_allowed.any(|is_allowed| is_allowed),
            };
            (!keeps).then(|| problem(pool_name, rule, names))
        })
    }
}

fn problem(pool: &str, rule: &Constraint, names: &[String]) -> FieldError {
    let values: Vec<&str> = rule.values.iter().map(super::Pattern::as_str).collect();
    let (values, names) = (values.join(", "), names.join(", "));
    let (pointer, subject) = match rule.field {
        PoolField::Plan => ("/data/attributes/plan", "plans"),
        PoolField::Organization => ("/data/attributes/pool", "organizations"),
        PoolField::Project => ("/data/attributes/pool", "projects"),
        PoolField::Team => ("/data/attributes/pool", "members of the teams"),
        PoolField::Service => ("/data/attributes", "services"),
        PoolField::Router => ("/data/attributes", "routers"),
    };
    let detail = match (rule.denies, values.is_empty(), rule.field) {
        (false, true, _) => format!("The pool \"{pool}\" is closed: a rule allows no {subject} there."),
        (false, _, PoolField::Plan) => {
            format!("Apps in the pool \"{pool}\" have one of the plans {values}, not {names}.")
        }
        (true, _, PoolField::Plan) => format!("Apps in the pool \"{pool}\" have none of the plans {values}."),
        (false, _, PoolField::Team) => {
            format!("Only {subject} {values} put apps into the pool \"{pool}\", and you are in none of these.")
        }
        (true, _, PoolField::Team) => format!("No {subject} {values} put apps into the pool \"{pool}\"."),
        (false, _, PoolField::Service) => {
            format!("What is in the pool \"{pool}\" is bound to the services {values} alone, not to {names}.")
        }
        (true, _, PoolField::Service) => {
            format!("What is in the pool \"{pool}\" is not bound to the services {values}.")
        }
        (false, ..) => format!("The pool \"{pool}\" is for the {subject} {values}, not for {names}."),
        (true, ..) => format!("The pool \"{pool}\" is not for the {subject} {values}."),
    };
    FieldError {
        source: ErrorSource {
            pointer: Some(pointer.to_owned()),
            parameter: None,
        },
        detail,
    }
}

/// The rules that count for an organization at this moment.
///
/// # Errors
///
/// Those of the database.
pub async fn rules(ctx: &Ctx, organization: OrganizationId) -> Result<Rules> {
    sorted(store::seen_by(ctx.db.reader(), organization).await?)
}

/// The pool and the plan that something new in a project gets, if it may have them: an app, or a job.
///
/// # Errors
///
/// `Invalid`, with every rule that they break.
pub(crate) async fn chosen(
    ctx: &Ctx,
    (organization, project): (&Organization, &Project),
    (pool, plan): (Option<&Name>, Option<&Name>),
) -> Result<(Pool, AppPlan)> {
    let pool = pools::service::chosen(ctx, organization.id, pool).await?;
    let rules = rules(ctx, organization.id).await?;
    let plan = plan.cloned().or_else(|| rules.default_plan(&pool));
    let plan = plans::service::chosen(ctx, organization.id, plan.as_ref()).await?;
    let placed = Placed {
        organization: &organization.name,
        project: &project.name,
        teams: &teams::service::own_names(ctx).await?,
        plan: &plan.name,
    };
    rules.require(&pool, &placed)?;
    Ok((pool, plan))
}

/// Another plan for what has a plan in a pool, if it may have it there.
///
/// # Errors
///
/// `Invalid`.
pub(crate) async fn other_plan(
    ctx: &Ctx,
    (organization, pool, before): (OrganizationId, PoolId, AppPlanId),
    name: &Name,
) -> Result<AppPlan> {
    let plan = plans::service::chosen(ctx, organization, Some(name)).await?;
    if plan.id != before {
        let pool = pools::service::get(ctx, pool).await?;
        rules(ctx, organization).await?.require_other_plan(&pool, &plan.name)?;
    }
    Ok(plan)
}

pub(super) fn sorted(stored: Vec<super::PoolConstraint>) -> Result<Rules> {
    let mut rules = Rules::default();
    for one in stored {
        let rule = one.rule().map_err(Error::internal)?;
        match one.organization_id {
            None => rules.site.push(rule),
            Some(_) => rules.own.push(rule),
        }
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;
    use super::*;
    use rstest::rstest;
    use slipway_api::Timestamp;

    fn rule(field: PoolField, denies: bool, values: &[&str]) -> Constraint {
        Constraint {
            pools: Pattern::new("prod").unwrap(),
            field,
            values: values.iter().map(|text| Pattern::new(text).unwrap()).collect(),
            denies,
        }
    }

    fn prod() -> Pool {
        Pool {
            id: "pool-0000000000000000".parse().unwrap(),
            organization_id: None,
            cluster_id: "clu-0000000000000000".parse().unwrap(),
            name: "prod".parse().unwrap(),
            is_default: true,
            created_at: Timestamp::from_unix_ms(0),
            version: 1,
        }
    }

    fn said(rules: Vec<Constraint>, teams: &[&str]) -> String {
        let pool = prod();
        let rules = Rules {
            site: rules,
            own: Vec::new(),
        };
        let teams: Vec<Name> = teams.iter().map(|team| team.parse().unwrap()).collect();
        let placed = Placed {
            organization: &"acme".parse().unwrap(),
            project: &"shop".parse().unwrap(),
            teams: &teams,
            plan: &"large".parse().unwrap(),
        };
        match rules.require(&pool, &placed) {
            Ok(()) => String::new(),
            Err(error) => error
                .fields()
                .iter()
                .map(|field| field.detail.clone())
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    #[rstest]
    #[case::no_rule(vec![], "")]
    #[case::the_plan_is_not_there(vec![rule(PoolField::Plan, false, &["small", "med*"])],
        "Apps in the pool \"prod\" have one of the plans small, med*, not large.")]
    #[case::the_project_is_another(vec![rule(PoolField::Project, false, &["data-*"])],
        "The pool \"prod\" is for the projects data-*, not for shop.")]
    #[case::one_team_is_enough(vec![rule(PoolField::Team, false, &["dev", "ops"])], "")]
    #[case::one_denied_team_is_enough(vec![rule(PoolField::Team, true, &["dev"])],
        "No members of the teams dev put apps into the pool \"prod\".")]
    #[case::every_broken_rule_is_named(
        vec![rule(PoolField::Organization, false, &["other"]), rule(PoolField::Plan, false, &[])],
        "The pool \"prod\" is for the organizations other, not for acme. The pool \"prod\" is closed: a rule allows no plans there.")]
    fn an_app_keeps_to_the_rules(#[case] rules: Vec<Constraint>, #[case] expected: &str) {
        assert_eq!(said(rules, &["dev", "qa"]), expected);
    }

    #[rstest]
    #[case::no_rule(false, &["*"], "")]
    #[case::another(false, &["cache", "mail-*"], "What is in the pool \"prod\" is bound to the services cache, mail-* alone, not to database.")]
    #[case::denied(true, &["data*"], "What is in the pool \"prod\" is not bound to the services data*.")]
    #[case::closed(false, &[], "The pool \"prod\" is closed: a rule allows no services there.")]
    fn a_service_keeps_to_the_rules(#[case] denies: bool, #[case] values: &[&str], #[case] expected: &str) {
        let rules = Rules {
            site: vec![rule(PoolField::Service, denies, values)],
            own: Vec::new(),
        };
        let said = rules.require_service(&prod(), &"database".parse().unwrap());
        let said = said.err().map(|error| error.fields()[0].detail.clone());
        assert_eq!(said.unwrap_or_default(), expected);
    }

    #[test]
    fn who_is_in_no_team_is_in_none_of_those_that_may() {
        let detail = said(vec![rule(PoolField::Team, false, &["dev"])], &[]);
        assert_eq!(
            detail,
            "Only members of the teams dev put apps into the pool \"prod\", and you are in none of these."
        );
        assert_eq!(said(vec![rule(PoolField::Team, true, &["dev"])], &[]), "");
    }
}
