//! What a plugin prints, as bounded lines of the register's log.

use std::time::{Duration, Instant};

use shouxin_plugin_abi as abi;

/// The longest line, in bytes; the rest of it is dropped.
const LINE_BYTES_MAX: usize = 1_024;

/// Lines per second that reach the log; the rest is counted.
const LINES_PER_SECOND_MAX: u32 = 100;

/// Turns a plugin's output into log lines under its name, no more than a log can bear.
pub(crate) struct Output {
    plugin: String,
    line: Vec<u8>,
    second: Instant,
    lines: u32,
    dropped: u64,
}

impl Output {
    pub(crate) fn new(plugin: &str, now: Instant) -> Output {
        Output { plugin: plugin.to_owned(), line: Vec::new(), second: now, lines: 0, dropped: 0 }
    }

    /// Takes what was printed to standard output or error.
    pub(crate) fn printed(&mut self, bytes: &[u8], now: Instant) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, whole) = match piece.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (piece, false),
            };
            let room = LINE_BYTES_MAX.saturating_sub(self.line.len());
            self.line.extend_from_slice(text.get(..room.min(text.len())).unwrap_or_default());
            if whole {
                let line = std::mem::take(&mut self.line);
                self.logged(abi::LOG_INFO, &line, now);
            }
        }
    }

    /// Takes a line with a level.
    pub(crate) fn logged(&mut self, level: i32, line: &[u8], now: Instant) {
        if now.saturating_duration_since(self.second) >= Duration::from_secs(1) {
            self.report_dropped();
            self.second = now;
            self.lines = 0;
        }
        if self.lines >= LINES_PER_SECOND_MAX {
            self.dropped += 1;
            return;
        }
        self.lines += 1;
        let line = line.get(..line.len().min(LINE_BYTES_MAX)).unwrap_or_default();
        let text: String = String::from_utf8_lossy(line)
            .chars()
            .map(|c| if c.is_control() { '\u{fffd}' } else { c })
            .collect();
        let plugin = self.plugin.as_str();
        match level {
            abi::LOG_ERROR => tracing::error!(target: "shouxin::plugin", plugin, "{text}"),
            abi::LOG_WARN => tracing::warn!(target: "shouxin::plugin", plugin, "{text}"),
            abi::LOG_INFO => tracing::info!(target: "shouxin::plugin", plugin, "{text}"),
            _ => tracing::debug!(target: "shouxin::plugin", plugin, "{text}"),
        }
    }

    fn report_dropped(&mut self) {
        let dropped = std::mem::take(&mut self.dropped);
        if dropped > 0 {
            let plugin = self.plugin.as_str();
            tracing::warn!(target: "shouxin::plugin", plugin, dropped, "log lines dropped");
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.report_dropped();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_an_end_takes_bounded_memory() {
        let now = Instant::now();
        let mut output = Output::new("p", now);
        for _ in 0..1_000 {
            output.printed(&[b'x'; 4_096], now);
        }
        assert_eq!(output.line.len(), LINE_BYTES_MAX);
    }

    #[test]
    fn a_flood_is_counted_not_logged() {
        let now = Instant::now();
        let mut output = Output::new("p", now);
        output.printed("y\n".repeat(1_000).as_bytes(), now);
        assert_eq!((output.lines, output.dropped), (LINES_PER_SECOND_MAX, 900));
        output.printed(b"y\n", now + Duration::from_secs(1));
        assert_eq!((output.lines, output.dropped), (1, 0));
    }
}
