//! A real registry for images: one per test process, with whatever tests put into it.

use std::path::PathBuf;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, ensure};
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::background;

const MISSING: &str = "a registry is needed for this test: `apt-get install docker-registry` on Debian";
/// Who is let in by [`guarded`], and by which password.
pub const LOGIN: (&str, &str) = ("deployer", "let-me-in");
/// The password as the registry has it.
const HASHED: &str = "$2a$05$eB3cXkw/5nPn5WYPfWFQb.povxLRo1z20X8k3RvBNQL.ACnXLTa2K";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// How one is set up.
struct Kind {
    directory: &'static str,
    wants_login: bool,
    deletes: bool,
}

const OPEN: Kind = Kind {
    directory: "registry",
    wants_login: false,
    deletes: true,
};
const GUARDED: Kind = Kind {
    directory: "guarded-registry",
    wants_login: true,
    deletes: true,
};
const KEEPING: Kind = Kind {
    directory: "keeping-registry",
    wants_login: false,
    deletes: false,
};

/// Where it listens: `127.0.0.1:PORT`, which engines take without TLS.
///
/// # Errors
/// It is not there, or does not start; the message says how to get it.
pub fn address() -> Result<String> {
    static REGISTRY: OnceLock<Result<String, String>> = OnceLock::new();
    let registry = REGISTRY.get_or_init(|| start(&OPEN).map_err(|error| format!("{error:#}")));
    registry.clone().map_err(|error| anyhow!(error))
}

/// Another one, which wants [`LOGIN`] for everything.
///
/// # Errors
/// As [`address`].
pub fn guarded() -> Result<String> {
    static REGISTRY: OnceLock<Result<String, String>> = OnceLock::new();
    let registry = REGISTRY.get_or_init(|| start(&GUARDED).map_err(|error| format!("{error:#}")));
    registry.clone().map_err(|error| anyhow!(error))
}

/// Another one, from which nothing can be deleted, as registries are that nobody set up for that.
///
/// # Errors
/// As [`address`].
pub fn keeping() -> Result<String> {
    static REGISTRY: OnceLock<Result<String, String>> = OnceLock::new();
    let registry = REGISTRY.get_or_init(|| start(&KEEPING).map_err(|error| format!("{error:#}")));
    registry.clone().map_err(|error| anyhow!(error))
}

/// Puts an image with one layer there, without an engine; returns its digest, `sha256:…`. `config` is its `config` object:
/// `{"Cmd": ["/server"]}`.
///
/// # Errors
/// When the registry refuses it.
pub async fn put(name: &str, tag: &str, layer: Vec<u8>, config: &Value) -> Result<String> {
    put_at((&address()?, None), (name, tag), layer, config).await
}

/// The same at a registry of one's choice, with what opens it.
///
/// # Errors
/// When that refuses it.
pub async fn put_at(
    (address, login): (&str, Option<(&str, &str)>),
    (name, tag): (&str, &str),
    layer: Vec<u8>,
    config: &Value,
) -> Result<String> {
    let layer_digest = digest_of(&layer);
    let config = json!({
        "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" },
        "os": "linux",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [layer_digest]},
    });
    let config = config.to_string().into_bytes();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": CONFIG, "size": config.len(), "digest": digest_of(&config)},
        "layers": [{"mediaType": LAYER, "size": layer.len(), "digest": layer_digest}],
    });
    let base = format!("http://{address}/v2/{name}");
    let client = reqwest::Client::builder().no_proxy().build()?;
    let shown = |request: reqwest::RequestBuilder| match login {
        Some((user, password)) => request.basic_auth(user, Some(password)),
        None => request,
    };
    for blob in [config, layer] {
        let begun = shown(client.post(format!("{base}/blobs/uploads/")))
            .send()
            .await?
            .error_for_status()?;
        let place = begun
            .headers()
            .get("location")
            .context("no place for a blob")?
            .to_str()?;
        let sent = shown(client.put(place))
            .query(&[("digest", digest_of(&blob))])
            .body(blob)
            .send()
            .await?;
        ensure!(sent.status().is_success(), "a blob was refused: {}", sent.text().await?);
    }
    let manifest = manifest.to_string();
    let digest = digest_of(manifest.as_bytes());
    let request = shown(client.put(format!("{base}/manifests/{tag}"))).header("content-type", MANIFEST);
    let sent = request.body(manifest).send().await?;
    ensure!(
        sent.status().is_success(),
        "the manifest was refused: {}",
        sent.text().await?
    );
    Ok(digest)
}

/// Puts an image there that has every usual command, and runs a line of shell; returns its name with its digest.
///
/// # Errors
/// When the registry refuses it.
pub async fn put_shell(name: &str, tag: &str, script: &str, env: &[(&str, &str)]) -> Result<String> {
    put_shell_at((&address()?, None), (name, tag), script, env).await
}

/// The same in [`guarded`].
///
/// # Errors
/// When the registry refuses it.
pub async fn put_guarded_shell(name: &str, tag: &str, script: &str) -> Result<String> {
    put_shell_at((&guarded()?, Some(LOGIN)), (name, tag), script, &[]).await
}

async fn put_shell_at(
    (address, login): (&str, Option<(&str, &str)>),
    (name, tag): (&str, &str),
    script: &str,
    env: &[(&str, &str)],
) -> Result<String> {
    let env = env.iter().map(|(key, value)| format!("{key}={value}"));
    let env: Vec<String> = std::iter::once("PATH=/bin".to_owned()).chain(env).collect();
    let config = json!({"Cmd": ["/bin/sh", "-c", script], "Env": env, "ExposedPorts": {"8080/tcp": {}}});
    let layer = crate::cluster::images::layer()?;
    let digest = put_at((address, login), (name, tag), layer, &config).await?;
    Ok(format!("{address}/{name}@{digest}"))
}

fn digest_of(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(digest(&SHA256, bytes)))
}

fn start(kind: &Kind) -> Result<String> {
    background::remove_leftovers();
    let directory = background::directory()?.join(kind.directory);
    std::fs::create_dir_all(&directory)?;
    let file = directory.join("config.yml");
    let images = directory.join("images");
    let passwords = directory.join("htpasswd");
    std::fs::write(&passwords, format!("{}:{HASHED}\n", LOGIN.0))?;
    let auth = match kind.wants_login {
        true => format!(
            "auth:\n  htpasswd:\n    realm: test\n    path: {}\n",
            passwords.display()
        ),
        false => String::new(),
    };
    std::fs::write(
        &file,
        format!(
            "version: 0.1\n{auth}storage:\n  filesystem:\n    rootdirectory: {}\n  delete:\n    enabled: {}\nhttp:\n  addr: 127.0.0.1:0\n",
            images.display(),
            kind.deletes
        ),
    )?;
    let mut registry = background::ending_with_us(&find()?, "TERM", &[]);
    registry.arg("serve").arg(&file);
    let line = background::start(registry, "listening on ")?;
    let (_, rest) = line
        .split_once("listening on ")
        .context("the registry said no address")?;
    let address = rest.split(|c: char| c != '.' && c != ':' && !c.is_ascii_digit()).next();
    Ok(address.unwrap_or_default().to_owned())
}

fn find() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join("docker-registry"))
        .find(|program| program.is_file())
        .context(MISSING)
}
