//! What a build tells, as lines: numbered steps as `docker build --progress=plain` shows them.

use std::collections::HashMap;
use std::fmt;

use bollard_buildkit_proto::google::protobuf::Timestamp;
use bollard_buildkit_proto::moby::buildkit::v1::{StatusResponse, Vertex, VertexLog};

/// Of a line without an end, in bytes, before it is told all the same.
const LONGEST_LINE: usize = 16 * 1024;

/// One line of a build's log.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its step's number, from one, in the order in which steps began.
    pub step: u32,
    /// What it says.
    pub said: Said,
}

/// What a line says about its step.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// It began; with its name.
    Begun(String),
    /// What the step's program wrote, without the line's end.
    Output(String),
    /// It is through, after so many seconds.
    Done(f64),
    /// It did not have to be done again.
    Cached,
    /// It went wrong.
    Failed(String),
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} ", self.step)?;
        match &self.said {
            Said::Begun(text) | Said::Output(text) => f.write_str(text),
            Said::Done(seconds) => write!(f, "DONE {seconds:.1}s"),
            Said::Cached => f.write_str("CACHED"),
            Said::Failed(reason) => write!(f, "ERROR: {reason}"),
        }
    }
}

/// Follows one build: what it says comes in pieces, in several messages, and some of it more than once.
#[derive(Debug, Default)]
pub struct Progress {
    steps: HashMap<String, Step>,
}

#[derive(Debug)]
struct Step {
    number: u32,
    has_ended: bool,
    /// What was written since the last line's end.
    begun: Vec<u8>,
}

impl Progress {
    /// The lines that a message brings.
    pub fn take(&mut self, status: &StatusResponse) -> Vec<Line> {
        let mut lines = Vec::new();
        for vertex in &status.vertexes {
            if vertex.started.is_some() {
                self.begin(vertex, &mut lines);
            }
        }
        for log in &status.logs {
            self.log(log, &mut lines);
        }
        for vertex in &status.vertexes {
            if vertex.completed.is_some() {
                self.end(vertex, &mut lines);
            }
        }
        lines
    }

    fn begin(&mut self, vertex: &Vertex, lines: &mut Vec<Line>) {
        if self.steps.contains_key(&vertex.digest) {
            return;
        }
        let number = u32::try_from(self.steps.len()).unwrap_or(u32::MAX).saturating_add(1);
        self.steps.insert(
            vertex.digest.clone(),
            Step {
                number,
                has_ended: false,
                begun: Vec::new(),
            },
        );
        lines.push(Line {
            step: number,
            said: Said::Begun(vertex.name.clone()),
        });
    }

    fn log(&mut self, log: &VertexLog, lines: &mut Vec<Line>) {
        let Some(step) = self.steps.get_mut(&log.vertex) else {
            return;
        };
        for piece in log.msg.split_inclusive(|byte| *byte == b'\n') {
            step.begun.extend_from_slice(piece);
            if step.begun.ends_with(b"\n") || step.begun.len() > LONGEST_LINE {
                lines.extend(step.line());
            }
        }
    }

    fn end(&mut self, vertex: &Vertex, lines: &mut Vec<Line>) {
        let Some(step) = self.steps.get_mut(&vertex.digest).filter(|step| !step.has_ended) else {
            return;
        };
        step.has_ended = true;
        if !step.begun.is_empty() {
            lines.extend(step.line());
        }
        let said = if !vertex.error.is_empty() {
            Said::Failed(vertex.error.clone())
        } else if vertex.cached {
            Said::Cached
        } else {
            Said::Done(seconds(vertex.started.as_ref(), vertex.completed.as_ref()))
        };
        lines.push(Line {
            step: step.number,
            said,
        });
    }
}

impl Step {
    /// What a terminal would have been left with: of a line that was written over, the last.
    fn line(&mut self) -> Option<Line> {
        let bytes = std::mem::take(&mut self.begun);
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_end_matches(['\n', '\r']);
        let shown = text.rsplit('\r').next().unwrap_or_default();
        Some(Line {
            step: self.number,
            said: Said::Output(shown.to_owned()),
        })
    }
}

fn seconds(from: Option<&Timestamp>, to: Option<&Timestamp>) -> f64 {
    let at = |time: Option<&Timestamp>| {
        #[expect(
            clippy::cast_precision_loss,
            reason = "seconds since 1970 are exact up to millions of years"
        )]
        time.map(|time| time.seconds as f64 + f64::from(time.nanos) / 1e9)
    };
    at(from).zip(at(to)).map_or(0.0, |(from, to)| (to - from).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vertex(digest: &str, name: &str, times: (i64, Option<i64>)) -> Vertex {
        let time = |seconds| Timestamp { seconds, nanos: 0 };
        Vertex {
            digest: digest.to_owned(),
            name: name.to_owned(),
            started: Some(time(times.0)),
            completed: times.1.map(time),
            ..Vertex::default()
        }
    }

    fn log(digest: &str, text: &str) -> VertexLog {
        VertexLog {
            vertex: digest.to_owned(),
            msg: text.as_bytes().to_vec(),
            ..VertexLog::default()
        }
    }

    fn told(progress: &mut Progress, status: &StatusResponse) -> String {
        progress
            .take(status)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn a_step_is_told_once_with_what_it_wrote() {
        let mut progress = Progress::default();
        let first = StatusResponse {
            vertexes: vec![
                vertex("a", "[1/2] FROM base", (1, Some(1))),
                vertex("b", "[2/2] RUN make", (1, None)),
            ],
            logs: vec![log("b", "one\ntw")],
            ..StatusResponse::default()
        };
        insta::assert_snapshot!(told(&mut progress, &first), @r"
        #1 [1/2] FROM base
        #2 [2/2] RUN make
        #2 one
        #1 DONE 0.0s
        ");
        let second = StatusResponse {
            vertexes: vec![
                vertex("a", "[1/2] FROM base", (1, Some(1))),
                vertex("b", "[2/2] RUN make", (1, Some(3))),
            ],
            logs: vec![log("b", "o\n10 %\r100 %")],
            ..StatusResponse::default()
        };
        insta::assert_snapshot!(told(&mut progress, &second), @r"
        #2 two
        #2 100 %
        #2 DONE 2.0s
        ");
    }

    #[test]
    fn a_step_that_failed_says_why_and_one_that_was_kept_says_so() {
        let mut progress = Progress::default();
        let mut failed = vertex("a", "RUN false", (1, Some(2)));
        "exit code: 1".clone_into(&mut failed.error);
        let mut kept = vertex("b", "COPY . .", (1, Some(1)));
        kept.cached = true;
        let status = StatusResponse {
            vertexes: vec![failed, kept],
            ..StatusResponse::default()
        };
        insta::assert_snapshot!(told(&mut progress, &status), @r"
        #1 RUN false
        #2 COPY . .
        #1 ERROR: exit code: 1
        #2 CACHED
        ");
    }

    #[test]
    fn a_line_without_an_end_is_told_before_it_fills_the_memory() {
        let mut progress = Progress::default();
        let endless = "x".repeat(LONGEST_LINE + 1);
        let status = StatusResponse {
            vertexes: vec![vertex("a", "RUN yes", (1, None))],
            logs: vec![log("a", &endless)],
            ..StatusResponse::default()
        };
        assert_eq!(progress.take(&status).len(), 2);
    }
}
