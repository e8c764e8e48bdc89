//! What `places` asks for: each module of the audit names each guard and invariant that it can name.
//! Where a check is shared, one module that leaves its call out is found here and nowhere else.

use std::collections::BTreeMap;

use shouxin_core::event::CaseRef;
use shouxin_core::event::calendar::{CalendarEvent, Clock};
use shouxin_core::event::case_study::CaseStudyEvent;
use shouxin_core::event::channel::ChannelEvent;
use shouxin_core::event::publicity::{Exemption, PublicityEvent};
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::id::{CaseStudyId, ListingId, ObjectionId, RecordId, RepairId};
use shouxin_core::rules::Openness;

use super::*;
use crate::forge::kit::rules::OFFICE;
use crate::forge::kit::{Post, officer};
use crate::forge::{due as owed, process, words};

/// Where nothing of what is asked for was created.
const NOWHERE: Position = Position::local(1);

/// The courses, by the first of each event in them.
struct Courses(BTreeMap<&'static str, World>);

impl Courses {
    fn new() -> Courses {
        let all = lives::all().into_iter().chain(words::all()).chain(further::all());
        let mut found = BTreeMap::new();
        for (_, world) in all.chain(owed::all()) {
            let names: BTreeSet<&'static str> =
                world.log.iter().map(|own| own.event.name()).collect();
            for name in names {
                found.entry(name).or_insert_with(|| world.clone());
            }
        }
        Courses(found)
    }

    #[track_caller]
    fn with(&self, event: &str) -> &World {
        self.0.get(event).unwrap_or_else(|| panic!("no course has {event}"))
    }
}

/// Says the last event of a name once more, on the day of that event.
fn again(log: &mut Log, event: &str) -> Position {
    let place = log.last(event);
    log.cut(place);
    let own = log.at(place).clone();
    log.append(own)
}

/// What stands in the file of a person whom it is not about.
fn in_a_persons_file(table: &mut Table, courses: &Courses) {
    for event in [
        "prenotice.served",
        "commitment.signed",
        "credit_review.performed",
        "red_listing.revocation_noticed",
        "measure.accepted",
        "objection.accepted",
        "publicity.filed",
        "record.annulled",
        "listing.checked",
        "redress.done_after_annulment",
        "evidence.requested",
        "repair.refused",
        "review.requested",
        "litigation_support.evidence_handed_over",
        "tolerant_acceptance.supplied",
    ] {
        let world = courses.with(event);
        table.change("INV-8", event, world, event, |own| own.subject = Some(person(2)));
    }
}

/// What names something that is not there.
fn of_nothing(table: &mut Table, courses: &Courses) {
    let mut change = |event: &'static str, to: &dyn Fn(&mut Envelope)| {
        table.change("INV-10", event, courses.with(event), event, to);
    };
    let no_listing = ListingId(NOWHERE);
    let no_objection = ObjectionId(NOWHERE);
    change("plugin.told", &set!(PluginTold, through => Position::local(9_999)));
    change("prenotice.served", &set!(NoticeServed, case => CaseRef::Listing(no_listing)));
    change(
        "case_study.published",
        &inner!(CaseStudy, CaseStudyEvent::Published, case_study => CaseStudyId(NOWHERE)),
    );
    change(
        "channel.confirmed",
        &inner!(Channel, ChannelEvent::Confirmed, channel => "nobody".to_owned()),
    );
    change(
        "red_listing.revocation_noticed",
        &inner!(Listing, ListingEvent::RevocationNoticed, listing => no_listing),
    );
    change("objection.accepted", &set!(ObjectionAccepted, objection => no_objection));
    change(
        "publicity.filed",
        &inner!(Publicity, PublicityEvent::Filed, record => RecordId(NOWHERE)),
    );
    change("listing.checked", &set!(NominationChecked, listing => no_listing));
    change(
        "redress.done_after_annulment",
        &inner!(Remedy, RemedyEvent::AnnulmentRedressDone, target => Target::Listing(no_listing)),
    );
    change(
        "evidence.requested",
        &inner!(Remedy, RemedyEvent::EvidenceRequested, objection => no_objection),
    );
    table.change(
        "INV-10",
        "a review of nothing",
        &lives::taken_up(),
        "review.requested",
        inner!(Remedy, RemedyEvent::ReviewRequested, of => ReviewOf::Objection(no_objection)),
    );
}

fn red_list(table: &mut Table, courses: &Courses) {
    let opened = "public_notice.opened";
    let (decided, closed) = ("red_listing.decided", "red_listing.closed");
    let red = courses.with(decided);
    table.change("DEADLINE", "a longer public notice", red, opened, |own| {
        if let Event::PublicNoticeOpened { ends_on, .. } = &mut own.event {
            *ends_on = ends_on.plus_days(1);
        }
    });
    table.remove("INV-2", "a public notice unchecked", red, &["listing.checked"], opened);
    table.change("G-4EYES", "the nominator decides", red, decided, by(&clerk()));
    table.change("G-COMPETENT", "another checks it", red, "listing.checked", by(&handler()));
    let nominated = "listing.nominated";
    table.change("G-BASIS", "on no law", red, nominated, set!(ListingNominated, basis => vec![]));
    table.change("G-DOC", "no merits", red, nominated, set!(ListingNominated, merits => no_text()));
    table.other("INV-10", "the same source nominates again while it is open", red, |log| {
        let place = log.last(nominated);
        let own = log.at(place).clone();
        log.cut(place);
        log.append(own)
    });
    let withdrawn = courses.with(closed);
    table.other("G-HUMAN", "somebody else withdraws it", withdrawn, |log| {
        let place = log.place(closed, 0);
        log.cut(place);
        log.change(place, by(&party(organisation(5))))
    });
    table.other("G-NOTICE", "an honour in force is closed", red, |log| {
        let place = log.last(decided);
        log.cut(place);
        let marked = (place.0, place.1 + 1);
        let listing = ListingId(log.at(log.last(nominated)).position);
        let mut own = log.at(place).clone();
        own.event = Event::RedListingClosed { listing, reasons: text() };
        let at = log.append(own);
        // The end is said rightly; only the way to it is wrong.
        let mut said = log.at(marked).clone();
        marks(&mut said).clear();
        (said.position, said.cause) = (Position::local(at.sequence + 1), Some(at));
        log.commits.last_mut().expect("a commit").push(said);
        at
    });
    table.change(
        "G-OPEN",
        "a person's honour is shown",
        &process::honoured_person(),
        decided,
        set!(RedListingDecided, published => true),
    );
}

fn revocations(table: &mut Table, courses: &Courses) {
    let noticed = "red_listing.revocation_noticed";
    let revoked = courses.with("red_listing.revoked");
    table.change("G-COMPETENT", "another tells it", revoked, noticed, by(&handler()));
    table.change(
        "G-NOTICE",
        "told for no reason",
        revoked,
        noticed,
        inner!(Listing, ListingEvent::RevocationNoticed, reasons => no_text()),
    );
    table.other("INV-2", "told twice", revoked, |log| again(log, noticed));
    let dropped = "red_listing.revocation_dropped";
    let what = "nothing is dropped";
    table.remove("G-NOTICE", what, courses.with(dropped), &[noticed], dropped);
    table.change("G-NOTICE", "told before the honour began", revoked, noticed, |own| {
        let before = own.legal_date.plus_days(-400);
        match &mut own.event {
            Event::Listing(ListingEvent::RevocationNoticed { service, .. }) => service.on = before,
            other => panic!("{other:?}"),
        }
    });
    table.change("G-HEARD", "said before it was told", revoked, "red_listing.revocation_stated", {
        |own| {
            let before = own.legal_date.plus_days(-400);
            match &mut own.event {
                Event::Listing(ListingEvent::RevocationStated { received_on, .. }) => {
                    *received_on = before;
                }
                other => panic!("{other:?}"),
            }
        }
    });
    table.change(
        "G-HUMAN",
        "somebody else speaks",
        revoked,
        "red_listing.revocation_stated",
        by(&party(organisation(1))),
    );
    table.change(
        "G-DOC",
        "revoked for no reason",
        revoked,
        "red_listing.revoked",
        inner!(Listing, ListingEvent::RedRevoked, reasons => no_text()),
    );
    table.change("G-SERVED", "revoked and not served", revoked, "red_listing.revoked", |own| {
        if let Event::Listing(ListingEvent::RedRevoked { service, .. }) = &mut own.event {
            service.proof_sha256 = [0; 32];
        }
    });
    let dropped = "red_listing.revocation_dropped";
    table.change("G-4EYES", "who opened it drops it", courses.with(dropped), dropped, by(&clerk()));
}

/// Ends the log with a proposal that is to follow a listing.
fn extend(log: &mut Log, extended: ListingId) -> Position {
    let donor = Log::of(&lives::beside());
    let place = donor.last("listing.extension_proposed");
    let last = log.commits.last().and_then(|own| own.last()).expect("an event").clone();
    let first = last.position.sequence + 1;
    let mut own = donor.commits[place.0].clone();
    for (at, event) in (first..).zip(own.iter_mut()) {
        event.position = Position::local(at);
        event.cause = (at > first).then_some(Position::local(first));
        (event.recorded_at, event.legal_date) = (last.recorded_at, last.legal_date);
        event.rules = last.rules;
        match &mut event.event {
            Event::ListingProposed { decide_by, cap, records, .. } => {
                records.clear();
                *decide_by = log.rules.calendar.after(last.legal_date, decide_by.working_days);
                *cap = last.legal_date.plus_months(36);
            }
            Event::Listing(ListingEvent::RepairRuleKept { listing, .. }) => {
                *listing = ListingId(Position::local(first));
            }
            Event::Listing(ListingEvent::ExtensionProposed { extended: own, by }) => {
                *own = extended;
                *by = ListingId(Position::local(first));
            }
            _ => {}
        }
    }
    log.commits.push(own);
    log.at(log.last("listing.extension_proposed")).position
}

fn listings(table: &mut Table) {
    table.other("G-NOSUSP", "what is disputed is extended", &listed().0, |log| {
        let mut objected = listed().0;
        let listing = forge::kit::later::listing_of(&objected);
        objected.objection(organisation(1), Target::Listing(listing), false);
        *log = Log::of(&objected);
        let id = ListingId(log.at(log.last("listing.proposed")).position);
        extend(log, id)
    });
    table.other("INV-1", "what has no effect is extended", &lives::listing(), |log| {
        let place = log.last("prenotice.served");
        log.cut(place);
        let id = ListingId(log.at(log.last("listing.proposed")).position);
        extend(log, id)
    });
    table.other("G-END", "shortened to a day that has passed", &further::shortened(), |log| {
        let place = log.last("listing.shortened");
        log.cut(place);
        let past = log.at(place).legal_date.plus_days(-1);
        for own in &mut log.commits[place.0] {
            match &mut own.event {
                Event::Listing(ListingEvent::Shortened { end, .. }) => *end = past,
                Event::ClassificationChanged { in_force } => {
                    in_force.iter_mut().for_each(|own| own.until = past);
                }
                _ => {}
            }
        }
        log.at(place).position
    });
}

fn measures_and_records(table: &mut Table, courses: &Courses) {
    let initiated = "measure.initiated";
    table.change("G-BASIS", "also on a repealed law", &lives::listing(), initiated, |own| {
        if let Event::MeasureInitiated { basis, .. } = &mut own.event {
            basis.push(cite("repealed"));
        }
    });
    let exempted = "court_limit.exempted";
    let beyond = courses.with(exempted);
    table.change("G-FACT", "an exemption without its document", beyond, exempted, |own| {
        if let Event::Measure(MeasureEvent::CourtLimitExempted { document, .. }) = &mut own.event {
            document.sha256 = [0; 32];
        }
    });
    table.change("G-FACT", "exempted by no court", beyond, exempted, |own| {
        if let Event::Measure(MeasureEvent::CourtLimitExempted { document, .. }) = &mut own.event {
            document.issuer = "尤溪县市场监督管理局".to_owned();
        }
    });
    table.other("INV-1", "exempted from what has ended", beyond, |log| {
        let mut own = log.at(log.last(exempted)).clone();
        let last = log.commits.last().and_then(|own| own.last()).expect("an event").clone();
        (own.recorded_at, own.legal_date) = (last.recorded_at, last.legal_date);
        log.append(own)
    });
    let annulled = "record.annulled";
    table.change(
        "G-DOC",
        "void for no reason",
        courses.with(annulled),
        annulled,
        set!(RecordAnnulled, reasons => no_text()),
    );
    let redressed = "redress.done_after_annulment";
    table.change(
        "G-DOC",
        "redress that says nothing",
        courses.with(redressed),
        redressed,
        inner!(Remedy, RemedyEvent::AnnulmentRedressDone, account => no_text()),
    );
    table.other(
        "G-NOSUSP",
        "archived while it is disputed",
        courses.with("record.archived"),
        |log| {
            let place = log.last("record.archived");
            log.cut(place);
            let own = log.at(place).clone();
            let Event::Record(RecordEvent::Archived { record }) = own.event else {
                panic!("archived")
            };
            // It was disputed before it came to its end.
            let over = |own: &Envelope| match &own.event {
                Event::RecordAnnulled { record: of, .. }
                | Event::RecordExpired { record: of }
                | Event::RecordRepaired { record: of, .. } => *of == record,
                _ => false,
            };
            let all = log.commits.iter().enumerate();
            let mut all = all.flat_map(|(at, events)| {
                events.iter().enumerate().map(move |(place, own)| ((at, place), own))
            });
            let (place, own) = all.find(|(_, own)| over(own)).expect("its end");
            let own = own.clone();
            let donor = Log::of(&lives::disputed(Finding::Correct));
            let mut filed = donor.at(donor.last("objection.filed")).clone();
            (filed.recorded_at, filed.legal_date) = (own.recorded_at, own.legal_date);
            filed.rules = own.rules;
            let day = filed.legal_date;
            let calendar = log.rules.calendar.clone();
            set!(ObjectionFiled, target => Target::Record(record))(&mut filed);
            if let Event::ObjectionFiled { accept_by, .. } = &mut filed.event {
                *accept_by = calendar.after(day, accept_by.working_days);
            }
            log.insert(place, filed);
            log.at(log.last("record.archived")).position
        },
    );
    let repaired = "record.repaired";
    table.other("INV-6", "repaired by what nobody approved", courses.with(repaired), |log| {
        let place = log.last(repaired);
        log.cut(place);
        log.change(place, set!(RecordRepaired, repair => RepairId(NOWHERE)))
    });
    table.other("G-CAPACITY", "of limited capacity", &of_persons(), |log| {
        let place = log.last("record.accepted");
        for own in &mut log.commits[place.0] {
            own.subject = Some(person(3));
        }
        log.at(place).position
    });
}

/// A record of a person.
fn of_persons() -> World {
    let mut world = World::seeded();
    world.must(&handler(), &submit(person(1), "尤市监罚〔2026〕7号"));
    world
}

fn publicity(table: &mut Table, courses: &Courses) {
    let filed = "publicity.filed";
    let world = courses.with(filed);
    table.change("DEADLINE", "late, and it says it is not", world, filed, |own| {
        if let Event::Publicity(PublicityEvent::Filed { late, .. }) = &mut own.event {
            *late = !*late;
        }
    });
    table.change("G-COMPETENT", "filed by another", world, filed, by(&implementer()));
    table.change(
        "G-OPEN",
        "exempt, and shown",
        world,
        filed,
        inner!(Publicity, PublicityEvent::Filed, exempt => Some(Exemption::Directory)),
    );
}

fn remedies(table: &mut Table, courses: &Courses) {
    let granted = "relief.granted";
    let relieved = courses.with("relief.ended");
    table.change("G-4EYES", "who proposed it relieves it", relieved, granted, by(&handler()));
    table.other("INV-6", "relieved twice", relieved, |log| again(log, granted));
    table.other("INV-5", "ended twice", relieved, |log| again(log, "relief.ended"));
    let filed = "remedy.filed";
    let suit = courses.with("remedy.stay_ordered");
    table.change("G-HUMAN", "somebody else sues", suit, filed, by(&party(organisation(2))));
    table.other("INV-4", "stayed twice", suit, |log| again(log, "remedy.stay_ordered"));
    let unverified = "objection.unverified";
    table.change("G-SERVED", "nobody is told", courses.with(unverified), unverified, |own| {
        if let Event::Remedy(RemedyEvent::Unverified { service, .. }) = &mut own.event {
            service.proof_sha256 = [0; 32];
        }
    });
    table.change(
        "G-PERSON",
        "a ruling about the organisation",
        &process::persons_suit(),
        "remedy.stay_ordered",
        |own| {
            if let Event::Remedy(RemedyEvent::StayOrdered { document, .. }) = &mut own.event {
                document.about = organisation(1);
            }
        },
    );
    let objected = courses.with("objection.refused");
    table.change("G-HUMAN", "somebody else objects", objected, "objection.filed", |own| {
        own.actor = party(organisation(2)).actor;
    });
    table.change("G-SERVED", "nobody is told", objected, "objection.refused", |own| {
        if let Event::ObjectionRefused { service, .. } = &mut own.event {
            service.proof_sha256 = [0; 32];
        }
    });
}

fn repairs(table: &mut Table, courses: &Courses) {
    let refused = "repair.refused";
    let world = courses.with(refused);
    table.change(
        "G-DOC",
        "for no reason",
        world,
        refused,
        set!(RepairRefused, reasons => no_text()),
    );
    table.change("G-SERVED", "nobody is told", world, refused, |own| {
        if let Event::RepairRefused { service, .. } = &mut own.event {
            service.proof_sha256 = [0; 32];
        }
    });
    let restored = lives::restored();
    table.change(
        "G-HEARD",
        "a statement that says nothing",
        &restored,
        "repair.revocation_stated",
        inner!(Remedy, RemedyEvent::RepairRevocationStated, points => Vec::new()),
    );
    table.other("G-OPEN", "shown again, and found not to be shown", &restored, |log| {
        let listing = ListingId(log.at(log.last("listing.proposed")).position);
        let ended = RemedyEvent::ListingDisplayEnded { listing, reasons: text() };
        let before = log.last("repair.applied");
        let own = Envelope { actor: handler().actor, ..log.like(before, Event::Remedy(ended)) };
        log.insert(before, own);
        let place = log.last("listing.restored");
        log.cut(place);
        log.change(place, inner!(Remedy, RemedyEvent::RepairedRestored, published => true))
    });
}

fn reviews(table: &mut Table, courses: &Courses) {
    let (asked, decided) = ("review.requested", "review.decided");
    let world = courses.with(asked);
    table.change("DEADLINE", "longer to decide", world, asked, |own| {
        if let Event::Remedy(RemedyEvent::ReviewRequested { decide_by, .. }) = &mut own.event {
            decide_by.day = decide_by.day.plus_days(1);
        }
    });
    table.change("G-HUMAN", "somebody else asks", world, asked, by(&party(organisation(2))));
    table.other("INV-2", "asked for twice", world, |log| again(log, asked));
    table.change("G-SERVED", "nobody is told", world, decided, |own| {
        if let Event::Remedy(RemedyEvent::ReviewDecided { service, .. }) = &mut own.event {
            service.proof_sha256 = [0; 32];
        }
    });
    table.other("INV-5", "decided, and nobody asked", &lives::reviewed(false), |log| {
        let place = log.last(decided);
        log.cut(place);
        let asked = log.last(asked);
        // What the request had marked goes with it.
        while log.commits[asked.0].len() > 1 {
            log.remove((asked.0, 1));
        }
        log.remove(asked);
        log.at(log.last(decided)).position
    });
}

fn others(table: &mut Table, courses: &Courses) {
    let overdue = "channel.overdue";
    table.change("DEADLINE", "a channel that has time", courses.with(overdue), overdue, |own| {
        let today = own.legal_date;
        inner!(Channel, ChannelEvent::Overdue, due => today)(own);
    });
    table.other("DEADLINE", "counted anew, and it ran to another day", &lives::listing(), |log| {
        let told = log.last("prenotice.served");
        log.cut(told);
        let Event::NoticeServed { case, window, .. } = &log.at(told).event else { panic!("told") };
        let (clock, before) = (Clock::Statement(*case), window.day.plus_days(1));
        let recomputed = CalendarEvent::Recomputed { clock, before, deadline: *window };
        let own = log.like(told, Event::Calendar(recomputed));
        log.append(Envelope { actor: Actor::System, ..own })
    });
    let erased = "subject.erased";
    table.change("G-4EYES", "who proposed it erases it", courses.with(erased), erased, |own| {
        own.actor = officer(OFFICE, Post::Colleague).actor;
    });
    table.other("G-OPEN", "a record that is not shared is listed", &words::looked_at(), |log| {
        let place = log.last("record.accepted");
        let closed = Openness::Authorised;
        log.reload(place, |rules| {
            rules.items.iter_mut().for_each(|own| own.openness = closed);
        });
        log.change(log.last("record.accepted"), |own| {
            if let Event::RecordAccepted { openness, published, .. } = &mut own.event {
                (*openness, *published) = (closed, false);
            }
        });
        let closed_to_all = Some(Exemption::Directory);
        let filed = log.last("publicity.filed");
        log.change(filed, inner!(Publicity, PublicityEvent::Filed, exempt => closed_to_all));
        log.at(log.last("credit_review.performed")).position
    });
}

pub(super) fn everywhere(table: &mut Table) {
    let courses = Courses::new();
    in_a_persons_file(table, &courses);
    of_nothing(table, &courses);
    red_list(table, &courses);
    revocations(table, &courses);
    listings(table);
    measures_and_records(table, &courses);
    publicity(table, &courses);
    remedies(table, &courses);
    repairs(table, &courses);
    reviews(table, &courses);
    others(table, &courses);
}
