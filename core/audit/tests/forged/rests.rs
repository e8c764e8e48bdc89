//! Forgeries about what rests on what: documents of records that are over, what a person answers for on
//! records of their own, and an extension on the listing that it extends.

use super::*;
use forge::kit::steps::Stage;
use forge::rests;
use shouxin_core::event::CaseRef;
use shouxin_core::id::RecordId;

/// What is proposed on the document of a record that was annulled.
pub(super) fn cited(table: &mut Table) {
    let mut world = World::seeded();
    let record = world.with_record();
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    world.must(&handler(), &propose(organisation(1), &[]));
    let what = "a proposal on the document of a record that was annulled";
    table.other("G-FACT", what, &world, |log| {
        let place = log.last("record.accepted");
        log.change(place, |own| {
            if let Event::RecordAccepted { document_number, .. } = &mut own.event {
                *document_number = fact(organisation(1)).number;
            }
        });
        log.at(log.last("listing.proposed")).position
    });
}

/// The same where the record got another document by a correction before that.
pub(super) fn corrected(table: &mut Table) {
    let mut world = World::seeded();
    let record = world.with_record();
    let correct = Command::CorrectRecord {
        record,
        document_number: "尤市监罚〔2026〕改1号".to_owned(),
        document_date: day("2026-01-15"),
        document_sha256: Some(digest(38)),
        content: Some(text()),
        severity: Some(shouxin_core::rules::Severity::Serious),
        reasons: text(),
    };
    world.must(&handler(), &correct);
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    world.must(&handler(), &propose(organisation(1), &[]));
    let what = "a proposal on the first document of a record that was corrected and annulled";
    table.other("G-FACT", what, &world, |log| {
        let place = log.last("record.accepted");
        log.change(place, |own| {
            if let Event::RecordAccepted { document_number, .. } = &mut own.event {
                *document_number = fact(organisation(1)).number;
            }
        });
        log.at(log.last("listing.proposed")).position
    });
    let mut old = World::seeded();
    old.with_record();
    let what = "collected when its longest publicity had passed";
    table.change("G-END", what, &old, "record.accepted", |own| {
        if let Event::RecordAccepted { document_date, publicity_until, .. } = &mut own.event {
            let until = document_date.plus_days(-1826).plus_months(36);
            *document_date = document_date.plus_days(-1826);
            *publicity_until = Some(until);
        }
    });
}

const NAMED: &str = "attribution.records_named";

/// The records that an attribution names.
pub(super) fn named(table: &mut Table) {
    let (world, ..) = rests::answering(Stage::Proposed);
    let what = "an attribution on a record's document without the record";
    table.remove("G-FACT", what, &world, &[NAMED], "attribution.proposed");
    let mut log = Log::of(&world);
    let record = RecordId(log.at(log.place("record.accepted", 0)).position);
    let place = log.last(NAMED);
    log.cut(place);
    let at = log.change(place, |own| {
        if let Event::Listing(ListingEvent::RecordsNamed { records, .. }) = &mut own.event {
            records.push(record);
        }
    });
    let what = "a person answers on the organisation's record";
    table.0.push(Forgery { name: "G-FACT", what, log, at });
    let twice = rests::twice();
    table.other("INV-10", "a record that is not there", &twice, |log| {
        let place = log.last(NAMED);
        log.cut(place);
        log.change(place, |own| {
            if let Event::Listing(ListingEvent::RecordsNamed { records, .. }) = &mut own.event {
                *records = vec![RecordId(Position::local(1))];
            }
        })
    });
    table.other("INV-10", "a person answers twice on one record", &twice, |log| {
        let first = log.at(log.place(NAMED, 0)).clone();
        let Event::Listing(ListingEvent::RecordsNamed { records: before, .. }) = first.event else {
            panic!("records");
        };
        let place = log.last(NAMED);
        log.cut(place);
        log.change(place, |own| {
            if let Event::Listing(ListingEvent::RecordsNamed { records, .. }) = &mut own.event {
                *records = before;
            }
        })
    });
    table.other("INV-2", "the records are said once more", &world, |log| {
        let again = log.at(log.last(NAMED)).clone();
        log.append(again)
    });
    table.change("INV-8", "in another person's file", &world, NAMED, |own| {
        own.subject = Some(person(2));
    });
    table.change(
        "INV-10",
        "the records of no attribution",
        &twice,
        NAMED,
        inner!(Listing, ListingEvent::RecordsNamed, attribution => AttributionId(Position::local(1))),
    );
}

/// What becomes of the person's record reaches what rests on it.
pub(super) fn answers(table: &mut Table) {
    let (effective, ..) = rests::answering(Stage::Effective);
    let mut disputed = effective.clone();
    let record = *forge::kit::courses::held(&disputed).records.last().expect("a record");
    disputed.objection(person(1), Target::Record(record), false);
    let marks = "classification.changed";
    let what = "the person's mark goes on under an objection to the record";
    table.remove("INV-4", what, &disputed, &[marks], "objection.filed");
    let what = "closed before what was ordered on the person's record is lifted";
    table.remove("INV-13", what, &rests::disputed(), &["measure.lifted"], "objection.closed");
    let listed = "listing.annulled";
    let what = "an attribution outlives the record that was annulled";
    table.remove("INV-6", what, &rests::taken_back(Stage::Heard), &[listed], "record.annulled");
    let what = "an attribution outlives the record that was repaired";
    table.remove("INV-6", what, &rests::fallen(), &["listing.dropped"], "record.repaired");
    let what = "an attribution outlives the record that expired";
    table.remove("INV-6", what, &rests::outlived(), &["listing.expired"], "record.expired");
    let gone = [marks, "listing.shortened"];
    let what = "an attribution outlasts the corrected record";
    table.remove("INV-6", what, &rests::shortened(), &gone, "record.corrected");
    let returned = rests::returned();
    let what = "repaired, and the person's record stands";
    table.other("INV-6", what, &returned, |log| {
        let place = log.last("record.repaired");
        log.cut(place);
        log.remove(place);
        log.at(log.last("repair.approved")).position
    });
    let what = "back, and the person's record is not";
    table.other("INV-6", what, &returned, |log| {
        let place = log.last("record.restored");
        log.cut(place);
        log.remove(place);
        log.at(log.last("attribution.restored")).position
    });
    let (served, ..) = rests::answering(Stage::Effective);
    let what = "in effect while the record is disputed";
    table.other("G-NOSUSP", what, &served, |log| {
        let start = log.last("listing.took_effect");
        let mut own = Log::of(&disputed);
        let filed = own.last("objection.filed");
        own.cut(filed);
        let mut own = own.at(filed).clone();
        own.legal_date = log.at(start).legal_date;
        own.recorded_at = log.at(start).recorded_at;
        if let Event::ObjectionFiled { accept_by, .. } = &mut own.event {
            *accept_by = log.rules.calendar.after(own.legal_date, 1);
        }
        log.insert(start, own);
        let start = log.last("listing.took_effect");
        log.cut(start);
        // Its mark says that it is suspended: what is wrong is the start itself.
        let place = log.last(marks);
        log.change(place, marks_of);
        log.at(start).position
    });
    table.other("G-END", "decided to outlast the person's record", &effective, |log| {
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
    let what = "the record is repaired beside what the person answers for";
    let (mut old, ..) = rests::answering(Stage::Effective);
    old.pass(400);
    let asked = ask_repair(shouxin_core::row::Repairable::Attribution(attribution(&old)));
    old.must(&party(person(1)), &asked);
    table.other("INV-6", what, &old, |log| {
        let place = log.last("repair.attribution_applied");
        let record = log.at(log.last("record.accepted")).position;
        log.change(place, |own| {
            let Event::Remedy(RemedyEvent::AttributionRepairApplied {
                proof_sha256,
                commitment_sha256,
                statement,
                accept_by,
                decide_by,
                ..
            }) = own.event.clone()
            else {
                panic!("an application");
            };
            own.event = Event::Remedy(RemedyEvent::RecordRepairApplied {
                record: RecordId(record),
                proof_sha256,
                commitment_sha256,
                statement,
                accept_by,
                decide_by,
            });
        })
    });
}

/// The log of a register, and behind it the last steps of another: they go on while the listing that
/// an extension follows is disputed.
fn gone_on(stage: Stage, steps: &[&str]) -> Forgery {
    let (mut world, listing, by) = rests::extended(stage);
    let mut went_on = world.clone();
    let next = match stage {
        Stage::Heard => Stage::Decided,
        Stage::Decided => Stage::Served,
        _ => Stage::Effective,
    };
    match next {
        Stage::Decided => {
            let decide = decision(CaseRef::Listing(by), 2, &[]);
            went_on.must(&head(), &decide);
        }
        Stage::Served => {
            let service = serve(&went_on, CaseRef::Listing(by));
            went_on.must(&handler(), &service);
        }
        _ => {
            went_on.pass(7);
        }
    }
    world.today = went_on.today;
    world.objection(organisation(1), Target::Listing(listing), false);
    let other = Log::of(&went_on);
    let mut log = Log::of(&world);
    let mut at = None;
    for step in steps {
        let mut own = other.at(other.last(step)).clone();
        (own.legal_date, own.recorded_at) = (world.today, Timestamp::start_of(world.today));
        at = Some(match at {
            None => log.append(own),
            Some(first) => {
                own.cause = Some(first);
                if let Event::ClassificationChanged { in_force } = &mut own.event {
                    in_force.iter_mut().for_each(|mark| mark.suspended = true);
                }
                log.follow(own);
                first
            }
        });
    }
    let what = "an extension goes on while its listing is disputed";
    Forgery { name: "G-NOSUSP", what, log, at: at.expect("a step") }
}

/// An extension and the listing that it extends.
pub(super) fn extensions(table: &mut Table) {
    for (stage, steps) in [
        (Stage::Heard, &["listing.decided"][..]),
        (Stage::Decided, &["decision.served", "deadline.provisional"]),
        (Stage::Served, &["listing.took_effect", "classification.changed"]),
    ] {
        table.0.push(gone_on(stage, steps));
    }
    let (mut answered, listing, by) = rests::extended(Stage::Effective);
    answered.attribution(by, person(1), Stage::Effective);
    answered.objection(organisation(1), Target::Listing(listing), false);
    let what = "a person's mark goes on under an objection to what the listing above extends";
    let marked = &["classification.changed"];
    table.remove("INV-4", what, &answered, marked, "objection.filed");
    let (mut disputed, listing, by) = rests::extended(Stage::Effective);
    disputed.objection(organisation(1), Target::Listing(listing), false);
    let what = "the mark of an extension goes on under an objection to its listing";
    table.other("INV-4", what, &disputed, |log| {
        let place = log.last("classification.changed");
        log.change(place, |own| marks(own).last_mut().expect("its mark").suspended = false)
    });
    assert!(listing < by);
    let dropped = &["listing.dropped"];
    let repaired = rests::extension_repaired(Stage::Heard);
    table.remove("INV-6", "outlives its repaired listing", &repaired, dropped, "listing.removed");
    let relieved = rests::extension_relieved(Stage::Heard);
    table.remove("INV-6", "outlives its relieved listing", &relieved, dropped, "relief.completed");
    let annulled = &["listing.annulled"];
    let back = rests::extension_void(Stage::Heard, false);
    table.remove("INV-6", "outlives a listing taken back", &back, annulled, "listing.revoked");
    let void = rests::extension_void(Stage::Heard, true);
    table.remove("INV-6", "outlives the record below", &void, annulled, "record.annulled");
    let (mut upheld, listing, _) = rests::extended(Stage::Heard);
    let objection = upheld.objection(organisation(1), Target::Listing(listing), false);
    upheld.outcome(objection, Finding::Error);
    let resolved = "objection.resolved";
    table.remove("INV-6", "outlives a void listing", &upheld, annulled, resolved);
    let afterwards = rests::extension_outlasts(Finding::Error);
    let what = "outlives a listing that is void past its last day";
    table.other("INV-6", what, &afterwards, |log| {
        // The one that extends the extension.
        let place = log.last("listing.annulled");
        log.cut(place);
        log.remove(place);
        log.at(log.last(resolved)).position
    });
    let lifted = &["measure.lifted"];
    let what = "done before what was ordered on the extension is lifted";
    table.remove("INV-13", what, &rests::extension_lifted(), lifted, "repair.done");
    let owed = &["redress.owed_by_annulment"];
    let what = "taken back, and nobody owes redress for its extension";
    table.remove("INV-6", what, &rests::extension_redressed(), owed, "listing.revoked");
    let returned = rests::extension_returns(true);
    let what = "an extension comes back under a listing that is void";
    table.other("INV-6", what, &returned, |log| {
        let place = log.last("repair.revocation_lapsed");
        log.cut(place);
        let back = Log::of(&rests::extension_returns(false));
        let mut own = back.at(back.last("listing.restored")).clone();
        if let Event::Remedy(RemedyEvent::RepairedRestored { repair, .. }) = &mut own.event
            && let Event::Remedy(RemedyEvent::RepairRevocationLapsed { repair: lapsed }) =
                &log.at(place).event
        {
            *repair = *lapsed;
        }
        let at = log.change(place, |lapsed| lapsed.event = own.event);
        let mut marked = back.at(back.last("classification.changed")).clone();
        marked.cause = Some(at);
        if let Event::ClassificationChanged { in_force } = &mut marked.event {
            let mut mark = in_force.pop().expect("its mark");
            mark.suspended = false;
            *in_force = vec![mark];
        }
        log.follow(marked);
        at
    });
}

fn marks_of(own: &mut Envelope) {
    for mark in marks(own) {
        mark.suspended |= matches!(mark.case, CaseRef::Attribution(_));
    }
}

fn attribution(world: &World) -> AttributionId {
    *forge::kit::courses::held(world).attributions.first().expect("somebody answers")
}
