//! Who speaks, where, and what the desk may say there.

use crate::domain::calendar::Millis;
use crate::domain::event::{AccountRef, ButtonPress, ChatKind, ChatRef, IncomingMessage};
use crate::domain::message::Purpose;
use crate::domain::retry::FailureReason;
use crate::store::Tx;
use crate::store::binding::{AccountState, Chat, ChatState};
use crate::store::dialogues::Dialogue;
use crate::store::organisation::Person;
use crate::usecase::notify::{self, Note};
use crate::usecase::settle::chat_scope;
use crate::usecase::{Act, UseCaseResult, bind};

/// One turn of a conversation.
#[derive(Debug, Clone)]
pub struct Talk {
    /// Where.
    pub chat: Chat,
    /// The account, as the platform names it.
    pub account: String,
    /// The account's display name, for cards shown to admins.
    pub account_name: String,
    /// Whose account it is; none for strangers.
    pub person: Option<Person>,
    /// Whether the account waits to be confirmed: then it may answer, and no more.
    pub unconfirmed: bool,
    /// The platform's id of the message spoken, or of the message whose button was pressed.
    pub message: String,
    /// Whether it is a button press.
    pub pressed: bool,
    /// When it was said, where the platform tells.
    pub said_at: Option<Millis>,
    /// The topic of a forum it was said in.
    pub topic: Option<String>,
}

/// The turn of a message. The chat is remembered so that it can be answered.
pub(super) async fn of_message(
    tx: &mut Tx,
    act: &Act<'_>,
    gateway: &str,
    message: &IncomingMessage,
) -> UseCaseResult<Talk> {
    let talk = of(tx, act, gateway, (&message.chat, &message.from), (&message.external_id, false)).await?;
    Ok(Talk { said_at: message.said_at, topic: message.topic.clone(), ..talk })
}

/// The turn of somebody whose words were not kept.
pub(super) async fn without_names(
    tx: &mut Tx,
    act: &Act<'_>,
    gateway: &str,
    who: (&ChatRef, &AccountRef),
    message: &str,
) -> UseCaseResult<Talk> {
    of(tx, act, gateway, who, (message, false)).await
}

/// The turn of a button press.
pub(super) async fn of_press(tx: &mut Tx, act: &Act<'_>, gateway: &str, press: &ButtonPress) -> UseCaseResult<Talk> {
    of(tx, act, gateway, (&press.chat, &press.from), (&press.message_external_id, true)).await
}

async fn of(
    tx: &mut Tx,
    act: &Act<'_>,
    gateway: &str,
    who: (&ChatRef, &AccountRef),
    what: (&str, bool),
) -> UseCaseResult<Talk> {
    let (chat, from) = who;
    let mut chat = tx.ensure_chat(gateway, &chat.external_id, chat.kind, &chat.title, act.wall, &act.new_id()).await?;
    tx.heard_in(&chat.id, act.wall).await?;
    chat.heard_at = Some(act.wall.0);
    if chat.state == ChatState::Suspended && hearing_reopens(&chat) {
        tx.set_chat_state(&chat.id, ChatState::Active, None).await?;
        tx.close_incidents(&chat_scope(&chat.id), act.at).await?;
        chat.state = ChatState::Active;
    }
    let identity = tx.identity(gateway, &from.external_id).await?;
    let person = match &identity {
        Some(identity) => tx.person(&identity.person_id).await?,
        None => None,
    };
    Ok(Talk {
        chat,
        account: from.external_id.clone(),
        account_name: from.name.clone(),
        person,
        unconfirmed: identity.is_some_and(|identity| identity.state != AccountState::Active),
        message: what.0.to_owned(),
        pressed: what.1,
        said_at: None,
        topic: None,
    })
}

/// Whoever writes to us in private can be written to, whatever the platform said before; not by an account that was locked. A group given up because it
/// refused everything, where the platform does not tell that we were thrown out, proves by being heard that we are back; one that
/// was locked, that it is open again.
fn hearing_reopens(chat: &Chat) -> bool {
    use FailureReason::{Generic, GroupDisabled, NotMember};
    let reason = chat.reason.as_deref().and_then(|reason| reason.parse().ok());
    (chat.kind == ChatKind::Private && !bind::is_lasting(chat))
        || matches!(reason, Some(Generic | NotMember | GroupDisabled))
}

impl Talk {
    /// The act of whoever speaks.
    #[must_use]
    pub fn act<'a>(&self, act: &Act<'a>) -> Act<'a> {
        let person_id = self.person.as_ref().map(|person| person.id.clone());
        Act { person_id, unconfirmed: self.unconfirmed, ..act.clone() }
    }

    /// The act dated when it was said: an answer given in time stays in time however late it is heard.
    #[must_use]
    pub fn as_said<'a>(&self, act: &Act<'a>) -> Act<'a> {
        Act { at: self.said_at.map_or(act.at, |said| said.min(act.at)), ..act.clone() }
    }

    /// Whose account it is, if somebody confirmed it: whom the desk tells what not everybody may know.
    #[must_use]
    pub fn trusted(&self) -> Option<&Person> {
        self.person.as_ref().filter(|_| !self.unconfirmed)
    }

    /// Whether it is a private chat.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.chat.kind == ChatKind::Private
    }

    /// In private everybody gets an answer; in a group only registered people do, so that the bot makes no noise.
    #[must_use]
    pub fn may_be_answered(&self) -> bool {
        self.is_private() || self.person.is_some()
    }

    /// The message an answer refers to: in a group, so that it is clear who is meant.
    #[must_use]
    pub fn reply_to(&self) -> Option<&str> {
        (!self.is_private() && !self.pressed).then_some(self.message.as_str())
    }

    /// Answers here.
    ///
    /// # Errors
    /// The database.
    pub async fn say(&self, tx: &mut Tx, act: &Act<'_>, note: &Note) -> UseCaseResult<()> {
        let note = &self.addressed(note);
        // In a conversation the numbers stand in the question, and the conversation reads them.
        if self.dialogue(tx).await?.is_some() {
            return notify::reply(tx, act, &self.chat, &note.without_buttons_on(act, &self.chat), self.reply_to())
                .await;
        }
        notify::answer(tx, act, &self.chat, &self.account, note, self.reply_to()).await
    }

    /// Answers somebody whose code was right: they are ours, though nobody knows them yet. The chat of an account that was cut off takes
    /// only what any stranger is told.
    ///
    /// # Errors
    /// The database.
    pub async fn say_to_newcomer(&self, tx: &mut Tx, act: &Act<'_>, note: Note) -> UseCaseResult<()> {
        if self.chat.state == ChatState::Suspended {
            return self.say(tx, act, &note.to_stranger()).await;
        }
        // In the conversation that follows the choices stand in the text.
        let asks = self.dialogue(tx).await?.is_some();
        let note = if asks { note.without_buttons_on(act, &self.chat) } else { note };
        // A card: no end of a month leaves it out.
        notify::say(tx, act, &self.chat, Purpose::Card, &note, self.reply_to()).await
    }

    /// What is said to people we do not know waits until nothing else does.
    fn addressed(&self, note: &Note) -> Note {
        let note = note.clone();
        if self.person.is_none() && note.lane.is_none() { note.to_stranger() } else { note }
    }

    /// Shows one card of several: each keeps the numbers of its own choices, as a card that comes unasked does.
    ///
    /// # Errors
    /// The database.
    pub async fn show(&self, tx: &mut Tx, act: &Act<'_>, card: &Note) -> UseCaseResult<()> {
        notify::reply(tx, act, &self.chat, &self.addressed(card), self.reply_to()).await
    }

    /// The conversation this account is having here.
    ///
    /// # Errors
    /// The database.
    pub async fn dialogue(&self, tx: &mut Tx) -> UseCaseResult<Option<Dialogue>> {
        Ok(tx.dialogue(&self.chat.id, &self.account).await?)
    }

    /// Keeps the conversation's state.
    ///
    /// # Errors
    /// The database.
    pub async fn keep<T: serde::Serialize + Sync>(
        &self,
        tx: &mut Tx,
        act: &Act<'_>,
        flow: &str,
        data: &T,
    ) -> UseCaseResult<()> {
        let data = serde_json::to_string(data).unwrap_or_default();
        let dialogue = Dialogue {
            chat_id: self.chat.id.clone(),
            account: self.account.clone(),
            flow: flow.to_owned(),
            data,
            updated_at: act.wall.0,
        };
        Ok(tx.put_dialogue(&dialogue).await?)
    }

    /// Ends the conversation.
    ///
    /// # Errors
    /// The database.
    pub async fn end(&self, tx: &mut Tx) -> UseCaseResult<()> {
        Ok(tx.end_dialogue(&self.chat.id, &self.account).await?)
    }
}
