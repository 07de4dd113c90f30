//! The audit log.

use slipway_api::Name;
use slipway_api::events::Event;

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
    /// Of this action: `run.confirmed`.
    pub action: Option<String>,
}

impl Client {
    /// An organization's events, newest first.
    #[must_use]
    pub fn events(&self, organization: &Name, filter: &EventFilter) -> Listing<Event> {
        let call = Call::get(&["organizations", organization.as_str(), "events"])
            .query_option("filter[object]", filter.object.as_deref())
            .query_option("filter[actor]", filter.actor.as_deref())
            .query_option("filter[action]", filter.action.as_deref());
        Listing::new(self, call)
    }
}
