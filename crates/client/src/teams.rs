//! Teams, their members and their access.

use slipway_api::ids::{ProjectId, TeamId, TeamProjectId, TeamWorkspaceId, WorkspaceId};
use slipway_api::jsonapi::Identifier;
use slipway_api::team_access::{TeamProjectAccess, TeamWorkspaceAccess};
use slipway_api::teams::{Linkages, NewTeam, Team, TeamChanges};
use slipway_api::tokens::{NewToken, Token};
use slipway_api::users::User;
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The teams of an organization that the caller sees.
    #[must_use]
    pub fn teams(&self, organization: &Name) -> Listing<Team> {
        Listing::new(self, Call::get(&["organizations", organization.as_str(), "teams"]))
    }

    /// The team of this name.
    pub async fn team_by_name(&self, organization: &Name, name: &str) -> Result<Option<Resource<Team>>, ClientError> {
        let call = Call::get(&["organizations", organization.as_str(), "teams"]).query("filter[names]", name);
        Ok(Listing::new(self, call).all().await?.into_iter().next())
    }

    /// One team.
    pub async fn team(&self, id: TeamId) -> Result<Resource<Team>, ClientError> {
        self.resource(Call::get(&["teams", &id.to_string()])).await
    }

    /// Makes a team.
    pub async fn create_team(&self, organization: &Name, new: NewTeam) -> Result<Resource<Team>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), "teams"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes a team.
    pub async fn update_team(&self, id: TeamId, changes: TeamChanges) -> Result<Resource<Team>, ClientError> {
        let call = Call::patch(&["teams", &id.to_string()]);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes a team with its roles and tokens.
    pub async fn delete_team(&self, id: TeamId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["teams", &id.to_string()])).await
    }

    /// The members of a team.
    pub async fn team_members(&self, id: TeamId) -> Result<Vec<Resource<User>>, ClientError> {
        let answer: slipway_api::ListDocument<Resource<User>> =
            self.json(Call::get(&["teams", &id.to_string(), "users"])).await?;
        Ok(answer.data)
    }

    /// Adds members of the organization to a team, by name or id.
    pub async fn add_team_users(&self, id: TeamId, users: &[String]) -> Result<(), ClientError> {
        let call = Call::post(&["teams", &id.to_string(), "relationships", "users"]);
        self.nothing(call.json(&linkages(users))?).await
    }

    /// Takes members out of a team, by name or id.
    pub async fn remove_team_users(&self, id: TeamId, users: &[String]) -> Result<(), ClientError> {
        let call = Call::delete(&["teams", &id.to_string(), "relationships", "users"]);
        self.nothing(call.json(&linkages(users))?).await
    }

    /// A team's tokens, without their texts.
    #[must_use]
    pub fn team_tokens(&self, id: TeamId) -> Listing<Token> {
        Listing::new(self, Call::get(&["teams", &id.to_string(), "authentication-tokens"]))
    }

    /// Makes a token of a team; its text is in this answer and nowhere else.
    pub async fn create_team_token(&self, id: TeamId, new: NewToken) -> Result<Resource<Token>, ClientError> {
        let call = Call::post(&["teams", &id.to_string(), "authentication-tokens"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// What teams may do in a workspace.
    pub async fn team_workspaces(
        &self,
        workspace: WorkspaceId,
    ) -> Result<Vec<Resource<TeamWorkspaceAccess>>, ClientError> {
        let call = Call::get(&["team-workspaces"]).query("filter[workspace][id]", workspace);
        let answer: slipway_api::ListDocument<Resource<TeamWorkspaceAccess>> = self.json(call).await?;
        Ok(answer.data)
    }

    /// Gives a team access to a workspace.
    pub async fn create_team_workspace(
        &self,
        team: TeamId,
        workspace: WorkspaceId,
        access: TeamWorkspaceAccess,
    ) -> Result<Resource<TeamWorkspaceAccess>, ClientError> {
        let body = NewDocument::new(access)
            .with("team", "teams", team)
            .with("workspace", "workspaces", workspace);
        self.resource(Call::post(&["team-workspaces"]).json(&body)?).await
    }

    /// Takes a team's access to a workspace back.
    pub async fn delete_team_workspace(&self, id: TeamWorkspaceId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["team-workspaces", &id.to_string()])).await
    }

    /// What teams may do in a project.
    pub async fn team_projects(&self, project: ProjectId) -> Result<Vec<Resource<TeamProjectAccess>>, ClientError> {
        let call = Call::get(&["team-projects"]).query("filter[project][id]", project);
        let answer: slipway_api::ListDocument<Resource<TeamProjectAccess>> = self.json(call).await?;
        Ok(answer.data)
    }

    /// Gives a team access to a project.
    pub async fn create_team_project(
        &self,
        team: TeamId,
        project: ProjectId,
        access: TeamProjectAccess,
    ) -> Result<Resource<TeamProjectAccess>, ClientError> {
        let body = NewDocument::new(access)
            .with("team", "teams", team)
            .with("project", "projects", project);
        self.resource(Call::post(&["team-projects"]).json(&body)?).await
    }

    /// Takes a team's access to a project back.
    pub async fn delete_team_project(&self, id: TeamProjectId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["team-projects", &id.to_string()])).await
    }
}

fn linkages(users: &[String]) -> Linkages {
    let identifier = |id: &String| Identifier {
        id: id.clone(),
        kind: "users".to_owned(),
    };
    Linkages {
        data: users.iter().map(identifier).collect(),
    }
}
