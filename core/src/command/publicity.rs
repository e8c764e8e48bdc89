//! What can be asked of double publicity.

use crate::command::NewRecord;
use crate::decide::Reject;
use crate::event::publicity::DecisionKind;
use crate::text::Sealed;

/// A permit or penalty to file.
#[derive(Clone, Debug)]
pub struct NewDecision {
    /// The record it becomes; its content is the fields that may be shown.
    pub record: NewRecord,
    /// Place in the batch, from 0.
    pub index: usize,
    /// Names and numbers of persons in it, which are never shown.
    pub private: Option<Sealed>,
}

/// Commands of double publicity.
#[derive(Clone, Debug)]
pub enum PublicityCommand {
    /// Files a batch of decisions of one kind.
    File {
        /// Permits or penalties.
        kind: DecisionKind,
        /// The decisions.
        decisions: Vec<NewDecision>,
        /// Items of the batch that the edge could not read; they are answered with the others.
        unread: Vec<Reject>,
    },
}
