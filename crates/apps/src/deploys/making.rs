//! The first step of a deploy: the image, and the version that is made of it.

use std::collections::BTreeMap;
use std::path::Path;

use slipway_api::deploys::DeployKind;
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result};
use tokio_util::sync::CancellationToken;

use super::driving::Stop;
use super::model::{Deploy, Wanted};
use super::saying::Telling;
use crate::apps::App;
use crate::clusters::driver::{Build, Driver, DriverError, Image};
use crate::processes::{Declared, FileError, ImageDefaults, TsuruYaml, declared, read_procfile, read_tsuru_yaml};
use crate::uploads;
use crate::versions::model::Processes;
use crate::versions::{self, AppVersion};

/// The port that units are told to listen on where their image names none.
const PORT: u16 = 8080;
/// Names that the file about an app's processes may have, the first that is there counts.
const TSURU_FILES: [&str; 3] = ["tsuru.yml", "tsuru.yaml", "app.yaml"];
/// Largest file about processes, in bytes.
const LARGEST_FILE: u64 = 256 << 10;

/// What a version is made of.
pub(super) struct Made {
    pub image: String,
    pub processes: Processes,
    pub port: u16,
}

/// Has the image made or fetched. Nothing for a restart, which has its version already.
pub(super) async fn made(
    ctx: &Ctx,
    (app, deploy): (&App, &Deploy),
    driver: &dyn Driver,
    told: &Telling,
    cancelled: &CancellationToken,
) -> Result<Made, Stop> {
    match &deploy.wanted {
        Wanted::Image(image) => {
            told.say(format!("==> Fetch {image}"));
            let hear = |line: String| told.say(line);
            let fetched = tokio::select! {
                fetched = driver.fetch(image, &hear) => fetched?,
                () = cancelled.cancelled() => return Err(Stop::Canceled),
            };
            of_image(fetched, &BTreeMap::new(), TsuruYaml::default(), told)
        }
        Wanted::Source { digest, dockerfile, .. } => {
            let source = uploads::service::find(ctx, app.id, digest).await?;
            let folder = tempfile::tempdir().map_err(|error| Stop::Later(Error::internal(error)))?;
            uploads::service::unpack(ctx, &source, folder.path()).await?;
            let dockerfile = dockerfile.as_deref().unwrap_or("Dockerfile");
            if !folder.path().join(dockerfile).is_file() {
                return Err(Stop::Failed(format!(
                    "The source has no {dockerfile}. Add one, or name another by --dockerfile."
                )));
            }
            told.say(format!("==> Build {dockerfile}"));
            let build = Build {
                app: app.id.to_string(),
                id: deploy.id.to_string(),
                folder: folder.path().to_owned(),
                dockerfile: dockerfile.to_owned(),
                arguments: BTreeMap::new(),
            };
            let built = driver.build(&build, cancelled, &|line| told.say(line)).await?;
            let procfile = match file(folder.path(), &["Procfile"]).await? {
                Some((_, text)) => read_procfile(&text).map_err(unreadable)?,
                None => BTreeMap::new(),
            };
            let said = match file(folder.path(), &TSURU_FILES).await? {
                Some((name, text)) => read_tsuru_yaml(name, &text).map_err(unreadable)?,
                None => TsuruYaml::default(),
            };
            of_image(built, &procfile, said, told)
        }
        Wanted::Version(number) => {
            let version = versions::store::find(ctx.db.reader(), app.id, *number).await?;
            let version =
                version.ok_or_else(|| Stop::Failed(format!("The version {number} is not there any more.")))?;
            told.say(format!("==> Take version {number}: {}", version.image));
            Ok(Made {
                image: version.image,
                processes: version.processes,
                port: u16::try_from(version.port).unwrap_or(PORT),
            })
        }
    }
}

fn of_image(image: Image, procfile: &BTreeMap<String, String>, said: TsuruYaml, told: &Telling) -> Result<Made, Stop> {
    let defaults = ImageDefaults {
        entrypoint: image.entrypoint,
        command: image.command,
    };
    let declared: Declared = declared(procfile, said, &defaults).map_err(unreadable)?;
    for warning in &declared.warnings {
        told.say(format!("Warning: {warning}"));
    }
    Ok(Made {
        processes: Processes::of(&declared, &defaults),
        port: image.ports.first().copied().unwrap_or(PORT),
        image: image.reference,
    })
}

/// The first of these files that is there.
async fn file(folder: &Path, names: &[&'static str]) -> Result<Option<(&'static str, String)>, Stop> {
    for name in names {
        let path = folder.join(name);
        let Ok(about) = tokio::fs::symlink_metadata(&path).await else {
            continue;
        };
        if !about.is_file() || about.len() > LARGEST_FILE {
            return Err(Stop::Failed(format!(
                "{name} is no file of at most {} KiB.",
                LARGEST_FILE >> 10
            )));
        }
        let text = tokio::fs::read_to_string(&path).await;
        let text = text.map_err(|error| Stop::Failed(format!("{name} cannot be read: {error}.")))?;
        return Ok(Some((name, text)));
    }
    Ok(None)
}

fn unreadable(error: FileError) -> Stop {
    Stop::Failed(sentence(&error.to_string()))
}

/// The version of a deploy, with the app that counts it. A restart keeps its version.
pub(super) fn version(ctx: &Ctx, (app, deploy): (&App, &Deploy), made: Made) -> Result<Option<(App, AppVersion)>> {
    if deploy.kind == DeployKind::Restart {
        return Ok(None);
    }
    let app = App {
        version_count: app.version_count + 1,
        ..app.clone()
    };
    let version = AppVersion {
        id: ctx.new_id()?,
        app_id: app.id,
        organization_id: app.organization_id,
        number: app.version_count,
        image: made.image,
        origin: deploy.origin.clone(),
        processes: made.processes,
        port: i64::from(made.port),
        env_number: deploy.env_number,
        created_by: deploy.started_by.clone(),
        created_at: ctx.now(),
    };
    Ok(Some((app, version)))
}

impl From<DriverError> for Stop {
    fn from(error: DriverError) -> Self {
        match error {
            DriverError::Cancelled => Self::Canceled,
            DriverError::Refused(reason) => Self::Failed(sentence(&reason)),
            DriverError::Away(reason) => Self::Later(Error::unavailable(sentence(&reason))),
        }
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        use slipway_api::Code;
        match error.code() {
            Code::Unavailable | Code::Internal | Code::TooManyRequests => Self::Later(error),
            _ => Self::Failed(error.detail().to_owned()),
        }
    }
}
