//! Rows as the engine leaves them: documents, their broadcasts, deliveries and messages.

use loa::domain::calendar::Millis;
use loa::store::Tx;
use loa::store::binding::ChatKind;

use crate::fixture::{self, AT};

/// A bulletin to be written.
pub struct Document<'a> {
    /// Id and number.
    pub number: u32,
    /// The word of its kind.
    pub kind: &'a str,
    /// The word of its level.
    pub level: &'a str,
    /// The plan.
    pub plan: Option<&'a str>,
    /// The theme.
    pub theme: Option<&'a str>,
}

impl Document<'_> {
    /// A directive of the commune itself.
    pub fn local(number: u32, plan: Option<&str>) -> Document<'_> {
        Document { number, kind: "directive", level: "local", plan, theme: None }
    }

    /// Writes it, approved, with its first version. It needs the person `p-quan` and the unit `u-xa`.
    pub async fn write(&self, tx: &mut Tx) {
        let Self { number, kind, .. } = self;
        let row = format!(
            "INSERT INTO bulletins VALUES ('b{number}', 'commune', '{kind}', 2025, {number}, 'VB-2025-{number:04}', 'approved', \
             1, 'p-quan', 'u-xa', {at}, {at})",
            at = AT.0
        );
        fixture::raw(tx, &row).await;
        self.version(tx, 1).await;
    }

    /// Writes another version.
    pub async fn version(&self, tx: &mut Tx, version: u32) {
        let text = |value: Option<&str>| value.map_or("NULL".to_owned(), |value| format!("'{value}'"));
        let row = format!(
            "INSERT INTO bulletin_versions (bulletin_id, version, title, title_folded, body, urgency, level, public, plan_code, \
             theme, audience, ack_required, expires_at, attestation, envelope_hash, created_by, created_at) \
             VALUES ('b{}', {version}, 'Văn bản mẫu', 'van ban mau', 'Nội dung', 'normal', '{}', 'residents', {}, {}, 'thon', \
             FALSE, {at}, 'not_secret', '', 'p-quan', {at})",
            self.number,
            self.level,
            text(self.plan),
            text(self.theme),
            at = AT.0
        );
        fixture::raw(tx, &row).await;
    }

    /// Writes a running broadcast `id` of one version.
    pub async fn broadcast(&self, tx: &mut Tx, id: &str, version: u32, at: Millis) {
        let (number, at) = (self.number, at.0);
        let rows = format!(
            "INSERT INTO schedules (id, bulletin_id, version, fire_at, missed_policy, state, warned_at, created_at, updated_at) \
             VALUES ('s{id}', 'b{number}', {version}, {at}, 'ask', 'ended', NULL, {at}, {at}); \
             INSERT INTO broadcasts (id, bulletin_id, version, schedule_id, fire_at, state, ack_deadline, started_at, closed_at) \
             VALUES ('{id}', 'b{number}', {version}, 's{id}', {at}, 'running', NULL, {at}, NULL)"
        );
        fixture::raw(tx, &rows).await;
    }
}

/// Writes a delivery `BROADCAST/CHAT` to the chat `CHAT` of a gateway, for the group with the same id, both made if need be.
/// `parts` are the states of its messages in order, each with the instant at which it was sent.
pub async fn deliver(tx: &mut Tx, broadcast: &str, (gateway, chat): (&str, &str), parts: &[(&str, Option<Millis>)]) {
    let kind = if chat.starts_with("private") { ChatKind::Private } else { ChatKind::Group };
    tx.ensure_chat(gateway, chat, kind, "", AT, chat).await.unwrap();
    let mut group = fixture::group(chat, chat, loa::domain::org::GroupKind::Cadre);
    gateway.clone_into(&mut group.gateway);
    group.relay = kind == ChatKind::Private;
    tx.upsert_group(&group).await.unwrap();
    let delivery = format!("{broadcast}/{chat}");
    tx.insert_delivery(&delivery, broadcast, (chat, chat), &[]).await.unwrap();
    for (part, (state, sent_at)) in (1..).zip(parts) {
        message(tx, &delivery, (part, parts.len()), None, (state, *sent_at)).await;
    }
}

/// Writes one message `DELIVERY#PART` of a delivery, or `DELIVERY#PART+` when it repeats that one.
pub async fn message(
    tx: &mut Tx,
    delivery: &str,
    (part, parts): (usize, usize),
    resend_of: Option<&str>,
    (state, sent_at): (&str, Option<Millis>),
) {
    let original = format!("{delivery}#{part}");
    let id = resend_of.map_or(original, |original| format!("{original}+"));
    let resend_of = resend_of.map_or("NULL".to_owned(), |original| format!("'{original}'"));
    let sent_at = sent_at.map_or("NULL".to_owned(), |at| at.0.to_string());
    let row = format!(
        "INSERT INTO messages (id, purpose, gateway, chat_id, delivery_id, broadcast_id, lane, part, parts, body, buttons, \
         resend_of, state, reason, due_at, attempts, attempt_id, external_id, sent_at, created_at) \
         SELECT '{id}', 'broadcast', c.gateway, c.id, d.id, d.broadcast_id, 4, {part}, {parts}, '', '', {resend_of}, '{state}', \
         'mẫu', 0, 1, 'a', 'x', {sent_at}, 0 FROM deliveries d JOIN chats c ON c.id = d.chat_id WHERE d.id = '{delivery}'"
    );
    fixture::raw(tx, &row).await;
}
