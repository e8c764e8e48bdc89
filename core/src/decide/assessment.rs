//! The assessment of departments (domain.md 2.8, O71): figures are frozen once, each department
//! is heard on its own, the head makes them final, and what is wrong is put right.

use crate::command::assessment::AssessmentCommand;
use crate::decide::checks::{self, Human, misfit, refuse, wrong_state};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::Event;
use crate::event::assessment::{AssessmentEvent, Figures};
use crate::guard::{Guard, Misfit, Refusal};
use crate::id::AssessmentId;
use crate::identifier::uscc::Uscc;
use crate::limits::{
    ASSESSMENT_COMMENT_WD, ASSESSMENT_MONTHS_MAX, OFFICE_TEXT_BYTES_MAX, RECTIFICATION_MONTHS_MAX,
    RECTIFICATIONS_MAX, TALLY_ROWS_MAX,
};
use crate::row::assessment::{AssessmentRow, Frozen};
use crate::row::{Key, Newest, Row};
use crate::rows::{Rows, Stop};
use crate::rules::{Department, RuleSet};
use crate::tally::{Counter, Counts, Month, Unit};
use crate::text::{Digest, digest_is_stated};
use crate::time::Day;

pub(super) fn decide(
    rows: &Rows,
    command: &AssessmentCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    use AssessmentCommand as C;
    let event = match command {
        C::Open { from, to } => open(rows, *from, *to, context)?,
        C::Freeze { assessment } => freeze(rows, *assessment, context)?,
        C::Comment { assessment, comment } => remark(rows, *assessment, comment, context)?,
        C::Finalise { assessment, document_number, document_sha256 } => {
            let row = rows.must_assessment(*assessment)?;
            finalise(row, document_number, document_sha256, context)?;
            AssessmentEvent::Finalised {
                assessment: *assessment,
                document_number: document_number.clone(),
                document_sha256: *document_sha256,
            }
        }
        C::Order { assessment, department, reasons, by } => {
            let row = rows.must_assessment(*assessment)?;
            order(row, department, reasons, *by, context)?
        }
        C::Rectify { assessment, account, document_sha256 } => {
            let row = rows.must_assessment(*assessment)?;
            rectify(row, account, document_sha256, context)?
        }
        C::Report { assessment, document_number, document_sha256 } => {
            let row = rows.must_assessment(*assessment)?;
            office_head(context)?;
            is_final(row)?;
            checks::document(document_number, document_sha256)?;
            AssessmentEvent::Reported {
                assessment: *assessment,
                document_number: document_number.clone(),
                document_sha256: *document_sha256,
            }
        }
    };
    let mut drafts = Drafts::new(context);
    drafts.push(None, Event::Assessment(event));
    drafts.finish()
}

/// The figures of every department from one month through another, from counter rows alone.
/// Departments only: nothing here is counted about a subject (INV-7).
pub fn figures(rows: &Rows, rules: &RuleSet, from: Month, to: Month) -> Result<Vec<Figures>, Stop> {
    let months = period(from, to)?;
    if months.saturating_mul(2).saturating_mul(rules.departments.len()) > TALLY_ROWS_MAX {
        misfit::<()>(
            Misfit::Limit,
            "部门数与月数超过一次统计的上限 / too many departments and months for one report",
            "请缩短统计期间 / shorten the period",
        )?;
    }
    let keys = |department: &Department| {
        let code = Unit::Department(department.code.clone());
        let own = Uscc::parse(&department.uscc).ok().map(Unit::Authority);
        let units: Vec<Unit> = [code].into_iter().chain(own).collect();
        from.through(to).flat_map(move |month| {
            units.clone().into_iter().map(move |unit| Key::Tally { unit, month })
        })
    };
    rows.want(rules.departments.iter().flat_map(keys))?;
    let mut all = Vec::new();
    for department in &rules.departments {
        let mut counts = Counts::default();
        for key in keys(department) {
            if let Some(Row::Tally(own)) = rows.get(&key)? {
                counts.add_all(own);
            }
        }
        if department.officers.iter().any(|officer| officer.liaison) {
            counts.add(Counter::LiaisonOnFile, 1);
        }
        all.push(Figures { department: department.code.clone(), counts });
    }
    Ok(all)
}

/// How many months a period has; refused where it is none, or too long.
fn period(from: Month, to: Month) -> Result<usize, Refusal> {
    let months = from.through(to).count();
    if (1..=usize::from(ASSESSMENT_MONTHS_MAX)).contains(&months) {
        return Ok(months);
    }
    misfit(
        Misfit::Value,
        format!("期间 {from} 至 {to} 不是 1 至 {ASSESSMENT_MONTHS_MAX} 个月 / not 1 to {ASSESSMENT_MONTHS_MAX} months"),
        "请填写起止月份，例如 2026-01 至 2026-06 / give first and last month",
    )
    .map_err(|refusal| refusal.on("to"))
}

fn open(
    rows: &Rows,
    from: Month,
    to: Month,
    context: &Context<'_>,
) -> Result<AssessmentEvent, Stop> {
    checks::credit_office(context)?;
    period(from, to)?;
    if from > Month::of(context.today) {
        misfit::<()>(
            Misfit::Value,
            format!("{from} 尚未开始 / has not begun"),
            "考核期间不得全部在将来 / a period that has begun",
        )?;
    }
    if let Some(Row::Newest(at)) = rows.get(&Key::Newest(Newest::Assessment(from, to)))? {
        let id = AssessmentId(*at);
        misfit::<()>(
            Misfit::Exists,
            format!("该期间已有考核 {id} / {id} assesses the same period"),
            "请在原考核中办理 / go on with that assessment",
        )?;
    }
    Ok(AssessmentEvent::Opened { from, to })
}

fn freeze(rows: &Rows, id: AssessmentId, context: &Context<'_>) -> Result<AssessmentEvent, Stop> {
    let row = rows.must_assessment(id)?;
    checks::beside_head(&checks::credit_office(context)?)?;
    if row.frozen.is_some() {
        return Ok(wrong_state("考核 / assessment", row.state(), "opened")?);
    }
    if Month::of(context.today) <= row.to {
        refuse::<()>(
            Guard::End,
            format!("考核期间 {} 未结束 / the period runs through {}", row.to, row.to),
            "期间结束后方可固定数据 / freeze after its last month",
        )?;
    }
    let figures = figures(rows, context.rules, row.from, row.to)?;
    let comment_by = context.rules.calendar.after(context.today, ASSESSMENT_COMMENT_WD);
    Ok(AssessmentEvent::MetricsFrozen { assessment: id, figures, comment_by })
}

fn frozen(row: &AssessmentRow) -> Result<&Frozen, Refusal> {
    match &row.frozen {
        Some(frozen) if row.finalised_at.is_none() => Ok(frozen),
        _ => wrong_state("考核 / assessment", row.state(), "metrics_frozen"),
    }
}

fn remark(
    rows: &Rows,
    id: AssessmentId,
    comment: &str,
    context: &Context<'_>,
) -> Result<AssessmentEvent, Stop> {
    let row = rows.must_assessment(id)?;
    let human = checks::human(context)?;
    let frozen = frozen(row)?;
    let department = human.department.code.clone();
    if !frozen.figures.iter().any(|own| own.department == department) {
        refuse::<()>(
            Guard::Competent,
            format!("{department} 不在本次考核之内 / is not assessed"),
            "部门只对本部门数据说明 / a department comments on its own figures",
        )?;
    }
    if row.comments.iter().any(|(own, _)| *own == department) {
        misfit::<()>(
            Misfit::Exists,
            format!("{department} 已说明 / has commented"),
            "如需更正请联系信用办 / ask the credit office",
        )?;
    }
    office_text("comment", comment)?;
    Ok(AssessmentEvent::Commented { assessment: id, department, comment: comment.to_owned() })
}

/// The head of the credit office.
fn office_head<'a>(context: &Context<'a>) -> Result<Human<'a>, Refusal> {
    let human = checks::credit_office(context)?;
    if human.officer.head {
        return Ok(human);
    }
    refuse(
        Guard::FourEyes,
        format!("{} 不是负责人 / is not the head", human.reference),
        "须由信用办负责人作出 / the head of the credit office decides",
    )
}

fn finalise(
    row: &AssessmentRow,
    document_number: &str,
    document_sha256: &Digest,
    context: &Context<'_>,
) -> Result<(), Stop> {
    let human = office_head(context)?;
    let frozen = frozen(row)?;
    if frozen.by == human.reference {
        refuse::<()>(
            Guard::FourEyes,
            "固定数据与定稿不得为同一人 / who froze the figures may not make them final",
            "请由其他工作人员固定数据 / another officer freezes them",
        )?;
    }
    let heard = row.comments.len() == frozen.figures.len();
    if !heard && context.today <= frozen.comment_by.day {
        refuse::<()>(
            Guard::Heard,
            format!(
                "部门说明期限至 {} / departments may comment until then",
                frozen.comment_by.day
            ),
            "期满或各部门均已说明后定稿 / wait for that day, or for every comment",
        )?;
    }
    Ok(checks::document(document_number, document_sha256)?)
}

fn is_final(row: &AssessmentRow) -> Result<(), Refusal> {
    if row.finalised_at.is_some() && row.reported_at.is_none() {
        return Ok(());
    }
    wrong_state("考核 / assessment", row.state(), "finalised")
}

fn order(
    row: &AssessmentRow,
    department: &str,
    reasons: &str,
    by: Day,
    context: &Context<'_>,
) -> Result<AssessmentEvent, Stop> {
    checks::credit_office(context)?;
    is_final(row)?;
    let assessed = row.frozen.iter().flat_map(|frozen| &frozen.figures);
    if !assessed.into_iter().any(|own| own.department == department) {
        misfit::<()>(
            Misfit::Value,
            format!("{department} 不在本次考核之内 / is not assessed"),
            "请核对部门代码 / check the department's code",
        )
        .map_err(|refusal| refusal.on("department"))?;
    }
    let open = row
        .rectifications
        .iter()
        .any(|own| own.department == department && own.rectified_at.is_none());
    if open {
        misfit::<()>(
            Misfit::Exists,
            format!("{department} 已有未办结的整改 / has an open order"),
            "待其整改完成 / wait until it is done",
        )?;
    }
    if row.rectifications.len() >= RECTIFICATIONS_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!("整改通知上限 {RECTIFICATIONS_MAX} 件 / too many orders"),
            "请在下一次考核中提出 / leave it to the next assessment",
        )?;
    }
    office_text("reasons", reasons)?;
    let latest = context.today.plus_months(RECTIFICATION_MONTHS_MAX);
    if by <= context.today || by > latest {
        refuse::<()>(
            Guard::End,
            format!("整改期限须在明日至 {latest} 之间 / the last day is out of range"),
            "请填写整改期限 / give the last day",
        )
        .map_err(|refusal| refusal.on("by"))?;
    }
    Ok(AssessmentEvent::RectificationOrdered {
        assessment: row.id,
        department: department.to_owned(),
        reasons: reasons.to_owned(),
        by,
    })
}

fn rectify(
    row: &AssessmentRow,
    account: &str,
    document_sha256: &Digest,
    context: &Context<'_>,
) -> Result<AssessmentEvent, Stop> {
    let human = checks::human(context)?;
    // An order stays open, and its department reports, also when the county has been told.
    if row.finalised_at.is_none() {
        return Ok(wrong_state("考核 / assessment", row.state(), "finalised")?);
    }
    let department = human.department.code.clone();
    let open = row
        .rectifications
        .iter()
        .any(|own| own.department == department && own.rectified_at.is_none());
    if !open {
        refuse::<()>(
            Guard::Competent,
            format!("{department} 没有待整改事项 / has nothing to put right here"),
            "由被要求整改的部门报告 / the department that was ordered reports",
        )?;
    }
    office_text("account", account)?;
    if !digest_is_stated(document_sha256) {
        refuse::<()>(
            Guard::Document,
            "缺少整改报告摘要 / the report's digest is missing",
            "请附整改报告的 SHA-256 / give the report's SHA-256",
        )?;
    }
    Ok(AssessmentEvent::Rectified {
        assessment: row.id,
        department,
        account: account.to_owned(),
        document_sha256: *document_sha256,
    })
}

/// A text about a department is there and bounded. It stands in clear in the log: that it names nobody
/// by number is asked of every event (`checks::nobody_by_number`).
pub(super) fn office_text(field: &'static str, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() || text.len() > OFFICE_TEXT_BYTES_MAX {
        return refuse(
            Guard::Document,
            format!("缺少或超长：{field} / missing or too long: {field}"),
            format!("请填写 {field}（不超过 {OFFICE_TEXT_BYTES_MAX} 字节）/ state it, within that many bytes"),
        )
        .map_err(|refusal| refusal.on(field));
    }
    Ok(())
}
