//! The command grammar: which text is a command, which one, and what follows it.
//!
//! Names are Vietnamese without accents and spaces, because Telegram allows 1 to 32 of `a–z 0–9 _` (Telegram Bot
//! API, `BotCommand`); people may type them with accents, with spaces or underscores between the syllables,
//! in capitals, and in a private chat without the slash. Only an exact name is ever carried out; what is near
//! one is asked about. [`parse()`] knows nothing of people: the desk checks [`Command::allowed_for`] and who
//! is answered where.

use crate::domain::org::Role;
use crate::domain::text_enum::text_enum;

mod parse;
pub(crate) mod spelling;
mod table;
#[cfg(test)]
mod tests;

pub use parse::{CommandError, ParseContext, Parsed, parse};
pub use table::{Spec, TABLE, Tail};

text_enum! {
    /// Every command, as its English alias.
    pub enum Command {
        /// Introduction and the terms on personal data.
        Start => "start",
        /// Help by role.
        Help => "help",
        /// Links an account to a unit with an invitation code.
        Register => "register",
        /// The sender's roles and units.
        WhoAmI => "whoami",
        /// Whether a code belongs to a real bulletin.
        Verify => "verify",
        /// Composes a directive.
        Directive => "directive",
        /// Composes an announcement to residents.
        Announce => "announce",
        /// Composes an urgent bulletin.
        Urgent => "urgent",
        /// Composes an exercise.
        Exercise => "exercise",
        /// Composes a loudspeaker script.
        Script => "script",
        /// Templates of bulletins.
        Template => "template",
        /// A bulletin exactly as its receivers will see it.
        Preview => "preview",
        /// Sets the time of sending.
        Schedule => "schedule",
        /// Sends an approved bulletin now.
        SendNow => "sendnow",
        /// Changes a bulletin before it is sent.
        Edit => "edit",
        /// Cancels what is not sent yet.
        Cancel => "cancel",
        /// Corrects a bulletin that was sent.
        Correct => "correct",
        /// Recalls a bulletin that was sent.
        Recall => "recall",
        /// What waits for approval.
        Approvals => "approvals",
        /// Approves.
        Approve => "approve",
        /// Returns with a reason.
        Reject => "reject",
        /// Lends the right to approve until a date.
        Delegate => "delegate",
        /// What is about to be sent.
        Queue => "queue",
        /// What was sent and acknowledged, by group and by village.
        Status => "status",
        /// Who has not acknowledged.
        Pending => "pending",
        /// Reminds those who have not acknowledged.
        Remind => "remind",
        /// Sends again to the groups that failed.
        Resend => "resend",
        /// Searches bulletins, accents optional.
        Search => "search",
        /// Acknowledges.
        Ack => "ack",
        /// The script was read over the loudspeaker.
        Aired => "aired",
        /// The directive was carried out.
        Done => "done",
        /// Reports a difficulty.
        Issue => "issue",
        /// Public opinion and suggestions.
        Feedback => "feedback",
        /// What the sender still owes.
        MyTasks => "mytasks",
        /// Records an off-line act.
        Log => "log",
        /// Corrects a record, with a reason.
        EditLog => "editlog",
        /// Removes a record, with a reason.
        DeleteLog => "dellog",
        /// Where the plan's targets stand.
        Targets => "targets",
        /// Figures of a period.
        Stats => "stats",
        /// The report of a period as a document.
        Report => "report",
        /// A table as a file.
        Export => "export",
        /// The chat groups.
        Groups => "groups",
        /// Binds the group one is in to a unit.
        Bind => "bind",
        /// Holds a repeating bulletin.
        Pause => "pause",
        /// Lets a held bulletin repeat again.
        Resume => "resume",
        /// The villages.
        Villages => "villages",
        /// The other units.
        Units => "units",
        /// The registered people.
        Staff => "staff",
        /// Grants and takes away roles.
        Roles => "roles",
        /// Makes an invitation code.
        Invite => "invite",
        /// Cuts the accounts of a person off.
        Lock => "lock",
        /// Hands a village over to its new head.
        Handover => "handover",
        /// The plan.
        Plan => "plan",
        /// Days off.
        Holidays => "holidays",
        /// Hours in which may be sent.
        Windows => "windows",
        /// The audit log.
        Audit => "audit",
        /// Makes a backup.
        Backup => "backup",
        /// Whether everything works.
        Health => "health",
        /// Open incidents.
        Incident => "incident",
        /// What is stored about the sender.
        MyData => "mydata",
        /// Asks for the sender's data to be erased.
        ForgetMe => "forgetme",
    }
}

text_enum! {
    /// For whom a command is.
    pub enum Who {
        /// Everybody, residents included.
        Everyone => "everyone",
        /// Anybody with a role.
        Staff => "staff",
        /// Người soạn.
        Composer => "composer",
        /// Người duyệt.
        Approver => "approver",
        /// Those who record off-line acts, such as the radio station.
        Recorder => "recorder",
        /// Trưởng thôn and everybody else in an answering or a deputy's seat.
        Head => "head",
        /// Mặt trận Tổ quốc and its member organisations.
        Association => "association",
        /// Quản trị.
        Admin => "admin",
        /// Trực ban.
        Duty => "duty",
    }
}

impl Who {
    /// The name as it is printed in Vietnamese, in lower case.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Everyone => "mọi người",
            Self::Staff => "cán bộ",
            Self::Composer => "người soạn",
            Self::Approver => "người duyệt",
            Self::Recorder => "người ghi nhận",
            Self::Head => "trưởng thôn",
            Self::Association => "mttq, đoàn thể",
            Self::Admin => "quản trị",
            Self::Duty => "trực ban",
        }
    }

    /// Whether somebody who is `self` counts as `wanted`.
    const fn counts_as(self, wanted: Self) -> bool {
        match wanted {
            Self::Everyone => true,
            Self::Staff => !matches!(self, Self::Everyone | Self::Head | Self::Association),
            _ => self as u8 == wanted as u8,
        }
    }
}

impl From<Role> for Who {
    fn from(role: Role) -> Self {
        match role {
            Role::Composer => Self::Composer,
            Role::Approver => Self::Approver,
            Role::Recorder => Self::Recorder,
            Role::Admin => Self::Admin,
            Role::Viewer => Self::Staff,
            Role::Duty => Self::Duty,
        }
    }
}

impl Command {
    /// The command's row in [`TABLE`].
    #[must_use]
    pub fn spec(self) -> &'static Spec {
        &TABLE[self as usize]
    }

    /// The name without the slash, `vanban`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// The key of the one-line description in the locale file, `cmd-vanban`.
    #[must_use]
    pub fn description_key(self) -> String {
        format!("cmd-{}", self.name())
    }

    /// Whether somebody who is all of `caller` may use the command; nothing at all is a resident.
    #[must_use]
    pub fn allowed_for(self, caller: &[Who]) -> bool {
        let wanted = self.spec().who;
        wanted.contains(&Who::Everyone) || wanted.iter().any(|want| caller.iter().any(|who| who.counts_as(*want)))
    }

    /// Whether the command undoes or gives away something and must be confirmed before it is carried out.
    #[must_use]
    pub const fn asks_back(self) -> bool {
        matches!(self, Self::Cancel | Self::Recall | Self::SendNow | Self::DeleteLog | Self::Handover | Self::ForgetMe)
    }
}

/// The menu of somebody who is all of `caller`: names and locale keys of the descriptions, for `setMyCommands`
/// (Telegram Bot API: at most 100 commands).
#[must_use]
pub fn menu_for(caller: &[Who]) -> Vec<(&'static str, String)> {
    let allowed = Command::ALL.iter().filter(|command| command.allowed_for(caller));
    allowed.map(|command| (command.name(), command.description_key())).collect()
}
