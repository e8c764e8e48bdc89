//! What of the public face changed, in the order of the log: bounded pages of the index that
//! channels follow too.

use shouxin_core::event::Target;
use shouxin_core::id::Position;
use shouxin_core::keys;
use shouxin_core::path::Path;
use shouxin_core::row::commitment::CommitmentRow;
use shouxin_core::row::{ListingKind, ListingRow, RecordRow, RedState};
use shouxin_core::time::Day;

use crate::engine::query::Query;
use crate::http::App;
use crate::http::problem::Problem;
use crate::http::reads::envelope;

/// More than one event can change: a record and all listings that rest on it.
const CHANGES_PER_EVENT_MAX: usize = 32;

/// Changes in order, and how far they go.
pub(crate) struct Changes {
    /// What changed, and the event by which it did.
    pub found: Vec<(Position, Target)>,
    /// The last event they cover, where there are more behind it.
    pub end: Option<Position>,
}

impl Changes {
    /// About `count` of the entries of an index. All changes of an event are in one page, so that
    /// the position of an event is a cursor.
    fn of(
        query: &Query<'_>,
        prefix: &[u8],
        after: &[u8],
        count: usize,
        read: impl Fn(&[u8]) -> Option<(Position, Target)>,
    ) -> Result<Changes, Problem> {
        let wanted = count.saturating_add(CHANGES_PER_EVENT_MAX);
        let entries = query.range(prefix, Some(after), wanted)?;
        let mut found: Vec<(Position, Target)> = Vec::new();
        for (at, target) in entries.iter().filter_map(|entry| read(entry)) {
            if let Some((last, _)) = found.last().filter(|_| found.len() >= count)
                && *last != at
            {
                let end = Some(*last);
                return Ok(Changes { found, end });
            }
            found.push((at, target));
        }
        let end = found.last().filter(|_| entries.len() == wanted).map(|(at, _)| *at);
        Ok(Changes { found, end })
    }
}

/// About `count` changes of what is public after `after`.
pub(crate) fn public(query: &Query<'_>, after: Position, count: usize) -> Result<Changes, Problem> {
    let from = keys::public_changes_after(after);
    Changes::of(query, keys::PUBLIC_CHANGES, &from, count, keys::read_public_change)
}

/// About `count` changes after `after` of records that departments share, each at its newest, and
/// of listings and commitments on public display.
pub(crate) fn shared(query: &Query<'_>, after: Position, count: usize) -> Result<Changes, Problem> {
    let listings = public(query, after, count)?;
    let from = keys::shared_changes_after(after);
    let read = |entry: &[u8]| {
        keys::read_shared_change(entry).map(|(at, record)| (at, Target::Record(record)))
    };
    let records = Changes::of(query, keys::SHARED_CHANGES, &from, count, read)?;
    // Behind the nearer end one of the two may have more.
    let end = [listings.end, records.end].into_iter().flatten().min();
    let listings = listings.found.into_iter();
    let listings =
        listings.filter(|(_, target)| matches!(target, Target::Listing(_) | Target::Commitment(_)));
    let mut found: Vec<(Position, Target)> = listings.chain(records.found).collect();
    found.retain(|(at, _)| end.is_none_or(|end| *at <= end));
    found.sort_unstable();
    Ok(Changes { found, end })
}

/// The position before the first event of a day. Days only rise in the log, so a few reads of it
/// find the place, however long it is.
pub(crate) fn before_day(app: &App, day: Day) -> Result<Position, Problem> {
    let (mut low, mut high) = (0, app.engine.view.applied().next);
    while low < high {
        let middle = low + (high - low) / 2;
        if envelope(&app.engine, Position::local(middle))?.legal_date < day {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(Position::local(low.saturating_sub(1)))
}

/// The day on which a record that is not shown ended; the day of the answer where it was only
/// taken off display.
pub(crate) fn record_withdrawn_on(row: &RecordRow, today: Day) -> Day {
    let over = row.publicity_until.map(|until| until.plus_days(1));
    row.ended_on.or(over).filter(|on| *on <= today).unwrap_or(today)
}

/// The day from which the finding that a commitment was broken is over; none where none is.
pub(crate) fn finding_over_on(row: &CommitmentRow) -> Option<Day> {
    let case = row.breach.as_ref()?;
    match &case.path {
        Path::Ended(ended) => Some(ended.on),
        path => path.served().map(|served| served.decided.decision.end.plus_days(1)),
    }
}

/// The same of a listing.
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
