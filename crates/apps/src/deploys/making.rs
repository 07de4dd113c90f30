//! The first step of a deploy: the image, and the version that is made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use slipway_api::deploys::DeployKind;
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result};
use tokio_util::sync::CancellationToken;

use super::driving::Stop;
use super::model::{Deploy, Wanted};
use super::saying::Telling;
use crate::apps::App;
use crate::clusters::driver::{Build, Driver, DriverError, Image};
use crate::platforms::{self, BuildPlan, Chosen, Images, Platform, Shipped, detect, own_dockerfile};
use crate::processes::{Declared, FileError, ImageDefaults, Protocol, Said};
use crate::sources::Context;
use crate::uploads;
use crate::versions::model::Processes;
use crate::versions::{self, AppVersion};

/// The port that units are told to listen on where their image names none.
const PORT: u16 = 8080;
/// Largest Dockerfile, in bytes.
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
            of_image(fetched, &Said::default(), told)
        }
        Wanted::Source {
            digest,
            dockerfile,
            platform,
        } => {
            let source = uploads::service::find(ctx, app.id, digest).await?;
            let folder = tempfile::tempdir().map_err(|error| Stop::Later(Error::internal(error)))?;
            uploads::service::unpack(ctx, &source, folder.path()).await?;
            let named = (dockerfile.as_deref(), platform.as_deref());
            let (said, plan) = planned(ctx, app, folder.path(), named, told)?;
            let build = Build {
                app: app.id.to_string(),
                id: deploy.id.to_string(),
                folder: folder.path().to_owned(),
                dockerfile: plan.dockerfile,
                arguments: plan.arguments,
            };
            let built = driver.build(&build, cancelled, &|line| told.say(line)).await?;
            of_image(built, &said, told)
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

/// How a source becomes an image: by the Dockerfile that was named, by a platform that was named or that a file of it names, or by
/// what is found.
fn planned(
    ctx: &Ctx,
    app: &App,
    folder: &Path,
    (dockerfile, platform): (Option<&str>, Option<&str>),
    told: &Telling,
) -> Result<(Said, BuildPlan), Stop> {
    let context = Context::of_folder(folder).map_err(|error| Stop::Failed(sentence(&error.to_string())))?;
    let said = Said::read(&context).map_err(unreadable)?;
    let (arguments, secrets) = (BTreeMap::new(), BTreeSet::new());
    let own = |path: &str| {
        let text = dockerfile_text(folder, path)?;
        told.say(format!("==> Build {path}"));
        own_dockerfile(&text, &said, &arguments, &secrets).map_err(|error| Stop::Failed(sentence(&error.to_string())))
    };
    let by = |platform: Platform| {
        told.say(format!("==> Build by the platform {}", platform.name));
        let cache = app.id.to_string();
        let wanted = platforms::Wanted {
            platform: &platform,
            context: &context,
            said: &said,
            cache: &cache,
            arguments: &arguments,
            secrets: &secrets,
        };
        platforms::plan(&wanted).map_err(|error| Stop::Failed(sentence(&error.to_string())))
    };
    let plan = match (dockerfile, platform.or(said.platform.as_deref())) {
        (Some(path), _) => own(path)?,
        (None, Some(name)) => by(of_name(ctx, name)?)?,
        (None, None) => {
            let choice = detect(&context).map_err(|error| Stop::Failed(sentence(&error.to_string())))?;
            told.say(choice.why);
            match choice.chosen {
                Chosen::Dockerfile => own("Dockerfile")?,
                Chosen::Platform(shipped) => by(with_images(ctx, shipped))?,
            }
        }
    };
    for warning in &plan.warnings {
        told.say(format!("Warning: {warning}"));
    }
    Ok((said, plan))
}

/// The text of a Dockerfile of the source.
fn dockerfile_text(folder: &Path, path: &str) -> Result<String, Stop> {
    let is_inside = Path::new(path)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let full = folder.join(path);
    let about = std::fs::symlink_metadata(&full)
        .ok()
        .filter(|about| is_inside && about.is_file());
    let about = about.ok_or_else(|| {
        Stop::Failed(format!(
            "The source has no {path}. Add one, or name another by --dockerfile."
        ))
    })?;
    if about.len() > LARGEST_FILE {
        return Err(Stop::Failed(format!(
            "{path} has more than {} KiB.",
            LARGEST_FILE >> 10
        )));
    }
    std::fs::read_to_string(&full).map_err(|error| Stop::Failed(format!("{path} cannot be read: {error}.")))
}

fn of_name(ctx: &Ctx, name: &str) -> Result<Platform, Stop> {
    let known = Shipped::ALL.map(Shipped::name).join(", ");
    let shipped = Shipped::of_name(name)
        .ok_or_else(|| Stop::Failed(format!("There is no platform \"{name}\"; there is: {known}.")))?;
    Ok(with_images(ctx, shipped))
}

/// A platform on the images that the settings say.
fn with_images(ctx: &Ctx, shipped: Shipped) -> Platform {
    let mut platform = shipped.platform();
    if let Some(images) = ctx.settings.apps.platform_images.get(shipped.name()) {
        let or = |said: &str, usual: String| if said.is_empty() { usual } else { said.to_owned() };
        platform.images = Images {
            build: or(&images.build, platform.images.build),
            run: or(&images.run, platform.images.run),
        };
    }
    platform
}

fn of_image(image: Image, said: &Said, told: &Telling) -> Result<Made, Stop> {
    let defaults = ImageDefaults {
        entrypoint: image.entrypoint,
        command: image.command,
    };
    let declared: Declared = said.declared(&defaults).map_err(unreadable)?;
    for warning in &declared.warnings {
        told.say(format!("Warning: {warning}"));
    }
    let processes = Processes::of(&declared, &defaults);
    let taking = processes.taking_requests();
    let ports = taking.and_then(|process| declared.processes.get(&process.name)?.ports.as_ref());
    let declared_port = ports.and_then(|ports| ports.iter().find(|port| port.protocol == Protocol::Tcp));
    Ok(Made {
        port: declared_port
            .map(|port| port.target)
            .or_else(|| image.ports.first().copied())
            .unwrap_or(PORT),
        processes,
        image: image.reference,
    })
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
