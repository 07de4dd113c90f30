//! Volumes, their plans, and where apps see them.

use slipway_api::ids::{AppId, JobId, VolumeBindId, VolumeId, VolumePlanId};
use slipway_api::volumes::{
    JobVolumeBind, NewJobVolumeBind, NewVolume, NewVolumeBind, NewVolumePlan, Volume, VolumeBind, VolumePlan,
};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path of volumes.
const VOLUMES: &str = "volumes";
/// The part of every path of volume plans.
const PLANS: &str = "volume-plans";
/// The part of every path of binds.
const BINDS: &str = "volume-binds";

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The plans that volumes of an organization can have.
    #[must_use]
    pub fn volume_plans(&self, organization: &Name) -> Listing<VolumePlan> {
        Listing::new(self, Call::get(&["organizations", organization.as_str(), PLANS]))
    }

    /// Makes a volume plan.
    pub async fn create_volume_plan(
        &self,
        organization: &Name,
        new: NewVolumePlan,
    ) -> Result<Resource<VolumePlan>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PLANS]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Deletes a volume plan that no volume has.
    pub async fn delete_volume_plan(&self, id: VolumePlanId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PLANS, &id.to_string()])).await
    }

    /// The volumes of an organization; only those with `text` in their name where it is given.
    #[must_use]
    pub fn volumes(&self, organization: &Name, text: Option<&str>) -> Listing<Volume> {
        let call = Call::get(&["organizations", organization.as_str(), VOLUMES]);
        Listing::new(self, call.query_option("search[text]", text))
    }

    /// One volume.
    pub async fn volume(&self, id: VolumeId) -> Result<Resource<Volume>, ClientError> {
        self.resource(Call::get(&[VOLUMES, &id.to_string()])).await
    }

    /// Makes a volume.
    pub async fn create_volume(&self, organization: &Name, new: NewVolume) -> Result<Resource<Volume>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), VOLUMES]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Deletes a volume with all that is in it.
    pub async fn delete_volume(&self, id: VolumeId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[VOLUMES, &id.to_string()])).await
    }

    /// The volumes that units of an app see.
    #[must_use]
    pub fn volume_binds(&self, app: AppId) -> Listing<VolumeBind> {
        Listing::new(self, Call::get(&["apps", &app.to_string(), BINDS]))
    }

    /// Binds an app to a volume. Unless it is staged, a deploy has the units see it.
    pub async fn bind_volume(&self, app: AppId, new: NewVolumeBind) -> Result<Resource<VolumeBind>, ClientError> {
        let call = Call::post(&["apps", &app.to_string(), BINDS]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Takes a volume away from an app. Unless it is staged, a deploy has the units see that.
    pub async fn unbind_volume(&self, id: VolumeBindId, staged: bool) -> Result<(), ClientError> {
        let call = Call::delete(&[BINDS, &id.to_string()]).query("staged", staged);
        self.nothing(call).await
    }

    /// The volumes that runs of a job see.
    #[must_use]
    pub fn job_volume_binds(&self, job: JobId) -> Listing<JobVolumeBind> {
        Listing::new(self, Call::get(&["jobs", &job.to_string(), BINDS]))
    }

    /// Binds a job to a volume; the runs that begin from now on see it.
    pub async fn bind_volume_to_job(
        &self,
        job: JobId,
        new: NewJobVolumeBind,
    ) -> Result<Resource<JobVolumeBind>, ClientError> {
        let call = Call::post(&["jobs", &job.to_string(), BINDS]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Takes a volume away from a job.
    pub async fn unbind_volume_from_job(&self, id: VolumeBindId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["job-volume-binds", &id.to_string()])).await
    }
}
