//! Whole courses, right in every point: what a forger starts from.

use shouxin_core::command::Command;
use shouxin_core::command::channel::ChannelCommand;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::{RemedyKind, RemedyOutcome, ReviewOf};
use shouxin_core::event::{CaseHook, CaseRef, Finding, RepairAcceptance, Target};
use shouxin_core::id::{ListingId, Position, ReliefId, RemedyId, RepairId};
use shouxin_core::rules::Severity;

use super::kit::later::{listed, objection_of, office_head, repair_of};
use super::kit::rules::{BARRED, HEARING, HIGHER, INCENTIVE, OFFICE, STATUTE, TAX, cite, day};
use super::kit::steps::*;
use super::kit::{Post, World, officer, operator, organisation, party, person, plugin, timer};

fn remedy(command: RemedyCommand) -> Command {
    Command::Remedy(command)
}

/// From proposal to feedback: a hearing asked for and held, a measure by plugin and one by hand.
pub fn listing() -> World {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let record = world.with_record();
    let id = ListingId(world.must(&handler(), &propose(organisation(1), &[record])));
    let case = CaseRef::Listing(id);
    world.must(&handler(), &notice(&world, case, &[STATUTE, HEARING]));
    world.must(&party(organisation(1)), &statement(&world, case, true));
    world.must(&super::kit::steps::colleague(), &hearing(case));
    world.must(&head(), &decision(case, 2, &[STATUTE, HEARING]));
    world.must(&handler(), &serve(&world, case));
    world.pass(7);
    world.measure(id, STATUTE, Progress::FedBack);
    world.measure(id, HEARING, Progress::FedBack);
    world
}

/// A listing after a period that passed in silence, ended by its date and lifted.
pub fn silent() -> World {
    let mut world = World::seeded();
    let id = world.listing(&[], &[STATUTE], Stage::Noticed);
    let case = CaseRef::Listing(id);
    world.pass(8);
    world.must(&head(), &decision(case, 0, &[STATUTE]));
    world.must(&handler(), &serve(&world, case));
    world.pass(7);
    let measure = world.measure(id, STATUTE, Progress::Executed);
    world.go_to(end().plus_days(1));
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    world.must(&implementer(), &feedback(measure));
    world
}

/// A listing for what a law lets nobody repair.
pub fn barred() -> World {
    let mut world = World::seeded();
    let mut proposal = propose(organisation(1), &[]);
    if let Command::ProposeListing { behaviour, .. } = &mut proposal {
        BARRED.clone_into(behaviour);
    }
    let id = ListingId(world.must(&handler(), &proposal));
    world.advance(CaseRef::Listing(id), &[], Stage::Effective);
    world.pass(200);
    world
}

/// A person answers for a listed organisation, and has a measure of their own.
pub fn attribution() -> World {
    let (mut world, listing) = listed();
    let own = world.attribution(listing, person(1), Stage::Effective);
    let id = world.must(&handler(), &initiate(listing, Some(own), STATUTE));
    world.proceed(shouxin_core::id::MeasureId(id), Progress::FedBack);
    world
}

/// An objection to a record, with a person and a plugin's measure in the family.
pub fn disputed(finding: Finding) -> World {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    world.attribution(listing, person(1), Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::Executed);
    let id = world.objection(organisation(1), Target::Record(record), false);
    let order = world.order(measure);
    world.must(&plugin(), &plugin_done(measure, CaseHook::Suspend, order));
    world.outcome(id, finding);
    let hook = if finding == Finding::Error { CaseHook::Lift } else { CaseHook::Resume };
    world.must(&plugin(), &plugin_done(measure, hook, order));
    let walks = super::kit::courses::held(&world).walks;
    for (cause, root) in walks {
        world.must(&timer(), &Command::SettleFamily { cause, root });
    }
    world.close();
    if finding == Finding::Error {
        world.must(&handler(), &redress(id));
    }
    world
}

/// Filed on the first day, silently accepted, referred, verified late, reviewed.
pub fn reviewed(upheld: bool) -> World {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.pass(3);
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    world.pass(40);
    let service = served(world.today);
    let unverified = RemedyCommand::MarkUnverified { objection: id, reasons: text(), service };
    world.must(&clerk(), &remedy(unverified));
    world.must(&head(), &report(id, Finding::Correct));
    world.must(&clerk(), &resolve(&world, id));
    let of = ReviewOf::Objection(id);
    let evidence = vec![digest(31)];
    let asked = RemedyCommand::RequestReview { of, statement: text(), evidence, new_facts: true };
    world.must(&party(organisation(1)), &remedy(asked));
    let service = served(world.today);
    let decided = RemedyCommand::DecideReview { of, upheld, reasons: text(), service };
    world.must(&office_head(), &remedy(decided));
    world.close();
    world
}

/// An objection that the formal check refused, taken up by the review.
pub fn taken_up() -> World {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&clerk(), &refuse_objection(&world, id));
    let of = ReviewOf::Objection(objection_of(&world));
    let asked = RemedyCommand::RequestReview {
        of,
        statement: text(),
        evidence: Vec::new(),
        new_facts: false,
    };
    world.must(&party(organisation(1)), &remedy(asked));
    let service = served(world.today);
    let decided = RemedyCommand::DecideReview { of, upheld: true, reasons: text(), service };
    world.must(&office_head(), &remedy(decided));
    world
}

/// A repaired listing with a portal that has to hear of it.
pub fn repaired() -> World {
    let (mut world, listing) = listed();
    let open = ChannelCommand::Open { channel: "portal".to_owned(), from: Position::local(0) };
    world.must(&operator(), &Command::Channel(open));
    let measure = world.measure(listing, STATUTE, Progress::FedBack);
    world.pass(120);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    world.must(&head(), &approve(&world, id));
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    let confirm = ChannelCommand::Confirm {
        channel: "portal".to_owned(),
        through: Position::local(world.next().sequence - 1),
        items: 1,
        batch_sha256: digest(43),
        reference: "000001.json".to_owned(),
    };
    world.must(&timer(), &Command::Channel(confirm));
    world.close();
    world
}

/// The repair turns out to be fraud: told, heard, revoked, restored, and ended by its old date.
pub fn restored() -> World {
    let mut world = repaired();
    let repair = repair_of(&world);
    let told = RemedyCommand::NoticeRevocation {
        repair,
        reasons: text(),
        document_sha256: digest(33),
        service: served(world.today),
    };
    world.must(&handler(), &remedy(told));
    let stated = RemedyCommand::StateOnRevocation {
        repair,
        points: vec![text(), text()],
        document_sha256: Some(digest(14)),
        received_on: world.today,
    };
    world.must(&party(organisation(1)), &remedy(stated));
    let revoked = RemedyCommand::RevokeRepair {
        repair,
        document_number: "尤市监撤〔2026〕1号".to_owned(),
        document_sha256: digest(34),
        reasons: text(),
        answers: vec![text(), text()],
        service: served(world.today),
    };
    world.must(&head(), &remedy(revoked));
    world.pass(12);
    world.go_to(end().plus_days(1));
    world
}

/// A suit: filed, stayed, decided.
pub fn suit(outcome: RemedyOutcome) -> World {
    let (mut world, listing) = listed();
    world.attribution(listing, person(1), Stage::Effective);
    let filed = RemedyCommand::FileRemedy {
        target: Target::Listing(listing),
        kind: RemedyKind::Litigation,
        body: "尤溪县人民法院".to_owned(),
        number: "（2026）闽0426行初1号".to_owned(),
        filed_on: world.today,
        document_sha256: digest(35),
    };
    let id = RemedyId(world.must(&party(organisation(1)), &remedy(filed)));
    let document = judgment(&world, organisation(1));
    let stay = RemedyCommand::OrderStay { remedy: id, document };
    world.must(&clerk(), &remedy(stay));
    let document = judgment(&world, organisation(1));
    let decided = RemedyCommand::DecideRemedy { remedy: id, outcome, document, reasons: text() };
    world.must(&clerk(), &remedy(decided));
    world.pass(3);
    world
}

/// Relief while a reorganisation plan is performed, which it is.
pub fn relief(performed: bool) -> World {
    let (mut world, listing) = listed();
    let grant = RemedyCommand::GrantRelief {
        listing,
        ruling: judgment(&world, organisation(1)),
        reasons: text(),
        until: day("2027-12-31"),
    };
    let relief = ReliefId(world.must(&head(), &remedy(grant)));
    let (document, reasons) = (judgment(&world, organisation(1)), text());
    let over = match performed {
        true => RemedyCommand::CompleteRelief { relief, document, reasons },
        false => RemedyCommand::EndRelief { relief, document, reasons },
    };
    world.must(&head(), &remedy(over));
    world
}

/// A red listing with an incentive.
pub fn red() -> World {
    let (nominator, decider) = (officer(OFFICE, Post::Handler), office_head());
    let mut world = World::seeded();
    let id = ListingId(world.must(&nominator, &nominate(organisation(2))));
    let check = check_nomination(&world, id, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing: id });
    world.pass(8);
    world.must(&decider, &decide_red(&world, id));
    let mut command = initiate(id, None, INCENTIVE);
    if let Command::InitiateMeasure { until, .. } = &mut command {
        *until = world.today.plus_days(40);
    }
    let measure = world.must(&nominator, &command);
    let measure = shouxin_core::id::MeasureId(measure);
    world.must(&nominator, &Command::DispatchMeasure { measure });
    world
}

/// A red listing revoked after notice and hearing.
pub fn red_revoked() -> World {
    let mut world = red();
    let listing = super::kit::later::listing_of(&world);
    let tell = ListingCommand::NoticeRedRevocation {
        listing,
        reasons: text(),
        document_sha256: digest(36),
        service: served(world.today),
    };
    world.must(&officer(OFFICE, Post::Handler), &Command::Listing(tell));
    let state = ListingCommand::StateOnRedRevocation {
        listing,
        points: vec![text()],
        document_sha256: Some(digest(14)),
        received_on: world.today,
    };
    world.must(&party(organisation(2)), &Command::Listing(state));
    let revoke = ListingCommand::RevokeRed {
        listing,
        document_number: "尤信撤〔2026〕1号".to_owned(),
        document_sha256: digest(37),
        reasons: text(),
        answers: vec![text()],
        service: served(world.today),
    };
    world.must(&office_head(), &Command::Listing(revoke));
    world
}

/// A record corrected, taken off display, expired, archived; an extension; a head's revocation; a
/// measure forwarded to a higher authority.
pub fn beside() -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    let correct = Command::CorrectRecord {
        record,
        document_number: "尤市监罚〔2026〕改1号".to_owned(),
        document_date: day("2026-01-14"),
        document_sha256: Some(digest(38)),
        content: Some(text()),
        severity: Some(Severity::General),
        reasons: text(),
    };
    world.must(&handler(), &correct);
    world.must(&handler(), &Command::EndDisplay { record, reasons: text() });
    let listing = world.listing(&[], &[HIGHER], Stage::Effective);
    let forward = MeasureCommand::Forward {
        listing,
        attribution: None,
        measure: HIGHER.to_owned(),
        department: TAX.to_owned(),
        to: "福建省地方金融监督管理局".to_owned(),
        basis: vec![cite("law")],
        reasons: text(),
        until: day("2027-03-01"),
        court_document: None,
        document_sha256: digest(40),
        service: served(world.today),
        notice: Some(subject_notice(world.today)),
    };
    world.must(&handler(), &Command::Measure(forward));
    let extend = ListingCommand::Extend {
        listing,
        basis: vec![cite("law")],
        facts: vec![fact(organisation(1))],
        records: Vec::new(),
        act: text(),
    };
    world.must(&handler(), &Command::Listing(extend));
    let revoke = ListingCommand::Revoke {
        case: CaseRef::Listing(listing),
        document_number: "尤市监撤〔2026〕2号".to_owned(),
        document_sha256: digest(39),
        reasons: text(),
        service: served(world.today),
    };
    world.must(&head(), &Command::Listing(revoke));
    world.pass(560);
    world
}

/// Every course, by name.
pub fn all() -> Vec<(&'static str, World)> {
    vec![
        ("listing", listing()),
        ("barred", barred()),
        ("silent", silent()),
        ("attribution", attribution()),
        ("objection rejected", disputed(Finding::Correct)),
        ("objection upheld", disputed(Finding::Error)),
        ("review upheld", reviewed(true)),
        ("review rejected", reviewed(false)),
        ("taken up", taken_up()),
        ("repaired", repaired()),
        ("restored", restored()),
        ("suit lost", suit(RemedyOutcome::Upheld)),
        ("suit won", suit(RemedyOutcome::Revoked)),
        ("suit changed", suit(RemedyOutcome::Changed { end: day("2026-12-31") })),
        ("relief performed", relief(true)),
        ("relief failed", relief(false)),
        ("red", red()),
        ("red revoked", red_revoked()),
        ("beside", beside()),
    ]
}
