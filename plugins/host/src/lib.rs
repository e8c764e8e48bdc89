//! Loads plugins, calls them, and survives them.
//!
//! [`Plugin`] is the register's side: it starts a child process per plugin, hands it calls without
//! ever blocking the caller, measures deadlines, kills and restarts. [`child_main`] is the other
//! side: what `shouxin plugin-host` runs, which loads one verified library and calls it. The two
//! speak private frames over a socket; nothing outside this crate sees them.
//!
//! Nothing here knows departments, measures or the log: bodies are bytes whose shape
//! `shouxin-plugin-wire` defines, and what an answer means is the caller's business.

mod backoff;
mod cage;
mod child;
mod courier;
mod frame;
mod handshake;
mod health;
mod instance;
mod link;
mod load;
mod output;
mod plugin;
mod room;
mod runner;
mod serve;
mod spec;
mod supervisor;

pub use child::child_main;
pub use health::{BUCKETS_US, Health, HookCalls};
pub use plugin::{Hung, Plugin};
pub use spec::{
    AbiInfo, Cage, Call, Completion, FailureKind, Isolation, Limits, Outcome, PluginSpec,
    RefusalCode, StartError, State, SubmitError,
};

/// The messages of the plugin contract, for callers.
pub use shouxin_plugin_wire as wire;
pub use shouxin_plugin_wire::{Hook, Mode};
