//! Programs that a cluster has once a test wants them: what measures its pods, and what leads requests from outside to them. They run in
//! the namespaces of the cluster, and end with this process.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value, json};

use super::{Cluster, MACHINE};
use crate::background;

/// Where the metrics-server answers the API server.
const MEASURES: u16 = 4443;
/// Where Traefik takes requests.
const REQUESTS: u16 = 80;
/// For what happens on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(50);

impl Cluster {
    /// Has the cluster measure its pods, by a real metrics-server. The first measures are there half a minute later.
    ///
    /// # Errors
    /// It is not there, or does not start; the message says how to get it, or what it said.
    pub fn measure(&self) -> Result<()> {
        static STARTED: OnceLock<Result<(), String>> = OnceLock::new();
        let started = STARTED.get_or_init(|| self.start_measuring().map_err(|error| format!("{error:#}")));
        started.clone().map_err(|error| anyhow!(error))
    }

    /// Where a real Traefik takes requests for the Ingresses of the class `traefik`: an address of this machine.
    ///
    /// # Errors
    /// It is not there, or does not start; the message says how to get it, or what it said.
    pub fn traefik(&self) -> Result<SocketAddr> {
        static STARTED: OnceLock<Result<SocketAddr, String>> = OnceLock::new();
        let started = STARTED.get_or_init(|| self.start_traefik().map_err(|error| format!("{error:#}")));
        started.clone().map_err(|error| anyhow!(error))
    }

    /// The process of its API server. Killed, another takes its place after a second.
    ///
    /// # Errors
    /// When there is none at this moment.
    pub fn api_server(&self) -> Result<u32> {
        let (program, key) = (self.programs.join("kube-apiserver"), self.place.join("pki"));
        let key = key.display().to_string();
        let processes = std::fs::read_dir("/proc")?.flatten();
        let mut processes = processes.filter_map(|process| {
            let number = process.file_name().to_str()?.parse().ok()?;
            let line = std::fs::read(process.path().join("cmdline")).ok()?;
            let line = String::from_utf8(line).ok()?;
            let is_it = Path::new(line.split('\0').next()?) == program && line.contains(&key);
            is_it.then_some(number)
        });
        processes.next().context("the API server of the cluster does not run")
    }

    fn start_measuring(&self) -> Result<()> {
        let pki = self.place.join("pki");
        let kubeconfig = pki.join("admin.kubeconfig");
        let mut command = self.inside("metrics-server")?;
        for option in ["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"] {
            command.arg(format!("--{option}={}", kubeconfig.display()));
        }
        command.arg(format!("--secure-port={MEASURES}"));
        command.arg(format!("--cert-dir={}", self.place.join("work/metrics").display()));
        command.arg(format!(
            "--kubelet-certificate-authority={}",
            pki.join("ca.crt").display()
        ));
        command.args([
            "--kubelet-preferred-address-types=Hostname",
            "--metric-resolution=10s",
            "--kubelet-request-timeout=5s",
        ]);
        background::start(command, "Serving securely")?;
        let machine = MACHINE.map(|number| number.to_string()).join(".");
        let metadata = json!({"name": "metrics-server", "namespace": "kube-system"});
        self.make(
            "api/v1/namespaces/kube-system/services/metrics-server",
            &json!({
                "apiVersion": "v1", "kind": "Service", "metadata": metadata,
                "spec": {"ports": [{"name": "https", "port": 443, "targetPort": MEASURES}]},
            }),
        )?;
        self.make(
            "apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices/metrics-server",
            &json!({
                "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
                "metadata": {"name": "metrics-server", "namespace": "kube-system",
                             "labels": {"kubernetes.io/service-name": "metrics-server"}},
                "endpoints": [{"addresses": [machine], "conditions": {"ready": true}}],
                "ports": [{"name": "https", "port": MEASURES, "protocol": "TCP"}],
            }),
        )?;
        self.make(
            "apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io",
            &json!({
                "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
                "metadata": {"name": "v1beta1.metrics.k8s.io"},
                "spec": {"group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100,
                         "versionPriority": 100, "insecureSkipTLSVerify": true,
                         "service": {"name": "metrics-server", "namespace": "kube-system"}},
            }),
        )
    }

    fn start_traefik(&self) -> Result<SocketAddr> {
        self.make(
            "apis/networking.k8s.io/v1/ingressclasses/traefik",
            &json!({
                "apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "traefik"},
                "spec": {"controller": "traefik.io/ingress-controller"},
            }),
        )?;
        let machine = MACHINE.map(|number| number.to_string()).join(".");
        let log = self.logs().join("traefik.log");
        let mut command = self.inside("traefik")?;
        command.env("KUBECONFIG", self.place.join("pki/admin.kubeconfig"));
        command.args([
            "--providers.kubernetesingress=true",
            "--ping=true",
            "--ping.entrypoint=web",
        ]);
        command.args(["--global.checknewversion=false", "--global.sendanonymoususage=false"]);
        command.arg(format!("--providers.kubernetesingress.ingressendpoint.ip={machine}"));
        command.arg(format!("--entrypoints.web.address={machine}:{REQUESTS}"));
        command.arg(format!("--log.filepath={}", log.display()));
        command.args(["--log.level=INFO"]);
        let ended = background::start_beside(command);
        let address = self.forward(SocketAddr::from((MACHINE, REQUESTS)))?;
        let begun = Instant::now();
        while !answers(address) {
            if let Ok(ended) = ended.recv_timeout(LOOK) {
                return Err(anyhow!("{ended}\n{}", std::fs::read_to_string(log).unwrap_or_default()));
            }
            ensure!(
                begun.elapsed() < PATIENCE,
                "Traefik does not answer; see {}",
                log.display()
            );
        }
        Ok(address)
    }

    /// One of its programs, in its network and its files.
    fn inside(&self, name: &str) -> Result<Command> {
        let program = self.programs.join(name);
        ensure!(
            program.is_file(),
            "{name} is missing: run `cargo run -p xtask -- tools` once"
        );
        let mut command = background::ending_with_us(Path::new("nsenter"), "KILL", &[]);
        command.args(["--target", &self.process.to_string(), "--net", "--mount", "--"]);
        command.arg(program);
        Ok(command)
    }

    /// Makes an object what it shall be.
    fn make(&self, path: &str, object: &Value) -> Result<()> {
        let pki = self.place.join("pki");
        let url = format!("{}/{path}?fieldManager=test&force=true", self.url);
        let mut command = background::plain("curl");
        command.args([
            "--silent",
            "--show-error",
            "--fail-with-body",
            "--noproxy",
            "*",
            "--request",
            "PATCH",
        ]);
        command.args([
            "--header",
            "content-type: application/apply-patch+yaml",
            "--data-binary",
            "@-",
        ]);
        for (option, file) in [("--cacert", "ca.crt"), ("--cert", "admin.crt"), ("--key", "admin.key")] {
            command.arg(option).arg(pki.join(file));
        }
        let mut child = command
            .arg(url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        // JSON is YAML.
        let mut input = child.stdin.take().context("curl takes nothing")?;
        input.write_all(object.to_string().as_bytes())?;
        drop(input);
        let answered = child.wait_with_output()?;
        let said = [answered.stdout, answered.stderr].concat();
        ensure!(
            answered.status.success(),
            "{path} was refused: {}",
            String::from_utf8_lossy(&said)
        );
        Ok(())
    }
}

/// Whether somebody says there that he is well.
fn answers(address: SocketAddr) -> bool {
    let asked = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /ping HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    asked().is_ok_and(|answer| answer.contains("200 OK"))
}
