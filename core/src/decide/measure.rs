//! Measure cases: initiate, notify, dispatch, accept, execute, feed back (domain.md 2.4).
//!
//! To urge performance (M-M02, O41) is a measure case like any other: a served decision names it,
//! a department that is free to decline accepts it, and its execution is the reminder that this
//! department served. It takes no right away and nothing else follows from it here.
//!
//! Source: domain.md O03, O33..O35, O38, O39, O41, O50..O53, T08.

use crate::command::Command;
use crate::command::measure::MeasureCommand;
use crate::decide::catalogue::published_measure;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::fitting::{an_order, fits, goes_this_way, implemented};
use crate::decide::grounds::{basis_of_measure, court_orders};
use crate::decide::plugin::{by_retired, left_behind};
use crate::decide::sending;
use crate::decide::undo::lifted_late;
use crate::decide::{Context, Drafts, Outcome, again};
use crate::event::assessment::AssessmentEvent;
use crate::event::measure::MeasureEvent;
use crate::event::{CaseHook, Event};
use crate::guard::{Guard, Misfit};
use crate::id::{AttributionId, ListingId, MeasureId};
use crate::path::Standing;
use crate::row::{Key, LetterEnd, ListingKind, MeasureRow, MeasureState, RedState, Remote};
use crate::rows::{Rows, Stop};
use crate::rules::{Citation, Executor, Measure, MeasureNeeds, Strength};
use crate::text::{FactDocument, Sealed, digest_is_stated, short_text_is_stated};
use crate::time::Day;

pub(super) fn decide(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        Command::InitiateMeasure { .. } => initiate(rows, command, context),
        Command::ServeMeasureNotice { .. } => serve_notice(rows, command, context),
        Command::DispatchMeasure { measure } => dispatch(rows, *measure, context),
        Command::AcceptMeasure { measure } => {
            let row = with_parents(rows, *measure)?;
            implementing(context, row)?;
            in_force(rows, row, context.today)?;
            let MeasureState::Dispatched { .. } = row.state else {
                return Ok(wrong_state("措施 / measure", row.state.name(), "dispatched")?);
            };
            one(context, row, Event::MeasureAccepted { measure: *measure })
        }
        Command::DeclineMeasure { .. } => decline(rows, command, context),
        Command::ExecuteMeasure { measure } => execute(rows, *measure, context),
        Command::ConfirmByHand { .. } => by_hand(rows, command, context),
        Command::FileFeedback { .. } => feedback(rows, command, context),
        _ => Err(Stop::Defect("not a measure step".to_owned())),
    }
}

fn one(context: &Context<'_>, row: &MeasureRow, event: Event) -> Result<Outcome, Stop> {
    let mut drafts = Drafts::new(context);
    drafts.push(row.subject, event);
    drafts.finish()
}

/// The case, with everything its standing depends on loaded.
pub(super) fn with_parents(rows: &Rows, id: MeasureId) -> Result<&MeasureRow, Stop> {
    let row = rows.must_measure(id)?;
    let attribution = row.attribution.map(Key::Attribution);
    rows.want([Key::Listing(row.listing)].into_iter().chain(attribution))?;
    Ok(row)
}

/// Refuses unless the case, its listing and its attribution are all in force (G-NOSUSP).
fn in_force(rows: &Rows, row: &MeasureRow, today: Day) -> Result<(), Stop> {
    match rows.measure_standing(row.id, today)? {
        Standing::InForce => Ok(()),
        Standing::Suspended => Ok(refuse(
            Guard::NoSuspension,
            "异议核实期间暂停执行 / suspended while an objection is verified",
            "待异议有结论 / wait for the outcome",
        )?),
        Standing::Pending | Standing::Ended => Ok(refuse(
            Guard::End,
            "所依据的名单或措施已终止 / what it rests on has ended",
            "不得再执行，只能解除 / it can only be lifted",
        )?),
    }
}

fn implementing<'a>(context: &Context<'a>, row: &MeasureRow) -> Result<checks::Human<'a>, Stop> {
    let human = checks::human(context)?;
    if human.department.code != row.department {
        refuse::<()>(
            Guard::Competent,
            format!("该措施由 {} 实施 / implemented by {}", row.department, row.department),
            "请由实施部门工作人员办理 / ask an officer of that department",
        )?;
    }
    Ok(human)
}

/// A measure that is asked for.
pub(super) struct Asked<'a> {
    pub(super) listing: ListingId,
    pub(super) attribution: Option<AttributionId>,
    pub(super) measure: &'a str,
    pub(super) department: &'a str,
    pub(super) basis: &'a [Citation],
    pub(super) reasons: &'a Sealed,
    pub(super) until: Day,
    pub(super) court: Option<&'a FactDocument>,
    /// Who is to take it: the county, a higher authority to which it is forwarded, or an organ to
    /// which the matter is referred.
    pub(super) executor: Executor,
}

/// What a measure rests on, if everything that the law asks for is there.
pub(super) fn allowed(
    rows: &Rows,
    asked: &Asked<'_>,
    context: &Context<'_>,
) -> Result<Parent, Stop> {
    let (measure, department) = (asked.measure, asked.department);
    let twin = Key::CaseOf {
        listing: asked.listing,
        attribution: asked.attribution,
        measure: measure.to_owned(),
        department: department.to_owned(),
    };
    let above = [Key::Listing(asked.listing), twin.clone()];
    rows.want(above.into_iter().chain(asked.attribution.map(Key::Attribution)))?;
    let human = checks::human(context)?;
    let parent = parent(rows, asked.listing, asked.attribution, context)?;
    if !parent.red {
        checks::capacity(rows.must_subject(parent.subject)?.capacity, parent.subject)?;
    }
    if human.reference.authority != parent.authority {
        refuse::<()>(
            Guard::Competent,
            "由名单认定机关发起 / the listing authority initiates",
            "请由该机关办理 / ask that authority",
        )?;
    }
    let Some(entry) = published_measure(rows, context, measure)? else {
        return Ok(refuse(
            Guard::Published,
            format!("{measure} 不在已公布清单 / not in the published catalogue"),
            "请从 /v1/catalogue 选择措施 / choose from /v1/catalogue",
        )?);
    };
    let named = |own: &(String, String)| own.0 == measure && own.1 == department;
    if !parent.red && !parent.named.iter().any(named) {
        refuse::<()>(
            Guard::Named,
            format!(
                "送达的决定未载明 {measure}（{department}）/ the decision names no such measure"
            ),
            "仅可发起决定载明的措施 / only what the served decision names",
        )?;
    }
    entry_allows(context, entry, asked, &parent)?;
    checks::basis(context, asked.basis)?;
    basis_of_measure(context, entry, asked.basis)?;
    stated(Guard::Proportion, &[("reasons", asked.reasons)])?;
    let cap = parent.until.min(context.today.plus_months(entry.max_months));
    if asked.until < context.today || asked.until > cap {
        refuse::<()>(
            Guard::End,
            format!("终止日期须不早于当日且不迟于 {cap} / end date out of range"),
            "不得超过名单终止日和措施最长期限 / within listing and measure",
        )?;
    }
    again::once(rows, &twin, asked.until, context.today)?;
    Ok(parent)
}

fn initiate(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::InitiateMeasure {
        listing,
        attribution,
        measure,
        department,
        basis,
        reasons,
        until,
        court_document,
    } = command
    else {
        return Err(Stop::Defect("not an initiation".to_owned()));
    };
    let asked = Asked {
        listing: *listing,
        attribution: *attribution,
        measure,
        department,
        basis,
        reasons,
        until: *until,
        court: court_document.as_ref(),
        executor: Executor::County,
    };
    let parent = allowed(rows, &asked, context)?;
    let mut drafts = Drafts::new(context);
    drafts.push(
        parent.subject,
        Event::MeasureInitiated {
            listing: *listing,
            attribution: *attribution,
            measure: measure.clone(),
            department: department.clone(),
            basis: basis.clone(),
            reasons: reasons.clone(),
            until: *until,
            court_document: court_document.clone(),
            decision_number: parent.number,
            incentive: parent.red,
        },
    );
    // Who is honoured need not be told first.
    if parent.red {
        drafts.push(None, sending::due(MeasureId(context.next), context));
    }
    drafts.finish()
}

/// What a measure rests on.
pub(super) struct Parent {
    pub(super) subject: crate::actor::SubjectKey,
    authority: crate::identifier::uscc::Uscc,
    pub(super) red: bool,
    /// The day on which its decision first had effect.
    pub(super) since: Day,
    pub(super) behaviour: Option<String>,
    named: Vec<(String, String)>,
    until: Day,
    pub(super) number: String,
}

fn parent(
    rows: &Rows,
    listing: crate::id::ListingId,
    attribution: Option<crate::id::AttributionId>,
    context: &Context<'_>,
) -> Result<Parent, Stop> {
    let row = rows.must_listing(listing)?;
    let standing = match attribution {
        Some(id) => rows.attribution_standing(id, context.today)?,
        None => rows.listing_standing(listing, context.today)?,
    };
    match standing {
        Standing::InForce => {}
        Standing::Suspended => refuse::<()>(
            Guard::NoSuspension,
            "所依据的名单因异议暂停 / suspended while an objection is verified",
            "待异议有结论 / wait for the outcome",
        )?,
        Standing::Pending | Standing::Ended => refuse::<()>(
            Guard::Served,
            "所依据的决定尚未生效或已终止 / what it rests on is not in force",
            "决定送达且静置期满后方可发起 / after service and standstill, before its end",
        )?,
    }
    match (&row.kind, attribution) {
        (ListingKind::Red(red), None) => {
            let RedState::Active { since, until, number, .. } = &red.state else {
                return Err(Stop::Defect("a red listing in force is not active".to_owned()));
            };
            no_black_mark(rows, row.subject, context.today)?;
            Ok(Parent {
                subject: row.subject,
                authority: red.authority,
                red: true,
                since: *since,
                behaviour: None,
                named: Vec::new(),
                until: *until,
                number: number.clone(),
            })
        }
        (ListingKind::Red(_), Some(_)) => Ok(misfit(
            Misfit::Value,
            "红名单没有归责 / a red listing has no attribution",
            "请去掉 attribution / leave it out",
        )?),
        (ListingKind::Black { case, behaviour, .. }, None) => {
            served_parent(row.subject, case, behaviour)
        }
        (ListingKind::Black { behaviour, .. }, Some(id)) => {
            let person = rows.must_attribution(id)?;
            if person.listing != listing {
                misfit::<()>(
                    Misfit::Value,
                    format!("{id} 不属于 {listing} / {id} is not under {listing}"),
                    "请核对编号 / check the ids",
                )?;
            }
            served_parent(person.person, &person.case, behaviour)
        }
    }
}

/// Who is on both lists is given nothing new until the red listing was looked at (domain.md Q11).
fn no_black_mark(rows: &Rows, subject: crate::actor::SubjectKey, today: Day) -> Result<(), Stop> {
    if rows.black_mark(&rows.must_subject(subject)?.marks, today, true)? {
        refuse::<()>(
            Guard::RedCheck,
            "该主体同时在严重失信主体名单中 / the subject is on the black list too",
            "先依法办理红名单撤销 / open the revocation of the red listing first",
        )?;
    }
    Ok(())
}

fn served_parent(
    subject: crate::actor::SubjectKey,
    case: &crate::path::DecisionCase,
    behaviour: &str,
) -> Result<Parent, Stop> {
    let Some(served) = case.path.served() else {
        return Err(Stop::Defect("a case in force was never served".to_owned()));
    };
    let decision = &served.decided.decision;
    Ok(Parent {
        subject,
        authority: case.proposed_by.authority,
        red: false,
        since: served.starts_on,
        behaviour: Some(behaviour.to_owned()),
        named: decision.measures.clone(),
        until: decision.end,
        number: decision.number.clone(),
    })
}

/// Whether the catalogue entry fits subject, behaviour and department.
fn entry_allows(
    context: &Context<'_>,
    entry: &Measure,
    asked: &Asked<'_>,
    parent: &Parent,
) -> Result<(), Stop> {
    let department = asked.department;
    fits(entry, parent.subject, parent.behaviour.as_deref())?;
    let refers = entry.executor == Executor::Referral && asked.executor == Executor::Referral;
    if !refers || entry.needs == MeasureNeeds::Voluntary {
        an_order(entry)?;
    }
    goes_this_way(entry, asked.executor)?;
    implemented(entry, department)?;
    court_orders(context, entry, asked, parent)?;
    has_liaison(context, department)
}

/// What is dispatched has somebody to receive it (domain.md A04).
fn has_liaison(context: &Context<'_>, department: &str) -> Result<(), Stop> {
    let liaison = context
        .rules
        .department(department)
        .is_some_and(|found| found.officers.iter().any(|officer| officer.liaison));
    if !liaison {
        refuse::<()>(
            Guard::Liaison,
            format!("{department} 未登记工作联络员 / no liaison on file"),
            "请先登记联络员（方案六(二)）/ set one first",
        )?;
    }
    Ok(())
}

fn serve_notice(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::ServeMeasureNotice { measure, reasons, remedies, document_sha256, service } =
        command
    else {
        return Err(Stop::Defect("not a notice".to_owned()));
    };
    let row = with_parents(rows, *measure)?;
    initiating(context, row)?;
    in_force(rows, row, context.today)?;
    let MeasureState::Initiated = row.state else {
        return Ok(wrong_state("措施 / measure", row.state.name(), "initiated")?);
    };
    stated(Guard::Notice, &[("reasons", reasons), ("remedies", remedies)])?;
    // What is told before it is initiated tells of no measure that an officer asked for.
    checks::service(context, Guard::Notice, service, row.initiated_on)?;
    if !digest_is_stated(document_sha256) {
        refuse::<()>(Guard::Notice, "缺少告知书 / no notice", "请附告知书 / attach it")?;
    }
    let mut drafts = Drafts::new(context);
    drafts.push(
        row.subject,
        Event::MeasureNoticeServed {
            measure: *measure,
            reasons: reasons.clone(),
            remedies: remedies.clone(),
            document_sha256: *document_sha256,
            service: service.clone(),
        },
    );
    if !row.incentive {
        drafts.push(None, sending::due(*measure, context));
    }
    drafts.finish()
}

pub(super) fn initiating(context: &Context<'_>, row: &MeasureRow) -> Result<(), Stop> {
    let human = checks::human(context)?;
    if human.reference.authority != row.initiated_by.authority {
        refuse::<()>(
            Guard::Competent,
            "由发起机关办理 / the initiating authority handles it",
            "请由发起机关办理 / ask that authority",
        )?;
    }
    Ok(())
}

/// The catalogue may have changed since the case was opened (INV-11, INV-12).
fn still_in_catalogue(rows: &Rows, row: &MeasureRow, context: &Context<'_>) -> Result<(), Stop> {
    match published_measure(rows, context, &row.measure)? {
        Some(entry) => Ok(an_order(entry)?),
        None => Ok(refuse(
            Guard::Published,
            format!("{} 已不在公布清单 / no longer in the published catalogue", row.measure),
            "请从 /v1/catalogue 选择措施 / choose from /v1/catalogue",
        )?),
    }
}

fn dispatch(rows: &Rows, id: MeasureId, context: &Context<'_>) -> Result<Outcome, Stop> {
    let row = with_parents(rows, id)?;
    initiating(context, row)?;
    in_force(rows, row, context.today)?;
    still_in_catalogue(rows, row, context)?;
    match (&row.state, row.incentive) {
        (MeasureState::Noticed, false) | (MeasureState::Initiated, true) => {}
        (MeasureState::Initiated, false) => refuse::<()>(
            Guard::Notice,
            "惩戒措施须先告知当事人 / the subject must be told first",
            "先送达措施告知书 / serve the notice of the measure first",
        )?,
        (state, _) => return Ok(wrong_state("措施 / measure", state.name(), "noticed")?),
    }
    has_liaison(context, &row.department)?;
    let respond_wd = context
        .rules
        .department(&row.department)
        .map_or(context.rules.pack(context.today).respond_wd, |found| found.respond_working_days);
    let respond_by = context.rules.calendar.after(context.today, respond_wd);
    let mut drafts = Drafts::new(context);
    drafts.push(row.subject, Event::MeasureDispatched { measure: id, respond_by });
    if let Some(event) = sending::late(row, context) {
        drafts.push(None, event);
    }
    let entry = context.rules.measure(&row.measure);
    if let Some(execute_wd) = entry.and_then(|own| own.execute_wd) {
        let due = context.rules.calendar.after(context.today, execute_wd);
        let event = AssessmentEvent::ExecutionDue { measure: id, due };
        drafts.push(None, Event::Assessment(event));
    }
    drafts.finish()
}

fn decline(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::DeclineMeasure { measure, reasons, legal_ground } = command else {
        return Err(Stop::Defect("not a refusal to execute".to_owned()));
    };
    let row = rows.must_measure(*measure)?;
    implementing(context, row)?;
    let MeasureState::Dispatched { .. } = row.state else {
        return Ok(wrong_state("措施 / measure", row.state.name(), "dispatched")?);
    };
    stated(Guard::Document, &[("reasons", reasons)])?;
    let strength = context.rules.measure(&row.measure).map(|entry| entry.strength);
    let mandatory = strength == Some(Strength::Mandatory);
    if mandatory {
        let Some(ground) = legal_ground else {
            return Ok(refuse(
                Guard::Basis,
                "强制性措施须有法定理由方可不执行 / a mandatory measure needs a legal ground",
                "请引用法律依据 / cite it",
            )?);
        };
        checks::basis(context, std::slice::from_ref(ground))?;
    }
    let mut drafts = Drafts::new(context);
    drafts.push(
        row.subject,
        Event::MeasureDeclined {
            measure: *measure,
            reasons: reasons.clone(),
            legal_ground: legal_ground.clone(),
        },
    );
    // The law wants it taken, so that the department alone does not have the last word.
    if mandatory {
        let event = MeasureEvent::DeclineEscalated { measure: *measure };
        drafts.push(row.subject, Event::Measure(event));
    }
    drafts.finish()
}

/// The credit office looks at the legal ground for which a department declined a mandatory measure.
/// The case stays declined: where the ground does not hold, the initiator may open another.
pub(super) fn answer_decline(
    rows: &Rows,
    command: &MeasureCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let MeasureCommand::AnswerDecline { measure, ground_holds, reasons } = command else {
        return Err(Stop::Defect("not an answer to a refusal".to_owned()));
    };
    let row = rows.must_measure(*measure)?;
    let human = checks::credit_office(context)?;
    let Some(by) = &row.escalated else {
        return Ok(wrong_state("措施 / measure", row.state.name(), "declined and escalated")?);
    };
    if *by == human.reference {
        refuse::<()>(
            Guard::FourEyes,
            format!("{by} 为提出不予执行的人员 / declined it"),
            "由信用办其他工作人员办理 / another officer of the credit office answers",
        )?;
    }
    stated(Guard::Document, &[("reasons", reasons)])?;
    let event = MeasureEvent::DeclineAnswered {
        measure: *measure,
        ground_holds: *ground_holds,
        reasons: reasons.clone(),
    };
    one(context, row, Event::Measure(event))
}

fn execute(rows: &Rows, id: MeasureId, context: &Context<'_>) -> Result<Outcome, Stop> {
    let row = with_parents(rows, id)?;
    implementing(context, row)?;
    may_begin(rows, row, context)?;
    if !matches!(row.state, MeasureState::Accepted { .. }) && !left_behind(rows, row)? {
        return Ok(wrong_state("措施 / measure", row.state.name(), "accepted")?);
    }
    // Where the only one is retired, or the case was handed over, the order is the officer's own to carry
    // out. One that is paused or past its last day keeps its cases, and they wait for it.
    let handed = row.letter == Some(LetterEnd::Handed);
    let plugin = rows
        .plugins()?
        .iter()
        .find(|plugin| {
            !handed
                && plugin.retired.is_none()
                && plugin.department == row.department
                && plugin.measures.contains(&row.measure)
        })
        .map(|plugin| plugin.name.clone());
    one(context, row, Event::ExecutionOrdered { measure: id, plugin })
}

/// A burden begins while everything it rests on has effect, by a clock that can be trusted.
pub(super) fn may_begin(rows: &Rows, row: &MeasureRow, context: &Context<'_>) -> Result<(), Stop> {
    in_force(rows, row, context.today)?;
    // A case keeps its version of the catalogue unless a later one favours the subject (design.md 6).
    if !row.incentive {
        checks::capacity(rows.must_subject(row.subject)?.capacity, row.subject)?;
        still_in_catalogue(rows, row, context)?;
        lasts_no_longer(row, context)?;
    }
    Ok(checks::clock(context)?)
}

/// Nothing is ordered for longer than the catalogue allows by now (INV-3).
fn lasts_no_longer(row: &MeasureRow, context: &Context<'_>) -> Result<(), Stop> {
    let months = context.rules.measure(&row.measure).map_or(0, |entry| entry.max_months);
    let latest = row.initiated_on.plus_months(months);
    if row.until > latest {
        refuse::<()>(
            Guard::End,
            format!(
                "现行目录的最长期限至 {latest} / nothing of its kind lasts beyond that day any more"
            ),
            "不得按原期限执行，期满自动终止 / not to be executed for the time it was opened for: it ends by itself",
        )?;
    }
    Ok(())
}

/// What the officer did, or found, about a case whose plugin gave the execution up or left it behind:
/// it is executed by hand under an order of the officer's own, or, once it has ended, found without effect.
fn after_giving_up(
    rows: &Rows,
    row: &MeasureRow,
    hook: CaseHook,
    reference: &str,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let measure = row.id;
    let reference = reference.to_owned();
    let mut drafts = Drafts::new(context);
    match hook {
        CaseHook::Execute => {
            may_begin(rows, row, context)?;
            drafts.push(row.subject, Event::ExecutionOrdered { measure, plugin: None });
            if row.remote == Remote::Suspended {
                drafts.push(row.subject, Event::ResumptionConfirmed { measure });
            }
            drafts.push(row.subject, Event::MeasureExecuted { measure, reference });
            drafts.push(None, feedback_due(measure, context));
        }
        CaseHook::Lift if rows.measure_standing(measure, context.today)? == Standing::Ended => {
            let event = MeasureEvent::Closed { measure, reference: Some(reference) };
            drafts.push(row.subject, Event::Measure(event));
            if let Some(event) = lifted_late(rows, row, context)? {
                drafts.push(None, event);
            }
        }
        _ => return Ok(wrong_state("措施 / measure", row.state.name(), "executing")?),
    }
    drafts.finish()
}

fn by_hand(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::ConfirmByHand { measure, hook, reference } = command else {
        return Err(Stop::Defect("not a confirmation".to_owned()));
    };
    let row = with_parents(rows, *measure)?;
    implementing(context, row)?;
    if !short_text_is_stated(reference) {
        misfit::<()>(
            Misfit::Value,
            "缺少办理文号 / the reference is missing",
            "请填写部门办理文号 / give the department's own reference",
        )?;
    }
    if row.state.given_up() && matches!(hook, CaseHook::Execute | CaseHook::Lift) {
        return after_giving_up(rows, row, *hook, reference, context);
    }
    if *hook == CaseHook::Execute && left_behind(rows, row)? {
        return after_giving_up(rows, row, *hook, reference, context);
    }
    // What relieves the subject waits for no plugin (design.md 5). An execution is a plugin's alone
    // until it gives up or is retired, so that nothing is done twice; so is a resumption, unless the
    // call failed.
    let by_plugin = row.order_to_undo().is_some_and(|order| order.plugin.is_some());
    let begins = match hook {
        CaseHook::Execute => true,
        CaseHook::Resume => row.fault.is_none(),
        CaseHook::Suspend | CaseHook::Lift => false,
    };
    if by_plugin && begins && !by_retired(rows, row)? {
        misfit::<()>(
            Misfit::State,
            "该措施由插件执行 / a plugin carries this measure out",
            "请等待插件结果；暂停和解除可以随时人工办理，调用失败或者插件停用后可以人工恢复 / wait for its result; suspend \
             and lift by hand at any time, resume after a failed call or once the plugin is retired",
        )?;
    }
    let standing = rows.measure_standing(*measure, context.today)?;
    if *hook == CaseHook::Resume && standing == Standing::Suspended {
        refuse::<()>(
            Guard::NoSuspension,
            "异议核实期间不得恢复执行 / it is suspended while an objection is verified",
            "待异议有结论 / wait for the outcome",
        )?;
    }
    confirmed(rows, context, row, *hook, standing, reference)
}

/// The event that a confirmed hook leads to; shared by officers and plugins.
pub(super) fn confirmed(
    rows: &Rows,
    context: &Context<'_>,
    row: &MeasureRow,
    hook: CaseHook,
    standing: Standing,
    reference: &str,
) -> Result<Outcome, Stop> {
    let measure = row.id;
    let reference = reference.to_owned();
    let executing = matches!(row.state, MeasureState::Executing { .. });
    // What was never ordered has nothing to suspend or to lift. What its plugin gave up may have
    // reached the department; it is resumed by a new order alone.
    let undoable = row.order_to_undo().is_some();
    let event = match hook {
        // An execution that was under way when a suspension or end committed is recorded as what
        // happened; what must follow (suspend, lift) follows from the standing at once.
        CaseHook::Execute if executing && row.remote == Remote::Nothing => {
            Event::MeasureExecuted { measure, reference }
        }
        // So is a suspension that was under way when it was over: the resumption follows from it.
        CaseHook::Suspend
            if undoable
                && (standing == Standing::Suspended
                    || standing == Standing::InForce && of_plugin(context))
                && row.remote != Remote::Suspended =>
        {
            Event::SuspensionConfirmed { measure }
        }
        CaseHook::Resume if row.state.order().is_some() && row.remote == Remote::Suspended => {
            Event::ResumptionConfirmed { measure }
        }
        CaseHook::Lift if undoable && standing == Standing::Ended => {
            Event::MeasureLifted { measure, reference }
        }
        _ => {
            let state = row.state.name();
            return Ok(misfit(
                Misfit::State,
                format!("当前状态 {state} 不接受该结果 / {state} does not take {hook:?}"),
                "结果已由其他步骤取代 / another step has overtaken it",
            )?);
        }
    };
    let reports = matches!(hook, CaseHook::Execute | CaseHook::Lift);
    let mut drafts = Drafts::new(context);
    drafts.push(row.subject, event);
    // The last days by which the department is assessed; none of it is about the subject.
    if hook == CaseHook::Lift
        && let Some(event) = lifted_late(rows, row, context)?
    {
        drafts.push(None, event);
    }
    if reports {
        drafts.push(None, feedback_due(measure, context));
    }
    drafts.finish()
}

/// Whether a plugin says it, whose answer may come late; an officer looks first.
fn of_plugin(context: &Context<'_>) -> bool {
    matches!(context.actor, crate::actor::Actor::Plugin { .. })
}

/// By when the department reports on what it did (T08).
fn feedback_due(measure: MeasureId, context: &Context<'_>) -> Event {
    let feedback_wd = context.rules.pack(context.today).feedback_wd;
    let due = context.rules.calendar.after(context.today, feedback_wd);
    Event::Assessment(AssessmentEvent::FeedbackDue { measure, due })
}

fn feedback(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::FileFeedback { measure, result, effect, document_sha256 } = command else {
        return Err(Stop::Defect("not a feedback".to_owned()));
    };
    let row = rows.must_measure(*measure)?;
    implementing(context, row)?;
    stated(Guard::Document, &[("result", result), ("effect", effect)])?;
    let of_lift = match &row.state {
        MeasureState::Executed { .. } => false,
        MeasureState::Lifted { fed_back: false } => true,
        state => return Ok(wrong_state("措施 / measure", state.name(), "executed or lifted")?),
    };
    one(
        context,
        row,
        Event::FeedbackFiled {
            measure: *measure,
            result: result.clone(),
            effect: effect.clone(),
            document_sha256: *document_sha256,
            of_lift,
        },
    )
}
