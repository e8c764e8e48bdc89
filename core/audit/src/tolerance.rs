//! Tolerant acceptance (O31, O32): for exemplars and clean records only, on a signed promise, to a
//! day. Once the file is complete, withdrawn or closed it is dropped.

use std::collections::BTreeMap;

use shouxin_core::actor::SubjectKey;
use shouxin_core::calendar::Deadline;
use shouxin_core::event::CaseRef;
use shouxin_core::event::tolerance::{GreenChannel, ToleranceEvent};
use shouxin_core::guard::Guard;
use shouxin_core::id::ToleranceId;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::limits::TOLERANCE_WD_MAX;
use shouxin_core::rules::Openness;
use shouxin_core::text::digest_is_stated;
use shouxin_core::time::Day;

use crate::commitment::by_party;
use crate::fold::{Fold, Kind, RecordStage, Standing};
use crate::here::Here;
use crate::names::{DEADLINE, INV_2, INV_10};

/// Every acceptance that is open.
pub(crate) type Tolerances = BTreeMap<ToleranceId, Tolerance>;

#[derive(Debug)]
pub(crate) struct Tolerance {
    pub subject: SubjectKey,
    authority: Uscc,
    opened_on: Day,
    due: Deadline,
    overdue: bool,
    /// For each missing document, whether it is still missing.
    missing: Vec<bool>,
}

impl Tolerance {
    /// The day to which its time runs.
    pub(crate) fn due(&mut self) -> &mut Deadline {
        &mut self.due
    }
}

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>, event: &ToleranceEvent) {
    let id = match event {
        ToleranceEvent::Opened { .. } => {
            opened(fold, at, event);
            return;
        }
        ToleranceEvent::Supplied { acceptance, .. }
        | ToleranceEvent::Overdue { acceptance }
        | ToleranceEvent::Withdrawn { acceptance, .. }
        | ToleranceEvent::Closed { acceptance, .. } => *acceptance,
    };
    let Some(own) = fold.tolerances.get_mut(&id) else {
        at.missing(id);
        return;
    };
    at.about(own.subject);
    let over = match event {
        ToleranceEvent::Opened { .. } => false,
        ToleranceEvent::Supplied { documents, received_on, .. } => {
            at.of_authority(own.authority);
            if *received_on < own.opened_on || *received_on > at.today {
                at.broken(DEADLINE, "received before the file was accepted, or in the future");
            }
            if documents.is_empty() {
                at.broken(INV_10, "nothing was handed in");
            }
            for document in documents {
                at.must(digest_is_stated(&document.sha256), Guard::Document, "no digest");
                match own.missing.get_mut(usize::from(document.place)) {
                    Some(missing) if *missing => *missing = false,
                    _ => at.broken(INV_10, format!("document {} is not missing", document.place)),
                }
            }
            !own.missing.contains(&true)
        }
        ToleranceEvent::Overdue { .. } => {
            at.over(Some(own.due), "the time for the documents");
            if own.overdue {
                at.broken(INV_2, "it is overdue already");
            }
            own.overdue = true;
            false
        }
        ToleranceEvent::Withdrawn { reasons, document_sha256, .. } => {
            by_party(at, own.subject, own.authority, document_sha256.as_ref());
            at.stated(Guard::Document, &[("reasons", reasons)]);
            true
        }
        ToleranceEvent::Closed { reasons, .. } => {
            at.of_authority(own.authority);
            at.stated(Guard::Document, &[("reasons", reasons)]);
            if !own.overdue {
                at.broken(INV_2, "the time for the documents still runs");
            }
            true
        }
    };
    if over {
        fold.tolerances.remove(&id);
    }
}

fn opened(fold: &mut Fold, at: &mut Here<'_>, event: &ToleranceEvent) {
    let ToleranceEvent::Opened {
        authority,
        matter,
        basis,
        missing,
        due,
        promise_sha256,
        by_right_of,
    } = event
    else {
        return;
    };
    let Some(subject) = at.event.subject else {
        at.missing("no subject");
        return;
    };
    if !fold.files.contains_key(&subject) {
        at.missing(subject);
    }
    at.of_authority(*authority);
    at.capacity(fold, subject);
    at.basis(basis);
    at.stated(Guard::Document, &[("matter", matter)]);
    missing.iter().for_each(|own| at.stated(Guard::Document, &[("missing", own)]));
    at.must(!missing.is_empty(), Guard::Document, "nothing is missing");
    at.must(digest_is_stated(promise_sha256), Guard::Document, "there is no signed promise");
    let days = due.working_days;
    if !(1..=TOLERANCE_WD_MAX).contains(&days) {
        at.broken(DEADLINE, format!("{days} working days are none, or too many"));
    }
    at.deadline("due", *due, at.today, days);
    right(fold, at, subject, *by_right_of);
    let own = Tolerance {
        subject,
        authority: *authority,
        opened_on: at.today,
        due: *due,
        overdue: false,
        missing: vec![true; missing.len()],
    };
    fold.tolerances.insert(ToleranceId(at.at()), own);
}

/// By what right the subject comes through the green channel (G-RED-CHECK).
fn right(fold: &Fold, at: &mut Here<'_>, subject: SubjectKey, by_right_of: GreenChannel) {
    let file = fold.files.get(&subject);
    let standing = |case: CaseRef| match case {
        CaseRef::Listing(id) => fold.listing_standing(id, at.today),
        CaseRef::Attribution(id) => fold.attribution_standing(id, at.today),
    };
    let black = file.into_iter().flat_map(|file| &file.cases).any(|case| {
        fold.case(*case).is_some_and(|own| own.since.is_some_and(|since| since <= at.today))
            && standing(*case) == Standing::InForce
    });
    at.must(!black, Guard::RedCheck, "the subject is on the black list");
    match by_right_of {
        GreenChannel::Exemplar(id) => {
            let red = fold
                .listings
                .get(&id)
                .is_some_and(|own| own.subject == subject && matches!(own.kind, Kind::Red(_)));
            let fits = red && fold.listing_standing(id, at.today) == Standing::InForce;
            at.must(fits, Guard::RedCheck, "no red listing of the subject is in force");
        }
        GreenChannel::CleanRecord { from } => {
            let first = at.today.minus_months(at.pack().clean_record_years.saturating_mul(12));
            if from != first {
                at.broken(DEADLINE, format!("the time looked at begins on {first}, not {from}"));
            }
            let counts = |own: &crate::fold::Record| {
                own.stage == RecordStage::Live
                    && own.holds.is_empty()
                    && matches!(own.openness, Openness::Public | Openness::GovShared)
                    && own.dated >= first
                    && own.until.is_none_or(|until| at.today <= until)
            };
            let adverse = file.into_iter().flat_map(|file| &file.adverse);
            let found = adverse
                .filter_map(|id| Some((id, fold.records.get(id)?)))
                .find(|own| counts(own.1));
            if let Some((id, _)) = found {
                at.guard(Guard::RedCheck, format!("{id} is an adverse record of that time"));
            }
        }
    }
}
