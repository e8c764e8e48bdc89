//! Double publicity (双公示): a permit or penalty becomes a record like any other, with the clock of
//! seven working days beside it (domain.md O25, T12, 4.5).

use crate::actor::SubjectKey;
use crate::command::NewRecord;
use crate::command::publicity::{NewDecision, PublicityCommand};
use crate::decide::record::{self, Refused};
use crate::decide::{Context, Drafts, Outcome, Reject, checks};
use crate::event::Event;
use crate::event::publicity::{DecisionKind, Exemption, PublicityEvent};
use crate::id::{Position, RecordId};
use crate::limits::PUBLICITY_BYTES_MAX;
use crate::row::publicity::decision_kind;
use crate::rows::{Rows, Stop};
use crate::rules::{DataItem, Openness, Severity};
use crate::text::Sealed;

pub(super) fn decide(
    rows: &Rows,
    command: &PublicityCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        PublicityCommand::File { kind, decisions, unread } => {
            file(rows, *kind, decisions, unread, context)
        }
    }
}

fn file(
    rows: &Rows,
    kind: DecisionKind,
    decisions: &[NewDecision],
    unread: &[Reject],
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let human = checks::human(context)?;
    let records: Vec<&NewRecord> = decisions.iter().map(|decision| &decision.record).collect();
    checks::batch(records.len() + unread.len())?;
    let mut drafts = Drafts::new(context);
    let mut rejects = unread.to_vec();
    for (place, decision) in decisions.iter().enumerate() {
        let record = &decision.record;
        let checked = record::check(rows, &records, place, &human, context, PUBLICITY_BYTES_MAX)?;
        match checked.and_then(|item| check_own(decision, item, kind)) {
            Ok(item) => {
                let event = record::accepted(record, item, &human, context);
                let at = drafts.push(record.subject, event);
                let private = decision.private.as_ref();
                drafts.push(record.subject, filed(at, record, item, private, context));
            }
            Err((field, reason, detail)) => {
                rejects.push(Reject { index: decision.index, field, reason, detail });
            }
        }
    }
    rejects.sort_by_key(|reject| reject.index);
    Ok(Outcome { drafts: drafts.drafts, rejects })
}

fn check_own<'a>(
    decision: &NewDecision,
    item: &'a DataItem,
    kind: DecisionKind,
) -> Result<&'a DataItem, Refused> {
    if decision_kind(item.class) != Some(kind) {
        let detail = format!("{} 不是该类双公示信息 / not of this kind", item.id);
        return Err(("item", "NOT_IN_DIRECTORY", detail));
    }
    if decision.record.content.as_ref().is_none_or(|content| content.clear_bytes == 0) {
        let detail = "缺少公示内容 / the fields to be shown are missing".to_owned();
        return Err(("content", "CONTENT_LENGTH", detail));
    }
    Ok(item)
}

fn exemption(record: &NewRecord, item: &DataItem) -> Option<Exemption> {
    let personal = |subject: SubjectKey| subject.is_personal();
    if record.withheld {
        Some(Exemption::Privacy)
    } else if personal(record.subject) {
        Some(Exemption::Person)
    } else if record.severity == Some(Severity::Minor) {
        Some(Exemption::Minor)
    } else if item.openness != Openness::Public {
        Some(Exemption::Directory)
    } else {
        None
    }
}

/// The event that stands behind the `record.accepted` of every permit and penalty, whichever way
/// it came in: nobody gets round the clock by submitting a plain record.
pub(super) fn filed(
    at: Position,
    record: &NewRecord,
    item: &DataItem,
    private: Option<&Sealed>,
    context: &Context<'_>,
) -> Event {
    let pack = context.rules.pack(context.today);
    let due = context.rules.calendar.after(record.document_date, pack.double_publicity_wd);
    Event::Publicity(PublicityEvent::Filed {
        record: RecordId(at),
        kind: decision_kind(item.class).unwrap_or(DecisionKind::Permit),
        decided_on: record.document_date,
        due,
        filed_on: context.today,
        late: context.today > due.day,
        exempt: exemption(record, item),
        reason: record.withheld_reason.clone(),
        private: private.cloned(),
    })
}
