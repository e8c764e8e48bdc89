//! Plugins that are deployed and did not start: when each is tried again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

use crate::engine::Engine;
use crate::plugins::Life;

/// The first wait; each further one is twice as long.
const WAIT_MIN: Duration = Duration::from_secs(30);
/// No wait is longer.
const WAIT_MAX: Duration = Duration::from_secs(600);

#[derive(Clone, Copy)]
struct Try {
    at: Instant,
    wait: Duration,
}

/// Who waits; at most as many as are deployed.
#[derive(Default)]
pub struct Tries {
    waiting: Mutex<BTreeMap<String, Try>>,
    changed: Notify,
}

impl Tries {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Try>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It did not start: it is tried again after 30 seconds, then after twice as long, up to 10
    /// minutes.
    pub fn failed(&self, name: &str, now: Instant) {
        let mut waiting = self.lock();
        let before = waiting.get(name).map(|own| own.wait);
        let wait = before.map_or(WAIT_MIN, |wait| (wait * 2).min(WAIT_MAX));
        waiting.insert(name.to_owned(), Try { at: now + wait, wait });
        drop(waiting);
        self.changed.notify_one();
    }

    /// It runs, or is to run no more.
    pub fn forget(&self, name: &str) {
        self.lock().remove(name);
    }

    /// Whether it waits to be tried again.
    pub fn waits(&self, name: &str) -> bool {
        self.lock().contains_key(name)
    }

    /// One that was tried and waits still is not due at once, whatever went wrong.
    pub fn put_off(&self, name: &str, now: Instant) {
        if let Some(own) = self.lock().get_mut(name).filter(|own| own.at <= now) {
            own.at = now + own.wait;
        }
    }

    /// One that waits is tried at once.
    pub fn hurry(&self, name: &str, now: Instant) {
        if let Some(own) = self.lock().get_mut(name) {
            own.at = now;
        }
        self.changed.notify_one();
    }

    /// Whose time has come.
    pub fn due(&self, now: Instant) -> Vec<String> {
        let waiting = self.lock();
        waiting.iter().filter(|(_, own)| own.at <= now).map(|(name, _)| name.clone()).collect()
    }

    fn next(&self) -> Option<Instant> {
        self.lock().values().map(|own| own.at).min()
    }
}

/// Tries again whatever is due, until the server stops.
pub async fn run(life: Arc<Life>, engine: Arc<Engine>, mut stopped: watch::Receiver<bool>) {
    loop {
        let tries = &life.plugins().tries;
        let next = tries.next();
        let due = async {
            match next {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = stopped.changed() => return,
            () = tries.changed.notified() => continue,
            () = due => {}
        }
        let (own, on) = (life.clone(), engine.clone());
        if let Err(error) = tokio::task::spawn_blocking(move || own.try_again(&on)).await {
            tracing::error!(%error, "plugins that wait are not tried again any more");
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_as_long_up_to_ten_minutes_and_a_word_ends_it() {
        let (tries, start) = (Tries::default(), Instant::now());
        let mut now = start;
        for seconds in [30, 60, 120, 240, 480, 600, 600] {
            tries.failed("one", now);
            now += Duration::from_secs(seconds);
            assert!(tries.due(now - Duration::from_millis(1)).is_empty(), "{seconds}");
            assert_eq!(tries.due(now), ["one"]);
        }
        tries.failed("one", now);
        tries.hurry("one", now);
        tries.hurry("another", now);
        assert_eq!(tries.due(now), ["one"], "nobody who does not wait is tried");
        assert!(tries.waits("one") && !tries.waits("another"));
        tries.put_off("one", now);
        tries.put_off("another", now);
        assert!(tries.due(now + WAIT_MIN).is_empty(), "its wait is as long as it was");
        assert_eq!(tries.due(now + WAIT_MAX), ["one"]);
        tries.forget("one");
        assert_eq!((tries.due(now), tries.next()), (Vec::new(), None));
        tries.failed("one", start);
        assert_eq!(tries.next(), Some(start + WAIT_MIN), "the waits begin anew");
    }
}
