//! Users.

use slipway_api::ids::UserId;
use slipway_api::users::{Link, NewUser, User};
use slipway_api::{NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// Who the token's owner is.
    pub async fn account(&self) -> Result<Resource<User>, ClientError> {
        self.resource(Call::get(&["account", "details"])).await
    }

    /// All users; for site administrators.
    #[must_use]
    pub fn users(&self) -> Listing<User> {
        Listing::new(self, Call::get(&["admin", "users"]))
    }

    /// One user.
    pub async fn user(&self, id: UserId) -> Result<Resource<User>, ClientError> {
        self.resource(Call::get(&["users", &id.to_string()])).await
    }

    /// Makes a user; for site administrators.
    pub async fn create_user(&self, new: NewUser) -> Result<Resource<User>, ClientError> {
        self.resource(Call::post(&["admin", "users"]).json(&NewDocument::new(new))?)
            .await
    }

    /// Keeps a user out, or lets one in again; for who manages users.
    pub async fn suspend_user(&self, id: UserId, is_suspended: bool) -> Result<Resource<User>, ClientError> {
        let action = if is_suspended { "suspend" } else { "unsuspend" };
        self.resource(Call::post(&["admin", "users", &id.to_string(), "actions", action]))
            .await
    }

    /// Makes a link by which a user sets the password; it is in the answer where it was not sent by mail.
    pub async fn reset_password(&self, id: UserId) -> Result<Resource<Link>, ClientError> {
        let call = Call::post(&["admin", "users", &id.to_string(), "actions", "reset-password"]);
        self.resource(call).await
    }

    /// Takes a user's second factor away, for who lost it.
    pub async fn disable_second_factor(&self, id: UserId) -> Result<Resource<User>, ClientError> {
        let call = Call::post(&["admin", "users", &id.to_string(), "actions", "disable_two_factor"]);
        self.resource(call).await
    }

    /// Deletes a user with all their tokens; for site administrators.
    pub async fn delete_user(&self, id: UserId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["admin", "users", &id.to_string()])).await
    }
}
