//! A department that only keeps its cases: everything that such departments do alike.

use serde_json::Value;
use shouxin_plugin_wire::{Case, Classified, Hook};

use crate::{CaseBook, Config, Error, Handler, Outcome};

/// A department whose measures take effect in its [`CaseBook`] and nowhere else.
///
/// Whoever implements it is a [`Handler`]: `suspend`, `resume`, `lift` and `forget` are the book's,
/// and `execute` asks the book first, then [`accepts`](KeepsBook::accepts), then applies. In that
/// order a call that was answered `done` is answered so again, whatever the settings or a later
/// version of the plugin say by then. A department with an effect elsewhere implements [`Handler`]
/// itself.
pub trait KeepsBook: Send + Sized + 'static {
    /// Makes an instance.
    ///
    /// # Errors
    /// As [`Handler::create`].
    fn create(config: &Config) -> Result<Self, Error>;

    /// The book of its cases.
    fn book(&mut self) -> &mut CaseBook;

    /// The department's own number of a step: the same for the same step, at any time.
    fn number(&self, case: &Case) -> String;

    /// Whether an order is one that this plugin carries out. Asked only about an order that the book
    /// would apply: not a repeated one, not one that was overtaken or whose case has ended.
    ///
    /// # Errors
    /// The answer instead: why it is not carried out, or which person has to act.
    fn accepts(&self, _case: &Case) -> Result<(), Outcome> {
        Ok(())
    }

    /// As [`Handler::classified`].
    fn classified(&mut self, _change: &Classified) -> Outcome {
        Outcome::done()
    }

    /// As [`Handler::query`].
    ///
    /// # Errors
    /// [`Error::Unsupported`] unless the plugin answers questions.
    fn query(&mut self, _question: &Value) -> Result<Value, Error> {
        Err(Error::Unsupported)
    }
}

fn apply<K: KeepsBook>(own: &mut K, hook: Hook, case: &Case) -> Outcome {
    let done = Outcome::done().with_reference(own.number(case));
    own.book().apply(hook, case, done).0
}

impl<K: KeepsBook> Handler for K {
    fn create(config: &Config) -> Result<Self, Error> {
        KeepsBook::create(config)
    }

    fn classified(&mut self, change: &Classified) -> Outcome {
        KeepsBook::classified(self, change)
    }

    fn execute(&mut self, case: &Case) -> Outcome {
        if let Some((answer, _)) = self.book().settled(Hook::Execute, case) {
            return answer;
        }
        match self.accepts(case) {
            Ok(()) => apply(self, Hook::Execute, case),
            Err(answer) => answer,
        }
    }

    fn suspend(&mut self, case: &Case) -> Outcome {
        apply(self, Hook::Suspend, case)
    }

    fn resume(&mut self, case: &Case) -> Outcome {
        apply(self, Hook::Resume, case)
    }

    fn lift(&mut self, case: &Case) -> Outcome {
        apply(self, Hook::Lift, case)
    }

    fn forget(&mut self, subject_key: &str) -> Outcome {
        self.book().forget(subject_key)
    }

    fn query(&mut self, question: &Value) -> Result<Value, Error> {
        KeepsBook::query(self, question)
    }
}
