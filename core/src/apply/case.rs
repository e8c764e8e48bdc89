//! Folds the events of listings, red and black, and of attributions.

use std::collections::BTreeMap;

use crate::actor::SubjectKey;
use crate::apply::channel::{self, shown};
use crate::apply::{defect, here, listing_walk, officer_of, papers, put_walks, subject_of};
use crate::event::{CaseRef, Envelope, Event, NamedMeasure, Target};
use crate::id::{AttributionId, ListingId};
use crate::path::{
    Decided, Decision, DecisionCase, EndReason, Heard, HeardParty, Hearing, Notice, Noticed, Path,
    Proposed, Served, Standing,
};
use crate::row::{
    AttributionRow, Disputes, Key, ListingKind, ListingRow, Newest, RecordRow, RedCase, RedState,
    Row,
};
use crate::rows::{Rows, Stop};
use crate::text::FactDocument;

fn pairs(measures: &[NamedMeasure]) -> Vec<(String, String)> {
    measures.iter().map(|named| (named.measure.clone(), named.department.clone())).collect()
}

pub(super) fn apply(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    match &envelope.event {
        Event::ListingProposed { .. } => proposed(rows, envelope),
        Event::AttributionProposed { .. } => attribution_proposed(rows, envelope),
        Event::NoticeServed { case, .. }
        | Event::StatementReceived { case, .. }
        | Event::StatementWaived { case, .. }
        | Event::StatementWindowClosed { case }
        | Event::HearingHeld { case, .. }
        | Event::CaseDecided { case, .. }
        | Event::CaseNotDecided { case, .. }
        | Event::CaseDropped { case, .. }
        | Event::DecisionServed { case, .. } => {
            change(rows, *case, envelope, |own| step(own, envelope))
        }
        Event::CaseTookEffect { case, published } => {
            change(rows, *case, envelope, |own| step(own, envelope))?;
            if let (CaseRef::Listing(id), true) = (case, published) {
                channel::note(rows, envelope, vec![Target::Listing(*id)]);
            }
            Ok(())
        }
        Event::CaseRemoved { case, repair } => {
            ended(rows, envelope, *case, EndReason::Removed(*repair))
        }
        Event::CaseExpired { case } => ended(rows, envelope, *case, EndReason::Expired),
        Event::CaseAnnulled { case, reasons } => {
            let reason = void_by(rows, envelope, *case, reasons.is_some())?;
            ended(rows, envelope, *case, reason)
        }
        _ => Err(defect(envelope, "not an event of the decision path")),
    }
}

fn new_case(envelope: &Envelope) -> Result<DecisionCase, Stop> {
    let (basis, decide_by, cap) = match &envelope.event {
        Event::ListingProposed { basis, decide_by, cap, .. }
        | Event::AttributionProposed { basis, decide_by, cap, .. } => (basis, decide_by, cap),
        _ => return Err(defect(envelope, "not a proposal")),
    };
    Ok(DecisionCase {
        proposed_by: officer_of(envelope)?,
        proposed_on: envelope.legal_date,
        decide_by: *decide_by,
        cap: *cap,
        basis: basis.clone(),
        path: Path::Proposed(Proposed),
        holds: Vec::new(),
        disputes: Box::default(),
        overdue: false,
        service_overdue: false,
        uninitiated: Vec::new(),
    })
}

/// The rows by which a case is found by the documents about its subject that it was proposed on.
fn proposed_on(
    rows: &Rows,
    case: CaseRef,
    facts: &[FactDocument],
    (subject, of): (SubjectKey, (SubjectKey, &str)),
) -> Result<BTreeMap<Key, Row>, Stop> {
    let own = facts.iter().filter(|document| document.about == subject);
    let keys: Vec<Key> = own.flat_map(|document| papers(subject, of, document)).collect();
    rows.want(keys.iter().cloned())?;
    let mut found = BTreeMap::new();
    for key in keys {
        let mut cases = rows.cases_on(&key)?.to_vec();
        cases.push(case);
        found.insert(key, Row::Paper(cases));
    }
    Ok(found)
}

/// Whether an outcome has found a case void that an event says is void, or what it rests on was taken
/// back while nobody disputed it. Of a person the same holds where the listing comes back alone, for
/// which no reasons are given. What was over before stays what it was.
fn void_by(
    rows: &Rows,
    envelope: &Envelope,
    reference: CaseRef,
    with_reasons: bool,
) -> Result<EndReason, Stop> {
    let (own, records, above) = match reference {
        CaseRef::Listing(id) => {
            let row = Rows::known(rows.listing(id)?, &id.0)?;
            match &row.kind {
                ListingKind::Black { case, records, .. } => (case, records, row.extends),
                ListingKind::Red(_) => return Ok(EndReason::Annulled),
            }
        }
        CaseRef::Attribution(id) => {
            let row = Rows::known(rows.attribution(id)?, &id.0)?;
            (&row.case, &row.records, Some(row.listing))
        }
    };
    let parents = above.iter().map(|id| Key::Listing(*id));
    rows.want(parents.chain(records.iter().map(|id| Key::Record(*id))))?;
    let mut withdrawn = false;
    for record in records {
        withdrawn |= Rows::known(rows.record(*record)?, &record.0)?.withdrawn;
    }
    if let Some(id) = above
        && let ListingKind::Black { case, .. } = &Rows::known(rows.listing(id)?, &id.0)?.kind
        && let Path::Ended(over) = &case.path
    {
        withdrawn |= match reference {
            CaseRef::Listing(_) => over.reason == EndReason::Withdrawn,
            CaseRef::Attribution(_) => !with_reasons,
        };
    }
    let ran = own.standing(envelope.legal_date) != Standing::Ended && !own.is_disputed();
    Ok(if ran && withdrawn { EndReason::Withdrawn } else { EndReason::Annulled })
}

fn proposed(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    let Event::ListingProposed { behaviour, records, facts, .. } = &envelope.event else {
        return Err(defect(envelope, "not a proposal"));
    };
    let id = ListingId(here(envelope));
    let subject = subject_of(envelope)?;
    rows.want([Key::Listing(id)].into_iter().chain(records.iter().map(|id| Key::Record(*id))))?;
    let of = (subject, (subject, behaviour.as_str()));
    for (key, row) in proposed_on(rows, CaseRef::Listing(id), facts, of)? {
        rows.put(key, row)?;
    }
    for record in records {
        let mut row: RecordRow = Rows::known(rows.record(*record)?, &record.0)?.clone();
        row.listings.push(id);
        rows.put(Key::Record(*record), Row::Record(row))?;
    }
    let kind = ListingKind::Black {
        behaviour: behaviour.clone(),
        records: records.clone(),
        case: new_case(envelope)?,
    };
    put_listing(
        rows,
        ListingRow {
            id,
            subject,
            kind,
            attributions: Vec::new(),
            family: 0,
            unlifted: 0,
            extends: None,
            extensions: Vec::new(),
            open_repair: None,
            repair_again_from: None,
            repair_min_months: None,
            display_ended: false,
            relief: None,
            told: None,
            acted_on: false,
            redress_done: None,
        },
    )
}

pub(super) fn put_listing(rows: &mut Rows, row: ListingRow) -> Result<(), Stop> {
    rows.put(Key::Listing(row.id), Row::Listing(row))
}

fn attribution_proposed(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    let Event::AttributionProposed { listing, role, facts, .. } = &envelope.event else {
        return Err(defect(envelope, "not a proposal"));
    };
    let id = AttributionId(here(envelope));
    rows.want([Key::Attribution(id), Key::Listing(*listing)])?;
    let mut parent = Rows::known(rows.listing(*listing)?, &listing.0)?.clone();
    let ListingKind::Black { behaviour, .. } = &parent.kind else {
        return Err(defect(envelope, "nobody answers for a red listing"));
    };
    let of = (subject_of(envelope)?, (parent.subject, behaviour.as_str()));
    for (key, row) in proposed_on(rows, CaseRef::Attribution(id), facts, of)? {
        rows.put(key, row)?;
    }
    parent.attributions.push(id);
    let row = AttributionRow {
        id,
        person: subject_of(envelope)?,
        listing: *listing,
        records: Vec::new(),
        role: *role,
        unlifted: 0,
        case: new_case(envelope)?,
        open_repair: None,
        repair_again_from: None,
        acted_on: false,
        redress_done: None,
    };
    put_listing(rows, parent)?;
    rows.put(Key::Attribution(id), Row::Attribution(row))
}

/// The case that an outcome is about.
fn case_of(target: Target) -> Option<(CaseRef, Key)> {
    match target {
        Target::Listing(id) => Some((CaseRef::Listing(id), Key::Listing(id))),
        Target::Attribution(id) => Some((CaseRef::Attribution(id), Key::Attribution(id))),
        Target::Record(_) | Target::Measure(_) | Target::Commitment(_) => None,
    }
}

/// Asks for what `found_void` changes.
pub(super) fn want_case(rows: &Rows, target: Target) -> Result<(), Stop> {
    rows.want(case_of(target).map(|own| own.1))
}

/// An outcome finds void what its own authority had taken back before: it does not begin anew on the
/// same paper any more.
pub(super) fn found_void(rows: &mut Rows, envelope: &Envelope, target: Target) -> Result<(), Stop> {
    let own = match case_of(target) {
        Some((CaseRef::Listing(id), _)) => match rows.listing(id)?.map(|row| &row.kind) {
            Some(ListingKind::Black { case, .. }) => Some((CaseRef::Listing(id), &case.path)),
            _ => None,
        },
        Some((CaseRef::Attribution(id), _)) => {
            rows.attribution(id)?.map(|row| (CaseRef::Attribution(id), &row.case.path))
        }
        None => None,
    };
    match own {
        Some((reference, Path::Ended(over))) if over.reason == EndReason::Withdrawn => {
            change(rows, reference, envelope, |mut own| {
                if let Path::Ended(over) = &mut own.path {
                    over.reason = EndReason::Annulled;
                }
                Some(own)
            })
        }
        _ => Ok(()),
    }
}

/// Changes the case behind a reference.
pub(super) fn change(
    rows: &mut Rows,
    reference: CaseRef,
    envelope: &Envelope,
    to: impl FnOnce(DecisionCase) -> Option<DecisionCase>,
) -> Result<(), Stop> {
    let misfit = || defect(envelope, "the case is in another state");
    match reference {
        CaseRef::Listing(id) => {
            let mut row = Rows::known(rows.listing(id)?, &id.0)?.clone();
            let ListingKind::Black { case, behaviour, records } = row.kind else {
                return Err(defect(envelope, "a red listing has no decision path"));
            };
            let case = to(case).ok_or_else(misfit)?;
            row.kind = ListingKind::Black { case, behaviour, records };
            put_listing(rows, row)
        }
        CaseRef::Attribution(id) => {
            let row = Rows::known(rows.attribution(id)?, &id.0)?.clone();
            let case = to(row.case.clone()).ok_or_else(misfit)?;
            rows.put(Key::Attribution(id), Row::Attribution(AttributionRow { case, ..row }))
        }
    }
}

/// A measure that the decision of a case names was initiated, or asked for beyond the county.
pub(super) fn begun(
    rows: &mut Rows,
    (listing, attribution): (ListingId, Option<AttributionId>),
    (measure, department): (&str, &str),
    envelope: &Envelope,
) -> Result<(), Stop> {
    let of = match attribution {
        Some(id) => CaseRef::Attribution(id),
        None => CaseRef::Listing(listing),
    };
    let red = matches!(Rows::known(rows.listing(listing)?, &listing.0)?.kind, ListingKind::Red(_));
    if red {
        return Ok(());
    }
    rows.want(attribution.map(Key::Attribution))?;
    change(rows, of, envelope, |mut own| {
        own.uninitiated.retain(|(id, by)| id != measure || by != department);
        Some(own)
    })
}

/// The case after one step of its path; nothing where the step does not fit the state.
fn step(mut own: DecisionCase, envelope: &Envelope) -> Option<DecisionCase> {
    let on = envelope.legal_date;
    own.path = match (own.path, &envelope.event) {
        (
            Path::Proposed(state),
            Event::NoticeServed { measures, hearing_offered, service, window, .. },
        ) => Path::Noticed(state.notice(Notice {
            at: here(envelope),
            served_on: service.on,
            window: *window,
            hearing_offered: *hearing_offered,
            measures: pairs(measures),
        })),
        (Path::Noticed(state), event) if heard_by(event).is_some() => {
            hear(state, heard_by(event)?, envelope)
        }
        (Path::Heard(state), Event::StatementReceived { points, hearing_requested, .. }) => {
            let points = u8::try_from(points.len()).ok()?;
            Path::Heard(state.hear_more(here(envelope), points, *hearing_requested))
        }
        (Path::Heard(state), Event::HearingHeld { .. }) => {
            Path::Heard(state.hold_hearing(here(envelope)))
        }
        (Path::Heard(state), event @ Event::CaseDecided { .. }) => {
            Path::Decided(decided(state, event, envelope)?)
        }
        (Path::Decided(state), Event::DecisionServed { service, starts_on, .. }) => {
            Path::Served(state.serve(service.on, *starts_on))
        }
        (Path::Served(state), Event::CaseTookEffect { published, .. }) => {
            own.uninitiated = state.decided.decision.measures.clone();
            Path::Effective(Served::take_effect(state, *published))
        }
        (path @ (Path::Proposed(_) | Path::Noticed(_) | Path::Heard(_)), event) => match event {
            Event::CaseNotDecided { .. } => path.end(EndReason::NotDecided, on),
            Event::CaseDropped { .. } => path.end(EndReason::Dropped, on),
            _ => return None,
        },
        // It was never served, and had no effect.
        (path @ Path::Decided(_), Event::CaseDropped { .. }) => path.end(EndReason::Dropped, on),
        _ => return None,
    };
    Some(own)
}

fn heard_by(event: &Event) -> Option<Hearing> {
    match event {
        Event::StatementReceived { points, hearing_requested, .. } => Some(Hearing::Statement {
            points: u8::try_from(points.len()).ok()?,
            hearing_requested: *hearing_requested,
        }),
        Event::StatementWaived { .. } => Some(Hearing::Waived),
        Event::StatementWindowClosed { .. } => Some(Hearing::Silent),
        _ => None,
    }
}

fn hear(state: Noticed, how: Hearing, envelope: &Envelope) -> Path {
    Path::Heard(state.hear(HeardParty {
        at: here(envelope),
        how,
        hearing: None,
        further: Vec::new(),
    }))
}

fn decided(state: Heard, event: &Event, envelope: &Envelope) -> Option<Decided> {
    let Event::CaseDecided { document_number, document_sha256, measures, end, .. } = event else {
        return None;
    };
    Some(state.decide(Decision {
        at: here(envelope),
        by: officer_of(envelope).ok()?,
        on: envelope.legal_date,
        number: document_number.clone(),
        sha256: *document_sha256,
        end: *end,
        measures: pairs(measures),
    }))
}

pub(super) fn ended(
    rows: &mut Rows,
    envelope: &Envelope,
    reference: CaseRef,
    reason: EndReason,
) -> Result<(), Stop> {
    let (listing, root) = match reference {
        CaseRef::Listing(id) => (id, Target::Listing(id)),
        CaseRef::Attribution(id) => {
            (Rows::known(rows.attribution(id)?, &id.0)?.listing, Target::Attribution(id))
        }
    };
    let walk = listing_walk(rows, envelope, listing, root)?;
    let changes = shown(rows, root)?;
    let row = Rows::known(rows.listing(listing)?, &listing.0)?;
    if let (ListingKind::Red(red), CaseRef::Listing(id)) = (&row.kind, reference) {
        let RedState::Active { since, until, .. } = red.state else {
            return Err(defect(envelope, "a red listing that is not active cannot end"));
        };
        let state = RedState::Expired { since, until };
        let kind = ListingKind::Red(RedCase { state, ..red.clone() });
        let row = ListingRow { kind, ..row.clone() };
        rows.put(Key::Listing(id), Row::Listing(row))?;
    } else {
        let on = envelope.legal_date;
        change(rows, reference, envelope, |mut own| {
            own.path = own.path.end(reason, on);
            Some(own)
        })?;
    }
    channel::note(rows, envelope, changes);
    put_walks(rows, walk.into_iter().collect())
}

pub(super) fn apply_red(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    let id = match &envelope.event {
        Event::ListingNominated { .. } => return nominated(rows, envelope),
        Event::NominationChecked { listing, .. }
        | Event::PublicNoticeOpened { listing, .. }
        | Event::RedListingDecided { listing, .. }
        | Event::RedListingClosed { listing, .. } => *listing,
        _ => return Err(defect(envelope, "not a red-list event")),
    };
    let row = Rows::known(rows.listing(id)?, &id.0)?.clone();
    let ListingKind::Red(red) = row.kind.clone() else {
        return Err(defect(envelope, "a black listing"));
    };
    let mut walk = None;
    let mut changes = shown(rows, Target::Listing(id))?;
    let state = match (&red.state, &envelope.event) {
        (RedState::Nominated, Event::NominationChecked { adverse_records, black, .. }) => {
            match adverse_records.is_empty() && black.is_empty() {
                true => RedState::Checked,
                false => RedState::Closed,
            }
        }
        (RedState::Checked, Event::PublicNoticeOpened { ends_on, .. }) => {
            RedState::PublicNotice { ends_on: *ends_on }
        }
        (
            RedState::PublicNotice { .. },
            Event::RedListingDecided { document_number, document_sha256, until, published, .. },
        ) => RedState::Active {
            since: envelope.legal_date,
            until: *until,
            published: *published,
            number: document_number.clone(),
            sha256: *document_sha256,
        },
        (_, Event::RedListingClosed { .. }) => {
            walk = listing_walk(rows, envelope, id, Target::Listing(id))?;
            RedState::Closed
        }
        _ => return Err(defect(envelope, "the red listing is in another state")),
    };
    put_listing(rows, ListingRow { kind: ListingKind::Red(RedCase { state, ..red }), ..row })?;
    // What is shown from now on is told as well as what was shown until now.
    for target in shown(rows, Target::Listing(id))? {
        if !changes.contains(&target) {
            changes.push(target);
        }
    }
    channel::note(rows, envelope, changes);
    put_walks(rows, walk.into_iter().collect())
}

fn nominated(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    let Event::ListingNominated { authority, source, basis, .. } = &envelope.event else {
        return Err(defect(envelope, "not a nomination"));
    };
    let id = ListingId(here(envelope));
    let newest = Key::Newest(Newest::Nomination(subject_of(envelope)?, *source));
    rows.want([Key::Listing(id), newest.clone()])?;
    rows.put(newest, Row::Newest(id.0))?;
    let red = RedCase {
        authority: *authority,
        nominated_by: officer_of(envelope)?,
        nominated_on: envelope.legal_date,
        source: *source,
        basis: basis.clone(),
        revocation: None,
        state: RedState::Nominated,
        holds: Vec::new(),
        disputes: Disputes::default(),
        owed: None,
    };
    put_listing(
        rows,
        ListingRow {
            id,
            subject: subject_of(envelope)?,
            kind: ListingKind::Red(red),
            attributions: Vec::new(),
            family: 0,
            unlifted: 0,
            extends: None,
            extensions: Vec::new(),
            open_repair: None,
            repair_again_from: None,
            repair_min_months: None,
            display_ended: false,
            relief: None,
            told: None,
            acted_on: false,
            redress_done: None,
        },
    )
}
