//! What a channel may show of a thing today: publish, annotate or withdraw it.
//!
//! Source: domain.md O10, O17, O23, O40, O65, T03.

use serde_json::{Value, json};
use shouxin_core::apply::{listing_is_published, nomination_is_shown};
use shouxin_core::event::{Colour, Target};
use shouxin_core::id::{CommitmentId, ListingId, Position, RecordId};
use shouxin_core::path::Standing;
use shouxin_core::row::ListingKind;
use shouxin_core::time::Day;

use crate::engine::Engine;
use crate::engine::query::Query;
use crate::http::commitments::{self, Face};
use crate::http::read::{self, Sight, Under};

use super::DeliveryError;
use super::reason::Reason;

fn problem(error: crate::http::problem::Problem) -> DeliveryError {
    DeliveryError::Batch(error.detail().to_owned())
}

/// What was withdrawn leaves its id and the day, and nothing else; a channel adds the reason.
fn withdrawn(id: String, at: Position, on: Day) -> Value {
    json!({"id": id, "position": at.to_string(), "action": "withdraw", "withdrawn_on": on})
}

/// What a channel is to show of `target` today; `at` is the change it follows from.
pub(crate) fn of(
    engine: &Engine,
    query: &mut Query<'_>,
    target: Target,
    at: Position,
    today: Day,
) -> Result<Value, DeliveryError> {
    match target {
        Target::Record(id) => record(engine, query, id, at, today),
        Target::Listing(id) => listing(engine, query, id, at, today),
        Target::Attribution(id) => Ok(withdrawn(id.to_string(), at, today)),
        Target::Measure(id) => Ok(withdrawn(id.to_string(), at, today)),
        Target::Commitment(id) => commitment(engine, query, id, at, today),
    }
}

/// Why a channel is not to show `target` today.
pub(crate) fn reason(
    query: &mut Query<'_>,
    target: Target,
    today: Day,
) -> Result<Reason, DeliveryError> {
    Ok(match target {
        Target::Record(id) => {
            let row = query.ask(|rows| rows.must_record(id).cloned())?;
            Reason::of_record(&row, today)
        }
        Target::Listing(id) => {
            let row = query.ask(|rows| rows.must_listing(id).cloned())?;
            let standing = query.ask(|rows| rows.listing_standing(id, today))?;
            Reason::of_listing(&row, standing, today)
        }
        Target::Commitment(id) => {
            let row = query.ask(|rows| rows.must_commitment(id).cloned())?;
            Reason::of_commitment(&row)
        }
        // Never shown at all.
        Target::Attribution(_) | Target::Measure(_) => Reason::Over,
    })
}

fn record(
    engine: &Engine,
    query: &mut Query<'_>,
    id: RecordId,
    at: Position,
    today: Day,
) -> Result<Value, DeliveryError> {
    let row = query.ask(|rows| rows.must_record(id).cloned())?;
    if !read::record_shown(&row, today, Sight::Public) {
        return Ok(withdrawn(id.to_string(), at, today));
    }
    let head = query.ask(|rows| rows.must_subject(row.subject).cloned())?;
    let remedies = read::remedies(query, Target::Record(id)).map_err(problem)?;
    let marked = !row.holds.is_empty() || !remedies.is_empty();
    Ok(json!({
        "id": id.to_string(),
        "position": at.to_string(),
        "action": if marked { "annotate" } else { "publish" },
        "status": read::status(read::is_disputed(&row.holds), &remedies),
        "subject": row.subject.to_string(),
        "name": read::name(&engine.vault, &head),
        "record": read::record(&engine.vault, &row, Sight::Public),
        "remedies": remedies,
    }))
}

fn listing(
    engine: &Engine,
    query: &mut Query<'_>,
    id: ListingId,
    at: Position,
    today: Day,
) -> Result<Value, DeliveryError> {
    let row = query.ask(|rows| rows.must_listing(id).cloned())?;
    let standing = query.ask(|rows| rows.listing_standing(id, today))?;
    let black = matches!(row.kind, ListingKind::Black { .. });
    // A nomination is shown while it is under notice, so that anybody may object.
    let noticed = nomination_is_shown(&row);
    let in_force = listing_is_published(&row)
        && match standing {
            Standing::InForce => true,
            // A disputed black listing is taken off display; a red one is marked (domain.md Q03).
            Standing::Suspended => !black,
            Standing::Pending | Standing::Ended => false,
        };
    if !noticed && !in_force {
        return Ok(withdrawn(id.to_string(), at, today));
    }
    let head = query.ask(|rows| rows.must_subject(row.subject).cloned())?;
    let remedies = read::remedies(query, Target::Listing(id)).map_err(problem)?;
    let body = read::listing(query, &engine.rules.instruments, &row, Under::Nobody, today)
        .map_err(problem)?;
    let marked = body["status"] == "under_objection" || !remedies.is_empty();
    Ok(json!({
        "id": id.to_string(),
        "position": at.to_string(),
        "action": if marked { "annotate" } else { "publish" },
        "status": body["status"],
        "list": if black { Colour::Black } else { Colour::Red },
        "name": read::name(&engine.vault, &head),
        "listing": body,
    }))
}

fn commitment(
    engine: &Engine,
    query: &mut Query<'_>,
    id: CommitmentId,
    at: Position,
    today: Day,
) -> Result<Value, DeliveryError> {
    let row = query.ask(|rows| rows.must_commitment(id).cloned())?;
    if !row.is_shown(today) {
        return Ok(withdrawn(id.to_string(), at, today));
    }
    let head = query.ask(|rows| rows.must_subject(row.subject).cloned())?;
    let remedies = read::remedies(query, Target::Commitment(id)).map_err(problem)?;
    // A disputed finding is off display; what stays on it is the promise.
    let suspended = row.finding_standing(today) == Standing::Suspended;
    Ok(json!({
        "id": id.to_string(),
        "position": at.to_string(),
        "action": if remedies.is_empty() { "publish" } else { "annotate" },
        "status": read::status(suspended, &remedies),
        "subject": row.subject.to_string(),
        "name": read::name(&engine.vault, &head),
        "commitment": commitments::shown(&engine.rules.instruments, &row, Face::Public, today),
        "remedies": remedies,
    }))
}
