//! What each reader may see of a file, as it stands on the day of reading.
//!
//! Dates rule: what has ended by date is ended here even if no event says so yet. The public
//! gets the same 404 for what is unknown and what is not public.
//!
//! Source: domain.md O10, O16, O19, O24.

use serde_json::{Value, json};
use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::apply::{listing_is_published, nomination_is_shown};
use shouxin_core::event::{CaseRef, Colour, Mark, Target};
use shouxin_core::id::{Position, RecordId, RemedyId};
use shouxin_core::path::{DecisionCase, Hold, Path, Standing};
use shouxin_core::row::search::folded;
use shouxin_core::row::{
    Index, Key, ListingKind, ListingRow, MeasureRow, MeasureState, ObjectionRow, ObjectionState,
    RecordRow, RedState, RemedyRow, RemedyState, RepairRow, RepairState, Repairable, Row,
    SubjectRow,
};
use shouxin_core::rules::Instrument;
use shouxin_core::text::{Name, Sealed};
use shouxin_core::time::Day;

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::problem::Problem;
use crate::http::sharing::Reach;
use crate::http::{attributions, basis, erasures, imported};
use crate::vault::Vault;

/// Rows of each kind shown in one file; more are paged.
pub const PART_ROWS_MAX: usize = 200;
/// Reconsiderations and suits shown beside one thing.
const REMEDIES_SHOWN_MAX: usize = 16;

/// How much of a file a reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// What is published.
    Public,
    /// What departments share by law.
    Government,
    /// Everything, closed things included.
    Whole,
}

/// What this caller may see of this file, or nothing.
pub fn sight(caller: &Caller, subject: SubjectKey) -> Option<Sight> {
    match caller.role {
        Role::Subject if caller.subject() == Some(subject) => Some(Sight::Whole),
        Role::Auditor | Role::DataOfficer => Some(Sight::Whole),
        Role::Department
        | Role::Provider
        | Role::CreditOffice
        | Role::CourtRegistrar
        | Role::LeadingGroup => Some(Sight::Government),
        // A market body reads what the public reads, nothing more (INV-12).
        _ if subject.is_personal() => None,
        _ => Some(Sight::Public),
    }
}

/// Whether what has ended, or is not decided yet, is shown to a caller: departments see what is in force
/// or disputed, whoever decides or carries it out and the credit office see the rest too. A repair
/// ends use as well as display (domain.md 4.4).
pub fn concerns(caller: &Caller, authority: &str) -> bool {
    match (&caller.role, &caller.actor) {
        (Role::CreditOffice, _) => true,
        (_, Some(Actor::Officer(officer))) => officer.authority.as_str() == authority,
        _ => false,
    }
}

/// Who decides about a listing.
pub fn authority(row: &ListingRow) -> &str {
    match &row.kind {
        ListingKind::Black { case, .. } => case.proposed_by.authority.as_str(),
        ListingKind::Red(red) => red.authority.as_str(),
    }
}

/// Whether departments are told that something is disputed.
pub fn is_open_objection(row: &ObjectionRow) -> bool {
    !matches!(row.state, ObjectionState::Refused | ObjectionState::Closed { .. })
}

/// What a repair is of, as a thing that may be disputed too.
pub(crate) fn repaired(of: Repairable) -> Target {
    match of {
        Repairable::Listing(id) => Target::Listing(id),
        Repairable::Record(id) => Target::Record(id),
        Repairable::Commitment(id) => Target::Commitment(id),
        Repairable::Attribution(id) => Target::Attribution(id),
    }
}

/// Whether departments are told that a repair is under way.
pub fn is_open_repair(row: &RepairRow) -> bool {
    !matches!(
        row.state,
        RepairState::Returned
            | RepairState::NotAccepted
            | RepairState::Refused
            | RepairState::Done
            | RepairState::Restored
    )
}

/// A sealed text in clear; nothing once its data key was destroyed.
pub(crate) fn unseal(vault: &Vault, subject: SubjectKey, sealed: &Sealed) -> Value {
    match vault.open_text(sealed, &subject.to_string()) {
        Ok(clear) => match std::str::from_utf8(&clear) {
            Ok(text) => json!(text),
            Err(_) => Value::Null,
        },
        // The data key was destroyed: the content is gone, the entry stays.
        Err(_) => Value::Null,
    }
}

/// The head of a file. One that was erased is there for its subject and for auditors alone.
pub(crate) fn head(
    query: &mut Query<'_>,
    key: SubjectKey,
    sight: Sight,
) -> Result<SubjectRow, Problem> {
    let head = query.ask(|rows| rows.must_subject(key).cloned())?;
    match head.is_erased() && sight != Sight::Whole {
        true => Err(Problem::not_found()),
        false => Ok(head),
    }
}

/// Name of a subject for a reader.
pub fn name(vault: &Vault, head: &SubjectRow) -> Value {
    shown_name(vault, head.key, &head.name)
}

fn shown_name(vault: &Vault, key: SubjectKey, name: &Name) -> Value {
    match name {
        Name::Clear(name) => json!(name),
        Name::Sealed(sealed) => unseal(vault, key, sealed),
    }
}

/// Names that a subject bore before, the newest last.
pub fn former_names(vault: &Vault, head: &SubjectRow) -> Vec<Value> {
    head.former_names.iter().map(|own| shown_name(vault, head.key, own)).collect()
}

/// The names that a subject bears or bore, as far as they are readable.
pub fn names(vault: &Vault, head: &SubjectRow) -> Vec<String> {
    let own = former_names(vault, head).into_iter().chain([name(vault, head)]);
    own.filter_map(|own| own.as_str().map(str::to_owned)).collect()
}

/// Whether a name is one that a file's subject bears or bore, however it is spaced and whatever the
/// width of its letters.
pub fn bears(vault: &Vault, head: &SubjectRow, name: &str) -> bool {
    let asked = folded(name);
    names(vault, head).iter().any(|own| folded(own) == asked)
}

fn mark(mark: &Mark) -> Value {
    json!({
        "case": case_id(mark.case),
        "colour": mark.colour,
        "authority": mark.authority,
        "since": mark.since,
        "until": mark.until,
        "suspended": mark.suspended,
        "status": if mark.suspended { "异议核实中，暂停 / under objection, suspended" }
                  else { "有效 / in force" },
    })
}

/// `L-...` or `A-...`
pub fn case_id(case: CaseRef) -> String {
    match case {
        CaseRef::Listing(id) => id.to_string(),
        CaseRef::Attribution(id) => id.to_string(),
    }
}

/// Marks in force on `today`, as a reader may see them. A person's stands and falls with the
/// organisation's listing, whether the timer has said so or not.
pub fn marks(
    query: &mut Query<'_>,
    head: &SubjectRow,
    today: Day,
    sight: Sight,
) -> Result<Vec<Value>, Problem> {
    let mut shown = Vec::new();
    for own in head.marks.iter().filter(|own| own.since <= today && today <= own.until) {
        // The public display of a disputed black listing is hidden (domain.md Q03).
        if sight == Sight::Public && own.colour == Colour::Black && own.suspended {
            continue;
        }
        if query.ask(|rows| rows.mark_standing(own, today))? == Standing::Ended {
            continue;
        }
        let until = query.ask(|rows| rows.mark_until(own))?;
        shown.push(mark(&Mark { until, ..own.clone() }));
    }
    Ok(shown)
}

/// A record for a reader.
pub fn record(vault: &Vault, row: &RecordRow, sight: Sight) -> Value {
    json!({
        "id": row.id.to_string(),
        "item": row.item,
        "class": row.class,
        "openness": row.openness,
        "polarity": row.polarity,
        "severity": row.severity,
        "provider": row.provider,
        "document_number": row.document_number,
        "document_date": row.document_date,
        "publicity_until": row.publicity_until,
        "disputed": !row.holds.is_empty(),
        "state": row.state,
        "content": match (&row.content, sight) {
            (Some(content), _) => content_json(unseal(vault, row.subject, content)),
            (None, _) => Value::Null,
        },
        "corrections": row.corrections,
        "supplement": row.supplement.as_ref().map(|own| unseal(vault, row.subject, &own.1)),
    })
}

fn content_json(text: Value) -> Value {
    match text.as_str().map(serde_json::from_str) {
        Some(Ok(content)) => content,
        _ => Value::Null,
    }
}

/// Whether a record is shown to a reader on `today`; of what departments share, whom a contract lets
/// read it is asked beside this (`sharing::Reach`).
pub fn record_shown(row: &RecordRow, today: Day, sight: Sight) -> bool {
    match sight {
        Sight::Whole => true,
        Sight::Government => row.is_shared(today),
        Sight::Public => row.is_live(today) && row.published,
    }
}

pub(crate) fn standing_name(standing: Standing) -> &'static str {
    match standing {
        Standing::Pending => "pending",
        Standing::InForce => "in_force",
        Standing::Suspended => "suspended",
        Standing::Ended => "ended",
    }
}

pub(crate) fn decision(case: &DecisionCase) -> Value {
    let Some(served) = case.path.served() else {
        return Value::Null;
    };
    let decision = &served.decided.decision;
    json!({
        "number": decision.number,
        "by": decision.by.to_string(),
        "decided_on": decision.on,
        "served_on": served.served_on,
        "starts_on": served.starts_on,
        "starts_provisional": matches!(case.path, Path::Served(_))
            && served.standstill.is_some_and(|own| own.provisional),
        "end": decision.end,
        "termination": "definite",
        "measures": decision.measures.iter().map(|(measure, department)| {
            json!({"measure": measure, "department": department})
        }).collect::<Vec<_>>(),
    })
}

/// Open reconsiderations and suits about a thing: shown with it, because it is not final.
pub fn remedies(query: &mut Query<'_>, target: Target) -> Result<Vec<Value>, Problem> {
    let entry = Index::TargetRemedy(target, RemedyId(Position::local(0)));
    let (positions, _) = query.page(&entry, None, REMEDIES_SHOWN_MAX)?;
    let mut shown = Vec::new();
    for at in positions {
        let row = query.ask(|rows| rows.must_remedy(RemedyId(at)).cloned())?;
        shown.push(json!({
            "id": row.id.to_string(),
            "kind": row.kind,
            "body": row.body,
            "number": row.number,
            "filed_on": row.filed_on,
            "stayed": row.state == RemedyState::Stayed,
        }));
    }
    Ok(shown)
}

/// How final a published thing is (domain.md 6.7): said with it wherever it is shown. What a
/// reviewing body or court has stayed is in its hands, and nobody is said to have objected.
pub fn status(disputed: bool, remedies: &[Value]) -> &'static str {
    let of = |kind: &str| remedies.iter().any(|own| own["kind"] == kind);
    match disputed {
        true => "under_objection",
        false if of("litigation") => "in_court",
        false if of("reconsideration") => "under_reconsideration",
        false => "final",
    }
}

/// Whether an objection is among what holds a thing.
pub fn is_disputed(holds: &[Hold]) -> bool {
    holds.iter().any(|own| matches!(own, Hold::Objection(_)))
}

/// A record with how final it is, and the reconsiderations and suits about it.
pub fn record_marked(
    vault: &Vault,
    query: &mut Query<'_>,
    row: &RecordRow,
    sight: Sight,
) -> Result<Value, Problem> {
    let remedies = remedies(query, Target::Record(row.id))?;
    let mut body = record(vault, row, sight);
    body["status"] = json!(status(is_disputed(&row.holds), &remedies));
    body["remedies"] = json!(remedies);
    Ok(body)
}

/// Whether the public is shown a listing of this standing, or the nomination for one.
pub fn public_sees(row: &ListingRow, standing: Standing) -> bool {
    nomination_is_shown(row) || (standing == Standing::InForce && listing_is_published(row))
}

/// Which of the persons who may answer for a listing a reader is told of, by the ids of their cases.
/// A proceeding that is not decided is nobody's business but theirs whom it concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Under {
    /// Of none: the public and every channel.
    Nobody,
    /// Of those in effect.
    InEffect,
    /// Of all.
    All,
}

impl Under {
    fn of(sight: Sight) -> Under {
        match sight {
            Sight::Public => Under::Nobody,
            Sight::Government => Under::InEffect,
            Sight::Whole => Under::All,
        }
    }

    /// The same, where whoever decides about the listing and the credit office are told of all.
    pub fn of_reader(sight: Sight, caller: &Caller, row: &ListingRow) -> Under {
        match sight != Sight::Public && concerns(caller, authority(row)) {
            true => Under::All,
            false => Under::of(sight),
        }
    }
}

/// The extensions of a listing that a reader is told of: one that is only proposed is told like a person
/// whose case is.
fn extensions(
    query: &mut Query<'_>,
    row: &ListingRow,
    under: Under,
    today: Day,
) -> Result<Vec<String>, Problem> {
    let mut told = Vec::new();
    for id in &row.extensions {
        let standing = query.ask(|rows| rows.listing_standing(*id, today))?;
        let own = query.ask(|rows| rows.must_listing(*id).cloned())?;
        let shown = match under {
            Under::Nobody => public_sees(&own, standing),
            Under::InEffect => matches!(standing, Standing::InForce | Standing::Suspended),
            Under::All => true,
        };
        told.extend(shown.then(|| id.to_string()));
    }
    Ok(told)
}

/// A listing for a reader.
pub fn listing(
    query: &mut Query<'_>,
    instruments: &[Instrument],
    row: &ListingRow,
    under: Under,
    today: Day,
) -> Result<Value, Problem> {
    let standing = query.ask(|rows| rows.listing_standing(row.id, today))?;
    let holds = match &row.kind {
        ListingKind::Black { case, .. } => &case.holds,
        ListingKind::Red(red) => &red.holds,
    };
    let mut body = json!({
        "id": row.id.to_string(),
        "subject": row.subject.to_string(),
        "standing": standing_name(standing),
    });
    // The public is told what stands and until when; who is to act by which day, and in which
    // proceedings, is for officials and the party.
    let inside = under != Under::Nobody;
    if inside {
        body["objections"] = holds.iter().map(|id| json!(id.to_string())).collect();
        let mut told = Vec::new();
        for id in &row.attributions {
            let standing = query.ask(|rows| rows.attribution_standing(*id, today))?;
            if under == Under::All || matches!(standing, Standing::InForce | Standing::Suspended) {
                told.push(id.to_string());
            }
        }
        body["attributions"] = json!(told);
    }
    match &row.kind {
        ListingKind::Black { behaviour, records, case } => {
            body["colour"] = json!(Colour::Black);
            body["state"] = json!(case.path.name());
            body["behaviour"] = json!(behaviour);
            body["authority"] = json!(case.proposed_by.authority);
            body["basis"] = basis::cited(instruments, &case.basis, today);
            let mut rested = Vec::new();
            for id in records {
                // What is not on display is named to the public neither here nor anywhere else.
                let told = inside || {
                    let record = query.ask(|rows| rows.must_record(*id).cloned())?;
                    record_shown(&record, today, Sight::Public)
                };
                rested.extend(told.then(|| id.to_string()));
            }
            body["records"] = json!(rested);
            body["decision"] = decision(case);
            body["extends"] = json!(row.extends.map(|id| id.to_string()));
            body["extensions"] = json!(extensions(query, row, under, today)?);
            if inside {
                body["decide_by"] = json!(case.decide_by);
                body["overdue"] = json!(case.overdue || case.service_overdue);
                body["repair_again_from"] = json!(row.repair_again_from);
            }
            if let (true, Path::Noticed(noticed)) = (inside, &case.path) {
                body["statement_until"] = json!(noticed.notice.window);
            }
        }
        ListingKind::Red(red) => {
            body["colour"] = json!(Colour::Red);
            body["state"] = json!(red.state.name());
            body["authority"] = json!(red.authority);
            body["source"] = json!(red.source);
            body["basis"] = basis::cited(instruments, &red.basis, today);
            if let RedState::PublicNotice { ends_on } = &red.state {
                body["notice_until"] = json!(ends_on);
            }
            if inside {
                body["revocation"] = json!(red.revocation.as_ref().map(|own| own.window));
                body["revocation_owed_by"] = json!(red.owed.map(|own| own.owed.by.day));
            }
            if let RedState::Active { since, until, number, .. } = &red.state {
                body["decision"] = json!({"number": number, "starts_on": since, "end": until});
            }
        }
    }
    let remedies = remedies(query, Target::Listing(row.id))?;
    // What anybody objected to is said while the nomination is under notice.
    let disputed = body["state"] == "public_notice" && !holds.is_empty();
    body["status"] = json!(match body["state"].as_str() {
        Some("public_notice") if !disputed => "public_notice",
        // What is suspended by none of its own holds is so with what it rests on.
        _ => {
            let stayed = !holds.is_empty() && !is_disputed(holds);
            status((standing == Standing::Suspended && !stayed) || disputed, &remedies)
        }
    });
    body["remedies"] = json!(remedies);
    Ok(body)
}

/// The standing of a measure with its parents.
pub fn measure_standing(
    query: &mut Query<'_>,
    row: &MeasureRow,
    today: Day,
) -> Result<Standing, Problem> {
    // `with_parents` is what `decide` does; a read loads the same rows.
    query.ask(|rows| {
        let attribution = row.attribution.map(Key::Attribution);
        rows.want([Key::Measure(row.id), Key::Listing(row.listing)].into_iter().chain(attribution))
    })?;
    Ok(query.ask(|rows| rows.measure_standing(row.id, today))?)
}

/// A measure case for a reader.
pub fn measure(query: &mut Query<'_>, row: &MeasureRow, today: Day) -> Result<Value, Problem> {
    let standing = measure_standing(query, row, today)?;
    let reference = match &row.state {
        MeasureState::Executed { reference, .. } | MeasureState::FedBack { reference, .. } => {
            json!(reference)
        }
        _ => Value::Null,
    };
    let plugin = row.order_to_undo().and_then(|order| order.plugin.as_deref());
    let runs = plugin.map(|name| query.ask(|rows| rows.plugin_runs(name))).transpose()?;
    Ok(json!({
        "id": row.id.to_string(),
        "subject": row.subject.to_string(),
        "listing": row.listing.to_string(),
        "attribution": row.attribution.map(|id| id.to_string()),
        "measure": row.measure,
        "department": row.department,
        "initiated_by": row.initiated_by.to_string(),
        "accepted_by": row.accepted_by.as_ref().map(ToString::to_string),
        "decision_number": row.decision_number,
        "until": row.until,
        "noticed_on": row.noticed_on,
        "state": row.state.name(),
        "standing": standing_name(standing),
        "department_system": row.remote,
        "fault": row.fault,
        "plugin": plugin,
        "plugin_retired": runs == Some(false),
        "reference": reference,
        "respond_by": match &row.state {
            MeasureState::Dispatched { respond_by, .. } => json!(respond_by),
            _ => Value::Null,
        },
        "dispatch_by": row.dispatch.map(|own| own.by),
        "dispatch_overdue": row.dispatch.is_some_and(|own| own.overdue),
        "decline_awaits_office": row.escalated.is_some(),
        "feedback_by": row.feedback.map(|own| own.by),
        "feedback_overdue": row.feedback.is_some_and(|own| own.overdue),
        "lift_by": row.lift.map(|own| own.by),
        "lift_overdue": row.lift.is_some_and(|own| own.overdue),
        "tell_by": row.telling.map(|own| own.owed.by),
        "tell_overdue": row.telling.is_some_and(|own| own.owed.overdue),
        // While it lasts: the court has lifted its limit for life or business until then (M-M09).
        "exempt_until": row.exempt_until.filter(|day| today <= *day),
        "objections": row.holds.iter().map(ToString::to_string).collect::<Vec<_>>(),
    }))
}

/// An objection for a reader.
pub fn objection(row: &ObjectionRow) -> Value {
    json!({
        "id": row.id.to_string(),
        "subject": row.subject.to_string(),
        "target": target_id(row.target),
        "provider": row.provider,
        "filed_on": row.filed_on,
        "suspends": row.suspends,
        "state": row.state.name(),
        "accept_by": match &row.state {
            ObjectionState::Filed { accept_by } => json!(accept_by),
            _ => Value::Null,
        },
        "verify_by": match &row.state {
            ObjectionState::Verifying { verify_by, .. } => json!(verify_by),
            _ => Value::Null,
        },
        "testing": row.testing.map(|own| json!({ "from": own.from, "ended": own.ended })),
        "result_by": match &row.state {
            ObjectionState::Verified { .. } => json!(row.result.map(|own| own.by)),
            _ => Value::Null,
        },
        "kept": row.kept,
        "review_by": match &row.state {
            ObjectionState::Review { decide_by, .. } => json!(decide_by),
            _ => Value::Null,
        },
        "redress": row.redress_done.map(|done| if done { "done" } else { "owed" }),
    })
}

/// A reconsideration or suit for a reader.
pub fn remedy(row: &RemedyRow) -> Value {
    json!({
        "id": row.id.to_string(),
        "subject": row.subject.to_string(),
        "target": target_id(row.target),
        "kind": row.kind,
        "body": row.body,
        "number": row.number,
        "filed_on": row.filed_on,
        "state": match row.state {
            RemedyState::Filed => "filed",
            RemedyState::Stayed => "stayed",
            RemedyState::Decided(_) => "decided",
        },
        "outcome": match row.state {
            RemedyState::Decided(outcome) => json!(outcome),
            _ => Value::Null,
        },
        "redress": row.redress_done.map(|done| if done { "done" } else { "owed" }),
    })
}

/// `R-...`, `L-...`, `A-...`, `M-...` or `C-...`
pub fn target_id(target: Target) -> String {
    match target {
        Target::Record(id) => id.to_string(),
        Target::Listing(id) => id.to_string(),
        Target::Attribution(id) => id.to_string(),
        Target::Measure(id) => id.to_string(),
        Target::Commitment(id) => id.to_string(),
    }
}

/// A repair for a reader.
pub fn repair(row: &RepairRow) -> Value {
    let of = target_id(row.of.target());
    let listing = matches!(row.of, Repairable::Listing(_));
    let record = matches!(row.of, Repairable::Record(_));
    let commitment = matches!(row.of, Repairable::Commitment(_));
    let attribution = matches!(row.of, Repairable::Attribution(_));
    json!({
        "id": row.id.to_string(),
        "subject": row.subject.to_string(),
        "listing": listing.then_some(&of),
        "record": record.then_some(&of),
        "commitment": commitment.then_some(&of),
        "attribution": attribution.then_some(&of),
        "applied_on": row.applied_on,
        "accept_by": match &row.state {
            RepairState::Applied { accept_by, .. } => json!(accept_by),
            _ => Value::Null,
        },
        "decide_by": row.decide_by,
        "extended": row.extended,
        "overdue": row.overdue,
        "state": row.state.name(),
    })
}

fn part<T>(
    query: &mut Query<'_>,
    entry: &Index,
    key: impl Fn(Position) -> Key,
    mut show: impl FnMut(&mut Query<'_>, Row) -> Result<Option<T>, Problem>,
) -> Result<Vec<T>, Problem> {
    let (positions, _) = query.page(entry, None, PART_ROWS_MAX)?;
    let mut shown = Vec::new();
    for position in positions {
        if let Some(row) = query.row(&key(position))? {
            shown.extend(show(query, row)?);
        }
    }
    Ok(shown)
}

/// A whole file, as a reader may see it. The instruments say which citations are of repealed ones.
pub(crate) fn file(
    (vault, instruments): (&Vault, &[Instrument]),
    query: &mut Query<'_>,
    head: &SubjectRow,
    (sight, reach): (Sight, &Reach),
    today: Day,
) -> Result<Value, Problem> {
    use shouxin_core::id::{AttributionId, ListingId, MeasureId, ObjectionId, RepairId};
    let key = head.key;
    let first = Position::local(0);
    let records = part(
        query,
        &Index::SubjectRecord(key, RecordId(first)),
        |at| Key::Record(RecordId(at)),
        |query, row| match row {
            Row::Record(row) if record_shown(&row, today, sight) => {
                if !reach.record(query, &row)? {
                    return Ok(None);
                }
                record_marked(vault, query, &row, sight).map(Some)
            }
            _ => Ok(None),
        },
    )?;
    let listings = part(
        query,
        &Index::SubjectListing(key, ListingId(first)),
        |at| Key::Listing(ListingId(at)),
        |query, row| {
            let Row::Listing(row) = row else { return Ok(None) };
            let standing = query.ask(|rows| rows.listing_standing(row.id, today))?;
            let shown = match sight {
                Sight::Whole => true,
                Sight::Government => matches!(standing, Standing::InForce | Standing::Suspended),
                Sight::Public => public_sees(&row, standing),
            };
            if shown {
                listing(query, instruments, &row, Under::of(sight), today).map(Some)
            } else {
                Ok(None)
            }
        },
    )?;
    let mut body = json!({
        "key": key.to_string(),
        "kind": head.kind,
        "name": name(vault, head),
        "former_names": former_names(vault, head),
        "registered_on": head.registered_on,
        "attested": head.attestation.as_ref().map(|own| own.document_number.clone()),
        "version": head.last.to_string(),
        "as_of": today,
        "classification": marks(query, head, today, sight)?,
        "records": records,
        "listings": listings,
    });
    body["imported_classifications"] = json!(imported::of(query, key, (sight, reach), today)?);
    if sight == Sight::Public {
        return Ok(body);
    }
    body["erasure"] = erasures::shown(head);
    if sight == Sight::Government {
        body["sharing"] = reach.shown();
    }
    body["measures"] = json!(part(
        query,
        &Index::SubjectMeasure(key, MeasureId(first)),
        |at| Key::Measure(MeasureId(at)),
        |query, row| {
            let Row::Measure(row) = row else { return Ok(None) };
            let body = measure(query, &row, today)?;
            let ended = body["standing"] == "ended";
            Ok((sight == Sight::Whole || !ended).then_some(body))
        }
    )?);
    body["attributions"] = json!(part(
        query,
        &Index::SubjectAttribution(key, AttributionId(first)),
        |at| Key::Attribution(AttributionId(at)),
        |query, row| {
            let Row::Attribution(row) = row else { return Ok(None) };
            let standing = query.ask(|rows| rows.attribution_standing(row.id, today))?;
            let shown = sight == Sight::Whole
                || matches!(standing, Standing::InForce | Standing::Suspended);
            Ok(shown.then(|| attributions::shown(instruments, &row, standing, today)))
        }
    )?);
    body["objections"] = json!(part(
        query,
        &Index::SubjectObjection(key, ObjectionId(first)),
        |at| Key::Objection(ObjectionId(at)),
        |query, row| {
            Ok(match row {
                Row::Objection(row)
                    if (sight == Sight::Whole || is_open_objection(&row))
                        && reach.about(query, row.target)? =>
                {
                    Some(objection(&row))
                }
                _ => None,
            })
        }
    )?);
    body["repairs"] = json!(part(
        query,
        &Index::SubjectRepair(key, RepairId(first)),
        |at| Key::Repair(RepairId(at)),
        |query, row| {
            Ok(match row {
                Row::Repair(row)
                    if (sight == Sight::Whole || is_open_repair(&row))
                        && reach.about(query, repaired(row.of))? =>
                {
                    Some(repair(&row))
                }
                _ => None,
            })
        }
    )?);
    Ok(body)
}
