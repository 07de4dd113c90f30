//! A site with an organization, a workspace in it, and people who may do this or that.

use std::sync::Arc;

use serde_json::{Value, json};
use slipway_api::Timestamp;
use slipway_api::ids::{TeamId, WorkspaceId};
use slipway_api::organizations::NewOrganization;
use slipway_api::roles::RoleAssignment;
use slipway_api::teams::{NewTeam, TeamVisibility};
use slipway_api::users::NewUser;
use slipway_api::workspaces::WorkspaceSettings;
use slipway_identity::organizations::{self, Organization};
use slipway_identity::{PermissionTree, role_assignments, teams, users};
use slipway_infra::workspaces::service::Relations;
use slipway_infra::workspaces::{self, Workspace};
use slipway_kernel::clock::Clock;
use slipway_kernel::ctx::Origin;
use slipway_kernel::http::Page;
use slipway_kernel::random::Random;
use slipway_kernel::settings::Settings;
use slipway_kernel::{Actor, Ctx, Kernel, events};
use tempfile::TempDir;

pub struct Site {
    pub kernel: Arc<Kernel>,
    pub organization: Organization,
    tree: PermissionTree,
    _directory: TempDir,
}

/// The first page, as long as can be.
pub fn page() -> Page {
    Page {
        number: 1,
        size: 100,
        after: None,
    }
}

pub fn named(name: &str) -> WorkspaceSettings {
    WorkspaceSettings {
        name: Some(name.parse().unwrap()),
        ..WorkspaceSettings::default()
    }
}

impl Site {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.server.data_dir = directory.path().to_owned();
        if slipway_testing::postgres::is_wanted().unwrap() {
            settings.database.url = Some(slipway_testing::postgres::database().unwrap());
        }
        change(&mut settings);
        let mut migrations = slipway_kernel::migrations();
        migrations.extend(slipway_identity::migrations());
        migrations.extend(slipway_connections::migrations());
        migrations.extend(slipway_infra::migrations());
        let clock = Clock::manual(Timestamp::from_unix_ms(1_763_680_000_000));
        let kernel = Kernel::open(settings, clock, Random::seeded(7), &migrations)
            .await
            .unwrap();
        let system = Ctx::system(&kernel);
        slipway_identity::prepare(&system).await.unwrap();
        slipway_infra::prepare(&system).await.unwrap();
        let mut permissions = slipway_identity::permissions();
        permissions.extend(slipway_connections::permissions());
        permissions.extend(slipway_infra::permissions());
        let wanted = NewOrganization {
            name: "acme".parse().unwrap(),
            email: None,
        };
        let organization = organizations::service::create(&system, wanted).await.unwrap();
        Self {
            kernel,
            organization,
            tree: PermissionTree::new(permissions),
            _directory: directory,
        }
    }

    pub fn system(&self) -> Ctx {
        Ctx::system(&self.kernel)
    }

    /// A new user with a built-in role in the organization, or with none.
    pub async fn user(&self, username: &str, role: Option<&str>) -> Ctx {
        let wanted = NewUser {
            username: username.parse().unwrap(),
            email: None,
        };
        let user = users::service::create(&self.system(), wanted).await.unwrap();
        if let Some(role) = role {
            let wanted = RoleAssignment::new(user.id, role.parse().unwrap(), &self.organization.name);
            role_assignments::service::create(&self.system(), &self.tree, &self.organization, wanted)
                .await
                .unwrap();
        }
        let actor = Actor::User {
            id: user.id,
            name: user.username,
            teams: Vec::new(),
        };
        Ctx::new(Arc::clone(&self.kernel), actor, Origin::default())
    }

    /// Takes everything from a user that was given to him himself.
    pub async fn revoke(&self, user: &Ctx) {
        let wanted = role_assignments::service::Wanted {
            subject: user.actor().id(),
            scope: None,
        };
        let held = role_assignments::service::list(&self.system(), &self.organization, wanted, &page())
            .await
            .unwrap();
        for held in held.rows {
            role_assignments::service::remove(&self.system(), &self.tree, held.assignment.id)
                .await
                .unwrap();
        }
    }

    /// A new team with these members.
    pub async fn team(&self, name: &str, members: &[&str]) -> TeamId {
        let wanted = NewTeam {
            name: name.parse().unwrap(),
            description: None,
            sso_team_id: None,
            sso_provider: None,
            visibility: TeamVisibility::Secret,
            allow_member_token_management: false,
            organization_access: None,
        };
        let ctx = self.system();
        let team = teams::service::create(&ctx, &self.tree, &self.organization, wanted)
            .await
            .unwrap();
        let members: Vec<String> = members.iter().map(|name| (*name).to_owned()).collect();
        teams::service::add_members(&ctx, &self.tree, &team, &members)
            .await
            .unwrap();
        team.id
    }

    /// A new workspace; later ones get later ids.
    pub async fn workspace(&self, name: &str) -> Workspace {
        self.kernel.clock.advance(std::time::Duration::from_millis(1));
        workspaces::service::create(&self.system(), &self.organization, Relations::default(), &named(name))
            .await
            .unwrap()
    }

    /// The workspace as it is now.
    pub async fn now(&self, id: WorkspaceId) -> Workspace {
        workspaces::store::get(self.kernel.db.reader(), id).await.unwrap()
    }

    /// What was done to an object, by name: the test's clock stands, so that there is no order.
    pub async fn actions(&self, object_id: impl ToString) -> Vec<String> {
        let filter = events::store::Filter {
            organization: Some(self.organization.id),
            object_id: Some(object_id.to_string()),
            ..events::store::Filter::default()
        };
        let newest = events::store::newest(self.kernel.db.reader(), &filter, 0, 100)
            .await
            .unwrap();
        let mut actions: Vec<String> = newest.into_iter().map(|event| event.action).collect();
        actions.sort();
        actions
    }

    /// Everything that was recorded, as one text to look for secrets in.
    pub async fn everything_recorded(&self) -> String {
        let filter = events::store::Filter {
            organization: Some(self.organization.id),
            ..events::store::Filter::default()
        };
        let newest = events::store::newest(self.kernel.db.reader(), &filter, 0, 1_000)
            .await
            .unwrap();
        newest.iter().map(|event| format!("{event:?}\n")).collect()
    }
}

/// A gzipped tar with these files.
pub fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        // Written by hand, because the builder itself refuses hostile paths.
        let name = header.as_old_mut().name.iter_mut().zip(path.bytes());
        name.for_each(|(place, byte)| *place = byte);
        header.set_size(u64::try_from(content.len()).unwrap());
        header.set_mode(0o644);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_cksum();
        builder.append(&header, content.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

/// A state as the engine writes it: `count` resources, an output `region` and a secret one.
pub fn state(serial: u64, lineage: &str, count: usize) -> Vec<u8> {
    let instances: Vec<Value> = (0..count)
        .map(|index| json!({"index_key": index, "schema_version": 0, "attributes": {"id": format!("i-{index}")}}))
        .collect();
    let state = json!({
        "version": 4, "terraform_version": "1.12.6", "serial": serial, "lineage": lineage,
        "outputs": {
            "region": {"value": "eu", "type": "string"},
            "password": {"value": "hunter2", "type": "string", "sensitive": true},
        },
        "resources": [{
            "mode": "managed", "type": "null_resource", "name": "thing",
            "provider": "provider[\"registry.opentofu.org/hashicorp/null\"]", "instances": instances,
        }],
    });
    state.to_string().into_bytes()
}
