//! What of the public face changed, in the order of the log: bounded pages of the index that
//! channels follow too.

use shouxin_core::event::Target;
use shouxin_core::id::Position;
use shouxin_core::keys;
use shouxin_core::path::Path;
use shouxin_core::row::{ListingKind, ListingRow, RedState};
use shouxin_core::time::Day;

use crate::engine::query::Query;
use crate::http::App;
use crate::http::problem::Problem;
use crate::http::reads::envelope;

/// More than one event can change: a record and all listings that rest on it.
const CHANGES_PER_EVENT_MAX: usize = 32;

/// Changes in order, and whether there are more behind them.
pub(crate) struct Changes {
    /// What changed, and the event by which it did.
    pub found: Vec<(Position, Target)>,
    /// There are more.
    pub more: bool,
}

/// About `count` changes after `after`. All changes of an event are in one page, so that the
/// position of an event is a cursor.
pub(crate) fn changes(
    query: &Query<'_>,
    after: Position,
    count: usize,
) -> Result<Changes, Problem> {
    let after = keys::public_changes_after(after);
    let wanted = count.saturating_add(CHANGES_PER_EVENT_MAX);
    let entries = query.range(keys::PUBLIC_CHANGES, Some(&after), wanted)?;
    let all = entries.iter().filter_map(|entry| keys::read_public_change(entry));
    let mut found: Vec<(Position, Target)> = Vec::new();
    for (at, target) in all {
        if found.len() >= count && found.last().is_some_and(|(last, _)| *last != at) {
            return Ok(Changes { found, more: true });
        }
        found.push((at, target));
    }
    Ok(Changes { found, more: entries.len() == wanted })
}

/// The position before the first event of a day. Days only rise in the log, so a few reads of it
/// find the place, however long it is.
pub(crate) fn before_day(app: &App, day: Day) -> Result<Position, Problem> {
    let (mut low, mut high) = (0, app.engine.view.applied().next);
    while low < high {
        let middle = low + (high - low) / 2;
        if envelope(app, Position::local(middle))?.legal_date < day {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(Position::local(low.saturating_sub(1)))
}

/// The day on which a listing that is not shown ended; the day of the answer where it was only
/// taken off display.
pub(crate) fn listing_withdrawn_on(row: &ListingRow, today: Day) -> Day {
    let on = match &row.kind {
        ListingKind::Black { case, .. } => match &case.path {
            Path::Ended(ended) => Some(ended.on),
            other => other.served().map(|served| served.decided.decision.end.plus_days(1)),
        },
        ListingKind::Red(red) => match &red.state {
            RedState::Active { until, .. } | RedState::Expired { until, .. } => {
                Some(until.plus_days(1))
            }
            _ => None,
        },
    };
    on.filter(|on| *on <= today).unwrap_or(today)
}
