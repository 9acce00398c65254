//! The terminal on which a demo is shown: its width, whether it takes colours, and that somebody still reads it.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::demo::Narrator;
use crate::demo::shown::{Event, Shown, Style};
use crate::locale::Locale;

/// Columns of a terminal that does not say how many it has, and most columns used: longer lines read badly.
const WIDEST: usize = 80;
/// Fewest columns used.
const NARROWEST: usize = 40;

/// The variables of the process.
pub(super) type Environment = BTreeMap<String, String>;

/// Where events are shown, line by line as they come.
#[derive(Clone)]
pub(super) struct Terminal {
    written: Arc<Mutex<(Shown, Box<dyn Write + Send>)>>,
    gone: CancellationToken,
}

impl Terminal {
    /// Shows on standard output, or, where that is left to a document, on standard error.
    pub fn new(document: bool, environment: &Environment) -> Self {
        if document {
            let err = std::io::stderr();
            Self::over(style(err.is_terminal(), environment), Box::new(err))
        } else {
            let out = std::io::stdout();
            Self::over(style(out.is_terminal(), environment), Box::new(out))
        }
    }

    fn over(style: Style, out: Box<dyn Write + Send>) -> Self {
        let shown = Shown::new(style, Locale::vietnamese());
        Self { written: Arc::new(Mutex::new((shown, out))), gone: CancellationToken::new() }
    }

    /// Shows an event. Where nobody reads any more, nothing is shown and [`Terminal::gone`] ends.
    pub fn show(&self, event: &Event) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let (shown, out) = &mut *written;
        let text: String = shown.lines(event).into_iter().map(|line| line + "\n").collect();
        if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
            self.gone.cancel();
        }
    }

    /// Shows the story's events.
    pub fn narrator(&self) -> Narrator {
        let terminal = self.clone();
        Arc::new(move |event: &Event| terminal.show(event))
    }

    /// Ends when whoever read has gone: the pipe is closed.
    pub async fn gone(&self) {
        self.gone.cancelled().await;
    }
}

fn style(is_terminal: bool, environment: &Environment) -> Style {
    let set = |name: &str| environment.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let columns = set("COLUMNS").and_then(|columns| columns.parse::<usize>().ok());
    Style {
        width: columns.unwrap_or(WIDEST).clamp(NARROWEST, WIDEST),
        // https://no-color.org: set and not empty.
        colour: is_terminal && set("NO_COLOR").is_none() && set("TERM") != Some("dumb"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pipe whose reader has gone.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn colours_are_for_terminals_whose_owner_wants_them() {
        let with = |name: &str, value: &str| Environment::from([(name.to_owned(), value.to_owned())]);
        let plain = Environment::new();
        assert!(style(true, &plain).colour && !style(false, &plain).colour);
        assert!(!style(true, &with("NO_COLOR", "1")).colour && style(true, &with("NO_COLOR", "")).colour);
        assert!(!style(true, &with("TERM", "dumb")).colour);
        let columns = |columns: &str| style(true, &with("COLUMNS", columns)).width;
        assert_eq!([columns("60"), columns("200"), columns("1"), columns("many")], [60, 80, 40, 80]);
    }

    #[tokio::test]
    async fn a_reader_who_has_gone_is_noticed_and_nothing_panics() {
        let terminal = Terminal::over(Style { width: 80, colour: false }, Box::new(Closed));
        terminal.show(&Event::Note("Thôn 03".to_owned()));
        terminal.gone().await;
    }
}
