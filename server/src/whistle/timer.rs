//! Counts anew what a newer calendar reaches, and marks what is late in the reports, in their own log. It is told the day and the rules and knows
//! nothing else of the register.

use std::sync::Arc;
use std::time::Duration;

use shouxin_core::rules::RuleSet;
use shouxin_core::time::Day;
use tokio::sync::watch;

use crate::whistle::Whistle;

/// How often the reports are looked at: their steps have days.
const EVERY: Duration = Duration::from_secs(60);

/// Looks at the reports until told to stop; rules are loaded at a start, so days are counted anew then.
pub async fn run(
    whistle: Arc<Whistle>,
    today: impl Fn() -> Day,
    rules: Arc<RuleSet>,
    mut stop: watch::Receiver<bool>,
) {
    let (own, day, set) = (whistle.clone(), today(), rules.clone());
    let counted = tokio::task::spawn_blocking(move || own.recount(day, &set)).await;
    if let Ok(Err(error)) = counted {
        tracing::error!(%error, "days of the reports cannot be counted anew");
    }
    loop {
        let (own, today, rules) = (whistle.clone(), today(), rules.clone());
        let done = tokio::task::spawn_blocking(move || own.mark_overdue(today, &rules)).await;
        if let Ok(Err(error)) = done {
            tracing::error!(%error, "what is late in the reports cannot be marked");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => if *stop.borrow() { return },
        }
    }
}
