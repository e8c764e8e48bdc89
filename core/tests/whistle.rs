//! Reports of wrongdoing: every command in every state, the guards by name, the bytes of the log.
//! The table below is the machine of domain.md 2.7 as it is lived.

mod aside;
mod bounds;
mod bytes;
mod escalate;
mod late;
mod recount;
mod unsealing;

use crate::kit;

use std::collections::BTreeSet;

use crate::kit::diagram::{Diagram, Tried};
use crate::kit::rules::{JUSTICE, MARKET, OFFICE, TAX, cite, code, day, rules};
use crate::kit::steps::{digest, no_text, text};
use crate::kit::{Post, authority, machines};
use shouxin_core::actor::{OfficerRef, Role};
use shouxin_core::calendar::Deadline;
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::limits::{OPENINGS_MAX, REPORT_ANSWERS_MAX, RETALIATIONS_MAX};
use shouxin_core::rules::RuleSet;
use shouxin_core::text::Sealed;
use shouxin_core::time::Day;
use shouxin_core::whistle::{
    By, Command, Context, Ledger, ReportEnvelope, ReportId, ReportRow, ReportState, WhistleEvent,
    Worklist, apply, decide,
};

const STATE: Ground = Ground::Misfit(Misfit::State);

/// By state: command, event, state after it.
type Transitions =
    &'static [(&'static str, &'static [(&'static str, &'static str, &'static str)])];

/// Who asks, and with which role.
#[derive(Clone)]
struct Who(By, Role);

fn timer() -> Who {
    Who(By::Timer, Role::Public)
}

fn reporter() -> Who {
    Who(By::Reporter, Role::Public)
}

fn officer(department: &str, post: Post, role: Role) -> Who {
    let kit::Who { actor: shouxin_core::actor::Actor::Officer(reference), .. } =
        kit::officer(department, post)
    else {
        panic!("an officer is an officer")
    };
    Who(By::Officer(reference), role)
}

fn triager() -> Who {
    officer(OFFICE, Post::Handler, Role::Triage)
}

fn data_officer() -> Who {
    officer(OFFICE, Post::Colleague, Role::DataOfficer)
}

fn case_officer() -> Who {
    officer(TAX, Post::Handler, Role::Department)
}

/// One report and the ledger, as the store keeps them.
#[derive(Clone)]
struct World {
    row: Option<ReportRow>,
    ledger: Ledger,
    today: Day,
    reported: Uscc,
    sequence: u64,
    rules: &'static RuleSet,
}

impl World {
    fn new() -> World {
        World {
            row: None,
            ledger: Ledger::default(),
            today: day("2026-03-02"),
            reported: code(1),
            sequence: 0,
            rules: rules(),
        }
    }

    fn run(&mut self, who: &Who, command: &Command) -> Result<&'static str, Ground> {
        let gone = self.row.as_ref().is_some_and(|row| row.state == ReportState::Closed);
        let context = Context {
            today: self.today,
            by: &who.0,
            role: who.1,
            rules: self.rules,
            reported: (!gone).then_some(self.reported),
        };
        let event = decide(self.row.as_ref(), command, &context).map_err(|own| own.ground)?;
        let name = event.name();
        let envelope = envelope(self.sequence, self.today, who.0.clone(), event);
        let (row, ledger) = apply(self.row.as_ref(), &self.ledger, &envelope).expect("it fits");
        (self.row, self.ledger, self.sequence) = (Some(row), ledger, self.sequence + 1);
        Ok(name)
    }

    fn must(&mut self, who: &Who, command: &Command) {
        self.run(who, command).unwrap_or_else(|ground| panic!("{command:?}: {ground:?}"));
    }

    fn row(&self) -> &ReportRow {
        self.row.as_ref().expect("a report")
    }

    fn pass(&mut self, days: i32) {
        self.today = self.today.plus_days(days);
    }
}

fn envelope(sequence: u64, on: Day, by: By, event: WhistleEvent) -> ReportEnvelope {
    ReportEnvelope { sequence, report: ReportId([9; 32]), on, by, rules: Some(digest(3)), event }
}

fn slot(slot: u64) -> Sealed {
    Sealed { slot, ..text() }
}

fn receive() -> Command {
    let identity_sha256 = Some(digest(7));
    Command::Receive { reported: text(), facts: text(), evidence: vec![text()], identity_sha256 }
}

fn assign() -> Command {
    Command::Assign { department: TAX.to_owned() }
}

fn verify(substantiated: bool) -> Command {
    Command::Verify { substantiated, reasons: text() }
}

fn tag() -> Command {
    Command::Tag { reported: digest(5) }
}

fn ask() -> Command {
    Command::RequestUnseal { ground: cite("law"), reasons: text(), law_forbids_telling: None }
}

/// Where the course of a report is stopped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Received,
    Triaged,
    Assigned,
    Substantiated,
    Transferred,
    FedBack,
    Kept,
    Tagged,
    Closed,
}

fn at(stage: Stage) -> World {
    let mut world = World::new();
    let course: [(Stage, Who, Command); 8] = [
        (Stage::Received, reporter(), receive()),
        (Stage::Triaged, triager(), Command::Triage { note: text() }),
        (Stage::Assigned, triager(), assign()),
        (Stage::Substantiated, case_officer(), verify(true)),
        (Stage::Transferred, case_officer(), Command::Transfer { note: text() }),
        (Stage::FedBack, triager(), Command::PostFeedback { text: text() }),
        (Stage::Tagged, data_officer(), tag()),
        (Stage::Closed, data_officer(), Command::Purge),
    ];
    for (own, who, command) in course {
        if own > stage {
            break;
        }
        if own == Stage::Tagged {
            world.pass(400);
        }
        world.must(&who, &command);
    }
    if stage == Stage::Kept {
        world.pass(400);
    }
    world
}

fn out_of_scope() -> World {
    let mut world = at(Stage::Received);
    world.must(&triager(), &Command::PutOutOfScope { pointer: text() });
    world
}

fn unsubstantiated() -> World {
    let mut world = at(Stage::Assigned);
    world.must(&case_officer(), &verify(false));
    world
}

fn extended() -> World {
    let mut world = at(Stage::Assigned);
    world.must(&case_officer(), &Command::Extend { reasons: text() });
    world
}

fn asked() -> World {
    let mut world = at(Stage::Triaged);
    world.must(&triager(), &ask());
    world
}

/// The approval of the request that is open, or of one that never was.
fn approve(world: &World) -> Command {
    let identity = world.row.as_ref().and_then(|row| row.identity.as_ref());
    let request = identity.and_then(|own| own.request.as_ref()).map_or(0, |own| own.at);
    Command::ApproveUnseal { request }
}

fn anonymous() -> World {
    let mut world = World::new();
    let command = Command::Receive {
        reported: text(),
        facts: text(),
        evidence: Vec::new(),
        identity_sha256: None,
    };
    world.must(&reporter(), &command);
    world
}

/// The state as its page has it.
fn drawn(row: &ReportRow) -> String {
    let name = row.state.name().replace('_', " ");
    let identity = row.identity.as_ref();
    let more = [
        (matches!(row.state, ReportState::Assigned { extended: true, .. }), "extended"),
        (identity.is_some_and(|own| own.request.is_some()), "opening asked for"),
        (identity.is_some_and(|own| !own.openings.is_empty()), "identity opened"),
        (row.escalated_on.is_some(), "escalated"),
        (row.overdue.is_some(), "overdue"),
        (row.reported_tag.is_some() && row.state != ReportState::Closed, "tagged"),
    ];
    let more: Vec<&str> = more.iter().filter(|own| own.0).map(|own| own.1).collect();
    if more.is_empty() { name } else { format!("{name} ({})", more.join(", ")) }
}

fn asker(who: &Who) -> &'static str {
    match who.1 {
        Role::Public if who.0 == By::Timer => "timer",
        Role::Public => "reporter",
        Role::Triage => "triage officer",
        Role::DataOfficer => "data officer",
        _ => "officer",
    }
}

#[test]
fn a_report_knows_no_other_way() {
    let mut old = out_of_scope();
    old.pass(400);
    let mut tagged = old.clone();
    tagged.must(&data_officer(), &tag());
    let late = |mut world: World| {
        world.pass(60);
        world
    };
    let states = [
        ("received, day passed", late(at(Stage::Received))),
        ("assigned, day passed", late(at(Stage::Assigned))),
        ("unsubstantiated, day passed", late(unsubstantiated())),
        ("transferred, day passed", late(at(Stage::Transferred))),
        ("none", World::new()),
        ("received, newer calendar", recount::by_newer(at(Stage::Received))),
        ("received", at(Stage::Received)),
        ("anonymous", anonymous()),
        ("out of scope", out_of_scope()),
        ("out of scope, kept long enough", old),
        ("out of scope, tagged", tagged),
        ("triaged", at(Stage::Triaged)),
        ("asked", asked()),
        ("assigned", at(Stage::Assigned)),
        ("extended", extended()),
        ("substantiated", at(Stage::Substantiated)),
        ("unsubstantiated", unsubstantiated()),
        ("transferred", at(Stage::Transferred)),
        ("fed back", at(Stage::FedBack)),
        ("fed back, kept long enough", at(Stage::Kept)),
        ("fed back, tagged", at(Stage::Tagged)),
        ("closed", at(Stage::Closed)),
    ];
    let commands = [
        ("receive", reporter(), receive()),
        ("triage", triager(), Command::Triage { note: text() }),
        ("point elsewhere", triager(), Command::PutOutOfScope { pointer: text() }),
        ("assign", triager(), assign()),
        ("verify", case_officer(), verify(true)),
        ("deny", case_officer(), verify(false)),
        ("extend", case_officer(), Command::Extend { reasons: text() }),
        ("transfer", case_officer(), Command::Transfer { note: text() }),
        ("answer", triager(), Command::PostFeedback { text: text() }),
        ("ask", triager(), ask()),
        ("approve", data_officer(), approve(&asked())),
        ("purge", data_officer(), Command::Purge),
        ("retaliation", reporter(), Command::ReportRetaliation { account: slot(2) }),
        ("tick", timer(), Command::MarkOverdue),
        ("recount", timer(), Command::Recount),
        ("tag", data_officer(), tag()),
    ];
    // Whoever is not listed here is refused because of the state.
    let transitions: Transitions = &[
        ("none", &[("receive", "whistle.received", "received")]),
        (
            "received, day passed",
            &[
                ("triage", "whistle.triaged", "triaged"),
                ("point elsewhere", "whistle.out_of_scope", "out_of_scope"),
                ("ask", "identity.unseal_requested", "received"),
                ("tick", "whistle.overdue", "received"),
            ],
        ),
        (
            "assigned, day passed",
            &[
                ("verify", "whistle.verified", "substantiated"),
                ("deny", "whistle.verified", "unsubstantiated"),
                ("ask", "identity.unseal_requested", "assigned"),
                ("tick", "whistle.overdue", "assigned"),
            ],
        ),
        (
            "unsubstantiated, day passed",
            &[
                ("answer", "whistle.feedback_posted", "fed_back"),
                ("ask", "identity.unseal_requested", "unsubstantiated"),
                ("tick", "whistle.overdue", "unsubstantiated"),
            ],
        ),
        (
            "transferred, day passed",
            &[
                ("answer", "whistle.feedback_posted", "fed_back"),
                ("ask", "identity.unseal_requested", "transferred"),
                ("tick", "whistle.overdue", "transferred"),
            ],
        ),
        (
            "received, newer calendar",
            &[
                ("triage", "whistle.triaged", "triaged"),
                ("point elsewhere", "whistle.out_of_scope", "out_of_scope"),
                ("ask", "identity.unseal_requested", "received"),
                ("recount", "whistle.recounted", "received"),
            ],
        ),
        (
            "received",
            &[
                ("triage", "whistle.triaged", "triaged"),
                ("point elsewhere", "whistle.out_of_scope", "out_of_scope"),
                ("ask", "identity.unseal_requested", "received"),
            ],
        ),
        (
            "anonymous",
            &[
                ("triage", "whistle.triaged", "triaged"),
                ("point elsewhere", "whistle.out_of_scope", "out_of_scope"),
            ],
        ),
        ("out of scope", &[("ask", "identity.unseal_requested", "out_of_scope")]),
        (
            "out of scope, kept long enough",
            &[
                ("ask", "identity.unseal_requested", "out_of_scope"),
                ("tag", "whistle.tagged", "out_of_scope"),
            ],
        ),
        (
            "out of scope, tagged",
            &[
                ("ask", "identity.unseal_requested", "out_of_scope"),
                ("purge", "identity.purged", "closed"),
            ],
        ),
        (
            "triaged",
            &[
                ("assign", "whistle.assigned", "assigned"),
                ("ask", "identity.unseal_requested", "triaged"),
            ],
        ),
        (
            "asked",
            &[
                ("assign", "whistle.assigned", "assigned"),
                ("ask", "identity.unseal_requested", "triaged"),
                ("approve", "identity.unsealed", "triaged"),
            ],
        ),
        (
            "assigned",
            &[
                ("verify", "whistle.verified", "substantiated"),
                ("deny", "whistle.verified", "unsubstantiated"),
                ("extend", "whistle.extended", "assigned"),
                ("ask", "identity.unseal_requested", "assigned"),
            ],
        ),
        (
            "extended",
            &[
                ("verify", "whistle.verified", "substantiated"),
                ("deny", "whistle.verified", "unsubstantiated"),
                ("ask", "identity.unseal_requested", "assigned"),
            ],
        ),
        (
            "substantiated",
            &[
                ("transfer", "whistle.transferred", "transferred"),
                ("ask", "identity.unseal_requested", "substantiated"),
            ],
        ),
        (
            "unsubstantiated",
            &[
                ("answer", "whistle.feedback_posted", "fed_back"),
                ("ask", "identity.unseal_requested", "unsubstantiated"),
            ],
        ),
        (
            "transferred",
            &[
                ("answer", "whistle.feedback_posted", "fed_back"),
                ("ask", "identity.unseal_requested", "transferred"),
            ],
        ),
        (
            "fed back",
            &[
                ("answer", "whistle.feedback_posted", "fed_back"),
                ("ask", "identity.unseal_requested", "fed_back"),
            ],
        ),
        (
            "fed back, kept long enough",
            &[
                ("answer", "whistle.feedback_posted", "fed_back"),
                ("ask", "identity.unseal_requested", "fed_back"),
                ("tag", "whistle.tagged", "fed_back"),
            ],
        ),
        (
            "fed back, tagged",
            &[
                ("answer", "whistle.feedback_posted", "fed_back"),
                ("ask", "identity.unseal_requested", "fed_back"),
                ("purge", "identity.purged", "closed"),
            ],
        ),
        ("closed", &[("retaliation", "retaliation.reported", "fed_back")]),
    ];
    let mut tried = 0;
    let mut wrong = Vec::new();
    let mut diagram = Diagram::new(&machines::WHISTLE);
    for (state, world) in &states {
        let listed = transitions.iter().find(|own| own.0 == *state).expect("a row").1;
        for (name, who, command) in &commands {
            let mut world = world.clone();
            let before = world.row.as_ref().map(|row| row.state.name());
            let drawn = world.row.as_ref().map(drawn);
            let found = world.run(who, command);
            let moves = match (drawn.clone(), world.row.as_ref().map(self::drawn)) {
                (from, Some(to)) if from.as_ref() != Some(&to) => {
                    vec![(from.unwrap_or_else(|| "[*]".to_owned()), to)]
                }
                _ => Vec::new(),
            };
            diagram.add(Tried {
                label: state,
                command: name,
                variant: None,
                by: asker(who).to_owned(),
                found: found.map(|event| vec![event]),
                before: drawn,
                moves,
            });
            let listed = listed.iter().find(|own| own.0 == *name);
            tried += usize::from(listed.is_some());
            let wanted = match (listed, *name, *state) {
                (Some((_, event, _)), ..) => Ok(*event),
                (None, _, "none") => Err(Ground::Misfit(Misfit::NotFound)),
                (None, "receive", _) => Err(Ground::Misfit(Misfit::Exists)),
                // Whatever the state: it is reported, and the state stays.
                (None, "retaliation", _) => Ok("retaliation.reported"),
                (None, ..) => Err(STATE),
            };
            let then = listed.map(|own| own.2).or(before);
            let now = world.row.as_ref().map(|row| row.state.name());
            if found != wanted || now != then {
                wrong.push(format!("{state}, {name}: {found:?} to {now:?}, not {wanted:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(tried, transitions.iter().map(|own| own.1.len()).sum::<usize>(), "a row untried");
    diagram.settle();
}

#[test]
fn every_event_of_a_report_stands_on_its_page() {
    let path = kit::diagram::folder().join("whistle.md");
    let page = std::fs::read_to_string(path).expect("run `make docs`");
    for name in WhistleEvent::names() {
        assert!(page.contains(&format!("`{name}`")), "no pair of the table brings about {name}");
    }
}

fn refused(mut world: World, who: &Who, command: &Command) -> Ground {
    match world.run(who, command) {
        Ok(event) => panic!("{command:?} led to {event}"),
        Err(ground) => ground,
    }
}

fn guard(guard: Guard) -> Ground {
    Ground::Guard(guard)
}

fn about(department: &str, stage: Stage) -> World {
    World { reported: authority(department), ..at(stage) }
}

#[test]
fn nobody_handles_a_report_about_their_own_authority() {
    let competent = guard(Guard::Competent);
    for (command, stage) in [
        (Command::Triage { note: text() }, Stage::Received),
        (Command::PutOutOfScope { pointer: text() }, Stage::Received),
        (assign(), Stage::Triaged),
        (ask(), Stage::Triaged),
        (Command::PostFeedback { text: text() }, Stage::Transferred),
    ] {
        assert_eq!(refused(about(OFFICE, stage), &triager(), &command), competent, "{command:?}");
    }
    assert_eq!(refused(about(TAX, Stage::Triaged), &triager(), &assign()), competent);
    assert_eq!(refused(about(TAX, Stage::Assigned), &case_officer(), &verify(true)), competent);
    let mut asked = asked();
    asked.reported = authority(OFFICE);
    let approval = approve(&asked);
    assert_eq!(refused(asked, &data_officer(), &approval), competent);
    assert_eq!(refused(about(OFFICE, Stage::Kept), &data_officer(), &Command::Purge), competent);
}

#[test]
fn only_the_department_that_has_it_verifies_and_only_named_officers_act() {
    let other = officer(JUSTICE, Post::Handler, Role::Department);
    for command in [verify(true), Command::Extend { reasons: text() }] {
        assert_eq!(refused(at(Stage::Assigned), &other, &command), guard(Guard::Competent));
    }
    assert_eq!(
        refused(at(Stage::Transferred), &other, &Command::PostFeedback { text: text() }),
        guard(Guard::Competent)
    );
    let unknown = OfficerRef { authority: authority(OFFICE), officer: "99".to_owned() };
    let unknown = Who(By::Officer(unknown), Role::Triage);
    let triage = Command::Triage { note: text() };
    assert_eq!(refused(at(Stage::Received), &unknown, &triage), guard(Guard::Human));
    let nobody = Who(By::Reporter, Role::Triage);
    assert_eq!(refused(at(Stage::Received), &nobody, &triage), guard(Guard::Human));
}

#[test]
fn each_step_is_for_its_role_alone() {
    let forbidden = Ground::Misfit(Misfit::Forbidden);
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
    let case = [Role::Department, Role::Provider, Role::CreditOffice];
    let table: [(World, Who, Command, &[Role]); 10] = [
        (at(Stage::Received), triager(), Command::Triage { note: text() }, &[Role::Triage]),
        (
            at(Stage::Received),
            triager(),
            Command::PutOutOfScope { pointer: text() },
            &[Role::Triage],
        ),
        (at(Stage::Triaged), triager(), assign(), &[Role::Triage]),
        (at(Stage::Triaged), triager(), ask(), &[Role::Triage]),
        (asked(), data_officer(), approve(&asked()), &[Role::DataOfficer]),
        (at(Stage::Kept), data_officer(), tag(), &[Role::DataOfficer]),
        (at(Stage::Tagged), data_officer(), Command::Purge, &[Role::DataOfficer]),
        (at(Stage::Assigned), case_officer(), verify(true), &case),
        (at(Stage::Assigned), case_officer(), Command::Extend { reasons: text() }, &case),
        (at(Stage::Substantiated), case_officer(), Command::Transfer { note: text() }, &case),
    ];
    for (world, Who(by, _), command, allowed) in table {
        for role in roles {
            let found = world.clone().run(&Who(by.clone(), role), &command);
            match allowed.contains(&role) {
                true => assert!(found.is_ok(), "{role:?}: {command:?}: {found:?}"),
                false => assert_eq!(found, Err(forbidden), "{role:?}: {command:?}"),
            }
        }
    }
    let retaliation = Command::ReportRetaliation { account: slot(2) };
    assert_eq!(refused(at(Stage::Assigned), &triager(), &retaliation), forbidden);
}

#[test]
fn texts_must_be_stated() {
    let table: [(World, Who, Command); 9] = [
        (at(Stage::Received), triager(), Command::Triage { note: no_text() }),
        (at(Stage::Received), triager(), Command::PutOutOfScope { pointer: no_text() }),
        (
            at(Stage::Assigned),
            case_officer(),
            Command::Verify { substantiated: true, reasons: no_text() },
        ),
        (at(Stage::Assigned), case_officer(), Command::Extend { reasons: no_text() }),
        (at(Stage::Substantiated), case_officer(), Command::Transfer { note: no_text() }),
        (at(Stage::Transferred), triager(), Command::PostFeedback { text: no_text() }),
        (at(Stage::Assigned), reporter(), Command::ReportRetaliation { account: no_text() }),
        (
            World::new(),
            reporter(),
            Command::Receive {
                reported: text(),
                facts: no_text(),
                evidence: Vec::new(),
                identity_sha256: None,
            },
        ),
        (
            World::new(),
            reporter(),
            Command::Receive {
                reported: text(),
                facts: text(),
                evidence: vec![no_text()],
                identity_sha256: None,
            },
        ),
    ];
    for (world, who, command) in table {
        assert_eq!(refused(world, &who, &command), guard(Guard::Document), "{command:?}");
    }
}

#[test]
fn periods_end_on_their_days() {
    let mut late = at(Stage::Assigned);
    let ReportState::Assigned { verify_by, .. } = late.row().state else { panic!("assigned") };
    late.today = verify_by.day.plus_days(1);
    let extend = Command::Extend { reasons: text() };
    assert_eq!(refused(late.clone(), &case_officer(), &extend), STATE);
    late.must(&case_officer(), &verify(true));
    let ReportState::Assigned { verify_by: later, extended: true } = extended().row().state else {
        panic!("extended")
    };
    assert_eq!(later, rules().calendar.after(verify_by.from, 30));
    assert_eq!(later.day, rules().calendar.after(verify_by.day, 15).day);
    let mut kept = at(Stage::FedBack);
    let until = kept.row().keep_until.expect("a day");
    assert_eq!(until, kept.today.plus_months(12));
    kept.today = until;
    assert_eq!(refused(kept.clone(), &data_officer(), &Command::Purge), STATE);
    kept.today = until.plus_days(1);
    kept.must(&data_officer(), &tag());
    kept.must(&data_officer(), &Command::Purge);
    assert_eq!((kept.row().identity.clone(), kept.row().slots.len()), (None, 0));
    let mut elsewhere = out_of_scope();
    elsewhere.pass(400);
    elsewhere.must(&data_officer(), &tag());
    elsewhere.must(&data_officer(), &Command::Purge);
}

#[test]
fn retaliation_escalates_delays_the_purge_and_is_bounded() {
    let mut world = at(Stage::Kept);
    let command = |own: u64| Command::ReportRetaliation { account: slot(own) };
    world.must(&reporter(), &command(2));
    assert_eq!(world.row().escalated_on, Some(world.today));
    assert_eq!(refused(world.clone(), &data_officer(), &Command::Purge), STATE);
    let escalated = Worklist::Escalated.prefix();
    assert!(world.row().entries().iter().any(|key| key.starts_with(&escalated)));
    for own in 3..=RETALIATIONS_MAX {
        world.must(&reporter(), &command(own as u64));
    }
    world.must(&reporter(), &command(90));
    assert_eq!(refused(world.clone(), &reporter(), &command(91)), Ground::Misfit(Misfit::Limit));
    world.pass(400);
    world.must(&data_officer(), &tag());
    world.must(&data_officer(), &Command::Purge);
    assert!(world.row().slots.is_empty());
    assert!(!world.row().entries().iter().any(|key| key.starts_with(&escalated)));
}

#[test]
fn answers_are_bounded_and_never_shorten_what_is_kept() {
    let mut world = at(Stage::FedBack);
    let answer = Command::PostFeedback { text: text() };
    let mut until = world.row().keep_until;
    for _ in 1..REPORT_ANSWERS_MAX {
        world.pass(1);
        world.must(&triager(), &answer);
        assert!(world.row().keep_until > until);
        until = world.row().keep_until;
    }
    assert_eq!(refused(world, &triager(), &answer), Ground::Misfit(Misfit::Limit));
}

#[test]
fn the_ledger_counts_a_days_reports_and_the_open_ones() {
    let mut world = at(Stage::Received);
    assert_eq!((world.ledger.received, world.ledger.open, world.ledger.slots), (1, 1, 2));
    let mut ledger = world.ledger.clone();
    for sequence in [8, 9] {
        let event = WhistleEvent::Received {
            reported: slot(40),
            facts: slot(40),
            evidence: Vec::new(),
            identity_sha256: None,
            triage_by: deadline(),
        };
        let own = envelope(sequence, world.today, By::Reporter, event);
        ledger = apply(None, &ledger, &own).expect("it fits").1;
    }
    assert_eq!((ledger.received, ledger.open, ledger.slots), (3, 3, 41));
    world.ledger = ledger;
    world.pass(1);
    world.must(&triager(), &Command::PutOutOfScope { pointer: text() });
    assert_eq!((world.ledger.received, world.ledger.open), (0, 2));
}

#[test]
fn a_worklist_finds_its_own_reports_and_no_others() {
    let world = at(Stage::Assigned);
    let (row, tax) = (world.row(), authority(TAX));
    let lists = |list: Worklist| row.entries().iter().any(|key| key.starts_with(&list.prefix()));
    assert!(lists(Worklist::of("assigned", None).expect("a state")));
    assert!(lists(Worklist::of("assigned", Some(tax)).expect("a state")));
    assert!(!lists(Worklist::of("assigned", Some(authority(MARKET))).expect("a state")));
    assert!(!lists(Worklist::of("triaged", None).expect("a state")));
    assert!(!lists(Worklist::Escalated) && !lists(Worklist::Requested));
    let requested = asked().row().entries();
    assert!(requested.iter().any(|key| key.starts_with(&Worklist::Requested.prefix())));
    assert_eq!(Worklist::of("listed", None), None);
    let ids = row.entries().into_iter().map(|key| Worklist::report(&key));
    assert_eq!(ids.collect::<BTreeSet<_>>(), BTreeSet::from([Some(row.id)]));
}

fn deadline() -> Deadline {
    Deadline { day: day("2026-03-09"), provisional: true, from: day("2026-03-02"), working_days: 5 }
}

#[test]
fn no_event_of_the_register_and_none_of_a_report_share_a_name() {
    let register: BTreeSet<&str> = shouxin_core::event::Event::names().into_iter().collect();
    assert!(WhistleEvent::names().iter().all(|name| !register.contains(name)));
}
