//! Closes objections and repairs whose every confirmation is there. What is ready follows from
//! rows (`decide::is_ready`); this only looks, in bounded steps, whenever the log has grown.

use std::sync::Arc;
use std::time::Duration;

use shouxin_core::actor::Actor;
use shouxin_core::command::Command;
use shouxin_core::decide::is_ready;
use shouxin_core::keys;
use shouxin_core::row::Closing;
use tokio::sync::watch;

use crate::engine::query::{Query, QueryError};
use crate::engine::{Engine, EngineError, Request};

/// What is looked at in one step; the next step goes on behind it.
const STEP: usize = 64;
/// The shortest time between two steps, so that a busy register is not looked at all the time.
const PAUSE: Duration = Duration::from_millis(100);

/// Runs until told to stop.
pub async fn run(engine: Arc<Engine>, mut stop: watch::Receiver<bool>) {
    let mut head = engine.head();
    let mut after: Option<Vec<u8>> = None;
    loop {
        head.borrow_and_update();
        let through = match step(&engine, &mut after).await {
            Ok(through) => through,
            Err(EngineError::Stopped) => return,
            Err(error) => {
                tracing::error!(%error, "what waits for confirmations cannot be looked at");
                true
            }
        };
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = stop.changed() => if *stop.borrow() { return },
        }
        if through {
            tokio::select! {
                changed = head.changed() => if changed.is_err() { return },
                _ = stop.changed() => if *stop.borrow() { return },
            }
        }
    }
}

/// Looks at a page of what waits; answers whether it was the last.
async fn step(engine: &Engine, after: &mut Option<Vec<u8>>) -> Result<bool, EngineError> {
    let (ready, last, through) =
        look(engine, after.as_deref()).map_err(|error| EngineError::Defect(error.to_string()))?;
    for closing in ready {
        let request = Request::internal(Actor::System, "closings.close", Command::Close(closing));
        match engine.submit(request).await {
            Ok(_) => {}
            // One that cannot be closed must not hold back the others.
            Err(error @ (EngineError::Refused(_) | EngineError::Defect(_))) => {
                tracing::error!(%error, ?closing, "it cannot be closed");
            }
            Err(error) => return Err(error),
        }
    }
    *after = if through { None } else { last };
    Ok(through)
}

type Look = (Vec<Closing>, Option<Vec<u8>>, bool);

fn look(engine: &Engine, after: Option<&[u8]>) -> Result<Look, QueryError> {
    let mut query = Query::new(engine.view.read());
    let page = query.range(keys::CLOSINGS, after, STEP)?;
    let through = page.len() < STEP;
    let mut ready = Vec::new();
    for closing in page.iter().filter_map(|entry| keys::read_closing(entry)) {
        if query.ask(|rows| is_ready(rows, closing))? {
            ready.push(closing);
        }
    }
    Ok((ready, page.last().cloned(), through))
}
