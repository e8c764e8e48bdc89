//! The same paper twice: nobody answers twice for one thing at once, and what was served and has ended
//! is not proposed on the same facts and reasons again (domain.md INV-1, INV-6).

use std::collections::BTreeSet;

use shouxin_core::actor::SubjectKey;
use shouxin_core::event::CaseRef;
use shouxin_core::guard::Guard;
use shouxin_core::id::{ListingId, Position};
use shouxin_core::rules::FactKind;
use shouxin_core::text::FactDocument;
use shouxin_core::time::Day;

use crate::Violation;
use crate::case::shown;
use crate::fold::{Case, Fold, Hold, Over, RecordStage, Standing};
use crate::ground::{Paper, papers};
use crate::names::INV_10;

/// What a case is about: whom, whose listing, and for which behaviour.
pub(crate) type Matter = (SubjectKey, SubjectKey, String);

/// A matter, and that of the person alone where it is about what a person answers for: the person may
/// be listed for the same act.
fn matters(own: &Matter) -> BTreeSet<Matter> {
    BTreeSet::from([own.clone(), (own.0, own.0, own.2.clone())])
}

/// A proposal of this commit.
#[derive(Debug)]
pub(crate) struct Cited {
    at: Position,
    case: CaseRef,
    matter: Matter,
    /// Each document about the subject, and whether it is of a kind that establishes the act.
    documents: Vec<(bool, Vec<Paper>)>,
}

/// A case is proposed on these documents.
pub(crate) fn cite(
    fold: &mut Fold,
    (at, case): (Position, CaseRef),
    matter: Matter,
    facts: &[FactDocument],
    accepted: &[FactKind],
) -> Cited {
    let documents: Vec<(bool, Vec<Paper>)> = facts
        .iter()
        .filter(|own| own.about == matter.0)
        .map(|own| {
            let known = papers(&own.number, Some(&own.sha256)).collect();
            (accepted.contains(&own.kind), known)
        })
        .collect();
    for paper in documents.iter().flat_map(|own| &own.1) {
        for matter in matters(&matter) {
            fold.cited.entry((matter, paper.clone())).or_default().insert(case);
        }
    }
    Cited { at, case, matter, documents }
}

/// Whether somebody disputes a case whose outcome has not come.
pub(crate) fn is_disputed(own: &Case) -> bool {
    let disputes = |hold: &Hold| !matches!(hold, Hold::Relief(_));
    !own.disputes.open.is_empty() || own.holds.iter().any(disputes)
}

/// Whether a case falls with what an authority took back, which nobody disputed. Asked before the
/// fold ends the case.
pub(crate) fn falls_undisputed(fold: &Fold, case: CaseRef, today: Day) -> bool {
    let Some(own) = fold.case(case) else {
        return false;
    };
    let record = fold
        .records_of(case)
        .iter()
        .filter_map(|id| fold.records.get(id))
        .any(|own| own.stage == RecordStage::Annulled && own.withdrawn);
    let extended = match case {
        CaseRef::Listing(id) => fold.listings.get(&id).and_then(|own| own.extends),
        CaseRef::Attribution(_) => None,
    };
    let listing = extended.and_then(|id| fold.case(CaseRef::Listing(id)));
    let ran = own.own(today) != Standing::Ended && !is_disputed(own);
    ran && (record || listing.is_some_and(|own| own.withdrawn))
}

fn listing_of(fold: &Fold, case: CaseRef) -> Option<ListingId> {
    match case {
        CaseRef::Listing(id) => Some(id),
        CaseRef::Attribution(id) => fold.attributions.get(&id).map(|own| own.listing),
    }
}

fn extends(fold: &Fold, id: ListingId) -> Option<ListingId> {
    fold.listings.get(&id).and_then(|own| own.extends)
}

fn standing(fold: &Fold, case: CaseRef, day: Day) -> Standing {
    match case {
        CaseRef::Listing(id) => fold.listing_standing(id, day),
        CaseRef::Attribution(id) => fold.attribution_standing(id, day),
    }
}

/// The case whose end ended this one: its own, or the listing above it.
fn ended(fold: &Fold, case: CaseRef, day: Day) -> Option<&Case> {
    let (own, listing) = (fold.case(case)?, listing_of(fold, case)?);
    match (own.own(day), standing(fold, case, day)) {
        (Standing::Ended, _) => Some(own),
        (_, Standing::Ended) => fold.case(CaseRef::Listing(listing)),
        _ => None,
    }
}

/// Whether a case has used its papers up: it was served, and ended otherwise than by the authority's
/// own undisputed word, or by the date of what is extended.
fn is_used_up(fold: &Fold, case: CaseRef, followed: &[ListingId], day: Day) -> bool {
    let (Some(own), Some(listing)) = (fold.case(case), listing_of(fold, case)) else {
        return false;
    };
    if own.starts_on.is_none() || standing(fold, case, day) != Standing::Ended {
        return false;
    }
    let ended = ended(fold, case, day);
    match ended.and_then(|own| own.over) {
        Some(Over::Expired) | None => !followed.contains(&listing),
        Some(_) => ended.is_none_or(|own| !own.withdrawn),
    }
}

/// What a proposal cites against everything that was proposed before it.
pub(crate) fn once(fold: &Fold, own: &Cited, day: Day) -> Vec<Violation> {
    let Some(listing) = listing_of(fold, own.case) else {
        return Vec::new();
    };
    let followed = fold.extended_by(listing);
    let before = |papers: &[Paper]| -> BTreeSet<CaseRef> {
        let matters = matters(&own.matter);
        let both = |paper: &Paper| -> Vec<CaseRef> {
            let cited = |matter: &Matter| fold.cited.get(&(matter.clone(), paper.clone()));
            matters.iter().filter_map(cited).flatten().copied().collect()
        };
        // In two organisations a person answers for two acts.
        let listed = |case: &CaseRef| {
            listing_of(fold, *case).and_then(|id| fold.listings.get(&id)).map(|own| own.subject)
        };
        let answers = |case: &CaseRef| matches!(case, CaseRef::Attribution(_));
        let elsewhere = |case: &CaseRef| {
            answers(&own.case) && answers(case) && listed(case) != Some(own.matter.1)
        };
        let all = papers.iter().flat_map(both).filter(|case| !elsewhere(case));
        let position = |case: &CaseRef| match case {
            CaseRef::Listing(id) => id.0,
            CaseRef::Attribution(id) => id.0,
        };
        all.filter(|case| position(case) < own.at).collect()
    };
    let mut found = Vec::new();
    let all: BTreeSet<CaseRef> = own.documents.iter().flat_map(|(_, own)| before(own)).collect();
    for case in all.iter().copied() {
        let other = listing_of(fold, case);
        let beside = extends(fold, listing) == other
            || matches!(case, CaseRef::Attribution(_))
                && other.is_some_and(|id| extends(fold, id) == Some(listing));
        if !beside && standing(fold, case, day) != Standing::Ended {
            let detail = format!("{} stands on the same paper already", shown(case));
            found.push(Violation::new(own.at, INV_10, detail));
        }
    }
    // What was taken back on the papers could last so long, and what begins on them anew no longer.
    let cap = fold.case(own.case).map(|own| own.cap);
    for case in &all {
        let taken_back = ended(fold, *case, day).is_some_and(|own| own.withdrawn);
        let before = fold.case(*case).filter(|own| own.starts_on.is_some() && taken_back);
        if let Some(before) = before.filter(|own| cap.is_some_and(|cap| cap > own.cap)) {
            let detail = format!(
                "{} was taken back on the same paper, and had {}",
                shown(*case),
                before.cap
            );
            found.push(Violation::new(own.at, Guard::End.name(), detail));
        }
    }
    let mut used = None;
    for (_, papers) in own.documents.iter().filter(|own| own.0) {
        let by = before(papers).into_iter().find(|case| is_used_up(fold, *case, &followed, day));
        match by {
            Some(case) => used = Some(case),
            None => return found,
        }
    }
    if let Some(case) = used {
        let detail = format!("{} was served on the same paper, and has ended", shown(case));
        found.push(Violation::new(own.at, Guard::Fact.name(), detail));
    }
    found
}
