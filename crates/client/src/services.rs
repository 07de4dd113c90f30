//! Services, what is ordered of them, and what apps are bound to.

use slipway_api::binds::{AppBind, JobBind, NewAppBind, NewJobBind};
use slipway_api::ids::{AppId, BindId, JobId, ServiceId, ServiceInstanceId};
use slipway_api::resources::ResourceRequest;
use slipway_api::services::{NewService, NewServiceInstance, Service, ServiceChanges, ServiceInstance};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path of services.
const SERVICES: &str = "services";
/// The part of every path of service instances.
const INSTANCES: &str = "service-instances";

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The services of an organization; only those with `text` in their name where it is given.
    #[must_use]
    pub fn services(&self, organization: &Name, text: Option<&str>) -> Listing<Service> {
        let call = Call::get(&["organizations", organization.as_str(), SERVICES]);
        Listing::new(self, call.query_option("search[text]", text))
    }

    /// One service.
    pub async fn service(&self, id: ServiceId) -> Result<Resource<Service>, ClientError> {
        self.resource(Call::get(&[SERVICES, &id.to_string()])).await
    }

    /// Offers a template as a service.
    pub async fn create_service(&self, organization: &Name, new: NewService) -> Result<Resource<Service>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), SERVICES]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes a service.
    pub async fn update_service(
        &self,
        id: ServiceId,
        changes: ServiceChanges,
    ) -> Result<Resource<Service>, ClientError> {
        let call = Call::patch(&[SERVICES, &id.to_string()]);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Does not offer a service any more.
    pub async fn delete_service(&self, id: ServiceId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[SERVICES, &id.to_string()])).await
    }

    /// What was ordered of the services of an organization: only with `text` in the name, of one service, where they are given.
    #[must_use]
    pub fn service_instances(
        &self,
        organization: &Name,
        text: Option<&str>,
        service: Option<ServiceId>,
    ) -> Listing<ServiceInstance> {
        let call = Call::get(&["organizations", organization.as_str(), INSTANCES])
            .query_option("search[text]", text)
            .query_option("filter[service][id]", service);
        Listing::new(self, call)
    }

    /// One service instance.
    pub async fn service_instance(&self, id: ServiceInstanceId) -> Result<Resource<ServiceInstance>, ClientError> {
        self.resource(Call::get(&[INSTANCES, &id.to_string()])).await
    }

    /// Orders from a service.
    pub async fn create_service_instance(
        &self,
        organization: &Name,
        new: NewServiceInstance,
    ) -> Result<Resource<ServiceInstance>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), INSTANCES]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Has what was ordered destroyed, and deletes it once it is.
    pub async fn delete_service_instance(
        &self,
        id: ServiceInstanceId,
        request: &ResourceRequest,
    ) -> Result<(), ClientError> {
        let call = Call::delete(&[INSTANCES, &id.to_string()])
            .query("reason", &request.reason)
            .query("auto-apply", request.auto_apply);
        self.nothing(call).await
    }

    /// What an app is bound to.
    #[must_use]
    pub fn app_binds(&self, app: AppId) -> Listing<AppBind> {
        Listing::new(self, Call::get(&["apps", &app.to_string(), "binds"]))
    }

    /// Binds an app to something. Unless it is staged, a deploy brings the units what it gives.
    pub async fn bind_app(&self, app: AppId, new: NewAppBind) -> Result<Resource<AppBind>, ClientError> {
        let call = Call::post(&["apps", &app.to_string(), "binds"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Takes away what a bind gave. Unless it is staged, a deploy has the units see that.
    pub async fn unbind_app(&self, id: BindId, staged: bool) -> Result<(), ClientError> {
        let call = Call::delete(&["app-binds", &id.to_string()]).query("staged", staged);
        self.nothing(call).await
    }

    /// What a job is bound to.
    #[must_use]
    pub fn job_binds(&self, job: JobId) -> Listing<JobBind> {
        Listing::new(self, Call::get(&["jobs", &job.to_string(), "binds"]))
    }

    /// Gives a job outputs of something as variables; the runs that are asked for from now on see them.
    pub async fn bind_job(&self, job: JobId, new: NewJobBind) -> Result<Resource<JobBind>, ClientError> {
        let call = Call::post(&["jobs", &job.to_string(), "binds"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Takes away what a bind gave a job.
    pub async fn unbind_job(&self, id: BindId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["job-binds", &id.to_string()])).await
    }
}
