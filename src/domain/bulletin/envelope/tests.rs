//! Every field counts, and none can be mistaken for its neighbour.

use std::collections::HashSet;

use super::{AckPolicy, Envelope};
use crate::domain::bulletin::Kind;
use crate::domain::calendar::Millis;
use crate::domain::urgency::Urgency;

fn envelope() -> Envelope {
    Envelope {
        content_version: 1,
        kind: Kind::Directive,
        urgency: Urgency::Normal,
        title: "Tuyên truyền chuyển đổi số".to_owned(),
        body: "Đề nghị các thôn:\n1. Phát bài.".to_owned(),
        residents_body: None,
        attachments: vec!["aa".to_owned(), "bb".to_owned()],
        audience: "thon@cadre".to_owned(),
        ack: AckPolicy { required: true, deadline: Some(Millis(1_753_783_200_000)) },
        schedule: "once 1753662600000".to_owned(),
        expiry: None,
        document: [("number".to_owned(), "101".to_owned())].into(),
    }
}

fn changed(change: impl FnOnce(&mut Envelope)) -> Envelope {
    let mut other = envelope();
    change(&mut other);
    other
}

/// One change of every field, and the ones that look alike.
fn changes() -> Vec<Envelope> {
    vec![
        envelope(),
        changed(|e| e.content_version = 2),
        changed(|e| e.kind = Kind::Announcement),
        changed(|e| e.urgency = Urgency::Flash),
        changed(|e| e.title.push('.')),
        changed(|e| e.body.push('\n')),
        changed(|e| e.body = e.body.replace('\n', " ")),
        changed(|e| e.residents_body = Some(String::new())),
        changed(|e| e.residents_body = Some("Mời bà con".to_owned())),
        changed(|e| e.residents_body = Some(e.body.clone())),
        changed(|e| e.attachments.reverse()),
        changed(|e| e.attachments = vec!["aab".to_owned(), "b".to_owned()]),
        changed(|e| e.attachments = vec!["aabb".to_owned()]),
        changed(|e| e.attachments.clear()),
        changed(|e| e.audience = "thon@residents".to_owned()),
        changed(|e| e.ack.required = false),
        changed(|e| e.ack.deadline = None),
        changed(|e| e.ack.deadline = Some(Millis(1_753_783_200_001))),
        changed(|e| e.schedule = "once 1753662600001".to_owned()),
        changed(|e| e.expiry = Some(Millis(0))),
        changed(|e| e.document.clear()),
        changed(|e| e.document = [("number".to_owned(), "102".to_owned())].into()),
        changed(|e| e.document = [("symbol".to_owned(), "101".to_owned())].into()),
        changed(|e| e.document = [("number1".to_owned(), "01".to_owned())].into()),
    ]
}

#[test]
fn any_change_of_any_field_changes_the_hash() {
    let all = changes();
    let hashes: HashSet<_> = all.iter().map(Envelope::hash).collect();
    assert_eq!(hashes.len(), all.len());
}

#[test]
fn the_same_envelope_always_has_the_same_hash() {
    assert_eq!(envelope().hash(), envelope().hash());
}

#[test]
fn text_cannot_move_between_neighbouring_fields_unnoticed() {
    let left = changed(|e| (e.title, e.body) = ("ab".to_owned(), "c".to_owned()));
    let right = changed(|e| (e.title, e.body) = ("a".to_owned(), "bc".to_owned()));
    assert_ne!(left.hash(), right.hash());
}

#[test]
fn an_absent_instant_differs_from_every_present_one() {
    let present = [i64::MIN, -1, 0, 1, i64::MAX].map(|ms| changed(|e| e.expiry = Some(Millis(ms))).hash());
    assert!(!present.contains(&envelope().hash()));
}

#[test]
fn the_hex_form_is_the_hash_in_lower_case() {
    let hex = envelope().hash_hex();
    assert_eq!(hex.len(), 64);
    let bytes = envelope().hash();
    assert_eq!(hex.get(..2), Some(format!("{:02x}", bytes[0]).as_str()));
    assert_eq!(hex.get(62..), Some(format!("{:02x}", bytes[31]).as_str()));
}

#[test]
fn approvals_that_are_stored_stay_valid() {
    assert_eq!(
        envelope().hash_hex(),
        "2178aa08e69a35b320ccdcc4f1b34f7e63e247c30835bf20db51ce48aa78df6a",
        "a new form needs a new name in FORM"
    );
}
