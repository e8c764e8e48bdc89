//! Forgeries on the path to a decision, its service and its start.

use super::*;

pub(super) fn proposals(table: &mut Table) {
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
    table.other("G-REPAIR-RULE", "no repair rule", &world, |log| {
        let place = log.last(proposed);
        log.cut(place);
        // There is none to be kept.
        log.remove((place.0, place.1 + 1));
        log.change(place, set!(ListingProposed, behaviour => WITHOUT_REPAIR.to_owned()))
    });
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

pub(super) fn hearings(table: &mut Table) {
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
        if let Event::NoticeServed { service, .. } = &mut own.event {
            service.on = service.on.plus_days(-7);
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
    let gone = ["hearing.held", "statement.received"];
    table.remove("G-HEARD", "nobody was heard", &listed().0, &gone, decided);
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

pub(super) fn decisions(table: &mut Table) {
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
    let said = "deadline.provisional";
    table.remove("INV-1", "there is no decision to serve", &world, &[said, decided], served);
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
        &["classification.changed", said, served],
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

/// The end of a decision, what it may rest on, and who takes it off the books.
pub(super) fn grounds(table: &mut Table) {
    let decided = Log::of(&listed().0);
    let place = decided.last("listing.proposed");
    let Event::ListingProposed { cap, .. } = decided.at(place).event.clone() else {
        panic!("a proposal");
    };
    table.other(
        "G-END",
        "longer than the behaviour's months from its decision",
        &listed().0,
        |log| {
            let place = log.last("listing.decided");
            log.cut(place);
            log.change(place, set!(CaseDecided, end => cap))
        },
    );
    table.change(
        "G-4EYES",
        "the proposer takes a decision off the books",
        &further::never_served(),
        "listing.dropped",
        by(&handler()),
    );
    table.other("INV-10", "the same measure twice at a time", &further::never_executed(), |log| {
        let place = log.last("measure.initiated");
        log.cut(place);
        let again = log.at(place).clone();
        log.append(again)
    });
    table.other(
        "INV-10",
        "a second listing on the same record",
        &further::under_a_listing(),
        |log| {
            let place = log.last("repair.applied");
            log.cut((place.0 - 1, 0));
            let first = log.at(log.last("listing.proposed")).clone();
            let last = log.commits.last().and_then(|own| own.last()).expect("an event").clone();
            let (calendar, pack) =
                (log.rules.calendar.clone(), log.rules.pack(last.legal_date).clone());
            let mut own = Envelope { recorded_at: last.recorded_at, ..first };
            own.legal_date = last.legal_date;
            if let Event::ListingProposed { decide_by, .. } = &mut own.event {
                *decide_by = calendar.after(last.legal_date, pack.decide_within_wd);
            }
            let (rule, listing) =
                (log.at(log.last("listing.repair_rule_kept")).clone(), log.append(own));
            log.keep_rule(rule, listing);
            listing
        },
    );
}
