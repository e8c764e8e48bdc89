//! Random courses: what is tried next follows from a few random bytes and from what the register
//! then holds, so that most steps are right ones and some are nobody's to take.

use std::sync::LazyLock;

use proptest::prelude::*;
use shouxin_core::actor::SubjectKey;
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::decide::owed_courtesy;
use shouxin_core::event::commitment::CommitmentKind;
use shouxin_core::event::{
    CallFault, Capacity, CaseHook, CaseRef, Finding, RepairAcceptance, Target,
};
use shouxin_core::id::{
    AttributionId, CommitmentId, ListingId, MeasureId, ObjectionId, Position, RecordId, RepairId,
};
use shouxin_core::path::Path;
use shouxin_core::row::{
    Due, Index, Key, ListingKind, MeasureState, ObjectionState, RedState, RepairState, Repairable,
    Row,
};

use super::commitments::{
    breach_notice, breach_statement, commitment_row, cure, decide_breach, due, offer,
    propose_breach, publish, serve_breach, sign,
};
use super::later::suit;
use super::moves::{beside_cases, give_key, guardian};
use super::rules::{
    GUILD, HEARING, HIGHER, INCENTIVE, JUSTICE, MARKET, OFFICE, STATUTE, TAX, cite,
};
use super::social::guild;
use super::steps::*;
use super::{Post, Who, World, officer, operator, organisation, party, person, plugin, timer};

/// One thing that is tried; what it means depends on what the register then holds.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    pub(super) kind: u8,
    pub(super) pick: u8,
    pub(super) twist: u8,
    /// From 220 on somebody asks who has no business there.
    pub(super) who: u8,
}

/// A course of things to try.
pub fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = (any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>())
        .prop_map(|(kind, pick, twist, who)| Move { kind, pick, twist, who });
    prop::collection::vec(one, 20..90)
}

/// A register in which the later parts of the courses are near.
pub fn begun(at: u8) -> World {
    static BEGUN: LazyLock<Vec<World>> = LazyLock::new(beginnings);
    BEGUN[usize::from(at) % BEGUN.len()].clone()
}

/// The subjects of these courses: eight organisations, eight persons.
const EACH: u8 = 8;

/// One of the organisations.
pub(super) fn organisation_of(twist: u8) -> SubjectKey {
    organisation(usize::from(twist % EACH) + 1)
}

/// A register with many subjects, and the keys without which some things are nobody's to do.
fn crowd() -> World {
    let mut world = World::seeded();
    for serial in 3..=EACH {
        world.must(&handler(), &register(organisation(usize::from(serial))));
    }
    for serial in 4..=EACH {
        world.must(&handler(), &register_person(serial, Capacity::Full));
    }
    for (key, post) in [("o1", Post::Head), ("o2", Post::Handler), ("o3", Post::Colleague)] {
        give_key(&mut world, key, &officer(OFFICE, post));
    }
    give_key(&mut world, "guardian", &guardian());
    world
}

fn beginnings() -> Vec<World> {
    let seeded = crowd();
    let mut plugged = seeded.clone();
    plugged.must(&operator(), &deploy());
    let record = plugged.with_record();
    let all = [STATUTE, HEARING, HIGHER];
    let listing = plugged.listing(&[record], &all, Stage::Effective);
    let mut by_hand = plugged.clone();
    by_hand.measure(listing, HEARING, Progress::Executing);
    let of_person = RecordId(by_hand.must(&handler(), &submit(person(1), "尤市监罚〔2026〕人1号")));
    let answers = attribute_on(listing, person(1), &[of_person]);
    let answers = CaseRef::Attribution(AttributionId(by_hand.must(&handler(), &answers)));
    by_hand.advance(answers, &[STATUTE], Stage::Effective);
    // An extension in effect beside its listing.
    let mut extended = plugged.clone();
    let extend = Command::Listing(ListingCommand::Extend {
        listing,
        basis: vec![cite("law")],
        facts: vec![fact(organisation(1))],
        records: vec![record],
        act: text(),
    });
    let by = ListingId(extended.must(&handler(), &extend));
    extended.advance(CaseRef::Listing(by), &all, Stage::Effective);
    let measure = MeasureId(extended.must(&handler(), &initiate(by, None, STATUTE)));
    extended.proceed(measure, Progress::Executing);
    let mut executing = plugged.clone();
    executing.measure(listing, STATUTE, Progress::Executing);
    let mut repairing = plugged.clone();
    repairing.measure(listing, STATUTE, Progress::Executed);
    repairing.pass(120);
    let id = RepairId(repairing.must(&party(organisation(1)), &repair(listing)));
    let mut returned = repairing.clone();
    repairing.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    returned.must(&handler(), &repair_check(id, RepairAcceptance::Returned(text())));
    let mut dispatched = plugged.clone();
    dispatched.measure(listing, STATUTE, Progress::Dispatched);
    let mut objected = executing.clone();
    objected.objection(organisation(1), Target::Record(record), false);
    let mut measured = executing.clone();
    let own = only_measure(&measured);
    let id = measured.objection(organisation(1), Target::Measure(own), false);
    measured.must(&clerk(), &Command::AcceptObjection { objection: id });
    let mut red = plugged.clone();
    let nominator = officer(OFFICE, Post::Handler);
    let id = ListingId(red.must(&nominator, &nominate(organisation(2))));
    red.must(&nominator, &check_nomination(&red, id, &[]));
    red.must(&nominator, &Command::OpenPublicNotice { listing: id });
    red.pass(8);
    red.must(&officer(OFFICE, Post::Head), &decide_red(&red, id));
    let mut old = plugged.clone();
    old.go_to(super::rules::day("2029-01-10"));
    let mut repaired = repairing.clone();
    let id = *held(&repaired).repairs.last().expect("a repair");
    repaired.must(&head(), &approve(&repaired, id));
    repaired.must(&plugin(), &lifted(&repaired));
    repaired.close();
    let mut answering = by_hand.clone();
    answering.pass(120);
    let own = *held(&answering).attributions.last().expect("a person answers");
    let asked = ask_repair(Repairable::Attribution(own));
    let id = RepairId(answering.must(&party(person(1)), &asked));
    answering.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let mut answered = answering.clone();
    answered.must(&head(), &approve(&answered, id));
    answered.close();
    let mut made_good = promised(true);
    let id = *held(&made_good).commitments.first().expect("a commitment");
    super::commitments::made_good(&mut made_good, id);
    let mut sued = executing.clone();
    sued.must(&handler(), &suit(&sued, Target::Listing(listing)));
    let mut quiet = seeded.clone();
    quiet.today = quiet.today.plus_months(60);
    vec![
        seeded,
        plugged,
        by_hand,
        extended,
        executing,
        repairing,
        returned,
        dispatched,
        objected,
        measured,
        red,
        old,
        repaired,
        answering,
        answered,
        made_good,
        sued,
        quiet,
        promised(false),
        promised(true),
    ]
}

/// What its plugin says of the only measure once that has ended.
fn lifted(world: &World) -> Command {
    let id = only_measure(world);
    plugin_done(id, CaseHook::Lift, world.order(id))
}

/// Commitments whose day has come: one, or several of which the first was found broken.
fn promised(broken: bool) -> World {
    let mut world = crowd();
    for serial in 1..=3 {
        let subject = organisation(serial);
        let id = CommitmentId(world.must(&handler(), &offer(subject, CommitmentKind::Special)));
        world.must(&party(subject), &sign(id));
        world.must(&handler(), &publish(id));
    }
    world.go_to(due().plus_days(1));
    if broken {
        let key = world.rows.keys().find_map(|key| match key {
            Key::Commitment(id) => Some(*id),
            _ => None,
        });
        let id = key.expect("a commitment");
        world.must(&handler(), &cure(&world, id));
        world.pass(20);
        world.must(&handler(), &propose_breach(id));
        world.must(&handler(), &breach_notice(&world, id));
        world.must(&party(organisation(1)), &breach_statement(&world, id));
        world.must(&head(), &decide_breach(id, 2));
        world.must(&handler(), &serve_breach(&world, id));
    }
    world
}

fn only_measure(world: &World) -> MeasureId {
    *held(world).measures.last().expect("there is a measure")
}

/// What a register holds, by kind.
pub struct Held {
    pub records: Vec<RecordId>,
    pub black: Vec<ListingId>,
    pub red: Vec<ListingId>,
    pub attributions: Vec<AttributionId>,
    pub measures: Vec<MeasureId>,
    pub objections: Vec<ObjectionId>,
    pub repairs: Vec<RepairId>,
    pub commitments: Vec<CommitmentId>,
    pub walks: Vec<(Position, Target)>,
}

/// Everything the register holds.
pub fn held(world: &World) -> Held {
    let mut held = Held {
        records: Vec::new(),
        black: Vec::new(),
        red: Vec::new(),
        attributions: Vec::new(),
        measures: Vec::new(),
        objections: Vec::new(),
        repairs: Vec::new(),
        commitments: Vec::new(),
        walks: Vec::new(),
    };
    for (key, row) in &world.rows {
        match (key, row.as_ref()) {
            (Key::Record(id), _) => held.records.push(*id),
            (Key::Listing(id), Row::Listing(row)) => match row.kind {
                ListingKind::Black { .. } => held.black.push(*id),
                ListingKind::Red(_) => held.red.push(*id),
            },
            (Key::Attribution(id), _) => held.attributions.push(*id),
            (Key::Measure(id), _) => held.measures.push(*id),
            (Key::Objection(id), _) => held.objections.push(*id),
            (Key::Repair(id), _) => held.repairs.push(*id),
            (Key::Commitment(id), _) => held.commitments.push(*id),
            (Key::Walk { cause, root }, _) => held.walks.push((*cause, *root)),
            _ => {}
        }
    }
    held
}

pub(super) fn pick<T: Copy>(of: &[T], pick: u8) -> Option<T> {
    // Half of all picks take the newest, so that courses get somewhere.
    let newest = of.last().copied();
    if pick.is_multiple_of(2) {
        newest
    } else {
        of.get(usize::from(pick) % of.len().max(1)).copied()
    }
}

fn hostile(of: u8) -> Who {
    match of % 14 {
        0 => timer(),
        1 => plugin(),
        2 => operator(),
        3 => party(organisation(2)),
        4 => party(person(2)),
        5 => officer(TAX, Post::Head),
        6 => officer(OFFICE, Post::Head),
        7 => officer(MARKET, Post::Handler),
        8 => officer(JUSTICE, Post::Handler),
        9 => officer(TAX, Post::Handler),
        10 => officer(OFFICE, Post::Handler),
        11 => guild(GUILD),
        12 => guardian(),
        _ => officer(MARKET, Post::Head),
    }
}

/// Who asks for what, if there is anything to ask for.
pub(super) type Asked = Option<(Who, Command)>;

fn cases(held: &Held) -> Vec<CaseRef> {
    let listings = held.black.iter().map(|id| CaseRef::Listing(*id));
    listings.chain(held.attributions.iter().map(|id| CaseRef::Attribution(*id))).collect()
}

/// The next right step of a case, or one that does not fit.
fn case_step(world: &World, held: &Held, it: Move) -> Asked {
    let case = pick(&cases(held), it.pick)?;
    let all = [STATUTE, HEARING, HIGHER];
    let measures = if it.twist & 1 == 0 { &all[..1] } else { &all[..] };
    let right = match world.path(case) {
        Path::Proposed(_) => (handler(), notice(world, case, &all)),
        Path::Noticed(_) if it.twist & 6 == 0 => (handler(), waive(case)),
        Path::Noticed(_) => (handler(), statement(world, case, it.twist & 8 != 0)),
        Path::Heard(heard) => {
            use shouxin_core::path::Hearing;
            match heard.party.how {
                Hearing::Statement { hearing_requested: true, .. }
                    if heard.party.hearing.is_none() =>
                {
                    (colleague(), hearing(case))
                }
                // The head waits whether one is asked for, or has it held right away.
                Hearing::Statement { .. } if heard.party.hearing.is_none() && it.twist & 4 != 0 => {
                    (colleague(), hearing(case))
                }
                Hearing::Statement { points, .. } => {
                    (head(), decision(case, usize::from(points), measures))
                }
                _ => (head(), decision(case, 0, measures)),
            }
        }
        Path::Decided(_) => (handler(), serve(world, case)),
        _ => (handler(), notice(world, case, &[])),
    };
    let (who, mut command) = right;
    if let Command::DecideCase { end, .. } = &mut command {
        *end = world.today.plus_days(i32::from(it.twist) * 5);
    }
    let command = match it.twist % 16 {
        13 => decision(case, 2, measures),
        14 => serve(world, case),
        15 => Command::DropCase { case, reasons: text() },
        _ => command,
    };
    Some((who, command))
}

fn measure_step(world: &World, held: &Held, it: Move) -> Asked {
    let measure = pick(&held.measures, it.pick)?;
    let row = world.measure_row(measure);
    if let Some((_, hook, step)) = owed_courtesy(row)
        && it.twist & 1 == 0
    {
        return Some((plugin(), plugin_done(measure, hook, step)));
    }
    if row.dead_letter().is_some() && it.twist & 3 == 0 {
        return Some(super::plugins::tried(world, Some(measure), it));
    }
    let order = row.state.order().map(|order| order.at);
    let by_plugin = row.state.order().is_some_and(|order| order.plugin.is_some());
    let answer = |hook| match order {
        Some(order) if by_plugin => (plugin(), plugin_done(measure, hook, order)),
        _ => (implementer(), by_hand(measure, hook)),
    };
    let fail = |hook| Command::PluginFailed {
        measure,
        hook,
        order: order.unwrap_or(world.next()),
        fault: CallFault::Deadline,
        detail: text(),
        attempt: 3,
        final_attempt: it.twist & 32 != 0,
    };
    let right = match &row.state {
        MeasureState::Initiated if row.incentive => {
            (officer(OFFICE, Post::Handler), Command::DispatchMeasure { measure })
        }
        MeasureState::Initiated => (handler(), measure_notice(world, measure)),
        MeasureState::Noticed => (handler(), Command::DispatchMeasure { measure }),
        MeasureState::Dispatched { .. } => (implementer(), Command::AcceptMeasure { measure }),
        MeasureState::Accepted { .. } => (implementer(), Command::ExecuteMeasure { measure }),
        MeasureState::Executing { .. } if it.twist & 48 == 48 => {
            (plugin(), fail(CaseHook::Execute))
        }
        MeasureState::Executing { .. } => answer(CaseHook::Execute),
        MeasureState::Executed { .. } => (implementer(), feedback(measure)),
        _ => (implementer(), feedback(measure)),
    };
    Some(match it.twist % 16 {
        10 => answer(CaseHook::Suspend),
        11 => answer(CaseHook::Resume),
        12 | 13 => answer(CaseHook::Lift),
        14 => (implementer(), Command::ExecuteMeasure { measure }),
        15 => (plugin(), fail(CaseHook::Suspend)),
        _ => right,
    })
}

fn objection_step(world: &World, held: &Held, it: Move) -> Asked {
    let objection = pick(&held.objections, it.pick)?;
    let row = world.objection_row(objection);
    let finding = if it.twist & 1 == 0 { Finding::Error } else { Finding::Correct };
    Some(match &row.state {
        ObjectionState::Filed { .. } if it.twist.is_multiple_of(5) => {
            (clerk(), refuse_objection(world, objection))
        }
        ObjectionState::Filed { .. } => (clerk(), Command::AcceptObjection { objection }),
        ObjectionState::Accepted => {
            (clerk(), Command::ReferObjection { objection, received_on: world.today })
        }
        ObjectionState::Verifying { .. } => (head(), report(objection, finding)),
        ObjectionState::Verified { .. } => (clerk(), resolve(world, objection)),
        _ => (handler(), redress(objection)),
    })
}

fn repair_step(world: &World, held: &Held, it: Move) -> Asked {
    if it.twist & 1 == 0 || held.repairs.is_empty() {
        let of = match it.twist / 2 % 4 {
            0 => Repairable::Record(pick(&held.records, it.pick)?),
            1 => Repairable::Listing(pick(&held.black, it.pick)?),
            2 => Repairable::Commitment(pick(&held.commitments, it.pick)?),
            _ => Repairable::Attribution(pick(&held.attributions, it.pick)?),
        };
        // At the counter, too, it is the party's own letter that is filed.
        let own = party(subject_of(world, of.target())?);
        return Some((if it.who & 1 == 0 { own } else { handler() }, ask_repair(of)));
    }
    let id = pick(&held.repairs, it.pick)?;
    let Some(Row::Repair(row)) = world.row(&Key::Repair(id)) else {
        return None;
    };
    Some(match row.state {
        RepairState::Applied { .. } => (handler(), repair_check(id, RepairAcceptance::Accepted)),
        _ if it.twist % 8 == 7 => (head(), refuse_repair(world, id)),
        _ => (head(), approve(world, id)),
    })
}

fn red_step(world: &World, held: &Held, it: Move) -> Asked {
    let (nominator, decider) = (officer(OFFICE, Post::Handler), officer(OFFICE, Post::Head));
    let Some(listing) = pick(&held.red, it.pick).filter(|_| !it.twist.is_multiple_of(4)) else {
        return Some((nominator, nominate(organisation_of(it.twist))));
    };
    let row = world.listing_row(listing);
    let ListingKind::Red(red) = &row.kind else {
        return None;
    };
    Some(match red.state {
        RedState::Nominated => (nominator, check_nomination(world, listing, &[])),
        RedState::Checked => (nominator, Command::OpenPublicNotice { listing }),
        RedState::PublicNotice { .. } => (decider, decide_red(world, listing)),
        _ if it.twist % 8 == 7 => (party(row.subject), close_red(listing)),
        _ if it.twist % 8 == 6 => {
            let document_sha256 = Some(digest(64));
            (nominator, Command::CloseRedListing { listing, reasons: text(), document_sha256 })
        }
        _ => {
            let mut command = initiate(listing, None, INCENTIVE);
            if let Command::InitiateMeasure { until, .. } = &mut command {
                *until = world.today.plus_days(40);
            }
            (nominator, command)
        }
    })
}

/// A proposal on the paper that all of these share, or on one of its own.
pub fn on_some_paper(world: &World, it: Move, proposal: Command) -> Command {
    if it.who & 2 == 0 { on_new_paper(world, proposal) } else { proposal }
}

fn opening(world: &World, held: &Held, it: Move) -> Asked {
    let to = organisation_of(it.twist / 8);
    let records_of = |subject| {
        let own = held.records.iter().filter(|id| match world.row(&Key::Record(**id)) {
            Some(Row::Record(row)) => row.subject == subject,
            _ => false,
        });
        own.copied().collect::<Vec<RecordId>>()
    };
    Some(match it.twist % 8 {
        0 | 1 => {
            let number = format!("尤市监罚〔2026〕{}号", world.log.len());
            let answering = person(it.twist / 8 % EACH + 1);
            (handler(), submit(if it.who & 1 == 0 { to } else { answering }, &number))
        }
        2..=4 => {
            let chosen: Vec<RecordId> = pick(&records_of(to), it.pick).into_iter().collect();
            (handler(), on_some_paper(world, it, propose(to, &chosen)))
        }
        5 => {
            let listing = pick(&held.black, it.pick)?;
            let answering = person(it.twist / 8 % EACH + 1);
            let chosen: Vec<RecordId> = pick(&records_of(answering), it.pick).into_iter().collect();
            (handler(), on_some_paper(world, it, attribute_on(listing, answering, &chosen)))
        }
        _ => {
            let listing = pick(&held.black, it.pick)?;
            let under = held.attributions.iter().copied().filter(|id| {
                matches!(world.row(&Key::Attribution(*id)), Some(Row::Attribution(row)) if row.listing == listing)
            });
            let under: Vec<AttributionId> = under.collect();
            let attribution = if it.twist & 16 == 0 { None } else { pick(&under, it.pick) };
            let mut command = initiate(listing, attribution, STATUTE);
            if let Command::InitiateMeasure { until, .. } = &mut command {
                *until = world.today.plus_days(i32::from(it.twist));
            }
            (handler(), command)
        }
    })
}

impl Held {
    /// Something that can be objected to, or sued about.
    pub(super) fn target(&self, at: u8) -> Option<Target> {
        let mut targets: Vec<Target> = self.records.iter().map(|id| Target::Record(*id)).collect();
        targets.extend(self.black.iter().chain(&self.red).map(|id| Target::Listing(*id)));
        targets.extend(self.attributions.iter().map(|id| Target::Attribution(*id)));
        targets.extend(self.measures.iter().map(|id| Target::Measure(*id)));
        pick(&targets, at)
    }
}

/// Whose a thing is.
pub(super) fn subject_of(world: &World, target: Target) -> Option<SubjectKey> {
    Some(match target {
        Target::Record(id) => match world.row(&Key::Record(id)) {
            Some(Row::Record(row)) => row.subject,
            _ => return None,
        },
        Target::Listing(id) => world.listing_row(id).subject,
        Target::Attribution(id) => match world.row(&Key::Attribution(id)) {
            Some(Row::Attribution(row)) => row.person,
            _ => return None,
        },
        Target::Measure(id) => world.measure_row(id).subject,
        Target::Commitment(id) => commitment_row(world, id).subject,
    })
}

fn objecting(world: &World, held: &Held, it: Move) -> Asked {
    let target = held.target(it.pick | 1)?;
    let subject = subject_of(world, target)?;
    Some((party(subject), object(target, it.twist & 1 == 0)))
}

fn beside(world: &World, held: &Held, it: Move) -> Asked {
    match it.twist % 5 {
        0 => {
            let record = pick(&held.records, it.pick)?;
            Some((head(), Command::AnnulRecord { record, reasons: text() }))
        }
        1 => Some(super::plugins::tried(world, pick(&held.measures, it.pick), it)),
        2 => {
            let due = world.index.iter().filter_map(|entry| match entry {
                Index::Due(_, due) => Some(*due),
                _ => None,
            });
            let due: Vec<Due> = due.collect();
            Some((timer(), Command::Tick { due: pick(&due, it.pick)? }))
        }
        3 => {
            let case = pick(&cases(held), it.pick)?;
            Some((head(), Command::NotDecideCase { case, reasons: text() }))
        }
        _ => {
            let case = pick(&cases(held), it.pick)?;
            let notice = notice(world, case, &[STATUTE]);
            Some((handler(), notice))
        }
    }
}

fn asked(world: &World, it: Move) -> Asked {
    let held = held(world);
    match it.kind % 24 {
        0..=2 => opening(world, &held, it),
        3..=6 => case_step(world, &held, it),
        7..=9 => measure_step(world, &held, it),
        10 => objecting(world, &held, it),
        11 | 12 => objection_step(world, &held, it),
        13 => repair_step(world, &held, it),
        14 => red_step(world, &held, it),
        16.. => beside_cases(world, &held, it),
        _ => beside(world, &held, it),
    }
}

/// Tries one move; time passes with one in eight of them.
pub fn make(world: &mut World, it: Move) {
    if it.kind >= 224 {
        let days = [1, 1, 3, 7, 7, 14, 40, 130][usize::from(it.twist % 8)];
        if it.who & 1 == 0 {
            world.pass(days);
        } else {
            // The timers are late: dates rule all the same.
            world.today = world.today.plus_days(days);
        }
        return;
    }
    if let Some((who, command)) = asked(world, it) {
        let who = if it.who >= 220 { hostile(it.who) } else { who };
        // Taken or refused, both are right here; what matters is what holds afterwards.
        let _ = world.run(&who, &command);
    }
}

/// Confirms that what followed from a change has been followed up, now and then.
pub fn settle_some(world: &mut World, it: Move) -> bool {
    let walks = held(world).walks;
    match pick(&walks, it.pick) {
        Some((cause, root)) if it.kind == 200 => {
            world.must(&timer(), &Command::SettleFamily { cause, root });
            true
        }
        _ => false,
    }
}
