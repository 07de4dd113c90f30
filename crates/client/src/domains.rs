//! Names that apps answer at, and the certificates that prove them.

use slipway_api::domains::{AppCertificate, AppDomain, AppRouting, AppRoutingChanges, NewAppCertificate, NewAppDomain};
use slipway_api::ids::{AppCertificateId, AppDomainId, AppId};
use slipway_api::{NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The domains of an app.
    #[must_use]
    pub fn app_domains(&self, app: AppId) -> Listing<AppDomain> {
        Listing::new(self, Call::get(&["apps", &app.to_string(), "domains"]))
    }

    /// Adds a domain to an app.
    pub async fn add_app_domain(&self, app: AppId, new: NewAppDomain) -> Result<Resource<AppDomain>, ClientError> {
        let call = Call::post(&["apps", &app.to_string(), "domains"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Has it looked now whether a domain is proven.
    pub async fn verify_app_domain(&self, id: AppDomainId) -> Result<Resource<AppDomain>, ClientError> {
        self.resource(act(id, "verify")).await
    }

    /// Has a domain count without a proof.
    pub async fn approve_app_domain(&self, id: AppDomainId) -> Result<Resource<AppDomain>, ClientError> {
        self.resource(act(id, "approve")).await
    }

    /// Removes a domain.
    pub async fn remove_app_domain(&self, id: AppDomainId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["app-domains", &id.to_string()])).await
    }

    /// The certificates of an app.
    #[must_use]
    pub fn app_certificates(&self, app: AppId) -> Listing<AppCertificate> {
        Listing::new(self, Call::get(&["apps", &app.to_string(), "certificates"]))
    }

    /// Uploads a certificate with its key.
    pub async fn add_app_certificate(
        &self,
        app: AppId,
        new: NewAppCertificate,
    ) -> Result<Resource<AppCertificate>, ClientError> {
        let call = Call::post(&["apps", &app.to_string(), "certificates"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Removes a certificate.
    pub async fn remove_app_certificate(&self, id: AppCertificateId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["app-certificates", &id.to_string()])).await
    }

    /// What the router takes for an app.
    pub async fn app_routing(&self, app: AppId) -> Result<Resource<AppRouting>, ClientError> {
        self.resource(Call::get(&["apps", &app.to_string(), "routing"])).await
    }

    /// Changes what the router takes for an app.
    pub async fn change_app_routing(
        &self,
        app: AppId,
        changes: AppRoutingChanges,
    ) -> Result<Resource<AppRouting>, ClientError> {
        let call = Call::patch(&["apps", &app.to_string(), "routing"]);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }
}

fn act(id: AppDomainId, action: &str) -> Call {
    Call::post(&["app-domains", &id.to_string(), "actions", action]).repeatable()
}
