//! Credit commitments: every command in every state, the guards of each step, and that a broken
//! one is a record of a fact and nothing more.

use crate::kit::commitments::*;
use crate::kit::later::{
    after, changes, later, newest_or, objection_of, office_head, rule, stay, suit,
};
use crate::kit::rules::{TAX, cite, day};
use crate::kit::steps::*;
use crate::kit::table::{ABSENT, Asked, EXISTS, STATE, compare};
use crate::kit::{
    Post, Who, World, guard, machines, misfit, officer, organisation, party, person, timer,
};
use shouxin_core::command::Command;
use shouxin_core::command::commitment::CommitmentCommand as C;
use shouxin_core::event::commitment::{CommitmentEvent, CommitmentKind};
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{Event, Finding, ObjectionGround, Target};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{CommitmentId, ObjectionId};
use shouxin_core::limits::{COMMITMENT_MONTHS_MAX, COMMITMENT_PART_BYTES_MAX};
use shouxin_core::path::Standing;
use shouxin_core::row::commitment::CommitmentState;
use shouxin_core::row::{Due, Index, Key};
use shouxin_core::time::Day;

fn of(world: &World) -> CommitmentId {
    let found = world.rows.keys().filter_map(|key| match key {
        Key::Commitment(id) => Some(*id),
        _ => None,
    });
    found.max().unwrap_or(CommitmentId(world.next()))
}

fn at(until: Word) -> World {
    word(until).0
}

fn then(world: &World, who: &Who, command: impl Fn(&World, CommitmentId) -> Command) -> World {
    after(world, who, &command(world, of(world)))
}

fn at_day(world: &World, day: Day) -> World {
    let mut world = world.clone();
    world.go_to(day);
    world
}

/// A finding of breach to which the subject objected, verified by another officer.
fn disputed(finding: Finding) -> World {
    let mut world = at(Word::Breached);
    let target = Target::Commitment(of(&world));
    let objection = ObjectionId(world.must(&party(organisation(1)), &object(target, true)));
    world.must(&office_head(), &Command::AcceptObjection { objection });
    let received_on = world.today;
    world.must(&office_head(), &Command::ReferObjection { objection, received_on });
    world.must(&colleague(), &report(objection, finding));
    world
}

fn permit() -> World {
    let mut world = signed_permit();
    let id = of(&world);
    world.must(&handler(), &publish(id));
    world
}

fn signed_permit() -> World {
    let mut world = World::seeded();
    let offer = offer(organisation(1), CommitmentKind::Permit);
    let id = CommitmentId(world.must(&handler(), &offer));
    world.must(&party(organisation(1)), &sign(id));
    world
}

fn states() -> Vec<(&'static str, World)> {
    let subject = party(organisation(1));
    let mut due_passed = at(Word::InForce);
    due_passed.today = due().plus_days(1);
    let mut period_over = at(Word::Noticed);
    period_over.today = period_over.today.plus_days(14);
    let end_passed = later(&at(Word::Decided), 300);
    vec![
        ("none", World::seeded()),
        ("offered", at(Word::Offered)),
        ("signed", at(Word::Signed)),
        ("in force", at(Word::InForce)),
        ("in force, due passed", due_passed),
        ("permit, signed", signed_permit()),
        ("permit", permit()),
        ("permit, decided", then(&permit(), &handler(), |_, id| decide_matter(id))),
        ("overdue", at(Word::Overdue)),
        ("cure", at(Word::CurePeriod)),
        ("cure over", at(Word::CureOver)),
        ("proposed", at(Word::Proposed)),
        ("noticed", at(Word::Noticed)),
        ("noticed, period over", period_over),
        ("heard", at(Word::Heard)),
        ("decided", at(Word::Decided)),
        ("decided, end passed", end_passed),
        ("breached", at(Word::Breached)),
        ("breached, disputed", disputed(Finding::Error)),
        ("breached, end passed", {
            let mut world = at(Word::Breached);
            world.today = shown_until().plus_days(1);
            world
        }),
        ("breached, over", at_day(&at(Word::Breached), shown_until().plus_days(1))),
        (
            "annulled",
            then(&disputed(Finding::Error), &office_head(), |world, _| {
                resolve(world, objection_of(world))
            }),
        ),
        ("repaired", at(Word::Repaired)),
        ("closed", then(&at(Word::Offered), &subject, |_, id| decline(id))),
        ("withdrawn", then(&at(Word::InForce), &subject, |_, id| withdraw(id))),
        ("fulfilled", then(&at(Word::InForce), &handler(), |_, id| fulfil(id))),
        ("dropped", then(&at(Word::Heard), &handler(), |_, id| drop_breach(id))),
    ]
}

/// Covers O13, O30.
#[test]
fn a_commitment_knows_no_other_way() {
    let subject = party(organisation(1));
    let commands: [Asked<'_>; 9] = [
        ("offer", handler(), &|world| {
            let mut command = offer(organisation(1), CommitmentKind::Special);
            if let Command::Commitment(C::Offer { due, .. }) = &mut command {
                *due = world.today.plus_days(60);
            }
            command
        }),
        ("decline", subject.clone(), &|world| decline(of(world))),
        ("sign", subject.clone(), &|world| sign(of(world))),
        ("publish", handler(), &|world| publish(of(world))),
        ("decide matter", handler(), &|world| decide_matter(of(world))),
        ("withdraw", subject, &|world| withdraw(of(world))),
        ("fulfil", handler(), &|world| fulfil(of(world))),
        ("cure", handler(), &|world| cure(world, of(world))),
        ("tick", timer(), &|world| Command::Tick { due: Due::Commitment(of(world)) }),
    ];
    const FULFILLED: &[&str] = &["commitment.fulfilled"];
    compare(
        &machines::COMMITMENT,
        &states(),
        &commands,
        &[
            ("*", "offer", &["commitment.offered"]),
            ("offered", "decline", &["commitment.declined"]),
            ("offered", "sign", &["commitment.signed"]),
            ("signed", "publish", &["commitment.published"]),
            ("signed", "withdraw", &["commitment.withdrawn"]),
            ("in force", "withdraw", &["commitment.withdrawn"]),
            ("in force", "fulfil", FULFILLED),
            ("in force, due passed", "fulfil", FULFILLED),
            ("in force, due passed", "tick", &["commitment.overdue"]),
            ("permit, signed", "publish", &["commitment.accepted"]),
            ("permit, signed", "withdraw", &["commitment.withdrawn"]),
            ("permit", "decide matter", &["commitment.matter_decided"]),
            ("permit", "withdraw", &["commitment.withdrawn"]),
            ("permit", "fulfil", FULFILLED),
            ("permit, decided", "fulfil", FULFILLED),
            ("overdue", "fulfil", FULFILLED),
            ("overdue", "cure", &["commitment.cure_notice_served"]),
            ("cure", "fulfil", FULFILLED),
            ("cure over", "fulfil", FULFILLED),
            ("proposed", "fulfil", FULFILLED),
            ("noticed", "fulfil", FULFILLED),
            ("noticed, period over", "fulfil", FULFILLED),
            ("noticed, period over", "tick", &["breach.window_closed"]),
            ("heard", "fulfil", FULFILLED),
            ("dropped", "fulfil", FULFILLED),
            ("breached, end passed", "tick", &["breach.expired"]),
            ("annulled", "fulfil", FULFILLED),
        ],
        &[],
    );
}

#[test]
fn the_way_to_a_breach_knows_no_other_way() {
    let commands: [Asked<'_>; 9] = [
        ("propose", handler(), &|world| propose_breach(of(world))),
        ("notice", handler(), &|world| breach_notice(world, of(world))),
        ("statement", party(organisation(1)), &|world| breach_statement(world, of(world))),
        ("waiver", party(organisation(1)), &|world| breach_waiver(of(world))),
        ("drop", head(), &|world| drop_breach(of(world))),
        ("decide", head(), &|world| decide_breach(of(world), 2)),
        ("serve", handler(), &|world| serve_breach(world, of(world))),
        ("object", party(organisation(1)), &|world| object(Target::Commitment(of(world)), true)),
        ("resolve", office_head(), &|world| {
            let of = |key: &Key| match key {
                Key::Objection(id) => Some(*id),
                _ => None,
            };
            resolve(world, newest_or(world, of, ObjectionId(world.next())))
        }),
    ];
    const NO_NOTICE: Ground = Ground::Guard(Guard::Notice);
    const NOT_HEARD: Ground = Ground::Guard(Guard::Heard);
    const DROPPED: &[&str] = &["breach.dropped"];
    compare(
        &machines::BREACH,
        &states(),
        &commands,
        &[
            ("cure over", "propose", &["breach.proposed"]),
            ("dropped", "propose", &["breach.proposed"]),
            ("proposed", "notice", &["breach.notice_served"]),
            ("noticed", "statement", &["breach.statement_received"]),
            // What comes later within the period stands beside what came before.
            ("heard", "statement", &["breach.statement_received"]),
            ("noticed", "waiver", &["breach.statement_waived"]),
            ("noticed, period over", "waiver", &["breach.statement_waived"]),
            ("heard", "decide", &["breach.decided"]),
            ("decided", "serve", &["breach.served"]),
            ("proposed", "drop", DROPPED),
            ("noticed", "drop", DROPPED),
            ("noticed, period over", "drop", DROPPED),
            ("heard", "drop", DROPPED),
            ("decided", "drop", DROPPED),
            ("decided, end passed", "drop", DROPPED),
            ("breached", "object", &["objection.filed"]),
            (
                "breached, disputed",
                "resolve",
                &["objection.resolved", "breach.annulled", "redress.opened"],
            ),
            ("annulled", "propose", &["breach.proposed"]),
        ],
        &[
            ("breached, disputed", "object", EXISTS),
            ("overdue", "propose", NO_NOTICE),
            ("cure", "propose", NO_NOTICE),
            ("proposed", "propose", EXISTS),
            ("noticed", "propose", EXISTS),
            ("noticed, period over", "propose", EXISTS),
            ("heard", "propose", EXISTS),
            ("decided", "propose", EXISTS),
            ("decided, end passed", "propose", EXISTS),
            ("proposed", "statement", NO_NOTICE),
            ("proposed", "waiver", NO_NOTICE),
            ("proposed", "decide", NO_NOTICE),
            ("noticed", "decide", NOT_HEARD),
            ("noticed, period over", "decide", NOT_HEARD),
            ("decided, end passed", "serve", Ground::Guard(Guard::End)),
            // There is no objection.
            ("*", "resolve", ABSENT),
            ("annulled", "resolve", STATE),
        ],
    );
}

/// Spoils one command and says which refusal it must meet; unspoiled it is taken.
#[track_caller]
fn spoiled(world: &World, who: &Who, right: &Command, ground: Ground, spoil: impl FnOnce(&mut C)) {
    world.ask(who, right).expect("unspoiled it is taken");
    let Command::Commitment(mut own) = right.clone() else {
        panic!("not about a commitment");
    };
    spoil(&mut own);
    assert_eq!(world.refused(who, &Command::Commitment(own)), ground);
}

macro_rules! set {
    ($variant:ident, $($field:ident = $value:expr),+) => {
        |own: &mut C| match own {
            C::$variant { $($field,)+ .. } => { $(*$field = $value;)+ }
            other => panic!("not a {}: {other:?}", stringify!($variant)),
        }
    };
}

/// Covers O29.
#[test]
fn an_offer_says_what_it_asks_and_that_it_may_be_refused() {
    let world = World::seeded();
    let right = offer(organisation(1), CommitmentKind::Permit);
    let document = guard(Guard::Document);
    spoiled(&world, &handler(), &right, document, set!(Offer, ordinary_path_stated = false));
    spoiled(&world, &handler(), &right, document, set!(Offer, content = no_text()));
    spoiled(&world, &handler(), &right, document, set!(Offer, conditions = no_text()));
    spoiled(&world, &handler(), &right, document, set!(Offer, checks = no_text()));
    spoiled(&world, &handler(), &right, document, set!(Offer, consequences = no_text()));
    spoiled(&world, &handler(), &right, document, set!(Offer, template_sha256 = [0; 32]));
    let value = misfit(Misfit::Value);
    spoiled(&world, &handler(), &right, value, set!(Offer, due = world.today));
    spoiled(&world, &handler(), &right, value, set!(Offer, due = day("2040-01-01")));
    let mut long = text();
    long.clear_bytes = 9000;
    spoiled(&world, &handler(), &right, misfit(Misfit::Limit), set!(Offer, content = long));
    assert_eq!(world.refused(&party(organisation(1)), &right), guard(Guard::Human));
    let limited = offer(person(3), CommitmentKind::Permit);
    assert_eq!(world.refused(&handler(), &limited), guard(Guard::Capacity));
    world.ask(&handler(), &offer(person(1), CommitmentKind::Permit)).expect("of full capacity");
}

#[test]
fn only_the_subject_signs_declines_and_withdraws_or_its_paper_at_the_counter() {
    let (world, id) = word(Word::Offered);
    let other = officer(TAX, Post::Handler);
    for command in [sign(id), decline(id)] {
        assert_eq!(world.refused(&party(organisation(2)), &command), guard(Guard::Human));
        assert_eq!(world.refused(&other, &command), guard(Guard::Competent));
    }
    world.ask(&handler(), &sign(id)).expect("the signed paper is there");
    assert_eq!(world.refused(&handler(), &decline(id)), guard(Guard::Document));
    let paper = C::Decline { commitment: id, document_sha256: Some(digest(1)) };
    world.ask(&handler(), &Command::Commitment(paper)).expect("the subject's own paper");
    let subject = party(organisation(1));
    let document = guard(Guard::Document);
    spoiled(&world, &subject, &sign(id), document, set!(Sign, template_sha256 = digest(1)));
    spoiled(&world, &subject, &sign(id), document, set!(Sign, document_sha256 = [0; 32]));
    spoiled(&world, &subject, &sign(id), document, set!(Sign, agent_sha256 = Some([0; 32])));
    let mut late = world.clone();
    late.go_to(due().plus_days(1));
    assert_eq!(late.refused(&subject, &sign(id)), STATE);
    let (world, id) = word(Word::InForce);
    spoiled(&world, &subject, &withdraw(id), document, set!(Withdraw, reasons = no_text()));
    assert_eq!(world.refused(&handler(), &withdraw(id)), document);
}

/// Covers O30.
#[test]
fn what_a_person_promised_is_shown_only_with_consent() {
    let mut world = World::seeded();
    let id = CommitmentId(world.must(&handler(), &offer(person(1), CommitmentKind::Special)));
    world.must(&party(person(1)), &sign(id));
    let consented = |sha| C::Publish { commitment: id, consent_sha256: Some(sha) };
    let consented = |sha| Command::Commitment(consented(sha));
    assert_eq!(world.refused(&handler(), &publish(id)), guard(Guard::Consent));
    assert_eq!(world.refused(&handler(), &consented([0; 32])), guard(Guard::Consent));
    let shown = after(&world, &handler(), &consented(digest(1)));
    assert!(commitment_row(&shown, id).published);
    // Even then no public list names a person.
    assert!(!shown.index.contains(&Index::PublicCommitment(id)));
}

#[test]
fn a_commitment_in_a_matter_is_taken_and_never_shown() {
    let world = permit();
    let row = commitment_row(&world, of(&world));
    assert!(row.state == CommitmentState::InForce && !row.published);
    assert!(!world.index.contains(&Index::PublicCommitment(row.id)));
    let names: Vec<&str> = world.log.iter().map(|envelope| envelope.event.name()).collect();
    assert!(names.contains(&"commitment.accepted") && !names.contains(&"commitment.published"));
    let decided = then(&world, &handler(), |_, id| decide_matter(id));
    assert_eq!(decided.refused(&party(organisation(1)), &withdraw(of(&decided))), STATE);
    let nameless = C::DecideMatter { commitment: row.id, document_number: " ".to_owned() };
    let nameless = Command::Commitment(nameless);
    assert_eq!(world.refused(&handler(), &nameless), guard(Guard::Document));
}

#[test]
fn the_cure_period_is_ten_working_days_at_least_and_runs_from_the_service() {
    let (world, id) = word(Word::Overdue);
    let right = cure(&world, id);
    let value = misfit(Misfit::Value);
    spoiled(&world, &handler(), &right, value, set!(ServeCureNotice, working_days = 9));
    spoiled(&world, &handler(), &right, value, set!(ServeCureNotice, working_days = 121));
    let notice = guard(Guard::Notice);
    let early = served(due());
    spoiled(&world, &handler(), &right, notice, set!(ServeCureNotice, service = early));
    let later = served(world.today.plus_days(1));
    spoiled(&world, &handler(), &right, notice, set!(ServeCureNotice, service = later));
    spoiled(&world, &handler(), &right, notice, set!(ServeCureNotice, reasons = no_text()));
    spoiled(&world, &handler(), &right, notice, set!(ServeCureNotice, document_sha256 = [0; 32]));
    let mut world = after(&world, &handler(), &right);
    let CommitmentState::CurePeriod { cure_by } = commitment_row(&world, id).state else {
        panic!("the time to cure runs");
    };
    assert_eq!(cure_by, world.rules.calendar.after(world.today, 10));
    world.go_to(cure_by.day);
    assert_eq!(world.refused(&handler(), &propose_breach(id)), notice, "its last day counts");
    world.pass(1);
    world.must(&handler(), &propose_breach(id));
}

#[test]
fn a_breach_needs_basis_evidence_notice_hearing_and_the_head() {
    let (world, id) = word(Word::CureOver);
    let right = propose_breach(id);
    let no_basis = set!(ProposeBreach, basis = Vec::new());
    spoiled(&world, &handler(), &right, guard(Guard::Basis), no_basis);
    let repealed = set!(ProposeBreach, basis = vec![cite("repealed")]);
    spoiled(&world, &handler(), &right, guard(Guard::Basis), repealed);
    let fact = guard(Guard::Fact);
    spoiled(&world, &handler(), &right, fact, set!(ProposeBreach, evidence = Vec::new()));
    spoiled(&world, &handler(), &right, fact, set!(ProposeBreach, facts = no_text()));
    let other = officer(TAX, Post::Handler);
    assert_eq!(world.refused(&other, &right), guard(Guard::Competent));
    let (world, id) = word(Word::Proposed);
    let right = breach_notice(&world, id);
    let notice = guard(Guard::Notice);
    spoiled(&world, &handler(), &right, notice, set!(ServeBreachNotice, rights_stated = false));
    let early = served(world.today.plus_days(-1));
    spoiled(&world, &handler(), &right, notice, set!(ServeBreachNotice, service = early));
    let (world, id) = word(Word::Heard);
    let right = decide_breach(id, 2);
    let four_eyes = guard(Guard::FourEyes);
    for who in [handler(), colleague()] {
        assert_eq!(world.refused(&who, &right), four_eyes);
    }
    let elsewhere = officer(TAX, Post::Head);
    assert_eq!(world.refused(&elsewhere, &right), guard(Guard::Competent));
    assert_eq!(world.refused(&head(), &decide_breach(id, 1)), guard(Guard::Heard));
    let document = guard(Guard::Document);
    spoiled(&world, &head(), &right, document, set!(DecideBreach, reasons = no_text()));
    spoiled(&world, &head(), &right, document, set!(DecideBreach, repair_conditions = no_text()));
    spoiled(&world, &head(), &right, document, set!(DecideBreach, remedies = no_text()));
    let nameless = set!(DecideBreach, document_number = String::new());
    spoiled(&world, &head(), &right, document, nameless);
    let end = guard(Guard::End);
    spoiled(&world, &head(), &right, end, set!(DecideBreach, end = world.today));
    let long = day("2029-01-01");
    spoiled(&world, &head(), &right, end, set!(DecideBreach, end = long));
    let (world, id) = word(Word::Decided);
    let right = serve_breach(&world, id);
    let no_guide = set!(ServeBreach, repair_guide_sha256 = [0; 32]);
    spoiled(&world, &handler(), &right, guard(Guard::Served), no_guide);
    assert_eq!(world.refused(&handler(), &drop_breach(id)), four_eyes, "the head takes it back");
}

#[test]
fn silence_is_heard_when_the_period_is_over() {
    let (mut world, id) = word(Word::Noticed);
    assert_eq!(world.pass(10), ["breach.window_closed"]);
    world.must(&head(), &decide_breach(id, 0));
}

#[test]
fn a_breach_is_a_fact_with_an_end_and_leaves_no_mark() {
    let (world, id) = word(Word::Breached);
    let row = commitment_row(&world, id);
    let case = row.breach.as_ref().expect("a served finding");
    assert_eq!(case.standing(world.today), Standing::InForce);
    assert_eq!(case.standing(shown_until()), Standing::InForce);
    assert_eq!(case.standing(shown_until().plus_days(1)), Standing::Ended);
    assert!(row.is_shown(shown_until()) && !row.is_shown(shown_until().plus_days(1)));
    assert!(world.marks(organisation(1)).is_empty());
    let ours = |name: &str| name.starts_with("commitment.") || name.starts_with("breach.");
    let names: Vec<&str> = world.log.iter().map(|envelope| envelope.event.name()).collect();
    assert!(names.iter().all(|name| ours(name) || name.ends_with(".registered")), "{names:?}");
    let (repaired, id) = word(Word::Repaired);
    assert!(!commitment_row(&repaired, id).is_shown(repaired.today));
    assert!(!repaired.index.contains(&Index::PublicCommitment(id)));
}

/// Covers O61, O62, O63.
#[test]
fn an_objection_takes_a_finding_off_display_at_once_until_its_outcome() {
    let (mut world, id) = word(Word::Breached);
    let target = Target::Commitment(id);
    let standing = |world: &World| commitment_row(world, id).finding_standing(world.today);
    assert_eq!(standing(&world), Standing::InForce);
    let from = world.next();
    let objection = ObjectionId(world.must(&party(organisation(1)), &object(target, false)));
    assert_eq!(standing(&world), Standing::Suspended, "with the filing, not with its acceptance");
    assert_eq!(changes(&world, from), [target], "and channels are told");
    assert!(commitment_row(&world, id).is_shown(world.today), "the promise itself stays");
    // Another may not object, and who proposed the finding may not verify it.
    let strange = object(target, true);
    assert_eq!(world.refused(&party(organisation(2)), &strange), misfit(Misfit::Forbidden));
    world.must(&office_head(), &Command::AcceptObjection { objection });
    let received_on = world.today;
    world.must(&office_head(), &Command::ReferObjection { objection, received_on });
    let found = report(objection, Finding::Correct);
    assert_eq!(world.refused(&handler(), &found), guard(Guard::FourEyes));
    let elsewhere = officer(TAX, Post::Head);
    assert_eq!(world.refused(&elsewhere, &found), guard(Guard::Competent));
    world.must(&colleague(), &found);
    assert_eq!(standing(&world), Standing::Suspended, "a finding is no outcome");
    let outcome = resolve(&world, objection);
    world.must(&clerk(), &outcome);
    assert_eq!(standing(&world), Standing::InForce);
    // The same once more, without new facts, suspends nothing.
    world.must(&party(organisation(1)), &object(target, false));
    assert_eq!(standing(&world), Standing::InForce);
}

#[test]
fn an_upheld_objection_voids_the_finding_and_leaves_the_promise() {
    let world = disputed(Finding::Error);
    let id = of(&world);
    let from = world.next();
    let annulled = then(&world, &office_head(), |world, _| resolve(world, objection_of(world)));
    let row = commitment_row(&annulled, id);
    assert!(matches!(row.state, CommitmentState::CurePeriod { .. }));
    assert!(row.is_shown(annulled.today) && !row.breach_is_open());
    assert!(changes(&annulled, from).contains(&Target::Commitment(id)));
    // It cannot be objected to any more, and a new finding needs the whole way again.
    let again = object(Target::Commitment(id), true);
    assert_eq!(annulled.refused(&party(organisation(1)), &again), STATE);
    assert_eq!(annulled.refused(&head(), &decide_breach(id, 0)), STATE);
}

#[test]
fn a_court_that_revokes_a_finding_voids_it_at_once() {
    let (mut world, id) = word(Word::Breached);
    let filed = suit(&world, Target::Commitment(id));
    world.must(&handler(), &filed);
    let stayed = after(&world, &handler(), &stay(&world));
    let row = commitment_row(&stayed, id);
    assert_eq!(row.finding_standing(stayed.today), Standing::Suspended);
    let revoked = after(&stayed, &handler(), &rule(&stayed, RemedyOutcome::Revoked));
    let row = commitment_row(&revoked, id);
    assert_eq!(row.finding_standing(revoked.today), Standing::Ended);
    assert!(matches!(row.state, CommitmentState::CurePeriod { .. }));
}

#[test]
fn nothing_is_proposed_anew_while_the_former_finding_is_disputed() {
    let mut world = disputed(Finding::Error);
    let id = of(&world);
    // Two objections are open; the outcome of one leaves the other.
    let mut other = object(Target::Commitment(id), true);
    if let Command::FileObjection { grounds, .. } = &mut other {
        *grounds = vec![ObjectionGround::WrongIdentity];
    }
    world.must(&party(organisation(1)), &other);
    let first = world.rows.keys().find_map(|key| match key {
        Key::Objection(id) => Some(*id),
        _ => None,
    });
    let outcome = resolve(&world, first.expect("the first objection"));
    world.must(&office_head(), &outcome);
    assert_eq!(world.refused(&handler(), &propose_breach(id)), guard(Guard::NoSuspension));
}

#[test]
fn a_statement_is_received_after_its_notice_and_before_the_end_of_the_period() {
    let (world, id) = word(Word::Noticed);
    let right = breach_statement(&world, id);
    let subject = party(organisation(1));
    let before = world.today.plus_days(-1);
    let value = misfit(Misfit::Value);
    spoiled(&world, &subject, &right, value, set!(StateOnBreach, received_on = before));
    let tomorrow = world.today.plus_days(1);
    spoiled(&world, &subject, &right, value, set!(StateOnBreach, received_on = tomorrow));
}

/// Nobody speaks for the party on their word alone; every point it makes within its time is
/// answered, whether it spoke first, waived or said more.
#[test]
fn a_party_is_heard_on_a_breach_by_its_own_word_or_paper() {
    let (world, id) = word(Word::Noticed);
    let paper = |paper| {
        let Command::Commitment(mut own) = breach_statement(&world, id) else { panic!("one") };
        set!(StateOnBreach, document_sha256 = paper)(&mut own);
        Command::Commitment(own)
    };
    let heard = guard(Guard::Heard);
    for nothing in [None, Some([0; 32])] {
        assert_eq!(world.refused(&handler(), &paper(nothing)), heard);
    }
    let refusal = world.ask(&handler(), &paper(None)).expect_err("no paper");
    assert_eq!(refusal.field, Some("document_sha256"));
    let elsewhere = officer(TAX, Post::Handler);
    assert_eq!(world.refused(&elsewhere, &paper(Some(digest(1)))), guard(Guard::Competent));
    let subject = party(organisation(1));
    assert!(world.ask(&subject, &paper(None)).is_ok(), "its own key is its word");
    assert_eq!(world.refused(&subject, &paper(Some([0; 32]))), heard);
    let spoke = after(&world, &handler(), &paper(Some(digest(1))));
    let again = after(&spoke, &subject, &breach_statement(&spoke, id));
    assert_eq!(again.refused(&head(), &decide_breach(id, 2)), heard);
    assert!(again.ask(&head(), &decide_breach(id, 4)).is_ok());
    assert_eq!(again.replayed().rows, again.rows);
    // A waiver, too, is the party's paper; it may think better of it within its time.
    let waived = after(&world, &handler(), &breach_waiver(id));
    let Command::Commitment(mut own) = breach_waiver(id) else { panic!("one") };
    set!(WaiveStatement, document_sha256 = [0; 32])(&mut own);
    assert_eq!(world.refused(&handler(), &Command::Commitment(own)), guard(Guard::Document));
    let spoke = after(&waived, &subject, &breach_statement(&waived, id));
    assert!(spoke.ask(&head(), &decide_breach(id, 2)).is_ok());
    // Behind its last day nothing is taken, and what was said before it needs its paper.
    let mut late = world.clone();
    late.today = late.today.plus_days(14);
    assert_eq!(late.refused(&subject, &breach_statement(&late, id)), STATE);
    assert!(late.ask(&handler(), &paper(Some(digest(1)))).is_ok());
}

#[test]
fn the_log_alone_gives_every_state_again() {
    for (state, world) in states() {
        let replayed = world.replayed();
        assert_eq!(replayed.rows, world.rows, "{state}");
        assert_eq!(replayed.index, world.index, "{state}");
        for entry in &world.index {
            if let Index::Due(on, due) = entry {
                let read = shouxin_core::keys::read_due(&entry.encode());
                assert_eq!(read, Some((*on, *due)), "{state}");
            }
        }
    }
}

#[test]
fn the_last_byte_and_day_that_are_taken() {
    let world = World::seeded();
    let right = offer(organisation(1), CommitmentKind::Permit);
    let with = |bytes: u32, on: Day| {
        let Command::Commitment(mut own) = right.clone() else { panic!("an offer") };
        if let C::Offer { content, due, .. } = &mut own {
            (content.clear_bytes, *due) = (bytes, on);
        }
        world.ask(&handler(), &Command::Commitment(own)).map_err(|own| own.ground)
    };
    let latest = world.today.plus_months(COMMITMENT_MONTHS_MAX);
    let most = COMMITMENT_PART_BYTES_MAX;
    assert!(with(most, latest).is_ok());
    assert_eq!(with(most + 1, latest).expect_err("too long"), misfit(Misfit::Limit));
    assert_eq!(with(most, latest.plus_days(1)).expect_err("too late"), misfit(Misfit::Value));
    let mut offered = World::seeded();
    let id = CommitmentId(offered.must(&handler(), &right));
    offered.today = due();
    assert!(offered.ask(&party(organisation(1)), &sign(id)).is_ok(), "on its last day");
    offered.today = due().plus_days(1);
    assert_eq!(offered.refused(&party(organisation(1)), &sign(id)), misfit(Misfit::State));
}

/// The latest end counts from the last days for the decision and its service; up to it an end is
/// taken, and up to its end a finding is served.
#[test]
fn a_finding_ends_by_its_cap_and_is_served_by_its_end() {
    let (world, id) = word(Word::Proposed);
    let case = commitment_row(&world, id).breach.clone().expect("a proposal");
    let pack = world.rules.pack(world.today);
    let served_by = pack.decide_within_wd + pack.serve_within_days;
    let latest = world.rules.calendar.after(world.today, served_by).day;
    assert_eq!(case.cap, latest.plus_months(pack.publicity_general_months.1));
    let (world, id) = word(Word::Heard);
    let right = decide_breach(id, 2);
    let ends = |on: Day| {
        let Command::Commitment(mut own) = right.clone() else { panic!("a finding") };
        if let C::DecideBreach { end, .. } = &mut own {
            *end = on;
        }
        Command::Commitment(own)
    };
    assert!(world.ask(&head(), &ends(case.cap)).is_ok());
    assert_eq!(world.refused(&head(), &ends(case.cap.plus_days(1))), guard(Guard::End));
    let mut short = after(&world, &head(), &ends(world.today.plus_days(3)));
    short.today = short.today.plus_days(3);
    assert!(short.ask(&handler(), &serve_breach(&short, id)).is_ok(), "on its last day");
    short.today = short.today.plus_days(1);
    assert_eq!(short.refused(&handler(), &serve_breach(&short, id)), guard(Guard::End));
}

/// What was never shown is not shown when it is broken.
#[test]
fn a_finding_is_shown_where_the_commitment_was() {
    let published = |world: &World, id: CommitmentId| {
        let outcome = world.ask(&handler(), &serve_breach(world, id)).expect("it is served");
        match &outcome.drafts[0].event {
            Event::Commitment(CommitmentEvent::BreachServed { published, .. }) => *published,
            other => panic!("{other:?}"),
        }
    };
    let (world, id) = word(Word::Decided);
    assert!(published(&world, id));
    let mut world = World::seeded();
    let id = CommitmentId(world.must(&handler(), &offer(organisation(1), CommitmentKind::Permit)));
    world.must(&party(organisation(1)), &sign(id));
    world.must(&handler(), &publish(id));
    world.go_to(due().plus_days(1));
    world.must(&handler(), &cure(&world, id));
    world.pass(20);
    world.must(&handler(), &propose_breach(id));
    world.must(&handler(), &breach_notice(&world, id));
    world.must(&party(organisation(1)), &breach_waiver(id));
    world.must(&head(), &decide_breach(id, 0));
    assert!(!commitment_row(&world, id).published);
    assert!(!published(&world, id));
}
