//! Server-sent events: the stream format of the HTML standard, section 9.2.
//!
//! Bytes go in as the network cuts them, events come out; where the cuts are makes no difference.

/// One event of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerEvent {
    /// The last id that the stream has named, which resumes it after this event.
    pub id: Option<String>,
    /// Its name; `message` when the stream gives none.
    pub name: String,
    /// Its lines, joined by line feeds.
    pub data: String,
}

/// Reads a stream. Keep one per connection.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    after_carriage_return: bool,
    started: bool,
    id: Option<String>,
    name: String,
    data: Option<String>,
}

impl Parser {
    /// Takes the next bytes and returns the events that they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<ServerEvent> {
        let mut events = Vec::new();
        for &byte in bytes {
            let follows_carriage_return = std::mem::replace(&mut self.after_carriage_return, byte == b'\r');
            match byte {
                b'\n' if follows_carriage_return => {}
                b'\n' | b'\r' => events.extend(self.end_line()),
                _ => self.line.push(byte),
            }
        }
        events
    }

    fn end_line(&mut self) -> Option<ServerEvent> {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let is_first = !std::mem::replace(&mut self.started, true);
        let line = if is_first {
            text.strip_prefix('\u{feff}').unwrap_or(&text)
        } else {
            &text
        };
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            "event" => value.clone_into(&mut self.name),
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            // A comment (empty field), `retry`, or a field of the future.
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<ServerEvent> {
        let name = std::mem::take(&mut self.name);
        let data = self.data.take()?;
        let name = if name.is_empty() { "message".to_owned() } else { name };
        Some(ServerEvent {
            id: self.id.clone(),
            name,
            data,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8]) -> Vec<ServerEvent> {
        Parser::default().push(text)
    }

    fn event(id: Option<&str>, name: &str, data: &str) -> ServerEvent {
        ServerEvent {
            id: id.map(str::to_owned),
            name: name.to_owned(),
            data: data.to_owned(),
        }
    }

    #[test]
    fn the_standards_examples_are_read_as_it_says() {
        assert_eq!(
            read(b"data: YHOO\ndata: +2\ndata: 10\n\n"),
            [event(None, "message", "YHOO\n+2\n10")]
        );
        let stream = b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n";
        assert_eq!(
            read(stream),
            [
                event(Some("1"), "message", "first event"),
                event(Some(""), "message", "second event")
            ]
        );
        assert_eq!(
            read(b"data\n\ndata\ndata\n\ndata:"),
            [event(None, "message", ""), event(None, "message", "\n")]
        );
        assert_eq!(read(b"data:test\n\ndata: test\n\n").len(), 2);
    }

    #[test]
    fn a_byte_order_mark_comments_and_unknown_fields_are_skipped() {
        let stream = "\u{feff}event: log\nretry: 5\nnew: x\n:keep-alive\nid: 7\ndata: a\n\n".as_bytes();
        assert_eq!(read(stream), [event(Some("7"), "log", "a")]);
    }

    #[test]
    fn an_event_without_data_only_moves_the_id() {
        assert_eq!(
            read(b"event: x\nid: 3\n\ndata: a\n\n"),
            [event(Some("3"), "message", "a")]
        );
    }

    fn written(events: &[(u32, String, Vec<String>)], newline: &str) -> Vec<u8> {
        let mut stream = String::new();
        for (id, name, lines) in events {
            stream.push_str(&format!("id: {id}{newline}event: {name}{newline}"));
            lines
                .iter()
                .for_each(|line| stream.push_str(&format!("data: {line}{newline}")));
            stream.push_str(newline);
        }
        stream.into_bytes()
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_wherever_the_network_cuts(
            events in prop::collection::vec(
                (any::<u32>(), "[a-z]{1,8}", prop::collection::vec("[^\r\n\u{feff}]{0,20}", 1..4)), 0..6),
            newline in prop::sample::select(vec!["\n", "\r\n", "\r"]),
            cuts in prop::collection::vec(1usize..12, 0..400),
        ) {
            let stream = written(&events, newline);
            let mut parser = Parser::default();
            let (mut read, mut rest) = (Vec::new(), stream.as_slice());
            for cut in cuts {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                read.extend(parser.push(now));
                rest = later;
            }
            read.extend(parser.push(rest));
            let expected: Vec<_> =
                events.iter().map(|(id, name, lines)| event(Some(&id.to_string()), name, &lines.join("\n"))).collect();
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn garbage_never_stops_the_reader(garbage in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut parser = Parser::default();
            parser.push(&garbage);
            let events = parser.push(b"\n\nid: 1\ndata: after\n\n");
            prop_assert_eq!(events.last(), Some(&event(Some("1"), "message", "after")));
        }
    }
}
