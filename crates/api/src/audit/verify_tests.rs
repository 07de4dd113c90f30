//! Exports that somebody tampered with.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::Timestamp;

const ORGANIZATION: &str = "org-0000000000000001";

fn key() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap()
}

fn public_key() -> String {
    hex::encode(key().public_key())
}

fn head(after: i64) -> String {
    line(&AuditLine::Export(ExportHead {
        format: FORMAT,
        organization: ORGANIZATION.to_owned(),
        name: "acme".to_owned(),
        after,
        public_key: public_key(),
        exported_at: Timestamp::from_unix_ms(1_763_680_000_000),
    }))
}

fn checkpoint(position: i64, hash: &str, count: i64) -> String {
    let mut checkpoint = Checkpoint {
        organization: ORGANIZATION.to_owned(),
        position,
        hash: hash.to_owned(),
        count,
        created_at: Timestamp::from_unix_ms(1_763_680_000_000),
        public_key: public_key(),
        signature: String::new(),
    };
    checkpoint.signature = hex::encode(key().sign(checkpoint.signed_text().as_bytes()));
    line(&AuditLine::Checkpoint(checkpoint))
}

fn line(line: &AuditLine) -> String {
    serde_json::to_string(line).unwrap()
}

/// Events at every third position.
fn events(count: i64) -> Vec<AuditRecord> {
    let mut previous = String::new();
    let mut events = Vec::new();
    for number in 1..=count {
        let mut event = AuditRecord {
            position: number * 3,
            id: format!("evt-{number:016}"),
            created_at: Timestamp::from_unix_ms(1_763_680_000_000 + number),
            action: "workspace.created".to_owned(),
            actor_kind: "user".to_owned(),
            actor_id: Some("user-1".to_owned()),
            actor_name: "ann".to_owned(),
            object_kind: "workspace".to_owned(),
            object_id: format!("ws-{number}"),
            object_name: "shop".to_owned(),
            access_id: format!("ws-{number}"),
            organization: Some(ORGANIZATION.to_owned()),
            project: None,
            changes: json!({"b": 1, "a": [number, 2.5, null]}),
            request_id: None,
            remote_address: None,
            previous_hash: Some(previous.clone()),
            hash: String::new(),
        };
        event.hash = event.chained_hash(&previous);
        previous.clone_from(&event.hash);
        events.push(event);
    }
    events
}

/// A whole export of five events: head, events at 3 to 15, checkpoint.
fn export() -> Vec<String> {
    let events = events(5);
    let mut lines = vec![head(0)];
    lines.extend(
        events
            .iter()
            .cloned()
            .map(|event| AuditLine::Event(Box::new(event)))
            .map(|event| line(&event)),
    );
    lines.push(checkpoint(15, &events[4].hash, 5));
    lines
}

fn verify(lines: &[String]) -> Result<Verified, Broken> {
    let mut verifier = Verifier::new(None);
    lines.iter().try_for_each(|line| verifier.line(line.as_bytes()))?;
    verifier.finish()
}

#[test]
fn a_whole_export_passes() {
    let verified = verify(&export()).unwrap();
    assert_eq!((verified.events, verified.count, verified.position), (5, 5, 15));
    assert_eq!((verified.name.as_str(), verified.after), ("acme", 0));
}

#[test]
fn an_organization_without_events_passes() {
    let verified = verify(&[head(0), checkpoint(0, "", 0)]).unwrap();
    assert_eq!((verified.events, verified.position), (0, 0));
}

#[rstest]
#[case::an_actor("\"ann\"", "\"bob\"")]
#[case::a_changed_field("\"b\":1", "\"b\":2")]
#[case::a_time(":40.003Z", ":41.003Z")]
#[case::the_project("\"project\":null", "\"project\":\"prj-1\"")]
fn a_changed_event_is_named(#[case] from: &str, #[case] to: &str) {
    let mut lines = export();
    assert!(lines[3].contains(from), "{}", lines[3]);
    lines[3] = lines[3].replace(from, to);
    assert_eq!(verify(&lines), Err(Broken::Changed(9)));
}

#[test]
fn a_missing_event_is_named() {
    let mut lines = export();
    lines.remove(3);
    assert_eq!(verify(&lines), Err(Broken::Missing { after: 6, before: 12 }));
}

#[test]
fn events_in_another_order_are_noticed() {
    let mut lines = export();
    lines.swap(3, 4);
    assert_eq!(verify(&lines), Err(Broken::Missing { after: 6, before: 12 }));
    let mut lines = export();
    lines.insert(4, lines[2].clone());
    assert_eq!(verify(&lines), Err(Broken::Order { after: 9, found: 6 }));
}

#[test]
fn a_cut_off_head_or_tail_is_noticed() {
    let lines = export();
    assert_eq!(verify(&lines[1..]), Err(Broken::NoHead));
    let beheaded: Vec<String> = lines.iter().take(1).chain(lines.iter().skip(3)).cloned().collect();
    assert_eq!(verify(&beheaded), Err(Broken::NoBeginning(9)));
    assert_eq!(verify(&lines[..4]), Err(Broken::NoEnd(9)));
    assert_eq!(verify(&lines[..1]), Err(Broken::NoEnd(0)));
    let mut without_last = lines.clone();
    without_last.remove(5);
    assert_eq!(verify(&without_last), Err(Broken::Missing { after: 12, before: 16 }));
}

#[test]
fn a_checkpoint_stands_for_what_was_removed() {
    let events = events(5);
    let rest: Vec<String> = events[2..]
        .iter()
        .cloned()
        .map(|event| line(&AuditLine::Event(Box::new(event))))
        .collect();
    let mut lines = vec![head(0), checkpoint(6, &events[1].hash, 2)];
    lines.extend(rest);
    lines.push(checkpoint(15, &events[4].hash, 5));
    let verified = verify(&lines).unwrap();
    assert_eq!((verified.events, verified.count, verified.after), (3, 5, 6));
    lines[1] = checkpoint(6, &events[1].hash, 1);
    let miscounted = Broken::Count {
        position: 15,
        signed: 5,
        found: 4,
    };
    assert_eq!(verify(&lines), Err(miscounted));
    lines[1] = checkpoint(6, &events[0].hash, 2);
    assert_eq!(verify(&lines), Err(Broken::Missing { after: 6, before: 9 }));
}

#[test]
fn an_export_may_be_continued() {
    let events = events(5);
    let mut lines = export();
    lines.truncate(3);
    lines.push(checkpoint(6, &events[1].hash, 2));
    lines.push(head(6));
    lines.push(checkpoint(6, &events[1].hash, 2));
    lines.extend(export().into_iter().skip(3));
    assert_eq!(verify(&lines).unwrap().events, 5);
    // Continued too late: what is between is missing.
    lines[4] = head(9);
    lines[5] = checkpoint(9, &events[2].hash, 3);
    lines.remove(6);
    assert_eq!(verify(&lines), Err(Broken::Missing { after: 6, before: 10 }));
}

#[test]
fn a_checkpoint_of_somebody_else_proves_nothing() {
    let mut lines = export();
    let last = lines.len() - 1;
    lines[last] = lines[last].replace("\"count\":5", "\"count\":6");
    assert_eq!(verify(&lines), Err(Broken::Signature(15)));

    let other = Ed25519KeyPair::from_seed_unchecked(&[8; 32]).unwrap();
    let other = hex::encode(other.public_key());
    let mut verifier = Verifier::new(Some(other.clone()));
    let refused = verifier.line(head(0).as_bytes());
    let expected = Broken::Key {
        found: public_key(),
        expected: other,
    };
    assert_eq!(refused, Err(expected));
}

#[test]
fn what_is_no_export_is_refused_with_its_line() {
    let refused = verify(&[head(0), "{\"hello\": 1}".to_owned()]);
    assert!(matches!(refused, Err(Broken::Line { line: 2, .. })), "{refused:?}");
    let newer = head(0).replace("\"format\":1", "\"format\":2");
    assert_eq!(verify(&[newer]), Err(Broken::Format(2)));
    let mut lines = export();
    lines[2] = lines[2].replace(ORGANIZATION, "org-0000000000000002");
    assert!(matches!(verify(&lines), Err(Broken::Foreign { line: 3, .. })));
}
