//! The decision path: propose, notify, hear, decide, serve (domain.md 2.3a and b).
//!
//! Source: domain.md O02, O04, O21, O22, O36, O49, O52, O58, T06.

use std::fmt;

use crate::actor::SubjectKey;
use crate::calendar::Deadline;
use crate::command::Command;
use crate::decide::catalogue::usable;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::paper::{self, Proposal, Proposed};
use crate::decide::{Context, Drafts, Outcome, extension, ground, hearing, listing};
use crate::event::calendar::{CalendarEvent, Clock};
use crate::event::catalogue::EntryKind;
use crate::event::listing::ListingEvent;
use crate::event::{CaseRef, Event, NamedMeasure};
use crate::guard::{Guard, Misfit};
use crate::id::{AttributionId, ListingId, RecordId};
use crate::limits::ATTRIBUTIONS_PER_LISTING_MAX;
use crate::path::{DecisionCase, Path, Standing};
use crate::row::{Key, ListingKind};
use crate::rows::{Rows, Stop};
use crate::rules::{Behaviour, FactKind};
use crate::text::{FactDocument, digest_is_stated};
use crate::time::Day;

pub(super) fn decide(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        Command::ProposeListing { .. } => propose_listing(rows, command, None, context),
        Command::ProposeAttribution { .. } => propose_attribution(rows, command, context),
        Command::ServeNotice { .. } => serve_notice(rows, command, context),
        Command::DecideCase { .. } => decide_case(rows, command, context),
        Command::ServeDecision { .. } => serve_decision(rows, command, context),
        Command::NotDecideCase { case, .. } | Command::DropCase { case, .. } => {
            close(rows, *case, command, context)
        }
        _ => hearing::decide(rows, command, context),
    }
}

/// A case with whose file it stands in.
pub(super) struct Opened<'r> {
    pub(super) of: CaseRef,
    pub(super) subject: SubjectKey,
    pub(super) case: &'r DecisionCase,
    pub(super) listing: ListingId,
    pub(super) behaviour: &'r str,
}

pub(super) fn opened<'r>(rows: &'r Rows, of: CaseRef) -> Result<Opened<'r>, Stop> {
    let (own, listing) = match of {
        CaseRef::Listing(id) => (None, id),
        CaseRef::Attribution(id) => {
            let row = rows.must_attribution(id)?;
            (Some((row.person, &row.case)), row.listing)
        }
    };
    let row = rows.must_listing(listing)?;
    let ListingKind::Black { case: listed, behaviour, .. } = &row.kind else {
        return Ok(misfit(
            Misfit::State,
            format!("{listing} 为红名单 / {listing} is a red listing"),
            "请使用红名单流程 / use the red-list steps",
        )?);
    };
    let (subject, case) = own.unwrap_or((row.subject, listed));
    Ok(Opened { of, subject, case, listing, behaviour })
}

fn known_behaviour<'a>(context: &Context<'a>, id: &str) -> Result<&'a Behaviour, Stop> {
    match context.rules.behaviour(id) {
        Some(behaviour) => Ok(behaviour),
        None => Ok(misfit(
            Misfit::Value,
            format!("目录中没有该行为：{id} / no such behaviour"),
            "请从 /v1/catalogue 选择 B 编号 / choose a B id from /v1/catalogue",
        )?),
    }
}

/// The latest end date a decision on this may have (G-END).
fn cap(context: &Context<'_>, behaviour: &Behaviour) -> Day {
    let pack = context.rules.pack(context.today);
    let months = behaviour.period_months.1.min(pack.black_cap_months);
    // The period runs from the start after service and standstill, which the pack bounds too.
    let allowance = pack.decide_within_wd + pack.serve_within_days + pack.standstill_wd;
    let latest_start = context.rules.calendar.after(context.today, allowance).day;
    latest_start.plus_months(months)
}

/// The most months that a case for a behaviour may last from its decision: what the catalogue says
/// of it, and the version that favours the party. Of a behaviour that left the catalogue nothing is
/// decided or served any more (`still_listed_for`); what is in force has the end that it has.
pub(super) fn months_at_most(behaviour: &str, opened_on: Day, context: &Context<'_>) -> u16 {
    let cap_months = context.rules_of(opened_on).black_cap_months;
    let own = context.rules.behaviour(behaviour);
    own.map_or(cap_months, |own| own.period_months.1.min(cap_months))
}

/// What bounds the end of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    /// The behaviour's longest period, as the proposal counted it.
    Proposal,
    /// So many months from the decision, at most.
    Months(u16),
    /// The listing above.
    Listing(ListingId),
    /// A record on which it rests.
    Record(RecordId),
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Proposal => f.write_str(
                "立案时按该行为的最长期限确定 / the behaviour's longest period, counted when it was proposed",
            ),
            Bound::Months(months) => write!(
                f,
                "自决定之日起最长 {months} 个月 / {months} months from the decision at most"
            ),
            Bound::Listing(id) => {
                write!(f, "所依据的名单 {id} 至该日终止 / the listing {id} ends on that day")
            }
            Bound::Record(id) => write!(
                f,
                "所依据的记录 {id} 的公示期至该日届满 / the publicity of the record {id}, on which it rests, \
                 ends on that day"
            ),
        }
    }
}

/// The cap of the proposal allows for the longest way to the start. A case that was decided sooner
/// has its months from its decision, so that no burden outlasts the behaviour's period (T06).
/// And a person answers no longer than the organisation does (domain.md 2.3b).
fn latest_end(
    rows: &Rows,
    context: &Context<'_>,
    found: &Opened<'_>,
) -> Result<(Day, Bound), Stop> {
    let months = months_at_most(found.behaviour, found.case.proposed_on, context);
    let proposal = (found.case.cap, Bound::Proposal);
    let decision = (context.today.plus_months(months), Bound::Months(months));
    // A listing's own decision is not there yet; what a person answers for was decided before.
    let listing = of_listing(rows, found)?.map(|end| (end, Bound::Listing(found.listing)));
    let record = first_record(rows, found)?.map(|(end, id)| (end, Bound::Record(id)));
    // Nothing lasts longer than what it rests on.
    let others = [Some(decision), listing, record].into_iter().flatten();
    Ok(others.fold(proposal, |own, other| if other.0 < own.0 { other } else { own }))
}

/// The last day of the listing to which a case belongs, once that is served.
fn of_listing(rows: &Rows, found: &Opened<'_>) -> Result<Option<Day>, Stop> {
    Ok(match &rows.must_listing(found.listing)?.kind {
        ListingKind::Black { case, .. } => case.path.served().map(|own| own.decided.decision.end),
        ListingKind::Red(_) => None,
    })
}

/// Of the records on which a case rests, its own and those of the listing above it, the one that ends
/// first.
fn first_record(rows: &Rows, found: &Opened<'_>) -> Result<Option<(Day, RecordId)>, Stop> {
    let above = ground::first_to_end(rows, CaseRef::Listing(found.listing))?;
    Ok(above.into_iter().chain(ground::first_to_end(rows, found.of)?).min())
}

fn decide_by(context: &Context<'_>) -> Deadline {
    context.rules.calendar.after(context.today, context.rules.pack(context.today).decide_within_wd)
}

/// Proposes a listing, by itself or to follow one that it extends.
pub(super) fn propose_listing(
    rows: &Rows,
    command: &Command,
    extends: Option<ListingId>,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let Command::ProposeListing { subject, behaviour, basis, facts, records, act } = command else {
        return Err(Stop::Defect("not a proposal".to_owned()));
    };
    rows.want(
        [Key::Subject(*subject)].into_iter().chain(records.iter().map(|id| Key::Record(*id))),
    )?;
    let human = checks::human(context)?;
    let head = rows.must_subject(*subject)?;
    let behaviour = known_behaviour(context, behaviour)?;
    if !usable(rows, EntryKind::Behaviour, &behaviour.id, true)? {
        refuse::<()>(
            Guard::Published,
            format!("{} 尚未公布或者已废止 / not published yet, or retired", behaviour.id),
            "公布后方可据以认定 / nobody is listed for it before it is published",
        )?;
    }
    if !behaviour.found_by.contains(&human.department.code) {
        refuse::<()>(
            Guard::Competent,
            format!(
                "{}对“{}”无认定职权 / not competent for {}",
                human.department.name_zh, behaviour.name_zh, behaviour.id
            ),
            format!(
                "有权机关：{} / competent: {}",
                behaviour.found_by_note,
                behaviour.found_by.join("、")
            ),
        )?;
    }
    checks::beside_head(&human)?;
    if behaviour.repair.is_none() {
        refuse::<()>(
            Guard::RepairRule,
            format!("{} 没有修复规则 / has no repair rule", behaviour.id),
            "先在目录中明确期限、修复规则和程序（方案五(五)）/ set it in the catalogue first",
        )?;
    }
    checks::basis(context, basis)?;
    checks::listing_basis_rank(context, basis, behaviour)?;
    checks::facts(context, facts, *subject, &behaviour.facts)?;
    checks::capacity(head.capacity, *subject)?;
    checks::room_for_mark(head.marks.len())?;
    stated(Guard::Fact, &[("act", act)])?;
    ground::usable(rows, records, *subject, context.today)?;
    ground::named(rows, facts, records, *subject, context.today)?;
    let proposal = Proposal {
        of: Proposed::Listing { extends },
        subject: *subject,
        listed: (*subject, &behaviour.id),
        facts,
        accepted: &behaviour.facts,
        records,
    };
    let last = paper::proposed_once(rows, &proposal, context.today)?;
    let cap = cap(context, behaviour);
    let cap = last.map_or(cap, |last| last.min(cap));
    let mut drafts = Drafts::new(context);
    let at = drafts.push(
        *subject,
        Event::ListingProposed {
            authority: human.reference.authority,
            behaviour: behaviour.id.clone(),
            basis: basis.clone(),
            facts: facts.clone(),
            records: records.clone(),
            act: act.clone(),
            decide_by: decide_by(context),
            cap,
        },
    );
    // The listing keeps this rule whatever the catalogue says later to its harm.
    if let Some(rule) = behaviour.repair.as_ref().filter(|rule| rule.barred_by.is_none()) {
        let (listing, min_months) = (ListingId(at), rule.min_months);
        let event = ListingEvent::RepairRuleKept { listing, min_months };
        drafts.push(*subject, Event::Listing(event));
    }
    drafts.finish()
}

fn propose_attribution(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let Command::ProposeAttribution {
        listing,
        person,
        role,
        basis,
        facts,
        records,
        finding,
        office_from,
        office_to,
        acted_on,
    } = command
    else {
        return Err(Stop::Defect("not a proposal".to_owned()));
    };
    rows.want([Key::Listing(*listing), Key::Subject(*person)])?;
    let human = checks::human(context)?;
    let found = opened(rows, CaseRef::Listing(*listing))?;
    let head = rows.must_subject(*person)?;
    let under = &rows.must_listing(*listing)?.attributions;
    let attributions = under.len();
    rows.want(under.iter().map(|id| Key::Attribution(*id)))?;
    if found.case.proposed_by.authority != human.reference.authority {
        refuse::<()>(
            Guard::Competent,
            "归责由认定单位名单的机关提出 / only the authority that listed the organisation proposes it",
            "请由该机关办理 / ask that authority",
        )?;
    }
    checks::beside_head(&human)?;
    if !person.is_person() || found.subject.is_person() {
        misfit::<()>(
            Misfit::Value,
            "归责对象须为自然人，且名单主体须为单位 / a person of a listed organisation is needed",
            "请核对对象 / check whom it is about",
        )?;
    }
    if rows.listing_standing(*listing, context.today)? != Standing::InForce {
        refuse::<()>(
            Guard::NoSuspension,
            "单位名单未生效、已暂停或已终止 / the listing is not in force",
            "单位名单生效期间方可归责 / only while the listing is in force",
        )?;
    }
    if attributions >= ATTRIBUTIONS_PER_LISTING_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!("一个名单归责上限 {ATTRIBUTIONS_PER_LISTING_MAX} 人 / too many persons"),
            "请另案处理 / use another case",
        )?;
    }
    let behaviour = known_behaviour(context, found.behaviour)?;
    checks::basis(context, basis)?;
    checks::listing_basis_rank(context, basis, behaviour)?;
    let any = [FactKind::Judgment, FactKind::PenaltyDecision, FactKind::AdministrativeDecision];
    checks::facts(context, facts, *person, &any)?;
    checks::capacity(head.capacity, *person)?;
    checks::room_for_mark(head.marks.len())?;
    stated(Guard::Person, &[("finding", finding)])?;
    in_office(context, (*office_from, *office_to), *acted_on, facts, *person)?;
    ground::usable(rows, records, *person, context.today)?;
    ground::named(rows, facts, records, *person, context.today)?;
    for id in under {
        let own = rows.must_attribution(*id)?;
        if own.person == *person && own.case.standing(context.today) != Standing::Ended {
            misfit::<()>(
                Misfit::Exists,
                format!("该人员在此名单下已有责任认定 {id} / {id} is open for the same person"),
                "请在原案件中办理 / go on with that case",
            )?;
        }
    }
    let proposal = Proposal {
        of: Proposed::Attribution { under: *listing },
        subject: *person,
        listed: (found.subject, found.behaviour),
        facts,
        accepted: &any,
        records,
    };
    let last = paper::proposed_once(rows, &proposal, context.today)?;
    let cap = cap(context, behaviour);
    let cap = last.map_or(cap, |last| last.min(cap));
    let mut drafts = Drafts::new(context);
    let at = drafts.push(
        *person,
        Event::AttributionProposed {
            listing: *listing,
            authority: human.reference.authority,
            role: *role,
            basis: basis.clone(),
            facts: facts.clone(),
            finding: finding.clone(),
            decide_by: decide_by(context),
            cap,
            office_from: *office_from,
            office_to: *office_to,
            acted_on: *acted_on,
        },
    );
    if !records.is_empty() {
        let (attribution, records) = (AttributionId(at), records.clone());
        let event = ListingEvent::RecordsNamed { attribution, records };
        drafts.push(*person, Event::Listing(event));
    }
    drafts.finish()
}

/// The person was in office on the day of the act, and a document about the person is no older
/// than the act it establishes (domain.md 2.3b).
fn in_office(
    context: &Context<'_>,
    (from, to): (Day, Option<Day>),
    acted_on: Day,
    facts: &[FactDocument],
    person: SubjectKey,
) -> Result<(), Stop> {
    let last = to.unwrap_or(context.today).min(context.today);
    if acted_on < from || acted_on > last {
        refuse::<()>(
            Guard::Person,
            format!(
                "行为日 {acted_on} 不在任职期间 {from} 至 {last} / outside the period in office"
            ),
            "仅就任职期间的行为归责 / a person answers for what was done in office",
        )
        .map_err(|refusal| refusal.on("acted_on"))?;
    }
    if !facts.iter().any(|own| own.about == person && acted_on <= own.date) {
        refuse::<()>(
            Guard::Person,
            format!("认定本人责任的文书均早于行为日 {acted_on} / every document is older than the act"),
            "请核对行为日，或附认定该行为的文书 / check the day, or attach the document that finds it",
        )
        .map_err(|refusal| refusal.on("acted_on"))?;
    }
    Ok(())
}

/// An officer of the authority that handles the case.
pub(super) fn handling<'a>(
    context: &Context<'a>,
    case: &DecisionCase,
) -> Result<checks::Human<'a>, Stop> {
    let human = checks::human(context)?;
    if human.reference.authority != case.proposed_by.authority {
        refuse::<()>(
            Guard::Competent,
            "该案由其他机关办理 / another authority handles the case",
            "请由办案机关办理 / ask that authority",
        )?;
    }
    Ok(human)
}

fn serve_notice(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::ServeNotice {
        case,
        facts,
        reasons,
        measures,
        hearing_offered,
        rights_stated,
        document_sha256,
        service,
    } = command
    else {
        return Err(Stop::Defect("not a notice".to_owned()));
    };
    let found = opened(rows, *case)?;
    handling(context, found.case)?;
    let Path::Proposed(_) = &found.case.path else {
        return Ok(wrong_state("案件 / case", found.case.path.name(), "proposed")?);
    };
    ground_stands(rows, &found, context)?;
    stated(Guard::Notice, &[("facts", facts), ("reasons", reasons)])?;
    if !rights_stated || !digest_is_stated(document_sha256) {
        refuse::<()>(
            Guard::Notice,
            "告知书未载明陈述、申辩、异议等权利，或缺少文书 / rights are not stated, or no document",
            "告知书须载明事实、理由、依据、拟采取措施和权利 / state facts, reasons, basis, measures, rights",
        )?;
    }
    // Nobody is told of what was not proposed yet.
    checks::service(context, Guard::Notice, service, found.case.proposed_on)?;
    checks::named_measures(rows, context, measures, (found.subject, found.behaviour))?;
    if !hearing_offered && needs_hearing(context, measures) {
        refuse::<()>(
            Guard::Notice,
            "拟采取的措施须告知听证权利 / a hearing must be offered for these measures",
            "请在告知书中载明听证权利 / offer the hearing in the notice",
        )?;
    }
    let window_wd = context.rules_of(found.case.proposed_on).statement_window_wd;
    let mut drafts = Drafts::new(context);
    drafts.push(
        found.subject,
        Event::NoticeServed {
            case: *case,
            facts: facts.clone(),
            reasons: reasons.clone(),
            measures: measures.clone(),
            hearing_offered: *hearing_offered,
            document_sha256: *document_sha256,
            service: service.clone(),
            // It begins here: an earlier day of service would have let the period pass unseen.
            window: context.rules.calendar.after(context.today, window_wd),
        },
    );
    drafts.finish()
}

fn needs_hearing(context: &Context<'_>, measures: &[NamedMeasure]) -> bool {
    measures
        .iter()
        .filter_map(|named| context.rules.measure(&named.measure))
        .any(|measure| measure.hearing)
}

fn decide_case(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::DecideCase {
        case,
        document_number,
        document_sha256,
        facts,
        reasons,
        answers,
        measures,
        end,
        removal_conditions,
        remedies,
    } = command
    else {
        return Err(Stop::Defect("not a decision".to_owned()));
    };
    let found = opened(rows, *case)?;
    checks::deciding_head(context, &found.case.proposed_by)?;
    let heard = may_decide(rows, &found, context)?;
    hearing::answered(found.case.proposed_on, heard, answers.len(), context)?;
    answers.iter().try_for_each(|answer| stated(Guard::Heard, &[("answers", answer)]))?;
    checks::named_measures(rows, context, measures, (found.subject, found.behaviour))?;
    let announced = |named: &NamedMeasure| {
        heard.notice.measures.iter().any(|(measure, department)| {
            *measure == named.measure && *department == named.department
        })
    };
    if let Some(new) = measures.iter().find(|named| !announced(named)) {
        refuse::<()>(
            Guard::Notice,
            format!(
                "告知书未载明措施 {} / the notice did not announce {}",
                new.measure, new.measure
            ),
            "不得加重：仅可决定已告知的措施 / decide only what was announced",
        )?;
    }
    stated(
        Guard::Document,
        &[
            ("facts", facts),
            ("reasons", reasons),
            ("removal_conditions", removal_conditions),
            ("remedies", remedies),
        ],
    )?;
    checks::document(document_number, document_sha256)?;
    let (cap, bound) = latest_end(rows, context, &found)?;
    if *end <= context.today || *end > cap {
        refuse::<()>(
            Guard::End,
            format!(
                "终止日期 {end} 须晚于当日且不迟于 {cap}：{bound} / the end is after today and no later than \
                 {cap}"
            ),
            match cap > context.today {
                true => format!("请选择不迟于 {cap} 的日期 / choose a day up to {cap}"),
                false => "已无可选日期，请撤回该案 / no day is left: drop the case".to_owned(),
            },
        )?;
    }
    let mut drafts = Drafts::new(context);
    drafts.push(
        found.subject,
        Event::CaseDecided {
            case: *case,
            document_number: document_number.clone(),
            document_sha256: *document_sha256,
            facts: facts.clone(),
            reasons: reasons.clone(),
            answers: answers.clone(),
            measures: measures.clone(),
            end: *end,
            removal_conditions: removal_conditions.clone(),
            remedies: remedies.clone(),
        },
    );
    rows.want([Key::Subject(found.subject)])?;
    listing::owe_revocation(rows, context, &mut drafts, found.subject, found.listing)?;
    drafts.finish()
}

/// What is over is no ground any more: its sharing and its use have ended (domain.md 4.4).
fn records_are_grounds(rows: &Rows, found: &Opened<'_>, context: &Context<'_>) -> Result<(), Stop> {
    let above = ground::records_of(rows, CaseRef::Listing(found.listing))?;
    for id in above.iter().chain(ground::records_of(rows, found.of)?) {
        if !rows.must_record(*id)?.is_live(context.today) {
            refuse::<()>(
                Guard::Fact,
                format!("所依据的记录 {id} 已经终止 / {id}, on which it rests, is over"),
                "不得再作出或送达决定，请撤回该案 / nothing can be decided or served on it: drop the case",
            )?;
        }
    }
    Ok(())
}

/// A behaviour that left the catalogue since the proposal, or was retired, is no ground to list
/// anybody any more, nor for what a person answers for under such a listing (INV-11): the later
/// catalogue favours the party (design.md 6).
fn still_listed_for(rows: &Rows, found: &Opened<'_>, context: &Context<'_>) -> Result<(), Stop> {
    let behaviour = found.behaviour;
    // Whoever has lost full capacity since is neither decided about nor served (domain.md 2.0).
    checks::capacity(rows.must_subject(found.subject)?.capacity, found.subject)?;
    let loaded = context.rules.behaviour(behaviour).is_some();
    if !usable(rows, EntryKind::Behaviour, behaviour, loaded)? {
        refuse::<()>(
            Guard::Published,
            format!("{behaviour} 已不在公布的目录中 / not in the published catalogue any more"),
            "不得再据以决定或送达，请撤回该案 / nothing can be decided or served for it: drop the case",
        )?;
    }
    Ok(())
}

/// How a case stands, under everything that it rests on.
fn standing(rows: &Rows, found: &Opened<'_>, context: &Context<'_>) -> Result<Standing, Stop> {
    match found.of {
        CaseRef::Listing(id) => rows.listing_standing(id, context.today),
        CaseRef::Attribution(id) => rows.attribution_standing(id, context.today),
    }
}

/// A person answers only for a listing that still stands (domain.md 2.3b): under one that has
/// ended nobody is told, decided about or served any more. The same of a record below.
fn ground_stands(rows: &Rows, found: &Opened<'_>, context: &Context<'_>) -> Result<(), Stop> {
    if standing(rows, found, context)? == Standing::Ended {
        refuse::<()>(
            Guard::End,
            "所依据的名单或记录已终止 / the listing or record it rests on has ended",
            "不得再告知、决定或送达，请撤回该案 / nothing can be told, decided or served on it: drop the case",
        )?;
    }
    Ok(())
}

/// The party has been heard, and nothing is disputed: only then may the head decide.
fn may_decide<'r>(
    rows: &Rows,
    found: &Opened<'r>,
    context: &Context<'_>,
) -> Result<&'r crate::path::Heard, Stop> {
    let case = found.case;
    let suspended = standing(rows, found, context)? == Standing::Suspended;
    if !case.holds.is_empty() || suspended {
        refuse::<()>(
            Guard::NoSuspension,
            "对该案或其所依据事项的异议尚未有结论 / an objection to the case, or to what it rests on, is open",
            "待异议有结论后再决定 / wait for the outcome",
        )?;
    }
    // What the proposal rests on may have been repealed since; a decision needs it in force.
    checks::basis(context, &case.basis)?;
    still_listed_for(rows, found, context)?;
    records_are_grounds(rows, found, context)?;
    match &case.path {
        Path::Heard(heard) => {
            ground_stands(rows, found, context)?;
            Ok(heard)
        }
        Path::Proposed(_) => Ok(refuse(
            Guard::Notice,
            "尚未送达事先告知书 / no prior notice was served",
            "先送达告知书并听取陈述 / serve the notice and hear the party first",
        )?),
        Path::Noticed(noticed) => Ok(refuse(
            Guard::Heard,
            format!(
                "陈述期至 {} / the period for a statement runs to that day",
                noticed.notice.window.day
            ),
            "待陈述、书面放弃或期满 / wait for a statement, a waiver or the end of the period",
        )?),
        path => Ok(wrong_state("案件 / case", path.name(), "heard")?),
    }
}

fn close(
    rows: &Rows,
    case: CaseRef,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let found = opened(rows, case)?;
    let event = match command {
        Command::NotDecideCase { reasons, .. } => {
            checks::deciding_head(context, &found.case.proposed_by)?;
            stated(Guard::Document, &[("reasons", reasons)])?;
            Event::CaseNotDecided { case, reasons: reasons.clone() }
        }
        // A decision that was never served has had no effect; the head takes it off the books.
        Command::DropCase { reasons, .. } if matches!(found.case.path, Path::Decided(_)) => {
            checks::relieving_head(context, found.case.proposed_by.authority)?;
            stated(Guard::Document, &[("reasons", reasons)])?;
            let mut drafts = Drafts::new(context);
            let event = Event::CaseDropped { case, reasons: reasons.clone() };
            drafts.push(found.subject, event);
            return drafts.finish();
        }
        Command::DropCase { reasons, .. } => {
            handling(context, found.case)?;
            stated(Guard::Document, &[("reasons", reasons)])?;
            Event::CaseDropped { case, reasons: reasons.clone() }
        }
        _ => return Err(Stop::Defect("not an end of a case".to_owned())),
    };
    if !matches!(found.case.path, Path::Proposed(_) | Path::Noticed(_) | Path::Heard(_)) {
        return Ok(wrong_state(
            "案件 / case",
            found.case.path.name(),
            "proposed, noticed or heard",
        )?);
    }
    let mut drafts = Drafts::new(context);
    drafts.push(found.subject, event);
    drafts.finish()
}

fn serve_decision(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::ServeDecision { case, service, repair_guide_sha256 } = command else {
        return Err(Stop::Defect("not a service".to_owned()));
    };
    let found = opened(rows, *case)?;
    handling(context, found.case)?;
    let Path::Decided(decided) = &found.case.path else {
        return Ok(wrong_state("案件 / case", found.case.path.name(), "decided")?);
    };
    still_listed_for(rows, &found, context)?;
    records_are_grounds(rows, &found, context)?;
    ground_stands(rows, &found, context)?;
    extension::may_be_served(rows, found.of, context.today)?;
    checks::service(context, Guard::Served, service, decided.decision.on)?;
    if !digest_is_stated(repair_guide_sha256) {
        refuse::<()>(
            Guard::Served,
            "未同时送达修复告知书 / served without the repair guide",
            "决定书与信用修复告知书同时送达（两书同达）/ serve both together",
        )?;
    }
    // A correction may have brought the end of its ground forward since the decision.
    if let Some((last, id)) = first_record(rows, &found)?
        && decided.decision.end > last
    {
        refuse::<()>(
            Guard::End,
            format!(
                "所依据的记录 {id} 至 {last} 终止，先于该决定 / {id}, on which it rests, ends on {last}, \
                 before it does"
            ),
            "请由负责人撤回，另行作出决定 / the head drops it, and decides anew",
        )?;
    }
    // The listing may have been shortened since: a person answers no longer than the organisation.
    if let (CaseRef::Attribution(_), Some(last)) = (found.of, of_listing(rows, &found)?)
        && decided.decision.end > last
    {
        let id = found.listing;
        refuse::<()>(
            Guard::End,
            format!(
                "所依据的名单 {id} 至 {last} 终止，先于该决定 / the listing {id} ends on {last}, before it does"
            ),
            "请由负责人撤回，另行作出决定 / the head drops it, and decides anew",
        )?;
    }
    let pack = context.rules_of(found.case.proposed_on);
    // A version or a catalogue that has come into force since the decision may allow less.
    let months = months_at_most(found.behaviour, found.case.proposed_on, context);
    let latest = decided.decision.on.plus_months(months);
    if decided.decision.end > latest {
        refuse::<()>(
            Guard::End,
            format!("现行上限为 {latest} / nothing lasts beyond that day any more"),
            "请由负责人撤回，另行作出决定 / the head drops it, and decides anew",
        )?;
    }
    // The party has these days to turn to somebody, and only from here on can it do so here.
    let standstill = context.rules.calendar.after(context.today, pack.standstill_wd);
    let starts_on = standstill.day.plus_days(1);
    if starts_on > decided.decision.end {
        refuse::<()>(
            Guard::End,
            format!(
                "起始日 {starts_on} 晚于终止日 {} / it would start after its end",
                decided.decision.end
            ),
            "请重新作出决定 / decide anew",
        )?;
    }
    let mut drafts = Drafts::new(context);
    drafts.push(
        found.subject,
        Event::DecisionServed {
            case: *case,
            service: service.clone(),
            repair_guide_sha256: *repair_guide_sha256,
            starts_on,
        },
    );
    if standstill.provisional {
        let clock = Clock::Start(*case);
        let event = CalendarEvent::Provisional { clock, deadline: standstill };
        drafts.push(found.subject, Event::Calendar(event));
    }
    drafts.finish()
}
