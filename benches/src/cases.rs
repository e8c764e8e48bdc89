//! Cases that a department has accepted, made by commands to the engine: through HTTP a hundred thousand
//! of them would take the measuring program longer than what it measures.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use shouxin_core::actor::{Actor, OfficerRef, Role, SubjectKey};
use shouxin_core::command::{Command, NewSubject};
use shouxin_core::event::{CaseRef, NamedMeasure, Target, Trigger};
use shouxin_core::id::{ListingId, MeasureId, Position};
use shouxin_core::rules::{Citation, FactKind, SubjectKind};
use shouxin_core::text::{FactDocument, Name, Sealed, Service, ServiceManner};
use shouxin_core::time::{Day, Timestamp};
use shouxin_server::clock::MovedClock;
use shouxin_server::demo::sample::code;
use shouxin_server::engine::Request;

use crate::running::Running;

/// Commands under way at once: as many as one fsync may serve.
const HANDS: u32 = 64;
/// The day of every decision, one on which the listings are in effect, and their last day.
const ON: &str = "2026-03-02";
const EFFECTIVE: &str = "2026-03-10";
const END: &str = "2026-12-01";
/// The one measure, and who carries it out.
const MEASURE: &str = "M-A17";
pub const DEPARTMENT: &str = "procurement";

/// A case that was accepted and not ordered.
#[derive(Clone, Copy)]
pub struct Case {
    pub subject: SubjectKey,
    pub listing: ListingId,
    pub measure: MeasureId,
}

/// The clock on the morning of the first day.
pub fn clock() -> Arc<MovedClock> {
    Arc::new(MovedClock::new(morning(ON)))
}

fn morning(day: &str) -> Timestamp {
    Timestamp::start_of(day.parse().expect("a day")).plus_ms(9 * 3_600_000)
}

/// An officer of a department.
pub fn officer(running: &Running, department: &str, officer: &str) -> Actor {
    let found = running.engine.rules.department(department).expect("a department");
    let Ok(SubjectKey::Organisation(authority)) = found.uscc.parse() else {
        panic!("no code of an organisation");
    };
    Actor::Officer(OfficerRef { authority, officer: officer.to_owned() })
}

/// Carries a command out for somebody of a department; the position of its first event.
pub fn command(running: &Running, actor: &Actor, command: Command) -> Position {
    let request =
        Request { role: Role::Department, ..Request::internal(actor.clone(), "bench", command) };
    let done = running.engine.submit_blocking(request);
    done.unwrap_or_else(|error| panic!("{error}")).first().expect("an event")
}

fn text() -> Sealed {
    Sealed { slot: 1, clear_bytes: 12, nonce: [3; 24], bytes: vec![5; 28] }
}

fn service(on: &str) -> Service {
    let on: Day = on.parse().expect("a day");
    Service { manner: ServiceManner::Direct, on, proof_sha256: [9; 32] }
}

fn cite(instrument: &str, article: &str) -> Citation {
    Citation { instrument: instrument.to_owned(), article: article.to_owned() }
}

/// Runs `work` for each of so many numbers, by many hands.
pub fn each<T: Send>(count: u32, work: impl Fn(u32) -> T + Sync) -> Vec<T> {
    let next = AtomicU32::new(0);
    let done = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..HANDS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let made = work(number);
                    done.lock().expect("the list").push((number, made));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("the list");
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, made)| made).collect()
}

/// So many cases, one a subject, in effect today.
pub fn accepted(running: &Running, clock: &MovedClock, count: u32) -> Vec<Case> {
    let (handler, head) =
        (officer(running, "market", "SC-03"), officer(running, "market", "SC-01"));
    let taker = officer(running, DEPARTMENT, "SC-03");
    let keys: Vec<SubjectKey> =
        (1..=count).map(|number| code("91", number).parse().expect("a code")).collect();
    let engine = &running.engine;
    for part in keys.chunks(500) {
        let subjects = part.iter().map(|key| NewSubject {
            key: *key,
            kind: SubjectKind::Enterprise,
            name: Name::Clear(format!("企业{key}")),
            slot: engine.vault.allocate().expect("a slot"),
            attestation: None,
        });
        command(running, &handler, Command::RegisterSubjects { subjects: subjects.collect() });
    }
    let listings = each(count, |number| listed(running, &handler, &head, keys[number as usize]));
    clock.advance_to(morning(EFFECTIVE));
    running.timers();
    each(count, |number| {
        let (subject, listing) = (keys[number as usize], listings[number as usize]);
        let measure = dispatched(running, &handler, listing);
        command(running, &taker, Command::AcceptMeasure { measure });
        Case { subject, listing, measure }
    })
}

fn listed(running: &Running, handler: &Actor, head: &Actor, subject: SubjectKey) -> ListingId {
    let on: Day = ON.parse().expect("a day");
    let fact = FactDocument {
        kind: FactKind::PenaltyDecision,
        about: subject,
        number: "罚1".to_owned(),
        issuer: "局".to_owned(),
        date: on,
        sha256: [8; 32],
    };
    let proposal = Command::ProposeListing {
        subject,
        behaviour: "B2.14".to_owned(),
        basis: vec![cite("samr-order-44", "第九条")],
        facts: vec![fact],
        records: Vec::new(),
        act: text(),
    };
    let listing = ListingId(command(running, handler, proposal));
    let case = CaseRef::Listing(listing);
    let named = || {
        vec![NamedMeasure {
            measure: MEASURE.to_owned(),
            department: DEPARTMENT.to_owned(),
            proportionality: text(),
        }]
    };
    let notice = Command::ServeNotice {
        case,
        facts: text(),
        reasons: text(),
        measures: named(),
        hearing_offered: true,
        rights_stated: true,
        document_sha256: [10; 32],
        service: service(ON),
    };
    command(running, handler, notice);
    command(running, handler, Command::WaiveStatement { case, document_sha256: [11; 32] });
    let decision = Command::DecideCase {
        case,
        document_number: "决1".to_owned(),
        document_sha256: [13; 32],
        facts: text(),
        reasons: text(),
        answers: Vec::new(),
        measures: named(),
        end: END.parse().expect("a day"),
        removal_conditions: text(),
        remedies: text(),
    };
    command(running, head, decision);
    let serve =
        Command::ServeDecision { case, service: service(ON), repair_guide_sha256: [14; 32] };
    command(running, handler, serve);
    listing
}

fn dispatched(running: &Running, handler: &Actor, listing: ListingId) -> MeasureId {
    let initiate = Command::InitiateMeasure {
        listing,
        attribution: None,
        measure: MEASURE.to_owned(),
        department: DEPARTMENT.to_owned(),
        basis: vec![cite("procurement-law", "第七十七条")],
        reasons: text(),
        until: END.parse().expect("a day"),
        court_document: None,
    };
    let measure = MeasureId(command(running, handler, initiate));
    let notice = Command::ServeMeasureNotice {
        measure,
        reasons: text(),
        remedies: text(),
        document_sha256: [15; 32],
        service: service(EFFECTIVE),
    };
    command(running, handler, notice);
    command(running, handler, Command::DispatchMeasure { measure });
    measure
}

/// An objection of a subject to its listing.
pub fn object(running: &Running, case: Case) {
    let objection = Command::FileObjection {
        target: Target::Listing(case.listing),
        trigger: Trigger::Subject,
        grounds: vec![shouxin_core::event::ObjectionGround::Error],
        statement: text(),
        evidence: Vec::new(),
        new_facts: false,
    };
    let request = Request {
        role: Role::Subject,
        ..Request::internal(Actor::Subject(case.subject), "bench", objection)
    };
    running.engine.submit_blocking(request).unwrap_or_else(|error| panic!("{error}"));
}
