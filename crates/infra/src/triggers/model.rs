//! A trigger as it is stored, what is acceptable, and which one decides: pure.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, TriggerId, WorkspaceId};
use slipway_api::jsonapi::ErrorSource;
use slipway_api::triggers::{PathKind, TriggerAction, TriggerEvent, TriggerSettings};
use slipway_kernel::errors::FieldError;
use slipway_kernel::{Error, Result};

use crate::commits::glob::Glob;
use crate::commits::regexes::Whole;
use crate::sources::model::Texts;

/// Most rules of one workspace.
pub const MOST: usize = 100;
/// Most branches or paths of one rule.
const MOST_PATTERNS: usize = 50;
/// The priority of a rule that has none.
const PRIORITY: i64 = 100;

/// A trigger as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "triggers")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TriggerId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// Its workspace.
    pub workspace_id: WorkspaceId,
    /// What has to happen.
    pub event: TriggerEvent,
    /// Regular expressions over whole branches; any branch when empty.
    pub branches: Texts,
    /// Patterns of changed paths; any path when empty.
    pub paths: Texts,
    /// How they are written.
    pub path_kind: PathKind,
    /// What starts.
    pub action: TriggerAction,
    /// The pipeline of the action `pipeline`.
    pub pipeline: Option<String>,
    /// The lowest is asked first.
    pub priority: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts changes, from 1.
    pub version: i64,
}

/// A trigger.
pub type Trigger = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Something that happened to a repository.
#[derive(Debug, Clone, Copy)]
pub struct Happened<'a> {
    /// What.
    pub event: TriggerEvent,
    /// The branch; of a release, its tag.
    pub branch: &'a str,
    /// The paths that changed, where that is known.
    pub paths: &'a [String],
}

/// What a workspace's rules say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// There is no rule for the event: the usual thing.
    Usual,
    /// This rule counts.
    Rule(&'a Trigger),
    /// There are rules, and none matches.
    None,
}

/// Which rule counts for what happened; `triggers` are in their order.
#[must_use]
pub fn decide<'a>(triggers: &'a [Trigger], happened: Happened<'_>) -> Verdict<'a> {
    let mut asked = triggers
        .iter()
        .filter(|trigger| trigger.event == happened.event)
        .peekable();
    if asked.peek().is_none() {
        return Verdict::Usual;
    }
    asked
        .find(|trigger| trigger.matches(happened))
        .map_or(Verdict::None, Verdict::Rule)
}

impl Model {
    /// A trigger with these settings.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn new(
        id: TriggerId,
        workspace: &crate::workspaces::Workspace,
        settings: TriggerSettings,
        now: Timestamp,
    ) -> Result<Self> {
        let (Some(event), Some(action)) = (settings.event, settings.action) else {
            let field = if settings.event.is_none() { "event" } else { "action" };
            return Err(Error::invalid(
                &format!("/data/attributes/{field}"),
                "A trigger says what has to happen (event) and what starts then (action).",
            ));
        };
        let blank = Self {
            id,
            organization_id: workspace.organization_id,
            workspace_id: workspace.id,
            event,
            branches: Texts::default(),
            paths: Texts::default(),
            path_kind: PathKind::Glob,
            action,
            pipeline: None,
            priority: PRIORITY,
            created_at: now,
            version: 0,
        };
        blank.with_settings(settings)
    }

    /// The same with what the settings mention changed.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn with_settings(mut self, settings: TriggerSettings) -> Result<Self> {
        self.event = settings.event.unwrap_or(self.event);
        self.action = settings.action.unwrap_or(self.action);
        self.path_kind = settings.path_kind.unwrap_or(self.path_kind);
        self.priority = settings.priority.unwrap_or(self.priority);
        self.branches = settings.branches.map_or(self.branches, Texts);
        self.paths = settings.paths.map_or(self.paths, Texts);
        self.pipeline = settings
            .pipeline
            .or(self.pipeline)
            .filter(|name| !name.trim().is_empty());
        if self.action != TriggerAction::Pipeline {
            self.pipeline = None;
        }
        let faults = self.faults();
        if !faults.is_empty() {
            return Err(Error::invalid_fields(faults));
        }
        self.version += 1;
        Ok(self)
    }

    fn faults(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        for (field, texts) in [("branches", &self.branches.0), ("paths", &self.paths.0)] {
            if texts.len() > MOST_PATTERNS {
                faults.push(fault(field, format!("At most {MOST_PATTERNS}.")));
            }
        }
        for (index, branch) in self.branches.0.iter().enumerate().take(MOST_PATTERNS) {
            if let Err(error) = Whole::new(branch) {
                faults.push(fault(&format!("branches/{index}"), error.to_string()));
            }
        }
        for (index, path) in self.paths.0.iter().enumerate().take(MOST_PATTERNS) {
            let read = match self.path_kind {
                PathKind::Regex => Whole::new(path).map(|_| ()).map_err(|error| error.to_string()),
                PathKind::Glob => Glob::new(path).map(|_| ()).map_err(|error| error.to_string()),
            };
            if let Err(detail) = read {
                faults.push(fault(&format!("paths/{index}"), detail));
            }
        }
        if self.action == TriggerAction::Pipeline && self.pipeline.is_none() {
            faults.push(fault(
                "pipeline",
                "The action \"pipeline\" needs the name of one.".to_owned(),
            ));
        }
        if self.pipeline.as_ref().is_some_and(|name| name.chars().count() > 200) {
            faults.push(fault("pipeline", "A name has at most 200 characters.".to_owned()));
        }
        faults
    }

    /// Whether what happened is what the rule is about.
    #[must_use]
    pub fn matches(&self, happened: Happened<'_>) -> bool {
        let branch = self.branches.0.is_empty()
            || self
                .branches
                .0
                .iter()
                .any(|text| Whole::new(text).is_ok_and(|regex| regex.matches(happened.branch)));
        branch && (self.paths.0.is_empty() || self.has_path(happened.paths))
    }

    fn has_path(&self, changed: &[String]) -> bool {
        // Compiled once for all paths, of which there may be many.
        match self.path_kind {
            PathKind::Regex => {
                let regexes: Vec<Whole> = self.paths.0.iter().filter_map(|text| Whole::new(text).ok()).collect();
                changed
                    .iter()
                    .any(|path| regexes.iter().any(|regex| regex.matches(path)))
            }
            PathKind::Glob => {
                let globs: Vec<Glob> = self.paths.0.iter().filter_map(|text| Glob::new(text).ok()).collect();
                changed.iter().any(|path| globs.iter().any(|glob| glob.matches(path)))
            }
        }
    }

    /// Why it starts nothing, when it cannot.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let name = self.pipeline.as_deref()?;
        Some(format!(
            "Pipelines are not there yet: the rule is kept, and starts nothing until there is a pipeline \"{name}\"."
        ))
    }
}

fn fault(field: &str, detail: String) -> FieldError {
    let source = ErrorSource {
        pointer: Some(format!("/data/attributes/{field}")),
        parameter: None,
    };
    FieldError { source, detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspaces::tests::workspace;

    fn rule(priority: i64, settings: TriggerSettings) -> Trigger {
        let settings = TriggerSettings {
            event: settings.event.or(Some(TriggerEvent::Push)),
            action: settings.action.or(Some(TriggerAction::Plan)),
            priority: Some(priority),
            ..settings
        };
        let id = TriggerId::from_parts(1, u64::try_from(priority).unwrap());
        Trigger::new(id, &workspace(), settings, Timestamp::from_unix_ms(1)).unwrap()
    }

    fn texts(texts: &[&str]) -> Option<Vec<String>> {
        Some(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    fn push<'a>(branch: &'a str, paths: &'a [String]) -> Happened<'a> {
        Happened {
            event: TriggerEvent::Push,
            branch,
            paths,
        }
    }

    #[test]
    fn the_first_rule_that_matches_counts() {
        let rules = [
            rule(
                1,
                TriggerSettings {
                    branches: texts(&["release/.*"]),
                    ..TriggerSettings::default()
                },
            ),
            rule(
                2,
                TriggerSettings {
                    branches: texts(&["main", "dev"]),
                    ..TriggerSettings::default()
                },
            ),
            rule(3, TriggerSettings::default()),
        ];
        let decided = |branch| match decide(&rules, push(branch, &[])) {
            Verdict::Rule(rule) => rule.priority,
            other => panic!("{other:?}"),
        };
        assert_eq!(decided("release/1"), 1);
        assert_eq!(decided("dev"), 2);
        assert_eq!(decided("developer"), 3);
    }

    #[test]
    fn paths_are_globs_or_regular_expressions_over_the_whole_path() {
        let changed = ["shop/main.tf".to_owned()];
        let glob = rule(
            1,
            TriggerSettings {
                paths: texts(&["shop/*.tf"]),
                ..TriggerSettings::default()
            },
        );
        assert!(glob.matches(push("main", &changed)));
        let regex = TriggerSettings {
            paths: texts(&["main\\.tf"]),
            path_kind: Some(PathKind::Regex),
            ..TriggerSettings::default()
        };
        assert!(!rule(1, regex.clone()).matches(push("main", &changed)));
        let whole = TriggerSettings {
            paths: texts(&["shop/.*"]),
            ..regex
        };
        assert!(rule(1, whole).matches(push("main", &changed)));
    }

    #[test]
    fn without_a_rule_for_the_event_the_usual_thing_happens() {
        let rules = [rule(
            1,
            TriggerSettings {
                branches: texts(&["main"]),
                ..TriggerSettings::default()
            },
        )];
        let request = Happened {
            event: TriggerEvent::PullRequest,
            branch: "x",
            paths: &[],
        };
        assert_eq!(decide(&rules, request), Verdict::Usual);
        assert_eq!(decide(&rules, push("other", &[])), Verdict::None);
        assert_eq!(decide(&[], push("other", &[])), Verdict::Usual);
    }

    #[test]
    fn a_pipeline_is_kept_and_says_that_it_is_not_there() {
        let settings = TriggerSettings {
            action: Some(TriggerAction::Pipeline),
            pipeline: Some("deploy".to_owned()),
            ..TriggerSettings::default()
        };
        let kept = rule(1, settings);
        assert!(kept.problem().unwrap().contains("not there yet"));
    }

    #[test]
    fn every_bad_pattern_is_named() {
        let settings = TriggerSettings {
            event: Some(TriggerEvent::Push),
            action: Some(TriggerAction::Pipeline),
            branches: texts(&["ok", "("]),
            paths: texts(&["{"]),
            ..TriggerSettings::default()
        };
        let id = TriggerId::from_parts(1, 1);
        let refused = Trigger::new(id, &workspace(), settings, Timestamp::from_unix_ms(1)).unwrap_err();
        let pointers: Vec<_> = refused
            .fields()
            .iter()
            .filter_map(|field| field.source.pointer.clone())
            .collect();
        assert_eq!(
            pointers,
            [
                "/data/attributes/branches/1",
                "/data/attributes/paths/0",
                "/data/attributes/pipeline"
            ]
        );
    }
}
