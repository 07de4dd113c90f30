//! Requests that the library does not make: a session beside a build, and a build that reads from it.

use bytes::Bytes;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;

use crate::engine::Engine;
use crate::error::{DockerError, root};

impl Engine {
    /// A `POST` without a body on a connection of its own; with `headers`, among them perhaps an upgrade.
    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)]) -> Result<Response<Incoming>, DockerError> {
        let at = self.socket.display().to_string();
        let lost = |error: &dyn std::error::Error| DockerError::Unreachable {
            at: at.clone(),
            reason: root(error),
        };
        let stream = UnixStream::connect(&self.socket).await.map_err(|error| lost(&error))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| lost(&error))?;
        tokio::spawn(connection.with_upgrades());
        let mut request = Request::post(format!("/{}{path}", self.version)).header("Host", "docker");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Empty::<Bytes>::new());
        let request = request.map_err(|error| DockerError::Unexpected(error.to_string()))?;
        sender.send_request(request).await.map_err(|error| lost(&error))
    }
}
