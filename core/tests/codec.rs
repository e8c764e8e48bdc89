//! The bytes of the log. `golden/v1.hex` holds, for every event of schema 1, the bytes that a
//! released version wrote: they are read forever and written the same way, so a line may be added
//! and none may change. And bytes that were damaged never turn into another event.

use crate::kit;

use std::collections::{BTreeMap, BTreeSet};

use crate::kit::rules::{cite, day};
use crate::kit::steps::{digest, fact, named, served, text};
use crate::kit::{authority, officer, operator, organisation, party, person, plugin, timer};
use data_encoding::HEXLOWER;
use proptest::prelude::*;
use shouxin_core::actor::{Actor, OfficerRef, Role};
use shouxin_core::calendar::Deadline;
use shouxin_core::codec::{CodecError, decode_event, decode_row, encode_event};
use shouxin_core::event::authorisation::AuthorisationEvent;
use shouxin_core::event::file::FileEvent;
use shouxin_core::event::job::Job;
use shouxin_core::event::person::{CapacityGround, PersonEvent};
use shouxin_core::event::plugin::PluginEvent;
use shouxin_core::event::publicity::{DecisionKind, Exemption, PublicityEvent};
use shouxin_core::event::refusal::RefusalEvent;
use shouxin_core::event::*;
use shouxin_core::guard::{Guard, RecordedMisfit};
use shouxin_core::id::{
    AttributionId, AuthorisationId, ListingId, MeasureId, ObjectionId, Position, RecordId, RepairId,
};
use shouxin_core::rules::{Openness, Polarity, RecordClass, Severity, SubjectKind};
use shouxin_core::text::Name;
use shouxin_core::time::Timestamp;

const GOLDEN: &str = include_str!("golden/v1.hex");

fn at(sequence: u64) -> Position {
    Position { log: 3, sequence }
}

fn deadline() -> Deadline {
    Deadline { day: day("2026-03-09"), provisional: true, from: day("2026-03-02"), working_days: 5 }
}

fn clerk() -> OfficerRef {
    OfficerRef { authority: authority(kit::rules::OFFICE), officer: "02".to_owned() }
}

fn mark(colour: Colour) -> Mark {
    Mark {
        case: CaseRef::Listing(ListingId(at(7))),
        colour,
        authority: authority(kit::rules::MARKET),
        since: day("2026-03-06"),
        until: day("2028-03-01"),
        suspended: true,
    }
}

fn targets() -> [Target; 4] {
    [
        Target::Record(RecordId(at(1))),
        Target::Listing(ListingId(at(2))),
        Target::Attribution(AttributionId(at(3))),
        Target::Measure(MeasureId(at(4))),
    ]
}

/// One event of every name, each field stated; variants of the enumerations inside stand beside
/// it under a name of their own, because their numbers are part of the bytes too.
fn samples() -> BTreeMap<String, Event> {
    let mut all = BTreeMap::new();
    let groups = [
        files(),
        records(),
        decisions(),
        red_list(),
        measures(),
        objections(),
        repairs(),
        kit::samples::records(),
        kit::samples::listings(),
        vec![kit::samples::job(Job::Shorten)],
        kit::samples::measures(),
        kit::samples::remedies(),
        kit::samples::channels(),
        publicity(),
        kit::office::samples(),
        kit::commitments::samples(),
        kit::reviews::samples(),
        kit::plugins::samples(),
        kit::tolerance::samples(),
        kit::social::samples(),
    ];
    for event in groups.into_iter().flatten() {
        let twice = all.insert(event.name().to_owned(), event);
        assert!(twice.is_none(), "{twice:?} has two samples");
    }
    for (label, event) in variants()
        .into_iter()
        .chain(kit::samples::remedy_variants())
        .chain(kit::samples::clocks())
        .chain([("Recount".to_owned(), kit::samples::job(Job::Recount))])
        .chain(kit::commitments::variants())
        .chain(kit::tolerance::variants())
        .chain(kit::plugins::variants())
        .chain(kit::social::variants())
    {
        let twice = all.insert(format!("{}#{label}", event.name()), event);
        assert!(twice.is_none(), "{twice:?} has two samples");
    }
    all
}

fn stated(ground: CapacityGround) -> Event {
    Event::Person(PersonEvent::CapacityStated {
        capacity: Capacity::Full,
        ground,
        document_number: "（2026）闽0426民特1号".to_owned(),
        document_sha256: digest(62),
    })
}

fn renamed(name: Name) -> Event {
    Event::File(FileEvent::Renamed {
        name,
        document_number: "（尤）登记内变字〔2026〕第1号".to_owned(),
        document_sha256: digest(63),
    })
}

fn files() -> Vec<Event> {
    vec![
        Event::RulesLoaded {
            version: digest(1),
            files: vec![("catalogue/measures.toml".to_owned(), digest(2))],
        },
        Event::KeyCreated {
            key_id: "k1".to_owned(),
            secret_hash: digest(3),
            role: Role::CreditOffice,
            officer: Some(clerk()),
            acts_for: Some(organisation(1)),
            expires_on: day("2027-01-01"),
        },
        Event::KeyRevoked { key_id: "k1".to_owned() },
        Event::PluginDeployed {
            name: "tax-plugin".to_owned(),
            version: "1.0.0".to_owned(),
            sha256: digest(4),
            department: "tax".to_owned(),
            measures: vec!["M-A01".to_owned()],
        },
        Event::PluginTold {
            plugin: "tax-plugin".to_owned(),
            through: at(9),
            undelivered: vec![at(8)],
        },
        Event::Plugin(PluginEvent::Retired { name: "tax-plugin".to_owned() }),
        Event::SubjectRegistered {
            kind: SubjectKind::Enterprise,
            name: Name::Clear("尤溪县某某有限公司".to_owned()),
            slot: 1,
            attestation: Some(Attestation {
                document_number: "尤市监证〔2026〕1号".to_owned(),
                sha256: digest(5),
                forgiven: vec!["CHECK18 want 5".to_owned()],
            }),
        },
        Event::PersonRegistered { name: text(), number: text(), slot: 2, capacity: Capacity::Full },
        stated(CapacityGround::CameOfAge),
        renamed(Name::Clear("尤溪县新名有限公司".to_owned())),
        Event::Authorisation(AuthorisationEvent::Given {
            authority: authority(kit::rules::TAX),
            purpose: text(),
            until: day("2026-12-31"),
            document_sha256: Some(digest(63)),
        }),
        Event::Authorisation(AuthorisationEvent::Withdrawn {
            authorisation: AuthorisationId(at(65)),
            document_sha256: None,
        }),
        Event::AliasLinked { kind: "registration_number".to_owned(), code: "350426".to_owned() },
        Event::ClassificationChanged { in_force: vec![mark(Colour::Black), mark(Colour::Red)] },
    ]
}

fn records() -> Vec<Event> {
    vec![
        Event::RecordAccepted {
            item: "XY-0101".to_owned(),
            class: RecordClass::Penalty,
            openness: Openness::Public,
            polarity: Polarity::Adverse,
            severity: Some(Severity::Serious),
            provider: authority(kit::rules::MARKET),
            document_number: "尤市监罚〔2026〕1号".to_owned(),
            document_date: day("2026-01-15"),
            document_sha256: Some(digest(6)),
            content: Some(text()),
            published: true,
            publicity_until: Some(day("2029-01-15")),
            notified: Some(served(day("2026-01-16"))),
        },
        Event::RecordAnnulled { record: RecordId(at(1)), reasons: text() },
        Event::RecordRepaired { record: RecordId(at(1)), repair: RepairId(at(2)) },
        Event::RecordExpired { record: RecordId(at(1)) },
    ]
}

fn filed(kind: DecisionKind, exempt: Option<Exemption>) -> Event {
    Event::Publicity(PublicityEvent::Filed {
        record: RecordId(at(1)),
        kind,
        decided_on: day("2026-02-26"),
        due: deadline(),
        filed_on: day("2026-03-10"),
        late: true,
        exempt,
        reason: Some(text()),
        private: Some(text()),
    })
}

fn publicity() -> Vec<Event> {
    vec![filed(DecisionKind::Penalty, Some(Exemption::Privacy))]
}

fn decisions() -> Vec<Event> {
    let case = CaseRef::Attribution(AttributionId(at(5)));
    vec![
        Event::ListingProposed {
            authority: authority(kit::rules::MARKET),
            behaviour: "B1.01".to_owned(),
            basis: vec![cite("law")],
            facts: vec![fact(organisation(1))],
            records: vec![RecordId(at(1))],
            act: text(),
            decide_by: deadline(),
            cap: day("2029-04-01"),
        },
        Event::AttributionProposed {
            listing: ListingId(at(2)),
            authority: authority(kit::rules::MARKET),
            role: PersonRole::DirectlyResponsible,
            basis: vec![cite("law")],
            facts: vec![fact(person(1))],
            finding: text(),
            decide_by: deadline(),
            cap: day("2029-04-01"),
            office_from: day("2024-03-01"),
            office_to: Some(day("2026-02-01")),
            acted_on: day("2025-12-20"),
        },
        Event::NoticeServed {
            case,
            facts: text(),
            reasons: text(),
            measures: vec![named("M-A01")],
            hearing_offered: true,
            document_sha256: digest(10),
            service: served(day("2026-03-02")),
            window: deadline(),
        },
        Event::StatementReceived {
            case,
            points: vec![text()],
            hearing_requested: true,
            received_on: day("2026-03-03"),
            document_sha256: Some(digest(15)),
        },
        Event::StatementWaived { case, document_sha256: digest(11) },
        Event::StatementWindowClosed { case },
        Event::HearingHeld { case, record_sha256: digest(12), summary: text() },
        Event::CaseDecided {
            case,
            document_number: "尤市监信〔2026〕1号".to_owned(),
            document_sha256: digest(13),
            facts: text(),
            reasons: text(),
            answers: vec![text()],
            measures: vec![named("M-A01")],
            end: day("2028-03-01"),
            removal_conditions: text(),
            remedies: text(),
        },
        Event::CaseNotDecided { case, reasons: text() },
        Event::CaseDropped { case, reasons: text() },
        Event::DecisionServed {
            case,
            service: served(day("2026-03-04")),
            repair_guide_sha256: digest(14),
            starts_on: day("2026-03-10"),
        },
        Event::CaseTookEffect { case, published: true },
        Event::CaseRemoved { case, repair: RepairId(at(6)) },
        Event::CaseExpired { case },
        Event::CaseAnnulled { case, reasons: Some(text()) },
    ]
}

fn red_list() -> Vec<Event> {
    let listing = ListingId(at(2));
    vec![
        Event::ListingNominated {
            authority: authority(kit::rules::OFFICE),
            source: NominationSource::MoralModel,
            merits: text(),
            basis: vec![cite("plan")],
            consent_sha256: Some(digest(15)),
        },
        Event::NominationChecked {
            listing,
            adverse_records: vec![RecordId(at(1))],
            black: vec![CaseRef::Listing(listing)],
        },
        Event::PublicNoticeOpened { listing, ends_on: day("2026-03-09") },
        Event::RedListingDecided {
            listing,
            document_number: "尤信〔2026〕1号".to_owned(),
            document_sha256: digest(16),
            reasons: text(),
            until: day("2027-03-01"),
            published: true,
        },
        Event::RedListingClosed { listing, reasons: text() },
    ]
}

fn measures() -> Vec<Event> {
    let measure = MeasureId(at(4));
    vec![
        Event::MeasureInitiated {
            listing: ListingId(at(2)),
            attribution: Some(AttributionId(at(3))),
            measure: "M-A01".to_owned(),
            department: "tax".to_owned(),
            basis: vec![cite("law")],
            reasons: text(),
            until: day("2027-03-01"),
            court_document: Some(fact(person(1))),
            decision_number: "尤市监信〔2026〕1号".to_owned(),
            incentive: true,
        },
        Event::MeasureNoticeServed {
            measure,
            reasons: text(),
            remedies: text(),
            document_sha256: digest(17),
            service: served(day("2026-03-11")),
        },
        Event::MeasureDispatched { measure, respond_by: deadline() },
        Event::MeasureAccepted { measure },
        Event::MeasureDeclined { measure, reasons: text(), legal_ground: Some(cite("law")) },
        Event::ExecutionOrdered { measure, plugin: Some("tax-plugin".to_owned()) },
        Event::MeasureExecuted { measure, reference: "SJ-1".to_owned() },
        Event::ExecutionFailed {
            measure,
            fault: CallFault::Deadline,
            detail: text(),
            attempt: 3,
            final_attempt: true,
        },
        Event::SuspensionConfirmed { measure },
        Event::ResumptionConfirmed { measure },
        Event::MeasureLifted { measure, reference: "SJ-2".to_owned() },
        Event::DeliveryFailed {
            measure,
            hook: CaseHook::Lift,
            fault: CallFault::Crash,
            detail: text(),
            attempt: 4,
        },
        Event::FeedbackFiled {
            measure,
            result: text(),
            effect: text(),
            document_sha256: Some(digest(18)),
            of_lift: true,
        },
        Event::ResponseOverdue { measure },
        Event::MeasureAnnulled { measure, reasons: text() },
        Event::MeasureExpired { measure },
    ]
}

fn objections() -> Vec<Event> {
    let objection = ObjectionId(at(9));
    vec![
        Event::ObjectionAccepted { objection, silent: true },
        Event::ObjectionRefused { objection, reasons: text(), service: served(day("2026-03-12")) },
        Event::ObjectionReferred {
            objection,
            received_on: day("2026-03-12"),
            verify_by: deadline(),
        },
        Event::ObjectionOverdue { objection },
        Event::ObjectionResolved {
            objection,
            upheld: true,
            reasons: text(),
            service: served(day("2026-03-20")),
        },
        Event::RedressOpened { objection, provider: authority(kit::rules::MARKET) },
        Event::RedressCompleted { objection, account: text(), evidence: vec![digest(19)] },
    ]
}

fn repairs() -> Vec<Event> {
    let repair = RepairId(at(10));
    vec![
        Event::RepairApplied {
            listing: ListingId(at(2)),
            proof_sha256: vec![digest(20)],
            commitment_sha256: digest(21),
            statement: text(),
            accept_by: deadline(),
            decide_by: deadline(),
        },
        Event::RepairApproved {
            repair,
            document_number: "尤市监修〔2026〕1号".to_owned(),
            document_sha256: digest(22),
            reasons: text(),
            service: served(day("2026-07-01")),
        },
        Event::RepairRefused { repair, reasons: text(), service: served(day("2026-07-01")) },
        Event::RepairDone { repair },
    ]
}

/// Events whose enumerations the samples above show in one variant only.
fn variants() -> Vec<(String, Event)> {
    let mut all = Vec::new();
    for guard in Guard::ALL {
        let event = Event::GuardDenied {
            command: "listings.decide".to_owned(),
            target: "L-7".to_owned(),
            guard: *guard,
            uncounted: 2,
        };
        all.push((guard.name().to_owned(), event));
    }
    for misfit in RecordedMisfit::ALL {
        let event = Event::Refusal(RefusalEvent::CommandRefused {
            command: "listings.decide".to_owned(),
            target: "L-7".to_owned(),
            misfit: *misfit,
            uncounted: 2,
        });
        all.push((format!("{misfit:?}"), event));
    }
    for target in targets() {
        let filed = Event::ObjectionFiled {
            target,
            trigger: Trigger::Complaint,
            grounds: vec![
                ObjectionGround::Error,
                ObjectionGround::Omission,
                ObjectionGround::Duplicate,
                ObjectionGround::NotPublic,
                ObjectionGround::OverPeriod,
                ObjectionGround::DiffersFromSource,
                ObjectionGround::WrongIdentity,
                ObjectionGround::WrongListCondition,
                ObjectionGround::MeasureNotLifted,
            ],
            statement: text(),
            evidence: vec![digest(23)],
            suspends: true,
            accept_by: deadline(),
            provider: authority(kit::rules::MARKET),
        };
        all.push((format!("{target:?}").chars().take_while(|it| *it != '(').collect(), filed));
        let settled = Event::FamilySettled { cause: at(30), root: target };
        all.push((format!("{target:?}").chars().take_while(|it| *it != '(').collect(), settled));
    }
    all.push(("Sealed".to_owned(), renamed(Name::Sealed(text()))));
    for exempt in [Exemption::Person, Exemption::Minor, Exemption::Directory] {
        all.push((format!("{exempt:?}"), filed(DecisionKind::Permit, Some(exempt))));
    }
    for ground in [CapacityGround::CourtFinding, CapacityGround::Corrected] {
        all.push((format!("{ground:?}"), stated(ground)));
    }
    use Finding as F;
    for finding in [F::Error, F::Correct, F::Corrected, F::Supplemented, F::DisplayStopped] {
        let objection = ObjectionId(at(9));
        let event = Event::VerificationReported {
            objection,
            finding,
            reasons: text(),
            evidence: vec![digest(24)],
        };
        all.push((format!("{finding:?}"), event));
    }
    let outcomes = [
        ("Accepted", RepairAcceptance::Accepted),
        ("Returned", RepairAcceptance::Returned(text())),
        ("NotAccepted", RepairAcceptance::NotAccepted(text())),
    ];
    for (label, outcome) in outcomes {
        let repair = RepairId(at(10));
        all.push((label.to_owned(), Event::RepairAcceptDecided { repair, outcome }));
    }
    all
}

fn envelope(event: Event) -> Envelope {
    let about = match &event {
        Event::Job(_)
        | Event::GuardDenied { .. }
        | Event::Refusal(_)
        | Event::KeyCreated { .. } => None,
        Event::PersonRegistered { .. } | Event::Person(_) => Some(person(1)),
        _ => Some(organisation(1)),
    };
    let actor = match event.name() {
        "key.created" => operator().actor,
        "measure.executed" => plugin().actor,
        "listing.expired" => timer().actor,
        "repair.applied" => party(organisation(1)).actor,
        _ => officer(kit::rules::MARKET, kit::Post::Head).actor,
    };
    Envelope {
        position: at(42),
        recorded_at: Timestamp(1_772_409_600_000),
        legal_date: day("2026-03-02"),
        actor,
        subject: about,
        cause: Some(at(41)),
        idempotency: Some(Idempotency { tag: digest(25), request: digest(26) }),
        rules: Some(at(0)),
        event,
    }
}

fn bytes_of(event: &Event) -> Vec<u8> {
    encode_event(&envelope(event.clone())).expect("a sample is short")
}

fn golden() -> BTreeMap<&'static str, Vec<u8>> {
    let read = GOLDEN.lines().map(|line| {
        let (name, hex) = line.split_once(' ').expect("a name and its bytes");
        (name, HEXLOWER.decode(hex.as_bytes()).expect("hexadecimal digits"))
    });
    read.collect()
}

#[test]
fn every_event_has_a_sample() {
    let named: BTreeSet<&str> = Event::names().into_iter().collect();
    let samples = samples();
    let sampled: BTreeSet<&str> =
        samples.keys().filter_map(|label| label.split('#').next()).collect();
    assert_eq!(sampled, named);
}

#[test]
fn what_was_written_once_is_written_the_same_way_and_read_forever() {
    let (samples, golden) = (samples(), golden());
    let missing: Vec<String> = samples
        .iter()
        .filter(|(label, _)| !golden.contains_key(label.as_str()))
        .map(|(label, event)| format!("{label} {}", HEXLOWER.encode(&bytes_of(event))))
        .collect();
    assert!(missing.is_empty(), "add to golden/v1.hex:\n{}", missing.join("\n"));
    for (label, bytes) in golden {
        let event = samples.get(label).unwrap_or_else(|| panic!("{label} is written no more"));
        assert_eq!(decode_event(&bytes), Ok(envelope(event.clone())), "{label} is read otherwise");
        assert_eq!(bytes_of(event), bytes, "{label} is written otherwise");
    }
}

#[test]
fn an_event_is_no_row_and_a_later_schema_is_named() {
    let bytes = bytes_of(&Event::KeyRevoked { key_id: "k".to_owned() });
    assert!(matches!(decode_row(&bytes), Err(CodecError::Frame(_))));
    let mut later = bytes;
    later[2] = 2;
    let resealed = reseal(later);
    assert_eq!(decode_event(&resealed), Err(CodecError::Schema { found: 2, reads: 1 }));
}

#[test]
fn an_event_over_the_limit_is_not_written() {
    let event = Event::KeyRevoked { key_id: "k".repeat(70_000) };
    assert!(matches!(encode_event(&envelope(event)), Err(CodecError::TooLong)));
}

/// The same bytes under a checksum of their own: what somebody would write who knows the format.
fn reseal(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len().saturating_sub(4));
    let crc = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
    bytes
}

fn sample() -> impl Strategy<Value = Vec<u8>> {
    let all: Vec<Vec<u8>> = samples().values().map(bytes_of).collect();
    prop::sample::select(all)
}

proptest! {
    #[test]
    fn damaged_bytes_are_no_event(
        bytes in sample(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..4),
    ) {
        let mut damaged = bytes.clone();
        for (place, bit) in flips {
            let place = place.index(damaged.len());
            damaged[place] ^= 1 << bit;
        }
        if damaged != bytes {
            prop_assert!(decode_event(&damaged).is_err());
        }
    }

    #[test]
    fn a_part_of_an_event_is_no_event(bytes in sample(), cut in any::<prop::sample::Index>()) {
        prop_assert!(decode_event(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn nothing_may_follow_an_event(bytes in sample(), more in prop::collection::vec(any::<u8>(), 1..40)) {
        let mut longer = bytes.clone();
        longer.truncate(longer.len() - 4);
        longer.extend_from_slice(&more);
        longer.extend_from_slice(&[0; 4]);
        let resealed = reseal(longer);
        prop_assert!(decode_event(&resealed).is_err());
    }

    /// Where changed bytes under a right checksum are an event, they are that event's only bytes:
    /// no two byte strings mean the same, and no length in them makes the reader reserve memory.
    #[test]
    fn changed_bytes_are_refused_or_are_the_bytes_of_what_they_say(
        bytes in sample(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut changed = bytes;
        for (place, value) in changes {
            let place = place.index(changed.len());
            changed[place] = value;
        }
        let changed = reseal(changed);
        if let Ok(found) = decode_event(&changed) {
            prop_assert_eq!(encode_event(&found), Ok(changed));
        }
    }

    #[test]
    fn noise_is_no_event(noise in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(decode_event(&noise).is_err());
        prop_assert!(decode_row(&noise).is_err());
    }
}

/// Every kind of actor and role stands in the golden bytes by number; this says which.
#[test]
fn actors_and_roles_keep_their_numbers() {
    let number = |actor: &Actor| match actor {
        Actor::Officer(_) => 0,
        Actor::Subject(_) => 1,
        Actor::System => 2,
        Actor::Plugin { .. } => 3,
        Actor::Operator => 4,
    };
    let all = [
        officer(kit::rules::TAX, kit::Post::Head),
        party(person(1)),
        timer(),
        plugin(),
        operator(),
    ];
    for who in all {
        let event = Event::KeyRevoked { key_id: "k".to_owned() };
        let with = Envelope { actor: who.actor.clone(), ..envelope(event) };
        let bytes = encode_event(&with).expect("it is short");
        // Behind head, position, time and legal date.
        let found = u32::from_le_bytes(bytes[27..31].try_into().expect("four bytes"));
        assert_eq!(found, number(&who.actor), "{:?}", who.actor);
    }
    let roles = [
        Role::Public,
        Role::Department,
        Role::Provider,
        Role::CreditOffice,
        Role::LeadingGroup,
        Role::Association,
        Role::CourtRegistrar,
        Role::Triage,
        Role::DataOfficer,
        Role::Subject,
        Role::Operator,
        Role::Auditor,
        Role::Market,
    ];
    for (number, role) in roles.into_iter().enumerate() {
        let event = |role| Event::KeyCreated {
            key_id: String::new(),
            secret_hash: [0; 32],
            role,
            officer: None,
            acts_for: None,
            expires_on: day("2027-01-01"),
        };
        let (first, own) = (bytes_of(&event(Role::Public)), bytes_of(&event(role)));
        let differs = first.iter().zip(&own).position(|(left, right)| left != right);
        match (number, differs) {
            (0, None) => {}
            (_, Some(place)) => assert_eq!(usize::from(own[place]), number, "{role:?}"),
            _ => panic!("{role:?} is written like another"),
        }
    }
}
