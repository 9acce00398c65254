//! From text to a command.

use std::sync::LazyLock;

use super::Command;
use super::spelling::Spelling;
use super::table::{Spec, TABLE, Tail};
use crate::domain::bulletin::parse_typed;
use crate::domain::text::{fold, nfc};

/// Most words a name may be typed in: "dữ liệu của tôi".
const MAX_WORDS: usize = 4;
/// Longest word that can be part of a name (Telegram Bot API: names have at most 32 characters).
const MAX_WORD_CHARS: usize = 32;

/// Where the text was said.
#[derive(Debug, Clone, Copy)]
pub struct ParseContext<'a> {
    /// Whether the chat is private, where the slash may be missing.
    pub private: bool,
    /// The bot's own user name without `@`; a command addressed to another bot is none of ours.
    pub bot_username: &'a str,
}

/// A command and what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The command.
    pub command: Command,
    /// The rest of the text in NFC, without blanks around it; line breaks inside are kept.
    pub args: String,
    /// Whether the slash was typed. A form that waits for an answer may take a name without it as the answer.
    pub slashed: bool,
}

/// The text is meant as a command and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// No command has this name.
    #[error("unknown command")]
    Unknown {
        /// The command whose name is within two slips of what was typed. To be asked about, never carried out.
        did_you_mean: Option<Command>,
    },
}

/// Reads a text as a command; `None` when it is talk, or a command of another bot.
#[must_use]
pub fn parse(input: &str, ctx: ParseContext<'_>) -> Option<Result<Parsed, CommandError>> {
    let text = nfc(input);
    let text = after_mention(text.trim(), ctx.bot_username);
    let slashed = text.strip_prefix(['/', '\u{ff0f}']);
    let head = Head::of(slashed.unwrap_or(text));
    if slashed.is_none() {
        return ctx.private.then(|| bare(&head)).flatten().map(Ok);
    }
    let first = head.words.first()?;
    let Some((spec, word)) = head.longest_name() else {
        let ours = is_word(first.text) && first.is_for(ctx.bot_username);
        return ours.then(|| Err(CommandError::Unknown { did_you_mean: nearest(&head.words) }));
    };
    let parsed = || Ok(Parsed { command: spec.command, args: head.after(word).to_owned(), slashed: true });
    word.is_for(ctx.bot_username).then(parsed)
}

/// The text behind a mention of the bot in front, as groups need it on platforms where bots hear only mentions.
fn after_mention<'a>(text: &'a str, bot_username: &str) -> &'a str {
    let Some(mention) = text.strip_prefix(['@', '\u{ff20}']) else { return text };
    let (name, rest) = mention.split_once(char::is_whitespace).unwrap_or((mention, ""));
    if name.eq_ignore_ascii_case(bot_username) { rest.trim_start() } else { text }
}

/// A command without its slash: exactly a name, and nothing behind it that the command does not take.
fn bare(head: &Head<'_>) -> Option<Parsed> {
    let (spec, word) = head.longest_name()?;
    let args = head.after(word);
    let fits = match spec.tail {
        Tail::Nothing => args.is_empty(),
        Tail::Code => args.is_empty() || begins_with_code(args),
        Tail::Text => true,
    };
    let plain = word.bot.is_none() && fits;
    plain.then(|| Parsed { command: spec.command, args: args.to_owned(), slashed: false })
}

/// Whether the text is a code, or begins with one that has its prefix: "2 lần" is no code, "vb 42 7h" begins with one.
fn begins_with_code(text: &str) -> bool {
    let words: Vec<_> = text.split_whitespace().take(2).collect();
    let prefixed = |text: &str| parse_typed(text).is_some_and(|code| code.kind.is_some());
    parse_typed(text).is_some() || words.first().is_some_and(|word| prefixed(word)) || prefixed(&words.join(" "))
}

/// A word in front of the text that may be part of a name.
#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    /// The word without what closes it.
    text: &'a str,
    /// The bot it is addressed to, `@name` directly behind the word.
    bot: Option<&'a str>,
    /// The byte of the head at which it ends.
    end: usize,
}

impl Word<'_> {
    fn is_for(&self, bot_username: &str) -> bool {
        self.bot.is_none_or(|bot| bot.eq_ignore_ascii_case(bot_username))
    }
}

/// The first words of the text, as far as a name can reach: not beyond a line, punctuation or an address.
#[derive(Debug)]
struct Head<'a> {
    text: &'a str,
    words: Vec<Word<'a>>,
}

impl<'a> Head<'a> {
    fn of(text: &'a str) -> Self {
        let mut words = Vec::new();
        let mut start = 0;
        while words.len() < MAX_WORDS {
            let rest = &text[start..];
            let blank = rest.len() - rest.trim_start_matches([' ', '\t', '_']).len();
            // The name follows the slash directly.
            let Some(word) = word_at(text, start + blank).filter(|_| blank == 0 || start > 0) else { break };
            words.push(word);
            start = word.end;
            if !text[start..].starts_with([' ', '\t', '_']) || word.bot.is_some() || closes(&text[..start]) {
                break;
            }
        }
        Self { text, words }
    }

    /// The command whose name the most words in front make up.
    fn longest_name(&self) -> Option<(&'static Spec, Word<'a>)> {
        (1..=self.words.len()).rev().find_map(|count| {
            let typed: String = self.words[..count].iter().map(|word| word.text).collect();
            named(&typed, count).map(|spec| (spec, self.words[count - 1]))
        })
    }

    /// What follows a word, without blanks around it.
    fn after(&self, word: Word<'_>) -> &'a str {
        self.text[word.end..].trim_start_matches('_').trim()
    }
}

fn closes(text: &str) -> bool {
    text.ends_with(is_closing)
}

const fn is_closing(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '…')
}

/// The word at a byte of the text, if there is one that is short enough for a name.
fn word_at(text: &str, start: usize) -> Option<Word<'_>> {
    let token = text[start..].split(char::is_whitespace).next()?;
    let (name, bot, end) = match token.split_once(['@', '\u{ff20}']) {
        // A user name may hold underscores, a syllable of a name may not.
        Some((name, bot)) if !name.contains('_') => (name, Some(bot.trim_end_matches(is_closing)), token.len()),
        _ => token.split('_').next().map(|name| (name, None, name.len()))?,
    };
    let word = name.trim_end_matches(is_closing);
    let short = !word.is_empty() && word.chars().nth(MAX_WORD_CHARS).is_none();
    short.then_some(Word { text: word, bot, end: start + end })
}

/// What a command may be called.
struct Names {
    spec: &'static Spec,
    spoken: Spelling,
    words: Vec<Spelling>,
}

/// The table with its names taken apart once: whatever is said in private is compared with all of them.
static NAMES: LazyLock<Vec<Names>> = LazyLock::new(|| {
    let names = |spec: &'static Spec| Names {
        spec,
        spoken: Spelling::of(spec.spoken),
        words: spec.words().map(Spelling::of).collect(),
    };
    TABLE.iter().map(names).collect()
});

/// The command with this name, typed in `count` words.
fn named(typed: &str, count: usize) -> Option<&'static Spec> {
    let typed = Spelling::of(typed);
    let is_spoken = |names: &Names| count <= names.spec.syllables() && typed.means(&names.spoken);
    let is_word = |names: &Names| count == 1 && names.words.iter().any(|word| typed.means(word));
    NAMES.iter().find(|names| is_spoken(names) || is_word(names)).map(|names| names.spec)
}

/// Whether a text behind a slash is meant as a name at all: `/-strong` is a Zalo emoticon, `/etc/passwd` a path.
fn is_word(text: &str) -> bool {
    text.starts_with(char::is_alphabetic) && text.chars().all(char::is_alphanumeric)
}

/// The command whose name is nearest to the first words, within two slips and less than half of the name.
fn nearest(words: &[Word<'_>]) -> Option<Command> {
    let mut typed = String::new();
    let mut best: Option<(usize, Command)> = None;
    for word in words {
        typed.push_str(&fold(word.text));
        for spec in TABLE {
            let near = spec.words().filter_map(|name| slips(&typed, name)).min();
            let better = near.filter(|near| best.is_none_or(|(least, _)| *near < least));
            best = better.map(|near| (near, spec.command)).or(best);
        }
    }
    best.map(|(_, command)| command)
}

/// The slips between a typed name and a right one, if they are few enough to ask.
fn slips(typed: &str, name: &str) -> Option<usize> {
    let shorter = typed.len().min(name.len());
    let most = (shorter.saturating_sub(1) / 2).min(2);
    if typed.len().abs_diff(name.len()) > most {
        return None;
    }
    let distance = edit_distance(typed.as_bytes(), name.as_bytes());
    (distance <= most).then_some(distance)
}

/// Letters added, lost, changed, or swapped with their neighbour, to get from `a` to `b`.
fn edit_distance(a: &[u8], b: &[u8]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        rows[i][0] = i;
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}
