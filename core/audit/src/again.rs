//! A second measure case of the same kind (domain.md 2.4, INV-3): one listing, measure, department and
//! person.

use shouxin_core::id::{AttributionId, ListingId, MeasureId};
use shouxin_core::time::Day;

use crate::fold::{Fold, Measure, Stage, Standing};
use crate::here::Here;
use crate::names::{INV_3, INV_10};

/// One case of a kind at a time, and none that prolongs what was ordered or forwarded, or takes again
/// what was annulled: that is a new decision with a new notice (INV-3).
pub(crate) fn check(
    fold: &Fold,
    at: &mut Here<'_>,
    listing: ListingId,
    (measure, department, attribution): (&str, &str, Option<AttributionId>),
    until: Day,
) {
    let under = fold.listings.get(&listing).map(|own| own.measures.as_slice());
    let twins: Vec<(MeasureId, &Measure)> = under
        .unwrap_or_default()
        .iter()
        .filter_map(|id| Some((*id, fold.measures.get(id)?)))
        .filter(|(_, own)| {
            let same = own.measure == measure && own.department == department;
            same && own.attribution == attribution
        })
        .collect();
    let open = twins.iter().find(|(id, own)| {
        let undone =
            matches!(own.stage, Stage::Declined | Stage::Closed | Stage::Lifted | Stage::Recalled);
        !undone && fold.measure_standing(*id, at.today) != Standing::Ended
    });
    let annulled = twins.last().filter(|(_, own)| own.annulled);
    let longer = twins.iter().find(|(_, own)| own.was_taken() && until > own.until);
    if let Some((id, _)) = open {
        at.broken(INV_10, format!("{id} is open for the same"));
    } else if let Some((id, _)) = annulled {
        at.broken(INV_3, format!("{id} was annulled; to take it again is a new decision"));
    } else if let Some((id, own)) = longer {
        let detail = format!("{id} lasted to {}; to prolong it is a new decision", own.until);
        at.broken(INV_3, detail);
    }
}
