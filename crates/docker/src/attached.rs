//! Units that somebody is at: what they write comes to him as it is written, and what he types goes to them.

use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, ResizeContainerTTYOptionsBuilder,
};
use futures::StreamExt;

use crate::commands::{Input, Pieces, read};
use crate::engine::Engine;
use crate::error::DockerError;
use crate::networks::{NetworkSpec, STARTING};
use crate::units::{UnitSpec, body};

/// A unit that somebody is at.
pub struct Attached {
    /// What it writes, until it ends.
    pub output: Pieces,
    /// What it reads.
    pub input: Input,
}

impl Engine {
    /// Makes a unit and is there from its first byte on; with a terminal, or without one. It is not started again, and does not go by
    /// itself.
    ///
    /// # Errors
    /// When the image is not here, a unit of the name is, or the engine cannot start it.
    pub async fn start_attached(
        &self,
        spec: &UnitSpec,
        terminal: Option<(u16, u16)>,
        reads: bool,
    ) -> Result<Attached, DockerError> {
        let _goes_in = STARTING.read().await;
        self.make_network(&NetworkSpec {
            name: spec.network.clone(),
            ..NetworkSpec::default()
        })
        .await?;
        let wanted = ContainerCreateBody {
            tty: Some(terminal.is_some()),
            open_stdin: Some(reads),
            stdin_once: Some(reads),
            attach_stdin: Some(reads),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..body(spec)
        };
        let options = CreateContainerOptionsBuilder::new().name(&spec.name).build();
        let made = self.docker.create_container(Some(options), wanted).await;
        made.map_err(|error| self.failed(error, &format!("image {}", spec.image)))?;
        let what = format!("unit {}", spec.name);
        let options = AttachContainerOptionsBuilder::new()
            .stream(true)
            .stdin(reads)
            .stdout(true)
            .stderr(true)
            .build();
        let attached = self.docker.attach_container(&spec.name, Some(options)).await;
        let attached = attached.map_err(|error| self.failed(error, &what))?;
        let started = self.docker.start_container(&spec.name, None).await;
        started.map_err(|error| self.failed(error, &what))?;
        if let Some(size) = terminal {
            self.resize_unit(&spec.name, size).await?;
        }
        let engine = self.clone();
        let pieces = attached.output;
        let output = pieces.map(move |piece| piece.map(read).map_err(|error| engine.failed(error, "unit")));
        Ok(Attached {
            output: Box::pin(output),
            input: attached.input,
        })
    }

    /// Tells the terminal of a unit how large it is: columns and rows. One that has ended is fine.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn resize_unit(&self, name: &str, (columns, rows): (u16, u16)) -> Result<(), DockerError> {
        let options = ResizeContainerTTYOptionsBuilder::new()
            .w(i32::from(columns))
            .h(i32::from(rows))
            .build();
        let done = self.docker.resize_container_tty(name, options).await;
        match done.map_err(|error| self.failed(error, &format!("unit {name}"))) {
            Ok(()) | Err(DockerError::Refused(_) | DockerError::NotFound(_) | DockerError::Conflict(_)) => Ok(()),
            Err(lost) => Err(lost),
        }
    }
}
