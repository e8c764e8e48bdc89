//! Dead letters: what a plugin gave up or was not told, and nobody has answered for.
//!
//! A letter is named by what it is about: `M-0.1042` is a case whose execution was given up, `0.1042`
//! the position of a classification change that did not arrive.

use serde_json::{Value, json};
use shouxin_core::command::Command;
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::row::Index;

use crate::engine::Engine;
use crate::engine::query::{Query, QueryError};

/// Letters of one page at most.
pub const PAGE_MAX: usize = 1000;

/// What a letter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// An execution that was given up.
    Case(MeasureId),
    /// A classification change that did not arrive.
    Information(Position),
}

impl std::str::FromStr for Letter {
    type Err = String;

    fn from_str(text: &str) -> Result<Letter, String> {
        let case = text.parse().map(Letter::Case);
        case.or_else(|_| text.parse().map(Letter::Information)).map_err(|_| {
            format!("{text} 不是死信编号 / is no dead letter: M-0.1042, or a position 0.1042")
        })
    }
}

impl std::fmt::Display for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Letter::Case(id) => id.fmt(f),
            Letter::Information(at) => at.fmt(f),
        }
    }
}

/// One page of a plugin's dead letters: cases first, then information, each by number.
///
/// # Errors
/// The view cannot be read.
pub fn page(
    engine: &Engine,
    plugin: &str,
    after: Option<Letter>,
    limit: usize,
) -> Result<Value, QueryError> {
    let limit = limit.clamp(1, PAGE_MAX);
    let mut query = Query::new(engine.view.read());
    let mut letters = Vec::new();
    let mut last = None;
    let mut more = false;
    if !matches!(after, Some(Letter::Information(_))) {
        let after = match after {
            Some(Letter::Case(id)) => Some(id.0),
            _ => None,
        };
        let entry = Index::DeadLetter(plugin.to_owned(), MeasureId(Position::local(0)));
        let (found, others) = query.page(&entry, after, limit)?;
        more = others;
        for id in found.into_iter().map(MeasureId) {
            let row = query.ask(|rows| rows.must_measure(id).cloned())?;
            let order = row.last_order.as_ref();
            letters.push(json!({
                "letter": id.to_string(),
                "kind": "case",
                "measure": row.measure,
                "department": row.department,
                "fault": row.fault,
                "ordered_at": order.map(|own| own.at.to_string()),
                "ordered_by": order.map(|own| own.by.to_string()),
                "valid_until": row.until,
            }));
            last = Some(Letter::Case(id));
        }
    }
    if !more && letters.len() < limit {
        let after = match after {
            Some(Letter::Information(at)) => Some(at),
            _ => None,
        };
        let entry = Index::Untold(plugin.to_owned(), Position::local(0));
        let (found, others) = query.page(&entry, after, limit - letters.len())?;
        more = others;
        for at in found {
            letters.push(json!({"letter": at.to_string(), "kind": "information"}));
            last = Some(Letter::Information(at));
        }
    } else if !more {
        // The page is full with cases; information may follow them.
        let entry = Index::Untold(plugin.to_owned(), Position::local(0));
        more = !query.page(&entry, None, 1)?.0.is_empty();
    }
    let next = last.filter(|_| more).map(|letter| letter.to_string());
    Ok(json!({"letters": letters, "next": next}))
}

/// Whether a letter is one of this plugin's.
///
/// # Errors
/// The view cannot be read.
pub fn is_of(engine: &Engine, plugin: &str, letter: Letter) -> Result<bool, QueryError> {
    let mut query = Query::new(engine.view.read());
    match letter {
        Letter::Case(id) => match query.ask(|rows| rows.must_measure(id).cloned()) {
            Ok(row) => Ok(row.dead_letter() == Some(plugin)),
            Err(QueryError::NotThere(_)) => Ok(false),
            Err(error) => Err(error),
        },
        Letter::Information(at) => {
            let key = shouxin_core::row::Key::Untold { plugin: plugin.to_owned(), at };
            Ok(query.row(&key)?.is_some())
        }
    }
}

/// The command by which a case goes to its plugin again; information is told again by the dispatcher.
pub fn retry(case: MeasureId) -> Command {
    Command::RetryDeadLetter { measure: case }
}
