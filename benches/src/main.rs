//! The register's figures: one subcommand a question, each printed with what it was measured on.
//! `benches/README.md` says how to run them and how to read them.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a measuring program for people: it stops where something is wrong, and rounds"
)]

mod audit;
#[path = "../../core/tests/simulation/catalogue.rs"]
mod catalogue;
#[path = "../../core/tests/simulation/channels.rs"]
mod channels;
#[path = "../../core/tests/simulation/county.rs"]
mod county;
mod decide;
mod delivery;
mod figures;
#[path = "../../core/audit/tests/forge/mod.rs"]
mod forge;
#[path = "../../core/tests/simulation/honours.rs"]
mod honours;
mod http;
mod load;
#[path = "../../core/tests/simulation/measures.rs"]
mod measures;
#[path = "../../core/tests/simulation/others.rs"]
mod others;
mod plugin;
#[path = "../../core/tests/simulation/remedies.rs"]
mod remedies;
mod replay;
mod running;

use clap::{Parser, Subcommand};
use forge::kit;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Figures of the register.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    question: Question,
}

#[derive(Subcommand)]
enum Question {
    /// Durable commands a second through HTTP, at 1, 16, 64 and 256 clients.
    Commands {
        /// Seconds for each number of clients.
        #[arg(long, default_value_t = 5)]
        seconds: u64,
    },
    /// Reads a second at 64 connections; start-up time, disk and memory with so many files.
    Reads {
        /// Credit files.
        #[arg(long, default_value_t = 200_000)]
        files: u32,
        /// Seconds of reading.
        #[arg(long, default_value_t = 5)]
        seconds: u64,
    },
    /// Events replayed a second.
    Replay {
        /// Events.
        #[arg(long, default_value_t = 1_000_000)]
        events: u64,
    },
    /// `decide` and `apply` of one command, for a subject with 10 and with 10,000 records; fails
    /// where one takes more than 1.5 times as long.
    Decide {
        /// Samples of each figure.
        #[arg(long, default_value_t = 100)]
        samples: usize,
    },
    /// Events audited a second: of the simulated county, and of a log of records on the disk.
    Audit {
        /// Events of the simulated county, about.
        #[arg(long, default_value_t = 200_000)]
        events: u64,
        /// Events of the log of records.
        #[arg(long, default_value_t = 1_000_000)]
        records: u64,
    },
    /// Deliveries to plugins a second, through the child process and in-process; how soon a plugin
    /// that was killed is back.
    Plugin {
        /// Calls.
        #[arg(long, default_value_t = 200_000)]
        calls: u64,
    },
    /// From the commit of an order to the plugin's call, idle and under write load; orders carried out a
    /// second; what deployed plugins cost the writing of records.
    Delivery {
        /// Cases of each figure.
        #[arg(long, default_value_t = 1_000)]
        cases: u32,
        /// Seconds of writing with each number of plugins.
        #[arg(long, default_value_t = 5)]
        seconds: u64,
    },
    /// A plugin that was stopped while so many cases came to wait: how they drain, in what memory, and how
    /// soon a suspension overtakes them.
    Backlog {
        /// Cases.
        #[arg(long, default_value_t = 100_000)]
        cases: u32,
    },
    /// The child of a plugin; started by the host, not by hand.
    #[command(hide = true)]
    PluginHost,
}

fn main() -> std::process::ExitCode {
    if std::env::args().nth(1).as_deref() == Some("plugin-host") {
        return shouxin_plugin_host::child_main();
    }
    match Arguments::parse().question {
        Question::Commands { seconds } => http::commands(seconds),
        Question::Reads { files, seconds } => http::reads(files, seconds),
        Question::Replay { events } => replay::replay(events),
        Question::Decide { samples } => {
            if !decide::decide_and_apply(samples) {
                return std::process::ExitCode::FAILURE;
            }
        }
        Question::Audit { events, records } => {
            if !audit::audit(events, records) {
                return std::process::ExitCode::FAILURE;
            }
        }
        Question::Plugin { calls } => plugin::calls(calls),
        Question::Delivery { cases, seconds } => delivery::delivery(cases, seconds),
        Question::Backlog { cases } => delivery::backlog(cases),
        Question::PluginHost => {}
    }
    std::process::ExitCode::SUCCESS
}
