//! Forgeries about objections, ends, the red list, records, and the order of the log.

use super::*;
use crate::forge::ended;
use shouxin_core::event::CaseRef;
use shouxin_core::event::publicity::PublicityEvent;
use shouxin_core::id::{ListingId, RecordId};
use shouxin_core::rules::FactKind;

pub(super) fn objections(table: &mut Table) {
    let rejected = lives::disputed(Finding::Correct);
    let upheld = lives::disputed(Finding::Error);
    table.other("INV-4", "disputed and not suspended", &rejected, |log| {
        let filed = log.last("objection.filed");
        let marked = (filed.0, filed.1 + 1);
        log.cut(marked);
        log.change(marked, |own| marks(own)[0].suspended = false)
    });
    table.other("INV-4", "a suspension that a commit forgets", &listed().0, |log| {
        let mut objected = listed().0;
        let listing = forge::kit::later::listing_of(&objected);
        objected.objection(organisation(1), Target::Listing(listing), false);
        *log = Log::of(&objected).without("classification.changed");
        log.at(log.last("objection.filed")).position
    });
    table.other("INV-4", "a first objection that does not suspend", &listed().0, |log| {
        let mut objected = listed().0;
        let listing = forge::kit::later::listing_of(&objected);
        objected.objection(organisation(1), Target::Listing(listing), false);
        *log = Log::of(&objected).without("classification.changed");
        log.change(log.last("objection.filed"), set!(ObjectionFiled, suspends => false))
    });
    table.change(
        "G-DOC",
        "a court's document of no effect",
        &further::argued(),
        "court_document.filed",
        inner!(Remedy, RemedyEvent::CourtDocumentFiled, effect => no_text()),
    );
    let filed = "court_document.filed";
    table.change(
        "G-FACT",
        "filed as a court's and of no court",
        &further::argued(),
        filed,
        |own| {
            if let Event::Remedy(RemedyEvent::CourtDocumentFiled { document, .. }) = &mut own.event
            {
                document.issuer = "尤溪县市场监督管理局".to_owned();
            }
        },
    );
    table.other("INV-5", "a timer ends a suspension", &rejected, |log| {
        let place = log.last("objection.resolved");
        log.cut(place);
        log.change(place, |own| own.actor = Actor::System)
    });
    table.other("INV-5", "in force again with no outcome", &rejected, |log| {
        let filed = log.last("objection.filed");
        let marked = (filed.0, filed.1 + 1);
        log.cut(marked);
        let mut own = log.at(marked).clone();
        marks(&mut own)[0].suspended = false;
        log.append(own)
    });
    table.remove(
        "INV-5",
        "resolved with nothing verified",
        &rejected,
        &["assessment.result_due", "verification.reported"],
        "objection.resolved",
    );
    table.remove(
        "INV-6",
        "upheld, and nobody owes redress",
        &upheld,
        &["redress.opened"],
        "objection.resolved",
    );
    table.change(
        "G-4EYES",
        "who nominated it turns the objection away",
        &ended::honour_turned_away(),
        "objection.refused",
        by(&clerk()),
    );
    table.change(
        "G-NOTICE",
        "an honour taken by a complaint",
        &further::honour_disputed(),
        "verification.reported",
        set!(VerificationReported, finding => Finding::Error),
    );
    table.change(
        "INV-4",
        "a stay uses up the first objection",
        &further::disputed_while_stayed(),
        "objection.filed",
        set!(ObjectionFiled, suspends => false),
    );
    table.other("INV-6", "the listing outlives its record", &upheld, |log| {
        let place = log.last("listing.annulled");
        log.cut(place);
        // As a rejection would leave the marks: in force again.
        let resolved = Log::of(&rejected);
        let said = resolved.commits[resolved.last("objection.resolved").0].clone();
        let commit = &mut log.commits[place.0];
        commit.retain(|own| !matches!(own.event, Event::CaseAnnulled { .. }));
        commit.retain(|own| own.event.name() != "attribution.ended");
        for own in commit.iter_mut() {
            let same = said.iter().find(|other| {
                other.subject == own.subject && other.event.name() == "classification.changed"
            });
            if let (Event::ClassificationChanged { .. }, Some(same)) = (&own.event, same) {
                own.event = same.event.clone();
            }
        }
        let first = commit[0].position.sequence;
        for (at, own) in (first..).zip(commit.iter_mut()) {
            own.position = Position::local(at);
        }
        Position::local(first)
    });
    table.change(
        "G-COMPETENT",
        "another unit verifies",
        &rejected,
        "verification.reported",
        |own| {
            own.actor = implementer().actor;
        },
    );
    table.change(
        "G-4EYES",
        "who made it verifies it",
        &rejected,
        "verification.reported",
        by(&handler()),
    );
    table.change("DEADLINE", "longer to verify", &rejected, "objection.referred", |own| {
        if let Event::ObjectionReferred { verify_by, .. } = &mut own.event {
            verify_by.day = verify_by.day.plus_days(3);
        }
    });
    table.other("INV-13", "settled before the plugin answered", &rejected, |log| {
        *log = log.clone().without("measure.resumption_confirmed");
        // The last one answers the outcome; an earlier change is settled by what came after it.
        let place = log.last("family.settled");
        log.cut(place);
        log.at(place).position
    });
    table.change(
        "G-4EYES",
        "who decided before reviews it",
        &lives::reviewed(false),
        "review.decided",
        by(&clerk()),
    );
    table.other("DEADLINE", "given up too early", &lives::reviewed(false), |log| {
        let place = log.last("objection.unverified");
        let early = log.at(place).legal_date.plus_days(-30);
        log.date(place, early);
        log.change(place, |own| {
            if let Event::Remedy(RemedyEvent::Unverified { service, .. }) = &mut own.event {
                service.on = early;
            }
        });
        log.cut(place);
        let overdue = log.last("objection.overdue");
        log.remove(overdue);
        log.at(log.last("objection.unverified")).position
    });
}

pub(super) fn ends(table: &mut Table) {
    let repaired = lives::repaired();
    table.change(
        "G-REPAIR-PROOF",
        "no proof",
        &repaired,
        "repair.applied",
        set!(RepairApplied, proof_sha256 => Vec::new()),
    );
    table.other("G-REPAIR-PERIOD", "before its period has passed", &repaired, |log| {
        let place = log.last("repair.applied");
        log.cut(place);
        let early = log.at((place.0 - 1, 0)).legal_date;
        log.date(place, early);
        let calendar = log.rules.calendar.clone();
        log.change(place, |own| {
            if let Event::RepairApplied { accept_by, decide_by, .. } = &mut own.event {
                *accept_by = calendar.after(early, 2);
                *decide_by = calendar.after(early, 10);
            }
        })
    });
    table.change(
        "G-4EYES",
        "who took it in approves it",
        &repaired,
        "repair.approved",
        by(&handler()),
    );
    table.other("INV-6", "repaired, and still listed", &repaired, |log| {
        let place = log.last("listing.removed");
        log.cut(place);
        let commit = &mut log.commits[place.0];
        commit.retain(|own| {
            !matches!(own.event, Event::CaseRemoved { .. } | Event::ClassificationChanged { .. })
        });
        let first = commit[0].position.sequence;
        for (at, own) in (first..).zip(commit.iter_mut()) {
            own.position = Position::local(at);
        }
        Position::local(first)
    });
    table.other("INV-6", "removed by nobody's approval", &repaired, |log| {
        let place = log.last("listing.removed");
        log.cut(place);
        let removed = log.at(place).clone();
        let marked = log.at((place.0, place.1 + 1)).clone();
        let records = log.commits.pop().expect("the commit").len() - 3;
        assert_eq!(records, 1, "approval, removal, classification, one record");
        let last = log.commits.last().expect("a commit").last().expect("an event").position;
        let at = Position::local(last.sequence + 1);
        let marked =
            Envelope { position: Position::local(at.sequence + 1), cause: Some(at), ..marked };
        log.commits.push(vec![Envelope { position: at, cause: None, ..removed }, marked]);
        at
    });
    table.remove(
        "INV-13",
        "done while the portal still shows it",
        &repaired,
        &["channel.confirmed"],
        "repair.done",
    );
    table.remove(
        "INV-13",
        "done while a measure stands",
        &repaired,
        &["assessment.feedback_due", "measure.lifted"],
        "repair.done",
    );
    table.other("DEADLINE", "expired before its day", &lives::silent(), |log| {
        let place = log.last("listing.expired");
        log.cut(place);
        for place in [place, (place.0, place.1 + 1)] {
            log.date(place, end());
        }
        log.at(place).position
    });
    let restored = lives::restored();
    table.other("INV-2", "restored before its day", &restored, |log| {
        let place = log.last("listing.restored");
        log.cut(place);
        let early = log.at(place).legal_date.plus_days(-1);
        for own in 0..log.commits[place.0].len() {
            log.date((place.0, own), early);
        }
        log.at(place).position
    });
    table.remove(
        "G-NOTICE",
        "a repair revoked without notice",
        &restored,
        &["repair.revocation_stated", "repair.revocation_noticed"],
        "repair.revoked",
    );
    let shorter = lives::suit(RemedyOutcome::Changed { end: day("2026-12-31") });
    table.other("INV-3", "a suit that lengthens", &shorter, |log| {
        let place = log.last("listing.shortened");
        log.cut(place);
        let later = end().plus_days(30);
        let subject = log.at((place.0, 0)).subject;
        let mut forged = place;
        for own in 0..log.commits[place.0].len() {
            // What its person answers for ends as the court said.
            if log.at((place.0, own)).subject != subject {
                continue;
            }
            log.change((place.0, own), |envelope| match &mut envelope.event {
                Event::Remedy(RemedyEvent::RemedyDecided { outcome, .. }) => {
                    *outcome = RemedyOutcome::Changed { end: later };
                }
                Event::Listing(ListingEvent::Shortened { end, .. }) => {
                    *end = later;
                    forged = (place.0, own);
                }
                Event::ClassificationChanged { in_force } => {
                    let own = in_force.iter_mut().filter(|mark| mark.until < end());
                    own.for_each(|mark| mark.until = later);
                }
                _ => {}
            });
        }
        log.at(forged).position
    });
    for (what, gone) in [("the listing", 2), ("its person", 1)] {
        table.other("INV-6", "a suit that shortens is not applied", &shorter, |log| {
            // The last two of the name are the listing's and the person's.
            let name = "listing.shortened";
            let place = log.last(name);
            log.cut(place);
            let mut at = place;
            if gone == 2 {
                at.1 = (0..place.1)
                    .rev()
                    .find(|own| log.at((place.0, *own)).event.name() == name)
                    .unwrap_or_else(|| panic!("{what}"));
            }
            // Nobody is told of an earlier end either.
            let subject = log.at(at).subject;
            for own in at.1 + 1..log.commits[at.0].len() {
                if log.at((at.0, own)).subject != subject {
                    continue;
                }
                log.change((at.0, own), |own| {
                    if let Event::ClassificationChanged { in_force } = &mut own.event {
                        in_force.iter_mut().for_each(|mark| mark.until = end());
                    }
                });
            }
            log.remove(at);
            log.at(log.last("remedy.decided")).position
        });
    }
    table.remove(
        "INV-6",
        "a suit that was right restores nobody",
        &lives::suit(RemedyOutcome::Revoked),
        &["redress.owed"],
        "remedy.decided",
    );
    let upheld = lives::suit(RemedyOutcome::Upheld);
    table.change(
        "G-COMPETENT",
        "the authority whose act was challenged says that it was right",
        &upheld,
        "remedy.decided",
        by(&handler()),
    );
    table.change("G-FACT", "no court ruled", &upheld, "remedy.decided", |event| {
        if let Event::Remedy(RemedyEvent::RemedyDecided { document, .. }) = &mut event.event {
            document.kind = FactKind::AdministrativeDecision;
        }
    });
    table.change("G-FACT", "a judgment of no court", &upheld, "remedy.decided", |event| {
        if let Event::Remedy(RemedyEvent::RemedyDecided { document, .. }) = &mut event.event {
            document.issuer = "尤溪县市场监督管理局".to_owned();
        }
    });
}

/// What an objection puts right without ending it.
pub(super) fn put_right(table: &mut Table) {
    let reported = "verification.reported";
    let supplemented = further::put_right(Finding::Supplemented);
    let said = "record.supplemented";
    for (world, gone, what) in [
        (&further::put_right(Finding::Corrected), "record.corrected", "nothing corrected"),
        (&supplemented, said, "nothing supplemented"),
        (&further::put_right(Finding::DisplayStopped), "listing.display_ended", "still shown"),
    ] {
        table.remove("INV-6", what, world, &[gone], reported);
    }
    table.change(
        "G-FACT",
        "a supplement with no document",
        &supplemented,
        said,
        inner!(Record, RecordEvent::Supplemented, document_sha256 => None),
    );
    table.change("G-COMPETENT", "another unit adds to it", &supplemented, said, by(&implementer()));
    table.change(
        "INV-10",
        "a version is left out",
        &supplemented,
        said,
        inner!(Record, RecordEvent::Supplemented, version => 2),
    );
    table.other("INV-2", "added to with no objection", &supplemented, |log| {
        let place = log.last(said);
        let actor = log.at(place).actor.clone();
        let mut event = log.at(place).event.clone();
        if let Event::Record(RecordEvent::Supplemented { version, .. }) = &mut event {
            *version = 2;
        }
        let last = (log.commits.len() - 1, 0);
        let own = Envelope { actor, ..log.like(last, event) };
        log.append(own)
    });
    table.change(
        "G-COMPETENT",
        "another unit takes a listing off display",
        &further::put_right(Finding::DisplayStopped),
        "listing.display_ended",
        by(&implementer()),
    );
    // What was put right stands; it is not said to be void.
    table.other("INV-5", "rejected, though it was corrected", &supplemented, |log| {
        let place = log.last("objection.resolved");
        log.cut(place);
        log.commits[place.0].retain(|own| !matches!(own.event, Event::RedressOpened { .. }));
        log.change(place, set!(ObjectionResolved, upheld => false))
    });
}

/// By when the office owes the result of an objection, and the outcome of a review.
pub(super) fn office_times(table: &mut Table) {
    let late = further::office_late();
    table.change("DEADLINE", "more days for the result", &late, "assessment.result_due", |own| {
        if let Event::Assessment(AssessmentEvent::ResultDue { due, .. }) = &mut own.event {
            due.day = due.day.plus_days(1);
        }
    });
    for (name, asked, what) in [
        ("assessment.result_overdue", "assessment.result_due", "a result late on its last day"),
        ("assessment.review_overdue", "review.requested", "a review late on its last day"),
    ] {
        table.other("DEADLINE", what, &late, |log| {
            let last = match &log.at(log.last(asked)).event {
                Event::Assessment(AssessmentEvent::ResultDue { due, .. }) => due.day,
                Event::Remedy(RemedyEvent::ReviewRequested { decide_by, .. }) => decide_by.day,
                other => panic!("{other:?}"),
            };
            let place = log.last(name);
            log.cut(place);
            log.date(place, last);
            log.at(place).position
        });
    }
    table.other("INV-10", "a result late that was served", &late, |log| {
        let own = log.at(log.last("assessment.result_overdue")).clone();
        let last = log.at((log.commits.len() - 1, 0)).clone();
        let late = Envelope { event: own.event, subject: None, actor: Actor::System, ..last };
        log.append(late)
    });
    for (name, what) in [
        ("assessment.result_late", "a result in time is said to be late"),
        ("assessment.review_late", "a review in time is said to be late"),
    ] {
        table.change("DEADLINE", what, &late, name, |own| {
            let today = own.legal_date;
            if let Event::Assessment(
                AssessmentEvent::ResultLate { due, .. } | AssessmentEvent::ReviewLate { due, .. },
            ) = &mut own.event
            {
                due.day = today;
            }
        });
    }
}

/// What stops the clock of a verification, and for how long.
pub(super) fn testing(table: &mut Table) {
    let tested = further::tested();
    let (begun, ended) = ("objection.testing_begun", "objection.testing_ended");
    table.change(
        "G-BASIS-RANK",
        "no law stops the clock",
        &tested,
        begun,
        inner!(Remedy, RemedyEvent::TestingBegun, basis => vec![cite("plan")]),
    );
    table.change(
        "G-BASIS",
        "nothing is said to stop it",
        &tested,
        begun,
        inner!(Remedy, RemedyEvent::TestingBegun, basis => Vec::new()),
    );
    table.change("G-COMPETENT", "another unit stops it", &tested, begun, by(&implementer()));
    table.change("G-HUMAN", "a timer stops it", &tested, begun, |own| own.actor = Actor::System);
    table.change(
        "DEADLINE",
        "stopped before the provider had it",
        &tested,
        begun,
        inner!(Remedy, RemedyEvent::TestingBegun, from => day("2026-01-05")),
    );
    for name in [begun, ended] {
        table.change("DEADLINE", "stopped for longer than it took", &tested, name, |own| {
            if let Event::Remedy(
                RemedyEvent::TestingBegun { verify_by, .. }
                | RemedyEvent::TestingEnded { verify_by, .. },
            ) = &mut own.event
            {
                verify_by.day = verify_by.day.plus_days(1);
            }
        });
    }
    table.other("INV-2", "stopped twice", &tested, |log| {
        let place = log.last(begun);
        log.cut(place);
        let again = log.at(place).clone();
        log.append(again)
    });
    table.remove(
        "INV-2",
        "reported while it is tested",
        &tested,
        &[ended],
        "verification.reported",
    );
}

pub(super) fn red(table: &mut Table) {
    let world = lives::red();
    table.change("G-CONSENT", "a person who did not consent", &world, "listing.nominated", |own| {
        own.subject = Some(person(1));
    });
    table.remove(
        "G-PUBLIC-NOTICE",
        "no public notice",
        &world,
        &["public_notice.opened"],
        "red_listing.decided",
    );
    table.other("G-RED-CHECK", "an open adverse record", &world, |log| {
        let mut adverse = World::seeded();
        adverse.must(&handler(), &submit(organisation(2), "尤市监罚〔2026〕9号"));
        let record = Log::of(&adverse);
        let own = record.at(record.last("record.accepted")).clone();
        let checked = log.last("listing.checked");
        let at = log.insert(checked, own);
        // With what is said of its publicity, in one commit.
        let own = record.at(record.last("publicity.filed")).clone();
        let checked = log.last("listing.checked");
        log.insert(checked, own);
        let place = log.last("publicity.filed");
        let mut filed = log.commits.remove(place.0).remove(0);
        filed.cause = Some(at);
        inner!(Publicity, PublicityEvent::Filed, record => RecordId(at))(&mut filed);
        log.commits[place.0 - 1].push(filed);
        let checked = log.last("listing.checked");
        log.cut(checked);
        log.at(checked).position
    });
    table.change(
        "G-RED-CHECK",
        "closed for a record that is not there",
        &world,
        "listing.checked",
        set!(NominationChecked, adverse_records => vec![RecordId(Position::local(1))]),
    );
    table.change(
        "G-RED-CHECK",
        "closed for a listing that is not there",
        &world,
        "listing.checked",
        set!(NominationChecked, black => vec![CaseRef::Listing(ListingId(Position::local(1)))]),
    );
    table.other("G-END", "a red listing for ever", &world, |log| {
        let place = log.last("red_listing.decided");
        log.cut(place);
        log.change((place.0, place.1 + 1), |own| marks(own)[0].until = day("2036-01-01"));
        log.change(place, set!(RedListingDecided, until => day("2036-01-01")))
    });
    let revoked = lives::red_revoked();
    table.remove(
        "G-NOTICE",
        "a red listing revoked without notice",
        &revoked,
        &["red_listing.revocation_stated", "red_listing.revocation_noticed"],
        "red_listing.revoked",
    );
}

pub(super) fn records(table: &mut Table) {
    let (world, _) = listed();
    let accepted = "record.accepted";
    table.change("G-FACT", "no document", &world, accepted, |own| {
        set!(RecordAccepted, document_sha256 => None)(own);
    });
    table.change("G-NOTICE", "the party was not told", &world, accepted, |own| {
        set!(RecordAccepted, notified => None)(own);
    });
    table.change("DEADLINE", "shown longer", &world, accepted, |own| {
        if let Event::RecordAccepted { publicity_until: Some(until), .. } = &mut own.event {
            *until = until.plus_days(1);
        }
    });
    table.change(
        "INV-3",
        "a correction that is shown longer",
        &lives::beside(),
        "record.corrected",
        |own| {
            let Event::Record(shouxin_core::event::record::RecordEvent::Corrected {
                publicity_until: Some(until),
                ..
            }) = &mut own.event
            else {
                panic!("a correction");
            };
            *until = day("2030-01-01");
        },
    );
}

pub(super) fn order(table: &mut Table) {
    let (world, _) = listed();
    let marked = "classification.changed";
    table.change("INV-3", "a mark that lasts longer", &world, marked, |own| {
        marks(own)[0].until = end().plus_days(1);
    });
    table.change("INV-7", "a mark of another author", &world, marked, |own| {
        marks(own)[0].authority = forge::kit::authority(forge::kit::rules::TAX);
    });
    table.other("INV-8", "a person is marked for the organisation", &world, |log| {
        let mut own = log.at(log.last(marked)).clone();
        own.subject = Some(person(1));
        log.append(own)
    });
    table.other("INV-1", "listed with no decision", &world, |log| {
        let proposed = log.last("listing.proposed");
        let mut own = log.at(log.last(marked)).clone();
        let day = log.at(proposed).legal_date;
        log.cut(proposed);
        own.actor = Actor::System;
        let at = log.append(own);
        let place = log.last(marked);
        log.date(place, day);
        at
    });
    table.other("INV-6", "ended, and still listed", &lives::silent(), |log| {
        let place = log.last("listing.expired");
        log.cut(place);
        let whole = marks(&mut log.at(log.place(marked, 0)).clone()).clone();
        let own = (place.0, place.1 + 1);
        log.change(own, |own| *marks(own) = whole)
    });
    table.other("INV-10", "recorded before the event before it", &world, |log| {
        let place = log.last("listing.decided");
        log.cut(place);
        let early = log.at(place).legal_date.plus_days(-1);
        log.change(place, |own| own.recorded_at = own.recorded_at.plus_ms(-1));
        // Its own day is then the day before, and everything it states is judged by that day.
        log.change(place, |own| own.legal_date = early);
        log.at(place).position
    });
    table.change("INV-10", "a gap", &world, "listing.decided", |own| {
        own.position = Position::local(own.position.sequence + 1);
    });
    table.change("INV-10", "a cause that comes later", &world, "listing.decided", |own| {
        own.cause = Some(Position::local(own.position.sequence + 1));
    });
    table.change("INV-10", "other rules", &world, "listing.decided", |own| own.rules = None);
    table.change(
        "INV-10",
        "a measure that is not there",
        &lives::listing(),
        "measure.accepted",
        |own| {
            set!(MeasureAccepted, measure => MeasureId(Position::local(1)))(own);
        },
    );
}
