//! How far documents got, read off deliveries and messages. Nothing here is stored.
//!
//! A delivery is sent when each of its parts is, by its own message or by a resend of it: resends carry the part
//! number of what they repeat, so it is enough that every number has one sent message. A message whose fate nobody
//! knows is not sent.

use crate::domain::bulletin::Level;
use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, on};

/// How far one version of one directive or announcement got through one gateway, directly or by hand.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct GatewayReach {
    /// The bulletin's code.
    pub code: String,
    /// The version that was sent.
    pub version: i64,
    /// Whose document it is.
    #[sqlx(try_from = "String")]
    pub level: Level,
    /// The plan it belongs to; none is "ngoài kế hoạch".
    pub plan_code: Option<String>,
    /// The theme of the plan.
    pub theme: Option<String>,
    /// Whether the bulletin was recalled. Broadcasts taken back one by one are left out altogether.
    pub withdrawn: bool,
    /// The gateway.
    pub gateway: String,
    /// Whether heads got it, to pass it on to their groups by hand.
    pub relay: bool,
    /// The gateway of the groups that took these groups' place; none where nothing did.
    pub replaced_by: Option<String>,
    /// Groups it was meant for; a group with two deliveries is one.
    pub planned: i64,
    /// Groups in which it stands complete.
    pub sent: i64,
    /// When the first of them had it complete, epoch milliseconds of business time.
    pub first_sent_at: Option<i64>,
}

// `fired`: every broadcast, by then, of the bulletins that had one open in the time asked for; so that a document
// first sent before it is known to be an old one.
const REACHES: &str = "WITH open AS ( \
       SELECT n.bulletin_id FROM broadcasts n WHERE n.state = 'running' AND n.started_at < $3 \
       UNION SELECT n.bulletin_id FROM broadcasts n WHERE n.closed_at IS NOT NULL AND n.closed_at >= $2 AND n.started_at < $3), \
     fired AS ( \
       SELECT o.id, o.bulletin_id, o.version FROM open p CROSS JOIN broadcasts o CROSS JOIN bulletins b \
       WHERE o.bulletin_id = p.bulletin_id AND b.id = o.bulletin_id \
         AND b.commune_id = $1 AND b.kind IN ('directive', 'announcement') AND o.state <> 'withdrawn' AND o.started_at < $3 \
         AND NOT EXISTS (SELECT 1 FROM ladders l WHERE l.broadcast_id = o.id AND l.exercise)), \
     parts AS ( \
       SELECT m.delivery_id, m.part, MAX(m.parts) AS parts, MIN(CASE WHEN m.state = 'sent' THEN m.sent_at END) AS sent_at \
       FROM fired f CROSS JOIN messages m \
       WHERE m.broadcast_id = f.id AND m.purpose = 'broadcast' AND m.delivery_id IS NOT NULL GROUP BY m.delivery_id, m.part), \
     complete AS ( \
       SELECT delivery_id, MAX(sent_at) AS sent_at FROM parts GROUP BY delivery_id HAVING COUNT(sent_at) >= MAX(parts)), \
     replaced AS ( \
       SELECT x.delivery_id, MIN(tc.gateway) AS gateway FROM fired f JOIN deliveries o ON o.broadcast_id = f.id \
       JOIN fallbacks x ON x.delivery_id = o.id LEFT JOIN deliveries t ON t.id = x.by_delivery LEFT JOIN chats tc ON tc.id = t.chat_id \
       GROUP BY x.delivery_id HAVING COUNT(x.by_delivery) = COUNT(*)) \
     SELECT b.code, v.version, v.level, v.plan_code, v.theme, b.state = 'withdrawn' AS withdrawn, c.gateway, g.relay, \
            x.gateway AS replaced_by, COUNT(DISTINCT d.group_id) AS planned, \
            COUNT(DISTINCT CASE WHEN r.sent_at IS NOT NULL THEN d.group_id END) AS sent, MIN(r.sent_at) AS first_sent_at \
     FROM fired f JOIN bulletins b ON b.id = f.bulletin_id \
     JOIN bulletin_versions v ON v.bulletin_id = f.bulletin_id AND v.version = f.version \
     JOIN deliveries d ON d.broadcast_id = f.id JOIN chats c ON c.id = d.chat_id JOIN groups g ON g.id = d.group_id LEFT JOIN complete r ON r.delivery_id = d.id \
     LEFT JOIN replaced x ON x.delivery_id = d.id \
     GROUP BY b.code, v.version, v.level, v.plan_code, v.theme, b.state, c.gateway, g.relay, x.gateway \
     ORDER BY b.code, v.version, c.gateway, g.relay, x.gateway";

impl Tx {
    /// How far the directives and announcements got that were being sent between `from` and `to` (exclusive), each with
    /// all its versions that went out before `to`, by code and version.
    ///
    /// # Errors
    /// The database.
    pub async fn document_reaches(
        &mut self,
        commune_id: &str,
        from: Millis,
        to: Millis,
    ) -> StoreResult<Vec<GatewayReach>> {
        Ok(on!(self, |c| sqlx::query_as(REACHES).bind(commune_id).bind(from.0).bind(to.0).fetch_all(c).await?))
    }
}
