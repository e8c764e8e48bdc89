//! Listings beside their decision path: the authority's own revocation, and the revocation of a red
//! listing after notice and hearing. Extension, as a new decision, is in `extension`.

use crate::actor::SubjectKey;
use crate::command::listing::ListingCommand;
use crate::decide::case::opened;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::classification::{self, Turn};
use crate::decide::extension::{self, End};
use crate::decide::revocation::{answered, check_notice, check_statement};
use crate::decide::{Context, Drafts, Outcome, redress};
use crate::event::assessment::AssessmentEvent;
use crate::event::listing::ListingEvent;
use crate::event::{CaseRef, Colour, Event, Target};
use crate::guard::{Guard, Misfit};
use crate::id::ListingId;
use crate::limits::RED_REVOCATION_WD;
use crate::path::{Path, Standing};
use crate::row::{Key, ListingKind, OwedRevocation, RedCase, RedState, Revocation};
use crate::rows::{Rows, Stop};
use crate::time::Day;

pub(super) fn decide(
    rows: &Rows,
    command: &ListingCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    use ListingCommand as C;
    match command {
        C::Extend { .. } => extension::propose(rows, command, context),
        C::Revoke { .. } => revoke(rows, command, context),
        C::NoticeRedRevocation { listing, .. }
        | C::StateOnRedRevocation { listing, .. }
        | C::RevokeRed { listing, .. }
        | C::DropRedRevocation { listing, .. } => red(rows, *listing, command, context),
    }
}

fn revoke(rows: &Rows, command: &ListingCommand, context: &Context<'_>) -> Result<Outcome, Stop> {
    let ListingCommand::Revoke { case, document_number, document_sha256, reasons, service } =
        command
    else {
        return Err(Stop::Defect("not a revocation".to_owned()));
    };
    let found = opened(rows, *case)?;
    rows.want([Key::Subject(found.subject)])?;
    checks::relieving_head(context, found.case.proposed_by.authority)?;
    let live = matches!(found.case.path, Path::Served(_) | Path::Effective(_))
        && found.case.standing(context.today) != Standing::Ended;
    if !live {
        return Ok(wrong_state("案件 / case", found.case.path.name(), "served or effective")?);
    }
    stated(Guard::Document, &[("reasons", reasons)])?;
    checks::document(document_number, document_sha256)?;
    checks::service(context, Guard::Served, service, context.today)?;
    let mut drafts = Drafts::new(context);
    drafts.push(
        found.subject,
        Event::Listing(ListingEvent::Revoked {
            case: *case,
            document_number: document_number.clone(),
            document_sha256: *document_sha256,
            reasons: reasons.clone(),
            service: service.clone(),
        }),
    );
    let target = match case {
        CaseRef::Listing(id) => {
            classification::turn_listing(rows, context, &mut drafts, *id, Turn::End)?;
            extension::end(rows, context, &mut drafts, *id, End::Void(Some(reasons)))?;
            Target::Listing(*id)
        }
        CaseRef::Attribution(id) => {
            classification::turn_one(rows, &mut drafts, found.subject, *case, Turn::End)?;
            Target::Attribution(*id)
        }
    };
    redress::owe(rows, context, &mut drafts, target)?;
    drafts.finish()
}

/// A black listing that was decided, or that takes effect, makes the revocation of its subject's red
/// listings due (domain.md Q11); so does one for which a person is found to answer, of the person's. It
/// is said once; the revocation itself is a human's way.
pub(super) fn owe_revocation(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    subject: SubjectKey,
    black: ListingId,
) -> Result<(), Stop> {
    let head = rows.must_subject(subject)?;
    for mark in head.marks.iter().filter(|own| own.colour == Colour::Red) {
        let CaseRef::Listing(listing) = mark.case else {
            continue;
        };
        let ListingKind::Red(red) = &rows.must_listing(listing)?.kind else {
            continue;
        };
        let open = red.revocation.is_some() || red.owed.is_some();
        if open || rows.mark_standing(mark, context.today)? == Standing::Ended {
            continue;
        }
        drafts.push(subject, owed(context, listing, black));
    }
    Ok(())
}

fn owed(context: &Context<'_>, listing: ListingId, black: ListingId) -> Event {
    let due = context.rules.calendar.after(context.today, RED_REVOCATION_WD);
    Event::Listing(ListingEvent::RevocationOwed { listing, black, due })
}

/// Whether what made a revocation due still weighs on its subject: its own listing, or what a person
/// answers for under it.
fn weighs(rows: &Rows, black: ListingId, subject: SubjectKey, today: Day) -> Result<bool, Stop> {
    let row = rows.must_listing(black)?;
    if row.subject == subject {
        return Ok(rows.listing_standing(black, today)? != Standing::Ended);
    }
    rows.want(row.attributions.iter().map(|id| Key::Attribution(*id)))?;
    row.attributions.iter().try_fold(false, |weighs, id| {
        let own = rows.must_attribution(*id)?.person == subject;
        Ok(weighs || (own && rows.attribution_standing(*id, today)? != Standing::Ended))
    })
}

/// The last day for opening a revocation has passed: it is marked late once, or, where what made it due
/// weighs no more, be it marked or not, owed no more; for whatever else weighs on the subject it is owed anew.
pub(super) fn overdue(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    listing: ListingId,
    own: OwedRevocation,
) -> Result<(), Stop> {
    let (black, marked) = (own.black, own.owed.overdue);
    let subject = rows.must_listing(listing)?.subject;
    if weighs(rows, black, subject, context.today)? {
        if marked {
            return Ok(());
        }
        drafts.push(None, Event::Assessment(AssessmentEvent::RevocationOverdue { listing }));
        return Ok(());
    }
    let event = ListingEvent::RevocationNotOwed { listing, black };
    drafts.push(subject, Event::Listing(event));
    for mark in rows.must_subject(subject)?.marks.iter().filter(|own| own.colour == Colour::Black) {
        if rows.mark_standing(mark, context.today)? != Standing::Ended {
            let other = match mark.case {
                CaseRef::Listing(id) => id,
                CaseRef::Attribution(id) => rows.must_attribution(id)?.listing,
            };
            drafts.push(subject, owed(context, listing, other));
            break;
        }
    }
    Ok(())
}

fn under_revocation(red: &RedCase) -> Result<&Revocation, Stop> {
    match &red.revocation {
        Some(revocation) => Ok(revocation),
        None => Ok(refuse(
            Guard::Notice,
            "尚未送达拟撤销告知书 / no notice of the revocation was served",
            "先送达告知书并听取陈述 / serve the notice and hear the party first",
        )?),
    }
}

fn red(
    rows: &Rows,
    listing: ListingId,
    command: &ListingCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let row = rows.must_listing(listing)?;
    rows.want([Key::Subject(row.subject)])?;
    let ListingKind::Red(red) = &row.kind else {
        return Ok(misfit(
            Misfit::State,
            format!("{listing} 不是红名单 / {listing} is no red listing"),
            "请核对编号 / check the id",
        )?);
    };
    let active = matches!(red.state, RedState::Active { .. })
        && rows.listing_standing(listing, context.today)? != Standing::Ended;
    if !active {
        return Ok(wrong_state("红名单 / red listing", red.state.name(), "active")?);
    }
    let mut drafts = Drafts::new(context);
    let event = match command {
        ListingCommand::NoticeRedRevocation { reasons, document_sha256, service, .. } => {
            let human = checks::human(context)?;
            if human.reference.authority != red.authority {
                refuse::<()>(
                    Guard::Competent,
                    "由列入机关办理撤销 / the authority that listed revokes",
                    "请由该机关办理 / ask that authority",
                )?;
            }
            checks::beside_head(&human)?;
            if red.revocation.is_some() {
                misfit::<()>(
                    Misfit::Exists,
                    "撤销程序正在进行 / a revocation is under way",
                    "请先办结 / finish it first",
                )?;
            }
            let since = match red.state {
                RedState::Active { since, .. } => since,
                _ => context.today,
            };
            check_notice((reasons, document_sha256, service), since, context)?;
            let window_wd = context.rules_of(red.nominated_on).statement_window_wd;
            ListingEvent::RevocationNoticed {
                listing,
                reasons: reasons.clone(),
                document_sha256: *document_sha256,
                service: service.clone(),
                // It begins here: an earlier day of service would have let the period pass unseen.
                window: context.rules.calendar.after(context.today, window_wd),
            }
        }
        ListingCommand::StateOnRedRevocation { points, received_on, document_sha256, .. } => {
            let revocation = under_revocation(red)?;
            let statement = (&points[..], *received_on, document_sha256.as_ref());
            check_statement(revocation, row.subject, statement, context)?;
            ListingEvent::RevocationStated {
                listing,
                points: points.clone(),
                received_on: *received_on,
                document_sha256: *document_sha256,
            }
        }
        ListingCommand::RevokeRed {
            document_number,
            document_sha256,
            reasons,
            answers,
            service,
            ..
        } => {
            let revocation = under_revocation(red)?;
            checks::deciding_head(context, &revocation.opened_by)?;
            answered(revocation, answers, context)?;
            stated(Guard::Document, &[("reasons", reasons)])?;
            checks::document(document_number, document_sha256)?;
            checks::service(context, Guard::Served, service, context.today)?;
            ListingEvent::RedRevoked {
                listing,
                document_number: document_number.clone(),
                document_sha256: *document_sha256,
                reasons: reasons.clone(),
                answers: answers.clone(),
                service: service.clone(),
            }
        }
        ListingCommand::DropRedRevocation { reasons, .. } => {
            let revocation = under_revocation(red)?;
            checks::relieving_head(context, revocation.opened_by.authority)?;
            stated(Guard::Document, &[("reasons", reasons)])?;
            ListingEvent::RevocationDropped { listing, reasons: reasons.clone() }
        }
        _ => return Err(Stop::Defect("not a red-list step".to_owned())),
    };
    let ends = matches!(event, ListingEvent::RedRevoked { .. });
    drafts.push(row.subject, Event::Listing(event));
    if ends {
        let case = CaseRef::Listing(listing);
        classification::turn_one(rows, &mut drafts, row.subject, case, Turn::End)?;
    }
    drafts.finish()
}
