//! What the register refuses although each event alone looks like one that it writes: displays, orders,
//! lifts, files and exemptions.

use forge::kit::later::{rule, suit};
use forge::kit::rules::{HONOUR, individual_business};
use forge::{process, repairs};
use shouxin_core::actor::SubjectKey;
use shouxin_core::command::NewRecord;
use shouxin_core::event::publicity::{Exemption, PublicityEvent};
use shouxin_core::event::{Attestation, CaseHook};
use shouxin_core::id::RecordId;
use shouxin_core::text::Name;

use super::*;

/// Of one person under one listing, and of what the catalogue holds no more.
pub(super) fn burdens(table: &mut Table) {
    let what = "a person answers twice under one listing";
    table.other("INV-10", what, &lives::attribution(), |log| {
        let place = log.last("attribution.proposed");
        log.cut(place);
        let again = log.at(place).clone();
        log.append(again)
    });
    let what = "an order for what the catalogue holds no more";
    table.other("INV-11", what, &lives::listing(), |log| {
        let place = log.last("execution.ordered");
        log.cut(place);
        log.reload(place, |rules| {
            let own = rules.measures.iter_mut().filter(|own| own.id == HEARING);
            own.for_each(|own| own.published = false);
        });
        log.at(log.last("execution.ordered")).position
    });
    let executed = "measure.executed";
    let what = "executed by an officer who gives no reference";
    table.change(
        "G-DOC",
        what,
        &lives::listing(),
        executed,
        set!(MeasureExecuted, reference => " ".to_owned()),
    );
    let all = [STATUTE, COURT];
    let mut world = World::seeded();
    let listing = world.listing(&[], &all, Stage::Effective);
    let mut opened = initiate(listing, None, COURT);
    if let Command::InitiateMeasure { court_document, .. } = &mut opened {
        *court_document = Some(ruling(organisation(1)));
    }
    world.must(&handler(), &opened);
    table.change("G-COURT", "a court's document of no court", &world, "measure.initiated", |own| {
        if let Event::MeasureInitiated { court_document: Some(own), .. } = &mut own.event {
            own.issuer = String::new();
        }
    });
    table.change("G-COURT", "a judgment of the authority", &world, "measure.initiated", |own| {
        if let Event::MeasureInitiated { court_document: Some(own), .. } = &mut own.event {
            own.issuer = "尤溪县市场监督管理局".to_owned();
        }
    });
    let (mut world, listing) = listed();
    let measure = world.measure(listing, STATUTE, Progress::Executing);
    world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&implementer(), &by_hand(measure, CaseHook::Suspend));
    table.other("INV-4", "executed behind its confirmed suspension", &world, |log| {
        let reference = "尤税办〔2026〕7号".to_owned();
        let executed = Event::MeasureExecuted { measure: MeasureId(Position::local(0)), reference };
        let place = log.last("measure.suspension_confirmed");
        let Event::SuspensionConfirmed { measure: id } = log.at(place).event else {
            panic!("a confirmation");
        };
        let mut own = log.like(place, executed);
        set!(MeasureExecuted, measure => id)(&mut own);
        log.append(own)
    });
    let told = "a higher authority will be told tomorrow";
    table.change("G-SERVED", told, &further::forwarded(), "measure.forward_told", |own| {
        let tomorrow = own.legal_date.plus_days(1);
        if let Event::Measure(MeasureEvent::ForwardTold { service, .. }) = &mut own.event {
            service.on = tomorrow;
        }
    });
    let late = further::lifted_late();
    table.other("DEADLINE", "a second, later day for a lift", &late, |log| {
        let place = log.last("measure.lifted");
        let mut own = log.at(log.last("measure.lift_required")).clone();
        let before = log.at(place);
        (own.legal_date, own.recorded_at) = (before.legal_date, before.recorded_at);
        let calendar = log.rules.calendar.clone();
        if let Event::Measure(MeasureEvent::LiftRequired { due, .. }) = &mut own.event {
            *due = calendar.after(own.legal_date, due.working_days);
        }
        log.cut((place.0 - 1, 0));
        log.append(own)
    });
}

fn verified(world: &mut World, target: Target, new_facts: bool) {
    let subject = match target {
        Target::Listing(_) => organisation(1),
        _ => person(1),
    };
    let id = world.objection(subject, target, new_facts);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    world.must(&head(), &report(id, Finding::Correct));
}

/// Objections that are answered by what was not done, or taken down by whoever comes by.
pub(super) fn objections(table: &mut Table) {
    let reported = "verification.reported";
    let stopped = set!(VerificationReported, finding => Finding::DisplayStopped);
    let mut world = World::seeded();
    let of = world.must(&handler(), &submit(person(1), "尤市监罚〔2026〕7号"));
    verified(&mut world, Target::Record(RecordId(of)), false);
    table.change("INV-6", "a record is shown no more that never was", &world, reported, stopped);
    let mut world = further::put_right(Finding::DisplayStopped);
    let listing = forge::kit::later::listing_of(&world);
    verified(&mut world, Target::Listing(listing), true);
    let what = "a listing is shown no more that was not shown since";
    table.change("INV-6", what, &world, reported, stopped);
    let twice = "a listing is taken off display that is off display";
    table.other("INV-6", twice, &further::put_right(Finding::DisplayStopped), |log| {
        let own = log.at(log.last("listing.display_ended")).clone();
        log.append(own)
    });
    let mut shown = World::seeded();
    let record = shown.with_record();
    shown.must(&handler(), &Command::EndDisplay { record, reasons: text() });
    table.other("INV-6", "a record is taken off display that is off display", &shown, |log| {
        let own = log.at(log.last("record.display_ended")).clone();
        log.append(own)
    });
    let filed = "objection.filed";
    let what = "an objection of the public is taken down by another department";
    table.change("G-COMPETENT", what, &process::complained(), filed, by(&implementer()));
    table.change(
        "G-DOC",
        "a review for new facts that nothing shows",
        &further::office_late(),
        "review.requested",
        inner!(Remedy, RemedyEvent::ReviewRequested, evidence => Vec::new()),
    );
}

/// What a court changed is changed, and what nobody has is not brought back.
pub(super) fn outcomes(table: &mut Table) {
    let decided = "remedy.decided";
    let changed = inner!(
        Remedy,
        RemedyEvent::RemedyDecided,
        outcome => RemedyOutcome::Changed { end: end() }
    );
    let world = lives::suit(RemedyOutcome::Upheld);
    table.change("INV-6", "a court's change that ends nothing earlier", &world, decided, changed);
    let mut world = World::seeded();
    let record = world.with_record();
    let filed = suit(&world, Target::Record(record));
    world.must(&party(organisation(1)), &filed);
    let ruled = rule(&world, RemedyOutcome::Upheld);
    world.must(&clerk(), &ruled);
    table.change("INV-6", "a court changes the end of a record", &world, decided, changed);
    let what = "a repair is revoked whose listing is over";
    let (revoked, world) = (Log::of(&repairs::person_let_go()), repairs::person_let_go_before());
    table.other("INV-6", what, &world, |log| {
        let place = revoked.last("repair.revoked");
        let at = log.append(revoked.at(place).clone());
        // The bar, and that its standstill is beyond the calendar.
        for own in revoked.commits[place.0].iter().skip(1) {
            log.follow(Envelope { cause: Some(at), ..own.clone() });
        }
        at
    });
}

/// Registered in clear, linked twice, collected twice, and hidden for no reason.
pub(super) fn files(table: &mut Table) {
    let registered = "subject.registered";
    let mut world = World::seeded();
    let key = SubjectKey::Organisation(individual_business());
    let mut command = register(key);
    if let Command::RegisterSubjects { subjects } = &mut command {
        subjects[0].name = Name::Sealed(text());
    }
    world.must(&handler(), &command);
    let clear = Name::Clear("张三百货店".to_owned());
    table.change(
        "G-OPEN",
        "the name of an individual business in clear",
        &world,
        registered,
        set!(SubjectRegistered, name => clear),
    );
    let attested = Attestation {
        document_number: "尤市监码〔2026〕1号".to_owned(),
        sha256: [0; 32],
        forgiven: Vec::new(),
    };
    table.change(
        "G-DOC",
        "a code that nothing attests",
        &world,
        registered,
        set!(SubjectRegistered, attestation => Some(attested)),
    );
    let linked = "subject.alias_linked";
    table.change("INV-10", "a legacy code of nobody", &further::keys(), linked, |own| {
        own.subject = Some(key);
    });
    let what = "a legacy code leads to two files";
    table.other("INV-10", what, &further::keys(), |log| {
        let mut own = log.at(log.last(linked)).clone();
        own.subject = Some(organisation(2));
        log.append(own)
    });
    let mut world = World::seeded();
    world.with_record();
    let (accepted, filed) = ("record.accepted", "publicity.filed");
    table.other("INV-10", "one penalty is recorded twice", &world, |log| {
        let (own, filed) = (log.at(log.last(accepted)).clone(), log.at(log.last(filed)).clone());
        let again = log.append(own);
        let at = log.follow(Envelope { cause: Some(again), ..filed });
        let place = (log.commits.len() - 1, 1);
        log.change(place, inner!(Publicity, PublicityEvent::Filed, record => RecordId(again)));
        assert_eq!(at.sequence, again.sequence + 1);
        again
    });
    let hidden = |why| {
        move |log: &mut Log| {
            log.change(log.last(accepted), set!(RecordAccepted, published => false));
            log.change(
                log.last(filed),
                inner!(Publicity, PublicityEvent::Filed, exempt => Some(why)),
            )
        }
    };
    table.other("G-OPEN", "hidden as minor, and it is serious", &world, hidden(Exemption::Minor));
    let what = "hidden as a person's, and it is a company's";
    table.other("G-OPEN", what, &world, hidden(Exemption::Person));
    let what = "hidden by the directory, which opens it";
    table.other("G-OPEN", what, &world, hidden(Exemption::Directory));
    let gone = [filed];
    table.remove("DEADLINE", "a penalty that nobody is to show by a day", &world, &gone, accepted);
    let mut world = World::seeded();
    let honour = NewRecord {
        item: HONOUR.to_owned(),
        severity: None,
        ..record(organisation(1), "尤政〔2026〕1号")
    };
    world.must(&handler(), &Command::SubmitRecords { records: vec![honour] });
    table.change("G-OPEN", "withheld, and nothing says why", &world, accepted, |own| {
        if let Event::RecordAccepted { published, content, .. } = &mut own.event {
            (*published, *content) = (false, None);
        }
    });
}
