//! Forgeries about measures.

use shouxin_core::command::Command;
use shouxin_core::event::catalogue::CatalogueEvent;
use shouxin_core::event::{CallFault, CaseHook};

use std::sync::Arc;

use super::*;
use forge::kit::{operator, plugin};

pub(super) fn measures(table: &mut Table) {
    let mut world = World::seeded();
    let all = [STATUTE, HEARING, COURT, EITHER];
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
    table.change("G-COURT", "neither a court nor its statute", &world, opened, to(EITHER));
    let mut before = World::seeded();
    before.rules = Arc::new(forge::kit::rules::lenient());
    let listing = before.listing(&[], &[STATUTE, INFORMATION], Stage::Effective);
    before.measure(listing, STATUTE, Progress::Initiated);
    table.other("G-NO-ORDER", "an order to a market body", &before, |log| {
        let now = forge::kit::rules::rules().measure(INFORMATION).expect("it is there").clone();
        log.reload(log.last(opened), |rules| {
            let own = rules.measures.iter_mut().find(|own| own.id == INFORMATION);
            *own.expect("it is there") = now;
        });
        let place = log.last(opened);
        log.cut(place);
        log.change(place, to(INFORMATION))
    });
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
    let gone = [
        "classification.changed",
        "listing.took_effect",
        "deadline.provisional",
        "decision.served",
    ];
    table.remove("G-SERVED", "a measure before service", &world, &gone, opened);
    table.remove("INV-2", "a measure before the start", &world, &gone[..2], opened);
    let sent = "measure.dispatched";
    let told = ["assessment.dispatch_due", "measure.notice_served"];
    table.remove("G-NOTICE", "the subject was not told", &world, &told, sent);
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
    ended(table, &world);
}

/// What is said of the end of a measure.
fn ended(table: &mut Table, world: &World) {
    let over = forge::further::never_executed();
    let closed = "measure.closed";
    table.change("G-COMPETENT", "an officer closes it", &over, closed, by(&implementer()));
    table.other("INV-6", "closed while it is in force", &listed_with(), |log| {
        let place = log.last("measure.initiated");
        let event = Event::Measure(MeasureEvent::Closed {
            measure: MeasureId(log.at(place).position),
            reference: None,
        });
        let own = Envelope { actor: Actor::System, ..log.like(place, event) };
        log.append(own)
    });
    table.other("INV-6", "closed though it was executed", world, |log| {
        let place = log.last("measure.executed");
        let measure = match &log.at(place).event {
            Event::MeasureExecuted { measure, .. } => *measure,
            other => panic!("{other:?}"),
        };
        let event = Event::Measure(MeasureEvent::Closed { measure, reference: None });
        let mut own = Envelope { actor: Actor::System, ..log.like(place, event) };
        own.legal_date = end().plus_days(1);
        own.recorded_at = Timestamp::start_of(own.legal_date);
        log.append(own)
    });
    let given_up = forge::further::given_up();
    let looked = "a failed attempt is closed without a look";
    table.change("INV-6", looked, &given_up, closed, |own| {
        if let Event::Measure(MeasureEvent::Closed { reference, .. }) = &mut own.event {
            *reference = None;
        }
    });
    table.change("G-COMPETENT", "another department looks", &given_up, closed, by(&handler()));
    let unresumed = forge::further::unresumed();
    let eager = "an officer answers for a plugin that has not failed";
    table.remove(
        "G-COMPETENT",
        eager,
        &unresumed,
        &["delivery.failed"],
        "measure.resumption_confirmed",
    );
    beyond(table);
    awaited(table);
    let upheld = lives::disputed(Finding::Error);
    let gone = "attribution.ended";
    table.change("INV-6", "the listing did not end so", &upheld, gone, |own| {
        if let Event::Listing(ListingEvent::AttributionEnded { ground, .. }) = &mut own.event {
            *ground = AttributionEnd::Removed;
        }
    });
    table.other("INV-6", "a person's file is not told", &upheld, |log| {
        let place = log.last(gone);
        log.cut(place);
        log.remove(place);
        log.at(log.last("listing.annulled")).position
    });
    table.other(
        "INV-6",
        "a person's answer ends before the listing",
        &lives::attribution(),
        |log| {
            let place = log.last("attribution.proposed");
            let attribution = AttributionId(log.at(place).position);
            let listing = match &log.at(place).event {
                Event::AttributionProposed { listing, .. } => *listing,
                other => panic!("{other:?}"),
            };
            let ground = AttributionEnd::Annulled;
            let event = ListingEvent::AttributionEnded { attribution, listing, ground };
            // Its last event stands in the same file.
            let last = log.last("feedback.filed");
            log.append(log.like(last, Event::Listing(event)))
        },
    );
    let late = forge::further::lifted_late();
    let (required, overdue) = ("measure.lift_required", "measure.lift_overdue");
    table.change("DEADLINE", "longer to lift", &late, required, |own| {
        if let Event::Measure(MeasureEvent::LiftRequired { due, .. }) = &mut own.event {
            due.day = due.day.plus_days(1);
        }
    });
    table.change("G-COMPETENT", "an officer calls it overdue", &late, overdue, by(&clerk()));
    table.other("DEADLINE", "called overdue on its last day", &late, |log| {
        let due = match &log.at(log.last(required)).event {
            Event::Measure(MeasureEvent::LiftRequired { due, .. }) => due.day,
            other => panic!("{other:?}"),
        };
        let place = log.last(overdue);
        log.cut(place);
        log.date(place, due);
        log.at(place).position
    });
    table.other("INV-6", "a lift of what is in force", world, |log| {
        let place = log.last("measure.executed");
        let measure = match &log.at(place).event {
            Event::MeasureExecuted { measure, .. } => *measure,
            other => panic!("{other:?}"),
        };
        let due = log.rules.calendar.after(log.at(place).legal_date, 3);
        let event = Event::Measure(MeasureEvent::LiftRequired { measure, due });
        log.append(Envelope { actor: Actor::System, ..log.like(place, event) })
    });
}

/// An objection that was right about a listing under which a plugin gave a measure up.
fn upheld_given_up() -> World {
    let mut world = World::seeded();
    world.must(&forge::kit::operator(), &deploy());
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::Executing);
    let failed = Command::PluginFailed {
        measure,
        hook: CaseHook::Execute,
        order: world.order(measure),
        fault: CallFault::Crash,
        detail: text(),
        attempt: 5,
        final_attempt: true,
    };
    world.must(&forge::kit::plugin(), &failed);
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    world.outcome(objection, Finding::Error);
    world
}

/// What is said to wait for its publication.
fn awaited(table: &mut Table) {
    table.other("INV-10", "what was published is said to wait", &published_entry(), |log| {
        let place = log.last("catalogue.published");
        let Event::Catalogue(CatalogueEvent::Published { entry, .. }) = log.at(place).event else {
            panic!("a publication");
        };
        let event = Event::Catalogue(CatalogueEvent::AwaitsPublication { entry });
        log.append(log.like(place, event))
    });
}

/// A measure that came by an entry of the catalogue, dispatched.
fn published_entry() -> World {
    let mut world = forge::entries::published_entry();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    world.measure(listing, STATUTE, Progress::Dispatched);
    world
}

/// A measure whose plugin executed it while an objection had come in, and then suspended it.
fn overtaken() -> World {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::Executing);
    let order = world.order(measure);
    world.objection(organisation(1), Target::Measure(measure), false);
    world.must(&plugin(), &plugin_done(measure, CaseHook::Execute, order));
    world.must(&plugin(), &plugin_done(measure, CaseHook::Suspend, order));
    world
}

/// What a higher authority is told, and what is undone there.
fn beyond(table: &mut Table) {
    table.other("INV-4", "executed behind its confirmed suspension", &overtaken(), |log| {
        let suspended = log.at(log.last("measure.suspension_confirmed")).clone();
        log.insert(log.last("measure.executed"), suspended);
        let place = log.last("measure.executed");
        log.cut(place);
        log.at(place).position
    });
    let world = forge::further::forwarded();
    let (required, told) = ("measure.forward_telling_required", "measure.forward_told");
    let contrary = |own: &mut Envelope| match &mut own.event {
        Event::Measure(
            MeasureEvent::ForwardTellingRequired { suspended, .. }
            | MeasureEvent::ForwardTold { suspended, .. },
        ) => *suspended = !*suspended,
        other => panic!("{other:?}"),
    };
    table.change(
        "INV-4",
        "a higher authority is to be told what is not so",
        &world,
        required,
        contrary,
    );
    table.other("INV-4", "a higher authority is told what is not so", &world, |log| {
        let place = log.last(told);
        log.cut(place);
        log.change(place, contrary)
    });
    table.change("DEADLINE", "longer to tell a higher authority", &world, required, |own| {
        if let Event::Measure(MeasureEvent::ForwardTellingRequired { due, .. }) = &mut own.event {
            due.day = due.day.plus_days(1);
        }
    });
    table.change("G-COMPETENT", "another authority tells it", &world, told, by(&implementer()));
    table.change("G-DOC", "it is told without a letter", &world, told, |own| {
        if let Event::Measure(MeasureEvent::ForwardTold { document_sha256, .. }) = &mut own.event {
            *document_sha256 = [0; 32];
        }
    });
    let (moot, overdue) = ("measure.forward_telling_moot", "measure.forward_telling_overdue");
    for (name, what, event) in [
        ("INV-4", "nothing was to be told", moot),
        ("DEADLINE", "overdue, and nothing was owed", overdue),
    ] {
        table.other(name, what, &world, |log| {
            let place = log.last(event);
            log.cut(place);
            let place = log.last(required);
            log.remove(place);
            log.at(log.last(event)).position
        });
    }
    table.change(
        "G-COMPETENT",
        "an officer calls the letter overdue",
        &world,
        overdue,
        by(&clerk()),
    );
    // What was given up may have reached the department: nothing closes before it is undone.
    table.other("INV-13", "closed while what was given up stands", &upheld_given_up(), |log| {
        let place = log.last("objection.resolved");
        let Event::ObjectionResolved { objection, .. } = log.at(place).event else {
            panic!("an outcome");
        };
        let event = Event::Remedy(RemedyEvent::ObjectionClosed { objection });
        log.append(Envelope { actor: Actor::System, ..log.like(place, event) })
    });
    table.other("INV-10", "nothing to lift in what was never ordered", &listed_with(), |log| {
        let place = log.last("measure.initiated");
        let measure = MeasureId(log.at(place).position);
        let date = match &log.at(place).event {
            Event::MeasureInitiated { until, .. } => until.plus_days(1),
            other => panic!("{other:?}"),
        };
        let due = log.rules.calendar.after(date, 3);
        let event = Event::Measure(MeasureEvent::LiftRequired { measure, due });
        let mut own = Envelope { actor: Actor::System, ..log.like(place, event) };
        own.legal_date = date;
        own.recorded_at = Timestamp::start_of(date);
        log.append(own)
    });
}

/// A listing whose decision names one measure only, with a case of it.
fn listed_with() -> World {
    let (mut world, listing) = listed();
    world.measure(listing, STATUTE, Progress::Initiated);
    world
}
