//! The finding that a commitment was broken: proposed, noticed, heard, decided by the head and
//! served, like everything that weighs on a subject. It is a record of a fact: no listing,
//! measure or mark follows from it (domain.md 2.2). Its repair is that of everything else (`repair`).

use crate::command::commitment::CommitmentCommand;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::commitment::{by_party, documents, handling, one};
use crate::decide::{Context, Outcome, hearing};
use crate::event::commitment::CommitmentEvent;
use crate::guard::{Guard, Misfit};
use crate::path::{DecisionCase, Heard, Notice, Path};
use crate::row::commitment::{CommitmentRow, CommitmentState};
use crate::rows::Stop;
use crate::text::digest_is_stated;
use crate::time::Day;

pub(super) fn decide(
    row: &CommitmentRow,
    command: &CommitmentCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    use CommitmentCommand as C;
    let event = match command {
        C::ProposeBreach { .. } => propose(row, command, context)?,
        C::ServeBreachNotice { .. } => serve_notice(row, command, context)?,
        C::StateOnBreach { .. } | C::WaiveStatement { .. } => hear(row, command, context)?,
        C::DropBreach { commitment, reasons } => {
            handling(context, row)?;
            let case = open_case(row)?;
            if let Path::Decided(_) = &case.path {
                // What the head decided and nobody served yet, the head takes back.
                checks::relieving_head(context, case.proposed_by.authority)?;
            }
            stated(Guard::Document, &[("reasons", reasons)])?;
            CommitmentEvent::BreachDropped { commitment: *commitment, reasons: reasons.clone() }
        }
        C::DecideBreach { .. } => decide_breach(row, command, context)?,
        C::ServeBreach { .. } => serve(row, command, context)?,
        _ => return Err(Stop::Defect("not a step about a breach".to_owned())),
    };
    one(row.subject, event, context)
}

/// The proposal under way. Before a cure notice there can be none (G-NOTICE).
fn open_case(row: &CommitmentRow) -> Result<&DecisionCase, Stop> {
    let cured = matches!(row.state, CommitmentState::CurePeriod { .. });
    match row.breach.as_ref().filter(|_| cured && row.breach_is_open()) {
        Some(case) => Ok(case),
        None => Ok(wrong_state(
            "承诺 / commitment",
            row.state.name(),
            "cure_period, with a breach proposed",
        )?),
    }
}

fn propose(
    row: &CommitmentRow,
    command: &CommitmentCommand,
    context: &Context<'_>,
) -> Result<CommitmentEvent, Stop> {
    let CommitmentCommand::ProposeBreach { commitment, basis, facts, evidence } = command else {
        return Err(Stop::Defect("not a proposal".to_owned()));
    };
    checks::beside_head(&handling(context, row)?)?;
    let cure_by = match row.state {
        CommitmentState::CurePeriod { cure_by } => cure_by,
        CommitmentState::Overdue => {
            return Ok(refuse(
                Guard::Notice,
                "尚未送达限期改正通知书 / no cure notice was served",
                "先送达通知书并给予改正时间 / serve the notice and give time to cure",
            )?);
        }
        state => return Ok(wrong_state("承诺 / commitment", state.name(), "cure_period")?),
    };
    if row.breach_is_open() {
        misfit::<()>(
            Misfit::Exists,
            "违诺认定正在办理 / a proposal is under way",
            "请等待结果 / wait for its outcome",
        )?;
    }
    // What was found before is still disputed or stayed; its outcome may bear on this one.
    if row.breach.as_ref().is_some_and(|case| !case.holds.is_empty()) {
        refuse::<()>(
            Guard::NoSuspension,
            "对此前认定的异议或救济尚未办结 / an objection to the former finding is open",
            "请等待结果 / wait for its outcome",
        )?;
    }
    if context.today <= cure_by.day {
        refuse::<()>(
            Guard::Notice,
            format!("改正期至 {} / the time to cure runs to that day", cure_by.day),
            "改正期满后提出 / propose it afterwards",
        )?;
    }
    checks::basis(context, basis)?;
    stated(Guard::Fact, &[("facts", facts)])?;
    documents(Guard::Fact, evidence, "违诺证据")?;
    let decide_wd = context.rules_of(row.offered_on).decide_within_wd;
    Ok(CommitmentEvent::BreachProposed {
        commitment: *commitment,
        basis: basis.clone(),
        facts: facts.clone(),
        evidence: evidence.clone(),
        decide_by: context.rules.calendar.after(context.today, decide_wd),
        cap: latest_end(context, row, context.today),
    })
}

/// The latest day to which a finding that was proposed on a day may be shown. That time runs from
/// the service, which the rules bound too.
pub(super) fn latest_end(context: &Context<'_>, row: &CommitmentRow, proposed_on: Day) -> Day {
    let pack = context.rules_of(row.offered_on);
    let steps = pack.decide_within_wd + pack.serve_within_days;
    let latest = context.rules.calendar.after(proposed_on, steps).day;
    latest.plus_months(pack.publicity_general_months.1)
}

fn serve_notice(
    row: &CommitmentRow,
    command: &CommitmentCommand,
    context: &Context<'_>,
) -> Result<CommitmentEvent, Stop> {
    let CommitmentCommand::ServeBreachNotice {
        commitment,
        facts,
        reasons,
        rights_stated,
        document_sha256,
        service,
    } = command
    else {
        return Err(Stop::Defect("not a notice".to_owned()));
    };
    handling(context, row)?;
    let case = open_case(row)?;
    let Path::Proposed(_) = &case.path else {
        return Ok(wrong_state("违诺认定 / breach", case.path.name(), "proposed")?);
    };
    stated(Guard::Notice, &[("facts", facts), ("reasons", reasons)])?;
    if !rights_stated || !digest_is_stated(document_sha256) {
        refuse::<()>(
            Guard::Notice,
            "告知书未载明陈述、申辩、异议等权利，或缺少文书 / rights are not stated, or no document",
            "告知书须载明事实、理由、依据和权利 / state facts, reasons, basis, rights",
        )?;
    }
    // Nobody is told of what was not proposed yet.
    checks::service(context, Guard::Notice, service, case.proposed_on)?;
    let window_wd = context.rules_of(row.offered_on).statement_window_wd;
    Ok(CommitmentEvent::BreachNoticeServed {
        commitment: *commitment,
        facts: facts.clone(),
        reasons: reasons.clone(),
        document_sha256: *document_sha256,
        service: service.clone(),
        // It begins here: an earlier day of service would have let the period pass unseen.
        window: context.rules.calendar.after(context.today, window_wd),
    })
}

/// The notice with the period in which the party may speak, and how many points it made so far:
/// what comes later within the period stands beside what came before.
fn noticed(case: &DecisionCase) -> Result<(&Notice, usize), Stop> {
    match &case.path {
        Path::Noticed(noticed) => Ok((&noticed.notice, 0)),
        Path::Heard(heard) => Ok((&heard.notice, hearing::points_of(heard))),
        Path::Proposed(_) => Ok(refuse(
            Guard::Notice,
            "尚未送达告知书 / no notice was served",
            "先送达告知书 / serve the notice first",
        )?),
        path => Ok(wrong_state("违诺认定 / breach", path.name(), "noticed")?),
    }
}

fn hear(
    row: &CommitmentRow,
    command: &CommitmentCommand,
    context: &Context<'_>,
) -> Result<CommitmentEvent, Stop> {
    let case = open_case(row)?;
    match command {
        CommitmentCommand::StateOnBreach { commitment, points, received_on, document_sha256 } => {
            let authority = row.offered_by.authority;
            let paper = document_sha256.as_ref();
            let by_party = hearing::brought(context, row.subject, authority, paper)?;
            let (notice, before) = noticed(case)?;
            checks::points(points)?;
            let period = (notice.served_on, notice.window);
            hearing::in_time(context, period, *received_on, by_party)?;
            hearing::room_for_points(before, points)?;
            Ok(CommitmentEvent::BreachStatementReceived {
                commitment: *commitment,
                points: points.clone(),
                received_on: *received_on,
                document_sha256: *document_sha256,
            })
        }
        CommitmentCommand::WaiveStatement { commitment, document_sha256 } => {
            by_party(context, row, Some(document_sha256))?;
            let Path::Noticed(_) = &case.path else {
                noticed(case)?;
                return Ok(wrong_state("违诺认定 / breach", case.path.name(), "noticed")?);
            };
            if !digest_is_stated(document_sha256) {
                refuse::<()>(
                    Guard::Heard,
                    "放弃陈述须有书面文件 / a waiver must be in writing",
                    "请附书面放弃声明 / attach it",
                )?;
            }
            Ok(CommitmentEvent::BreachStatementWaived {
                commitment: *commitment,
                document_sha256: *document_sha256,
            })
        }
        _ => Err(Stop::Defect("not a statement".to_owned())),
    }
}

fn heard(case: &DecisionCase) -> Result<&Heard, Stop> {
    match &case.path {
        Path::Heard(heard) => Ok(heard),
        Path::Proposed(_) => Ok(refuse(
            Guard::Notice,
            "尚未送达告知书 / no notice was served",
            "先送达告知书并听取陈述 / serve the notice and hear the party first",
        )?),
        Path::Noticed(noticed) => Ok(refuse(
            Guard::Heard,
            format!("陈述期至 {} / the period runs to that day", noticed.notice.window.day),
            "待陈述、书面放弃或期满 / wait for a statement, a waiver or the end of the period",
        )?),
        path => Ok(wrong_state("违诺认定 / breach", path.name(), "heard")?),
    }
}

fn decide_breach(
    row: &CommitmentRow,
    command: &CommitmentCommand,
    context: &Context<'_>,
) -> Result<CommitmentEvent, Stop> {
    let CommitmentCommand::DecideBreach {
        commitment,
        document_number,
        document_sha256,
        facts,
        reasons,
        answers,
        end,
        repair_conditions,
        remedies,
    } = command
    else {
        return Err(Stop::Defect("not a decision".to_owned()));
    };
    let case = open_case(row)?;
    checks::deciding_head(context, &case.proposed_by)?;
    let heard = heard(case)?;
    // What the proposal rests on may have been repealed since; a decision needs it in force.
    checks::basis(context, &case.basis)?;
    let points = hearing::points_of(heard);
    if answers.len() != points {
        let answered = answers.len();
        refuse::<()>(
            Guard::Heard,
            format!("陈述共 {points} 点，答复 {answered} 点 / {points} points, {answered} answers"),
            "请逐点答复 / answer each point",
        )?;
    }
    answers.iter().try_for_each(|answer| stated(Guard::Heard, &[("answers", answer)]))?;
    let texts = [
        ("facts", facts),
        ("reasons", reasons),
        ("repair_conditions", repair_conditions),
        ("remedies", remedies),
    ];
    stated(Guard::Document, &texts)?;
    checks::document(document_number, document_sha256)?;
    let cap = case.cap.min(latest_end(context, row, case.proposed_on));
    if *end <= context.today || *end > cap {
        refuse::<()>(
            Guard::End,
            format!("终止日期 {end} 须晚于当日且不迟于 {cap} / end date out of range"),
            format!("请选择不迟于 {cap} 的日期 / choose a day up to the cap"),
        )?;
    }
    Ok(CommitmentEvent::BreachDecided {
        commitment: *commitment,
        document_number: document_number.clone(),
        document_sha256: *document_sha256,
        facts: facts.clone(),
        reasons: reasons.clone(),
        answers: answers.clone(),
        end: *end,
        repair_conditions: repair_conditions.clone(),
        remedies: remedies.clone(),
    })
}

fn serve(
    row: &CommitmentRow,
    command: &CommitmentCommand,
    context: &Context<'_>,
) -> Result<CommitmentEvent, Stop> {
    let CommitmentCommand::ServeBreach { commitment, service, repair_guide_sha256 } = command
    else {
        return Err(Stop::Defect("not a service".to_owned()));
    };
    handling(context, row)?;
    let case = open_case(row)?;
    let Path::Decided(decided) = &case.path else {
        return Ok(wrong_state("违诺认定 / breach", case.path.name(), "decided")?);
    };
    let decision = &decided.decision;
    checks::service(context, Guard::Served, service, decision.on)?;
    if !digest_is_stated(repair_guide_sha256) {
        refuse::<()>(
            Guard::Served,
            "未同时送达修复告知书 / served without the repair guide",
            "决定书与信用修复告知书同时送达（两书同达）/ serve both together",
        )?;
    }
    // A version that has come into force since the decision may allow less.
    let latest = latest_end(context, row, case.proposed_on);
    if decision.end > latest {
        refuse::<()>(
            Guard::End,
            format!("现行上限为 {latest} / no finding is shown beyond that day any more"),
            "请由负责人撤回，另行作出认定 / the head drops it, and finds anew",
        )?;
    }
    if service.on > decision.end {
        refuse::<()>(
            Guard::End,
            format!("送达晚于终止日期 {} / served after its end", decision.end),
            "请撤回该认定 / nothing is left to serve",
        )?;
    }
    // The finding has effect with its service.
    checks::clock(context)?;
    Ok(CommitmentEvent::BreachServed {
        commitment: *commitment,
        service: service.clone(),
        repair_guide_sha256: *repair_guide_sha256,
        published: row.published && !row.subject.is_personal(),
    })
}
