//! A site with its own database, and people in it.

use std::sync::Arc;

use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, ProjectId, WorkspaceId};
use slipway_api::organizations::NewOrganization;
use slipway_api::projects::NewProject;
use slipway_api::roles::RoleAssignment;
use slipway_api::teams::{NewTeam, TeamVisibility};
use slipway_api::tokens::NewToken;
use slipway_api::users::NewUser;
use slipway_identity::organizations::{self, Organization};
use slipway_identity::projects::{self, Project};
use slipway_identity::role_assignments::service::Held;
use slipway_identity::teams::{self, Team};
use slipway_identity::{PermissionTree, role_assignments, tokens, users};
use slipway_kernel::clock::Clock;
use slipway_kernel::ctx::Origin;
use slipway_kernel::directory::{self, Object};
use slipway_kernel::grants::Permission;
use slipway_kernel::http::Page;
use slipway_kernel::random::Random;
use slipway_kernel::settings::Settings;
use slipway_kernel::{Actor, Ctx, Kernel, Result};
use tempfile::TempDir;

/// The first page, as long as can be.
pub fn page() -> Page {
    Page {
        number: 1,
        size: 100,
        after: None,
    }
}

pub struct Site {
    pub kernel: Arc<Kernel>,
    pub tree: PermissionTree,
    pub directory: TempDir,
}

impl Site {
    pub async fn new() -> Self {
        let is_wanted = slipway_testing::postgres::is_wanted().unwrap();
        Self::on(is_wanted.then(|| slipway_testing::postgres::database().unwrap())).await
    }

    /// On the database at this URL; on one of its own when there is none.
    pub async fn on(database: Option<String>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.server.data_dir = directory.path().to_owned();
        settings.database.url = database;
        let mut migrations = slipway_kernel::migrations();
        migrations.extend(slipway_identity::migrations());
        let clock = Clock::manual(Timestamp::from_unix_ms(1_763_680_000_000));
        let kernel = Kernel::open(settings, clock, Random::seeded(7), &migrations)
            .await
            .unwrap();
        slipway_identity::prepare(&Ctx::system(&kernel)).await.unwrap();
        let mut permissions = slipway_identity::permissions();
        for path in [
            "event.read",
            "runner-pool.manage",
            "runner-pool.read",
            "variable-set.read",
            "variable-set.write",
            "workspace.create",
            "workspace.read",
            "workspace.run.apply",
            "workspace.run.cancel",
            "workspace.run.plan",
            "workspace.run.read",
        ] {
            permissions.push((Permission::new(path), "Of another domain."));
        }
        Self {
            kernel,
            tree: PermissionTree::new(permissions),
            directory,
        }
    }

    pub fn system(&self) -> Ctx {
        Ctx::system(&self.kernel)
    }

    pub fn anonymous(&self) -> Ctx {
        self.as_actor(Actor::Anonymous)
    }

    pub fn as_actor(&self, actor: Actor) -> Ctx {
        Ctx::new(Arc::clone(&self.kernel), actor, Origin::default())
    }

    /// A new user, who may do nothing.
    pub async fn user(&self, username: &str) -> Ctx {
        let wanted = NewUser {
            username: username.parse().unwrap(),
            email: None,
        };
        let user = users::service::create(&self.system(), wanted).await.unwrap();
        self.as_actor(Actor::User {
            id: user.id,
            name: user.username,
            teams: Vec::new(),
        })
    }

    /// A new site administrator.
    pub async fn administrator(&self, username: &str) -> Ctx {
        let username: slipway_api::Name = username.parse().unwrap();
        let text = slipway_identity::bootstrap::create_site_admin_token(
            &self.system(),
            username.clone(),
            "test".to_owned(),
            None,
        )
        .await
        .unwrap();
        let authenticator = slipway_identity::tokens::Authenticator::default();
        let caller = authenticator
            .authenticate(&self.kernel, text.expose_text().unwrap())
            .await
            .unwrap();
        self.as_actor(caller.actor)
    }

    /// A new organization, with its owner.
    pub async fn organization(&self, name: &str) -> (Organization, Ctx) {
        let owner = self.user(&format!("owner-of-{name}")).await;
        let organization = organizations::service::create(&self.system(), new_organization(name))
            .await
            .unwrap();
        self.give(&self.system(), &organization, &owner, "owner", name)
            .await
            .unwrap();
        (organization, owner)
    }

    pub async fn project(&self, organization: &Organization, name: &str) -> Project {
        projects::service::create(&self.system(), organization, new_project(name))
            .await
            .unwrap()
    }

    /// A workspace as its domain would write it into the directory.
    pub async fn workspace(&self, organization: OrganizationId, project: ProjectId, name: &str) -> String {
        let ctx = self.system();
        let id: WorkspaceId = ctx.new_id().unwrap();
        let object = Object {
            id: id.to_string(),
            kind: "workspace",
            organization: Some(organization),
            project: Some(project),
            name: name.to_owned(),
            status: String::new(),
            labels: String::new(),
        };
        let tx = ctx.begin().await.unwrap();
        directory::store::put(&tx, &object).await.unwrap();
        tx.commit().await.unwrap();
        object.id
    }

    pub async fn give(
        &self,
        giver: &Ctx,
        organization: &Organization,
        to: &Ctx,
        role: &str,
        scope: &str,
    ) -> Result<Held> {
        let wanted = RoleAssignment::new(to.user().unwrap(), role.parse().unwrap(), scope);
        role_assignments::service::create(giver, &self.tree, organization, wanted).await
    }

    /// The caller of a token, as a request would find out.
    pub async fn caller(&self, text: &str) -> Result<Ctx> {
        let authenticator = slipway_identity::tokens::Authenticator::default();
        let caller = authenticator.authenticate(&self.kernel, text).await?;
        Ok(self.as_actor(caller.actor).with_limits(caller.limits))
    }

    /// A team of an organization, made by its owner.
    pub async fn team(&self, owner: &Ctx, organization: &Organization, name: &str) -> Team {
        teams::service::create(owner, &self.tree, organization, new_team(name))
            .await
            .unwrap()
    }

    /// Gives a role to whoever has this id.
    pub async fn give_to(
        &self,
        giver: &Ctx,
        organization: &Organization,
        to: impl ToString,
        role: &str,
        scope: &str,
    ) -> Result<Held> {
        let wanted = RoleAssignment::new(to, role.parse().unwrap(), scope);
        role_assignments::service::create(giver, &self.tree, organization, wanted).await
    }

    /// A user who signs in with a token, so that his teams are read at each request. The text of the token.
    pub async fn token(&self, user: &Ctx, scopes: Option<&[&str]>) -> Result<String> {
        let wanted = NewToken {
            scopes: scopes.map(|scopes| scopes.iter().map(|&scope| scope.to_owned()).collect()),
            ..NewToken::default()
        };
        let made = tokens::service::create(user, &self.tree, user.user()?, wanted).await?;
        Ok(made.text.expose_text()?.to_owned())
    }

    pub async fn take(&self, taker: &Ctx, held: &Held) -> Result<()> {
        role_assignments::service::remove(taker, &self.tree, held.assignment.id).await
    }
}

pub fn new_organization(name: &str) -> NewOrganization {
    NewOrganization {
        name: name.parse().unwrap(),
        email: None,
    }
}

pub fn new_team(name: &str) -> NewTeam {
    NewTeam {
        name: name.parse().unwrap(),
        description: None,
        sso_team_id: None,
        sso_provider: None,
        visibility: TeamVisibility::Secret,
        allow_member_token_management: false,
        organization_access: None,
    }
}

pub fn new_project(name: &str) -> NewProject {
    NewProject {
        name: name.parse().unwrap(),
        description: None,
    }
}
