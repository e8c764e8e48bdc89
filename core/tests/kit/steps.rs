//! The commands of the ordinary course of a case, right in every point, and the courses made of
//! them. A test takes one, changes one thing, and sees what becomes of it.

use shouxin_core::actor::SubjectKey;
use shouxin_core::apply::record_source;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::measure::{MeasureCommand, SubjectNotice};
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::command::{Command, NewPerson, NewRecord, NewSubject};
use shouxin_core::event::plugin::Admission;
use shouxin_core::event::{
    Capacity, CaseHook, CaseRef, Event, Finding, NamedMeasure, NominationSource, ObjectionGround,
    PersonRole, RepairAcceptance, Target, Trigger,
};
use shouxin_core::id::{
    AttributionId, ListingId, MeasureId, ObjectionId, Position, RecordId, RepairId,
};
use shouxin_core::path::Path;
use shouxin_core::row::{
    Index, Key, ListingKind, ListingRow, MeasureRow, ObjectionRow, ObjectionState, Repairable, Row,
};
use shouxin_core::rules::{FactKind, Severity, SubjectKind};
use shouxin_core::text::{Digest, FactDocument, Name, Sealed, Service, ServiceManner};
use shouxin_core::time::Day;

use super::rules::{LISTABLE, MARKET, OFFICE, PENALTY, STATUTE, TAX, cite, day};
use super::tolerance::version;
use super::{Post, Who, World, authority, officer, organisation, party, person};

/// A stated text.
pub fn text() -> Sealed {
    Sealed { slot: 1, clear_bytes: 12, nonce: [3; 24], bytes: vec![5; 28] }
}

/// A text that says nothing.
pub fn no_text() -> Sealed {
    Sealed { clear_bytes: 0, ..text() }
}

/// The digest of some document.
pub fn digest(serial: u8) -> Digest {
    [serial.max(1); 32]
}

/// A proof of service on a day.
pub fn served(on: Day) -> Service {
    Service { manner: ServiceManner::Direct, on, proof_sha256: digest(9) }
}

/// The last day of the listings of these tests.
pub fn end() -> Day {
    day("2028-03-01")
}

/// A penalty decision about a subject.
pub fn fact(about: SubjectKey) -> FactDocument {
    FactDocument {
        kind: FactKind::PenaltyDecision,
        about,
        number: "尤市监罚〔2026〕1号".to_owned(),
        issuer: "尤溪县市场监督管理局".to_owned(),
        date: day("2026-01-15"),
        sha256: digest(8),
    }
}

/// A judgment about a subject.
pub fn ruling(about: SubjectKey) -> FactDocument {
    FactDocument {
        kind: FactKind::Judgment,
        number: "（2026）闽0426行初1号".to_owned(),
        issuer: "尤溪县人民法院".to_owned(),
        ..fact(about)
    }
}

/// A judgment of today about a subject, like no other that stands in the log.
pub fn judgment(world: &World, about: SubjectKey) -> FactDocument {
    let serial = world.log.len();
    let mut sha256 = [6; 32];
    sha256[..8].copy_from_slice(&serial.to_be_bytes());
    FactDocument {
        number: format!("（2026）闽0426行初{serial}号之一"),
        date: world.today,
        sha256,
        ..ruling(about)
    }
}

/// A penalty decision about a subject, like no other that stands in the log.
pub fn paper(world: &World, about: SubjectKey) -> FactDocument {
    let own = judgment(world, about);
    let number = format!("尤市监罚〔2026〕{}号之二", world.log.len());
    FactDocument { number, sha256: own.sha256, ..fact(about) }
}

/// The same command on a paper that nobody has cited yet.
pub fn on_new_paper(world: &World, mut proposal: Command) -> Command {
    match &mut proposal {
        Command::ProposeListing { facts, .. }
        | Command::ProposeAttribution { facts, .. }
        | Command::Listing(ListingCommand::Extend { facts, .. }) => {
            for own in facts {
                *own = paper(world, own.about);
            }
        }
        other => panic!("not a proposal: {other:?}"),
    }
    proposal
}

/// The proposal of a case once more, on the same paper: what it is about, and nothing else of it.
pub fn again(world: &World, case: CaseRef) -> Command {
    let at = match case {
        CaseRef::Listing(id) => id.0,
        CaseRef::Attribution(id) => id.0,
    };
    let own = world.log.iter().find(|own| own.position == at).expect("it was proposed");
    let about = own.subject.expect("it is about somebody");
    match &own.event {
        Event::ListingProposed { behaviour: of, facts: cited, .. } => {
            let mut proposal = propose(about, &[]);
            if let Command::ProposeListing { behaviour, facts, .. } = &mut proposal {
                (*behaviour, *facts) = (of.clone(), cited.clone());
            }
            proposal
        }
        Event::AttributionProposed { listing, facts: cited, .. } => {
            let mut proposal = attribute(*listing, about);
            if let Command::ProposeAttribution { facts, .. } = &mut proposal {
                *facts = cited.clone();
            }
            proposal
        }
        other => panic!("not a proposal: {other:?}"),
    }
}

/// A measure of the tax office as a notice or decision names it.
pub fn named(measure: &str) -> NamedMeasure {
    NamedMeasure {
        measure: measure.to_owned(),
        department: TAX.to_owned(),
        proportionality: text(),
    }
}

/// The officer who handles cases at the listing department.
pub fn handler() -> Who {
    officer(MARKET, Post::Handler)
}

/// The head of the listing department.
pub fn head() -> Who {
    officer(MARKET, Post::Head)
}

/// Another officer of the listing department.
pub fn colleague() -> Who {
    officer(MARKET, Post::Colleague)
}

/// The officer who handles measures at the implementing department.
pub fn implementer() -> Who {
    officer(TAX, Post::Handler)
}

/// An officer of the credit office.
pub fn clerk() -> Who {
    officer(OFFICE, Post::Handler)
}

/// Registers an organisation.
pub fn register(subject: SubjectKey) -> Command {
    let new = NewSubject {
        key: subject,
        kind: SubjectKind::Enterprise,
        name: Name::Clear("尤溪县某某有限公司".to_owned()),
        slot: 1,
        attestation: None,
    };
    Command::RegisterSubjects { subjects: vec![new] }
}

/// Registers a person.
pub fn register_person(serial: u8, capacity: Capacity) -> Command {
    let new = NewPerson {
        key: person(serial),
        name: text(),
        number: text(),
        slot: 2,
        capacity,
        lookup: [serial; 32],
    };
    Command::RegisterPersons { persons: vec![new] }
}

/// The digest of the document with a number, unlike that of any fact of these tests.
pub fn own_digest(number: &str) -> Digest {
    let sum = number.bytes().fold(0_u8, |sum, own| sum.wrapping_mul(31).wrapping_add(own));
    [
        sum.max(100),
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
        7,
    ]
}

/// An adverse record of the listing department.
pub fn record(subject: SubjectKey, number: &str) -> NewRecord {
    NewRecord {
        subject,
        item: PENALTY.to_owned(),
        severity: Some(Severity::Serious),
        document_number: number.to_owned(),
        document_date: day("2026-01-15"),
        document_sha256: Some(own_digest(number)),
        content: Some(text()),
        withheld: false,
        withheld_reason: None,
        notified: Some(served(day("2026-01-16"))),
        source: record_source(authority(MARKET), PENALTY, number, subject),
    }
}

/// The same of a document of a day, of which its subject is told on that day.
pub fn dated(new: NewRecord, document_date: Day) -> NewRecord {
    NewRecord { document_date, notified: Some(served(document_date)), ..new }
}

/// Submits an adverse record.
pub fn submit(subject: SubjectKey, number: &str) -> Command {
    Command::SubmitRecords { records: vec![record(subject, number)] }
}

/// Proposes a black listing.
pub fn propose(subject: SubjectKey, records: &[RecordId]) -> Command {
    Command::ProposeListing {
        subject,
        behaviour: LISTABLE.to_owned(),
        basis: vec![cite("law")],
        facts: vec![fact(subject)],
        records: records.to_vec(),
        act: text(),
    }
}

/// The same on records of the person.
pub fn attribute_on(listing: ListingId, person: SubjectKey, own: &[RecordId]) -> Command {
    let mut command = attribute(listing, person);
    if let Command::ProposeAttribution { records, .. } = &mut command {
        *records = own.to_vec();
    }
    command
}

/// Proposes that a person answers for a listed organisation's conduct.
pub fn attribute(listing: ListingId, person: SubjectKey) -> Command {
    Command::ProposeAttribution {
        listing,
        person,
        role: PersonRole::DirectlyResponsible,
        basis: vec![cite("law")],
        facts: vec![fact(person)],
        records: Vec::new(),
        finding: text(),
        office_from: day("2024-03-01"),
        office_to: None,
        acted_on: day("2025-12-20"),
    }
}

/// Serves the pre-decision notice today.
pub fn notice(world: &World, case: CaseRef, measures: &[&str]) -> Command {
    Command::ServeNotice {
        case,
        facts: text(),
        reasons: text(),
        measures: measures.iter().map(|measure| named(measure)).collect(),
        hearing_offered: true,
        rights_stated: true,
        document_sha256: digest(10),
        service: served(world.today),
    }
}

/// States the party's case in two points.
pub fn statement(world: &World, case: CaseRef, hearing_requested: bool) -> Command {
    Command::ReceiveStatement {
        case,
        points: vec![text(), text()],
        hearing_requested,
        received_on: world.today,
        document_sha256: Some(digest(14)),
    }
}

/// Waives the statement.
pub fn waive(case: CaseRef) -> Command {
    Command::WaiveStatement { case, document_sha256: digest(11) }
}

/// Holds the hearing.
pub fn hearing(case: CaseRef) -> Command {
    Command::HoldHearing { case, record_sha256: digest(12), summary: text() }
}

/// Decides a case.
pub fn decision(case: CaseRef, answers: usize, measures: &[&str]) -> Command {
    Command::DecideCase {
        case,
        document_number: "尤市监信〔2026〕1号".to_owned(),
        document_sha256: digest(13),
        facts: text(),
        reasons: text(),
        answers: vec![text(); answers],
        measures: measures.iter().map(|measure| named(measure)).collect(),
        end: end(),
        removal_conditions: text(),
        remedies: text(),
    }
}

/// Serves the decision today.
pub fn serve(world: &World, case: CaseRef) -> Command {
    Command::ServeDecision { case, service: served(world.today), repair_guide_sha256: digest(14) }
}

/// Opens a measure case of the tax office.
pub fn initiate(listing: ListingId, attribution: Option<AttributionId>, measure: &str) -> Command {
    Command::InitiateMeasure {
        listing,
        attribution,
        measure: measure.to_owned(),
        department: TAX.to_owned(),
        basis: vec![cite("law")],
        reasons: text(),
        until: day("2027-03-01"),
        court_document: None,
    }
}

/// Tells the subject of the measure today.
pub fn measure_notice(world: &World, measure: MeasureId) -> Command {
    Command::ServeMeasureNotice {
        measure,
        reasons: text(),
        remedies: text(),
        document_sha256: digest(15),
        service: served(world.today),
    }
}

/// What the subject of a measure is told that goes to a higher authority.
pub fn subject_notice(on: Day) -> SubjectNotice {
    let service = served(on);
    SubjectNotice { reasons: text(), remedies: text(), document_sha256: digest(61), service }
}

/// A higher authority is asked for a measure today.
pub fn forward(world: &World, listing: ListingId, measure: &str) -> Command {
    Command::Measure(MeasureCommand::Forward {
        listing,
        attribution: None,
        measure: measure.to_owned(),
        department: TAX.to_owned(),
        to: "福建省地方金融监督管理局".to_owned(),
        basis: vec![cite("law")],
        reasons: text(),
        until: day("2027-03-01"),
        court_document: None,
        document_sha256: digest(40),
        service: served(world.today),
        notice: Some(subject_notice(world.today)),
    })
}

/// The credit office answers that the legal ground of a refusal holds, or not.
pub fn answer_decline(measure: MeasureId, ground_holds: bool) -> Command {
    let reasons = text();
    Command::Measure(MeasureCommand::AnswerDecline { measure, ground_holds, reasons })
}

/// An officer's confirmation.
pub fn by_hand(measure: MeasureId, hook: CaseHook) -> Command {
    Command::ConfirmByHand { measure, hook, reference: "尤税办〔2026〕7号".to_owned() }
}

/// The department's feedback.
pub fn feedback(measure: MeasureId) -> Command {
    Command::FileFeedback { measure, result: text(), effect: text(), document_sha256: None }
}

/// The subject's objection.
pub fn object(target: Target, new_facts: bool) -> Command {
    Command::FileObjection {
        target,
        trigger: Trigger::Subject,
        grounds: vec![ObjectionGround::Error],
        statement: text(),
        evidence: vec![digest(16)],
        new_facts,
    }
}

/// The provider's report.
pub fn report(objection: ObjectionId, finding: Finding) -> Command {
    Command::ReportVerification { objection, finding, reasons: text(), evidence: Vec::new() }
}

/// The formal check's refusal, served today.
pub fn refuse_objection(world: &World, objection: ObjectionId) -> Command {
    Command::RefuseObjection { objection, reasons: text(), service: served(world.today) }
}

/// The outcome, served today.
pub fn resolve(world: &World, objection: ObjectionId) -> Command {
    Command::ResolveObjection { objection, reasons: text(), service: served(world.today) }
}

/// The provider's redress.
pub fn redress(objection: ObjectionId) -> Command {
    Command::CompleteRedress { objection, account: text(), evidence: vec![digest(44)] }
}

/// An application for repair.
pub fn repair(listing: ListingId) -> Command {
    ask_repair(Repairable::Listing(listing))
}

/// An application for the repair of anything.
pub fn ask_repair(of: Repairable) -> Command {
    Command::ApplyForRepair {
        of,
        proof_sha256: vec![digest(17)],
        commitment_sha256: digest(18),
        statement: text(),
    }
}

/// The formal check of an application.
pub fn repair_check(repair: RepairId, outcome: RepairAcceptance) -> Command {
    Command::DecideRepairAcceptance { repair, outcome }
}

/// The approval, served today.
pub fn approve(world: &World, repair: RepairId) -> Command {
    Command::ApproveRepair {
        repair,
        document_number: "尤市监修〔2026〕1号".to_owned(),
        document_sha256: digest(19),
        reasons: text(),
        service: served(world.today),
    }
}

/// More time for the decision on a repair, with the served notice of it.
pub fn extend_repair(world: &World, repair: RepairId) -> Command {
    Command::Remedy(RemedyCommand::ExtendRepair {
        repair,
        reasons: text(),
        document_sha256: digest(55),
        service: served(world.today),
    })
}

/// The refusal, served today.
pub fn refuse_repair(world: &World, repair: RepairId) -> Command {
    Command::RefuseRepair { repair, reasons: text(), service: served(world.today) }
}

/// Nominates for the red list.
pub fn nominate(subject: SubjectKey) -> Command {
    Command::Nominate {
        subject,
        source: NominationSource::WellRatedCounterpart,
        merits: text(),
        basis: vec![cite("plan")],
        consent_sha256: None,
    }
}

/// Checks a nomination against what is found in the file as it is now.
pub fn check_nomination(world: &World, listing: ListingId, adverse: &[RecordId]) -> Command {
    let looked_at = match world.row(&Key::Listing(listing)) {
        Some(Row::Listing(row)) => match world.row(&Key::Subject(row.subject)) {
            Some(Row::Subject(head)) => head.last,
            _ => panic!("a listing of nobody"),
        },
        // What is not there is refused before anybody asks which file was looked at.
        _ => Position::local(0),
    };
    Command::CheckNomination { listing, adverse_records: adverse.to_vec(), looked_at }
}

/// Live adverse records of a subject, disputed ones too, as the register looks for them.
fn open_adverse(world: &World, subject: SubjectKey) -> Vec<RecordId> {
    let own = world.index.iter().filter_map(|entry| match entry {
        Index::StandingAdverse(key, id) if *key == subject => Some(*id),
        _ => None,
    });
    own.collect()
}

/// Decides a red listing for a year, against what is found in the file as it is now.
pub fn decide_red(world: &World, listing: ListingId) -> Command {
    let found = match world.row(&Key::Listing(listing)) {
        Some(Row::Listing(row)) => open_adverse(world, row.subject),
        _ => Vec::new(),
    };
    decide_red_finding(world, listing, &found)
}

/// The same, whatever the file holds.
pub fn decide_red_finding(world: &World, listing: ListingId, found: &[RecordId]) -> Command {
    Command::DecideRedListing {
        listing,
        adverse_records: found.to_vec(),
        looked_at: match world.row(&Key::Listing(listing)) {
            Some(Row::Listing(row)) => version(world, row.subject),
            // What is not there is refused before anybody asks which file was looked at.
            _ => Position::local(0),
        },
        document_number: "尤信〔2026〕1号".to_owned(),
        document_sha256: digest(20),
        reasons: text(),
        until: world.today.plus_months(12),
    }
}

/// Closes a red listing.
pub fn close_red(listing: ListingId) -> Command {
    Command::CloseRedListing { listing, reasons: text(), document_sha256: None }
}

/// The plugin of the tax office for two measures.
pub fn deploy() -> Command {
    Command::DeployPlugin {
        name: "tax-plugin".to_owned(),
        version: "1.0.0".to_owned(),
        sha256: digest(21),
        department: TAX.to_owned(),
        measures: vec![STATUTE.to_owned()],
        admission: Admission::Unsigned,
    }
}

/// Nothing of what is deployed runs any more but these.
pub fn retire(running: &[&str]) -> Command {
    Command::RetirePlugins { running: running.iter().map(|own| (*own).to_owned()).collect() }
}

/// A plugin's answer that it did what was asked.
pub fn plugin_done(measure: MeasureId, hook: CaseHook, order: Position) -> Command {
    Command::PluginDone { measure, hook, order, reference: "SJ-1".to_owned() }
}

/// How far along the decision path a case is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each name is a state of the path")]
pub enum Stage {
    Proposed,
    Noticed,
    Heard,
    Decided,
    Served,
    Effective,
}

/// How far along a measure case is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each name is a state of a measure case")]
pub enum Progress {
    Initiated,
    Noticed,
    Dispatched,
    Accepted,
    Executing,
    Executed,
    FedBack,
}

impl World {
    /// A register with two organisations, two persons of full capacity and one of limited.
    pub fn seeded() -> World {
        let mut world = World::new();
        for serial in [1, 2] {
            world.must(&handler(), &register(organisation(serial)));
        }
        for serial in [1, 2] {
            world.must(&handler(), &register_person(serial, Capacity::Full));
        }
        world.must(&handler(), &register_person(3, Capacity::Limited));
        world
    }

    /// An accepted adverse record of organisation 1.
    pub fn with_record(&mut self) -> RecordId {
        let new = record(organisation(1), &format!("尤市监罚〔2026〕{}号", self.log.len()));
        // Not one that would be over already.
        let document_date = new.document_date.max(self.today.plus_days(-900));
        let records = vec![dated(new, document_date)];
        RecordId(self.must(&handler(), &Command::SubmitRecords { records }))
    }

    /// Takes a case through the path, up to and including `stage`.
    pub fn advance(&mut self, case: CaseRef, measures: &[&str], stage: Stage) {
        if stage >= Stage::Noticed {
            self.must(&handler(), &notice(self, case, measures));
        }
        if stage >= Stage::Heard {
            self.must(&handler(), &statement(self, case, false));
            // Once it is held, nobody has to wait whether the party still asks for it.
            self.must(&colleague(), &hearing(case));
        }
        if stage >= Stage::Decided {
            self.must(&head(), &decision(case, 2, measures));
        }
        if stage >= Stage::Served {
            self.must(&handler(), &serve(self, case));
        }
        if stage >= Stage::Effective {
            self.pass(7);
        }
    }

    /// A black listing of organisation 1 that rests on `records`.
    pub fn listing(&mut self, records: &[RecordId], measures: &[&str], stage: Stage) -> ListingId {
        let proposal = on_new_paper(self, propose(organisation(1), records));
        let id = ListingId(self.must(&handler(), &proposal));
        self.advance(CaseRef::Listing(id), measures, stage);
        id
    }

    /// A second one on the same records, for another behaviour.
    pub fn second_listing(&mut self, records: &[RecordId], stage: Stage) -> ListingId {
        let mut proposal = on_new_paper(self, propose(organisation(1), records));
        if let Command::ProposeListing { behaviour, .. } = &mut proposal {
            *behaviour = super::rules::BARRED.to_owned();
        }
        let id = ListingId(self.must(&handler(), &proposal));
        self.advance(CaseRef::Listing(id), &[], stage);
        id
    }

    /// An attribution under a listing to a person.
    pub fn attribution(
        &mut self,
        listing: ListingId,
        to: SubjectKey,
        stage: Stage,
    ) -> AttributionId {
        let proposal = on_new_paper(self, attribute(listing, to));
        let id = AttributionId(self.must(&handler(), &proposal));
        self.advance(CaseRef::Attribution(id), &[STATUTE], stage);
        id
    }

    /// A measure case on a listing in effect.
    pub fn measure(&mut self, listing: ListingId, measure: &str, progress: Progress) -> MeasureId {
        let id = MeasureId(self.must(&handler(), &initiate(listing, None, measure)));
        self.proceed(id, progress);
        id
    }

    /// Takes a measure case up to and including `progress`, by hand or by plugin.
    pub fn proceed(&mut self, id: MeasureId, progress: Progress) {
        if progress >= Progress::Noticed {
            self.must(&handler(), &measure_notice(self, id));
        }
        if progress >= Progress::Dispatched {
            self.must(&handler(), &Command::DispatchMeasure { measure: id });
        }
        if progress >= Progress::Accepted {
            self.must(&implementer(), &Command::AcceptMeasure { measure: id });
        }
        if progress >= Progress::Executing {
            self.must(&implementer(), &Command::ExecuteMeasure { measure: id });
        }
        if progress >= Progress::Executed {
            match self.measure_row(id).state.order().and_then(|order| order.plugin.clone()) {
                Some(_) => {
                    let order = self.order(id);
                    self.must(&super::plugin(), &plugin_done(id, CaseHook::Execute, order))
                }
                None => self.must(&implementer(), &by_hand(id, CaseHook::Execute)),
            };
        }
        if progress >= Progress::FedBack {
            self.must(&implementer(), &feedback(id));
        }
    }

    /// Files the subject's own objection.
    pub fn objection(
        &mut self,
        subject: SubjectKey,
        target: Target,
        new_facts: bool,
    ) -> ObjectionId {
        ObjectionId(self.must(&party(subject), &object(target, new_facts)))
    }

    /// Takes an objection to its outcome.
    pub fn outcome(&mut self, id: ObjectionId, finding: Finding) -> Vec<&'static str> {
        // Silence may have accepted it.
        if let ObjectionState::Filed { .. } = self.objection_row(id).state {
            self.must(&clerk(), &Command::AcceptObjection { objection: id });
        }
        self.must(&clerk(), &Command::ReferObjection { objection: id, received_on: self.today });
        self.must(&head(), &report(id, finding));
        self.run(&clerk(), &resolve(self, id)).unwrap()
    }

    /// Position of the order to execute.
    pub fn order(&self, id: MeasureId) -> Position {
        self.measure_row(id).state.order().expect("an order stands").at
    }

    /// A listing's row.
    pub fn listing_row(&self, id: ListingId) -> &ListingRow {
        match self.row(&Key::Listing(id)) {
            Some(Row::Listing(row)) => row,
            _ => panic!("there is no {id}"),
        }
    }

    /// Where a case on the decision path stands.
    pub fn path(&self, case: CaseRef) -> &Path {
        match case {
            CaseRef::Listing(id) => match &self.listing_row(id).kind {
                ListingKind::Black { case, .. } => &case.path,
                ListingKind::Red(_) => panic!("{id} is red"),
            },
            CaseRef::Attribution(id) => match self.row(&Key::Attribution(id)) {
                Some(Row::Attribution(row)) => &row.case.path,
                _ => panic!("there is no {id}"),
            },
        }
    }

    /// A measure's row.
    pub fn measure_row(&self, id: MeasureId) -> &MeasureRow {
        match self.row(&Key::Measure(id)) {
            Some(Row::Measure(row)) => row,
            _ => panic!("there is no {id}"),
        }
    }

    /// An objection's row.
    pub fn objection_row(&self, id: ObjectionId) -> &ObjectionRow {
        match self.row(&Key::Objection(id)) {
            Some(Row::Objection(row)) => row,
            _ => panic!("there is no {id}"),
        }
    }

    /// What is in force on a subject, and whether it is suspended.
    pub fn marks(&self, subject: SubjectKey) -> Vec<(CaseRef, bool)> {
        match self.row(&Key::Subject(subject)) {
            Some(Row::Subject(head)) => {
                head.marks.iter().map(|mark| (mark.case, mark.suspended)).collect()
            }
            _ => panic!("{subject} has no file"),
        }
    }
}
