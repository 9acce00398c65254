//! Calls for help: what was cried, who was told, who took it on, and what came with it.

use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, on};

/// A call for help.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Distress {
    /// The id.
    pub id: String,
    /// Who cried.
    pub person_id: String,
    /// The unit of the person; none for officials without a seat.
    pub unit_id: Option<String>,
    /// The chat in which the cry was heard and is answered.
    pub chat_id: String,
    /// The platform's id of the message that is answered; none in private.
    pub reply_to: Option<String>,
    /// The words, whole; empty some days after the end.
    pub words: String,
    /// Whether nothing but an exercise was open when it was heard.
    pub exercise: bool,
    /// When it was heard, business time.
    pub raised_at: i64,
    /// 0 while the officers on duty have it, 1 when approvers and the chairman's seat have it too.
    pub stage: i64,
    /// When it was found that nobody could be told, business time.
    pub unreached_at: Option<i64>,
    /// Who took it on.
    pub taken_by: Option<String>,
    /// When, business time.
    pub taken_at: Option<i64>,
    /// When it was over, business time.
    pub closed_at: Option<i64>,
}

/// A call for help to be written; it is open, and nobody has it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDistress<'a> {
    /// The id.
    pub id: &'a str,
    /// The commune.
    pub commune_id: &'a str,
    /// Who cried.
    pub person_id: &'a str,
    /// The unit of the person.
    pub unit_id: Option<&'a str>,
    /// The chat.
    pub chat_id: &'a str,
    /// The platform's id of the message to answer.
    pub reply_to: Option<&'a str>,
    /// The words.
    pub words: &'a str,
    /// Whether nothing but an exercise is open.
    pub exercise: bool,
    /// Business time.
    pub raised_at: Millis,
    /// When the officers' time is over, business time.
    pub next_at: Millis,
}

/// A card that stands in its chat now, and for whom it was.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SentCard {
    /// The call for help.
    pub distress_id: String,
    /// The card's last part.
    pub message_id: String,
    /// The person it was for.
    pub person_name: String,
    /// The chat it stands in.
    pub chat_id: String,
}

/// A file that came with a call for help.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DistressFile {
    /// Its hash.
    pub sha256: String,
    /// Its name.
    pub file_name: String,
}

/// A Thượng khẩn or a Hỏa tốc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Warning {
    /// Whether it is an exercise.
    pub exercise: bool,
    /// When it began, business time.
    pub started_at: i64,
}

/// Words that are kept of one call for help, characters; each further message went out on a card of its own.
const MOST_WORDS: i64 = 16_000;

macro_rules! distress {
    ($condition:literal) => {
        concat!(
            "SELECT id, person_id, unit_id, chat_id, reply_to, words, exercise, raised_at, stage, unreached_at, taken_by, taken_at, \
             closed_at FROM distress ",
            $condition
        )
    };
}

const INSERT: &str = "INSERT INTO distress (id, commune_id, person_id, unit_id, chat_id, reply_to, words, exercise, raised_at, next_at, stage) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)";
const APPEND: &str =
    "UPDATE distress SET words = words || $2 WHERE id = $1 AND closed_at IS NULL AND length(words) < $3";
const BY_ID: &str = distress!("WHERE id = $1");
const OPEN_OF: &str = distress!("WHERE person_id = $1 AND closed_at IS NULL ORDER BY raised_at DESC, id DESC LIMIT 1");
const DUE: &str = distress!("WHERE next_at IS NOT NULL AND next_at <= $1 ORDER BY next_at, id");
const NEXT: &str = "SELECT MIN(next_at) FROM distress WHERE next_at IS NOT NULL";
// Open, taken by nobody, and no card of it stands anywhere or still may.
const HOPELESS: &str = distress!(
    "WHERE next_at IS NOT NULL AND taken_at IS NULL AND unreached_at IS NULL \
       AND NOT EXISTS (SELECT 1 FROM distress_cards c JOIN messages m ON m.id = c.message_id WHERE c.distress_id = distress.id \
                       AND m.state IN ('pending', 'sending', 'retry_wait', 'unknown', 'sent')) ORDER BY id"
);
const PASS_ON: &str = "UPDATE distress SET stage = 1, next_at = $2 WHERE id = $1 AND stage = 0 AND closed_at IS NULL AND taken_at IS NULL";
const UNREACHED: &str = "UPDATE distress SET unreached_at = $2 WHERE id = $1 AND unreached_at IS NULL";
const REACHED: &str = "UPDATE distress SET unreached_at = NULL WHERE id = $1 AND unreached_at IS NOT NULL";
const TAKE: &str = "UPDATE distress SET taken_by = $2, taken_at = $3, next_at = $4 WHERE id = $1 AND closed_at IS NULL AND taken_by IS NULL";
const DENY: &str = "UPDATE distress SET denied_by = $2 WHERE id = $1 AND closed_at IS NULL AND taken_by IS NULL";
const CLOSE: &str = "UPDATE distress SET closed_at = $2, next_at = NULL WHERE id = $1 AND closed_at IS NULL";
const INSERT_CARD: &str = "INSERT INTO distress_cards (distress_id, message_id, person_id) VALUES ($1, $2, $3)";
const SENT: &str = "SELECT c.distress_id, c.message_id, p.name AS person_name, m.chat_id FROM distress_cards c \
     CROSS JOIN messages m CROSS JOIN people p WHERE c.told_at IS NULL AND m.id = c.message_id AND m.state = 'sent' AND p.id = c.person_id \
     ORDER BY c.distress_id, c.message_id";
const TOLD: &str =
    "UPDATE distress_cards SET told_at = $3 WHERE distress_id = $1 AND message_id = $2 AND told_at IS NULL";
const ALL_TOLD: &str = "UPDATE distress_cards SET told_at = $2 WHERE distress_id = $1 AND told_at IS NULL";
const HAS_SENT: &str = "SELECT EXISTS (SELECT 1 FROM distress_cards c JOIN messages m ON m.id = c.message_id \
     WHERE c.distress_id = $1 AND m.state = 'sent')";
const CARD_CHATS: &str = "SELECT DISTINCT m.chat_id FROM distress_cards c JOIN messages m ON m.id = c.message_id \
     WHERE c.distress_id = $1 ORDER BY m.chat_id";
// Of warnings of the two highest levels: those that run, for three days, and those that ended, for one.
const WARNINGS: &str = "WITH warnings AS (SELECT id, started_at FROM broadcasts WHERE started_at >= $2 AND state = 'running' \
       UNION ALL SELECT id, started_at FROM broadcasts WHERE closed_at >= $3 AND state = 'closed') \
     SELECT l.exercise, w.started_at FROM warnings w CROSS JOIN ladders l WHERE l.broadcast_id = w.id AND l.urgency IN ('express', 'flash') \
     AND EXISTS (SELECT 1 FROM obligations o WHERE o.broadcast_id = w.id AND o.unit_id = $1 AND o.state NOT IN ('excused', 'superseded'))";
const INSERT_FILE: &str = "INSERT INTO distress_files (distress_id, sha256, file_name) VALUES ($1, $2, $3) \
     ON CONFLICT (distress_id, sha256) DO NOTHING";
const FILES: &str = "SELECT sha256, file_name FROM distress_files WHERE distress_id = $1 ORDER BY sha256";
const INSERT_LINK: &str = "INSERT INTO distress_links (token_hash, distress_id, sha256, file_name, expires_at, chat_id) \
     VALUES ($1, $2, $3, $4, $5, $6)";

impl Tx {
    /// Writes a call for help.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_distress(&mut self, new: &NewDistress<'_>) -> StoreResult<()> {
        on!(self, |c| sqlx::query(INSERT)
            .bind(new.id)
            .bind(new.commune_id)
            .bind(new.person_id)
            .bind(new.unit_id)
            .bind(new.chat_id)
            .bind(new.reply_to)
            .bind(new.words)
            .bind(new.exercise)
            .bind(new.raised_at.0)
            .bind(new.next_at.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Adds words to an open call for help.
    ///
    /// # Errors
    /// The database.
    pub async fn append_distress(&mut self, id: &str, words: &str) -> StoreResult<()> {
        on!(self, |c| sqlx::query(APPEND).bind(id).bind(words).bind(MOST_WORDS).execute(c).await?.rows_affected());
        Ok(())
    }

    /// A call for help by id.
    ///
    /// # Errors
    /// The database.
    pub async fn distress(&mut self, id: &str) -> StoreResult<Option<Distress>> {
        Ok(on!(self, |c| sqlx::query_as(BY_ID).bind(id).fetch_optional(c).await?))
    }

    /// The latest call of a person that is open.
    ///
    /// # Errors
    /// The database.
    pub async fn open_distress_of(&mut self, person_id: &str) -> StoreResult<Option<Distress>> {
        Ok(on!(self, |c| sqlx::query_as(OPEN_OF).bind(person_id).fetch_optional(c).await?))
    }

    /// Those about which something is to be done by `now`, business time.
    ///
    /// # Errors
    /// The database.
    pub async fn distress_due(&mut self, now: Millis) -> StoreResult<Vec<Distress>> {
        Ok(on!(self, |c| sqlx::query_as(DUE).bind(now.0).fetch_all(c).await?))
    }

    /// When something is to be done next, business time.
    ///
    /// # Errors
    /// The database.
    pub async fn next_distress(&mut self) -> StoreResult<Option<Millis>> {
        let at: Option<i64> = on!(self, |c| sqlx::query_scalar(NEXT).fetch_one(c).await?);
        Ok(at.map(Millis))
    }

    /// Those of which nobody was told and nobody will be.
    ///
    /// # Errors
    /// The database.
    pub async fn hopeless_distress(&mut self) -> StoreResult<Vec<Distress>> {
        Ok(on!(self, |c| sqlx::query_as(HOPELESS).fetch_all(c).await?))
    }

    /// Notes that a call goes on to approvers and the chairman's seat, and when it closes by itself. False when it is not
    /// with the officers any more.
    ///
    /// # Errors
    /// The database.
    pub async fn pass_distress_on(&mut self, id: &str, closes_at: Millis) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query(PASS_ON).bind(id).bind(closes_at.0).execute(c).await?.rows_affected()) == 1)
    }

    /// Notes that nobody could be told of a call. False when it was noted before.
    ///
    /// # Errors
    /// The database.
    pub async fn note_unreached(&mut self, id: &str, at: Millis) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query(UNREACHED).bind(id).bind(at.0).execute(c).await?.rows_affected()) == 1)
    }

    /// Notes that somebody has it after all, if the contrary was noted.
    ///
    /// # Errors
    /// The database.
    pub async fn note_reached(&mut self, id: &str) -> StoreResult<()> {
        on!(self, |c| sqlx::query(REACHED).bind(id).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Gives a call to whoever pressed first, and says when it closes by itself. False when somebody has it, or it is over.
    ///
    /// # Errors
    /// The database.
    pub async fn take_distress(&mut self, id: &str, by: (&str, Millis), closes_at: Millis) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(TAKE)
            .bind(id)
            .bind(by.0)
            .bind(by.1.0)
            .bind(closes_at.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// Notes who said that it is no call for help. False when somebody has it, or it is over.
    ///
    /// # Errors
    /// The database.
    pub async fn deny_distress(&mut self, id: &str, by: &str) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query(DENY).bind(id).bind(by).execute(c).await?.rows_affected()) == 1)
    }

    /// Ends a call; nobody is told any more where its cards stand.
    ///
    /// # Errors
    /// The database.
    pub async fn close_distress(&mut self, id: &str, at: Millis) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(CLOSE).bind(id).bind(at.0).execute(c).await?.rows_affected());
        on!(self, |c| sqlx::query(ALL_TOLD).bind(id).bind(at.0).execute(c).await?.rows_affected());
        Ok(affected == 1)
    }

    /// Notes a card by its last part, and for whom it is.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_distress_card(&mut self, id: &str, message_id: &str, person_id: &str) -> StoreResult<()> {
        on!(self, |c| sqlx::query(INSERT_CARD)
            .bind(id)
            .bind(message_id)
            .bind(person_id)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Cards that stand in their chats, and of which whoever cried was not told.
    ///
    /// # Errors
    /// The database.
    pub async fn sent_distress_cards(&mut self) -> StoreResult<Vec<SentCard>> {
        Ok(on!(self, |c| sqlx::query_as(SENT).fetch_all(c).await?))
    }

    /// Notes that whoever cried was told of a card. False when it was noted before.
    ///
    /// # Errors
    /// The database.
    pub async fn note_card_told(&mut self, id: &str, message_id: &str, at: Millis) -> StoreResult<bool> {
        let affected =
            on!(self, |c| sqlx::query(TOLD).bind(id).bind(message_id).bind(at.0).execute(c).await?.rows_affected());
        Ok(affected == 1)
    }

    /// Whether a card of a call stands in its chat.
    ///
    /// # Errors
    /// The database.
    pub async fn has_sent_distress_card(&mut self, id: &str) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query_scalar(HAS_SENT).bind(id).fetch_one(c).await?))
    }

    /// The chats that have cards of a call.
    ///
    /// # Errors
    /// The database.
    pub async fn distress_chats(&mut self, id: &str) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(CARD_CHATS).bind(id).fetch_all(c).await?))
    }

    /// Each Thượng khẩn and Hỏa tốc that asks a unit and began since `running_since` and runs, or ended since `ended_since`
    /// (business time).
    ///
    /// # Errors
    /// The database.
    pub async fn warnings_of(
        &mut self,
        unit_id: &str,
        running_since: Millis,
        ended_since: Millis,
    ) -> StoreResult<Vec<Warning>> {
        Ok(on!(self, |c| sqlx::query_as(WARNINGS)
            .bind(unit_id)
            .bind(running_since.0)
            .bind(ended_since.0)
            .fetch_all(c)
            .await?))
    }

    /// Notes a file that came with a call: its hash and its name.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_distress_file(&mut self, id: &str, file: (&str, &str)) -> StoreResult<()> {
        on!(self, |c| sqlx::query(INSERT_FILE).bind(id).bind(file.0).bind(file.1).execute(c).await?.rows_affected());
        Ok(())
    }

    /// The files that came with a call.
    ///
    /// # Errors
    /// The database.
    pub async fn distress_files(&mut self, id: &str) -> StoreResult<Vec<DistressFile>> {
        Ok(on!(self, |c| sqlx::query_as(FILES).bind(id).fetch_all(c).await?))
    }

    /// Stores a link to such a file, by the hash of its secret part, until a machine time.
    ///
    /// # Errors
    /// The database.
    pub async fn put_distress_link(
        &mut self,
        token_hash: &str,
        (id, chat_id): (&str, &str),
        file: (&str, &str),
        expires_at: Millis,
    ) -> StoreResult<()> {
        on!(self, |c| sqlx::query(INSERT_LINK)
            .bind(token_hash)
            .bind(id)
            .bind(file.0)
            .bind(file.1)
            .bind(expires_at.0)
            .bind(chat_id)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }
}
