//! Of an execution that its plugin gave up, and of what a plugin is told after an officer did it.

use serde::{Deserialize, Serialize};

use crate::event::CaseHook;
use crate::id::MeasureId;
use crate::text::Sealed;

events! {
/// Of a case's way to its plugin.
DeliveryEvent {
    /// What a plugin gave up goes to it again, under the same order.
    Retried "dead_letter.retried" { measure: MeasureId, }
    /// It is left as it is: the case stays with the officers of the department, and holds nothing up.
    Skipped "dead_letter.skipped" { measure: MeasureId, reasons: Sealed, }
    /// It is an officer's to carry out: no order of this case goes to a plugin next.
    Handed "dead_letter.handed" { measure: MeasureId, reasons: Sealed, }
    /// The plugin that had the case knows what an officer did about it.
    PluginTold "measure.plugin_told" { measure: MeasureId, hook: CaseHook, }
}
}
