//! Many cases that a department has accepted, made by commands to the engine: through HTTP thousands of
//! them would take longer than what is tried with them.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::command::{Command, NewSubject};
use shouxin_core::event::{CaseRef, NamedMeasure, ObjectionGround, Target, Trigger};
use shouxin_core::id::{ListingId, MeasureId};
use shouxin_core::rules::{Citation, FactKind, SubjectKind};
use shouxin_core::text::{FactDocument, Name, Sealed, Service, ServiceManner};
use shouxin_core::time::Day;
use shouxin_server::demo::sample::code;

use crate::plugin;
use crate::running::{FIRST, Running};

/// Commands under way at once: as many as one fsync may serve.
const HANDS: u32 = 64;
/// Subjects that one command puts on file.
const SUBJECTS_AT_ONCE: usize = 500;
/// A day on which listings decided on the first are in effect, and their last day.
pub const EFFECTIVE: &str = "2026-03-10";
/// The last day of listings and measures.
pub const END: &str = "2026-12-01";

/// A measure, who carries it out, and on what it rests.
pub struct Kind {
    /// In the catalogue.
    pub measure: &'static str,
    /// Who carries it out.
    pub department: &'static str,
    instrument: &'static str,
    article: &'static str,
}

/// Limits of government procurement.
pub const PROCUREMENT: Kind = Kind {
    measure: "M-A17",
    department: "procurement",
    instrument: "procurement-law",
    article: "第七十七条",
};

/// Limits of auctions of state land.
pub const LAND: Kind = Kind {
    measure: "M-A19",
    department: "natural_resources",
    instrument: "enterprise-information-regulation",
    article: "第十八条",
};

/// A case that was accepted and not ordered.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Whose.
    pub subject: SubjectKey,
    /// Under which listing.
    pub listing: ListingId,
    /// Its number.
    pub measure: MeasureId,
}

/// Runs `work` for each of these numbers by many hands; what came of them, in their order.
pub fn each<T: Send>(numbers: Range<u32>, work: impl Fn(u32) -> T + Sync) -> Vec<T> {
    let next = AtomicU32::new(numbers.start);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..HANDS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= numbers.end {
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

/// An officer of a department.
fn officer(running: &Running, department: &str, officer: &str) -> Actor {
    Actor::Officer(running.officer(department, officer))
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

/// Cases, one a subject, in effect on the day to which the clock is moved. The numbers are those of the
/// subjects: whoever makes cases twice takes others, on the first day.
pub fn accepted(running: &Running, kinds: &[(&Kind, Range<u32>)]) -> Vec<Vec<Case>> {
    let (handler, head) =
        (officer(running, "market", "SC-03"), officer(running, "market", "SC-01"));
    let listings: Vec<Vec<(SubjectKey, ListingId)>> = kinds
        .iter()
        .map(|(kind, numbers)| {
            registered(running, &handler, numbers);
            each(numbers.clone(), |number| {
                let subject = subject(number);
                (subject, listed(running, &handler, &head, kind, subject))
            })
        })
        .collect();
    running.on(EFFECTIVE);
    let made = kinds.iter().zip(listings).map(|((kind, _), listings)| {
        let taker = officer(running, kind.department, "SC-03");
        let count = u32::try_from(listings.len()).expect("a number of cases");
        each(0..count, |at| {
            let (subject, listing) = listings[at as usize];
            let measure = dispatched(running, &handler, kind, listing);
            running.command(Role::Department, &taker, Command::AcceptMeasure { measure });
            Case { subject, listing, measure }
        })
    });
    made.collect()
}

fn subject(number: u32) -> SubjectKey {
    code("91", number).parse().expect("a code")
}

fn registered(running: &Running, handler: &Actor, numbers: &Range<u32>) {
    let keys: Vec<SubjectKey> = numbers.clone().map(subject).collect();
    for part in keys.chunks(SUBJECTS_AT_ONCE) {
        let subjects = part.iter().map(|key| NewSubject {
            key: *key,
            kind: SubjectKind::Enterprise,
            name: Name::Clear(format!("企业{key}")),
            slot: running.engine.vault.allocate().expect("a slot"),
            attestation: None,
        });
        let subjects = subjects.collect();
        running.command(Role::Department, handler, Command::RegisterSubjects { subjects });
    }
}

fn listed(
    running: &Running,
    handler: &Actor,
    head: &Actor,
    kind: &Kind,
    subject: SubjectKey,
) -> ListingId {
    let does = |actor: &Actor, command| running.command(Role::Department, actor, command);
    let fact = FactDocument {
        kind: FactKind::PenaltyDecision,
        about: subject,
        number: "罚1".to_owned(),
        issuer: "局".to_owned(),
        date: FIRST.parse().expect("a day"),
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
    let listing = ListingId(does(handler, proposal));
    let case = CaseRef::Listing(listing);
    let named = || {
        vec![NamedMeasure {
            measure: kind.measure.to_owned(),
            department: kind.department.to_owned(),
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
        service: service(FIRST),
    };
    does(handler, notice);
    does(handler, Command::WaiveStatement { case, document_sha256: [11; 32] });
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
    does(head, decision);
    let serve =
        Command::ServeDecision { case, service: service(FIRST), repair_guide_sha256: [14; 32] };
    does(handler, serve);
    listing
}

fn dispatched(running: &Running, handler: &Actor, kind: &Kind, listing: ListingId) -> MeasureId {
    let does = |command| running.command(Role::Department, handler, command);
    let measure = MeasureId(does(Command::InitiateMeasure {
        listing,
        attribution: None,
        measure: kind.measure.to_owned(),
        department: kind.department.to_owned(),
        basis: vec![cite(kind.instrument, kind.article)],
        reasons: text(),
        until: END.parse().expect("a day"),
        court_document: None,
    }));
    does(Command::ServeMeasureNotice {
        measure,
        reasons: text(),
        remedies: text(),
        document_sha256: [15; 32],
        service: service(EFFECTIVE),
    });
    does(Command::DispatchMeasure { measure });
    measure
}

/// An officer of the department orders that a case be carried out.
pub fn order(running: &Running, kind: &Kind, case: &Case) {
    let taker = officer(running, kind.department, "SC-03");
    let measure = case.measure;
    running.command(Role::Department, &taker, Command::ExecuteMeasure { measure });
}

/// A subject objects to its listing, which is suspended by it.
pub fn object(running: &Running, case: &Case) {
    let objection = Command::FileObjection {
        target: Target::Listing(case.listing),
        trigger: Trigger::Subject,
        grounds: vec![ObjectionGround::Error],
        statement: text(),
        evidence: Vec::new(),
        new_facts: false,
    };
    running.command(Role::Subject, &Actor::Subject(case.subject), objection);
}

/// The plugin that misbehaves on request under a name of as many letters, in a folder.
pub fn renamed(folder: &Path, name: &str) -> PathBuf {
    const OWN: &str = "faulty";
    assert_eq!(name.len(), OWN.len(), "a name of as many letters");
    let mut bytes = std::fs::read(plugin("fixture_faulty")).expect("the fixture");
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(OWN.len()).position(|own| own == OWN.as_bytes()) {
        at += found;
        bytes[at..at + OWN.len()].copy_from_slice(name.as_bytes());
        at += OWN.len();
    }
    let library = folder.join(format!("lib{name}.so"));
    std::fs::write(&library, bytes).expect("writing a library");
    library
}
