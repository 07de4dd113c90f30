//! Explanations of access.

use slipway_api::access_explanations::AccessExplanation;
use slipway_api::{Name, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

/// Whose access to explain; the caller's own, everything that is allowed, in the whole organization, when empty.
#[derive(Debug, Clone, Default)]
pub struct AccessQuestion {
    /// The id or name of a user or service account, or the id of a team.
    pub subject: Option<String>,
    /// A permission.
    pub permission: Option<String>,
    /// The id of a project or object.
    pub scope: Option<String>,
}

impl Client {
    /// Why somebody may do something.
    ///
    /// # Errors
    ///
    /// Those of a request.
    pub async fn explain_access(
        &self,
        organization: &Name,
        question: AccessQuestion,
    ) -> Result<Vec<Resource<AccessExplanation>>, ClientError> {
        let call = Call::get(&["organizations", organization.as_str(), "access-explanations"])
            .query_option("subject", question.subject)
            .query_option("permission", question.permission)
            .query_option("scope", question.scope);
        let answer: slipway_api::ListDocument<Resource<AccessExplanation>> = self.json(call).await?;
        Ok(answer.data)
    }
}
