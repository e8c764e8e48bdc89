//! What may be asked about a black listing, on its way and once it has effect: the tables of both
//! ask the same, so that no state is left without a command of the other.

use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::remedy::RemedyCommand as R;
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{CaseRef, Target};
use shouxin_core::id::{
    AttributionId, ListingId, MeasureId, ObjectionId, Position, RecordId, ReliefId, RepairId,
};
use shouxin_core::row::{Due, Key};

use super::later::{end_stay, remedy, rule, stay, suit};
use super::rules::{STATUTE, cite, day};
use super::steps::*;
use super::table::Asked;
use super::{World, organisation, party, person, timer};

/// The newest id of a kind, or one that nothing has.
fn found<T: Ord>(world: &World, of: impl Fn(&Key) -> Option<T>, none: fn(Position) -> T) -> T {
    world.rows.keys().filter_map(of).max().unwrap_or_else(|| none(Position::local(9_999)))
}

macro_rules! newest {
    ($($(#[$doc:meta])* $name:ident $kind:ident $id:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(world: &World) -> $id {
            let of = |key: &Key| match key {
                Key::$kind(id) => Some(*id),
                _ => None,
            };
            found(world, of, $id)
        }
    )*};
}

newest! {
    /// The newest record.
    record_of Record RecordId;
    /// The newest objection.
    objection_of Objection ObjectionId;
    /// The newest repair.
    repair_of Repair RepairId;
    /// The newest relief.
    relief_of Relief ReliefId;
    /// The newest attribution.
    attribution_of Attribution AttributionId;
    /// The newest measure case.
    measure_of Measure MeasureId;
}

/// The listing that a table is about: an extension, or what is proposed again, is another one.
pub fn first(world: &World) -> ListingId {
    let id = world.rows.keys().find_map(|key| match key {
        Key::Listing(id) => Some(*id),
        _ => None,
    });
    id.unwrap_or(ListingId(Position::local(9_999)))
}

/// The proposal of a case, or the same once more where it stands in the log.
pub fn proposal(world: &World, case: CaseRef) -> Command {
    let at = match case {
        CaseRef::Listing(id) => id.0,
        CaseRef::Attribution(id) => id.0,
    };
    match (world.log.iter().any(|own| own.position == at), case) {
        (true, case) => again(world, case),
        (false, CaseRef::Listing(_)) => propose(organisation(1), &[]),
        (false, CaseRef::Attribution(_)) => attribute(first(world), person(1)),
    }
}

/// That listing as a case.
pub fn case_of(world: &World) -> CaseRef {
    CaseRef::Listing(first(world))
}

/// The head takes back a served decision.
pub fn revoke(world: &World, case: CaseRef) -> Command {
    Command::Listing(ListingCommand::Revoke {
        case,
        document_number: "尤市监撤〔2026〕2号".to_owned(),
        document_sha256: digest(39),
        reasons: text(),
        service: served(world.today),
    })
}

/// A decision that ends within its cap, whatever day it is.
pub fn decision_in_time(world: &World, case: CaseRef) -> Command {
    let mut command = decision(case, 2, &[STATUTE]);
    if let Command::DecideCase { end, .. } = &mut command {
        *end = world.today.plus_days(300);
    }
    command
}

/// Protection while a plan of reorganisation is performed.
pub fn grant(world: &World) -> Command {
    remedy(R::GrantRelief {
        listing: first(world),
        ruling: judgment(world, organisation(1)),
        reasons: text(),
        until: day("2027-12-31"),
    })
}

fn complete(world: &World) -> Command {
    let document = judgment(world, organisation(1));
    remedy(R::CompleteRelief { relief: relief_of(world), document, reasons: text() })
}

fn fail(world: &World) -> Command {
    let document = judgment(world, organisation(1));
    remedy(R::EndRelief { relief: relief_of(world), document, reasons: text() })
}

fn extend(world: &World) -> Command {
    Command::Listing(ListingCommand::Extend {
        listing: first(world),
        basis: vec![cite("law")],
        facts: vec![fact(organisation(1))],
        records: Vec::new(),
        act: text(),
    })
}

/// The provider annuls the newest record.
pub fn annul_record(world: &World) -> Command {
    Command::AnnulRecord { record: record_of(world), reasons: text() }
}

/// The commands of the decision path of a listing.
pub fn on_the_way() -> [Asked<'static>; 12] {
    [
        ("propose", handler(), &|world| proposal(world, case_of(world))),
        ("notice", handler(), &|world| notice(world, case_of(world), &[STATUTE])),
        ("statement", party(organisation(1)), &|world| statement(world, case_of(world), false)),
        ("waiver", handler(), &|world| waive(case_of(world))),
        ("hearing", colleague(), &|world| hearing(case_of(world))),
        ("decide", head(), &|world| decision_in_time(world, case_of(world))),
        ("not decide", head(), &|world| Command::NotDecideCase {
            case: case_of(world),
            reasons: text(),
        }),
        ("drop", handler(), &|world| Command::DropCase { case: case_of(world), reasons: text() }),
        ("drop by the head", head(), &|world| Command::DropCase {
            case: case_of(world),
            reasons: text(),
        }),
        ("serve", handler(), &|world| serve(world, case_of(world))),
        ("attribute", handler(), &|world| attribute(first(world), person(1))),
        ("tick", timer(), &|world| Command::Tick { due: Due::Case(case_of(world)) }),
    ]
}

/// The commands about a listing that has effect, and about what it rests on.
pub fn in_effect() -> [Asked<'static>; 16] {
    [
        ("object", party(organisation(1)), &|world| object(Target::Listing(first(world)), false)),
        ("refuse the objection", clerk(), &|world| refuse_objection(world, objection_of(world))),
        ("resolve the objection", clerk(), &|world| resolve(world, objection_of(world))),
        ("approve the repair", head(), &|world| approve(world, repair_of(world))),
        ("file a suit", party(organisation(1)), &|world| {
            suit(world, Target::Listing(first(world)))
        }),
        ("court stays", handler(), &stay),
        ("court ends the stay", clerk(), &end_stay),
        ("court revokes", handler(), &|world| rule(world, RemedyOutcome::Revoked)),
        ("court upholds", clerk(), &|world| rule(world, RemedyOutcome::Upheld)),
        ("grant relief", head(), &grant),
        ("plan performed", head(), &complete),
        ("plan failed", head(), &fail),
        ("take back", head(), &|world| revoke(world, case_of(world))),
        ("annul the record", colleague(), &annul_record),
        ("extend", handler(), &extend),
        ("tick", timer(), &|world| Command::Tick { due: Due::Case(case_of(world)) }),
    ]
}
