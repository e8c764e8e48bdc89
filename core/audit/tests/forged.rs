//! Forged logs: every event is well formed and every position right, only the meaning of one is
//! corrupted. The audit names the guard or invariant, at that event, and nothing else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test a failure is what they are for"
)]

mod forge;

use std::collections::BTreeSet;

use forge::kit::later::listed;
use forge::kit::rules::{
    COURT, HEARING, INFORMATION, JUSTICE, NO_LIAISON, STATUTE, UNPUBLISHED, WITHOUT_REPAIR, cite,
    day,
};
use forge::kit::steps::*;
use forge::kit::{World, organisation, party, person};
use forge::{Log, lives};
use shouxin_audit::INVARIANTS;
use shouxin_core::actor::Actor;
use shouxin_core::event::remedy::{RemedyEvent, RemedyOutcome};
use shouxin_core::event::{Envelope, Event, Finding, Mark, NamedMeasure, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::rules::Executor;

/// What no stored event can show, and why.
const UNSEEN: &[(&str, &str)] = &[
    ("G-CLOCK", "whether starts were stopped is a state of the process, not of the log"),
    ("INV-9", "no event has a field for it: the sealed store is outside the log"),
];

/// One forged log: what was done, what the audit has to say, and where.
struct Forgery {
    name: &'static str,
    what: &'static str,
    log: Log,
    at: Position,
}

#[derive(Default)]
struct Table(Vec<Forgery>);

impl Table {
    /// Corrupts the last event of a name; the log ends with its commit.
    fn change(
        &mut self,
        name: &'static str,
        what: &'static str,
        world: &World,
        event: &str,
        to: impl FnOnce(&mut Envelope),
    ) {
        let mut log = Log::of(world);
        let place = log.last(event);
        let at = log.change(place, to);
        log.cut(place);
        self.0.push(Forgery { name, what, log, at });
    }

    /// Leaves events out; the audit says so at the last event of another name.
    fn remove(
        &mut self,
        name: &'static str,
        what: &'static str,
        world: &World,
        gone: &[&str],
        event: &str,
    ) {
        let mut log = Log::of(world);
        let until = log.last(event);
        log.cut(until);
        for gone in gone {
            log = log.without(gone);
        }
        let at = log.at(log.last(event)).position;
        self.0.push(Forgery { name, what, log, at });
    }

    /// Any other forgery.
    fn other(
        &mut self,
        name: &'static str,
        what: &'static str,
        world: &World,
        forge: impl FnOnce(&mut Log) -> Position,
    ) {
        let mut log = Log::of(world);
        let at = forge(&mut log);
        self.0.push(Forgery { name, what, log, at });
    }
}

fn marks(own: &mut Envelope) -> &mut Vec<Mark> {
    match &mut own.event {
        Event::ClassificationChanged { in_force } => in_force,
        other => panic!("{other:?}"),
    }
}

/// A change of one field of an event's variant.
macro_rules! set {
    ($variant:ident, $field:ident => $value:expr) => {
        |own: &mut Envelope| match &mut own.event {
            Event::$variant { $field, .. } => *$field = $value,
            other => panic!("{other:?}"),
        }
    };
}

fn by(who: &forge::kit::Who) -> impl FnOnce(&mut Envelope) + use<> {
    let actor = who.actor.clone();
    move |own| own.actor = actor
}

fn proposals(table: &mut Table) {
    let (world, _) = listed();
    let proposed = "listing.proposed";
    table.change("G-HUMAN", "a timer proposes", &world, proposed, |own| own.actor = Actor::System);
    table.change("G-COMPETENT", "another department proposes", &world, proposed, |own| {
        own.actor = implementer().actor;
        if let (Event::ListingProposed { authority, .. }, Actor::Officer(officer)) =
            (&mut own.event, &own.actor)
        {
            *authority = officer.authority;
        }
    });
    table.change(
        "G-BASIS",
        "a repealed law",
        &world,
        proposed,
        set!(ListingProposed, basis => vec![cite("law"), cite("repealed")]),
    );
    table.change(
        "G-BASIS-RANK",
        "the plan alone",
        &world,
        proposed,
        set!(ListingProposed, basis => vec![cite("plan")]),
    );
    table.change(
        "G-FACT",
        "another subject's document",
        &world,
        proposed,
        set!(ListingProposed, facts => vec![fact(organisation(2))]),
    );
    table.change("G-FACT", "no act", &world, proposed, set!(ListingProposed, act => no_text()));
    table.change(
        "G-REPAIR-RULE",
        "no repair rule",
        &world,
        proposed,
        set!(ListingProposed, behaviour => WITHOUT_REPAIR.to_owned()),
    );
    table.change("G-END", "a later cap", &world, proposed, |own| {
        if let Event::ListingProposed { cap, .. } = &mut own.event {
            *cap = cap.plus_days(1);
        }
    });
    table.change("DEADLINE", "longer to decide", &world, proposed, |own| {
        if let Event::ListingProposed { decide_by, .. } = &mut own.event {
            decide_by.day = decide_by.day.plus_days(1);
        }
    });
    let held = lives::attribution();
    let attributed = "attribution.proposed";
    table.change(
        "G-PERSON",
        "a document about the organisation",
        &held,
        attributed,
        set!(AttributionProposed, facts => vec![fact(organisation(1))]),
    );
    table.change("G-CAPACITY", "a person of limited capacity", &held, attributed, |own| {
        own.subject = Some(person(3));
        if let Event::AttributionProposed { facts, .. } = &mut own.event {
            *facts = vec![fact(person(3))];
        }
    });
    table.other("G-NOSUSP", "proposed on a disputed record", &world, |log| {
        let proposal = log.last(proposed);
        let mut objected = world.clone();
        let record = forge::kit::courses::held(&objected).records[0];
        objected.objection(organisation(1), Target::Record(record), false);
        let objection = Log::of(&objected);
        let mut own = objection.at(objection.last("objection.filed")).clone();
        own.legal_date = log.at(proposal).legal_date;
        own.recorded_at = log.at(proposal).recorded_at;
        if let Event::ObjectionFiled { accept_by, .. } = &mut own.event {
            *accept_by = log.rules.calendar.after(own.legal_date, 1);
        }
        log.insert(proposal, own);
        let at = log.last(proposed);
        log.cut(at);
        log.at(at).position
    });
}

fn hearings(table: &mut Table) {
    let world = lives::listing();
    let noticed = "prenotice.served";
    table.change(
        "G-NOTICE",
        "a notice that states no reasons",
        &world,
        noticed,
        set!(NoticeServed, reasons => no_text()),
    );
    table.change(
        "G-NOTICE",
        "a hearing that is due and not offered",
        &world,
        noticed,
        set!(NoticeServed, hearing_offered => false),
    );
    table.change("G-NOTICE", "served before the proposal", &world, noticed, |own| {
        if let Event::NoticeServed { service, window, .. } = &mut own.event {
            service.on = service.on.plus_days(-7);
            window.day = window.day.plus_days(-7);
        }
    });
    table.change("DEADLINE", "a shorter window", &world, noticed, |own| {
        if let Event::NoticeServed { window, .. } = &mut own.event {
            window.day = window.day.plus_days(-1);
        }
    });
    let gone = ["statement.window_closed", noticed];
    table.remove(
        "G-NOTICE",
        "a listing without notice",
        &lives::silent(),
        &gone,
        "listing.decided",
    );
    table.remove("G-NOTICE", "heard about nothing", &listed().0, &[noticed], "statement.received");
    let decided = "listing.decided";
    table.remove("G-HEARD", "nobody was heard", &listed().0, &["statement.received"], decided);
    table.remove("G-HEARD", "the hearing was not held", &world, &["hearing.held"], decided);
    table.change("G-HEARD", "a point without an answer", &world, decided, |own| {
        if let Event::CaseDecided { answers, .. } = &mut own.event {
            answers.pop();
        }
    });
    table.change(
        "G-4EYES",
        "the proposer holds the hearing",
        &world,
        "hearing.held",
        by(&handler()),
    );
    table.other("G-HEARD", "the window is closed on its last day", &lives::silent(), |log| {
        let place = log.last("statement.window_closed");
        let last = log.at(place).legal_date.plus_days(-1);
        log.date(place, last);
        log.cut(place);
        log.at(place).position
    });
    table.change("G-HUMAN", "somebody else's statement", &world, "statement.received", |own| {
        own.actor = party(organisation(2)).actor;
    });
    table.other("INV-2", "a second notice", &world, |log| {
        let own = log.at(log.last("prenotice.served")).clone();
        let before = log.last("statement.received");
        let at = log.insert(before, own);
        log.cut(log.last("prenotice.served"));
        at
    });
}

fn decisions(table: &mut Table) {
    let world = lives::listing();
    let decided = "listing.decided";
    table.change("G-HUMAN", "a timer decides", &world, decided, |own| own.actor = Actor::System);
    table.change("G-4EYES", "no head decides", &world, decided, by(&colleague()));
    table.change("G-4EYES", "the proposer decides", &world, decided, by(&handler()));
    table.change(
        "G-COMPETENT",
        "another authority's head decides",
        &world,
        decided,
        by(&forge::kit::later::office_head()),
    );
    table.change(
        "G-DOC",
        "no removal conditions",
        &world,
        decided,
        set!(CaseDecided, removal_conditions => no_text()),
    );
    table.change(
        "G-DOC",
        "no document",
        &world,
        decided,
        set!(CaseDecided, document_sha256 => [0; 32]),
    );
    table.change(
        "G-END",
        "a later end date",
        &world,
        decided,
        set!(CaseDecided, end => day("2033-01-01")),
    );
    table.change("G-PROP", "no proportionality", &world, decided, |own| {
        if let Event::CaseDecided { measures, .. } = &mut own.event {
            measures[0].proportionality = no_text();
        }
    });
    table.change("G-NOTICE", "a measure that was not announced", &world, decided, |own| {
        if let Event::CaseDecided { measures, .. } = &mut own.event {
            measures.push(named(COURT));
        }
    });
    table.change(
        "G-PUBLISHED",
        "a measure that is not published",
        &world,
        "prenotice.served",
        |own| {
            if let Event::NoticeServed { measures, .. } = &mut own.event {
                measures.push(named(UNPUBLISHED));
            }
        },
    );
    table.other("INV-3", "extended by a second decision", &world, |log| {
        let mut own = log.at(log.last(decided)).clone();
        set!(CaseDecided, end => day("2029-03-01"))(&mut own);
        let before = log.last("decision.served");
        let at = log.insert(before, own);
        log.cut(log.last(decided));
        at
    });
    let served = "decision.served";
    table.remove("INV-1", "there is no decision to serve", &world, &[decided], served);
    table.other("G-SERVED", "served before it was decided", &lives::silent(), |log| {
        let place = log.last(served);
        let at = log.change(place, |own| {
            if let Event::DecisionServed { service, .. } = &mut own.event {
                service.on = service.on.plus_days(-1);
            }
        });
        log.cut(place);
        at
    });
    table.change("G-SERVED", "within the standstill", &world, served, |own| {
        if let Event::DecisionServed { starts_on, .. } = &mut own.event {
            *starts_on = starts_on.plus_days(-1);
        }
    });
    table.change(
        "G-SERVED",
        "without the repair guide",
        &world,
        served,
        set!(DecisionServed, repair_guide_sha256 => [0; 32]),
    );
    table.remove(
        "G-SERVED",
        "effect without service",
        &world,
        &["classification.changed", served],
        "listing.took_effect",
    );
    table.other("INV-2", "effect before its day", &world, |log| {
        let place = log.last(served);
        let mut day = None;
        log.change(place, |own| {
            if let Event::DecisionServed { starts_on, .. } = &mut own.event {
                *starts_on = starts_on.plus_days(1);
                day = Some(*starts_on);
            }
        });
        let marked = log.last("classification.changed");
        log.change(marked, |own| marks(own)[0].since = day.expect("a day"));
        log.cut(marked);
        log.at(log.last("listing.took_effect")).position
    });
    let held = lives::attribution();
    table.change(
        "G-OPEN",
        "a person's listing is published",
        &held,
        "listing.took_effect",
        set!(CaseTookEffect, published => true),
    );
}

fn measures(table: &mut Table) {
    let mut world = World::seeded();
    let all = [STATUTE, HEARING, COURT, INFORMATION];
    let listing = world.listing(&[], &all, Stage::Effective);
    world.measure(listing, STATUTE, Progress::Executed);
    let opened = "measure.initiated";
    let to = |id: &'static str| {
        move |own: &mut Envelope| match &mut own.event {
            Event::MeasureInitiated { measure, .. } => *measure = id.to_owned(),
            other => panic!("{other:?}"),
        }
    };
    table.change("G-COURT", "no court orders it", &world, opened, to(COURT));
    table.change("G-NO-ORDER", "an order to a market body", &world, opened, to(INFORMATION));
    table.change("G-PUBLISHED", "not published", &world, opened, to(UNPUBLISHED));
    table.change("G-NAMED", "the decision does not name it", &listed_with(), opened, to(HEARING));
    table.change(
        "G-BASIS-RANK",
        "no statute",
        &world,
        opened,
        set!(MeasureInitiated, basis => vec![cite("plan")]),
    );
    table.change(
        "G-PROP",
        "no reasons",
        &world,
        opened,
        set!(MeasureInitiated, reasons => no_text()),
    );
    table.change(
        "G-END",
        "longer than its listing",
        &world,
        opened,
        set!(MeasureInitiated, until => end().plus_days(1)),
    );
    table.change(
        "G-DOC",
        "another decision",
        &world,
        opened,
        set!(MeasureInitiated, decision_number => "尤市监信〔2026〕9号".to_owned()),
    );
    table.change(
        "G-PERSON",
        "a person without attribution",
        &lives::attribution(),
        opened,
        set!(MeasureInitiated, attribution => None),
    );
    table.other("G-LIAISON", "nobody there receives it", &world, |log| {
        let add = |own: &mut Envelope| match &mut own.event {
            Event::NoticeServed { measures, .. } | Event::CaseDecided { measures, .. } => {
                let department = JUSTICE.to_owned();
                measures.push(NamedMeasure { department, ..named(NO_LIAISON) });
            }
            other => panic!("{other:?}"),
        };
        log.change(log.last("prenotice.served"), add);
        log.change(log.last("listing.decided"), add);
        let place = log.last(opened);
        log.cut(place);
        log.change(place, |own| {
            if let Event::MeasureInitiated { measure, department, .. } = &mut own.event {
                (*measure, *department) = (NO_LIAISON.to_owned(), JUSTICE.to_owned());
            }
        })
    });
    let gone = ["classification.changed", "listing.took_effect", "decision.served"];
    table.remove("G-SERVED", "a measure before service", &world, &gone, opened);
    table.remove("INV-2", "a measure before the start", &world, &gone[..2], opened);
    let sent = "measure.dispatched";
    table.remove("G-NOTICE", "the subject was not told", &world, &["measure.notice_served"], sent);
    table.other("INV-11", "no longer published", &world, |log| {
        let place = log.last(sent);
        log.reload(place, |rules| {
            rules.measures.iter_mut().for_each(|own| own.published = own.id != STATUTE);
        });
        let place = log.last(sent);
        log.cut(place);
        log.at(place).position
    });
    table.other("INV-12", "an order to a market body is dispatched", &world, |log| {
        let place = log.last(sent);
        log.reload(place, |rules| {
            let own = rules.measures.iter_mut().find(|own| own.id == STATUTE);
            own.expect("it is there").executor = Executor::InformationOnly;
        });
        let place = log.last(sent);
        log.cut(place);
        log.at(place).position
    });
    table.change("DEADLINE", "longer to respond", &world, sent, |own| {
        if let Event::MeasureDispatched { respond_by, .. } = &mut own.event {
            respond_by.day = respond_by.day.plus_days(1);
        }
    });
    let ordered = "execution.ordered";
    table.change("G-COMPETENT", "another department orders", &world, ordered, by(&handler()));
    table.change("G-HUMAN", "a plugin orders", &world, ordered, by(&forge::kit::plugin()));
    table.remove("G-HUMAN", "nobody ordered it", &world, &[ordered], "measure.executed");
    table.remove("INV-2", "nobody accepted it", &world, &["measure.accepted"], ordered);
    table.other("G-NOSUSP", "execution while suspended", &world, |log| {
        let mut objected = World::seeded();
        let listing = objected.listing(&[], &all, Stage::Effective);
        objected.measure(listing, STATUTE, Progress::Accepted);
        objected.objection(organisation(1), Target::Listing(listing), false);
        let own = log.at(log.last(ordered)).clone();
        *log = Log::of(&objected);
        log.append(own)
    });
    table.other("INV-5", "resumed by a timer", &lives::disputed(Finding::Correct), |log| {
        let place = log.last("measure.resumption_confirmed");
        log.cut(place);
        log.change(place, |own| own.actor = Actor::System)
    });
    table.change(
        "G-COMPETENT",
        "another plugin answers",
        &lives::listing(),
        "measure.executed",
        |own| own.actor = Actor::Plugin { name: "other".to_owned(), version: "1".to_owned() },
    );
    table.other("INV-6", "lifted while it is in force", &world, |log| {
        let place = log.last("measure.executed");
        let measure = match &log.at(place).event {
            Event::MeasureExecuted { measure, .. } => *measure,
            other => panic!("{other:?}"),
        };
        let event =
            Event::MeasureLifted { measure, reference: "尤税办〔2026〕8号".to_owned() };
        log.append(log.like(place, event))
    });
}

/// A listing whose decision names one measure only, with a case of it.
fn listed_with() -> World {
    let (mut world, listing) = listed();
    world.measure(listing, STATUTE, Progress::Initiated);
    world
}

fn objections(table: &mut Table) {
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
        &["verification.reported"],
        "objection.resolved",
    );
    table.other("INV-6", "the listing outlives its record", &upheld, |log| {
        let place = log.last("listing.annulled");
        log.cut(place);
        // As a rejection would leave the marks: in force again.
        let resolved = Log::of(&rejected);
        let said = resolved.commits[resolved.last("objection.resolved").0].clone();
        let commit = &mut log.commits[place.0];
        commit.retain(|own| !matches!(own.event, Event::CaseAnnulled { .. }));
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
        let place = log.place("family.settled", 0);
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

fn ends(table: &mut Table) {
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
        &["measure.lifted"],
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
        for own in 0..log.commits[place.0].len() {
            log.change((place.0, own), |own| match &mut own.event {
                Event::Listing(shouxin_core::event::listing::ListingEvent::Shortened {
                    end,
                    ..
                }) => *end = later,
                Event::ClassificationChanged { in_force } => {
                    let own = in_force.iter_mut().filter(|mark| mark.until < end());
                    own.for_each(|mark| mark.until = later);
                }
                _ => {}
            });
        }
        log.at(place).position
    });
}

fn red(table: &mut Table) {
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
        log.insert(checked, own);
        let checked = log.last("listing.checked");
        log.cut(checked);
        log.at(checked).position
    });
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

fn records(table: &mut Table) {
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

fn order(table: &mut Table) {
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

fn table() -> Vec<Forgery> {
    let mut table = Table::default();
    proposals(&mut table);
    hearings(&mut table);
    decisions(&mut table);
    measures(&mut table);
    objections(&mut table);
    ends(&mut table);
    red(&mut table);
    records(&mut table);
    order(&mut table);
    table.0
}

#[test]
fn every_forgery_is_named_at_its_event_and_nothing_else_is() {
    let mut wrong = Vec::new();
    for forgery in table() {
        let said: BTreeSet<(Position, &str)> =
            forgery.log.audit().iter().map(|own| (own.at, own.name)).collect();
        let at = forgery.at;
        if said != BTreeSet::from([(at, forgery.name)]) {
            let all: Vec<String> = forgery
                .log
                .audit()
                .iter()
                .map(|own| format!("  {} {} {}", own.at, own.name, own.detail))
                .collect();
            let wanted = format!("{} at {at}", forgery.name);
            wrong.push(format!("{}: wanted {wanted}\n{}", forgery.what, all.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_name_is_without_its_forgery() {
    let forged: BTreeSet<&str> = table().iter().map(|own| own.name).collect();
    let guards = Guard::ALL.iter().map(|own| own.name());
    let invariants = INVARIANTS.iter().map(|own| own.0);
    let unseen = |name: &&str| UNSEEN.iter().any(|own| own.0 == *name);
    let missing: Vec<&str> =
        guards.chain(invariants).filter(|name| !unseen(name) && !forged.contains(name)).collect();
    assert_eq!(missing, Vec::<&str>::new());
    for (name, why) in UNSEEN {
        assert!(!forged.contains(name) && !why.is_empty(), "{name} can be seen after all");
    }
}
