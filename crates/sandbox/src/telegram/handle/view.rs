//! The part of [`Handle`] that reads: messages and presses as plain values.

use super::{
    super::{chat::Chat, chat::Toast, message::Button},
    Action, ChatKey, ChatKind, Content, ControlError, Handle, Message, Press, Result, World, resolve, wire,
};

/// One message as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MessageView {
    /// The chat's id as bots use it.
    pub chat: i64,
    /// The message id, unique in its chat only.
    pub id: i64,
    /// Who wrote it.
    pub from: i64,
    /// Whether a bot wrote it.
    pub from_bot: bool,
    /// Wall milliseconds.
    pub at_ms: i64,
    /// Text or caption, without markup.
    pub text: String,
    /// The file, if any.
    pub file: Option<FileView>,
    /// The message replied to.
    pub reply_to: Option<i64>,
    /// The topic of a forum it stands in.
    pub topic: Option<i64>,
    /// Rows of inline buttons.
    pub buttons: Vec<Vec<ButtonView>>,
    /// When it was last edited, in wall milliseconds.
    pub edited_ms: Option<i64>,
    /// Whether it was deleted.
    pub deleted: bool,
    /// Whether it is a service message.
    pub service: bool,
}

/// One inline button.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ButtonView {
    /// What stands on it.
    pub text: String,
    /// The callback data, if it calls back.
    pub data: Option<String>,
    /// The address, if it opens one.
    pub url: Option<String>,
}

/// A message's file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FileView {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: usize,
    /// Its number in the sandbox: the same for every message that reuses one upload.
    pub index: usize,
}

/// One press of a button with the bot's answer, once there is one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PressView {
    /// The callback query id.
    pub query: String,
    /// Who pressed.
    pub user: i64,
    /// On which message.
    pub message: i64,
    /// What stood on the button.
    pub button: String,
    /// Wall milliseconds.
    pub at_ms: i64,
    /// The answer.
    pub toast: Option<Toast>,
}

impl Handle {
    /// All messages of a chat, deleted and service messages included, oldest first.
    ///
    /// # Errors
    /// When there is no such chat.
    pub fn messages(&self, chat: i64) -> Result<Vec<MessageView>> {
        self.messages_after(chat, i64::MIN)
    }

    /// The messages of a chat with an id greater than `after`.
    ///
    /// # Errors
    /// When there is no such chat.
    pub fn messages_after(&self, chat: i64, after: i64) -> Result<Vec<MessageView>> {
        let world = self.shared.world();
        let chat = world.chat(resolve(&world, chat, chat)?)?;
        let from = chat.messages.partition_point(|m| m.id <= after);
        Ok(chat.messages[from..].iter().map(|m| view(&world, chat, m)).collect())
    }

    /// One message that was not deleted.
    ///
    /// # Errors
    /// When there is no such chat or message.
    pub fn message(&self, chat: i64, message: i64) -> Result<MessageView> {
        let world = self.shared.world();
        let key = resolve(&world, chat, chat)?;
        let found = super::find(&world, key, message)?;
        Ok(view(&world, world.chat(key)?, found))
    }

    /// The bytes of a message's file.
    ///
    /// # Errors
    /// When there is no such chat or message, or it has no file.
    pub fn file_bytes(&self, chat: i64, message: i64) -> Result<Vec<u8>> {
        let world = self.shared.world();
        let found = super::find(&world, resolve(&world, chat, chat)?, message)?;
        let file = found.file().and_then(|f| world.files.get(f));
        file.map(|f| f.bytes.to_vec()).ok_or_else(|| ControlError::no_such_message(chat, message))
    }

    /// All presses of buttons in a chat, oldest first.
    ///
    /// # Errors
    /// When there is no such chat.
    pub fn presses(&self, chat: i64) -> Result<Vec<PressView>> {
        let world = self.shared.world();
        Ok(world.chat(resolve(&world, chat, chat)?)?.presses.iter().map(press_view).collect())
    }

    /// The supergroup a basic group was upgraded to.
    #[must_use]
    pub fn successor(&self, chat: i64) -> Option<i64> {
        match self.shared.world().chats.get(&ChatKey::Group(chat))?.kind {
            ChatKind::Group { migrated_to, .. } => migrated_to,
            ChatKind::Supergroup { .. } | ChatKind::Private { .. } => None,
        }
    }

    /// The chats there are, as bots number them.
    #[must_use]
    pub fn chats(&self) -> Vec<i64> {
        self.shared.world().chats.keys().map(|key| key.id()).collect()
    }

    /// A user's full name.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn name_of(&self, user: i64) -> Result<String> {
        let world = self.shared.world();
        world.user(user)?;
        Ok(wire::shown_name(&world, user))
    }
}

fn view(world: &World, chat: &Chat, message: &Message) -> MessageView {
    let file = message.file().and_then(|i| Some((i, world.files.get(i)?)));
    MessageView {
        chat: chat.key.id(),
        id: message.id,
        from: message.from,
        from_bot: world.users.get(&message.from).is_some_and(|u| u.is_bot),
        at_ms: message.at_ms,
        text: message.body.text.clone(),
        file: file.map(|(index, f)| FileView { name: f.name.clone(), bytes: f.bytes.len(), index }),
        reply_to: message.reply_to,
        topic: message.topic,
        buttons: message.keyboard.iter().map(|row| row.iter().map(button_view).collect()).collect(),
        edited_ms: message.edited_ms,
        deleted: message.deleted,
        service: matches!(message.content, Content::Service(_)),
    }
}

fn button_view(button: &Button) -> ButtonView {
    let (data, url) = match &button.action {
        Action::Callback(data) => (Some(data.clone()), None),
        Action::Url(url) => (None, Some(url.clone())),
        Action::Other => (None, None),
    };
    ButtonView { text: button.text.clone(), data, url }
}

fn press_view(press: &Press) -> PressView {
    PressView {
        query: press.query.clone(),
        user: press.user,
        message: press.message,
        button: press.button.clone(),
        at_ms: press.at_ms,
        toast: press.toast.clone(),
    }
}
