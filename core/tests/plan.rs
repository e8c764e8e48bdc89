//! The plan's own lists against the county's own data files: every behaviour is listed by whom the
//! law lets list it, every measure is taken, forwarded or refused as the plan taken apart has it
//! (domain.md 1.5, 1.6, 1.7). The tables beside this file are from there, not from the
//! configuration.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::kit::county::{county_officer, county_rules};
use crate::kit::rules::day;
use crate::kit::steps::{
    check_nomination, digest, paper, register, register_person, served, subject_notice, text,
};
use crate::kit::tolerance::version;
use crate::kit::{Who, World, guard, operator, organisation, party, person, timer};
use shouxin_core::actor::SubjectKey;
use shouxin_core::command::Command;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::event::{
    Capacity, CaseHook, CaseRef, NamedMeasure, NominationSource, PersonRole,
};
use shouxin_core::guard::{Ground, Guard, Refusal};
use shouxin_core::id::{AttributionId, ListingId, MeasureId};
use shouxin_core::path::Standing;
use shouxin_core::row::{Due, Key, MeasureState, Row};
use shouxin_core::rules::{
    Behaviour, Citation, Executor, FactKind, LegalLevel, Measure, MeasureNeeds, MeasureSubject,
};
use shouxin_core::tally::{Counter, Unit};
use shouxin_core::text::FactDocument;

const BEHAVIOURS: &str = include_str!("plan/behaviours.tsv");
const MEASURES: &str = include_str!("plan/measures.tsv");
const INCENTIVES: &str = include_str!("plan/incentives.tsv");

/// Found by the securities regulator, which has no office in the county: nobody here may list for it.
const NOT_IN_THE_COUNTY: &[&str] = &["B2.16"];

/// The plan names these, and no law that authorises them has been found: the plan is no basis for
/// what cuts rights (G-BASIS-RANK), and whistle-blowing and public-interest suits (M-S09, M-S10) are
/// no measures against anybody.
const WITHOUT_LAW: &[&str] = &[
    "M-A02", "M-A04", "M-A05", "M-A06", "M-A07", "M-A08", "M-A09", "M-A10", "M-A11", "M-A14",
    "M-A15", "M-A16", "M-A20", "M-A21", "M-S09", "M-S10",
];

const OFFICE: &str = "development_reform";

fn table(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().map(|line| line.split('\t').collect())
}

/// A register under the county's own rules, with an organisation and a person on file.
fn county() -> World {
    let mut world = World::new();
    world.rules = Arc::new(county_rules(false));
    world.today = day("2026-05-11");
    let version = world.rules.version;
    world.must(&operator(), &Command::LoadRules { version, files: Vec::new() });
    let clerk = county_officer(&world, "market", "SC-03");
    world.must(&clerk, &register(organisation(1)));
    world.must(&clerk, &register_person(1, Capacity::Full));
    world
}

fn level(world: &World, cited: &Citation) -> Option<LegalLevel> {
    let found = world.rules.instrument(&cited.instrument)?;
    found.in_force(world.today).then_some(found.level)
}

/// What the data files cite for a listing, of a level that carries one.
fn listing_basis(world: &World, behaviour: &Behaviour) -> Option<Citation> {
    let carries = |own: &&Citation| {
        level(world, own).is_some_and(|level| level <= LegalLevel::LocalRegulation)
    };
    behaviour.basis.iter().find(carries).cloned()
}

/// What they cite for a measure, of the level that its column `Needs` asks for.
fn measure_basis(world: &World, measure: &Measure) -> Option<Citation> {
    let strict = matches!(measure.needs, MeasureNeeds::Statute | MeasureNeeds::CourtOrStatute);
    let carries = |own: &&Citation| {
        level(world, own)
            .is_some_and(|level| !strict || level <= LegalLevel::AdministrativeRegulation)
    };
    measure.basis.iter().find(carries).cloned()
}

fn fact(world: &World, about: SubjectKey, kind: FactKind) -> FactDocument {
    FactDocument {
        kind,
        issuer: "作出文书的法院".to_owned(),
        date: world.today.plus_days(-3),
        ..paper(world, about)
    }
}

fn propose(world: &World, behaviour: &Behaviour, basis: Citation) -> Command {
    let subject = organisation(1);
    Command::ProposeListing {
        subject,
        behaviour: behaviour.id.clone(),
        basis: vec![basis],
        facts: vec![fact(world, subject, behaviour.facts[0])],
        records: Vec::new(),
        act: text(),
    }
}

/// The whole path: what is heard is decided, served, and in force after the standstill.
fn carry(world: &mut World, case: CaseRef, department: &str, named: &[NamedMeasure], months: u16) {
    hear(world, case, department, named);
    let decision = Command::DecideCase {
        case,
        document_number: "尤信〔2026〕1号".to_owned(),
        document_sha256: digest(13),
        facts: text(),
        reasons: text(),
        answers: Vec::new(),
        measures: named.to_vec(),
        end: world.today.plus_months(months),
        removal_conditions: text(),
        remedies: text(),
    };
    world.must(&county_officer(world, department, "SC-01"), &decision);
    let service = Command::ServeDecision {
        case,
        service: served(world.today),
        repair_guide_sha256: digest(14),
    };
    world.must(&county_officer(world, department, "SC-03"), &service);
    world.pass(10);
}

/// The notice that names these measures, served today.
fn tell(world: &World, case: CaseRef, named: &[NamedMeasure]) -> Command {
    Command::ServeNotice {
        case,
        facts: text(),
        reasons: text(),
        measures: named.to_vec(),
        hearing_offered: true,
        rights_stated: true,
        document_sha256: digest(11),
        service: served(world.today),
    }
}

/// Notice and waiver.
fn hear(world: &mut World, case: CaseRef, department: &str, named: &[NamedMeasure]) {
    let subject = match case {
        CaseRef::Listing(_) => organisation(1),
        CaseRef::Attribution(_) => person(1),
    };
    let handler = county_officer(world, department, "SC-03");
    world.must(&handler, &tell(world, case, named));
    world.must(&party(subject), &Command::WaiveStatement { case, document_sha256: digest(12) });
}

fn decide_too_long(world: &World, case: CaseRef, months: u16) -> Command {
    Command::DecideCase {
        case,
        document_number: "尤信〔2026〕1号".to_owned(),
        document_sha256: digest(13),
        facts: text(),
        reasons: text(),
        answers: Vec::new(),
        measures: Vec::new(),
        end: world.today.plus_months(months).plus_days(40),
        removal_conditions: text(),
        remedies: text(),
    }
}

fn in_force(world: &World, listing: ListingId) -> bool {
    world.standing(|rows, on| rows.listing_standing(listing, on)) == Standing::InForce
}

/// Each behaviour of the plan is listed by every department that may find it, by no other, never
/// longer than its period, and ends on its date. Covers B1.1..B4.7, O04, O36, O52, O58, T06.
#[test]
fn every_behaviour_is_listed_by_whom_the_law_lets_list_it() {
    let fresh = county();
    let mut listed = BTreeSet::new();
    for line in table(BEHAVIOURS) {
        let [id, area, name] = line[..] else { panic!("{line:?}") };
        let behaviour = fresh.rules.behaviour(id).unwrap_or_else(|| panic!("{id} is missing"));
        assert_eq!((behaviour.area.to_string().as_str(), behaviour.name_zh.as_str()), (area, name));
        let basis = listing_basis(&fresh, behaviour);
        for department in &fresh.rules.departments {
            let mut world = fresh.clone();
            let who = county_officer(&world, &department.code, "SC-03");
            let cited = basis.clone().unwrap_or_else(|| behaviour.basis[0].clone());
            let command = propose(&world, behaviour, cited);
            if !behaviour.found_by.contains(&department.code) {
                assert_eq!(world.refused(&who, &command), guard(Guard::Competent), "{id}");
                continue;
            }
            if basis.is_none() {
                assert_eq!(world.refused(&who, &command), guard(Guard::BasisRank), "{id}");
                continue;
            }
            if behaviour.repair.is_none() {
                assert_eq!(world.refused(&who, &command), guard(Guard::RepairRule), "{id}");
                continue;
            }
            listed.insert(id);
            let listing = ListingId(world.must(&who, &command));
            let mut heard = world.clone();
            let (months, longest) = behaviour.period_months;
            let case = CaseRef::Listing(listing);
            hear(&mut heard, case, &department.code, &[]);
            let head = county_officer(&heard, &department.code, "SC-01");
            let too_long = decide_too_long(&heard, case, longest);
            assert_eq!(heard.refused(&head, &too_long), guard(Guard::End), "{id}");
            carry(&mut world, CaseRef::Listing(listing), &department.code, &[], months);
            assert!(in_force(&world, listing), "{id} by {}", department.code);
            world.pass(31 * i32::from(months));
            assert!(!in_force(&world, listing), "{id} ends with its period");
        }
    }
    let all = table(BEHAVIOURS).map(|line| line[0]);
    let never: Vec<&str> = all.filter(|id| !listed.contains(id)).collect();
    assert_eq!(never, NOT_IN_THE_COUNTY);
}

fn initiate(
    world: &World,
    (listing, attribution): (ListingId, Option<AttributionId>),
    measure: &Measure,
    basis: &Citation,
    court_document: Option<FactDocument>,
) -> Command {
    Command::InitiateMeasure {
        listing,
        attribution,
        measure: measure.id.clone(),
        department: measure.implementers.first().cloned().unwrap_or_else(|| OFFICE.to_owned()),
        basis: vec![basis.clone()],
        reasons: text(),
        until: world.today.plus_months(3),
        court_document,
    }
}

fn forward(world: &World, asked: &Command) -> Command {
    let Command::InitiateMeasure {
        listing,
        attribution,
        measure,
        department,
        basis,
        reasons,
        until,
        court_document,
    } = asked.clone()
    else {
        panic!("{asked:?}");
    };
    Command::Measure(MeasureCommand::Forward {
        listing,
        attribution,
        measure,
        department,
        to: "上级主管部门".to_owned(),
        basis,
        reasons,
        until,
        court_document,
        document_sha256: digest(15),
        service: served(world.today),
        notice: Some(subject_notice(world.today)),
    })
}

/// A measure case from its notice to its execution; `wait` comes after the dispatch.
fn execute(
    world: &mut World,
    initiator: &Who,
    id: MeasureId,
    against: bool,
    wait: impl Fn(&mut World),
) {
    let Some(Row::Measure(row)) = world.row(&Key::Measure(id)).cloned() else {
        panic!("{id} is not there");
    };
    let officer = county_officer(world, &row.department, "SC-03");
    if against {
        let notice = Command::ServeMeasureNotice {
            measure: id,
            reasons: text(),
            remedies: text(),
            document_sha256: digest(15),
            service: served(world.today),
        };
        world.must(initiator, &notice);
    }
    world.must(initiator, &Command::DispatchMeasure { measure: id });
    wait(world);
    world.must(&officer, &Command::AcceptMeasure { measure: id });
    world.must(&officer, &Command::ExecuteMeasure { measure: id });
    world.must(&officer, &hand(id, CaseHook::Execute));
}

fn hand(measure: MeasureId, hook: CaseHook) -> Command {
    Command::ConfirmByHand { measure, hook, reference: "1号".to_owned() }
}

/// A measure case from its notice to the confirmed lift on the day after its end.
fn live(world: &mut World, initiator: &Who, id: MeasureId, against: bool) {
    execute(world, initiator, id, against, |_| ());
    let Some(Row::Measure(row)) = world.row(&Key::Measure(id)).cloned() else {
        panic!("{id} is not there");
    };
    let officer = county_officer(world, &row.department, "SC-03");
    let feedback = Command::FileFeedback {
        measure: id,
        result: text(),
        effect: text(),
        document_sha256: None,
    };
    world.must(&officer, &feedback);
    world.pass(100);
    world.must(&officer, &hand(id, CaseHook::Lift));
    world.must(&officer, &feedback);
    let Some(Row::Measure(row)) = world.row(&Key::Measure(id)) else { panic!("{id}") };
    assert!(matches!(row.state, MeasureState::Closed), "{}: {}", row.measure, row.state.name());
}

fn named(measure: &Measure) -> [NamedMeasure; 1] {
    [NamedMeasure {
        measure: measure.id.clone(),
        department: measure.implementers.first().cloned().unwrap_or_else(|| OFFICE.to_owned()),
        proportionality: text(),
    }]
}

/// A listing in force for a behaviour with which the measure is connected.
fn listed(world: &mut World, measure: &Measure, own: &[NamedMeasure]) -> (ListingId, Behaviour) {
    let connected =
        |id: &str| measure.behaviours.is_empty() || measure.behaviours.iter().any(|own| own == id);
    listed_for(world, connected, own)
}

/// A listing in force for the first behaviour that is asked for.
fn listed_for(
    world: &mut World,
    asked: impl Fn(&str) -> bool,
    own: &[NamedMeasure],
) -> (ListingId, Behaviour) {
    let rules = Arc::clone(&world.rules);
    let fits = |own: &&Behaviour| {
        asked(&own.id)
            && own.repair.is_some()
            && !own.found_by.is_empty()
            && listing_basis(world, own).is_some()
    };
    let behaviour = rules.behaviours.iter().find(fits).expect("a connected behaviour");
    let department = behaviour.found_by[0].as_str();
    let who = county_officer(world, department, "SC-03");
    let basis = listing_basis(world, behaviour).unwrap();
    let listing = ListingId(world.must(&who, &propose(world, behaviour, basis)));
    carry(world, CaseRef::Listing(listing), department, own, 12);
    (listing, behaviour.clone())
}

/// Proposes that a person answers for the behaviour of a listing.
fn answers(world: &World, listing: ListingId, behaviour: &Behaviour) -> Command {
    let basis = listing_basis(world, behaviour).unwrap();
    Command::ProposeAttribution {
        listing,
        person: person(1),
        role: PersonRole::DirectlyResponsible,
        basis: vec![basis],
        facts: vec![fact(world, person(1), behaviour.facts[0])],
        records: Vec::new(),
        finding: text(),
        office_from: day("2024-03-01"),
        office_to: None,
        acted_on: day("2025-12-20"),
    }
}

/// What a person answers for under a listing, by a decision that names the measure.
fn attributed(
    world: &mut World,
    listing: ListingId,
    behaviour: &Behaviour,
    own: &[NamedMeasure],
) -> AttributionId {
    let department = behaviour.found_by[0].as_str();
    let command = answers(world, listing, behaviour);
    let id = AttributionId(world.must(&county_officer(world, department, "SC-03"), &command));
    carry(world, CaseRef::Attribution(id), department, own, 6);
    id
}

/// Why no notice may name a measure, as nobody in the county could ever take it; none where it may.
fn not_named(fresh: &World, measure: &Measure, of_person: bool) -> Option<&'static str> {
    let mut world = fresh.clone();
    let (listing, behaviour) = listed(&mut world, measure, &[]);
    let who = county_officer(&world, &behaviour.found_by[0], "SC-03");
    let case = match of_person {
        true => {
            let command = answers(&world, listing, &behaviour);
            CaseRef::Attribution(AttributionId(world.must(&who, &command)))
        }
        false => {
            let basis = listing_basis(&world, &behaviour).unwrap();
            let command = propose(&world, &behaviour, basis);
            CaseRef::Listing(ListingId(world.must(&who, &command)))
        }
    };
    match world.ask(&who, &tell(&world, case, &named(measure))).err()?.ground {
        Ground::Guard(guard) => Some(guard.name()),
        Ground::Misfit(_) => Some("misfit"),
    }
}

/// What becomes of a measure of the plan in this county.
fn fate(fresh: &World, measure: &Measure, of_person: bool) -> &'static str {
    if let Some(why) = not_named(fresh, measure, of_person) {
        return why;
    }
    let mut world = fresh.clone();
    let own = named(measure);
    let (listing, behaviour) = listed(&mut world, measure, if of_person { &[] } else { &own });
    let department = behaviour.found_by[0].as_str();
    let who = county_officer(&world, department, "SC-03");
    let attribution = of_person.then(|| attributed(&mut world, listing, &behaviour, &own));
    let subject = if of_person { person(1) } else { organisation(1) };
    let basis = measure_basis(&world, measure);
    let cited = basis.or_else(|| measure.basis.first().cloned());
    let cited = cited.unwrap_or_else(|| behaviour.basis[0].clone());
    let parents = (listing, attribution);
    let bare = initiate(&world, parents, measure, &cited, None);
    let ruling = fact(&world, subject, FactKind::Judgment);
    let with_ruling = initiate(&world, parents, measure, &cited, Some(ruling));
    let fits = match measure.subject {
        MeasureSubject::Both => true,
        MeasureSubject::LegalPerson => !of_person,
        MeasureSubject::NaturalPerson => of_person,
    };
    let of_court = matches!(measure.needs, MeasureNeeds::Court | MeasureNeeds::CourtOrStatute);
    if fits && of_court && measure.executor != Executor::InformationOnly {
        let without = match measure.executor {
            Executor::Higher | Executor::Referral => forward(&world, &bare),
            _ => bare.clone(),
        };
        assert_eq!(world.refused(&who, &without), guard(Guard::Court), "{}", measure.id);
    }
    let asked = if of_court { &with_ruling } else { &bare };
    match (world.ask(&who, asked), world.ask(&who, &forward(&world, asked))) {
        (Ok(_), Err(_)) => {
            let id = MeasureId(world.must(&who, asked));
            live(&mut world, &who, id, true);
            "taken"
        }
        (Err(_), Ok(_)) => {
            world.must(&who, &forward(&world, asked));
            "forwarded"
        }
        (Ok(_), Ok(_)) => "taken and forwarded",
        (Err(one), Err(other)) => {
            let reason = |refusal: &Refusal| match refusal.ground {
                Ground::Guard(guard) => guard.name(),
                Ground::Misfit(_) => "misfit",
            };
            let (one, other) = (reason(&one), reason(&other));
            if one == Guard::Competent.name() { other } else { one }
        }
    }
}

/// Each measure of the plan is taken by the county, forwarded to whoever may take it, or refused.
/// Covers M-A01..M-S10, O38, O39, O41, O42.
#[test]
fn every_measure_is_taken_forwarded_or_refused_as_the_plan_has_it() {
    let fresh = county();
    for line in table(MEASURES) {
        let [id, name, subject, needs, county] = line[..] else { panic!("{line:?}") };
        let measure = fresh.rules.measure(id).unwrap_or_else(|| panic!("{id} is missing"));
        assert!(measure.name_zh.contains(name.trim_matches('.')), "{id}: {}", measure.name_zh);
        let kinds = match measure.subject {
            MeasureSubject::Both => "B",
            MeasureSubject::LegalPerson => "LP",
            MeasureSubject::NaturalPerson => "NP",
        };
        assert_eq!(kinds, subject, "{id}");
        let expected = match (needs, county) {
            // A market body or an association decides by itself, and so does another organ, to which
            // the matter is referred (INV-12).
            ("V", _) => Guard::NoOrder.name(),
            (_, "N") => "forwarded",
            _ if WITHOUT_LAW.contains(&id) => Guard::BasisRank.name(),
            (_, "U") => "forwarded",
            _ => "taken",
        };
        for of_person in [false, true] {
            let fits = match subject {
                "LP" => !of_person,
                "NP" => of_person,
                _ => true,
            };
            let expected = if fits { expected } else { Guard::Proportion.name() };
            assert_eq!(fate(&fresh, measure, of_person), expected, "{id}, person: {of_person}");
        }
    }
}

/// The reminder to perform (M-M02): named by the served decision, accepted by a department that may
/// decline it without a law, served once, fed back; the standing of its subject is what it was.
/// Covers O41, M-M02.
#[test]
fn urging_performance_reminds_and_takes_nothing_away() {
    let fresh = county();
    let measure = fresh.rules.measure("M-M02").unwrap().clone();
    assert_eq!(measure.name_zh, "督促履行法定义务");
    let mut world = fresh.clone();
    let (listing, behaviour) = listed(&mut world, &measure, &named(&measure));
    let who = county_officer(&world, &behaviour.found_by[0], "SC-03");
    let basis = measure_basis(&world, &measure).unwrap();
    let asked = initiate(&world, (listing, None), &measure, &basis, None);
    let before = world.marks(organisation(1));
    let names = world.ask(&who, &asked).unwrap().drafts;
    let names: Vec<&str> = names.iter().map(|own| own.event.name()).collect();
    assert_eq!(names, ["measure.initiated"]);
    let id = MeasureId(world.must(&who, &asked));

    let mut declined = world.clone();
    let notice = Command::ServeMeasureNotice {
        measure: id,
        reasons: text(),
        remedies: text(),
        document_sha256: digest(15),
        service: served(declined.today),
    };
    declined.must(&who, &notice);
    declined.must(&who, &Command::DispatchMeasure { measure: id });
    let officer = county_officer(&declined, &measure.implementers[0], "SC-03");
    let no = Command::DeclineMeasure { measure: id, reasons: text(), legal_ground: None };
    declined.must(&officer, &no);

    execute(&mut world, &who, id, true, |_| ());
    let Some(Row::Measure(row)) = world.row(&Key::Measure(id)) else { panic!("{id}") };
    assert_eq!((row.state.name(), row.incentive), ("executed", false));
    assert_eq!(world.marks(organisation(1)), before, "a reminder changes nothing");
    let measures = world.rows.keys().filter(|key| matches!(key, Key::Measure(_))).count();
    assert_eq!(measures, 1, "nothing follows from it");
    let again = world.ask(&officer, &Command::ExecuteMeasure { measure: id });
    assert!(again.is_err(), "it is served once");
}

/// The limits of a court are for who is able to perform and refuses: the plan's own words. Covers
/// G-PROP, M-M03..M-M09, O42.
#[test]
fn a_courts_limits_are_for_who_is_able_to_perform_and_refuses() {
    let fresh = county();
    let refusing = ["B3.1", "B3.2", "B3.3"];
    for line in table(MEASURES) {
        let [id, .., "C" | "C_or_S", "U"] = line[..] else { continue };
        let measure = fresh.rules.measure(id).unwrap();
        let own: BTreeSet<&str> = measure.behaviours.iter().map(String::as_str).collect();
        let by_statute = if id == "M-M03" { &["B2.2", "B4.1", "B4.2"][..] } else { &[] };
        assert_eq!(own, refusing.iter().chain(by_statute).copied().collect(), "{id}");
    }
    let measure = fresh.rules.measure("M-M05").unwrap();
    let own = named(measure);
    let mut world = fresh.clone();
    let (listing, behaviour) = listed_for(&mut world, |id| id == "B2.5", &[]);
    let who = county_officer(&world, &behaviour.found_by[0], "SC-03");
    let command = answers(&world, listing, &behaviour);
    let case = CaseRef::Attribution(AttributionId(world.must(&who, &command)));
    assert_eq!(world.refused(&who, &tell(&world, case, &own)), guard(Guard::Proportion));
}

/// An exit limit is ordered by a court, or by the statute that names this very behaviour; the law on
/// civil procedure, or a statute about another behaviour, stands in place of nothing.
/// Covers G-COURT, M-M03, O42.
#[test]
fn an_exit_limit_needs_a_court_or_the_statute_for_this_behaviour() {
    let fresh = county();
    let measure = fresh.rules.measure("M-M03").unwrap();
    let own = named(measure);
    for (id, statute) in [
        ("B2.2", Some("tax-collection-law")),
        ("B4.1", Some("conscription-law")),
        ("B4.2", Some("conscription-law")),
        ("B3.1", None),
        ("B3.2", None),
    ] {
        let mut world = fresh.clone();
        let (listing, behaviour) = listed_for(&mut world, |own| own == id, &[]);
        let attribution = attributed(&mut world, listing, &behaviour, &own);
        let who = county_officer(&world, &behaviour.found_by[0], "SC-03");
        for cited in &measure.basis {
            let parents = (listing, Some(attribution));
            let asked = initiate(&world, parents, measure, cited, None);
            let there = forward(&world, &asked);
            if Some(cited.instrument.as_str()) == statute {
                world.ask(&who, &there).unwrap_or_else(|own| panic!("{id}: {own:?}"));
            } else {
                assert_eq!(world.refused(&who, &there), guard(Guard::Court), "{id}: {cited:?}");
            }
            let ruling = fact(&world, person(1), FactKind::Judgment);
            let asked = initiate(&world, parents, measure, cited, Some(ruling));
            world.ask(&who, &forward(&world, &asked)).unwrap_or_else(|own| panic!("{own:?}"));
        }
    }
}

fn nomination(subject: SubjectKey) -> Command {
    Command::Nominate {
        subject,
        source: NominationSource::MoralModel,
        merits: text(),
        basis: vec![Citation { instrument: "plan-185".to_owned(), article: "三(一)".to_owned() }],
        consent_sha256: subject.is_personal().then(|| digest(16)),
    }
}

/// An exemplar of the red list, after check, public notice and the head's decision.
fn exemplar(fresh: &World, subject: SubjectKey) -> (World, ListingId) {
    let mut world = fresh.clone();
    let clerk = county_officer(&world, OFFICE, "SC-03");
    let nominate = nomination(subject);
    let listing = ListingId(world.must(&clerk, &nominate));
    world.must(&clerk, &check_nomination(&world, listing, &[]));
    world.must(&clerk, &Command::OpenPublicNotice { listing });
    world.pass(30);
    let decision = Command::DecideRedListing {
        listing,
        adverse_records: Vec::new(),
        looked_at: version(&world, subject),
        document_number: "尤信〔2026〕2号".to_owned(),
        document_sha256: digest(20),
        reasons: text(),
        until: world.today.plus_months(12),
    };
    let head = county_officer(&world, OFFICE, "SC-01");
    world.must(&head, &decision);
    (world, listing)
}

/// Every incentive of the plan is given to an exemplar of the kind it is for, on the plan's own
/// basis, and to nobody who is on no red list. A person is shown only with written consent.
/// Covers I01..I21, O28, O33, O34, O35.
#[test]
fn every_incentive_is_given_to_exemplars_of_its_kind() {
    let fresh = county();
    let clerk = county_officer(&fresh, OFFICE, "SC-03");
    let mut silent = nomination(person(1));
    if let Command::Nominate { consent_sha256, .. } = &mut silent {
        *consent_sha256 = None;
    }
    assert_eq!(fresh.refused(&clerk, &silent), guard(Guard::Consent));
    let exemplars = [organisation(1), person(1)].map(|subject| exemplar(&fresh, subject));
    for line in table(INCENTIVES) {
        let [id, _, subject] = line[..] else { panic!("{line:?}") };
        let incentive = fresh.rules.measure(id).unwrap_or_else(|| panic!("{id} is missing"));
        for (of_person, (world, listing)) in [false, true].into_iter().zip(&exemplars) {
            let mut world = world.clone();
            let asked = initiate(&world, (*listing, None), incentive, &incentive.basis[0], None);
            let fits = match subject {
                "LP" => !of_person,
                "NP" => of_person,
                _ => true,
            };
            if !fits {
                assert_eq!(world.refused(&clerk, &asked), guard(Guard::Proportion), "{id}");
                continue;
            }
            let measure = MeasureId(world.must(&clerk, &asked));
            live(&mut world, &clerk, measure, false);
        }
    }
}

/// An honour is revoked within ten working days of the order reaching its department, or the
/// assessment says so, once, whether or not the timer ran. Covers T10.
#[test]
fn an_honour_is_revoked_in_time_or_the_assessment_says_so() {
    let fresh = county();
    for late in [0_u8, 1] {
        for timers in [true, false] {
            let mut world = fresh.clone();
            let measure = fresh.rules.measure("M-A22").unwrap();
            let (listing, behaviour) = listed(&mut world, measure, &named(measure));
            let who = county_officer(&world, &behaviour.found_by[0], "SC-03");
            let basis = measure_basis(&world, measure).unwrap();
            let asked = initiate(&world, (listing, None), measure, &basis, None);
            let id = MeasureId(world.must(&who, &asked));
            execute(&mut world, &who, id, true, |world| {
                // The last day is in time.
                let last = world.measure_row(id).execution.expect("it is owed").by.day;
                let day = last.plus_days(i32::from(late));
                match timers {
                    // Also where it looks without being due.
                    true => {
                        world.go_to(day);
                        let look = Command::Tick { due: Due::Measure(id) };
                        world.run(&timer(), &look).expect("a timer is not refused");
                    }
                    false => world.today = day,
                }
            });
            let of = Unit::Department(measure.implementers[0].clone());
            let count = |counter: Counter| -> u32 {
                let rows = world.rows.iter().filter_map(|(key, row)| match (key, row.as_ref()) {
                    (Key::Tally { unit, .. }, Row::Tally(counts)) if *unit == of => {
                        Some(counts.get(counter))
                    }
                    _ => None,
                });
                rows.sum()
            };
            let found = (count(Counter::ExecutedLate), count(Counter::ExecutionOverdue));
            let late = u32::from(late);
            assert_eq!(found, (late, late), "timers: {timers}");
        }
    }
}
