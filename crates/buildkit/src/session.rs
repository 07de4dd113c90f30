//! What a build asks back, answered: files, secrets, passwords of registries.

use std::collections::BTreeMap;
use std::pin::Pin;

use bollard_buildkit_proto::fsutil::types::Packet;
use bollard_buildkit_proto::health::health_check_response::ServingStatus;
use bollard_buildkit_proto::health::health_server::{Health, HealthServer};
use bollard_buildkit_proto::health::{HealthCheckRequest, HealthCheckResponse, HealthListRequest, HealthListResponse};
use bollard_buildkit_proto::moby::buildkit::secrets::v1::secrets_server::{Secrets, SecretsServer};
use bollard_buildkit_proto::moby::buildkit::secrets::v1::{GetSecretRequest, GetSecretResponse};
use bollard_buildkit_proto::moby::filesync::v1::auth_server::{Auth, AuthServer};
use bollard_buildkit_proto::moby::filesync::v1::file_sync_server::{FileSync, FileSyncServer};
use bollard_buildkit_proto::moby::filesync::v1::{
    CredentialsRequest, CredentialsResponse, FetchTokenRequest, FetchTokenResponse, GetTokenAuthorityRequest,
    GetTokenAuthorityResponse, VerifyTokenAuthorityRequest, VerifyTokenAuthorityResponse,
};
use futures::Stream;
use hyper::server::conn::http2;
use hyper_util::rt::TokioExecutor;
use hyper_util::service::TowerToHyperService;
use tonic::metadata::MetadataMap;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};
use zeroize::Zeroizing;

use crate::ignored::Ignored;
use crate::sending;
use crate::tree::Tree;

/// The largest that HTTP/2 has (RFC 9113, 6.9.1). What comes are questions; who asks is the engine that builds.
const LARGEST_WINDOW: u32 = (1 << 31) - 1;

/// What BuildKit is told that it may ask, as the header `X-Docker-Expose-Session-Grpc-Method` has it.
pub const METHODS: [&str; 4] = [
    "/grpc.health.v1.Health/Check",
    "/moby.filesync.v1.FileSync/DiffCopy",
    "/moby.buildkit.secrets.v1.Secrets/GetSecret",
    "/moby.filesync.v1.Auth/Credentials",
];
/// The largest secret that a build is given, in bytes, as `docker build` has it.
pub const LARGEST_SECRET: usize = 500 * 1024;

/// What a `RUN --mount=type=secret` reads. It is wiped when the session ends.
pub type Secret = Zeroizing<Vec<u8>>;

/// What a registry wants to know before it gives or takes an image.
#[derive(Clone)]
pub struct RegistryLogin {
    /// Empty for a token.
    pub user: String,
    /// A password or an identity token.
    pub secret: Zeroizing<String>,
}

/// What one build may ask for.
#[derive(Clone, Default)]
pub struct Session {
    /// What `COPY` copies from.
    pub context: Tree,
    /// Where the Dockerfile is; often the context itself.
    pub dockerfile: Tree,
    /// By the id of the mount.
    pub secrets: BTreeMap<String, Secret>,
    /// By the registry's host, as it is in the names of its images.
    pub logins: BTreeMap<String, RegistryLogin>,
}

impl Session {
    /// Answers on a connection until the other side closes it. What went wrong with one question is the answer to it.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn serve<I>(self, connection: I) -> Result<(), hyper::Error>
    where
        I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
    {
        let routes = Routes::new(HealthServer::new(Alive))
            .add_service(FileSyncServer::new(Files {
                context: self.context,
                dockerfile: self.dockerfile,
            }))
            .add_service(SecretsServer::new(Mounts(self.secrets)))
            .add_service(AuthServer::new(Logins(self.logins)));
        http2::Builder::new(TokioExecutor::new())
            // By this the connection counts how many small messages may wait: a request for a file is one.
            .initial_connection_window_size(LARGEST_WINDOW)
            .serve_connection(connection, TowerToHyperService::new(routes.prepare()))
            .await
    }
}

struct Files {
    context: Tree,
    dockerfile: Tree,
}

impl Files {
    /// Which folder is asked for, and what of it.
    fn asked(&self, metadata: &MetadataMap) -> Result<Tree, Status> {
        let said = |name: &str| -> Result<Vec<String>, Status> {
            let values = metadata
                .get_all(name)
                .iter()
                .map(|value| value.to_str().map(str::to_owned));
            values
                .collect::<Result<_, _>>()
                .map_err(|_| Status::invalid_argument(format!("{name} is not text")))
        };
        let pattern = |patterns: &[String]| {
            Ignored::patterns(patterns.iter().map(String::as_str))
                .map_err(|error| Status::invalid_argument(error.to_string()))
        };
        let folder = said("dir-name")?;
        let tree = match folder.first().map(String::as_str) {
            Some("context") => &self.context,
            Some("dockerfile") => &self.dockerfile,
            other => {
                return Err(Status::not_found(format!(
                    "there is no folder {}",
                    other.unwrap_or_default()
                )));
            }
        };
        let wanted = said("include-patterns")?;
        let (included, excluded) = (pattern(&wanted)?, pattern(&said("exclude-patterns")?)?);
        // What `COPY` names is sent with links of it as they are: following them is left to who copies.
        Ok(tree.only(|path| (wanted.is_empty() || included.names(path)) && !excluded.leaves_out(path)))
    }
}

type Packets = Pin<Box<dyn Stream<Item = Result<Packet, Status>> + Send>>;

#[tonic::async_trait]
impl FileSync for Files {
    type DiffCopyStream = Packets;
    type TarStreamStream = Packets;

    async fn diff_copy(&self, request: Request<Streaming<Packet>>) -> Result<Response<Packets>, Status> {
        let tree = self.asked(request.metadata())?;
        Ok(Response::new(Box::pin(sending::send(tree, request.into_inner()))))
    }

    async fn tar_stream(&self, _: Request<Streaming<Packet>>) -> Result<Response<Packets>, Status> {
        Err(Status::unimplemented("files are sent by DiffCopy"))
    }
}

struct Mounts(BTreeMap<String, Secret>);

#[tonic::async_trait]
impl Secrets for Mounts {
    async fn get_secret(&self, request: Request<GetSecretRequest>) -> Result<Response<GetSecretResponse>, Status> {
        let id = request.into_inner().id;
        let secret = self
            .0
            .get(&id)
            .ok_or_else(|| Status::not_found(format!("there is no build secret `{id}`")))?;
        Ok(Response::new(GetSecretResponse { data: secret.to_vec() }))
    }
}

struct Logins(BTreeMap<String, RegistryLogin>);

#[tonic::async_trait]
impl Auth for Logins {
    /// Without a login: an empty one, with which public images are read.
    async fn credentials(&self, request: Request<CredentialsRequest>) -> Result<Response<CredentialsResponse>, Status> {
        let found = self.0.get(registry(&request.get_ref().host));
        let answer = found.map(|login| CredentialsResponse {
            username: login.user.clone(),
            secret: login.secret.to_string(),
        });
        Ok(Response::new(answer.unwrap_or_default()))
    }

    async fn fetch_token(&self, _: Request<FetchTokenRequest>) -> Result<Response<FetchTokenResponse>, Status> {
        Err(Status::unimplemented("tokens are fetched with the credentials"))
    }

    async fn get_token_authority(
        &self,
        _: Request<GetTokenAuthorityRequest>,
    ) -> Result<Response<GetTokenAuthorityResponse>, Status> {
        Err(Status::unimplemented("tokens are fetched with the credentials"))
    }

    async fn verify_token_authority(
        &self,
        _: Request<VerifyTokenAuthorityRequest>,
    ) -> Result<Response<VerifyTokenAuthorityResponse>, Status> {
        Err(Status::unimplemented("tokens are fetched with the credentials"))
    }
}

/// Docker's own registry has several names.
fn registry(host: &str) -> &str {
    match host {
        "registry-1.docker.io" | "index.docker.io" | "https://index.docker.io/v1/" => "docker.io",
        host => host,
    }
}

struct Alive;

#[tonic::async_trait]
impl Health for Alive {
    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn check(&self, _: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        Ok(Response::new(HealthCheckResponse {
            status: ServingStatus::Serving.into(),
        }))
    }

    async fn list(&self, _: Request<HealthListRequest>) -> Result<Response<HealthListResponse>, Status> {
        Ok(Response::new(HealthListResponse::default()))
    }

    async fn watch(&self, _: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented("ask again"))
    }
}
