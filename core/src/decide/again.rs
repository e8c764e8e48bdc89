//! A second measure case of the same kind: one listing, person, measure and department (domain.md 2.4).
//!
//! Source: domain.md O51, INV-3.

use crate::decide::checks::misfit;
use crate::decide::measure::with_parents;
use crate::guard::Misfit;
use crate::path::Standing;
use crate::row::{Key, MeasureState, Row};
use crate::rows::{Rows, Stop};
use crate::time::Day;

/// One case for one listing, person, measure and department at a time, and none that prolongs a
/// measure that was taken, or takes one again that was annulled: that is a new decision with a new
/// notice (INV-3). What was declined, or ended before anybody was ordered to execute it, may be
/// opened anew; so may what ended with a listing that has come back, for what was left of its time.
pub(super) fn once(rows: &Rows, twin: &Key, until: Day, today: Day) -> Result<(), Stop> {
    let Some(Row::CaseOf(id)) = rows.get(twin)? else {
        return Ok(());
    };
    let last = with_parents(rows, *id)?;
    if last.annulled || last.taken_until.is_some_and(|day| until > day) {
        misfit::<()>(
            Misfit::Exists,
            format!(
                "{id} 已实施或被撤销，不得由经办人延长或重新采取 / {id} was carried out, or annulled: \
                 prolonging it or taking it again needs a new decision"
            ),
            "请作出新的决定并重新告知：延长名单或重新认定 / decide anew, with a new notice: extend the \
             listing, or list anew",
        )?;
    }
    let undone = matches!(
        last.state,
        MeasureState::Declined
            | MeasureState::Closed
            | MeasureState::Lifted { .. }
            | MeasureState::Forwarded { recalled: true, .. }
    );
    let ended = rows.measure_standing(*id, today)? == Standing::Ended;
    if undone || (ended && last.state.never_executed()) {
        return Ok(());
    }
    Ok(misfit(
        Misfit::Exists,
        format!("同一名单、措施和部门已有案件 {id} / {id} is open for the same"),
        "请在原案件中办理 / go on with that case",
    )?)
}
