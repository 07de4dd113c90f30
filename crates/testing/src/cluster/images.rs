//! The images of a cluster, made of one static program: there is nowhere to fetch one from.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::docker;

/// What pods are held by.
const PAUSE: &str = "slipway.test/pause:1";
const BUSYBOX: &str = "slipway.test/busybox";

/// Writes an archive with an image that has every usual command, and one that does nothing; returns the name of the
/// first, which ends with its digest.
pub(super) fn write(archive: &Path) -> Result<String> {
    let mut blobs = Vec::new();
    let layer = layer()?;
    let pause = image(&mut blobs, &layer, &["/bin/busybox", "sleep", "2147483647"]);
    let busybox = image(&mut blobs, &layer, &["/bin/sh"]);
    let digest = busybox.get("digest").and_then(Value::as_str);
    let name = format!("{BUSYBOX}@{}", digest.context("an image without a digest")?);
    let index = json!({
        "schemaVersion": 2,
        "manifests": [named(&pause, PAUSE), named(&busybox, &name), named(&busybox, &format!("{BUSYBOX}:1"))],
    });
    let mut tar = tar::Builder::new(std::fs::File::create(archive)?);
    add(&mut tar, "oci-layout", br#"{"imageLayoutVersion": "1.0.0"}"#)?;
    add(&mut tar, "index.json", index.to_string().as_bytes())?;
    add(&mut tar, &blob_path(&layer), &layer)?;
    for blob in blobs {
        add(&mut tar, &blob_path(&blob), &blob)?;
    }
    tar.finish()?;
    Ok(name)
}

/// Adds an image's parts; returns what describes it.
fn image(blobs: &mut Vec<Vec<u8>>, layer: &[u8], command: &[&str]) -> Value {
    let config = json!({
        "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" },
        "os": "linux",
        "config": {"Cmd": command, "Env": ["PATH=/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [digest_of(layer)]},
    });
    let config = config.to_string().into_bytes();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": described("config.v1+json", &config),
        "layers": [described("layer.v1.tar", layer)],
    });
    let manifest = manifest.to_string().into_bytes();
    let description = described("manifest.v1+json", &manifest);
    blobs.extend([config, manifest]);
    description
}

fn described(kind: &str, blob: &[u8]) -> Value {
    json!({
        "mediaType": format!("application/vnd.oci.image.{kind}"),
        "digest": digest_of(blob),
        "size": blob.len(),
    })
}

fn named(image: &Value, name: &str) -> Value {
    let mut image = image.clone();
    if let Some(fields) = image.as_object_mut() {
        fields.insert("annotations".to_owned(), json!({"io.containerd.image.name": name}));
    }
    image
}

/// The program, under each of the names that it knows.
pub(crate) fn layer() -> Result<Vec<u8>> {
    let program = docker::busybox()?;
    let listed = Command::new(&program).arg("--list").output()?;
    ensure!(
        listed.status.success(),
        "{} does not list its commands",
        program.display()
    );
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Directory);
    header.set_mode(0o1777);
    header.set_size(0);
    tar.append_data(&mut header, "tmp/", std::io::empty())?;
    let content = std::fs::read(&program).with_context(|| format!("{} cannot be read", program.display()))?;
    let mut header = tar::Header::new_gnu();
    header.set_mode(0o755);
    header.set_size(content.len() as u64);
    tar.append_data(&mut header, "bin/busybox", content.as_slice())?;
    for command in String::from_utf8(listed.stdout)?.lines() {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_mode(0o777);
        header.set_size(0);
        if command != "busybox" {
            tar.append_link(&mut header, format!("bin/{command}"), "busybox")?;
        }
    }
    Ok(tar.into_inner()?)
}

fn add(tar: &mut tar::Builder<std::fs::File>, path: &str, content: &[u8]) -> Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_mode(0o644);
    header.set_size(content.len() as u64);
    Ok(tar.append_data(&mut header, path, content)?)
}

fn blob_path(blob: &[u8]) -> String {
    format!("blobs/{}", digest_of(blob).replace(':', "/"))
}

fn digest_of(blob: &[u8]) -> String {
    format!("sha256:{}", hex::encode(digest(&SHA256, blob)))
}
