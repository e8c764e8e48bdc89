//! Which index entries each row stands for: the one place that says it.

use crate::event::{CaseRef, Colour};
use crate::path::{DecisionCase, Path};
use crate::row::tolerance::counts_as_adverse;
use crate::row::*;
use crate::time::Day;

/// The days on which a timer has to look at a case on the decision path.
fn case_due(case: &DecisionCase) -> Vec<Day> {
    let step = match &case.path {
        Path::Noticed(noticed) => Some(noticed.notice.window.day.plus_days(1)),
        // A start may have been put off beyond the end: then it ends without having had effect.
        Path::Served(served) => {
            Some(served.starts_on.min(served.decided.decision.end.plus_days(1)))
        }
        Path::Effective(effective) => Some(effective.served.decided.decision.end.plus_days(1)),
        _ => None,
    };
    let decision = case.decision_due().map(|by| by.day.plus_days(1));
    // How many days it has for its service the rules say to whoever looks.
    let service = case.unserved_since().map(|on| on.plus_days(1));
    let mut days: Vec<Day> = [step, decision, service].into_iter().flatten().collect();
    days.dedup();
    // Whose deadlines have all been marked late waits for people alone, and no timer's day comes; a
    // walk over everything that runs, when the rules change, still finds it.
    if days.is_empty() && !matches!(case.path, Path::Ended(_)) {
        days.push(Day::MAX);
    }
    days
}

fn record_entries(row: &RecordRow, entries: &mut Vec<Index>) {
    social::record_entries(row, entries);
    publicity::record_entries(row, entries);
    task::record(row, entries);
    entries.push(Index::SubjectRecord(row.subject, row.id));
    if matches!(row.openness, Openness::Public | Openness::GovShared) {
        entries.push(Index::SharedChange(row.changed, row.id));
    }
    if row.polarity == Polarity::Adverse && row.state == RecordState::Accepted {
        entries.push(Index::StandingAdverse(row.subject, row.id));
    }
    if counts_as_adverse(row) {
        entries.push(Index::AdverseRecord(row.subject, row.document_date, row.id));
    }
    if let (RecordState::Accepted, Some(until)) = (row.state, row.publicity_until) {
        entries.push(Index::Due(until.plus_days(1), Due::Record(row.id)));
    }
    if let Some(on) = row.archived_from() {
        entries.push(Index::Due(on, Due::Record(row.id)));
    }
}

fn listing_entries(row: &ListingRow, entries: &mut Vec<Index>) {
    entries.push(Index::SubjectListing(row.subject, row.id));
    task::listing(row, entries);
    match &row.kind {
        ListingKind::Black { case, .. } => {
            for day in case_due(case) {
                entries.push(Index::Due(day, Due::Case(CaseRef::Listing(row.id))));
            }
            if matches!(&case.path, Path::Effective(effective) if effective.published) {
                entries.push(Index::Published(Colour::Black, row.id));
            }
        }
        ListingKind::Red(red) => {
            if red.is_noticed_publicly(row.subject) {
                entries.push(Index::Noticed(row.id));
            }
            if let (RedState::Active { .. }, Some(own)) = (&red.state, red.owed) {
                entries.push(Index::RevocationOwed(red.authority, row.id));
                // Marked late, it is looked at still: what made it due may come to its end.
                let due = Due::Case(CaseRef::Listing(row.id));
                entries.push(Index::Due(own.owed.by.day.plus_days(1), due));
            }
            if let RedState::Active { until, published, .. } = &red.state {
                let ends = Index::Due(until.plus_days(1), Due::Case(CaseRef::Listing(row.id)));
                // Both may be due on the same day, and one entry stands for both.
                if !entries.contains(&ends) {
                    entries.push(ends);
                }
                if *published {
                    entries.push(Index::Published(Colour::Red, row.id));
                }
            }
        }
    }
}

fn measure_entries(row: &MeasureRow, entries: &mut Vec<Index>) {
    entries.push(Index::SubjectMeasure(row.subject, row.id));
    task::measure(row, entries);
    entries.push(Index::Worklist(row.department.clone(), row.state.name(), row.id));
    entries.push(Index::Family(row.listing, row.id));
    // What is put off has no day until it has effect again.
    let running = !row.put_off;
    if let MeasureState::Dispatched { respond_by, overdue: false } = &row.state
        && running
    {
        entries.push(Index::Due(respond_by.day.plus_days(1), Due::Measure(row.id)));
    }
    let dated = match row.annulled_on {
        // Annulled before anybody executed it, it is closed at once.
        Some(on) => row.state.never_executed().then_some(on),
        None => (row.state.never_executed() || (row.state.owes_undoing() && !row.expired))
            .then(|| row.until.plus_days(1)),
    };
    if let Some(day) = dated {
        let entry = Index::Due(day, Due::Measure(row.id));
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    if row.lift.is_some_and(|own| own.overdue) {
        entries.push(Index::Worklist(row.department.clone(), LIFT_OVERDUE, row.id));
    }
    let telling = row.telling.map(|own| own.owed);
    let execution = row.execution.filter(|_| running);
    let owed = [row.feedback, execution, row.lift, telling, row.dispatch];
    for owed in owed.into_iter().flatten().filter(|own| !own.overdue) {
        let entry = Index::Due(owed.by.day.plus_days(1), Due::Measure(row.id));
        // Several may be due on the same day, and one entry stands for all.
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    if let MeasureState::Executing { order, .. } = &row.state
        && let (Some(plugin), Remote::Nothing) = (&order.plugin, row.remote)
    {
        entries.push(Index::Owed(plugin.clone(), row.id));
    }
    if let Some(plugin) = row.dead_letter() {
        entries.push(Index::DeadLetter(plugin.to_owned(), row.id));
        entries.push(Index::DeadOn(plugin.to_owned(), row.subject, row.id));
    }
    if let (Some(plugin), Some(_)) = (&row.touched_by, row.courtesy) {
        entries.push(Index::Courtesy(plugin.clone(), row.id));
    }
}

/// Every index entry that a row stands for.
pub fn derived(row: &Row) -> Vec<Index> {
    let mut entries = Vec::new();
    match row {
        Row::Subject(row) => {
            social::subject_entries(row, &mut entries);
            search::subject_entries(row, &mut entries);
            match row.erasure {
                Some(Erasure::Proposed { .. }) => entries.push(Index::ErasureProposed(row.key)),
                Some(Erasure::Erased { key_destroyed: false, .. }) => {
                    entries.push(Index::Erased(row.key));
                }
                Some(Erasure::Erased { .. }) | None => {}
            }
        }
        Row::Record(record) => record_entries(record, &mut entries),
        Row::Listing(listing) => listing_entries(listing, &mut entries),
        Row::Attribution(row) => {
            entries.push(Index::SubjectAttribution(row.person, row.id));
            task::attribution(row, &mut entries);
            for day in case_due(&row.case) {
                entries.push(Index::Due(day, Due::Case(CaseRef::Attribution(row.id))));
            }
        }
        Row::Measure(measure) => measure_entries(measure, &mut entries),
        Row::Objection(row) => {
            entries.push(Index::SubjectObjection(row.subject, row.id));
            task::objection(row, &mut entries);
            let due = match &row.state {
                ObjectionState::Filed { accept_by } => Some(accept_by.day),
                ObjectionState::Verifying { verify_by, overdue: false } => Some(verify_by.day),
                _ => row.office_due().map(|own| own.day),
            };
            if let Some(day) = due {
                entries.push(Index::Due(day.plus_days(1), Due::Objection(row.id)));
            }
            if matches!(row.state, ObjectionState::Resolved { .. }) {
                entries.push(Index::Closing(Closing::Objection(row.id)));
            }
        }
        Row::Repair(row) => {
            entries.push(Index::SubjectRepair(row.subject, row.id));
            task::repair(row, &mut entries);
            match &row.state {
                RepairState::Propagating => {
                    entries.push(Index::Closing(Closing::Repair(row.id)));
                }
                RepairState::Revoked { starts_on, .. } => {
                    entries.push(Index::Due(*starts_on, Due::Repair(row.id)));
                }
                _ => {}
            }
            for by in row.late_after() {
                let entry = Index::Due(by.day.plus_days(1), Due::Repair(row.id));
                // Both may be due on the same day, and one entry stands for both.
                if !entries.contains(&entry) {
                    entries.push(entry);
                }
            }
        }
        Row::Remedy(row) => {
            entries.push(Index::SubjectRemedy(row.subject, row.id));
            task::remedy(row, &mut entries);
            if !matches!(row.state, RemedyState::Decided(_)) {
                entries.push(Index::TargetRemedy(row.target, row.id));
            }
        }
        Row::Relief(row) => entries.push(Index::SubjectRelief(row.subject, row.id)),
        Row::CourtDocument(row) => {
            entries.push(Index::SubjectCourtDocument(row.subject, row.id));
        }
        Row::Publicity(row) => publicity::entries(row, &mut entries),
        Row::Commitment(row) => {
            commitment::entries(row, &mut entries);
            task::commitment(row, &mut entries);
        }
        Row::Social(row) => {
            entries.extend(row.entries().into_iter().map(Index::Social));
            match row {
                social::SocialRow::CaseStudy(own) => entries.extend(task::case_study(own)),
                social::SocialRow::MemberNote(own) => entries.extend(task::member_note(own)),
                _ => {}
            }
        }
        Row::Tolerance(row) => {
            tolerance::entries(row, &mut entries);
            task::tolerance(row, &mut entries);
        }
        Row::CreditReview(row) => {
            entries.push(Index::SubjectCreditReview(row.subject, row.id));
        }
        Row::Untold(row) => entries.push(Index::Untold(row.plugin.clone(), row.at)),
        Row::ApiKey(row) => entries.push(Index::ApiKeys(row.key_id.clone())),
        Row::Assessment(row) => {
            entries.push(Index::Assessments(row.id));
            task::assessment(row, &mut entries);
        }
        Row::DepartmentDocument(row) => {
            entries.push(Index::DepartmentDocuments(row.department.clone(), row.at));
        }
        Row::CatalogueEntry(row) => entries.push(Index::CatalogueEntries(row.id)),
        _ => {}
    }
    if let Some((subject, until, at)) = keep::kept(row) {
        entries.push(Index::Keeps(subject, until, at));
    }
    let clocks = clock::provisional(row).into_iter();
    entries.extend(clocks.map(|(clock, _)| Index::Provisional(clock)));
    entries
}
