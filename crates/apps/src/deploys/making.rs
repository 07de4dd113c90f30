//! The first step of a deploy: the image, and the version that is made of it.

use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::sync::atomic::{AtomicBool, Ordering};

use slipway_api::deploys::DeployKind;
use slipway_buildkit::Secret;
use slipway_connections::registries;
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result};
use tokio_util::sync::CancellationToken;

use super::driving::Stop;
use super::model::{Deploy, Recipe, Wanted};
use crate::apps::App;
use crate::clusters::driver::{Build, Driver, DriverError, Image};
use crate::platforms::{self, BuildPlan, Chosen, Images, Platform, Shipped, detect, own_dockerfile};
use crate::processes::{Declared, FileError, ImageDefaults, Protocol, Said};
use crate::sources::Context;
use crate::telling::Telling;
use crate::versions::model::Processes;
use crate::versions::{self, AppVersion};
use crate::{env, repositories, uploads};

/// The port that units are told to listen on where their image names none.
const PORT: u16 = 8080;
/// What programs say, in any case, for which a file system has no room.
const NO_ROOM: &str = "no space left on device";
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
            let registry = registries::access::of_image(ctx, app.organization_id, image).await?;
            let fetched = tokio::select! {
                fetched = driver.fetch(image, registry.as_ref(), &hear) => fetched?,
                () = cancelled.cancelled() => return Err(Stop::Canceled),
            };
            of_image(fetched, &Said::default(), told)
        }
        Wanted::Source { digest, recipe } => {
            let source = uploads::service::find(ctx, app.id, digest).await?;
            let folder = tempfile::tempdir().map_err(|error| Stop::Later(Error::internal(error)))?;
            uploads::service::unpack(ctx, &source, folder.path()).await?;
            built(ctx, (app, deploy), (folder.path(), recipe), driver, told, cancelled).await
        }
        Wanted::Commit {
            repository,
            full_name,
            commit,
            directory,
            recipe,
            ..
        } => {
            told.say(format!(
                "==> Fetch {} of {full_name}",
                commit.get(..10).unwrap_or(commit)
            ));
            let folder = tempfile::tempdir().map_err(|error| Stop::Later(Error::internal(error)))?;
            let what = (*repository, commit.as_str(), directory.as_str());
            tokio::select! {
                unpacked = repositories::service::unpack(ctx, what, folder.path()) => unpacked?,
                () = cancelled.cancelled() => return Err(Stop::Canceled),
            }
            let inside = folder.path().join(directory);
            built(ctx, (app, deploy), (&inside, recipe), driver, told, cancelled).await
        }
        Wanted::Version(number) => {
            let version = versions::store::find(ctx.db.reader(), app.id, *number).await?;
            let version =
                version.ok_or_else(|| Stop::Failed(format!("The version {number} is not there any more.")))?;
            told.say(format!("==> Take version {number}: {}", version.image));
            if let Some(restored) = &deploy.restored_env {
                told.say(format!("==> With the variables of number {}", restored.number));
                for name in &restored.left_out {
                    told.say(format!("Left out: {name}, which is up to binds"));
                }
            }
            if !driver.has_image(&version.image).await? {
                // What a registry has is got again; what was built here is gone.
                let registry = registries::access::of_image(ctx, app.organization_id, &version.image).await?;
                driver
                    .fetch(&version.image, registry.as_ref(), &|line| told.say(line))
                    .await
                    .map_err(|error| match error {
                        DriverError::Refused(_) => Stop::Failed(versions::service::gone(app, *number)),
                        other => other.into(),
                    })?;
            }
            Ok(Made {
                image: version.image,
                processes: version.processes,
                port: u16::try_from(version.port).unwrap_or(PORT),
            })
        }
    }
}

/// Has an image built of a folder.
async fn built(
    ctx: &Ctx,
    (app, deploy): (&App, &Deploy),
    (folder, recipe): (&Path, &Recipe),
    driver: &dyn Driver,
    told: &Telling,
    cancelled: &CancellationToken,
) -> Result<Made, Stop> {
    let (said, plan) = planned(ctx, app, folder, recipe, told)?;
    let build = Build {
        app: app.id.to_string(),
        id: deploy.id.to_string(),
        folder: folder.to_owned(),
        dockerfile: plan.dockerfile,
        arguments: plan.arguments,
        secrets: secrets(ctx, app, deploy, recipe).await?,
        registries: registries::access::of_organization(ctx, app.organization_id).await?,
    };
    let is_full = AtomicBool::new(false);
    let hear = |line: String| {
        if line.to_ascii_lowercase().contains(NO_ROOM) {
            is_full.store(true, Ordering::Relaxed);
        }
        told.say(line);
    };
    let built = driver.build(&build, cancelled, &hear).await;
    let built = built.map_err(|error| match Stop::from(error) {
        // A command says it in its lines, and its builder only that the command failed.
        Stop::Failed(reason) if is_full.load(Ordering::Relaxed) && !reason.to_ascii_lowercase().contains(NO_ROOM) => Stop::Failed(format!(
            "{reason} There was no room left where it is built: {NO_ROOM}. Whoever runs that machine makes some, or the build needs less."
        )),
        other => other,
    })?;
    of_image(built, &said, told)
}

/// What a build may read, by the names of the app's variables.
async fn secrets(ctx: &Ctx, app: &App, deploy: &Deploy, recipe: &Recipe) -> Result<BTreeMap<String, Secret>, Stop> {
    if recipe.secrets.is_empty() {
        return Ok(BTreeMap::new());
    }
    let environment = env::service::load(ctx, app, deploy.env_number).await?;
    let mut values = env::seen(&environment, "").map_err(env::service::refused)?;
    let mut secrets = BTreeMap::new();
    for name in &recipe.secrets {
        let value = values.remove(name).ok_or_else(|| {
            Stop::Failed(format!(
                "The build is to read the secret {name}, and the app has no variable of that name. Set it: slipway app env set."
            ))
        })?;
        secrets.insert(name.clone(), Secret::new(value.into_bytes()));
    }
    Ok(secrets)
}

/// How a source becomes an image: by the Dockerfile that was named, by a platform that was named or that a file of it names, or by
/// what is found.
fn planned(ctx: &Ctx, app: &App, folder: &Path, recipe: &Recipe, told: &Telling) -> Result<(Said, BuildPlan), Stop> {
    let context = Context::of_folder(folder).map_err(|error| Stop::Failed(sentence(&error.to_string())))?;
    let said = Said::read(&context).map_err(unreadable)?;
    let (arguments, secrets) = (&recipe.arguments, &recipe.secrets);
    let own = |path: &str| {
        let text = dockerfile_text(folder, path)?;
        told.say(format!("==> Build {path}"));
        own_dockerfile(&text, &said, arguments, secrets).map_err(|error| Stop::Failed(sentence(&error.to_string())))
    };
    let by = |platform: Platform| {
        told.say(format!("==> Build by the platform {}", platform.name));
        let cache = app.id.to_string();
        let wanted = platforms::Wanted {
            platform: &platform,
            context: &context,
            said: &said,
            cache: &cache,
            arguments,
            secrets,
        };
        platforms::plan(&wanted).map_err(|error| Stop::Failed(sentence(&error.to_string())))
    };
    let plan = match (
        recipe.dockerfile.as_deref(),
        recipe.platform.as_deref().or(said.platform.as_deref()),
    ) {
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
        image_removed_at: None,
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
