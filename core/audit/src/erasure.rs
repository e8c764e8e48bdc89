//! Erased files (design.md 3, PIPL 47): proposed by a data officer, agreed to by somebody else of the
//! credit office, after years in which nothing happened, with nothing open; and nothing after it.
//! What was open is looked for once, at the end of the log: whatever happened to it after the
//! erasure was a violation of its own.

use std::collections::BTreeMap;

use shouxin_core::actor::{Actor, OfficerRef, Role, SubjectKey};
use shouxin_core::event::Event;
use shouxin_core::event::erasure::ErasureEvent;
use shouxin_core::guard::Guard;
use shouxin_core::id::Position;
use shouxin_core::limits::REMEDY_MONTHS;
use shouxin_core::time::Day;

use crate::Violation;
use crate::commitment;
use crate::fold::{
    Fold, Kind, ObjectionStage, RecordStage, RedStage, RemedyStage, RepairStage, Stage,
};
use crate::here::Here;
use crate::names::{ERASURE, INV_10};

/// What the log says about erasing files.
#[derive(Debug, Default)]
pub(crate) struct Erasures {
    /// The newest event of each file, its day, and the slot of its data key.
    files: BTreeMap<SubjectKey, Newest>,
    proposed: BTreeMap<SubjectKey, (Position, OfficerRef)>,
    /// Where a file was erased last, and on which day.
    erased: BTreeMap<SubjectKey, (Position, Day)>,
    /// Those of them that were not registered anew, and whether their key is gone.
    barred: BTreeMap<SubjectKey, bool>,
}

#[derive(Clone, Copy, Debug)]
struct Newest {
    at: Position,
    on: Day,
    slot: u64,
}

/// Before an event is judged: an erased file takes none, except that its key is destroyed and that
/// its code begins anew.
pub(crate) fn barred(fold: &mut Fold, at: &mut Here<'_>) {
    let Some(subject) = at.event.subject else {
        return;
    };
    let Some(key_gone) = fold.erasures.barred.get(&subject).copied() else {
        return;
    };
    match &at.event.event {
        Event::SubjectRegistered { .. } => {
            fold.erasures.proposed.remove(&subject);
            fold.erasures.barred.remove(&subject);
            fold.files.remove(&subject);
            if !key_gone {
                at.broken(ERASURE, "the key of the old file is still there");
            }
        }
        Event::Erasure(ErasureEvent::KeyDestroyed { .. }) => {}
        _ => at.broken(ERASURE, "the file was erased"),
    }
}

/// After an event was judged: how long nothing happened to a file counts from its newest event. An
/// association's notes are its own.
pub(crate) fn see(fold: &mut Fold, at: &Here<'_>) {
    let Some(subject) = at.event.subject else {
        return;
    };
    let (position, on) = (at.at(), at.today);
    let files = &mut fold.erasures.files;
    match &at.event.event {
        Event::Member(_) => {}
        Event::SubjectRegistered { slot, .. } | Event::PersonRegistered { slot, .. } => {
            files.insert(subject, Newest { at: position, on, slot: *slot });
        }
        _ => {
            if let Some(own) = files.get_mut(&subject) {
                *own = Newest { at: position, on, ..*own };
            }
        }
    }
}

/// Whether an officer has a key of a role.
fn holds(fold: &Fold, at: &Here<'_>, by: &OfficerRef, role: Role) -> bool {
    fold.keys.open(by, role, at.event)
}

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>, event: &ErasureEvent) {
    let Some(subject) = at.event.subject else {
        at.missing("no subject");
        return;
    };
    let Some(file) = fold.erasures.files.get(&subject).copied() else {
        at.missing(subject);
        return;
    };
    let by = match &at.event.actor {
        Actor::Officer(by) => Some(by.clone()),
        _ => None,
    };
    let proposed = fold.erasures.proposed.get(&subject).cloned();
    match event {
        ErasureEvent::Proposed { basis } => {
            at.basis(basis);
            let guardian = by.as_ref().is_none_or(|by| holds(fold, at, by, Role::DataOfficer));
            at.must(guardian, Guard::Competent, "its duty is not personal information");
            let from = file.on.plus_months(at.pack().retention_months.max(REMEDY_MONTHS));
            if at.today < from {
                at.broken(ERASURE, format!("the file is kept until {from}"));
            }
            if proposed.is_some() {
                at.broken(INV_10, "it was proposed already");
            }
            if let Some(by) = by {
                fold.erasures.proposed.insert(subject, (at.at(), by));
            }
        }
        ErasureEvent::Withdrawn { proposal } => {
            let duty = by.as_ref().is_none_or(|by| {
                let roles = [Role::CreditOffice, Role::DataOfficer];
                roles.into_iter().any(|role| holds(fold, at, by, role))
            });
            at.must(duty, Guard::Competent, "neither a data officer nor the credit office");
            if proposed.is_none_or(|own| own.0 != *proposal) {
                at.missing(proposal);
            }
            fold.erasures.proposed.remove(&subject);
        }
        ErasureEvent::Erased { proposal, slot } => {
            match proposed {
                Some((found, proposer)) if found == *proposal => {
                    let other = by.as_ref().is_some_and(|by| *by != proposer);
                    at.must(other, Guard::FourEyes, "who proposed it agreed to it");
                    if file.at != *proposal {
                        at.broken(ERASURE, "something happened to the file since the proposal");
                    }
                }
                _ => at.missing(proposal),
            }
            let office = by.as_ref().is_some_and(|by| holds(fold, at, by, Role::CreditOffice));
            at.must(office, Guard::Competent, "the credit office did not agree");
            if file.slot != *slot {
                at.broken(INV_10, "it is the slot of another file's key");
            }
            fold.erasures.erased.insert(subject, (at.at(), at.today));
            fold.erasures.barred.insert(subject, false);
        }
        ErasureEvent::KeyDestroyed { slot } => {
            match fold.erasures.barred.get_mut(&subject) {
                Some(gone) => *gone = true,
                None => at.broken(ERASURE, "nobody decided to erase the file"),
            }
            if file.slot != *slot {
                at.broken(INV_10, "it is the slot of another file's key");
            }
        }
    }
}

/// What was open about a file that was erased, one violation a file.
pub(crate) fn open_about_the_erased(fold: &Fold) -> Vec<Violation> {
    let erased = &fold.erasures.erased;
    if erased.is_empty() {
        return Vec::new();
    }
    let cases = fold.listings.iter().filter_map(|(id, own)| {
        let open = match &own.kind {
            Kind::Black { case, .. } => case.over.is_none(),
            Kind::Red(red) => red.stage != RedStage::Over,
        };
        (open || own.redress == Some(false)).then_some((own.subject, id.0))
    });
    let records = fold.records.iter().filter_map(|(id, own)| {
        let open = own.stage != RecordStage::Archived || own.redress == Some(false);
        open.then_some((own.subject, id.0))
    });
    let persons = fold.attributions.iter().filter_map(|(id, own)| {
        let open = own.case.over.is_none() || own.redress == Some(false);
        open.then_some((own.case.subject, id.0))
    });
    let measures = fold.measures.iter().filter_map(|(id, own)| {
        let open =
            own.ordered() || !matches!(own.stage, Stage::Lifted | Stage::Closed | Stage::Recalled);
        open.then_some((own.subject, id.0))
    });
    let objections = fold.objections.iter().filter_map(|(id, own)| {
        let over = matches!(own.stage, ObjectionStage::Refused | ObjectionStage::Closed { .. });
        (!over || own.redress == Some(false)).then_some((own.subject, id.0))
    });
    let repairs = fold.repairs.iter().filter_map(|(id, own)| {
        let over = matches!(
            own.stage,
            RepairStage::Returned
                | RepairStage::NotAccepted
                | RepairStage::Refused
                | RepairStage::Done
                | RepairStage::Restored
        );
        (!over).then_some((own.subject, id.0))
    });
    let remedies = fold.remedies.iter().filter_map(|(id, own)| {
        let over = own.stage == RemedyStage::Decided && own.redress != Some(false);
        (!over).then_some((own.subject, id.0))
    });
    let reliefs =
        fold.reliefs.iter().filter_map(|(id, own)| own.open.then_some((own.subject, id.0)));
    // What was made good says nothing more, and what was not signed or accepted by its day binds nobody.
    let words = fold.commitments.iter().filter_map(|(id, own)| {
        let on = erased.get(&own.subject).map(|own| own.1);
        let over = match own.stage {
            commitment::Stage::Offered | commitment::Stage::Signed => {
                on.is_some_and(|on| own.due < on)
            }
            _ => matches!(own.stage, commitment::Stage::Repaired { .. }),
        };
        (!over).then_some((own.subject, id.0))
    });
    let tolerances = fold.tolerances.iter().map(|(id, own)| (own.subject, id.0));
    let supports = fold.supports.iter().map(|(id, own)| (own.subject, id.0));
    let notes = fold.notes.iter().map(|(id, own)| (own.subject, id.0));
    let mut found = BTreeMap::new();
    let all = cases.chain(records).chain(persons).chain(measures).chain(objections).chain(repairs);
    let all = all.chain(remedies).chain(reliefs).chain(words);
    for (subject, at) in all.chain(tolerances).chain(supports).chain(notes) {
        if let Some((erased_at, _)) = erased.get(&subject)
            && at < *erased_at
        {
            found.entry(*erased_at).or_insert(at);
        }
    }
    let said = found
        .into_iter()
        .map(|(at, open)| Violation::new(at, ERASURE, format!("subject.erased: {open} was open")));
    said.collect()
}
