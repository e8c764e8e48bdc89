//! Repair (domain.md 2.5): of a listing, a record, a finding of breach, an attribution. What takes one
//! back stands in `revocation`.

use shouxin_core::actor::{OfficerRef, SubjectKey};
use shouxin_core::calendar::Deadline;
use shouxin_core::event::remedy::RemedyEvent;
use shouxin_core::event::{CaseRef, Event, RepairAcceptance, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{ListingId, RecordId, RepairId};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::text::{Digest, Sealed, digest_is_stated};
use shouxin_core::time::Day;

use crate::case;
use crate::commit::Commit;
use crate::fold::{Channel, Fold, Kind, Over, RecordStage, Repair, RepairStage, Standing};
use crate::here::Here;
use crate::names::{DEADLINE, INV_2, INV_6, INV_10, INV_13};
use crate::record;

pub(crate) fn check(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>) {
    let id = match &at.event.event {
        Event::RepairApplied { .. } => {
            applied(fold, at);
            return;
        }
        Event::RepairAcceptDecided { repair, .. }
        | Event::RepairApproved { repair, .. }
        | Event::RepairRefused { repair, .. }
        | Event::RepairDone { repair } => *repair,
        _ => return,
    };
    let Some(own) = fold.repairs.get(&id) else {
        at.missing(id);
        return;
    };
    at.about(own.subject);
    let (of, authority) = (own.of, own.authority);
    let by = match &own.stage {
        RepairStage::Accepted { by } => Some(by.clone()),
        _ => None,
    };
    match &at.event.event {
        Event::RepairAcceptDecided { outcome, .. } => {
            at.of_authority(authority);
            // Who accepted it and is the head by now decides nothing: another officer takes it over.
            let over = *outcome == RepairAcceptance::Accepted
                && by.as_ref().is_some_and(|by| at.is_head(by));
            if !over && !matches!(own.stage, RepairStage::Applied) {
                at.broken(INV_2, "the application was looked at already");
            }
            let stage = match outcome {
                RepairAcceptance::Accepted => {
                    at.not_the_head();
                    RepairStage::Accepted { by: at.by(authority) }
                }
                RepairAcceptance::Returned(reasons) => {
                    at.stated(Guard::Document, &[("reasons", reasons)]);
                    RepairStage::Returned
                }
                RepairAcceptance::NotAccepted(reasons) => {
                    at.stated(Guard::Document, &[("reasons", reasons)]);
                    RepairStage::NotAccepted
                }
            };
            let outcome = matches!(stage, RepairStage::NotAccepted);
            turn(fold, at, id, stage, outcome.then(|| at.by(authority)));
        }
        Event::RepairApproved { document_number, document_sha256, reasons, service, .. } => {
            at.stated(Guard::Document, &[("reasons", reasons)]);
            at.document(document_number, document_sha256);
            at.service(Guard::Served, service, at.today);
            decided_by(at, by.as_ref());
            if let Target::Record(record) = of {
                alone(fold, at, record);
            }
            let named = named(fold, of, authority);
            let shown = named.iter().any(|own| fold.marked(*own)).then_some(at.at());
            let told = named.iter().filter_map(|own| fold.told_of(*own)).map(|own| own.1);
            let through = shown.or(told.max());
            if let Some(own) = fold.repairs.get_mut(&id) {
                own.through = through;
            }
            turn(fold, at, id, RepairStage::Propagating, Some(at.by(authority)));
            commit.repair(fold, at.at(), id, of);
        }
        Event::RepairRefused { reasons, service, .. } => {
            at.stated(Guard::Document, &[("reasons", reasons)]);
            at.service(Guard::Served, service, at.today);
            decided_by(at, by.as_ref());
            turn(fold, at, id, RepairStage::Refused, Some(at.by(authority)));
        }
        Event::RepairDone { .. } => {
            if !matches!(own.stage, RepairStage::Propagating) {
                at.broken(INV_2, "it was not approved");
            }
            let (named, ended) = (named(fold, of, authority), ended_by(fold, id, of));
            reached(fold, at, own.through, &named, &ended);
            turn(fold, at, id, RepairStage::Done, None);
        }
        _ => {}
    }
}

/// What channels show that a repair is about: the thing, and the records that are repaired with it.
fn named(fold: &Fold, of: Target, authority: Uscc) -> Vec<Target> {
    let records = records_of(fold, of).into_iter();
    // What others collected is not repaired with it.
    let own = |id: &RecordId| fold.records.get(id).is_some_and(|own| own.provider == authority);
    [of].into_iter().chain(records.filter(own).map(Target::Record)).collect()
}

/// What a repair ended on which an order may rest: none rests on a record alone, or on a finding of
/// breach, but other cases fell with the records.
fn ended_by(fold: &Fold, repair: RepairId, of: Target) -> Vec<Target> {
    let (mut ended, records) = match of {
        Target::Listing(_) => (vec![of], records_of(fold, of)),
        Target::Attribution(_) => (vec![of], records_of(fold, of)),
        Target::Record(id) => (Vec::new(), vec![id]),
        Target::Measure(_) | Target::Commitment(_) => (Vec::new(), Vec::new()),
    };
    for own in records.iter().filter_map(|id| fold.records.get(id)) {
        let listings = own.listings.iter().map(|id| (CaseRef::Listing(*id), Target::Listing(*id)));
        let persons = own.attributions.iter();
        let persons = persons.map(|id| (CaseRef::Attribution(*id), Target::Attribution(*id)));
        let with = listings.chain(persons).filter(|(case, _)| {
            fold.case(*case).and_then(|own| own.over) == Some(Over::Removed(repair))
        });
        ended.extend(with.map(|(_, target)| target));
    }
    ended
}

/// INV-13: every open channel has confirmed what changed about these things, and every order under
/// those that ended is lifted.
pub(crate) fn reached(
    fold: &Fold,
    at: &mut Here<'_>,
    through: Option<shouxin_core::id::Position>,
    named: &[Target],
    ended: &[Target],
) {
    let first = named.iter().filter_map(|own| fold.told_of(*own)).map(|own| own.0).min();
    // One that is configured no more still shows what it got before.
    let got = |own: &Channel| match own.closing {
        Some(closing) => first.is_some_and(|first| first < closing),
        None => true,
    };
    let behind = |own: &Channel| through.is_some_and(|at| own.confirmed < at) && got(own);
    if let Some((channel, own)) = fold.channels.iter().find(|own| behind(own.1)) {
        at.broken(INV_13, format!("{channel} has confirmed up to {} only", own.confirmed));
    }
    let left = ended
        .iter()
        .flat_map(|own| fold.measures_ended(*own))
        .find(|id| fold.measures.get(id).is_some_and(crate::fold::Measure::unlifted));
    if let Some(left) = left {
        at.broken(INV_13, format!("{left} is not lifted"));
    }
}

/// Since when the versions of the rules are looked at for a repair: the opening of what is repaired.
pub(crate) fn opened_on(fold: &Fold, of: Target) -> Option<Day> {
    match of {
        Target::Listing(id) => fold.case(CaseRef::Listing(id)).map(|case| case.proposed_on),
        Target::Record(id) => fold.records.get(&id).map(|own| own.collected_on),
        Target::Commitment(id) => fold.commitments.get(&id).map(|own| own.offered_on),
        Target::Attribution(id) => fold.attributions.get(&id).map(|own| own.case.proposed_on),
        Target::Measure(_) => None,
    }
}

/// The last day of what was repaired.
pub(crate) fn last_day(fold: &Fold, of: Target) -> Option<Day> {
    match of {
        Target::Listing(id) => {
            let own = fold.case(CaseRef::Listing(id)).and_then(|own| own.end());
            own.into_iter().chain(fold.ground_until(CaseRef::Listing(id))).min()
        }
        Target::Record(id) => fold.records.get(&id).and_then(|own| own.until),
        Target::Commitment(id) => {
            fold.commitments.get(&id).and_then(|own| own.finding()).map(|own| own.shown_until)
        }
        // A person answers no longer than the organisation does.
        Target::Attribution(id) => {
            let own = fold.attributions.get(&id)?;
            let above = last_day(fold, Target::Listing(own.listing));
            let ground = fold.ground_until(CaseRef::Attribution(id));
            own.case.end().into_iter().chain(above).chain(ground).min()
        }
        Target::Measure(_) => None,
    }
}

pub(crate) fn records_of(fold: &Fold, of: Target) -> Vec<RecordId> {
    match of {
        Target::Listing(id) => fold.records_of(CaseRef::Listing(id)).to_vec(),
        Target::Attribution(id) => fold.records_of(CaseRef::Attribution(id)).to_vec(),
        _ => Vec::new(),
    }
}

/// The head, beside whoever accepted the application.
fn decided_by(at: &mut Here<'_>, accepted: Option<&OfficerRef>) {
    match accepted {
        Some(by) => at.head_beside(by),
        None => at.broken(INV_2, "the application was not accepted"),
    }
}

fn turn(
    fold: &mut Fold,
    at: &Here<'_>,
    id: RepairId,
    stage: RepairStage,
    outcome: Option<OfficerRef>,
) {
    if let Some(own) = fold.repairs.get_mut(&id) {
        let open = matches!(stage, RepairStage::Applied | RepairStage::Accepted { .. });
        if !open && fold.applied.get(&own.of) == Some(&id) {
            fold.applied.remove(&own.of);
        }
        own.stage = stage;
        if let Some(by) = outcome {
            own.outcome = Some((at.today, by));
        }
    }
}

fn applied(fold: &mut Fold, at: &mut Here<'_>) {
    let Event::RepairApplied {
        listing,
        proof_sha256,
        commitment_sha256,
        statement,
        accept_by,
        decide_by,
    } = &at.event.event
    else {
        return;
    };
    let standing = fold.listing_standing(*listing, at.today);
    let Some((subject, behaviour, case)) = black(fold, *listing) else {
        at.missing(listing);
        return;
    };
    at.about(subject);
    at.own_matter(subject);
    if !matches!(standing, Standing::InForce | Standing::Suspended) {
        at.broken(INV_10, "there is nothing in force to repair");
    }
    let barred = fold.listings.get(listing).and_then(|own| own.again_from);
    let opening = fold.listings.get(listing).and_then(|own| own.repair_months);
    ruled(at, (behaviour, opening), case.starts_on, barred);
    let authority = case.proposer.authority;
    let papers = Papers { proof_sha256, commitment_sha256, statement };
    let of = Target::Listing(*listing);
    open(fold, at, (subject, of, authority), &papers, (*accept_by, *decide_by));
}

/// The rule of the day of the listing's proposal or that of today, whichever asks for fewer months,
/// allows a repair, and those months have passed since the start.
fn ruled(
    at: &mut Here<'_>,
    (behaviour, opening): (&str, Option<u16>),
    starts_on: Option<Day>,
    barred: Option<Day>,
) {
    match opening.into_iter().chain(case::repair_months(at, behaviour)).min() {
        None => at.guard(Guard::RepairRule, "the behaviour cannot be repaired"),
        Some(months) => free(at, starts_on.map(|on| on.plus_months(months)), barred),
    }
}

/// The shortest period has passed, and no revocation bars another application.
fn free(at: &mut Here<'_>, earliest: Option<Day>, barred: Option<Day>) {
    let passed = earliest.is_some_and(|day| at.today >= day);
    let free = barred.is_none_or(|day| at.today >= day);
    at.must(passed, Guard::RepairPeriod, "the shortest period has not passed");
    at.must(free, Guard::RepairPeriod, "a revoked repair is barred until a later day");
}

/// A finding of breach is repaired while it stands, once it was shown as long as a general act is.
pub(crate) fn breach_applied(fold: &mut Fold, at: &mut Here<'_>, event: &RemedyEvent) {
    let RemedyEvent::BreachRepairApplied {
        commitment,
        proof_sha256,
        commitment_sha256,
        statement,
        accept_by,
        decide_by,
    } = event
    else {
        return;
    };
    let Some(own) = fold.commitments.get(commitment) else {
        at.missing(commitment);
        return;
    };
    let (subject, authority) = (own.subject, own.authority);
    at.about(subject);
    at.own_matter(subject);
    if !own.is_broken(at.today) {
        at.broken(INV_10, "no finding of breach stands: there is nothing to repair");
    }
    let shortest = at.least(own.offered_on, |pack| pack.publicity_general_months.0);
    let earliest = own.finding().map(|own| own.decided_on.plus_months(shortest));
    free(at, earliest, own.again_from);
    let papers = Papers { proof_sha256, commitment_sha256, statement };
    let of = Target::Commitment(*commitment);
    open(fold, at, (subject, of, authority), &papers, (*accept_by, *decide_by));
}

/// What a person answers for is repaired by the rule of the listing, from the start of the person's
/// own decision on.
pub(crate) fn attribution_applied(fold: &mut Fold, at: &mut Here<'_>, event: &RemedyEvent) {
    let RemedyEvent::AttributionRepairApplied {
        attribution,
        proof_sha256,
        commitment_sha256,
        statement,
        accept_by,
        decide_by,
    } = event
    else {
        return;
    };
    let standing = fold.attribution_standing(*attribution, at.today);
    let Some(own) = fold.attributions.get(attribution) else {
        at.missing(attribution);
        return;
    };
    let (subject, authority) = (own.case.subject, own.case.proposer.authority);
    at.about(subject);
    at.own_matter(subject);
    if !matches!(standing, Standing::InForce | Standing::Suspended) {
        at.broken(INV_10, "there is nothing in force to repair");
    }
    match black(fold, own.listing) {
        Some((_, behaviour, _)) => {
            let opening = fold.listings.get(&own.listing).and_then(|own| own.repair_months);
            ruled(at, (behaviour, opening), own.case.starts_on, own.again_from);
        }
        None => at.missing(own.listing),
    }
    let papers = Papers { proof_sha256, commitment_sha256, statement };
    let of = Target::Attribution(*attribution);
    open(fold, at, (subject, of, authority), &papers, (*accept_by, *decide_by));
}

/// What comes with an application.
struct Papers<'e> {
    proof_sha256: &'e [Digest],
    commitment_sha256: &'e Digest,
    statement: &'e Sealed,
}

fn open(
    fold: &mut Fold,
    at: &mut Here<'_>,
    (subject, of, authority): (SubjectKey, Target, Uscc),
    papers: &Papers<'_>,
    (accept_by, decide_by): (Deadline, Deadline),
) {
    let proven = !papers.proof_sha256.is_empty()
        && papers.proof_sha256.iter().all(digest_is_stated)
        && digest_is_stated(papers.commitment_sha256);
    at.must(proven, Guard::RepairProof, "no proof of performance, or no commitment letter");
    at.stated(Guard::Document, &[("statement", papers.statement)]);
    let opened_on = opened_on(fold, of).unwrap_or(at.today);
    let accept_wd = at.least(opened_on, |pack| pack.repair_accept_wd);
    let decide_wd = at.least(opened_on, |pack| pack.repair_decide_wd);
    at.deadline("accept_by", accept_by, at.today, accept_wd);
    at.deadline("decide_by", decide_by, at.today, decide_wd);
    // Reviewed, an earlier one may be looked at anew beside it.
    if fold.applied.contains_key(&of) {
        at.broken(INV_2, "an application about it is open");
    }
    fold.applied.insert(of, RepairId(at.at()));
    let repair = Repair {
        subject,
        of,
        authority,
        accept_by,
        decide_by,
        extended: false,
        review_by: None,
        standstill: None,
        stage: RepairStage::Applied,
        outcome: None,
        through: None,
        reviewed: false,
    };
    fold.repairs.insert(RepairId(at.at()), repair);
}

/// A record is repaired by itself once its shortest publicity has passed, and while no listing
/// rests on it.
pub(crate) fn record_applied(fold: &mut Fold, at: &mut Here<'_>, event: &RemedyEvent) {
    let RemedyEvent::RecordRepairApplied {
        record,
        proof_sha256,
        commitment_sha256,
        statement,
        accept_by,
        decide_by,
    } = event
    else {
        return;
    };
    let Some(own) = fold.records.get(record) else {
        at.missing(record);
        return;
    };
    let (subject, authority) = (own.subject, own.provider);
    at.about(subject);
    at.own_matter(subject);
    let live = own.stage == RecordStage::Live && own.until.is_none_or(|until| at.today <= until);
    if !live {
        at.broken(INV_10, "the record is over: there is nothing to repair");
    }
    match record::months(at, own.collected_on, own.severity) {
        None => at.broken(INV_10, "no adverse record: there is nothing to repair"),
        Some((shortest, _)) => {
            free(at, Some(own.counted_from.plus_months(shortest)), own.again_from);
        }
    }
    alone(fold, at, *record);
    let papers = Papers { proof_sha256, commitment_sha256, statement };
    let of = Target::Record(*record);
    open(fold, at, (subject, of, authority), &papers, (*accept_by, *decide_by));
}

/// A record on which a listing rests, or what a person answers for, is repaired with it.
fn alone(fold: &Fold, at: &mut Here<'_>, id: RecordId) {
    let Some(own) = fold.records.get(&id) else {
        return;
    };
    let listings = own.listings.iter().map(|id| CaseRef::Listing(*id));
    let mut cases = listings.chain(own.attributions.iter().map(|id| CaseRef::Attribution(*id)));
    let above = cases.find(|case| {
        let served = fold.case(*case).is_some_and(|own| own.starts_on.is_some());
        let standing = match case {
            CaseRef::Listing(id) => fold.listing_standing(*id, at.today),
            CaseRef::Attribution(id) => fold.attribution_standing(*id, at.today),
        };
        served && standing != Standing::Ended
    });
    if let Some(case) = above {
        at.broken(INV_6, format!("{} rests on {id}, and stands", case::shown(case)));
    }
}

/// More time for the decision: once, while its day has not passed, and the party was told.
pub(crate) fn extended(fold: &mut Fold, at: &mut Here<'_>, event: &RemedyEvent) {
    let RemedyEvent::RepairExtended { repair, reasons, document_sha256, service, decide_by } =
        event
    else {
        return;
    };
    let Some((subject, of, authority)) =
        fold.repairs.get(repair).map(|own| (own.subject, own.of, own.authority))
    else {
        at.missing(repair);
        return;
    };
    at.about(subject);
    at.of_authority(authority);
    at.stated(Guard::Notice, &[("reasons", reasons)]);
    at.service(Guard::Notice, service, at.today);
    at.must(digest_is_stated(document_sha256), Guard::Notice, "there is no notice document");
    let opened_on = opened_on(fold, of).unwrap_or(at.today);
    let Some(own) = fold.repairs.get_mut(repair) else {
        return;
    };
    if own.extended || !matches!(own.stage, RepairStage::Accepted { .. }) {
        at.broken(INV_2, "there is no decision to wait for, or its time was extended once");
    } else if at.today > own.decide_by.day {
        at.broken(DEADLINE, format!("its time ended on {}", own.decide_by.day));
    } else {
        let extend_wd = at.least(opened_on, |pack| pack.repair_extend_wd);
        at.longer("decide_by", *decide_by, own.decide_by, extend_wd);
    }
    own.extended = true;
    own.decide_by = *decide_by;
}

fn black(
    fold: &Fold,
    id: ListingId,
) -> Option<(shouxin_core::actor::SubjectKey, &str, &crate::fold::Case)> {
    let own = fold.listings.get(&id)?;
    match &own.kind {
        Kind::Black { behaviour, case, .. } => Some((own.subject, behaviour, case)),
        Kind::Red(_) => None,
    }
}
