//! Configuration versions: hostile archives are refused by the name of their entry, and the next upload works.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use tar::{Builder, EntryType, Header};

use crate::support::{Acme, Answer, TestApp, document};

/// An archive of one entry, written as nobody's `tar` would.
fn archive(name: &str, kind: EntryType, link: &str, content: &[u8]) -> Vec<u8> {
    let mut header = Header::new_gnu();
    let old = header.as_old_mut();
    old.name[..name.len()].copy_from_slice(name.as_bytes());
    old.linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(content.len() as u64);
    header.set_cksum();
    let mut builder = Builder::new(Vec::new());
    builder.append(&header, content).unwrap();
    zipped(&builder.into_inner().unwrap())
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A new version's id, and the answer to the upload of these bytes.
async fn upload(acme: &Acme, bytes: Vec<u8>) -> (String, Answer) {
    let body = document("configuration-versions", json!({"auto-queue-runs": false}));
    let path = format!("/api/v2/workspaces/{}/configuration-versions", acme.workspace);
    let id = acme.owner.post(&path, body).await.expect(201).id();
    let answer = acme
        .owner
        .put_bytes(&format!("/api/v2/configuration-versions/{id}/upload"), bytes)
        .await;
    (id, answer)
}

#[tokio::test]
async fn hostile_archives_are_refused_by_the_name_of_their_entry() {
    let acme = Acme::new().await;
    let file = EntryType::Regular;
    let mut cut = Acme::pack("variable \"a\" {}\n");
    cut.truncate(cut.len() / 2);
    for (what, bytes, named) in [
        ("traversal", archive("../evil.tf", file, "", b"x"), "../evil.tf"),
        (
            "inner traversal",
            archive("a/../../evil.tf", file, "", b"x"),
            "a/../../evil.tf",
        ),
        ("absolute", archive("/etc/evil.tf", file, "", b"x"), "/etc/evil.tf"),
        (
            "link out",
            archive("link", EntryType::Symlink, "../../etc/passwd", b""),
            "link",
        ),
        (
            "absolute link",
            archive("link", EntryType::Symlink, "/etc/passwd", b""),
            "link",
        ),
        (
            "hard link",
            archive("hard", EntryType::Link, "/etc/passwd", b""),
            "hard",
        ),
        ("device", archive("null", EntryType::Char, "", b""), "null"),
        ("pipe", archive("pipe", EntryType::Fifo, "", b""), "pipe"),
        (
            "control character",
            archive("a\u{1b}[2J.tf", file, "", b"x"),
            "a\\u{1b}[2J.tf",
        ),
        (
            "bomb",
            archive("zeros.tf", file, "", &vec![0; 64 << 20]),
            "times its size",
        ),
        ("garbage", b"\x00\xff not an archive".to_vec(), "tar.gz"),
        ("cut short", cut, "tar.gz"),
        ("nothing", Vec::new(), "tar.gz"),
    ] {
        let (id, refused) = upload(&acme, bytes).await;
        let refused = refused.expect(422);
        assert!(refused.error().1.contains(named), "{what}: {}", refused.text());
        let shown = acme
            .owner
            .get(&format!("/api/v2/configuration-versions/{id}"))
            .await
            .expect(200);
        assert_eq!(shown.attribute("status"), "errored", "{what}");
        assert!(
            shown.attribute("error-message").as_str().unwrap().contains(named),
            "{what}"
        );
        acme.owner
            .get(&format!("/api/v2/configuration-versions/{id}/download"))
            .await
            .expect(409);
    }
    let good = Acme::pack("variable \"b\" {}\n");
    let (id, answer) = upload(&acme, good.clone()).await;
    answer.expect(200);
    let downloaded = acme
        .owner
        .get(&format!("/api/v2/configuration-versions/{id}/download"))
        .await
        .expect(200);
    assert_eq!(downloaded.bytes, good);
    let run = acme.start(json!({})).await;
    let shown = acme.owner.get(&format!("/api/v2/runs/{run}")).await.expect(200);
    assert_eq!(
        shown.body["data"]["relationships"]["configuration-version"]["data"]["id"],
        id
    );
}

#[tokio::test]
async fn archives_over_the_limits_are_refused_with_the_setting() {
    let limits = TestApp::with(|settings| {
        settings.limits.configuration_bytes = 50_000;
        settings.limits.configuration_unpacked_bytes = 100_000;
    });
    let acme = Acme::on(limits.await).await;
    let (_, large) = upload(&acme, vec![7; 50_001]).await;
    let large = large.expect(413);
    assert!(
        large.error().1.contains("limits.configuration-bytes"),
        "{}",
        large.text()
    );
    let content: Vec<u8> = (0..200_000_u32).map(|number| (number % 251) as u8).collect();
    let (_, unpacked) = upload(&acme, archive("a.tf", EntryType::Regular, "", &content)).await;
    let unpacked = unpacked.expect(422);
    assert!(unpacked.error().1.contains("100000 bytes"), "{}", unpacked.text());
}

#[tokio::test]
async fn files_never_change_once_they_are_there() {
    let acme = Acme::new().await;
    let (id, answer) = upload(&acme, Acme::pack("variable \"a\" {}\n")).await;
    answer.expect(200);
    let path = format!("/api/v2/configuration-versions/{id}/upload");
    acme.owner
        .put_bytes(&path, Acme::pack("variable \"a\" {}\n"))
        .await
        .expect(200);
    acme.owner
        .put_bytes(&path, Acme::pack("variable \"b\" {}\n"))
        .await
        .expect(409);
}

#[tokio::test]
async fn an_upload_starts_one_run_if_it_was_wished() {
    let acme = Acme::new().await;
    let path = format!("/api/v2/workspaces/{}/configuration-versions", acme.workspace);
    for (attributes, statuses) in [
        (json!({"auto-queue-runs": true}), vec!["plan_queued"]),
        (
            json!({"auto-queue-runs": true, "speculative": true}),
            vec!["plan_queued", "plan_queued"],
        ),
        (json!({"auto-queue-runs": false}), vec!["plan_queued", "plan_queued"]),
    ] {
        let id = acme
            .owner
            .post(&path, document("configuration-versions", attributes))
            .await
            .expect(201)
            .id();
        let upload = format!("/api/v2/configuration-versions/{id}/upload");
        acme.owner.put_bytes(&upload, Acme::pack("")).await.expect(200);
        acme.owner.put_bytes(&upload, Acme::pack("")).await.expect(200);
        let runs = acme
            .owner
            .get(&format!("/api/v2/workspaces/{}/runs", acme.workspace))
            .await
            .expect(200);
        assert_eq!(runs.column("status"), statuses);
    }
}
