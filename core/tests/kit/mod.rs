//! A register in memory for the tests: rows, index and log as the engine keeps them, and the
//! commands of the ordinary course of a case, each of which a test may spoil in one point.
#![allow(dead_code, reason = "each test file uses its own part of the kit")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a kit of tests stops at the first thing that is not as it should be"
)]

pub mod asked;
pub mod commitments;
pub mod county;
pub mod courses;
pub mod diagram;
pub mod extended;
pub mod later;
pub mod machines;
pub mod moves;
pub mod office;
pub mod papers;
pub mod plugins;
pub mod repairs;
pub mod reviews;
pub mod rules;
pub mod samples;
pub mod social;
pub mod steps;
pub mod table;
pub mod timing;
pub mod tolerance;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shouxin_core::actor::{Actor, OfficerRef, PersonKey, Role, SubjectKey};
use shouxin_core::apply::apply;
use shouxin_core::command::Command;
use shouxin_core::decide::{Context, Outcome, decide, first_keys};
use shouxin_core::event::job::Job;
use shouxin_core::event::{CaseRef, Envelope};
use shouxin_core::guard::{Ground, Guard, Misfit, Refusal};
use shouxin_core::id::{ListingId, ObjectionId, Position};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::limits::{NEED_ROUNDS_MAX, ROWS_PER_COMMAND_MAX};
use shouxin_core::path::Standing;
use shouxin_core::row::{Closing, Due, Index, Key, Row};
use shouxin_core::rows::{Change, Rows, Stop};
use shouxin_core::rules::{Packs, RulePack, RuleSet};
use shouxin_core::time::{Day, Timestamp};

/// Who asks, and with which role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The actor.
    pub actor: Actor,
    /// The role of the key.
    pub role: Role,
}

/// The three officers of each department.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Post {
    /// The head.
    Head,
    /// The officer who handles cases in these tests.
    Handler,
    /// Another officer.
    Colleague,
}

/// An officer of a department.
pub fn officer(department: &str, post: Post) -> Who {
    let id = match post {
        Post::Head => "01",
        Post::Handler => "02",
        Post::Colleague => "03",
    };
    let reference = OfficerRef { authority: authority(department), officer: id.to_owned() };
    let role = if department == rules::OFFICE { Role::CreditOffice } else { Role::Department };
    Who { actor: Actor::Officer(reference), role }
}

/// Code of a department.
pub fn authority(department: &str) -> Uscc {
    let rules = rules::rules();
    let found = rules.department(department).expect("a department of the kit");
    Uscc::parse(&found.uscc).expect("its code is right")
}

/// A subject in its own matter.
pub fn party(subject: SubjectKey) -> Who {
    Who { actor: Actor::Subject(subject), role: Role::Subject }
}

/// A timer.
pub fn timer() -> Who {
    Who { actor: Actor::System, role: Role::Operator }
}

/// Whoever holds the machine.
pub fn operator() -> Who {
    Who { actor: Actor::Operator, role: Role::Operator }
}

/// The plugin of the tax office.
pub fn plugin() -> Who {
    let actor = Actor::Plugin { name: "tax-plugin".to_owned(), version: "1.0.0".to_owned() };
    Who { actor, role: Role::Operator }
}

/// An organisation by its number.
pub fn organisation(serial: usize) -> SubjectKey {
    SubjectKey::Organisation(rules::code(serial))
}

/// A person by a number.
pub fn person(serial: u8) -> SubjectKey {
    SubjectKey::Person(PersonKey([serial; 16]))
}

/// The register.
#[derive(Clone, Debug)]
pub struct World {
    /// Rules in force.
    pub rules: Arc<RuleSet>,
    /// Legal date of the next command.
    pub today: Day,
    /// The clock jumped.
    pub starts_stopped: bool,
    /// The version of a file that the next command is based on (`If-Match`).
    pub expected: Option<(SubjectKey, Position)>,
    /// Rows.
    pub rows: BTreeMap<Key, Arc<Row>>,
    /// Index entries.
    pub index: BTreeSet<Index>,
    /// Every event.
    pub log: Vec<Envelope>,
}

impl World {
    /// An empty register on 2026-03-02, a Monday.
    pub fn new() -> World {
        World {
            rules: Arc::new(rules::rules().clone()),
            today: rules::day("2026-03-02"),
            starts_stopped: false,
            expected: None,
            rows: BTreeMap::new(),
            index: BTreeSet::new(),
            log: Vec::new(),
        }
    }

    /// A version of the deadlines and caps begins on a day, like the newest but for what is changed.
    pub fn begins(&mut self, from: &str, change: impl FnOnce(&mut RulePack)) {
        let rules = Arc::make_mut(&mut self.rules);
        let mut packs: Vec<RulePack> = rules.packs.all().cloned().collect();
        let newest = packs.last().expect("there is one").clone();
        let mut pack = RulePack { in_force_from: rules::day(from), ..newest };
        change(&mut pack);
        packs.push(pack);
        rules.packs = Packs::new(packs).expect("there is one");
    }

    /// Lets the register end earlier what a version in force caps lower; the names of what happened.
    pub fn shorten(&mut self) -> Vec<&'static str> {
        let burden = |entry: &Index| match entry {
            Index::Due(_, due @ (Due::Record(_) | Due::Case(_) | Due::Commitment(_))) => Some(*due),
            _ => None,
        };
        let burdens: Vec<Due> = self.index.iter().filter_map(burden).collect();
        let mut names = Vec::new();
        for due in burdens {
            names.extend(
                self.run(&timer(), &Command::Shorten(due)).expect("a timer is not refused"),
            );
        }
        names
    }

    /// Says that a job has looked at everything; the names of what happened.
    pub fn finish(&mut self, job: Job) -> Vec<&'static str> {
        let in_force_from = self.rules.pack(self.today).in_force_from;
        let finish = Command::FinishJob { job, in_force_from };
        self.run(&timer(), &finish).expect("a timer is not refused")
    }

    /// Where the next event will stand.
    pub fn next(&self) -> Position {
        Position::local(u64::try_from(self.log.len()).unwrap())
    }

    fn load(&self, rows: &mut Rows, keys: Vec<Key>) {
        for key in keys {
            let row = self.rows.get(&key).cloned();
            rows.load(key, row);
        }
        assert!(rows.loaded() <= ROWS_PER_COMMAND_MAX, "a command loads a bounded number of rows");
    }

    fn settle<T>(
        &self,
        rows: &mut Rows,
        ask: impl Fn(&mut Rows) -> Result<T, Stop>,
    ) -> Result<T, Refusal> {
        for _ in 0..NEED_ROUNDS_MAX {
            match ask(rows) {
                Ok(answer) => return Ok(answer),
                Err(Stop::Refuse(refusal)) => return Err(refusal),
                Err(Stop::Defect(what)) => panic!("a defect: {what}"),
                Err(Stop::Need(keys)) => {
                    assert!(!keys.is_empty(), "a need names what it needs");
                    self.load(rows, keys);
                }
            }
        }
        panic!("more than {NEED_ROUNDS_MAX} rounds of need");
    }

    /// What `decide` answers, with nothing written.
    pub fn ask(&self, who: &Who, command: &Command) -> Result<Outcome, Refusal> {
        self.judge(who, command).map(|(outcome, _)| outcome)
    }

    fn judge(&self, who: &Who, command: &Command) -> Result<(Outcome, Rows), Refusal> {
        let context = Context {
            now: Timestamp::start_of(self.today),
            today: self.today,
            actor: &who.actor,
            role: who.role,
            rules: &self.rules,
            next: self.next(),
            starts_stopped: self.starts_stopped,
            idempotency: None,
            expected: self.expected,
        };
        let mut rows = Rows::new();
        self.load(&mut rows, first_keys(command, &context));
        let outcome = self.settle(&mut rows, |rows| decide(rows, command, &context))?;
        Ok((outcome, rows))
    }

    /// Decides a command and folds its events; their names, or the refusal.
    pub fn run(&mut self, who: &Who, command: &Command) -> Result<Vec<&'static str>, Refusal> {
        let (outcome, mut rows) = self.judge(who, command)?;
        let first = self.next();
        let mut names = Vec::new();
        for draft in outcome.drafts {
            let position = self.next();
            names.push(draft.event.name());
            self.log.push(Envelope {
                position,
                recorded_at: Timestamp::start_of(self.today),
                legal_date: self.today,
                actor: who.actor.clone(),
                subject: draft.subject,
                cause: draft.cause.or((position != first).then_some(first)),
                idempotency: None,
                rules: None,
                event: draft.event,
            });
            self.fold(&mut rows, self.log.last().unwrap().clone());
        }
        self.take(&mut rows);
        Ok(names)
    }

    fn fold(&self, rows: &mut Rows, envelope: Envelope) {
        let result = self.settle(rows, |rows| {
            let before = rows.clone();
            let stop = apply(rows, &envelope);
            if let Err(Stop::Need(_)) = stop {
                let (mut before, mut after) = (before, rows.clone());
                assert_eq!(
                    before.take_changes(),
                    after.take_changes(),
                    "{} asked for a row after it had written one",
                    envelope.event.name()
                );
            }
            stop
        });
        result.expect("a fold refuses nothing");
    }

    fn take(&mut self, rows: &mut Rows) {
        for change in rows.take_changes() {
            match change {
                Change::Row(key, Some(row)) => {
                    self.rows.insert(key, row);
                }
                Change::Row(key, None) => {
                    self.rows.remove(&key);
                }
                Change::Entry(entry, true) => {
                    self.index.insert(entry);
                }
                Change::Entry(entry, false) => {
                    assert!(self.index.remove(&entry), "an entry removed was there: {entry:?}");
                }
            }
        }
    }

    /// The register that this one's log gives from nothing.
    pub fn replayed(&self) -> World {
        let mut world = World { rules: Arc::clone(&self.rules), ..World::new() };
        for envelope in &self.log {
            let mut rows = Rows::new();
            world.fold(&mut rows, envelope.clone());
            world.take(&mut rows);
            world.log.push(envelope.clone());
        }
        world
    }

    /// Runs a command that must be taken; the position of its first event.
    #[track_caller]
    pub fn must(&mut self, who: &Who, command: &Command) -> Position {
        let at = self.next();
        match self.run(who, command) {
            Ok(names) => assert!(!names.is_empty(), "nothing happened: {command:?}"),
            Err(refusal) => panic!("{who:?} is refused {command:?}: {refusal:?}"),
        }
        at
    }

    /// Why a command is refused; it must be, and nothing may change.
    #[track_caller]
    pub fn refused(&self, who: &Who, command: &Command) -> Ground {
        match self.ask(who, command) {
            Ok(outcome) => panic!("taken: {command:?}: {outcome:?}"),
            Err(refusal) => {
                assert!(!refusal.detail.is_empty() && !refusal.cure.is_empty(), "{refusal:?}");
                refusal.ground
            }
        }
    }

    /// Everything a timer would look at today.
    pub fn due(&self) -> Vec<Due> {
        let first =
            Index::Due(Day::MIN, Due::Case(CaseRef::Listing(ListingId(Position::local(0)))));
        let due = self.index.range(first..).map_while(|entry| match entry {
            Index::Due(on, due) if *on <= self.today => Some(*due),
            _ => None,
        });
        due.collect()
    }

    /// Lets the timers look at everything that is due today; the names of what happened.
    pub fn tick(&mut self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for due in self.due() {
            let found = self.run(&timer(), &Command::Tick { due });
            names.extend(found.expect("a timer is never refused"));
        }
        names.extend(self.close());
        names
    }

    /// Lets the register close what has every confirmation; the names of what happened.
    pub fn close(&mut self) -> Vec<&'static str> {
        let waiting: Vec<Closing> = self
            .index
            .range(Index::Closing(Closing::Objection(ObjectionId(Position::local(0))))..)
            .map_while(|entry| match entry {
                Index::Closing(closing) => Some(*closing),
                _ => None,
            })
            .collect();
        let mut names = Vec::new();
        for closing in waiting {
            let found = self.run(&timer(), &Command::Close(closing));
            names.extend(found.expect("a closing is never refused"));
        }
        names
    }

    /// Goes to a later day, day by day, with the timers running.
    pub fn go_to(&mut self, to: Day) -> Vec<&'static str> {
        let mut names = Vec::new();
        while self.today < to {
            self.today = self.today.plus_days(1);
            names.extend(self.tick());
        }
        names
    }

    /// Goes that many days further.
    pub fn pass(&mut self, days: i32) -> Vec<&'static str> {
        self.go_to(self.today.plus_days(days))
    }

    /// A row.
    pub fn row(&self, key: &Key) -> Option<&Row> {
        self.rows.get(key).map(Arc::as_ref)
    }

    /// A standing, as `Rows` works it out.
    pub fn standing(&self, of: impl Fn(&Rows, Day) -> Result<Standing, Stop>) -> Standing {
        self.read(of)
    }

    /// What the rows say of today.
    pub fn read<T>(&self, of: impl Fn(&Rows, Day) -> Result<T, Stop>) -> T {
        let mut rows = Rows::new();
        let today = self.today;
        self.settle(&mut rows, |rows| of(rows, today)).expect("it is there")
    }
}

/// A guard as a ground.
pub fn guard(guard: Guard) -> Ground {
    Ground::Guard(guard)
}

/// Anything else as a ground.
pub fn misfit(misfit: Misfit) -> Ground {
    Ground::Misfit(misfit)
}
