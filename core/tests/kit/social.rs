//! Samples of the events of imported classifications, typical cases and associations' files.

use shouxin_core::actor::{Actor, OfficerRef, Role};
use shouxin_core::calendar::Deadline;
use shouxin_core::event::case_study::{CaseStudyEvent, TakenDownFor};
use shouxin_core::event::erasure::ErasureEvent;
use shouxin_core::event::imported::ImportedEvent;
use shouxin_core::event::member::{MemberEvent, NoteKind};
use shouxin_core::event::support::{SuitGround, SupportEvent};
use shouxin_core::event::{Event, Target};
use shouxin_core::id::{CaseStudyId, ImportedId, MemberNoteId, Position, RecordId, SupportId};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::rules::Openness;

use super::rules::{TAX, cite, day, rules};
use super::steps::{digest, text};
use super::{Who, authority, organisation};

fn at(sequence: u64) -> Position {
    Position { log: 3, sequence }
}

/// Code of an association.
pub fn guild_code(association: &str) -> Uscc {
    let found = rules().association(association).expect("an association of the kit");
    Uscc::parse(&found.uscc).expect("its code is right")
}

/// The officer of an association.
pub fn guild(association: &str) -> Who {
    let reference = OfficerRef { authority: guild_code(association), officer: "01".to_owned() };
    Who { actor: Actor::Officer(reference), role: Role::Association }
}

fn noted(kind: NoteKind) -> Event {
    Event::Member(MemberEvent::Noted {
        association: guild_code(super::rules::GUILD),
        author: "尤溪县建材行业协会".to_owned(),
        kind,
        text: text(),
        rater: (kind == NoteKind::Rating).then(|| "某信用服务有限公司".to_owned()),
        charter: kind.is_discipline().then(|| "章程第八条".to_owned()),
    })
}

/// One event of each name.
pub fn samples() -> Vec<Event> {
    let support = SupportId(at(63));
    let (case_study, note) = (CaseStudyId(at(61)), MemberNoteId(at(62)));
    vec![
        Event::Support(SupportEvent::Opened {
            target: Target::Record(RecordId(at(2))),
            ground: SuitGround::Consumers,
            plaintiff: "某县人民检察院".to_owned(),
            plaintiff_basis: cite("law"),
            basis: vec![cite("plan")],
            request_sha256: digest(40),
        }),
        Event::Support(SupportEvent::EvidenceHandedOver {
            support,
            documents: vec![digest(41)],
            receipt_sha256: digest(42),
        }),
        Event::Support(SupportEvent::Closed { support, outcome: text() }),
        Event::Erasure(ErasureEvent::Proposed { basis: vec![cite("law")] }),
        Event::Erasure(ErasureEvent::Withdrawn { proposal: at(64) }),
        Event::Erasure(ErasureEvent::Erased { proposal: at(64), slot: 7 }),
        Event::Erasure(ErasureEvent::KeyDestroyed { slot: 7 }),
        Event::Imported(ImportedEvent::Received {
            authority: authority(TAX),
            author: "尤溪县税务局".to_owned(),
            standard: "tax-credit".to_owned(),
            standard_title: "纳税缴费信用级别".to_owned(),
            class_name: "B".to_owned(),
            decision_number: "税信〔2026〕1号".to_owned(),
            decided_on: day("2026-02-01"),
            valid_until: day("2027-01-31"),
            openness: Openness::GovShared,
            supersedes: Some(ImportedId(at(60))),
        }),
        Event::Imported(ImportedEvent::Withdrawn {
            classification: ImportedId(at(60)),
            reasons: text(),
        }),
        Event::CaseStudy(CaseStudyEvent::Drafted {
            authority: authority(TAX),
            title: "守信故事".to_owned(),
            text: "张某按期还清贷款。".to_owned(),
            subject: Some(organisation(1)),
            natural_persons: true,
            anonymised: true,
            persons_checked: 1,
        }),
        Event::CaseStudy(CaseStudyEvent::Published { case_study }),
        Event::CaseStudy(CaseStudyEvent::Withdrawn { case_study, reason: "已过时".to_owned() }),
        Event::CaseStudy(CaseStudyEvent::TakenDown { case_study, ground: TakenDownFor::Outdated }),
        noted(NoteKind::Rating),
        Event::Member(MemberEvent::Corrected { note, text: text(), reasons: text() }),
        Event::Member(MemberEvent::Withdrawn { note, reasons: text() }),
        Event::Member(MemberEvent::Objected {
            note,
            statement: text(),
            evidence: vec![digest(60)],
            answer_by: Deadline {
                day: day("2026-03-11"),
                provisional: true,
                from: day("2026-03-02"),
                working_days: 7,
            },
        }),
        Event::Member(MemberEvent::Answered { note, stands: true, answer: text() }),
    ]
}

/// Every other kind of note, and every other ground on which a typical case is taken down.
pub fn variants() -> Vec<(String, Event)> {
    let kinds = [
        NoteKind::Information,
        NoteKind::Commendation,
        NoteKind::Warning,
        NoteKind::Criticism,
        NoteKind::Condemnation,
        NoteKind::NotAdmitted,
        NoteKind::PersuadedToLeave,
    ];
    let grounds = [
        TakenDownFor::Incorrect,
        TakenDownFor::Recognisable,
        TakenDownFor::NoLongerStands,
        TakenDownFor::AskedFor,
    ];
    let case_study = CaseStudyId(at(61));
    let down = grounds.map(|ground| {
        let event = CaseStudyEvent::TakenDown { case_study, ground };
        (format!("{ground:?}"), Event::CaseStudy(event))
    });
    kinds.map(|kind| (format!("{kind:?}"), noted(kind))).into_iter().chain(down).collect()
}
