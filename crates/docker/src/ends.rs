//! How a unit ended that the engine started again since.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use bollard::models::EventMessage;
use bollard::query_parameters::EventsOptionsBuilder;
use futures::TryStreamExt;

use crate::engine::Engine;
use crate::error::DockerError;

/// The end of one time that a unit ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Zero for success; 128 and the signal's number when it was killed.
    pub exit_code: i64,
    /// Whether it was killed because it took more memory than it may.
    pub out_of_memory: bool,
}

impl Engine {
    /// How a unit ended the last time; nothing when it did not, or when the engine forgot: it remembers some hundred events of all that
    /// it runs.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn last_end(&self, unit: &str) -> Result<Option<End>, DockerError> {
        let of = HashMap::from([("container", vec![unit]), ("event", vec!["die", "oom"])]);
        #[expect(
            clippy::disallowed_methods,
            reason = "the engine holds it against the clock of its machine, which is this one"
        )]
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.unwrap_or(Duration::ZERO);
        // With an end that is over the engine says what it remembers, and no more.
        let until = format!("{}.{:09}", now.as_secs(), now.subsec_nanos());
        let options = EventsOptionsBuilder::new().filters(&of).since("0").until(&until);
        let events = self.docker.events(Some(options.build())).try_collect::<Vec<_>>().await;
        let events = events.map_err(|error| self.failed(error, &format!("events of the unit {unit}")))?;
        Ok(last(&events))
    }
}

fn last(events: &[EventMessage]) -> Option<End> {
    let mut out_of_memory = false;
    let mut end = None;
    for event in events {
        match event.action.as_deref() {
            Some("oom") => out_of_memory = true,
            Some("die") => {
                let said = event.actor.as_ref().and_then(|actor| actor.attributes.as_ref());
                let exit_code = said.and_then(|said| said.get("exitCode")?.parse().ok());
                end = exit_code.map(|exit_code| End {
                    exit_code,
                    // Something else in the unit may have been killed for it before.
                    out_of_memory: std::mem::take(&mut out_of_memory) && exit_code == KILLED,
                });
            }
            _ => {}
        }
    }
    end
}

/// 128 and SIGKILL.
const KILLED: i64 = 137;

#[cfg(test)]
mod tests {
    use super::*;
    use bollard::models::EventActor;
    use rstest::rstest;

    fn event(word: &str) -> EventMessage {
        let (action, code) = word.split_once(' ').unwrap_or((word, ""));
        let attributes = HashMap::from([("exitCode".to_owned(), code.to_owned())]);
        EventMessage {
            action: Some(action.to_owned()),
            actor: Some(EventActor {
                attributes: Some(attributes),
                ..EventActor::default()
            }),
            ..EventMessage::default()
        }
    }

    #[rstest]
    #[case::never(&[], None)]
    #[case::by_itself(&["die 3"], Some((3, false)))]
    #[case::for_memory(&["die 3", "oom", "die 137"], Some((137, true)))]
    #[case::before_for_memory(&["oom", "die 137", "die 0"], Some((0, false)))]
    #[case::another_process_of_it(&["oom", "die 1"], Some((1, false)))]
    fn the_last_end_counts(#[case] words: &[&str], #[case] expected: Option<(i64, bool)>) {
        let events: Vec<_> = words.iter().map(|word| event(word)).collect();
        let found = last(&events).map(|end| (end.exit_code, end.out_of_memory));
        assert_eq!(found, expected);
    }
}
