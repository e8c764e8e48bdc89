//! What is asked right before a plugin begins a call: whether it is still to be.
//!
//! Between the dispatcher's look and the call's turn other calls of the plugin run. An objection that
//! is filed meanwhile suspends at once (design.md 1), so that the register looks once more, on the
//! durable view, in the moment in which the plugin would begin.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use shouxin_core::decide::{owed_courtesy, owed_hook};
use shouxin_core::event::CaseHook;
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::row::{Key, Row};

use crate::dispatch::{behind_a_dead_letter, walk};
use crate::engine::Engine;
use crate::engine::query::{Query, QueryError};

/// What a call would begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The case.
    pub measure: MeasureId,
    /// What is asked of the plugin.
    pub hook: CaseHook,
    /// The order under which, or the officer's step that it tells of.
    pub order: Position,
}

/// Calls under way about cases, by ticket.
#[derive(Default)]
pub struct Gates {
    engine: Weak<Engine>,
    open: Mutex<HashMap<u64, Gate>>,
}

impl Gates {
    /// Gates that ask this register.
    pub fn of(engine: &Arc<Engine>) -> Gates {
        Gates { engine: Arc::downgrade(engine), open: Mutex::default() }
    }

    /// A call is handed over.
    pub fn open(&self, ticket: u64, gate: Gate) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(ticket, gate);
    }

    /// A call has ended.
    pub fn close(&self, ticket: u64) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&ticket);
    }

    /// Whether a call may still begin. What nobody knows, and what cannot be read, does not.
    pub fn may_begin(&self, ticket: u64) -> bool {
        let gate = self.open.lock().unwrap_or_else(PoisonError::into_inner).get(&ticket).copied();
        let (Some(gate), Some(engine)) = (gate, self.engine.upgrade()) else {
            return false;
        };
        still_owed(&engine, gate).unwrap_or_else(|error| {
            tracing::error!(%error, case = %gate.measure, "a case cannot be read; its call does not begin");
            false
        })
    }
}

/// Whether what a call would begin is owed by the rows as they stand now, on today's date, to a plugin
/// that may begin it.
fn still_owed(engine: &Engine, gate: Gate) -> Result<bool, QueryError> {
    let today = engine.clock.now().legal_date();
    let mut query = Query::new(engine.view.read());
    let (row, standing) = walk::case(&mut query, gate.measure, today)?;
    let own = row.order_to_undo().filter(|order| order.at == gate.order);
    let plugin = match (own.and_then(|order| order.plugin.as_deref()), owed_courtesy(&row)) {
        (Some(plugin), _) if owed_hook(&row, standing) == Some(gate.hook) => plugin,
        (_, Some((plugin, hook, step))) if (hook, step) == (gate.hook, gate.order) => plugin,
        _ => return Ok(false),
    };
    // Another burden of the subject may have been given up since this one was handed over.
    if gate.hook == CaseHook::Execute && behind_a_dead_letter(&query, plugin, &row)? {
        return Ok(false);
    }
    let begins = match query.row(&Key::Plugins)? {
        Some(Row::Plugins(rows)) => {
            rows.iter().any(|row| row.name == plugin && row.begins_burdens(today))
        }
        _ => false,
    };
    Ok(begins)
}
