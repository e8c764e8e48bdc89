//! Forgeries about what rests on a record: what ends with it, and what may not outlast it.

use super::*;
use forge::kit::steps::Stage;

/// Repair, expiry and correction of a record, and the listings on it.
pub(super) fn endings(table: &mut Table) {
    table.remove(
        "INV-6",
        "a proposal outlives the record that was repaired",
        &further::fallen(Stage::Heard),
        &["listing.dropped"],
        "record.repaired",
    );
    table.other(
        "INV-6",
        "a listing outlives the record that was repaired",
        &further::fallen(Stage::Served),
        |log| {
            let place = log.last("listing.removed");
            log.remove(place);
            log.at(log.last("record.repaired")).position
        },
    );
    table.remove(
        "INV-6",
        "a case outlives the record that expired",
        &further::outlived(),
        &["listing.expired"],
        "record.expired",
    );
    table.remove(
        "INV-6",
        "a listing outlasts the corrected record",
        &further::shortened(),
        &["classification.changed", "listing.shortened"],
        "record.corrected",
    );
    table.other("G-END", "decided to outlast its record", &further::under_a_listing(), |log| {
        // The record's own last day is brought before the end of the decision.
        let place = log.last("record.accepted");
        let early = log.at(place).legal_date.plus_days(-400);
        let rules = log.rules.pack(early).publicity_serious_months.1;
        log.change(place, |own| {
            if let Event::RecordAccepted { document_date, publicity_until, .. } = &mut own.event {
                *document_date = early;
                *publicity_until = Some(early.plus_months(rules));
            }
        });
        let place = log.last("listing.decided");
        log.cut(place);
        log.at(place).position
    });
}

/// A decision and its service, marked late on the last day for it.
pub(super) fn late(table: &mut Table) {
    let world = further::case_late();
    let decided = Log::of(&world);
    let served_by = decided.at(decided.last("listing.decided")).legal_date;
    let days = i32::from(decided.rules.pack(served_by).serve_within_days);
    let Event::ListingProposed { decide_by, .. } =
        decided.at(decided.last("listing.proposed")).event
    else {
        panic!("a proposal");
    };
    for (name, what, last) in [
        ("assessment.case_decision_overdue", "a case marked late on its last day", decide_by.day),
        (
            "assessment.case_service_overdue",
            "a service marked late on its last day",
            served_by.plus_days(days),
        ),
    ] {
        table.other("DEADLINE", what, &world, |log| {
            let place = log.last(name);
            log.cut(place);
            log.date(place, last);
            log.at(place).position
        });
    }
}

/// What an extension may stand beside, and what a proposal has to name.
pub(super) fn proposals(table: &mut Table) {
    table.other("INV-3", "a second open extension", &further::extended(), |log| {
        let place = log.last("listing.extension_proposed");
        log.cut(place);
        let commit = log.commits.last().expect("a commit").clone();
        let proposed = log.append(commit[0].clone());
        let own = commit.last().expect("its last event").clone();
        log.keep_rule(commit[1].clone(), proposed);
        let at = Position { sequence: proposed.sequence + 2, ..proposed };
        let last = log.commits.last_mut().expect("a commit");
        last.push(Envelope { position: at, cause: Some(proposed), ..own });
        let extended = last.last_mut().expect("an event");
        if let Event::Listing(ListingEvent::ExtensionProposed { by, .. }) = &mut extended.event {
            by.0 = proposed;
        }
        // Both rest on the record of their listing: the twin of the first is the second.
        let record = |own: &mut Envelope| {
            if let Event::ListingProposed { records, facts, .. } = &mut own.event {
                records.clear();
                // Nor does it rest on the paper of the first.
                *facts = vec![ruling(organisation(1))];
                facts[0].sha256 = digest(90);
            }
        };
        let place = (log.commits.len() - 1, 0);
        log.change(place, record);
        at
    });
    let mut log = Log::of(&further::extended());
    let place = log.place("listing.proposed", 0);
    let number = match &log.at(place).event {
        Event::ListingProposed { facts, .. } => facts[0].number.clone(),
        other => panic!("{other:?}"),
    };
    let accepted = log.last("record.accepted");
    log.change(accepted, |own| {
        if let Event::RecordAccepted { document_number, .. } = &mut own.event {
            *document_number = number;
        }
    });
    let at = log.change(place, |own| {
        if let Event::ListingProposed { records, .. } = &mut own.event {
            records.clear();
        }
    });
    log.cut(place);
    let what = "a proposal on a record's document without the record";
    table.0.push(Forgery { name: "G-FACT", what, log, at });
}
