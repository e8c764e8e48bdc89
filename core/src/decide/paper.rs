//! What was proposed before on the same paper: nobody answers twice for one thing at once
//! (一事不再罚), and what was served and came to its end is not proposed again on the same facts and
//! reasons (行政诉讼法 71).
//!
//! Source: domain.md INV-1, INV-6.

use std::collections::BTreeSet;

use crate::actor::SubjectKey;
use crate::apply::papers;
use crate::decide::checks::{misfit, refuse};
use crate::event::CaseRef;
use crate::guard::{Guard, Misfit};
use crate::id::{ListingId, RecordId};
use crate::limits::CASES_PER_PAPER_MAX;
use crate::path::{DecisionCase, EndReason, Path, Standing};
use crate::row::{Key, ListingKind};
use crate::rows::{Rows, Stop};
use crate::rules::FactKind;
use crate::text::FactDocument;
use crate::time::Day;

/// What is proposed.
#[derive(Clone, Copy)]
pub(super) enum Proposed {
    /// A listing, by itself or to follow one that it extends.
    Listing { extends: Option<ListingId> },
    /// What a person answers for under a listing.
    Attribution { under: ListingId },
}

/// A proposal about a subject, and on what it rests.
pub(super) struct Proposal<'a> {
    pub(super) of: Proposed,
    pub(super) subject: SubjectKey,
    /// Who is listed, and for which behaviour.
    pub(super) listed: (SubjectKey, &'a str),
    pub(super) facts: &'a [FactDocument],
    /// Which kinds of documents establish the act.
    pub(super) accepted: &'a [FactKind],
    pub(super) records: &'a [RecordId],
}

/// A case that was proposed before, with the listing above a person's.
struct Before<'r> {
    of: CaseRef,
    case: &'r DecisionCase,
    listing: ListingId,
    listed: SubjectKey,
    behaviour: &'r str,
}

impl Proposal<'_> {
    /// Whether a case is about another matter: another behaviour, or what the same person answers for
    /// in another organisation, which is another act.
    fn is_apart(&self, own: &Before<'_>) -> bool {
        let elsewhere =
            matches!((self.of, own.of), (Proposed::Attribution { .. }, CaseRef::Attribution(_)))
                && own.listed != self.listed.0;
        own.behaviour != self.listed.1 || elsewhere
    }
}

fn before(rows: &Rows, of: CaseRef) -> Result<Option<Before<'_>>, Stop> {
    let (own, listing) = match of {
        CaseRef::Listing(id) => (None, id),
        CaseRef::Attribution(id) => {
            let row = rows.must_attribution(id)?;
            (Some(&row.case), row.listing)
        }
    };
    let row = rows.must_listing(listing)?;
    Ok(match &row.kind {
        ListingKind::Black { case, behaviour, .. } => {
            let (case, listed) = (own.unwrap_or(case), row.subject);
            Some(Before { of, case, listing, listed, behaviour })
        }
        ListingKind::Red(_) => None,
    })
}

/// Asks in few rounds for everything on which the standing of these cases depends.
fn load(rows: &Rows, cases: &BTreeSet<CaseRef>) -> Result<(), Stop> {
    rows.want(cases.iter().map(|case| match case {
        CaseRef::Listing(id) => Key::Listing(*id),
        CaseRef::Attribution(id) => Key::Attribution(*id),
    }))?;
    let mut records = BTreeSet::new();
    let mut level = BTreeSet::new();
    for case in cases {
        match case {
            CaseRef::Listing(id) => level.insert(*id),
            CaseRef::Attribution(id) => {
                let row = rows.must_attribution(*id)?;
                records.extend(&row.records);
                level.insert(row.listing)
            }
        };
    }
    while !level.is_empty() {
        rows.want(level.iter().map(|id| Key::Listing(*id)))?;
        let mut above = BTreeSet::new();
        for id in level {
            let row = rows.must_listing(id)?;
            if let ListingKind::Black { records: own, .. } = &row.kind {
                records.extend(own);
            }
            above.extend(row.extends);
        }
        level = above;
    }
    rows.want(records.into_iter().map(Key::Record))
}

fn standing(rows: &Rows, case: CaseRef, today: Day) -> Result<Standing, Stop> {
    match case {
        CaseRef::Listing(id) => rows.listing_standing(id, today),
        CaseRef::Attribution(id) => rows.attribution_standing(id, today),
    }
}

/// Whether two cases may stand side by side: an extension and the very listing that it is to follow,
/// and what a person answers for under the two.
fn beside(rows: &Rows, of: Proposed, own: &Before<'_>) -> Result<bool, Stop> {
    Ok(match of {
        Proposed::Listing { extends } => extends == Some(own.listing),
        Proposed::Attribution { under } => {
            rows.must_listing(under)?.extends == Some(own.listing)
                || rows.must_listing(own.listing)?.extends == Some(under)
        }
    })
}

/// The listings that a proposal follows, one above the other.
fn followed(rows: &Rows, of: Proposed) -> Result<Vec<ListingId>, Stop> {
    let mut above = match of {
        Proposed::Listing { extends } => extends,
        Proposed::Attribution { under } => rows.must_listing(under)?.extends,
    };
    let mut found = Vec::new();
    while let Some(id) = above {
        found.push(id);
        above = rows.must_listing(id)?.extends;
    }
    Ok(found)
}

/// Whether a case has used up its papers: it was served and has ended, by whatever end. What its own
/// authority took back while nobody disputed it was found wrong by nobody else, and may begin anew;
/// and to follow what ended by its date, on what that rests on, is what an extension is for.
fn is_spent(
    rows: &Rows,
    own: &Before<'_>,
    followed: &[ListingId],
    today: Day,
) -> Result<bool, Stop> {
    if own.case.path.served().is_none() || standing(rows, own.of, today)? != Standing::Ended {
        return Ok(false);
    }
    Ok(match ended_by(rows, own, today)? {
        Some(EndReason::Withdrawn) => false,
        Some(reason) if reason != EndReason::Expired => true,
        _ => !followed.contains(&own.listing),
    })
}

/// Why a case that has ended is over: what a person answers for ends with the listing, and its own path
/// does not say so.
fn ended_by(rows: &Rows, own: &Before<'_>, today: Day) -> Result<Option<EndReason>, Stop> {
    let over = match own.case.standing(today) {
        Standing::Ended => Some(own.case),
        _ => before(rows, CaseRef::Listing(own.listing))?.map(|above| above.case),
    };
    Ok(match over.map(|case| &case.path) {
        Some(Path::Ended(ended)) => Some(ended.reason),
        _ => None,
    })
}

/// How long a proposal may last for what was served on its papers before and taken back: no longer than
/// that could. Otherwise an authority would take its own word back on the last day and begin anew,
/// and the months that the law allows for one act would have no end (T06).
fn lasts(
    rows: &Rows,
    proposal: &Proposal<'_>,
    cases: &BTreeSet<CaseRef>,
    today: Day,
) -> Result<Option<Day>, Stop> {
    let mut last: Option<Day> = None;
    for case in cases {
        let Some(own) = before(rows, *case)? else {
            continue;
        };
        let apart = proposal.is_apart(&own) || own.case.path.served().is_none();
        if apart || standing(rows, *case, today)? != Standing::Ended {
            continue;
        }
        if ended_by(rows, &own, today)? == Some(EndReason::Withdrawn) {
            let cap = own.case.cap;
            if cap <= today {
                refuse::<()>(
                    Guard::End,
                    format!(
                        "此前在同一文书上撤回的 {} 最长至 {cap} / taken back before on the same paper, it could \
                         last until {cap} at most",
                        shown(*case)
                    ),
                    "同一行为的期限已满，请引用新的生效文书 / the time for this act is over: cite a new \
                     effective document",
                )?;
            }
            last = Some(last.map_or(cap, |known| known.min(cap)));
        }
    }
    Ok(last)
}

/// One proposal at a time for one behaviour, on one record or paper: a second would have the party
/// answer twice for one thing.
fn stands_once(
    rows: &Rows,
    proposal: &Proposal<'_>,
    cases: &BTreeSet<CaseRef>,
    today: Day,
) -> Result<(), Stop> {
    for case in cases {
        let Some(own) = before(rows, *case)? else {
            continue;
        };
        let apart = proposal.is_apart(&own) || beside(rows, proposal.of, &own)?;
        if apart || standing(rows, *case, today)? == Standing::Ended {
            continue;
        }
        if let (CaseRef::Listing(id), Path::Effective(_)) = (case, &own.case.path) {
            misfit::<()>(
                Misfit::Exists,
                format!(
                    "同一文书或记录和行为已列入名单 {id} / {id} is in force on the same paper or record"
                ),
                "需要延长的，请用 /v1/listings/{id}/extend / extend it where the law says so",
            )?;
        }
        misfit::<()>(
            Misfit::Exists,
            format!(
                "同一文书或记录和行为已有未结案件 {0} / {0} is open on the same paper or record",
                shown(*case)
            ),
            "请在原案件中办理 / go on with that case",
        )?;
    }
    Ok(())
}

fn shown(case: CaseRef) -> String {
    match case {
        CaseRef::Listing(id) => id.to_string(),
        CaseRef::Attribution(id) => id.to_string(),
    }
}

/// The case that has used up a document, if one has.
fn used_by(
    rows: &Rows,
    proposal: &Proposal<'_>,
    keys: &[Key],
    followed: &[ListingId],
    today: Day,
) -> Result<Option<CaseRef>, Stop> {
    for key in keys {
        for case in rows.cases_on(key)? {
            if let Some(own) = before(rows, *case)?
                && !proposal.is_apart(&own)
                && is_spent(rows, &own, followed, today)?
            {
                return Ok(Some(*case));
            }
        }
    }
    Ok(None)
}

/// Refuses what stands already, for the same behaviour, on a record or paper of the proposal; and what
/// rests on nothing but papers that a case before it has used up. Answers the last day that the papers
/// leave for it, where a case on them was taken back.
pub(super) fn proposed_once(
    rows: &Rows,
    proposal: &Proposal<'_>,
    today: Day,
) -> Result<Option<Day>, Stop> {
    let Proposal { subject, listed, .. } = *proposal;
    let own: Vec<(&FactDocument, Vec<Key>)> = proposal
        .facts
        .iter()
        .filter(|document| document.about == subject)
        .map(|document| (document, papers(subject, listed, document)))
        .collect();
    let keys = || own.iter().flat_map(|(_, keys)| keys);
    rows.want(keys().cloned())?;
    let mut cases = BTreeSet::new();
    for key in keys() {
        cases.extend(rows.cases_on(key)?.iter().copied());
    }
    for id in proposal.records {
        let row = rows.must_record(*id)?;
        match proposal.of {
            Proposed::Listing { .. } => {
                cases.extend(row.listings.iter().map(|id| CaseRef::Listing(*id)));
            }
            Proposed::Attribution { .. } => {
                cases.extend(row.attributions.iter().map(|id| CaseRef::Attribution(*id)));
            }
        }
    }
    load(rows, &cases)?;
    stands_once(rows, proposal, &cases, today)?;
    let followed = followed(rows, proposal.of)?;
    let mut used = None;
    let mut unused = false;
    for (document, keys) in own.iter().filter(|own| proposal.accepted.contains(&own.0.kind)) {
        match used_by(rows, proposal, keys, &followed, today)? {
            Some(case) => used = Some((document, case)),
            None => unused = true,
        }
    }
    if let (Some((document, case)), false) = (used, unused) {
        refuse::<()>(
            Guard::Fact,
            format!(
                "文书 {} 已用于送达后终止的 {} / {} was served on it, and has ended",
                document.number,
                shown(case),
                shown(case)
            ),
            "不得以同一事实和理由再行提出，请引用新的生效文书 / not on the same facts and reasons \
             again: cite a new effective document",
        )?;
    }
    for key in keys() {
        if rows.cases_on(key)?.len() >= CASES_PER_PAPER_MAX {
            misfit::<()>(
                Misfit::Limit,
                format!(
                    "同一文书和行为已立案 {CASES_PER_PAPER_MAX} 件 / so many cases were opened on one paper"
                ),
                "请引用其他文书 / cite another document",
            )?;
        }
    }
    lasts(rows, proposal, &cases, today)
}
