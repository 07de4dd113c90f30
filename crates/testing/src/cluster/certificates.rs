//! The certificates of a cluster, and the kubeconfigs that name them.

use std::path::Path;

use anyhow::Result;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};

/// Who takes part: the file's name, the organization, the common name, and the names that it is reached by.
const PARTIES: [(&str, &str, &str, &[&str]); 7] = [
    (
        "apiserver",
        "",
        "kube-apiserver",
        &[
            "localhost",
            "kubernetes.default.svc",
            "127.0.0.1",
            "10.96.0.1",
            "10.244.77.1",
        ],
    ),
    ("apiserver-kubelet", "system:masters", "apiserver-kubelet-client", &[]),
    ("admin", "system:masters", "admin", &[]),
    // The API server, when it asks other servers in somebody's name.
    ("front-proxy", "", "front-proxy", &[]),
    ("controllers", "", "system:kube-controller-manager", &[]),
    ("scheduler", "", "system:kube-scheduler", &[]),
    (
        "node",
        "system:nodes",
        "system:node:localhost",
        &["localhost", "127.0.0.1", "10.244.77.1"],
    ),
];

/// Writes them into the folder, and a pair of keys that tokens of pods are signed with.
pub(super) fn write(folder: &Path) -> Result<()> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority
        .distinguished_name
        .push(DnType::CommonName, "Authority of a test cluster");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    std::fs::write(folder.join("ca.crt"), authority.pem())?;
    for (file, organization, name, reached_by) in PARTIES {
        let names: Vec<String> = reached_by.iter().map(|name| (*name).to_owned()).collect();
        let mut party = CertificateParams::new(names)?;
        if !organization.is_empty() {
            party.distinguished_name.push(DnType::OrganizationName, organization);
        }
        party.distinguished_name.push(DnType::CommonName, name);
        party.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        party.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate()?;
        std::fs::write(
            folder.join(format!("{file}.crt")),
            party.signed_by(&key, &authority)?.pem(),
        )?;
        std::fs::write(folder.join(format!("{file}.key")), key.serialize_pem())?;
        std::fs::write(folder.join(format!("{file}.kubeconfig")), kubeconfig(folder, file))?;
    }
    let tokens = KeyPair::generate()?;
    std::fs::write(folder.join("tokens.key"), tokens.serialize_pem())?;
    std::fs::write(folder.join("tokens.pub"), tokens.public_key_pem())?;
    Ok(())
}

/// For the programs of the cluster, which see its addresses.
fn kubeconfig(folder: &Path, file: &str) -> String {
    let folder = folder.display();
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
         clusters: [{{name: test, cluster: {{server: \"https://127.0.0.1:6443\", certificate-authority: {folder}/ca.crt}}}}]\n\
         users: [{{name: test, user: {{client-certificate: {folder}/{file}.crt, client-key: {folder}/{file}.key}}}}]\n\
         contexts: [{{name: test, context: {{cluster: test, user: test}}}}]\n"
    )
}
