//! What the author of a department's plugin depends on.
//!
//! Implement [`Handler`] for a type (or [`KeepsBook`], if all that the department does is keep its
//! cases and answer questions about them), name it in [`export_plugin!`], build a `cdylib`. The kit does
//! the C side: it reads and writes the messages, catches every panic and keeps a panicked instance
//! from being used again. [`connect`] and [`log`] reach the register during a call. [`Store`] and [`CaseBook`] keep effects exact across kills and restarts;
//! [`testing::Bench`] drives a handler in unit tests through the same C functions the register uses.
//!
//! ```
//! use shouxin_plugin::{Case, Config, Error, Handler, Outcome};
//!
//! struct Counter(u64);
//!
//! impl Handler for Counter {
//!     fn create(_config: &Config) -> Result<Self, Error> {
//!         Ok(Counter(0))
//!     }
//!     fn execute(&mut self, case: &Case) -> Outcome {
//!         self.0 += 1;
//!         Outcome::done().with_reference(format!("{}-{}", case.case_id, self.0))
//!     }
//!     fn suspend(&mut self, _case: &Case) -> Outcome {
//!         Outcome::done()
//!     }
//!     fn resume(&mut self, _case: &Case) -> Outcome {
//!         Outcome::done()
//!     }
//!     fn lift(&mut self, _case: &Case) -> Outcome {
//!         Outcome::done()
//!     }
//!     fn forget(&mut self, _subject_key: &str) -> Outcome {
//!         Outcome::done()
//!     }
//! }
//!
//! shouxin_plugin::export_plugin!(
//!     Counter,
//!     name = "counter",
//!     version = "1.0.0",
//!     department = "示例局"
//! );
//! # fn main() {}
//! ```

#[cfg(panic = "abort")]
compile_error!(
    "a plugin must be built with panic = \"unwind\": with \"abort\" one panic ends the whole process"
);

mod call;
mod casebook;
mod export;
mod handler;
mod keeps_book;
mod net;
mod store;
pub mod testing;

pub use call::{Level, log};
pub use casebook::{Applied, CaseBook, Entry, State};
#[doc(hidden)]
pub use export::descriptor;
pub use handler::{Config, Error, Handler, Outcome};
pub use keeps_book::KeepsBook;
pub use net::{ConnectError, connect};
pub use store::{Store, StoreError};

#[doc(hidden)]
pub use shouxin_plugin_abi as abi;
pub use shouxin_plugin_wire::{
    Answer, AnswerOutcome, Basis, Case, Classified, Colour, Date, Decision, Hook, InForce, Measure,
    Mode, Subject,
};

/// The examples of the page for authors, compiled with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/PLUGINS.md")]
struct PageForAuthors;

/// Exports a [`Handler`] as a plugin: emits `shouxin_plugin_v1` and everything behind it.
///
/// `name` is what the plugin is admitted under (`a-z`, `0-9`, `-`), `version` informs people,
/// `department` is whose officers' orders it carries out. Once per library.
#[macro_export]
macro_rules! export_plugin {
    ($handler:ty, name = $name:expr, version = $version:expr, department = $department:expr $(,)?) => {
        /// The plugin's only exported symbol.
        #[unsafe(no_mangle)]
        pub extern "C" fn shouxin_plugin_v1() -> *const $crate::abi::Descriptor {
            static DESCRIPTOR: $crate::abi::Descriptor =
                $crate::descriptor::<$handler>($name, $version, $department);
            &raw const DESCRIPTOR
        }
    };
}
