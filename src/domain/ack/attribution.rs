//! Decides which open obligations an answer is about. Pure: the caller looks everything up first.
//!
//! The broadcast is found by the first of these that gives one: a code in the text, the message replied to
//! (where the platform tells), the only broadcast open to this person here. If several are open, the answer
//! is to ask, never to guess; so it is with a code that stands for several open firings of one bulletin. Then every open obligation of that broadcast is settled which the person may
//! answer here:
//!
//! * in a group, for the units the group covers: as holder of the answering seat; as deputy if the unit is
//!   named, or if it is the only unit of the group;
//! * in private, for all their own answering seats; as deputy if the unit is named;
//! * naming units narrows the answer to those.
//!
//! Silence is the rule for everybody else: see [`IgnoreReason`].

use super::meaning::{Meaning, Strength};
use super::state::{ObligationState, Way};
use crate::domain::text_enum::text_enum;

#[cfg(test)]
mod tests;

text_enum! {
    /// How an answer reached us.
    pub enum AnswerWay {
        /// A press of the button under our message.
        Button => "button",
        /// A reply to one of our messages, or a mention.
        Reply => "reply",
        /// Words in a group, addressed to nobody in particular.
        Plain => "plain",
        /// Words in the person's private chat.
        Private => "private",
        /// A command.
        Command => "command",
    }
}

/// A seat the speaker holds today, in a unit that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSeat {
    /// The seat's unit.
    pub unit_id: String,
    /// `true` for the answering seat, `false` for a deputy's. Plain members are left out by the caller.
    pub answering: bool,
}

/// What the broadcasts behind the codes of an answer are to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodesMean {
    /// Each of them was named.
    All,
    /// A code stands for several open firings of one repeating bulletin and names none of them: only one can be meant.
    OneOf,
}

/// An answer with everything that is known about how and by whom it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// How it arrived.
    pub way: AnswerWay,
    /// The broadcast whose message was replied to, or whose button was pressed, where the platform tells.
    pub replied_to_our_message: Option<String>,
    /// Whether it replies to a message of another person.
    pub replied_to_other: bool,
    /// Whether it was said in the person's private chat.
    pub private: bool,
    /// Whether hearing it at all proves that it was said to us, as in a Zalo Bot group.
    pub proves_address: bool,
    /// What it says.
    pub meaning: Meaning,
    /// The ids of the units it names.
    pub named_units: Vec<String>,
    /// The broadcasts whose codes stand in the text.
    pub codes: Vec<String>,
    /// Whether all of these are meant, or one of them.
    pub codes_mean: CodesMean,
    /// The seats the speaker holds; empty for residents and other strangers.
    pub person_seats: Vec<PersonSeat>,
    /// The units the group covers; `None` in a private chat and in a chat that is no group of ours.
    pub covered_units: Option<Vec<String>>,
}

/// An obligation the answer might be about, in any state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenItem {
    /// The obligation's id.
    pub obligation_id: String,
    /// Its broadcast.
    pub broadcast_id: String,
    /// The unit that has to answer.
    pub unit_id: String,
    /// Where it stands.
    pub state: ObligationState,
}

text_enum! {
    /// Why an answer changes nothing and is met with silence.
    pub enum IgnoreReason {
        /// It says nothing that counts.
        NotAnAnswer => "not_an_answer",
        /// The speaker holds no seat that answers.
        NotAHolder => "not_a_holder",
        /// It was said to another person.
        RepliedToAnother => "replied_to_another",
        /// It could have been said to anybody.
        NoProofOfAddress => "no_proof_of_address",
        /// It names units, none of which the speaker may answer for here.
        NotTheirUnit => "not_their_unit",
        /// Nothing is open that it could be about.
        NothingOpen => "nothing_open",
    }
}

/// What an answer settles. All lists hold obligation ids in the order of the open items given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribution {
    /// Record an acknowledgement on each.
    Settle(Vec<String>),
    /// Ask which of these is meant.
    AskWhich(Vec<String>),
    /// Do nothing and say nothing.
    Ignore(IgnoreReason),
    /// Open an issue on each; none is acknowledged.
    Issue(Vec<String>),
}

impl Answer {
    /// The way to be stored with the acknowledgement.
    #[must_use]
    pub const fn recorded_way(&self) -> Way {
        match self.way {
            AnswerWay::Button => Way::Button,
            AnswerWay::Command => Way::Command,
            _ if !self.codes.is_empty() => Way::Code,
            AnswerWay::Private => Way::Private,
            AnswerWay::Reply | AnswerWay::Plain => Way::Reply,
        }
    }

    fn is_direct(&self) -> bool {
        self.replied_to_our_message.is_some() || matches!(self.way, AnswerWay::Button | AnswerWay::Reply)
    }

    fn is_addressed_to_us(&self) -> bool {
        self.private
            || self.proves_address
            || self.is_direct()
            || self.way == AnswerWay::Command
            || !self.codes.is_empty()
    }

    fn names(&self, unit_id: &str) -> bool {
        self.named_units.iter().any(|named| named == unit_id)
    }

    /// The broadcasts the answer points at by itself; empty if it does not.
    fn pointed_at(&self) -> Vec<&str> {
        if self.codes.is_empty() {
            self.replied_to_our_message.iter().map(String::as_str).collect()
        } else {
            self.codes.iter().map(String::as_str).collect()
        }
    }
}

/// How a person stands to a unit for one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// May answer for it.
    Entitled,
    /// Its deputy, who has not said for which unit.
    DeputyUnnamed,
    /// Nothing to say for it.
    None,
}

/// Decides what an answer is about.
#[must_use]
pub fn attribute(answer: &Answer, open: &[OpenItem]) -> Attribution {
    if let Some(reason) = refuse(answer) {
        return Attribution::Ignore(reason);
    }
    let of_standing = |standing: Standing| {
        let items = open.iter().filter(|item| standing_in(answer, &item.unit_id) == standing);
        narrow(answer, items.collect())
    };
    let (ids, certain) = of_standing(Standing::Entitled);
    if !ids.is_empty() {
        return match answer.meaning {
            _ if !certain => Attribution::AskWhich(ids),
            Meaning::Trouble { .. } => Attribution::Issue(ids),
            _ => Attribution::Settle(ids),
        };
    }
    let (ids, _) = of_standing(Standing::DeputyUnnamed);
    if ids.is_empty() {
        Attribution::Ignore(nothing_reason(answer))
    } else if answer.is_addressed_to_us() {
        Attribution::AskWhich(ids)
    } else {
        Attribution::Ignore(IgnoreReason::NoProofOfAddress)
    }
}

/// The reason an answer is dropped whatever is open.
fn refuse(answer: &Answer) -> Option<IgnoreReason> {
    let Some(strength) = answer.meaning.strength() else { return Some(IgnoreReason::NotAnAnswer) };
    if answer.person_seats.is_empty() {
        return Some(IgnoreReason::NotAHolder);
    }
    let points = !answer.pointed_at().is_empty();
    // Heads answer under each other's answers: "thôn 4 đã nhận" in reply to the head of thôn 3 is still said
    // to the commune, because it names its own unit.
    let for_all_to_hear = strength == Strength::Strong && !answer.named_units.is_empty();
    if answer.replied_to_other && !points && !for_all_to_hear {
        return Some(IgnoreReason::RepliedToAnother);
    }
    let proven = match strength {
        Strength::Strong => true,
        Strength::Weak => answer.is_addressed_to_us(),
        Strength::Bare => answer.is_direct() || answer.private,
    };
    if proven { None } else { Some(IgnoreReason::NoProofOfAddress) }
}

fn standing_in(answer: &Answer, unit_id: &str) -> Standing {
    let covered = answer.covered_units.as_deref();
    let here = answer.private || covered.is_some_and(|units| units.iter().any(|unit| unit == unit_id));
    if !here || (!answer.named_units.is_empty() && !answer.names(unit_id)) {
        return Standing::None;
    }
    let seats = || answer.person_seats.iter().filter(|seat| seat.unit_id == unit_id);
    let alone = !answer.private && covered.is_some_and(|units| units.len() == 1);
    if seats().any(|seat| seat.answering || answer.names(unit_id) || alone) {
        Standing::Entitled
    } else if seats().next().is_some() {
        Standing::DeputyUnnamed
    } else {
        Standing::None
    }
}

fn nothing_reason(answer: &Answer) -> IgnoreReason {
    let own = |unit: &String| answer.person_seats.iter().any(|seat| seat.unit_id == *unit);
    if answer.named_units.is_empty() || answer.named_units.iter().any(own) {
        IgnoreReason::NothingOpen
    } else {
        IgnoreReason::NotTheirUnit
    }
}

/// The obligations of the broadcast that is meant, and whether it is certain which one that is.
fn narrow(answer: &Answer, mut candidates: Vec<&OpenItem>) -> (Vec<String>, bool) {
    let pointed_at = answer.pointed_at();
    if pointed_at.is_empty() {
        // Without a pointer only what is waiting can be meant: not what was answered, not what never arrived. The loudspeaker
        // alone speaks after the confirmation.
        let aired = matches!(answer.meaning, Meaning::Aired { .. });
        candidates.retain(|item| match item.state {
            ObligationState::Awaiting => true,
            ObligationState::Acknowledged => aired,
            _ => false,
        });
    } else {
        candidates.retain(|item| pointed_at.contains(&item.broadcast_id.as_str()) && item.state.takes_answers());
    }
    let first = candidates.first().map(|item| item.broadcast_id.as_str());
    let single = candidates.iter().all(|item| Some(item.broadcast_id.as_str()) == first);
    // "dạ" in a private chat may answer anything we said last: ask even if only one is open.
    let bare = answer.meaning.strength() == Some(Strength::Bare);
    let ids = candidates.iter().map(|item| item.obligation_id.clone()).collect();
    let clear = if pointed_at.is_empty() { single && !bare } else { single || answer.codes_mean == CodesMean::All };
    (ids, clear)
}
