//! The audit log.

use slipway_api::events::Event;
use slipway_api::{Name, Timestamp};

use crate::call::Call;
use crate::client::Client;
use crate::listing::Listing;

/// Which events; everything absent means all.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// About the object with this id.
    pub object: Option<String>,
    /// By whoever has this id.
    pub actor: Option<String>,
    /// Of this action, `run.confirmed`, or of all below it, `run`.
    pub action: Option<String>,
    /// By whoever had this name.
    pub actor_name: Option<String>,
    /// About objects of this kind.
    pub object_kind: Option<String>,
    /// About objects that had this name.
    pub object_name: Option<String>,
    /// In the project with this id.
    pub project: Option<String>,
    /// Of this request.
    pub request: Option<String>,
    /// From this address.
    pub address: Option<String>,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
    /// With this text in an action, a name, an id or a changed field.
    pub text: Option<String>,
}

impl Client {
    /// An organization's events, newest first.
    #[must_use]
    pub fn events(&self, organization: &Name, filter: &EventFilter) -> Listing<Event> {
        let call = Call::get(&["organizations", organization.as_str(), "events"])
            .query_option("filter[object]", filter.object.as_deref())
            .query_option("filter[actor]", filter.actor.as_deref())
            .query_option("filter[action]", filter.action.as_deref())
            .query_option("filter[actor-name]", filter.actor_name.as_deref())
            .query_option("filter[object-kind]", filter.object_kind.as_deref())
            .query_option("filter[object-name]", filter.object_name.as_deref())
            .query_option("filter[project]", filter.project.as_deref())
            .query_option("filter[request]", filter.request.as_deref())
            .query_option("filter[address]", filter.address.as_deref())
            .query_option("filter[from]", filter.from)
            .query_option("filter[to]", filter.to)
            .query_option("search", filter.text.as_deref());
        Listing::new(self, call)
    }
}
