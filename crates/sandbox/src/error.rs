//! Why a stand-in did not start, and why it did not do what was asked of its people.

/// Why a stand-in could not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The port could not be bound.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Bind {
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// The HTTP client for photos and webhooks could not be built.
    #[error("cannot build the HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// A bot's token is not `<digits>:<secret>`, or two bots share an id.
    #[error("`{0}` cannot be a bot token here: it must be <digits>:<secret> with digits of its own")]
    Token(String),
}

/// Why a stand-in would not do what a test, the demo or the command line asked of its people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// Nothing of that kind has that id.
    #[error("there is no {what} {id}")]
    NoSuch {
        /// What was looked for.
        what: &'static str,
        /// The id.
        id: String,
    },
    /// The id is in use.
    #[error("{0} exists already")]
    Taken(String),
    /// The person, or the bot, is not in the group.
    #[error("{who} is not in chat {chat}")]
    NotInChat {
        /// The person, or `bot`.
        who: String,
        /// The chat.
        chat: String,
    },
    /// The group does not let the person write, or is closed.
    #[error("{who} may not write in chat {chat}")]
    MayNotWrite {
        /// The person.
        who: String,
        /// The chat.
        chat: String,
    },
    /// No such message, or it was deleted.
    #[error("there is no message {message} in chat {chat}")]
    NoSuchMessage {
        /// The chat.
        chat: String,
        /// The message id.
        message: String,
    },
    /// No button with that text or data.
    #[error("there is no button `{button}` in chat {chat}")]
    NoSuchButton {
        /// The chat.
        chat: String,
        /// The text or data looked for.
        button: String,
    },
    /// The act makes sense only in a group (or only in a basic group, for an upgrade).
    #[error("chat {0} is not that kind of chat")]
    WrongKind(String),
    /// The group is full, closed, or lets only deputies write.
    #[error("group {0} does not let that happen: it is full, closed or locked")]
    Closed(String),
    /// The plan has no room for another group.
    #[error("the bot is in {0} groups already, and its plan allows no more")]
    GroupsFull(u32),
    /// Nobody opened the consent page.
    #[error("no consent is being asked for")]
    NoConsent,
    /// The address did not answer the probe with 200, so it is not saved.
    #[error("the webhook address did not answer the probe with 200: {0}")]
    Probe(String),
    /// A request that could not be read, or asks for what the platform does not have.
    #[error("{0}")]
    BadRequest(String),
}

/// What every act returns.
pub type Result<T> = std::result::Result<T, ControlError>;

#[expect(clippy::needless_pass_by_value, reason = "ids are numbers or references: passing them as they are reads best")]
impl ControlError {
    pub(crate) fn no_such(what: &'static str, id: impl ToString) -> Self {
        Self::NoSuch { what, id: id.to_string() }
    }

    pub(crate) fn not_in_chat(who: impl ToString, chat: impl ToString) -> Self {
        Self::NotInChat { who: who.to_string(), chat: chat.to_string() }
    }

    pub(crate) fn no_such_message(chat: impl ToString, message: impl ToString) -> Self {
        Self::NoSuchMessage { chat: chat.to_string(), message: message.to_string() }
    }

    pub(crate) fn bad(why: impl ToString) -> Self {
        Self::BadRequest(why.to_string())
    }
}
