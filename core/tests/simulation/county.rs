//! The county: who does what on which day. Everything follows from the seed.

use std::collections::BTreeMap;
use std::sync::Arc;

use fastrand::Rng;
use shouxin_core::actor::{Actor, SubjectKey};
use shouxin_core::apply::record_source;
use shouxin_core::command::{Command, NewPerson, NewRecord, NewSubject};
use shouxin_core::event::job::Job;
use shouxin_core::event::{Capacity, CaseHook, CaseRef, PersonRole, Target};
use shouxin_core::id::{
    AttributionId, ListingId, MeasureId, ObjectionId, RecordId, ReliefId, RemedyId, RepairId,
};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::row::{Index, Key, Repairable, Row};
use shouxin_core::rules::{Citation, LegalLevel, Polarity, Severity, SubjectKind};
use shouxin_core::text::Name;
use shouxin_core::time::Day;

use super::others::Others;
use crate::kit::county::{county_code, county_officer, county_rules};
use crate::kit::steps::{digest, served, text};
use crate::kit::{Who, World, operator, party, person, timer};

/// What somebody means to do on a day.
#[derive(Clone, Debug)]
pub enum Task {
    List(SubjectKey),
    Case(CaseRef),
    Attribute(ListingId),
    Measures(ListingId, Option<AttributionId>),
    Measure(MeasureId),
    Object(Target),
    Objection(ObjectionId),
    Sue(Target),
    Suit(RemedyId),
    Repair(Repairable),
    Repairing(RepairId),
    Revoke(RepairId),
    Relieve(ListingId),
    Relief(ReliefId),
}

/// Who decided, which measures it named (id and department), and to which last day.
pub type Decided = (Uscc, Vec<(String, String)>, Day);

/// A county and its calendar of intentions.
pub struct County {
    pub world: World,
    pub rng: Rng,
    tasks: BTreeMap<Day, Vec<(Task, u8)>>,
    pub subjects: Vec<SubjectKey>,
    persons: u8,
    pub records: Vec<RecordId>,
    numbers: u64,
    /// How often calls of each hook failed: each failure is the next kind of fault.
    pub failed: BTreeMap<CaseHook, usize>,
    pub others: Others,
    /// The version of the rules by which burdens were shortened.
    shortened: Option<Day>,
}

impl County {
    pub fn new(seed: u64, from: Day, subjects: u64) -> County {
        let mut world = World::new();
        world.rules = Arc::new(county_rules(false));
        world.today = from;
        let mut county = County {
            world,
            rng: Rng::with_seed(seed),
            tasks: BTreeMap::new(),
            subjects: Vec::new(),
            persons: 0,
            records: Vec::new(),
            numbers: 0,
            failed: BTreeMap::new(),
            others: Others::default(),
            shortened: None,
        };
        county.load();
        county.deploy();
        county.open_channels();
        county.register(subjects);
        county
    }

    fn load(&mut self) {
        let version = self.world.rules.version;
        self.world.must(&operator(), &Command::LoadRules { version, files: Vec::new() });
    }

    fn register(&mut self, subjects: u64) {
        for serial in 1..=subjects {
            let key = SubjectKey::Organisation(county_code(serial));
            let new = NewSubject {
                key,
                kind: SubjectKind::Enterprise,
                name: Name::Clear(format!("尤溪县第{serial}号有限公司")),
                slot: serial,
                attestation: None,
            };
            let who = self.who("market", "SC-03");
            self.world.must(&who, &Command::RegisterSubjects { subjects: vec![new] });
            self.subjects.push(key);
        }
        for serial in 1..=200 {
            let new = NewPerson {
                key: person(serial),
                name: text(),
                number: text(),
                slot: u64::from(serial),
                capacity: if serial % 20 == 0 { Capacity::Limited } else { Capacity::Full },
                lookup: [serial; 32],
            };
            let who = self.who("market", "SC-03");
            self.world.must(&who, &Command::RegisterPersons { persons: vec![new] });
            self.persons = serial;
        }
    }

    pub fn who(&self, department: &str, officer: &str) -> Who {
        county_officer(&self.world, department, officer)
    }

    /// An officer of an authority by its code.
    pub fn of(&self, authority: Uscc, officer: &str) -> Who {
        let code = self.world.rules.department_by_uscc(authority.as_str()).unwrap().code.clone();
        self.who(&code, officer)
    }

    pub fn office(&self, officer: &str) -> Who {
        self.who("development_reform", officer)
    }

    pub fn later(&mut self, days: std::ops::Range<i32>, task: Task) {
        self.again(days, task, 0);
    }

    fn again(&mut self, days: std::ops::Range<i32>, task: Task, tries: u8) {
        let on = self.world.today.plus_days(self.rng.i32(days));
        self.tasks.entry(on).or_default().push((task, tries));
    }

    pub fn chance(&mut self, percent: u8) -> bool {
        self.rng.u8(0..100) < percent
    }

    /// Plays day by day.
    pub fn play(&mut self, until: Day) {
        let calendar = Day::new(2026, 12, 21).unwrap();
        while self.world.today < until {
            // A timer that was down for some days must prolong no burden.
            if self.chance(97) {
                self.world.pass(1);
            } else {
                self.world.today = self.world.today.plus_days(1);
            }
            if self.world.today == calendar {
                self.new_calendar();
            }
            self.retire();
            self.shorten();
            for _ in 0..self.rng.u8(0..3) {
                self.collect();
            }
            let due: Vec<Day> = self.tasks.range(..=self.world.today).map(|(on, _)| *on).collect();
            for on in due {
                for (task, tries) in self.tasks.remove(&on).unwrap_or_default() {
                    self.attempt(task, tries);
                }
            }
            if self.chance(20) {
                self.trespass();
            }
            self.beside();
            self.settle();
            self.confirm_channels();
        }
    }

    /// Burdens end earlier where a version of the rules that has begun caps them lower.
    fn shorten(&mut self) {
        let newest = self.world.rules.pack(self.world.today).in_force_from;
        if self.shortened != Some(newest) {
            self.shortened = Some(newest);
            self.world.shorten();
            self.world.finish(Job::Shorten);
            self.world.tick();
        }
    }

    fn new_calendar(&mut self) {
        self.world.rules = Arc::new(county_rules(true));
        self.load();
        let clocks: Vec<_> = self
            .world
            .index
            .iter()
            .filter_map(|entry| match entry {
                Index::Provisional(clock) => Some(*clock),
                _ => None,
            })
            .collect();
        for clock in clocks {
            let _same = self.world.run(&timer(), &Command::Recompute(clock));
        }
        self.world.finish(Job::Recount);
        // The catalogue may ask for less than it did: everything is looked at again.
        self.shortened = None;
    }

    pub fn number(&mut self) -> String {
        self.numbers += 1;
        format!("尤文〔{}〕{}号", self.world.today.ymd().0, self.numbers)
    }

    /// A department hands in a record.
    fn collect(&mut self) {
        let rules = self.world.rules.clone();
        let items: Vec<_> = rules
            .items
            .iter()
            .filter(|item| item.subjects.contains(&SubjectKind::Enterprise))
            .filter(|item| !item.providers.is_empty())
            .collect();
        let item = items[self.rng.usize(..items.len())];
        let provider = item.providers[self.rng.usize(..item.providers.len())].clone();
        let who = self.who(&provider, "SC-03");
        let subject = self.subjects[self.rng.usize(..self.subjects.len())];
        let number = self.number();
        let Actor::Officer(reference) = &who.actor else {
            return;
        };
        let adverse = item.polarity == Polarity::Adverse;
        let severities = [Severity::Minor, Severity::General, Severity::Serious];
        let day = self.world.today.plus_days(-self.rng.i32(0..20));
        let record = NewRecord {
            subject,
            item: item.id.clone(),
            severity: adverse.then(|| severities[self.rng.usize(..3)]),
            document_date: day,
            document_sha256: Some(digest(8)),
            content: Some(text()),
            withheld: false,
            withheld_reason: None,
            notified: adverse.then(|| served(day)),
            source: record_source(reference.authority, &item.id, &number, subject),
            document_number: number,
        };
        let at = self.world.next();
        let taken = self.world.run(&who, &Command::SubmitRecords { records: vec![record] });
        if taken.is_ok_and(|names| !names.is_empty()) && adverse {
            let id = RecordId(at);
            self.records.push(id);
            if self.chance(40) {
                self.later(5..60, Task::List(subject));
            }
            if self.chance(20) {
                self.later(1..500, Task::Repair(Repairable::Record(id)));
            }
            if self.chance(10) {
                self.later(1..200, Task::Object(Target::Record(id)));
            }
            if self.chance(15) {
                let authority = reference.authority;
                let command = Command::CorrectRecord {
                    record: id,
                    document_number: self.number(),
                    document_date: day,
                    document_sha256: Some(digest(9)),
                    content: Some(text()),
                    severity: Some(Severity::Minor),
                    reasons: text(),
                };
                self.world.must(&self.of(authority, "SC-04"), &command);
            }
        }
    }

    pub fn level(&self, citation: &Citation) -> Option<LegalLevel> {
        let found = self.world.rules.instrument(&citation.instrument)?;
        found.in_force(self.world.today).then_some(found.level)
    }

    fn attempt(&mut self, task: Task, tries: u8) {
        let done = match task.clone() {
            Task::List(subject) => {
                self.list(subject);
                true
            }
            Task::Case(case) => self.case(case),
            Task::Attribute(listing) => self.attribute(listing),
            Task::Measures(listing, attribution) => self.open_measures(listing, attribution),
            Task::Measure(id) => self.measure(id),
            Task::Object(target) => self.object(target),
            Task::Objection(id) => self.objection(id),
            Task::Sue(target) => self.sue(target),
            Task::Suit(id) => self.suit(id),
            Task::Repair(of) => self.repair(of),
            Task::Repairing(id) => self.repairing(id),
            Task::Revoke(id) => self.revoke(id),
            Task::Relieve(listing) => self.relieve(listing),
            Task::Relief(id) => self.relief(id),
        };
        // Whoever was refused tries again some days later, a few times.
        if !done && tries < 6 {
            self.again(3..25, task, tries + 1);
        }
    }

    fn list(&mut self, subject: SubjectKey) {
        let Some((behaviour, department, basis)) = self.listable() else {
            return;
        };
        let fact = self.fact(subject, behaviour.facts[0]);
        let own: Vec<RecordId> = self
            .records
            .iter()
            .rev()
            .take(200)
            .filter(|id| match self.world.row(&Key::Record(**id)) {
                Some(Row::Record(row)) => row.subject == subject && row.holds.is_empty(),
                _ => false,
            })
            .take(2)
            .copied()
            .collect();
        let command = Command::ProposeListing {
            subject,
            behaviour: behaviour.id,
            basis: vec![basis],
            facts: vec![fact],
            records: own,
            act: text(),
        };
        let at = self.world.next();
        let who = self.who(&department, "SC-03");
        if self.world.run(&who, &command).is_ok() {
            self.later(1..10, Task::Case(CaseRef::Listing(ListingId(at))));
        }
    }

    /// The next step of a case on the decision path.
    fn case(&mut self, case: CaseRef) -> bool {
        use shouxin_core::path::Path as P;
        let (subject, authority, cap, state) = match (case, self.world.row(&case_key(case))) {
            (CaseRef::Listing(_), Some(Row::Listing(row))) => match &row.kind {
                shouxin_core::row::ListingKind::Black { case, .. } => {
                    (row.subject, case.proposed_by.authority, case.cap, case.path.clone())
                }
                shouxin_core::row::ListingKind::Red(_) => return true,
            },
            (CaseRef::Attribution(_), Some(Row::Attribution(row))) => {
                (row.person, row.case.proposed_by.authority, row.case.cap, row.case.path.clone())
            }
            _ => return true,
        };
        let today = self.world.today;
        let handler = self.of(authority, "SC-03");
        let head = self.of(authority, "SC-01");
        let (who, command, next) = match state {
            P::Proposed(_) if self.chance(5) => {
                (handler, Command::DropCase { case, reasons: text() }, false)
            }
            P::Proposed(_) => (
                handler,
                Command::ServeNotice {
                    case,
                    facts: text(),
                    reasons: text(),
                    measures: self.named(case, subject.is_person()),
                    hearing_offered: true,
                    rights_stated: true,
                    document_sha256: digest(11),
                    service: served(today),
                },
                true,
            ),
            P::Noticed(noticed) if today <= noticed.notice.window.day && self.chance(50) => (
                party(subject),
                Command::ReceiveStatement {
                    case,
                    points: vec![text(); self.rng.usize(1..4)],
                    hearing_requested: self.rng.bool(),
                    document_sha256: Some(digest(14)),
                    received_on: today,
                },
                true,
            ),
            P::Noticed(_) => return false,
            P::Heard(heard) => {
                use shouxin_core::path::Hearing as H;
                let (points, hearing) = match heard.party.how {
                    H::Statement { points, hearing_requested } => {
                        (usize::from(points), hearing_requested && heard.party.hearing.is_none())
                    }
                    H::Waived | H::Silent => (0, false),
                };
                if hearing {
                    let record_sha256 = digest(12);
                    let command = Command::HoldHearing { case, record_sha256, summary: text() };
                    (self.of(authority, "SC-04"), command, true)
                } else if self.chance(10) {
                    (head, Command::NotDecideCase { case, reasons: text() }, false)
                } else {
                    let months = u16::from(self.rng.u8(3..30));
                    let measures = self.some_of(&heard.notice.measures);
                    let command = Command::DecideCase {
                        case,
                        document_number: self.number(),
                        document_sha256: digest(13),
                        facts: text(),
                        reasons: text(),
                        answers: vec![text(); points],
                        measures,
                        end: today.plus_months(months).min(cap),
                        removal_conditions: text(),
                        remedies: text(),
                    };
                    (head, command, true)
                }
            }
            P::Decided(_) => (
                handler,
                Command::ServeDecision {
                    case,
                    service: served(today),
                    repair_guide_sha256: digest(14),
                },
                true,
            ),
            P::Served(_) | P::Effective(_) => {
                self.in_effect(case);
                return true;
            }
            P::Ended(_) => return true,
        };
        let taken = self.world.run(&who, &command).is_ok();
        if taken && next {
            self.later(1..12, Task::Case(case));
        }
        taken
    }

    pub fn behaviour(&self, case: CaseRef) -> Option<String> {
        let listing = match (case, self.world.row(&case_key(case))) {
            (CaseRef::Listing(id), _) => id,
            (_, Some(Row::Attribution(row))) => row.listing,
            _ => return None,
        };
        match self.world.row(&Key::Listing(listing)) {
            Some(Row::Listing(row)) => match &row.kind {
                shouxin_core::row::ListingKind::Black { behaviour, .. } => Some(behaviour.clone()),
                shouxin_core::row::ListingKind::Red(_) => None,
            },
            _ => None,
        }
    }

    /// What comes of a served decision.
    fn in_effect(&mut self, case: CaseRef) {
        let target = match case {
            CaseRef::Listing(id) => {
                self.later(8..30, Task::Measures(id, None));
                // What a department declined is taken up again, whatever the catalogue then says.
                if self.chance(40) {
                    self.later(100..700, Task::Measures(id, None));
                }
                if self.chance(55) {
                    self.later(8..20, Task::Attribute(id));
                }
                if self.chance(50) {
                    self.later(100..500, Task::Repair(Repairable::Listing(id)));
                }
                if self.chance(12) {
                    self.later(20..200, Task::Relieve(id));
                }
                Target::Listing(id)
            }
            CaseRef::Attribution(id) => {
                if let Some(Row::Attribution(row)) = self.world.row(&Key::Attribution(id)) {
                    let listing = row.listing;
                    self.later(8..30, Task::Measures(listing, Some(id)));
                }
                // Its shortest period runs from the person's own decision: most of its time.
                self.later(355..370, Task::Repair(Repairable::Attribution(id)));
                Target::Attribution(id)
            }
        };
        if self.chance(35) {
            self.later(1..120, Task::Object(target));
        }
        if self.chance(25) {
            self.later(5..150, Task::Sue(target));
        }
    }

    fn attribute(&mut self, listing: ListingId) -> bool {
        let Some(Row::Listing(row)) = self.world.row(&Key::Listing(listing)) else {
            return true;
        };
        let shouxin_core::row::ListingKind::Black { case, behaviour, .. } = &row.kind else {
            return true;
        };
        let authority = case.proposed_by.authority;
        let basis = case.basis.clone();
        let kind = self.world.rules.behaviour(behaviour).unwrap().facts[0];
        let about = person(self.rng.u8(1..=self.persons));
        let command = Command::ProposeAttribution {
            listing,
            person: about,
            role: PersonRole::DirectlyResponsible,
            basis,
            facts: vec![self.fact(about, kind)],
            records: Vec::new(),
            finding: text(),
            office_from: self.world.today.plus_days(-900),
            office_to: None,
            acted_on: self.world.today.plus_days(-400),
        };
        let at = self.world.next();
        let taken = self.world.run(&self.of(authority, "SC-03"), &command).is_ok();
        if taken {
            self.later(1..10, Task::Case(CaseRef::Attribution(AttributionId(at))));
        }
        taken
    }

    pub fn decided(&self, case: CaseRef) -> Option<Decided> {
        let own = match self.world.row(&case_key(case))? {
            Row::Listing(row) => match &row.kind {
                shouxin_core::row::ListingKind::Black { case, .. } => case,
                shouxin_core::row::ListingKind::Red(_) => return None,
            },
            Row::Attribution(row) => &row.case,
            _ => return None,
        };
        let decision = &own.path.served()?.decided.decision;
        Some((own.proposed_by.authority, decision.measures.clone(), decision.end))
    }
}

fn case_key(case: CaseRef) -> Key {
    match case {
        CaseRef::Listing(id) => Key::Listing(id),
        CaseRef::Attribution(id) => Key::Attribution(id),
    }
}
