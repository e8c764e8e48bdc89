//! What the notice of a collected record is made from.

use serde_json::{Map, Value};
use shouxin_core::event::Event;
use shouxin_core::id::RecordId;
use shouxin_core::time::Day;

use super::{Words, not_yet};
use crate::http::problem::Problem;
use crate::texts::CollectionCase;

fn field((name, value): (&String, &Value)) -> (String, String) {
    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    (name.clone(), value)
}

impl Words<'_> {
    /// A record that is going to be collected.
    pub(in super::super) fn to_collect(&self) -> Result<CollectionCase, Problem> {
        let Some(draft) = &self.draft else {
            return Err(not_yet(
                "已采集的，请读取该记录的告知书 / read the notice of the record that was collected",
            ));
        };
        Ok(CollectionCase {
            party: self.party(self.subject)?,
            by: self.officer.clone(),
            item: draft.item.clone(),
            severity: draft.severity,
            number: draft.document_number.clone(),
            dated: draft.document_date,
            content: draft.content.iter().map(field).collect(),
            withheld: draft.withheld,
        })
    }

    /// A record as it was collected, and the day on which the party was told.
    pub(in super::super) fn collected(
        &self,
        id: RecordId,
    ) -> Result<(CollectionCase, Day), Problem> {
        let envelope = self.event(id.0)?;
        let Event::RecordAccepted {
            item,
            severity,
            document_number,
            document_date,
            content,
            published,
            notified,
            ..
        } = envelope.event
        else {
            return Err(Problem::not_found());
        };
        let Some(told) = notified else {
            return Err(not_yet(
                "该记录不是失信信息，无须告知 / no adverse record: no notice is due",
            ));
        };
        let fields = content.as_ref().and_then(|own| self.open(own));
        let fields: Map<String, Value> =
            fields.and_then(|own| serde_json::from_str(&own).ok()).unwrap_or_default();
        let case = CollectionCase {
            party: self.party(self.subject)?,
            by: self.signer(&envelope.actor),
            item: Some(item),
            severity,
            number: Some(document_number),
            dated: Some(document_date),
            content: fields.iter().map(field).collect(),
            withheld: !published,
        };
        Ok((case, told.on))
    }
}
