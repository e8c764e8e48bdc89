//! What is on file of a natural person beside the name: civil capacity, and the age that it cannot do
//! without.

use serde::Deserialize;
use shouxin_core::actor::{Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::event::person::CapacityGround;
use shouxin_core::event::{Capacity, Event};
use shouxin_core::id::Position;
use shouxin_core::identifier::citizen_number::CitizenNumber;
use shouxin_core::row::Index;
use shouxin_core::time::Day;
use utoipa::ToSchema;

use crate::engine::query::Query;
use crate::http::collection::REGISTRARS;
use crate::http::edge::{Edge, Hex32, subject_key};
use crate::http::problem::{Code, Problem};
use crate::http::reads;
use crate::http::words;
use crate::http::write::Write;

/// Full civil capacity is nobody's who is under eighteen (Civil Code art. 17 to 18): nothing that weighs
/// on a person may begin on a minor.
pub(crate) fn of_age(
    number: &CitizenNumber,
    capacity: Capacity,
    today: Day,
) -> Result<(), Problem> {
    if capacity != Capacity::Full || !number.is_minor(today) {
        return Ok(());
    }
    Err(Problem::new(
        Code::ValueInvalid,
        format!(
            "该自然人在 {today} 未满十八周岁，不得登记为完全民事行为能力（民法典第十七条、第十八条）/ under \
             eighteen on that day, so not of full civil capacity"
        ),
        "请填写 limited 或 none；年满十八周岁后经 POST /v1/persons/{key}/capacity 变更 / state limited or \
         none; once the person is eighteen, state full there",
    )
    .on("capacity"))
}

/// 民事行为能力变更: the person came of age, a court found otherwise, or what was registered was wrong.
/// Source: domain.md O48, G-CAPACITY.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StateCapacity {
    #[schema(schema_with = words::of::<Capacity>)]
    capacity: Capacity,
    /// `came_of_age`, `court_finding` or `corrected`.
    #[schema(schema_with = words::of::<CapacityGround>)]
    ground: CapacityGround,
    document_number: String,
    document_sha256: Hex32,
}

impl Write for StateCapacity {
    const LABEL: &'static str = "persons.state_capacity";
    const ROLES: &'static [Role] = REGISTRARS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let person = subject_key(path)?;
        if self.capacity == Capacity::Full
            && let Some(number) = number(edge, person)?
        {
            of_age(&number, self.capacity, edge.engine.clock.now().legal_date())?;
            let registered_on = edge.head(person)?.registered_on;
            if self.ground == CapacityGround::CameOfAge && !number.is_minor(registered_on) {
                return Err(Problem::new(
                    Code::ValueInvalid,
                    format!(
                        "该自然人建档之日 {registered_on} 已成年，并非因成年而变更 / of age already when the file \
                         was opened"
                    ),
                    "人民法院认定恢复的，用 court_finding 并附判决；原登记有误的，用 corrected / use court_finding \
                     with the judgment, or corrected where the entry was wrong",
                )
                .on("ground"));
            }
        }
        Ok(Command::StateCapacity {
            person,
            capacity: self.capacity,
            ground: self.ground,
            document_number: self.document_number,
            document_sha256: edge.document(person, "document_sha256", self.document_sha256)?,
        })
    }
}

/// The number of a person on file, out of the event that opened the file; nothing of what is no person,
/// and nothing once the data key is gone, which `decide` turns away.
fn number(edge: &Edge<'_>, person: SubjectKey) -> Result<Option<CitizenNumber>, Problem> {
    if !person.is_person() {
        return Ok(None);
    }
    edge.head(person)?;
    let first = {
        let entry = Index::History(person, Position::local(0));
        Query::new(edge.engine.view.read()).page(&entry, None, 1)?.0.first().copied()
    };
    let Some(first) = first else {
        return Ok(None);
    };
    let Event::PersonRegistered { number, .. } = reads::envelope(edge.engine, first)?.event else {
        return Ok(None);
    };
    let Ok(clear) = edge.engine.vault.open_text(&number, &person.to_string()) else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&clear).unwrap_or_default();
    Ok(CitizenNumber::parse(text, Day::MAX).ok())
}
