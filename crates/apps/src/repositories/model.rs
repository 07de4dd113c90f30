//! The repository of an app, as it is stored: pure.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::app_repositories::AppRepositorySettings;
use slipway_api::ids::{AppId, OrganizationId, RepositoryId};
use slipway_kernel::{Error, Result};

/// Longest folder, Dockerfile or platform, in bytes.
const LONGEST: usize = 500;

/// The repository of an app.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_repositories")]
pub struct Model {
    /// The app.
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: AppId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// The repository.
    pub repository_id: RepositoryId,
    /// The branch that is followed; empty for the repository's default one.
    pub branch: String,
    /// The folder in it, without slashes around it; empty for all of it.
    pub directory: String,
    /// Whether a push is deployed.
    pub deploys_on_push: bool,
    /// The Dockerfile in the folder; none to find out.
    pub dockerfile: Option<String>,
    /// The platform; none to find out.
    pub platform: Option<String>,
    /// The newest commit of the branch that was looked at after a push.
    pub commit_sha: Option<String>,
    /// What became of the newest push where that is no deploy.
    pub reason: String,
    /// When it was connected.
    pub created_at: Timestamp,
    /// When that last changed.
    pub updated_at: Timestamp,
}

/// The repository of an app.
pub type AppRepository = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Checked settings but for the repository itself, which has to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    branch: String,
    directory: String,
    deploys_on_push: bool,
    dockerfile: Option<String>,
    platform: Option<String>,
}

impl Settings {
    /// Of what somebody said.
    ///
    /// # Errors
    ///
    /// `Invalid`, with the field at fault.
    pub fn of(said: &AppRepositorySettings) -> Result<Self> {
        let branch = said.branch.trim();
        let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        if !branch.is_empty() && slipway_git::check_reference(&format!("refs/heads/{branch}")).is_err() {
            let detail = format!("\"{branch}\" is no name of a branch.");
            return Err(Error::invalid("/data/attributes/branch", detail));
        }
        let dockerfile = word(said.dockerfile.as_deref());
        let platform = word(said.platform.as_deref());
        if dockerfile.is_some() && platform.is_some() {
            let detail = "Say either a Dockerfile or a platform: a Dockerfile needs none.";
            return Err(Error::invalid("/data/attributes/platform", detail));
        }
        for (field, text) in [("dockerfile", &dockerfile), ("platform", &platform)] {
            if text.as_ref().is_some_and(|text| text.len() > LONGEST) {
                let detail = format!("It has at most {LONGEST} characters.");
                return Err(Error::invalid(&format!("/data/attributes/{field}"), detail));
            }
        }
        Ok(Self {
            branch: branch.to_owned(),
            directory: directory(&said.directory)?,
            deploys_on_push: said.deploys_on_push,
            dockerfile,
            platform,
        })
    }
}

fn word(said: Option<&str>) -> Option<String> {
    said.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A folder of a repository as it is stored: `web/shop`.
fn directory(said: &str) -> Result<String> {
    let parts: Vec<&str> = said
        .trim()
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    let is_harmless = |part: &&str| *part != ".." && !part.chars().any(char::is_control);
    if said.len() > LONGEST || !parts.iter().all(is_harmless) {
        let detail =
            "It is a folder of the repository, as web/shop: without \"..\", and not longer than 500 characters.";
        return Err(Error::invalid("/data/attributes/directory", detail));
    }
    Ok(parts.join("/"))
}

impl Model {
    /// Connected at this moment.
    #[must_use]
    pub fn new(app: AppId, organization: OrganizationId, repository: RepositoryId, now: Timestamp) -> Self {
        Self {
            app_id: app,
            organization_id: organization,
            repository_id: repository,
            branch: String::new(),
            directory: String::new(),
            deploys_on_push: false,
            dockerfile: None,
            platform: None,
            commit_sha: None,
            reason: String::new(),
            created_at: now,
            updated_at: now,
        }
    }

    /// With other settings. What was deployed of another branch or repository says nothing about this one.
    #[must_use]
    pub fn with(self, repository: RepositoryId, settings: Settings, now: Timestamp) -> Self {
        let is_same = self.repository_id == repository && self.branch == settings.branch;
        Self {
            repository_id: repository,
            branch: settings.branch,
            directory: settings.directory,
            deploys_on_push: settings.deploys_on_push,
            dockerfile: settings.dockerfile,
            platform: settings.platform,
            commit_sha: self.commit_sha.filter(|_| is_same),
            reason: String::new(),
            updated_at: now,
            ..self
        }
    }

    /// The branch that is followed, of a repository whose default one is `default`.
    #[must_use]
    pub fn followed<'a>(&'a self, default: Option<&'a str>) -> Option<&'a str> {
        Some(self.branch.as_str())
            .filter(|branch| !branch.is_empty())
            .or(default)
    }

    /// Whether a change of these files is one of the folder.
    #[must_use]
    pub fn is_concerned<'a>(&self, mut changed: impl Iterator<Item = &'a str>) -> bool {
        let directory = self.directory.as_str();
        changed.any(|path| {
            let rest = path.strip_prefix(directory);
            directory.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(directory: &str) -> AppRepositorySettings {
        AppRepositorySettings {
            directory: directory.to_owned(),
            ..AppRepositorySettings::default()
        }
    }

    fn of(directory: &str) -> Model {
        let now = Timestamp::from_unix_ms(0);
        let ids = (AppId::from_parts(1, 1), OrganizationId::from_parts(1, 1));
        let repository = RepositoryId::from_parts(1, 1);
        let settings = Settings::of(&said(directory)).unwrap();
        Model::new(ids.0, ids.1, repository, now).with(repository, settings, now)
    }

    #[test]
    fn a_folder_is_inside_of_its_repository() {
        assert_eq!(of("/web/./shop/").directory, "web/shop");
        assert_eq!(of(".").directory, "");
        for bad in ["..", "web/../..", "a\nb"] {
            Settings::of(&said(bad)).unwrap_err();
        }
    }

    #[test]
    fn what_changes_elsewhere_does_not_concern_the_folder() {
        let concerned = |directory: &str, paths: &[&str]| of(directory).is_concerned(paths.iter().copied());
        assert!(concerned("web", &["README.md", "web/index.html"]));
        assert!(concerned("web", &["web"]));
        assert!(!concerned("web", &["website/index.html", "api/web/main.go"]));
        assert!(concerned("", &["README.md"]));
        assert!(!concerned("", &[]));
    }

    #[test]
    fn another_branch_begins_anew() {
        let before = Model {
            commit_sha: Some("a".repeat(40)),
            ..of("")
        };
        let now = Timestamp::from_unix_ms(1);
        let repository = before.repository_id;
        let same = before
            .clone()
            .with(repository, Settings::of(&said("web")).unwrap(), now);
        assert_eq!(same.commit_sha, before.commit_sha);
        let other = AppRepositorySettings {
            branch: "refs/heads/next".to_owned(),
            ..said("")
        };
        let other = before.with(repository, Settings::of(&other).unwrap(), now);
        assert_eq!((other.branch.as_str(), other.commit_sha), ("next", None));
    }
}
