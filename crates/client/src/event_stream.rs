//! An organization's events as they happen, across broken connections.

use reqwest::header::{HeaderName, HeaderValue};
use slipway_api::events::Event;
use slipway_api::{Name, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::stream::{Connection, Received};

/// What an event stream has to say.
#[derive(Debug)]
pub enum EventItem {
    /// Something happened.
    Event(Box<Resource<Event>>),
    /// The connection broke, for this reason, and is opened again; nothing is lost.
    Reconnecting(&'static str),
}

/// Reads events from a position on.
#[derive(Debug)]
pub struct EventStream {
    connection: Connection,
    organization: Name,
    position: Option<String>,
}

impl Client {
    /// The events of an organization after `position`, or from now on. Nothing is sent before [`EventStream::next`].
    #[must_use]
    pub fn event_stream(&self, organization: &Name, position: Option<i64>) -> EventStream {
        EventStream {
            connection: Connection::new(self),
            organization: organization.clone(),
            position: position.map(|position| position.to_string()),
        }
    }
}

impl EventStream {
    /// The next item.
    ///
    /// # Errors
    ///
    /// The server refused, or could not be reached for about ten minutes.
    pub async fn next(&mut self) -> Result<EventItem, ClientError> {
        loop {
            let (organization, position) = (&self.organization, self.position.as_deref());
            match self.connection.next(|| call(organization, position)).await? {
                Received::Broken(why) => return Ok(EventItem::Reconnecting(why)),
                Received::Event(event) => {
                    if let Some(id) = event.id.filter(|id| !id.is_empty()) {
                        self.position = Some(id);
                    }
                    if event.name == "event" {
                        return self.read(&event.data);
                    }
                }
            }
        }
    }

    fn read(&self, text: &str) -> Result<EventItem, ClientError> {
        let resource = serde_json::from_str(text).map_err(|error| ClientError::Unexpected {
            url: format!("{} (event stream)", self.connection.client.base_url()),
            status: 200,
            why: error.to_string(),
        })?;
        Ok(EventItem::Event(Box::new(resource)))
    }
}

fn call(organization: &Name, position: Option<&str>) -> Call {
    let mut call = Call::get(&["events", "stream"]).query("organization", organization);
    if let Some(position) = position.and_then(|position| HeaderValue::try_from(position).ok()) {
        call.headers.push((HeaderName::from_static("last-event-id"), position));
    }
    call
}
