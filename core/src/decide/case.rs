//! The decision path: propose, notify, hear, decide, serve (domain.md 2.3a and b).
//!
//! Source: domain.md O02, O04, O21, O22, O36, O49, O52, O58, T06.

use crate::actor::SubjectKey;
use crate::calendar::Deadline;
use crate::command::Command;
use crate::decide::catalogue::usable;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::catalogue::EntryKind;
use crate::event::{CaseRef, Event, NamedMeasure};
use crate::guard::{Guard, Misfit};
use crate::id::{ListingId, RecordId};
use crate::limits::{
    ATTRIBUTIONS_PER_LISTING_MAX, LISTINGS_PER_RECORD_MAX, RECORDS_PER_LISTING_MAX,
};
use crate::path::{DecisionCase, Hearing, Path, Standing};
use crate::row::{Key, ListingKind, RecordState};
use crate::rows::{Rows, Stop};
use crate::rules::{Behaviour, FactKind, Polarity};
use crate::text::digest_is_stated;

pub(super) fn decide(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        Command::ProposeListing { .. } => propose_listing(rows, command, context),
        Command::ProposeAttribution { .. } => propose_attribution(rows, command, context),
        Command::ServeNotice { .. } => serve_notice(rows, command, context),
        Command::DecideCase { .. } => decide_case(rows, command, context),
        Command::ServeDecision { .. } => serve_decision(rows, command, context),
        Command::NotDecideCase { case, .. } | Command::DropCase { case, .. } => {
            close(rows, *case, command, context)
        }
        _ => hear(rows, command, context),
    }
}

/// A case with whose file it stands in.
pub(super) struct Opened<'r> {
    pub(super) subject: SubjectKey,
    pub(super) case: &'r DecisionCase,
    pub(super) listing: ListingId,
    pub(super) behaviour: &'r str,
}

pub(super) fn opened<'r>(rows: &'r Rows, case: CaseRef) -> Result<Opened<'r>, Stop> {
    let (own, listing) = match case {
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
    Ok(Opened { subject, case, listing, behaviour })
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
fn cap(context: &Context<'_>, behaviour: &Behaviour) -> crate::time::Day {
    let pack = context.rules.pack(context.today);
    let months = behaviour.period_months.1.min(pack.black_cap_months);
    // The period runs from the start after service and standstill, which the pack bounds too.
    let allowance = pack.decide_within_wd + pack.serve_within_days + pack.standstill_wd;
    let latest_start = context.rules.calendar.after(context.today, allowance).day;
    latest_start.plus_months(months)
}

/// The cap of the proposal allows for the longest way to the start. A case that was decided sooner
/// has its months from its decision, so that no burden outlasts the behaviour's period (T06).
fn latest_end(context: &Context<'_>, found: &Opened<'_>) -> crate::time::Day {
    let pack = context.rules.pack(context.today);
    let own = context.rules.behaviour(found.behaviour).map(|own| own.period_months.1);
    let months = own.unwrap_or(pack.black_cap_months).min(pack.black_cap_months);
    found.case.cap.min(context.today.plus_months(months))
}

fn decide_by(context: &Context<'_>) -> Deadline {
    context.rules.calendar.after(context.today, context.rules.pack(context.today).decide_within_wd)
}

fn propose_listing(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
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
    capacity(head.capacity, *subject)?;
    checks::room_for_mark(head.marks.len())?;
    stated(Guard::Fact, &[("act", act)])?;
    resting_records(rows, records, *subject)?;
    proposed_once(rows, records, &behaviour.id, context.today)?;
    let mut drafts = Drafts::new(context);
    drafts.push(
        *subject,
        Event::ListingProposed {
            authority: human.reference.authority,
            behaviour: behaviour.id.clone(),
            basis: basis.clone(),
            facts: facts.clone(),
            records: records.clone(),
            act: act.clone(),
            decide_by: decide_by(context),
            cap: cap(context, behaviour),
        },
    );
    drafts.finish()
}

fn capacity(found: Option<crate::event::Capacity>, subject: SubjectKey) -> Result<(), Stop> {
    if subject.is_person() && found != Some(crate::event::Capacity::Full) {
        refuse::<()>(
            Guard::Capacity,
            "该自然人不具有完全民事行为能力 / the person has no full civil capacity",
            "不得对其列入名单或归责 / nothing may be decided against them",
        )?;
    }
    Ok(())
}

/// One proposal at a time on one record, for one behaviour: a second would have the party answer
/// twice for one thing.
fn proposed_once(
    rows: &Rows,
    records: &[RecordId],
    behaviour: &str,
    today: crate::time::Day,
) -> Result<(), Stop> {
    let mut listings = Vec::new();
    for id in records {
        listings.extend(rows.must_record(*id)?.listings.iter().copied());
    }
    rows.want(listings.iter().map(|id| Key::Listing(*id)))?;
    for id in listings {
        let ListingKind::Black { behaviour: own, case, .. } = &rows.must_listing(id)?.kind else {
            continue;
        };
        if own != behaviour || rows.listing_standing(id, today)? == Standing::Ended {
            continue;
        }
        if let Path::Effective(_) = case.path {
            misfit::<()>(
                Misfit::Exists,
                format!("同一记录和行为已列入名单 {id} / {id} is in force on the same record"),
                "需要延长的，请用 /v1/listings/{id}/extend / extend it where the law says so",
            )?;
        }
        misfit::<()>(
            Misfit::Exists,
            format!("同一记录和行为已有未结案件 {id} / {id} is open on the same record"),
            "请在原案件中办理 / go on with that case",
        )?;
    }
    Ok(())
}

fn resting_records(rows: &Rows, records: &[RecordId], subject: SubjectKey) -> Result<(), Stop> {
    if records.len() > RECORDS_PER_LISTING_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!(
                "所依据记录上限 {RECORDS_PER_LISTING_MAX} 条 / at most {RECORDS_PER_LISTING_MAX} records"
            ),
            "请只列直接依据 / name only what it directly rests on",
        )?;
    }
    for (place, id) in records.iter().enumerate() {
        if records.iter().take(place).any(|other| other == id) {
            misfit::<()>(
                Misfit::Value,
                format!("{id} 重复引用 / {id} is named twice"),
                "每条记录只列一次 / name each record once",
            )?;
        }
        let record = rows.must_record(*id)?;
        let usable = record.subject == subject
            && record.polarity == Polarity::Adverse
            && record.state == RecordState::Accepted;
        if !usable {
            refuse::<()>(
                Guard::Fact,
                format!(
                    "{id} 不是该主体有效的不良记录 / not a live adverse record of this subject"
                ),
                "请引用该主体现行有效的不良记录 / cite a live adverse record of the subject",
            )?;
        }
        if !record.holds.is_empty() {
            refuse::<()>(
                Guard::NoSuspension,
                format!("{id} 正在异议核实 / an objection to {id} is open"),
                "待异议有结论后再提出 / wait for the outcome",
            )?;
        }
        if record.listings.len() >= LISTINGS_PER_RECORD_MAX {
            misfit::<()>(
                Misfit::Limit,
                format!(
                    "{id} 已被 {LISTINGS_PER_RECORD_MAX} 个名单引用 / too many listings rest on it"
                ),
                "请引用其他记录 / cite another record",
            )?;
        }
    }
    Ok(())
}

fn propose_attribution(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let Command::ProposeAttribution { listing, person, role, basis, facts, finding } = command
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
    capacity(head.capacity, *person)?;
    checks::room_for_mark(head.marks.len())?;
    stated(Guard::Person, &[("finding", finding)])?;
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
    let mut drafts = Drafts::new(context);
    drafts.push(
        *person,
        Event::AttributionProposed {
            listing: *listing,
            authority: human.reference.authority,
            role: *role,
            basis: basis.clone(),
            facts: facts.clone(),
            finding: finding.clone(),
            decide_by: decide_by(context),
            cap: cap(context, behaviour),
        },
    );
    drafts.finish()
}

/// An officer of the authority that handles the case.
fn handling<'a>(context: &Context<'a>, case: &DecisionCase) -> Result<checks::Human<'a>, Stop> {
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
    stated(Guard::Notice, &[("facts", facts), ("reasons", reasons)])?;
    if !rights_stated || !digest_is_stated(document_sha256) {
        refuse::<()>(
            Guard::Notice,
            "告知书未载明陈述、申辩、异议等权利，或缺少文书 / rights are not stated, or no document",
            "告知书须载明事实、理由、依据、拟采取措施和权利 / state facts, reasons, basis, measures, rights",
        )?;
    }
    checks::service(context, Guard::Notice, service)?;
    // An earlier day would let the period for a statement pass before the case was there.
    if service.on < found.case.proposed_on {
        refuse::<()>(
            Guard::Notice,
            format!("告知早于立案日 {} / served before the proposal", found.case.proposed_on),
            "请在立案后送达告知书 / serve the notice after the proposal",
        )?;
    }
    checks::named_measures(rows, context, measures)?;
    if !hearing_offered && needs_hearing(context, measures) {
        refuse::<()>(
            Guard::Notice,
            "拟采取的措施须告知听证权利 / a hearing must be offered for these measures",
            "请在告知书中载明听证权利 / offer the hearing in the notice",
        )?;
    }
    let window_wd = context.rules.pack(context.today).statement_window_wd;
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
            window: context.rules.calendar.after(service.on, window_wd),
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

fn hear(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let (case, event) = match command {
        Command::ReceiveStatement { case, points, hearing_requested, received_on } => {
            let event = Event::StatementReceived {
                case: *case,
                points: points.clone(),
                hearing_requested: *hearing_requested,
                received_on: *received_on,
            };
            (*case, event)
        }
        Command::WaiveStatement { case, document_sha256 } => {
            (*case, Event::StatementWaived { case: *case, document_sha256: *document_sha256 })
        }
        Command::HoldHearing { case, record_sha256, summary } => {
            let event = Event::HearingHeld {
                case: *case,
                record_sha256: *record_sha256,
                summary: summary.clone(),
            };
            (*case, event)
        }
        _ => return Err(Stop::Defect("not a hearing step".to_owned())),
    };
    let found = opened(rows, case)?;
    let by_subject = *context.actor == crate::actor::Actor::Subject(found.subject);
    if !by_subject {
        let human = handling(context, found.case)?;
        let own_case = human.reference == found.case.proposed_by;
        if matches!(event, Event::HearingHeld { .. }) && own_case {
            refuse::<()>(
                Guard::FourEyes,
                "听证不得由本案经办人主持 / the proposer may not hold the hearing",
                "请由非本案人员主持 / another officer holds it",
            )?;
        }
    }
    check_hearing(&found, &event, by_subject, context)?;
    let mut drafts = Drafts::new(context);
    drafts.push(found.subject, event);
    drafts.finish()
}

fn check_hearing(
    found: &Opened<'_>,
    event: &Event,
    by_subject: bool,
    context: &Context<'_>,
) -> Result<(), Stop> {
    let state = found.case.path.name();
    match (event, &found.case.path) {
        (Event::StatementReceived { points, received_on, .. }, Path::Noticed(noticed)) => {
            checks::points(points)?;
            checks::received_within(context, noticed.notice.window, *received_on)?;
            Ok(())
        }
        (Event::StatementWaived { document_sha256, .. }, Path::Noticed(_)) => {
            if !digest_is_stated(document_sha256) {
                refuse::<()>(
                    Guard::Heard,
                    "放弃陈述须有书面文件 / a waiver must be in writing",
                    "请附书面放弃声明 / attach it",
                )?;
            }
            Ok(())
        }
        (Event::HearingHeld { record_sha256, summary, .. }, Path::Heard(heard)) if !by_subject => {
            stated(Guard::Heard, &[("summary", summary)])?;
            if !digest_is_stated(record_sha256) || heard.party.hearing.is_some() {
                misfit::<()>(
                    Misfit::State,
                    "缺少听证笔录，或已听证 / no record, or held already",
                    "请附听证笔录 / attach the record of the hearing",
                )?;
            }
            Ok(())
        }
        (Event::HearingHeld { .. }, _) => Ok(wrong_state("案件 / case", state, "heard")?),
        _ if matches!(found.case.path, Path::Proposed(_)) => Ok(refuse(
            Guard::Notice,
            "尚未送达事先告知书 / no prior notice was served",
            "先送达告知书 / serve the notice first",
        )?),
        _ => Ok(wrong_state("案件 / case", state, "noticed")?),
    }
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
    answered(heard, answers.len())?;
    answers.iter().try_for_each(|answer| stated(Guard::Heard, &[("answers", answer)]))?;
    checks::named_measures(rows, context, measures)?;
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
    let cap = latest_end(context, &found);
    if *end <= context.today || *end > cap {
        refuse::<()>(
            Guard::End,
            format!("终止日期 {end} 须晚于当日且不迟于 {cap} / end date out of range"),
            format!("请选择不迟于 {cap} 的日期 / choose a day up to the cap"),
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
    drafts.finish()
}

/// The party has been heard, and nothing is disputed: only then may the head decide.
fn may_decide<'r>(
    rows: &Rows,
    found: &Opened<'r>,
    context: &Context<'_>,
) -> Result<&'r crate::path::Heard, Stop> {
    let case = found.case;
    let parents = rows.listing_standing(found.listing, context.today)?;
    if !case.holds.is_empty() || parents == Standing::Suspended {
        refuse::<()>(
            Guard::NoSuspension,
            "对该案或其所依据事项的异议尚未有结论 / an objection to the case, or to what it rests on, is open",
            "待异议有结论后再决定 / wait for the outcome",
        )?;
    }
    // What the proposal rests on may have been repealed since; a decision needs it in force.
    checks::basis(context, &case.basis)?;
    // What was repaired is no ground any more: its sharing and its use have ended (domain.md 4.4).
    if let ListingKind::Black { records, .. } = &rows.must_listing(found.listing)?.kind {
        for id in records {
            if rows.must_record(*id)?.state == RecordState::Repaired {
                refuse::<()>(
                    Guard::Fact,
                    format!("所依据的记录 {id} 已经修复 / {id}, on which it rests, was repaired"),
                    "不得再作出决定，请撤回该案 / nothing can be decided on it: drop the case",
                )?;
            }
        }
    }
    match &case.path {
        // A person answers only for a listing that still stands (domain.md 2.3b).
        Path::Heard(_) if parents == Standing::Ended => Ok(refuse(
            Guard::End,
            "所依据的名单已终止 / the listing it rests on has ended",
            "不得再作出决定，请撤回该案 / nothing can be decided on it: drop the case",
        )?),
        Path::Heard(heard) => Ok(heard),
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

/// Each point of a statement has its answer, and a hearing asked for was held (G-HEARD).
fn answered(heard: &crate::path::Heard, answers: usize) -> Result<(), Stop> {
    let (points, requested) = match &heard.party.how {
        Hearing::Statement { points, hearing_requested } => {
            (usize::from(*points), *hearing_requested)
        }
        Hearing::Waived | Hearing::Silent => (0, false),
    };
    if answers != points {
        refuse::<()>(
            Guard::Heard,
            format!("陈述共 {points} 点，答复 {answers} 点 / {points} points, {answers} answers"),
            "请逐点答复 / answer each point",
        )?;
    }
    if requested && heard.notice.hearing_offered && heard.party.hearing.is_none() {
        refuse::<()>(
            Guard::Heard,
            "当事人要求听证，尚未举行 / the hearing asked for was not held",
            "先举行听证 / hold the hearing first",
        )?;
    }
    Ok(())
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
            checks::deciding_head(context, &found.case.proposed_by)?;
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
    checks::service(context, Guard::Served, service)?;
    if service.on < decided.decision.on || !digest_is_stated(repair_guide_sha256) {
        refuse::<()>(
            Guard::Served,
            "送达早于决定，或未同时送达修复告知书 / served before the decision, or without the repair guide",
            "决定书与信用修复告知书同时送达（两书同达）/ serve both together",
        )?;
    }
    let standstill = context.rules.pack(context.today).standstill_wd;
    let starts_on = context.rules.calendar.after(service.on, standstill).day.plus_days(1);
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
    drafts.finish()
}
