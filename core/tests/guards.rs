//! Every guard by name: a command that this guard alone refuses, and the same command with that
//! one thing mended, which is taken. So no guard can be lost, moved to another name, or hidden
//! behind another without a test that says so.

use crate::kit;

use std::collections::BTreeSet;

use crate::kit::rules::{
    BARRED, COURT, ELSEWHERE, HEARING, INCENTIVE, INFORMATION, JUSTICE, NO_LIAISON, OFFICE,
    PERSONS, STATUTE, TAX, UNPUBLISHED, WITHOUT_REPAIR, cite, day,
};
use crate::kit::steps::*;
use crate::kit::{Post, Who, World, officer, organisation, party, person, plugin, timer};
use shouxin_core::command::Command;
use shouxin_core::command::case_study::CaseStudyCommand;
use shouxin_core::command::tolerance::ToleranceCommand;
use shouxin_core::event::{CaseRef, Finding, RepairAcceptance, Target};
use shouxin_core::guard::{Ground, Guard};
use shouxin_core::id::{ListingId, MeasureId, RepairId};
use shouxin_core::row::Repairable;

/// Guards that are asked outside of `decide`: what may be read, and for which purpose.
const OF_READING: &[Guard] = &[Guard::Open];

/// A command in a register.
struct Asked {
    world: World,
    who: Who,
    command: Command,
}

/// What is refused, and what is taken once it is mended.
struct Pair {
    guard: Guard,
    about: &'static str,
    spoiled: Asked,
    mended: Asked,
}

/// The table while it is made.
#[derive(Default)]
struct Table(Vec<Pair>);

impl Table {
    /// The same officer in the same register; the command is mended.
    fn command(
        &mut self,
        (guard, about): (Guard, &'static str),
        world: &World,
        who: &Who,
        mended: &Command,
        spoil: impl FnOnce(&mut Command),
    ) {
        let mut spoiled = mended.clone();
        spoil(&mut spoiled);
        let asked = |command: &Command| Asked {
            world: world.clone(),
            who: who.clone(),
            command: command.clone(),
        };
        let (spoiled, mended) = (asked(&spoiled), asked(mended));
        self.0.push(Pair { guard, about, spoiled, mended });
    }

    /// The same command in the same register; somebody else asks.
    fn actor(
        &mut self,
        (guard, about): (Guard, &'static str),
        world: &World,
        command: &Command,
        wrong: &Who,
        right: &Who,
    ) {
        let asked =
            |who: &Who| Asked { world: world.clone(), who: who.clone(), command: command.clone() };
        self.0.push(Pair { guard, about, spoiled: asked(wrong), mended: asked(right) });
    }

    /// The same officer and command; something happened in between.
    fn later(
        &mut self,
        (guard, about): (Guard, &'static str),
        world: &World,
        who: &Who,
        command: &Command,
        mend: impl FnOnce(&mut World),
    ) {
        self.anew((guard, about), world, who, &|_| command.clone(), mend);
    }

    /// The same of a command that says what was looked at: it is looked at anew.
    fn anew(
        &mut self,
        (guard, about): (Guard, &'static str),
        world: &World,
        who: &Who,
        command: &dyn Fn(&World) -> Command,
        mend: impl FnOnce(&mut World),
    ) {
        let asked = |world: &World| Asked {
            world: world.clone(),
            who: who.clone(),
            command: command(world),
        };
        let mut after = world.clone();
        mend(&mut after);
        self.0.push(Pair { guard, about, spoiled: asked(world), mended: asked(&after) });
    }
}

macro_rules! set {
    ($command:expr, $variant:ident, $($field:ident = $value:expr),+) => {
        match $command {
            Command::$variant { $($field,)+ .. } => { $(*$field = $value;)+ }
            other => panic!("not a {}: {other:?}", stringify!($variant)),
        }
    };
}

fn black(world: &mut World, stage: Stage) -> (ListingId, CaseRef) {
    let id = world.listing(&[], &[STATUTE, HEARING, COURT], stage);
    (id, CaseRef::Listing(id))
}

fn proposals(table: &mut Table) {
    use Guard as G;
    let mut world = World::seeded();
    let record = world.with_record();
    let right = propose(organisation(1), &[record]);
    for (about, who) in
        [("a timer", timer()), ("a plugin", plugin()), ("a party", party(organisation(1)))]
    {
        table.actor((G::Human, about), &world, &right, &who, &handler());
    }
    let elsewhere = officer(TAX, Post::Handler);
    table.actor(
        (G::Competent, "not named in the catalogue"),
        &world,
        &right,
        &elsewhere,
        &handler(),
    );
    let mut spoil = |about: (Guard, &'static str), by: &dyn Fn(&mut Command)| {
        table.command(about, &world, &handler(), &right, by);
    };
    spoil((G::RepairRule, "no repair rule"), &|it| {
        set!(it, ProposeListing, behaviour = WITHOUT_REPAIR.to_owned());
    });
    spoil((G::Basis, "nothing cited"), &|it| set!(it, ProposeListing, basis = Vec::new()));
    spoil((G::Basis, "a repealed law beside a good one"), &|it| {
        set!(it, ProposeListing, basis = vec![cite("law"), cite("repealed")]);
    });
    spoil((G::Basis, "an unknown law"), &|it| {
        set!(it, ProposeListing, basis = vec![cite("law"), cite("no-such-law")]);
    });
    spoil((G::BasisRank, "the plan alone"), &|it| {
        set!(it, ProposeListing, basis = vec![cite("plan")]);
    });
    spoil((G::BasisRank, "a law that says nothing of it"), &|it| {
        set!(it, ProposeListing, basis = vec![cite("unrelated")]);
    });
    spoil((G::Fact, "no document"), &|it| set!(it, ProposeListing, facts = Vec::new()));
    spoil((G::Fact, "a document about another"), &|it| {
        set!(it, ProposeListing, facts = vec![fact(organisation(2))]);
    });
    spoil((G::Fact, "a document of tomorrow"), &|it| {
        let mut late = fact(organisation(1));
        late.date = day("2026-03-03");
        set!(it, ProposeListing, facts = vec![late]);
    });
    spoil((G::Fact, "no statement of the act"), &|it| set!(it, ProposeListing, act = no_text()));
    let mut other = world.clone();
    let foreign = kit::steps::submit(organisation(2), "尤市监罚〔2026〕99号");
    let foreign = shouxin_core::id::RecordId(other.must(&handler(), &foreign));
    table.command((G::Fact, "another's record"), &other, &handler(), &right, |it| {
        set!(it, ProposeListing, records = vec![foreign])
    });
    let mut disputed = world.clone();
    let objection = disputed.objection(organisation(1), Target::Record(record), false);
    table.later((G::NoSuspension, "a disputed record"), &disputed, &handler(), &right, |world| {
        drop(world.outcome(objection, Finding::Correct))
    });
    let limited = propose(person(3), &[]);
    table.command(
        (G::Capacity, "limited capacity"),
        &world,
        &handler(),
        &propose(person(1), &[]),
        |it| {
            *it = limited;
        },
    );
}

fn attributions(table: &mut Table) {
    use Guard as G;
    let mut world = World::seeded();
    let (listing, _) = black(&mut world, Stage::Effective);
    let right = attribute(listing, person(1));
    table.command((G::Person, "only the company's document"), &world, &handler(), &right, |it| {
        set!(it, ProposeAttribution, facts = vec![fact(organisation(1))]);
    });
    table.command((G::Person, "no finding about the person"), &world, &handler(), &right, |it| {
        set!(it, ProposeAttribution, finding = no_text());
    });
    table.command(
        (G::Capacity, "a person of limited capacity"),
        &world,
        &handler(),
        &right,
        |it| {
            *it = attribute(listing, person(3));
        },
    );
    let mut gone = world.clone();
    let held = gone.attribution(listing, person(1), Stage::Heard);
    let decided = decision(CaseRef::Attribution(held), 2, &[]);
    let objection = gone.objection(organisation(1), Target::Listing(listing), false);
    table.later((G::NoSuspension, "its listing is disputed"), &gone, &head(), &decided, |world| {
        world.outcome(objection, Finding::Correct);
    });
    let mut mended = gone.clone();
    mended.outcome(objection, Finding::Correct);
    gone.outcome(objection, Finding::Error);
    table.later((G::End, "its listing is gone"), &gone, &head(), &decided, |world| {
        *world = mended;
    });
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    table.later(
        (G::NoSuspension, "the listing is disputed"),
        &world,
        &handler(),
        &right,
        |world| drop(world.outcome(objection, Finding::Correct)),
    );
}

fn notices(table: &mut Table) {
    use Guard as G;
    let mut world = World::seeded();
    let (_, case) = black(&mut world, Stage::Proposed);
    world.pass(1);
    let right = notice(&world, case, &[STATUTE, HEARING]);
    let elsewhere = officer(TAX, Post::Head);
    table.actor((G::Competent, "another's case"), &world, &right, &elsewhere, &handler());
    let mut spoil = |about: (Guard, &'static str), by: &dyn Fn(&mut Command)| {
        table.command(about, &world, &handler(), &right, by);
    };
    spoil((G::Notice, "no facts"), &|it| set!(it, ServeNotice, facts = no_text()));
    spoil((G::Notice, "rights not stated"), &|it| set!(it, ServeNotice, rights_stated = false));
    spoil((G::Notice, "no document"), &|it| set!(it, ServeNotice, document_sha256 = [0; 32]));
    spoil((G::Notice, "no proof of service"), &|it| {
        let mut unproven = served(day("2026-03-03"));
        unproven.proof_sha256 = [0; 32];
        set!(it, ServeNotice, service = unproven);
    });
    spoil((G::Notice, "served tomorrow"), &|it| {
        set!(it, ServeNotice, service = served(day("2026-03-04")));
    });
    spoil((G::Notice, "served before the proposal"), &|it| {
        set!(it, ServeNotice, service = served(day("2026-03-01")));
    });
    spoil((G::Notice, "no hearing offered"), &|it| set!(it, ServeNotice, hearing_offered = false));
    spoil((G::Published, "an unpublished measure"), &|it| {
        set!(it, ServeNotice, measures = vec![named(UNPUBLISHED)]);
    });
    spoil((G::Competent, "a department that does not implement it"), &|it| {
        set!(it, ServeNotice, measures = vec![named(NO_LIAISON)]);
    });
    spoil((G::Proportion, "no proportionality"), &|it| {
        let mut bare = named(STATUTE);
        bare.proportionality = no_text();
        set!(it, ServeNotice, measures = vec![bare]);
    });
}

fn hearings(table: &mut Table) {
    use Guard as G;
    let mut world = World::seeded();
    let (_, case) = black(&mut world, Stage::Proposed);
    let early = waive(case);
    table.later((G::Notice, "a waiver before the notice"), &world, &handler(), &early, |world| {
        let notice = notice(world, case, &[]);
        world.must(&handler(), &notice);
    });
    world.must(&handler(), &notice(&world, case, &[HEARING]));
    let right = statement(&world, case, false);
    table.command((G::Heard, "an empty point"), &world, &handler(), &right, |it| {
        set!(it, ReceiveStatement, points = vec![text(), no_text()]);
    });
    table.command((G::Heard, "a waiver without paper"), &world, &handler(), &waive(case), |it| {
        set!(it, WaiveStatement, document_sha256 = [0; 32]);
    });
    world.must(&handler(), &statement(&world, case, true));
    let held = hearing(case);
    table.actor((G::FourEyes, "the proposer hears"), &world, &held, &handler(), &colleague());
    table.later(
        (G::Heard, "the hearing asked for was not held"),
        &world,
        &head(),
        &decision(case, 2, &[]),
        |world| {
            world.must(&colleague(), &held);
        },
    );
}

fn decisions(table: &mut Table) {
    use Guard as G;
    let mut world = World::seeded();
    let record = world.with_record();
    let id = world.listing(&[record], &[STATUTE], Stage::Proposed);
    let case = CaseRef::Listing(id);
    let silent = decision(case, 0, &[STATUTE]);
    table.later((G::Notice, "no notice"), &world, &head(), &silent, |world| {
        let notice = notice(world, case, &[STATUTE]);
        world.must(&handler(), &notice);
        world.pass(10);
    });
    world.must(&handler(), &notice(&world, case, &[STATUTE]));
    table.later((G::Heard, "the period still runs"), &world, &head(), &silent, |world| {
        world.pass(10);
    });
    world.must(&handler(), &statement(&world, case, false));
    world.must(&colleague(), &hearing(case));
    let right = decision(case, 2, &[STATUTE]);
    table.actor((G::FourEyes, "not the head"), &world, &right, &colleague(), &head());
    let elsewhere = officer(TAX, Post::Head);
    table.actor((G::Competent, "another head"), &world, &right, &elsewhere, &head());
    table.actor((G::Human, "a timer decides"), &world, &right, &timer(), &head());
    let mut spoil = |about: (Guard, &'static str), by: &dyn Fn(&mut Command)| {
        table.command(about, &world, &head(), &right, by);
    };
    spoil((G::Heard, "a point without answer"), &|it| {
        set!(it, DecideCase, answers = vec![text()]);
    });
    spoil((G::Notice, "a measure not announced"), &|it| {
        set!(it, DecideCase, measures = vec![named(STATUTE), named(HEARING)]);
    });
    spoil((G::Document, "no reasons"), &|it| set!(it, DecideCase, reasons = no_text()));
    spoil((G::Document, "no remedies"), &|it| set!(it, DecideCase, remedies = no_text()));
    spoil((G::Document, "no way out"), &|it| {
        set!(it, DecideCase, removal_conditions = no_text());
    });
    spoil((G::Document, "no number"), &|it| {
        set!(it, DecideCase, document_number = " ".to_owned());
    });
    spoil((G::End, "an end in the past"), &|it| set!(it, DecideCase, end = day("2026-03-02")));
    spoil((G::End, "an end beyond the cap"), &|it| {
        set!(it, DecideCase, end = day("2029-12-31"));
    });
    for target in [Target::Listing(id), Target::Record(record)] {
        let mut disputed = world.clone();
        let objection = disputed.objection(organisation(1), target, false);
        table.later(
            (G::NoSuspension, "the case, or what it rests on, is disputed"),
            &disputed,
            &head(),
            &right,
            |world| drop(world.outcome(objection, Finding::Correct)),
        );
    }
    let own = World::seeded();
    let proposal = propose(organisation(1), &[]);
    table.actor((G::FourEyes, "the head proposes"), &own, &proposal, &head(), &handler());
}

fn sunset(table: &mut Table) {
    let mut world = World::seeded();
    let mut rules = kit::rules::rules().clone();
    for behaviour in &mut rules.behaviours {
        behaviour.basis.push(cite("sunset"));
    }
    world.rules = std::sync::Arc::new(rules);
    let mut proposal = propose(organisation(1), &[]);
    set!(&mut proposal, ProposeListing, basis = vec![cite("sunset")]);
    let id = ListingId(world.must(&handler(), &proposal));
    let other = world.listing(&[], &[], Stage::Proposed);
    for id in [id, other] {
        world.advance(CaseRef::Listing(id), &[], Stage::Heard);
    }
    world.pass(20);
    table.command(
        (Guard::Basis, "repealed since the proposal"),
        &world,
        &head(),
        &decision(CaseRef::Listing(other), 2, &[]),
        |it| *it = decision(CaseRef::Listing(id), 2, &[]),
    );
}

fn services(table: &mut Table) {
    use Guard as G;
    let mut world = World::seeded();
    world.pass(1);
    let (_, case) = black(&mut world, Stage::Decided);
    let right = serve(&world, case);
    let mut spoil = |about: (Guard, &'static str), by: &dyn Fn(&mut Command)| {
        table.command(about, &world, &handler(), &right, by);
    };
    spoil((G::Served, "served before it was decided"), &|it| {
        set!(it, ServeDecision, service = served(day("2026-03-02")));
    });
    spoil((G::Served, "without the repair guide"), &|it| {
        set!(it, ServeDecision, repair_guide_sha256 = [0; 32]);
    });
    spoil((G::Served, "served tomorrow"), &|it| {
        set!(it, ServeDecision, service = served(day("2026-03-04")));
    });
    let (_, short) = black(&mut world, Stage::Heard);
    let mut decided = decision(short, 2, &[]);
    set!(&mut decided, DecideCase, end = world.today.plus_days(3));
    world.must(&head(), &decided);
    let late = serve(&world, short);
    table.command((G::End, "it would start after its end"), &world, &handler(), &right, |it| {
        *it = late;
    });
}

fn measures(table: &mut Table) {
    use Guard as G;
    let mut world = World::seeded();
    let informed = NamedMeasureOf(INFORMATION, TAX);
    let unmanned = NamedMeasureOf(NO_LIAISON, JUSTICE);
    let id = listed_with(&mut world, &[informed, unmanned]);
    let right = initiate(id, None, STATUTE);
    let elsewhere = officer(OFFICE, Post::Handler);
    table.actor(
        (G::Competent, "not the listing authority"),
        &world,
        &right,
        &elsewhere,
        &handler(),
    );
    let mut spoil = |about: (Guard, &'static str), by: &dyn Fn(&mut Command)| {
        table.command(about, &world, &handler(), &right, by);
    };
    let other = |id: &'static str| {
        move |it: &mut Command| set!(it, InitiateMeasure, measure = id.to_owned())
    };
    spoil((G::Published, "an unpublished measure"), &other(UNPUBLISHED));
    spoil((G::Published, "no such measure"), &other("M-X99"));
    spoil((G::Named, "not named by the decision"), &other(INCENTIVE));
    spoil((G::Named, "named for another department"), &|it| {
        set!(it, InitiateMeasure, department = JUSTICE.to_owned());
    });
    spoil((G::NoOrder, "an order to a market body"), &other(INFORMATION));
    spoil((G::Proportion, "not connected with the behaviour"), &other(ELSEWHERE));
    spoil((G::Proportion, "for natural persons only"), &other(PERSONS));
    spoil((G::Proportion, "no reasons"), &|it| set!(it, InitiateMeasure, reasons = no_text()));
    spoil((G::Liaison, "a department without liaison"), &|it| {
        set!(it, InitiateMeasure, measure = NO_LIAISON.to_owned(), department = JUSTICE.to_owned());
    });
    spoil((G::Basis, "nothing cited"), &|it| set!(it, InitiateMeasure, basis = Vec::new()));
    spoil((G::BasisRank, "a statute is needed"), &|it| {
        set!(it, InitiateMeasure, basis = vec![cite("plan")]);
    });
    spoil((G::BasisRank, "a statute of something else"), &|it| {
        set!(it, InitiateMeasure, basis = vec![cite("unrelated")]);
    });
    spoil((G::End, "beyond the measure's own longest period"), &|it| {
        set!(it, InitiateMeasure, until = day("2028-06-01"));
    });
    spoil((G::End, "in the past"), &|it| set!(it, InitiateMeasure, until = day("2026-03-01")));
    let mut with_court = initiate(id, None, COURT);
    set!(&mut with_court, InitiateMeasure, court_document = Some(ruling(organisation(1))));
    table.command((G::Court, "no court document"), &world, &handler(), &with_court, |it| {
        set!(it, InitiateMeasure, court_document = None);
    });
    let mut waiting = World::seeded();
    let (soon, _) = black(&mut waiting, Stage::Served);
    table.later(
        (G::Served, "the standstill runs"),
        &waiting,
        &handler(),
        &initiate(soon, None, STATUTE),
        |world| drop(world.pass(7)),
    );
    let objection = world.objection(organisation(1), Target::Listing(id), false);
    table.later(
        (G::NoSuspension, "the listing is disputed"),
        &world,
        &handler(),
        &right,
        |world| {
            world.outcome(objection, Finding::Correct);
        },
    );
}

/// A measure and the department for which a decision names it.
struct NamedMeasureOf(&'static str, &'static str);

fn listed_with(world: &mut World, more: &[NamedMeasureOf]) -> ListingId {
    // What the catalogue let the decision name it may let nobody take any more.
    let now = std::mem::replace(&mut world.rules, std::sync::Arc::new(kit::rules::lenient()));
    let id = ListingId(world.must(&handler(), &propose(organisation(1), &[])));
    let case = CaseRef::Listing(id);
    let mut all: Vec<_> = [STATUTE, HEARING, COURT, ELSEWHERE, PERSONS].map(named).to_vec();
    for NamedMeasureOf(measure, department) in more {
        let mut own = named(measure);
        own.department = (*department).to_owned();
        all.push(own);
    }
    let mut told = notice(world, case, &[]);
    set!(&mut told, ServeNotice, measures = all.clone());
    world.must(&handler(), &told);
    world.must(&handler(), &waive(case));
    let mut decided = decision(case, 0, &[]);
    set!(&mut decided, DecideCase, measures = all);
    world.must(&head(), &decided);
    world.must(&handler(), &serve(world, case));
    world.rules = now;
    world.pass(7);
    id
}

fn executions(table: &mut Table) {
    use Guard as G;
    let mut world = World::seeded();
    let (listing, _) = black(&mut world, Stage::Effective);
    let listed = world.clone();
    let told = world.measure(listing, STATUTE, Progress::Initiated);
    let dispatch = Command::DispatchMeasure { measure: told };
    table.later((G::Notice, "the subject was not told"), &world, &handler(), &dispatch, |world| {
        let notice = measure_notice(world, told);
        world.must(&handler(), &notice);
    });
    table.command(
        (G::Notice, "told without remedies"),
        &world,
        &handler(),
        &measure_notice(&world, told),
        |it| set!(it, ServeMeasureNotice, remedies = no_text()),
    );
    let mut world = listed.clone();
    let sent = world.measure(listing, STATUTE, Progress::Dispatched);
    let accept = Command::AcceptMeasure { measure: sent };
    table.actor((G::Competent, "another department"), &world, &accept, &handler(), &implementer());
    let decline =
        Command::DeclineMeasure { measure: sent, reasons: text(), legal_ground: Some(cite("law")) };
    table.command((G::Basis, "a mandatory measure"), &world, &implementer(), &decline, |it| {
        set!(it, DeclineMeasure, legal_ground = None);
    });
    table.command(
        (G::Document, "declined without reasons"),
        &world,
        &implementer(),
        &decline,
        |it| {
            set!(it, DeclineMeasure, reasons = no_text());
        },
    );
    let mut world = listed.clone();
    let ready = world.measure(listing, STATUTE, Progress::Accepted);
    let order = Command::ExecuteMeasure { measure: ready };
    let mut stopped = world.clone();
    stopped.starts_stopped = true;
    table.later((G::Clock, "the clock jumped"), &stopped, &implementer(), &order, |world| {
        world.starts_stopped = false;
    });
    let mut disputed = world.clone();
    let objection = disputed.objection(organisation(1), Target::Measure(ready), false);
    table.later((G::NoSuspension, "disputed"), &disputed, &implementer(), &order, |world| {
        world.outcome(objection, Finding::Correct);
    });
    let mut over = world.clone();
    over.today = day("2027-03-02");
    table.later((G::End, "its end date has passed"), &over, &implementer(), &order, |world| {
        world.today = day("2027-03-01");
    });
    let mut world = listed;
    let done = world.measure(listing, STATUTE, Progress::Executed);
    table.command(
        (G::Document, "no effect reported"),
        &world,
        &implementer(),
        &feedback(done),
        |it| {
            set!(it, FileFeedback, effect = no_text());
        },
    );
}

fn objections(table: &mut Table) {
    use Guard as G;
    let mut world = World::seeded();
    let (listing, _) = black(&mut world, Stage::Effective);
    let right = object(Target::Listing(listing), false);
    table.command((G::Document, "no statement"), &world, &party(organisation(1)), &right, |it| {
        set!(it, FileObjection, statement = no_text());
    });
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    table.command(
        (G::Served, "a refusal that was not served"),
        &world,
        &clerk(),
        &refuse_objection(&world, id),
        |it| {
            let mut unproven = served(day("2026-03-02"));
            unproven.proof_sha256 = [0; 32];
            set!(it, RefuseObjection, service = unproven);
        },
    );
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    let verified = report(id, Finding::Correct);
    table.actor((G::FourEyes, "the proposer verifies"), &world, &verified, &handler(), &head());
    let elsewhere = officer(TAX, Post::Head);
    table.actor((G::Competent, "not the provider"), &world, &verified, &elsewhere, &head());
    world.must(&head(), &verified);
    table.command((G::Document, "no reasons"), &world, &clerk(), &resolve(&world, id), |it| {
        set!(it, ResolveObjection, reasons = no_text());
    });
}

fn repairs(table: &mut Table) {
    use Guard as G;
    let mut world = World::seeded();
    let (listing, _) = black(&mut world, Stage::Effective);
    let mut proposal = propose(organisation(2), &[]);
    set!(&mut proposal, ProposeListing, behaviour = BARRED.to_owned());
    let barred = ListingId(world.must(&handler(), &proposal));
    world.advance(CaseRef::Listing(barred), &[], Stage::Effective);
    let right = repair(listing);
    table.later((G::RepairPeriod, "too early"), &world, &clerk(), &right, |world| {
        world.go_to(day("2026-06-30"));
    });
    world.go_to(day("2026-06-30"));
    table.command((G::RepairRule, "barred by law"), &world, &clerk(), &right, |it| {
        set!(it, ApplyForRepair, of = Repairable::Listing(barred));
    });
    table.command((G::RepairProof, "no proof"), &world, &clerk(), &right, |it| {
        set!(it, ApplyForRepair, proof_sha256 = Vec::new());
    });
    table.command((G::RepairProof, "no commitment"), &world, &clerk(), &right, |it| {
        set!(it, ApplyForRepair, commitment_sha256 = [0; 32]);
    });
    let id = RepairId(world.must(&clerk(), &right));
    let check = repair_check(id, RepairAcceptance::Accepted);
    let elsewhere = officer(OFFICE, Post::Head);
    table.actor((G::Competent, "not who listed"), &world, &check, &elsewhere, &handler());
    world.must(&handler(), &check);
    let approved = approve(&world, id);
    table.actor((G::FourEyes, "the acceptor approves"), &world, &approved, &handler(), &head());
    table.command((G::Document, "no number"), &world, &head(), &approved, |it| {
        set!(it, ApproveRepair, document_number = String::new());
    });
}

fn red(table: &mut Table) {
    use Guard as G;
    let mut world = World::seeded();
    let (nominator, decider) = (officer(OFFICE, Post::Handler), officer(OFFICE, Post::Head));
    let mut with_consent = nominate(person(1));
    set!(&mut with_consent, Nominate, consent_sha256 = Some(digest(1)));
    table.command(
        (G::Consent, "a person did not consent"),
        &world,
        &nominator,
        &with_consent,
        |it| {
            set!(it, Nominate, consent_sha256 = None);
        },
    );
    let id = ListingId(world.must(&nominator, &nominate(organisation(1))));
    let check = check_nomination(&world, id, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing: id });
    let early = decide_red(&world, id);
    table.later((G::PublicNotice, "the notice runs"), &world, &decider, &early, |world| {
        world.pass(8);
    });
    world.pass(8);
    let right = decide_red(&world, id);
    table.actor((G::FourEyes, "not the head"), &world, &right, &nominator, &decider);
    let mut disputed = world.clone();
    let objection = disputed.objection(organisation(1), Target::Listing(id), false);
    let decide = |world: &World| decide_red(world, id);
    table.anew((G::PublicNotice, "an objection is open"), &disputed, &decider, &decide, |world| {
        world.must(&officer(OFFICE, Post::Colleague), &refuse_objection(world, objection));
    });
    table.command((G::End, "longer than the cap"), &world, &decider, &right, |it| {
        set!(it, DecideRedListing, until = day("2029-01-01"));
    });
    let mut black_too = world.clone();
    let (listing, _) = black(&mut black_too, Stage::Effective);
    table.anew((G::RedCheck, "on the black list"), &black_too, &decider, &decide, |world| {
        let objection = world.objection(organisation(1), Target::Listing(listing), false);
        world.outcome(objection, Finding::Error);
    });
}

fn tolerances(table: &mut Table) {
    let world = World::seeded();
    let right = kit::tolerance::tolerate(&world, organisation(1));
    table.command((Guard::LawRequired, "law requires it"), &world, &handler(), &right, |it| {
        if let Command::Tolerance(ToleranceCommand::Open { missing, .. }) = it {
            missing[0].required_by_law = true;
        }
    });
}

fn table() -> Vec<Pair> {
    let mut table = Table::default();
    for part in [
        proposals,
        attributions,
        notices,
        hearings,
        decisions,
        sunset,
        services,
        measures,
        executions,
        objections,
        repairs,
        red,
        tolerances,
        case_studies,
    ] {
        part(&mut table);
    }
    table.0
}

/// What opens a file to a reader (`OF_READING`) is asked by no command.
/// Covers G-HUMAN..G-COURT, G-PUBLISHED..G-ANONYMOUS, O01, O02, T13.
#[test]
fn each_guard_refuses_alone_and_what_it_asks_for_mends_it() {
    let mut wrong = Vec::new();
    for Pair { guard, about, spoiled, mended } in table() {
        match spoiled.world.ask(&spoiled.who, &spoiled.command) {
            Err(refusal) if refusal.ground == Ground::Guard(guard) => {
                let both = [&refusal.detail, &refusal.cure];
                if both.iter().any(|text| !text.contains('/') && text.is_ascii()) {
                    wrong.push(format!("{guard} ({about}): not in both languages: {refusal:?}"));
                }
            }
            Err(refusal) => wrong.push(format!("{guard} ({about}): refused by {refusal:?}")),
            Ok(outcome) => {
                let taken: Vec<_> = outcome.drafts.iter().map(|it| it.event.name()).collect();
                wrong.push(format!("{guard} ({about}): taken: {taken:?}"));
            }
        }
        match mended.world.ask(&mended.who, &mended.command) {
            Ok(outcome) if outcome.drafts.is_empty() || !outcome.rejects.is_empty() => {
                wrong.push(format!("{guard} ({about}): mended, yet nothing happens"));
            }
            Ok(_) => {}
            Err(refusal) => wrong.push(format!("{guard} ({about}): mended, yet {refusal:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn case_studies(table: &mut Table) {
    use CaseStudyCommand as C;
    let world = World::seeded();
    let draft = |text: &str| {
        Command::CaseStudy(C::Draft {
            title: "守信故事".to_owned(),
            text: text.to_owned(),
            subject: None,
            natural_persons: true,
            anonymised: true,
            persons_checked: 0,
            persons_named: 0,
        })
    };
    let right = draft("张某按期还清贷款。");
    table.command((Guard::Anonymous, "a person's name"), &world, &handler(), &right, |it| {
        if let Command::CaseStudy(C::Draft { persons_named, .. }) = it {
            *persons_named = 1;
        }
    });
}

#[test]
fn no_guard_is_without_its_row() {
    let rows = table();
    let tested: BTreeSet<Guard> =
        rows.iter().map(|pair| pair.guard).chain(OF_READING.iter().copied()).collect();
    let all: BTreeSet<Guard> = Guard::ALL.iter().copied().collect();
    assert_eq!(tested, all);
}

#[test]
fn a_measure_of_a_case_that_is_gone_is_no_measure() {
    let world = World::seeded();
    let id = MeasureId(world.next());
    for command in [Command::AcceptMeasure { measure: id }, feedback(id)] {
        let ground = world.refused(&implementer(), &command);
        assert_eq!(ground, kit::misfit(shouxin_core::guard::Misfit::NotFound));
    }
}
