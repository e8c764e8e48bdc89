//! One event of each name of the nouns that have a module of their own, each field stated.

use shouxin_core::calendar::Deadline;
use shouxin_core::event::calendar::{CalendarEvent, Clock};
use shouxin_core::event::channel::ChannelEvent;
use shouxin_core::event::job::{Job, JobEvent};
use shouxin_core::event::listing::{AttributionEnd, ListingEvent};
use shouxin_core::event::measure::MeasureEvent;
use shouxin_core::event::record::RecordEvent;
use shouxin_core::event::remedy::{RemedyEvent, RemedyKind, RemedyOutcome, ReviewOf};
use shouxin_core::event::{CaseRef, Event, Target};
use shouxin_core::id::{
    AttributionId, CommitmentId, ListingId, MeasureId, ObjectionId, Position, RecordId, ReliefId,
    RemedyId, RepairId,
};
use shouxin_core::rules::Severity;
use shouxin_core::text::FactDocument;

use super::rules::{MARKET, cite, day};
use super::steps::{digest, fact, ruling, served, text};
use super::{authority, organisation};

fn at(sequence: u64) -> Position {
    Position { log: 3, sequence }
}

fn deadline() -> Deadline {
    Deadline { day: day("2026-03-09"), provisional: true, from: day("2026-03-02"), working_days: 5 }
}

/// The judgment of the samples, as it was written into the golden file once.
fn written() -> FactDocument {
    FactDocument { issuer: fact(organisation(1)).issuer, ..ruling(organisation(1)) }
}

/// Events of records after they were accepted.
pub fn records() -> Vec<Event> {
    let record = RecordId(at(1));
    vec![
        Event::Record(RecordEvent::Corrected {
            record,
            version: 1,
            document_number: "尤市监罚〔2026〕2号".to_owned(),
            document_date: day("2026-01-14"),
            document_sha256: Some(digest(40)),
            content: Some(text()),
            severity: Some(Severity::General),
            publicity_until: Some(day("2027-01-14")),
            reasons: text(),
        }),
        Event::Record(RecordEvent::DisplayEnded { record, reasons: text() }),
        Event::Record(RecordEvent::Archived { record }),
        Event::Record(RecordEvent::Supplemented {
            record,
            objection: ObjectionId(at(9)),
            version: 2,
            statement: text(),
            document_sha256: Some(digest(56)),
            reasons: text(),
        }),
        Event::Record(RecordEvent::PublicityShortened {
            record,
            before: day("2027-01-14"),
            until: day("2026-03-31"),
        }),
        Event::Record(RecordEvent::Relieved { record, relief: ReliefId(at(13)) }),
    ]
}

/// A job that was done.
pub fn job(job: Job) -> Event {
    let (rules, in_force_from) = (digest(60), day("2026-04-01"));
    Event::Job(JobEvent::Finished { job, rules, in_force_from })
}

/// Events of listings beside their path.
pub fn listings() -> Vec<Event> {
    let listing = ListingId(at(2));
    let case = CaseRef::Listing(listing);
    let all = vec![
        ListingEvent::ExtensionProposed { extended: listing, by: ListingId(at(12)) },
        ListingEvent::Revoked {
            case,
            document_number: "尤市监撤〔2026〕1号".to_owned(),
            document_sha256: digest(41),
            reasons: text(),
            service: served(day("2026-04-01")),
        },
        ListingEvent::Shortened {
            case: CaseRef::Attribution(AttributionId(at(3))),
            end: day("2026-12-31"),
        },
        ListingEvent::Relieved { listing, relief: ReliefId(at(13)) },
        ListingEvent::RevocationNoticed {
            listing,
            reasons: text(),
            document_sha256: digest(42),
            service: served(day("2026-04-01")),
            window: deadline(),
        },
        ListingEvent::RevocationStated {
            listing,
            points: vec![text()],
            received_on: day("2026-04-02"),
            document_sha256: Some(digest(46)),
        },
        ListingEvent::RedRevoked {
            listing,
            document_number: "尤信撤〔2026〕1号".to_owned(),
            document_sha256: digest(43),
            reasons: text(),
            answers: vec![text()],
            service: served(day("2026-04-12")),
        },
        ListingEvent::RevocationDropped { listing, reasons: text() },
        ListingEvent::AttributionEnded {
            attribution: AttributionId(at(3)),
            listing,
            ground: AttributionEnd::Annulled,
        },
        ListingEvent::RevocationOwed { listing, black: ListingId(at(14)), due: deadline() },
        ListingEvent::RevocationNotOwed { listing, black: ListingId(at(14)) },
        ListingEvent::RepairRuleKept { listing, min_months: 6 },
        ListingEvent::WithdrawalReceived { listing, document_sha256: digest(47) },
        ListingEvent::RecordsNamed {
            attribution: AttributionId(at(3)),
            records: vec![RecordId(at(1))],
        },
    ];
    all.into_iter().map(Event::Listing).collect()
}

/// Events of measures beyond the county.
pub fn measures() -> Vec<Event> {
    let measure = MeasureId(at(4));
    let all = vec![
        MeasureEvent::Forwarded {
            listing: ListingId(at(2)),
            attribution: Some(AttributionId(at(3))),
            measure: "M-A02".to_owned(),
            department: "tax".to_owned(),
            to: "福建省地方金融监督管理局".to_owned(),
            basis: vec![cite("law")],
            reasons: text(),
            until: day("2027-03-01"),
            court_document: Some(written()),
            decision_number: "尤市监信〔2026〕1号".to_owned(),
            document_sha256: digest(44),
            service: served(day("2026-04-01")),
        },
        MeasureEvent::ForwardAnswered {
            measure,
            answer: text(),
            document_sha256: digest(45),
            answered_on: day("2026-04-20"),
        },
        MeasureEvent::ForwardRecalled {
            measure,
            document_sha256: digest(46),
            service: served(day("2026-07-01")),
        },
        MeasureEvent::CourtLimitExempted { measure, document: written(), until: day("2026-08-01") },
        MeasureEvent::Closed { measure, reference: Some("尤税核〔2027〕1号".to_owned()) },
        MeasureEvent::LiftRequired { measure, due: deadline() },
        MeasureEvent::LiftOverdue { measure },
        MeasureEvent::ForwardTellingRequired { measure, suspended: true, due: deadline() },
        MeasureEvent::ForwardTold {
            measure,
            suspended: true,
            document_sha256: digest(56),
            service: served(day("2026-06-01")),
        },
        MeasureEvent::ForwardTellingOverdue { measure },
        MeasureEvent::ForwardTellingMoot { measure },
        MeasureEvent::DeclineEscalated { measure },
        MeasureEvent::DeclineAnswered { measure, ground_holds: false, reasons: text() },
        MeasureEvent::ForwardNoticed {
            measure,
            reasons: text(),
            remedies: text(),
            document_sha256: digest(61),
            service: served(day("2026-04-01")),
        },
    ];
    all.into_iter().map(Event::Measure).collect()
}

/// Events of remedies.
pub fn remedies() -> Vec<Event> {
    let objection = ObjectionId(at(9));
    let (repair, remedy, relief) = (RepairId(at(10)), RemedyId(at(14)), ReliefId(at(13)));
    let all = vec![
        RemedyEvent::EvidenceRequested { objection, request: text() },
        RemedyEvent::EvidenceAdded { objection, statement: text(), evidence: vec![digest(47)] },
        RemedyEvent::Unverified { objection, reasons: text(), service: served(day("2026-05-01")) },
        RemedyEvent::ObjectionClosed { objection },
        RemedyEvent::RedressOwed { remedy, provider: authority(MARKET) },
        RemedyEvent::RedressDone { remedy, account: text(), evidence: vec![digest(48)] },
        RemedyEvent::StayOrdered { remedy, document: written() },
        RemedyEvent::StayEnded { remedy, document: written() },
        RemedyEvent::RepairExtended {
            repair,
            reasons: text(),
            document_sha256: digest(54),
            service: served(day("2026-07-20")),
            decide_by: deadline(),
        },
        RemedyEvent::RepairRevocationNoticed {
            repair,
            reasons: text(),
            document_sha256: digest(49),
            service: served(day("2026-08-01")),
            window: deadline(),
        },
        RemedyEvent::RepairRevocationStated {
            repair,
            points: vec![text()],
            received_on: day("2026-08-02"),
            document_sha256: None,
        },
        RemedyEvent::RepairRevoked {
            repair,
            document_number: "尤市监撤〔2026〕3号".to_owned(),
            document_sha256: digest(50),
            reasons: text(),
            answers: vec![text()],
            service: served(day("2026-08-12")),
            starts_on: day("2026-08-20"),
        },
        RemedyEvent::TestingBegun {
            objection,
            basis: vec![cite("law")],
            reasons: text(),
            document_sha256: digest(57),
            from: day("2026-03-04"),
            verify_by: deadline(),
        },
        RemedyEvent::TestingEnded {
            objection,
            document_sha256: digest(58),
            ended_on: day("2026-03-20"),
            verify_by: deadline(),
        },
        RemedyEvent::ListingDisplayEnded { listing: ListingId(at(2)), reasons: text() },
        RemedyEvent::RepairBarred { repair, again_from: day("2027-02-12") },
        RemedyEvent::RepairRevocationDropped { repair, reasons: text() },
        RemedyEvent::RepairRevocationLapsed { repair },
        RemedyEvent::RepairedRestored { repair, published: true },
        RemedyEvent::RecordRepairApplied {
            record: RecordId(at(3)),
            proof_sha256: vec![digest(62)],
            commitment_sha256: digest(63),
            statement: text(),
            accept_by: deadline(),
            decide_by: deadline(),
        },
        RemedyEvent::RecordRestored { repair, record: RecordId(at(3)), published: true },
        RemedyEvent::BreachRepairApplied {
            commitment: CommitmentId(at(13)),
            proof_sha256: vec![digest(64)],
            commitment_sha256: digest(65),
            statement: text(),
            accept_by: deadline(),
            decide_by: deadline(),
        },
        RemedyEvent::AttributionRepairApplied {
            attribution: AttributionId(at(4)),
            proof_sha256: vec![digest(66)],
            commitment_sha256: digest(67),
            statement: text(),
            accept_by: deadline(),
            decide_by: deadline(),
        },
        RemedyEvent::BreachRestored { repair, commitment: CommitmentId(at(13)), published: true },
        RemedyEvent::AttributionRestored { repair, attribution: AttributionId(at(4)) },
        RemedyEvent::ReliefGranted {
            listing: ListingId(at(2)),
            ruling: written(),
            reasons: text(),
            until: day("2027-12-31"),
        },
        RemedyEvent::ReliefCompleted { relief, document: written(), reasons: text() },
        RemedyEvent::ReliefEnded { relief, document: written(), reasons: text() },
        RemedyEvent::CourtDocumentFiled { document: written(), effect: text() },
        RemedyEvent::AnnulmentRedressOwed {
            target: Target::Record(RecordId(at(3))),
            provider: authority(MARKET),
        },
        RemedyEvent::AnnulmentRedressDone {
            target: Target::Record(RecordId(at(3))),
            account: text(),
            evidence: vec![digest(64)],
        },
    ];
    all.into_iter().map(Event::Remedy).collect()
}

/// Events of remedies whose enumerations show one variant at a time.
pub fn remedy_variants() -> Vec<(String, Event)> {
    let mut all = Vec::new();
    let of = [
        ("Objection", ReviewOf::Objection(ObjectionId(at(9)))),
        ("Repair", ReviewOf::Repair(RepairId(at(10)))),
    ];
    for (label, of) in of {
        let requested = RemedyEvent::ReviewRequested {
            of,
            statement: text(),
            evidence: vec![digest(51)],
            suspends: true,
            decide_by: deadline(),
        };
        let decided = RemedyEvent::ReviewDecided {
            of,
            upheld: true,
            reasons: text(),
            service: served(day("2026-06-01")),
            act_by: Some(deadline()),
        };
        all.push((label.to_owned(), Event::Remedy(requested)));
        all.push((label.to_owned(), Event::Remedy(decided)));
    }
    for kind in [RemedyKind::Reconsideration, RemedyKind::Litigation] {
        let filed = RemedyEvent::RemedyFiled {
            target: Target::Listing(ListingId(at(2))),
            kind,
            body: "三明市人民政府".to_owned(),
            number: "明政行复〔2026〕1号".to_owned(),
            filed_on: day("2026-05-01"),
            document_sha256: digest(52),
        };
        all.push((format!("{kind:?}"), Event::Remedy(filed)));
    }
    let outcomes = [
        ("Upheld", RemedyOutcome::Upheld),
        ("Revoked", RemedyOutcome::Revoked),
        ("Changed", RemedyOutcome::Changed { end: day("2026-12-31") }),
        ("Withdrawn", RemedyOutcome::Withdrawn),
    ];
    for (label, outcome) in outcomes {
        let decided =
            RemedyEvent::RemedyDecided { remedy: RemedyId(at(14)), outcome, document: written() };
        all.push((label.to_owned(), Event::Remedy(decided)));
    }
    all
}

/// Events of the calendar, one for each clock.
pub fn clocks() -> Vec<(String, Event)> {
    let cases = [CaseRef::Listing(ListingId(at(2))), CaseRef::Attribution(AttributionId(at(3)))];
    let mut all = vec![
        Clock::Response(MeasureId(at(4))),
        Clock::Objection(ObjectionId(at(9))),
        Clock::Repair(RepairId(at(10))),
        Clock::RedStatement(ListingId(at(2))),
    ];
    all.extend(cases.map(Clock::Decision));
    all.extend(cases.map(Clock::Statement));
    let event = |clock| {
        let deadline = Deadline { provisional: false, ..deadline() };
        let before = day("2026-03-09");
        Event::Calendar(CalendarEvent::Recomputed { clock, before, deadline })
    };
    let label = |clock| {
        let text = format!("{clock:?}");
        text.chars().filter(char::is_ascii_alphabetic).take(24).collect()
    };
    let mut found: Vec<(String, Event)> =
        all.into_iter().map(|clock| (label(clock), event(clock))).collect();
    let later = [
        Clock::Dispatch(MeasureId(at(4))),
        Clock::Start(CaseRef::Listing(ListingId(at(2)))),
        Clock::Restart(RepairId(at(10))),
        Clock::Revocation(ListingId(at(2))),
        Clock::RepairDecision(RepairId(at(10))),
    ];
    found.extend(later.map(|clock| (label(clock), event(clock))));
    let beyond = CalendarEvent::Provisional {
        clock: Clock::Restart(RepairId(at(10))),
        deadline: deadline(),
    };
    found.push(("Restart".to_owned(), Event::Calendar(beyond)));
    found
}

/// Events of channels.
pub fn channels() -> Vec<Event> {
    let channel = || "portal".to_owned();
    let all = vec![
        ChannelEvent::Opened { channel: channel(), from: at(0) },
        ChannelEvent::Closed {
            channel: channel(),
            confirmed_through: at(40),
            reason: "停用".to_owned(),
        },
        ChannelEvent::Confirmed {
            channel: channel(),
            through: at(40),
            items: 7,
            batch_sha256: digest(53),
            reference: "0-40.json".to_owned(),
        },
        ChannelEvent::Failed { channel: channel(), detail: "connection refused".to_owned() },
        ChannelEvent::Overdue { channel: channel(), oldest: at(30), due: day("2026-03-06") },
        ChannelEvent::Closing { channel: channel(), confirmed_through: at(41) },
    ];
    all.into_iter().map(Event::Channel).collect()
}
