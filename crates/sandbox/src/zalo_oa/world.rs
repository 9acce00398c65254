//! The state of an OA stand-in: people, groups, assets, uploads and messages, behind one lock.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use axum::body::Bytes;
use tokio::sync::Notify;

use super::{
    config::ZaloOaConfig,
    hook::Hook,
    limits::Limiter,
    model::{
        Asset, Author, Content, Draft, Group, GroupSize, Message, OaCounts, OaSent, Person, Place, StoredFile, Uploaded,
    },
    oauth::Oauth,
};
use crate::{ControlError, rng, transcript};

const DAY: i64 = 86_400_000;
/// A disabled group is dissolved this long after its asset ended (Open API documentation: 45 days).
const DISSOLVED_AFTER_MS: i64 = 45 * DAY;
/// Who interacted with the account within this time may be invited without following it (same source: 7 days).
const RECENT_MS: i64 = 7 * DAY;

/// Everything behind the lock.
#[derive(Debug)]
pub struct World {
    pub(super) config: ZaloOaConfig,
    pub(super) base_url: String,
    pub(super) people: BTreeMap<String, Person>,
    pub(super) groups: Vec<Group>,
    pub(super) assets: Vec<Asset>,
    pub(super) files: Vec<StoredFile>,
    pub(super) uploads: HashMap<String, Uploaded>,
    /// Wall milliseconds of the uploads of the last 30 days.
    pub(super) upload_times: Vec<i64>,
    pub(super) oauth: Oauth,
    pub(super) hook: Hook,
    pub(super) limiter: Limiter,
    pub(super) counts: OaCounts,
    pub(super) log: Vec<OaSent>,
    /// Words for which a text is refused with -248.
    pub(super) forbidden: Vec<String>,
    /// Sends into groups since the quota was last filled.
    pub(super) group_sends: u32,
    /// Held by whoever delivers events.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
    /// Rung when there may be something to deliver.
    pub(super) wake: Arc<Notify>,
    ids: u64,
}

impl World {
    pub(super) fn with_account(config: ZaloOaConfig, base_url: &str) -> Self {
        let mut world = Self {
            base_url: base_url.to_owned(),
            people: BTreeMap::new(),
            groups: Vec::new(),
            assets: Vec::new(),
            files: Vec::new(),
            uploads: HashMap::new(),
            upload_times: Vec::new(),
            oauth: Oauth::default(),
            hook: Hook::new(config.hook.signing),
            limiter: Limiter::default(),
            counts: OaCounts::default(),
            log: Vec::new(),
            forbidden: Vec::new(),
            group_sends: 0,
            turn: Arc::default(),
            wake: Arc::default(),
            ids: 0,
            config,
        };
        super::oauth::issue(&mut world);
        world
    }

    /// Milliseconds since the epoch.
    pub(super) fn wall(&self) -> i64 {
        self.config.wall()
    }

    /// Milliseconds that only grow.
    pub(super) fn monotonic(&self) -> i64 {
        self.config.monotonic()
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

    pub(super) fn person(&self, id: &str) -> Result<&Person, ControlError> {
        self.people.get(id).ok_or_else(|| ControlError::no_such("person", id))
    }

    pub(super) fn person_mut(&mut self, id: &str) -> Result<&mut Person, ControlError> {
        self.people.get_mut(id).ok_or_else(|| ControlError::no_such("person", id))
    }

    pub(super) fn group(&self, id: &str) -> Result<&Group, ControlError> {
        self.groups.iter().find(|group| group.id == id).ok_or_else(|| ControlError::no_such("group", id))
    }

    pub(super) fn group_mut(&mut self, id: &str) -> Result<&mut Group, ControlError> {
        self.groups.iter_mut().find(|group| group.id == id).ok_or_else(|| ControlError::no_such("group", id))
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
    pub(super) fn dissolve(&mut self) {
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

    pub(super) fn messages(&self, place: &Place) -> Result<&[Message], ControlError> {
        match place {
            Place::Group(id) => self.group(id).map(|group| group.messages.as_slice()),
            Place::Private(id) => self.person(id).map(|person| person.messages.as_slice()),
        }
    }

    /// Puts a message in its chat and tells the webhook. Returns its id.
    pub(super) fn post(&mut self, place: &Place, from: Author, draft: Draft) -> Result<String, ControlError> {
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
    pub(super) fn post_from_oa(&mut self, place: &Place, draft: Draft) -> Result<String, ControlError> {
        let (text, file) = (draft.text.clone(), self.file_of(&draft.content).map(|file| file.name.clone()));
        let kind = draft.content.sent_kind();
        let message_id = self.post(place, Author::Oa, draft)?;
        let (chat, at_ms) = (place.id().to_owned(), self.wall());
        *self.counts.sent.entry(chat.clone()).or_default() += 1;
        self.log.push(OaSent { chat, kind, message_id: message_id.clone(), text, file, at_ms });
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
            Content::Image(file) | Content::Gif(file) | Content::File(file) | Content::Voice(file) => {
                self.files.get(*file)
            }
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

    /// The local date of a wall time, `DD/MM/YYYY`.
    pub(super) fn date(&self, at_ms: i64) -> String {
        transcript::date(transcript::day(self.config.local(at_ms)))
    }
}
