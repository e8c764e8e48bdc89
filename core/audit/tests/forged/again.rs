//! Forgeries about a second measure case of the same kind.

use shouxin_core::time::Day;

use super::*;
use crate::forge::again;

/// Another case like the last one, opened behind everything else.
fn reopened(log: &mut Log, last: Option<Day>) -> Position {
    let place = log.last("measure.initiated");
    let newest = log.commits.last().and_then(|own| own.last()).expect("an event").clone();
    let mut own = log.at(place).clone();
    (own.legal_date, own.recorded_at) = (newest.legal_date, newest.recorded_at);
    if let (Event::MeasureInitiated { until, .. }, Some(day)) = (&mut own.event, last) {
        *until = day;
    }
    log.append(own)
}

pub(super) fn again(table: &mut Table) {
    let open = lives::listing();
    table.other("INV-10", "a case of what is open", &open, |log| {
        let place = log.last("measure.executed");
        log.cut(place);
        reopened(log, None)
    });
    table.other("INV-3", "taken again after it was annulled", &again::annulled(), |log| {
        reopened(log, None)
    });
    table.other("INV-3", "prolonged behind its own last day", &again::over(), |log| {
        reopened(log, Some(day("2027-03-01")))
    });
    table.change(
        "INV-3",
        "what came back lasts longer than it did",
        &again::came_back(),
        "measure.initiated",
        set!(MeasureInitiated, until => day("2027-03-02")),
    );
    let tried = "a failed attempt that was closed, and opened anew";
    table.other("INV-3", tried, &again::given_up(), |log| reopened(log, Some(day("2027-03-01"))));
}
