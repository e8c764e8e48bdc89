//! Relief while a court-approved reorganisation or settlement is performed (domain.md 2.5): the
//! listing is suspended, and ends as if repaired once the plan is performed, with the records of its
//! authority that it rests on (domain.md 4.4).

use crate::command::remedy::RemedyCommand;
use crate::decide::checks::{self, misfit, stated, wrong_state};
use crate::decide::classification::{self, Turn};
use crate::decide::extension::{self, End};
use crate::decide::objection::{release, turn};
use crate::decide::remedy::another_ruling;
use crate::decide::{Context, Drafts, Outcome, ground};
use crate::event::listing::ListingEvent;
use crate::event::record::RecordEvent;
use crate::event::remedy::RemedyEvent;
use crate::event::{Event, Target};
use crate::guard::{Guard, Misfit};
use crate::id::ListingId;
use crate::path::{DecisionCase, Hold, Standing};
use crate::row::{Key, ListingKind, RecordState, ReliefState};
use crate::rows::{Rows, Stop};

fn black(rows: &Rows, id: ListingId) -> Result<&DecisionCase, Stop> {
    match &rows.must_listing(id)?.kind {
        ListingKind::Black { case, records, .. } => {
            rows.want(records.iter().map(|record| Key::Record(*record)))?;
            Ok(case)
        }
        ListingKind::Red(_) => Ok(misfit(
            Misfit::State,
            format!("{id} 为红名单 / a red listing"),
            "请核对编号 / check the id",
        )?),
    }
}

pub(super) fn decide(
    rows: &Rows,
    command: &RemedyCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        RemedyCommand::GrantRelief { .. } => grant(rows, command, context),
        RemedyCommand::CompleteRelief { relief, document, reasons }
        | RemedyCommand::EndRelief { relief, document, reasons } => {
            let row = rows.must_relief(*relief)?;
            let case = black(rows, row.listing)?;
            checks::relieving_head(context, case.proposed_by.authority)?;
            if row.state != ReliefState::Open {
                return Ok(wrong_state("重整保护 / relief", "over", "open")?);
            }
            stated(Guard::Document, &[("reasons", reasons)])?;
            checks::ruling(context, document, row.subject)?;
            another_ruling(document, &row.ruling)?;
            let mut drafts = Drafts::new(context);
            let done = matches!(command, RemedyCommand::CompleteRelief { .. });
            let document = document.clone();
            let relief = *relief;
            let ended = rows.listing_standing(row.listing, context.today)? == Standing::Ended;
            if !done {
                let reasons = reasons.clone();
                let event = RemedyEvent::ReliefEnded { relief, document, reasons };
                drafts.push(row.subject, Event::Remedy(event));
                let (target, hold) = (Target::Listing(row.listing), Hold::Relief(relief));
                release(rows, context, &mut drafts, target, hold)?;
                return drafts.finish();
            }
            let event = RemedyEvent::ReliefCompleted { relief, document, reasons: reasons.clone() };
            drafts.push(row.subject, Event::Remedy(event));
            // What was repaired meanwhile ends so too: it does not come back by a revocation.
            let listing = rows.must_listing(row.listing)?;
            if !ended || extension::is_not_final(listing, case, context.today) {
                let event = ListingEvent::Relieved { listing: row.listing, relief };
                drafts.push(row.subject, Event::Listing(event));
                classification::turn_listing(rows, context, &mut drafts, row.listing, Turn::End)?;
            }
            let how = End::Relieved(relief, reasons);
            extension::end(rows, context, &mut drafts, row.listing, how)?;
            let ListingKind::Black { records, .. } = &rows.must_listing(row.listing)?.kind else {
                return Err(Stop::Defect("a red listing has relief".to_owned()));
            };
            for id in records {
                let record = rows.must_record(*id)?;
                // Who identified relieves, as with a repair: what others collected is theirs.
                let own = record.provider == case.proposed_by.authority;
                if own && record.state == RecordState::Accepted {
                    let event = RecordEvent::Relieved { record: *id, relief };
                    drafts.push(record.subject, Event::Record(event));
                    ground::ended(rows, context, &mut drafts, *id, End::Relieved(relief, reasons))?;
                }
            }
            drafts.finish()
        }
        _ => Err(Stop::Defect("not a step of a relief".to_owned())),
    }
}

fn grant(rows: &Rows, command: &RemedyCommand, context: &Context<'_>) -> Result<Outcome, Stop> {
    let RemedyCommand::GrantRelief { listing, ruling, reasons, until } = command else {
        return Err(Stop::Defect("not a grant".to_owned()));
    };
    let case = black(rows, *listing)?;
    let row = rows.must_listing(*listing)?;
    checks::relieving_head(context, case.proposed_by.authority)?;
    if row.subject.is_person() {
        // 企业破产法 2: a reorganisation or settlement is an enterprise's.
        misfit::<()>(
            Misfit::Value,
            "破产重整、和解仅适用于企业 / a reorganisation or settlement is an enterprise's",
            "自然人请依信用修复办理 / a natural person applies for repair",
        )?;
    }
    let standing = rows.listing_standing(*listing, context.today)?;
    let Some(served) =
        case.path.served().filter(|_| matches!(standing, Standing::InForce | Standing::Suspended))
    else {
        return Ok(wrong_state("名单 / listing", case.path.name(), "effective")?);
    };
    if let Some(open) = row.relief {
        misfit::<()>(
            Misfit::Exists,
            format!("{open} 正在保护期内 / {open} is open"),
            "请先办结 / finish it first",
        )?;
    }
    stated(Guard::Document, &[("reasons", reasons)])?;
    checks::ruling(context, ruling, row.subject)?;
    // A plan may have been confirmed before the listing was decided: it is performed all the same, and no
    // other ruling comes (domain.md 2.5, 4.4). That it still runs its last day says.
    if *until <= context.today || *until > served.decided.decision.end {
        misfit::<()>(
            Misfit::Value,
            "计划履行期限须晚于当日且不迟于名单终止日 / the plan ends after today and within the listing",
            "请按裁定确认的计划填写 / as the court's ruling has it",
        )?;
    }
    let mut drafts = Drafts::new(context);
    drafts.push(
        row.subject,
        Event::Remedy(RemedyEvent::ReliefGranted {
            listing: *listing,
            ruling: ruling.clone(),
            reasons: reasons.clone(),
            until: *until,
        }),
    );
    turn(rows, context, &mut drafts, Target::Listing(*listing), Turn::Suspend)?;
    drafts.finish()
}
