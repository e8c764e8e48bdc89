//! The decision path of black listings and attributions (domain.md 2.3a, b): propose, notify,
//! hear, decide, serve, start, end.

mod above;

use shouxin_core::actor::{Actor, SubjectKey};
use shouxin_core::event::calendar::Clock;
use shouxin_core::event::catalogue::EntryKind;
use shouxin_core::event::{CaseRef, Event, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{AttributionId, ListingId};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::rules::{Behaviour, FactKind};
use shouxin_core::text::{digest_is_stated, short_text_is_stated};
use shouxin_core::time::Day;

use above::{Above, standing_above};
pub(crate) use above::{listing_id, months, rests_until};

use crate::commit::Commit;
use crate::fold::{
    Attribution, Case, Decision, Fold, Heard, Kind, Listing, Notice, Over, Standing,
};
use crate::ground::{Unsaid, documented, usable};
use crate::here::Here;
use crate::names::{INV_1, INV_2, INV_3, INV_6, INV_10};
use crate::paper::{self, falls_undisputed, is_disputed};

/// The kinds of documents that establish what a person did.
const ESTABLISHING: &[FactKind] =
    &[FactKind::Judgment, FactKind::PenaltyDecision, FactKind::AdministrativeDecision];

pub(crate) fn check(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>) {
    match &at.event.event {
        Event::ListingProposed { .. } => listing_proposed(fold, commit, at),
        Event::AttributionProposed { .. } => attribution_proposed(fold, commit, at),
        Event::NoticeServed { case, .. }
        | Event::StatementReceived { case, .. }
        | Event::StatementWaived { case, .. }
        | Event::StatementWindowClosed { case }
        | Event::HearingHeld { case, .. }
        | Event::CaseDecided { case, .. }
        | Event::CaseNotDecided { case, .. }
        | Event::CaseDropped { case, .. }
        | Event::DecisionServed { case, .. } => {
            let above = Above::of(fold, commit, at, *case);
            let listing = listing_id(fold, *case);
            if let Event::NoticeServed { measures, .. } | Event::CaseDecided { measures, .. } =
                &at.event.event
            {
                at.published(fold, measures);
                if let Some((subject, behaviour)) = about(fold, *case) {
                    at.takeable(measures, subject, behaviour);
                }
            }
            let weighs =
                matches!(at.event.event, Event::CaseDecided { .. } | Event::DecisionServed { .. });
            if let Some(own) = fold.case(*case).filter(|_| weighs) {
                at.capacity(fold, own.subject);
            }
            match fold.case_mut(*case) {
                Some(own) => {
                    at.about(own.subject);
                    step(own, above, commit, at);
                    if let (Event::CaseDecided { .. }, Some(id)) = (&at.event.event, listing) {
                        commit.list(at.at(), own.subject, id);
                    }
                }
                None => at.missing(shown(*case)),
            }
        }
        Event::CaseTookEffect { case, published } => {
            took_effect(fold, commit, at, *case, *published);
        }
        Event::CaseRemoved { case, .. }
        | Event::CaseExpired { case }
        | Event::CaseAnnulled { case, .. } => ended(fold, commit, at, *case),
        _ => {}
    }
}

/// Whom a case is about, and the behaviour that was listed.
fn about(fold: &Fold, case: CaseRef) -> Option<(SubjectKey, &str)> {
    let listing = match case {
        CaseRef::Listing(id) => id,
        CaseRef::Attribution(id) => fold.attributions.get(&id)?.listing,
    };
    match &fold.listings.get(&listing)?.kind {
        Kind::Black { behaviour, .. } => Some((fold.case(case)?.subject, behaviour)),
        Kind::Red(_) => None,
    }
}

pub(crate) fn shown(case: CaseRef) -> String {
    match case {
        CaseRef::Listing(id) => id.to_string(),
        CaseRef::Attribution(id) => id.to_string(),
    }
}

/// The latest end that a decision on this behaviour may have.
fn cap(at: &Here<'_>, behaviour: &Behaviour) -> Day {
    let pack = at.pack();
    let months = behaviour.period_months.1.min(pack.black_cap_months);
    let steps = pack.decide_within_wd + pack.serve_within_days + pack.standstill_wd;
    at.rules.calendar.after(at.today, steps).day.plus_months(months)
}

fn listing_proposed(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>) {
    let Event::ListingProposed {
        authority,
        behaviour,
        basis,
        facts,
        records,
        act,
        decide_by,
        cap: stated_cap,
    } = &at.event.event
    else {
        return;
    };
    let Some(subject) = at.event.subject else {
        at.missing("no subject");
        return;
    };
    let proposer = at.by(*authority);
    let id = ListingId(at.at());
    at.of_authority(*authority);
    at.not_the_head();
    if !fold.files.contains_key(&subject) {
        at.missing(subject);
    }
    if !fold.catalogue.published(at.rules, EntryKind::Behaviour, behaviour)
        && at.rules.behaviour(behaviour).is_some()
    {
        at.guard(Guard::Published, format!("{behaviour} is not published"));
    }
    match at.rules.behaviour(behaviour) {
        None => at.guard(Guard::Competent, format!("{behaviour} is not in the catalogue")),
        Some(entry) => {
            if let Some((department, ..)) = at.officer()
                && !entry.found_by.contains(&department.code)
            {
                let detail = format!("{} does not find {behaviour}", department.code);
                at.guard(Guard::Competent, detail);
            }
            at.must(entry.repair.is_some(), Guard::RepairRule, "the behaviour has no repair rule");
            at.listing_rank(basis, entry);
            at.facts(facts, subject, &entry.facts);
            within(at, entry, *stated_cap);
        }
    }
    at.basis(basis);
    at.capacity(fold, subject);
    at.stated(Guard::Fact, &[("act", act)]);
    at.deadline("decide_by", *decide_by, at.today, at.pack().decide_within_wd);
    documented(fold, at, (facts, records), subject);
    let others = records.iter().filter_map(|id| fold.records.get(id));
    let twins = others.flat_map(|own| &own.listings).filter(|other| {
        let kind = fold.listings.get(other).map(|own| &own.kind);
        matches!(kind, Some(Kind::Black { behaviour: of, .. }) if of == behaviour)
            && fold.listing_standing(**other, at.today) != Standing::Ended
    });
    twins.for_each(|of| commit.twin(at.at(), id, *of));
    if records.iter().enumerate().any(|(place, own)| records[..place].contains(own)) {
        at.broken(INV_10, "it names a record twice");
    }
    for record in records {
        usable(fold, at, *record, subject);
        if let Some(own) = fold.records.get_mut(record) {
            own.listings.push(id);
        }
    }
    let mut case = Case::new(subject, proposer, at.today, *stated_cap, basis);
    case.decide_by = Some(*decide_by);
    let kind = Kind::Black { behaviour: behaviour.clone(), records: records.clone(), case };
    let listing = Listing {
        subject,
        kind,
        published: false,
        attributions: Vec::new(),
        measures: Vec::new(),
        relief: false,
        extends: None,
        extensions: Vec::new(),
        again_from: None,
        repair_months: repair_months(at, behaviour),
        display_ended: false,
        hidden_at: None,
        redress: None,
    };
    fold.listings.insert(id, listing);
    let accepted = at.rules.behaviour(behaviour).map_or(ESTABLISHING, |own| own.facts.as_slice());
    let matter = (subject, subject, behaviour.clone());
    commit.cite(paper::cite(fold, (at.at(), CaseRef::Listing(id)), matter, facts, accepted));
    commit.propose(id);
}

/// Months before repair by the rule of a behaviour that is in force; nothing where it bars repair.
pub(crate) fn repair_months(at: &Here<'_>, behaviour: &str) -> Option<u16> {
    let rule = at.rules.behaviour(behaviour)?.repair.as_ref()?;
    rule.barred_by.is_none().then_some(rule.min_months)
}

fn within(at: &mut Here<'_>, behaviour: &Behaviour, stated: Day) {
    let own = cap(at, behaviour);
    if stated > own {
        at.guard(Guard::End, format!("the cap {stated} is later than {own}"));
    }
}

fn attribution_proposed(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>) {
    let Event::AttributionProposed {
        listing,
        authority,
        basis,
        facts,
        finding,
        decide_by,
        cap: stated_cap,
        office_from,
        office_to,
        acted_on,
        ..
    } = &at.event.event
    else {
        return;
    };
    let Some(person) = at.event.subject else {
        at.missing("no person");
        return;
    };
    let proposer = at.by(*authority);
    let id = AttributionId(at.at());
    at.of_authority(*authority);
    at.not_the_head();
    match fold.listings.get(listing).map(|own| (own.subject, &own.kind)) {
        Some((subject, Kind::Black { behaviour, case, .. })) => {
            at.of_authority(case.proposer.authority);
            let apart = person.is_person() && !subject.is_person();
            at.must(apart, Guard::Person, "a person of a listed organisation is needed");
            at.in_force(fold.listing_standing(*listing, at.today));
            if let Some(entry) = at.rules.behaviour(behaviour) {
                at.listing_rank(basis, entry);
                within(at, entry, *stated_cap);
            }
        }
        _ => at.missing(listing),
    }
    at.basis(basis);
    at.facts(facts, person, ESTABLISHING);
    at.capacity(fold, person);
    at.stated(Guard::Person, &[("finding", finding)]);
    let held = *acted_on >= *office_from && *acted_on <= office_to.unwrap_or(at.today);
    at.must(held && *acted_on <= at.today, Guard::Person, "the act lies outside the office");
    let found = facts.iter().any(|own| own.about == person && own.date >= *acted_on);
    at.must(found, Guard::Person, "no document about the person is as late as the act");
    at.deadline("decide_by", *decide_by, at.today, at.pack().decide_within_wd);
    // One answer of one person under one listing at a time, whatever it rests on.
    let under = fold.listings.get(listing).into_iter().flat_map(|own| &own.attributions);
    let open = under
        .filter_map(|id| fold.attributions.get(id))
        .any(|own| own.case.subject == person && own.case.own(at.today) != Standing::Ended);
    if open {
        at.broken(INV_10, "the person answers under this listing already");
    }
    if let Some(own) = fold.listings.get_mut(listing) {
        own.attributions.push(id);
    }
    let mut case = Case::new(person, proposer, at.today, *stated_cap, basis);
    case.decide_by = Some(*decide_by);
    let own = Attribution {
        listing: *listing,
        records: Vec::new(),
        case,
        again_from: None,
        redress: None,
    };
    fold.attributions.insert(id, own);
    if let Some(own) = fold.listings.get(listing)
        && let Kind::Black { behaviour, .. } = &own.kind
    {
        let matter = (person, own.subject, behaviour.clone());
        let case = (at.at(), CaseRef::Attribution(id));
        commit.cite(paper::cite(fold, case, matter, facts, ESTABLISHING));
    }
    commit.attribute(id, Unsaid { at: at.at(), person, facts: facts.clone() });
}

/// One step of the path up to service.
fn step(own: &mut Case, above: Above, commit: &mut Commit, at: &mut Here<'_>) {
    if own.over.is_some() {
        at.broken(INV_2, "the case is over");
    }
    match &at.event.event {
        Event::NoticeServed { .. } => noticed(own, above, at),
        Event::StatementReceived { .. }
        | Event::StatementWaived { .. }
        | Event::StatementWindowClosed { .. } => heard(own, at),
        Event::HearingHeld { record_sha256, summary, .. } => {
            at.of_authority(own.proposer.authority);
            if at.officer().is_some_and(|(.., by)| *by == own.proposer) {
                at.guard(Guard::FourEyes, "the proposer holds the hearing");
            }
            at.stated(Guard::Heard, &[("summary", summary)]);
            let recorded = digest_is_stated(record_sha256);
            at.must(recorded, Guard::Heard, "there is no record of the hearing");
            match &mut own.heard {
                Some(heard) if own.decision.is_none() && !heard.hearing_held => {
                    heard.hearing_held = true;
                }
                _ => at.broken(
                    INV_2,
                    "a hearing before the statement, after the decision, or a second one",
                ),
            }
        }
        Event::CaseDecided { .. } => decided(own, above, at),
        Event::CaseNotDecided { reasons, .. } => {
            at.head_beside(&own.proposer);
            at.stated(Guard::Document, &[("reasons", reasons)]);
            closed(own, at);
        }
        Event::CaseDropped { reasons, .. } => {
            at.stated(Guard::Document, &[("reasons", reasons)]);
            // A record on which it rests was repaired: the case falls with it, whoever repaired.
            if above.falls && own.starts_on.is_none() {
                own.finish(Over::Closed);
                return;
            }
            at.of_authority(own.proposer.authority);
            // What was decided and never served had no effect: its head takes it off the books.
            if own.decision.is_some() && own.starts_on.is_none() {
                at.head_of(own.proposer.authority);
                own.finish(Over::Closed);
            } else {
                closed(own, at);
            }
        }
        Event::DecisionServed { case, .. } => served(own, above, *case, commit, at),
        _ => {}
    }
}

/// Of what rests on something that has ended, nobody is told, and nothing is served.
fn standing(above: Above, at: &mut Here<'_>) {
    at.must(above.standing != Standing::Ended, Guard::End, "what it rests on has ended");
}

fn closed(own: &mut Case, at: &mut Here<'_>) {
    if own.decision.is_some() {
        at.broken(INV_2, "it was decided already");
    }
    own.finish(Over::Closed);
}

fn noticed(own: &mut Case, above: Above, at: &mut Here<'_>) {
    let Event::NoticeServed {
        facts,
        reasons,
        measures,
        hearing_offered,
        document_sha256,
        service,
        window,
        ..
    } = &at.event.event
    else {
        return;
    };
    at.of_authority(own.proposer.authority);
    if own.notice.is_some() || own.decision.is_some() {
        at.broken(INV_2, "a second notice");
        return;
    }
    standing(above, at);
    at.stated(Guard::Notice, &[("facts", facts), ("reasons", reasons)]);
    at.must(digest_is_stated(document_sha256), Guard::Notice, "there is no notice document");
    at.service(Guard::Notice, service, own.proposed_on);
    at.named(measures);
    let due = measures
        .iter()
        .filter_map(|named| at.rules.measure(&named.measure))
        .any(|entry| entry.hearing);
    at.must(*hearing_offered || !due, Guard::Notice, "a hearing is due and not offered");
    let window_wd = at.most(own.proposed_on, |pack| pack.statement_window_wd);
    // Only from the day on which it stands here can the party answer here.
    at.deadline("the window", *window, at.today, window_wd);
    own.notice = Some(Notice {
        on: service.on,
        from: at.today,
        window: *window,
        hearing_offered: *hearing_offered,
        measures: pairs(measures),
    });
}

/// The last day on which a hearing may be asked for in a case, by when it was opened and its notice
/// recorded.
fn hearing_by(at: &Here<'_>, opened_on: Day, from: Day) -> Day {
    let request_wd = at.most(opened_on, |pack| pack.hearing_request_wd);
    at.rules.calendar.after(from, request_wd).day
}

fn pairs(measures: &[shouxin_core::event::NamedMeasure]) -> Vec<(String, String)> {
    measures.iter().map(|named| (named.measure.clone(), named.department.clone())).collect()
}

/// Who takes something down for a party has the party's own document.
pub(crate) fn brought(
    at: &mut Here<'_>,
    authority: Uscc,
    document: Option<&shouxin_core::text::Digest>,
) {
    at.of_authority(authority);
    let paper = document.is_some_and(digest_is_stated);
    let own = matches!(at.event.actor, Actor::Subject(_));
    at.must(own || paper, Guard::Heard, "an officer's word for what the party said");
}

fn heard(own: &mut Case, at: &mut Here<'_>) {
    let Some(notice) = &own.notice else {
        at.guard(Guard::Notice, "no prior notice was served");
        return;
    };
    let statement = matches!(at.event.event, Event::StatementReceived { .. });
    if own.decision.is_some() || (own.heard.is_some() && !statement) {
        at.broken(INV_2, "the party was heard already");
        return;
    }
    match &at.event.event {
        Event::StatementReceived {
            points: stated,
            hearing_requested: asked,
            received_on,
            document_sha256,
            ..
        } => {
            at.own_matter(own.subject);
            brought(at, own.proposer.authority, document_sha256.as_ref());
            // The party's own key needs no document, and no other day than that of the event.
            let came = match at.event.actor {
                Actor::Subject(_) => at.today,
                _ => *received_on,
            };
            let hearing_by = hearing_by(at, own.proposed_on, notice.from);
            let since = *received_on >= notice.on && *received_on <= at.today;
            let spoke = !stated.is_empty() || !asked;
            let within =
                since && (!spoke || came <= notice.window.day) && (!asked || came <= hearing_by);
            at.must(within, Guard::Heard, "received outside the period for a statement");
            at.must(*asked || !stated.is_empty(), Guard::Heard, "a statement without a point");
            stated.iter().for_each(|point| at.stated(Guard::Heard, &[("points", point)]));
            let before = own.heard.get_or_insert_with(Heard::default);
            before.points += stated.len();
            before.hearing_requested |= *asked;
            before.waived = false;
            return;
        }
        Event::StatementWaived { document_sha256, .. } => {
            at.own_matter(own.subject);
            at.of_authority(own.proposer.authority);
            at.must(digest_is_stated(document_sha256), Guard::Heard, "a waiver not in writing");
        }
        _ => {
            let over = at.today > notice.window.day;
            at.must(over, Guard::Heard, "the period for a statement is not over");
        }
    }
    let waived = matches!(at.event.event, Event::StatementWaived { .. });
    own.heard = Some(Heard { waived, ..Heard::default() });
}

fn decided(own: &mut Case, above: Above, at: &mut Here<'_>) {
    let Event::CaseDecided {
        document_number,
        document_sha256,
        facts,
        reasons,
        answers,
        measures,
        end,
        removal_conditions,
        remedies,
        ..
    } = &at.event.event
    else {
        return;
    };
    if own.decision.is_some() {
        at.broken(INV_3, "a second decision in one case; an extension is a case of its own");
        return;
    }
    at.head_beside(&own.proposer);
    if !own.holds.is_empty() || above.standing == Standing::Suspended {
        at.guard(Guard::NoSuspension, "an objection is open");
    } else if above.standing == Standing::Ended {
        at.guard(Guard::End, "what it rests on has ended");
    }
    at.basis(&own.basis);
    at.named(measures);
    match (&own.notice, &own.heard) {
        (None, _) => at.guard(Guard::Notice, "no prior notice was served"),
        (Some(_), None) => at.guard(Guard::Heard, "the party was not heard"),
        (Some(notice), Some(heard)) => {
            let announced = |named: &(String, String)| notice.measures.contains(named);
            if !pairs(measures).iter().all(announced) {
                at.guard(Guard::Notice, "a measure that the notice did not announce");
            }
            if answers.len() != heard.points {
                let detail = format!("{} points, {} answers", heard.points, answers.len());
                at.guard(Guard::Heard, detail);
            }
            if heard.hearing_requested && notice.hearing_offered && !heard.hearing_held {
                at.guard(Guard::Heard, "the hearing asked for was not held");
            }
            let by = hearing_by(at, own.proposed_on, notice.from);
            let settled = heard.waived || heard.hearing_requested || heard.hearing_held;
            if notice.hearing_offered && !settled && at.today <= by {
                at.guard(Guard::Heard, "a hearing may still be asked for");
            }
        }
    }
    answers.iter().for_each(|answer| at.stated(Guard::Heard, &[("answers", answer)]));
    at.stated(
        Guard::Document,
        &[
            ("facts", facts),
            ("reasons", reasons),
            ("removal_conditions", removal_conditions),
            ("remedies", remedies),
        ],
    );
    at.document(document_number, document_sha256);
    at.must(!above.over, Guard::Fact, "a record on which it rests is over");
    at.must(above.listable, Guard::Published, "nobody is listed for this behaviour any more");
    let latest = own.cap.min(at.today.plus_months(above.months));
    let latest = above.last.map_or(latest, |last| latest.min(last));
    let latest = above.until.map_or(latest, |end| end.min(latest));
    if *end <= at.today || *end > latest {
        at.guard(Guard::End, format!("{end} is past, or later than {latest}"));
    }
    own.decision = Some(Decision {
        on: at.today,
        number: document_number.clone(),
        end: *end,
        measures: pairs(measures),
    });
}

fn served(own: &mut Case, above: Above, case: CaseRef, commit: &mut Commit, at: &mut Here<'_>) {
    let Event::DecisionServed { service, repair_guide_sha256, starts_on, .. } = &at.event.event
    else {
        return;
    };
    let Some(decision) = &own.decision else {
        at.broken(INV_1, "there is no decision to serve");
        return;
    };
    at.of_authority(own.proposer.authority);
    if own.starts_on.is_some() {
        at.broken(INV_2, "it was served already");
        return;
    }
    standing(above, at);
    at.must(above.listable, Guard::Published, "nobody is listed for this behaviour any more");
    let suspended = [above.extended, above.listing].contains(&Standing::Suspended);
    at.must(!suspended, Guard::NoSuspension, "the listing above it is suspended");
    at.service(Guard::Served, service, decision.on);
    at.must(digest_is_stated(repair_guide_sha256), Guard::Served, "without the repair guide");
    if above.last.is_some_and(|last| decision.end > last) {
        at.guard(Guard::End, "a record on which it rests ends before it does");
    }
    if above.until.is_some_and(|until| decision.end > until) {
        at.guard(Guard::End, "a person answers longer than the organisation");
    }
    let standstill_wd = at.most(own.proposed_on, |pack| pack.standstill_wd);
    let standstill = at.rules.calendar.after(at.today, standstill_wd);
    let start = standstill.day.plus_days(1);
    if *starts_on < start {
        let detail = format!("it starts on {starts_on}, the standstill runs to {}", standstill.day);
        at.guard(Guard::Served, detail);
    }
    if decision.end > decision.on.plus_months(above.months) {
        at.guard(Guard::End, "no rule in force lets it last so long");
    }
    if *starts_on > decision.end {
        at.guard(Guard::End, format!("it starts on {starts_on}, after its end {}", decision.end));
    }
    own.starts_on = Some(*starts_on);
    if standstill.provisional {
        commit.beyond(at.at(), Clock::Start(case), standstill);
    }
}

fn took_effect(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    case: CaseRef,
    published: bool,
) {
    let above = standing_above(fold, case, at.today);
    let today = at.today;
    if let Some(own) = fold.case(case) {
        at.capacity(fold, own.subject);
    }
    let Some(own) = fold.case_mut(case) else {
        at.missing(shown(case));
        return;
    };
    at.about(own.subject);
    match (&own.decision, own.starts_on) {
        (None, _) => at.broken(INV_1, "there is no decision"),
        (Some(_), None) => at.guard(Guard::Served, "the decision was not served"),
        (Some(_), Some(starts_on)) if today < starts_on => {
            at.broken(INV_2, format!("the served decision fixes {starts_on}"));
        }
        (Some(decision), Some(_)) if today > decision.end => {
            at.guard(Guard::End, format!("it ended on {}", decision.end));
        }
        _ => {}
    }
    if own.over.is_some() || above == Standing::Ended {
        at.broken(INV_6, "it, or what it rests on, is over");
    } else if !own.holds.is_empty() || above == Standing::Suspended {
        at.guard(Guard::NoSuspension, "it, or what it rests on, is disputed");
    } else if above == Standing::Pending {
        at.broken(INV_1, "what it rests on has no effect yet");
    }
    if own.effect {
        at.broken(INV_2, "it has effect already");
    }
    if published && own.subject.is_personal() {
        at.guard(Guard::Open, "a person's listing is not published");
    }
    own.effect = true;
    own.since = own.starts_on;
    let subject = own.subject;
    if let CaseRef::Listing(id) = case
        && let Some(listing) = fold.listings.get_mut(&id)
    {
        listing.published = published;
        if published {
            fold.tell(Target::Listing(id), at.at());
        }
    }
    if let Some(id) = listing_id(fold, case) {
        commit.list(at.at(), subject, id);
    }
    if let Some(file) = fold.files.get_mut(&subject) {
        file.cases.insert(case);
    }
    commit.touch(subject, at.at());
}

fn ended(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>, case: CaseRef) {
    let red = match case {
        CaseRef::Listing(id) => fold.red(id).map(|own| (own.0, own.1.stage)),
        CaseRef::Attribution(_) => None,
    };
    let (subject, end, was) = match (fold.case(case), red) {
        (Some(own), _) => (own.subject, own.end(), own.over.is_some() && !again(own, at)),
        (None, Some((subject, stage))) => match stage {
            crate::fold::RedStage::Active { until, .. } => (subject, Some(until), false),
            _ => (subject, None, true),
        },
        (None, None) => {
            at.missing(shown(case));
            return;
        }
    };
    at.about(subject);
    if was {
        at.broken(INV_6, "it was over already");
        return;
    }
    let ground = fold.ground_until(case);
    let mut withdrawn = false;
    let over = match (&at.event.event, case) {
        (Event::CaseExpired { .. }, _) => {
            at.after(end.into_iter().chain(ground).min(), "it");
            Over::Expired
        }
        // A person's own repair ends what the person answers for, and nobody else's does.
        (Event::CaseRemoved { repair, .. }, case) => {
            let of = match case {
                CaseRef::Listing(id) => Target::Listing(id),
                CaseRef::Attribution(id) => Target::Attribution(id),
            };
            let falls = commit.ground_is_repaired_by(fold, case, *repair)
                || follows(fold, case, |over| over == Over::Removed(*repair));
            if !commit.repairs(*repair, of) && !falls {
                at.broken(INV_6, format!("no approval of {repair} stands in this commit"));
            }
            Over::Removed(*repair)
        }
        (Event::CaseAnnulled { reasons, .. }, CaseRef::Listing(id)) => {
            let follows = follows(fold, case, |over| over == Over::Annulled);
            if !commit.voids(fold, Target::Listing(id)) && !follows {
                at.broken(INV_6, "no outcome of this commit voids it");
            }
            withdrawn = falls_undisputed(fold, case, at.today);
            if let Some(reasons) = reasons {
                at.stated(Guard::Document, &[("reasons", reasons)]);
            }
            Over::Annulled
        }
        (Event::CaseAnnulled { .. }, CaseRef::Attribution(id)) => {
            withdrawn = falls_undisputed(fold, case, at.today);
            if !commit.voids(fold, Target::Attribution(id)) {
                commit.await_restored(at.at(), id);
                // Nobody found it wrong: its listing comes back without it.
                let ran = |own: &Case| own.own(at.today) != Standing::Ended && !is_disputed(own);
                withdrawn |= fold.case(case).is_some_and(ran);
            }
            Over::Annulled
        }
        _ => {
            at.missing(shown(case));
            return;
        }
    };
    commit.end(fold, at.at(), case, over);
    if let Some(own) = fold.case_mut(case) {
        own.withdrawn = withdrawn;
    }
}

/// What a repair or its date has ended is void all the same, and another repair may end what one has.
fn again(own: &Case, at: &Here<'_>) -> bool {
    match (&at.event.event, own.over) {
        (Event::CaseAnnulled { .. }, over) => {
            matches!(over, Some(Over::Removed(_) | Over::Expired))
        }
        (Event::CaseRemoved { repair, .. }, Some(Over::Removed(by))) => by != *repair,
        _ => false,
    }
}

/// Whether the listing that this one extends ended so.
fn follows(fold: &Fold, case: CaseRef, so: impl Fn(Over) -> bool) -> bool {
    let CaseRef::Listing(id) = case else {
        return false;
    };
    let mut above =
        fold.extended_by(id).into_iter().filter_map(|id| fold.case(CaseRef::Listing(id)));
    above.any(|own| own.over.is_some_and(&so))
}

/// The head of the authority takes its own decision back.
pub(crate) fn revoked(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    case: CaseRef,
    document: (&str, &shouxin_core::text::Digest),
) {
    let Some(own) = fold.case(case) else {
        at.missing(shown(case));
        return;
    };
    at.about(own.subject);
    at.head_of(own.proposer.authority);
    at.must(
        short_text_is_stated(document.0) && digest_is_stated(document.1),
        Guard::Document,
        "number or digest of the document is missing",
    );
    if own.starts_on.is_none() || own.own(at.today) == Standing::Ended {
        at.broken(INV_6, "there is nothing in force to revoke");
    }
    let target = match case {
        CaseRef::Listing(id) => Target::Listing(id),
        CaseRef::Attribution(id) => Target::Attribution(id),
    };
    let withdrawn = !is_disputed(own);
    crate::redress::taken_back(fold, commit, at, target);
    commit.end(fold, at.at(), case, Over::Annulled);
    if let Some(own) = fold.case_mut(case) {
        own.withdrawn = withdrawn;
    }
}
