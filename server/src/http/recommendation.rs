//! What the public is told in favour of an organisation: that it is on the red list, and that
//! nothing adverse about it is on public display for some years. Facts alone, each with where it
//! is from; nobody is weighed, ordered or compared. It is said of one subject when its file is
//! read, so that there is no list of those who are not on it.
//!
//! Only what is on display counts against it: whoever read that something is missing here would
//! otherwise learn of a record that is not public. Departments ask `clean-record`, which counts
//! what they share.
//!
//! Source: domain.md O28, I01.

use serde_json::{Value, json};
use shouxin_core::decide::clean_from;
use shouxin_core::event::Colour;
use shouxin_core::id::RecordId;
use shouxin_core::keys;
use shouxin_core::limits::ADVERSE_RECORDS_MAX;
use shouxin_core::row::SubjectRow;
use shouxin_core::row::tolerance::counts_as_adverse;
use shouxin_core::time::Day;

use crate::engine::query::Query;
use crate::http::problem::Problem;
use crate::http::read::{self, Sight};

/// What speaks for a subject on `today`; nothing where nothing does.
pub(crate) fn of(
    query: &mut Query<'_>,
    head: &SubjectRow,
    years: u16,
    today: Day,
) -> Result<Value, Problem> {
    let in_force = |colour: Colour| {
        let marks = head.marks.iter().filter(move |own| own.colour == colour && !own.suspended);
        marks.filter(|own| (own.since..=own.until).contains(&today))
    };
    let exemplar: Vec<Value> = in_force(Colour::Red)
        .map(|own| {
            json!({
                "listing": read::case_id(own.case),
                "authority": own.authority,
                "since": own.since,
                "until": own.until,
            })
        })
        .collect();
    let from = clean_from(today, years);
    let free =
        in_force(Colour::Black).next().is_none() && nothing_adverse(query, head, from, today)?;
    let record_free = free.then(|| {
        json!({
            "years": years,
            "from": from,
            "as_of": today,
            "statement": format!(
                "{from} 至 {today} 无依法公示的不良记录 / no adverse record of this time is on public display"
            ),
        })
    });
    Ok(match exemplar.is_empty() && record_free.is_none() {
        true => Value::Null,
        false => json!({"exemplar": exemplar, "record_free": record_free}),
    })
}

/// Whether no adverse record since `from` is on display. Where so many wait for their timer that
/// not all were looked at, nothing is said.
fn nothing_adverse(
    query: &mut Query<'_>,
    head: &SubjectRow,
    from: Day,
    today: Day,
) -> Result<bool, Problem> {
    let (prefix, before) = keys::adverse_from(head.key, from);
    let entries = query.range(&prefix, Some(&before), ADVERSE_RECORDS_MAX)?;
    for id in entries.iter().filter_map(|entry| keys::tail_position(entry)).map(RecordId) {
        let row = query.ask(|rows| rows.must_record(id).cloned())?;
        if counts_as_adverse(&row) && read::record_shown(&row, today, Sight::Public) {
            return Ok(false);
        }
    }
    Ok(entries.len() < ADVERSE_RECORDS_MAX)
}
