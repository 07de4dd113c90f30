//! A real Kubernetes cluster with a node that runs pods: one per test process, with nothing in it but an image.
//!
//! It lives in network, mount and process namespaces of its own, so that nothing of the machine's network is touched and
//! all of it is gone when the test process is, however that ends. Outside it leaves an empty control group, which the
//! next one removes. It needs root.

mod certificates;
pub(crate) mod images;
mod network;
mod programs;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, ensure};

use crate::{background, tools};
use network::Network;

/// The address of the cluster's machine, as its pods see it.
const MACHINE: [u8; 4] = [10, 244, 77, 1];
const CGROUP_PREFIX: &str = "slipway-test-cluster-";
/// Programs beside those of Kubernetes, and the Debian packages that have them.
const NEEDED: [(&str, &str); 9] = [
    ("containerd", "containerd"),
    ("ctr", "containerd"),
    ("runc", "runc"),
    ("iptables", "iptables"),
    ("conntrack", "conntrack"),
    ("ip", "iproute2"),
    ("curl", "curl"),
    ("unshare", "util-linux"),
    ("nsenter", "util-linux"),
];

/// A cluster that runs; it ends with this process.
#[derive(Debug)]
pub struct Cluster {
    /// Where its API server answers on this machine.
    pub url: String,
    /// Who signed its certificates, in PEM.
    pub authority: String,
    /// An administrator's certificate, in PEM.
    pub certificate: String,
    /// Its key, in PEM.
    pub key: String,
    /// An image that has every usual command and needs not be fetched, by its digest.
    pub image: String,
    place: PathBuf,
    programs: PathBuf,
    /// That has its namespaces.
    process: u32,
    network: Network,
}

/// The cluster of this process.
///
/// # Errors
/// What it is made of is not there, or does not start; the message says how to get it, or what it said.
pub fn start() -> Result<&'static Cluster> {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    let cluster = CLUSTER.get_or_init(|| Cluster::start().map_err(|error| format!("{error:#}")));
    cluster.as_ref().map_err(|error| anyhow!(error.clone()))
}

impl Cluster {
    /// An address of this machine behind which an address of the cluster answers: a pod's, or a service's.
    ///
    /// # Errors
    /// When the cluster has ended.
    pub fn forward(&self, target: SocketAddr) -> Result<SocketAddr> {
        self.network.forward(target)
    }

    /// Has an address of this machine answer under the same address on the cluster's machine: a registry, for example.
    ///
    /// # Errors
    /// When the cluster has ended, or something listens there already.
    pub fn reach(&self, address: SocketAddr) -> Result<()> {
        self.network.reach(address, address)
    }

    /// Has an address of this machine answer at the same port of the cluster's machine, where its pods ask.
    ///
    /// # Errors
    /// When the cluster has ended, or something listens there already.
    pub fn reach_by_pods(&self, address: SocketAddr) -> Result<()> {
        self.network.reach(address, SocketAddr::from((MACHINE, address.port())))
    }

    /// A kubeconfig of its administrator.
    #[must_use]
    pub fn kubeconfig(&self) -> String {
        use base64::Engine as _;
        let encoded = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        format!(
            "{{apiVersion: v1, kind: Config, current-context: t, contexts: [{{name: t, context: {{cluster: t, user: t}}}}], \
             clusters: [{{name: t, cluster: {{server: \"{}\", certificate-authority-data: \"{}\"}}}}], \
             users: [{{name: t, user: {{client-certificate-data: \"{}\", client-key-data: \"{}\"}}}}]}}",
            self.url,
            encoded(&self.authority),
            encoded(&self.certificate),
            encoded(&self.key)
        )
    }

    /// The folder with the logs of its programs, to look at when something is not understood.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.place.join("log")
    }

    fn start() -> Result<Self> {
        ensure!(background::is_root(), "a cluster for tests needs root");
        for (program, package) in NEEDED {
            find(program)
                .with_context(|| format!("{program} is needed for this test: `apt-get install {package}` on Debian"))?;
        }
        ensure!(
            Path::new("/usr/lib/cni/bridge").is_file(),
            "plugins for networks are needed for this test: `apt-get install containernetworking-plugins` on Debian"
        );
        let programs = tools::find()?.kubernetes;
        let programs = programs.filter(|folder| folder.join("kubelet").is_file());
        let programs = programs.context("Kubernetes is missing: run `cargo run -p xtask -- tools` once")?;
        background::remove_leftovers();
        remove_left_groups();
        let place = background::directory()?.join("cluster");
        let image = configure(&place)?;
        let line = background::start(command(&place, &programs), "the cluster is ready");
        line.with_context(|| format!("logs are in {}", place.join("log").display()))?;
        let process: u32 = std::fs::read_to_string(place.join("process"))?.trim().parse()?;
        let network = Network::of(process)?;
        let address = network.forward(SocketAddr::from(([127, 0, 0, 1], 6443)))?;
        let read = |file: &str| std::fs::read_to_string(place.join("pki").join(file));
        Ok(Self {
            url: format!("https://{address}"),
            authority: read("ca.crt")?,
            certificate: read("admin.crt")?,
            key: read("admin.key")?,
            image,
            place,
            programs,
            process,
            network,
        })
    }
}

/// Writes what the programs read; returns the name of the image.
fn configure(place: &Path) -> Result<String> {
    for folder in ["pki", "cni", "log", "work"] {
        std::fs::create_dir_all(place.join(folder))?;
    }
    certificates::write(&place.join("pki"))?;
    let files = [
        ("start.sh", include_str!("start.sh")),
        ("containerd.toml", include_str!("containerd.toml")),
        ("kubelet.yaml", include_str!("kubelet.yaml")),
        ("proxy.yaml", include_str!("proxy.yaml")),
        ("cni/cluster.conflist", include_str!("cni.json")),
        // Nobody is asked for names.
        ("resolv.conf", "nameserver 127.0.0.1\noptions attempts:1 timeout:1\n"),
    ];
    for (file, text) in files {
        let text = text
            .replace("@PLACE@", &place.display().to_string())
            .replace("@CGROUP@", &own_group());
        std::fs::write(place.join(file), text)?;
    }
    images::write(&place.join("images.tar"))
}

fn command(place: &Path, programs: &Path) -> std::process::Command {
    // The shell says its number and becomes `unshare`, which is in the new network itself.
    let script = "echo $$ > \"$1/process\"; exec unshare --net --mount --pid --fork --mount-proc --kill-child \
                  bash \"$1/start.sh\" \"$1\" \"$2\" \"$3\"";
    let mut command = background::ending_with_us(Path::new("sh"), "KILL", &[]);
    command
        .args(["-c", script, "sh"])
        .arg(place)
        .arg(programs)
        .arg(own_group());
    // Where Debian has what administrators use.
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    path.push(":/usr/sbin:/sbin");
    command.env("PATH", path);
    command
}

fn own_group() -> String {
    format!("{CGROUP_PREFIX}{}", std::process::id())
}

/// Removes the control groups of clusters whose test process is gone. Only empty ones can be removed.
fn remove_left_groups() {
    let root = Path::new("/sys/fs/cgroup");
    let controllers = entries(root);
    for folder in controllers.iter().map(PathBuf::as_path).chain([root]) {
        for group in entries(folder) {
            let name = group.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let owner = name.strip_prefix(CGROUP_PREFIX);
            if owner.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
                remove_group(&group);
            }
        }
    }
}

fn remove_group(group: &Path) {
    entries(group).iter().for_each(|inner| remove_group(inner));
    std::fs::remove_dir(group).ok();
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders.map(|entry| entry.path()).collect()
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|program| program.is_file())
}
