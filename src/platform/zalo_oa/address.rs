//! Chats of an Official Account. Groups and people share one space of numbers, so an id of ours begins with which it is:
//! `g:` and the group's, `u:` and the person's. A person's account has the id of their private chat.

use crate::domain::event::{ChatKind, ChatRef};

/// Where something goes or comes from, by the platform's own id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Group(String),
    Person(String),
}

impl Place {
    /// Reads an id of ours.
    pub(super) fn parse(external_id: &str) -> Option<Self> {
        match external_id.split_once(':')? {
            (_, "") => None,
            ("g", id) => Some(Self::Group(id.to_owned())),
            ("u", id) => Some(Self::Person(id.to_owned())),
            _ => None,
        }
    }

    /// The id of ours.
    pub(super) fn external_id(&self) -> String {
        match self {
            Self::Group(id) => format!("g:{id}"),
            Self::Person(id) => format!("u:{id}"),
        }
    }

    /// The chat of an event, by the name it is known under.
    pub(super) fn chat(&self, title: &str) -> ChatRef {
        let kind = match self {
            Self::Group(_) => ChatKind::Group,
            Self::Person(_) => ChatKind::Private,
        };
        ChatRef { external_id: self.external_id(), kind, title: title.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_whether_it_is_a_group_and_reads_back() {
        for place in [Place::Group("8301".to_owned()), Place::Person("8301".to_owned())] {
            assert_eq!(Place::parse(&place.external_id()), Some(place));
        }
        for broken in ["8301", "g:", "x:1", ""] {
            assert_eq!(Place::parse(broken), None, "{broken}");
        }
    }
}
