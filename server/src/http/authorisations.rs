//! What a subject lets an authority read (授权查询): given by the subject, or at the authority's counter with
//! its paper, and read by that authority until the day it ends.

use actix_web::web::{self, Data, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::authorisation::AuthorisationCommand;
use shouxin_core::event::Event;
use shouxin_core::event::authorisation::AuthorisationEvent;
use shouxin_core::id::{AuthorisationId, Position, RecordId};
use shouxin_core::row::{Index, Key, Row, SubjectRow};
use shouxin_core::rules::Openness;
use shouxin_core::time::Day;
use utoipa::{IntoParams, ToSchema};

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::{Edge, Hex32, id, subject_key};
use crate::http::looks;
use crate::http::problem::{Code, Problem};
use crate::http::read::{self, PART_ROWS_MAX, Sight};
use crate::http::reads;
use crate::http::write::{Creates, Write};
use crate::http::{App, Table};
use crate::vault::Vault;

const OFFICERS_AND_SUBJECT: &[Role] =
    &[Role::Department, Role::Provider, Role::CreditOffice, Role::Subject];

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    table
        .post::<Authorise>("/v1/authorisations", "授权查询 / let an authority read")
        .post::<TakeBack>("/v1/authorisations/{id}/withdraw", "撤回授权 / take it back")
        .list::<Of>(
            "/v1/authorisations",
            web::get().to(list),
            "授权一览 / what a subject lets read",
        );
}

/// 授权查询: one authority, for a purpose, until a day.
/// Source: domain.md O16.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Authorise {
    subject: String,
    /// 被授权机关的统一社会信用代码 / code of the authority.
    authority: String,
    purpose: String,
    /// 最后一日，至多十二个月 / the last day, twelve months at most.
    #[schema(value_type = String, format = Date)]
    until: Day,
    /// At the counter: what the subject signed.
    #[serde(default)]
    document_sha256: Option<Hex32>,
}

impl Write for Authorise {
    const LABEL: &'static str = "authorisations.give";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;
    const CREATES: Creates = Some(("Q", &["authorisation.given"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let subject = subject_key(&self.subject).map_err(|problem| problem.on("subject"))?;
        let SubjectKey::Organisation(authority) =
            subject_key(&self.authority).map_err(|problem| problem.on("authority"))?
        else {
            return Err(Problem::new(
                Code::ValueInvalid,
                "被授权的须为机关 / only an authority can be authorised",
                "机关代码见 /v1/departments / see there for the codes",
            )
            .on("authority"));
        };
        Ok(Command::Authorisation(AuthorisationCommand::Give {
            subject,
            authority,
            purpose: edge.seal(subject, &self.purpose)?,
            until: self.until,
            document_sha256: edge.document_if_any(
                subject,
                "document_sha256",
                self.document_sha256,
            )?,
        }))
    }
}

/// 撤回授权, at any time.
/// Source: domain.md O16.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeBack {
    /// At the counter: what the subject signed.
    #[serde(default)]
    document_sha256: Option<Hex32>,
}

impl Write for TakeBack {
    const LABEL: &'static str = "authorisations.withdraw";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let authorisation: AuthorisationId = id(path)?;
        let given = reads::envelope(edge.engine, authorisation.0).ok();
        let given = given.filter(|own| {
            matches!(own.event, Event::Authorisation(AuthorisationEvent::Given { .. }))
        });
        let subject = given.and_then(|own| own.subject).ok_or_else(Problem::not_found)?;
        Ok(Command::Authorisation(AuthorisationCommand::Withdraw {
            subject,
            authorisation,
            document_sha256: edge.document_if_any(
                subject,
                "document_sha256",
                self.document_sha256,
            )?,
        }))
    }
}

/// `?subject=KEY`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Of {
    /// 主体代码 / key of a subject.
    subject: String,
}

/// The authority that a caller reads for.
fn authority(caller: &Caller) -> Option<shouxin_core::identifier::uscc::Uscc> {
    match &caller.actor {
        Some(Actor::Officer(officer)) => Some(officer.authority),
        _ => None,
    }
}

/// `GET /v1/authorisations?subject=KEY`: those that run; an authority sees its own.
/// Source: domain.md O16.
async fn list(
    request: HttpRequest,
    of: UrlQuery<Of>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let key = subject_key(&of.subject).map_err(|problem| problem.on("subject"))?;
    let sight = read::sight(&caller, key).filter(|sight| *sight != Sight::Public);
    let sight = sight.ok_or_else(Problem::not_found)?;
    looks::record_access(&request, &app, &caller, key.to_string(), sight).await?;
    let head = read::head(&mut Query::new(app.engine.view.read()), key, sight)?;
    let today = app.engine.clock.now().legal_date();
    let own = authority(&caller);
    let mut found = Vec::new();
    for given in head.authorisations.iter().filter(|given| today <= given.until) {
        if sight != Sight::Whole && own != Some(given.authority) {
            continue;
        }
        let event = reads::envelope(&app.engine, given.id.0)?;
        let purpose = match &event.event {
            Event::Authorisation(AuthorisationEvent::Given { purpose, .. }) => {
                read::unseal(&app.engine.vault, key, purpose)
            }
            _ => Value::Null,
        };
        found.push(json!({
            "id": given.id.to_string(), "subject": key.to_string(), "authority": given.authority,
            "purpose": purpose, "given_on": event.legal_date, "until": given.until,
        }));
    }
    Ok(HttpResponse::Ok().json(json!({"as_of": today, "authorisations": found})))
}

/// Whether a caller's authority may read on a day what a subject lets be read by authorisation alone.
pub(crate) fn lets(head: &SubjectRow, caller: &Caller, today: Day) -> bool {
    authority(caller).is_some_and(|own| head.authorises(own, today))
}

/// The live records of a file that are read by authorisation alone.
pub(crate) fn records(
    vault: &Vault,
    query: &mut Query<'_>,
    head: &SubjectRow,
    today: Day,
) -> Result<Vec<Value>, Problem> {
    let entry = Index::SubjectRecord(head.key, RecordId(Position::local(0)));
    let (positions, _) = query.page(&entry, None, PART_ROWS_MAX)?;
    let mut found = Vec::new();
    for at in positions {
        if let Some(Row::Record(row)) = query.row(&Key::Record(RecordId(at)))?
            && row.openness == Openness::Authorised
            && row.is_live(today)
        {
            found.push(read::record(vault, &row, Sight::Government));
        }
    }
    Ok(found)
}
