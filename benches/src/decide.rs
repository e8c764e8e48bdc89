//! What one command costs the core, `decide` and `apply` with their rows in memory, for a subject
//! with few records and for one with many: it must not depend on how much a file holds. Measured
//! by criterion, whose samples and warm-up are better than a loop of ours.
//!
//! The commands are those of the tests' kit: one listing from its proposal to its repair, with a
//! measure and an objection, each measured at the point of the course where it stands.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion};
use shouxin_core::apply::apply;
use shouxin_core::command::Command;
use shouxin_core::decide::{Context, decide, first_keys};
use shouxin_core::event::{CaseHook, CaseRef, Envelope, Finding, RepairAcceptance, Target};
use shouxin_core::id::{ListingId, MeasureId, ObjectionId, Position, RepairId};
use shouxin_core::row::{Key, Row};
use shouxin_core::rows::{Rows, Stop};
use shouxin_core::rules::RuleSet;
use shouxin_core::time::{Day, Timestamp};

use crate::figures::{Table, microseconds};
use crate::kit::rules::STATUTE;
use crate::kit::steps::{
    approve, by_hand, clerk, colleague, decision, handler, head, hearing, implementer, initiate,
    measure_notice, notice, object, propose, repair, repair_check, report, resolve, serve,
    statement, submit, text,
};
use crate::kit::{Who, World, organisation, party};

/// Records of the two files.
const FEW: u64 = 10;
const MANY: u64 = 10_000;
/// A command on the large file takes at most so many times what it takes on the small one.
const RATIO_MAX: f64 = 1.5;

/// A command at its point of the course.
struct Step {
    name: &'static str,
    who: Who,
    command: Command,
    rules: Arc<RuleSet>,
    today: Day,
    rows: BTreeMap<Key, Arc<Row>>,
    next: Position,
}

impl Step {
    fn of(world: &World, name: &'static str, who: Who, command: Command) -> Step {
        Step {
            name,
            who,
            command,
            rules: Arc::clone(&world.rules),
            today: world.today,
            rows: world.rows.clone(),
            next: world.next(),
        }
    }

    fn load(&self, rows: &mut Rows, keys: Vec<Key>) {
        for key in keys {
            let row = self.rows.get(&key).cloned();
            rows.load(key, row);
        }
    }

    fn settle<T>(&self, rows: &mut Rows, ask: impl Fn(&mut Rows) -> Result<T, Stop>) -> T {
        loop {
            match ask(rows) {
                Ok(answer) => return answer,
                Err(Stop::Need(keys)) => self.load(rows, keys),
                Err(other) => {
                    eprintln!("{}: {other:?}", self.name);
                    std::process::exit(1);
                }
            }
        }
    }

    /// Decides the command and folds its events; the rows that changed are not kept.
    fn take(&self) -> Rows {
        let now = Timestamp::start_of(self.today);
        let context = Context {
            now,
            today: self.today,
            actor: &self.who.actor,
            role: self.who.role,
            rules: &self.rules,
            next: self.next,
            starts_stopped: false,
            idempotency: None,
            expected: None,
        };
        let mut rows = Rows::new();
        self.load(&mut rows, first_keys(&self.command, &context));
        let outcome = self.settle(&mut rows, |rows| decide(rows, &self.command, &context));
        let mut at = self.next;
        for draft in outcome.drafts {
            let envelope = Envelope {
                position: at,
                recorded_at: now,
                legal_date: self.today,
                actor: self.who.actor.clone(),
                subject: draft.subject,
                cause: draft.cause.or((at != self.next).then_some(self.next)),
                idempotency: None,
                rules: None,
                event: draft.event,
            };
            self.settle(&mut rows, |rows| apply(rows, &envelope));
            at = Position { sequence: at.sequence + 1, ..at };
        }
        assert!(at > self.next, "{}: the command was taken", self.name);
        rows
    }
}

/// A course under way: each command is noted, then taken.
struct Course {
    world: World,
    steps: Vec<Step>,
}

impl Course {
    fn step(&mut self, name: &'static str, who: &Who, command: &Command) -> Position {
        self.note(name, who, command);
        self.world.must(who, command)
    }

    /// Notes a command that the course does not take.
    fn note(&mut self, name: &'static str, who: &Who, command: &Command) {
        self.steps.push(Step::of(&self.world, name, who.clone(), command.clone()));
    }
}

/// The course of a listing of an organisation with so many records.
fn course(records: u64) -> Vec<Step> {
    let mut world = World::seeded();
    let first = world.with_record();
    for _ in 1..records {
        world.with_record();
    }
    let mut course = Course { world, steps: Vec::new() };
    let own = party(organisation(1));
    course.note("submit a record", &handler(), &submit(organisation(1), "尤市监罚〔2026〕新号"));
    course.note(
        "annul a record",
        &handler(),
        &Command::AnnulRecord { record: first, reasons: text() },
    );
    let proposal = propose(organisation(1), &[first]);
    let listing = ListingId(course.step("propose a listing", &handler(), &proposal));
    let case = CaseRef::Listing(listing);
    let told = notice(&course.world, case, &[STATUTE]);
    course.step("serve a notice", &handler(), &told);
    let stated = statement(&course.world, case, false);
    course.step("state a case", &own, &stated);
    course.step("hold a hearing", &colleague(), &hearing(case));
    course.step("decide a listing", &head(), &decision(case, 2, &[STATUTE]));
    let served = serve(&course.world, case);
    course.step("serve a decision", &handler(), &served);
    course.world.pass(7);
    let asked = initiate(listing, None, STATUTE);
    let measure = MeasureId(course.step("initiate a measure", &handler(), &asked));
    let told = measure_notice(&course.world, measure);
    course.step("serve a measure's notice", &handler(), &told);
    course.step("dispatch a measure", &handler(), &Command::DispatchMeasure { measure });
    course.step("accept a measure", &implementer(), &Command::AcceptMeasure { measure });
    course.step("order a measure", &implementer(), &Command::ExecuteMeasure { measure });
    course.step("confirm a measure", &implementer(), &by_hand(measure, CaseHook::Execute));
    let filed = object(Target::Listing(listing), false);
    let objection = ObjectionId(course.step("file an objection", &own, &filed));
    course.step("accept an objection", &clerk(), &Command::AcceptObjection { objection });
    let received_on = course.world.today;
    let referral = Command::ReferObjection { objection, received_on };
    course.step("refer an objection", &clerk(), &referral);
    void(&course.world, objection, &mut course.steps);
    course.step("report what was found", &colleague(), &report(objection, Finding::Correct));
    let rejected = resolve(&course.world, objection);
    course.step("decide an objection, rejected", &clerk(), &rejected);
    course.world.pass(120);
    let id = RepairId(course.step("apply for a repair", &own, &repair(listing)));
    let accepted = repair_check(id, RepairAcceptance::Accepted);
    course.step("check a repair", &handler(), &accepted);
    let approved = approve(&course.world, id);
    course.note("decide a repair", &head(), &approved);
    course.steps
}

/// The same objection proves right: everything that rests on the listing ends with it.
fn void(world: &World, objection: ObjectionId, steps: &mut Vec<Step>) {
    let mut world = world.clone();
    world.must(&colleague(), &report(objection, Finding::Error));
    let upheld = resolve(&world, objection);
    steps.push(Step::of(&world, "decide an objection, upheld", clerk(), upheld));
}

/// `decide`: whether every command costs as much on the large file.
pub fn decide_and_apply(samples: usize) -> bool {
    let (few, many) = (course(FEW), course(MANY));
    let Ok(folder) = tempfile::tempdir() else {
        eprintln!("no folder for the samples");
        return false;
    };
    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(samples.max(10))
        .output_directory(folder.path());
    let mut table = Table::new(
        "decide",
        &["command", &format!("{FEW} records, µs"), &format!("{MANY} records, µs"), "ratio"],
    );
    let mut even = true;
    for (few, many) in few.iter().zip(&many) {
        let mut group = criterion.benchmark_group(few.name);
        for (step, records) in [(few, FEW), (many, MANY)] {
            let id = BenchmarkId::from_parameter(format!("{records} records on file"));
            group.bench_function(id, |bencher| bencher.iter(|| step.take()));
        }
        group.finish();
        let median = |records| median_ns(folder.path(), few.name, records);
        let (Some(few_ns), Some(many_ns)) = (median(FEW), median(MANY)) else {
            eprintln!("{}: criterion left no figure", few.name);
            even = false;
            continue;
        };
        let ratio = many_ns / few_ns;
        even &= ratio <= RATIO_MAX;
        let own = [few.name.to_owned(), microseconds(few_ns), microseconds(many_ns)];
        table.row(own.into_iter().chain([format!("{ratio:.2}")]));
    }
    table.print();
    if !even {
        println!("\nSome command costs more than {RATIO_MAX} times as much on the large file.");
    }
    even
}

/// The median that criterion estimated.
fn median_ns(folder: &Path, what: &str, records: u64) -> Option<f64> {
    let path = folder.join(what).join(format!("{records} records on file/new/estimates.json"));
    let estimates: serde_json::Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rule that came since may ask for a step that the course lacks: then nothing is measured.
    #[test]
    fn the_register_takes_every_step_that_is_measured() {
        for step in course(2) {
            assert!(step.take().loaded() > 0, "{}", step.name);
        }
    }
}
