//! Expert testing while an objection is verified: it stops the provider's clock only where a law
//! says so, once, for the working days it took, and never longer than the rules allow. What is
//! disputed stays suspended all the while (domain.md 2.6).
//!
//! Source: domain.md O63, T01.

use crate::command::remedy::RemedyCommand;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::objection::providing;
use crate::decide::{Context, Drafts, Outcome};
use crate::event::Event;
use crate::event::remedy::RemedyEvent;
use crate::guard::{Guard, Misfit};
use crate::id::ObjectionId;
use crate::row::{ObjectionRow, ObjectionState};
use crate::rows::{Rows, Stop};
use crate::rules::{Citation, LegalLevel};
use crate::text::{Digest, Sealed, digest_is_stated};
use crate::time::Day;

pub(super) fn decide(
    rows: &Rows,
    command: &RemedyCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let (row, event) = match command {
        RemedyCommand::BeginTesting { objection, basis, reasons, document_sha256, from } => {
            let row = verifying(rows, *objection, context)?;
            (row, begin(row, (basis, reasons, document_sha256), *from, context)?)
        }
        RemedyCommand::EndTesting { objection, document_sha256, ended_on } => {
            let row = verifying(rows, *objection, context)?;
            (row, end(row, document_sha256, *ended_on, context)?)
        }
        _ => return Err(Stop::Defect("not about testing".to_owned())),
    };
    let mut drafts = Drafts::new(context);
    drafts.push(row.subject, Event::Remedy(event));
    drafts.finish()
}

fn verifying<'r>(
    rows: &'r Rows,
    id: ObjectionId,
    context: &Context<'_>,
) -> Result<&'r ObjectionRow, Stop> {
    let row = rows.must_objection(id)?;
    providing(context, row)?;
    match row.state {
        ObjectionState::Verifying { .. } => Ok(row),
        _ => Ok(wrong_state("异议 / objection", row.state.name(), "verifying")?),
    }
}

/// Only a law or an administrative regulation stops a clock that protects the party.
fn by_law(cited: &[Citation], context: &Context<'_>) -> Result<(), Stop> {
    checks::basis(context, cited)?;
    let law = cited.iter().any(|own| {
        let found = context.rules.instrument(&own.instrument);
        found.is_some_and(|own| own.level <= LegalLevel::AdministrativeRegulation)
    });
    if !law {
        refuse::<()>(
            Guard::BasisRank,
            "检验、检测、鉴定不计入期限须由法律、行政法规规定 / only a law stops the clock",
            "请引用规定该期间不计入办理期限的法律、行政法规及条款 / cite the law that says so",
        )?;
    }
    Ok(())
}

fn documented(document: &Digest, what: &str) -> Result<(), Stop> {
    if !digest_is_stated(document) {
        refuse::<()>(
            Guard::Document,
            format!("缺少{what} / the document is missing"),
            "请附文书的 SHA-256 / attach it",
        )?;
    }
    Ok(())
}

fn begin(
    row: &ObjectionRow,
    (basis, reasons, document): (&[Citation], &Sealed, &Digest),
    from: Day,
    context: &Context<'_>,
) -> Result<RemedyEvent, Stop> {
    let Some(verify_by) = row.state.verify_by() else {
        return Err(Stop::Defect("nothing is verified".to_owned()));
    };
    if row.testing.is_some() {
        misfit::<()>(
            Misfit::Exists,
            "检验鉴定期间已扣除过一次 / the clock was stopped once",
            "请在期限内反馈核实结果 / report within the time",
        )?;
    }
    if context.today > verify_by.day {
        misfit::<()>(
            Misfit::State,
            format!("核实期限已于 {} 届满 / the time ended on that day", verify_by.day),
            "请立即反馈核实结果 / report at once",
        )?;
    }
    if from < verify_by.from || from > context.today {
        misfit::<()>(
            Misfit::Value,
            format!("开始日期须在 {} 与当日之间 / begun out of range", verify_by.from),
            "请填写实际送检日期 / give the day on which it began",
        )?;
    }
    by_law(basis, context)?;
    stated(Guard::Document, &[("reasons", reasons)])?;
    documented(document, "委托书 / commission")?;
    let most = context.rules_of(row.filed_on).expert_testing_wd;
    Ok(RemedyEvent::TestingBegun {
        objection: row.id,
        basis: basis.to_vec(),
        reasons: reasons.clone(),
        document_sha256: *document,
        from,
        verify_by: context.rules.calendar.extended(verify_by, most),
    })
}

fn end(
    row: &ObjectionRow,
    document: &Digest,
    ended_on: Day,
    context: &Context<'_>,
) -> Result<RemedyEvent, Stop> {
    let (Some(testing), Some(verify_by)) =
        (row.testing.filter(|own| !own.ended), row.state.verify_by())
    else {
        return Ok(wrong_state("检验鉴定 / testing", "not begun, or ended", "under way")?);
    };
    if ended_on < testing.from || ended_on > context.today {
        misfit::<()>(
            Misfit::Value,
            format!("结束日期须在 {} 与当日之间 / ended out of range", testing.from),
            "请填写实际出具报告日期 / give the day of the report",
        )?;
    }
    documented(document, "检验鉴定报告 / report")?;
    let calendar = &context.rules.calendar;
    // What the testing was allowed is what it added to the clock that ran before.
    let most = verify_by.working_days.saturating_sub(testing.before.working_days);
    let taken = calendar.between(testing.from, ended_on, most);
    Ok(RemedyEvent::TestingEnded {
        objection: row.id,
        document_sha256: *document,
        ended_on,
        verify_by: calendar.extended(testing.before, taken),
    })
}
