//! What units write.

use bytes::Bytes;
use futures::{AsyncBufRead, AsyncBufReadExt, Stream, StreamExt, TryStreamExt, stream};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::jiff::Timestamp;
use kube::Api;
use kube::api::LogParams;

use crate::cluster::Cluster;
use crate::error::{KubeError, root};
use crate::names::CONTAINER;

/// One line that a unit wrote, to its output or its errors: the cluster does not tell them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When the cluster got it, to the nanosecond (RFC 3339). Lines of one unit are in the order of their times.
    pub at: String,
    /// Without the line's end.
    pub text: Bytes,
}

/// Which lines of a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogPart {
    /// Those since a moment (RFC 3339), which may be told again; all when nothing is said.
    pub since: Option<String>,
    /// Only the last so many.
    pub last: Option<u32>,
    /// Also what it writes from now on, until it ends.
    pub follow: bool,
    /// Instead, what it wrote before it was started again the last time.
    pub before: bool,
}

impl Cluster {
    /// The lines of a unit.
    ///
    /// # Errors
    /// When the unit is not there, or has not begun; and each time the connection is lost.
    pub async fn unit_log(
        &self,
        namespace: &str,
        unit: &str,
        part: &LogPart,
    ) -> Result<impl Stream<Item = Result<LogLine, KubeError>> + Send + use<>, KubeError> {
        let since_time = part.since.as_deref().map(second).transpose()?;
        let parameters = LogParams {
            container: Some(CONTAINER.to_owned()),
            follow: part.follow,
            previous: part.before,
            since_time,
            tail_lines: part.last.map(i64::from),
            timestamps: true,
            ..LogParams::default()
        };
        let pods: Api<Pod> = self.api(namespace);
        let what = format!("log of the unit {namespace}/{unit}");
        let reader = self.ask(&what, pods.log_stream(unit, &parameters)).await?;
        let at = self.at.clone();
        Ok(lines(reader).map(move |line| {
            line.map(|line| read(&line))
                .map_err(|error| KubeError::of_connection(&at, root(&error)))
        }))
    }
}

/// The second that a moment is in. The cluster counts in seconds, and the library would round up to the next one: lines
/// between would be told never.
fn second(moment: &str) -> Result<Timestamp, KubeError> {
    let wrong = |error| KubeError::Refused(format!("{moment} is no moment to begin at: {error}"));
    let moment = moment.parse::<Timestamp>().map_err(wrong)?;
    Timestamp::from_second(moment.as_second()).map_err(wrong)
}

/// Lines as bytes: what units write is text by custom only.
fn lines(reader: impl AsyncBufRead + Send) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send {
    stream::try_unfold(Box::pin(reader), async |mut reader| {
        let mut line = Vec::new();
        let length = reader.read_until(b'\n', &mut line).await?;
        Ok((length > 0).then(|| (Bytes::from(line), reader)))
    })
    .into_stream()
}

fn read(line: &Bytes) -> LogLine {
    let end = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
    let text = line.slice(end.saturating_add(1).min(line.len())..);
    let length = text
        .iter()
        .rposition(|byte| !matches!(byte, b'\n' | b'\r'))
        .map_or(0, |last| last.saturating_add(1));
    let at = String::from_utf8_lossy(line.get(..end).unwrap_or_default()).into_owned();
    LogLine {
        at,
        text: text.slice(..length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_time_before_it() {
        let line = read(&Bytes::from_static(b"2026-11-22T08:00:00.123456789Z two words\r\n"));
        assert_eq!(line.at, "2026-11-22T08:00:00.123456789Z");
        assert_eq!(&line.text[..], b"two words");
        assert_eq!(&read(&Bytes::from_static(b"2026-11-22T08:00:00Z \n")).text[..], b"");
        assert_eq!(&read(&Bytes::from_static(b"2026-11-22T08:00:00Z")).text[..], b"");
    }

    #[test]
    fn a_moment_is_never_later_than_it_was() {
        let begun = second("2026-11-22T08:00:00.987654321Z").unwrap();
        assert_eq!(begun.to_string(), "2026-11-22T08:00:00Z");
        assert!(second("yesterday").unwrap_err().to_string().contains("yesterday"));
    }

    #[tokio::test]
    async fn lines_need_no_end_and_no_text() {
        let reader = futures::io::Cursor::new(b"one\n\xff\xfe\nlast".as_slice());
        let read: Vec<Bytes> = lines(reader).try_collect().await.unwrap();
        assert_eq!(read, [b"one\n".as_slice(), b"\xff\xfe\n", b"last"]);
    }
}
