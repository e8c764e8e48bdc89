//! The life of a repair application, whatever it is about: the same machine for everything that
//! weighs on a subject (domain.md 2.5).

use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::{Finding, RepairAcceptance};
use shouxin_core::guard::{Ground, Guard};
use shouxin_core::id::{ObjectionId, RepairId};
use shouxin_core::row::{Closing, Due, Repairable};
use shouxin_core::time::Day;

use super::diagram::Machine;
use super::later::{after, remedy, revocation_notice, revocation_statement, revoke_repair};
use super::steps::{
    approve, ask_repair, clerk, extend_repair, handler, head, refuse_repair, repair_check, report,
    resolve, text,
};
use super::table::{ABSENT, Asked, EXISTS, compare};
use super::{Who, World, timer};

/// What is repaired, and what the events of its repair are called.
pub struct Repaired {
    /// Its machine.
    pub machine: &'static Machine,
    /// Whose it is.
    pub party: Who,
    /// What is repaired.
    pub of: Repairable,
    /// Its last day.
    pub last: Day,
    /// What the application is called.
    pub applied: &'static [&'static str],
    /// What the approval does.
    pub approved: &'static [&'static str],
    /// What brings it back.
    pub restored: &'static [&'static str],
}

/// Accepted for examination.
pub fn checked(world: &mut World, party: &Who, of: Repairable) -> RepairId {
    let id = RepairId(world.must(party, &ask_repair(of)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    id
}

/// Approved, and everybody has heard of it.
pub fn done(world: &mut World, party: &Who, of: Repairable) -> RepairId {
    let id = checked(world, party, of);
    let approval = approve(world, id);
    world.must(&head(), &approval);
    assert_eq!(world.close(), ["repair.done"]);
    id
}

/// Revoked after notice and hearing; its day has not come.
pub fn revoked(world: &mut World, party: &Who, id: RepairId) {
    let notice = revocation_notice(world, id);
    world.must(&handler(), &notice);
    let stated = revocation_statement(world, id);
    world.must(party, &stated);
    let decision = revoke_repair(world, id, 2);
    world.must(&head(), &decision);
}

/// An objection that silence has accepted is found right.
pub fn found_right(world: &mut World, id: ObjectionId) {
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    world.must(&head(), &report(id, Finding::Error));
    let outcome = resolve(world, id);
    world.must(&clerk(), &outcome);
}

/// The machine of domain.md 2.5 in every state and with every command, from the first day on which
/// the repair is applied for.
pub fn knows_no_other_way(ripe: World, own: &Repaired) {
    let Repaired { party, of, .. } = own;
    let mut early = ripe.clone();
    early.today = early.today.plus_days(-1);
    let mut applied = ripe.clone();
    let id = RepairId(applied.must(party, &ask_repair(*of)));
    let check = |outcome| repair_check(id, outcome);
    let accepted = after(&applied, &handler(), &check(RepairAcceptance::Accepted));
    let returned = after(&applied, &handler(), &check(RepairAcceptance::Returned(text())));
    let not_accepted = after(&applied, &handler(), &check(RepairAcceptance::NotAccepted(text())));
    let refused = after(&accepted, &head(), &refuse_repair(&accepted, id));
    let extended = after(&accepted, &handler(), &extend_repair(&accepted, id));
    let on = |world: &World, days| World { today: world.today.plus_days(days), ..world.clone() };
    let unchecked = on(&applied, 7);
    let undecided = on(&accepted, 20);
    let approved = after(&accepted, &head(), &approve(&accepted, id));
    let mut done = approved.clone();
    assert_eq!(done.close(), ["repair.done"]);
    let told = after(&done, &handler(), &revocation_notice(&done, id));
    let heard = after(&told, party, &revocation_statement(&told, id));
    let revoked = after(&heard, &head(), &revoke_repair(&heard, id, 2));
    let due = on(&revoked, 8);
    let mut lapsed = revoked.clone();
    lapsed.today = own.last.plus_days(1);
    let restored = after(&due, &timer(), &Command::Tick { due: Due::Repair(id) });
    let states = [
        ("none", ripe),
        ("none, too early", early),
        ("applied", applied),
        ("applied, day passed", unchecked),
        ("returned", returned),
        ("not accepted", not_accepted),
        ("accepted", accepted),
        ("accepted, day passed", undecided),
        ("extended", extended),
        ("refused", refused),
        ("approved", approved),
        ("done", done),
        ("told", told),
        ("heard", heard),
        ("revoked", revoked),
        ("revoked, day come", due),
        ("revoked, end passed", lapsed),
        ("restored", restored),
    ];
    let commands: [Asked<'_>; 13] = [
        ("apply", party.clone(), &|_| ask_repair(*of)),
        ("check", handler(), &|_| check(RepairAcceptance::Accepted)),
        ("return", handler(), &|_| check(RepairAcceptance::Returned(text()))),
        ("not accept", handler(), &|_| check(RepairAcceptance::NotAccepted(text()))),
        ("extend", handler(), &|world| extend_repair(world, id)),
        ("approve", head(), &|world| approve(world, id)),
        ("refuse", head(), &|world| refuse_repair(world, id)),
        ("close", timer(), &|_| Command::Close(Closing::Repair(id))),
        ("tell", handler(), &|world| revocation_notice(world, id)),
        ("state", party.clone(), &|world| revocation_statement(world, id)),
        ("revoke", head(), &|world| revoke_repair(world, id, 2)),
        ("drop", head(), &|_| {
            remedy(RemedyCommand::DropRevocation { repair: id, reasons: text() })
        }),
        ("tick", timer(), &|_| Command::Tick { due: Due::Repair(id) }),
    ];
    const PERIOD: Ground = Ground::Guard(Guard::RepairPeriod);
    const NO_NOTICE: Ground = Ground::Guard(Guard::Notice);
    const NOT_HEARD: Ground = Ground::Guard(Guard::Heard);
    const CHECKED: &[&str] = &["repair.accept_decided"];
    let mut taken: Vec<(&'static str, &'static str, &'static [&'static str])> = vec![
        ("none", "apply", own.applied),
        ("returned", "apply", own.applied),
        ("not accepted", "apply", own.applied),
        ("refused", "apply", own.applied),
        ("applied, day passed", "tick", &["assessment.repair_check_overdue"]),
        ("accepted, day passed", "tick", &["assessment.repair_decision_overdue"]),
        ("accepted", "extend", &["repair.extended"]),
        ("accepted", "approve", own.approved),
        ("accepted, day passed", "approve", own.approved),
        ("extended", "approve", own.approved),
        ("accepted", "refuse", &["repair.refused"]),
        ("accepted, day passed", "refuse", &["repair.refused"]),
        ("extended", "refuse", &["repair.refused"]),
        ("approved", "close", &["repair.done"]),
        ("done", "tell", &["repair.revocation_noticed"]),
        ("told", "state", &["repair.revocation_stated"]),
        ("told", "drop", &["repair.revocation_dropped"]),
        ("heard", "revoke", &["repair.revoked", "repair.barred", "deadline.provisional"]),
        ("heard", "state", &["repair.revocation_stated"]),
        ("heard", "drop", &["repair.revocation_dropped"]),
        ("revoked, day come", "tick", own.restored),
        ("revoked, end passed", "tick", &["repair.revocation_lapsed"]),
    ];
    for state in ["applied", "applied, day passed"] {
        taken.extend(["check", "return", "not accept"].map(|command| (state, command, CHECKED)));
    }
    let mut refused = vec![
        ("none, too early", "apply", PERIOD),
        ("extended", "extend", EXISTS),
        ("done", "state", NO_NOTICE),
        ("done", "revoke", NO_NOTICE),
        ("done", "drop", NO_NOTICE),
        ("told", "revoke", NOT_HEARD),
        ("restored", "apply", PERIOD),
    ];
    let open = ["applied", "applied, day passed", "accepted", "accepted, day passed", "extended"];
    refused.extend(open.map(|state| (state, "apply", EXISTS)));
    // There is no application yet.
    let others = commands.iter().map(|own| own.0).filter(|name| *name != "apply");
    refused.extend(others.map(|command| ("none, too early", command, ABSENT)));
    // Tables live as long as the test that is made of them.
    compare(own.machine, &states, &commands, taken.leak(), refused.leak());
}
