//! The state of an OA stand-in: people, groups, assets, uploads and messages, behind one lock.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use axum::body::Bytes;

use super::{config::ZaloOaConfig, error::OaControlError, fault::FaultList, hook::Hook, limits::Limiter, oauth::Oauth};
use crate::sandbox::rng;

const DAY: i64 = 86_400_000;
/// A disabled group is dissolved this long after its asset ended (Open API documentation: 45 days).
const DISSOLVED_AFTER_MS: i64 = 45 * DAY;
/// Who interacted with the account within this time may be invited without following it (same source: 7 days).
const RECENT_MS: i64 = 7 * DAY;

/// What stands between the account and one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Nothing.
    #[default]
    Open,
    /// The person has blocked the account: -217.
    Blocks,
    /// The person is banned, or was inactive for 45 days: -227.
    Banned,
}

/// One person with a Zalo account.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub id: String,
    pub name: String,
    pub follows: bool,
    pub standing: Standing,
    /// One of the account's admins.
    pub admin: bool,
    /// Wall milliseconds of the last private message to the account.
    pub wrote_ms: Option<i64>,
    /// What the account wrote since then.
    pub written_to: u32,
    /// The private chat.
    pub messages: Vec<Message>,
}

/// How many members a group may have, by the asset it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupSize {
    /// 10 members.
    #[default]
    Gmf10,
    /// 50 members.
    Gmf50,
    /// 100 members.
    Gmf100,
    /// 1,000 members.
    Gmf1000,
}

impl GroupSize {
    /// The `product_type`.
    #[must_use]
    pub const fn product(self) -> &'static str {
        match self {
            Self::Gmf10 => "gmf10",
            Self::Gmf50 => "gmf50",
            Self::Gmf100 => "gmf100",
            Self::Gmf1000 => "gmf1000",
        }
    }

    /// The member ceiling; the account itself counts.
    #[must_use]
    pub const fn members(self) -> usize {
        match self {
            Self::Gmf10 => 10,
            Self::Gmf50 => 50,
            Self::Gmf100 => 100,
            Self::Gmf1000 => 1_000,
        }
    }
}

/// The right to one group of a size, until a date.
#[derive(Debug, Clone)]
pub(super) struct Asset {
    pub id: String,
    pub size: GroupSize,
    /// Wall milliseconds.
    pub valid_through: i64,
    pub disabled: bool,
    /// The group that stands on it.
    pub used_by: Option<String>,
}

/// What members may do, as `group_setting` tells it.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "the four switches of the wire")]
pub(super) struct Settings {
    /// Only deputies and the account write.
    pub lock_send_msg: bool,
    pub join_appr: bool,
    pub enable_msg_history: bool,
    pub enable_link_join: bool,
}

/// One GMF group.
#[derive(Debug)]
pub(super) struct Group {
    pub id: String,
    pub name: String,
    pub description: String,
    pub avatar: String,
    pub asset: String,
    pub settings: Settings,
    /// Switched off by hand.
    pub off: bool,
    /// Disbanded, or the account was put out of it.
    pub gone: bool,
    pub members: BTreeSet<String>,
    pub deputies: BTreeSet<String>,
    pub pending: BTreeSet<String>,
    pub messages: Vec<Message>,
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Author {
    Oa,
    Person(String),
}

/// What a message holds beside its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Text,
    /// Index of a file.
    Image(usize),
    Gif(usize),
    File(usize),
    Sticker(String),
    Link(String),
    /// Audio, video, a business card: the end of the event's name.
    Other(String),
    /// A line that nobody wrote: joined, left, renamed.
    Service,
}

/// One message of a chat.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub id: String,
    /// The id in events and history; the same as `id` unless the quirk says otherwise.
    pub event_id: String,
    /// Wall milliseconds.
    pub at_ms: i64,
    pub from: Author,
    pub content: Content,
    pub text: String,
    /// `id` of the message quoted.
    pub reply_to: Option<String>,
}

/// A message about to be posted.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub content: Content,
    pub text: String,
    pub reply_to: Option<String>,
}

impl Draft {
    pub(super) fn text(text: &str) -> Self {
        Self { content: Content::Text, text: text.to_owned(), reply_to: None }
    }
}

/// A file that was uploaded or sent by a person.
#[derive(Debug, Clone)]
pub(super) struct StoredFile {
    pub name: String,
    pub mime: &'static str,
    pub bytes: Bytes,
}

/// What an upload may be used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HandleKind {
    Image,
    Gif,
    File,
}

/// An upload under its handle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Uploaded {
    pub kind: HandleKind,
    pub file: usize,
    /// Wall milliseconds.
    pub at_ms: i64,
}

/// Where a message stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Group(String),
    Private(String),
}

impl Place {
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Group(id) | Self::Private(id) => id,
        }
    }
}

/// One accepted send of the account, in the order of acceptance.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OaSent {
    /// The group, or the person of a private chat.
    pub chat: String,
    /// The id in the answer.
    pub message_id: String,
    /// The text or caption.
    pub text: String,
    /// Name of the file or image.
    pub file: Option<String>,
    /// Wall milliseconds.
    pub at_ms: i64,
}

/// What was counted since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct OaCounts {
    /// Calls by path.
    pub calls: BTreeMap<String, u64>,
    /// Messages accepted, by group or person.
    pub sent: BTreeMap<String, u64>,
    /// Refusals by `error`, those of faults too.
    pub refused: BTreeMap<i64, u64>,
    /// Faults that struck, by path.
    pub faults: BTreeMap<String, u64>,
    /// Private messages that were no longer free.
    pub paid: u64,
    /// Events taken by the receiver.
    pub events_accepted: u64,
    /// Deliveries of events not answered with 200 in time.
    pub events_refused: u64,
    /// Events given up after the last redelivery.
    pub events_given_up: u64,
}

/// Everything behind the lock.
#[derive(Debug)]
pub(super) struct World {
    pub config: ZaloOaConfig,
    pub base_url: String,
    pub people: BTreeMap<String, Person>,
    pub groups: Vec<Group>,
    pub assets: Vec<Asset>,
    pub files: Vec<StoredFile>,
    pub uploads: HashMap<String, Uploaded>,
    /// Wall milliseconds of the uploads of the last 30 days.
    pub upload_times: Vec<i64>,
    pub oauth: Oauth,
    pub hook: Hook,
    pub limiter: Limiter,
    pub faults: FaultList,
    pub counts: OaCounts,
    pub log: Vec<OaSent>,
    /// Words for which a text is refused with -248.
    pub forbidden: Vec<String>,
    /// Sends into groups since the quota was last filled.
    pub group_sends: u32,
    /// The whole service is away.
    pub dark: bool,
    ids: u64,
}

impl World {
    pub(super) fn new(config: ZaloOaConfig, base_url: String) -> Self {
        let faults = FaultList::new(config.faults.clone());
        let mut world = Self {
            base_url,
            people: BTreeMap::new(),
            groups: Vec::new(),
            assets: Vec::new(),
            files: Vec::new(),
            uploads: HashMap::new(),
            upload_times: Vec::new(),
            oauth: Oauth::default(),
            hook: Hook::new(config.hook.signing),
            limiter: Limiter::default(),
            faults,
            counts: OaCounts::default(),
            log: Vec::new(),
            forbidden: Vec::new(),
            group_sends: 0,
            dark: false,
            ids: 0,
            config,
        };
        super::oauth::issue(&mut world);
        world
    }

    /// Milliseconds since the epoch.
    pub(super) fn wall(&self) -> i64 {
        (self.config.clocks.wall_ms)()
    }

    /// Milliseconds that only grow.
    pub(super) fn monotonic(&self) -> i64 {
        (self.config.clocks.monotonic_ms)()
    }

    /// A new id: 19 decimal digits, always above 2^53.
    pub(super) fn next_id(&mut self) -> String {
        self.ids += 1;
        (1_000_000_000_000_000_000 + rng::mix(self.config.seed, self.ids) % 8_000_000_000_000_000_000).to_string()
    }

    /// A new token or handle of so many characters.
    pub(super) fn next_secret(&mut self, len: usize) -> String {
        self.ids += 1;
        rng::secret(self.config.seed, self.ids, len)
    }

    /// The id by which the app knows a person.
    pub(super) fn id_by_app(&self, person: &str) -> String {
        let salt = rng::mix(self.config.seed, rng::hash(person));
        (1_000_000_000_000_000_000 + salt % 8_000_000_000_000_000_000).to_string()
    }

    pub(super) fn person(&self, id: &str) -> Result<&Person, OaControlError> {
        self.people.get(id).ok_or_else(|| OaControlError::NoSuchPerson(id.to_owned()))
    }

    pub(super) fn person_mut(&mut self, id: &str) -> Result<&mut Person, OaControlError> {
        self.people.get_mut(id).ok_or_else(|| OaControlError::NoSuchPerson(id.to_owned()))
    }

    pub(super) fn group(&self, id: &str) -> Result<&Group, OaControlError> {
        self.groups.iter().find(|group| group.id == id).ok_or_else(|| OaControlError::NoSuchGroup(id.to_owned()))
    }

    pub(super) fn group_mut(&mut self, id: &str) -> Result<&mut Group, OaControlError> {
        self.groups.iter_mut().find(|group| group.id == id).ok_or_else(|| OaControlError::NoSuchGroup(id.to_owned()))
    }

    pub(super) fn asset(&self, id: &str) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.id == id)
    }

    pub(super) fn asset_mut(&mut self, id: &str) -> Option<&mut Asset> {
        self.assets.iter_mut().find(|asset| asset.id == id)
    }

    /// Adds a free asset and returns its id.
    pub(super) fn add_asset(&mut self, size: GroupSize, valid_through: i64) -> String {
        let id = self.next_id();
        self.assets.push(Asset { id: id.clone(), size, valid_through, disabled: false, used_by: None });
        id
    }

    /// The member ceiling of a group.
    pub(super) fn ceiling(&self, group: &Group) -> usize {
        self.asset(&group.asset).map_or(0, |asset| asset.size.members())
    }

    /// Whether the group is `enabled`.
    pub(super) fn is_enabled(&self, group: &Group) -> bool {
        let valid = self.asset(&group.asset).is_some_and(|asset| asset.valid_through > self.wall());
        valid && !group.off && !group.gone
    }

    /// When a group whose asset ended is dissolved, in wall milliseconds.
    pub(super) fn dissolved_at(&self, group: &Group) -> Option<i64> {
        let ended = self.asset(&group.asset).map(|asset| asset.valid_through).filter(|end| *end <= self.wall());
        ended.map(|end| end + DISSOLVED_AFTER_MS)
    }

    /// Dissolves the groups whose time has come.
    pub(super) fn settle(&mut self) {
        let now = self.wall();
        if self.assets.iter().all(|asset| asset.valid_through > now) {
            return;
        }
        let due: Vec<_> = self
            .groups
            .iter()
            .map(|group| !group.gone && self.dissolved_at(group).is_some_and(|at| at <= now))
            .collect();
        for (group, due) in self.groups.iter_mut().zip(due) {
            group.gone |= due;
        }
    }

    /// Whether a person may be invited: a follower, or somebody who wrote to the account lately.
    pub(super) fn invitable(&self, person: &Person) -> bool {
        person.follows || person.wrote_ms.is_some_and(|at| self.wall() - at <= RECENT_MS)
    }

    pub(super) fn messages(&self, place: &Place) -> Result<&[Message], OaControlError> {
        match place {
            Place::Group(id) => self.group(id).map(|group| group.messages.as_slice()),
            Place::Private(id) => self.person(id).map(|person| person.messages.as_slice()),
        }
    }

    /// Puts a message in its chat and tells the webhook. Returns its id.
    pub(super) fn post(&mut self, place: &Place, from: Author, draft: Draft) -> Result<String, OaControlError> {
        let id = self.next_id();
        let event_id = if self.config.quirks.own_event_ids { self.next_id() } else { id.clone() };
        let Draft { content, text, reply_to } = draft;
        let message = Message { id: id.clone(), event_id, at_ms: self.wall(), from, content, text, reply_to };
        match place {
            Place::Group(group) => self.group_mut(group)?.messages.push(message.clone()),
            Place::Private(person) => self.person_mut(person)?.messages.push(message.clone()),
        }
        super::events::announce(self, place, &message);
        Ok(id)
    }

    /// Posts what the account wrote and writes it into the log.
    pub(super) fn post_from_oa(&mut self, place: &Place, draft: Draft) -> Result<String, OaControlError> {
        let (text, file) = (draft.text.clone(), self.file_of(&draft.content).map(|file| file.name.clone()));
        let message_id = self.post(place, Author::Oa, draft)?;
        let (chat, at_ms) = (place.id().to_owned(), self.wall());
        *self.counts.sent.entry(chat.clone()).or_default() += 1;
        self.log.push(OaSent { chat, message_id: message_id.clone(), text, file, at_ms });
        Ok(message_id)
    }

    /// A line in a group's transcript that nobody wrote; the webhook hears of it separately.
    pub(super) fn note(&mut self, group: &str, text: String) {
        let (id, at_ms) = (self.next_id(), self.wall());
        let (event_id, from, content) = (id.clone(), Author::Oa, Content::Service);
        if let Ok(group) = self.group_mut(group) {
            group.messages.push(Message { id, event_id, at_ms, from, content, text, reply_to: None });
        }
    }

    pub(super) fn store_file(&mut self, name: &str, bytes: Bytes) -> usize {
        let (name, mime) = (name.to_owned(), super::upload::mime_of(name));
        self.files.push(StoredFile { name, mime, bytes });
        self.files.len() - 1
    }

    pub(super) fn file_of(&self, content: &Content) -> Option<&StoredFile> {
        match content {
            Content::Image(file) | Content::Gif(file) | Content::File(file) => self.files.get(*file),
            _ => None,
        }
    }

    /// Where a file can be fetched without a token, as Zalo's media hosts allow.
    pub(super) fn media_url(&self, file: usize) -> String {
        format!("{}/_media/{file}", self.base_url)
    }

    /// The name people see.
    pub(super) fn name_of(&self, from: &Author) -> String {
        match from {
            Author::Oa => self.config.oa_name.clone(),
            Author::Person(id) => self.people.get(id).map_or_else(|| id.clone(), |person| person.name.clone()),
        }
    }

    /// Wall milliseconds as local milliseconds.
    pub(super) fn local(&self, at_ms: i64) -> i64 {
        at_ms.saturating_add(self.config.utc_offset_minutes.saturating_mul(60_000))
    }

    /// A local date or time by chrono's format; empty for an instant no calendar holds.
    pub(super) fn written(&self, at_ms: i64, format: &str) -> String {
        let at = chrono::DateTime::from_timestamp_millis(self.local(at_ms));
        at.map(|at| at.format(format).to_string()).unwrap_or_default()
    }
}
